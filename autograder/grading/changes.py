"""What a grading changed against the one before: whose points, by how much, and why.

Goes in: the verdicts of both and the digests of what they depended on. Comes out: sentences.
"""

WHY = {
    "hand-in": "the hand-in changed",
    "course": "seed, limits or data set of the course changed",
    "programs": "the checks changed",
}


def changes(one):
    """One sentence per item of a `Graded` whose points are not those of the grading before, and one about its delay.

    Items that were not there before, or are not any more, count as changed from or to nothing.
    """
    if one.before is None:
        return []
    earlier = {row["check"]: row for row in one.before["rows"]}
    now = {verdict.check: verdict for verdict in one.verdicts}
    told = []
    for name in sorted(earlier.keys() | now.keys()):
        old = earlier[name]["points"] + earlier[name]["bonus"] if name in earlier else None
        new = now[name].points + now[name].bonus if name in now else None
        if old != new:
            told.append(f"{one.student}, {name}: {_points(old)} before, {_points(new)} now; {_why(one)}")
    return told + _delay(one)


def for_changes(before):
    """What must be kept of the grading before, so that `changes` can be asked again later."""
    if before is None:
        return None
    rows = [{key: row.get(key, 0.0) for key in ("check", "points", "bonus", "late_percent")} for row in before["rows"]]
    return {"fingerprints": before["fingerprints"], "graded": before.get("graded", ""), "rows": rows}


def _delay(one):
    """A sentence where another share than before is taken off for delay."""
    before = next((row.get("late_percent", 0.0) for row in one.before["rows"]), 0.0)
    if one.trouble or before == one.late.percent:
        return []
    reason = "the hand-in changed" if _differs(one, "hand-in") else "its time, due date or policy changed"
    return [f"{one.student}, {one.notebook}: {before:g} % off for delay before, {one.late.percent:g} % now; {reason}"]


def _differs(one, key):
    return one.before["fingerprints"].get(key) != one.fingerprints.get(key)


def _points(points):
    return "not there" if points is None else f"{points:g}"


def _why(one):
    reasons = [said for key, said in WHY.items() if _differs(one, key)]
    if one.trouble:
        reasons = ["it could not be graded this time"]
    return " and ".join(reasons) or "nothing of what it depends on changed: look at it"
