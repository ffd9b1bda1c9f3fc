"""Trains many softmax classifiers at once: their weights side by side, every batch read once for all of them.

Goes in: examples, and settings of models as `SoftmaxClassifier.train` takes them. Comes out: their weights. One
model's step is two thin matrix products that wait for memory; those of many models are two wide ones that keep a
processor busy. The numbers are those of `SoftmaxClassifier`, up to rounding: a test compares them.
"""

import numpy as np

from coursekit import progress


def train_many(X, y, settings, seeds, order_seed=0, counts=None):
    """Weights of many softmax classifiers, trained with mini-batch SGD.

    Models with the same batch size, number of epochs and order of examples are trained together.

    Parameters
    ----------
    X : float array (N, D)
    y : integer array (N,)
        Classes, 0 to C - 1.
    settings : list of M dicts
        "epochs", "batch_size", "learning_rate", "reg", "shuffle", and, for rates that fall, "final_learning_rate".
    seeds : list of M ints
        Of the initial weights, drawn from N(0, 0.01²).
    order_seed : int
        Of the orders of the examples, which all models of a stack share.
    counts : integer array (M, N), optional
        How often each model has each example in its training set, as in bootstrap samples; once by default.

    Returns
    -------
    array (M, D, C), of the kind of X
    """
    C = int(y.max()) + 1
    W = np.empty((len(settings), X.shape[1], C), dtype=X.dtype)
    for model, seed in enumerate(seeds):
        W[model] = 0.01 * np.random.default_rng(seed).standard_normal(W[model].shape)
    stacks: dict = {}
    for model, chosen in enumerate(settings):
        stacks.setdefault((chosen["batch_size"], chosen["epochs"], chosen["shuffle"]), []).append(model)
    for (batch_size, epochs, shuffle), models in progress(stacks.items(), "stacks"):
        W[models] = _train_stack(
            X,
            y,
            W[models],
            np.array([rates(settings[model]) for model in models], dtype=X.dtype),
            np.array([settings[model]["reg"] for model in models], dtype=X.dtype),
            _orders(len(X), epochs, shuffle, order_seed),
            batch_size,
            None if counts is None else np.asarray(counts)[models].astype(X.dtype),
        )
    return W


def rates(chosen):
    """The learning rate of every epoch, falling linearly where there is a final one: list of floats."""
    first, epochs = chosen["learning_rate"], chosen["epochs"]
    last = chosen.get("final_learning_rate")
    last = first if last is None else last
    return [first + (last - first) * epoch / max(1, epochs - 1) for epoch in range(epochs)]


def accuracies(W, X, y, rows=2000):
    """Share of the examples (N, D) that each of the models (M, D, C) gets right: array (M,)."""
    right = np.zeros(len(W))
    for start in range(0, len(X), rows):
        scores = _scores(W, X[start : start + rows])
        right += (scores.argmax(axis=2) == y[start : start + rows, None]).sum(axis=0)
    return right / len(X)


def probabilities(W, X):
    """Class probabilities (N, M, C) of examples (N, D) by models (M, D, C)."""
    return _softmax(_scores(W, X))


def _train_stack(X, y, W, rates, regs, orders, batch_size, counts):
    """Train models (M, D, C) that share their batches; `rates` is (M, epochs), `regs` (M,), `counts` (M, N) or None."""
    M, D, C = W.shape
    side_by_side = np.ascontiguousarray(W.transpose(1, 0, 2)).reshape(D, M * C)
    step = np.empty_like(side_by_side)
    for epoch, order in enumerate(orders):
        rate = rates[:, epoch]
        shrink = np.repeat(1 - 2 * rate * regs, C)
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            X_batch = X[batch]
            upstream = _softmax((X_batch @ side_by_side).reshape(len(batch), M, C))
            upstream[np.arange(len(batch)), :, y[batch]] -= 1
            if counts is None:
                upstream *= (rate / len(batch))[:, None]
            else:  # a mean over the copies that each model's sample has of these examples
                held = counts[:, batch]
                upstream *= (rate[:, None] * held / np.maximum(1, held.sum(axis=1, keepdims=True))).T[:, :, None]
            np.matmul(X_batch.T, upstream.reshape(len(batch), M * C), out=step)
            if regs.any():
                side_by_side *= shrink
            side_by_side -= step
    return side_by_side.reshape(D, M, C).transpose(1, 0, 2)


def _scores(W, X):
    M, D, C = W.shape
    return (X @ np.ascontiguousarray(W.transpose(1, 0, 2)).reshape(D, M * C)).reshape(len(X), M, C)


def _softmax(scores):
    """Probabilities in the place of scores (N, M, C)."""
    scores -= scores.max(axis=2, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=2, keepdims=True)
    return scores


def _orders(N, epochs, shuffle, seed):
    """The orders in which `SoftmaxClassifier` goes through N examples, one for each epoch."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        yield rng.permutation(N) if shuffle else np.arange(N)
