"""Well-known mistakes in batch normalisation of images."""

import numpy as np

from solutions.batchnorm import batchnorm_backward_alt, batchnorm_forward
from solutions.cnn.for_checks import normalised

KNOWN = "known mistake"


def _by(axes):
    """Batch normalisation of images whose mean and variance are taken over `axes`."""

    def wrong(x, gamma, beta, param):
        mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        x_hat = (x - mean) / np.sqrt(var + param.get("eps", 1e-5))
        return gamma[:, None, None] * x_hat + beta[:, None, None]

    return wrong


def _mixed(x, gamma, beta, param):
    """Reshaped to rows without putting the channels last first."""
    rows = x.reshape(-1, x.shape[1])
    return batchnorm_forward(rows, gamma, beta, dict(param))[0].reshape(x.shape)


def _mixed_back(x, gamma, beta, param):
    rows = x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
    return batchnorm_forward(rows, gamma, beta, dict(param))[0].reshape(x.shape)


def _wrong_eps(x, gamma, beta, param):
    return normalised(x, gamma, beta, param | {"eps": 1e-5})


def _without_gamma(x, gamma, beta, param):
    return normalised(x, 0 * gamma + 1, beta, param)


def _without_beta(x, gamma, beta, param):
    return normalised(x, gamma, 0 * beta, param)


_ROWS = "A reshape alone mixes channels and places: put the channel last, then lay the numbers out as rows."
_NORMALISED = [
    (KNOWN, _ROWS, _mixed),
    (
        KNOWN,
        "On the way back to images the numbers are only reshaped: the channel still stands last, and must go forward "
        "again.",
        _mixed_back,
    ),
    (
        "axis",
        "Mean and variance are taken over the images alone, for every place by itself: take them over the places, too.",
        _by(0),
    ),
    (
        "axis",
        "Mean and variance are taken of every image's channel by itself (instance normalisation): take them over all "
        "images.",
        _by((2, 3)),
    ),
    ("axis", "Mean and variance are taken of every image by itself (layer normalisation).", _by((1, 2, 3))),
    ("axis", "One mean and one variance are taken of all channels together.", _by((0, 1, 2, 3))),
    ("axis", "Mean and variance are taken over channels; each channel has its own.", _by(1)),
    (KNOWN, "eps is 1e-5 whatever the dict says: read it there.", _wrong_eps),
    (KNOWN, "gamma is left out.", _without_gamma),
    (KNOWN, "beta is left out.", _without_beta),
]


def _batch_tested(x, gamma, beta, param):
    return normalised(x, gamma, beta, {"mode": "train", "eps": param["eps"]})


_TESTED = [
    (KNOWN, "In mode test the batch's own mean and variance are used; use the running ones.", _batch_tested),
    *(one for one in _NORMALISED if one[2] in (_mixed, _mixed_back)),
    (KNOWN, "gamma is left out; in mode test it counts, too.", _without_gamma),
    (KNOWN, "beta is left out; in mode test it counts, too.", _without_beta),
]


def _running(mean, var):
    """Running statistics in which what is stored of the batch is changed."""

    def wrong(x, gamma, beta, param):
        share = param["momentum"]
        pixels = x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
        return (
            share * param["running_mean"] + (1 - share) * mean(pixels),
            share * param["running_var"] + (1 - share) * var(pixels),
        )

    return wrong


def _swapped_momentum(x, gamma, beta, param):
    share, pixels = param["momentum"], x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
    return (
        (1 - share) * param["running_mean"] + share * pixels.mean(axis=0),
        (1 - share) * param["running_var"] + share * pixels.var(axis=0),
    )


_STORED = [
    (
        KNOWN,
        "The running statistics stay as they were.",
        lambda x, gamma, beta, param: (param["running_mean"], param["running_var"]),
    ),
    (KNOWN, "momentum is the share of the old value that is kept; here it is the new one's.", _swapped_momentum),
    (
        KNOWN,
        "The unbiased variance is stored; here it is the mean of the squared deviations.",
        _running(lambda p: p.mean(axis=0), lambda p: p.var(axis=0, ddof=1)),
    ),
    (
        KNOWN,
        "The standard deviation is stored in the place of the variance.",
        _running(lambda p: p.mean(axis=0), lambda p: p.std(axis=0)),
    ),
    (
        KNOWN,
        "The batch's statistics are stored as they are: momentum says how much of the old ones is kept.",
        lambda x, gamma, beta, param: (x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))),
    ),
]


def _spatial_back(change):
    """Gradients from the rows' pieces: `change(dout, x_hat, gamma, std)` in rows (N H W, C)."""

    def wrong(x, gamma, beta, param, dout):
        N, C, H, W = x.shape
        rows, upstream = (a.transpose(0, 2, 3, 1).reshape(-1, C) for a in (x, dout))
        x_hat, gamma, std = batchnorm_forward(rows, gamma, beta, dict(param))[1]
        dx, dgamma, dbeta = change(upstream, x_hat, gamma, std)
        if dx is not None:
            dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)
        return dx, dgamma, dbeta

    return wrong


def _rows_alone(x, gamma, beta, param, dout):
    rows, upstream = (a.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]) for a in (x, dout))
    cache = batchnorm_forward(rows, gamma, beta, dict(param))[1]
    return batchnorm_backward_alt(upstream, cache)[0].reshape(x.shape), None, None


def _mixed_gradients(x, gamma, beta, param, dout):
    rows = x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
    cache = batchnorm_forward(rows, gamma, beta, dict(param))[1]
    dx, dgamma, dbeta = batchnorm_backward_alt(dout.reshape(-1, x.shape[1]), cache)
    return dx.reshape(x.shape), dgamma, dbeta


def _mixed_on_both_ways(x, gamma, beta, param, dout):
    cache = batchnorm_forward(x.reshape(-1, x.shape[1]), gamma, beta, dict(param))[1]
    dx, dgamma, dbeta = batchnorm_backward_alt(dout.reshape(-1, x.shape[1]), cache)
    return dx.reshape(x.shape), dgamma, dbeta


def _places_alone(x, gamma, beta, param, dout):
    return None, None, dout.sum(axis=0).mean(axis=(1, 2))


_SPATIAL_GRADIENTS = [
    (KNOWN, _ROWS, _mixed_gradients),
    (KNOWN, _ROWS, _mixed_on_both_ways),
    (KNOWN, "On the way back to images dx is only reshaped: the channel still stands last.", _rows_alone),
    (
        KNOWN,
        "Mean and variance are treated as constants: they depend on every pixel of the channel.",
        _spatial_back(lambda dout, x_hat, gamma, std: (dout * gamma / std, None, None)),
    ),
    (
        KNOWN,
        "gamma is left out of dx.",
        _spatial_back(
            lambda dout, x_hat, gamma, std: (
                (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0)) / std,
                None,
                None,
            )
        ),
    ),
    (
        KNOWN,
        "This is the sum of dout alone, as it is due for beta; gamma is multiplied with the normalised numbers.",
        _spatial_back(lambda dout, x_hat, gamma, std: (None, dout.sum(axis=0), None)),
    ),
    (
        KNOWN,
        "This is what is due for gamma: have dgamma and dbeta changed places?",
        _spatial_back(lambda dout, x_hat, gamma, std: (None, None, (dout * x_hat).sum(axis=0))),
    ),
    (
        KNOWN,
        "These are means over images and places; take sums.",
        _spatial_back(lambda dout, x_hat, gamma, std: (None, (dout * x_hat).mean(axis=0), dout.mean(axis=0))),
    ),
    (KNOWN, "dbeta is a mean over the places; take the sum.", _places_alone),
]


MISTAKES = {
    "normalised": _NORMALISED,
    "tested": _TESTED,
    "stored": _STORED,
    "spatial_gradients": _SPATIAL_GRADIENTS,
}
