"""Where checks are found by name: `softmax.loss_naive` is defined in `autograder/checks/softmax/losses.py`.

Goes in: a check's name. Comes out: the `Check` with its points, or an error that names what is close.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

import autograder.checks


class UnknownCheck(ValueError):
    """A check name that nothing answers to; the message says which names are close."""


@dataclass(frozen=True)
class Check:
    """One graded item.

    Attributes
    ----------
    name : str
        As in `softmax.loss_naive`; also its anchor in the book.
    points : float
        Most points the item can earn, bonus not counted.
    asks : str
        The name it asks the student for.
    judge : function
        Called with an `Exam` once per round of cases; states its expectations there.
    bonus : float
        Points on top of `points`, stored as extra credit.
    title : str
        What is judged, in a few words.
    rounds : int
        How many rounds of hidden cases are drawn when grading, after the visible one.
    patience : float
        It may take so many times as long as other checks.
    """

    name: str
    points: float
    asks: str
    judge: Callable
    bonus: float = 0.0
    title: str = ""
    rounds: int = 2
    patience: float = 1.0

    @property
    def grade_id(self):
        """Its cell's name in nbgrader."""
        return grade_id(self.name)


_SHARED = ("parts", "pairs", "sandwiches")  # what the chapters' modules are made of
_checks: dict[str, Check] = {}


def grade_id(name):
    """What nbgrader calls the item `name`: it allows letters, digits, `_` and `-`, so the dot becomes a hyphen."""
    return name.replace(".", "-")


def check_of_grade_id(grade_id):
    """The check whose cell has this grade_id, or None."""
    if not isinstance(grade_id, str) or "." in grade_id:
        return None
    try:
        return get_check(grade_id.replace("-", "."))
    except UnknownCheck:
        return None


def check_item(name, *, points, asks, title, bonus=0.0, rounds=2, patience=1.0):
    """Register the decorated function as the judge of the item called `name`.

    Parameters
    ----------
    name : str
        `HOMEWORK.ITEM`, such as "softmax.loss_naive"; also the anchor in the book.
    points : float
        Most points that it can earn, `bonus` not counted.
    asks : str
        The name without which nothing can be judged: of a function, a class or a value in the student's notebook.
    title : str
        What is judged, in a few words.
    bonus : float
        Points on top, stored as nbgrader's extra credit.
    rounds : int
        Rounds of hidden cases when grading, after the visible one.
    patience : float
        How many times as long as other checks it may take.

    Returns
    -------
    function
        A decorator, for a function that is called with an `Exam` once per round.

    Raises
    ------
    ValueError
        If there is a check of that name already.
    """

    def register(judge):
        if name in _checks:
            raise ValueError(f"Two checks are called {name!r}. Give one of them another name.")
        _checks[name] = Check(name, float(points), asks, judge, float(bonus), title, rounds, patience)
        return judge

    return register


def chapters():
    """Names of the chapters that have checks, sorted."""
    return sorted(
        module.name for module in pkgutil.iter_modules(autograder.checks.__path__) if module.name not in _SHARED
    )


def checks_of(chapter):
    """All checks of one chapter, in the order in which its module defines them.

    Parameters
    ----------
    chapter : str
        Name of its package in `autograder/checks/`.

    Returns
    -------
    list of Check

    Raises
    ------
    UnknownCheck
        If there is no such chapter.
    """
    if chapter not in chapters():
        raise UnknownCheck(f"There are no checks for {chapter!r}; there are some for {', '.join(chapters())}.")
    importlib.import_module(f"autograder.checks.{chapter}")
    return [check for check in _checks.values() if check.name.split(".")[0] == chapter]


def get_check(name):
    """The check called `name`, such as "softmax.loss_naive".

    Returns
    -------
    Check

    Raises
    ------
    UnknownCheck
        If there is none; the message lists the nearest names.
    """
    if not isinstance(name, str):
        raise UnknownCheck(f'check() takes the name of a check in quotes, such as "softmax.train"; it got {name!r}.')
    chapter = name.split(".")[0]
    known = [check.name for check in checks_of(chapter)] if chapter in chapters() else []
    if name in known:
        return _checks[name]
    everything = known or [check.name for chapter in chapters() for check in checks_of(chapter)]
    near = difflib.get_close_matches(name, everything, n=3, cutoff=0.4) or everything
    raise UnknownCheck(f"There is no check called {name!r}. Did you mean {' or '.join(near[:3])}?")
