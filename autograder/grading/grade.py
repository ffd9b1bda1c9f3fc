"""Grades a class: reads the hand-ins, has them graded by an executor, writes nbgrader's gradebook.

Only this coordinator touches the gradebook. A result is kept in `.autograder/journal/` before it is entered there, so
that a grading that was stopped goes on where it was, and its verdicts in `.autograder/verdicts/` once it is entered.
"""

import contextlib
import itertools
import json
import math
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

import nbformat
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SQLAlchemyError

from autograder.grading import canary, database, nbgrader_plugin, scratch
from autograder.grading.changes import for_changes
from autograder.grading.course import CourseError
from autograder.grading.handin import copy_files, find_handins, read_files, refusal
from autograder.grading.journal import Journal, fingerprints, only_one
from autograder.grading.late import TIMESTAMP, handed_in
from autograder.grading.late_plugin import Lateness, lateness
from autograder.grading.nbgrader_plugin import (
    complaint,
    earlier_verdicts,
    nbgrader_api,
    released_notebook,
    save_verdicts,
    verdict_file,
)
from autograder.grading.notebook import Unreadable, read_notebook
from autograder.grading.pool import Watch, as_a_whole, results
from autograder.grading.restore import released_cells, restore
from autograder.grading.task import Task, ungraded
from autograder.sandbox import bubblewrap
from autograder.wire import printable

_CLEAN = "clean-"  # folders with what is being entered


@dataclass
class Graded:
    """One graded notebook.

    Attributes
    ----------
    student, assignment, notebook : str
    verdicts : list of Verdict
    seconds : float
    trouble : str
        Why it could not be graded, or empty.
    remarks : list of str
        What was mended in the notebook before grading.
    kept : bool
        Whether a grading that was stopped had finished it.
    fingerprints : dict
        Digests of what the verdicts depend on.
    before : dict or None
        What the grading before found: "rows" as `rows` gives them, and its "fingerprints".
    late : Lateness
        By the gradebook, once it is entered.
    """

    student: str
    assignment: str
    notebook: str
    verdicts: list
    seconds: float = 0.0
    trouble: str = ""
    remarks: list = field(default_factory=list)
    kept: bool = False
    fingerprints: dict = field(default_factory=dict)
    before: dict | None = None
    late: Lateness = field(default_factory=Lateness)

    def rows(self):
        """One plain dict per check, as `--json` writes them."""
        for verdict in self.verdicts:
            plain = verdict.as_dict()
            for expectation in plain["expectations"]:
                if expectation["measured"] is not None and not math.isfinite(expectation["measured"]):
                    expectation["measured"] = None  # JSON has neither nan nor infinity
            yield {
                "student": self.student,
                "assignment": self.assignment,
                "notebook": self.notebook,
                "seconds_late": self.late.seconds,
                "late_percent": self.late.percent,
                **plain,
            }

    def found(self):
        """What is kept of this grading, as JSON gives it back: the next one calls it `before`."""
        found = {
            "fingerprints": self.fingerprints,
            "graded": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "seconds": self.seconds,
            "trouble": self.trouble,
            "remarks": self.remarks,
            "before": for_changes(self.before),
            "rows": list(self.rows()),
        }
        return json.loads(json.dumps(found))


def grade_class(
    course,
    assignments=None,
    *,
    student=None,
    jobs=1,
    sandbox="bwrap",
    retrain=False,
    executor=None,
    watch=None,
):
    """Grade what lies in `submitted/`.

    Parameters
    ----------
    course : Course
    assignments : list of str, optional
        All released ones by default.
    student : str, optional
        Only this student's hand-ins.
    jobs : int
        Worker processes on this machine.
    sandbox : {"bwrap", "none"}
    retrain : bool
        Run the training cells too.
    executor : concurrent.futures.Executor, optional
        Where tasks run, instead of `jobs` processes here. One with a method `workers` is asked how many tasks it works
        on at the same time; the futures of any other one say themselves whether they are running.
    watch : Watch, optional
        Is told how it goes.

    Returns
    -------
    list of Graded

    Raises
    ------
    CourseError
        For an unknown assignment, where there is nothing to grade, or where the gradebook cannot be opened.
    SandboxUnavailable
        If bubblewrap is missing.
    """
    if sandbox == "bwrap":
        bubblewrap()
    course.require(assignments or [])
    handins = find_handins(course, assignments or course.assignments(), student)
    if not handins:
        who = f" by {student}" if student else ""
        raise CourseError(
            f"There are no hand-ins{who} in {course.root / 'submitted'}. They belong in submitted/STUDENT/ASSIGNMENT/."
        )
    database.require(course, sorted({handin.assignment for handin in handins}))
    settings = course.settings(sandbox, retrain)
    watch = watch or Watch()
    watch.start(sum(len(_notebooks(course, handin.assignment)) for handin in handins))
    with only_one(course):
        for left in course.private.glob(f"{_CLEAN}*"):  # by a grading that was killed
            shutil.rmtree(left, ignore_errors=True)
        scratch.sweep()
        return _graded(course, handins, settings, jobs, executor, watch)


def _graded(course, handins, settings, jobs, executor, watch):
    """Every notebook's `Graded`; nothing is entered before all canaries have come back without a point."""
    journal, finished, held = Journal(course.private / "journal"), [], []
    canaries: list[tuple[Task, list]] = [
        (canary.canary(name, path.stem, released_notebook(course.root, name, path.stem), settings), [])
        for name in sorted({handin.assignment for handin in handins})
        for path in _notebooks(course, name)
    ]
    waiting = len(canaries)
    refused = [handin for handin in handins if refusal(handin.student)]
    tasks = (task for handin in handins if handin not in refused for task in _tasks(course, handin, settings))
    with contextlib.closing(results(itertools.chain(canaries, tasks), journal, jobs, executor, watch)) as found:
        for result in found:
            if result[0].student == canary.STUDENT:
                canary.refuse_earnings(result[0], result[2])
                waiting -= 1
                watch.tried()
            else:
                held.append(result)
            while held and not waiting:
                with as_a_whole():  # nbgrader takes Ctrl-C for a fault of the hand-in that it enters
                    finished.append(_finish(course, journal, *held.pop(0)))
                    watch.done(finished[-1])
    journal.close()
    for handin in refused:
        for one in _refused(course, handin):
            finished.append(one)
            watch.done(one)
    return sorted(finished, key=lambda graded: (graded.assignment, graded.student, graded.notebook))


def _refused(course, handin):
    """A `Graded` without points for every notebook of a student whose ID could do harm where it is shown."""
    why, shown = refusal(handin.student), repr(handin.student[:60])
    for path in _notebooks(course, handin.assignment):
        verdicts = ungraded(nbformat.read(path, as_version=4), why, "unreadable")
        yield Graded(shown, handin.assignment, path.stem, verdicts, trouble=why)


def _finish(course, journal, task, remarks, result, kept):
    """Keep one result and enter it."""
    key = str(course.root), task.student, task.assignment, task.notebook
    marks = fingerprints(task)
    try:
        if not kept:
            journal.keep(task, marks, result)
    except OSError as error:
        raise CourseError(
            f"The result of {printable(task.student, 60)} cannot be kept in {journal.folder}: "
            f"{error.strerror or error}. Make room there and give the same command again: "
            "what was finished before is kept."
        ) from error
    graded = Graded(
        task.student,
        task.assignment,
        task.notebook,
        result.verdicts,
        result.seconds,
        result.trouble,
        remarks,
        kept,
        marks,
        earlier_verdicts(verdict_file(*key)),
    )
    with_what = _entered_with(course, task)
    if kept and journal.was_entered(task, with_what):
        _look_up_lateness(course, graded)
    else:
        _enter(course, graded, result)
    if not graded.trouble:
        journal.entered(task, with_what)
    return graded


def _entered_with(course, task):
    """What a result is entered with besides its verdicts: where this changes, it is entered again."""
    handin = course.root / "submitted" / task.student / task.assignment
    due = course.deadlines.due.get(task.assignment)
    extension = course.deadlines.extension(task.assignment, task.student)
    return repr((course.gradebook, handed_in(handin), due, extension, course.deadlines.policy))


def _look_up_lateness(course, graded):
    """Take over what nbgrader's gradebook says about delay and penalty."""
    try:
        graded.late = lateness(course, graded.student, graded.assignment, graded.notebook)
    except SQLAlchemyError as error:
        graded.trouble = database.trouble(course.gradebook) or f"Its delay cannot be looked up ({str(error)[:200]})."


def _notebooks(course, assignment):
    """The notebooks that were handed out for an assignment."""
    return sorted((course.root / "release" / assignment).glob("*.ipynb"))


def _tasks(course, handin, settings):
    """(Task, remarks) for every notebook of a hand-in, missing and unreadable ones too."""
    graded = _notebooks(course, handin.assignment)
    beside = read_files(handin.folder, notebooks=True)
    for name in (TIMESTAMP, *(path.name for path in graded)):
        beside.pop(name, None)
    for path in graded:
        # As nbgrader does, with files that were handed out as they were handed out.
        files = beside | read_files(path.parent)
        released = released_notebook(course.root, handin.assignment, path.stem)
        unreadable, remarks = "", []
        try:
            nb = read_notebook(handin.folder / path.name)
            remarks = restore(nb, released_cells(released))
        except Unreadable as error:
            nb, unreadable = released, str(error)
        yield (
            Task(
                handin.student,
                handin.assignment,
                path.stem,
                nbformat.writes(nb),
                files,
                settings,
                unreadable,
            ),
            remarks,
        )


def _enter(course, graded, result):
    """Enter one result into nbgrader's gradebook, by way of its own `autograde` on a cleaned copy of the hand-in."""
    nb = nbformat.reads(result.source, as_version=4)
    key = str(course.root), graded.student, graded.assignment, graded.notebook
    submitted = course.root / "submitted" / graded.student / graded.assignment
    clean = Path(tempfile.mkdtemp(prefix=_CLEAN, dir=course.private))
    try:
        folder = clean / graded.student / graded.assignment
        folder.mkdir(parents=True)
        copy_files(submitted, folder)
        _without_bad_timestamp(folder, graded.remarks)
        for path in _notebooks(course, graded.assignment):
            # Every notebook of the assignment must be there, or nbgrader would take it for missing; the others keep
            # their grades.
            source = (
                nb if path.stem == graded.notebook else released_notebook(course.root, graded.assignment, path.stem)
            )
            nbformat.write(source, folder / path.name)
        nbgrader_plugin.graded[key] = nb, graded.verdicts
        relative = str(clean.relative_to(course.root))
        with nbgrader_api(course.root, submitted_directory=relative, notebook_id=graded.notebook) as api:
            outcome = api.autograde(graded.assignment, graded.student, force=True)
        if outcome["success"]:
            _look_up_lateness(course, graded)
            save_verdicts(verdict_file(*key), graded.found())
        else:
            graded.trouble = database.trouble(course.gradebook) or (
                f"nbgrader could not enter the result: {complaint(outcome)}"
            )
    except (OSError, SQLAlchemyError) as error:  # this result is not entered; the others of the class still are
        graded.trouble = (
            f"The result could not be entered ({type(error).__name__}: {str(error)[:200]}). Grade it again."
        )
    finally:
        nbgrader_plugin.graded.pop(key, None)
        shutil.rmtree(clean, ignore_errors=True)


def _without_bad_timestamp(folder, remarks):
    """Take away a `timestamp.txt` that nbgrader could not read, for it would refuse the hand-in."""
    path = folder / TIMESTAMP
    try:
        if path.exists():
            parse_utc(path.read_text(encoding="utf-8").strip() or None)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        remarks.append(f"Its {TIMESTAMP} could not be read ({error}) and was left out.")


def with_limits(course, **changes):
    """The same course with some limits changed."""
    return replace(course, limits=replace(course.limits, **changes))
