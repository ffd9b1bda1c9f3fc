"""Puts together all that is known of a class: verdicts, the gradebook, what lies in `submitted/`, dates.

Goes in: a course and the names of assignments. Comes out: a `Class` of `Homework`s and `Person`s, with the `Work` that
each handed in, and sentences on what is not in it.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from autograder.grading.changes import changes
from autograder.grading.course import CourseError
from autograder.grading.handin import find_handins
from autograder.grading.late import duration
from autograder.report.marks import Marks, read_marks
from autograder.report.measures import item_numbers
from autograder.report.mistakes import findings, mistakes
from autograder.report.names import Names, file_names, pseudonyms
from autograder.report.read import read_notebooks
from autograder.wire import printable


@dataclass
class Work:
    """What one student handed in for one homework.

    Attributes
    ----------
    notebooks : list of Notebook
    items : dict of str to Item
        By check, as far as they have verdicts.
    whole : bool
        Whether every item of the homework was judged: only then do the points say how good it is.
    max_points : float
        Of the whole homework.
    marks : Marks
    changes : list of str
        What the last grading changed against the one before, without the student's name.
    """

    student: str
    homework: "Homework"
    notebooks: list = field(default_factory=list)
    items: dict = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    whole: bool = True
    changes: list = field(default_factory=list)

    @cached_property
    def points(self):
        """Points of all checks."""
        return round(sum(item.points for item in self.items.values()), 6)

    @cached_property
    def bonus(self):
        """Bonus points of all checks."""
        return round(sum(item.bonus for item in self.items.values()), 6)

    @property
    def max_points(self):
        """Of the whole homework."""
        return self.homework.max_points

    @property
    def seconds(self):
        """How long grading took."""
        return sum(one.seconds for one in self.notebooks)

    @property
    def late(self):
        """How late it came, in words, or nothing."""
        seconds = max((one.late.seconds for one in self.notebooks), default=0.0)
        percent = max((one.late.percent for one in self.notebooks), default=0.0)
        return duration(seconds) + (f" (−{percent:g} %)" if percent else "") if seconds else ""


@dataclass
class Homework:
    """One homework of the class.

    Attributes
    ----------
    name : str
    items : dict of str to Item
        One of each check, to say what it is called and worth, in the order of the notebooks.
    works : dict of str to Work
        By student.
    numbers : dict of str to ItemNumbers
        By check.
    mistakes : dict of str to list of Mistake
        By check.
    """

    name: str
    items: dict = field(default_factory=dict)
    works: dict = field(default_factory=dict)
    numbers: dict = field(default_factory=dict)
    mistakes: dict = field(default_factory=dict)

    @cached_property
    def max_points(self):
        """Points of all items, bonus not counted."""
        return round(sum(item.max_points for item in self.items.values()), 6)


@dataclass
class Person:
    """A student: the name that is shown, the stem of the page's file, and the works by assignment."""

    id: str
    name: str
    page: str
    works: dict = field(default_factory=dict)
    max_points: float = 0.0

    @cached_property
    def points(self):
        """Points of all homeworks; one that was not handed in has none."""
        return round(sum(work.points for work in self.works.values()), 6)

    @property
    def bonus(self):
        """Bonus points of all homeworks."""
        return round(sum(work.bonus for work in self.works.values()), 6)

    @property
    def whole(self):
        """Whether everything that was handed in could be judged."""
        return all(work.whole for work in self.works.values())


@dataclass
class Class:
    """All that the report tells.

    Attributes
    ----------
    people : dict of str to Person
        By ID, in the order of the names that are shown.
    homeworks : dict of str to Homework
    handins : set of (str, str)
        Student and assignment of what lies in `submitted/`.
    mistakes : list of Mistake
        Of all homeworks.
    missing : list of str
        What is not in the report, and why; with IDs.
    """

    course: object
    names: Names
    people: dict
    homeworks: dict
    handins: set
    mistakes: list
    missing: list


def gather(course, assignments, hide_names=False):
    """The `Class` of a course, for these assignments.

    Raises
    ------
    CourseError
        If nothing is graded yet, or nothing of it can be read.
    """
    notebooks, damaged = read_notebooks(course, assignments)
    if not notebooks:
        raise CourseError(_nothing(course, assignments, damaged))
    handins = {(one.student, one.assignment) for one in find_handins(course, assignments)}
    missing = [(f"{path} cannot be used and is left out: {why}. Grade that hand-in again.") for path, why in damaged]
    marks, listed = {}, set()
    try:
        marks, listed = read_marks(course)
    except CourseError as error:
        missing.append(f"Marks by hand, penalties and totals are left out. {error}")
    waiting = len(list((course.private / "journal").glob("*.json")))
    if waiting:
        missing.append(
            f"{waiting} result{'s' * (waiting > 1)} of a grading that is under way or was stopped: the same "
            "`autograder grade` enters them."
        )
    known = {one.student for one in notebooks} | {student for student, _ in handins} | listed
    ids = sorted(known | {Path(path).parts[2] for path, _ in damaged if len(Path(path).parts) > 2})
    names = Names(ids, pseudonyms(course, ids) if hide_names else None)
    homeworks = {name: Homework(name) for name in assignments if any(one.assignment == name for one in notebooks)}
    _hide(notebooks, names)
    for one in sorted(notebooks, key=lambda one: (one.notebook, -len(one.verdicts))):  # a whole one tells the order
        for item in one.verdicts:
            homeworks[one.assignment].items.setdefault(item.check, item)
    for one in sorted(notebooks, key=lambda one: (names.of(one.student), one.notebook)):
        _take_in(homeworks[one.assignment], one, marks)
    for homework in homeworks.values():
        _count(homework)
    people = _people(names, ids, homeworks)
    everything = mistakes([one for homework in homeworks.values() for one in _found(homework.works.values())])
    return Class(course, names, people, homeworks, handins, everything, [printable(said, 500) for said in missing])


def _nothing(course, assignments, damaged):
    if damaged:
        path, why = damaged[0]
        return (
            f"None of the {len(damaged)} kept results in {course.private / 'verdicts'} can be used; "
            f"{printable(path, 300)}: {printable(why, 200)}. Grade again: autograder grade {course.root}"
        )
    of = f" of {', '.join(assignments)}" if assignments else ""
    return f"Nothing{of} is graded yet in {course.root}. First: autograder grade {course.root}"


def _hide(notebooks, names):
    """Take the IDs out of all that a student may have written, where names are hidden."""
    for one in notebooks if names.hidden else []:
        one.trouble, one.remarks = names.within(one.trouble), [names.within(said) for said in one.remarks]
        for item in one.verdicts:
            item.reason = names.within(item.reason)
            for e in item.expectations:
                e.message, e.diagnosis = names.within(e.message), names.within(e.diagnosis)


def _take_in(homework, one, marks):
    """Put one notebook's verdicts where they belong."""
    work = homework.works.setdefault(one.student, Work(one.student, homework))
    work.notebooks.append(one)
    work.marks = marks.get((one.student, one.assignment), work.marks)
    work.changes += [said.removeprefix(f"{one.student}, ") for said in changes(one)]
    for item in one.verdicts:
        work.items[item.check] = item


def _count(homework):
    """The numbers and the mistakes of every item."""
    works = homework.works.values()
    for work in works:
        work.whole = all(check in work.items and work.items[check].judged for check in homework.items)
    whole = [work for work in works if work.whole]
    for check in homework.items:
        have = [work for work in works if check in work.items]
        judged = [(work.items[check], work.points) for work in whole]
        homework.numbers[check] = item_numbers([work.items[check] for work in have], judged)
        homework.mistakes[check] = mistakes(_found(have, check))


def _found(works, only=None):
    """(student, check, text, whether it is a diagnosis) of all mistakes in these works."""
    return [
        (work.student, check, text, named)
        for work in works
        for check, item in work.items.items()
        if only in (None, check)
        for text, named in findings(item)
    ]


def _people(names, ids, homeworks):
    shown = sorted(ids, key=lambda one: (names.of(one).casefold(), one))
    pages = file_names([names.of(one) if names.hidden else one for one in shown])
    people = {one: Person(one, names.of(one), pages[names.of(one) if names.hidden else one]) for one in shown}
    for person in people.values():
        person.works = {name: hw.works[person.id] for name, hw in homeworks.items() if person.id in hw.works}
        person.max_points = round(sum(homework.max_points for homework in homeworks.values()), 6)
    return people
