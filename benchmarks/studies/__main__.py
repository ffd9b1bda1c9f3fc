"""The studies of all chapters from one command.

    python -m benchmarks.studies [NAME ...] [--list] [--quick] [--again] [--force]

Goes in: names such as "softmax/grid" or "softmax", all where there is none. Comes out: one JSON per study, as
`benchmarks.studies.run` says. Exit codes: 0 done; 1 a study is not recorded; 2 bad usage or set-up, with a sentence.
"""

import argparse
import sys

from benchmarks.studies import catalogue, run


def main(arguments=None):
    """Run or list studies; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies",
        description="Run the studies whose results the book shows. Recorded ones are skipped; a killed one goes on.",
        epilog="Results stand in book/results/, those of --quick in build/studies/. The speeds have a "
        "command of their own: make speed.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="such as softmax/grid, or softmax for all of a chapter"
    )
    parser.add_argument("--list", action="store_true", help="list the studies, what they show and how long they took")
    run.add_options(parser)
    given = parser.parse_args(arguments)
    try:
        chosen = catalogue.named(given.names)
    except (catalogue.UnknownStudy, ImportError) as error:
        print(error, file=sys.stderr)
        return 2
    if given.list:
        print(catalogue.table(chosen))
        return 0
    return run.session(chosen, given.quick, given.again, given.force)


if __name__ == "__main__":
    sys.exit(main())
