"""A homework that goes out and comes back through nbgrader's exchange, with nbgrader's own commands."""

import subprocess
import sys
from datetime import datetime, timezone

import nbformat
import pytest

from autograder.build import source_notebooks
from autograder.grading.course import create, open_course
from autograder.grading.grade import grade_class
from autograder.handins import filled
from tests.grading.courses import ASSIGNMENT, HALF_DONE, POINTS, SEED

pytestmark = pytest.mark.sandbox


def nbgrader(folder, exchange, *line):
    """Run one of nbgrader's commands there; what it said, if it failed."""
    told = [sys.executable, "-m", "nbgrader", *line, f"--Exchange.root={exchange}"]
    done = subprocess.run(told, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A course whose one student fetched, wrote, and handed in twice; and the folder where they worked."""
    base = tmp_path_factory.mktemp("exchange")
    exchange, home = base / "exchange", base / "home"
    exchange.mkdir()
    exchange.chmod(0o777)
    home.mkdir()
    course = create(base / "course", names=[ASSIGNMENT])
    (course.private / "seed").write_text(SEED)
    nbgrader(course.root, exchange, "release_assignment", ASSIGNMENT)
    of_course = "--course", course.root.name
    nbgrader(home, exchange, "fetch_assignment", ASSIGNMENT, *of_course)
    nbgrader(home, exchange, "submit", ASSIGNMENT, *of_course)  # as it was handed out, and then what was written
    (path,) = (home / ASSIGNMENT).glob("*.ipynb")
    nbformat.write(filled(nbformat.read(path, 4), source_notebooks(ASSIGNMENT)[path.stem], HALF_DONE), path)
    nbgrader(home, exchange, "submit", ASSIGNMENT, *of_course)
    nbgrader(course.root, exchange, "collect", ASSIGNMENT)
    return open_course(course.root)


def test_what_comes_by_the_exchange_is_graded_as_it_was_handed_in_last(collected):
    (graded,) = grade_class(collected)
    assert graded.trouble == ""
    assert {verdict.check: verdict.points for verdict in graded.verdicts} == pytest.approx(HALF_DONE.points(POINTS))


def test_feedback_goes_back_the_same_way(collected):
    exchange, home = collected.root.parent / "exchange", collected.root.parent / "home"
    grade_class(collected)
    for command in ("generate_feedback", "release_feedback"):
        nbgrader(collected.root, exchange, command, ASSIGNMENT)
    nbgrader(home, exchange, "fetch_feedback", ASSIGNMENT, "--course", collected.root.name)
    (page,) = (home / ASSIGNMENT / "feedback").rglob("*.html")
    assert "softmax.probabilities" in page.read_text(encoding="utf-8")


def test_when_it_was_handed_in_is_known_from_the_exchange(collected):
    (folder,) = (collected.root / "submitted").glob(f"*/{ASSIGNMENT}")
    told = (folder / "timestamp.txt").read_text().removesuffix(" UTC")
    age = datetime.now(timezone.utc) - datetime.fromisoformat(told).replace(tzinfo=timezone.utc)
    assert 0 <= age.total_seconds() < 3600
