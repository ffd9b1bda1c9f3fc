"""`autograder report`: reads what a class's grading has left, and writes its report.

Goes in: a course. Comes out: a folder of pages, and a few words on it.
"""

from dataclasses import dataclass
from pathlib import Path

from autograder.grading.settings import CourseError
from autograder.report.folder import place, write
from autograder.report.gather import gather
from autograder.report.pages import pages

FOLDER = "report"


@dataclass(frozen=True)
class Written:
    """A report that was written.

    Attributes
    ----------
    index : Path
        Its first page.
    students, homeworks : int
    missing : list of str
        What is not in it, and why.
    """

    index: Path
    students: int
    homeworks: int
    missing: list

    def __str__(self):
        """What it is about."""
        many = ((self.students, "student"), (self.homeworks, "homework"))
        return " and ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in many)


def write_report(course, assignments=None, out=None, hide_names=False):
    """Write the class report of a course.

    Parameters
    ----------
    course : Course
    assignments : list of str, optional
        All by default.
    out : path, optional
        Its folder; by default `report` in the course's.
    hide_names : bool
        Call students by pseudonyms.

    Returns
    -------
    Written

    Raises
    ------
    CourseError
        For an unknown assignment, where nothing is graded, or where the folder is something else than a report.
    """
    course.require(assignments or [])
    target = Path(out) if out is not None else course.root / FOLDER
    class_ = gather(course, list(dict.fromkeys(assignments or course.assignments())), hide_names)
    try:
        with place(course, target) as folder:
            for name, text in pages(class_, target):
                write(folder / name, text)
    except OSError as error:
        raise CourseError(
            f"The report cannot be written to {target}: {error.strerror or error}. An earlier one is as it was."
        ) from error
    graded = sum(bool(person.works) for person in class_.people.values())
    return Written(target / "index.html", graded, len(class_.homeworks), class_.missing)
