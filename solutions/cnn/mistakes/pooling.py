"""Well-known mistakes in max-pooling, forward and backward."""

import numpy as np

from solutions.cnn.for_checks import pool_gradient, pooled

KNOWN = "known mistake"


def _pools(x, param):
    """Every window of a pooling: (row, column, images cut to it)."""
    HH, WW, stride = param["pool_height"], param["pool_width"], param["stride"]
    for i in range((x.shape[2] - HH) // stride + 1):
        for j in range((x.shape[3] - WW) // stride + 1):
            yield i, j, np.s_[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]


def _pooled_by(reduce):
    def wrong(x, param):
        out = np.zeros_like(pooled(x, param))
        for i, j, part in _pools(x, param):
            out[:, :, i, j] = reduce(x[part])
        return out

    return wrong


def _pooled_at(down, right):
    """Pooling whose windows start every `down` and `right` pixels, where these are given."""

    def wrong(x, param):
        out, (HH, WW) = np.zeros_like(pooled(x, param)), (param["pool_height"], param["pool_width"])
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                top, left = i * (down or param["stride"]), j * (right or param["stride"])
                out[:, :, i, j] = x[:, :, top : top + HH, left : left + WW].max(axis=(2, 3))
        return out

    return wrong


def _swapped(x, param):
    HH, WW, stride = param["pool_height"], param["pool_width"], param["stride"]
    out = np.zeros_like(pooled(x, param))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x[:, :, i * stride : i * stride + WW, j * stride : j * stride + HH]
            out[:, :, i, j] = window.max(axis=(2, 3))
    return out


_POOLED = [
    (KNOWN, "This is the mean of each window; take the largest number.", _pooled_by(lambda p: p.mean(axis=(2, 3)))),
    (KNOWN, "This is the sum of each window; take the largest number.", _pooled_by(lambda p: p.sum(axis=(2, 3)))),
    (KNOWN, "This is the smallest number of each window.", _pooled_by(lambda p: p.min(axis=(2, 3)))),
    (
        KNOWN,
        "This is the largest size of each window, the sign left out.",
        _pooled_by(lambda p: np.abs(p).max(axis=(2, 3))),
    ),
    (
        KNOWN,
        "0 counts as one of the numbers, so that windows of negative numbers give 0: start from the first number, or "
        "from minus infinity.",
        _pooled_by(lambda p: np.maximum(p.max(axis=(2, 3)), 0)),
    ),
    (
        KNOWN,
        "The largest number is taken over all channels; each channel is pooled by itself.",
        _pooled_by(lambda p: p.max(axis=(1, 2, 3))[:, None]),
    ),
    (
        KNOWN,
        "The largest number is taken over all images; each is pooled by itself.",
        _pooled_by(lambda p: p.max(axis=(0, 2, 3))[None]),
    ),
    (KNOWN, "This is the upper left number of each window.", _pooled_by(lambda p: p[:, :, 0, 0])),
    (KNOWN, "The window moves on by one pixel, whatever the stride.", _pooled_at(1, 1)),
    (KNOWN, "Downwards, the window moves on by one pixel, whatever the stride.", _pooled_at(1, None)),
    (KNOWN, "To the right, the window moves on by one pixel, whatever the stride.", _pooled_at(None, 1)),
    (KNOWN, "Height and width of the window are swapped.", _swapped),
]


def _shared(share, assign=False):
    """A gradient of pooling: `share(window, dout)` says what each number of a window gets."""

    def wrong(x, param, dout):
        dx = np.zeros_like(x)
        for i, j, part in _pools(x, param):
            given = share(x[part], dout[:, :, i, j][:, :, None, None])
            dx[part] = given if assign else dx[part] + given
        return (dx,)

    return wrong


def _set_once(x, param, dout):
    """The gradient of pooling with dout set, not added, where the largest number of a window is."""
    dx = np.zeros_like(x)
    for i, j, part in _pools(x, param):
        dx[part] = np.where(_largest(x[part]), dout[:, :, i, j][:, :, None, None], dx[part])
    return (dx,)


def _largest(window):
    return window == window.max(axis=(2, 3), keepdims=True)


def _elsewhere(change):
    """A right gradient that is changed afterwards."""
    return lambda x, param, dout: (change(pool_gradient(x, param, dout), x, dout),)


_OVERWRITTEN = (
    "Where windows overlap, the last one overwrites the others: a number may be the largest of several windows, and "
    "their shares add up."
)
_POOL_GRADIENT = [
    (KNOWN, _OVERWRITTEN, _shared(lambda window, dout: _largest(window) * dout, assign=True)),
    (KNOWN, _OVERWRITTEN, _set_once),
    (
        KNOWN,
        "Every number of the window gets dout; only the largest one moves the maximum.",
        _shared(lambda window, dout: np.broadcast_to(dout, window.shape)),
    ),
    (
        KNOWN,
        "dout is shared out evenly, as the mean's gradient would be; the largest number gets all of it.",
        _shared(lambda window, dout: np.broadcast_to(dout, window.shape) / window[0, 0].size),
    ),
    (
        KNOWN,
        "The smallest number of each window gets dout.",
        _shared(lambda window, dout: (window == window.min(axis=(2, 3), keepdims=True)) * dout),
    ),
    (
        KNOWN,
        "The largest number gets dout times itself: the derivative of the maximum by it is 1.",
        _shared(lambda window, dout: _largest(window) * window * dout),
    ),
    (
        KNOWN,
        "dout is left out: the largest number of each window gets 1.",
        _shared(lambda window, dout: _largest(window) * 1.0),
    ),
    (
        KNOWN,
        "All of dout but the largest number's share is handed on.",
        _shared(lambda window, dout: (1 - _largest(window)) * dout),
    ),
    (
        KNOWN,
        "The gradient goes to the largest number of all channels, not of each.",
        _shared(lambda window, dout: (window == window.max(axis=(1, 2, 3), keepdims=True)) * dout),
    ),
    (
        KNOWN,
        "The gradient goes only through positive numbers: that is the ReLU's.",
        _elsewhere(lambda dx, x, dout: dx * (x > 0)),
    ),
]


MISTAKES = {
    "pooled": _POOLED,
    "pool_gradient": _POOL_GRADIENT,
}
