"""What all measurements of speed share: options, the JSON that the book reads, tables on the screen.

Goes in: what was measured. Comes out: a file among the book's results, or, with `--quick`, below `build/speed/`.
"""

import argparse
import time
from pathlib import Path

from benchmarks.speed.tables import RESULTS
from benchmarks.studies import record

TRIED = Path("build") / "speed"


def options(module, doc):
    """A parser with the options that all have: `--quick` and `--out`.

    Parameters
    ----------
    module : str
        As behind `python -m`.
    doc : str
        Its docstring, of which the first line is shown.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=doc.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small, to see that everything runs; into build/speed/")
    parser.add_argument("--out", type=Path, help="the result's file (default: among those of the book)")
    return parser


def place(given, name):
    """Where the result called `name`, such as "speed/layers", is written."""
    return given.out or (TRIED / f"{name.replace('/', '_')}.json" if given.quick else RESULTS / f"{name}.json")


def finish(given, name, about, found, start, packages, shown):
    """Write a result and print its tables.

    Parameters
    ----------
    given : argparse.Namespace
    name, about : str
        Of the result; "speed/layers" is `book/results/speed/layers.json`.
    found : dict
        What was measured.
    start : float
        Of `time.perf_counter`, when the measurement began.
    packages : tuple of str
        Whose versions the result states.
    shown : list of functions
        Of `benchmarks.speed.tables`.

    Returns
    -------
    int
        The exit code.
    """
    result = {"study": name.split("/")[-1], "about": about, "quick": given.quick} | found
    result |= {"seconds": time.perf_counter() - start, "machine": record.machine()}
    result = record.plain(result | {"versions": record.versions(*packages)})
    path = place(given, name)
    record.write(path, result)
    print(*(table(result).replace("<br>", " ") for table in shown), f"written to {path}", sep="\n\n")
    return 0
