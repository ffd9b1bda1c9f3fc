"""What can be typed after `autograder`: commands, their arguments and defaults, and the help around them.

Goes in: the function that carries out each command. Comes out: a parser of `argparse`. Nothing heavy is imported, so
that help and completion come at once.
"""

import argparse
import difflib
import re
import sys
from pathlib import Path
from textwrap import fill

import autograder
from autograder.completion import SHELLS, assignments, students, with_names
from autograder.help_texts import ALWAYS, COMMANDS, DONE, GROUPS
from autograder.show.terminal import painted

_WIDTH = 100
_DATASETS = ["shapes10", "cifar10"]


def parser(runs):
    """The parser of the whole command line.

    Parameters
    ----------
    runs : dict of str to function
        By command; each gets the parsed arguments and returns an exit code. It becomes `args.run`.
    """
    top = Parser(
        prog="autograder",
        usage="%(prog)s COMMAND …",
        description="Build, check and grade the homework of Show Your Gradients.",
        epilog=_overview(),
    )
    top.add_argument("--version", action="version", version=autograder.__version__, help="show the version")
    commands = top.add_subparsers(prog="autograder", metavar="COMMAND", required=True, help=argparse.SUPPRESS)
    for name, run in runs.items():
        text = COMMANDS[name]
        command = commands.add_parser(
            name, description=text.purpose[0].upper() + text.purpose[1:] + ".", epilog=_closing(text)
        )
        _ARGUMENTS[name](command)
        command.set_defaults(run=run)
    return top


class Parser(argparse.ArgumentParser):
    """Help in colour on a terminal, and the nearest right word for a misspelt one."""

    def __init__(self, **options):
        super().__init__(formatter_class=_Formatter, add_help=False, **options)
        self.color = False  # newer versions of argparse have colours of their own
        self.add_argument("-h", "--help", action="help", help="show this help")

    def print_help(self, file=None):
        """Print the help on `file`, by default the screen."""
        file = file or sys.stdout
        file.write(_coloured(self.format_help(), file))

    def _check_value(self, action, value):
        """Refuse what is not among the choices of an argument."""
        if action.choices is None or value in action.choices:
            return
        near = difflib.get_close_matches(str(value), action.choices, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise argparse.ArgumentError(action, f"there is no {value!r}.{guess} Choose from {', '.join(action.choices)}.")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog):
        super().__init__(prog, max_help_position=26, width=_WIDTH)


def _overview():
    """Commands by who uses them, and how to learn more."""
    lines = []
    for group, heading in GROUPS.items():
        lines += ["", f"{heading}:"]
        lines += [f"  {name:<12}{text.purpose}" for name, text in COMMANDS.items() if text.group == group]
    codes = {0: DONE, 1: "done, but not for all; what was printed says for whom"} | ALWAYS
    lines += ["", "examples:", "  autograder check softmax.ipynb", "  autograder grade my-course --jobs 4", ""]
    return "\n".join([*lines[1:], *_codes(codes), "", "`autograder COMMAND --help` says more about each command."])


def _closing(text):
    """What stands below the arguments of a command."""
    shown = [part for line, what in text.examples.items() for part in (f"  # {what}", f"  {line}")]
    wrapped = [fill(f"{word:<5}{said}", _WIDTH, subsequent_indent=" " * 5) for word, said in text.in_and_out()]
    return "\n".join([*wrapped, "", "examples:", *shown, "", *_codes(text.exit_codes())])


def _codes(codes):
    return ["exit codes:", *(f"  {code:<4}{meaning}" for code, meaning in codes.items())]


def _coloured(text, stream):
    """Help with its headings, commands and options in colour, if `stream` shows colours."""
    text = re.sub(r"(?m)^(usage|in|out|[a-z ]+:$)", lambda found: painted(found[0], "bold", stream), text)
    text = re.sub(r"(?<![\w-])--?[a-z][\w-]*", lambda found: painted(found[0], "cyan", stream), text)
    names = "|".join(COMMANDS)
    text = re.sub(rf"(?m)^  ({names})(?=  )", lambda found: "  " + painted(found[1], "cyan", stream), text)
    return re.sub(r"(?m)  # .*$", lambda found: painted(found[0], "green", stream), text)


def _positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _course(command):
    command.add_argument("folder", metavar="DIR", help="course folder")


def _check(command):
    command.add_argument("notebook", metavar="NOTEBOOK", type=Path, help="one of the course's notebooks")
    command.add_argument(
        "--sandbox",
        choices=["auto", "bwrap", "none"],
        default="auto",
        help="auto, bwrap or none (default: auto, which is bubblewrap where it is installed)",
    )


def _init(command):
    command.add_argument("folder", metavar="DIR", help="the new course folder")
    command.add_argument(
        "--dataset", choices=_DATASETS, default="shapes10", help="shapes10 or cifar10 (default: %(default)s)"
    )
    command.add_argument(
        "--gradebook",
        metavar="URL",
        help="an empty PostgreSQL database, such as postgresql://USER@HOST/DATABASE (default: a file in DIR)",
    )


def _add(command):
    _course(command)
    command.add_argument("name", metavar="NAME", help="homework")


def _collect(command):
    _course(command)
    with_names(command.add_argument("name", metavar="NAME", help="assignment"), assignments)
    command.add_argument("zip", metavar="ZIP", help="all submissions of the assignment")
    command.add_argument(
        "--platform",
        choices=["canvas", "moodle"],
        help="canvas or moodle (default: seen from the names in the zip)",
    )
    command.add_argument(
        "--times",
        metavar="FILE",
        help="when students handed in: CSV with columns student (ID, or its number) and time (2026-12-01T23:59+01:00)",
    )


def _grade(command):
    _course(command)
    with_names(command.add_argument("names", nargs="*", metavar="NAME", help="assignment (default: all)"), assignments)
    with_names(command.add_argument("--student", metavar="ID", help="only this student"), students)
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help="hand-ins graded at the same time (default: 1)"
    )
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on the workers of this Dask scheduler, such as tcp://10.0.0.5:8786",
    )
    command.add_argument(
        "--sandbox",
        choices=["bwrap", "none"],
        default="bwrap",
        help="bwrap or none, which is not safe (default: %(default)s)",
    )
    command.add_argument(
        "--retrain", action="store_true", help="run the training cells too, instead of using the handed-in weights"
    )
    command.add_argument("--json", metavar="FILE", type=Path, help="write one object per check to FILE")


def _export(command):
    _course(command)
    with_names(command.add_argument("names", nargs="*", metavar="NAME", help="assignment (default: all)"), assignments)
    command.add_argument(
        "--format",
        choices=["csv", "canvas", "moodle", "feedback"],
        default="csv",
        help="nbgrader's CSV, Canvas's gradebook, Moodle's worksheet, or feedback in a zip (default: %(default)s)",
    )
    command.add_argument(
        "--out", metavar="FILE", type=Path, help="default: a file in DIR/exports/, named for its format"
    )
    command.add_argument(
        "--template", metavar="FILE", type=Path, help="fill in this file, which Canvas or Moodle exported"
    )
    command.add_argument(
        "--column", metavar="COLUMN", help="of the template, where it is not called as the assignment (Canvas) or Grade"
    )
    command.add_argument(
        "--scale", action="store_true", help="convert points, where the template has another maximum than nbgrader"
    )
    command.add_argument(
        "--platform",
        choices=["canvas", "moodle"],
        help="whose names feedback gets: canvas or moodle (default: a folder for each student's ID)",
    )
    command.add_argument("--force", action="store_true", help="replace a file that is there already")


def _report(command):
    _course(command)
    with_names(
        command.add_argument("--assignment", nargs="+", metavar="NAME", help="only these (default: all)"), assignments
    )
    command.add_argument("--out", metavar="FOLDER", help="where to (default: DIR/report)")
    command.add_argument(
        "--no-names", action="store_true", help="call students by pseudonyms; DIR/.autograder keeps the key"
    )


def _solutions(command):
    with_names(command.add_argument("name", metavar="NAME", help="homework"), assignments)


def _build(command):
    with_names(command.add_argument("names", nargs="*", metavar="NAME", help="homework (default: all)"), assignments)
    command.add_argument(
        "--check", action="store_true", help="change nothing; exit 2 if a notebook is out of step with its source"
    )


def _calibrate(command):
    with_names(command.add_argument("name", metavar="NAME", help="homework"), assignments)
    command.add_argument(
        "--seeds", type=_positive, default=10, metavar="N", help="models trained by each recipe (default: %(default)s)"
    )
    command.add_argument(
        "--only", nargs="+", choices=_DATASETS, metavar="DATASET", help="shapes10, cifar10 (default: both)"
    )
    command.add_argument(
        "--weak-only", action="store_true", help="keep bands and reference as recorded; measure the weak models alone"
    )


def _completion(command):
    command.add_argument("shell", choices=SHELLS, help="your shell")


def _demo(command):
    command.add_argument("folder", metavar="DIR", nargs="?", default="demo-course", help="default: %(default)s")
    command.add_argument(
        "--jobs", type=_positive, default=2, metavar="N", help="hand-ins graded at the same time (default: %(default)s)"
    )


_ARGUMENTS = {
    "check": _check,
    "init": _init,
    "add": _add,
    "collect": _collect,
    "grade": _grade,
    "export": _export,
    "report": _report,
    "solutions": _solutions,
    "build": _build,
    "calibrate": _calibrate,
    "demo": _demo,
    "completion": _completion,
}
