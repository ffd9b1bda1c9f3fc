"""The second chapter's studies on CIFAR-10: S1's and S4's two-layer nets, trained with `solutions.two_layer_net`.

    python -m benchmarks.studies.two_layer_net [--only NAME ...] [--quick] [--again] [--force] [--out FOLDER]

Each study writes one JSON (settings, seeds, data, versions, machine, times, curves, accuracies, the hand-ins' figures)
to `book/results/two_layer_net/`, where the book reads it. `--quick` runs all of them small, on shapes10. Arrays are
float32; 49,000 training, 1,000 validation and 10,000 test images.
"""

import sys
import time

import numpy as np

from benchmarks.studies import record, run
from coursekit import flatten, progress, scale
from solutions.two_layer_net import TwoLayerNet, cosine, step

BYTES = "pixels 0 to 255, mean training image subtracted"
STANDARDISED = "every pixel: mean of the training images subtracted, divided by their standard deviation"
MIRRORED = f"{STANDARDISED}; every training image also mirrored left to right where a run says so"
SCHEDULES = {"cosine": cosine, "step": step}
SMALL = {
    "hidden_size": 64,
    "initial_std": 0.02,
    "epochs": 20,
    "batch_size": 200,
    "learning_rate": 0.02,
    "learning_rate_decay": 1.0,
    "schedule": "cosine",
    "reg": 0.002,
    "update_rule": "sgd_momentum",
}
_OF_THE_NET = ("hidden_size", "initial_std", "mirrored")


def prepare(data, preprocessing):
    """Turn a data set's images into float32 rows.

    Parameters
    ----------
    data : coursekit.ImageData
    preprocessing : str
        BYTES or STANDARDISED.

    Returns
    -------
    dict of str to (X, y)
        For "train", "val" and "test": X float32 (N, 3072), y integers (N,).
    """
    X = {split: flatten(scale(getattr(data, f"X_{split}"))) for split in ("train", "val", "test")}
    mean = X["train"].mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = np.float32(1 / 255) if preprocessing == BYTES else X["train"].std(axis=0)
    return {split: ((X[split] - mean) / spread, getattr(data, f"y_{split}")) for split in X}


def mirrored(X, y):
    """The images and, after them, their mirror images: X (N, 3072) in, (2N, 3072) out."""
    turned = X.reshape(len(X), 32, 32, 3)[:, :, ::-1].reshape(len(X), -1)
    return np.concatenate([X, turned]), np.concatenate([y, y])


def fit(sets, settings, seed):
    """Train one net and measure it.

    Parameters
    ----------
    sets : dict of str to (X, y)
    settings : dict
        Of the net ("hidden_size", "initial_std", "mirrored") and of `train`; a schedule by its name.
    seed : int

    Returns
    -------
    dict
        The run, as `run.measured` describes it.
    """
    X, y = mirrored(*sets["train"]) if settings.get("mirrored") else sets["train"]
    model = TwoLayerNet(X.shape[1], settings["hidden_size"], 10, settings["initial_std"], seed)
    training = {key: value for key, value in settings.items() if key not in _OF_THE_NET}
    training["schedule"] = SCHEDULES.get(training.get("schedule"))
    start = time.perf_counter()
    history = model.train(X, y, *sets["val"], seed=seed, **training)
    return run.measured(model, sets, history, settings, seed, time.perf_counter() - start)


def first_settings(size):
    """S1's first settings, about 1,000 steps, with three seeds."""
    settings = {
        "hidden_size": 50,
        "initial_std": 0.0001,
        "epochs": 4,
        "batch_size": 200,
        "learning_rate": 1e-4,
        "learning_rate_decay": 0.95,
        "reg": 0.25,
        "update_rule": "sgd",
    }
    data = _images(size)
    sets = prepare(data, BYTES)
    return {
        "source": {"name": "S1", "val_accuracy": 0.29, "steps": 1000},
        "runs": [size.once(fit, sets, size.epochs(settings), seed) for seed in range(size.count(3))],
        "data": record.data_provenance(data, BYTES),
    }


def tuned(size):
    """A random search of 12 settings with 50 to 70 hidden units; the best by validation, with three seeds."""
    data = _images(size)
    sets, rng, search = prepare(data, STANDARDISED), np.random.default_rng(1), []
    for _ in progress(range(size.count(12)), "search"):
        drawn = {
            "hidden_size": int(rng.integers(50, 71)),
            "learning_rate": float(f"{10 ** rng.uniform(-2.5, -1.3):.2g}"),
            "reg": float(f"{10 ** rng.uniform(-3.3, -2):.2g}"),
        }
        search.append(size.once(fit, sets, size.epochs(SMALL | drawn), 0))
    search.sort(key=lambda one: one["val_accuracy"], reverse=True)
    best = search[0]["settings"]
    return {
        "source": {
            "name": "S1 and S4",
            "required_val_accuracy": 0.48,
            "reference_val_accuracy": 0.52,
            "s4": {"hidden_size": 70, "epochs": 20, "val_accuracy": 0.521},
        },
        "search": [run.without_curves(one) for one in search],
        "runs": [size.once(fit, sets, best, seed) for seed in range(size.count(3))],
        "data": record.data_provenance(data, STANDARDISED),
    }


def wide(size):
    """Wider nets, without mirrored images and with them; the last with three seeds."""
    data = _images(size)
    sets = prepare(data, STANDARDISED)
    choices = [
        ({"hidden_size": 512, "reg": 0.002}, 1),
        ({"hidden_size": 1024, "reg": 0.002}, 1),
        ({"hidden_size": 512, "reg": 0.001, "mirrored": True}, 1),
        ({"hidden_size": 1024, "reg": 0.001, "mirrored": True}, 3),
    ]
    runs = []
    for changed, seeds in choices[-size.count(4) :]:
        for seed in range(size.count(seeds)):
            settings = size.epochs(SMALL | {"epochs": 15, "learning_rate": 0.01} | changed)
            runs.append(size.once(fit, sets, settings, seed))
    return {
        "source": {
            "name": "S4",
            "hidden_size": 1000,
            "val_accuracy": 0.549,
            "test_accuracy": 0.536,
            "bonus_above_test_accuracy": 0.56,
        },
        "runs": runs,
        "data": record.data_provenance(data, MIRRORED),
    }


def update_rules(size):
    """Each update rule with the best, by validation, of four learning rates; ten epochs at a constant rate."""
    rates = {
        "sgd": (0.01, 0.03, 0.1, 0.3),
        "sgd_momentum": (0.001, 0.003, 0.01, 0.03),
        "rmsprop": (0.00003, 0.0001, 0.0003, 0.001),
        "adam": (0.0001, 0.0003, 0.001, 0.003),
    }
    data = _images(size)
    sets, runs, search = prepare(data, STANDARDISED), [], []
    for rule, choices in rates.items():
        changed = {"update_rule": rule, "schedule": None, "epochs": 10}
        tried = [size.once(fit, sets, size.epochs(SMALL | changed | {"learning_rate": rate}), 0) for rate in choices]
        runs.append(max(tried, key=lambda one: one["val_accuracy"]))
        search += map(run.without_curves, tried)
    return {
        "source": {"name": "none: S1 and S4 compare the rules on toys alone"},
        "runs": runs,
        "search": search,
        "data": record.data_provenance(data, STANDARDISED),
    }


def schedules(size):
    """The same net and first learning rate, constant, decayed by .9 an epoch, in steps, and along a cosine."""
    data = _images(size)
    sets = prepare(data, STANDARDISED)
    kinds = {
        "constant": {"schedule": None},
        "decay": {"schedule": None, "learning_rate_decay": 0.9},
        "step": {"schedule": "step"},
        "cosine": {"schedule": "cosine"},
    }
    return {
        "source": {"name": "none"},
        "runs": [
            {"name": name} | size.once(fit, sets, size.epochs(SMALL | changed), 0) for name, changed in kinds.items()
        ],
        "data": record.data_provenance(data, STANDARDISED),
    }


def initial_scale(size):
    """The same net from initial weights of standard deviation 0.0001 to 0.5, five epochs each."""
    data = _images(size)
    sets, runs = prepare(data, STANDARDISED), []
    for std in (0.0001, 0.001, 0.01, 0.03, 0.1, 0.5)[: size.count(6)]:
        changed = {"initial_std": std, "epochs": 5, "schedule": None, "learning_rate": 0.01, "reg": 0.0}
        runs.append(size.once(fit, sets, size.epochs(SMALL | changed), 0))
    return {"source": {"name": "none"}, "runs": runs, "data": record.data_provenance(data, STANDARDISED)}


def _images(size):
    return size.data(train=49_000, val=1_000, test=10_000)


STUDIES = {study.__name__: study for study in (first_settings, tuned, update_rules, schedules, initial_scale, wide)}


def main(arguments=None):
    """Run the studies; returns the exit code."""
    return run.main("two_layer_net", STUDIES, arguments)


if __name__ == "__main__":
    sys.exit(main())
