"""Right code never pays, however it is written: every alternative earns its full points without a remark."""

from collections import Counter

import pytest

from tests.checks.judging import failed, told, verdict, without_clock
from tests.checks.test_softmax_mutants import FUNCTION_ITEMS
from tests.mutants.collect import Version, collected, notebook_names

REFERENCE = [Version(item, "the reference", lambda: notebook_names("softmax")) for item in FUNCTION_ITEMS]
ALTERNATIVES = REFERENCE + collected("alternatives", "softmax")


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


@pytest.mark.parametrize("alternative", ALTERNATIVES, ids=str)
@pytest.mark.parametrize("rounds", ["visible and hidden", "drawn"])
def test_right_code_earns_full_points_and_no_remark(alternative, rounds):
    judged = verdict(alternative, rounds)
    assert (judged.status, judged.points) == ("passed", judged.max_points), told(failed(judged))
    assert [e.name for e in judged.expectations if e.message or e.diagnosis] == []


@pytest.mark.parametrize("alternative", ALTERNATIVES, ids=str)
def test_the_measured_error_leaves_room_to_the_limit(alternative):
    near = [e for e in verdict(alternative).expectations if e.measured and e.measured > e.tolerance / 2]
    assert near == []


def test_every_function_item_has_at_least_six_alternatives():
    counts = Counter(alternative.item for alternative in ALTERNATIVES if alternative not in REFERENCE)
    assert min(counts[item] for item in FUNCTION_ITEMS) >= 6, counts
