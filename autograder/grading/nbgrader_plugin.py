"""Where nbgrader and this grader meet: preprocessors for `nbgrader autograde` and formgrader's button, and `configure`.

`configure(c)` in nbgrader_config.py replaces nbgrader's execution of hand-ins by ours, and names the course's gradebook
and late policy. Everything else of nbgrader stays stock.
"""

import asyncio
import contextlib
import functools
import json
import logging
import os
import re
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import nbgrader.api
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, Execute, NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy.exc import SAWarning
from tornado.log import app_log
from traitlets import Unicode
from traitlets.config import Config

from autograder.grading import database, scratch
from autograder.grading.canary import refuse_to_grade_itself
from autograder.grading.course import PRIVATE, CourseError, open_course
from autograder.grading.engine import grade_notebook
from autograder.grading.handin import copy_files, not_to_be_kept, refusal
from autograder.grading.late_plugin import configure_late, with_dates
from autograder.grading.restore import released_cells, restore
from autograder.registry import get_check
from autograder.show.markdown import markdown_to_html

# Results that a coordinator has already, by course folder, student, assignment and notebook.
graded: dict[tuple[str, str, str, str], tuple[nbformat.NotebookNode, list]] = {}
# Verdicts of the notebook that is under way, from `GradeInSandbox` to `SaveBonus`.
_under_way: dict[tuple[str, str, str, str], list] = {}
_engine = functools.cache(nbgrader.api.create_engine)


class RestoreReleased(NbGraderPreprocessor):
    """Puts graded cells back as they were released, before anything else looks at the notebook."""

    course = Unicode(help="Root of the course folder").tag(config=True)

    def preprocess(self, nb, resources):
        """Restore the graded cells of `nb` in place, and log what was mended."""
        if not self.course:
            raise ValueError(
                "nbgrader_config.py could not be read, so nothing is run: mend it, or restart the server. Its error "
                "stands further up."
            )
        where = resources["nbgrader"]
        if refusal(where["student"]):
            _forget(where["student"], where["db_url"])
            raise ValueError(refusal(where["student"]))
        released = released_notebook(self.course, where["assignment"], where["notebook"])
        handed_in = Path(self.course) / "submitted" / where["student"] / where["assignment"]
        for file in not_to_be_kept(handed_in):
            # nbgrader has followed a link, and would hand the file behind it, whatever it is, back with the feedback.
            copy = Path(self.course) / "autograded" / where["student"] / where["assignment"] / file
            if file != f"{where['notebook']}.ipynb":
                copy.unlink(missing_ok=True)
            elif released is not None:
                self.log.error("%s: %s is a link, so nothing in it counts.", where["student"], file)
                nb.cells = released.cells
        if released is not None:
            for remark in restore(nb, released_cells(released)):
                self.log.warning("%s: %s", where["student"], remark)
        return nb, resources


class GradeInSandbox(NbGraderPreprocessor):
    """Runs the hand-in in the sandbox and writes the verdicts into its check cells."""

    course = Unicode(help="Root of the course folder").tag(config=True)

    def preprocess(self, nb, resources):
        """Grade `nb`, or take the coordinator's result; returns it with outputs and points.

        Raises
        ------
        CourseError
            If the grader is grading itself; nbgrader logs it, and enters nothing.
        """
        key = _key(self.course, resources)
        if key in graded:
            done, _under_way[key] = graded[key]
            # Only outputs are taken over: nbgrader has put the marking schemes back into `nb`.
            for cell, finished in zip(nb.cells, done.cells, strict=True):
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = finished.outputs, finished.execution_count
            return nb, resources
        settings, where = open_course(self.course).settings(), resources["nbgrader"]
        released = released_notebook(self.course, where["assignment"], where["notebook"]) or nb
        with scratch.folder("handin") as folder:
            # Not from `autograded`: nbgrader follows links when it copies there, out of the hand-in too.
            submitted = Path(self.course) / "submitted" / where["student"] / where["assignment"]
            copy_files(submitted, folder, notebooks=True)
            copy_files(Path(self.course) / "release" / where["assignment"], folder)
            # A thread of its own: formgrader calls from inside a running event loop.
            with ThreadPoolExecutor(1) as thread:
                which = where["assignment"], where["notebook"], released, settings
                thread.submit(refuse_to_grade_itself, *which).result()
                _under_way[key] = thread.submit(grade_notebook, nb, folder, where["assignment"], settings).result()
        return nb, resources


class SaveBonus(NbGraderPreprocessor):
    """Stores bonus points as nbgrader's extra credit."""

    course = Unicode(help="Root of the course folder").tag(config=True)

    def preprocess(self, nb, resources):
        """Write the bonus of every verdict into the gradebook; `nb` stays as it is."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            for verdict in _under_way.pop(_key(self.course, resources), []):
                check = get_check(verdict.check)
                if check.bonus:
                    grade = gradebook.find_grade(
                        check.grade_id, where["notebook"], where["assignment"], where["student"]
                    )
                    grade.extra_credit = verdict.bonus
            gradebook.db.commit()
        return nb, resources


def _forget(student, database):
    """Take a student out of the gradebook whom nbgrader has just put there; one who has grades stays."""
    with Gradebook(database) as gradebook:
        submissions = gradebook.find_student(student).submissions
        grades = [grade for one in submissions for notebook in one.notebooks for grade in notebook.grades]
        if all(grade.auto_score is None and grade.manual_score is None for grade in grades):
            gradebook.remove_student(student)


def _key(course, resources):
    where = resources["nbgrader"]
    return str(course), where["student"], where["assignment"], where["notebook"]


def configure(c):
    """Make nbgrader grade with the sandboxed engine; for nbgrader_config.py.

    Where the course cannot be opened, nbgrader must not go on: after an error in its configuration it would take its
    own defaults, another gradebook and no sandbox. So a command ends here, with a sentence; a server that is running
    keeps the configuration it has.

    Parameters
    ----------
    c : traitlets Config
        With `c.CourseDirectory.root` set.
    """
    try:
        configure_course(c)
    except CourseError as error:
        if _in_a_server():
            raise
        print(f"autograder: {error}", file=sys.stderr)
        raise SystemExit(2) from error


def configure_course(c):
    """What `configure` does, but for errors: raises `CourseError`."""
    root = str(c.CourseDirectory.root)
    c.Autograde.update(steps())
    # Once more before feedback, for marks by hand have come since.
    c.GenerateFeedback.preprocessors = [AssignLatePenalties, *GenerateFeedback.preprocessors.default_args[0]]
    configure_late(c, root)
    # Only notebooks are made where there is no course yet.
    made = (Path(root) / PRIVATE).is_dir()
    c.CourseDirectory.db_url = open_course(root).gradebook if made else database.address(root)
    for preprocessor in (RestoreReleased, GradeInSandbox, SaveBonus):
        c[preprocessor.__name__].course = root
    # What students write reaches the instructor's browser. nbgrader's templates do not sanitise Markdown by themselves.
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {"markdown2html": markdown_to_html}
    c.HTMLExporter.exclude_raw = True  # sanitised HTML still has links, and formulas for MathJax


def steps():
    """The steps of `nbgrader autograde` with our own among them, by name, as nbgrader's configuration takes them.

    They stand in the course's nbgrader_config.json, too: after an error in nbgrader_config.py, nbgrader would go on
    with its own, and so run hand-ins as the instructor.
    """
    after = []
    for step in Autograde.autograde_preprocessors.default_args[0]:
        after.append(GradeInSandbox if step is Execute else step)
        if step is SaveAutoGrades:
            after.append(SaveBonus)
    before = [RestoreReleased, *Autograde.sanitize_preprocessors.default_args[0]]
    named = {"sanitize_preprocessors": before, "autograde_preprocessors": with_dates(after)}
    return {name: [f"{one.__module__}.{one.__name__}" for one in found] for name, found in named.items()}


def _in_a_server():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def released_notebook(course, assignment, notebook):
    """The student version that was handed out, or None where there is none."""
    path = Path(course) / "release" / assignment / f"{notebook}.ipynb"
    if not path.is_file():
        return None
    return nbformat.read(path, as_version=4)


@contextlib.contextmanager
def nbgrader_api(root, **overrides):
    """Nbgrader's own Python interface on a course folder, with the course's configuration.

    Parameters
    ----------
    root : path
    overrides : str
        Traits of nbgrader's `CourseDirectory`, such as `submitted_directory`.

    Raises
    ------
    CourseError
        If the course cannot be opened.
    """
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = Path(root).name
    configure_course(config)
    for name, value in overrides.items():
        setattr(config.CourseDirectory, name, value)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    api.log_level = logging.WARNING
    path, silent, engine = os.environ.get("PATH", ""), app_log.disabled, nbgrader.api.create_engine
    app_log.disabled = True  # what is told there with a traceback comes as an error, too
    # nbgrader starts the program `alembic`, which lies beside this Python and may not be on the path.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    # nbgrader opens the gradebook ten times for each notebook, and writes each of its questions in SQL anew.
    nbgrader.api.create_engine = _engine
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own queries cause some
            yield api
    finally:
        os.environ["PATH"], app_log.disabled, nbgrader.api.create_engine = path, silent, engine


def complaint(outcome):
    """In one line, why one of nbgrader's steps failed; `outcome` is what its interface returned."""
    lines = [line.strip() for line in f"{outcome.get('log') or ''}\n{outcome.get('error') or ''}".splitlines()]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Entry)\b", line)]
    return (named or [line for line in lines if line] or ["no reason given"])[0]


def verdict_file(course, student, assignment, notebook):
    """Where the verdicts of a notebook are kept."""
    return Path(course) / ".autograder" / "verdicts" / student / assignment / f"{notebook}.json"


def earlier_verdicts(path):
    """What `save_verdicts` wrote there, or None."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return kept if _can_be_compared(kept) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _can_be_compared(kept):
    """Whether a later grading can say what it changed against this one."""
    numbers = [row[key] for row in kept["rows"] for key in ("points", "bonus")]
    numbers += [row.get("late_percent", 0.0) for row in kept["rows"]]
    return (
        isinstance(kept["fingerprints"], dict)
        and all(isinstance(row["check"], str) for row in kept["rows"])
        and all(isinstance(number, (int, float)) for number in numbers)
    )


def save_verdicts(path, found):
    """Write what a grading found, as `Graded.found` gives it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
