"""Well-known mistakes in the sandwich and the net that are built by hand."""

import numpy as np

from solutions.cnn.fast import conv_backward_fast, conv_forward_fast, max_pool_backward_fast, max_pool_forward_fast
from solutions.cnn.for_checks import convnet
from solutions.softmax.loss import softmax

KNOWN = "known mistake"


def _in_order(first, second):
    """The sandwich's output with its layers in another order."""

    def wrong(x, w, b, conv_param, pool_param):
        out = conv_forward_fast(x, w, b, conv_param)[0]
        for layer in (first, second):
            if layer == "relu":
                out = np.maximum(out, 0)
            elif layer == "pool":
                out = max_pool_forward_fast(out, pool_param)[0]
        return out

    return wrong


_SANDWICH_OUTPUT = [
    (KNOWN, "There is no ReLU.", _in_order("pool", None)),
    (KNOWN, "There is no pooling.", _in_order("relu", None)),
    (KNOWN, "There are neither ReLU nor pooling.", _in_order(None, None)),
]


def _sandwich_back(relu=True, scores=None):
    """The way back with the ReLU left out, or closed where something else than its input is negative."""

    def wrong(x, w, b, conv_param, pool_param, dout):
        out, cache = conv_forward_fast(x, w, b, conv_param)
        _, pool_cache = max_pool_forward_fast(np.maximum(out, 0), pool_param)
        dactive = max_pool_backward_fast(dout, pool_cache)
        if relu:
            dactive = dactive * scores(out, dactive)
        return conv_backward_fast(dactive, cache)

    return wrong


_SANDWICH_GRADIENTS = [
    (KNOWN, "The gradient does not go back through the ReLU.", _sandwich_back(relu=False)),
    (
        KNOWN,
        "The ReLU is closed where the gradient is negative, not where its input was.",
        _sandwich_back(scores=lambda out, dout: dout > 0),
    ),
    (KNOWN, "The ReLU is open where its input was negative.", _sandwich_back(scores=lambda out, dout: out < 0)),
]


def _net(change):
    """Loss and gradients of a net changed by `change(loss, grads, params, reg)`."""

    def wrong(params, reg, X, y):
        _, loss, grads = convnet(False, params, reg, X, y)
        loss, grads = change(loss, dict(grads), params, reg)
        return None, loss, grads

    return wrong


def _halved(loss, grads, params, reg):
    penalty = reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    return loss - penalty / 2, {name: grads[name] - reg * params[name] for name in ("W1", "W2")}


def _unregularised_gradients(loss, grads, params, reg):
    return loss, {name: grads[name] - 2 * reg * params[name] for name in ("W1", "W2")}


def _biases_too(loss, grads, params, reg):
    return loss + reg * (np.sum(params["b1"] ** 2) + np.sum(params["b2"] ** 2)), {}


def _decayed(name):
    return lambda loss, grads, params, reg: (None, {name: grads[name] + 2 * reg * params[name]})


_SPARED = "The biases are regularised, too; here they are spared."
_CONVNET = [
    (
        "regularisation",
        "The regularisation is half of ours, in the loss and in the gradients: a factor 1/2 that other courses have.",
        _net(_halved),
    ),
    (
        "regularisation",
        "The gradients leave the regularisation out, which the loss holds.",
        _net(_unregularised_gradients),
    ),
    ("regularisation", _SPARED, _net(_biases_too)),
    ("regularisation", _SPARED, _net(_decayed("b1"))),
    ("regularisation", _SPARED, _net(_decayed("b2"))),
    (
        KNOWN,
        "These are probabilities, not scores: the softmax belongs to the loss.",
        lambda params, reg, X, y: (softmax(convnet(False, params, reg, X, y)[0]), None, None),
    ),
    (
        KNOWN,
        "There is another ReLU behind the last layer: scores may be negative.",
        lambda params, reg, X, y: (np.maximum(convnet(False, params, reg, X, y)[0], 0), None, None),
    ),
]


MISTAKES = {
    "sandwich_output": _SANDWICH_OUTPUT,
    "sandwich_gradients": _SANDWICH_GRADIENTS,
    "convnet": _CONVNET,
}
