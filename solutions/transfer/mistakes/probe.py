"""Well-known mistakes in a linear probe: weights (classes, F), as measured on standardised features."""

import inspect

import numpy as np
import torch
from torch.nn import functional

from solutions.cnn.mistakes.remembering import all_remembered
from solutions.transfer.probe import train_probe

KNOWN = "known mistake"
DEFAULT = inspect.signature(train_probe).parameters["reg"].default


def _solved(X, y, classes, penalty, loss=functional.cross_entropy, biases=True):
    """Weights (classes, F) and biases with the least loss, in float64; `penalty` is a function of both."""
    X, y = torch.as_tensor(X, dtype=torch.float64), torch.as_tensor(y)
    W = torch.zeros(classes, X.shape[1], dtype=torch.float64, requires_grad=True)
    b = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    solver = torch.optim.LBFGS(
        [W, b] if biases else [W], max_iter=100, tolerance_change=1e-9, line_search_fn="strong_wolfe"
    )

    def objective():
        solver.zero_grad()
        value = loss(X @ W.T + b, y) + penalty(W, b)
        value.backward()
        return value

    solver.step(objective)
    return W.detach().numpy(), b.detach().numpy()


def _standard(X):
    mean, std = X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    return (X - mean) / std, std


def _squared(W):
    return (W**2).sum()


def _weights(penalty, **how):
    """Features are standardised as they should be, and something else is penalised."""

    def run(X, y, classes, reg):
        return _solved(_standard(X)[0], y, classes, lambda W, b: penalty(W, b, reg, len(X)), **how)[0]

    return run


def _raw(X, y, classes, reg):
    return _solved(X, y, classes, lambda W, b: reg * _squared(W))[0] * X.std(axis=0, dtype=np.float64)


def _not_folded(X, y, classes, reg):
    rows, std = _standard(X)
    return _solved(rows, y, classes, lambda W, b: reg * _squared(W))[0] * std


def _folded_twice(X, y, classes, reg):
    rows, std = _standard(X)
    return _solved(rows, y, classes, lambda W, b: reg * _squared(W))[0] / std


def _variance(X, y, classes, reg):
    rows, std = _standard(X)
    return _solved(rows / std, y, classes, lambda W, b: reg * _squared(W))[0] / std


def _scaled(scale, centre=lambda X: X.mean(axis=0, dtype=np.float64)):
    """Features are divided by something else: `scale(X)`."""

    def run(X, y, classes, reg):
        _, std = _standard(X)
        by = scale(X.astype(np.float64))
        return _solved((X - centre(X)) / by, y, classes, lambda W, b: reg * _squared(W))[0] / by * std

    return run


def _by_rows(X, y, classes, reg):
    rows = (X - X.mean(axis=1, keepdims=True)) / np.sqrt(X.var(axis=1, keepdims=True) + 1e-5)
    return _solved(rows, y, classes, lambda W, b: reg * _squared(W))[0]


def _multiplied(X, y, classes, reg):
    rows, std = _standard(X)
    return _solved(rows, y, classes, lambda W, b: reg * _squared(W))[0] * std**2


def _lossy(loss=functional.cross_entropy, labels=lambda y, classes: y, kept=slice(None)):
    """Another loss, other labels, or a part of the images."""

    def run(X, y, classes, reg):
        rows, answers = _standard(X)[0][kept], labels(y, classes)[kept]
        return _solved(rows, answers, classes, lambda W, b: reg * _squared(W), loss=loss)[0]

    return run


def _squared_differences(scores, y):
    return ((scores - functional.one_hot(y, scores.shape[1])) ** 2).mean()


def _against_the_rest(scores, y):
    return functional.binary_cross_entropy_with_logits(scores, functional.one_hot(y, scores.shape[1]).double())


def _balanced(scores, y):
    counts = torch.bincount(y, minlength=scores.shape[1]).clamp(1)
    return functional.cross_entropy(scores, y, weight=1 / counts.double())


def _smoothed(scores, y):
    return functional.cross_entropy(scores, y, label_smoothing=0.1)


def _means(X, y, classes, reg):
    """The means of the classes, in the place of weights."""
    rows, std = X.astype(np.float64), X.std(axis=0, dtype=np.float64)
    return np.stack([rows[y == k].mean(axis=0) if np.any(y == k) else rows.mean(axis=0) for k in range(classes)]) * std


def _untrained(X, y, classes, reg):
    return np.zeros((classes, X.shape[1]))


_SLOPES = [
    (KNOWN, "The penalty is on the weights of features as they are; it should be on those of standardised ones.", _raw),
    (KNOWN, "Weights are those of standardised features: the layer is asked with features as they are.", _not_folded),
    (KNOWN, "Weights are divided by the standard deviation twice.", _folded_twice),
    (KNOWN, "Features are divided by their variance; it should be the standard deviation.", _variance),
    (KNOWN, "Nothing is penalised: `reg` is not used.", _weights(lambda W, b, reg, N: 0 * _squared(W))),
    (KNOWN, "The penalty is half of ours: no factor 1/2.", _weights(lambda W, b, reg, N: reg / 2 * _squared(W))),
    (KNOWN, "The penalty is twice ours.", _weights(lambda W, b, reg, N: 2 * reg * _squared(W))),
    (
        KNOWN,
        "Beside the losses the penalty is smaller by the number of images, as if it were divided by it, or losses were "
        "summed and not averaged.",
        _weights(lambda W, b, reg, N: reg / N * _squared(W)),
    ),
    (
        KNOWN,
        "The penalty is the mean of the squared weights; it should be their sum.",
        _weights(lambda W, b, reg, N: reg * (W**2).mean()),
    ),
    (
        KNOWN,
        "The penalty is the norm of the weights; it should be the sum of their squares.",
        _weights(lambda W, b, reg, N: reg * torch.sqrt(_squared(W) + 1e-12)),
    ),
    (
        KNOWN,
        "The penalty is the sum of absolute values; it should be that of the squares.",
        _weights(lambda W, b, reg, N: reg * torch.sqrt(W**2 + 1e-7).sum()),
    ),
    (
        KNOWN,
        "Biases are penalised, too; they go free.",
        _weights(lambda W, b, reg, N: reg * (_squared(W) + _squared(b))),
    ),
    (
        KNOWN,
        "There are no biases.",
        _weights(lambda W, b, reg, N: reg * _squared(W), biases=False),
    ),
    (
        KNOWN,
        "The penalty is half of ours, and biases are penalised, too: that is what an optimiser's weight decay does.",
        _weights(lambda W, b, reg, N: reg / 2 * (_squared(W) + _squared(b))),
    ),
    (
        KNOWN,
        "There is a softmax in front of the cross-entropy, which has one in it already.",
        _weights(
            lambda W, b, reg, N: reg * _squared(W),
            loss=lambda scores, y: functional.cross_entropy(scores.softmax(dim=1), y),
        ),
    ),
    (
        KNOWN,
        "The weights of each class are added up before they are squared: square each of them.",
        _weights(lambda W, b, reg, N: reg * (W.sum(dim=1) ** 2).sum()),
    ),
    (
        KNOWN,
        "The penalty has the strength of the default, whatever `reg` is.",
        _weights(lambda W, b, reg, N: DEFAULT * _squared(W)),
    ),
    (KNOWN, "`reg` comes in squared.", _weights(lambda W, b, reg, N: reg**2 * _squared(W))),
    (
        KNOWN,
        "Only the first class's weights are penalised; all are.",
        _weights(lambda W, b, reg, N: reg * _squared(W[0])),
    ),
    (
        KNOWN,
        "The last class's weights are held at zero; each class has weights of its own, and all are penalised.",
        _weights(lambda W, b, reg, N: reg * _squared(W) + 1e4 * _squared(W[-1])),
    ),
    (
        KNOWN,
        "Features are divided by their largest size; it should be the standard deviation.",
        _scaled(lambda X: np.abs(X).max(axis=0)),
    ),
    (
        KNOWN,
        "Features are divided by their range; it should be the standard deviation.",
        _scaled(lambda X: np.ptp(X, axis=0)),
    ),
    (KNOWN, "One standard deviation stands for all features; each has its own.", _scaled(lambda X: X.std(ddof=1))),
    (KNOWN, "Rows are standardised; it is the features, along the images, that should be.", _by_rows),
    (
        KNOWN,
        "The weights are multiplied by the standard deviations at the end; divide them.",
        _multiplied,
    ),
    (KNOWN, "The loss smooths the labels; it should be the plain cross-entropy.", _lossy(_smoothed)),
    (KNOWN, "The loss is that of squared differences; it should be the cross-entropy.", _lossy(_squared_differences)),
    (
        KNOWN,
        "Each class is told from all others by itself (binary cross-entropy); it should be one softmax for all.",
        _lossy(_against_the_rest),
    ),
    (
        KNOWN,
        "Classes count alike, however many images they have; it is the images that should count alike.",
        _lossy(_balanced),
    ),
    (
        KNOWN,
        "Every label is off by one class.",
        _lossy(labels=lambda y, classes: (y + 1) % classes),
    ),
    (
        KNOWN,
        "Every label is off by one class.",
        _lossy(labels=lambda y, classes: (y - 1) % classes),
    ),
    (
        KNOWN,
        "Labels stand in the opposite order of their features.",
        _lossy(labels=lambda y, classes: y[::-1].copy()),
    ),
    (KNOWN, "Only every second image is learned from.", _lossy(kept=slice(None, None, 2))),
    (KNOWN, "These are the means of the classes: nothing is trained.", _means),
    (KNOWN, "All weights are zero, as if it were never trained.", _untrained),
]


MISTAKES = {"slopes": all_remembered(_SLOPES)}
