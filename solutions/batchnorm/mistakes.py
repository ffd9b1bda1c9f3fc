"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the right
function returns; None where that part of the result is not affected. `axis` is what is averaged over: 0 in batch
normalisation, 1 in layer normalisation.
"""

import math

import numpy as np

from solutions.batchnorm.for_checks import agreed_cache, gradients

EPS = 1e-5


def _parts(x, axis=0):
    """What x is less its mean, and its variance, along an axis that is kept."""
    return x - x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)


def _normalised(divisor, axis):
    """A forward pass that divides by `divisor(variance, eps, n)`, n being how many numbers are averaged over."""

    def wrong(x, gamma, beta, param):
        centred, var = _parts(x, axis)
        return gamma * centred / divisor(var, param.get("eps", EPS), x.shape[axis]) + beta

    return wrong


def _without_gamma(axis):
    return lambda x, gamma, beta, param: _right(axis)(x, 1.0, beta, param)


def _without_beta(axis):
    return lambda x, gamma, beta, param: _right(axis)(x, gamma, 0.0, param)


def _not_centred(axis):
    return lambda x, gamma, beta, param: gamma * x / np.sqrt(_parts(x, axis)[1] + param.get("eps", EPS)) + beta


def _only_centred(axis):
    return lambda x, gamma, beta, param: gamma * _parts(x, axis)[0] + beta


def _shifted_first(axis):
    return lambda x, gamma, beta, param: _right(axis)(x, gamma, gamma * beta, param)


def _swapped(axis):
    return lambda x, gamma, beta, param: _right(axis)(x, beta, gamma, param)


def _over_all(x, gamma, beta, param):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + param.get("eps", EPS)) + beta


def _by_running(x, gamma, beta, param):
    running = param.get("running_mean", 0.0), param.get("running_var", 1.0)
    return gamma * (x - running[0]) / np.sqrt(running[1] + param.get("eps", EPS)) + beta


def _right(axis):
    return _normalised(lambda var, eps, n: np.sqrt(var + eps), axis)


def _forward(axis, what, other):
    """Mistakes of a forward pass; `what` is averaged over, and `other` is the axis that is taken by mistake."""
    return [
        (
            "known mistake",
            f"The variance is the unbiased one, divided by one less than the number of {what}; here it is the mean of "
            "the squared deviations.",
            _normalised(lambda var, eps, n: np.sqrt(var * n / max(n - 1, 1) + eps), axis),
        ),
        (
            "known mistake",
            "eps stands outside the root: add it to the variance, then take the root.",
            _normalised(lambda var, eps, n: np.sqrt(var) + eps, axis),
        ),
        (
            "known mistake",
            "eps is left out, or a tiny constant stands in its place: read it in the dict.",
            _normalised(lambda var, eps, n: np.sqrt(np.maximum(var, 1e-300)), axis),
        ),
        (
            "known mistake",
            "eps is 1e-5 whatever the dict says: read it there.",
            _normalised(lambda var, eps, n: np.sqrt(var + EPS), axis),
        ),
        (
            "known mistake",
            "eps is squared: it is added to the variance as it is.",
            _normalised(lambda var, eps, n: np.sqrt(var + eps**2), axis),
        ),
        (
            "known mistake",
            "It is divided by the variance; divide by its root.",
            _normalised(lambda var, eps, n: var + eps, axis),
        ),
        ("axis", f"Mean and variance are taken {other}; take them over the {what}.", _right(1 - axis)),
        ("axis", "One mean and one variance are taken of all numbers together.", _over_all),
        ("known mistake", "gamma is left out.", _without_gamma(axis)),
        ("known mistake", "gamma and beta are left out.", lambda x, *others: _right(axis)(x, 1.0, 0.0, others[-1])),
        ("known mistake", "beta is left out.", _without_beta(axis)),
        ("known mistake", "The mean is not subtracted.", _not_centred(axis)),
        ("known mistake", "It is not divided by the standard deviation.", _only_centred(axis)),
        ("known mistake", "beta is multiplied with gamma, too: scale first, then shift.", _shifted_first(axis)),
        ("known mistake", "gamma and beta have changed places: gamma scales, beta shifts.", _swapped(axis)),
    ]


def _backward(change, axis):
    """A backward pass that differs from the right one: `change` gets its pieces and returns (dx, dgamma, dbeta)."""

    def wrong(layer, inputs, param, dout):
        x, gamma, _ = inputs
        x_hat, _, std = agreed_cache(layer, inputs, param)
        return change(dout, x_hat, std, gamma, x, x.shape[axis])

    return wrong


def _dx(formula, axis):
    """A backward pass whose dx is `formula(g, x_hat, std, mean, n)`: g is dout * gamma, `mean` averages and keeps."""

    def change(dout, x_hat, std, gamma, x, n):
        return formula(dout * gamma, x_hat, std, lambda a: a.mean(axis=axis, keepdims=True), n), None, None

    return _backward(change, axis)


def _unbiased_dx(g, x_hat, std, mean, n):
    return (g - mean(g) - x_hat * mean(g * x_hat) * n / max(n - 1, 1)) / std


def _gradients_mistakes(axis, what, other):
    """Mistakes of a backward pass that averages over `axis`, the `what`, and not over the `other`."""

    def plain(formula):
        return _dx(formula, axis)

    def gamma_lost(layer, inputs, param, dout):
        x, gamma, beta = inputs
        return gradients(layer, (x, np.ones_like(gamma), beta), param, dout)[0], None, None

    def gamma_outside(layer, inputs, param, dout):
        # gamma multiplied at the end: the same in batch normalisation, where each feature has its own mean
        return inputs[1] * gamma_lost(layer, inputs, param, dout)[0], None, None

    def of_gamma(value):
        return _backward(lambda dout, x_hat, std, gamma, x, n: (None, value(dout, x_hat, std, x), None), axis)

    def of_beta(value):
        return _backward(lambda dout, x_hat, std, gamma, x, n: (None, None, value(dout)), axis)

    def times_gamma(dout, x_hat, std, gamma, x, n):
        return None, gamma * (dout * x_hat).sum(axis=0), gamma * dout.sum(axis=0)

    def exchanged(dout, x_hat, std, gamma, x, n):
        return None, dout.sum(axis=0), (dout * x_hat).sum(axis=0)

    def along(a):
        return a.mean(axis=1 - axis, keepdims=True)

    found = [
        (
            "known mistake",
            "dx is the upstream gradient scaled: mean and variance are treated as constants, but they depend on every "
            "x they were computed from.",
            plain(lambda g, x_hat, std, mean, n: g / std),
        ),
        (
            "known mistake",
            "The variance is treated as a constant: what reaches x through it is missing from dx.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g)) / std),
        ),
        (
            "known mistake",
            "The mean is treated as a constant: what reaches x through it is missing from dx.",
            plain(lambda g, x_hat, std, mean, n: (g - x_hat * mean(g * x_hat)) / std),
        ),
        (
            "known mistake",
            f"Only the diagonal of the derivative is there: each x changes the output of all the other {what}, too.",
            plain(lambda g, x_hat, std, mean, n: g * (1 - 1 / n - x_hat**2 / n) / std),
        ),
        (
            "known mistake",
            "Only half of what reaches x through the variance is there: the derivative of a square has a 2.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - x_hat * mean(g * x_hat) / 2) / std),
        ),
        (
            "known mistake",
            "Twice of what reaches x through the variance is there: the derivative of a root has a 1/2.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - 2 * x_hat * mean(g * x_hat)) / std),
        ),
        (
            "sign",
            "What reaches x through the variance has the wrong sign.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) + x_hat * mean(g * x_hat)) / std),
        ),
        (
            "sign",
            "What reaches x through the mean has the wrong sign.",
            plain(lambda g, x_hat, std, mean, n: (g + mean(g) - x_hat * mean(g * x_hat)) / std),
        ),
        (
            "factor",
            f"What reaches x through mean and variance is not divided by the number of {what}.",
            plain(lambda g, x_hat, std, mean, n: (g - n * mean(g) - n * x_hat * mean(g * x_hat)) / std),
        ),
        (
            "factor",
            f"What reaches x through the mean is not divided by the number of {what}.",
            plain(lambda g, x_hat, std, mean, n: (g - n * mean(g) - x_hat * mean(g * x_hat)) / std),
        ),
        (
            "factor",
            f"What reaches x through the variance is not divided by the number of {what}.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - n * x_hat * mean(g * x_hat)) / std),
        ),
        (
            "factor",
            f"What reaches x through mean and variance is divided by the number of {other}; divide by that of {what}.",
            plain(lambda g, x_hat, std, mean, n: (g - (mean(g) + x_hat * mean(g * x_hat)) * n**2 / g.size) / std),
        ),
        (
            "axis",
            f"The sums in dx are taken over the {other}; take them over the {what}, as mean and variance.",
            plain(lambda g, x_hat, std, mean, n: (g - along(g) - x_hat * along(g * x_hat)) / std),
        ),
        (
            "known mistake",
            "This is the gradient for an unbiased variance; here it is the mean of the squared deviations.",
            plain(_unbiased_dx),
        ),
        (
            "known mistake",
            "dx is divided by the variance, not by its root.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - x_hat * mean(g * x_hat)) / std**2),
        ),
        (
            "known mistake",
            "dx is not divided by the standard deviation.",
            plain(lambda g, x_hat, std, mean, n: g - mean(g) - x_hat * mean(g * x_hat)),
        ),
        ("known mistake", "gamma is missing from dx.", gamma_lost),
        (
            "axis",
            "dgamma is not summed over the examples: gamma is one row for all of them.",
            of_gamma(lambda dout, x_hat, std, x: dout * x_hat),
        ),
        (
            "known mistake",
            "dgamma is the sum of dout times x; gamma multiplies the normalised x.",
            of_gamma(lambda dout, x_hat, std, x: (dout * x).sum(axis=0)),
        ),
        (
            "known mistake",
            "dgamma is the sum of dout times x less its mean; gamma multiplies x_hat, which is divided by std, too.",
            of_gamma(lambda dout, x_hat, std, x: (dout * x_hat * std).sum(axis=0)),
        ),
        ("known mistake", "dgamma and dbeta have changed places.", _backward(exchanged, axis)),
        (
            "known mistake",
            "It is multiplied with gamma: that belongs to dx alone, on the way to the normalised numbers.",
            _backward(times_gamma, axis),
        ),
        (
            "axis",
            "dgamma is a mean over the examples; it is their sum: the loss's 1/N is in dout already.",
            of_gamma(lambda dout, x_hat, std, x: (dout * x_hat).mean(axis=0)),
        ),
        (
            "axis",
            "dgamma is summed over the features; sum over the examples.",
            of_gamma(lambda dout, x_hat, std, x: (dout * x_hat).sum(axis=1)),
        ),
        ("axis", "dbeta is not summed over the examples: beta is one row for all of them.", of_beta(lambda dout: dout)),
        (
            "axis",
            "dbeta is a mean over the examples; it is their sum: the loss's 1/N is in dout already.",
            of_beta(lambda dout: dout.mean(axis=0)),
        ),
        ("axis", "dbeta is summed over the features; sum over the examples.", of_beta(lambda dout: dout.sum(axis=1))),
    ]
    if axis == 1:
        found.append(
            (
                "known mistake",
                "gamma is multiplied at the end; in layer normalisation it differs within what is averaged, so it "
                "belongs into dout before any mean is taken.",
                gamma_outside,
            )
        )
    return found


def _running(of_mean, of_var):
    """Running statistics that a mistake leaves after the last batch: `of_...(old, mean, var, m, x, eps)`."""

    def wrong(batches, param):
        D, m = batches[0].shape[1], param.get("momentum", 0.9)
        mean, var = param.get("running_mean", np.zeros(D)), param.get("running_var", np.ones(D))
        for x in batches:
            known = x.mean(axis=0), x.var(axis=0), m, x, param.get("eps", EPS)
            mean, var = of_mean(mean, *known), of_var(var, *known)
        return mean, var

    return wrong


def _mean_right(old, mean, var, m, x, eps):
    return m * old + (1 - m) * mean


def _var_right(old, mean, var, m, x, eps):
    return m * old + (1 - m) * var


def _var_as(value):
    return _running(_mean_right, lambda old, mean, var, m, x, eps: m * old + (1 - m) * value(var, x, eps))


def _exchanged(batches, param):
    """Each under the other's name; what stands there is taken up again by the next batch."""
    D, m = batches[0].shape[1], param.get("momentum", 0.9)
    mean, var = param.get("running_mean", np.zeros(D)), param.get("running_var", np.ones(D))
    for x in batches:
        mean, var = _var_right(var, None, x.var(axis=0), m, x, 0), _mean_right(mean, x.mean(axis=0), None, m, x, 0)
    return mean, var


def _from_the_first_batch(batches, param):
    """What is not there yet is not 0 and 1, but what the first batch says."""
    start = {"running_mean": batches[0].mean(axis=0), "running_var": batches[0].var(axis=0)}
    return _running(_mean_right, _var_right)(batches, start | param)


_RUNNING = [
    ("known mistake", "The running mean stays as it was.", _running(lambda old, *_: old, _var_right)),
    ("known mistake", "The running variance stays as it was.", _running(_mean_right, lambda old, *_: old)),
    (
        "known mistake",
        "The running statistics stay as they were: store the new ones in bn_param.",
        _running(lambda old, *_: old, lambda old, *_: old),
    ),
    (
        "known mistake",
        "momentum weighs the new batch; it is the share of the old value that is kept.",
        _running(
            lambda old, mean, var, m, x, eps: (1 - m) * old + m * mean,
            lambda old, mean, var, m, x, eps: (1 - m) * old + m * var,
        ),
    ),
    (
        "known mistake",
        "Only the last batch's statistics are kept: average them with the old ones.",
        _running(lambda old, mean, *_: mean, lambda old, mean, var, *_: var),
    ),
    (
        "known mistake",
        "The momentum is .9 whatever bn_param says: read it there.",
        _running(
            lambda old, mean, var, m, x, eps: 0.9 * old + 0.1 * mean,
            lambda old, mean, var, m, x, eps: 0.9 * old + 0.1 * var,
        ),
    ),
    (
        "known mistake",
        "The new batch is added with weight 1; it gets 1 - momentum.",
        _running(
            lambda old, mean, var, m, x, eps: m * old + mean,
            lambda old, mean, var, m, x, eps: m * old + var,
        ),
    ),
    (
        "known mistake",
        "The running mean starts with the first batch's mean, and the running variance with its variance; they start "
        "at 0 and 1.",
        _from_the_first_batch,
    ),
    ("known mistake", "running_mean and running_var have changed places.", _exchanged),
    (
        "axis",
        "One mean and one variance are taken of all numbers together; each feature has its own.",
        _running(
            lambda old, mean, var, m, x, eps: m * old + (1 - m) * x.mean(),
            lambda old, mean, var, m, x, eps: m * old + (1 - m) * x.var(),
        ),
    ),
    (
        "known mistake",
        "These are statistics of the normalised numbers; take mean and variance of x.",
        _running(
            lambda old, mean, var, m, x, eps: m * old,
            lambda old, mean, var, m, x, eps: m * old + (1 - m) * var / (var + eps),
        ),
    ),
    (
        "known mistake",
        "The running variance averages unbiased variances; here they are means of squared deviations.",
        _var_as(lambda var, x, eps: x.var(axis=0, ddof=1)),
    ),
    (
        "known mistake",
        "eps is in the running variance: it belongs where the root is taken, and nowhere else.",
        _var_as(lambda var, x, eps: var + eps),
    ),
    (
        "known mistake",
        "The running variance averages standard deviations.",
        _var_as(lambda var, x, eps: np.sqrt(var)),
    ),
    (
        "known mistake",
        "The running variance averages standard deviations, eps included.",
        _var_as(lambda var, x, eps: np.sqrt(var + eps)),
    ),
    (
        "known mistake",
        "The running variance averages squares; subtract the mean first.",
        _var_as(lambda var, x, eps: (x**2).mean(axis=0)),
    ),
]


def _tested(divisor):
    """An output in mode "test" that divides by `divisor(running_var, eps)`."""

    def wrong(x, gamma, beta, param):
        return gamma * (x - param["running_mean"]) / divisor(param["running_var"], param.get("eps", EPS)) + beta

    return wrong


def _updated_first(x, gamma, beta, param):
    """The running statistics take the batch in before they are used."""
    m = param.get("momentum", 0.9)
    updated = {
        "running_mean": m * param.get("running_mean", 0.0) + (1 - m) * x.mean(axis=0),
        "running_var": m * param.get("running_var", 1.0) + (1 - m) * x.var(axis=0),
    }
    return _by_running(x, gamma, beta, param | updated)


_TESTED = [
    (
        "known mistake",
        "In mode test the batch's own mean and variance are used; use the running ones.",
        _right(0),
    ),
    (
        "known mistake",
        "The running statistics take in the batch before they are used: in mode test they stay as they are.",
        _updated_first,
    ),
    ("known mistake", "eps stands outside the root.", _tested(lambda var, eps: np.sqrt(var) + eps)),
    ("known mistake", "eps is left out.", _tested(lambda var, eps: np.sqrt(var))),
    (
        "known mistake",
        "eps is 1e-5 whatever bn_param says: read it there.",
        _tested(lambda var, eps: np.sqrt(var + EPS)),
    ),
    ("known mistake", "It is divided by the variance; divide by its root.", _tested(lambda var, eps: var + eps)),
    ("known mistake", "It is not divided by the standard deviation.", _tested(lambda var, eps: 1.0)),
    ("known mistake", "gamma is left out.", lambda x, gamma, beta, param: _by_running(x, 1.0, beta, param)),
    ("known mistake", "beta is left out.", lambda x, gamma, beta, param: _by_running(x, gamma, 0.0, param)),
    (
        "known mistake",
        "gamma and beta are left out: in mode test they count, too.",
        lambda x, gamma, beta, param: _by_running(x, 1.0, 0.0, param),
    ),
    (
        "known mistake",
        "The running mean is not subtracted.",
        lambda x, gamma, beta, param: _by_running(x, gamma, beta, param | {"running_mean": 0.0}),
    ),
    (
        "known mistake",
        "gamma and beta have changed places: gamma scales, beta shifts.",
        lambda x, gamma, beta, param: _by_running(x, beta, gamma, param),
    ),
    ("known mistake", "x comes back as it went in.", lambda x, gamma, beta, param: x),
]


def _normal_tail(z):
    """Probability that a standard normal number is larger than z."""
    return math.erfc(z / math.sqrt(2)) / 2


MISTAKES = {
    "batchnorm_forward": [
        *_forward(0, "examples", "along the features of each example"),
        (
            "known mistake",
            "In mode train the running statistics are used; use the batch's own.",
            _by_running,
        ),
        (
            "known mistake",
            "In mode train the running statistics are used, the batch taken in; use the batch's own.",
            _updated_first,
        ),
    ],
    "layernorm_forward": _forward(1, "features", "over the examples, as in batch normalisation"),
    "batchnorm_gradients": _gradients_mistakes(0, "examples", "features"),
    "layernorm_gradients": _gradients_mistakes(1, "features", "examples"),
    "statistics": _RUNNING,
    "tested": _TESTED,
    "kept_share": [
        ("known mistake", "p of them are kept; p is the probability to be dropped.", lambda p: p),
        (
            "known mistake",
            "That is what comes of normal random numbers compared with p; take uniform ones.",
            _normal_tail,
        ),
        (
            "known mistake",
            "That is what comes of normal random numbers compared with p; take uniform ones.",
            lambda p: 1 - _normal_tail(p),
        ),
        (
            "known mistake",
            "That is what comes of normal random numbers compared with 1 - p; take uniform ones.",
            lambda p: 1 - _normal_tail(1 - p),
        ),
        (
            "known mistake",
            "That is what comes of random numbers between -1 and 1; take them between 0 and 1.",
            lambda p: (1 - p) / 2,
        ),
        ("known mistake", "It is half of them, whatever p is.", lambda p: 0.5),
        ("known mistake", "It looks as if they are dropped twice.", lambda p: (1 - p) ** 2),
        ("known mistake", "Nothing is dropped.", lambda p: 1.0),
        ("known mistake", "Everything is dropped.", lambda p: 0.0),
    ],
    "kept_scale": [
        (
            "known mistake",
            "They are not scaled: divide by the probability to be kept, so that the sum stays the same on average.",
            lambda p: 1.0,
        ),
        ("known mistake", "They are divided by p; divide by the probability to be kept, 1 - p.", lambda p: 1 / p),
        ("known mistake", "They are scaled twice.", lambda p: 1 / (1 - p) ** 2),
        ("known mistake", "They are multiplied with 1 - p; divide by it.", lambda p: 1 - p),
        ("known mistake", "They are multiplied with p.", lambda p: p),
    ],
    "test_scale": [
        (
            "known mistake",
            "In mode test everything is multiplied with the probability to be kept; the scaling is done in training.",
            lambda p: 1 - p,
        ),
        ("known mistake", "In mode test everything is scaled up, as in training.", lambda p: 1 / (1 - p)),
        ("known mistake", "In mode test everything is multiplied with p.", lambda p: p),
    ],
}
