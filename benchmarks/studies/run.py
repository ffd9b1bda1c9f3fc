"""Runs a chapter's studies: what all chapters share, from the size of a session to the JSON that the book shows.

Goes in: a chapter's name and its studies, functions of a `Scale`. Comes out: one JSON per study in
`book/results/CHAPTER/`, or, with `--quick`, small ones in `build/studies/CHAPTER/`.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.studies import record
from coursekit import load_images, progress

ROOT = Path(__file__).resolve().parents[2]
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Scale:
    """How large a session is: the real one, or the quick one that only shows that everything runs."""

    quick: bool = False

    def data(self, train, val=10_000, test=10_000):
        """Load CIFAR-10 split as asked, or a little shapes10."""
        return (
            load_images("shapes10", train=500, val=200, test=200)
            if self.quick
            else load_images("cifar10", train=train, val=val, test=test)
        )

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


def main(chapter, studies, arguments=None, packages=("numpy",)):
    """Run the studies that the command line names, all of them by default; returns the exit code.

    `packages` are those whose versions the results state.
    """
    results, quick_results = ROOT / "book" / "results" / chapter, Path("build") / "studies" / chapter
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.studies.{chapter}", description=f"The studies of the chapter {chapter}."
    )
    parser.add_argument(
        "--only", nargs="+", choices=studies, default=list(studies), metavar="NAME", help=", ".join(studies)
    )
    parser.add_argument("--quick", action="store_true", help="a few seconds on shapes10, to see that everything runs")
    parser.add_argument("--out", type=Path, help=f"folder for the JSON files (default: book/results/{chapter})")
    given = parser.parse_args(arguments)
    out = given.out or (quick_results if given.quick else results)
    for name in progress(given.only, "studies"):
        start = time.perf_counter()
        result = {"study": name, "about": studies[name].__doc__, "quick": given.quick} | studies[name](
            Scale(given.quick)
        )
        result |= {
            "seconds": time.perf_counter() - start,
            "machine": record.machine(),
            "versions": record.versions(*packages),
        }
        record.write(out / f"{name}.json", result)
        print(f"{name}: {result['seconds']:.0f} s, written to {out / name}.json", flush=True)
    return 0
