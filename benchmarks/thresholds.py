"""Measures the accuracy bands of the softmax homework and writes them to `autograder/checks/thresholds.json`.

    python -m benchmarks.thresholds [--seeds 10] [--only shapes10 cifar10]

Trains the reference as the homework's notebook does, from several seeds, and measures each on several sets of hidden
images as large as those of a grading. The full-points band lies so low that a right and reasonably tuned solution fails
by chance in fewer than 1 of 1,000 gradings; the first band lies five points below it, the bonus band two points above.
"""

import argparse
import json
import math
import sys
from statistics import NormalDist

import numpy as np

from autograder.checks.parts import TEST_IMAGES, THRESHOLDS
from autograder.demo import TRAINING
from autograder.images import ImageSource
from coursekit import add_bias_column, flatten, load_images, mean_image, progress, scale
from solutions.softmax import SoftmaxClassifier

CHECK = "softmax.best_classifier"
MARGIN = 3.1  # standard deviations; 1 in 1,000 of a normal distribution lies below
DRAWS = 5


def accuracies(dataset, seeds):
    """Accuracies (seeds, DRAWS) of the reference on hidden images."""
    data = load_images(dataset)
    mean = mean_image(scale(data.X_train))

    def preprocess(images):
        return add_bias_column(flatten(scale(images) - mean))

    X, source, measured = preprocess(data.X_train), ImageSource(dataset), []
    for seed in progress(range(seeds), f"{dataset} seeds"):
        model = SoftmaxClassifier()
        model.train(X, data.y_train, seed=seed, **TRAINING)
        hidden = (source.draw(1_000 + DRAWS * seed + draw, TEST_IMAGES["hidden"]) for draw in range(DRAWS))
        measured.append([model.accuracy(preprocess(images), labels) for images, labels in hidden])
    return np.array(measured)


def bands(measured):
    """The table's entry for one data set, from measured accuracies."""
    mean, deviation = float(measured.mean()), float(measured.std(ddof=1))
    full = math.floor(100 * (mean - MARGIN * deviation)) / 100
    return {
        "bands": [
            {"accuracy": round(full - 0.05, 2), "share": 0.5},
            {"accuracy": full, "share": 0.5},
            {"accuracy": round(full + 0.02, 2), "share": 0.0, "bonus": 2.0},
        ],
        "measured": {
            "mean": round(mean, 4),
            "standard_deviation": round(deviation, 4),
            "lowest": round(float(measured.min()), 4),
            "gradings": int(measured.size),
            "seeds": len(measured),
            "hidden_images": TEST_IMAGES["hidden"],
            "expected_false_fails": float(f"{NormalDist(mean, deviation).cdf(full):.1e}"),
        },
    }


def main(arguments=None):
    """Measure and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.thresholds", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--only", nargs="+", choices=["shapes10", "cifar10"], default=["shapes10", "cifar10"])
    given = parser.parse_args(arguments)
    table = json.loads(THRESHOLDS.read_text(encoding="utf-8")) if THRESHOLDS.is_file() else {}
    for dataset in given.only:
        entry = bands(accuracies(dataset, given.seeds))
        table.setdefault(CHECK, {})[dataset] = entry
        print(f"{dataset}: {json.dumps(entry)}", flush=True)
    THRESHOLDS.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
