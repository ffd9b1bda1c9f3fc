"""S0's training, as S0 writes it and as this course does: one step, a grid of models, bagging, and how the cost grows.

    python -m benchmarks.speed.softmax [--quick] [--out FILE]

Writes `book/results/softmax/speed.json`, where the book reads it: seconds (medians and spread where a call is short
enough to be repeated), ratios from this one run, accuracies, and how far it all is from the machine's own matrix
product. Float32, on CIFAR-10. Run it on a machine that does nothing else.
"""

import itertools
import sys
import time
from functools import partial

import numpy as np

from benchmarks import many
from benchmarks.speed import tables
from benchmarks.speed.result import finish, options
from benchmarks.speed.timing import compared, large_product, once, rates
from benchmarks.studies import record
from benchmarks.studies.run import Scale
from benchmarks.studies.softmax import BAGGING_SOURCE, BEST, CENTRED, GRID_SOURCE, prepare
from coursekit import progress
from solutions.softmax import SoftmaxClassifier, softmax, softmax_loss_vectorized

ABOUT = "S0's training: one step, a grid of 96 models side by side, bagging, and how the cost grows."
SOURCE = {"name": "S0", "test_accuracy": 0.4075, "ensemble_test_accuracy": GRID_SOURCE["ensemble_test_accuracy"]}
GRID = [  # fixed rates, and falling ones; with the examples in their order, and shuffled: 24 models of each
    {"epochs": 50, "batch_size": batch, "learning_rate": rate, "reg": reg, "shuffle": shuffle}
    | ({"final_learning_rate": 0.0001} if falls else {})
    for shuffle, falls, batch, rate, reg in itertools.product(
        (False, True), (False, True), (100, 500), (0.01, 0.03, 0.1), (0.0, 0.001, 0.01, 0.1)
    )
]


def gradient_by_loops(W, X, y, reg, jacobian=False):
    """The loss's gradient (D, C), example by example, as S0 computes it: as p - y, or through the softmax Jacobian."""
    dW = np.zeros_like(W)
    for x, label in zip(X, y, strict=True):
        p = softmax((x @ W)[None])[0]
        if jacobian:
            through = np.zeros_like(p)
            through[label] = -1 / p[label]
            ds = (np.diag(p) - np.outer(p, p)) @ through
        else:
            ds = p.copy()
            ds[label] -= 1
        dW += np.outer(x, ds)
    return dW / len(X) + 2 * reg * W


def step(sets, size):
    """One step of mini-batch gradient descent: seconds by who computes it, and the loops' time in units of ours."""
    X, y = sets["train"]
    W = (0.01 * np.random.default_rng(0).standard_normal((X.shape[1], 10))).astype(X.dtype)
    rows = {}
    for batch_size in (100, 500):
        X_batch, y_batch = X[:batch_size], y[:batch_size]
        ours = partial(softmax_loss_vectorized, W, X_batch, y_batch, 0.1)
        loops = partial(gradient_by_loops, W, X_batch, y_batch, 0.1)
        through = partial(gradient_by_loops, W, X_batch, y_batch, 0.1, jacobian=True)
        assert np.allclose(ours()[1], loops(), atol=1e-5) and np.allclose(loops(), through(), atol=1e-5)
        times = compared({"ours": ours, "loops": loops, "jacobian": through}, seconds=0.4 if size.quick else 4)
        ratios = {name: times[name]["median"] / times["ours"]["median"] for name in ("loops", "jacobian")}
        rows[f"batch {batch_size}"] = {"seconds": times, "times_ours": ratios}
    return rows


def grid(sets, size):
    """S0's grid: 96 models side by side, the same code one after another, and S0's loops, both from a part of them."""
    settings = [size.epochs(one) for one in (GRID[::24] if size.quick else GRID)]
    train = partial(many.train_many, *sets["train"], settings, range(len(settings)))
    start = time.perf_counter()
    W = train()
    seconds = time.perf_counter() - start
    val, test = (many.accuracies(W, *sets[split]) for split in ("val", "test"))
    order = np.argsort(-val, kind="stable")
    best = order[:20]
    return {
        "models": len(settings),
        "seconds": seconds,
        "one_after_another": _alone(sets, settings),
        "by_loops": _by_loops(sets, settings),
        "source_seconds": GRID_SOURCE["seconds"],
        "gigaflops": _flops(sets, settings) / seconds / 1e9,
        "best": {"settings": settings[order[0]], "val_accuracy": val[order[0]], "test_accuracy": test[order[0]]},
        "ensemble": _voted(W[best], sets) | {"best_member_test_accuracy": test[best].max()},
        "source": {"test_accuracy": SOURCE["test_accuracy"]} | _accuracies(GRID_SOURCE),
    }


def bagging(sets, size):
    """Twenty models of S0's best setting on bootstrap samples: counts of copies, so that all share their batches."""
    settings = [size.epochs(BEST)] * size.count(20)
    X, y = sets["train"]
    rng = np.random.default_rng(0)
    counts = np.array([np.bincount(rng.integers(0, len(X), len(X)), minlength=len(X)) for _ in settings])
    start = time.perf_counter()
    W = many.train_many(X, y, settings, range(len(settings)), counts=counts)
    seconds = time.perf_counter() - start
    test = many.accuracies(W, *sets["test"])
    return {
        "models": len(settings),
        "seconds": seconds,
        "one_after_another": _alone(sets, settings),
        "by_loops": _by_loops(sets, settings),
        "source_seconds": BAGGING_SOURCE["seconds"],
        "gigaflops": _flops(sets, settings) / seconds / 1e9,
        "ensemble": _voted(W, sets)
        | {"best_member_test_accuracy": test.max(), "mean_member_test_accuracy": test.mean()},
        "source": _accuracies(BAGGING_SOURCE),
    }


def growth(sets, size):
    """Seconds of two epochs by number of images and of models, and the share of the machine's limit.

    The limit is a product of two matrices of 2,048 by 2,048, measured in turns with the training.
    """
    X, y = sets["train"]
    rows = []
    product = large_product()
    for images, models in [(len(X) // 4, 20), (len(X) // 2, 20), *((len(X), M) for M in (1, 5, 20, 80))]:
        settings = [BEST | {"epochs": 2}] * (min(models, 3) if size.quick else models)
        part = {"train": (X[:images], y[:images])}
        train = partial(many.train_many, *part["train"], settings, range(len(settings)))
        times = compared(
            {"train": train, "product": product},
            seconds=0.2 if size.quick else 2,
            rounds=1 if size.quick else 3,
        )
        rows.append(
            {"images": images, "models": len(settings), "seconds": times["train"]}
            | rates(_flops(part, settings), times["train"], times["product"])
        )
    return rows


def _accuracies(source):
    return {key: value for key, value in source.items() if key.endswith("_accuracy")}


def _alone(sets, settings):
    """Seconds that `SoftmaxClassifier` takes for all settings, from two epochs of each batch size."""
    seconds = 0.0
    for batch_size in sorted({one["batch_size"] for one in settings}):
        of_this = [one for one in settings if one["batch_size"] == batch_size]
        model, start = SoftmaxClassifier(), time.perf_counter()
        model.train(*sets["train"], **(of_this[0] | {"epochs": 2}))
        seconds += (time.perf_counter() - start) / 2 * sum(one["epochs"] for one in of_this)
    return seconds


def _by_loops(sets, settings):
    """Seconds that S0's loops would take for all epochs of all settings, from 500 examples."""
    X, y = (part[:500] for part in sets["train"])
    W = np.zeros((X.shape[1], 10), dtype=X.dtype)
    seconds = once(partial(gradient_by_loops, W, X, y, 0.0))["median"]
    return seconds / len(X) * len(sets["train"][0]) * sum(one["epochs"] for one in settings)


def _flops(sets, settings):
    """Multiplications and additions of the two matrix products of all steps."""
    images, D = sets["train"][0].shape
    return sum(4 * images * D * 10 * one["epochs"] for one in settings)


def _voted(W, sets):
    X, y = sets["test"]
    parts = [slice(start, start + 2000) for start in range(0, len(X), 2000)]
    voted = np.concatenate([many.probabilities(W, X[part]).sum(axis=1).argmax(axis=1) for part in parts])
    return {"members": len(W), "test_accuracy": np.mean(voted == y)}


PARTS = {"step": step, "grid": grid, "bagging": bagging, "growth": growth}


def main(arguments=None):
    """Measure, print tables, write the result; returns the exit code."""
    given = options("benchmarks.speed.softmax", __doc__).parse_args(arguments)
    size = Scale(given.quick)
    data = size.data(train=40_000)
    sets, start = prepare(data, CENTRED), time.perf_counter()
    found = {"source": SOURCE, "data": record.data_provenance(data, CENTRED)}
    for name, part in progress(PARTS.items(), "parts"):
        found[name] = part(sets, size)
    shown = [tables.step, tables.many, tables.models]
    return finish(given, "softmax/speed", ABOUT, found, start, ("numpy",), shown)


if __name__ == "__main__":
    sys.exit(main())
