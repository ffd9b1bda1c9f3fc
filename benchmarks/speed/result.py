"""What all measurements of speed share: options, the JSON that the book reads, tables on the screen.

Goes in: what was measured. Comes out: a file among the book's results, or, with `--quick`, below `build/speed/`.
"""

import argparse
import json
import time
from pathlib import Path

from benchmarks.speed.timing import by_threads
from benchmarks.studies import record
from benchmarks.studies.run import RESULTS

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
    result["versions"] = record.versions(*packages)
    path = place(given, name)
    record.write(path, result)
    print(*(table(result).replace("<br>", " ") for table in shown), f"written to {path}", sep="\n\n")
    return 0


def main_by_threads(arguments, module, doc, measure, name, about, shown, **found):
    """The command of a measurement beside PyTorch, each number of threads in a process of its own.

    Parameters
    ----------
    arguments : list of str or None
        Of the command line.
    module, doc : str
        As `options` takes them.
    measure : function
        Of a number of threads and of whether it is quick; returns rows.
    name, about, shown
        As `finish` takes them.
    **found
        What the result says beside the rows.

    Returns
    -------
    int
        The exit code.
    """
    parser = options(module, doc)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        print(json.dumps(record.plain(measure(given.threads[0], given.quick))))
        return 0
    start = time.perf_counter()
    found |= {"rows": by_threads(module, given.threads, given.quick)}
    return finish(given, name, about, found, start, ("numpy", "torch"), shown)
