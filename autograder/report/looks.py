"""Whom to look at by hand, and why: what no number tells, or what a grader should not decide alone.

Goes in: a `Class`. Comes out: one `Look` for each reason, the most urgent first.
"""

from collections import Counter
from dataclasses import dataclass

from autograder.grading.handin import refusal
from autograder.grading.late import handed_in
from autograder.show.verdict import STATUS

# The kinds, most urgent first.
UNGRADED = "could not be graded"
UNJUDGED = "could not be judged"
UNREAD = "no notebook"
WAITS = "not graded yet"
DIFFERS = "gradebook differs"
UNSTEADY = "changed without a cause"
LIMIT = "limit hit"
ALTERED = "altered cells"
NO_TIME = "time not known"
LATE = "late"
KINDS = [UNGRADED, UNJUDGED, UNREAD, WAITS, DIFFERS, UNSTEADY, LIMIT, ALTERED, NO_TIME, LATE]
_NO_CAUSE = "nothing of what it depends on changed: look at it"  # in the words of `changes`


@dataclass(frozen=True)
class Look:
    """One reason to look at one hand-in.

    Attributes
    ----------
    student, assignment : str
    check : str
        The item, or empty.
    kind : str
        One of `KINDS`.
    text : str
    """

    student: str
    assignment: str
    check: str
    kind: str
    text: str


def looks(class_):
    """Every `Look` that a class needs."""
    found = [*_not_graded(class_)]
    for homework in class_.homeworks.values():
        for work in homework.works.values():
            found += [Look(work.student, homework.name, *rest) for rest in _of(class_.course, work)]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.assignment, class_.names.of(one.student)))


def waiting(class_):
    """How many answers are still to be marked by hand, and how many there are: (waiting, all) by assignment."""
    counted = {}
    for name, homework in class_.homeworks.items():
        marks = [mark for work in homework.works.values() for mark in work.marks.by_hand]
        if marks:
            counted[name] = sum(mark.points is None for mark in marks), len(marks)
    return counted


def _not_graded(class_):
    """Hand-ins of which there is no verdict."""
    for student, assignment in sorted(class_.handins):
        works = class_.homeworks[assignment].works if assignment in class_.homeworks else {}
        if student not in works:
            said = refusal(student) or "It is handed in and has no result. Grade it."
            yield Look(student, assignment, "", UNGRADED if refusal(student) else WAITS, said)


def _of(course, work):
    """(check, kind, text) of every reason to look at one work."""
    yield from _unjudged(work)
    yield from _marked_otherwise(work)
    for said in work.changes:
        if said.endswith(_NO_CAUSE):
            yield "", UNSTEADY, said
    for item in work.items.values():
        if item.stopped:
            yield item.check, LIMIT, f"{STATUS[item.status]}. {item.reason}"
    for remark in [remark for one in work.notebooks for remark in one.remarks]:
        yield "", ALTERED, remark
    folder = course.root / "submitted" / work.student / work.homework.name
    if course.deadlines.until(work.homework.name, work.student) and folder.is_dir() and handed_in(folder) is None:
        yield "", NO_TIME, "No time of handing in is known, so it counts as in time."
    if work.late:
        yield "", LATE, work.late


def _unjudged(work):
    """Items without a verdict that means something; where one reason holds for several, it is said once."""
    reasons = Counter((item.status, item.reason) for item in work.items.values() if not item.judged)
    for (status, reason), count in reasons.items():
        first = next(item.check for item in work.items.values() if (item.status, item.reason) == (status, reason))
        kind = UNREAD if status == "unreadable" else UNJUDGED
        if any(reason and reason == one.trouble for one in work.notebooks) and status != "unreadable":
            kind = UNGRADED
        yield (first, kind, reason) if count == 1 else ("", kind, f"{count} items: {reason}")
    absent = [check for check in work.homework.items if check not in work.items]
    if absent:
        what = ", ".join(absent) if len(absent) < 4 else f"{len(absent)} of {len(work.homework.items)} items"
        yield "", WAITS, f"There is no result for {what}. Grade it again."


def _marked_otherwise(work):
    """Where the gradebook does not hold what the last `autograder grade` found."""
    for check, (auto, manual) in work.marks.checks.items():
        item = work.items.get(check)
        if item is not None and abs(auto - item.points) > 1e-6:
            why = "graded in formgrader or by nbgrader since?"
            yield (
                check,
                DIFFERS,
                f"The gradebook has {auto:g} points, the last `autograder grade` {item.points:g}: {why}",
            )
        elif item is not None and manual is not None and abs(manual - item.points) > 1e-6:
            yield check, DIFFERS, f"Overruled by hand: {manual:g} points in the gradebook instead of {item.points:g}."
