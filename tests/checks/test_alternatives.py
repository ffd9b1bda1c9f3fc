"""Right code never pays, however it is written: every alternative earns its full points without a remark."""

from collections import Counter

import pytest

from tests.checks.judging import CHAPTERS, failed, function_items, references, told, verdict, versions, without_clock

ALTERNATIVES = versions("alternatives")
RIGHT = references() + ALTERNATIVES


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


@pytest.mark.parametrize("alternative", RIGHT, ids=str)
def test_right_code_earns_full_points_and_no_remark(alternative):
    judged = verdict(alternative)
    assert (judged.status, judged.points) == ("passed", judged.max_points), told(failed(judged))
    assert [e.name for e in judged.expectations if e.message or e.diagnosis] == []


@pytest.mark.parametrize("alternative", RIGHT, ids=str)
def test_the_measured_error_leaves_room_to_the_limit(alternative):
    errors = [e for e in verdict(alternative).expectations if e.measured and not e.name.startswith("test accuracy")]
    assert [e for e in errors if e.measured > e.tolerance / 2] == []  # of an accuracy, the limit is the smallest


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_function_item_has_at_least_six_alternatives(chapter):
    counts = Counter(alternative.item for alternative in ALTERNATIVES)
    assert min(counts[item] for item in function_items(chapter)) >= 6, counts
