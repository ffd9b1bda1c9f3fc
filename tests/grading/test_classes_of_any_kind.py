"""Grading a class: the same twice, with any number of jobs, with workers that die, results that cannot be entered."""

import json
import math

import numpy as np
import pytest
from nbgrader.api import Gradebook

from autograder.exam import Expectation, Verdict
from autograder.grading import grade, pool
from autograder.grading.grade import grade_class, with_limits
from autograder.grading.handin import read_files
from autograder.grading.notebook import MAX_NOTEBOOK, Unreadable, read_notebook
from tests.grading.courses import (
    ASSIGNMENT,
    CHECKS,
    POINTS,
    REFERENCE,
    UNTOUCHED,
    WEIGHTS,
    Here,
    copied,
    dies_for_the_killer,
    full_marks,
    gradebook_points,
    hand_in,
    settled,
    slim,
)


@pytest.mark.sandbox
def test_regrading_with_another_number_of_jobs_gives_the_same_and_doubles_nothing(graded_class, tmp_path):
    course = copied(graded_class.course, tmp_path / "course")
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        before = len(gradebook.students), len(gradebook.find_assignment(ASSIGNMENT).submissions)
    told = gradebook_points(course, "half_done")
    (graded,) = grade_class(course, [ASSIGNMENT], student="half_done", jobs=1)
    assert settled(json.loads(json.dumps(list(graded.rows())))) == settled(graded_class.rows["half_done"])
    assert gradebook_points(course, "half_done") == told
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        assert (len(gradebook.students), len(gradebook.find_assignment(ASSIGNMENT).submissions)) == before


def test_a_task_that_kills_its_worker_costs_nobody_else_a_grade(course, monkeypatch):
    students = ["ada", "killer", "max"]
    for student in students:
        hand_in(course, student, b"")
    monkeypatch.setattr(pool, "run", dies_for_the_killer)
    monkeypatch.setattr(grade, "_enter", lambda course, graded, result: None)
    graded = {one.student: one for one in grade_class(course, jobs=2, sandbox="none")}
    assert list(graded) == students
    assert "process was lost" in graded.pop("killer").trouble
    assert {one.trouble for one in graded.values()} == {"reached"}


@pytest.mark.sandbox
def test_the_time_of_the_whole_notebook_is_limited(course, fill):
    nb = slim(fill(UNTOUCHED))
    next(c for c in nb.cells if c.cell_type == "code").source += "\nimport time\ntime.sleep(1000)"
    hand_in(course, "sleeper", nb)
    (graded,) = grade_class(with_limits(course, notebook_seconds=6.0))
    assert {verdict.status for verdict in graded.verdicts} == {"timeout"}
    assert "The notebook's time of 6 seconds is used up" in graded.verdicts[-1].reason


def test_hand_ins_are_read_as_they_are_needed(course, released, monkeypatch):
    for number in range(12):
        hand_in(course, f"student_{number}", released)
    monkeypatch.setattr(pool, "_AHEAD", 3)
    monkeypatch.setattr(grade, "_enter", lambda course, graded, result: setattr(here, "waiting", here.waiting - 1))
    here = Here(full_marks)
    assert len(grade_class(course, executor=here)) == 12
    assert here.most == 3


def test_bonus_becomes_extra_credit_and_is_not_doubled(course, released):
    hand_in(course, "lucky", released)
    for _ in range(2):
        (graded,) = grade_class(course, executor=Here(full_marks))
        assert not graded.trouble
        points = gradebook_points(course, "lucky")
        assert points == {name: (check.points, check.bonus) for name, check in CHECKS.items()}
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        score = gradebook.find_submission(ASSIGNMENT, "lucky").score
    assert score == sum(check.points + check.bonus for check in CHECKS.values())


def test_an_executor_that_fails_costs_one_hand_in_a_second_try(course, released):
    hand_in(course, "one", released)
    hand_in(course, "two", released)

    def answer(task):
        if task.student == "one":
            raise OSError("the machine is gone")
        return full_marks(task)

    one, two = grade_class(course, executor=Here(answer))
    assert "the machine is gone" in one.trouble
    assert "Grade it again" in one.trouble
    assert not two.trouble
    assert {points for points, _ in gradebook_points(course, "one").values()} == {0.0}


def test_a_result_that_cannot_be_entered_is_told_and_the_others_are_entered(course, released, monkeypatch):
    hand_in(course, "one", released, {"notes.txt": b"1"})
    hand_in(course, "two", released)
    honest = grade.copy_files

    def no_space(source, target):
        if "one" in str(source):
            raise OSError(28, "No space left on device")
        honest(source, target)

    monkeypatch.setattr(grade, "copy_files", no_space)
    one, two = grade_class(course, executor=Here(full_marks))
    assert "No space left" in one.trouble
    assert not two.trouble
    assert gradebook_points(course, "two")["softmax.train"] == (POINTS["softmax.train"], 0.0)


def test_rows_hold_nothing_that_json_does_not_know():
    strange = Expectation("x", measured=math.nan, tolerance=1e-5), Expectation("y", measured=np.float64(math.inf))
    verdict = Verdict("softmax.train", 0.0, 5.0, "failed", expectations=list(strange))
    graded = grade.Graded("s", ASSIGNMENT, ASSIGNMENT, [verdict])
    (row,) = json.loads(json.dumps(list(graded.rows()), allow_nan=False))
    assert [e["measured"] for e in row["expectations"]] == [None, None]


def test_files_that_were_handed_out_are_as_they_were_handed_out(course, released):
    (course.root / "release" / ASSIGNMENT / "data.txt").write_text("ours")
    hand_in(course, "forger", released, {"data.txt": b"forged", "own.txt": b"own"})
    seen = []
    grade_class(course, executor=Here(lambda task: seen.append(task.files) or full_marks(task)))
    assert (seen[0]["data.txt"], seen[0]["own.txt"]) == (b"ours", b"own")


def test_a_file_that_may_not_be_read_costs_only_its_own_student(tmp_path, monkeypatch):
    (tmp_path / "softmax.ipynb").write_text("{}")
    (tmp_path / "notes.txt").write_text("x")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(Unreadable, match=r"softmax\.ipynb cannot be read: Permission denied"):
        read_notebook(tmp_path / "softmax.ipynb")
    assert read_files(tmp_path) == {}


@pytest.mark.parametrize(
    "content",
    [
        b'{"cells": 3, "nbformat": "four"}',
        b"[1, 2, 3]",
        b'{"cells": [{"cell_type": "code", "source": "x = 1',
        b"[" * 100_000,
        b'{"cells": [{"cell_type": "code"}], "nbformat": 4, "nbformat_minor": 5, "metadata": []}',
        b'{"worksheets": [], "nbformat": 1}',
        b'{"cells": [], "nbformat": 9, "nbformat_minor": 0, "metadata": {}}',
    ],
    ids=["other_json", "list", "cut_off", "deep", "wrong_metadata", "very_old", "of_the_future"],
)
def test_json_that_is_no_notebook_is_unreadable_and_says_so(tmp_path, content):
    (tmp_path / "softmax.ipynb").write_bytes(content)
    with pytest.raises(Unreadable, match=r"softmax\.ipynb is not a Jupyter notebook: .* hand it in again\."):
        read_notebook(tmp_path / "softmax.ipynb")


def test_a_notebook_that_is_too_large_is_not_opened(tmp_path):
    with open(tmp_path / "softmax.ipynb", "wb") as file:
        file.truncate(MAX_NOTEBOOK + 1)
    with pytest.raises(Unreadable, match="larger than 50 MB"):
        read_notebook(tmp_path / "softmax.ipynb")


@pytest.mark.sandbox
def test_a_course_folder_can_be_moved(graded_class, tmp_path):
    moved = copied(graded_class.course, tmp_path / "elsewhere")
    text = (moved.root / "nbgrader_config.py").read_text(encoding="utf-8")
    assert str(graded_class.course.root) not in text


def test_weights_and_notebook_arrive_at_the_worker(course, fill, weights):
    hand_in(course, "one", fill(REFERENCE), {WEIGHTS: weights, "deep/er/notes.txt": b"n"})
    seen = []
    grade_class(course, executor=Here(lambda task: seen.append(task) or full_marks(task)))
    assert seen[0].files == {
        WEIGHTS: weights.read_bytes(),
        "deep/er/notes.txt": b"n",
        "course.json": (course.root / "release" / ASSIGNMENT / "course.json").read_bytes(),
    }
