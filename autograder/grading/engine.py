"""Grades one notebook: runs its cells in a sandboxed kernel, and in place of each check cell forms a verdict out here.

Goes in: a restored notebook, the folder of the hand-in, settings. Comes out: the notebook with outputs and points, and
the verdicts. A cell or check that hangs or kills the kernel costs itself; a fresh kernel is brought to the same point
and goes on.
"""

import re
import time
import traceback

from nbformat.v4 import new_output

from autograder.exam import VISIBLE, Verdict, hidden_rounds, run_check
from autograder.grading.kernel import RemoteNamespace, SandboxKernel
from autograder.grading.outputs import harmless, note
from autograder.images import ImageSource
from autograder.namespace import LOST, Failure, KernelLost
from autograder.reference import RecordedReference, SolutionReference
from autograder.registry import check_of_grade_id
from autograder.sandbox import SandboxUnavailable
from autograder.show.verdict import as_html, as_text
from autograder.wire import printable

SKIP_TAG = "skip-grading"
_MOST_RESTARTS = 15


def check_of(cell):
    """The check that a notebook cell stands for, or None."""
    meta = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code" or not isinstance(meta, dict) or not meta.get("grade") or meta.get("solution"):
        return None
    return check_of_grade_id(meta.get("grade_id"))


def grade_notebook(nb, handin, assignment, settings, on_verdict=None):
    """Grade a notebook whose grade cells have been restored.

    Parameters
    ----------
    nb : NotebookNode
        Changed in place: outputs of all cells, points of the check cells.
    handin : path
        Folder with the student's other files.
    assignment : str
    settings : Settings
    on_verdict : function, optional
        Called with each verdict as soon as there is one.

    Returns
    -------
    list of Verdict
        One per check cell, in their order.
    """
    torch = any(re.search(r"\bimport torch|from torch\b", cell.source) for cell in nb.cells)
    run = _Run(handin, assignment, settings, ["torch"] if torch else [])
    verdicts = []
    try:
        for cell in nb.cells:
            check = check_of(cell)
            if check is not None:
                verdict = run.judge(check)
                verdicts.append(verdict)
                if on_verdict:
                    on_verdict(verdict)
                cell.outputs, cell.execution_count = verdict_outputs(verdict), None
            elif cell.cell_type == "code" and cell.source.strip():
                cell.outputs, cell.execution_count = run.cell(cell), None
    finally:
        run.kernel.close()
    return verdicts


def verdict_outputs(verdict):
    """A check cell's outputs: the verdict for people, and its points where nbgrader looks for them."""
    return [
        new_output("display_data", data={"text/html": as_html(verdict), "text/plain": as_text(verdict)}),
        new_output("execute_result", data={"text/plain": f"{verdict.points:g}"}, execution_count=None),
    ]


class _Run:
    """One notebook's way through a kernel, and through the next one where the first is lost."""

    def __init__(self, handin, assignment, settings, modules):
        self.assignment, self.settings, self.limits = assignment, settings, settings.limits
        self.kernel = SandboxKernel(handin, settings, modules)
        self.alive = False
        self.done = []  # cells that ran, to bring a fresh kernel to the same point
        self.cpu_spent = 0.0  # by kernels that are gone
        self.restarts = 0
        self.troubles = []  # (source, what went wrong) of cells that failed, to explain names that are missing later
        self.deadline = (
            time.monotonic() + self.limits.notebook_seconds + settings.retrain * self.limits.training_seconds
        )

    def left(self, seconds):
        """What is left of the notebook's time, at most `seconds`."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise KernelLost(
                Failure(f"The notebook's time of {self.limits.notebook_seconds:.0f} seconds is used up.", "timeout")
            )
        return min(left, seconds)

    def allow(self, cpu_seconds):
        """Let the next item compute for so long, and no longer than is left of the notebook's computing time."""
        most = self.limits.notebook_cpu_seconds + self.settings.retrain * self.limits.training_cpu_seconds
        left = most - self.cpu_spent - self.kernel.used()
        if left <= 0:
            raise KernelLost(Failure(f"The notebook's computing time of {most:.0f} seconds is used up.", "cpu"))
        self.kernel.allow(min(left, cpu_seconds))

    def run(self, cell):
        """Outputs of a cell, run within its limits."""
        if _is_training(cell):
            self.allow(self.limits.training_cpu_seconds)
            return self.kernel.run_cell(cell.source, self.left(self.limits.training_seconds))
        self.allow(self.limits.cell_cpu_seconds)
        return self.kernel.run_cell(cell.source, self.left(self.limits.cell_seconds))

    def ready(self):
        """Make sure there is a kernel at the present point of the notebook."""
        while not self.alive:
            self.left(1)
            if self.restarts > _MOST_RESTARTS:
                raise KernelLost(Failure(f"The kernel was lost {self.restarts} times; the rest was not run.", "limit"))
            self.kernel.stop()
            self.kernel.start()
            self.alive = self._replayed()

    def _replayed(self):
        """Whether all cells so far ran again; one that ends the kernel this time is left out from now on."""
        for number, cell in enumerate(self.done):
            try:
                self.run(cell)
            except KernelLost as lost:
                del self.done[number]
                self.troubles.append((cell.source, f"A cell above it was stopped: {lost.failure.message}"))
                self.lost()
                return False
        return True

    def lost(self):
        self.alive = False
        self.restarts = min(self.restarts + 1, _MOST_RESTARTS + 1)
        self.cpu_spent += self.kernel.used()
        self.kernel.stop()

    def cell(self, cell):
        """Run a cell that is not a check; its harmless outputs."""
        if _is_training(cell) and not self.settings.retrain:
            return [note("Not run while grading: it is tagged skip-grading. The files that you handed in are used.")]
        try:
            self.ready()
            outputs = self.run(cell)
        except KernelLost as lost:
            self.lost()
            self.troubles.append((cell.source, f"A cell above it was stopped: {lost.failure.message}"))
            return [
                new_output(
                    "error",
                    ename="Stopped",
                    evalue=lost.failure.message,
                    traceback=[f"[autograder] {lost.failure.message}"],
                )
            ]
        self.done.append(cell)
        errors = [output for output in outputs if output.output_type == "error"]
        if errors:
            said = f"{printable(errors[-1].get('ename'), 80)}: {printable(errors[-1].get('evalue'), 200)}"
            self.troubles.append((cell.source, f"A cell above it raised {said}"))
        return harmless(outputs)

    def judge(self, check):
        """The verdict on one check; never raises."""
        began = time.perf_counter()
        try:
            self.ready()
            self.allow(check.patience * self.limits.check_cpu_seconds)
            chapter = check.name.split(".")[0]
            rounds = [VISIBLE]
            if self.settings.secret:
                rounds += hidden_rounds(check, self.settings.secret, self.assignment)
            verdict = run_check(
                check,
                RemoteNamespace(self.kernel, self.left(check.patience * self.limits.check_seconds)),
                SolutionReference(chapter) if self.settings.secret else RecordedReference(chapter),
                rounds,
                ImageSource(self.settings.dataset),
            )
        except KernelLost as lost:
            verdict = _nothing(check, lost.failure.kind, lost.failure.message, began)
        except SandboxUnavailable:
            raise
        except Exception as error:  # a fault of the check, or a value it did not foresee: no points, and a hand-check
            traceback.print_exc()
            verdict = _nothing(
                check,
                "error",
                f"The check itself failed ({type(error).__name__}: {str(error)[:200]}). "
                "It gives no points; please look at this item by hand.",
                began,
            )
        if verdict.status in LOST:
            self.lost()
        if verdict.status == "missing" and self.troubles:
            # The first cell that speaks of the name was to define it; those after it failed because it was not there.
            about = [said for source, said in self.troubles if re.search(rf"\b{check.asks}\b", source)]
            verdict.reason += f" {about[0] if about else self.troubles[-1][1]}"
        return verdict


def _is_training(cell):
    return SKIP_TAG in cell.metadata.get("tags", [])


def _nothing(check, status, reason, began):
    return Verdict(
        check.name,
        0.0,
        check.points,
        status,
        seconds=time.perf_counter() - began,
        reason=reason,
        hidden=True,
        title=check.title,
    )
