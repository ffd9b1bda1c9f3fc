"""Late hand-ins in nbgrader: due dates into its gradebook, and the course's policy where nbgrader asks for a penalty.

Goes in: course.json and the hand-in's `timestamp.txt`. Comes out: dates and penalties in the gradebook, the same by
`autograder grade`, `nbgrader autograde` and formgrader's button; and what a student's delay came to.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor
from traitlets import Unicode

from autograder.grading.course import open_course
from autograder.grading.late import handed_in


@dataclass(frozen=True)
class Lateness:
    """How late one hand-in is, by nbgrader's gradebook.

    Attributes
    ----------
    handed_in, due : datetime or None
        In UTC; None where it is not known, or there is none.
    seconds : float
    percent : float
        What the course's policy takes off.
    points : float
        What is taken off, as nbgrader keeps it.
    """

    handed_in: datetime | None = None
    due: datetime | None = None
    seconds: float = 0.0
    percent: float = 0.0
    points: float = 0.0


class EnterDates(NbGraderPreprocessor):
    """Writes when a hand-in came, and when it was due, before nbgrader asks whether it is late."""

    course = Unicode(help="Root of the course folder").tag(config=True)

    def preprocess(self, nb, resources):
        """Enter the dates of this hand-in; `nb` stays as it is."""
        where, deadlines = resources["nbgrader"], open_course(self.course).deadlines
        with Gradebook(where["db_url"]) as gradebook:
            submission = gradebook.find_submission(where["assignment"], where["student"])
            # nbgrader would leave the time of an earlier hand-in where a later one has none.
            submission.timestamp = handed_in(Path(self.course) / "submitted" / where["student"] / where["assignment"])
            if where["assignment"] in deadlines.due:
                submission.assignment.duedate = deadlines.due[where["assignment"]]
                submission.extension = deadlines.extension(where["assignment"], where["student"])
            gradebook.db.commit()
        return nb, resources


class LatePenalty(LateSubmissionPlugin):
    """The course's policy; where it has none, nbgrader's own `penalty_method`."""

    course = Unicode(help="Root of the course folder").tag(config=True)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """Points that nbgrader takes off a notebook's score."""
        policy = open_course(self.course).deadlines.policy
        if policy is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        return policy.penalty(score, total_seconds_late)


def configure_late(c, root):
    """Make nbgrader take dates and penalties from the course folder `root`; `c` is its configuration."""
    c.AssignLatePenalties.plugin_class = LatePenalty
    for part in (EnterDates, LatePenalty):
        c[part.__name__].course = root


def with_dates(preprocessors):
    """Preprocessors of nbgrader in which the dates are entered just before penalties are assigned."""
    return [step for one in preprocessors for step in ((EnterDates, one) if one is AssignLatePenalties else (one,))]


def lateness(course, student, assignment, notebook):
    """The `Lateness` of one notebook that has been entered."""
    with Gradebook(course.gradebook, course.root.name) as gradebook:
        submission = gradebook.find_submission(assignment, student)
        taken = gradebook.find_submission_notebook(notebook, assignment, student).late_submission_penalty
        seconds, policy = float(submission.total_seconds_late), course.deadlines.policy
        percent = policy.percent(seconds) if policy else 0.0
        return Lateness(submission.timestamp, submission.duedate, seconds, percent, taken or 0.0)
