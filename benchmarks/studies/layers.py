"""The layers chapter's studies on CIFAR-10: S3's nets without batch normalisation, trained with `solutions.layers`.

    python -m benchmarks.studies.layers [--only NAME ...] [--quick] [--out FOLDER]

Each study writes one JSON to `book/results/layers/`, where the book reads it. Arrays are float32; every pixel is
standardised with mean and standard deviation of the training images.
"""

import sys
import time

import numpy as np

from benchmarks.studies import record, run
from benchmarks.studies.two_layer_net import STANDARDISED, prepare
from solutions.layers import he, k_layer_model, normal

INITIALISERS = {"he": he, "normal 0.1": normal(0.1), "normal 0.01": normal(0.01)}
S3 = {"initialiser": "he", "batch_size": 100, "eta_min": 1e-5, "eta_max": 0.1, "reg": 0.005, "cycles": 2, "n_s": 2250}
NINE = [50, 30, 20, 20, 10, 10, 10, 10]


def fit(sets, settings, seed):
    """Train one model and measure it.

    Parameters
    ----------
    sets : dict of str to (X, y)
    settings : dict
        "hidden", a list of units, "initialiser" by its name, and the settings of `fit`.
    seed : int

    Returns
    -------
    dict
        Settings, seed, seconds, accuracies; curves of the loss (100 means) and of accuracies over the steps.
    """
    X, y = sets["train"]
    training = {key: value for key, value in settings.items() if key not in ("hidden", "initialiser")}
    model = k_layer_model([X.shape[1], *settings["hidden"], 10], INITIALISERS[settings["initialiser"]], 100 * seed)
    start = time.perf_counter()
    history = model.fit(X, y, *sets["val"], seed=seed, **training)
    return by_steps(model, sets, history, settings, seed, time.perf_counter() - start)


def by_steps(model, sets, history, settings, seed, seconds):
    """Return what is recorded of one trained model: as `run.measured`, but with curves over the steps.

    The loss is given as 100 means, the accuracies as often as `Model.fit` measured them.
    """
    measured = {"settings": settings, "seed": seed, "seconds": seconds, "steps": len(history["loss"])}
    measured |= {f"{split}_accuracy": model.accuracy(*sets[split]) for split in sets}
    measured["curves"] = {
        "loss": [part.mean() for part in np.array_split(history["loss"], min(100, len(history["loss"])))],
        "train_accuracy": history["train_accuracy"],
        "val_accuracy": history["val_accuracy"],
    }
    return measured


def shortened(size, settings):
    """Return the settings, with 20 steps when quick."""
    return settings | ({"n_s": 10, "cycles": 1} if size.quick else {})


def ten_thousand(size):
    """S3's two layers on 10,000 images: 50 hidden units, three cycles of 1,000 steps, with three seeds."""
    data = size.data(train=10_000)
    sets = prepare(data, STANDARDISED)
    settings = S3 | {"hidden": [50], "n_s": 500, "cycles": 3, "reg": 0.01}
    return {
        "source": {"name": "S3", "test_accuracy": 0.4666},
        "runs": [size.once(fit, sets, shortened(size, settings), seed) for seed in range(size.count(3))],
        "data": record.data_provenance(data, STANDARDISED),
    }


def depth(size):
    """S3's nets of 2, 3, 4 and 9 layers on 45,000 images, without batch normalisation, two cycles of 4,500 steps."""
    data = size.data(train=45_000, val=5_000)
    sets, runs = prepare(data, STANDARDISED), []
    for hidden in ([50], [50, 50], [50, 50, 50], NINE):
        for initialiser in ("he", "normal 0.01") if len(hidden) == 8 else ("he",):
            settings = shortened(size, S3 | {"hidden": hidden, "initialiser": initialiser})
            runs.append(size.once(fit, sets, settings, 0))
    return {
        "source": {
            "name": "S3",
            "with_batch_norm": {"3": 0.5316, "4": 0.5377, "9": 0.5158},
            "seconds_3_layers": 120,
        },
        "runs": runs,
        "data": record.data_provenance(data, STANDARDISED),
    }


def three_layers(size):
    """Three layers, wider: 300 and 100 hidden units, with three seeds."""
    data = size.data(train=45_000, val=5_000)
    sets = prepare(data, STANDARDISED)
    settings = S3 | {"hidden": [300, 100], "cycles": 3}
    return {
        "source": {"name": "S3", "test_accuracy": 0.5523, "hidden": [100, 50, 30]},
        "runs": [size.once(fit, sets, shortened(size, settings), seed) for seed in range(size.count(3))],
        "data": record.data_provenance(data, STANDARDISED),
    }


STUDIES = {study.__name__: study for study in (ten_thousand, depth, three_layers)}


def main(arguments=None):
    """Run the studies; returns the exit code."""
    return run.main("layers", STUDIES, arguments)


if __name__ == "__main__":
    sys.exit(main())
