"""The `autograder` command: each subcommand is one function here, and calls what does the work.

What can be typed stands in `command_line`, and what the help says in `help_texts`. Exit codes: 0 done; 1 done, but not
for all; 2 bad usage or set-up, with a sentence on stderr; 130 stopped by Ctrl-C.
"""

import contextlib
import json
import sys
from pathlib import Path

from autograder import command_line, completion

DONE, SOME_UNGRADED, BAD_USAGE, STOPPED = 0, 1, 2, 130


# Errors of ours that are sentences for the user. Their modules are heavy; what has been raised has been imported.
_SENTENCES = {
    "autograder.reference": "NoReference",
    "autograder.sandbox": "SandboxUnavailable",
    "coursekit.data": "DataUnavailable",
}


def main(arguments=None):
    """Run one command line; returns its exit code."""
    parser = _parser()
    completion.complete(parser)
    args = parser.parse_args(arguments)
    try:
        return args.run(args)
    except KeyboardInterrupt as stopped:
        print(f"autograder: stopped. {stopped}".rstrip(), file=sys.stderr)
        return STOPPED
    except ModuleNotFoundError as error:
        print(
            f"autograder: {error.name} is missing: this command needs the instructor's packages. "
            "Set them up with `make`, or install show-your-gradients[instructor].",
            file=sys.stderr,
        )
        return BAD_USAGE
    except (ValueError, OSError, *_sentences()) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return BAD_USAGE


def _parser():
    return command_line.parser(_RUNS)


def _sentences():
    return [getattr(sys.modules[module], name) for module, name in _SENTENCES.items() if module in sys.modules]


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
    from autograder.grading import platform_names
    from autograder.grading.collect import collect, summary
    from autograder.grading.course import open_course
    from autograder.grading.lay_down import read_times

    course = open_course(args.folder)
    times = read_times(args.times) if args.times else None
    collected, strange = collect(course, args.name, args.zip, args.platform, times)
    platform_names.keep(course, args.name, collected)
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


def _export(args):
    from autograder.export.command import export
    from autograder.grading.course import open_course
    from autograder.wire import printable

    exported = export(
        open_course(args.folder),
        args.names,
        args.format,
        out=args.out,
        template=args.template,
        column=args.column,
        scale=args.scale,
        platform=args.platform,
        force=args.force,
    )
    print("\n".join(printable(line, 2000) for line in exported.lines))
    return DONE if exported.complete else SOME_UNGRADED


def _report(args):
    from autograder.grading.course import open_course
    from autograder.report import write_report

    written = write_report(open_course(args.folder), args.assignment, args.out, args.no_names)
    for said in written.missing:
        print(f"autograder: note: {said}", file=sys.stderr)
    print(f"Wrote the report on {written}: {written.index}")
    return SOME_UNGRADED if written.missing else DONE


def _solutions(args):
    from autograder.recording import solutions_module

    print(solutions_module(args.name), end="")
    return DONE


def _demo(args):
    from autograder.demo import run_demo

    return run_demo(Path(args.folder), args.jobs)


def _completion(args):
    print(completion.script(args.shell))
    return DONE


_RUNS = {
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


if __name__ == "__main__":
    sys.exit(main())
