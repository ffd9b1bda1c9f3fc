"""Right versions of `two_layer_forward`, written as differently as students write it. All must earn full marks."""

import warnings

import numpy as np

from tests.mutants.collect import alternative

ITEM = "two_layer_net.forward"


@alternative(ITEM)
def loops_without_any_array_operation(X, params):
    (D, H), C = params["W1"].shape, len(params["b2"])
    scores, hidden = [], []
    for x in X.tolist():
        units = [max(0.0, sum(x[d] * float(params["W1"][d][h]) for d in range(D)) + float(params["b1"][h]))
                 for h in range(H)]  # fmt: skip
        hidden.append(units)
        scores.append([sum(units[h] * float(params["W2"][h, c]) for h in range(H)) + float(params["b2"][c])
                       for c in range(C)])  # fmt: skip
    return scores, hidden


@alternative(ITEM)
def einsum_and_where(X, params):
    pre = np.einsum("nd,dh->nh", X, params["W1"]) + params["b1"][np.newaxis, :]
    hidden = np.where(pre > 0, pre, 0)
    return np.einsum("nh,hc->nc", hidden, params["W2"]) + params["b2"][np.newaxis, :], hidden


@alternative(ITEM)
def relu_in_place_on_its_own_array(X, params):
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    hidden = X.dot(W1)
    hidden += b1
    hidden[hidden < 0] = 0
    return hidden.dot(W2) + b2, hidden


@alternative(ITEM)
def ones_appended_for_the_biases(X, params):
    def affine(inputs, W, b):
        return np.hstack([inputs, np.ones((len(inputs), 1))]) @ np.vstack([W, b])

    hidden = affine(X, params["W1"], params["b1"]).clip(min=0)
    return [affine(hidden, params["W2"], params["b2"]), hidden]


@alternative(ITEM)
def columns_instead_of_rows(X, params):
    pre = params["W1"].T @ X.T + params["b1"].reshape(-1, 1)
    hidden = pre * (pre > 0)
    return (params["W2"].T @ hidden + params["b2"].reshape(-1, 1)).T, hidden.T


@alternative(ITEM)
def half_of_the_sum_with_the_absolute_value(X, params, activation=None, *, verbose=True):
    if verbose:
        print("X", X.shape)
        warnings.warn("slow", stacklevel=1)
    pre = np.asfortranarray(X @ params["W1"] + params["b1"])
    hidden = (activation or (lambda z: (z + abs(z)) / 2))(pre)
    return hidden @ params["W2"] + params["b2"], hidden


@alternative(ITEM)
def single_precision_inside(X, params):
    p = {name: value.astype(np.float32) for name, value in params.items()}
    hidden = np.maximum(X.astype(np.float32) @ p["W1"] + p["b1"], np.float32(0))
    return hidden @ p["W2"] + p["b2"], hidden


@alternative(ITEM)
class LayersAsObjects:
    """A class whose call gives the pair; each layer is an object of its own."""

    class Affine:
        def __init__(self, W, b):
            self.W, self.b = W, b

        def __call__(self, X):
            return np.array([x @ self.W for x in X]) + self.b

    def __new__(cls, X, params):
        first, second = cls.Affine(params["W1"], params["b1"]), cls.Affine(params["W2"], params["b2"])
        hidden = np.fmax(first(X), 0)
        return second(hidden), hidden
