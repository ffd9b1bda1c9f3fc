"""Reads the verdicts that gradings have kept in `.autograder/verdicts/`.

Goes in: a course and the names of assignments. Comes out: one `Notebook` for each file, and a sentence for each file
that is damaged. All words on them are on one line, printable, and not too long; a browser still needs them escaped.
"""

import json
import math
from dataclasses import dataclass, field

from autograder.grading.late_plugin import Lateness
from autograder.namespace import LOST
from autograder.show.verdict import STATUS
from autograder.wire import printable

NAME, TEXT = 120, 2000  # characters that are shown
NOT_JUDGED = ("error", "unreadable")
NOT_THERE = ("not implemented", "missing")
_shared: dict[str, str] = {}  # the same words stand in many files: they are kept once


@dataclass(slots=True)
class Expectation:
    """One expectation of an item: see `autograder.exam.Expectation`."""

    name: str
    passed: bool
    share: float
    measured: float | None
    tolerance: float | None
    message: str
    diagnosis: str
    advice: str


@dataclass(slots=True)
class Item:
    """The verdict on one item: see `autograder.exam.Verdict`."""

    check: str
    title: str
    points: float
    max_points: float
    bonus: float
    status: str
    seconds: float
    reason: str
    expectations: list

    @property
    def judged(self):
        """Whether the points say anything about the student."""
        return self.status not in NOT_JUDGED

    @property
    def full(self):
        """Whether it has all its points, bonus not counted."""
        return self.points >= self.max_points

    @property
    def stopped(self):
        """Whether a limit was hit."""
        return self.status in LOST

    @property
    def outcome(self):
        """One of "full", "part", "none", "unwritten" and "unjudged"."""
        if not self.judged:
            return "unjudged"
        if self.full:
            return "full"
        if self.status in NOT_THERE:
            return "unwritten"
        return "part" if self.points > 0 else "none"


@dataclass(slots=True)
class Notebook:
    """What the last grading of one notebook found; `changes` can be asked about it.

    Attributes
    ----------
    student, assignment, notebook : str
    verdicts : list of Item
    seconds : float
        How long grading took; 0 where it was not kept.
    graded : str
        When, in ISO form and UTC; empty where it was not kept.
    trouble : str
        Why it could not be graded, or empty.
    remarks : list of str
        What was mended in the notebook before grading.
    fingerprints : dict
    before : dict or None
        As `Graded.before`.
    late : Lateness
        Its seconds and percent.
    """

    student: str
    assignment: str
    notebook: str
    verdicts: list
    seconds: float = 0.0
    graded: str = ""
    trouble: str = ""
    remarks: list = field(default_factory=list)
    fingerprints: dict = field(default_factory=dict)
    before: dict | None = None
    late: Lateness = field(default_factory=Lateness)


def read_notebooks(course, assignments):
    """The kept verdicts of these assignments.

    Returns
    -------
    notebooks : list of Notebook
        By assignment, student and notebook.
    damaged : list of (str, str)
        For each file that cannot be used: its path below the course folder, and why.
    """
    notebooks, damaged, root = [], [], course.private / "verdicts"

    def tried(read, path):
        try:
            return read(path)
        except OSError as error:
            why = error.strerror or str(error)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            why = f"{type(error).__name__}: {error}"[:200]
        damaged.append((str(path.relative_to(course.root)), why))

    for student in tried(_folders, root) or []:
        for folder in [student / name for name in assignments]:
            found = [tried(_notebook, path) for path in tried(_files, folder) or []]
            notebooks += [one for one in found if one is not None]
    _shared.clear()
    return sorted(notebooks, key=lambda one: (one.assignment, one.student, one.notebook)), damaged


def _folders(root):
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def _files(folder):
    return sorted(path for path in folder.iterdir() if path.suffix == ".json") if folder.is_dir() else []


def _notebook(path):
    kept = json.loads(path.read_text(encoding="utf-8"))
    rows = kept["rows"]
    if not isinstance(rows, list) or not isinstance(kept["fingerprints"], dict):
        raise ValueError("it is not in the form of verdicts")
    late = Lateness(
        seconds=max((_number(row.get("seconds_late", 0.0)) for row in rows), default=0.0),
        percent=max((_number(row.get("late_percent", 0.0)) for row in rows), default=0.0),
    )
    return Notebook(
        path.parent.parent.name,
        path.parent.name,
        path.stem,
        [_item(row) for row in rows],
        _number(kept.get("seconds", 0.0)),
        _words(kept.get("graded", "")),
        _words(kept.get("trouble", "")),
        [_words(said) for said in kept.get("remarks", [])],
        kept["fingerprints"],
        _before(kept.get("before")),
        late,
    )


def _item(row):
    if row["status"] not in STATUS:
        raise ValueError(f"there is no status {row['status']!r}")
    return Item(
        _words(row["check"]),
        _words(row.get("title", "")),
        _number(row["points"]),
        _number(row["max_points"]),
        _number(row["bonus"]),
        _words(row["status"]),
        _number(row["seconds"]),
        _words(row.get("reason", "")),
        [_expectation(one) for one in row["expectations"]],
    )


def _expectation(one):
    if not isinstance(one["passed"], bool):
        raise ValueError("`passed` is neither true nor false")
    return Expectation(
        _words(one["name"]),
        one["passed"],
        _number(one.get("share", 0.0)),
        _perhaps(one["measured"]),
        _perhaps(one["tolerance"]),
        _words(one["message"]),
        _words(one["diagnosis"]),
        _words(one.get("advice", "")),
    )


def _before(before):
    if before is None:
        return None
    rows = [
        {"check": _words(row["check"])}
        | {key: _number(row.get(key, 0.0)) for key in ("points", "bonus", "late_percent")}
        for row in before["rows"]
    ]
    if not isinstance(before["fingerprints"], dict):
        raise ValueError("the fingerprints of the grading before are no table")
    return {"fingerprints": before["fingerprints"], "graded": _words(before.get("graded", "")), "rows": rows}


def _number(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{str(value)[:40]!r} is no number")
    return float(value)


def _perhaps(value):
    return None if value is None else _number(value)


def _words(value):
    if not isinstance(value, str):
        raise ValueError(f"{str(value)[:40]!r} is no text")
    if value not in _shared:
        _shared[value] = printable(value, TEXT)
    return _shared[value]
