"""A small class with hand-ins of many kinds, and what one worker makes of it when nothing comes between.

Goes in: nothing. Comes out: fixtures, and `outcome`, by which two gradings of this class are compared.
"""

import json
import re
from dataclasses import replace

import nbformat
import pytest

from autograder.grading.course import open_course
from autograder.handins import read_handins
from tests.grading.courses import ASSIGNMENT, REFERENCE, UNTOUCHED, copied, grade_by_command, hand_in, once, slim

# In the order in which they are graded.
STUDENTS = ("ada", "bob", "eve", "max", "zoe")
CRASHES = """\
def bootstrap(X, y, rng):
    import os

    os._exit(0)
"""
FILLS_THE_MEMORY = """\
def ensemble_predict(probabilities):
    held = []
    while True:
        held.append(np.ones(2**21))
"""
UNSEEDED = """\
def bootstrap(X, y, rng):
    chosen = np.random.randint(0, len(X), len(X))
    return X[chosen], y[chosen]
"""
BY_CHANCE = """\
def ensemble_predict(probabilities):
    noise = np.random.default_rng().normal(scale=0.02, size=probabilities[0].shape)
    return (np.sum(probabilities, axis=0) + noise).argmax(axis=1)
"""
SHOWS_CHANCE = """\
import random
import matplotlib.pyplot as plt

print(random.random(), np.random.rand(), np.random.default_rng().random(), np.random.default_rng().random())
print({"affine", "batchnorm", "conv", "dropout"}, hash("softmax"))
plt.hist(np.random.normal(size=100))
plt.show()
"""


@pytest.fixture(scope="session")
def kinds_ungraded(tmp_path_factory, fresh_course, fill):
    """The class as it is handed in; copy it, do not change it."""

    def make(folder):
        course = copied(fresh_course, folder / "course")
        settings = {"dataset": "shapes10", "limits": {"memory_mb": 700}}
        (course.private / "course.json").write_text(json.dumps(settings), encoding="utf-8")
        some = replace(UNTOUCHED, from_solutions=("softmax", "bootstrap"))
        stopped = replace(some, cells={"bootstrap": CRASHES, "ensemble_predict": FILLS_THE_MEMORY})
        chance = replace(some, cells={"bootstrap": UNSEEDED, "ensemble_predict": BY_CHANCE})
        right = replace(REFERENCE, from_solutions=("softmax", "softmax_loss_naive", "numerical_gradient", "bootstrap"))
        wrong = read_handins(ASSIGNMENT)["typical_mistakes"]
        made = dict(zip(STUDENTS, (right, stopped, chance, wrong, UNTOUCHED), strict=True))
        for student, handin in made.items():
            nb = slim(fill(handin))
            if student == "eve":
                nb.cells.append(nbformat.v4.new_code_cell(SHOWS_CHANCE))
            hand_in(course, student, nb)

    folder, _ = once(tmp_path_factory, "many-kinds", make)
    return open_course(folder / "course")


@pytest.fixture
def kinds(kinds_ungraded, tmp_path):
    """The same class, in a course of the test's own."""
    return copied(kinds_ungraded, tmp_path / "kinds")


@pytest.fixture(scope="session")
def alone(tmp_path_factory, kinds_ungraded):
    """The same class, graded by one worker: (course, rows of `--json`)."""

    def make(folder):
        course = copied(kinds_ungraded, folder / "course")
        return grade_by_command(course, "--jobs", "1")

    folder, (rows, code, _, err) = once(tmp_path_factory, "many-kinds-alone", make)
    assert (code, err) == (0, "")
    return open_course(folder / "course"), rows


def outcome(course):
    """Everything that a grading says of every student, to the bit, but for how long things took."""
    return {student: (_verdicts(course, student), _notebook(course, student)) for student in STUDENTS}


def _verdicts(course, student):
    path = course.private / "verdicts" / student / ASSIGNMENT / "softmax.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    return found["fingerprints"], [
        {key: value for key, value in row.items() if key != "seconds"} for row in found["rows"]
    ]


def _notebook(course, student):
    text = (course.root / "autograded" / student / ASSIGNMENT / "softmax.ipynb").read_text(encoding="utf-8")
    return re.sub(r"\d+\.\d s\b", "SECONDS", text)
