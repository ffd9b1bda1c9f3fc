"""The same seed gives the same verdicts and the same graded notebooks, to the bit, however they were come by.

Here on two workers; on two workers of Dask in test_dask.py, and after kill -9 in test_nothing_lost.py.
"""

import re

import pytest

from tests.grading.courses import grade_by_command, settled
from tests.grading.many_kinds import STUDENTS, outcome
from tests.grading.test_stock_commands import graded_notebook

pytestmark = pytest.mark.sandbox


def test_two_workers_come_to_the_same_as_one(kinds, alone):
    other, undisturbed = alone
    rows, code, _, err = grade_by_command(kinds)
    assert (code, err) == (0, "")
    assert settled(rows) == settled(undisturbed)
    assert outcome(kinds) == outcome(other)


def test_the_class_holds_what_it_says(alone):
    """What is right, what is wrong, what was stopped, and what went by chance: all of it has been compared."""
    course, rows = alone
    status = {(row["student"], row["check"].removeprefix("softmax.")): row["status"] for row in rows}
    assert {student for student, _ in status} == set(STUDENTS)
    assert status["ada", "loss_naive"] == "passed"
    assert status["max", "bootstrap"] == "partial"
    assert (status["bob", "bootstrap"], status["bob", "ensemble_predict"]) == ("died", "memory")
    assert status["eve", "ensemble_predict"] == "failed"
    assert status["zoe", "train"] == "not implemented"
    numbers, order = graded_notebook(course, "eve").cells[-1].outputs[0].text.splitlines()
    assert len(set(re.findall(r"0\.\d+", numbers))) == 4
    assert order.count("'") == 8
