"""Well-known mistakes in a linear probe: weights (classes, F), as measured on standardised features."""

import numpy as np
import torch
from torch.nn import functional

from solutions.cnn.mistakes.remembering import all_remembered

KNOWN = "known mistake"


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
    (KNOWN, "All weights are zero, as if it were never trained.", _untrained),
]


MISTAKES = {"slopes": all_remembered(_SLOPES)}
