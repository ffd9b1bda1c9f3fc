"""A later homework may use functions of an earlier notebook: they are read in the same sandbox when it is graded."""

from dataclasses import replace

import nbformat
import pytest

from autograder.grading.course import open_course
from autograder.grading.nbgrader_plugin import nbgrader_api
from tests.grading.courses import UNTOUCHED, Graded, copied, grade_by_command, gradebook_points, hand_in, once, slim

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
NOTEBOOK = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(EARLIER)])).encode()
LATER = replace(UNTOUCHED, cells={"softmax": TAKES_OVER})
HANDED_IN = {
    "own": {"warm_up.ipynb": NOTEBOOK},
    "solutions": {"warm_up_solutions.py": EARLIER.encode()},
    "nothing": {},
}


@pytest.fixture(scope="session")
def graded(tmp_path_factory, fresh_course, fill):
    """Students who take their function over from an earlier notebook, each with something else beside the new one."""

    def make(folder):
        course = copied(fresh_course, folder / "course")
        for student, files in HANDED_IN.items():
            hand_in(course, student, slim(fill(LATER)), files)
        return grade_by_command(course)

    folder, made = once(tmp_path_factory, "earlier", make)
    return Graded(open_course(folder / "course"), *made)


@pytest.mark.parametrize("student", ["own", "solutions"])
def test_functions_of_ones_own_earlier_notebook_or_of_the_solutions_are_found_beside_the_hand_in(graded, student):
    row = graded.row(student, "softmax.probabilities")
    assert (row["status"], row["points"]) == ("passed", 3.0), row


def test_stock_nbgrader_finds_it_there_too(course, fill):
    hand_in(course, "own", slim(fill(LATER)), HANDED_IN["own"])
    with nbgrader_api(course.root) as api:
        outcome = api.autograde("softmax", "own", force=True)
    assert outcome["success"], outcome["log"][-2000:]
    assert gradebook_points(course, "own")["softmax.probabilities"] == (3.0, 0.0)


def test_what_is_missing_costs_the_item_and_is_named(graded):
    row = graded.row("nothing", "softmax.probabilities")
    assert row["points"] == 0 and "warm_up.ipynb is not there" in row["reason"]
