"""A class's results in the terminal: how far it is while grading, a table and the reasons afterwards."""

import sys

from autograder.grading.changes import changes
from autograder.grading.grade import grade_class
from autograder.show.lateness import in_words
from autograder.show.progress import Progress
from autograder.show.terminal import painted
from autograder.wire import printable

_NAME, _REASON = 60, 1000  # characters that are shown


def grade_with_progress(course, names, **options):
    """`grade_class`, showing how far it is; returns what it returns.

    Raises
    ------
    KeyboardInterrupt
        With a sentence that says what is kept.
    """
    progress = Progress()
    try:
        return grade_class(course, names, watch=progress, **options)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"{progress.graded} of {progress.total} notebooks are graded and kept; "
            f"`autograder grade {course.root}` goes on with the others."
        ) from None
    finally:
        progress.close()


def show_table(graded, sandbox="bwrap"):
    """Print scores: one line per notebook, then for each what cost points."""
    width = max([len(printable(one.student, _NAME)) for one in graded] + [7])
    print(f"{'student':<{width}}  {'assignment':<14} {'points':>14} {'time':>7}  why")
    for one in graded:
        points, most = sum(v.points for v in one.verdicts), sum(v.max_points for v in one.verdicts)
        bonus = sum(v.bonus for v in one.verdicts)
        shown = f"{points:g} / {most:g}" + (f" + {bonus:g}" if bonus else "")
        why = "; ".join(said for said in (in_words(one.late), reason(one)) if said)
        who, why = printable(one.student, _NAME), printable(why, _REASON)
        shown = painted(f"{shown:>14}", _colour(one), sys.stdout)
        print(f"{who:<{width}}  {one.assignment:<14} {shown} {one.seconds:>5.1f} s  {why}")
    kept = sum(one.kept for one in graded)
    if kept:
        print(
            f"{kept} of {len(graded)} notebooks were finished by a grading that was stopped; they were not run again."
        )
    changed = [printable(said, _REASON) for one in graded for said in changes(one)]
    if changed:
        print("\n".join(["Changed since the last grading:", *changed]))
    waiting = {v.check for one in graded for v in one.verdicts if v.status == "error"}
    if waiting:
        print(painted(f"To be looked at by hand: {', '.join(sorted(waiting))}", "yellow", sys.stdout))
    if any(one.late.points for one in graded):
        print("What is taken off for delay is in nbgrader's gradebook, not in these points.")
    print("Free-response items are marked by hand in formgrader and are not in these points.")
    if sandbox == "none":
        print(painted("WARNING: these hand-ins ran without a sandbox.", "red", sys.stdout))


def _colour(one):
    """Green where everything is right, yellow where somebody must look, red for the others."""
    if one.trouble or any(v.status == "error" for v in one.verdicts):
        return "yellow"
    return "green" if all(v.points >= v.max_points for v in one.verdicts) else "red"


def reason(one):
    """In one line, what cost points."""
    if one.trouble:
        return one.trouble
    lost = [v for v in one.verdicts if v.points < v.max_points]
    if not lost:
        return "everything is right"
    first = lost[0]
    said = first.reason or next(
        (e.diagnosis or e.message for e in first.expectations if not e.passed and (e.message or e.diagnosis)), ""
    )
    more = f" (+{len(lost) - 1} more)" if len(lost) > 1 else ""
    return f"{first.check}: {_shortened(said)}{more}"


def _shortened(text, most=110):
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"
