"""Courses and hand-ins that the tests of grading share: made once in a run, by whichever worker comes first.

Goes in: pytest's folder for the run. Comes out: a fresh course, trained weights, a class that has been graded.
"""

import contextlib
import copy
import fcntl
import io
import json
import os
import pickle
import shutil
from concurrent.futures import Executor, Future
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook

from autograder import handins
from autograder.build import source_notebooks
from autograder.cli import main
from autograder.exam import Verdict
from autograder.grading import canary
from autograder.grading.course import create, open_course
from autograder.grading.engine import check_of, verdict_outputs
from autograder.grading.task import Result, failed
from autograder.registry import checks_of
from coursekit import add_bias_column, flatten, load_images, mean_image, scale
from solutions.calibration import ITEMS
from solutions.softmax import SoftmaxClassifier

ASSIGNMENT = "softmax"
SEED = "5eed" * 16  # the same hidden cases in every run of the tests
WEIGHTS = "best_classifier.npz"
CHECKS = {check.name: check for check in checks_of(ASSIGNMENT)}
POINTS = {name: check.points for name, check in CHECKS.items()}
REFERENCE = handins.read_handins(ASSIGNMENT)["reference"]
HALF_DONE = handins.read_handins(ASSIGNMENT)["half_done"]
UNTOUCHED = handins.read_handins(ASSIGNMENT)["untouched"]
# Files that are not the notebook that was asked for, and words that must tell the student so.
UNREADABLE = {
    "text_file": (b"My homework is in the other file.\n", "is not a Jupyter notebook"),
    "empty_file": (b"", "is empty"),
    "not_text": (b"\x89PNG\r\n\x1a\n\xff\xfe", "is not a text file"),
    "missing_file": (None, "was not handed in"),
}


def once(tmp_path_factory, name, make):
    """The folder `name` and what `make(folder)` returned, made once for all workers of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    folder, kept = base / name, base / f"{name}.pickle"
    with open(base / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            made = make(folder)
            kept.write_bytes(pickle.dumps(made))
        return folder, pickle.loads(kept.read_bytes())


def copied(course, target):
    """A course of one's own, like `course`."""
    shutil.copytree(course.root, target, symlinks=True, ignore=_pipes)
    return open_course(target)


def _pipes(folder, names):
    return [name for name in names if Path(folder, name).is_fifo()]


def hand_in(course, student, notebook=None, files=None, assignment=ASSIGNMENT):
    """Lay a hand-in into `submitted/`: a notebook or the bytes of its file; other files as bytes or paths to copy."""
    folder = course.root / "submitted" / student / assignment
    folder.mkdir(parents=True)
    if isinstance(notebook, bytes):
        (folder / f"{assignment}.ipynb").write_bytes(notebook)
    elif notebook is not None:
        nbformat.write(notebook, folder / f"{assignment}.ipynb")
    for name, content in (files or {}).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            shutil.copyfile(content, target)
    return folder


def slim(nb):
    """The notebook without its ungraded code but for short imports: quick to run; the item on images is lost."""
    nb = copy.deepcopy(nb)
    plain = [c for c in nb.cells if c.cell_type == "code" and "nbgrader" not in c.metadata]
    plain[0].source = "import numpy as np\n\nfrom autograder import check\nfrom coursekit import progress"
    nb.cells = [cell for cell in nb.cells if cell not in plain[1:]]
    return nb


def cell_of(nb, grade_id):
    """The cell with this grade_id."""
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def gradebook_points(course, student):
    """(automatic points, extra credit) of every graded code cell in nbgrader's gradebook, by check."""
    with Gradebook(course.gradebook) as gradebook:
        submission = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        return {
            grade.name.replace("-", ".", 1): (grade.auto_score, grade.extra_credit or 0.0)
            for grade in submission.grades
            if grade.cell.cell_type == "code"
        }


def settled(rows):
    """Rows of `--json` without what may differ between two gradings: the seconds, and how fast the CPU was."""
    return [
        {key: value for key, value in row.items() if key not in ("seconds", "expectations")}
        | {"expectations": [(e["name"], e["passed"], e["measured"], e["diagnosis"]) for e in row["expectations"]]}
        for row in rows
    ]


def dies_for_the_killer(task):
    """In the place of grading: ends the whole worker process for one student."""
    if task.student == canary.STUDENT:
        return no_marks(task)
    if task.student == "killer":
        os._exit(1)
    return failed(task, "reached")


def no_marks(task):
    """A result without a point, as the canary deserves it."""
    return failed(task, "")


class Here(Executor):
    """Runs tasks in this process, one by one, and gives what `answer` makes of them, `of_canary` of the canary."""

    def __init__(self, answer, of_canary=no_marks):
        self.answer, self.of_canary, self.waiting, self.most = answer, of_canary, 0, 0

    def submit(self, function, task):
        if task.student == canary.STUDENT:
            future = Future()
            future.set_result(self.of_canary(task))
            return future
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        future = Future()
        try:
            future.set_result(self.answer(task))
        except Exception as error:
            future.set_exception(error)
        return future


def full_marks(task):
    """A result with all points and every bonus, as if everything were right."""
    nb, verdicts = nbformat.reads(task.source, as_version=4), []
    for cell in nb.cells:
        check = check_of(cell)
        if check:
            verdicts.append(Verdict(check.name, check.points, check.points, "passed", check.bonus, 0.1, hidden=True))
            cell.outputs = verdict_outputs(verdicts[-1])
    return Result(nbformat.writes(nb), verdicts, 0.1)


@pytest.fixture(scope="session")
def fresh_course(tmp_path_factory):
    """A course with the softmax homework and no hand-ins; copy it, do not change it."""

    def make(folder):
        course = create(folder / "course", names=[ASSIGNMENT])
        (course.private / "seed").write_text(SEED + "\n", encoding="ascii")

    folder, _ = once(tmp_path_factory, "fresh", make)
    return open_course(folder / "course")


@pytest.fixture
def course(fresh_course, tmp_path):
    """An empty course of the test's own."""
    return copied(fresh_course, tmp_path / "course")


@pytest.fixture(scope="session")
def released(fresh_course):
    """The notebook that students get."""
    return nbformat.read(fresh_course.root / "release" / ASSIGNMENT / "softmax.ipynb", as_version=4)


@pytest.fixture(scope="session")
def source():
    """The notebook with its solutions."""
    return source_notebooks(ASSIGNMENT)[ASSIGNMENT]


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """Weights of the reference, trained as in the notebook but for a shorter time (test accuracy about 0.41)."""

    def make(folder):
        data = load_images("shapes10", quiet=True)
        X = add_bias_column(flatten(scale(data.X_train) - mean_image(scale(data.X_train))))
        model = SoftmaxClassifier()
        model.train(
            X, data.y_train, epochs=15, batch_size=50, learning_rate=0.02, final_learning_rate=0.0001, reg=0.003
        )
        model.save(folder / WEIGHTS)

    folder, _ = once(tmp_path_factory, "weights", make)
    return folder / WEIGHTS


@pytest.fixture(scope="session")
def fill(released, source):
    """A function: the released notebook as a made-up student hands it in."""
    return lambda handin: handins.filled(released, source, handin)


class Graded:
    """A class that `autograder grade --json` has graded: its course, rows by student, exit code and screen."""

    def __init__(self, course, rows, code, out, err):
        self.course, self.code, self.out, self.err = course, code, out, err
        self.rows = {}
        for row in rows:
            self.rows.setdefault(row["student"], []).append(row)

    def points(self, student):
        """Points by check."""
        return {row["check"]: row["points"] for row in self.rows[student]}

    def row(self, student, check):
        """One row."""
        return next(row for row in self.rows[student] if row["check"] == check)

    def full(self, student):
        """Names of the items with all their points."""
        return {row["check"] for row in self.rows[student] if row["points"] == row["max_points"]}

    def notebook(self, student):
        """The graded notebook, with outputs."""
        return nbformat.read(self.course.root / "autograded" / student / ASSIGNMENT / "softmax.ipynb", as_version=4)


def grade_by_command(course, *options):
    """Grade a whole course as an instructor does, two at a time; returns (rows, exit code, stdout, stderr)."""
    where = [] if "--scheduler" in options else ["--jobs", "2"]
    rows = course.root.parent / f"{course.root.name}-rows.json"
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["grade", str(course.root), *where, "--json", str(rows), *options])
    return json.loads(rows.read_text(encoding="utf-8"), parse_constant=_refuse), code, out.getvalue(), err.getvalue()


def _refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory, fresh_course, fill, weights):
    """Every made-up hand-in, and files that are no notebooks, graded by `autograder grade`."""

    def make(folder):
        course = copied(fresh_course, folder / "course")
        # Long enough for a slow machine, short enough to wait for an endless loop.
        settings = {"dataset": "shapes10", "limits": {"check_cpu_seconds": 15.0}}
        (course.private / "course.json").write_text(json.dumps(settings), encoding="utf-8")
        for name, handin in handins.read_handins(ASSIGNMENT).items():
            hand_in(course, name, fill(handin), {WEIGHTS: weights})
        hand_in(course, "noisy", noisy(fill(REFERENCE)), {WEIGHTS: weights})
        for name, (content, _) in UNREADABLE.items():
            hand_in(course, name, content, {"readme.txt": b"here it is"})
        old = nbformat.writes(nbformat.convert(slim(fill(HALF_DONE)), 3), version=3)
        hand_in(course, "old_format", b"\xef\xbb\xbf" + old.encode())
        return grade_by_command(course)

    folder, (rows, code, out, err) = once(tmp_path_factory, "graded-class", make)
    return Graded(open_course(folder / "course"), rows, code, out, err)


def graded_made_up(tmp_path_factory, assignment, weights):
    """Every made-up hand-in of a homework, graded by `autograder grade`; all but the untouched one hand in weights.

    `weights` are the files that items are judged by, {item: file}, saved by the reference as it is trained for the
    thresholds.
    """

    def make(folder):
        course = create(folder / "course", names=[assignment])
        (course.private / "seed").write_text(SEED + "\n", encoding="ascii")
        data = load_images("shapes10", quiet=True)
        for item, file in weights.items():
            model, _ = ITEMS[item].reference.trained(data.X_train, data.y_train, 0)
            model.save(folder / file)
        files = {file: folder / file for file in weights.values()}
        for name, handin in handins.read_handins(assignment).items():
            hand_in_all(course, assignment, handin, files if name != "untouched" else {})
        return grade_by_command(course)

    folder, made = once(tmp_path_factory, f"class-{assignment}", make)
    return Graded(open_course(folder / "course"), *made)


def hand_in_all(course, assignment, handin, files):
    """Every notebook of a homework as one made-up student hands it in, and the files beside them."""
    folder = hand_in(course, handin.name, files=files, assignment=assignment)
    for stem, nb in handins.filled_all(course.root / "release" / assignment, assignment, handin).items():
        nbformat.write(nb, folder / f"{stem}.ipynb")


NOISE = """
import sys, warnings
import matplotlib.pyplot as plt
from IPython.display import HTML, clear_output, display
print("a line", end="")
print("to stderr", file=sys.stderr)
warnings.warn("only a warning")
_ = plt.plot([1, 2, 3])
plt.show()
display(HTML("<b>bold</b>"))
2 + 2
"""
RAISES = "raise ValueError('a cell of my own that fails')"
COLOURS = "print('\\x1b[31mred\\x1b[0m \\u2713 \\x00 end')"


def noisy(nb):
    """The notebook with a noisy cell after every cell, failing ones among them."""
    cells = []
    for number, cell in enumerate(nb.cells):
        cells += [cell, nbformat.v4.new_code_cell((NOISE, RAISES, COLOURS)[number % 3])]
    nb.cells = cells
    return nb


def folders_of(processes):
    """Folders on this machine's disk that kernels among these processes (`psutil.Process`) have."""
    lines = []
    for process in processes:
        with contextlib.suppress(psutil.Error):
            lines.append(process.cmdline())
    words = [word for line in lines if "--die-with-parent" in line for word in line]
    return {path for word in words if (path := Path("/", *Path(word).parts[1:3])).name.startswith("syg-")}
