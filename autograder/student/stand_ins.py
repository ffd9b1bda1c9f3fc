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


PLANTS: dict[str, Callable] = {
    "array_square": array_square,
    "first_class": first_class,
    "generator": generator,
    "weighted_sines": weighted_sines,
}
STAND_INS: dict[str, Callable] = {"linear_loss": linear_loss}
