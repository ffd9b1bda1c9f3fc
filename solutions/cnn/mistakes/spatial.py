"""Well-known mistakes in batch normalisation of images."""

import numpy as np

from solutions.batchnorm import batchnorm_backward_alt, batchnorm_forward
from solutions.cnn.for_checks import normalised, stored

KNOWN = "known mistake"


def _rows(x):
    """Pixels as rows (N H W, C)."""
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def _images(rows, shape):
    """Images of that shape from such rows."""
    N, C, H, W = shape
    return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def _scaled(x_hat, gamma, beta):
    return gamma[:, None, None] * x_hat + beta[:, None, None]


def _by(axes):
    """Batch normalisation of images whose mean and variance are taken over `axes`."""

    def wrong(x, gamma, beta, param):
        mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        return _scaled((x - mean) / np.sqrt(var + param.get("eps", 1e-5)), gamma, beta)

    return wrong


def _mixed(x, gamma, beta, param):
    """Reshaped to rows without putting the channels last first."""
    rows = x.reshape(-1, x.shape[1])
    return batchnorm_forward(rows, gamma, beta, dict(param))[0].reshape(x.shape)


def _mixed_back(x, gamma, beta, param):
    return batchnorm_forward(_rows(x), gamma, beta, dict(param))[0].reshape(x.shape)


def _laid(lay):
    """Batch normalisation of rows that are laid out by `lay(x)`, and laid back as they should be."""
    return lambda x, gamma, beta, param: _images(batchnorm_forward(lay(x), gamma, beta, dict(param))[0], x.shape)


def _by_first_image(x, gamma, beta, param):
    mean, var = (getattr(x[:1], name)(axis=(0, 2, 3), keepdims=True) for name in ("mean", "var"))
    return _scaled((x - mean) / np.sqrt(var + param.get("eps", 1e-5)), gamma, beta)


def _other_scale(change):
    """The right output with other scales and shifts: `change(gamma, beta)`."""
    return lambda x, gamma, beta, param: normalised(x, *change(gamma, beta), param)


def _scaled_twice(x, gamma, beta, param):
    return _scaled(normalised(x, gamma, beta, param), gamma, beta)


def _scaled_along_the_width(x, gamma, beta, param):
    """Scaled by pixels' columns, with gamma again and again where it is too short."""
    shifted = normalised(x, 0 * gamma + 1, beta, param)
    return shifted * np.resize(gamma, x.shape[3])


def _wrong_eps(x, gamma, beta, param):
    return normalised(x, gamma, beta, param | {"eps": 1e-5})


def _without_gamma(x, gamma, beta, param):
    return normalised(x, 0 * gamma + 1, beta, param)


def _without_beta(x, gamma, beta, param):
    return normalised(x, gamma, 0 * beta, param)


_ROWS = "A reshape alone mixes channels and places: put the channel last, then lay the numbers out as rows."
_THERE = (
    "On the way to rows the numbers are laid out wrongly, so that channels and places are mixed: put the channel last, "
    "leave the other axes in their order, then reshape."
)
_NORMALISED = [
    (KNOWN, _ROWS, _mixed),
    (KNOWN, _THERE, _laid(lambda x: x.reshape(-1, x.shape[1]))),
    (KNOWN, _THERE, _laid(lambda x: x.transpose(1, 0, 2, 3).reshape(-1, x.shape[1]))),
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
    ("axis", "Mean and variance are taken over images and rows, for every column by itself.", _by((0, 2))),
    ("axis", "Mean and variance are taken over images and columns, for every row by itself.", _by((0, 3))),
    (KNOWN, "Mean and variance are the first image's; take them over all images.", _by_first_image),
    ("axis", "One mean and one variance are taken of all channels together.", _by((0, 1, 2, 3))),
    ("axis", "Mean and variance are taken over channels; each channel has its own.", _by(1)),
    (KNOWN, "eps is 1e-5 whatever the dict says: read it there.", _wrong_eps),
    (KNOWN, "gamma is left out.", _without_gamma),
    (KNOWN, "beta is left out.", _without_beta),
    (KNOWN, "gamma and beta have changed places.", _other_scale(lambda gamma, beta: (beta, gamma))),
    (KNOWN, "The sign of gamma is lost.", _other_scale(lambda gamma, beta: (np.abs(gamma), beta))),
    (KNOWN, "gamma and beta come in twice: `batchnorm_forward` uses them already.", _scaled_twice),
    (KNOWN, "gamma is multiplied along the width; it belongs to the channels.", _scaled_along_the_width),
    (
        KNOWN,
        "In mode train the running statistics are used; use the batch's own mean and variance.",
        lambda x, gamma, beta, param: normalised(x, gamma, beta, param | {"mode": "test"}),
    ),
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
        pixels = _rows(x)
        return (
            share * param["running_mean"] + (1 - share) * mean(pixels),
            share * param["running_var"] + (1 - share) * var(pixels),
        )

    return wrong


def _swapped_momentum(x, gamma, beta, param):
    share, pixels = param["momentum"], _rows(x)
    return (
        (1 - share) * param["running_mean"] + share * pixels.mean(axis=0),
        (1 - share) * param["running_var"] + share * pixels.var(axis=0),
    )


def _step_by_step(batches):
    """Running statistics after one step for each of `batches(x)`."""

    def wrong(x, gamma, beta, param):
        kept = dict(param)
        for batch in batches(x):
            kept |= dict(zip(("running_mean", "running_var"), stored(batch, gamma, beta, kept), strict=True))
        return kept["running_mean"], kept["running_var"]

    return wrong


def _default_momentum(x, gamma, beta, param):
    return stored(x, gamma, beta, {name: value for name, value in param.items() if name != "momentum"})


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
    (
        KNOWN,
        "There are two steps for one batch: is `batchnorm_forward` called twice?",
        _step_by_step(lambda x: [x, x]),
    ),
    (KNOWN, "There is one step for each image; take one for the batch.", _step_by_step(lambda x: np.split(x, len(x)))),
    (KNOWN, "The momentum is the default's, whatever the dict says: read it there.", _default_momentum),
]


def _spatial_back(change, lay=_rows):
    """Gradients from the rows' pieces: `change(dout, x_hat, gamma, std)` in rows (N H W, C); dout is laid by `lay`."""

    def wrong(x, gamma, beta, param, dout):
        x_hat, gamma, std = batchnorm_forward(_rows(x), gamma, beta, dict(param))[1]
        dx, dgamma, dbeta = change(lay(dout), x_hat, gamma, std)
        return dx if dx is None else _images(dx, x.shape), dgamma, dbeta

    return wrong


def _right_rows(dout, x_hat, gamma, std):
    return batchnorm_backward_alt(dout, (x_hat, gamma, std))


def _dx_by(of_mean, of_var):
    """The gradient of x whose two means are taken in other ways: functions of images (N, C, H, W)."""

    def wrong(x, gamma, beta, param, dout):
        x_hat, _, std = batchnorm_forward(_rows(x), gamma, beta, dict(param))[1]
        x_hat, upstream = _images(x_hat, x.shape), gamma[:, None, None] * dout
        dx = upstream - of_mean(upstream) - x_hat * of_var(upstream * x_hat)
        return dx / std[:, None, None], None, None

    return wrong


def _mean_over(*axes):
    return lambda images: images.mean(axis=axes, keepdims=True)


def _sum_by_images(images):
    return images.sum(axis=(0, 2, 3), keepdims=True) / len(images)


def _rows_alone(x, gamma, beta, param, dout):
    cache = batchnorm_forward(_rows(x), gamma, beta, dict(param))[1]
    return batchnorm_backward_alt(_rows(dout), cache)[0].reshape(x.shape), None, None


def _mixed_gradients(x, gamma, beta, param, dout):
    cache = batchnorm_forward(_rows(x), gamma, beta, dict(param))[1]
    dx, dgamma, dbeta = batchnorm_backward_alt(dout.reshape(-1, x.shape[1]), cache)
    return dx.reshape(x.shape), dgamma, dbeta


def _mixed_on_both_ways(x, gamma, beta, param, dout):
    cache = batchnorm_forward(x.reshape(-1, x.shape[1]), gamma, beta, dict(param))[1]
    dx, dgamma, dbeta = batchnorm_backward_alt(dout.reshape(-1, x.shape[1]), cache)
    return dx.reshape(x.shape), dgamma, dbeta


def _dbeta(change):
    return lambda x, gamma, beta, param, dout: (None, None, change(dout))


_EACH = _mean_over(0, 2, 3)
_BY_IMAGES = (
    "Means over the channel are replaced by means over the images alone, for every place by itself: take them over the "
    "places, too."
)
_SPATIAL_GRADIENTS = [
    (KNOWN, _ROWS, _mixed_gradients),
    (KNOWN, _ROWS, _mixed_on_both_ways),
    (KNOWN, _THERE, _spatial_back(_right_rows, lambda dout: dout.reshape(-1, dout.shape[1]))),
    (KNOWN, _THERE, _spatial_back(_right_rows, lambda dout: dout.transpose(1, 0, 2, 3).reshape(-1, dout.shape[1]))),
    (
        KNOWN,
        "On the way to rows height and width of dout have changed places.",
        _spatial_back(_right_rows, lambda dout: dout.transpose(0, 3, 2, 1).reshape(-1, dout.shape[1])),
    ),
    (
        KNOWN,
        "The mean is treated as a constant: it depends on every pixel of the channel.",
        _dx_by(lambda images: 0 * images, _EACH),
    ),
    (
        KNOWN,
        "The variance is treated as a constant: it depends on every pixel of the channel.",
        _dx_by(_EACH, lambda images: 0 * images),
    ),
    ("axis", _BY_IMAGES, _dx_by(_mean_over(0), _mean_over(0))),
    (
        "axis",
        "Means over the channel are replaced by means of every image's channel by itself: take them over all images.",
        _dx_by(_mean_over(2, 3), _mean_over(2, 3)),
    ),
    (
        KNOWN,
        "Sums over the channel are divided by the number of images; a mean is over images and places, N H W of them.",
        _dx_by(_sum_by_images, _sum_by_images),
    ),
    (
        KNOWN,
        "dx is not divided by the standard deviation.",
        _spatial_back(lambda *given: (_right_rows(*given)[0] * given[-1], None, None)),
    ),
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
    (
        KNOWN,
        "dbeta is a mean over the places; take the sum.",
        _dbeta(lambda dout: dout.sum(axis=0).mean(axis=(1, 2))),
    ),
    (
        KNOWN,
        "dbeta is that of the first image alone: add up over all images.",
        _dbeta(lambda dout: dout[0].sum(axis=(1, 2))),
    ),
    (
        KNOWN,
        "dbeta is that of the last image alone: add up over all images.",
        _dbeta(lambda dout: dout[-1].sum(axis=(1, 2))),
    ),
]


MISTAKES = {
    "normalised": _NORMALISED,
    "tested": _TESTED,
    "stored": _STORED,
    "spatial_gradients": _SPATIAL_GRADIENTS,
}
