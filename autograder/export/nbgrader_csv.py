"""nbgrader's own CSV: the rows of `nbgrader export`, but with quotes where a name holds a comma.

Goes in: the gradebook. Comes out: a row for every student and assignment; who handed nothing in has 0 points.
"""

import warnings

from autograder.export.filling import Filled
from autograder.export.tables import as_csv

COLUMNS = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
COLUMNS += ["raw_score", "late_submission_penalty", "score", "max_score"]


def table(course, assignments):
    """A `Filled` with the bytes of the CSV file."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning

    rows = [COLUMNS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own queries cause some
        with Gradebook(course.gradebook, course.root.name) as gradebook:
            for assignment in gradebook.assignments:
                if assignment.name in assignments:
                    submissions = {one.student.id: one for one in assignment.submissions}
                    rows += [_row(assignment, one, submissions.get(one.id)) for one in gradebook.students]
    return Filled(as_csv(rows, end="\n", show=str), written=len(rows) - 1)


def _row(assignment, student, submission):
    raw, penalty = (submission.score, submission.late_submission_penalty) if submission else (0.0, 0.0)
    return [
        assignment.name,
        assignment.duedate or "",
        (submission and submission.timestamp) or "",
        student.id,
        student.last_name or "",
        student.first_name or "",
        student.email or "",
        raw,
        penalty,
        max(0.0, raw - penalty),
        assignment.max_score,
    ]
