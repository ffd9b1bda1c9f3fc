"""Moodle's grading worksheet: the table of one assignment, which Moodle gives out and takes back.

Moodle finds students by the number in `Identifier` ("Participant 1234"), and reads three columns: that, `Grade` and
`Last modified (grade)`. It passes over grades above the maximum without a word, so they are told here.
"""

import re

from autograder.export.filling import Filled, fill, listed, maximum
from autograder.export.people import Row
from autograder.export.tables import number
from autograder.grading.settings import CourseError

# Without `Feedback comments`: an empty one would make Moodle delete the comments that it has.
COLUMNS = [
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
]
_IDENTIFIER = re.compile(r"\D*(\d+)")
_OTHERS = ("Email address", "Username", "ID number")


def table(grades, people):
    """The worksheet of one assignment without a template; its `content` are rows."""
    filled = Filled([COLUMNS])
    unnumbered = [grade.student for grade in grades.all if not people[grade.student].number]
    if unnumbered:
        filled.problems.append(
            f"Moodle's number is not known of {listed(unnumbered)}, so they are left out. Collect Moodle's zip with "
            "`autograder collect`, or fill in its worksheet by --template."
        )
    for grade in grades.all:
        person = people[grade.student]
        if not person.number:
            continue
        when = f"{grade.handed_in:%A, %d %B %Y, %I:%M %p}" if grade.handed_in else "-"
        row = [f"Participant {person.number}", person.name, grade.email, "Submitted for grading"]
        filled.content.append([*row, float(grade.points), float(grades.max_points), "Yes", when, "-"])
        filled.written += 1
        if grade.points > grades.max_points:
            filled.notes.append(
                f"{grade.student} has {number(grade.points)} of {number(grades.max_points)} points, bonus included. "
                "Moodle passes over grades above its maximum: enter it there by hand, or raise the maximum."
            )
    return filled


def fill_in(template, grades, people, column=None, scale=False):
    """Fill the worksheet that Moodle gave out.

    Parameters
    ----------
    template : Template
    grades : Grades
    people : dict of str to Person
    column : str, optional
        Name of the column for the grade, where Moodle speaks another language.
    scale : bool
        Whether points may be converted to Moodle's maximum.

    Returns
    -------
    Filled

    Raises
    ------
    CourseError
        If it is no such table, or the maximum differs.
    """
    identifier = template.column("Identifier") or 0  # it comes first in every language
    # In another language the full name comes second; with blind marking there is none.
    name = template.column("Full name") if "Identifier" in template.header else 1
    marked = [_IDENTIFIER.fullmatch(template.cell(at, identifier)) for at in range(1, len(template.rows))]
    target = template.column(column or "Grade")
    if target is None or not any(marked):
        columns = ", ".join(repr(head) for head in template.header[:20])
        raise CourseError(
            f"{template.path} is not a grading worksheet of Moodle: it has no column {column or 'Grade'!r}, or no "
            f"participants' numbers in its first. In Moodle: the assignment, Submissions, Download grading worksheet. "
            f"In another language, name its column for the grade by --column; there are {columns}."
        )
    others = [template.column(head) for head in _OTHERS]
    rows = [
        Row(at, found[1], template.cell(at, name), frozenset(template.cell(at, one).lower() for one in others) - {""})
        for at, found in enumerate(marked, start=1)
        if found
    ]
    most = template.column("Maximum Grade") or target + 1  # which follows the grade in every language
    said = next((template.cell(row.at, most) for row in rows if template.cell(row.at, most)), "")
    filled = Filled()
    factor = maximum(grades, said, "Moodle's Maximum Grade", scale, filled)
    locked = template.column("Grade can be changed")
    closed = {row.at for row in rows if template.cell(row.at, locked).lower() == "no"}
    limit = grades.max_points * factor
    fill(template, grades, people, rows, target, factor, {}, filled, closed=closed, limit=limit)
    filled.content = template.as_bytes()
    return filled
