"""Well-known mistakes in convolutions, forward and backward."""

import numpy as np

from solutions.cnn.fast import conv_forward_fast
from solutions.cnn.for_checks import conv_gradients

KNOWN = "known mistake"


def _convolved(*given):
    return conv_forward_fast(*given)[0]


def _padded(x, pad, **how):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), **how)


def _sizes(x, w, conv_param):
    """Places along height and width."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    return [(n + 2 * pad - k) // stride + 1 for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]


def _windows(x, w, conv_param, down, right):
    """A convolution without bias whose windows start at other places: every `down` and `right` pixels."""
    rows, columns = _sizes(x, w, conv_param)
    padded, out = _padded(x, conv_param["pad"]), np.zeros((len(x), len(w), rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * down : i * down + w.shape[2], j * right : j * right + w.shape[3]]
            out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3]))
    return out


def _moved(down=None, right=None):
    def wrong(x, w, b, param):
        stride = param["stride"]
        return _windows(x, w, param, down or stride, right or stride) + b[:, None, None]

    return wrong


def _bias(change):
    """A convolution with something else in the place of the bias: `change(b, w)`, (F,)."""
    return lambda x, w, b, param: _convolved(x, w, change(b, w), param)


def _in_padded(change):
    """A convolution of padded images that are changed: `change(padded, pad)`."""

    def wrong(x, w, b, param):
        return _convolved(change(_padded(x, param["pad"]), param["pad"]), w, b, param | {"pad": 0})

    return wrong


def _first_images_empty(padded, pad):
    """What is left of images that are padded along the batch axis, too: as many as there were, the first ones zeros."""
    return np.concatenate([np.zeros_like(padded[:pad]), padded])[: len(padded)]


def _filtered(change):
    """A convolution with changed filters: `change(w)`."""
    return lambda x, w, b, param: _convolved(x, change(w), b, param)


def _pixels(w, rows=slice(None), columns=slice(None)):
    """Filters that are zero but for some of their rows and columns."""
    kept = np.zeros_like(w)
    kept[:, :, rows, columns] = w[:, :, rows, columns]
    return kept


def _by_image(choose):
    """A convolution in which another filter or bias is taken for each image: `choose(w, b, number of the image)`."""

    def wrong(x, w, b, param):
        return np.concatenate([_convolved(x[[n]], *choose(w, b, n % len(w)), param) for n in range(len(x))])

    return wrong


def _along(axis):
    """A convolution whose biases are added along another axis of out, again and again where there are too few."""

    def wrong(x, w, b, param):
        out = _convolved(x, w, 0 * b, param)
        return out + np.resize(b, out.shape[axis]).reshape([-1 if k == axis else 1 for k in range(4)])

    return wrong


def _largest_product(x, w, b, param):
    rows, columns = _sizes(x, w, param)
    stride, padded, out = param["stride"], _padded(x, param["pad"]), np.zeros((len(x), len(w), rows, columns))
    for i in range(rows):
        for j in range(columns):
            part = padded[:, None, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
            out[:, :, i, j] = (part * w).max(axis=(2, 3, 4))
    return out + b[:, None, None]


def _first_alone(out):
    """Zeros, but for the first image's first filter or channel."""
    alone = np.zeros_like(out)
    alone[0, 0] = out[0, 0]
    return alone


def _edge(**how):
    def wrong(x, w, b, param):
        return _convolved(_padded(x, param["pad"], **how), w, b, param | {"pad": 0})

    return wrong


_CONVOLVED = [
    (
        KNOWN,
        "The filter is turned around, as mathematicians do it; here it slides over the image as it is.",
        _filtered(lambda w: w[:, :, ::-1, ::-1]),
    ),
    (KNOWN, "The filter is turned upside down.", _filtered(lambda w: w[:, :, ::-1])),
    (KNOWN, "The filter is mirrored.", _filtered(lambda w: w[:, :, :, ::-1])),
    (KNOWN, "The filter meets the channels in another order.", _filtered(lambda w: w[:, ::-1])),
    (
        KNOWN,
        "The filter is turned around, and its channels stand in the opposite order, too; here it slides over the image "
        "as it is.",
        _filtered(lambda w: w[:, ::-1, ::-1, ::-1]),
    ),
    (
        KNOWN,
        "The filter is turned around, and the bias is left out.",
        lambda x, w, b, param: _convolved(x, w[:, :, ::-1, ::-1], 0 * b, param),
    ),
    (KNOWN, "The filters come in the opposite order, their biases do not.", _filtered(lambda w: w[::-1])),
    (
        KNOWN,
        "Every pixel of the window is multiplied by the sum of the filter's numbers; each has a number of its own.",
        _filtered(lambda w: np.broadcast_to(w.sum(axis=(2, 3), keepdims=True), w.shape)),
    ),
    (
        KNOWN,
        "The filter's numbers are summed over the channels before they are multiplied; each channel has numbers of its "
        "own.",
        _filtered(lambda w: np.broadcast_to(w.sum(axis=1, keepdims=True), w.shape)),
    ),
    (KNOWN, "The pixels of the window are added up, without the filter's numbers.", _filtered(np.ones_like)),
    (
        KNOWN,
        "Which filter is taken depends on the image's number, not on the channel of out.",
        _by_image(lambda w, b, n: (np.broadcast_to(w[n], w.shape), b)),
    ),
    (KNOWN, "The bias is left out.", _bias(lambda b, w: 0 * b)),
    (KNOWN, "The bias is subtracted.", _bias(lambda b, w: -b)),
    (KNOWN, "The bias is added to every product, not once to their sum.", _bias(lambda b, w: b * w[0].size)),
    (KNOWN, "The bias is added twice.", _bias(lambda b, w: 2 * b)),
    (KNOWN, "The bias is added once for every channel.", _bias(lambda b, w: b * w.shape[1])),
    (KNOWN, "The first filter's bias is added to all.", _bias(lambda b, w: 0 * b + b[0])),
    (KNOWN, "The sum of all biases is added to each filter's output.", _bias(lambda b, w: 0 * b + b.sum())),
    (KNOWN, "The biases come in the opposite order.", _bias(lambda b, w: b[::-1])),
    (
        KNOWN,
        "The sum of the products is multiplied by the bias; add it.",
        lambda x, w, b, param: _convolved(x, w, 0 * b, param) * b[:, None, None],
    ),
    (KNOWN, "The biases are added along the width of out: each belongs to a filter, along axis 1.", _along(3)),
    (KNOWN, "The biases are added along the height of out: each belongs to a filter, along axis 1.", _along(2)),
    (KNOWN, "The biases are added along the images: each belongs to a filter, along axis 1.", _along(0)),
    (KNOWN, "The image is padded with its border; pad it with zeros.", _edge(mode="edge")),
    (KNOWN, "The image is padded with its own mirror image; pad it with zeros.", _edge(mode="reflect")),
    (KNOWN, "The image is padded with its other side; pad it with zeros.", _edge(mode="wrap")),
    (KNOWN, "The image is padded with ones; pad it with zeros.", _edge(constant_values=1.0)),
    (
        KNOWN,
        "The mean of all pixels is subtracted first; the images are taken as they are.",
        lambda x, w, b, param: _convolved(x - x.mean(), w, b, param),
    ),
    (
        KNOWN,
        "The image is not padded: `pad` zeros belong on each side of it.",
        lambda x, w, b, param: _convolved(x, w, b, param | {"pad": 0}),
    ),
    (
        KNOWN,
        "All zeros are put above the image and on its left: `pad` of them belong on each side.",
        _in_padded(lambda padded, pad: np.roll(padded, (pad, pad), axis=(2, 3))),
    ),
    (
        KNOWN,
        "The batch is padded, too, so that the first images are empty: zeros belong around the pixels alone.",
        _in_padded(_first_images_empty),
    ),
    (
        KNOWN,
        "Every window lies one pixel too far down and to the right.",
        _in_padded(lambda padded, pad: np.roll(padded, (-1, -1), axis=(2, 3))),
    ),
    (
        KNOWN,
        "The last row and the last column of every window are left out.",
        _filtered(lambda w: _pixels(w, slice(-1), slice(-1))),
    ),
    (KNOWN, "The last row of every window is left out.", _filtered(lambda w: _pixels(w, slice(-1)))),
    (KNOWN, "The first row of every window is left out.", _filtered(lambda w: _pixels(w, slice(1, None)))),
    (KNOWN, "The last column of every window is left out.", _filtered(lambda w: _pixels(w, columns=slice(-1)))),
    (KNOWN, "The first column of every window is left out.", _filtered(lambda w: _pixels(w, columns=slice(1, None)))),
    (
        KNOWN,
        "Only the last pixel of each window counts: does every product overwrite the one before it? Add them up.",
        _filtered(lambda w: _pixels(w, slice(-1, None), slice(-1, None))),
    ),
    (KNOWN, "The window moves on by one pixel, whatever the stride.", _moved(1, 1)),
    (KNOWN, "Downwards, the window moves on by one pixel, whatever the stride.", _moved(down=1)),
    (KNOWN, "To the right, the window moves on by one pixel, whatever the stride.", _moved(right=1)),
    (
        KNOWN,
        "Only the first channel is looked at: sum over all of them.",
        lambda x, w, b, param: _convolved(x[:, :1], w[:, :1], b, param),
    ),
    (
        KNOWN,
        "Only the last channel is looked at: sum over all of them.",
        lambda x, w, b, param: _convolved(x[:, -1:], w[:, -1:], b, param),
    ),
    (KNOWN, "This is the mean of the products; take their sum.", _filtered(lambda w: w / w[0].size)),
    (
        KNOWN,
        "The sum of the products is divided by the number of channels: sum over them, too.",
        _filtered(lambda w: w / w.shape[1]),
    ),
    (KNOWN, "This is the largest of the products; take their sum.", _largest_product),
    (
        KNOWN,
        "The first image is in the place of all.",
        lambda x, w, b, param: _convolved(np.repeat(x[:1], len(x), axis=0), w, b, param),
    ),
    (KNOWN, "The first filter is in the place of all.", _filtered(lambda w: np.repeat(w[:1], len(w), axis=0))),
    (
        KNOWN,
        "Only the first image's first filter is there, the rest is zero: does the function return within its loops?",
        lambda *given: _first_alone(_convolved(*given)),
    ),
    (KNOWN, "A ReLU follows, which is a layer of its own.", lambda *given: np.maximum(_convolved(*given), 0)),
]


def _places(x, w, param, dout, down=None, right=None):
    """Every place of the window: the part of the padded images, and dout there.

    The places are `down` and `right` pixels apart, where these are given.
    """
    down, right = down or param["stride"], right or param["stride"]
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            part = np.s_[:, :, i * down : i * down + w.shape[2], j * right : j * right + w.shape[3]]
            yield part, dout[:, :, i, j]


def _cropped(dpadded, x, pad):
    return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]


def _dx(change=lambda w: w, assign=False, crop=_cropped, **apart):
    """The gradient of x with changed filters, numbers set instead of added, or cropped elsewhere or not at all."""

    def wrong(x, w, b, param, dout):
        dpadded = np.zeros_like(_padded(x, param["pad"]))
        for part, here in _places(x, w, param, dout, **apart):
            share = np.tensordot(here, change(w), axes=(1, 0))
            if assign:
                dpadded[part] = share
            else:
                dpadded[part] += share
        return crop(dpadded, x, param["pad"]), None, None

    return wrong


def _dx_by_pixels(change=lambda w: w):
    """The gradient of x, set instead of added, all windows at once and one pixel of them after the other."""

    def wrong(x, w, b, param, dout):
        stride, filters, dpadded = param["stride"], change(w), np.zeros_like(_padded(x, param["pad"]))
        rows, columns = dout.shape[2:]
        for i in range(w.shape[2]):
            for j in range(w.shape[3]):
                part = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                dpadded[part] = np.tensordot(dout, filters[:, :, i, j], axes=(1, 0)).transpose(0, 3, 1, 2)
        return _cropped(dpadded, x, param["pad"]), None, None

    return wrong


def _dx_of_pixels(x, w, b, param, dout):
    """The gradient of x with the pixels of the window in the place of the filters."""
    padded = _padded(x, param["pad"])
    dpadded = np.zeros_like(padded)
    for part, here in _places(x, w, param, dout):
        dpadded[part] += here.sum(axis=1)[:, None, None, None] * padded[part]
    return _cropped(dpadded, x, param["pad"]), None, None


def _dx_changed(change):
    """The right gradient of x, changed afterwards: `change(dx, x)`."""
    return lambda x, *given: (change(conv_gradients(x, *given)[0], x), None, None)


def _dw(pixels=lambda padded: padded, assign=False, images=slice(None), **apart):
    """The gradient of w from changed pixels, numbers set instead of added, or some of the images alone."""

    def wrong(x, w, b, param, dout):
        padded, dw = pixels(_padded(x, param["pad"])), np.zeros_like(w)
        for part, here in _places(x, w, param, dout, **apart):
            share = np.tensordot(here[images], padded[part][images], axes=(0, 0))
            dw = share if assign else dw + share
        return None, dw, None

    return wrong


def _dw_of_filters(x, w, b, param, dout):
    return None, w * dout.sum(axis=(0, 2, 3))[:, None, None, None], None


def _db(change):
    return lambda x, w, b, param, dout: (None, None, change(dout))


def _db_by_bias(change):
    return lambda x, w, b, param, dout: (None, None, change(dout.sum(axis=(0, 2, 3)), b))


def _of_all(change):
    """All three gradients changed alike."""
    return lambda *given: tuple(change(gradient, given[-1]) for gradient in conv_gradients(*given))


def _upstream(change, only=None):
    """The right gradients of another upstream gradient, `change(dout)`; of all three, or of the one numbered `only`."""

    def wrong(*given):
        found = conv_gradients(*given[:-1], change(given[-1]))
        return tuple(gradient if only in (None, number) else None for number, gradient in enumerate(found))

    return wrong


def _first_place(dout):
    """The upstream gradient of the first place, at that place alone."""
    alone = np.zeros_like(dout)
    alone[:, :, 0, 0] = dout[:, :, 0, 0]
    return alone


def _without_last(axis):
    """A change of dout: zeros in its last row or column."""
    return lambda dout: (
        dout * (np.arange(dout.shape[axis]) < dout.shape[axis] - 1).reshape([-1 if k == axis else 1 for k in range(4)])
    )


_OVERWRITTEN = (
    "Where windows overlap, the last one overwrites the others: a pixel that is in several windows gets a share from "
    "each, and they add up."
)
_APART = "the windows are taken one pixel apart, whatever the stride; on the way forward they are not."
_CONV_GRADIENTS = [
    (KNOWN, "The filter is turned around on the way back.", _dx(lambda w: w[:, :, ::-1, ::-1])),
    (KNOWN, _OVERWRITTEN, _dx(assign=True)),
    (KNOWN, _OVERWRITTEN, _dx_by_pixels()),
    (KNOWN, "The filter is turned upside down on the way back.", _dx(lambda w: w[:, :, ::-1])),
    (KNOWN, "The filter is mirrored on the way back.", _dx(lambda w: w[:, :, :, ::-1])),
    (
        KNOWN,
        "The filter is turned around on the way back, and where windows overlap, one overwrites the other.",
        _dx(lambda w: w[:, :, ::-1, ::-1], assign=True),
    ),
    (
        KNOWN,
        "The filter is turned around on the way back, and where windows overlap, one overwrites the other.",
        _dx_by_pixels(lambda w: w[:, :, ::-1, ::-1]),
    ),
    (
        KNOWN,
        "dout and the filters are summed over the filters apart from each other; each filter hands back its own dout.",
        _dx(lambda w: np.broadcast_to(w.sum(axis=0), w.shape)),
    ),
    (
        KNOWN,
        "Only the last pixel of each window gets its share: is what was there before cleared, or overwritten?",
        _dx(lambda w: _pixels(w, slice(-1, None), slice(-1, None))),
    ),
    (
        KNOWN,
        "dx is made of the pixels; a pixel's derivative is the filter's number it is multiplied by.",
        _dx_of_pixels,
    ),
    (
        KNOWN,
        "The gradient goes only through positive pixels: that is the ReLU's.",
        _dx_changed(lambda dx, x: dx * (x > 0)),
    ),
    (KNOWN, _APART.capitalize(), _dx(down=1, right=1)),
    (KNOWN, _APART.capitalize(), _dw(down=1, right=1)),
    (KNOWN, f"Downwards: {_APART}", _dx(down=1)),
    (KNOWN, f"Downwards: {_APART}", _dw(down=1)),
    (KNOWN, f"To the right: {_APART}", _dx(right=1)),
    (KNOWN, f"To the right: {_APART}", _dw(right=1)),
    (
        KNOWN,
        "Every place of the window gets the sum of dout over all places; each has a dout of its own.",
        _upstream(lambda dout: np.broadcast_to(dout.sum(axis=(2, 3), keepdims=True), dout.shape), only=0),
    ),
    (
        KNOWN,
        "dout of the first place is taken at every place; each has a dout of its own.",
        _upstream(lambda dout: np.broadcast_to(dout[:, :, :1, :1], dout.shape)),
    ),
    (
        KNOWN,
        "dout is not used: these are the gradients of the sum of all outputs, a dout of ones.",
        _upstream(np.ones_like),
    ),
    (KNOWN, "The last row of places is left out: does a loop end too early?", _upstream(_without_last(2))),
    (KNOWN, "The last column of places is left out: does a loop end too early?", _upstream(_without_last(3))),
    (
        KNOWN,
        "Every share overwrites the one before it: a pixel gets one from each filter and from each window that it is "
        "in, and they add up.",
        _dx(lambda w: w * (np.arange(len(w)) == len(w) - 1)[:, None, None, None], assign=True),
    ),
    (
        KNOWN,
        "The gradient of the padded image is cut off at the upper left corner: the zeros around the image go, on all "
        "sides.",
        _dx(crop=lambda dpadded, x, pad: _cropped(dpadded, x, 0)),
    ),
    (
        KNOWN,
        "The gradient of the padded image is cut off at the lower right corner: the zeros around the image go, on all "
        "sides.",
        _dx(crop=lambda dpadded, x, pad: _cropped(dpadded, x, 2 * pad)),
    ),
    (
        KNOWN,
        "This is the gradient of the padded image: what belongs to the zeros around the image is still there.",
        _dx(crop=lambda dpadded, x, pad: dpadded),
    ),
    (KNOWN, "The filters meet the channels in another order.", _dx(lambda w: w[:, ::-1])),
    (
        KNOWN,
        "Only the first filter hands its share back: sum over all of them.",
        _dx(lambda w: w * (np.arange(len(w)) == 0)[:, None, None, None]),
    ),
    (KNOWN, "dw is that of the last place of the window alone: add up over all places.", _dw(assign=True)),
    (
        KNOWN,
        "dw is that of the last image's last place alone: add up over all images and places.",
        _dw(assign=True, images=slice(-1, None)),
    ),
    (KNOWN, "dw is that of the last image alone: add up over all images.", _dw(images=slice(-1, None))),
    (KNOWN, "dw is that of the first image alone: add up over all images.", _dw(images=slice(0, 1))),
    (
        KNOWN,
        "dw is taken from pixels that are moved: the window lies on the padded image.",
        _dw(lambda padded: np.roll(padded, (-1, -1), axis=(2, 3))),
    ),
    (
        KNOWN,
        "dw is that of the first place of the window alone: add up over all places.",
        _upstream(_first_place, only=1),
    ),
    (
        KNOWN,
        "dw is taken from images that are turned around; the way back meets the same pixels as the way forward.",
        _dw(lambda padded: padded[:, :, ::-1, ::-1]),
    ),
    (
        KNOWN,
        "The dout of every image meets the pixels of all images; each meets those of its own.",
        _dw(lambda padded: np.broadcast_to(padded.sum(axis=0), padded.shape)),
    ),
    (
        KNOWN,
        "dw is made of the filters; the derivative by one of their numbers is the pixel it is multiplied with.",
        _dw_of_filters,
    ),
    (
        KNOWN,
        "db is dout itself: a bias is added for every image and at every place, so sum over all of them.",
        _db(lambda dout: dout),
    ),
    (
        KNOWN,
        "db is not summed over the places: a bias is added at every one.",
        _db(lambda dout: dout.sum(axis=0)),
    ),
    (
        KNOWN,
        "db is summed over the filters, for each image; each filter has a bias of its own, used in all images.",
        _db(lambda dout: dout.sum(axis=(1, 2, 3))),
    ),
    (
        KNOWN,
        "db is that of the first place alone: a bias is added at every place, so sum over all of them.",
        _db(lambda dout: dout[:, :, 0, 0].sum(axis=0)),
    ),
    (
        KNOWN,
        "db is that of the last place alone: a bias is added at every place, so sum over all of them.",
        _db(lambda dout: dout[:, :, -1, -1].sum(axis=0)),
    ),
    (
        KNOWN,
        "db is that of the last image's last place alone: add up over all images and places.",
        _db(lambda dout: dout[-1, :, -1, -1]),
    ),
    (KNOWN, "db is that of the last image alone.", _db(lambda dout: dout[-1].sum(axis=(1, 2)))),
    (KNOWN, "db is that of the first image alone.", _db(lambda dout: dout[0].sum(axis=(1, 2)))),
    (KNOWN, "db is a mean over the places; take the sum.", _db(lambda dout: dout.mean(axis=(2, 3)).sum(axis=0))),
    (KNOWN, "db is a mean over images and places; take the sum.", _db(lambda dout: dout.mean(axis=(0, 2, 3)))),
    (KNOWN, "db is multiplied by the biases; it does not depend on them.", _db_by_bias(lambda db, b: db * b)),
    (KNOWN, "db is the biases themselves.", _db_by_bias(lambda db, b: b)),
    (
        KNOWN,
        "db is larger by 1 than ours: sums start from zeros, not from ones.",
        _db(lambda dout: 1 + dout.sum(axis=(0, 2, 3))),
    ),
    (
        KNOWN,
        "dout is cut off to whole numbers before it is added up: is db an array of integers?",
        _db(lambda dout: np.trunc(dout).sum(axis=(0, 2, 3))),
    ),
    (
        KNOWN,
        "db is the sum of dout for all filters together; each filter has a bias of its own.",
        _db(lambda dout: np.full(dout.shape[1], dout.sum())),
    ),
    (
        KNOWN,
        "This gradient is divided by the number of images: dout holds that already, if the loss is a mean.",
        _of_all(lambda gradient, dout: gradient / len(dout)),
    ),
]


MISTAKES = {
    "convolved": _CONVOLVED,
    "conv_gradients": _CONV_GRADIENTS,
}
