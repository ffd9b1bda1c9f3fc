"""nbgrader's own commands in a course folder: the same scores as `autograder grade`, feedback, marking schemes."""

import re

import nbformat
import pytest

from autograder.handins import read_handins
from tests.grading.courses import (
    ASSIGNMENT,
    CHECKS,
    POINTS,
    SEED,
    UNTOUCHED,
    WEIGHTS,
    cell_of,
    copied,
    gradebook_points,
    hand_in,
    once,
    slim,
)
from tests.grading.test_exploits import nbgrader, nbgrader_done

pytestmark = pytest.mark.sandbox
STUDENT = "typical_mistakes"
TASK = "softmax-explain_initial_loss"
LOOKS = """
import os
for name in sorted(os.listdir(".")):
    print(name, open(name, "rb").read(300) if os.path.isfile(name) else "")
"""


@pytest.fixture(scope="session")
def stock_course(tmp_path_factory, fresh_course, fill, weights):
    """A course whose hand-ins were graded by `nbgrader autograde`, and fed back by `nbgrader generate_feedback`."""

    def make(folder):
        course = copied(fresh_course, folder / "course")
        hand_in(course, STUDENT, fill(read_handins(ASSIGNMENT)[STUDENT]), {WEIGHTS: weights})
        curious = slim(fill(UNTOUCHED))
        curious.cells.append(nbformat.v4.new_code_cell(LOOKS))
        for cell in curious.cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                cell.metadata.nbgrader |= {"points": 1000, "grade_id": ["a", "list"]}
        links = hand_in(course, "curious", curious, {"own.txt": b"own"})
        (links / "seed.txt").symlink_to(course.private / "seed")
        (links / "relative.txt").symlink_to("../../../.autograder/seed")
        linked = hand_in(course, "linked")
        (linked / "softmax.ipynb").symlink_to(course.root / "submitted" / STUDENT / ASSIGNMENT / "softmax.ipynb")
        log = nbgrader(course.root, "autograde", ASSIGNMENT)
        nbgrader(course.root, "generate_feedback", ASSIGNMENT)
        return log

    folder, log = once(tmp_path_factory, "stock-course", make)
    return folder / "course", log


@pytest.fixture
def stock(stock_course):
    """The course that nbgrader graded."""
    from autograder.grading.course import open_course

    return open_course(stock_course[0])


def graded_notebook(course, student):
    return nbformat.read(course.root / "autograded" / student / ASSIGNMENT / "softmax.ipynb", as_version=4)


def test_stock_autograde_gives_the_same_scores_as_our_command(stock, graded_class):
    told = {row["check"]: (row["points"], row["bonus"]) for row in graded_class.rows[STUDENT]}
    assert gradebook_points(stock, STUDENT) == told


def test_stock_autograde_writes_the_same_verdicts(stock, graded_class):
    ours, theirs = graded_class.notebook(STUDENT), graded_notebook(stock, STUDENT)
    for check in CHECKS.values():
        a, b = (
            re.sub(r"\(\d+\.\d s\)|error \S+", "", cell_of(nb, check.grade_id).outputs[0].data["text/plain"])
            for nb in (ours, theirs)
        )
        assert a == b


def test_forged_metadata_earns_nothing_under_stock_autograde(stock):
    assert gradebook_points(stock, "curious") == dict.fromkeys(POINTS, (0.0, 0.0))
    for check in CHECKS.values():
        assert cell_of(graded_notebook(stock, "curious"), check.grade_id).metadata.nbgrader.points == check.points


def test_links_do_not_bring_the_seed_into_the_sandbox_under_stock_autograde(stock):
    shown = "".join(
        output.text
        for cell in graded_notebook(stock, "curious").cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    )
    assert "own.txt" in shown
    assert SEED not in shown


def test_somebody_elses_notebook_under_ones_own_name_earns_nothing_under_stock_autograde(stock):
    assert gradebook_points(stock, "linked") == dict.fromkeys(POINTS, (0.0, 0.0))


def test_feedback_holds_points_and_diagnosis(stock):
    html = (stock.root / "feedback" / STUDENT / ASSIGNMENT / "softmax.html").read_text(encoding="utf-8")
    for words in ("softmax.numerical_gradient", "forward difference", "majority vote", "partly right"):
        assert words in html


def test_nothing_that_is_handed_back_holds_the_seed(stock, graded_class):
    shown = [path for folder in ("autograded", "feedback") for path in (stock.root / folder).rglob("*")]
    shown += (graded_class.course.root / "autograded").rglob("*")
    assert len(shown) > 30
    for path in shown:
        assert path.is_dir() or SEED.encode() not in path.read_bytes()


def test_marking_scheme_is_for_the_marker_only(stock, graded_class, released):
    words = "1 point: log C"
    assert words in cell_of(graded_class.notebook(STUDENT), TASK).source
    assert words in cell_of(graded_notebook(stock, STUDENT), TASK).source
    assert words not in nbformat.writes(released)


def test_answer_to_the_free_response_item_is_kept_and_waits_for_the_marker(graded_class):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded_class.course.root}/gradebook.db") as gradebook:
        for student in (STUDENT, "reference"):
            grade = gradebook.find_grade(TASK, ASSIGNMENT, ASSIGNMENT, student)
            assert grade.needs_manual_grade
            assert (grade.auto_score or 0.0, grade.max_score) == (0.0, 4.0)


@pytest.mark.parametrize("mistake", ["1 / 0", "this is no Python", "import a_package_that_is_not_there"])
def test_after_an_error_in_its_configuration_nbgrader_runs_no_hand_in(fresh_course, fill, tmp_path, mistake):
    course = copied(fresh_course, tmp_path / "course")
    evidence, notebook = tmp_path / "evidence", slim(fill(UNTOUCHED))
    notebook.cells.insert(0, nbformat.v4.new_code_cell(f"open({str(evidence)!r}, 'w')"))
    hand_in(course, "eve", notebook)
    with open(course.root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(f"\n{mistake}\n")
    done = nbgrader_done(course.root, "autograde", ASSIGNMENT)
    assert "nbgrader_config.py could not be read, so nothing is run" in done.stderr
    assert done.returncode != 0 and not evidence.exists()
    if mistake == "1 / 0":  # what keeps it from running is the other file
        (course.root / "nbgrader_config.json").unlink()
        nbgrader_done(course.root, "autograde", ASSIGNMENT)
        assert evidence.exists()


def test_the_two_configurations_of_a_course_do_not_collide(stock_course):
    assert "Collisions" not in stock_course[1]
