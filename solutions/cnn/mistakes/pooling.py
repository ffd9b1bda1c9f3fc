"""Well-known mistakes in max-pooling, forward and backward."""

import numpy as np

from solutions.cnn.for_checks import pool_gradient, pooled

KNOWN = "known mistake"


def _sizes(param):
    return param["pool_height"], param["pool_width"], param["stride"]


def _pools(x, param, down=None, right=None, window=None, shift=0):
    """Every window of a pooling: (row, column, images cut to it).

    Parameters
    ----------
    down, right : int, optional
        How many pixels the windows are apart, in the place of the stride.
    window : tuple of int, optional
        Their height and width, in the place of those that are asked for.
    shift : int
        How many pixels they lie too far to the right.
    """
    HH, WW, stride = _sizes(param)
    height, width = window or (HH, WW)
    for i in range((x.shape[2] - HH) // stride + 1):
        for j in range((x.shape[3] - WW) // stride + 1):
            top, left = i * (down or stride), j * (right or stride) + shift
            yield i, j, np.s_[:, :, top : top + height, left : left + width]


def _largest_of(part):
    return part.max(axis=(2, 3))


def _pooled_by(reduce=_largest_of, window=None, **where):
    """Pooling with something else than the largest number, or in other windows: `window(HH, WW)` is their size."""

    def wrong(x, param):
        out = np.full(pooled(x, param).shape, np.nan)
        for i, j, part in _pools(x, param, window=window and window(*_sizes(param)[:2]), **where):
            if x[part].size:
                out[:, :, i, j] = reduce(x[part])
        return out

    return wrong


def _pooled_after(change):
    """The right output, changed afterwards: `change(out, x)`."""
    return lambda x, param: change(pooled(x, param), x)


def _flat(part):
    """The numbers of a window along the last axis."""
    return part.reshape(*part.shape[:2], -1)


def _with_the_largest_size(part):
    return np.take_along_axis(_flat(part), np.abs(_flat(part)).argmax(axis=2)[:, :, None], axis=2)[:, :, 0]


def _mean(part):
    return part.mean(axis=(2, 3))


def _first_alone(out, x):
    """Zeros, but for the first image's first channel."""
    alone = np.zeros_like(out)
    alone[0, 0] = out[0, 0]
    return alone


_SHORT = (
    "Every window is square, as large as its shorter side: is one of its sizes taken for both, is a size written in, "
    "or is a slice one pixel too short?"
)
_LONG = (
    "Every window is square, as large as its longer side: is one of its sizes taken for both, or is a slice one pixel "
    "too long?"
)
_POOLED = [
    (KNOWN, "This is the mean of each window; take the largest number.", _pooled_by(_mean)),
    (KNOWN, "This is the sum of each window; take the largest number.", _pooled_by(lambda p: p.sum(axis=(2, 3)))),
    (KNOWN, "This is the smallest number of each window.", _pooled_by(lambda p: p.min(axis=(2, 3)))),
    (
        KNOWN,
        "This is the largest size of each window, the sign left out.",
        _pooled_by(lambda p: np.abs(p).max(axis=(2, 3))),
    ),
    (
        KNOWN,
        "This is the number of the largest size in each window; take the largest number, with its sign.",
        _pooled_by(_with_the_largest_size),
    ),
    (
        KNOWN,
        "0 counts as one of the numbers, so that windows of negative numbers give 0: start from the first number, or "
        "from minus infinity.",
        _pooled_by(lambda p: np.maximum(p.max(axis=(2, 3)), 0)),
    ),
    (
        KNOWN,
        "-1 counts as one of the numbers, so that windows of smaller numbers give -1: start from the first number, or "
        "from minus infinity.",
        _pooled_by(lambda p: np.maximum(p.max(axis=(2, 3)), -1)),
    ),
    (
        KNOWN,
        "The image's first number counts in every window: start each one from its own first number.",
        _pooled_after(lambda out, x: np.maximum(out, x[:, :, :1, :1])),
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
    (
        KNOWN,
        "This is the largest number of the whole channel; take that of each window.",
        _pooled_after(lambda out, x: np.broadcast_to(x.max(axis=(2, 3), keepdims=True), out.shape)),
    ),
    (KNOWN, "This is the upper left number of each window.", _pooled_by(lambda p: p[:, :, 0, 0])),
    (KNOWN, "This is the lower right number of each window.", _pooled_by(lambda p: p[:, :, -1, -1])),
    (KNOWN, "This is the largest number of each window's first row.", _pooled_by(lambda p: p[:, :, 0].max(axis=2))),
    (KNOWN, "This is the largest number of each window's first column.", _pooled_by(lambda p: p[..., 0].max(axis=2))),
    (
        KNOWN,
        "This is the largest number of each window's diagonal: look at all its rows and columns.",
        _pooled_by(lambda p: np.diagonal(p, axis1=2, axis2=3).max(axis=2)),
    ),
    (
        KNOWN,
        "This is the median of each window; take the largest number.",
        _pooled_by(lambda p: np.median(p, axis=(2, 3))),
    ),
    (
        KNOWN,
        "This is the second largest number of each window.",
        _pooled_by(lambda p: np.sort(_flat(p), axis=2)[:, :, max(-2, -p[0, 0].size)]),
    ),
    (
        KNOWN,
        "This is where the largest number stands in each window (argmax); take the number itself.",
        _pooled_by(lambda p: _flat(p).argmax(axis=2)),
    ),
    (
        KNOWN,
        "This is the root of each window's mean square; take the largest number.",
        _pooled_by(lambda p: np.sqrt((p**2).mean(axis=(2, 3)))),
    ),
    (
        KNOWN,
        "This is the logarithm of a sum of exponentials, which is larger than the largest number.",
        _pooled_by(lambda p: np.log(np.exp(p).sum(axis=(2, 3)))),
    ),
    (KNOWN, "The window moves on by one pixel, whatever the stride.", _pooled_by(down=1, right=1)),
    (KNOWN, "Downwards, the window moves on by one pixel, whatever the stride.", _pooled_by(down=1)),
    (KNOWN, "To the right, the window moves on by one pixel, whatever the stride.", _pooled_by(right=1)),
    (KNOWN, "The window moves on by two pixels, whatever the stride.", _pooled_by(down=2, right=2)),
    (
        KNOWN,
        "These are means, of windows that move on by one pixel, whatever the stride.",
        _pooled_by(_mean, down=1, right=1),
    ),
    (KNOWN, "Height and width of the window are swapped.", _pooled_by(window=lambda HH, WW: (WW, HH))),
    (KNOWN, _SHORT, _pooled_by(window=lambda HH, WW: (min(HH, WW), min(HH, WW)))),
    (KNOWN, _LONG, _pooled_by(window=lambda HH, WW: (max(HH, WW), max(HH, WW)))),
    (KNOWN, "The window is 2 by 2, whatever is asked for.", _pooled_by(window=lambda HH, WW: (2, 2))),
    (
        KNOWN,
        "The last row of every window is left out.",
        _pooled_by(window=lambda HH, WW: (max(HH - 1, 1), WW)),
    ),
    (
        KNOWN,
        "The last column of every window is left out.",
        _pooled_by(window=lambda HH, WW: (HH, max(WW - 1, 1))),
    ),
    (KNOWN, "Every window has one row too many.", _pooled_by(window=lambda HH, WW: (HH + 1, WW))),
    (KNOWN, "Every window has one column too many.", _pooled_by(window=lambda HH, WW: (HH, WW + 1))),
    (
        KNOWN,
        "The first row of every window is left out.",
        _pooled_by(lambda p: p[:, :, 1:].max(axis=(2, 3), initial=-np.inf)),
    ),
    (KNOWN, "Every window lies one pixel too far to the right.", _pooled_by(shift=1)),
    (
        KNOWN,
        "These are sums over the channels of each channel's largest number; each channel is pooled by itself.",
        _pooled_by(lambda p: p.max(axis=(2, 3)).sum(axis=1)[:, None]),
    ),
    (
        KNOWN,
        "Only the first image's first channel is there, the rest is zero: does the function return within its loops?",
        _pooled_after(_first_alone),
    ),
]


def _shared(share, assign=False, window=None, **where):
    """A gradient of pooling: `share(window, dout)` says what each number of a window gets."""

    def wrong(x, param, dout):
        dx = np.zeros_like(x)
        for i, j, part in _pools(x, param, window=window and window(*_sizes(param)[:2]), **where):
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


def _to(value_of):
    """What a window gets where dout goes to the numbers that equal `value_of(window)`."""
    return lambda window, dout: (window == value_of(window)) * dout


def _softened(window, dout):
    powers = np.exp(window - window.max(axis=(2, 3), keepdims=True))
    return powers / powers.sum(axis=(2, 3), keepdims=True) * dout


def _all_to_largest(window, dout):
    return _largest(window) * dout


def _placed(place):
    """A gradient of pooling that lands elsewhere: `place(down, right, i, j, stride)` says in which row and column.

    `down` and `right` are where the largest number stands in its window, which is the one in row i and column j.
    """

    def wrong(x, param, dout):
        dx, (n, c) = np.zeros_like(x), np.indices(x.shape[:2])
        for i, j, part in _pools(x, param):
            down, right = np.divmod(_flat(x[part]).argmax(axis=2), x[part].shape[3])
            rows, columns = np.broadcast_arrays(*place(down, right, i, j, param["stride"]))
            if rows.max() >= x.shape[2] or columns.max() >= x.shape[3]:
                return (np.full_like(x, np.nan),)  # that is an error
            np.add.at(dx, (n, c, rows, columns), dout[:, :, i, j])
        return (dx,)

    return wrong


def _elsewhere(change):
    """A right gradient that is changed afterwards."""
    return lambda x, param, dout: (change(pool_gradient(x, param, dout), x, dout),)


def _given(images=lambda x: x, upstream=lambda dout: dout):
    """The right gradient of other images, or of another upstream gradient."""
    return lambda x, param, dout: (pool_gradient(images(x), param, np.ascontiguousarray(upstream(dout))),)


_OVERWRITTEN = (
    "Where windows overlap, the last one overwrites the others: a number may be the largest of several windows, and "
    "their shares add up."
)
_POOL_GRADIENT = [
    (KNOWN, _OVERWRITTEN, _shared(_all_to_largest, assign=True)),
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
        "dout is shared out in proportion to the numbers; the largest one gets all of it.",
        _shared(lambda window, dout: window / window.sum(axis=(2, 3), keepdims=True) * dout),
    ),
    (KNOWN, "dout is shared out by a softmax; the largest number gets all of it.", _shared(_softened)),
    (
        KNOWN,
        "The smallest number of each window gets dout.",
        _shared(_to(lambda window: window.min(axis=(2, 3), keepdims=True))),
    ),
    (KNOWN, "The upper left number of each window gets dout.", _shared(_to(lambda window: window[:, :, :1, :1]))),
    (
        KNOWN,
        "The number of the largest size in each window gets dout; it belongs to the largest number, with its sign.",
        _shared(lambda window, dout: _largest(np.abs(window)) * dout),
    ),
    (
        KNOWN,
        "The largest number of each row of the window gets dout; only that of the whole window does.",
        _shared(_to(lambda window: window.max(axis=3, keepdims=True))),
    ),
    (
        KNOWN,
        "The largest number of each column of the window gets dout; only that of the whole window does.",
        _shared(_to(lambda window: window.max(axis=2, keepdims=True))),
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
        _shared(_to(lambda window: window.max(axis=(1, 2, 3), keepdims=True))),
    ),
    (
        KNOWN,
        "The gradient goes to the largest number of all images, not of each.",
        _shared(_to(lambda window: window.max(axis=(0, 2, 3), keepdims=True))),
    ),
    (
        KNOWN,
        "The windows are taken one pixel apart, whatever the stride.",
        _shared(_all_to_largest, down=1, right=1),
    ),
    (
        KNOWN,
        "The windows are taken one pixel apart, whatever the stride, and one overwrites the other.",
        _shared(_all_to_largest, assign=True, down=1, right=1),
    ),
    (
        KNOWN,
        "To the right, the windows are taken one pixel apart, whatever the stride.",
        _shared(_all_to_largest, right=1),
    ),
    (KNOWN, "Downwards, the windows are taken one pixel apart, whatever the stride.", _shared(_all_to_largest, down=1)),
    (
        KNOWN,
        "Height and width of the window are swapped.",
        _shared(_all_to_largest, window=lambda HH, WW: (WW, HH)),
    ),
    (KNOWN, _SHORT, _shared(_all_to_largest, window=lambda HH, WW: (min(HH, WW), min(HH, WW)))),
    (KNOWN, _LONG, _shared(_all_to_largest, window=lambda HH, WW: (max(HH, WW), max(HH, WW)))),
    (
        KNOWN,
        "The last row of every window is left out.",
        _shared(_all_to_largest, window=lambda HH, WW: (max(HH - 1, 1), WW)),
    ),
    (
        KNOWN,
        "The place of the largest number is counted from the upper left corner of the image; it is one in the window.",
        _placed(lambda down, right, i, j, stride: (down, right)),
    ),
    (
        KNOWN,
        "dout lands at its own row and column in the image; it belongs to the window's largest number.",
        _placed(lambda down, right, i, j, stride: (np.full_like(down, i), np.full_like(right, j))),
    ),
    (
        KNOWN,
        "Row and column of the largest number in its window are swapped.",
        _placed(lambda down, right, i, j, stride: (i * stride + right, j * stride + down)),
    ),
    (
        KNOWN,
        "dout comes from the opposite place: each window has the one of its own row and column.",
        _given(upstream=lambda dout: dout[:, :, ::-1, ::-1]),
    ),
    (
        KNOWN,
        "dout of the first place is taken at every place; each has a dout of its own.",
        _given(upstream=lambda dout: np.broadcast_to(dout[:, :, :1, :1], dout.shape)),
    ),
    (
        KNOWN,
        "dout of the first channel is taken in every channel; each has a dout of its own.",
        _given(upstream=lambda dout: np.broadcast_to(dout[:, :1], dout.shape)),
    ),
    (
        KNOWN,
        "The first channel's largest numbers say where dout goes in every channel; look at each.",
        _given(images=lambda x: np.broadcast_to(x[:, :1], x.shape).copy()),
    ),
    (
        KNOWN,
        "The first image's largest numbers say where dout goes in every image; look at each.",
        _given(images=lambda x: np.broadcast_to(x[:1], x.shape).copy()),
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
