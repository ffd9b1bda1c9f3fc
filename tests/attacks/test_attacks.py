"""Hand-ins that try to forge points come out as they say, and cost their neighbours nothing.

`softmax/*.py` forge with code; what is forged with metadata or with other files is built in `attacked.py`. All are
graded as one class. README.md says where each kind of attack is tested.
"""

import csv
import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins.export import CsvExportPlugin

import autograder
from autograder.grading.grade import grade_class
from autograder.grading.nbgrader_plugin import nbgrader_api
from tests.attacks.attacked import ATTACKS, BROKEN, EXPECTED, IMAGINED, NAMES, SOME, SOME_RIGHT, graded_cells
from tests.grading.courses import ASSIGNMENT, CHECKS, POINTS, SEED, copied, gradebook_points, hand_in, settled, slim

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("name", EXPECTED)
def test_attack_earns_exactly_what_it_says(attacked, name):
    partly = ATTACKS[name].partly if name in ATTACKS else {}
    assert attacked.points(name) == replace(SOME, expected=EXPECTED[name], partly=partly).points(POINTS)


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected == "nothing"])
def test_attack_that_earns_nothing_does_not_get_a_part_of_a_point_either(attacked, name):
    assert attacked.points(name) == dict.fromkeys(POINTS, 0.0)


@pytest.mark.parametrize("name", [name for name in EXPECTED if name != repr(IMAGINED)])
def test_gradebook_says_the_same_of_an_attack_and_no_bonus(attacked, name):
    told = {row["check"]: (row["points"], 0.0) for row in attacked.rows[name]}
    assert gradebook_points(attacked.course, name) == told


def test_nobody_is_left_for_a_check_by_hand_because_an_attack_broke_the_grader(attacked):
    broken = [
        (row["student"], row["check"]) for rows in attacked.rows.values() for row in rows if row["status"] == "error"
    ]
    assert broken == []
    assert "Traceback" not in attacked.out + attacked.err


def test_only_what_is_no_notebook_counts_as_not_graded(attacked):
    unreadable = {name for name, rows in attacked.rows.items() if rows[0]["status"] == "unreadable"}
    others = {"linked_notebook", "notebook_is_a_folder", "too_many_cells", "another_name", repr(IMAGINED)}
    assert unreadable == others | BROKEN.keys()
    assert attacked.code == 1


def test_every_check_is_there_once_for_every_attacker(attacked):
    for rows in attacked.rows.values():
        assert sorted(row["check"] for row in rows) == sorted(CHECKS)


def test_points_and_cells_of_the_gradebook_are_those_of_the_release(attacked):
    nb = attacked.notebook("points_raised")
    told = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in graded_cells(nb)}
    assert told == {check.grade_id: check.points for check in CHECKS.values()}
    assert not any("mine" in str(cell.metadata) for cell in nb.cells)


def test_nothing_was_unpickled_or_evaluated_in_the_grader(attacked):
    assert not (attacked.course.root.parent / "unpickled").exists()
    assert not Path("/tmp/unpickled").exists()
    assert not Path("/tmp/evaluated").exists()


def test_forged_files_reached_nothing_of_the_course(attacked):
    course = attacked.course
    assert (course.private / "seed").read_text().strip() == SEED
    kept = json.loads((course.private / "verdicts/forged_files/softmax/softmax.json").read_text(encoding="utf-8"))
    assert {row["points"] for row in kept["rows"]} == {0.0}
    assert not (course.private / "verdicts/forged_files/softmax/softmax.ipynb").exists()


def test_links_of_a_hand_in_are_not_followed(attacked):
    printed = screen(attacked, "odd_files")
    assert SEED not in printed
    assert "root:" not in printed
    assert "neighbour" not in printed
    kept = {path.name for path in (attacked.course.root / "autograded/odd_files/softmax").iterdir()}
    assert not kept & {"seed", "relative", "class", "passwords", "circle", "pipe"}


def test_files_with_odd_names_reach_the_notebook(attacked):
    assert screen(attacked, "odd_files").count("contents") == len(NAMES) + 1


def test_files_beside_the_notebook_do_not_stand_in_for_modules(attacked):
    assert "SystemExit: shadowed" not in screen(attacked, "odd_files")


def test_neighbours_get_what_they_would_have_got(attacked):
    right = replace(SOME, expected=SOME_RIGHT).full_items(POINTS)
    for row in attacked.rows["neighbour"]:
        assert (row["status"] == "passed") == (row["check"] in right)


def screen(attacked, student):
    """All text that a student's cells and verdicts show."""
    return json.dumps([cell.get("outputs", []) for cell in attacked.notebook(student).cells])


@pytest.mark.parametrize("name", ATTACKS)
def test_what_an_attack_looks_for_it_does_not_find(attacked, name):
    assert "FOUND" not in screen(attacked, name)


def test_nothing_lives_on_and_nothing_is_written_outside(attacked):
    running = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in running if "98765.4321" in command]
    for folder in ("/", "/usr", "/usr/local/bin", "/etc", "/opt", "/root", "/home", "/var/tmp", "/srv", "/run", "/dev"):
        assert not Path(folder, "written-by-a-student").exists()
    for base in {*sys.path, sys.prefix, str(Path(autograder.__file__).parent)}:
        assert not list(Path(base).glob("**/written-by-a-student"))
    assert "written-by-a-student" not in Path(autograder.__file__).read_text(encoding="utf-8")


def test_nothing_that_a_student_wrote_moves_the_cursor_of_the_instructors_terminal(attacked):
    for line in [*attacked.out.split("\n"), *attacked.err.split("\n")]:
        assert line.isprintable(), line
    assert "owned" in attacked.out  # as text


def test_no_cell_of_the_exported_grades_is_a_formula(attacked, tmp_path):
    exporter = CsvExportPlugin(to=str(tmp_path / "grades.csv"))
    with Gradebook(f"sqlite:///{attacked.course.root}/gradebook.db") as gradebook:
        exporter.export(gradebook)
    with open(tmp_path / "grades.csv", newline="") as file:
        head, *rows = csv.reader(file)
    assert len(rows) == len(EXPECTED) - 1  # one has no name that could be entered
    assert {len(row) for row in rows} == {len(head)}
    assert [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))] == []


def test_neighbour_has_the_same_points_and_measured_numbers_as_alone(attacked, course, fill):
    hand_in(course, "neighbour", slim(fill(SOME)))
    (alone,) = grade_class(course)
    assert settled(json.loads(json.dumps(list(alone.rows())))) == settled(attacked.rows["neighbour"])


def test_what_a_notebook_shows_when_it_is_handed_in_is_not_kept(attacked):
    cells = attacked.notebook("outputs_saved").cells
    assert [output for cell in cells[-3:-1] for output in cell.outputs] == []
    (note,) = cells[-1].outputs
    assert "Not run while grading" in note.text
    assert "33.0" not in json.dumps([cell.get("outputs", []) for cell in cells])


def test_results_that_a_hand_in_brings_with_it_are_its_own_files_only(attacked):
    course = attacked.course
    assert (course.private / "seed").read_text().strip() == SEED
    kept = {path.name for path in (course.private / "verdicts/forged_results").rglob("*") if path.is_file()}
    assert kept == {"softmax.json"}
    folder = course.root / "autograded/forged_results/softmax"
    assert json.loads((folder / "course.json").read_text())["dataset"] == "shapes10"
    assert not list(folder.rglob("*_config.*"))


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("truncated", "is not a Jupyter notebook"),
        ("utf_16", "is not a text file in UTF-8"),
        ("zip_by_another_name", "is a zip, not a notebook"),
        ("halves_of_characters", "holds characters that are none"),
        ("escapes_in_the_file", "is not a Jupyter notebook"),
        ("another_name", "What was handed in is “softmax (1).ipynb”."),
        (repr(IMAGINED), "a student's folder needs a name"),
    ],
)
def test_what_is_no_hand_in_is_told_why(attacked, student, words):
    assert {row["status"] for row in attacked.rows[student]} == {"unreadable"}
    (line,) = [line for line in attacked.out.splitlines() if line.startswith(student)]
    assert words in line


class _Active(HTMLParser):
    """Collects what a browser would run, apart from what nbgrader's own template brings."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.found, self.script = [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "script":
            self.script = ""
        for name, value in attrs:
            if name.startswith("on") or re.match(r"\s*(javascript|data:text)", value or "", re.IGNORECASE):
                self.found.append((tag, name, value))
        if tag in ("iframe", "object", "embed", "svg", "base", "form"):
            self.found.append((tag, attrs))

    def handle_data(self, data):
        if self.script is not None:
            self.script += data

    def handle_endtag(self, tag):
        if tag == "script":
            if "SCRIPTED" in (self.script or ""):
                self.found.append(("script", self.script))
            self.script = None


def test_scripts_do_not_survive_in_the_graded_notebook(attacked):
    for student in ("html_and_scripts", "cells_retyped", "strange_errors", "forged_messages"):
        for cell in attacked.notebook(student).cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                assert set(data) <= {"text/plain", "text/html", "image/png", "image/jpeg"}
                assert not _Active(data.get("text/html", "")).found
                assert "text/html" not in data or cell.metadata.get("nbgrader", {}).get("grade")
                for picture in {"image/png", "image/jpeg"} & set(data):
                    assert re.fullmatch(r"[\w+/]*=*", data[picture])


@pytest.mark.parametrize("student", ["html_and_scripts", "cells_retyped"])
@pytest.mark.filterwarnings("default")
def test_scripts_do_not_survive_in_the_feedback(attacked, tmp_path, student):
    course = copied(attacked.course, tmp_path / "course")
    with nbgrader_api(course.root) as api:
        outcome = api.generate_feedback(ASSIGNMENT, student)
    assert outcome["success"], outcome
    html = (course.root / "feedback" / student / ASSIGNMENT / "softmax.html").read_text(encoding="utf-8")
    assert "softmax.loss_naive" in html
    assert _Active(html).found == []
    assert "\\href" not in html


def test_there_are_sixty_attacks_and_every_name_of_the_table_of_attacks_is_there():
    here = Path(__file__).parent
    table = re.findall(r"^\| [^|]* \| (.*) \|$", (here / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for column in table for name in re.findall(r"`([\w.]+)`", column)}
    written = "".join(path.read_text(encoding="utf-8") for path in here.parent.rglob("test_*.py"))
    files = {path.name for path in here.parent.rglob("*.py")}
    attacks = EXPECTED.keys() - {"neighbour"}
    assert len(attacks) >= 60
    assert [name for name in named if name not in attacks | files and f"def {name}(" not in written] == []
    assert attacks - named - {repr(IMAGINED)} == set()
