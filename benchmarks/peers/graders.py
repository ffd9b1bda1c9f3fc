"""A class in three graders: this one, stock nbgrader, otter-grader, each as an instructor would set it up.

Goes in: an empty folder and hand-ins as `autograder.handins` makes them. Comes out: the commands that grade them, and
the points by student and item afterwards. nbgrader runs in this environment, otter-grader in one of its own.
"""

import json
import os
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from autograder.grading.course import create, open_course
from autograder.grading.nbgrader_plugin import nbgrader_api
from autograder.handins import filled
from autograder.registry import checks_of
from benchmarks.peers import homework
from benchmarks.peers.homework import ASSIGNMENT

ROOT = Path(__file__).resolve().parents[2]
OTTER = (ROOT / ".venv-peers" / "bin").resolve()
SEED = "5eed" * 16  # of hidden cases, so that every run meets the same ones
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
# An instructor who has met an endless loop sets this; nbgrader waits for ever without.
_NBGRADER_CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "peers"
c.CourseDirectory.root = {root!r}
c.ExecutePreprocessor.timeout = 20
"""


class PeerMissing(RuntimeError):
    """otter-grader is not installed; the message says how to install it."""


def otter():
    """The `otter` program.

    Raises
    ------
    PeerMissing
    """
    if not (OTTER / "otter").is_file():
        raise PeerMissing("otter-grader is not installed in .venv-peers. `make peers` installs it, and then measures.")
    return OTTER / "otter"


def otter_is_there():
    """Whether `otter` can be run; where it cannot, what to do is told."""
    try:
        otter()
    except PeerMissing as missing:
        print(missing, file=sys.stderr)
        return False
    return True


@dataclass
class Grader:
    """One grader's folder for the softmax homework: a course folder as nbgrader's, where nothing else is said.

    Attributes
    ----------
    root : Path
    place : str
        Where the folder will be when the commands run: it is mounted in a jail, under another name.
    training : bool
        Whether the cells in which students train are run.
    """

    root: Path
    place: str = ""
    training: bool = False

    def __post_init__(self):
        self.place = self.place or str(self.root)
        self.set_up()

    def hand_in(self, student, handin, files=None, forge=None):
        """Lay a hand-in down: a made-up one, other files by name, and what `forge` makes of the notebook."""
        nb = filled(self.released, homework.source(self.training or self.keeps_training), handin)
        if forge:
            forge(nb)
        self.lay_down(student, nb, files or {})

    def lay_down(self, student, nb, files):
        """The notebook as nbgrader's collect would leave it, files beside it."""
        _write(self.root / "submitted" / student / ASSIGNMENT, nb, files)

    def said(self, student):
        """All that the student's cells printed and showed, as it was kept."""
        return _outputs(self.root / "autograded" / student / ASSIGNMENT / NOTEBOOK)


class Ours(Grader):
    """The course's own: `autograder grade`."""

    name, keeps_training = "ours", True

    def set_up(self):
        """A course with a known seed."""
        course = create(self.root, names=[ASSIGNMENT])
        (course.private / "seed").write_text(SEED + "\n", encoding="ascii")
        self.released = nbformat.read(self.root / "release" / ASSIGNMENT / NOTEBOOK, as_version=4)

    def limits(self, **limits):
        """Set limits of the course."""
        stored = {"dataset": "shapes10", "limits": limits}
        (open_course(self.root).private / "course.json").write_text(json.dumps(stored), encoding="utf-8")

    def commands(self, jobs=1):
        """One command grades the class."""
        line = [sys.executable, "-m", "autograder.cli", "grade", self.place, "--jobs", str(jobs)]
        return [[*line, "--json", f"{self.place}/rows.json", *["--retrain"] * self.training]]

    def points(self):
        """Points by student and item; nothing for whom there is no result."""
        found: dict = {}
        for row in json.loads((self.root / "rows.json").read_text(encoding="utf-8")):
            found.setdefault(row["student"], {})[row["check"]] = row["points"] + row["bonus"]
        return found


class Nbgrader(Grader):
    """nbgrader as it comes: `nbgrader autograde`, with assertions in hidden tests."""

    name, keeps_training = "nbgrader", False

    def set_up(self):
        """A course folder with the release generated."""
        folder = self.root / "source" / ASSIGNMENT
        found = homework.tests()
        _write(folder, homework.nbgrader_source(homework.source(self.training), found), {})
        with nbgrader_api(self.root) as api:
            done = api.generate_assignment(ASSIGNMENT)
        if not done["success"]:
            raise RuntimeError(f"nbgrader could not make the release: {done['log'] or done['error']}")
        config = _NBGRADER_CONFIG.format(root=self.place)
        (self.root / "nbgrader_config.py").write_text(config, encoding="utf-8")
        self.released = nbformat.read(self.root / "release" / ASSIGNMENT / NOTEBOOK, as_version=4)

    def commands(self, jobs=1):
        """One command grades the class, called in the folder; there is no second worker."""
        return [[sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT]]

    def points(self):
        """Points by student and item out of nbgrader's gradebook, what it made up included."""
        names, found = {check.grade_id: check.name for check in checks_of(ASSIGNMENT)}, {}
        with Gradebook(f"sqlite:///{self.root}/gradebook.db") as gradebook:
            for path in sorted((self.root / "submitted").iterdir()):
                try:
                    notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, path.name)
                except MissingEntry:
                    continue
                if (self.root / "autograded" / path.name / ASSIGNMENT / NOTEBOOK).is_file():
                    found[path.name] = {
                        names.get(grade.name, grade.name): (grade.score or 0.0) + (grade.extra_credit or 0.0)
                        for grade in notebook.grades
                    }
        return found


class Otter(Grader):
    """otter-grader without containers: `otter run`, once for each hand-in."""

    name, keeps_training = "otter", False

    def set_up(self):
        """The autograder's zip: its settings and the tests."""
        self.root.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(self.root / "autograder.zip", "w") as archive:
            archive.writestr("otter_config.json", json.dumps({"lang": "python"}))
            for name, text in homework.otter_tests(homework.tests()).items():
                archive.writestr(name, text)
        self.released = homework.released(homework.source(self.training))

    def lay_down(self, student, nb, files):
        """A zip with the notebook and its files, as a student uploads it."""
        folder = self.root / "submitted"
        folder.mkdir(exist_ok=True)
        with zipfile.ZipFile(folder / f"{student}.zip", "w") as archive:
            archive.writestr(NOTEBOOK, json.dumps(homework.otter_handin(nb)))
            archive.writestr("course.json", json.dumps({"dataset": "shapes10"}))
            for name, data in files.items():
                archive.writestr(name, data)

    def commands(self, jobs=1):
        """One command for each hand-in."""
        program, lines = str(OTTER / "otter"), []
        for path in sorted((self.root / "submitted").iterdir()):
            (self.root / "results" / path.stem).mkdir(parents=True, exist_ok=True)
            line = [program, "run", f"{self.place}/submitted/{path.name}", "--no-logo"]
            lines.append([*line, "-a", f"{self.place}/autograder.zip", "-o", f"{self.place}/results/{path.stem}"])
        return lines

    def points(self):
        """Points by student and item out of otter's result files."""
        names, found = {check.grade_id: check.name for check in checks_of(ASSIGNMENT)}, {}
        for path in sorted((self.root / "results").glob("*/results.json")):
            tests = json.loads(path.read_text(encoding="utf-8")).get("tests", [])
            found[path.parent.name] = {
                names.get(test["name"], test["name"]): test["score"] for test in tests if test.get("score") is not None
            }
        return found

    def said(self, student):
        """Nothing: otter keeps no outputs."""
        return ""


GRADERS = (Ours, Nbgrader, Otter)


def _write(folder, nb, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in ({"course.json": json.dumps({"dataset": "shapes10"}).encode()} | files).items():
        (folder / name).write_bytes(data)
    (folder / NOTEBOOK).write_text(json.dumps(nb), encoding="utf-8")  # as it is: nbformat would mend it


def _outputs(path):
    if not path.is_file():
        return ""
    cells = nbformat.read(path, as_version=4).cells
    return json.dumps([cell.outputs for cell in cells if cell.cell_type == "code"])


def environment(kind):
    """Variables for a grader's commands: one thread each, and its own programs first."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    programs = OTTER if kind is Otter else Path(sys.executable).parent
    return threads | {"PATH": os.pathsep.join([str(programs), "/usr/local/bin", "/usr/bin", "/bin"])}
