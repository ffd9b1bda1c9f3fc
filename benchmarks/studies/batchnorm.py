"""The batch normalisation chapter's studies on CIFAR-10: S3's experiments, and S2's on the size of batches.

    python -m benchmarks.studies.batchnorm [--only NAME ...] [--quick] [--again] [--force] [--out FOLDER]

Each study writes one JSON to `book/results/batchnorm/`, where the book reads it. Arrays are float32; every pixel is
standardised with mean and standard deviation of the training images. 45,000 / 5,000 / 10,000 images.
"""

import sys
import time

import numpy as np

from benchmarks.studies import record, run
from benchmarks.studies.layers import NINE, S3, by_steps, shortened
from benchmarks.studies.two_layer_net import STANDARDISED, prepare
from coursekit import progress
from solutions.batchnorm import BatchNormalization, Dropout, fully_connected_net, mirrored_and_shifted
from solutions.layers import Dense, Model, ReLU, Softmax, he, normal

AUGMENTED = f"{STANDARDISED}; training images also mirrored and shifted by up to 2 pixels where a run says so"
OURS = S3 | {"normalisation": "batch"}
_OF_THE_NET = ("hidden", "normalisation", "dropout", "initialiser", "place")


def net(inputs, settings, seed):
    """The net that the settings describe.

    Parameters
    ----------
    inputs : int
    settings : dict
        "hidden", a list of units; "normalisation"; "dropout"; "initialiser", "he" or a standard deviation; "place",
        "after" where batch normalisation stands behind the ReLU.
    seed : int
    """
    sizes = [inputs, *settings["hidden"], 10]
    initialiser = he if settings["initialiser"] == "he" else normal(settings["initialiser"])
    if settings.get("place") != "after":
        dropout = settings.get("dropout", 0.0)
        return fully_connected_net(sizes, settings["normalisation"], dropout, initialiser, 100 * seed)
    model = Model()
    for k, units in enumerate(settings["hidden"]):
        model.add(Dense(sizes[k], units, initialiser, 100 * seed + k)).add(ReLU()).add(BatchNormalization(units))
        if settings.get("dropout"):
            model.add(Dropout(settings["dropout"], 100 * seed + k))
    return model.add(Dense(sizes[-2], 10, initialiser, 100 * seed + len(sizes) - 2)).add(Softmax())


def fit(sets, settings, seed):
    """Train one model and measure it.

    Parameters
    ----------
    sets : dict of str to (X, y)
    settings : dict
        Of the net, and of `Model.fit`; "augment" is the largest shift in pixels.
    seed : int

    Returns
    -------
    dict
        Settings, seed, seconds, accuracies; curves of the loss (100 means) and of accuracies over the steps.
    """
    X, y = sets["train"]
    training = {key: value for key, value in settings.items() if key not in _OF_THE_NET}
    if "augment" in training:
        training["augment"] = mirrored_and_shifted(training["augment"])
    model = net(X.shape[1], settings, seed)
    start = time.perf_counter()
    with np.errstate(over="ignore", invalid="ignore"):  # a net that diverges is a result, too
        history = model.fit(X, y, *sets["val"], seed=seed, **training)
        seconds = time.perf_counter() - start
        return by_steps(model, sets, history, settings, seed, seconds)


def _study(size, source, choices, seeds=1):
    """Every choice of settings with as many seeds, as a study."""
    data = size.data(train=45_000, val=5_000)
    sets, runs = prepare(data, STANDARDISED), []
    for settings in progress(choices[: size.count(len(choices))], "nets"):
        runs += [size.once(fit, sets, shortened(size, settings), seed) for seed in range(size.count(seeds))]
    return {"source": {"name": "S3"} | source, "runs": runs, "data": record.data_provenance(data, AUGMENTED)}


def three_and_nine(size):
    """S3's nets of three and of nine layers with batch normalisation and without, with three seeds."""
    source = {"test_accuracy": {"3": 0.5316, "9": 0.5158}, "seconds": 120}
    choices = [
        OURS | {"hidden": hidden, "normalisation": how} for hidden in ([50, 50], NINE) for how in ("batch", None)
    ]
    return _study(size, source, choices, seeds=3)


def depth(size):
    """Two to nine layers with batch normalisation, 50 units in every hidden layer."""
    reached = [0.5152, 0.5316, 0.5377, 0.5295, 0.5226, 0.5215, 0.5220, 0.5138]
    return _study(size, {"test_accuracy": reached}, [OURS | {"hidden": [50] * k} for k in range(1, 9)], seeds=3)


def width(size):
    """Four layers with batch normalisation: S3's six choices of widths, and 100 units everywhere."""
    reached = {
        "100-50-30": 0.5523,
        "50-50-50": 0.5378,
        "100-100-10": 0.5506,
        "30-50-100": 0.5231,
        "10-100-50": 0.4780,
        "50-150-50": 0.5500,
    }
    hidden = [[int(units) for units in name.split("-")] for name in reached] + [[100, 100, 100]]
    return _study(size, {"test_accuracy": reached, "seconds": 240}, [OURS | {"hidden": units} for units in hidden])


def after_activation(size):
    """Batch normalisation behind the ReLU instead of before it: three layers, nine, and S3's best net."""
    source = {"test_accuracy": {"3": 0.5296, "9": 0.5199, "best": 0.5475}}
    choices = [OURS | {"hidden": hidden, "place": "after"} for hidden in ([50, 50], NINE, [100, 50, 30])]
    return _study(size, source, choices)


def initialisation(size):
    """Initial weights of three standard deviations, with batch normalisation and without: three layers and nine."""
    choices = [
        OURS | {"hidden": hidden, "normalisation": how, "initialiser": sigma}
        for hidden in ([50, 50], NINE)
        for sigma in (1e-1, 1e-3, 1e-4)
        for how in ("batch", None)
    ]
    return _study(size, {"about": "S3 shows curves, no figures"}, choices)


def search(size):
    """Weight decay, coarse (five values) and then fine (ten); three layers with batch normalisation."""
    values = [*np.logspace(-5, -1, 5), *np.logspace(-3, -1.5, 10)]
    choices = [OURS | {"hidden": [50, 50], "reg": float(f"{reg:.4g}")} for reg in values]
    source = {"about": "S3's ranges: 1e-5 to 1e-1, then 10^-3 to 10^-1.5"}
    return _study(size, source, choices)


def dropout(size):
    """Dropout of one half in S3's three layers, less of it, longer training, and wider nets."""
    base = OURS | {"hidden": [50, 50], "dropout": 0.5}
    choices = [
        base,
        base | {"cycles": 6},
        base | {"dropout": 0.1},
        base | {"hidden": [300, 300], "reg": 0.001},
        base | {"hidden": [300, 300], "reg": 0.001, "cycles": 6},
        base | {"hidden": [300, 300], "reg": 0.001, "cycles": 6, "dropout": 0.0},
    ]
    return _study(size, {"test_accuracy": 0.4375}, choices)


def beyond(size):
    """What S3 began and did not finish: wide nets with batch normalisation, dropout, augmentation, longer training."""
    base = OURS | {"hidden": [512, 256], "reg": 0.0005, "cycles": 2, "n_s": 4500}
    choices = [base, base | {"dropout": 0.2}, base | {"augment": 2}, base | {"dropout": 0.2, "augment": 2}]
    return _study(size, {"test_accuracy": 0.5523, "about": "S3's best net, 100-50-30"}, choices)


def batch_size(size):
    """One epoch in batches of 1, 32, 100 and 1,000 examples: without, with batch, and with layer normalisation."""
    source = {
        "name": "S2",
        "val_accuracy": {"1": 0.492, "32": 0.313, "100": 0.208, "1000": 0.117},
        "seconds": {"1": 354},
    }
    choices = []
    for how in (None, "batch", "layer"):
        for batch in (1, 2, 8, 32, 100, 1000):
            rate = {"eta_max": 0.1 * min(1.0, batch / 100) ** 0.5, "n_s": 45_000 // batch // 2, "cycles": 1}
            choices.append(OURS | {"hidden": [50, 50], "normalisation": how, "batch_size": batch} | rate)
    return _study(size, source, choices)


STUDIES = {
    study.__name__: study
    for study in (
        three_and_nine,
        depth,
        width,
        after_activation,
        initialisation,
        dropout,
        batch_size,
        search,
        beyond,
    )
}


def main(arguments=None):
    """Run the studies; returns the exit code."""
    return run.main("batchnorm", STUDIES, arguments)


if __name__ == "__main__":
    sys.exit(main())
