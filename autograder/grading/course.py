"""A course folder: nbgrader's layout, plus what grading needs in `.autograder/` (the secret seed, settings, results).

`create` makes one, `add` puts a homework into one, `open_course` reads one. The seed is readable by its owner only and
never leaves the grader.
"""

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.grading import database
from autograder.grading.late import Deadlines, read_deadlines
from autograder.grading.settings import CourseError, Settings
from autograder.sandbox import Limits
from coursekit.data import DATASETS

PRIVATE = ".autograder"
_KNOWN = {"dataset", "limits", "gradebook", "due", "late", "extensions"}
_CONFIG = '''"""nbgrader's configuration of this course.

Grading is done by the sandboxed autograder: the line with `configure`.
"""
from pathlib import Path

from autograder.grading.nbgrader_plugin import configure

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {course_id!r}
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
configure(c)
'''


@dataclass(frozen=True)
class Course:
    """An open course folder.

    Attributes
    ----------
    root : Path
    dataset : str
    limits : Limits
    gradebook : str
        URL of the database, without a password.
    deadlines : Deadlines
    """

    root: Path
    dataset: str
    limits: Limits
    gradebook: str
    deadlines: Deadlines

    @property
    def private(self):
        """Folder in which grading keeps the seed, settings and results."""
        return self.root / PRIVATE

    def secret(self):
        """The secret seed (bytes).

        Raises
        ------
        CourseError
            If its file is missing or damaged.
        """
        path = self.private / "seed"
        try:
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise CourseError(
                f"The secret seed {path} cannot be read ({error}). Put it back from your backup: "
                "hidden cases are drawn from it."
            ) from error
        if len(secret) < 16:
            raise CourseError(f"The secret seed {path} is too short. Put it back from your backup.")
        return secret

    def settings(self, sandbox="bwrap", retrain=False):
        """`Settings` for grading hand-ins of this course.

        Parameters
        ----------
        sandbox : {"bwrap", "none"}
        retrain : bool
            Whether the cells tagged `skip-grading` are run.

        Raises
        ------
        CourseError
            If the seed cannot be read.
        """
        data = ""
        if self.dataset == "cifar10":
            from autograder.grading.blind import blinded_cifar10

            data = str(blinded_cifar10(self.private / "cifar10-for-grading"))
        return Settings(self.secret(), self.dataset, data, sandbox, retrain, self.limits)

    def assignments(self):
        """Names of the released assignments."""
        return _assignments(self.root)

    def require(self, names):
        """Raise `CourseError` for the first of these assignments that there is not."""
        known = self.assignments()
        for name in names:
            if name not in known:
                raise CourseError(
                    f"There is no assignment {name!r} in {self.root}; there are {', '.join(known) or 'none'}."
                )


def open_course(folder):
    """Read a course folder made by `create`.

    Parameters
    ----------
    folder : path

    Returns
    -------
    Course

    Raises
    ------
    CourseError
        If it is none, or its `course.json` holds what cannot be meant.
    """
    root = Path(folder).resolve()
    path = root / PRIVATE / "course.json"
    if not root.is_dir():
        raise CourseError(f"There is no folder {folder}. `autograder init {folder}` makes a course there.")
    if not path.is_file():
        raise CourseError(
            f"{folder} is not a course folder: {PRIVATE}/course.json is missing. `autograder init {folder}` makes one."
        )
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["dataset"] not in DATASETS:
            raise ValueError(f"there is no data set {stored['dataset']!r}")
        unknown = sorted(set(stored) - _KNOWN)
        if unknown:  # a date under a misspelt name would be no date
            raise ValueError(f"{unknown[0]!r} is none of {', '.join(sorted(_KNOWN))}")
        limits = Limits(**stored.get("limits", {}))
        gradebook = database.address(root, stored.get("gradebook"))
        return Course(root, stored["dataset"], limits, gradebook, read_deadlines(stored, _assignments(root)))
    except CourseError as error:
        raise CourseError(f"In {path}: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path} cannot be understood ({error}). Compare it with that of a fresh `autograder init`."
        ) from error


def _assignments(root):
    folder = root / "source"
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def create(folder, dataset="shapes10", names=None, gradebook=None):
    """Make a complete nbgrader course folder, with every homework's source, its release, and an empty gradebook.

    Parameters
    ----------
    folder : path
        Must not exist, or be empty.
    dataset : {"shapes10", "cifar10"}
    names : list of str, optional
        Homeworks to put in; all of them by default.
    gradebook : str, optional
        URL of an empty PostgreSQL database, without a password; by default, a file in the folder.

    Returns
    -------
    Course

    Raises
    ------
    CourseError
        If there is something in the folder, hand-ins could read it, or the database is not empty.
    """
    from autograder.build import assignment_names, source_notebooks

    root = Path(folder).resolve()
    if dataset not in DATASETS:
        raise CourseError(f"There is no data set called {dataset!r}; choose {' or '.join(DATASETS)}.")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise CourseError(
            f"{folder} exists and is not empty. Name another folder, or move what is in it away: "
            "nothing is overwritten."
        )
    _refuse_visible(root)
    sources = {name: source_notebooks(name) for name in names or assignment_names()}
    url = database.address(root, gradebook)
    if gradebook:
        database.require_empty(url)
    root.mkdir(parents=True, exist_ok=True)
    try:
        _fill(root, {"dataset": dataset} | ({"gradebook": gradebook} if gradebook else {}) | {"limits": {}}, sources)
    except BaseException:  # nothing half-made is left, for the next try would refuse it
        for path in root.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if gradebook:
            database.clear(url)
        raise
    return open_course(root)


def add(course, name):
    """Put a homework into a course that exists: its source, its release, and a row in the gradebook.

    Parameters
    ----------
    course : Course
    name : str
        Of a folder in `assignments/`.

    Raises
    ------
    CourseError
        If the course has it already, or the gradebook cannot be opened.
    BuildError
        If there is no such homework, or its source does not fit together.
    """
    from autograder.build import source_notebooks

    if name in course.assignments():
        raise CourseError(
            f"{name} is in {course.root} already, and is left as it is. To release it anew after a change, edit "
            f"source/{name}/ there and run `nbgrader generate_assignment {name} --force` in the folder."
        )
    notebooks = source_notebooks(name)
    if reason := database.trouble(course.gradebook):
        raise CourseError(reason)
    try:
        _put_in(course.root, course.dataset, name, notebooks)
    except BaseException:  # nothing half-made is left, for the next try would refuse it
        for folder in ("source", "release"):
            shutil.rmtree(course.root / folder / name, ignore_errors=True)
        raise


def _put_in(root, dataset, name, notebooks):
    """The source of one homework in a course folder, and what nbgrader makes of it."""
    from autograder.build import handed_out_with, release

    target = root / "source" / name
    target.mkdir(parents=True)
    for path in handed_out_with(name):
        shutil.copyfile(path, target / path.name)
    (target / "course.json").write_text(json.dumps({"dataset": dataset}) + "\n", encoding="utf-8")
    release(root, name, notebooks)


def _fill(root, stored, sources):
    """Everything that a course folder holds: `stored` in course.json, and its assignments' source notebooks."""
    from autograder.grading.nbgrader_plugin import steps

    root.chmod(0o700)  # grades and hand-ins are nobody else's business
    private = root / PRIVATE
    private.mkdir(mode=0o700)
    seed = os.open(private / "seed", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(seed, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    (private / "course.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    (root / "nbgrader_config.py").write_text(_CONFIG.format(course_id=root.name), encoding="utf-8")
    (root / "nbgrader_config.json").write_text(json.dumps({"Autograde": steps()}, indent=1) + "\n", encoding="utf-8")
    (root / "submitted").mkdir()
    for name, notebooks in sources.items():
        _put_in(root, stored["dataset"], name, notebooks)


def _refuse_visible(root):
    """A course inside a folder that sandboxes show to students would show them the seed."""
    from autograder.sandbox.bwrap import python_folders

    for shown in [*python_folders(), Path("/usr"), Path("/lib"), Path("/bin")]:
        if root.is_relative_to(shown):
            raise CourseError(
                f"{root} lies in {shown}, which sandboxed hand-ins can read. Put the course somewhere else."
            )
