"""The recorded error rates of the checks are those of the versions that there are, and keep what the book promises."""

import json
from collections import Counter

import pytest

from autograder.registry import checks_of
from benchmarks import verdicts
from tests.checks.judging import CHAPTERS, references, versions, without_clock
from tests.mutants.collect import collected
from tests.mutants.systematic import changed

RESULT = json.loads(verdicts.RESULT.read_text(encoding="utf-8"))
ROWS = {row["item"]: row for row in RESULT["rows"]}
STALE = "Versions have come or gone since: run `make verdicts`."


def recorded(key):
    return {item: row[key] for item, row in ROWS.items() if row[key]}


def test_every_item_and_every_version_is_recorded():
    assert set(ROWS) == {check.name for chapter in CHAPTERS for check in checks_of(chapter)}, STALE
    assert recorded("wrong") == Counter(mutant.item for mutant in versions("mutants")), STALE
    assert recorded("right") == Counter(one.item for one in references() + versions("alternatives")), STALE
    assert recorded("changed") == Counter(one.items[0] for name in CHAPTERS for one in changed(name)), STALE


@pytest.mark.parametrize("item", ROWS)
def test_no_wrong_version_keeps_its_points_and_no_right_one_loses_any(item):
    row = ROWS[item]
    assert row["caught"] == row["intended"] == row["wrong"]
    assert row["full"] == row["right"]
    assert row["changed_caught"] + row["changed_right"] == row["changed"]


def test_a_mistake_is_hardly_ever_called_by_a_wrong_name():
    assert sum(recorded("misnamed").values()) < 0.02 * sum(recorded("wrong").values())


def test_nine_in_ten_mistakes_are_called_by_name_or_said_to_be_what_they_are():
    told = sum(recorded("named").values()) + sum(recorded("stated").values())
    assert told >= 0.9 * sum(recorded("wrong").values())


def test_a_verdict_at_home_takes_less_than_a_second():
    assert [item for item, row in ROWS.items() if row.get("seconds", 0) > 1] == []


def test_naming_a_mistake_takes_less_than_fifty_milliseconds():
    assert [item for item, row in ROWS.items() if row["diagnosis_seconds"] > 0.05] == []


def test_counts_are_of_what_the_checks_say():
    mutants = [mutant for mutant in collected("mutants", "softmax") if mutant.item == "softmax.predict"]
    right = [version for version in references() if version.item == "softmax.predict"]
    with without_clock():
        found = verdicts.of_mutants([*mutants, *(_claimed(one) for one in right)])
        assert verdicts.of_right_versions([*right, *mutants]) == {"right": 1 + len(mutants), "full": 1}
    assert found["wrong"] == found["caught"] + 1 == found["intended"] + 1 == 1 + len(mutants)
    assert found["named"] > 0 and found["misnamed"] == 0


def _claimed(version):
    """A right version of which it is said that it is wrong."""
    return type(version)(version.item, "not wrong at all", version.names, ("most probable class of each example",))
