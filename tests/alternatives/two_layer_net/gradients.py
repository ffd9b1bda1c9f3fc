"""Right versions of `two_layer_backward`, as different as students' are. All must earn full marks, four times."""

import functools
import sys

import numpy as np

from tests.mutants.collect import alternative

ITEMS = tuple(f"two_layer_net.d{name}" for name in ("W1", "b1", "W2", "b2"))


@alternative(*ITEMS)
def loops_over_the_examples(dscores, X, hidden, params, reg):
    grads = {name: 2 * reg * p if name[0] == "W" else np.zeros(p.shape) for name, p in params.items()}
    for x, h, d in zip(X, hidden, dscores, strict=True):
        dh = [sum(params["W2"][k] * d) if h[k] > 0 else 0.0 for k in range(len(h))]
        grads["W2"] = grads["W2"] + np.outer(h, d)
        grads["b2"] = grads["b2"] + d
        grads["W1"] = grads["W1"] + np.outer(x, dh)
        grads["b1"] = grads["b1"] + dh
    return grads


@alternative(*ITEMS)
def einsum_and_where(dscores, X, hidden, params, reg):
    dpre = np.where(hidden > 0, np.einsum("nc,hc->nh", dscores, params["W2"]), 0.0)
    return {
        "b2": np.einsum("nc->c", dscores),
        "W2": np.einsum("nh,nc->hc", hidden, dscores) + reg * (params["W2"] + params["W2"]),
        "b1": np.einsum("nh->h", dpre),
        "W1": np.einsum("nd,nh->dh", X, dpre) + reg * (params["W1"] + params["W1"]),
    }


@alternative(*ITEMS)
def mask_recomputed_from_the_inputs(dscores, X, hidden, params, reg):
    pre = X @ params["W1"] + params["b1"]
    again = np.maximum(pre, 0)
    dhidden = dscores.dot(params["W2"].T)
    dhidden[pre <= 0] = 0
    grads = dict.fromkeys(("W1", "b1", "W2", "b2"))
    grads["W1"], grads["b1"] = X.T.dot(dhidden), np.sum(dhidden, axis=0)
    grads["W2"], grads["b2"] = again.T.dot(dscores), np.sum(dscores, axis=0)
    for name in ("W1", "W2"):
        grads[name] += 2 * reg * params[name]
    return grads


@alternative(*ITEMS)
def single_precision_inside(dscores, X, hidden, params, reg):
    d, X, h = (a.astype(np.float32) for a in (dscores, X, hidden))
    W1, W2 = params["W1"].astype(np.float32), params["W2"].astype(np.float32)
    dpre = (d @ W2.T) * np.sign(h)
    return {
        "W1": X.T @ dpre + np.float32(2 * reg) * W1,
        "b1": dpre.sum(0),
        "W2": h.T @ d + np.float32(2 * reg) * W2,
        "b2": d.sum(0),
    }


@alternative(*ITEMS)
def ones_appended_for_the_biases(dscores, X, hidden, params, reg, return_inputs=True):
    def back(upstream, inputs, W):
        both = np.hstack([inputs, np.ones((len(inputs), 1))]).T @ upstream
        return both[:-1] + 2 * reg * W, both[-1], upstream @ W.T

    dW2, db2, dhidden = back(dscores, hidden, params["W2"])
    dW1, db1, dX = back(dhidden * (hidden != 0), X, params["W1"])
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    return grads | {"X": dX, "cache": None} if return_inputs else grads


@alternative(*ITEMS)
def lists_and_fortran_order(dscores, X, hidden, params, reg):
    print("backward", file=sys.stderr)
    dpre = np.asfortranarray(np.matmul(dscores, np.transpose(params["W2"])))
    dpre *= np.heaviside(hidden, 0)
    dW1 = sum(np.multiply.outer(x, d) for x, d in zip(X, dpre, strict=True)) + 2 * reg * params["W1"]
    dW2 = np.tensordot(hidden, dscores, axes=(0, 0)) + 2 * reg * params["W2"]
    ones = np.ones(len(X))
    return {"W1": np.asfortranarray(dW1), "b1": (ones @ dpre).tolist(), "W2": dW2.tolist(), "b2": list(ones @ dscores)}


@functools.lru_cache(maxsize=2)
def names():
    return "W1", "b1", "W2", "b2"


@alternative(*ITEMS)
class BackwardAsAClass(dict):
    """A dict that fills itself: calling its class gives the gradients."""

    def __init__(self, dscores, X, hidden, params, reg):
        dpre = np.ma.masked_array(dscores @ params["W2"].T, mask=hidden <= 0).filled(0.0)
        values = (X.T @ dpre, dpre.sum(axis=0), (dscores.T @ hidden).T, dscores.sum(axis=0))
        for name, value in zip(names(), values, strict=True):
            self[name] = value + (2 * reg * params[name] if value.ndim == 2 else 0)


@alternative(*ITEMS)
def numbers_of_the_slopes_of_a_linear_form(dscores, X, hidden, params, reg):
    """What goes back through affine layers is linear, so a difference over any step is exact."""
    open_units = (hidden > 0).astype(float)

    def form(p):
        return np.sum(dscores * ((open_units * (X @ p["W1"] + p["b1"])) @ params["W2"])), np.sum(
            dscores * (hidden @ p["W2"] + p["b2"])
        )

    grads = {}
    for name, value in params.items():
        grads[name] = np.zeros(value.shape)
        for index in np.ndindex(*value.shape):
            moved = value.astype(float)
            moved[index] += 1
            part = int(name.endswith("2"))
            grads[name][index] = form(params | {name: moved})[part] - form(params)[part]
            if name.startswith("W"):
                grads[name][index] += 2 * reg * value[index]
    return grads
