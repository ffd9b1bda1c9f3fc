"""When a homework is due, for whom, and what it costs to be late.

Goes in: `due`, `late` and `extensions` of course.json, and a hand-in's `timestamp.txt`. Comes out: dates in UTC
without a zone, as nbgrader keeps them, and how many percent a delay takes off.
"""

import math
from dataclasses import dataclass, field
from datetime import timezone
from pathlib import Path

from dateutil.parser import isoparse

from autograder.grading.settings import CourseError

DAY = 24 * 60 * 60
TIMESTAMP = "timestamp.txt"  # nbgrader's name for the file that says when a hand-in came
_EXAMPLE = "2026-12-01T23:59+01:00"


@dataclass(frozen=True)
class Policy:
    """What being late costs, in percent of the points that a hand-in has earned.

    Attributes
    ----------
    percent_per_day : float
        For each day that has begun since the due date.
    at_most_percent : float
    grace_minutes : float
        Up to which nothing is taken off.
    """

    percent_per_day: float
    at_most_percent: float = 100.0
    grace_minutes: float = 0.0

    def percent(self, seconds_late):
        """Percent that this delay takes off."""
        if seconds_late <= self.grace_minutes * 60:
            return 0.0
        return float(min(self.percent_per_day * math.ceil(seconds_late / DAY), self.at_most_percent))

    def penalty(self, points, seconds_late):
        """Points that this delay takes off, to the hundredth."""
        return round(points * self.percent(seconds_late) / 100, 2)


@dataclass(frozen=True)
class Deadlines:
    """When homework is due.

    Attributes
    ----------
    due : dict of str to datetime
        By assignment.
    extensions : dict of str to dict of str to datetime
        Later dates, by assignment and student.
    policy : Policy or None
    """

    due: dict = field(default_factory=dict)
    extensions: dict = field(default_factory=dict)
    policy: Policy | None = None

    def extension(self, assignment, student):
        """How much longer a student has than the others (timedelta), or None."""
        until = self.extensions.get(assignment, {}).get(student)
        return until - self.due[assignment] if until else None

    def until(self, assignment, student):
        """Until when this student may hand in, or None."""
        return self.extensions.get(assignment, {}).get(student) or self.due.get(assignment)

    def without_hand_in(self, submitted):
        """A sentence for each student with an extension of whom there is no hand-in: perhaps a misspelt name."""
        return [
            f"{student} has an extension for {assignment}, and has handed nothing in yet."
            for assignment, students in sorted(self.extensions.items())
            for student in sorted(students)
            if not (Path(submitted) / student / assignment).is_dir()
        ]


def read_deadlines(stored, assignments):
    """The `Deadlines` of a course.

    Parameters
    ----------
    stored : dict
        What course.json holds.
    assignments : list of str
        Those that there are.

    Raises
    ------
    CourseError
        For a date, a name or a number that cannot be meant.
    """
    dates = _table(stored, "due")
    for name in dates:
        if name not in assignments:
            raise CourseError(f"`due` names {name!r}, and the assignments are {', '.join(assignments) or 'none'}.")
    due = {name: moment(text, f"the due date of {name}") for name, text in dates.items()}
    extensions = {}
    for name, students in _table(stored, "extensions").items():
        if name not in due:
            raise CourseError(f"`extensions` names {name!r}, for which `due` has no date.")
        if not isinstance(students, dict):
            raise CourseError(f'`extensions` of {name} is not a table like {{"STUDENT": "{_EXAMPLE}"}}.')
        extensions[name] = {who: moment(text, f"the extension of {who}") for who, text in students.items()}
        for who, until in extensions[name].items():
            if until < due[name]:
                raise CourseError(f"the extension of {who} ends before {name} is due.")
    return Deadlines(due, extensions, _policy(stored))


def _table(stored, key):
    found = stored.get(key, {})
    if not isinstance(found, dict):
        raise CourseError(f"`{key}` is not a table, in braces.")
    return found


def _policy(stored):
    if "late" not in stored:
        return None
    numbers = _table(stored, "late")
    known = list(Policy.__dataclass_fields__)
    for name, number in numbers.items():
        if name not in known:
            raise CourseError(f"`late` holds {name!r}, which is none of {', '.join(known)}.")
        most = math.inf if name == "grace_minutes" else 100
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number <= most:
            raise CourseError(f"`{name}` of `late` is not a number from 0 {'up' if most > 100 else 'to 100'}.")
    if "percent_per_day" not in numbers:
        raise CourseError("`late` does not say `percent_per_day`.")
    return Policy(**numbers)


def moment(text, what):
    """A date with time and zone, such as 2026-12-01T23:59+01:00, in UTC without a zone; `what` it is, for the error."""
    try:
        found = isoparse(text)
    except (ValueError, TypeError) as error:
        raise CourseError(f"{what} is {text!r}, which is no date like {_EXAMPLE}.") from error
    if found.tzinfo is None:
        raise CourseError(f"{what}, {text}, has no time zone. Write it like {_EXAMPLE}, or with Z for UTC.")
    try:
        return found.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError as error:
        raise CourseError(f"{what} is {text!r}, which is out of all calendars.") from error


def handed_in(folder):
    """When the hand-in in a folder came (datetime), or None where its `timestamp.txt` does not say."""
    from nbgrader.utils import parse_utc

    path = Path(folder) / TIMESTAMP
    try:
        if path.is_symlink():
            return None
        return parse_utc(path.read_text(encoding="utf-8").strip() or None)
    except (OSError, ValueError, TypeError, OverflowError):
        return None


def write_timestamp(folder, time):
    """Say in a hand-in's folder when it came (naive UTC), as nbgrader reads it."""
    path = Path(folder) / TIMESTAMP
    if path.is_symlink():  # what is behind it is not ours
        path.unlink()
    path.write_text(f"{time:%Y-%m-%d %H:%M:%S} UTC\n", encoding="ascii")


def duration(seconds):
    """A delay in words, such as "1 d 3 h"."""
    minutes = math.ceil(seconds / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return " ".join(parts[:2]) or "0 min"
