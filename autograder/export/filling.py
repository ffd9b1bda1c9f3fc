"""Grades into the cells of a platform's table, the same for every platform.

Goes in: a template, its rows, grades. Comes out: filled cells, and sentences about all who have none.
"""

import math
from dataclasses import dataclass, field
from typing import Any

from autograder.export.people import rows_of
from autograder.export.tables import number
from autograder.grading.settings import CourseError
from autograder.wire import printable

_SHOWN = 10  # names in one sentence


@dataclass
class Filled:
    """A table, or a zip of feedback, on its way out.

    Attributes
    ----------
    content : list of rows, or bytes
    written : int
        How many grades, or hand-ins with feedback, are in it.
    problems : list of str
        Sentences about students who should be in it and are not.
    notes : list of str
        Whatever else should be known.
    """

    content: Any = None
    written: int = 0
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def listed(names):
    """Names for a sentence, not too many of them."""
    names = [printable(name, 60) for name in names]
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def maximum(grades, said, what, scale, filled):
    """The factor from our points to the platform's.

    Raises
    ------
    CourseError
        If the maxima differ and may not be converted.
    """
    most = _read(said)
    if most is None:
        if scale:
            raise CourseError(f"{what} is not in the template, so points cannot be converted. Leave --scale out.")
        filled.notes.append(
            f"{what} is not in the template. Make sure that it is {number(grades.max_points)}, nbgrader's maximum of "
            f"{grades.assignment}."
        )
        return 1.0
    if abs(most - grades.max_points) < 1e-6:
        return 1.0
    if not scale or most <= 0 or not grades.max_points:
        raise CourseError(
            f"{what} is {number(most)}, but nbgrader's maximum of {grades.assignment} is {number(grades.max_points)}. "
            f"Make it {number(grades.max_points)} on the platform and export the template again, or convert all "
            "points by --scale."
        )
    filled.notes.append(
        f"{grades.assignment}: points are converted from {number(grades.max_points)} to {number(most)} at most."
    )
    return most / grades.max_points


def _read(text):
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def fill(template, grades, people, rows, column, factor, kept, filled, closed=(), limit=None):
    """Put the points of one assignment into a column.

    Parameters
    ----------
    template : Template
    grades : Grades
    people : dict of str to Person
    rows : list of Row
    column : int
    factor : float
        From our points to the platform's.
    kept : dict of str to str
        What may stand in a cell and must stay, and what it means.
    filled : Filled
        Is told how it went.
    closed : set of int
        Rows whose grade may not be changed.
    limit : float, optional
        Above which the platform takes no grade.
    """
    mine = {grade.student: people[grade.student] for grade in grades.all}
    replaced: list = []
    whose, why, doubtful = rows_of(mine, rows)
    for grade in grades.all:
        row = whose.get(grade.student)
        points = grade.points * factor
        before = template.cell(row.at, column) if row else ""
        if row is None:
            reason = why[grade.student]
        elif before.upper() in kept:
            reason = f"row {row.at + 1} says {before}, {kept[before.upper()]}"
        elif row.at in closed:
            reason = f"row {row.at + 1} says that the grade cannot be changed"
        elif limit is not None and points > limit + 1e-9:
            reason = f"{number(points)} points, bonus included, are above the platform's maximum of {number(limit)}"
        else:
            if before and _read(before) is not None and abs(_read(before) - points) > 0.005:
                replaced.append(f"{grade.student} ({printable(before, 20)} by {number(points)})")
            template.put(row.at, column, number(points))
            filled.written += 1
            continue
        filled.problems.append(f"{grades.assignment}: {grade.student} has {number(points)} points and {reason}.")
    if replaced:
        filled.notes.append(f"{grades.assignment}: other grades were there and were replaced: {listed(replaced)}.")
    taken = {row.at for row in whose.values()} | doubtful
    empty = [row for row in rows if row.at not in taken]
    if empty:
        filled.notes.append(
            f"{grades.assignment}: {len(empty)} row{'s' * (len(empty) != 1)} without a graded hand-in stay"
            f"{'s' * (len(empty) == 1)} as before: {listed(row.name or row.number for row in empty)}."
        )
