"""Before a class is graded, a hand-in that is wrong everywhere is: it earns nothing, or nothing is entered."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import nbformat
import pytest

import solutions.softmax
from autograder.build import assignment_names, source_notebooks
from autograder.grading import canary, engine, journal
from autograder.grading.course import CourseError
from autograder.grading.grade import grade_class
from autograder.grading.nbgrader_plugin import nbgrader_api
from autograder.grading.settings import Settings
from autograder.grading.task import failed, run
from autograder.namespace import LocalNamespace
from tests.grading.courses import ASSIGNMENT, CHECKS, Here, full_marks, gradebook_points, hand_in

NOTEBOOKS = [(name, stem) for name in assignment_names() for stem in source_notebooks(name)]


@pytest.mark.sandbox
@pytest.mark.parametrize(("assignment", "notebook"), NOTEBOOKS, ids=[stem for _, stem in NOTEBOOKS])
def test_the_canary_is_judged_on_every_item_and_earns_nothing(assignment, notebook):
    source = source_notebooks(assignment)[notebook]
    task = canary.canary(assignment, notebook, source, Settings(secret=b"a secret of 32 bytes, or as good"))
    result = run(task)
    canary.refuse_earnings(task, result)
    asked = [engine.check_of(cell).name for cell in source.cells if engine.check_of(cell)]
    assert [verdict.check for verdict in result.verdicts] == asked
    assert {verdict.status for verdict in result.verdicts} <= {"failed", "missing"}  # an answer, and judged
    assert sum(verdict.status == "missing" for verdict in result.verdicts) <= 1


def test_a_grader_that_gives_points_to_everybody_is_stopped_and_enters_nothing(course, released):
    hand_in(course, "ada", released)
    with pytest.raises(CourseError, match=r"grading itself.*softmax\.probabilities \(") as stopped:
        grade_class(course, executor=Here(full_marks, full_marks))
    assert all(name in str(stopped.value) for name in CHECKS)
    assert not (course.root / "autograded").exists()
    assert not (course.private / "journal").exists()


@pytest.mark.sandbox
def test_a_grader_that_asks_the_solutions_instead_of_the_student_is_stopped(course, released, monkeypatch):
    hand_in(course, "ada", released)
    answers = LocalNamespace(vars(solutions.softmax))
    monkeypatch.setattr(engine, "RemoteNamespace", lambda kernel, seconds: answers)
    with pytest.raises(CourseError, match="grading itself"), ThreadPoolExecutor(1) as here:
        grade_class(course, executor=here)
    assert not (course.root / "autograded").exists()


def test_a_canary_that_cannot_be_graded_stops_everything_too(course, released):
    hand_in(course, "ada", released)
    with pytest.raises(CourseError, match=r"could not be graded\. The kernel is gone"):
        grade_class(course, executor=Here(full_marks, lambda task: failed(task, "The kernel is gone.")))
    assert not (course.root / "autograded").exists()


def test_a_bonus_alone_is_enough_to_be_stopped(released):
    task = canary.canary(ASSIGNMENT, ASSIGNMENT, released, Settings())
    result = failed(task, "")
    canary.refuse_earnings(task, result)
    result.verdicts[3].bonus = 0.5
    with pytest.raises(CourseError, match="grading itself"):
        canary.refuse_earnings(task, result)


def test_the_canary_holds_no_code_but_its_own_and_the_checks(released):
    task = canary.canary(ASSIGNMENT, ASSIGNMENT, released, Settings())
    cells = nbformat.reads(task.source, as_version=4).cells
    assert len(cells) == 1 + len(CHECKS)
    assert all(f"{check.asks} = Wrong()" in cells[0].source for check in CHECKS.values())


@pytest.mark.sandbox
def test_nbgraders_own_button_is_stopped_too_says_why_and_enters_nothing(course, released, monkeypatch):
    """As formgrader does it: nbgrader's interface, inside a running event loop."""
    hand_in(course, "ada", released)
    answers = LocalNamespace(vars(solutions.softmax))
    monkeypatch.setattr(engine, "RemoteNamespace", lambda kernel, seconds: answers)
    monkeypatch.setattr(canary, "_earned_nothing", [])

    async def pressed():
        with nbgrader_api(course.root) as api:
            return api.autograde(ASSIGNMENT, "ada")

    outcome = asyncio.run(pressed())
    assert not outcome["success"]
    assert "Nothing was entered: the grader is grading itself." in outcome["log"]
    assert not (course.root / "autograded" / "ada" / ASSIGNMENT).exists()
    assert {points for points, _ in gradebook_points(course, "ada").values()} <= {None, 0.0}


def test_nbgraders_own_commands_grade_it_once_in_a_process_and_again_where_anything_changed(released, monkeypatch):
    graded = []
    monkeypatch.setattr(canary, "_earned_nothing", [])
    monkeypatch.setattr(canary, "run", lambda task: graded.append(task) or failed(task, ""))

    def count(settings):
        canary.refuse_to_grade_itself(ASSIGNMENT, ASSIGNMENT, released, settings)
        return len(graded)

    settings = Settings(secret=b"one secret")
    assert (count(settings), count(settings)) == (1, 1)
    assert (count(replace(settings, secret=b"another")), count(settings)) == (2, 2)
    monkeypatch.setattr(journal, "programs", lambda: "others")
    assert (count(settings), count(settings)) == (3, 3)


@pytest.mark.parametrize("result", [full_marks, lambda task: failed(task, "The kernel is gone.")])
def test_a_canary_that_was_refused_is_not_remembered_as_a_good_one(released, monkeypatch, result):
    monkeypatch.setattr(canary, "_earned_nothing", [])
    monkeypatch.setattr(canary, "run", result)
    for _ in range(2):
        with pytest.raises(CourseError, match="Nothing was entered"):
            canary.refuse_to_grade_itself(ASSIGNMENT, ASSIGNMENT, released, Settings())
