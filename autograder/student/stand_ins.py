"""Arguments and replacements that are made in the student's process because they cannot cross as numbers.

`PLANTS` makes arguments: random generators and functions to differentiate. `STAND_INS` replaces one of the student's
own functions for a moment, so that an item can be judged although an earlier one is wrong.
"""

import importlib
from collections.abc import Callable

import numpy as np

from autograder.student import image_stand_ins


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

    The sum of W1's columns times the mean of the examples, each times its class counted from 1, so that it shows when
    labels stand beside other examples; plus the sum of b1, plus what the columns of W2 and the entries of b2 add up to
    at the right classes, plus reg * (sum of W1**2 + sum of W2**2). Its gradients need no chain rule.
    """

    def loss(X, y=None, reg=0.0):
        p = net.params
        if y is None:
            return np.zeros((len(X), len(p["b2"])))
        mean = (1 + np.asarray(y, dtype=int)) @ X / len(X)
        shares = np.bincount(np.asarray(y), minlength=len(p["b2"])) / len(y)
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


def filled(value):
    """An initialiser whose weights are all the same."""
    return lambda rng, inputs, units: np.full((inputs, units), value)


def odd_affine_forward(x, w, b):
    """A stand-in for the affine layer: sums, and no product of x and w."""
    out = np.sum(x.reshape(len(x), -1), axis=1, keepdims=True) - 0.5 * np.sum(w, axis=0) + b
    return out, ("odd", np.shape(x), np.shape(w))


def odd_affine_backward(dout, cache):
    """A stand-in that belongs to no layer: it tells which upstream gradient came, with which cache."""
    _, x_shape, w_shape = cache
    return np.full(x_shape, np.mean(dout)), np.full(w_shape, np.max(dout)), np.cumsum(dout, axis=0)[-1] + 1.0


def odd_relu_forward(x):
    """A stand-in for the ReLU: half of x, and one more."""
    return 0.5 * x + 1.0, (x, "odd")


def odd_relu_backward(dout, cache):
    """A stand-in that belongs to no layer."""
    return dout * np.tanh(cache[0])


def freeze_all(module):
    """A stand-in for `freeze` that is right; it returns the module, as some do."""
    return module.requires_grad_(False)


def expression(form, seed):
    """A function of numbers, for automatic differentiation: takes n numbers, returns a list of m.

    Parameters
    ----------
    form : str
        One operation ("sum", "product", "power", "exp", "sin"), "constants", "mixed" (many operations, parts used more
        than once), "outputs" (three outputs that share their parts) or "deep" (3000 operations in a row).
    seed : int
    """
    rng = np.random.default_rng(int(seed))
    numbers = [round(float(number), 3) for number in rng.uniform(0.2, 0.9, 8)]
    choices = rng.integers(0, 5, 12).tolist()
    return {
        "sum": lambda a, b, c: [a + b, c + a, b + b],
        "product": lambda a, b, c: [a * b, c * a, b * b],
        "power": lambda a, b, c: [a**3, b**-1, c ** numbers[0]],
        "exp": lambda a, b, c: [a.exp(), b.exp(), c.exp()],
        "sin": lambda a, b, c: [a.sin(), b.sin(), c.sin()],
        "constants": lambda a, b: [numbers[0] + a * numbers[1] - 2 * b, 1 - a, numbers[2] / b, (a - 0.5) / 4],
        "mixed": lambda *x: [_mixed(x, numbers, choices)],
        "outputs": lambda a, b, c: _outputs(a, b, c),
        "deep": lambda a, b: [_deep(a, b, numbers)],
    }[form]


def _mixed(x, numbers, choices):
    parts = list(x)
    for k, choice in enumerate(choices[:8]):
        one, other = parts[-1], parts[-2 - k % 2 % len(parts)]
        parts.append(
            (
                lambda p, q, n: p * q + n,
                lambda p, q, n: (p * n).sin() + q,
                lambda p, q, n: (p * -n).exp() * q,
                lambda p, q, n: p * n + q * q * 0.3,
                lambda p, q, n: (p * p + 1) ** -0.5 + q * n,
            )[choice](one, other, numbers[k % 8])
        )
    shared = parts[-1] * parts[-2]
    return shared * shared + shared * x[0] + x[-1]


def _outputs(a, b, c):
    shared = a * b
    twice = shared * shared + c
    return [twice + shared, shared.sin() * c, twice * twice + a]


def _deep(a, b, numbers):
    total = a
    for k in range(1500):
        total = total * (0.999 if k % 2 else 1.001) + b * (numbers[k % 8] / 1000)
    return total


def _of_torch(kind, module="torch_plants"):
    """A plant for which PyTorch is needed: loaded when it is asked for."""

    def plant(**settings):
        return getattr(importlib.import_module(f"autograder.student.{module}"), kind)(**settings)

    return plant


_TORCH = (
    "batches",
    "darkened",
    "drawn_weights",
    "halving_schedule",
    "optimiser",
    "parameter_counter",
    "plain_net",
    "probe_net",
    "reached_layers",
    "same_images",
    "shown_features",
    "tensor",
    "torch_generator",
    "tree_net",
)
_TRANSFER = (
    "error_raised",
    "little_backbone",
    "mixed_net",
    "modes_by_layer",
    "net_with_head",
    "rates_by_layer",
    "trained_flags",
    "trained_stages",
    "twice_net",
)
PLANTS: dict[str, Callable] = {kind: _of_torch(kind) for kind in _TORCH}
PLANTS |= {kind: _of_torch(kind, "transfer_plants") for kind in _TRANSFER}
PLANTS |= {
    "array_square": array_square,
    "expression": expression,
    "filled": filled,
    "first_class": first_class,
    "generator": generator,
    "halving": halving,
    "linear_net": linear_net,
    "weighted_sines": weighted_sines,
}
STAND_INS: dict[str, Callable] = {
    "counting_step": counting_step,
    "freeze_all": freeze_all,
    "leading_columns": leading_columns,
    "linear_loss": linear_loss,
    "odd_affine_backward": odd_affine_backward,
    "odd_affine_forward": odd_affine_forward,
    "odd_relu_backward": odd_relu_backward,
    "odd_relu_forward": odd_relu_forward,
    "odd_conv_forward": image_stand_ins.odd_conv_forward,
    "odd_conv_backward": image_stand_ins.odd_conv_backward,
    "odd_max_pool_forward": image_stand_ins.odd_pool_forward,
    "odd_max_pool_backward": image_stand_ins.odd_pool_backward,
    "odd_conv_relu_pool_forward": image_stand_ins.odd_conv_relu_pool_forward,
    "odd_conv_relu_pool_backward": image_stand_ins.odd_conv_relu_pool_backward,
}
