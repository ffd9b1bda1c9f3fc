"""Grades as nbgrader's gradebook has them: penalties for lateness and marks by hand included.

Goes in: a course, and names of assignments. Comes out: a `Grade` for each hand-in, who has none, and what an instructor
should know before they are given out.
"""

import warnings
from dataclasses import dataclass
from datetime import datetime

from autograder.grading import database
from autograder.grading.handin import find_handins


@dataclass(frozen=True)
class Grade:
    """What one student has for one assignment.

    Attributes
    ----------
    student, assignment : str
    points : float
        With the penalty taken off, never below zero.
    max_points : float
        Without bonus, which may come on top.
    first_name, last_name, email : str
        From the gradebook; often empty.
    handed_in : datetime or None
        In UTC.
    unmarked, to_review : int
        Items that wait for marks by hand; that were marked before the hand-in was graded again.
    stale : bool
        Whether marks by hand have come since the penalty was worked out.
    scores : dict of str to float
        Points by notebook, without the penalty.
    """

    student: str
    assignment: str
    points: float
    max_points: float
    first_name: str
    last_name: str
    email: str
    handed_in: datetime | None
    unmarked: int
    to_review: int
    stale: bool
    scores: dict


@dataclass(frozen=True)
class Grades:
    """The grades of one assignment.

    Attributes
    ----------
    assignment : str
    max_points : float
    all : list of Grade
        Sorted by student.
    ungraded : list of str
        Students whose hand-in is not in the gradebook.
    """

    assignment: str
    max_points: float
    all: list
    ungraded: list

    def remarks(self, course):
        """Sentences about what may still change."""
        waiting = [grade for grade in self.all if grade.unmarked]
        if waiting:
            items = sum(grade.unmarked for grade in waiting)
            yield (
                f"{self.assignment}: {items} free-response item{'s' * (items != 1)} of {len(waiting)} "
                f"student{'s' * (len(waiting) != 1)} {'are' if items != 1 else 'is'} not marked yet and "
                f"count{'s' * (items == 1)} as 0 points. Mark in formgrader, then export again."
            )
        items = sum(grade.to_review for grade in self.all)
        if items:
            yield (
                f"{self.assignment}: {items} mark{'s' * (items != 1)} by hand from before the last grading still "
                "count. Formgrader lists the hand-ins for review."
            )
        if any(grade.stale for grade in self.all):
            yield (
                f"{self.assignment}: marks by hand have come since penalties for lateness were worked out. First: "
                f"{feedback_command(course, self.assignment)}"
            )


def feedback_command(course, assignment):
    """The command that makes feedback, and works penalties out anew."""
    return f"cd {course.root} && nbgrader generate_feedback {assignment} --force"


def read_grades(course, assignments):
    """A `Grades` for each of these assignments.

    Raises
    ------
    CourseError
        If there is no such assignment, or the gradebook cannot be opened.
    """
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning

    course.require(assignments)
    database.require(course, assignments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own queries cause some
        with Gradebook(course.gradebook, course.root.name) as gradebook:
            return [_of_assignment(course, gradebook.find_assignment(name)) for name in assignments]


def _of_assignment(course, assignment):
    graded = sorted((_grade(course, one) for one in assignment.submissions), key=lambda grade: grade.student)
    known = {grade.student for grade in graded}
    handed_in = [one.student for one in find_handins(course, [assignment.name])]
    ungraded = [student for student in handed_in if student not in known]
    return Grades(assignment.name, assignment.max_score, graded, ungraded)


def _grade(course, submission):
    student, policy = submission.student, course.deadlines.policy
    penalty = submission.late_submission_penalty or 0.0
    waiting = [one for notebook in submission.notebooks for one in notebook.grades if one.needs_manual_grade]
    stale = False
    if policy is not None and submission.total_seconds_late > 0:
        late = submission.total_seconds_late
        due = sum(policy.penalty(notebook.score, late) for notebook in submission.notebooks)
        stale = abs(due - penalty) > 0.005
    return Grade(
        student.id,
        submission.assignment.name,
        max(0.0, submission.score - penalty),
        submission.max_score,
        student.first_name or "",
        student.last_name or "",
        student.email or "",
        submission.timestamp,
        sum(grade.manual_score is None for grade in waiting),
        sum(grade.manual_score is not None for grade in waiting),
        stale,
        {notebook.name: notebook.score for notebook in submission.notebooks},
    )
