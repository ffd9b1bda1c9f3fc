"""One verdict as text and as HTML: which expectation failed, by how much, what it looks like, what to do next.

The HTML uses plain tables and text marks, so that it survives sanitising and reads well without colours. All words that
come from a student's process are escaped.
"""

from html import escape
from textwrap import fill, indent

from autograder.show.terminal import painted

STATUS = {
    "passed": "passed",
    "partial": "partly right",
    "failed": "not right yet",
    "missing": "not found",
    "not implemented": "not written yet",
    "cpu": "out of computing time",
    "timeout": "out of time",
    "memory": "too much memory",
    "processes": "too many processes",
    "disk": "too much on disk",
    "output": "too much output",
    "died": "the kernel stopped",
    "limit": "given up",
    "error": "could not be judged",
    "unreadable": "not a notebook",
}
_COLOURS = {True: "#00855f", False: "#c64a00", None: "#6b7685"}  # dark enough on white, apart for colour-blind readers
_TOP = "text-align: left; vertical-align: top;"
_MARKS = {True: "✓", False: "✗", None: "·"}


def mark(expectation):
    """True, False, or None for an expectation that is judged only when grading."""
    return None if expectation.deferred and not expectation.rounds else expectation.passed


def score(verdict):
    """The points in words, such as "2.5 of 3 points"."""
    if any(mark(e) is None for e in verdict.expectations):
        return f"worth {verdict.max_points:g} point{'s' * (verdict.max_points != 1)} when graded"
    bonus = f" and {verdict.bonus:g} bonus" if verdict.bonus else ""
    return f"{verdict.points:g} of {verdict.max_points:g} point{'s' * (verdict.max_points != 1)}{bonus}"


def measured(expectation):
    """The measured number against its limit, or nothing."""
    if expectation.measured is None or expectation.tolerance is None:
        return ""
    if "accuracy" in expectation.name:
        return f"{expectation.measured:.1%}"
    return f"error {expectation.measured:.1e}, allowed {expectation.tolerance:.0e}"


def closing(verdict):
    """The last line: what the points mean, and what to do next."""
    if verdict.hidden:
        return ""
    if verdict.status == "passed":
        return "All visible cases are right. When your homework is graded, hidden cases of other sizes are drawn too."
    advice = next((e.advice for e in verdict.expectations if mark(e) is False and e.advice), "")
    advice = advice or "mend the first ✗ and run this cell again."
    return f"Next: {advice} The chapter explains it at “{verdict.check}”."


def remarks(expectation):
    """What is said below a failed expectation."""
    if mark(expectation) is None:
        return ["Judged when your homework is graded."]
    if expectation.passed or expectation.bonus:
        return []
    return [said for said in (expectation.message, expectation.diagnosis) if said]


def as_text(verdict):
    """The verdict as plain text, 100 columns wide."""
    lines = [f"{verdict.check}: {STATUS[verdict.status]}, {score(verdict)} ({verdict.seconds:.1f} s)"]
    if verdict.reason:
        lines.append(_wrapped(verdict.reason))
    for e in verdict.expectations if verdict.status not in ("missing", "not implemented") else []:
        number = measured(e)
        lines.append(f"  {_MARKS[mark(e)]} {e.name}" + (f"  [{number}]" if number else ""))
        lines += [_wrapped(said, "      ") for said in remarks(e)]
    if closing(verdict):
        lines.append(_wrapped(closing(verdict)))
    return "\n".join(lines)


def as_lines(verdict, stream):
    """The verdict as plain text, its status and marks in colour where `stream` shows colours."""
    status = {"passed": "green", "error": "yellow"}.get(verdict.status, "red")
    first, *others = as_text(verdict).split("\n")
    said = f"{verdict.check}: {STATUS[verdict.status]}"
    lines = [f"{verdict.check}: {painted(STATUS[verdict.status], status, stream)}{first.removeprefix(said)}"]
    for line in others:
        colour = {"  ✓ ": "green", "  ✗ ": "red"}.get(line[:4])
        lines.append(f"  {painted(line[2], colour, stream)}{line[3:]}" if colour else line)
    return "\n".join(lines)


def as_html(verdict):
    """The verdict as a fragment of HTML: div, span, b and table alone, which nbconvert's sanitiser lets through.

    MathJax is to leave it alone: a formula in a student's error message could fetch pictures.
    """
    colour = _COLOURS[verdict.status == "passed"]
    parts = [
        f"<div><b>{_MARKS[verdict.status == 'passed']} {escape(verdict.check)}</b> "
        f'<span style="color: {colour}">{STATUS[verdict.status]}</span>, {score(verdict)} '
        f"({verdict.seconds:.1f} s)</div>"
    ]
    if verdict.reason:
        parts.append(f"<div>{escape(verdict.reason)}</div>")
    if verdict.expectations and verdict.status not in ("missing", "not implemented"):
        parts.append("<table>")
        for e in verdict.expectations:
            said = "".join(f"<div>{escape(text)}</div>" for text in remarks(e))
            parts.append(
                f'<tr><td style="{_TOP} color: {_COLOURS[mark(e)]}">{_MARKS[mark(e)]}</td>'
                f'<td style="{_TOP}">{escape(e.name)}{said}</td>'
                f'<td style="{_TOP}">{escape(measured(e))}</td></tr>'
            )
        parts.append("</table>")
    if closing(verdict):
        parts.append(f"<div>{escape(closing(verdict))}</div>")
    return f'<div class="tex2jax_ignore">{"".join(parts)}</div>'


def _wrapped(text, prefix="  "):
    return indent(fill(text, 100 - len(prefix)), prefix)
