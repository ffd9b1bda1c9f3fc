"""Well-known mistakes in the backward pass of a normalisation: (dx, dgamma, dbeta) each, or None for some of them."""

import numpy as np

from solutions.batchnorm.batch import batchnorm_backward
from solutions.batchnorm.for_checks import agreed_cache, gradients

KNOWN = "known mistake"


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


def _deviation_along_the_other(g, x_hat, std, mean, n):
    """A dx where the sum for the standard deviation runs along the axis that is not averaged over."""
    across = 0 if mean(g).shape[1] == 1 else 1
    centred = x_hat * std
    direct = g / std - centred * (g * centred).sum(axis=across, keepdims=True) / std**3 / n
    return direct - mean(direct)


def _mean_of_dout(axis):
    def change(dout, x_hat, std, gamma, x, n):
        g = dout * gamma
        along = (g * x_hat).mean(axis=axis, keepdims=True)
        return (g - x_hat * along) / std - dout.mean(axis=axis, keepdims=True), None, None

    return change


def _eps_forgotten(axis):
    def change(dout, x_hat, std, gamma, x, n):
        g, centred = dout * gamma, x - x.mean(axis=axis, keepdims=True)
        root = np.sqrt((centred**2).mean(axis=axis, keepdims=True))
        hat = centred / root
        along = (g * hat).mean(axis=axis, keepdims=True)
        return (g - g.mean(axis=axis, keepdims=True) - hat * along) / root, (dout * hat).sum(axis=0), None

    return _backward(change, axis)


def _of_ones(axis):
    """All gradients for an upstream gradient of ones; dx is zero in batch normalisation, and says nothing there."""

    def wrong(layer, inputs, param, dout):
        dx, dgamma, dbeta = gradients(layer, inputs, param, np.ones_like(dout))
        return (dx if axis else None), dgamma, dbeta

    return wrong


def _as_in_batch_normalisation(layer, inputs, param, dout):
    return batchnorm_backward(dout, agreed_cache(layer, inputs, param))


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
            KNOWN,
            "dx is the upstream gradient scaled: mean and variance are treated as constants, but they depend on every "
            "x they were computed from.",
            plain(lambda g, x_hat, std, mean, n: g / std),
        ),
        (
            KNOWN,
            "The variance is treated as a constant: what reaches x through it is missing from dx.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g)) / std),
        ),
        (
            KNOWN,
            "The mean is treated as a constant: what reaches x through it is missing from dx.",
            plain(lambda g, x_hat, std, mean, n: (g - x_hat * mean(g * x_hat)) / std),
        ),
        (
            KNOWN,
            f"Only the diagonal of the derivative is there: each x changes the output of all the other {what}, too.",
            plain(lambda g, x_hat, std, mean, n: g * (1 - 1 / n - x_hat**2 / n) / std),
        ),
        (
            KNOWN,
            "Only half of what reaches x through the variance is there: the derivative of a square has a 2.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - x_hat * mean(g * x_hat) / 2) / std),
        ),
        (
            KNOWN,
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
            KNOWN,
            "This is the gradient for an unbiased variance; here it is the mean of the squared deviations.",
            plain(_unbiased_dx),
        ),
        (
            KNOWN,
            "dx is divided by the variance, not by its root.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - x_hat * mean(g * x_hat)) / std**2),
        ),
        (
            KNOWN,
            "dx is not divided by the standard deviation.",
            plain(lambda g, x_hat, std, mean, n: g - mean(g) - x_hat * mean(g * x_hat)),
        ),
        (KNOWN, "gamma is missing from dx.", gamma_lost),
        (
            "axis",
            "dgamma is not summed over the examples: gamma is one row for all of them.",
            of_gamma(lambda dout, x_hat, std, x: dout * x_hat),
        ),
        (
            KNOWN,
            "dgamma is the sum of dout times x; gamma multiplies the normalised x.",
            of_gamma(lambda dout, x_hat, std, x: (dout * x).sum(axis=0)),
        ),
        (
            KNOWN,
            "dgamma is the sum of dout times x less its mean; gamma multiplies x_hat, which is divided by std, too.",
            of_gamma(lambda dout, x_hat, std, x: (dout * x_hat * std).sum(axis=0)),
        ),
        (KNOWN, "dgamma and dbeta have changed places.", _backward(exchanged, axis)),
        (
            KNOWN,
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
        (
            KNOWN,
            "Only the diagonal of the mean's derivative is there: each x changes the mean of all the other "
            f"{what}, too.",
            plain(lambda g, x_hat, std, mean, n: g * (1 - 1 / n) / std),
        ),
        (
            "axis",
            f"The means in dx are taken of all numbers together; take them over the {what}.",
            plain(lambda g, x_hat, std, mean, n: (g - g.mean() - x_hat * (g * x_hat).mean()) / std),
        ),
        (
            KNOWN,
            "x_hat is missing once in what reaches x through the variance: it stands inside the mean and in front of "
            "it.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - mean(g * x_hat)) / std),
        ),
        (
            KNOWN,
            "x_hat is squared in what reaches x through the variance.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - x_hat**2 * mean(g * x_hat)) / std),
        ),
        (
            KNOWN,
            "Only what reaches x through the variance is there: the direct way is missing.",
            plain(lambda g, x_hat, std, mean, n: -x_hat * mean(g * x_hat) / std),
        ),
        (
            KNOWN,
            "What reaches x through the variance lacks a division by std: the derivative of 1/std is -1/std**2.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g)) / std - x_hat * mean(g * x_hat)),
        ),
        (
            KNOWN,
            "What reaches x through the variance is divided by std too often: x_hat stands where x less its mean "
            "belongs.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g)) / std - x_hat * mean(g * x_hat) / std**3),
        ),
        (
            "axis",
            f"The sum that reaches the standard deviation is taken over the {other}; take it over the {what}.",
            plain(_deviation_along_the_other),
        ),
        (
            KNOWN,
            "What reaches x through the mean is made of dout; it is made of what reaches x less its mean.",
            _backward(_mean_of_dout(axis), axis),
        ),
        (
            KNOWN,
            "eps is left out on the way back: the std there must be that of the way forward.",
            _eps_forgotten(axis),
        ),
        (
            KNOWN,
            "dx is multiplied with the standard deviation; divide by it.",
            plain(lambda g, x_hat, std, mean, n: (g - mean(g) - x_hat * mean(g * x_hat)) * std),
        ),
        (KNOWN, "dx is x_hat itself.", plain(lambda g, x_hat, std, mean, n: x_hat)),
        (
            KNOWN,
            "This is the gradient for an upstream gradient of ones: dout does not come in.",
            _of_ones(axis),
        ),
        (
            KNOWN,
            "dgamma is a product of two sums over the examples; multiply first, example by example, and then sum.",
            of_gamma(lambda dout, x_hat, std, x: dout.sum(axis=0) * x_hat.sum(axis=0)),
        ),
        (
            KNOWN,
            "dgamma is the last example's alone: sum over the examples.",
            of_gamma(lambda dout, x_hat, std, x: dout[-1] * x_hat[-1]),
        ),
        (KNOWN, "dbeta is the last example's alone: sum over the examples.", of_beta(lambda dout: dout[-1])),
        (
            KNOWN,
            "dbeta is 1 for every feature: that is the derivative of the output; sum the upstream gradient over the "
            "examples.",
            of_beta(lambda dout: np.ones(dout.shape[1])),
        ),
    ]
    if axis == 1:
        found.append(
            (
                KNOWN,
                "gamma is multiplied at the end; in layer normalisation it differs within what is averaged, so it "
                "belongs into dout before any mean is taken.",
                gamma_outside,
            )
        )
        found.append(
            (
                "axis",
                "This is the backward pass of batch normalisation: its sums run over the examples; here they run over "
                "the features.",
                _as_in_batch_normalisation,
            )
        )
    return found


MISTAKES = {
    "batchnorm_gradients": _gradients_mistakes(0, "examples", "features"),
    "layernorm_gradients": _gradients_mistakes(1, "features", "examples"),
}
