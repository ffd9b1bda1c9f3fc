"""What nbgrader's gradebook knows besides the verdicts: marks by hand, penalties, totals, who is on its list.

Goes in: a course. Comes out: one `Mark` for each graded cell, sums for each notebook, or a sentence where the gradebook
cannot be opened.
"""

from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import func, select

from autograder.grading import database
from autograder.grading.settings import CourseError
from autograder.registry import check_of_grade_id


@dataclass(slots=True)
class Mark:
    """A free-response item of one student: its points, None where it is not marked yet."""

    name: str
    points: float | None
    max_points: float


@dataclass(slots=True)
class Marks:
    """What the gradebook says of one student's homework.

    Attributes
    ----------
    by_hand : list of Mark
    checks : dict of str to (float, float or None)
        Points that a check's cell has by grading, and by hand where somebody has overruled it.
    points, penalty : float
        As nbgrader exports them: everything, less the penalty for delay.
    """

    by_hand: list = field(default_factory=list)
    checks: dict = field(default_factory=dict)
    points: float = 0.0
    penalty: float = 0.0

    @property
    def waiting(self):
        """Free-response items that are not marked yet."""
        return [mark for mark in self.by_hand if mark.points is None]


def read_marks(course):
    """The gradebook's marks.

    Returns
    -------
    marks : dict of (str, str) to Marks
        By student and assignment.
    students : set of str
        Everybody in the gradebook.

    Raises
    ------
    CourseError
        If it cannot be opened.
    """
    file = course.gradebook.removeprefix("sqlite:///")
    if file != course.gradebook and not Path(file).is_file():
        raise CourseError(f"The gradebook {file} is missing. Put it back from your backup, or grade again.")
    where = (
        (SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id),
        (Assignment, SubmittedAssignment.assignment_id == Assignment.id),
        (Notebook, SubmittedNotebook.notebook_id == Notebook.id),
    )
    who = SubmittedAssignment.student_id, Assignment.name, Notebook.name
    most = func.coalesce(GradeCell.max_score, TaskCell.max_score)
    penalties = select(*who, SubmittedNotebook.late_submission_penalty).select_from(SubmittedAssignment)
    grades = select(
        *who, BaseCell.name, most, Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade
    ).select_from(SubmittedAssignment)
    for table, condition in where:
        penalties, grades = penalties.join(table, condition), grades.join(table, condition)
    cell, graded = BaseCell.__table__, GradeCell.__table__
    grades = (
        grades.join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(cell, Grade.cell_id == cell.c.id)
        .outerjoin(graded, graded.c.id == cell.c.id)
        .outerjoin(TaskCell.__table__, TaskCell.__table__.c.id == cell.c.id)
        .order_by(BaseCell.name)
    )
    found, taken, listed = database.rows(course.gradebook, grades, penalties, select(Student.id))
    return _sums(found, taken), {student for (student,) in listed}


def _sums(found, taken):
    marks: dict[tuple[str, str], Marks] = {}
    notebooks: dict[tuple[str, str, str], float] = {}
    for student, assignment, notebook, name, most, auto, manual, extra, needs in found:
        mine = marks.setdefault((student, assignment), Marks())
        score = manual if manual is not None else auto
        key = student, assignment, notebook
        notebooks[key] = notebooks.get(key, 0.0) + ((score or 0.0) + (extra or 0.0) if score is not None else 0.0)
        check = check_of_grade_id(name)
        if check is None:
            mine.by_hand.append(Mark(name, None if needs or score is None else score, most or 0.0))
        else:
            mine.checks[check.name] = auto or 0.0, manual
    for student, assignment, notebook, penalty in taken:
        mine = marks.setdefault((student, assignment), Marks())
        mine.penalty += penalty or 0.0
        mine.points += max(0.0, notebooks.get((student, assignment, notebook), 0.0) - (penalty or 0.0))
    return marks
