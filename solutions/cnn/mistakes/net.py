"""Well-known mistakes in the sandwich and the net that are built by hand."""

import numpy as np

from solutions.cnn.fast import conv_backward_fast, conv_forward_fast, max_pool_backward_fast, max_pool_forward_fast
from solutions.cnn.for_checks import convnet
from solutions.cnn.sandwiches import conv_relu_pool_backward, conv_relu_pool_forward
from solutions.layers import softmax_loss
from solutions.softmax.loss import softmax

KNOWN = "known mistake"


def _in_order(first, second, bias=1, images=lambda x: x):
    """The sandwich's output with its layers in another order, so many times the bias, or other images."""

    def wrong(x, w, b, conv_param, pool_param):
        out = conv_forward_fast(images(x), w, bias * b, conv_param)[0]
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
    (KNOWN, "The bias is left out.", _in_order("relu", "pool", bias=0)),
    (
        KNOWN,
        "The ReLU comes first; it belongs behind the convolution.",
        _in_order("pool", None, images=lambda x: np.maximum(x, 0)),
    ),
    (
        KNOWN,
        "The bias is added once more behind the ReLU; the convolution adds it already.",
        lambda x, w, b, *param: _in_order("relu", "pool")(x, w, b, *param) + b[:, None, None],
    ),
    (
        KNOWN,
        "The bias is added behind the ReLU; it belongs to the convolution, before it.",
        lambda x, w, b, *param: _in_order("relu", "pool", bias=0)(x, w, b, *param) + b[:, None, None],
    ),
]


def _sandwich_back(relu=True, scores=lambda out, dactive: out > 0, upstream=lambda dout: dout, spread=None):
    """The way back with the ReLU left out, or closed where something else than its input is negative.

    Parameters
    ----------
    upstream : function
        Another upstream gradient, from the right one.
    spread : function, optional
        What stands in the place of the pooling's way back: from (upstream, shape).
    """

    def wrong(x, w, b, conv_param, pool_param, dout):
        out, cache = conv_forward_fast(x, w, b, conv_param)
        _, pool_cache = max_pool_forward_fast(np.maximum(out, 0), pool_param)
        dactive = spread(dout, out.shape) if spread else max_pool_backward_fast(upstream(dout), pool_cache)
        if relu:
            dactive = dactive * scores(out, dactive)
        return conv_backward_fast(dactive, cache)

    return wrong


def _of_the_images(x, *given):
    """The way back through the convolution and the pooling alone, and then through the images' signs."""
    return _sandwich_back(relu=False)(x, *given)[0] * (x > 0), None, None


def _relu_first(x, w, b, conv_param, pool_param, dout):
    """The way back of a sandwich whose ReLU comes before its convolution."""
    out, cache = conv_forward_fast(np.maximum(x, 0), w, b, conv_param)
    _, pool_cache = max_pool_forward_fast(out, pool_param)
    dx, dw, db = conv_backward_fast(max_pool_backward_fast(dout, pool_cache), cache)
    return dx * (x > 0), dw, db


def _db_a_mean(x, w, b, conv_param, pool_param, dout):
    places = conv_forward_fast(x, w, b, conv_param)[0][:, 0].size
    return None, None, _sandwich_back()(x, w, b, conv_param, pool_param, dout)[2] / places


_SANDWICH_GRADIENTS = [
    (
        KNOWN,
        "The ReLU is closed where the images are negative; it is the convolution's output that counts.",
        _of_the_images,
    ),
    (KNOWN, "The ReLU comes before the convolution; it belongs behind it.", _relu_first),
    (KNOWN, "The gradient does not go back through the ReLU.", _sandwich_back(relu=False)),
    (
        KNOWN,
        "dout is not used: these are the gradients of the sum of all outputs, a dout of ones.",
        _sandwich_back(upstream=np.ones_like),
    ),
    (
        KNOWN,
        "dout does not go back through the pooling, but is repeated until it fills the images; the largest number of "
        "each window gets it.",
        _sandwich_back(spread=np.resize),
    ),
    (KNOWN, "db is a mean over images and places; take the sum.", _db_a_mean),
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


def _regularised(times):
    """Loss and gradients with so many times the penalty."""

    def change(loss, grads, params, reg):
        more = (times - 1) * reg
        penalty = more * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
        return loss + penalty, {name: grads[name] + 2 * more * params[name] for name in ("W1", "W2")}

    return _net(change)


def _unregularised_gradients(loss, grads, params, reg):
    return loss, {name: grads[name] - 2 * reg * params[name] for name in ("W1", "W2")}


def _biases_too(loss, grads, params, reg):
    return loss + reg * (np.sum(params["b1"] ** 2) + np.sum(params["b2"] ** 2)), {}


def _decayed(name):
    return lambda loss, grads, params, reg: (None, {name: grads[name] + 2 * reg * params[name]})


def _penalised(of):
    """A net whose penalty is the sum of `of(weights)` over both, with the right gradients."""

    def change(loss, grads, params, reg):
        more = sum(float(of(params[name]) - np.sum(params[name] ** 2)) for name in ("W1", "W2"))
        return loss + reg * more, {}

    return _net(change)


def _decay_of_squares(loss, grads, params, reg):
    return None, {name: grads[name] + 2 * reg * (params[name] ** 2 - params[name]) for name in ("W1", "W2")}


def _scored(images=lambda X: X, weights=lambda params, X: params):
    """Scores of other images, or of other parameters."""
    return lambda params, reg, X, y: (convnet(False, params | weights(params, X), reg, images(X), y)[0], None, None)


def _laid_out_last(params, X):
    """The affine layer's weights as pooled images meet them that are laid out with the channels last."""
    F, (H, W) = len(params["b1"]), (n // 2 for n in X.shape[2:])
    return {"W2": params["W2"].reshape(H, W, F, -1).transpose(2, 0, 1, 3).reshape(params["W2"].shape)}


def _from(upstream, back=lambda dpooled, pooled: dpooled, loss=None):
    """Gradients for another upstream gradient of the scores, or of the pooled images.

    Parameters
    ----------
    upstream : function
        From (scores, y) to the upstream gradient (N, classes).
    back : function
        From (dpooled, pooled) to what goes back into the sandwich.
    loss : function, optional
        The loss without regularisation that belongs to it, from (scores, y).
    """

    def wrong(params, reg, X, y):
        conv_param = {"stride": 1, "pad": params["W1"].shape[2] // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        pooled, cache = conv_relu_pool_forward(X, params["W1"], params["b1"], conv_param, pool_param)
        scores = pooled.reshape(len(X), -1) @ params["W2"] + params["b2"]
        dscores = upstream(scores, y)
        dpooled = (dscores @ params["W2"].T).reshape(pooled.shape)
        _, dW1, db1 = conv_relu_pool_backward(back(dpooled, pooled), cache)
        dW2, db2 = pooled.reshape(len(X), -1).T @ dscores, dscores.sum(axis=0)
        squares = sum(float(np.sum(params[name] ** 2)) for name in ("W1", "W2"))
        found = {"W1": dW1 + 2 * reg * params["W1"], "b1": db1, "W2": dW2 + 2 * reg * params["W2"], "b2": db2}
        return None, loss and loss(scores, y) + reg * squares, found

    return wrong


def _twice_softmax(part):
    return lambda scores, y: softmax_loss(softmax(scores), y)[part]


_SPARED = "The biases are regularised, too; here they are spared."
_CONVNET = [
    (
        "regularisation",
        "The regularisation is half of ours, in the loss and in the gradients: a factor 1/2 that other courses have.",
        _regularised(0.5),
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
    (
        KNOWN,
        "The affine layer's bias is left out of the scores.",
        _scored(weights=lambda params, X: {"b2": 0 * params["b2"]}),
    ),
    (
        KNOWN,
        "The filters' biases are left out of the scores.",
        _scored(weights=lambda params, X: {"b1": 0 * params["b1"]}),
    ),
    (
        KNOWN,
        "The filters do not come in: the scores are those of the biases alone, and the same for all images.",
        _scored(weights=lambda params, X: {"W1": 0 * params["W1"]}),
    ),
    (
        KNOWN,
        "The images are divided by 255 first; the net takes them as they are.",
        _scored(images=lambda X: X / 255),
    ),
    (
        KNOWN,
        "The mean of the images is subtracted first; the net takes them as they are.",
        _scored(images=lambda X: X - X.mean(axis=0)),
    ),
    (
        KNOWN,
        "The pooled images are laid out as rows with the channels last; here they keep the order N, F, H, W.",
        _scored(weights=_laid_out_last),
    ),
    ("regularisation", "The weights are added up without their squares.", _penalised(np.sum)),
    (
        "regularisation",
        "The absolute values of the weights are added up; it should be their squares.",
        _penalised(lambda W: np.abs(W).sum()),
    ),
    (
        "regularisation",
        "The penalty is the mean of the squared weights; it should be their sum.",
        _penalised(lambda W: np.mean(W**2)),
    ),
    (
        "regularisation",
        "The penalty is the norm of the weights; it should be the sum of their squares.",
        _penalised(np.linalg.norm),
    ),
    (
        "regularisation",
        "The penalty's gradient holds the squares of the weights; the derivative of a square is twice the weight.",
        _net(_decay_of_squares),
    ),
    (
        KNOWN,
        "There is a softmax in front of the loss, which has one in it already.",
        _from(_twice_softmax(1), loss=_twice_softmax(0)),
    ),
    (
        KNOWN,
        "The scores themselves go back; it should be the gradient of the loss by the scores.",
        _from(lambda scores, y: scores),
    ),
    (
        KNOWN,
        "Ones go back in the place of the gradient of the loss by the scores.",
        _from(lambda scores, y: np.ones_like(scores)),
    ),
    (
        KNOWN,
        "What comes out of the sandwich goes back into it; it should be the gradient by it.",
        _from(lambda scores, y: softmax_loss(scores, y)[1], back=lambda dpooled, pooled: pooled),
    ),
]


MISTAKES = {
    "sandwich_output": _SANDWICH_OUTPUT,
    "sandwich_gradients": _SANDWICH_GRADIENTS,
    "convnet": _CONVNET,
}
