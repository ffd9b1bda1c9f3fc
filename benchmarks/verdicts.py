"""How right the verdicts are: every wrong and every right version of every item held against its check.

    python -m benchmarks.verdicts [--chapters NAME ...] [--out FILE]

Writes `book/results/verdicts.json`, where the book reads it. The versions are those of `tests/mutants` and
`tests/alternatives`; the tests say of each what must come out, and this counts it.
"""

import argparse
import json
import statistics
import sys
import time
import warnings
from pathlib import Path
from unittest import mock

import numpy as np

from autograder.checks import parts
from autograder.diagnose import diagnose
from autograder.registry import checks_of
from benchmarks.studies import record
from tests.checks.judging import CHAPTERS, at_home, failed, function_items, references, verdict, without_clock
from tests.checks.systematic import EQUIVALENT, earned
from tests.mutants.collect import collected
from tests.mutants.systematic import changed

RESULT = Path(__file__).resolve().parents[1] / "book" / "results" / "verdicts.json"
REPEATS = 3  # of a verdict whose time is measured


def of_mutants(mutants):
    """What becomes of one item's wrong versions.

    Returns
    -------
    dict of int
        "wrong": how many there are; "caught": lose points; "intended": fail the expectations that they should;
        "named": are called by their name; "misnamed": are called by another; "stated": have no name, but the message
        says what is wrong (a shape, an error, an argument that is changed) and not only by how much. Besides,
        "diagnosis_seconds": the longest that naming a mistake took.
    """
    found = dict.fromkeys(("wrong", "caught", "intended", "named", "misnamed", "stated"), 0)
    took = [0.0]

    def timed(*arguments, **settings):
        began = time.perf_counter()
        try:
            return diagnose(*arguments, **settings)
        finally:
            took.append(time.perf_counter() - began)

    for mutant in mutants:
        with mock.patch.object(parts, "diagnose", timed):
            judged = verdict(mutant)
        lost = failed(judged)
        found["wrong"] += 1
        found["caught"] += judged.points < judged.max_points
        found["intended"] += set(mutant.fails) <= set(lost)
        kind = lost[mutant.fails[0]].kind if mutant.fails[0] in lost else ""
        found["stated"] += not kind and mutant.fails[0] in lost and lost[mutant.fails[0]].stated
        found["named"] += bool(kind) and kind in mutant.due
        found["misnamed"] += bool(kind) and kind not in mutant.due
    return found | {"diagnosis_seconds": max(took)}


def of_right_versions(versions):
    """How many right versions there are, and how many get full points without a remark."""
    full = 0
    for version in versions:
        judged = verdict(version)
        full += judged.status == "passed" and not any(e.message or e.diagnosis for e in judged.expectations)
    return {"right": len(versions), "full": full}


def of_changed(versions):
    """What becomes of the reference with one thing changed: how many there are, are caught, are right after all."""
    found = dict.fromkeys(("changed", "changed_caught", "changed_right"), 0)
    for version in versions:
        found["changed"] += 1
        found["changed_caught"] += earned(version) < 1
        found["changed_right"] += version.name in EQUIVALENT.get(f"{version.chapter}.{version.target}", {})
    return found


def seconds_at_home(reference):
    """Median time of the visible verdict on a right answer, as at a student's desk; the first one warms up."""
    at_home.__wrapped__(reference)
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        at_home.__wrapped__(reference)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def of_chapter(chapter):
    """One row for each item of a chapter."""
    written = set(function_items(chapter))
    right = [version for version in references() if version.item in written] + collected("alternatives", chapter)
    rows, changes = [], changed(chapter)
    for check in checks_of(chapter):
        row = {"item": check.name, "title": check.title, "function": check.name in written}
        row |= of_mutants([mutant for mutant in collected("mutants", chapter) if mutant.item == check.name])
        row |= of_right_versions([version for version in right if version.item == check.name])
        row |= of_changed([version for version in changes if version.items[0] == check.name])
        rows.append(row)
        print(json.dumps(row), flush=True)
    return rows


def main(arguments=None):
    """Count everything and write the result; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=__doc__.split("\n")[0])
    parser.add_argument("--chapters", nargs="+", choices=CHAPTERS, default=CHAPTERS)
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    with without_clock(), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        rows = [row for chapter in given.chapters for row in of_chapter(chapter)]
    own = {version.item: version for version in references()}
    for row in rows:
        if row["item"] in own:
            row["seconds"] = seconds_at_home(own[row["item"]])
    result = {"study": "verdicts", "about": "Wrong and right versions of every item, and what the checks make of them."}
    result |= {"rows": rows, "seconds": time.perf_counter() - began, "machine": record.machine()}
    result["versions"] = record.versions("numpy", "torch")
    record.write(given.out, result)
    print(f"written to {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
