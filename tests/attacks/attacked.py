"""The attacked class: everything in `softmax/`, what is forged with metadata or other files, and an honest neighbour.

Goes in: pytest's folder for the run. Comes out: the fixture `attacked`, the class as `autograder grade` has graded it,
and `EXPECTED`, what must come out for each.
"""

import copy
import io
import json
import os
import socket
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.exam import Verdict
from autograder.grading.course import open_course
from autograder.grading.engine import verdict_outputs
from autograder.grading.notebook import MAX_CELLS
from autograder.handins import read_handins
from tests.attacks import pages
from tests.grading.courses import (
    ASSIGNMENT,
    CHECKS,
    POINTS,
    UNTOUCHED,
    WEIGHTS,
    Graded,
    copied,
    grade_by_command,
    hand_in,
    once,
    slim,
)

ATTACKS = read_handins(ASSIGNMENT, Path(__file__).parent)
# A student whose quick items are right, and the rest not begun: what forging must not change.
SOME = replace(UNTOUCHED, from_solutions=("softmax", "numerical_gradient", "bootstrap", "ensemble_predict"))
SOME_RIGHT = "softmax.probabilities, softmax.numerical_gradient, softmax.bootstrap, softmax.ensemble_predict in full"
# A student whose name would run in formgrader, and be a formula in a spreadsheet.
IMAGINED = "=<img src=x onerror=\"document.title='OWNED'\">"
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


def outputs_saved(nb):
    """Every cell shows full marks already, as a graded notebook would; cells that are not run show scripts too."""
    for cell in graded_cells(nb):
        check = CHECKS[cell.metadata.nbgrader.grade_id.replace("-", ".", 1)]
        cell.outputs = verdict_outputs(Verdict(check.name, check.points, check.points, "passed", check.bonus))
    forged = nbformat.from_dict(pages.OUTPUTS)
    nb.cells += [
        new_code_cell("", outputs=forged),
        new_code_cell("# only a comment", outputs=forged),
        new_code_cell("1", outputs=forged, metadata={"tags": ["skip-grading"]}),
    ]


def lines_of_windows(nb):
    """The lines end as on Windows, and there are zeros and halves of line ends where none belong."""
    for cell in nb.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    nb.cells += [new_code_cell("print('zero')\0\0"), new_code_cell("x = 1\rprint(x)"), new_markdown_cell("\0\r\x1b[2J")]


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
    outputs_saved: (UNTOUCHED, "nothing"),
    lines_of_windows: (SOME, SOME_RIGHT),
    pages.shows_scripts: (SOME, SOME_RIGHT),
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


# Files that are no notebooks, by what they are; all of SOME was right in them.
BROKEN = {
    "truncated": lambda data: data[: len(data) // 2],
    "utf_16": lambda data: data.decode().encode("utf-16"),
    "zip_by_another_name": lambda data: zipped(data),
    "halves_of_characters": lambda data: data.replace(b"import numpy", rb"# \ud83d\nimport numpy", 1),
    "escapes_in_the_file": lambda data: b"\x1b]0;owned\x07\x1b]8;;mailto:x\x07\xe2\x80\xae" + data,
}


def zipped(data):
    """A zip with the notebook in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("softmax.ipynb", data)
    return buffer.getvalue()


def forged_results():
    """What a grader might take for its own, laid beside the notebook."""
    rows = [
        {"check": name, "points": points, "max_points": points, "status": "passed"} for name, points in POINTS.items()
    ]
    kept = json.dumps({"fingerprints": {}, "rows": rows}).encode()
    own = "forged_results/softmax"
    return {
        f".autograder/verdicts/{own}/softmax.json": kept,
        f"verdicts/{own}/softmax.json": kept,
        f".autograder/journal/{own}/softmax.json": kept,
        "journal/softmax.json": kept,
        ".autograder/seed": b"00" * 32,
        ".autograder/course.json": b'{"dataset": "shapes10", "limits": {"check_seconds": 1e9}}',
        "course.json": b'{"dataset": "cifar10"}',
        "gradebook.db": b"SQLite format 3\0" + bytes(4096),
        f"autograded/{own}/softmax.ipynb": b"{}",
        f"feedback/{own}/softmax.html": b"<script>document.title = 'OWNED'</script>",
        "nbgrader_config.py": b"raise SystemExit('configured')",
        "jupyter_server_config.json": b'{"ServerApp": {"token": ""}}',
    }


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
        settings = {
            "dataset": "shapes10",
            "limits": {
                "check_seconds": 20.0,
                "cell_seconds": 20.0,
                "check_cpu_seconds": 15.0,
                "cell_cpu_seconds": 15.0,
            },
        }
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
            files = pages.files(folder / "configured") if forge is pages.shows_scripts else {}
            hand_in(course, forge.__name__, json.dumps(nb).encode(), files)
        for name, broken in BROKEN.items():
            hand_in(course, name, broken(json.dumps(right).encode()))
        (hand_in(course, "another_name") / "softmax (1).ipynb").write_text(json.dumps(right), encoding="utf-8")
        hand_in(course, "forged_results", slim(fill(UNTOUCHED)), forged_results())
        hand_in(course, IMAGINED, right)
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
    | dict.fromkeys(["linked_notebook", "notebook_is_a_folder", "another_name", *BROKEN], "nothing")
    | dict.fromkeys(["forged_results", repr(IMAGINED)], "nothing")
)
