"""The `autograder` command: each subcommand is one function here, and calls what does the work.

Exit codes: 0 done; 1 done, but some hand-ins could not be graded; 2 bad usage or set-up, with a sentence on stderr; 130
stopped by Ctrl-C.
"""

import argparse
import contextlib
import json
import sys
from pathlib import Path

import autograder
from autograder.reference import NoReference
from autograder.sandbox import SandboxUnavailable
from coursekit import DataUnavailable

DONE, SOME_UNGRADED, BAD_USAGE, STOPPED = 0, 1, 2, 130


def main(arguments=None):
    """Run one command line; returns its exit code."""
    args = _parser().parse_args(arguments)
    try:
        return args.run(args)
    except (ValueError, OSError, DataUnavailable, NoReference, SandboxUnavailable) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return BAD_USAGE
    except ModuleNotFoundError as error:
        print(
            f"autograder: {error.name} is missing: this command needs the instructor's packages. "
            "Set them up with `make`, or install show-your-gradients[instructor].",
            file=sys.stderr,
        )
        return BAD_USAGE
    except KeyboardInterrupt as stopped:
        print(f"autograder: stopped. {stopped}".rstrip(), file=sys.stderr)
        return STOPPED


def _parser():
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Build, check and grade the homework of Show Your Gradients.",
        epilog="Exit codes: 0 done; 1 some hand-ins could not be graded; 2 bad usage or set-up.",
    )
    parser.add_argument("--version", action="version", version=autograder.__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    build = commands.add_parser("build", help="author: make the student notebooks from their sources")
    build.add_argument("names", nargs="*", metavar="NAME", help="homework (default: all)")
    build.add_argument(
        "--check", action="store_true", help="change nothing; exit 2 if a notebook is out of step with its source"
    )
    build.set_defaults(run=_build)

    calibrate = commands.add_parser("calibrate", help="author: measure the accuracy bands of a homework")
    calibrate.add_argument("name", metavar="ASSIGNMENT")
    calibrate.add_argument(
        "--seeds", type=_positive, default=10, metavar="N", help="models trained by each recipe (default: %(default)s)"
    )
    calibrate.add_argument(
        "--only", nargs="+", choices=["shapes10", "cifar10"], metavar="DATASET", help="default: shapes10 and cifar10"
    )
    calibrate.add_argument(
        "--weak-only", action="store_true", help="keep bands and reference as recorded; measure the weak models alone"
    )
    calibrate.set_defaults(run=_calibrate)

    check = commands.add_parser("check", help="student: run the visible checks of a notebook")
    check.add_argument("notebook", metavar="NOTEBOOK", type=Path)
    check.add_argument(
        "--sandbox", choices=["auto", "bwrap", "none"], default="auto", help="default: bubblewrap where it is installed"
    )
    check.set_defaults(run=_check)

    init = commands.add_parser("init", help="instructor: make a complete course folder")
    init.add_argument("folder", metavar="DIR")
    init.add_argument("--dataset", choices=["shapes10", "cifar10"], default="shapes10", help="default: %(default)s")
    init.add_argument(
        "--gradebook",
        metavar="URL",
        help="an empty PostgreSQL database, such as postgresql://USER@HOST/DATABASE (default: a file in DIR)",
    )
    init.set_defaults(run=_init)

    add = commands.add_parser("add", help="instructor: put a homework into a course folder that exists")
    add.add_argument("folder", metavar="DIR")
    add.add_argument("name", metavar="NAME", help="homework")
    add.set_defaults(run=_add)

    collect = commands.add_parser("collect", help="instructor: lay the hand-ins of a platform's zip into submitted/")
    collect.add_argument("folder", metavar="DIR")
    collect.add_argument("name", metavar="NAME", help="assignment")
    collect.add_argument("zip", metavar="ZIP", help="all submissions of the assignment, as Canvas or Moodle gives them")
    collect.add_argument("--platform", choices=["canvas", "moodle"], help="default: seen from the names in the zip")
    collect.add_argument(
        "--times",
        metavar="FILE",
        help="when students handed in: CSV with columns student (ID, or its number) and time (2026-12-01T23:59+01:00)",
    )
    collect.set_defaults(run=_collect)

    grade = commands.add_parser("grade", help="instructor: grade the hand-ins of a course folder")
    grade.add_argument("folder", metavar="DIR")
    grade.add_argument("names", nargs="*", metavar="NAME", help="assignment (default: all)")
    grade.add_argument("--student", metavar="ID", help="only this student")
    where = grade.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help="hand-ins graded at the same time (default: 1)"
    )
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on the workers of this Dask scheduler, such as tcp://10.0.0.5:8786",
    )
    grade.add_argument(
        "--sandbox", choices=["bwrap", "none"], default="bwrap", help="default: %(default)s; none is not safe"
    )
    grade.add_argument(
        "--retrain", action="store_true", help="run the training cells too, instead of using the handed-in weights"
    )
    grade.add_argument("--json", metavar="FILE", type=Path, help="write one object per check to FILE")
    grade.set_defaults(run=_grade)

    solutions = commands.add_parser(
        "solutions", help="instructor: print a homework's solutions, to be handed out as NAME_solutions.py"
    )
    solutions.add_argument("name", metavar="NAME")
    solutions.set_defaults(run=_solutions)

    demo = commands.add_parser("demo", help="make a course with a small class of hand-ins and grade it")
    demo.add_argument("folder", metavar="DIR", nargs="?", default="demo-course")
    demo.add_argument("--jobs", type=_positive, default=2, metavar="N", help="default: %(default)s")
    demo.set_defaults(run=_demo)
    return parser


def _positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _build(args):
    from autograder.build import build
    from autograder.recording import record_chapters

    changed = [*record_chapters(args.names, args.check), *build(args.names or None, check_only=args.check)]
    if args.check and changed:
        print(
            "autograder: out of step with their sources: "
            + ", ".join(str(path) for path in changed)
            + ". Run `autograder build` and commit the result.",
            file=sys.stderr,
        )
        return BAD_USAGE
    print("\n".join(f"wrote {path}" for path in changed) if changed else "Everything is in step.")
    return DONE


def _calibrate(args):
    from autograder.calibrate import DATASETS, calibrate

    for item, dataset, model, entry in calibrate(args.name, args.seeds, args.only or DATASETS, args.weak_only):
        print(f"{item} on {dataset}, {model}: {json.dumps(entry)}", flush=True)
    return DONE


def _check(args):
    from autograder.grading.visible import check_notebook

    return check_notebook(args.notebook, args.sandbox)


def _init(args):
    from autograder.grading.course import create

    course = create(args.folder, args.dataset, gradebook=args.gradebook)
    names = ", ".join(course.assignments())
    print(
        f"Made a course in {args.folder} with {names}, on {course.dataset}.\n"
        f"  hand out    {args.folder}/release/\n"
        f"  collect in  {args.folder}/submitted/STUDENT/ASSIGNMENT/\n"
        f"  grade with  autograder grade {args.folder}\n"
        f"Keep {args.folder}/.autograder/seed secret and backed up: hidden cases are drawn from it."
    )
    return DONE


def _add(args):
    from autograder.grading.course import add, open_course

    add(open_course(args.folder), args.name)
    print(f"Added {args.name} to {args.folder}; hand out {args.folder}/release/{args.name}/")
    return DONE


def _collect(args):
    from autograder.grading.collect import collect, summary
    from autograder.grading.course import open_course
    from autograder.grading.lay_down import read_times

    course = open_course(args.folder)
    times = read_times(args.times) if args.times else None
    collected, strange = collect(course, args.name, args.zip, args.platform, times)
    print(summary(course, args.name, collected, strange))
    return SOME_UNGRADED if strange or any(one.remarks for one in collected) else DONE


def _grade(args):
    from autograder.grading.cluster import cluster
    from autograder.grading.course import open_course
    from autograder.show.gradebook import grade_with_progress, show_table

    if args.sandbox == "none":
        print(
            "autograder: WARNING: --sandbox none runs student code as you, with all your files and the network. "
            "Only for your own notebooks.",
            file=sys.stderr,
        )
    if args.json and (args.json.is_dir() or not args.json.parent.is_dir()):
        raise ValueError(f"--json {args.json} cannot be written: name a file in a folder that exists.")
    course = open_course(args.folder)
    for remark in course.deadlines.without_hand_in(course.root / "submitted"):
        print(f"autograder: note: {remark}", file=sys.stderr)
    options = {"student": args.student, "jobs": args.jobs, "sandbox": args.sandbox, "retrain": args.retrain}
    with cluster(args.scheduler) if args.scheduler else contextlib.nullcontext() as executor:
        graded = grade_with_progress(course, args.names or None, executor=executor, **options)
    show_table(graded, sandbox=args.sandbox)
    if args.json:
        rows = [json.dumps(row) for one in graded for row in one.rows()]
        args.json.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")
    return SOME_UNGRADED if any(one.trouble for one in graded) else DONE


def _solutions(args):
    from autograder.recording import solutions_module

    print(solutions_module(args.name), end="")
    return DONE


def _demo(args):
    from autograder.demo import run_demo

    return run_demo(Path(args.folder), args.jobs)


if __name__ == "__main__":
    sys.exit(main())
