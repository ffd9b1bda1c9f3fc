"""Canvas's gradebook: the table that it exports and imports.

Canvas finds students by `ID`, or else by `SIS User ID` or `SIS Login ID`, and assignments by the number in brackets
behind their name, or else by the name. The row “Points Possible” stands above the students'.
"""

import re

from autograder.export.filling import Filled, fill, listed, maximum
from autograder.export.people import Row
from autograder.grading.settings import CourseError
from autograder.wire import printable

COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_POINTS = "    Points Possible"  # with these blanks, as Canvas writes it
_TITLE = re.compile(r"(?P<title>.*?)\s*(?:\((?P<number>\d+)\))?")
_KEPT = {"EX": "excused in Canvas", "N/A": "not assigned to them in Canvas"}


def table(grades, people):
    """The gradebook without a template.

    Parameters
    ----------
    grades : list of Grades
    people : dict of str to Person

    Returns
    -------
    Filled
        Its `content` are rows.
    """
    points = {(one.student, of.assignment): one.points for of in grades for one in of.all}
    rows = [[*COLUMNS, *(of.assignment for of in grades)]]
    rows.append([_POINTS, "", "", "", "", *(float(of.max_points) for of in grades)])
    for student, person in sorted(people.items()):
        login = "" if person.number else student
        cells = [points.get((student, of.assignment), "") for of in grades]
        rows.append([person.name, person.number, "", login, "", *cells])
    filled = Filled(rows, written=len(points))
    unnumbered = [student for student, person in people.items() if not person.number]
    if unnumbered:
        filled.notes.append(
            f"Canvas's number is not known of {listed(sorted(unnumbered))}: Canvas will look for them by login."
        )
    return filled


def fill_in(template, grades, people, column=None, scale=False):
    """Fill the gradebook that Canvas exported.

    Parameters
    ----------
    template : Template
    grades : list of Grades
    people : dict of str to Person
    column : str, optional
        Where the points of the only assignment go: a column's name, with or without its number, or the number.
    scale : bool
        Whether points may be converted to Canvas's maximum.

    Returns
    -------
    Filled

    Raises
    ------
    CourseError
        If it is no such table, a column cannot be told, or a maximum differs.
    """
    section, number = template.column("Section"), template.column("ID")
    if section is None or number is None or not {"Student", "LastName"} & set(template.header):
        raise CourseError(
            f"{template.path} is not a gradebook of Canvas: it has no columns Student, ID and Section. In Canvas: "
            "Gradebook, Export, Export Entire Gradebook."
        )
    names = [template.column(name) for name in ("Student", "LastName", "FirstName")]
    logins = [template.column(name) for name in ("SIS User ID", "SIS Login ID", "Integration ID")]
    points = next((at for at in range(1, len(template.rows)) if template.cell(at, 0).startswith(_POINTS.strip())), 0)
    rows = []
    for at in range(1, len(template.rows)):
        others = frozenset(template.cell(at, login).lower() for login in logins) - {""}
        if at != points and (template.cell(at, number) or others):
            name = "".join(template.cell(at, one) for one in names)
            rows.append(Row(at, template.cell(at, number), name, others))
    filled = Filled()
    for of in grades:
        target = _column(template, of.assignment, column, section)
        said = template.cell(points, target) if points else ""
        if "read only" in said:
            raise CourseError(f"{template.path}: Canvas lets nobody change the column {template.header[target]!r}.")
        factor = maximum(of, said, f"Canvas's Points Possible of {template.header[target]!r}", scale, filled)
        fill(template, of, people, rows, target, factor, _KEPT, filled)
    filled.content = template.as_bytes()
    return filled


def _column(template, assignment, wanted, after):
    """The column of an assignment."""
    name = wanted or assignment
    found = []
    for at, head in enumerate(template.header):
        parts = _TITLE.fullmatch(head)
        called = {head.lower(), parts["title"].lower(), parts["number"] if wanted else None} if parts else set()
        if at > after and name.lower() in called:
            found.append(at)
    if len(found) == 1:
        return found[0]
    numbered = [head for head in template.header[after + 1 :] if (parts := _TITLE.fullmatch(head)) and parts["number"]]
    shown = ", ".join(repr(printable(head, 80)) for head in numbered[:20]) or "none"
    trouble = "is more than one column" if found else "is no column"
    raise CourseError(
        f"In {template.path} there {trouble} for {name!r}. Say which it is by --column, one assignment at a time; "
        f"there are {shown}."
    )
