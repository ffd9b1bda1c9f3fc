"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the right
function returns; None where that part of the result is not affected.
"""

import numpy as np

from autograder.student import stand_ins
from solutions.layers import duals, values
from solutions.layers.for_checks import gradients, output
from solutions.layers.losses import softmax_loss, svm_loss
from solutions.layers.schedule import cyclical_learning_rate


def _rows(x):
    return x.reshape(len(x), -1)


def _probabilities(x):
    exponentials = np.exp(x - x.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _no_bias(x, w, b):
    return _rows(x) @ w


def _bias_taken_off(x, w, b):
    return _rows(x) @ w - b


def _relu_on_output(x, w, b):
    return np.maximum(0, _rows(x) @ w + b)


def _no_relu(x, w, b):
    return _rows(x) @ w + b


def _relu_first(x, w, b):
    return output("affine", (np.maximum(0, x), w, b))


def _leaky(x):
    return np.where(x > 0, x, 0.01 * x)


def _negative_only(x):
    return np.minimum(0, x)


def _sign(x):
    return (x > 0).astype(float)


def _unchanged(x):
    return x


def _mean_bias(inputs, dout):
    return None, None, dout.mean(axis=0)


def _summed_bias(inputs, dout):
    return None, None, np.full(dout.shape[1], dout.sum())


def _divided(inputs, dout):
    return None, _rows(inputs[0]).T @ dout / len(dout), dout.sum(axis=0) / len(dout)


def _unmasked(inputs, dout):
    return gradients("affine", inputs, dout)


def _relu_of_dout(inputs, dout):
    return gradients("affine", inputs, np.maximum(dout, 0))


def _by_gradient_sign(inputs, dout):
    return (np.maximum(dout, 0),)


def _everything_through(inputs, dout):
    return (dout,)


def _times_output(inputs, dout):
    return (dout * np.maximum(inputs[0], 0),)


def _turned(inputs, dout):
    return (np.where(inputs[0] > 0, 0, dout),)


def _mask_alone(inputs, dout):
    return ((inputs[0] > 0).astype(float),)


def _all_classes(x, y):
    P = _probabilities(x)
    return -np.log(P).sum() / len(x), (P - 1) / len(x)


def _without_minus_one(x, y):
    return None, _probabilities(x) / len(x)


def _no_logarithm(x, y):
    return -_probabilities(x)[np.arange(len(x)), y].mean(), None


def _columns(x, y):
    P = _probabilities(x.T).T
    return -np.log(P[np.arange(len(x)), y]).mean(), (P - np.eye(x.shape[1])[y]) / len(x)


def _right_class_counted(x, y):
    return svm_loss(x, y)[0] + 1, None


def _margins(x, y, delta=1.0):
    margins = np.maximum(0, x - x[np.arange(len(x)), y][:, np.newaxis] + delta)
    margins[np.arange(len(x)), y] = 0
    return margins


def _no_margin(x, y):
    margins = _margins(x, y, 0.0)
    violated = (margins > 0).astype(float)
    violated[np.arange(len(x)), y] = -violated.sum(axis=1)
    return margins.sum() / len(x), violated / len(x)


def _squared(x, y):
    return (_margins(x, y) ** 2).sum() / len(x), None


def _right_class_forgotten(x, y):
    return None, (_margins(x, y) > 0) / len(x)


def _one_for_the_right_class(x, y):
    violated = (_margins(x, y) > 0).astype(float)
    violated[np.arange(len(x)), y] = -1
    return None, violated / len(x)


def _margins_as_gradient(x, y):
    margins = _margins(x, y)
    margins[np.arange(len(x)), y] = -margins.sum(axis=1)
    return None, margins / len(x)


def _worst_only(x, y):
    margins = _margins(x, y)
    worst = margins.max(axis=1)
    dx = ((margins == worst[:, np.newaxis]) & (margins > 0)).astype(float)
    dx[np.arange(len(x)), y] = -1.0 * (worst > 0)
    return worst.mean(), dx / len(x)


def _softmax_instead(x, y):
    return softmax_loss(x, y)


def _never_falls(step, low, high, n_s):
    return low + (step % n_s) / n_s * (high - low)


def _only_rises(step, low, high, n_s):
    return low + step / n_s * (high - low)


def _falls_first(step, low, high, n_s):
    return low + high - cyclical_learning_rate(step, low, high, n_s)


def _wide(step, low, high, n_s):
    return cyclical_learning_rate(step, low, high, 2 * n_s)


def _narrow(step, low, high, n_s):
    return cyclical_learning_rate(2 * step, low, high, n_s)


def _from_zero(step, low, high, n_s):
    return cyclical_learning_rate(step, 0.0, high, n_s)


def _low_on_top(step, low, high, n_s):
    return cyclical_learning_rate(step, low, low + high, n_s)


def _first_cycle_only(step, low, high, n_s):
    return cyclical_learning_rate(step, low, high, n_s) if step <= 2 * n_s else low


def _one_step_ahead(step, low, high, n_s):
    return cyclical_learning_rate(step + 1, low, high, n_s)


def _forward_with(linear=False, **operations):
    """Jacobian of an expression where operations of `Dual` are wrong.

    `linear`: the wrong derivative is still a sum of multiples of the slopes, so that reverse mode gives the same.
    """

    def wrong(mode, settings, x):
        if mode != "forward_mode" and not linear:
            return None
        turned = {"__rmul__": operations["__mul__"]} if "__mul__" in operations else {}
        kind = type("Dual", (duals.Dual,), operations | turned)
        f = stand_ins.expression(**settings)
        columns = [
            [o.slope for o in f(*(kind(v, float(i == j)) for i, v in enumerate(np.asarray(x).tolist())))]
            for j in range(len(x))
        ]
        return np.array(columns).T

    return wrong


def _dual(self, value, slope):
    return type(self)(value, slope)


def _pair(self, other):
    return other if isinstance(other, duals.Dual) else type(self)(other)


def _product_of_slopes(self, other):
    other = _pair(self, other)
    return _dual(self, self.value * other.value, self.slope * other.slope)


def _first_factor_only(self, other):
    other = _pair(self, other)
    return _dual(self, self.value * other.value, self.slope * other.value)


def _own_factors(self, other):
    other = _pair(self, other)
    return _dual(self, self.value * other.value, self.slope * self.value + other.slope * other.value)


def _power_without_inner(self, exponent):
    return _dual(self, self.value**exponent, exponent * self.value ** (exponent - 1))


def _power_not_lowered(self, exponent):
    return _dual(self, self.value**exponent, exponent * self.value**exponent * self.slope)


def _exp_without_inner(self):
    return _dual(self, np.exp(self.value), np.exp(self.value))


def _exp_of_slope(self):
    return _dual(self, np.exp(self.value), np.exp(self.slope))


def _sin_without_inner(self):
    return _dual(self, np.sin(self.value), np.cos(self.value))


def _minus_cosine(self):
    return _dual(self, np.sin(self.value), -np.cos(self.value) * self.slope)


def _overwritten(mode, settings, x):
    """Reverse mode where the last way that leads to a value counts alone."""
    return _reverse(mode, settings, x, add=False)


def _too_early(mode, settings, x):
    """Reverse mode that passes on along every way at once, as it comes: shares that come later are lost."""
    if mode != "reverse_mode":
        return None

    def back(output):
        seen, waiting = set(), [output]
        output.grad = 1.0
        while waiting:
            node = waiting.pop(0)
            if node in seen:
                continue
            seen.add(node)
            for parent, local in node.parents:
                parent.grad += local * node.grad
                waiting.append(parent)

    return _jacobian(settings, x, back)


def _not_cleared(mode, settings, x):
    """Reverse mode that starts from what the last pass left."""
    if mode != "reverse_mode":
        return None
    return _jacobian(settings, x, _plain_back, clear=False)


def _reverse(mode, settings, x, add):
    if mode != "reverse_mode":
        return None

    def back(output):
        _plain_back(output, add)

    return _jacobian(settings, x, back)


def _plain_back(output, add=True):
    order, seen, path = [], {output}, [(output, iter(output.parents))]
    while path:  # depth first; a value is entered when all it was computed from is
        node, parents = path[-1]
        for parent, _ in parents:
            if parent not in seen:
                seen.add(parent)
                path.append((parent, iter(parent.parents)))
                break
        else:
            path.pop()
            order.append(node)
    output.grad = 1.0
    for node in reversed(order):
        for parent, local in node.parents:
            parent.grad = local * node.grad + (parent.grad if add else 0.0)


def _jacobian(settings, x, back, clear=True):
    inputs = [values.Value(v) for v in np.asarray(x).tolist()]
    outputs, rows = stand_ins.expression(**settings)(*inputs), []
    for last in outputs:
        waiting, seen = [last], set()
        while waiting and clear:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                node.grad = 0.0
                waiting += [parent for parent, _ in node.parents]
        for value in inputs:
            value.grad = 0.0
        back(last)
        rows.append([value.grad for value in inputs])
    return np.array(rows)


_RELU_BACK = [
    (
        "known mistake",
        "The gradient goes by its own sign; what counts is whether x was positive on the way forward.",
        _by_gradient_sign,
    ),
    ("known mistake", "The gradient passes unchanged: where x was negative, nothing goes back.", _everything_through),
    ("known mistake", "The gradient is multiplied with x; the derivative of a ReLU at x > 0 is 1.", _times_output),
    ("known mistake", "The gradient passes where x was negative, and is stopped where it was positive.", _turned),
    ("known mistake", "This is the ReLU's own derivative; multiply it with the upstream gradient dout.", _mask_alone),
]
MISTAKES = {
    "affine_forward": [
        ("known mistake", "The bias is missing.", _no_bias),
        ("sign", "The bias is taken off.", _bias_taken_off),
        ("known mistake", "There is a ReLU on the output; an affine layer has none.", _relu_on_output),
    ],
    "relu_forward": [
        ("known mistake", "This is the absolute value; a ReLU gives 0 for negative numbers.", np.abs),
        ("sign", "The negative numbers pass, and the positive ones are stopped.", _negative_only),
        ("known mistake", "Negative numbers are made smaller (a leaky ReLU); a ReLU gives 0.", _leaky),
        ("known mistake", "This is 1 where x is positive: its sign, not its value.", _sign),
        ("known mistake", "This is x unchanged.", _unchanged),
    ],
    "affine_relu_forward": [
        ("known mistake", "There is no ReLU behind the affine layer.", _no_relu),
        ("known mistake", "The ReLU comes before the affine layer.", _relu_first),
    ],
    "affine_backward": [
        ("axis", "db is the mean over the examples; it is their sum: the loss's 1/N is in dout already.", _mean_bias),
        ("axis", "All entries of db are the same, the sum of all: sum over the examples alone.", _summed_bias),
        ("factor", "It is divided by N: the loss's 1/N is in dout already.", _divided),
    ],
    "relu_backward": _RELU_BACK,
    "affine_relu_backward": [
        ("known mistake", "The ReLU's backward is left out: the gradient passes closed ReLUs, too.", _unmasked),
        ("known mistake", "The ReLU's backward goes by the gradient's sign.", _relu_of_dout),
    ],
    "softmax_loss": [
        (
            "known mistake",
            "Minus the logarithm is summed over all classes; only the right class's belongs in the loss. In the "
            "gradient that is one taken off every class instead of the right one.",
            _all_classes,
        ),
        (
            "known mistake",
            "The gradient is the probabilities: take one off at the right class.",
            _without_minus_one,
        ),
        ("known mistake", "The loss is the mean probability itself: the logarithm is missing.", _no_logarithm),
        ("axis", "The softmax is taken down the columns instead of along the rows.", _columns),
    ],
    "svm_loss": [
        (
            "known mistake",
            "The right class is counted too: against itself it lacks 1.",
            _right_class_counted,
        ),
        (
            "known mistake",
            "There is no margin: a wrong class must score at least 1 less.",
            _no_margin,
        ),
        ("known mistake", "The margins are squared (L2-SVM); here they are added up as they are.", _squared),
        (
            "known mistake",
            "The right class gets no gradient: its score should go up.",
            _right_class_forgotten,
        ),
        (
            "known mistake",
            "The right class gets -1; it gets -1 for each violated margin.",
            _one_for_the_right_class,
        ),
        (
            "known mistake",
            "The gradient holds the margins; a margin's derivative is 1.",
            _margins_as_gradient,
        ),
        ("known mistake", "Only the worst class counts here; all that violate the margin do.", _worst_only),
        ("known mistake", "This is the softmax loss.", _softmax_instead),
    ],
    "cyclical_learning_rate": [
        ("known mistake", "The rate jumps back to the lowest after n_s steps; it must fall as it rose.", _never_falls),
        ("known mistake", "The rate rises for ever: after n_s steps it must fall again.", _only_rises),
        ("sign", "The triangle stands on its head: it must start from eta_min.", _falls_first),
        ("factor", "The triangle is twice as wide: from the lowest to the highest rate it is n_s steps.", _wide),
        ("factor", "The triangle is half as wide: n_s is half a cycle, not a whole one.", _narrow),
        ("known mistake", "The triangle starts at 0 instead of eta_min.", _from_zero),
        ("known mistake", "The triangle is eta_max high, on top of eta_min; eta_max is its peak.", _low_on_top),
        ("known mistake", "The rate stays low after the first cycle; it goes on up and down.", _first_cycle_only),
        ("known mistake", "The triangle is one step early: at step 0 the rate is eta_min.", _one_step_ahead),
    ],
    "differentiated": [
        (
            "known mistake",
            "(u v)' is not u' v': use the product rule.",
            _forward_with(__mul__=_product_of_slopes),
        ),
        (
            "known mistake",
            "In a product the second factor's derivative is left out.",
            _forward_with(__mul__=_first_factor_only, linear=True),
        ),
        (
            "known mistake",
            "In a product each derivative is multiplied with its own factor, not with the other one.",
            _forward_with(__mul__=_own_factors, linear=True),
        ),
        (
            "known mistake",
            "The power's inner derivative is missing (chain rule).",
            _forward_with(__pow__=_power_without_inner),
        ),
        (
            "known mistake",
            "The exponent is not lowered by one in the derivative of a power.",
            _forward_with(__pow__=_power_not_lowered, linear=True),
        ),
        (
            "known mistake",
            "The inner derivative of exp is missing (chain rule).",
            _forward_with(exp=_exp_without_inner),
        ),
        (
            "known mistake",
            "The derivative of exp(u) is exp(u) u', not exp(u').",
            _forward_with(exp=_exp_of_slope),
        ),
        (
            "known mistake",
            "The inner derivative of sin is missing (chain rule).",
            _forward_with(sin=_sin_without_inner),
        ),
        (
            "sign",
            "The derivative of sin is cos, without a minus.",
            _forward_with(sin=_minus_cosine, linear=True),
        ),
        (
            "known mistake",
            "Where a value is used more than once, only one of its uses counts: their shares must be added up.",
            _overwritten,
        ),
        (
            "known mistake",
            "A value passes its gradient on before all that use it have added their share: go in topological order.",
            _too_early,
        ),
        ("known mistake", "What an earlier pass left in `grad` is counted again: start from zero.", _not_cleared),
    ],
}
