"""A hand-in that is wrong everywhere, graded before all others: if it earns anything, the grader is grading itself.

Stand-ins, a reference in the place of the student, a comparison that is always content: whatever makes a grader give
points away gives them to this hand-in, too. `autograder grade` grades it in every run, nbgrader's own commands in every
process: what is remembered is never written down, so nobody can forge it.
"""

from dataclasses import replace

import nbformat
from nbformat.v4 import new_code_cell

from autograder.grading.course import CourseError
from autograder.grading.engine import check_of
from autograder.grading.journal import fingerprints
from autograder.grading.task import Task, run

_earned_nothing: list[dict] = []  # the fingerprints of canaries that this process has graded
STUDENT = "(canary)"
WRONG = '''\
class Wrong:
    """Stands for a function, a class, an array or a number; as a function it gives its first argument back."""

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return args[0] if args else self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self


'''


def canary(assignment, notebook, released, settings):
    """The `Task` of a hand-in in which every item is answered, and none is right.

    Parameters
    ----------
    assignment, notebook : str
    released : NotebookNode
        As it was handed out.
    settings : Settings
    """
    checks = [cell for cell in released.cells if check_of(cell) is not None]
    wrong = "\n".join(f"{check_of(cell).asks} = Wrong()" for cell in checks)
    nb = nbformat.from_dict(released | {"cells": [new_code_cell(WRONG + wrong), *checks]})
    return Task(STUDENT, assignment, notebook, nbformat.writes(nb), {}, replace(settings, retrain=False))


def refuse_to_grade_itself(assignment, notebook, released, settings):
    """Grade the canary of a notebook, unless this process has graded the very same; parameters as for `canary`.

    Raises
    ------
    CourseError
        As `refuse_earnings`; then the next hand-in has it graded again.
    """
    task = canary(assignment, notebook, released, settings)
    marks = fingerprints(task)
    if marks not in _earned_nothing:
        refuse_earnings(task, run(task))
        _earned_nothing.append(marks)


def refuse_earnings(task, result):
    """Stop everything where the canary earned something, or where nobody could tell.

    Raises
    ------
    CourseError
    """
    if result.trouble:
        raise CourseError(
            f"Nothing was entered: a hand-in of {task.notebook} that is wrong everywhere is tried first, and it could "
            f"not be graded. {result.trouble}"
        )
    earned = [f"{verdict.check} ({verdict.points:g})" for verdict in result.verdicts if verdict.points or verdict.bonus]
    if earned:
        raise CourseError(
            f"Nothing was entered: the grader is grading itself. A hand-in that is wrong everywhere earned points for "
            f"{', '.join(earned)} in {task.notebook}. Points of earlier runs may be wrong, too. "
            "Look for checks that were changed, and install the course anew."
        )
