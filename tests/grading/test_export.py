"""Grades and feedback leave the course as nbgrader, Canvas and Moodle read them, and nobody is mixed up."""

import csv
import io
import json
import os
import re
import stat
import zipfile
from dataclasses import replace

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.demo import write_feedback
from autograder.export import canvas, moodle, nbgrader_csv
from autograder.export.tables import as_csv, harmless, number, write_private
from autograder.export.template import Template
from autograder.grading.course import CourseError, create, open_course
from autograder.grading.engine import verdict_outputs
from autograder.grading.grade import grade_class
from autograder.grading.task import failed
from autograder.registry import get_check
from tests.grading.courses import ASSIGNMENT, CHECKS, SEED, Here, cell_of, copied, full_marks, hand_in, once
from tests.grading.test_collect import zipped
from tests.grading.test_exploits import nbgrader

MOST = sum(check.points for check in CHECKS.values())
BONUS = sum(check.bonus for check in CHECKS.values())
BOM = b"\xef\xbb\xbf"
# Canvas's names for three hand-ins; the second was late and uploaded twice.
RECEIVED = ["doejane_1234_56789_softmax.ipynb", "roemax_LATE_77_4_softmax-2.ipynb", "zoehara_9_5_homework.zip"]
# As Canvas exports it: a custom column, assignments with numbers, posting policies, a read-only column, a test student.
CANVAS = (
    '"Student","ID","SIS User ID","SIS Login ID","Section","Notes","softmax (4711)","layers (4712)","Current Score"\r\n'
    ",,,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,,{most},20,(read only)\r\n"
    '"Doe, Jane",1234,s1,jane@x.org,"A, B",  keep ,,5.00,12.5\r\n'
    '"O\'Hára, Zoë",9,s2,zoe@x.org,A,"a ""quoted"" note",1.00,7,0\n'
    '"Roe, Max",77,s3,max@x.org,A,,"2",7,0\r\n'
    '"Poe, Eve",55,s4,eve@x.org,A,=1+1,N/A,,0\r\n'
    '"Student, Test",99,,,A,,,,'
)
MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Online text","Feedback comments"\n'
    'Participant 1234,"Jane Doe",jane@x.org,"Submitted for grading",,{most},Yes,"Monday, 1 June",-,"a\n""b"",c",\n'
    'Participant 9,"Zoë O\'Hara",zoe@x.org,"Submitted for grading",1.00,{most},Yes,-,-,,"<p>well done</p>"\n'
    'Participant 77,"Max Roe",max@x.org,"Submitted for grading",,{most},No,-,-,,\n'
    'Participant 50,"Ann Lee",ann@x.org,"No submission",,{most},Yes,-,-,,\n'
)


def points_of(task, share):
    """A result with all points of some checks: the first `share` of them."""
    result = full_marks(task)
    nb = nbformat.reads(result.source, as_version=4)
    for verdict in result.verdicts[share:]:
        verdict.points, verdict.bonus = 0.0, 0.0
        cell_of(nb, get_check(verdict.check).grade_id).outputs = verdict_outputs(verdict)
    return replace(result, source=nbformat.writes(nb))


@pytest.fixture(scope="session")
def graded(tmp_path_factory, fresh_course, released):
    """Jane, Zoë and Max by a platform's names and numbers, graded without running anything; Jane has marks by hand."""

    def make(folder):
        course = copied(fresh_course, folder / "course")
        for student in ("doejane-1234", "zoehara-9", "roemax-77"):
            hand_in(course, student, released)
        grade_class(course, executor=Here(lambda task: points_of(task, 2 if task.student == "zoehara-9" else 99)))
        with Gradebook(course.gradebook) as gradebook:
            for grade in gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "doejane-1234").grades:
                if grade.needs_manual_grade:
                    grade.manual_score, grade.needs_manual_grade = 0.5, False  # as formgrader does
            gradebook.db.commit()

    folder, _ = once(tmp_path_factory, "graded-for-export", make)
    return open_course(folder / "course")


@pytest.fixture
def course(graded, tmp_path):
    """The graded class, of the test's own."""
    return copied(graded, tmp_path / "course")


@pytest.fixture
def at_canvas(course):
    """As if `autograder collect` had laid them down from Canvas's zip."""
    return kept(course, "canvas", RECEIVED)


def kept(course, platform, received):
    names = {"doejane-1234": "Jane Doe", "roemax-77": "Max Roe", "zoehara-9": "Zoë O'Hara"}
    known = {
        student: {"platform": platform, "name": name, "number": student.rpartition("-")[2], "files": [file]}
        for (student, name), file in zip(names.items(), received, strict=True)
    }
    (course.private / "collected").mkdir(exist_ok=True)
    (course.private / "collected" / "softmax.json").write_text(json.dumps(known))
    return course


@pytest.fixture
def told(capsys):
    """A function: runs `autograder export`; returns exit code, what was printed, the sentence of an error."""

    def run(course, *options):
        code = main(["export", str(course.root), *map(str, options)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def written(tmp_path, text, name="template.csv", encoding="utf-8", mark=b""):
    path = tmp_path / name
    max_points = number(written.most)
    path.write_bytes(mark + text.replace("{most}", max_points).encode(encoding))
    return path


def scores(course):
    with Gradebook(course.gradebook) as gradebook:
        return {one.student.id: one.score for one in gradebook.find_assignment(ASSIGNMENT).submissions}


@pytest.fixture(autouse=True)
def most(graded):
    """The maximum in the gradebook, free-response items included."""
    with Gradebook(graded.gradebook) as gradebook:
        written.most = gradebook.find_assignment(ASSIGNMENT).max_score
    return written.most


def table(data):
    assert data.startswith(BOM)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_is_what_nbgrader_export_writes_with_a_mark_before_it(course, told):
    nbgrader(course.root, "export")
    code, out, _ = told(course)
    ours = course.root / "exports" / "grades-softmax.csv"
    assert code == 0 and f"wrote {ours}: 3 grades" in out
    assert ours.read_bytes() == BOM + (course.root / "grades.csv").read_bytes()
    assert table(ours.read_bytes())[0] == nbgrader_csv.COLUMNS


def test_names_with_commas_quotes_and_formulas_stay_in_their_cells(course, told):
    with Gradebook(course.gradebook) as gradebook:
        for student, last, first in [
            ("doejane-1234", "=cmd|' /C calc'!A0", 'Jane, "JD"'),
            ("zoehara-9", "@sum", "Zoë; =1+1"),
            ("roemax-77", "\t-1", "Ｍax"),
        ]:
            gradebook.update_or_create_student(student, last_name=last, first_name=first)
    assert told(course)[0] == 0
    rows = {row["student_id"]: row for row in csv.DictReader(_text(course.root / "exports" / "grades-softmax.csv"))}
    assert rows["doejane-1234"]["last_name"] == "'=cmd|' /C calc'!A0"
    assert rows["doejane-1234"]["first_name"] == 'Jane, "JD"'
    assert rows["zoehara-9"]["last_name"] == "'@sum" and rows["zoehara-9"]["first_name"] == "Zoë; '=1+1"
    assert rows["roemax-77"]["last_name"].startswith("'") and rows["roemax-77"]["first_name"] == "Ｍax"
    assert float(rows["doejane-1234"]["score"]) == scores(course)["doejane-1234"]


def _text(path):
    return io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "＝1", "－1", "a;=1", "a; @x"])
def test_no_cell_begins_a_formula(text):
    ((shown,),) = table(as_csv([[text]]))
    for cell in shown.split(";"):
        assert not re.match(r"\s*[=+\-@＝＋－＠]", cell)
    assert shown.isprintable()


def test_numbers_and_honest_names_are_left_alone():
    assert table(as_csv([[-1.5, 0.00001, 12.0, 1 / 3, "O'Hára-Smith", "a-b", "1234"]])) == [
        ["-1.5", "0", "12", "0.3333", "O'Hára-Smith", "a-b", "1234"]
    ]
    assert harmless("Zoë") == "Zoë"


def test_marks_by_hand_count_and_those_that_wait_are_told(course, told, most):
    code, out, _ = told(course, "--format", "canvas")
    rows = table((course.root / "exports" / "canvas-softmax.csv").read_bytes())
    assert rows[0] == [*canvas.COLUMNS, "softmax"]
    assert rows[1] == ["    Points Possible", "", "", "", "", number(most)]
    points = {row[1]: row[5] for row in rows[2:]}
    assert points == {student.rpartition("-")[2]: number(score) for student, score in scores(course).items()}
    assert float(points["1234"]) == MOST + BONUS + 0.5
    assert "2 free-response items of 2 students are not marked yet" in out
    assert "read from the names of their folders" in out and code == 0


def test_without_a_template_moodle_gets_its_columns_and_no_empty_comments(course, told, most):
    kept(course, "moodle", ["x"] * 3)
    code, out, _ = told(course, "--format", "moodle")
    rows = table((course.root / "exports" / "moodle-softmax.csv").read_bytes())
    assert rows[0] == moodle.COLUMNS and "Feedback comments" not in rows[0]
    jane = dict(zip(rows[0], next(row for row in rows if row[0] == "Participant 1234"), strict=True))
    assert (jane["Full name"], jane["Maximum Grade"], jane["Grade can be changed"]) == ("Jane Doe", number(most), "Yes")
    assert float(jane["Grade"]) == scores(course)["doejane-1234"]
    assert code == 0 and "folders" not in out


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", b""), ("utf-8", BOM), ("utf-16-le", b"\xff\xfe")])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_in_canvas_gradebook_only_our_cells_change(at_canvas, told, tmp_path, encoding, mark, separator):
    text = _divided(CANVAS, separator)
    path = written(tmp_path, text, encoding=encoding, mark=mark)
    code, out, _ = told(at_canvas, "--format", "canvas", "--template", path, "--out", tmp_path / "new.csv")
    score = {student: number(points) for student, points in scores(at_canvas).items()}
    wanted = text.replace("{most}", number(written.most))
    for old, new in [
        ("  keep ,,5.00", f"  keep ,{score['doejane-1234']},5.00"),
        ('note",1.00,7', f'note",{score["zoehara-9"]},7'),
        ('A,,"2",7', f'A,,"{score["roemax-77"]}",7'),
    ]:
        assert _divided(old, separator) in wanted
        wanted = wanted.replace(_divided(old, separator), _divided(new, separator))
    assert (tmp_path / "new.csv").read_bytes() == mark + wanted.encode(encoding)
    assert code == 0 and ": 3 grades" in out
    assert "2 rows without a graded hand-in stay as before: Poe, Eve, Student, Test" in out
    assert f"zoehara-9 (1.00 by {score['zoehara-9']})" in out and "doejane" not in out
    assert path.read_bytes() == mark + text.replace("{most}", number(written.most)).encode(encoding)


def _divided(text, separator):
    """The same cells with another separator: commas in quotes stay."""
    parts = re.split(r'("(?:[^"]|"")*")', text)
    return "".join(part if part.startswith('"') else part.replace(",", separator) for part in parts)


def test_a_file_that_excel_saved_in_windows_letters_is_kept_so(at_canvas, told, tmp_path):
    path = written(tmp_path, CANVAS.replace("ë", "ö"), encoding="cp1252")
    assert told(at_canvas, "--format", "canvas", "--template", path, "--out", path, "--force")[0] == 0
    assert "O'Hára, Zoö".encode("cp1252") in path.read_bytes()


def test_in_moodles_worksheet_only_grades_change_and_what_may_not_is_told(course, told, tmp_path):
    kept(course, "moodle", ["x"] * 3)
    path = written(tmp_path, MOODLE.replace("{most}", "{most}.00"))
    code, out, _ = told(course, "--format", "moodle", "--template", path, "--out", tmp_path / "new.csv")
    score = {student: number(points) for student, points in scores(course).items()}
    before, after = path.read_text(encoding="utf-8"), (tmp_path / "new.csv").read_text(encoding="utf-8")
    new = before.replace('grading",1.00,', f'grading",{score["zoehara-9"]},')
    if scores(course)["doejane-1234"] <= written.most:
        new = new.replace('grading",,', f'grading",{score["doejane-1234"]},', 1)
    assert after == new
    assert code == 1
    assert "roemax-77 has" in out and "row 4 says that the grade cannot be changed" in out
    assert "1 row without a graded hand-in stays as before: Ann Lee" in out


def test_a_grade_above_moodles_maximum_is_told_for_moodle_would_pass_over_it(course, told, tmp_path):
    kept(course, "moodle", ["x"] * 3)
    with Gradebook(course.gradebook) as gradebook:
        grade = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "doejane-1234").grades[0]
        grade.extra_credit = 100
        gradebook.db.commit()
    path = written(tmp_path, MOODLE)
    code, out, _ = told(course, "--format", "moodle", "--template", path, "--out", tmp_path / "new.csv")
    assert code == 1 and re.search(r"doejane-1234 has [\d.]+ points and .* above the platform's maximum", out)
    assert 'Jane Doe",jane@x.org,"Submitted for grading",,' in (tmp_path / "new.csv").read_text(encoding="utf-8")


def test_moodle_in_another_language_needs_the_name_of_one_column(course, told, tmp_path):
    kept(course, "moodle", ["x"] * 3)
    text = MOODLE.replace("Participant ", "Teilnehmer/in").replace("Identifier", "ID").replace("Full name", "Name")
    path = written(tmp_path, text.replace(",Grade,", ",Bewertung,").replace("Maximum Grade", "Beste Bewertung"))
    code, _, err = told(course, "--format", "moodle", "--template", path, "--out", tmp_path / "new.csv")
    assert code == 2 and "--column" in err and "'Bewertung'" in err and not (tmp_path / "new.csv").exists()
    code, out, _ = told(
        course, "--format", "moodle", "--template", path, "--out", tmp_path / "new.csv", "--column", "Bewertung"
    )
    assert f'grading",{number(scores(course)["zoehara-9"])},' in (tmp_path / "new.csv").read_text(encoding="utf-8")
    assert "maximum is not" not in out


def test_another_maximum_is_refused_or_converted_as_asked(at_canvas, told, tmp_path):
    path = written(tmp_path, CANVAS.replace("{most}", "100"))
    options = ["--format", "canvas", "--template", path, "--out", tmp_path / "new.csv"]
    code, _, err = told(at_canvas, *options)
    assert code == 2 and "is 100, but nbgrader's maximum" in err and "--scale" in err
    assert not (tmp_path / "new.csv").exists()
    code, out, _ = told(at_canvas, *options, "--scale")
    rows = {row[1]: row for row in csv.reader(_text(tmp_path / "new.csv"))}
    score = scores(at_canvas)["zoehara-9"]
    assert code == 0 and float(rows["9"][6]) == pytest.approx(score * 100 / written.most, abs=1e-4)
    assert "to 100 at most" in out


def test_who_has_no_row_two_rows_or_shares_one_is_told_and_not_guessed(course, told, tmp_path):
    kept(course, "canvas", RECEIVED)
    lines = CANVAS.replace("1234,s1,jane@x.org", "4321,s1,jane@x.org").replace("99,,,A", "77,,,A")
    path = written(tmp_path, lines)
    code, out, _ = told(course, "--format", "canvas", "--template", path, "--out", tmp_path / "new.csv")
    assert code == 1
    assert re.search(r"doejane-1234 has [\d.]+ points and no row is theirs\.", out)
    assert re.search(r"roemax-77 has [\d.]+ points and rows 6 and 8 could all be theirs\.", out)
    rows = list(csv.reader(_text(tmp_path / "new.csv")))
    assert [row[6] for row in rows if row[1] in ("4321", "77")] == ["", "2", ""]
    assert rows[4][6] == number(scores(course)["zoehara-9"])


def test_a_number_in_a_folders_name_counts_only_with_the_right_name(course, told, tmp_path):
    text = MOODLE.replace("Jane Doe", "Doe Jane").replace("Zoë O'Hara", "Somebody Else")
    path = written(tmp_path, text.replace("{most},No", "{most},Yes").replace("Max Roe", "roemax"))
    code, out, _ = told(course, "--format", "moodle", "--template", path, "--out", tmp_path / "new.csv")
    assert code == 1 and "has their number 9, but the name 'Somebody Else': collect" in out
    rows = {row[0]: row for row in csv.reader(_text(tmp_path / "new.csv"))}
    assert rows["Participant 9"][4] == "1.00"
    full = scores(course)["doejane-1234"] > written.most  # with a bonus it may be too much for Moodle
    assert (rows["Participant 1234"][4] == "") == full


def test_students_of_the_exchange_are_found_by_login(course, told, tmp_path):
    with Gradebook(course.gradebook) as gradebook:
        gradebook.find_student("doejane-1234").email = "JANE@x.org"
        gradebook.db.commit()
    path = written(
        tmp_path, CANVAS.replace("zoe@x.org", "zoehara-9").replace("9,s2", "10,s2").replace("1234,s1", "1,s1")
    )
    code = told(course, "--format", "canvas", "--template", path, "--out", tmp_path / "new.csv")[0]
    rows = list(csv.reader(_text(tmp_path / "new.csv")))
    assert rows[4][6] == number(scores(course)["zoehara-9"])
    assert rows[3][6] == number(scores(course)["doejane-1234"])
    assert code == 0


def test_what_canvas_excused_or_did_not_assign_stays(at_canvas, told, tmp_path):
    path = written(tmp_path, CANVAS.replace('A,,"2",7', "A,,EX,7"))
    code, out, _ = told(at_canvas, "--format", "canvas", "--template", path, "--out", tmp_path / "new.csv")
    assert code == 1 and "row 6 says EX, excused in Canvas." in out
    assert "A,,EX,7" in (tmp_path / "new.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("column", ["Homework 1 (4711)", "homework 1", "4711"])
def test_an_assignment_of_another_name_is_named(at_canvas, told, tmp_path, column):
    path = written(tmp_path, CANVAS.replace("softmax (4711)", "Homework 1 (4711)"))
    options = ["--format", "canvas", "--template", path, "--out", tmp_path / "new.csv"]
    code, _, err = told(at_canvas, *options)
    assert code == 2 and "'Homework 1 (4711)', 'layers (4712)'" in err
    assert told(at_canvas, *options, "--column", column)[0] == 0


BAD_TEMPLATES = {
    "nothing": b"",
    "blank": b"\n\n",
    "a zip": zipped({"a": b"b"}),
    "damaged quotes": b'Student,ID,Section,softmax\n"Doe" Jane,1234,,\n',
    "open quotes": b'Student,ID,Section,softmax\n"Doe,1234,,\n',
    "not Canvas's": b"name,grade\njane,1\n",
    "two columns of a name": b"Student,ID,Section,softmax (1),softmax (2)\nJane,1234,,,\n",
    "short line": b"Student,ID,Section,softmax\nJane,1234\n",
    "read only": b"Student,ID,Section,softmax\n    Points Possible,,,(read only)\nJane,1234,,\n",
}


@pytest.mark.parametrize("kind", BAD_TEMPLATES)
def test_a_template_that_is_none_is_a_sentence_and_nothing_is_written(at_canvas, told, tmp_path, kind):
    path = tmp_path / "template.csv"
    path.write_bytes(BAD_TEMPLATES[kind])
    code, out, err = told(at_canvas, "--format", "canvas", "--template", path, "--out", tmp_path / "new.csv")
    assert (code, out) == (2, "") and err.startswith("autograder: ") and len(err.splitlines()) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["course", "template.csv"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["other"], "no assignment 'other'"),
        (["--template", "x.csv"], "--template is for"),
        (["--format", "canvas", "--scale"], "--scale needs --template"),
        (["--format", "canvas", "--column", "x"], "--column needs --template"),
        (["--format", "canvas", "--template", "missing.csv"], "missing.csv cannot be read"),
        (["--platform", "canvas"], "--platform is for"),
        (["--out", "no/such/folder/x.csv"], "There is no folder"),
        (["--format", "feedback"], "nbgrader generate_feedback softmax"),
    ],
)
def test_bad_usage_is_exit_code_2_with_a_sentence(course, told, options, words):
    code, out, err = told(course, *options)
    assert (code, out) == (2, "") and words in err


def test_an_ungraded_hand_in_is_told_and_the_others_are_exported(course, told, released):
    hand_in(course, "new-5", released)
    code, out, _ = told(course, "--format", "canvas")
    assert code == 1 and f"handed in and not graded: new-5. autograder grade {course.root} softmax" in out
    assert ": 3 grades" in out


def test_files_are_private_whole_and_replaced_only_when_asked(course, told, tmp_path, monkeypatch):
    old = os.umask(0)
    try:
        assert told(course)[0] == 0
    finally:
        os.umask(old)
    path = course.root / "exports" / "grades-softmax.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    before = path.read_bytes()
    code, out, err = told(course)
    assert (code, out) == (2, "") and "is there already" in err and "--force" in err
    assert told(course, "--force")[0] == 0
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    code, out, err = told(course, "--force")
    assert (code, out) == (2, "") and "No space left on device" in err
    assert path.read_bytes() == before and [file.name for file in path.parent.iterdir()] == [path.name]
    with pytest.raises(CourseError, match="is a folder"):
        write_private(tmp_path, b"")


def test_every_cell_of_a_template_is_that_of_the_csv_module(tmp_path):
    path = written(tmp_path, MOODLE)
    read = Template(path)
    assert read.rows == list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    assert read.as_bytes() == path.read_bytes()


# Penalties


def test_the_penalty_for_lateness_is_taken_off_and_marks_after_it_are_told(course, told):
    path = course.private / "course.json"
    settings = {"due": {"softmax": "2026-12-01T23:59+01:00"}, "late": {"percent_per_day": 10}}
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    (course.root / "submitted" / "roemax-77" / "softmax" / "timestamp.txt").write_text("2026-12-02 08:00:00 UTC")
    grade_class(open_course(course.root), executor=Here(full_marks))
    code, out, _ = told(course, "--format", "canvas")
    points = {row[1]: float(row[5]) for row in table((course.root / "exports" / "canvas-softmax.csv").read_bytes())[2:]}
    assert points["77"] == pytest.approx(0.9 * (MOST + BONUS), abs=0.01) and points["9"] == MOST + BONUS
    assert code == 0 and "penalties" not in out
    with Gradebook(course.gradebook) as gradebook:
        for grade in gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "roemax-77").grades:
            grade.manual_score = 4 if grade.needs_manual_grade else None
        gradebook.db.commit()
    _, out, _ = told(course, "--format", "canvas", "--force")
    assert f"cd {course.root} && nbgrader generate_feedback softmax --force" in out


def test_students_without_a_number_have_no_place_in_a_new_worksheet(course, told, released):
    hand_in(course, "by_exchange", released)
    grade_class(course, executor=Here(full_marks))
    code, out, _ = told(course, "--format", "moodle")
    assert code == 1 and "Moodle's number is not known of by_exchange, so they are left out. Collect" in out
    assert ": 3 grades" in out
    rows = table((course.root / "exports" / "moodle-softmax.csv").read_bytes())
    assert [row[0] for row in rows[1:]] == ["Participant 1234", "Participant 77", "Participant 9"]
    kept(course, "canvas", RECEIVED)  # whose numbers are not Moodle's
    code, out, err = told(course, "--format", "moodle", "--force")
    assert (code, out) == (2, "") and "is not known of by_exchange, doejane-1234, roemax-77, zoehara-9" in err
    assert told(course, "--format", "canvas")[0] == 0
    rows = table((course.root / "exports" / "canvas-softmax.csv").read_bytes())
    assert [row[1:4] for row in rows[2:]] == [
        ["", "", "by_exchange"], ["1234", "", ""], ["77", "", ""], ["9", "", ""]
    ]  # fmt: skip


def test_two_folders_of_one_number_are_told_and_neither_is_exported(course, told, released):
    hand_in(course, "janedoe-1234", released)  # she has changed her name
    grade_class(course, executor=Here(full_marks))
    write_feedback(course, ASSIGNMENT)
    for form, platform in (("canvas", ""), ("moodle", ""), ("feedback", "moodle")):
        code, out, _ = told(course, "--format", form, *(["--platform", platform] if platform else []))
        assert code == 1
        for student in ("doejane-1234", "janedoe-1234"):
            assert f"{student} is left out: doejane-1234 and janedoe-1234 have the same number, 1234." in out
    data = (course.root / "exports" / "canvas-softmax.csv").read_bytes()
    data += (course.root / "exports" / "moodle-softmax.csv").read_bytes()
    assert b"1234" not in data and data.count(b"77") == 2
    assert len(unpacked(course.root / "exports" / "feedback-softmax.zip")) == 2


def test_what_nobody_has_handed_in_is_not_exported(tmp_path, capsys):
    course = create(tmp_path / "course", names=[ASSIGNMENT])
    for form in ("canvas", "moodle", "feedback"):
        assert main(["export", str(course.root), "--format", form]) == 2
        assert "Nothing has been handed in and graded yet" in capsys.readouterr().err
    assert main(["export", str(course.root)]) == 0
    assert len(table((course.root / "exports" / "grades-softmax.csv").read_bytes())) == 1


# Feedback


@pytest.fixture(scope="session")
def explained(tmp_path_factory, graded):
    """The graded class with its feedback."""

    def make(folder):
        course = copied(graded, folder / "course")
        write_feedback(course, ASSIGNMENT)

    folder, _ = once(tmp_path_factory, "explained-for-export", make)
    return open_course(folder / "course")


def unpacked(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {info.external_attr >> 16 for info in archive.infolist()} == {stat.S_IFREG | 0o600}
        return {name: archive.read(name) for name in archive.namelist()}


def test_feedback_is_named_as_each_platform_wants_it(explained, tmp_path, told):
    course = copied(explained, tmp_path / "own")
    page = (course.root / "feedback" / "doejane-1234" / "softmax" / "softmax.html").read_bytes()
    assert told(course, "--format", "feedback")[0] == 0
    plain = unpacked(course.root / "exports" / "feedback-softmax.zip")
    assert set(plain) == {f"{student}/softmax.html" for student in ("doejane-1234", "zoehara-9", "roemax-77")}
    assert plain["doejane-1234/softmax.html"] == page
    kept(course, "moodle", ["x"] * 3)
    assert told(course, "softmax", "--format", "feedback", "--platform", "moodle", "--force")[0] == 0
    for name, data in (found := unpacked(course.root / "exports" / "feedback-softmax.zip")).items():
        # As Moodle takes a name apart: five parts at most between underscores, the second is the participant's number.
        who, participant, kind, plugin, rest = name.split("/")[0].split("_", 4)
        assert participant.isdigit() and (kind, plugin, rest) == ("assignfeedback", "file", "")
        assert data == page or who != "Jane Doe"
    assert {name.split("_")[0] for name in found} == {"Jane Doe", "Zoë O'Hara", "Max Roe"}
    kept(course, "canvas", RECEIVED)
    assert told(course, "softmax", "--format", "feedback", "--platform", "canvas", "--force")[0] == 0
    found = unpacked(course.root / "exports" / "feedback-softmax.zip")
    # As Canvas does: the first two parts that are numbers are those of the user and of the file.
    assert {tuple(part for part in name.split("_") if part.isdigit()) for name in found} == {
        ("1234", "56789"), ("77", "4"), ("9", "5")
    }  # fmt: skip
    assert found["doejane_1234_56789_softmax.html"] == page


def test_canvas_feedback_without_names_from_its_zip_says_what_to_do(explained, tmp_path, told):
    course = copied(explained, tmp_path / "own")
    code, out, err = told(course, "--format", "feedback", "--platform", "canvas")
    assert (code, out) == (2, "") and "Collect that zip with `autograder collect` again" in err


def test_feedback_that_is_missing_or_old_is_left_out_with_the_command(explained, tmp_path, told):
    course = copied(explained, tmp_path / "own")
    (course.root / "feedback" / "roemax-77" / "softmax" / "softmax.html").unlink()
    graded = course.root / "autograded" / "zoehara-9" / "softmax" / "softmax.ipynb"
    os.utime(graded, (graded.stat().st_atime, graded.stat().st_mtime + 3600))
    code, out, _ = told(course, "--format", "feedback")
    assert code == 1 and "feedback of roemax-77, zoehara-9 is missing, or older than the grades" in out
    assert f"cd {course.root} && nbgrader generate_feedback softmax --force" in out
    assert set(unpacked(course.root / "exports" / "feedback-softmax.zip")) == {"doejane-1234/softmax.html"}


def test_feedback_from_before_marks_by_hand_is_old(explained, tmp_path, told):
    course = copied(explained, tmp_path / "own")
    with Gradebook(course.gradebook) as gradebook:
        grades = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "zoehara-9").grades
        next(grade for grade in grades if grade.needs_manual_grade).manual_score = 3
        gradebook.db.commit()
    code, out, _ = told(course, "--format", "feedback")
    assert code == 1 and "feedback of zoehara-9 is" in out


# What `autograder collect` keeps


@pytest.mark.parametrize("platform", ["canvas", "moodle"])
def test_from_the_platforms_zip_and_back(fresh_course, released, tmp_path, capsys, platform):
    course = copied(fresh_course, tmp_path / "course")
    path = tmp_path / "all.zip"
    data = (course.root / "release" / "softmax" / "softmax.ipynb").read_bytes()
    evil = '=HYPERLINK("x")'  # students choose their names
    names = {
        "canvas": [
            "doejane_1234_56789_softmax.ipynb",
            "doejane_2345_56790_softmax-1.ipynb",
            f"{evil}_3_4_softmax.ipynb",
        ],
        "moodle": [
            f"{who}_assignsubmission_file_/softmax.ipynb" for who in ("Jane Doe_1234", "Jane Doe_2345", f"{evil}_3")
        ],
    }[platform]
    path.write_bytes(zipped(dict.fromkeys(names, data)))
    assert main(["collect", str(course.root), ASSIGNMENT, str(path)]) == 0
    grade_class(course, executor=Here(lambda task: points_of(task, 1 if "1234" in task.student else 2)))
    write_feedback(course, ASSIGNMENT)
    assert main(["export", str(course.root), "--format", platform]) == 0
    rows = table((course.root / "exports" / f"{platform}-softmax.csv").read_bytes())
    at, grade = (1, 5) if platform == "canvas" else (0, 4)
    points = {re.sub(r"\D", "", row[at]): row[grade] for row in rows if re.search(r"\d", row[at])}
    checks = list(CHECKS.values())
    one, two = (number(sum(c.points + c.bonus for c in checks[:n])) for n in (1, 2))
    assert points == {"1234": one, "2345": two, "3": two}
    assert any(cell == f"'{evil}" for row in rows for cell in row)
    assert "folders" not in capsys.readouterr().out
    assert main(["export", str(course.root), "--format", "feedback", "--platform", platform]) == 0
    found = unpacked(course.root / "exports" / "feedback-softmax.zip")
    assert {name.split("_")[1] for name in found} == {"1234", "2345", "3"}
    assert not [name for name in found if re.search(r'["\\:]', name)]


def test_two_notebooks_of_a_homework_are_one_grade_and_two_pages(tmp_path, capsys):
    course = create(tmp_path / "course", names=["cnn"])
    (course.private / "seed").write_text(SEED + "\n", encoding="ascii")
    folder = course.root / "submitted" / "doejane-7" / "cnn"
    folder.mkdir(parents=True)
    release = course.root / "release" / "cnn"
    for path in release.glob("*.ipynb"):
        (folder / path.name).write_bytes(path.read_bytes())
    (course.root / "submitted" / "roemax-8" / "cnn").mkdir(parents=True)  # neither is there
    answer = lambda task: failed(task, task.unreadable) if task.unreadable else full_marks(task)  # noqa: E731
    grade_class(course, executor=Here(answer))
    write_feedback(course, "cnn")
    received = ["doejane_7_100_cnn_pytorch.ipynb", "doejane_7_101_cnn_by_hand.ipynb"]
    known = {"doejane-7": {"platform": "canvas", "name": "doejane", "number": "7", "files": received}}
    (course.private / "collected").mkdir()
    (course.private / "collected" / "cnn.json").write_text(json.dumps(known))
    assert main(["export", str(course.root), "cnn", "--format", "canvas"]) == 0
    rows = table((course.root / "exports" / "canvas-cnn.csv").read_bytes())
    with Gradebook(course.gradebook) as gradebook:
        submission = gradebook.find_submission("cnn", "doejane-7")
        assert len(submission.notebooks) == 2
        assert {row[1]: float(row[5]) for row in rows[2:]} == {"7": submission.score, "8": 0.0}
    capsys.readouterr()
    assert main(["export", str(course.root), "--format", "feedback", "--platform", "canvas"]) == 1
    assert "those of roemax-8 are not known" in capsys.readouterr().out
    assert set(unpacked(course.root / "exports" / "feedback-cnn.zip")) == {
        "doejane_7_100_cnn_pytorch.html",
        "doejane_7_101_cnn_by_hand.html",
    }
