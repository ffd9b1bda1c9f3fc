"""Late hand-ins: due dates, extensions and penalties of course.json, the same by our command and by stock nbgrader."""

import csv
import io
import json
import re
import zipfile
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grading import grade
from autograder.grading.course import open_course
from autograder.grading.grade import grade_class
from autograder.grading.late import DAY, Policy, duration
from autograder.show.gradebook import show_table
from tests.grading.courses import (
    ASSIGNMENT,
    CHECKS,
    UNTOUCHED,
    Here,
    full_marks,
    grade_by_command,
    gradebook_points,
    hand_in,
    slim,
)
from tests.grading.test_exploits import nbgrader

ROOT = Path(__file__).resolve().parents[2]
DUE = "2026-12-01T23:59+01:00"
POLICY = {"grace_minutes": 10, "percent_per_day": 10, "at_most_percent": 50}
MOST = sum(check.points + check.bonus for check in CHECKS.values())
TASK = "softmax-explain_initial_loss"
# When each student handed in, and how many percent that costs; eve has until the fourth of December.
TIMES = {
    "ada": ("2026-12-01 22:58:59 UTC", 0),
    "bob": ("2026-12-01 23:09:00 UTC", 0),  # the last second of grace
    "eve": ("2026-12-04 23:30:00 UTC", 10),
    "joe": ("2026-12-02 22:59:00 UTC", 10),  # to the second a day
    "kim": ("2026-12-02 22:59:01 UTC", 20),
    "max": ("2027-01-31 00:00:00 UTC", 50),
}


def told(course, **settings):
    """The same course with more in its course.json."""
    path = course.private / "course.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    return open_course(course.root)


@pytest.fixture
def late_class(course, released):
    """Six students who handed in in time and late, and one of whom no time is known."""
    for student, (time, _) in TIMES.items():
        hand_in(course, student, released, {"timestamp.txt": time.encode()})
    hand_in(course, "zoe", released)
    extensions = {ASSIGNMENT: {"eve": "2026-12-04T23:59+01:00"}}
    return told(course, due={ASSIGNMENT: DUE}, late=POLICY, extensions=extensions)


def table(graded):
    out = io.StringIO()
    with redirect_stdout(out):
        show_table(graded)
    return out.getvalue()


def exported(course):
    """What `nbgrader export` says, by student."""
    nbgrader(course.root, "export")
    with open(course.root / "grades.csv", encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("seconds", "percent"),
    [(0, 0), (600, 0), (601, 10), (DAY, 10), (DAY + 1, 20), (4 * DAY + 1, 50), (9 * DAY, 50), (10**9, 50)],
)
def test_each_day_that_has_begun_costs_its_share_up_to_the_most(seconds, percent):
    assert Policy(10, 50, 10).percent(seconds) == percent
    assert Policy(10, 50, 10).penalty(33.33, seconds) == round(33.33 * percent / 100, 2)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 min"), (3600, "1 h"), (3661, "1 h 2 min"), (DAY + 3 * 3600, "1 d 3 h"), (40 * DAY, "40 d")],
)
def test_a_delay_in_words(seconds, words):
    assert duration(seconds) == words


def test_verdicts_stay_and_the_gradebook_takes_off_what_the_policy_says(late_class):
    graded = {one.student: one for one in grade_class(late_class, executor=Here(full_marks))}
    csv_rows = exported(late_class)
    for student, (time, percent) in TIMES.items():
        one = graded[student]
        assert sum(verdict.points + verdict.bonus for verdict in one.verdicts) == MOST
        assert (one.late.percent, one.late.points) == (percent, round(MOST * percent / 100, 2))
        assert {row["late_percent"] for row in one.rows()} == {percent}
        assert float(csv_rows[student]["raw_score"]) == MOST
        assert float(csv_rows[student]["late_submission_penalty"]) == one.late.points
        assert float(csv_rows[student]["score"]) == pytest.approx(MOST - one.late.points)
        assert csv_rows[student]["timestamp"] == time.removesuffix(" UTC")
        assert csv_rows[student]["duedate"] == "2026-12-01 22:59:00"
    assert {row["seconds_late"] for row in graded["kim"].rows()} == {DAY + 1}
    assert {row["seconds_late"] for row in graded["eve"].rows()} == {31 * 60}
    assert graded["zoe"].late.points == 0
    lines = {line.split()[0]: line for line in table(graded.values()).splitlines()}
    assert f"s  1 d late, {MOST * 0.1:g} points (10 %) taken off; " in lines["joe"]
    assert "s  10 min late; " in lines["bob"]
    assert " late" not in lines["ada"]
    assert "s  no time of handing in is known, so it counts as in time; " in lines["zoe"]
    assert "nbgrader's gradebook, not in these points" in table(graded.values())


def test_without_a_policy_lateness_is_told_and_costs_nothing(course, released):
    hand_in(course, "kim", released, {"timestamp.txt": TIMES["kim"][0].encode()})
    (graded,) = grade_class(told(course, due={ASSIGNMENT: DUE}), executor=Here(full_marks))
    assert (graded.late.seconds, graded.late.percent, graded.late.points) == (DAY + 1, 0, 0)
    assert float(exported(course)["kim"]["score"]) == MOST


@pytest.mark.sandbox
def test_stock_nbgrader_takes_off_the_same_and_feedback_counts_marks_by_hand(course, fill):
    some = slim(fill(replace(UNTOUCHED, from_solutions=("softmax", "bootstrap"))))
    course = told(course, due={ASSIGNMENT: DUE}, late=POLICY)
    hand_in(course, "kim", some, {"timestamp.txt": TIMES["kim"][0].encode()})
    rows, code, out, _ = grade_by_command(course)
    points = sum(row["points"] + row["bonus"] for row in rows)
    ours = exported(course)["kim"]
    assert (code, {row["late_percent"] for row in rows}) == (0, {20})
    assert f"{points * 0.2:g} point (20 %) taken off" in out.replace("points (20", "point (20")
    assert float(ours["late_submission_penalty"]) == pytest.approx(points * 0.2)
    with Gradebook(course.gradebook) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "kim")
        submission.notebooks[0].late_submission_penalty = None
        submission.assignment.duedate = None
        gradebook.db.commit()
    nbgrader(course.root, "autograde", ASSIGNMENT, "--force")
    assert exported(course)["kim"] == ours
    with Gradebook(course.gradebook) as gradebook:
        gradebook.find_grade(TASK, ASSIGNMENT, ASSIGNMENT, "kim").manual_score = 4
        gradebook.db.commit()
    nbgrader(course.root, "generate_feedback", ASSIGNMENT)
    assert float(exported(course)["kim"]["late_submission_penalty"]) == pytest.approx((points + 4) * 0.2)
    html = (course.root / "feedback" / "kim" / ASSIGNMENT / "softmax.html").read_text(encoding="utf-8")
    assert "Late submission penalty" in html or "late" in html.lower()


def zipped(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{name}_1_softmax.ipynb", data)
    return path


def collected(course, tmp_path, capsys, times, **files):
    """Collect these notebooks by command, with a table of times; returns exit code and screen."""
    (tmp_path / "times.csv").write_text("student,time\n" + "".join(f"{who},{time}\n" for who, time in times.items()))
    path = zipped(tmp_path / "all.zip", **files)
    options = ["--times", str(tmp_path / "times.csv")] if times else []
    code = main(["collect", str(course.root), ASSIGNMENT, str(path), "--platform", "canvas", *options])
    return code, capsys.readouterr().out


def test_a_hand_in_that_replaces_another_gets_the_penalty_of_its_own_time(course, released, tmp_path, capsys):
    import nbformat

    course = told(course, due={ASSIGNMENT: DUE}, late=POLICY)
    first = nbformat.writes(released)
    later = first.replace("import numpy as np", "import numpy as np  # better")
    code, said = collected(course, tmp_path, capsys, {"7": "2026-12-01T12:00Z", "8": ""}, kim_7=first)
    assert (code, "handed in 2026-12-01 12:00 UTC\n" in said) == (0, True)
    grade_class(course, executor=Here(full_marks))
    assert float(exported(course)["kim-7"]["late_submission_penalty"]) == 0
    code, said = collected(course, tmp_path, capsys, {"kim-7": "2026-12-03T12:00+01:00"}, kim_LATE_7=later)
    assert (code, "changed; handed in 2026-12-03 11:00 UTC; late, says the platform; 1 d 12 h late" in said) == (
        0,
        True,
    )
    (graded,) = grade_class(course, executor=Here(full_marks))
    assert "kim-7, softmax: 0 % off for delay before, 20 % now; the hand-in changed" in table([graded])
    row = exported(course)["kim-7"]
    assert (row["timestamp"], float(row["late_submission_penalty"])) == ("2026-12-03 11:00:00", round(MOST * 0.2, 2))
    (kept,) = (course.private / "replaced" / "kim-7" / ASSIGNMENT).iterdir()
    assert (kept / "timestamp.txt").read_text() == "2026-12-01 12:00:00 UTC\n"
    # Then one of which no time is known: it must not inherit that of the one before.
    code, said = collected(course, tmp_path, capsys, {}, kim_7=first + "\n")
    assert "The zip does not say when 1 of them came, so they count as in time. Say it with --times FILE." in said
    (graded,) = grade_class(course, executor=Here(full_marks))
    assert (graded.late.handed_in, graded.late.points, exported(course)["kim-7"]["timestamp"]) == (None, 0, "")


def test_collecting_again_keeps_a_time_and_takes_a_new_one(course, tmp_path, capsys):
    path = course.root / "submitted" / "kim-7" / ASSIGNMENT / "timestamp.txt"
    collected(course, tmp_path, capsys, {"7": "2026-12-01T12:00Z"}, kim_7="{}")
    code, said = collected(course, tmp_path, capsys, {}, kim_7="{}")
    assert (code, "as before; handed in 2026-12-01 12:00 UTC" in said) == (0, True)
    collected(course, tmp_path, capsys, {"kim-7": "2026-12-01T13:00Z"}, kim_7="{}")
    assert path.read_text() == "2026-12-01 13:00:00 UTC\n"
    assert not (course.private / "replaced").exists()


@pytest.mark.parametrize("name", ["timestamp.txt", "timestamp.txt/more.txt"])
def test_a_time_that_students_wrote_themselves_is_left_out(course, tmp_path, capsys, name):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kim_7_assignsubmission_file_/softmax.ipynb", "{}")
        archive.writestr(f"kim_7_assignsubmission_file_/{name}", "1999-01-01 00:00:00 UTC")
    command = ["collect", str(course.root), ASSIGNMENT, str(path)]
    assert main(command) == 1
    assert f"{name} was left out: it is not the student's to write." in capsys.readouterr().out
    written = course.root / "submitted" / "kim-7" / ASSIGNMENT / "timestamp.txt"
    assert not written.exists()
    (tmp_path / "times.csv").write_text("student,time\n7,2026-12-01T12:00Z\n")
    written.symlink_to(tmp_path / "elsewhere")
    assert main([*command, "--times", str(tmp_path / "times.csv")]) == 1
    assert written.read_text() == "2026-12-01 12:00:00 UTC\n" and not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("who,when\n7,2026-12-01T12:00Z\n", "has no columns `student` and `time`"),
        ("", "has no columns `student` and `time`"),
        ("student,time\n7,yesterday\n", "line 2: the time is 'yesterday', which is no date like 2026-12-01T23:59"),
        ("student,time\n7,2026-12-01 12:00\n", "has no time zone"),
        ("student,time\n7,2026-12-01T12:00Z\n7,2026-12-02T12:00Z\n", "line 3: 7 is there twice"),
        ("student,time\n\xff,", "cannot be read as a table of times"),
        (None, "cannot be read as a table of times"),
    ],
)
def test_a_table_of_times_that_cannot_be_meant_is_told(course, tmp_path, capsys, text, said):
    if text is not None:
        (tmp_path / "times.csv").write_bytes(text.encode("latin-1"))
    path = zipped(tmp_path / "all.zip", kim_7="{}")
    command = ["collect", str(course.root), ASSIGNMENT, str(path), "--times", str(tmp_path / "times.csv")]
    assert main(command) == 2
    assert said in capsys.readouterr().err
    assert not list((course.root / "submitted").iterdir())


def test_a_name_in_the_table_of_whom_nothing_came_is_told(course, tmp_path, capsys):
    code, said = collected(course, tmp_path, capsys, {"7": "2026-12-01T12:00Z", "99": "2026-12-01T12:00Z"}, kim_7="{}")
    assert code == 1 and said.splitlines()[-1] == "Left out, for these names are no hand-in's: '99'"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"due": {"softmx": DUE}}, "`due` names 'softmx', and the assignments are softmax"),
        ({"due": {ASSIGNMENT: "1 December"}}, "the due date of softmax is '1 December', which is no date like"),
        ({"due": {ASSIGNMENT: "2026-12-01T23:59"}}, "has no time zone"),
        ({"due": {ASSIGNMENT: "2026-13-01T23:59Z"}}, "is no date like"),
        ({"due": {ASSIGNMENT: "0001-01-01T00:00+01:00"}}, "out of all calendars"),
        ({"due": {ASSIGNMENT: 5}}, "is no date like"),
        ({"due": DUE}, "`due` is not a table"),
        ({"deu": {ASSIGNMENT: DUE}}, "'deu' is none of"),
        ({"extensions": {ASSIGNMENT: {"eve": DUE}}}, "for which `due` has no date"),
        ({"due": {ASSIGNMENT: DUE}, "extensions": {ASSIGNMENT: DUE}}, "is not a table like"),
        ({"due": {ASSIGNMENT: DUE}, "extensions": {ASSIGNMENT: {"eve": "2026-11-30T00:00Z"}}}, "ends before softmax"),
        ({"late": {"percent_per_week": 10}}, "`late` holds 'percent_per_week', which is none of percent_per_day"),
        ({"late": {"percent_per_day": 101}}, "`percent_per_day` of `late` is not a number from 0 to 100"),
        ({"late": {"percent_per_day": "10"}}, "is not a number from 0 to 100"),
        ({"late": {"percent_per_day": 10, "grace_minutes": -1}}, "is not a number from 0 up"),
        ({"late": {"grace_minutes": 10}}, "does not say `percent_per_day`"),
        ({"late": 10}, "`late` is not a table"),
    ],
)
def test_a_date_or_policy_that_cannot_be_meant_is_told(course, capsys, settings, said):
    path = course.private / "course.json"
    path.write_text(json.dumps({"dataset": "shapes10"} | settings))
    assert main(["grade", str(course.root)]) == 2
    told = capsys.readouterr().err
    assert said in told and str(path) in told and "Traceback" not in told


def test_the_guide_shows_settings_that_are_understood(course):
    guide = (ROOT / "book" / "instructor_term.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    (course.private / "course.json").write_text(shown)
    deadlines = open_course(course.root).deadlines
    assert deadlines.policy == Policy(10, 50, 10)
    assert deadlines.extension(ASSIGNMENT, "doejane-1234").days == 3


def test_an_extension_of_somebody_who_handed_nothing_in_is_told(late_class, capsys, monkeypatch):
    told(late_class, extensions={ASSIGNMENT: {"eve": DUE, "evee": DUE}})
    monkeypatch.setattr("autograder.show.gradebook.grade_class", lambda *args, **options: [])
    assert main(["grade", str(late_class.root)]) == 0
    assert capsys.readouterr().err == (
        "autograder: note: evee has an extension for softmax, and has handed nothing in yet.\n"
    )


@pytest.fixture
def stopped(late_class, monkeypatch):
    """Names of those whom a grading entered before it was stopped, and of those that are entered from then on."""
    honest, entered = grade._enter, []

    def counting(course, graded, result):
        if len(entered) == 4 and not over:
            raise KeyboardInterrupt
        entered.append(graded.student)
        honest(course, graded, result)

    over: list[bool] = []
    monkeypatch.setattr(grade, "_enter", counting)
    with pytest.raises(KeyboardInterrupt):
        grade_class(late_class, executor=Here(full_marks))
    over.append(True)
    before = list(entered)
    entered.clear()
    return before, entered


def test_what_a_stopped_grading_entered_is_not_entered_again(late_class, stopped):
    before, entered = stopped
    graded = {one.student: one for one in grade_class(late_class, executor=Here(full_marks))}
    assert sorted(before + entered) == sorted(graded) and len(before) == 4
    assert {student: graded[student].late.percent for student in TIMES} == {
        who: cost for who, (_, cost) in TIMES.items()
    }
    assert {one.late.due for one in graded.values()} == {datetime(2026, 12, 1, 22, 59), datetime(2026, 12, 4, 22, 59)}


def test_a_later_due_date_is_entered_for_those_whom_a_stopped_grading_had_entered(late_class, stopped):
    before, entered = stopped
    course = told(late_class, due={ASSIGNMENT: "2026-12-02T23:59+01:00"})
    graded = {one.student: one for one in grade_class(course, executor=Here(full_marks))}
    assert sorted(entered) == sorted(graded) and all(graded[student].kept for student in before)
    assert [graded[student].late.percent for student in ("joe", "kim", "max")] == [0, 0, 50]
    penalties = {who: float(row["late_submission_penalty"]) for who, row in exported(course).items()}
    assert (penalties["joe"], penalties["kim"], penalties["max"]) == (0, 0, MOST / 2)


def test_student_code_never_sees_when_it_was_handed_in(late_class):
    seen = []
    grade_class(late_class, executor=Here(lambda task: seen.append(set(task.files)) or full_marks(task)))
    assert len(seen) == 7 and not any("timestamp.txt" in files for files in seen)


@pytest.mark.parametrize("damage", [b"", b"yesterday", b"\xff", b"9999999999"])
def test_a_damaged_time_counts_as_none(late_class, damage):
    (late_class.root / "submitted" / "max" / ASSIGNMENT / "timestamp.txt").write_bytes(damage)
    (graded,) = grade_class(late_class, student="max", executor=Here(full_marks))
    assert (graded.trouble, graded.late.handed_in, graded.late.points) == ("", None, 0)
    assert gradebook_points(late_class, "max")["softmax.train"][0] == CHECKS["softmax.train"].points
