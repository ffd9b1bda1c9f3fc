"""Where `autograder grade` left its verdicts; only what came out of the notebooks is made up."""

import json

import pytest

from autograder.grading import nbgrader_plugin
from autograder.grading.grade import grade_class
from tests.grading.courses import POINTS, Here, full_marks, hand_in, no_marks
from tests.report.pages_of import Report


def test_a_class_graded_twice_shows_what_changed(course, released):
    for student in ("ada", "bob"):
        hand_in(course, student, released)
    grade_class(course, executor=Here(full_marks))
    report = Report(course)
    assert report.code == 0 and "Nobody's points." in report.text()
    assert "100 % median of the points 33 of 33" in report.text(where=".cards")
    grade_class(course, executor=Here(lambda task: (full_marks if task.student == "ada" else no_marks)(task)))
    report = Report(course)
    (changed,) = report.page().select(".changes li")
    assert changed.a.text == "bob"
    assert "nothing of what it depends on changed: look at it" in report.text("student/bob.html")
    assert ["changed without a cause", "bob"] in [line[:2] for line in report.table("index.html", "To look at by hand")]
    grade_class(course, executor=Here(lambda task: (full_marks if task.student == "ada" else no_marks)(task)))
    assert "Nobody's points." in Report(course).text()


def test_what_was_mended_is_still_known(course, released):
    released.cells = [
        cell for cell in released.cells if "train" not in cell.metadata.get("nbgrader", {}).get("grade_id", "")
    ]
    hand_in(course, "ada", released)
    grade_class(course, executor=Here(full_marks))
    report = Report(course)
    assert "The cell softmax-train was missing and has been put back." in report.text("student/ada.html")


def test_verdicts_of_earlier_versions_are_read(course, released):
    hand_in(course, "ada", released)
    grade_class(course, executor=Here(full_marks))
    path = course.private / "verdicts" / "ada" / "softmax" / "softmax.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({key: kept[key] for key in ("fingerprints", "rows")}))
    assert nbgrader_plugin.earlier_verdicts(path)["rows"] == kept["rows"]
    assert Report(course).code == 0
    grade_class(course, executor=Here(no_marks))
    assert json.loads(path.read_text())["before"]["rows"][0]["points"] == POINTS["softmax.probabilities"]


@pytest.mark.parametrize("damage", ['{"fingerprints": {}, "rows": [{"check": 1}]}', '{"fingerprints": 1, "rows": []}'])
def test_an_earlier_verdict_that_is_damaged_stops_no_grading(course, released, damage):
    hand_in(course, "ada", released)
    path = course.private / "verdicts" / "ada" / "softmax" / "softmax.json"
    path.parent.mkdir(parents=True)
    path.write_text(damage)
    (graded,) = grade_class(course, executor=Here(full_marks))
    assert (graded.trouble, graded.before) == ("", None)
    assert Report(course).code == 0
