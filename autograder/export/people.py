"""Who a student is on a platform, and which row of its table is theirs. Nothing is guessed.

Goes in: the ID, what `autograder collect` has kept, the rows of a table. Comes out: a number and a name, a row, or a
sentence that says why there is none.
"""

import re
from dataclasses import dataclass, field

from autograder.grading import platform_names

_NUMBERED = re.compile(r"(?P<name>.+)-(?P<number>\d+)")


@dataclass(frozen=True)
class Person:
    """A student as the platform knows them.

    Attributes
    ----------
    student : str
        ID in the course.
    name : str
        The platform's, where it is known.
    number : str
        The platform's; empty where it is not known.
    sure : bool
        Whether `autograder collect` has kept the number; else it is read from the name of the folder.
    files : list of str
        Names of the hand-in's files in the platform's zip.
    email : str
        From nbgrader's gradebook.
    """

    student: str
    name: str = ""
    number: str = ""
    sure: bool = False
    files: list = field(default_factory=list)
    email: str = ""


@dataclass(frozen=True)
class Row:
    """One student's row of a platform's table.

    Attributes
    ----------
    at : int
        Which of the table's rows it is, from 0.
    number, name : str
    others : frozenset of str
        Whatever else the student may be known by: login, e-mail address. In lower case.
    """

    at: int
    number: str
    name: str
    others: frozenset


def people(course, platform, grades):
    """A `Person` for each `Grade`, by student."""
    known: dict = {}
    for name in course.assignments():
        for student, kept in platform_names.read(course, name).items():
            if kept["platform"] == platform:
                files = known.get(student, {}).get("files", {}) | {name: kept["files"]}
                known[student] = kept | {"files": files}
            else:
                known.setdefault(student, {})
    return {grade.student: _person(grade, known.get(grade.student)) for grade in grades}


def _person(grade, kept):
    if kept:
        files = kept["files"].get(grade.assignment, [])
        return Person(grade.student, kept["name"], kept["number"], True, files, grade.email)
    numbered = _NUMBERED.fullmatch(grade.student) if kept is None else None  # {}: another platform's number
    own = " ".join(part for part in (grade.first_name, grade.last_name) if part)
    name = own or (numbered["name"].replace("-", " ") if numbered else grade.student)
    return Person(grade.student, name, numbered["number"] if numbered else "", email=grade.email)


def sharing(found):
    """A sentence for each student with the number of another: who has changed their name at the platform, perhaps.

    Parameters
    ----------
    found : dict of str to Person

    Returns
    -------
    dict of str to str
    """
    by_number: dict = {}
    for student, person in found.items():
        by_number.setdefault(person.number, []).append(student)
    return {
        student: f"{student} is left out: {' and '.join(sorted(students))} have the same number, {number}. "
        "Move away what is not the latest hand-in."
        for number, students in by_number.items()
        if number and len(students) > 1
        for student in sorted(students)
    }


def rows_of(found, rows):
    """Which row is whose.

    Parameters
    ----------
    found : dict of str to Person
    rows : list of Row

    Returns
    -------
    dict of str to Row
    dict of str to str
        By student, why no row could be taken.
    set of int
        Lines that may be somebody's of these.
    """
    by_number: dict = {}
    by_other: dict = {}
    for row in rows:
        by_number.setdefault(row.number, []).append(row)
        for other in row.others:
            by_other.setdefault(other, []).append(row)
    whose: dict = {}
    why: dict = {}
    doubtful: set = set()
    for student, person in found.items():
        numbered = by_number.get(person.number, []) if person.number else []
        agreeing = [row for row in numbered if person.sure or _agree(person, row)]
        ids = {other.lower() for other in (student, person.email) if other}
        hits = {row.at: row for row in [*agreeing, *(row for one in ids for row in by_other.get(one, []))]}
        if len(hits) == 1:
            whose[student] = next(iter(hits.values()))
        elif hits:
            theirs = " and ".join(str(at + 1) for at in sorted(hits))
            why[student] = f"rows {theirs} could all be theirs"
            doubtful |= set(hits)
        elif numbered:
            doubtful |= {row.at for row in numbered}
            why[student] = (
                f"row {numbered[0].at + 1} has their number {person.number}, but the name {numbered[0].name!r}: "
                "collect the platform's zip with `autograder collect`, which keeps whose number it is"
            )
        else:
            why[student] = "no row is theirs"
    owners: dict = {}
    for student, row in whose.items():
        owners.setdefault(row.at, []).append(student)
    for at, students in owners.items():
        for student in students if len(students) > 1 else ():
            del whose[student]
            why[student] = f"row {at + 1} could be that of {' or '.join(students)}"
            doubtful.add(at)
    return whose, why, doubtful


def _agree(person, row):
    """Whether a folder's name is that of the row; a table without names, as in blind marking, does not object."""
    letters = [re.sub(r"[\W_]+", "", name).lower() for name in (person.student.rpartition("-")[0], row.name)]
    return not letters[1] or letters[0] == letters[1]
