"""Hand-ins that try to forge points come out as they say, and cost their neighbours nothing.

`softmax/*.py` forge with code. What is forged with metadata or with other files is built here. All are graded as one
class.
"""

import copy
import io
import json
import os
import re
import socket
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

import autograder
from autograder.grading.course import open_course
from autograder.grading.handin import MAX_CELLS
from autograder.grading.nbgrader_plugin import nbgrader_api
from autograder.handins import read_handins
from tests.grading.courses import (
    ASSIGNMENT,
    CHECKS,
    POINTS,
    SEED,
    UNTOUCHED,
    WEIGHTS,
    Graded,
    copied,
    grade_by_command,
    gradebook_points,
    hand_in,
    once,
    slim,
)

pytestmark = pytest.mark.sandbox
ATTACKS = read_handins(ASSIGNMENT, Path(__file__).parent)
# A student whose quick items are right, and the rest not begun: what forging must not change.
SOME = replace(UNTOUCHED, from_solutions=("softmax", "numerical_gradient", "bootstrap", "ensemble_predict"))
SOME_RIGHT = "softmax.probabilities, softmax.numerical_gradient, softmax.bootstrap, softmax.ensemble_predict in full"
EVIL = "<script>alert('SCRIPTED')</script><img src=x onerror=\"alert('SCRIPTED')\"><iframe src='javascript:SCRIPTED'>"


def graded_cells(nb):
    """The check cells of a notebook."""
    return [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade")]


def points_raised(nb):
    """Every graded cell is worth 1000 points, may be changed, and there are more of them."""
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader |= {"points": 1000, "locked": False}
    for number, meta in enumerate(({"grade": True}, {"grade": True, "solution": True}, {"task": True, "locked": True})):
        mine = {"grade": False, "solution": False, "locked": False, "task": False, "points": 1000, "schema_version": 3}
        nb.cells.append(new_code_cell("1000.0", metadata={"nbgrader": mine | meta | {"grade_id": f"mine-{number}"}}))
    for cell in graded_cells(nb)[:4]:
        cell.metadata.nbgrader.solution = True
        cell.source = "1000.0"


def grade_ids_of_wrong_types(nb):
    """The names of the graded cells are lists, dicts, nothing, numbers, other names; or the metadata itself is."""
    forms = [["softmax-train"], {"a": 1}, None, 7, True, "", "softmax.train", "../../seed", "x" * 10_000]
    for cell, form in zip(graded_cells(nb), [*forms, "softmax_train"], strict=True):
        cell.metadata.nbgrader.grade_id = form
    solutions = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("solution")]
    for cell, meta in zip(solutions[:3], ("no", [], 5), strict=True):
        cell.metadata["nbgrader"] = meta


def graded_cells_deleted(nb):
    """All check cells and the task are gone."""
    nb.cells = [c for c in nb.cells if not c.metadata.get("nbgrader", {}).get("locked")]


def cells_duplicated(nb):
    """Every cell stands there twice, with all its metadata and its id, and there are many more cells than usual."""
    nb.cells = [twin for cell in nb.cells for twin in (cell, copy.deepcopy(cell))]
    nb.cells += [new_code_cell(f"n = {number}") for number in range(1000)]


def cells_reordered(nb):
    """The notebook is upside down."""
    nb.cells.reverse()


def names_swapped(nb):
    """Two check cells have exchanged their names, so one stands above the code it is about."""
    cells = {c.metadata.nbgrader.grade_id: c for c in graded_cells(nb)}
    a, b = cells["softmax-bootstrap"], cells["softmax-ensemble_predict"]
    a.metadata, b.metadata = b.metadata, a.metadata


def cells_retyped(nb):
    """Check cells are Markdown, or hold other code; no cell is to be run; the notebook names another kernel."""
    for number, cell in enumerate(graded_cells(nb)):
        if number % 3 == 0:
            cell.cell_type = "markdown"
            del cell["outputs"], cell["execution_count"]
        elif number % 3 == 1:
            cell.source = "33.0"
        else:
            cell.source += "\nraise SystemExit"
    for cell in nb.cells:
        cell.metadata["tags"] = ["skip-grading"] if "nbgrader" in cell.metadata else ["remove-input"]
    nb.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "bash", "display_name": EVIL, "language": "bash"},
            "language_info": {"name": EVIL, "pygments_lexer": EVIL, "mimetype": EVIL},
            "title": EVIL,
            "celltoolbar": EVIL,
            "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"</script>" + EVIL: EVIL}}},
        }
    )


def checksums_forged(nb):
    """Every cell says that it is unchanged, of another version, the hand-in of somebody else, and marked already."""
    for number, cell in enumerate(nb.cells):
        more = {"checksum": "0" * 32, "schema_version": 99, "cell_type": "markdown", "auto_score": 9, "manual_score": 9}
        cell.metadata["nbgrader"] = dict(cell.metadata.get("nbgrader", {})) | more | {"extra_credit": 50, "score": 33}
        cell.metadata["trusted"] = True
        cell["id"] = f"forged-{number}"
    nb.metadata["nbgrader"] = {"student_id": "neighbour", "assignment": "other", "score": 33, "max_score": 33}


def too_many_cells(nb):
    """A notebook with too many cells, whose ids are alike."""
    nb.cells += [new_code_cell("pass", id="same") for number in range(MAX_CELLS)]


FORGED = {
    points_raised: (UNTOUCHED, "nothing"),
    grade_ids_of_wrong_types: (SOME, SOME_RIGHT),
    graded_cells_deleted: (SOME, SOME_RIGHT),
    cells_duplicated: (SOME, SOME_RIGHT),
    cells_reordered: (SOME, "nothing"),
    names_swapped: (SOME, SOME_RIGHT.replace("softmax.bootstrap, softmax.ensemble_predict", "softmax.bootstrap")),
    cells_retyped: (SOME, SOME_RIGHT),
    checksums_forged: (SOME, SOME_RIGHT),
    too_many_cells: (SOME, "nothing"),
}

SHADOWS = """
sitecustomize usercustomize numpy autograder coursekit ipykernel IPython zmq traitlets jupyter_client random typing json
matplotlib_inline comm debugpy psutil queue asyncio tornado nest_asyncio resource signal
"""
NAMES = ["a\nb.txt", "-rf", "..hidden", "ü ✓.txt", "a'b\"c.txt", "$(touch x)", "deep/" * 40 + "file", "back\\slash"]


def pickled_weights(canary):
    """An `.npz` whose array is a pickle that writes a file where it is read."""

    class Bomb:
        def __reduce__(self):
            return Path(canary).write_text, ("unpickled",)

    buffer = io.BytesIO()
    np.savez(buffer, W=np.array([Bomb()], dtype=object))
    return buffer.getvalue()


def lying_weights():
    """An `.npz` whose array says that it has a million million numbers, and has eight."""
    buffer, header = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6)})
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("W.npy", header.getvalue() + bytes(64))
    return buffer.getvalue()


NO_TRAINING = {"train_best_classifier": "raise RuntimeError('this cell is not to be run')"}
PRINTS_FILES = """
import os
for base, folders, names in os.walk("."):
    for name in names:
        try:
            print(os.path.join(base, name), open(os.path.join(base, name), "rb").read(200))
        except OSError as error:
            print(name, error)
"""


@pytest.fixture(scope="session")
def attacked(tmp_path_factory, fresh_course, fill, weights):
    """The class of attackers, and an honest student among them, graded by `autograder grade`."""

    def make(folder):
        course = copied(fresh_course, folder / "course")
        settings = {"dataset": "shapes10", "limits": {"check_seconds": 20.0, "cell_seconds": 20.0}}
        (course.private / "course.json").write_text(json.dumps(settings), encoding="utf-8")
        right = slim(fill(SOME))
        hand_in(course, "neighbour", right)
        for name, attack in ATTACKS.items():
            nb = slim(fill(attack))
            if name == "html_and_scripts":
                _scripts_in_cells(nb)
            hand_in(course, name, nb)
        for forge, (start, _) in FORGED.items():
            nb = slim(fill(start))
            forge(nb)
            hand_in(course, forge.__name__, json.dumps(nb).encode())
        full = fill(replace(SOME, from_solutions=(*SOME.from_solutions, "SoftmaxClassifier"), cells=NO_TRAINING))
        hand_in(course, "pickled_weights", full, {WEIGHTS: pickled_weights(folder / "unpickled")})
        _odd_files(course, right)
        linked = hand_in(course, "linked_notebook")
        (linked / "softmax.ipynb").symlink_to(course.root / "submitted/neighbour/softmax/softmax.ipynb")
        hand_in(course, "weights_that_lie", full, {WEIGHTS: lying_weights()})
        (hand_in(course, "notebook_is_a_folder") / "softmax.ipynb").mkdir()
        (course.root / "submitted/notebook_is_a_folder/softmax/softmax.ipynb/inner.txt").touch()
        with socket.create_server(("127.0.0.1", 0)), pytest.MonkeyPatch.context() as patched:  # something to be found
            patched.setenv("AUTOGRADER_TEST_MARK", "a-secret-of-the-grader")
            return grade_by_command(course)

    folder, (rows, code, out, err) = once(tmp_path_factory, "attacked", make)
    return Graded(open_course(folder / "course"), rows, code, out, err)


def _scripts_in_cells(nb):
    nb.cells.append(
        new_markdown_cell(
            f"{EVIL}\n\n[click](javascript:SCRIPTED)\n\n${EVIL}$\n\n# {EVIL}\n\n$\\href{{javascript:SCRIPTED}}{{x}}$"
        )
    )
    nb.cells.append(new_raw_cell(EVIL, metadata={"raw_mimetype": "text/html", "format": "text/html"}))
    nb.cells.append(new_code_cell(f"# {EVIL}", metadata={"tags": [EVIL], "name": EVIL}))
    nb.cells.append(new_markdown_cell("![x](attachment:a.svg)", attachments={"a.svg": {"image/svg+xml": EVIL}}))
    nb.metadata["title"] = EVIL
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"</script>" + EVIL: EVIL}}}


def _odd_files(course, right):
    """Files with odd names, files named like modules, links, a pipe, a timestamp that is none."""
    nb = copy.deepcopy(right)
    nb.cells.append(new_code_cell(PRINTS_FILES))
    shadows = {f"{name}.py": b"raise SystemExit('shadowed')" for name in SHADOWS.split()}
    others = {"solutions/__init__.py": b"raise SystemExit(1)", "timestamp.txt": b"\xffthe day before yesterday"}
    folder = hand_in(course, "odd_files", nb, dict.fromkeys(NAMES, b"contents") | shadows | others)
    (Path(os.fsdecode(os.fsencode(folder) + b"/not-utf-8-\xff"))).write_bytes(b"contents")
    (folder / "seed").symlink_to(course.private / "seed")
    (folder / "relative").symlink_to("../../../.autograder/seed")
    (folder / "class").symlink_to(course.root / "submitted")
    (folder / "passwords").symlink_to("/etc/passwd")
    (folder / "circle").symlink_to(".")
    os.mkfifo(folder / "pipe")


EXPECTED = (
    {name: attack.expected for name, attack in ATTACKS.items()}
    | {forge.__name__: expected for forge, (_, expected) in FORGED.items()}
    | dict.fromkeys(["neighbour", "odd_files"], SOME_RIGHT)
    | dict.fromkeys(
        ["pickled_weights", "weights_that_lie"],
        SOME_RIGHT.replace(" in full", ", softmax.train, softmax.predict in full"),
    )
    | dict.fromkeys(["linked_notebook", "notebook_is_a_folder"], "nothing")
)


@pytest.mark.parametrize("name", EXPECTED)
def test_attack_earns_exactly_what_it_says(attacked, name):
    assert attacked.full(name) == replace(SOME, expected=EXPECTED[name]).full_items(POINTS)


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected == "nothing"])
def test_attack_that_earns_nothing_does_not_get_a_part_of_a_point_either(attacked, name):
    assert attacked.points(name) == dict.fromkeys(POINTS, 0.0)


@pytest.mark.parametrize("name", EXPECTED)
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
    assert unreadable == {"linked_notebook", "notebook_is_a_folder", "too_many_cells"}
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
    for line in attacked.out.splitlines():
        assert line.isprintable(), line


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
