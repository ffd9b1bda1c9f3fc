"""Arguments and replacements that are made in the student's process because they cannot cross as numbers.

`PLANTS` makes arguments: random generators and functions to differentiate. `STAND_INS` replaces one of the student's
own functions for a moment, so that an item can be judged although an earlier one is wrong.
"""

from collections.abc import Callable

import numpy as np


def generator(seed):
    """A fresh random generator with this seed."""
    return np.random.default_rng(int(seed))


def weighted_sines(weights, twist):
    """f(x) = sum(weights * sin(x)) + twist * mean(x)**2.

    Its gradient is weights * cos(x) + twist * 2 * mean(x) / x.size.
    """

    def f(x):
        return float(np.sum(weights * np.sin(x)) + twist * np.mean(x) ** 2)

    return f


def array_square(weights):
    """f(x) = sum(weights * x**2), returned as a 0-d array, as careless functions do."""

    def f(x):
        return np.asarray(np.sum(weights * x * x))

    return f


def linear_loss(W, X, y, reg):
    """A loss that is easy to follow by hand: minus the mean score of the right class, plus reg * sum(W * W).

    W (D, C), X (N, D), y (N,); returns the loss and its gradient (D, C).
    """
    one_hot = np.eye(W.shape[1])[np.asarray(y)]
    loss = -np.sum((X @ W) * one_hot) / len(X) + reg * np.sum(W * W)
    return float(loss), -X.T @ one_hot / len(X) + 2 * reg * W


def first_class():
    """A `predict` that names class 0 for every example, where accuracy is beside the point."""
    return lambda X: np.zeros(len(X), dtype=int)


def linear_net(net):
    """A `loss` for the two-layer net `net` that is easy to follow by hand, and has nothing to do with its layers.

    The sum of W1's columns times the mean example, plus the sum of b1, plus what the columns of W2 and the entries of
    b2 add up to at the right classes, plus reg * (sum of W1**2 + sum of W2**2). Its gradients need no chain rule.
    """

    def loss(X, y=None, reg=0.0):
        p = net.params
        if y is None:
            return np.zeros((len(X), len(p["b2"])))
        mean, shares = np.mean(X, axis=0), np.bincount(np.asarray(y), minlength=len(p["b2"])) / len(y)
        value = np.sum(mean @ p["W1"]) + np.sum(p["b1"]) + np.sum(p["W2"] @ shares) + p["b2"] @ shares
        gradients = {
            "W1": np.repeat(mean[:, np.newaxis], len(p["b1"]), axis=1) + 2 * reg * p["W1"],
            "b1": np.ones(len(p["b1"])),
            "W2": np.repeat(shares[np.newaxis], len(p["b1"]), axis=0) + 2 * reg * p["W2"],
            "b2": shares,
        }
        return float(value + reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))), gradients

    return loss


def halving():
    """A schedule for the learning rate: half of it in every further epoch, and three times as much in the last."""
    return lambda epoch, epochs: 0.5**epoch * (3 if epoch == epochs - 1 else 1)


def counting_step(w, dw, config=None):
    """An update rule like no other: where config holds a "pull", every step goes further, by the pull times its number.

    It tells whether training hands each parameter's config back to it.
    """
    config = {} if config is None else config
    config["steps"] = config.get("steps", 0) + 1
    pull = config.get("pull", 0.0) * config["steps"]
    return w - config.get("learning_rate", 1.0) * (dw + pull), config


def leading_columns(X, params):
    """A forward pass whose scores are the first columns of X plus b2: what `predict` makes of scores shows at once."""
    return X[:, : len(params["b2"])] + params["b2"], np.zeros((len(X), len(params["b1"])))


PLANTS: dict[str, Callable] = {
    "array_square": array_square,
    "first_class": first_class,
    "generator": generator,
    "halving": halving,
    "linear_net": linear_net,
    "weighted_sines": weighted_sines,
}
STAND_INS: dict[str, Callable] = {
    "counting_step": counting_step,
    "leading_columns": leading_columns,
    "linear_loss": linear_loss,
}
