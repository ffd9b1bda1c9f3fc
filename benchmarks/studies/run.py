"""Runs studies: what all chapters share, from the size of a session to the JSON that the book shows.

Goes in: studies, functions of a `Scale`. Comes out: one JSON per study in `book/results/CHAPTER/`, or, with `--quick`,
small ones in `build/studies/CHAPTER/`. Recorded studies are skipped unless asked for again; a result that says less
than the recorded one does not take its place; single runs are kept in `build/studies/kept/` until the session is done.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.studies import guard, record
from benchmarks.studies.kept import Keeper
from coursekit import DataUnavailable, load_images, progress

ROOT = Path(__file__).resolve().parents[2]
RESULTS, TRIED = ROOT / "book" / "results", Path("build") / "studies"
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Study:
    """One study of a chapter: a function of a `Scale`, and the packages whose versions its result states."""

    chapter: str
    name: str
    function: Callable
    packages: tuple = ("numpy",)

    @property
    def id(self):
        """Its name on the command line, such as "softmax/grid"."""
        return f"{self.chapter}/{self.name}"

    @property
    def about(self):
        """What it shows, in its first sentence."""
        return " ".join(self.function.__doc__.strip().splitlines()[0].split())


@dataclass(frozen=True)
class Scale:
    """How large a session is: the real one, or the quick one that only shows that everything runs.

    Attributes
    ----------
    quick : bool
    keeper : Keeper, optional
        Where single runs are kept; without one, nothing is.
    """

    quick: bool = False
    keeper: Keeper | None = None

    def data(self, train, val=10_000, test=10_000):
        """Load CIFAR-10 split as asked, or a little shapes10."""
        data = (
            load_images("shapes10", train=500, val=200, test=200)
            if self.quick
            else load_images("cifar10", train=train, val=val, test=test)
        )
        if self.keeper:
            self.keeper.saw(data)
        return data

    def once(self, compute, sets, settings, seed):
        """Return `compute(sets, settings, seed)`, a dict; not computed again if it was before a kill."""
        return self.keeper.once(compute, sets, settings, seed) if self.keeper else compute(sets, settings, seed)

    def epochs(self, settings):
        """Return the settings, with two epochs when quick."""
        return settings | ({"epochs": 2} if self.quick else {})

    def count(self, number):
        """Return the number of models, at most two when quick."""
        return min(number, 2) if self.quick else number


def measured(model, sets, history, settings, seed, seconds):
    """What is recorded of one trained model.

    Parameters
    ----------
    sets : dict of str to (X, y)
        "train", "val" and "test".
    history : dict of lists
        As the model's `train` returned it.
    settings : dict
    seed : int
    seconds : float
        Of training, the accuracy after each epoch included.

    Returns
    -------
    dict
        Settings, seed, seconds, accuracies and curves by epoch.
    """
    run = {"settings": settings, "seed": seed, "seconds": seconds}
    run |= {f"{split}_accuracy": model.accuracy(*sets[split]) for split in sets}
    run["steps"] = len(history["loss"])
    run["curves"] = {
        "loss": np.reshape(history["loss"], (settings["epochs"], -1)).mean(axis=1),
        "train_accuracy": history["train_accuracy"],
        "val_accuracy": history["val_accuracy"],
    }
    return run


def without_curves(run):
    """Drop the curves of a run, where a study has too many of them to keep."""
    return {key: value for key, value in run.items() if key != "curves"}


def session(studies, quick=False, again=False, force=False, out=None):
    """Run studies one after the other.

    Parameters
    ----------
    studies : list of Study
    quick : bool
        Small, on shapes10, into `build/studies/`.
    again : bool
        Those that are recorded already, too.
    force : bool
        Replace a recorded result even by one that says less.
    out : Path, optional
        Folder for the JSON files of all, instead of a folder per chapter.

    Returns
    -------
    int
        The exit code: 0, or 1 if a study could not be run or its result not take its place, or 2 with nothing run.
    """
    places = {study: (out or (TRIED if quick else RESULTS) / study.chapter) / f"{study.name}.json" for study in studies}
    if quick and not force:
        full = [path for path in places.values() if path.is_file() and guard.lost(_read(path), {"quick": True})]
        if full:
            return _say(
                f"{full[0]} is a full recording: a quick result would take its place. Leave --out away, or --force."
            )
    todo = [study for study, path in places.items() if again or quick or not (path.is_file() and not _tried(path))]
    if len(todo) < len(studies):
        print(f"{len(studies) - len(todo)} of {len(studies)} recorded already; --again runs them again.", flush=True)
    done, failed = [], []
    try:
        for study in progress(todo, "studies"):
            (done if _run(study, places[study], quick, force) else failed).append(study)
    except DataUnavailable as error:
        return _say(str(error))
    except KeyboardInterrupt:
        return _say("Stopped. The same command goes on with the run it was in.", 1)
    for study in done:
        shutil.rmtree(_kept(study, quick), ignore_errors=True)
    return _say(f"Not recorded: {', '.join(study.id for study in failed)}.", 1) if failed else 0


def _run(study, path, quick, force):
    """Run one study and write its result; returns whether it stands where it belongs."""
    start, keeper = time.perf_counter(), Keeper(_kept(study, quick), study.packages)
    result = {"study": study.name, "about": study.function.__doc__, "quick": quick}
    try:
        result |= study.function(Scale(quick, keeper))
    except (ImportError, OSError) as error:
        _say(f"{study.id} cannot be run here: {error}")
        return False
    result |= {
        "seconds": time.perf_counter() - start + keeper.seconds,
        "machine": record.machine(),
        "versions": record.versions(*study.packages),
    }
    result = record.plain(result)
    if keeper.taken:
        print(f"{study.id}: {keeper.taken} of its runs were finished before", flush=True)
    lost = guard.lost(_read(path), result) if path.is_file() and not force else []
    if lost:
        aside = TRIED / study.chapter / path.name
        record.write(aside, result)
        _say(
            f"{path} stays as it is: {'; '.join(lost)}. The new result is in {aside}; "
            "--again --force puts it in the place of the old one."
        )
        return False
    record.write(path, result)
    print(f"{study.id}: {result['seconds']:.0f} s, written to {path}", flush=True)
    return True


def _kept(study, quick):
    return TRIED / "kept" / ("quick" if quick else "full") / study.chapter / study.name


def _read(path):
    """A result that is there already; one that cannot be read counts as a recording without anything."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _tried(path):
    """Whether a file is none that counts as recorded: a quick result, or nothing that can be read."""
    return bool(_read(path).get("quick", True))


def _say(sentence, code=2):
    print(sentence, file=sys.stderr, flush=True)
    return code


def add_options(parser):
    """Give a parser the options that all studies share."""
    parser.add_argument("--quick", action="store_true", help="small, on shapes10, to see that everything runs")
    parser.add_argument("--again", action="store_true", help="also those that are recorded already")
    parser.add_argument(
        "--force", action="store_true", help="replace a recorded result even by one with fewer runs or other images"
    )


def main(chapter, studies, arguments=None, packages=("numpy",)):
    """Run the studies of a chapter that the command line names, all of them by default; returns the exit code.

    `packages` are those whose versions the results state.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.studies.{chapter}", description=f"The studies of the chapter {chapter}."
    )
    parser.add_argument(
        "--only", nargs="+", choices=studies, default=list(studies), metavar="NAME", help=", ".join(studies)
    )
    add_options(parser)
    parser.add_argument("--out", type=Path, help=f"folder for the JSON files (default: book/results/{chapter})")
    given = parser.parse_args(arguments)
    chosen = [Study(chapter, name, studies[name], packages) for name in dict.fromkeys(given.only)]
    return session(chosen, given.quick, given.again, given.force, given.out)
