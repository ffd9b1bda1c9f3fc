"""Markdown tables of what was measured on three graders, for the book.

Goes in: `book/results/peers/attacks.json` and `speed.json`. Comes out: text.
"""

import json
from collections import Counter
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "book" / "results" / "peers"
TITLES = {"ours": "this grader", "nbgrader": "nbgrader", "otter": "otter-grader"}
HELD, NOT_THERE = "held", "does not apply"
WITH_ALL = "with canaries and gradebook"  # among the homeworks' seconds
# What is counted below the table; what else an attack did costs nobody but the one who tried it.
DAMAGE = ("points forged", "secret read", "batch stopped", "neighbour changed")


def results(name):
    """One of the two recorded results."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def attacks(found):
    """Attack by attack: what each grader made of it."""
    versions = {"nbgrader": found["versions"]["nbgrader"], "otter": found["versions"]["otter-grader"]}
    head = " | ".join(f"{title} {versions.get(name, '')}".strip() for name, title in TITLES.items())
    lines = [f"| attack | {head} |", "|---" * (1 + len(TITLES)) + "|"]
    for row in sorted(found["rows"], key=lambda row: (row["kind"], row["attack"])):
        cells = [_cell(row["graders"].get(name)) for name in TITLES]
        lines.append(f"| **{row['attack'].replace('_', ' ')}**: {_plain(row['about'])} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(outcome):
    """Outcome and points of one attack on one grader."""
    if outcome is None:
        return NOT_THERE
    did = ", ".join(outcome["did"]) or HELD
    score = "no result" if outcome["score"] is None else f"{outcome['score']:g}"
    mark = "" if outcome.get("spelling", "as it is") == "as it is" else " (adapted)"
    return f"{did}; {score} of {outcome['deserved']:g}{mark}"


def _plain(text):
    """A sentence that Markdown leaves alone, in a table too."""
    parts = text.replace("|", "\\|").split("`")
    for number in range(0, len(parts), 2):  # between backquotes the text is code, as it stands
        parts[number] = parts[number].replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
    return "`".join(parts)


def damage(found):
    """How many attacks did what, by grader."""
    counts: dict = {name: Counter() for name in TITLES}
    for row in found["rows"]:
        for name, outcome in row["graders"].items():
            counts[name].update({"tried": 1, **dict.fromkeys(outcome["did"], 1)})
    lines = ["| grader | attacks tried | " + " | ".join(DAMAGE) + " |", "|---" * (2 + len(DAMAGE)) + "|"]
    for name, title in TITLES.items():
        numbers = [str(counts[name][what]) for what in ("tried", *DAMAGE)]
        lines.append(f"| {title} | " + " | ".join(numbers) + " |")
    return "\n".join(lines)


def speed(found):
    """Every class that was graded: seconds for each hand-in, and memory."""
    lines = [
        "| grader | hand-ins | training | at a time | seconds each | processor seconds each | memory of a worker |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        lines.append(
            f"| {TITLES[row['grader']]} | {row['size']} | {'yes' if row['training'] else 'no'} | {row['jobs']} "
            f"| {row['per_handin']:.2f} | {row['cpu_per_handin']:.2f} | {row['memory_mb_per_worker']:.0f} MB |"
        )
    return "\n".join(lines)


ENTERING = 0.25  # seconds of the coordinator for a notebook: reading, gradebook, verdicts


def whole_course(found, students=300):
    """What a class takes, homework by homework, from the rates that were measured."""
    lines = [f"| notebook | seconds | {students} hand-ins, one worker | two workers |", "|---|---|---|---|"]
    one, two = 0.0, found["ratios"].get("two_workers", 1.0)
    for notebook, seconds in found["homeworks"].items():
        if notebook != WITH_ALL:
            minutes = students * (seconds + ENTERING) / 60
            one += minutes
            lines.append(f"| {notebook} | {seconds:.1f} | {minutes:.0f} min | {minutes / two:.0f} min |")
    lines.append(f"| **all** | | **{one:.0f} min** | **{one / two:.0f} min** |")
    return "\n".join(lines)


def reached(found):
    """The targets, and what was reached."""
    ratios, targets = found["ratios"], found["targets"]
    rows = [
        ("times nbgrader's throughput per core, without training", "times_nbgrader", "at least"),
        ("times one worker's throughput, with two", "two_workers", "at least"),
        ("times the students' own computing, with training", "over_own", "at most"),
    ]
    lines = ["| | target | measured |", "|---|---|---|"]
    for text, key, word in rows:
        measured = f"{ratios[key]:.2f}" if key in ratios else "not in this run"
        lines.append(f"| {text} | {word} {targets[key]:g} | {measured} |")
    return "\n".join(lines)
