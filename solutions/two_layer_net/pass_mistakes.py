"""What well-known mistakes compute, so that a wrong number can be called by its name: the passes and the loss.

Lists of (kind, what to tell the student, wrong version). The wrong versions return what the right function returns;
None where that part of the result is not affected.
"""

import numpy as np

from solutions.softmax.loss import softmax
from solutions.softmax.score_mistakes import ROUNDED_TO_ZERO, SCORE_MISTAKES, WRITTEN_IN
from solutions.two_layer_net.passes import two_layer_backward, two_layer_forward, two_layer_loss


def _before_relu(X, params):
    return X @ params["W1"] + params["b1"]


def _out(hidden, params):
    return hidden @ params["W2"] + params["b2"]


def _with(activation):
    """The forward pass with another activation in place of the ReLU."""

    def wrong(X, params):
        hidden = activation(_before_relu(X, params))
        return _out(hidden, params), hidden

    return wrong


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _without(name):
    """The forward pass without one of the biases."""

    def wrong(X, params):
        return two_layer_forward(X, params | {name: np.zeros_like(params[name])})

    return wrong


def _onto_weights(weights, bias):
    """The forward pass with a bias added to its weights, inside the product."""

    def wrong(X, params):
        inside = params | {weights: params[weights] + params[bias], bias: np.zeros_like(params[bias])}
        return two_layer_forward(X, inside)

    return wrong


def _relu_on_scores(X, params):
    return np.maximum(0, two_layer_forward(X, params)[0]), None


def _bias_after_relu(X, params):
    hidden = np.maximum(0, X @ params["W1"]) + params["b1"]
    return _out(hidden, params), hidden


def _hidden_before_relu(X, params):
    return None, _before_relu(X, params)


def _relu_not_passed_on(X, params):
    return _out(_before_relu(X, params), params), None


def _softmax_of_scores(X, params):
    return softmax(two_layer_forward(X, params)[0]), None


def _biases_times(factor):
    return lambda X, params: two_layer_forward(X, params | {name: factor * params[name] for name in ("b1", "b2")})


def _raw_products(X, params):
    return _out(X @ params["W1"], params), None


def _shared_out(size):
    """The forward pass with hidden units that are divided by the `size` of each example's."""

    def wrong(X, params):
        hidden = two_layer_forward(X, params)[1]
        sizes = size(hidden, axis=1, keepdims=True)
        return _out(hidden / np.where(sizes == 0, 1, sizes), params), None

    return wrong


def _written_in(number):
    """A regularisation of its own, whatever `reg` is."""
    return lambda scores, y, params, reg: (
        None if reg == number else _data_loss(scores, y, params) + _penalty(params, number),
        None,
    )


def _reg_squared(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg**2), None


def _one_layer_alone(name):
    """The loss with one layer's squares multiplied with reg, and the other's as they are."""
    other = {"W1": "W2", "W2": "W1"}[name]
    return lambda scores, y, params, reg: (
        _data_loss(scores, y, params) + _penalty(params, reg, (name,)) + _penalty(params, 1.0, (other,)),
        None,
    )


def _penalty(params, reg, names=("W1", "W2"), f=np.square):
    return reg * sum(np.sum(f(params[name])) for name in names)


def _data_loss(scores, y, params):
    return two_layer_loss(scores, y, params, 0.0)[0]


def _of_scores(wrong):
    """A loss and gradient from a mistake in the scores' part; the regularisation is right."""

    def whole(scores, y, params, reg):
        loss, dscores = wrong(scores, y)
        return None if loss is None else loss + _penalty(params, reg), dscores

    return whole


def _biases_too(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg, ("W1", "b1", "W2", "b2")), None


def _weights_not_squared(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg, f=np.asarray), None


def _norms_not_squared(scores, y, params, reg):
    norms = np.linalg.norm(params["W1"]) + np.linalg.norm(params["W2"])
    return _data_loss(scores, y, params) + reg * norms, None


def _absolute_weights(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg, f=np.abs), None


def _penalty_divided(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg) / len(scores), None


def _mean_penalty(scores, y, params, reg):
    means = np.mean(params["W1"] ** 2) + np.mean(params["W2"] ** 2)
    return _data_loss(scores, y, params) + reg * means, None


def _one_layer_twice(name):
    """The loss with one layer's squares in the place of the other's."""

    def wrong(scores, y, params, reg):
        return _data_loss(scores, y, params) + _penalty(params, reg, (name, name)), None

    return wrong


def _back_through(mask):
    """The first layer's gradients, with `mask(dhidden, X, hidden, params)` for the derivative of the ReLU."""

    def wrong(name, dscores, X, hidden, params, reg):
        dhidden = dscores @ params["W2"].T
        dpre = dhidden * mask(dhidden, X, hidden, params)
        if name == "W1":
            return X.T @ dpre + 2 * reg * params["W1"]
        return dpre.sum(axis=0) if name == "b1" else None

    return wrong


def _leak(share):
    return _back_through(lambda dhidden, X, hidden, params: np.where(hidden > 0, 1, share))


def _divided_again(name, dscores, X, hidden, params, reg):
    grads = two_layer_backward(dscores / len(X), X, hidden, params, reg)
    return grads[name]


def _decay(factor):
    """The gradient with another factor before reg * W, where a weight is regularised at all."""

    def wrong(name, dscores, X, hidden, params, reg):
        if not reg or not name.startswith("W"):
            return None
        return two_layer_backward(dscores, X, hidden, params, 0.0)[name] + factor * reg * params[name]

    return wrong


def _biases_decayed(factor):
    """A bias's gradient with a regularisation part, where there is any."""

    def wrong(name, dscores, X, hidden, params, reg):
        if not reg or not name.startswith("b"):
            return None
        return two_layer_backward(dscores, X, hidden, params, 0.0)[name] + factor * reg * params[name]

    return wrong


def _one_for_all(name, dscores, X, hidden, params, reg):
    if not name.startswith("b"):
        return None
    right = two_layer_backward(dscores, X, hidden, params, reg)[name]
    return np.full_like(right, right.sum())


def _closed_for_second(name, dscores, X, hidden, params, reg):
    if name != "W2":
        return None
    return (hidden > 0).T @ dscores + 2 * reg * params["W2"]


def _of_examples(chosen):
    """The gradients of some examples alone; `chosen` takes an array along the examples."""

    def wrong(name, dscores, X, hidden, params, reg):
        return two_layer_backward(chosen(dscores), chosen(X), chosen(hidden), params, reg)[name]

    return wrong


def _largest_share(name, dscores, X, hidden, params, reg):
    return dscores.max(axis=0) if name == "b2" else None


def _second_layer_as(change):
    """The first layer's gradients, with `change(W2)` in the place of W2 on the way back."""

    def wrong(name, dscores, X, hidden, params, reg):
        if name not in ("W1", "b1"):
            return None
        return two_layer_backward(dscores, X, hidden, params | {"W2": change(params["W2"])}, reg)[name]

    return wrong


def _how_often_open(name, dscores, X, hidden, params, reg):
    return (hidden > 0).sum(axis=0).astype(float) if name == "b1" else None


def _weights_in_decay(change, without_reg=False):
    """The gradient with `change(W, reg)` for the regularisation's part, `without_reg` where there is none, too."""

    def wrong(name, dscores, X, hidden, params, reg):
        if not (reg or without_reg) or not name.startswith("W"):
            return None
        return two_layer_backward(dscores, X, hidden, params, 0.0)[name] + change(params[name], reg)

    return wrong


def _hidden_without_bias(name, dscores, X, hidden, params, reg):
    if name != "W2":
        return None
    return two_layer_backward(dscores, X, np.maximum(0, X @ params["W1"]), params, reg)[name]


_HALF = (
    "Your value holds half of the regularisation part: reg * W, where the derivative of reg * W**2 is 2 * reg * W. In "
    "a course whose loss has a factor 1/2 before reg this is right; ours has none."
)
BACKWARD = [
    (
        "known mistake",
        "The gradient passes through every ReLU, closed ones too: where a hidden unit gives zero, nothing goes back.",
        _leak(1),
    ),
    (
        "known mistake",
        "The gradient is multiplied with the hidden values; the derivative of an open ReLU is 1, whatever its value.",
        _back_through(lambda dhidden, X, hidden, params: hidden),
    ),
    (
        "known mistake",
        "The gradient passes through the ReLUs that are closed, and is stopped at those that are open.",
        _back_through(lambda dhidden, X, hidden, params: hidden <= 0),
    ),
    (
        "known mistake",
        "A ReLU is laid on the gradient itself, going by the gradient's sign: what counts is whether the hidden unit "
        "was open on the way forward.",
        _back_through(lambda dhidden, X, hidden, params: dhidden > 0),
    ),
    (
        "known mistake",
        "Negative gradients are set to zero as well: only closed ReLUs stop them.",
        _back_through(lambda dhidden, X, hidden, params: (dhidden > 0) & (hidden > 0)),
    ),
    (
        "known mistake",
        "Whether a ReLU was open is read off X @ W1, without the bias b1.",
        _back_through(lambda dhidden, X, hidden, params: X @ params["W1"] > 0),
    ),
    ("known mistake", "Closed ReLUs let a hundredth of the gradient through (a leaky ReLU's derivative).", _leak(0.01)),
    ("known mistake", "Closed ReLUs let a tenth of the gradient through (a leaky ReLU's derivative).", _leak(0.1)),
    (
        "factor",
        "The data part is divided by N once more, or is a mean where a sum is meant: dscores already holds the 1/N.",
        _divided_again,
    ),
    ("regularisation", _HALF, _decay(1)),
    ("regularisation", "The regularisation part is missing: the loss holds reg * (sum of the squares).", _decay(0)),
    ("regularisation", "The regularisation part is there twice: it is 2 * reg * W.", _decay(4)),
    ("regularisation", "The regularisation part has the wrong sign.", _decay(-2)),
    ("regularisation", "The biases are regularised too; in this course they are not.", _biases_decayed(2)),
    ("regularisation", "The biases are regularised too; in this course they are not.", _biases_decayed(1)),
    ("axis", "All entries are the same, the sum of all: sum over the examples alone.", _one_for_all),
    (
        "known mistake",
        "The hidden units count as 1 where they are open; dW2 needs their values.",
        _closed_for_second,
    ),
    ("known mistake", "The last example is left out.", _of_examples(lambda a: a[:-1])),
    ("known mistake", "The first example is left out.", _of_examples(lambda a: a[1:])),
    ("known mistake", "This is the first example's share alone: sum over all examples.", _of_examples(lambda a: a[:1])),
    ("known mistake", "This is the last example's share alone: sum over all examples.", _of_examples(lambda a: a[-1:])),
    ("axis", "This is the largest entry of each column of dscores; db2 is their sum.", _largest_share),
    (
        "known mistake",
        "The weights of the second layer enter with their signs alone on the way back.",
        _second_layer_as(np.sign),
    ),
    (
        "known mistake",
        "The way back does not go through W2: the second layer is left out.",
        _second_layer_as(np.ones_like),
    ),
    (
        "known mistake",
        "The derivative is that of a sigmoid, h * (1 - h); an open ReLU's is 1.",
        _back_through(lambda dhidden, X, hidden, params: hidden * (1 - hidden)),
    ),
    (
        "known mistake",
        "A unit counts as open where it gives more than 0.5; a ReLU is open above 0.",
        _back_through(lambda dhidden, X, hidden, params: hidden > 0.5),
    ),
    (
        "known mistake",
        "This counts how often each hidden unit was open; their gradients must be added up.",
        _how_often_open,
    ),
    (
        "regularisation",
        "The regularisation adds the weights' signs, as the derivative of absolute values; that of squares is 2 * W.",
        _weights_in_decay(lambda W, reg: 2 * reg * np.sign(W)),
    ),
    (
        "regularisation",
        "The regularisation adds the weights' signs, as the derivative of absolute values; that of squares is 2 * W.",
        _weights_in_decay(lambda W, reg: reg * np.sign(W)),
    ),
    (
        "regularisation",
        "The regularisation adds one number to all entries, without the weights: it is 2 * reg * W.",
        _weights_in_decay(lambda W, reg: 2 * reg * np.ones_like(W)),
    ),
    (
        "regularisation",
        "The regularisation adds one number to all entries, without the weights: it is 2 * reg * W.",
        _weights_in_decay(lambda W, reg: reg * np.ones_like(W)),
    ),
    (
        "regularisation",
        "reg is missing: the weights decay by 2 * W, whatever reg is.",
        _weights_in_decay(lambda W, reg: 2 * W, without_reg=True),
    ),
    ("regularisation", "reg is squared, or multiplied in twice.", _weights_in_decay(lambda W, reg: 2 * reg**2 * W)),
    ("known mistake", "The hidden units are worked out anew, without the bias b1.", _hidden_without_bias),
]

FORWARD = [
    (
        "known mistake",
        "The scores are cut off at zero: there is a ReLU on them. It belongs between the layers alone.",
        _relu_on_scores,
    ),
    (
        "known mistake",
        "There is no ReLU: the second layer works on X @ W1 + b1 as it is, so the net is linear.",
        _relu_not_passed_on,
    ),
    (
        "known mistake",
        "`hidden` is what stands before the ReLU; it must be what the hidden units give on, with the negative "
        "numbers set to zero.",
        _hidden_before_relu,
    ),
    ("known mistake", "The bias b1 is added after the ReLU; it belongs before it.", _bias_after_relu),
    (
        "known mistake",
        "The bias b1 is added to W1, inside the product; it belongs behind it: X @ W1 + b1.",
        _onto_weights("W1", "b1"),
    ),
    (
        "known mistake",
        "The bias b2 is added to W2, inside the product; it belongs behind it: hidden @ W2 + b2.",
        _onto_weights("W2", "b2"),
    ),
    ("known mistake", "The bias b1 is missing.", _without("b1")),
    ("known mistake", "The bias b2 is missing.", _without("b2")),
    ("known mistake", "The activation is a sigmoid, not a ReLU.", _with(_sigmoid)),
    ("known mistake", "The activation is tanh, not a ReLU.", _with(np.tanh)),
    ("known mistake", "The activation is the absolute value: a ReLU gives 0 for negative numbers.", _with(np.abs)),
    (
        "known mistake",
        "Negative numbers are made smaller (a leaky ReLU); a ReLU gives exactly 0 for them.",
        _with(lambda z: np.where(z > 0, z, 0.01 * z)),
    ),
    (
        "known mistake",
        "Negative numbers are made smaller (a leaky ReLU); a ReLU gives exactly 0 for them.",
        _with(lambda z: np.where(z > 0, z, 0.1 * z)),
    ),
    (
        "sign",
        "The ReLU lets the negative numbers through, and stops the positive ones.",
        _with(lambda z: np.minimum(0, z)),
    ),
    ("known mistake", "These are probabilities: the softmax belongs into the loss, not here.", _softmax_of_scores),
    ("known mistake", "Both biases are missing.", _biases_times(0)),
    ("known mistake", "The biases are taken off; they are added.", _biases_times(-1)),
    (
        "known mistake",
        "The activation is a softplus, log(1 + exp(z)), not a ReLU.",
        _with(lambda z: np.logaddexp(0, z)),
    ),
    (
        "known mistake",
        "The activation is a step: 1 where a unit is open. A ReLU gives on the number itself.",
        _with(lambda z: (z > 0).astype(float)),
    ),
    ("known mistake", "The scores are made of X @ W1, without b1 and without the ReLU.", _raw_products),
    (
        "known mistake",
        "The mean of the examples is taken off first. Prepare data outside of the net, by the training images' mean.",
        lambda X, params: two_layer_forward(X - X.mean(axis=0), params),
    ),
    (
        "known mistake",
        "The hidden units of each example are divided by their norm or their sum.",
        _shared_out(np.linalg.norm),
    ),
    ("known mistake", "The hidden units of each example are divided by their norm or their sum.", _shared_out(np.sum)),
]

LOSS = [
    *((kind, text, _of_scores(wrong)) for kind, text, wrong in SCORE_MISTAKES),
    ("regularisation", "The biases are regularised too; in this course they are not.", _biases_too),
    (
        "regularisation",
        "The regularisation adds up the weights, not their squares.",
        _weights_not_squared,
    ),
    (
        "regularisation",
        "The regularisation adds up absolute weights, not squares.",
        _absolute_weights,
    ),
    (
        "regularisation",
        "The regularisation uses the norms; there is no root in it.",
        _norms_not_squared,
    ),
    (
        "regularisation",
        "The squares of W1 are there twice, those of W2 are missing.",
        _one_layer_twice("W1"),
    ),
    (
        "regularisation",
        "The squares of W2 are there twice, those of W1 are missing.",
        _one_layer_twice("W2"),
    ),
    ("regularisation", "The regularisation is divided by N too; only the data part is a mean.", _penalty_divided),
    ("regularisation", "The regularisation is the mean of the squares; it is their sum.", _mean_penalty),
    *(
        (
            "regularisation",
            f"The regularisation is {number:g} times the sum of squares, whatever `reg` is.",
            _written_in(number),
        )
        for number in WRITTEN_IN
    ),
    ("regularisation", "reg is squared, or multiplied in twice.", _reg_squared),
    (
        "regularisation",
        "The squares of W1 are multiplied with reg, those of W2 are added as they are.",
        _one_layer_alone("W1"),
    ),
    (
        "regularisation",
        "The squares of W2 are multiplied with reg, those of W1 are added as they are.",
        _one_layer_alone("W2"),
    ),
]

LARGE = [(kind, text, _of_scores(wrong)) for kind, text, wrong in ROUNDED_TO_ZERO]
