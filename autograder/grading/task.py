"""One hand-in's grading as a task for any `concurrent.futures.Executor`: bytes in, bytes and verdicts out.

No shared file system, no gradebook: a task can run in another process or on another machine.
"""

import time
import traceback
from dataclasses import dataclass, field

import nbformat

from autograder.exam import Verdict
from autograder.grading import scratch
from autograder.grading.engine import check_of, grade_notebook, verdict_outputs
from autograder.grading.handin import write_files
from autograder.grading.settings import Settings
from autograder.namespace import KernelLost
from autograder.sandbox import SandboxUnavailable


@dataclass(frozen=True)
class Task:
    """What a worker needs for one notebook.

    Attributes
    ----------
    student, assignment, notebook : str
    source : str
        The restored notebook as JSON text.
    files : dict
        The hand-in's other files: relative name to bytes.
    settings : Settings
    unreadable : str
        Why there is nothing to run, or empty.
    """

    student: str
    assignment: str
    notebook: str
    source: str
    files: dict
    settings: Settings
    unreadable: str = ""


@dataclass
class Result:
    """What comes back: the notebook with outputs as JSON text, and the verdicts."""

    source: str
    verdicts: list = field(default_factory=list)
    seconds: float = 0.0
    trouble: str = ""


def run(task):
    """Grade one notebook; always returns a `Result`, with no points and a reason where it cannot be graded."""
    began = time.perf_counter()
    if task.unreadable:
        return failed(task, task.unreadable, "unreadable")
    nb = nbformat.reads(task.source, as_version=4)
    try:
        with scratch.folder("handin") as folder:
            write_files(task.files, folder)
            verdicts = grade_notebook(nb, folder, task.assignment, task.settings)
    except SandboxUnavailable:
        raise
    except KernelLost as lost:
        return failed(task, lost.failure.message)
    except Exception as error:  # a fault of the grader must cost this hand-in a hand-check, not the class its grades
        traceback.print_exc()
        return failed(task, f"Grading failed ({type(error).__name__}: {str(error)[:200]}). Please look at it by hand.")
    return Result(nbformat.writes(nb), verdicts, time.perf_counter() - began)


def failed(task, reason, status="error"):
    """The `Result` of a task that could not be graded: no points, and why, in every check cell."""
    nb = nbformat.reads(task.source, as_version=4)
    verdicts = ungraded(nb, reason, status)
    return Result(nbformat.writes(nb), verdicts, trouble=reason)


def ungraded(nb, reason, status):
    """Write verdicts without points, and why, into every check cell of `nb`."""
    verdicts = []
    for cell in nb.cells:
        check = check_of(cell)
        if check is not None:
            verdicts.append(
                Verdict(check.name, 0.0, check.points, status, reason=reason, hidden=True, title=check.title)
            )
            cell.outputs, cell.execution_count = verdict_outputs(verdicts[-1]), None
        elif cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return verdicts
