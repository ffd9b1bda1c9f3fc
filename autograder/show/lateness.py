"""How late a hand-in is and what that costs, in words for a table."""

from autograder.grading.late import duration


def in_words(late):
    """Such as "1 d 3 h late, 2.4 points (10 %) taken off"; empty for a hand-in in time, or where nothing was due.

    Parameters
    ----------
    late : Lateness
    """
    if late.due and not late.handed_in:
        return "no time of handing in is known, so it counts as in time"
    if not late.seconds:
        return ""
    said = f"{duration(late.seconds)} late"
    if late.points:
        share = f" ({late.percent:g} %)" if late.percent else ""
        said += f", {late.points:g} point{'s' * (late.points != 1)}{share} taken off"
    return said
