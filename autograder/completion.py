"""Completion in bash, zsh and fish: subcommands, options, choices, and the names that a course folder holds.

Goes in: what has been typed so far. Comes out: how it may go on. `argcomplete` asks the program itself, so that
assignments and students of the folder before the cursor can be named; completion scripts made beforehand cannot.
"""

import os
from pathlib import Path

import autograder

SHELLS = ["bash", "zsh", "fish"]
_MISSING = "argcomplete is missing: install show-your-gradients[completion], or use the .venv of a clone."


def script(shell):
    """What the shell has to run; raises `ValueError` where the library for it is not installed."""
    try:
        import argcomplete
    except ModuleNotFoundError as error:
        raise ValueError(_MISSING) from error
    return argcomplete.shellcode(["autograder"], shell=shell)


def complete(parser):
    """Answer a shell that asks how a line may go on, and end; do nothing where none asks."""
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser, always_complete_options=False)


def with_names(action, names):
    """Make an argument's names known: `names(parsed_args)` lists them."""
    action.completer = lambda prefix, parsed_args, **_: [
        name for name in names(parsed_args) if name.startswith(prefix) and name.isprintable()
    ]


def assignments(args):
    """Assignments of the course folder that has been typed, or else of the clone."""
    folder = getattr(args, "folder", None)
    return _folders(Path(folder) / "source" if folder else Path(autograder.__file__).parents[1] / "assignments")


def students(args):
    """Students who have handed in."""
    return _folders(Path(args.folder) / "submitted")


def _folders(folder):
    try:
        return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
