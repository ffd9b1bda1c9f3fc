"""Grades a class: reads the hand-ins, has them graded by an executor, writes nbgrader's gradebook.

Only this coordinator touches the gradebook. A result is kept in `.autograder/journal/` before it is entered there, so
that a grading that was stopped goes on where it was, and its verdicts in `.autograder/verdicts/` once it is entered.
"""

import contextlib
import itertools
import json
import math
import multiprocessing
import shutil
import tempfile
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SQLAlchemyError

from autograder.grading import canary, database, nbgrader_plugin
from autograder.grading.course import CourseError
from autograder.grading.handin import Unreadable, copy_files, find_handins, read_files, read_notebook
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
from autograder.grading.restore import released_cells, restore
from autograder.grading.task import Task, failed, run
from autograder.sandbox import SandboxUnavailable, bubblewrap

_AHEAD = 64  # tasks that wait in an executor that is not ours


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
        return json.loads(json.dumps({"fingerprints": self.fingerprints, "rows": list(self.rows())}))


def grade_class(
    course,
    assignments=None,
    *,
    student=None,
    jobs=1,
    sandbox="bwrap",
    retrain=False,
    executor=None,
    on_start=None,
    on_done=None,
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
        Where tasks run, instead of `jobs` processes here.
    on_start, on_done : functions, optional
        Called with the number of notebooks, and with each `Graded`.

    Returns
    -------
    list of Graded

    Raises
    ------
    CourseError
        For an unknown assignment, where there is nothing to grade, or where the gradebook cannot be opened.
    SandboxUnavailable
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
    if on_start:
        on_start(sum(len(_notebooks(course, handin.assignment)) for handin in handins))
    with only_one(course):
        return _graded(course, handins, settings, jobs, executor, on_done)


def _graded(course, handins, settings, jobs, executor, on_done):
    """Every notebook's `Graded`; nothing is entered before all canaries have come back without a point."""
    journal, finished, held = Journal(course.private / "journal"), [], []
    canaries: list[tuple[Task, list]] = [
        (canary.canary(name, path.stem, released_notebook(course.root, name, path.stem), settings), [])
        for name in sorted({handin.assignment for handin in handins})
        for path in _notebooks(course, name)
    ]
    waiting = len(canaries)
    tasks = (task for handin in handins for task in _tasks(course, handin, settings))
    with contextlib.closing(_results(itertools.chain(canaries, tasks), journal, jobs, executor)) as results:
        for result in results:
            if result[0].student == canary.STUDENT:
                canary.refuse_earnings(result[0], result[2])
                waiting -= 1
            else:
                held.append(result)
            while held and not waiting:
                finished.append(_finish(course, journal, *held.pop(0)))
                if on_done:
                    on_done(finished[-1])
    journal.close()
    return sorted(finished, key=lambda graded: (graded.assignment, graded.student, graded.notebook))


def _finish(course, journal, task, remarks, result, kept):
    """Keep one result and enter it."""
    key = str(course.root), task.student, task.assignment, task.notebook
    marks = fingerprints(task)
    try:
        if not kept:
            journal.keep(task, marks, result)
    except OSError as error:
        raise CourseError(
            f"The result of {task.student} cannot be kept in {journal.folder}: {error.strerror or error}. "
            "Make room there and give the same command again: what was finished before is kept."
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


def _results(tasks, journal, jobs, executor):
    """(Task, remarks, `Result`, whether it was kept) of every task as it finishes.

    Hand-ins are read as they are needed. A worker process that dies takes its whole pool with it. What was under way
    is then tried once more, each task in a process of its own, so that nothing is lost but the one that kills it.
    """
    pool, ahead = executor or _pool(jobs), _AHEAD if executor else 2 * jobs
    running: dict = {}
    again: list = []
    try:
        while True:
            more = False
            for task, remarks in itertools.islice(tasks, ahead - len(running)):
                more = True
                kept = journal.find(task)
                if kept:
                    yield task, remarks, kept, True
                    continue
                try:
                    running[pool.submit(run, task)] = task, remarks
                except BrokenExecutor:
                    if executor:
                        raise
                    again.append((task, remarks))
            if not running and not again:
                if more:  # all that was read had been kept
                    continue
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task, remarks = running.pop(future)
                if executor is None and isinstance(future.exception(), BrokenExecutor):
                    again.append((task, remarks))
                else:
                    yield task, remarks, _result(future, task), False
            if again:  # the pool is broken, so everything in it is
                pool.shutdown(wait=True)
                again += running.values()
                running.clear()
                for some in (again[n : n + jobs] for n in range(0, len(again), jobs)):
                    with contextlib.ExitStack() as pools:
                        alone = [pools.enter_context(_pool(1)).submit(run, task) for task, _ in some]
                        for future, (task, remarks) in zip(alone, some, strict=True):
                            yield task, remarks, _result(future, task), False
                again.clear()
                pool = _pool(jobs)
    finally:
        if executor is None:
            pool.shutdown(wait=True, cancel_futures=True)


def _pool(jobs):
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def _result(future, task):
    """What a task gave; where its worker was lost, no points and a reason, for this hand-in only."""
    try:
        return future.result()
    except SandboxUnavailable:
        raise
    except Exception as error:
        return failed(
            task, f"The grading process was lost ({type(error).__name__}: {str(error)[:200]}). Grade it again."
        )


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
    clean = Path(tempfile.mkdtemp(prefix="clean-", dir=course.private))
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
    path = folder / "timestamp.txt"
    try:
        if path.exists():
            parse_utc(path.read_text(encoding="utf-8").strip() or None)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        remarks.append(f"Its timestamp.txt could not be read ({error}) and was left out.")


def with_limits(course, **changes):
    """The same course with some limits changed."""
    return replace(course, limits=replace(course.limits, **changes))
