"""`autograder add` puts a homework into a course that exists, whole or not at all, and touches nothing else."""

import json

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grading import course as course_module
from autograder.grading.course import open_course
from autograder.registry import checks_of
from tests.grading.courses import ASSIGNMENT

OTHER = "transfer"


def test_a_homework_that_was_added_is_released_and_in_the_gradebook(course, capsys):
    assert main(["add", str(course.root), OTHER]) == 0
    assert f"hand out {course.root}/release/{OTHER}/" in capsys.readouterr().out
    assert open_course(course.root).assignments() == [ASSIGNMENT, OTHER]
    released = course.root / "release" / OTHER
    assert json.loads((released / "course.json").read_text(encoding="utf-8")) == {"dataset": "shapes10"}
    assert "BEGIN SOLUTION" not in (released / f"{OTHER}.ipynb").read_text(encoding="utf-8")
    with Gradebook(course.gradebook) as gradebook:
        assert gradebook.find_assignment(OTHER).max_code_score == sum(check.points for check in checks_of(OTHER))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (ASSIGNMENT, "already, and is left as it is"),
        ("softmix", "no assignment 'softmix'; there are"),
        ("..", "no assig"),
    ],
)
def test_what_cannot_be_added_is_refused_in_a_sentence(course, capsys, name, said):
    before = sorted(course.root.rglob("*"))
    assert main(["add", str(course.root), name]) == 2
    told = capsys.readouterr().err
    assert said in told and "Traceback" not in told
    assert sorted(course.root.rglob("*")) == before


def test_a_folder_that_is_no_course_is_refused(tmp_path, capsys):
    assert main(["add", str(tmp_path), OTHER]) == 2
    assert "is not a course folder" in capsys.readouterr().err


def test_without_a_gradebook_nothing_half_made_is_left(course, capsys):
    (course.root / "gradebook.db").write_bytes(b"no database at all, but long enough to look like a file of one" * 20)
    assert main(["add", str(course.root), OTHER]) == 2
    assert "cannot be opened" in capsys.readouterr().err
    assert open_course(course.root).assignments() == [ASSIGNMENT]


def test_when_the_release_fails_nothing_half_made_is_left(course, monkeypatch):
    def no_space(root, dataset, name, notebooks):
        (root / "source" / name).mkdir()
        raise OSError("no space left on device")

    monkeypatch.setattr(course_module, "_put_in", no_space)
    assert main(["add", str(course.root), OTHER]) == 2
    assert not (course.root / "source" / OTHER).exists()
    monkeypatch.undo()
    assert main(["add", str(course.root), OTHER]) == 0
