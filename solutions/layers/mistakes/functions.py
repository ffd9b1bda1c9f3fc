"""Well-known mistakes in affine layers, ReLUs and the two as one."""

import numpy as np

from solutions.layers.for_checks import gradients, output

KNOWN = "known mistake"


def _rows(x):
    return x.reshape(len(x), -1)


def _affine(change):
    """The output made of other things than it should: `change(rows, w, b)`."""
    return lambda x, w, b: change(_rows(x), w, b)


def _of_rows(change):
    """An affine layer that is given other rows: `change(x)`."""
    return lambda x, w, b: output("affine", (change(x), w, b))


def _columns(x):
    """The rows as a careless reshape lays them out."""
    return x.reshape(-1, len(x)).T


def _first_axis_fastest(x):
    return x.reshape(len(x), -1, order="F")


def _no_last_input(rows, w, b):
    return rows[:, :-1] @ w[:-1] + b


def _leaky(x):
    return np.where(x > 0, x, 0.01 * x)


def _same(x):
    return x


def _of_dout(change, layer="affine"):
    """The gradients for another upstream gradient: `change(dout)`."""
    return lambda inputs, dout: gradients(layer, inputs, change(dout))


def _dx(change, layer="affine"):
    """A gradient dx that is changed at the end: `change(dx, x)`."""
    return lambda inputs, dout: (change(gradients(layer, inputs, dout)[0], inputs[0]), None, None)


def _dw(value):
    """Another dw: `value(rows, dout)`."""
    return lambda inputs, dout: (None, value(_rows(inputs[0]), dout), None)


def _db(value):
    """Another db: `value(dout)`."""
    return lambda inputs, dout: (None, None, value(dout))


def _divided(inputs, dout):
    return None, _rows(inputs[0]).T @ dout / len(dout), dout.sum(axis=0) / len(dout)


def _mean_of_last(inputs, dout):
    return None, np.outer(_rows(inputs[0])[-1], dout[-1]), dout[-1]


def _with_bias(inputs, dout):
    return gradients("affine", inputs, dout + inputs[2])[0], None, None


def _columns_of_x(inputs, dout):
    return None, inputs[0].reshape(-1, len(inputs[0])) @ dout, None


def _passed(change):
    """What a ReLU passes back: `change(x, dout)`."""
    return lambda inputs, dout: (change(inputs[0], dout),)


def _where(opened, other=0.0):
    """A ReLU's gradient that passes where `opened(x)`, and is `other` times dout elsewhere."""
    return _passed(lambda x, dout: np.where(opened(x), dout, other * dout))


_NO_DOUT = "This is the gradient for an upstream gradient of ones: dout does not come in."
_RELU_BACK = [
    (
        KNOWN,
        "The gradient goes by its own sign; what counts is whether x was positive on the way forward.",
        _passed(lambda x, dout: np.maximum(dout, 0)),
    ),
    (
        KNOWN,
        "The gradient passes unchanged: where x was negative, nothing goes back.",
        _passed(lambda x, dout: dout),
    ),
    (
        KNOWN,
        "The gradient is multiplied with x; the derivative of a ReLU at x > 0 is 1.",
        _passed(lambda x, dout: dout * np.maximum(x, 0)),
    ),
    (
        KNOWN,
        "The gradient passes where x was negative, and is stopped where it was positive.",
        _where(lambda x: x <= 0),
    ),
    (
        KNOWN,
        "This is the ReLU's own derivative; multiply it with the upstream gradient dout.",
        _passed(lambda x, dout: (x > 0).astype(float)),
    ),
    (
        KNOWN,
        "The gradient passes only where it is positive, too; what counts is x alone.",
        _passed(lambda x, dout: np.where(x > 0, np.maximum(dout, 0), 0.0)),
    ),
    (
        KNOWN,
        "A hundredth of the gradient passes where x was negative (a leaky ReLU); nothing should.",
        _where(lambda x: x > 0, 0.01),
    ),
    (
        "sign",
        "Where x was negative, the gradient passes with its sign turned; nothing should.",
        _passed(lambda x, dout: dout * np.sign(x)),
    ),
    (
        KNOWN,
        "The gradient is 1 where x was negative; there it is 0.",
        _passed(lambda x, dout: np.where(x > 0, dout, 1.0)),
    ),
    (
        KNOWN,
        "The gradient is stopped by x's mean; what counts is whether x is above 0.",
        _where(lambda x: x > x.mean()),
    ),
    (
        KNOWN,
        "The gradient is stopped where x is below one half; the border is 0.",
        _where(lambda x: x > 0.5),
    ),
    (
        "axis",
        "A whole example is stopped or not, by the sum of its numbers; each number counts for itself.",
        _where(lambda x: np.broadcast_to(x.sum(axis=-1, keepdims=True) > 0, x.shape)),
    ),
    (
        KNOWN,
        "The derivative is that of a sigmoid, with x taken for its output; a ReLU's is 0 or 1.",
        _passed(lambda x, dout: dout * x * (1 - x)),
    ),
    (
        KNOWN,
        "The derivative is that of tanh; a ReLU's is 0 or 1.",
        _passed(lambda x, dout: dout * (1 - np.tanh(x) ** 2)),
    ),
    (
        KNOWN,
        "dout comes in as its mean alone: each number has an upstream gradient of its own.",
        _passed(lambda x, dout: (x >= 0) * dout.mean()),
    ),
]
MISTAKES = {
    "affine_forward": [
        (KNOWN, "The bias is missing.", _affine(lambda rows, w, b: rows @ w)),
        ("sign", "The bias is taken off.", _affine(lambda rows, w, b: rows @ w - b)),
        (KNOWN, "The bias is added twice.", _affine(lambda rows, w, b: rows @ w + 2 * b)),
        (KNOWN, "The product is multiplied with the bias; add it.", _affine(lambda rows, w, b: rows @ w * b)),
        (
            "factor",
            "The bias is divided by the number of examples; it is added to each as it is.",
            _affine(lambda rows, w, b: rows @ w + b / len(rows)),
        ),
        (
            KNOWN,
            "Every output is given the mean of the bias; each output has an entry of its own.",
            _affine(lambda rows, w, b: rows @ w + b.mean()),
        ),
        (
            KNOWN,
            "Every output is given the first entry of the bias; each output has an entry of its own.",
            _affine(lambda rows, w, b: rows @ w + b[0]),
        ),
        (
            KNOWN,
            "There is a ReLU on the output; an affine layer has none.",
            _affine(lambda rows, w, b: np.maximum(0, rows @ w + b)),
        ),
        (
            KNOWN,
            "There is a ReLU on x; an affine layer takes negative numbers as they are.",
            _of_rows(lambda x: np.maximum(0, x)),
        ),
        (
            "factor",
            "The product is divided by the number of inputs, a mean where the sum is meant.",
            _affine(lambda rows, w, b: rows @ w / len(w) + b),
        ),
        (
            KNOWN,
            "The mean is taken off x first; an affine layer takes x as it is.",
            _of_rows(lambda x: x - x.mean()),
        ),
        (KNOWN, "The last input of each example does not come in: does a loop end too early?", _affine(_no_last_input)),
        (
            "order",
            "The examples are mixed up: the shape is right, but each row holds numbers of several examples, as a "
            "reshape to columns leaves them.",
            _of_rows(_columns),
        ),
        (
            "order",
            "The numbers of an example stand in the wrong order: they are laid out with the first axis running "
            "fastest.",
            _of_rows(_first_axis_fastest),
        ),
    ],
    "relu_forward": [
        (KNOWN, "This is the absolute value; a ReLU gives 0 for negative numbers.", np.abs),
        ("sign", "The negative numbers pass, and the positive ones are stopped.", lambda x: np.minimum(0, x)),
        (KNOWN, "Negative numbers are made smaller (a leaky ReLU); a ReLU gives 0.", _leaky),
        (KNOWN, "This is 1 where x is positive: its sign, not its value.", lambda x: (x > 0).astype(float)),
        (KNOWN, "This is x unchanged.", _same),
        (KNOWN, "This is a softplus, the smooth relative of the ReLU.", lambda x: np.logaddexp(0, x)),
        (
            KNOWN,
            "Below zero this is an exponential less one (an ELU); a ReLU gives 0.",
            lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        ),
        (
            KNOWN,
            "Nothing is below 1: x is compared with 1 instead of 0.",
            lambda x: np.maximum(1, x),
        ),
        (KNOWN, "Negative numbers become 1; a ReLU gives 0.", lambda x: np.where(x > 0, x, 1.0)),
        (KNOWN, "The mean is taken off x first; a ReLU takes x as it is.", lambda x: np.maximum(0, x - x.mean())),
        (KNOWN, "Numbers up to one half are stopped; the border is 0.", lambda x: np.where(x > 0.5, x, 0.0)),
        (KNOWN, "The positive numbers are squared; they pass as they are.", lambda x: np.maximum(0, x) ** 2),
    ],
    "affine_relu_forward": [
        (KNOWN, "There is no ReLU behind the affine layer.", _affine(lambda rows, w, b: rows @ w + b)),
        (KNOWN, "The ReLU comes before the affine layer.", _of_rows(lambda x: np.maximum(0, x))),
        (
            KNOWN,
            "x is cut off at zero before the affine layer; there is one ReLU, and it comes last.",
            lambda x, w, b: np.maximum(0, output("affine", (np.maximum(0, x), w, b))),
        ),
        (KNOWN, "The bias is missing.", _affine(lambda rows, w, b: np.maximum(0, rows @ w))),
        (KNOWN, "The bias is added twice.", _affine(lambda rows, w, b: np.maximum(0, rows @ w + 2 * b))),
        (
            KNOWN,
            "Negative numbers are made smaller (a leaky ReLU); a ReLU gives 0.",
            lambda x, w, b: _leaky(output("affine", (x, w, b))),
        ),
    ],
    "affine_backward": [
        (
            "axis",
            "db is the mean over the examples; it is their sum: the loss's 1/N is in dout already.",
            _db(lambda dout: dout.mean(axis=0)),
        ),
        (
            "axis",
            "All entries of db are the same, the sum of all: sum over the examples alone.",
            _db(lambda dout: np.full(dout.shape[1], dout.sum())),
        ),
        ("factor", "It is divided by N: the loss's 1/N is in dout already.", _divided),
        (KNOWN, "Only the last example counts: add up what all examples give.", _mean_of_last),
        (
            KNOWN,
            "db is 1 for every output: that is the derivative of the output; sum the upstream gradient over the "
            "examples.",
            _db(lambda dout: np.ones(dout.shape[1])),
        ),
        (KNOWN, _NO_DOUT, _of_dout(np.ones_like)),
        (
            KNOWN,
            "The upstream gradient is cut off at zero, as by a ReLU; an affine layer takes it as it is.",
            _of_dout(lambda dout: np.maximum(dout, 0)),
        ),
        (
            KNOWN,
            "Only the signs of the upstream gradient come in.",
            _of_dout(np.sign),
        ),
        (KNOWN, "The bias is added to the upstream gradient; dx does not depend on it.", _with_bias),
        (
            KNOWN,
            "dx is stopped where x is negative, as by a ReLU; an affine layer has none.",
            _dx(lambda dx, x: dx * (x > 0)),
        ),
        (
            "order",
            "x is read in the wrong order in dw: transpose its rows, a reshape mixes the examples up.",
            _columns_of_x,
        ),
        (
            KNOWN,
            "dw is a product of two sums over the examples; multiply first, example by example, and then sum.",
            _dw(lambda rows, dout: np.outer(rows.sum(axis=0), dout.sum(axis=0))),
        ),
    ],
    "relu_backward": _RELU_BACK,
    "affine_relu_backward": [
        (KNOWN, "The ReLU's backward is left out: the gradient passes closed ReLUs, too.", _of_dout(_same)),
        (KNOWN, "The ReLU's backward goes by the gradient's sign.", _of_dout(lambda dout: np.maximum(dout, 0))),
        (
            KNOWN,
            "dx is stopped by the sign of x; the ReLU stands behind the affine layer, and its own input counts.",
            _dx(lambda dx, x: dx * (x > 0)),
        ),
        (KNOWN, _NO_DOUT, _of_dout(np.ones_like, "affine_relu")),
    ],
}
