"""A later homework may use functions of an earlier notebook: they are read in the same sandbox when it is graded."""

import nbformat
import pytest

from autograder.grading.grade import grade_class
from autograder.grading.nbgrader_plugin import nbgrader_api
from tests.grading.courses import REFERENCE, cell_of, gradebook_points, hand_in, slim

pytestmark = pytest.mark.sandbox
EARLIER = """
import numpy as np

def stable_softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
"""
TAKES_OVER = """
from coursekit import earlier

stable_softmax = earlier("warm_up", "stable_softmax")


def softmax(scores):
    return stable_softmax(scores)
"""


def graded(course, fill, files):
    """The verdict on the softmax item of a hand-in that takes its function over from an earlier notebook."""
    nb = slim(fill(REFERENCE))
    cell_of(nb, "softmax").source = TAKES_OVER
    hand_in(course, "later", nb, files)
    (one,) = grade_class(course, student="later")
    return next(verdict for verdict in one.verdicts if verdict.check == "softmax.probabilities")


def test_functions_of_ones_own_earlier_notebook_are_found_beside_the_hand_in(course, fill):
    earlier = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(EARLIER)])
    verdict = graded(course, fill, {"warm_up.ipynb": nbformat.writes(earlier).encode()})
    assert (verdict.status, verdict.points) == ("passed", 3.0), verdict.reason


def test_so_are_the_solutions_that_were_handed_out(course, fill):
    verdict = graded(course, fill, {"warm_up_solutions.py": EARLIER.encode()})
    assert (verdict.status, verdict.points) == ("passed", 3.0), verdict.reason


def test_stock_nbgrader_finds_it_there_too(course, fill):
    earlier = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(EARLIER)])
    graded(course, fill, {"warm_up.ipynb": nbformat.writes(earlier).encode()})
    with nbgrader_api(course.root) as api:
        outcome = api.autograde("softmax", "later", force=True)
    assert outcome["success"], outcome["log"][-2000:]
    assert gradebook_points(course, "later")["softmax.probabilities"] == (3.0, 0.0)


def test_what_is_missing_costs_the_item_and_is_named(course, fill):
    verdict = graded(course, fill, {})
    assert verdict.points == 0 and "warm_up.ipynb is not there" in verdict.reason
