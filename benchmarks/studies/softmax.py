"""The softmax chapter's studies on CIFAR-10: S0's and S4's experiments, trained with `solutions.softmax`.

    python -m benchmarks.studies.softmax [--only NAME ...] [--quick] [--again] [--force] [--out FOLDER]

Each study writes one JSON (settings, seeds, data, versions, machine, times, curves, accuracies, the hand-in's figures)
to `book/results/softmax/`, where the book reads it. `--quick` runs all of them small, on shapes10, into
`build/studies/softmax`. Arrays are float32, weights included, unless a study says otherwise.
"""

import functools
import sys
import time

import numpy as np

from benchmarks.studies import record, run
from coursekit import add_bias_column, flatten, scale
from solutions.softmax import (
    SoftmaxClassifier,
    bootstrap,
    ensemble_predict,
    numerical_gradient,
    softmax_loss_vectorized,
)

CENTRED = "pixels scaled to [0, 1], mean training image subtracted, bias column of ones (regularised like the weights)"
RAW = "pixels scaled to [0, 1], bias column of ones (regularised like the weights)"
BYTES = "pixels 0 to 255, mean training image subtracted, bias column of ones (regularised like the weights)"
BEST = {
    "epochs": 50,
    "batch_size": 500,
    "learning_rate": 0.1,
    "final_learning_rate": 0.0001,
    "reg": 0.0,
    "shuffle": True,
}

# What S0 says of its grid and of bagging.
GRID_SOURCE = {
    "name": "S0",
    "models": 90,
    "members": 20,
    "best_member_test_accuracy": 0.4089,
    "ensemble_test_accuracy": 0.41,
    "seconds": 6 * 3600 + 45 * 60,
}
BAGGING_SOURCE = {
    "name": "S0",
    "models": 20,
    "best_member_test_accuracy": 0.4025,
    "ensemble_test_accuracy": 0.4091,
    "seconds": 3600 + 16 * 60,
}


def prepare(data, preprocessing):
    """Turn a data set's images into float32 rows.

    Parameters
    ----------
    data : coursekit.ImageData
    preprocessing : str
        One of CENTRED, RAW and BYTES.

    Returns
    -------
    dict of str to (X, y)
        For "train", "val" and "test": X float32 (N, 3073), y integers (N,).
    """
    X = {split: flatten(scale(getattr(data, f"X_{split}"))) for split in ("train", "val", "test")}
    mean = 0 if preprocessing == RAW else X["train"].mean(axis=0, dtype=np.float64).astype(np.float32)
    factor = np.float32(255 if preprocessing == BYTES else 1)
    return {split: (add_bias_column((X[split] - mean) * factor), getattr(data, f"y_{split}")) for split in X}


def fit(sets, settings, seed, std=0.01):
    """Train one classifier from small random float32 weights and measure it.

    Returns
    -------
    model : SoftmaxClassifier
    measured : dict
        Settings, seed, seconds of training (the accuracy after each epoch included), accuracies, curves per epoch.
    """
    X, y = sets["train"]
    model = SoftmaxClassifier()
    model.W = (std * np.random.default_rng(seed).standard_normal((X.shape[1], 10))).astype(np.float32)
    first_loss = softmax_loss_vectorized(model.W, X[:1000], y[:1000], 0.0)[0]
    start = time.perf_counter()
    history = model.train(X, y, *sets["val"], seed=seed, **settings)
    seconds = time.perf_counter() - start
    measured = run.measured(model, sets, history, settings | {"initial_std": std}, seed, seconds)
    return model, measured | {"first_loss": first_loss, "weight_std": model.W[:-1].std()}


def measure(sets, settings, seed, std=0.01):
    """As `fit`, without the model."""
    return fit(sets, settings, seed, std)[1]


def _with_weights(sets, settings, seed):
    model, measured = fit(sets, settings, seed)
    return measured | {"W": model.W}


def kept_fit(size, sets, settings, seed):
    """As `fit`, but not trained again if it was before a kill."""
    measured, model = size.once(_with_weights, sets, settings, seed), SoftmaxClassifier()
    model.W = np.array(measured.pop("W"), dtype=np.float32)
    return model, measured


def best_setting(size):
    """S0's best setting, with three seeds, on centred pixels and on S0's own kind of pixels."""
    data = size.data(train=40_000)
    result = {"source": {"name": "S0", "val_accuracy": 0.4077, "train_accuracy": 0.4439, "test_accuracy": 0.4075}}
    for name, preprocessing in (("runs", CENTRED), ("raw_runs", RAW)):
        sets = prepare(data, preprocessing)
        result[name] = [size.once(measure, sets, size.epochs(BEST), seed) for seed in range(size.count(3))]
    return result | {"data": record.data_provenance(data, f"runs: {CENTRED}; raw_runs: {RAW}")}


def ten_thousand(size):
    """S0's two runs on 10,000 training images, without and with regularisation, in fixed order."""
    return _settings_on_ten_thousand(
        size,
        [
            ({"reg": 0.0, "learning_rate": 0.005, "batch_size": 500, "epochs": 100}, {"val": 0.3661, "train": 0.4028}),
            ({"reg": 0.3, "learning_rate": 0.005, "batch_size": 500, "epochs": 100}, {"val": 0.3411, "train": 0.3616}),
        ],
    )


def set_runs(size):
    """S0's four set runs: 40 epochs, batches of 100, in fixed order."""
    four = ((0.0, 0.1, 0.1642), (0.0, 0.01, 0.3652), (0.1, 0.01, 0.3198), (1.0, 0.01, 0.2128))
    return _settings_on_ten_thousand(
        size,
        [
            ({"reg": reg, "learning_rate": rate, "batch_size": 100, "epochs": 40}, {"val": val})
            for reg, rate, val in four
        ],
    )


def _settings_on_ten_thousand(size, settings_and_source):
    data = size.data(train=10_000)
    result = {"source": {"name": "S0", "runs": [source for _, source in settings_and_source]}}
    for name, preprocessing in (("runs", CENTRED), ("raw_runs", RAW)):
        sets = prepare(data, preprocessing)
        result[name] = [
            size.once(measure, sets, size.epochs(settings | {"shuffle": False}), 0)
            for settings, _ in settings_and_source
        ]
    return result | {"data": record.data_provenance(data, f"runs: {CENTRED}; raw_runs: {RAW}")}


def grid(size):
    """A grid of 24 models and the ensemble of the ten that are best on the validation images."""
    choices = [
        {"epochs": 50, "batch_size": batch, "learning_rate": rate, "reg": reg, "shuffle": True}
        | ({"final_learning_rate": 0.0001} if falls else {})
        for batch in (100, 500)
        for rate in (0.01, 0.03, 0.1)
        for falls in (False, True)
        for reg in (0.0, 0.001)
    ]
    data = size.data(train=40_000)
    sets = prepare(data, CENTRED)
    fits = [kept_fit(size, sets, size.epochs(settings), 0) for settings in choices[: size.count(24)]]
    fits.sort(key=lambda pair: pair[1]["val_accuracy"], reverse=True)
    return {
        "source": GRID_SOURCE,
        "runs": [run.without_curves(one) for _, one in fits],
        "ensemble": _ensemble([model for model, _ in fits[:10]], sets),
        "data": record.data_provenance(data, CENTRED),
    }


def bagging(size):
    """Twenty models of S0's best setting, each trained on its own bootstrap sample."""
    data = size.data(train=40_000)
    sets = prepare(data, CENTRED)
    models, runs = [], []
    for seed in range(size.count(20)):
        sample = bootstrap(*sets["train"], np.random.default_rng(seed))
        model, measured = kept_fit(size, sets | {"train": sample}, size.epochs(BEST), seed)
        models.append(model)
        runs.append(run.without_curves(measured))
    return {
        "source": BAGGING_SOURCE,
        "runs": runs,
        "ensemble": _ensemble(models, sets),
        "data": record.data_provenance(data, CENTRED),
    }


def _ensemble(models, sets):
    X, y = sets["test"]
    votes = [model.probabilities(X) for model in models]
    grown = [np.mean(ensemble_predict(votes[:members]) == y) for members in range(1, len(models) + 1)]
    alone = [model.accuracy(X, y) for model in models]
    return {
        "members": len(models),
        "best_member_test_accuracy": max(alone),
        "mean_member_test_accuracy": np.mean(alone),
        "test_accuracy": grown[-1],
        "test_accuracy_by_members": grown,
    }


def raw_pixels(size):
    """S4's run: pixels 0 to 255, about 10,000 steps with a learning rate of 1e-6."""
    data = size.data(train=49_000, val=1_000)
    sets = prepare(data, BYTES)
    settings = {"epochs": 41, "batch_size": 200, "learning_rate": 1e-6, "reg": 0.1, "shuffle": True}
    measured = size.once(functools.partial(measure, std=0.0001), sets, size.epochs(settings), 0)
    return {
        "source": {"name": "S4", "steps": 10_000, "train_accuracy": 0.425, "test_accuracy": 0.38},
        "runs": [measured],
        "data": record.data_provenance(data, BYTES),
    }


def gradient_check(size):
    """Every entry of the gradient on 100 images in float64: S0's forward differences, and centred ones."""
    data = size.data(train=10_000)
    X, y = (part[:5] if size.quick else part[:100] for part in prepare(data, RAW)["train"])
    X = X.astype(np.float64)
    W = 0.01 * np.random.default_rng(0).standard_normal((X.shape[1], 10))
    runs = []
    for reg in (0.0, 2.0):
        exact = softmax_loss_vectorized(W, X, y, reg)[1]

        def loss(weights, reg=reg):
            return softmax_loss_vectorized(weights, X, y, reg)[0]

        for kind, h, gradient in (("forward", 1e-6, forward_gradient), ("centred", 1e-5, numerical_gradient)):
            start = time.perf_counter()
            difference = exact - gradient(loss, W, h)
            runs.append(
                {
                    "kind": kind,
                    "h": h,
                    "reg": reg,
                    "seconds": time.perf_counter() - start,
                    "summed_weights": np.abs(difference[:-1]).sum(),
                    "summed_biases": np.abs(difference[-1]).sum(),
                    "relative": np.linalg.norm(difference) / np.linalg.norm(exact),
                }
            )
    return {
        "source": {
            "name": "S0",
            "h": 1e-6,
            "images": 100,
            "summed_weights": {"0": 3.7e-4, "2": 6.2e-2},
            "summed_biases": {"0": 4.5e-7, "2": 4.4e-7},
        },
        "runs": runs,
        "data": record.data_provenance(data, f"float64; {RAW}"),
    }


def forward_gradient(f, x, h):
    """Gradient of f at x by forward differences, as S0 checks it: (f(x + h) - f(x)) / h for every entry."""
    point, here = x.copy(), f(x)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        point[index] = x[index] + h
        gradient[index] = (f(point) - here) / h
        point[index] = x[index]
    return gradient


STUDIES = {
    study.__name__: study for study in (best_setting, set_runs, ten_thousand, raw_pixels, grid, bagging, gradient_check)
}


def main(arguments=None):
    """Run the studies; returns the exit code."""
    return run.main("softmax", STUDIES, arguments)


if __name__ == "__main__":
    sys.exit(main())
