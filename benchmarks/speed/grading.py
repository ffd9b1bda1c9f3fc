"""How many hand-ins are graded in an hour: one worker, two, and nbgrader, in turns; and how it grows with the class.

    python -m benchmarks.speed.grading [--quick] [--sizes 10 30 100] [--rounds 3] [--out FILE]

Writes `book/results/speed/grading.json`, where the book reads it: seconds of whole commands, medians and spread of
several rounds, ratios from this one run. A class of the softmax homework as in `benchmarks.peers.speed`, without the
cells in which students train, one thread each. Run it on a machine that does nothing else.
"""

import sys
import time

import numpy as np

from benchmarks.peers.graders import Nbgrader, Ours
from benchmarks.peers.speed import graded, weights
from benchmarks.speed import tables
from benchmarks.speed.result import finish, options
from benchmarks.speed.timing import summary

ABOUT = "A class of the softmax homework, graded with one worker, with two, and by nbgrader, in turns."
WAYS = {"one worker": (Ours, 1), "two workers": (Ours, 2), "nbgrader": (Nbgrader, 1)}


def grown(rows):
    """Seconds that a grading takes before and after all hand-ins, and seconds of each, by least squares.

    Parameters
    ----------
    rows : list of dict
        "size" and "seconds" of several classes.

    Returns
    -------
    dict
        "start" and "each".
    """
    sizes, seconds = ([row[key] for row in rows] for key in ("size", "seconds"))
    each, start = np.polyfit(sizes, seconds, 1) if len(set(sizes)) > 1 else (seconds[0] / sizes[0], 0.0)
    return {"start": start, "each": each}


def main(arguments=None):
    """Measure, print a table, write the result; returns the exit code."""
    parser = options("benchmarks.speed.grading", __doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 30, 100], help="of classes; the first in rounds")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    sizes, rounds = ([1], 1) if given.quick else (given.sizes, given.rounds)
    start, saved = time.perf_counter(), weights(1 if given.quick else 15)
    times: dict = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, (kind, jobs) in WAYS.items():
            times[way].append(graded(kind, sizes[0], False, jobs, saved))
    rows = [
        {"way": way, "size": sizes[0], **summary([row["seconds"] for row in of_this])} for way, of_this in times.items()
    ]
    for row in rows:
        row["per_hour"] = 3600 * row["size"] / row["median"]
        row["to_nbgrader"] = rows[-1]["median"] / row["median"]
    growth = []
    for way, (kind, jobs) in WAYS.items():
        if kind is Ours:
            larger = [graded(kind, size, False, jobs, saved) for size in sizes[1:]]
            classes = [{"size": row["size"], "seconds": row["seconds"]} for row in [*times[way], *larger]]
            growth.append({"way": way, "classes": classes} | grown(classes))
    shown = [tables.grading, tables.classes]
    found = {"rows": rows, "growth": growth}
    return finish(given, "speed/grading", ABOUT, found, start, ("nbgrader", "numpy"), shown)


if __name__ == "__main__":
    sys.exit(main())
