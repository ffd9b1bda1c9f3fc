"""What this homework's modules share: parameters to draw, a gradient in a dict, the student's own loss."""

import math

import numpy as np

from autograder.compare import Comparison, numbers
from autograder.namespace import Failure

PARAMS = ("W1", "b1", "W2", "b2")
RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


def parameters(rng, D, H, C, size=1.0):
    """Parameters none of which is zero or small."""
    return {
        "W1": size * rng.standard_normal((D, H)) / math.sqrt(D),
        "b1": 0.5 * size * rng.standard_normal(H),
        "W2": size * rng.standard_normal((H, C)) / math.sqrt(H),
        "b2": 0.5 * size * rng.standard_normal(C),
    }


def in_float32(value):
    """An array in single precision, or a dict of arrays."""
    if isinstance(value, dict):
        return {name: array.astype(np.float32) for name, array in value.items()}
    return value.astype(np.float32)


def entry(grads, name):
    """One gradient of the dict that came back, and whether it stands there under its name."""
    if isinstance(grads, Failure):
        return grads, grads
    if not isinstance(grads, dict):
        wrong = Failure(
            f"The function should return a dict with {', '.join(map(repr, PARAMS))}; it returned none.", "value"
        )
        in_order = isinstance(grads, (tuple, list)) and len(grads) == len(PARAMS)
        return (grads[PARAMS.index(name)] if in_order else wrong), wrong
    if name in grads:
        return grads[name], Comparison(True)
    near = [
        key
        for key in grads
        if key.lower().lstrip("d").removeprefix("grad").removesuffix("grad").strip("_") == name.lower()
    ]
    have = ", ".join(map(repr, sorted(grads))) or "nothing"
    named = Failure(f"There is no {name!r} in the dict of gradients; there is {have}.", "value")
    return (grads[near[0]] if near else named), named


def own_loss(exam, params, X, y, reg):
    """The student's own loss (a float) and dict of gradients, through their own three functions; or `Failure`s."""
    student = exam.student
    first = student.call("two_layer_forward", X, params, keep=True)
    scores, hidden = (student.call(first, k, attribute="__getitem__", keep=True) for k in (0, 1))
    second = student.call("two_layer_loss", scores, y, params, reg, keep=True)
    value = numbers(student.call(second, 0, attribute="__getitem__"), "the loss")
    dscores = student.call(second, 1, attribute="__getitem__", keep=True)
    grads = student.call("two_layer_backward", dscores, X, hidden, params, reg)
    if isinstance(value, Failure) or value.size != 1 or not np.isfinite(value).all() or np.iscomplexobj(value):
        return Failure("your own loss is not one number.", "value"), grads
    return float(value.item()), grads
