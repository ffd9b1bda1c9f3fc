"""The command line of `python -m coursekit.train`: arguments in, an exit code out.

Exit codes: 0 done; 2 bad usage, or training that cannot go on, with a sentence on stderr; 130 interrupted.
"""

import argparse
import ast
import json
import math
import sys
from pathlib import Path

from coursekit.data import DATASETS, DEFAULT_SIZES, DataUnavailable, dataset_name
from coursekit.earlier import EarlierWorkMissing
from coursekit.train.choices import OPTIMISERS, SCHEDULES, WITH_MOMENTUM, default_learning_rate
from coursekit.train.folder import FolderError, recorded
from coursekit.train.source import default_source

DONE, BAD_USAGE, INTERRUPTED = 0, 2, 130
PROG = "python -m coursekit.train"
# What is not given, and does not depend on the rest. None: not used at all, or found out later.
DEFAULTS: dict = {
    "model": None,
    "from": None,
    "data": None,
    "train": None,
    "val": None,
    "epochs": 10,
    "batch_size": 128,
    "optimiser": "adamw",
    "learning_rate": None,
    "weight_decay": 0.0,
    "momentum": 0.0,
    "schedule": "constant",
    "dropout": None,
    "set": {},
    "shift": None,
    "patience": None,
    "min_delta": 0.0,
    "seed": 0,
    "threads": None,
}


class UsageError(ValueError):
    """Arguments that do not go together; the message says which."""


def main(arguments=None):
    """Run one command line; returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return (_curves if arguments[:1] == ["curves"] else _train)(arguments)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "torch":
            raise
        return _complain("PyTorch is missing. Install it into the environment of the course: pip install torch")
    except (ValueError, OSError, RuntimeError) as error:
        if not _is_ours(error):
            raise
        return _complain(error)
    except KeyboardInterrupt:
        _complain("stopped. The same command goes on after the last whole epoch.")
        return INTERRUPTED


def _is_ours(error):
    """Whether the message was written for whoever typed the command."""
    known = (DataUnavailable, EarlierWorkMissing, OSError)
    return isinstance(error, known) or type(error).__module__.startswith("coursekit.")


def _complain(what):
    print(f"{PROG}: {what}", file=sys.stderr)
    return BAD_USAGE


def _train(arguments):
    parser = _parser()
    given = vars(parser.parse_args(arguments))
    resumed, out = given.pop("resume", None), given.pop("out", None)
    if resumed is not None:
        if out is not None:
            raise UsageError("--resume names the folder of a run already: leave --out out.")
        kept = recorded(resumed)
        if kept is None:
            raise FolderError(f"There is no run in {resumed} to go on with.")
        # Once more through the parser, so that a file that was edited by hand is judged like a command.
        given, out = vars(parser.parse_args(_as_arguments(kept["settings"]))) | given, resumed
    if "model" not in given:
        raise UsageError("Name the net to train, such as --model convnet-a, or a run to go on with: --resume FOLDER.")
    import torch

    settings = _settings(given)
    out = Path("runs") / f"{settings['model']}-{settings['data']}" if out is None else out
    if settings["threads"] is None:
        kept = recorded(out) or {"settings": {}}
        known = kept["settings"].get("threads")
        settings["threads"] = known if isinstance(known, int) and known > 0 else torch.get_num_threads()
    from coursekit.train.run import train

    train(settings, out)
    return DONE


def _settings(given):
    """All settings, with what was not given filled in; refuses what does not go together."""
    settings = DEFAULTS | given
    settings["model"] = settings["model"].replace("_", "-")
    settings["set"] = dict(settings["set"])
    settings["from"] = settings["from"] or default_source()
    try:
        settings["data"] = settings["data"] or dataset_name()
    except ValueError as error:
        raise UsageError(str(error)) from error
    for split, size in zip(("train", "val"), DEFAULT_SIZES[settings["data"]], strict=False):
        settings[split] = settings[split] or size
    settings["learning_rate"] = settings["learning_rate"] or default_learning_rate(settings["optimiser"])
    if settings["momentum"] and settings["optimiser"] not in WITH_MOMENTUM:
        raise UsageError(f"--momentum is for {' and '.join(WITH_MOMENTUM)}; {settings['optimiser']} has its own.")
    if settings["min_delta"] and settings["patience"] is None:
        raise UsageError("--min-delta is a part of early stopping: give --patience, too.")
    return settings


def _as_arguments(settings):
    """The arguments that say the same as recorded settings."""
    typed = []
    for name, value in settings.items():
        if name == "set":
            typed += [f"--set={key}={one!r}" for key, one in dict(value).items()]
        elif value is not None:
            typed.append(f"--{str(name).replace('_', '-')}={value}")
    return typed


def _curves(arguments):
    parser = argparse.ArgumentParser(
        prog=f"{PROG} curves", description="Draw the curves of one run, or of several into one figure, from their logs."
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="of a run")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="PNG, SVG or PDF (default: curves.png, in the folder of a single run, else in this one)",
    )
    args = parser.parse_args(arguments[1:])
    from coursekit.train.curves import save_curves

    path = args.to or (args.folders[0] if len(args.folders) == 1 else Path()) / "curves.png"
    if path.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise UsageError(f"--to {path}: a figure is a .png, .svg or .pdf.")
    print(f"{path}: {save_curves(args.folders, path)}")
    return DONE


def _parser():
    parser = argparse.ArgumentParser(
        prog=PROG,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        description="Train a net of your notebook on images, and keep log, curves and weights. The same command goes "
        "on with a run that was stopped.",
        epilog=f"{PROG} curves FOLDER ... draws the curves of several runs into one figure. "
        "Exit codes: 0 done; 2 bad usage, or training that cannot go on; 130 interrupted.",
    )
    what = parser.add_argument_group("what is trained")
    what.add_argument("--model", metavar="NAME", help="function that makes the net, such as convnet-c")
    what.add_argument(
        "--from",
        metavar="SOURCE",
        help="notebook, Python file or module that holds it, train_epoch and evaluate (default: cnn_pytorch.ipynb in "
        "this folder, else the course's solutions where they are installed)",
    )
    what.add_argument("--dropout", type=_share, metavar="P", help="probability to drop; handed to the function")
    what.add_argument(
        "--set",
        type=_assignment,
        action="append",
        metavar="NAME=VALUE",
        help="another argument of the function; may be repeated",
    )
    what.add_argument("--data", choices=DATASETS, help="default: the course's data set")
    what.add_argument("--train", type=_positive, metavar="N", help="training images (default: all)")
    what.add_argument("--val", type=_positive, metavar="N", help="validation images (default: all)")
    what.add_argument(
        "--shift", type=_count, metavar="N", help="mirror training images and shift them by up to N pixels"
    )
    how = parser.add_argument_group("how")
    how.add_argument("--epochs", type=_positive, metavar="N", help=f"default: {DEFAULTS['epochs']}")
    how.add_argument("--batch-size", type=_positive, metavar="N", help=f"default: {DEFAULTS['batch_size']}")
    how.add_argument("--optimiser", "--optimizer", choices=OPTIMISERS, help=f"default: {DEFAULTS['optimiser']}")
    how.add_argument("--learning-rate", type=_above_zero, metavar="F", help="default: 0.01 for sgd, else 0.001")
    how.add_argument("--weight-decay", type=_not_negative, metavar="F", help="default: 0")
    how.add_argument("--momentum", type=_share, metavar="F", help="of sgd and rmsprop (default: 0)")
    how.add_argument("--schedule", choices=SCHEDULES, help="of the learning rate (default: constant)")
    how.add_argument("--patience", type=_positive, metavar="N", help="stop after N epochs in a row without improvement")
    how.add_argument("--min-delta", type=_not_negative, metavar="F", help="an improvement is larger (default: 0)")
    how.add_argument("--seed", type=_count, metavar="N", help="of weights, order and augmentation (default: 0)")
    how.add_argument("--threads", type=_positive, metavar="N", help="of the processor (default: as PyTorch finds)")
    where = parser.add_argument_group("where")
    where.add_argument("--out", type=Path, metavar="FOLDER", help="default: runs/MODEL-DATA")
    where.add_argument("--resume", type=Path, metavar="FOLDER", help="go on with this run, with its settings")
    return parser


def _positive(text):
    return _number(text, int, lambda n: n >= 1, "a whole number of at least 1")


def _count(text):
    return _number(text, int, lambda n: 0 <= n < 2**31, "a whole number of at least 0")


def _above_zero(text):
    return _number(text, float, lambda x: x > 0, "a number above 0")


def _not_negative(text):
    return _number(text, float, lambda x: x >= 0, "a number of at least 0")


def _share(text):
    return _number(text, float, lambda x: 0 <= x < 1, "a number from 0 up to, but not including, 1")


def _number(text, kind, allowed, what):
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and allowed(value)):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return value


def _assignment(text):
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        # As settings.json will hold it: a tuple becomes a list.
        return name, json.loads(json.dumps(ast.literal_eval(value)))
    except (ValueError, SyntaxError, TypeError):
        return name, value
