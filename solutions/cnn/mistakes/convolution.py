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


def _but_the_last(shape):
    """Ones, but for zeros in the last row and the last column."""
    return np.outer(*(np.arange(n) < n - 1 for n in shape))


def _edge(mode):
    def wrong(x, w, b, param):
        return _convolved(_padded(x, param["pad"], mode=mode), w, b, param | {"pad": 0})

    return wrong


_CONVOLVED = [
    (
        KNOWN,
        "The filter is turned around, as mathematicians do it; here it slides over the image as it is.",
        lambda x, w, b, param: _convolved(x, w[:, :, ::-1, ::-1], b, param),
    ),
    (KNOWN, "The filter is turned upside down.", lambda x, w, b, param: _convolved(x, w[:, :, ::-1], b, param)),
    (KNOWN, "The filter is mirrored.", lambda x, w, b, param: _convolved(x, w[:, :, :, ::-1], b, param)),
    (
        KNOWN,
        "The filter meets the channels in another order.",
        lambda x, w, b, param: _convolved(x, w[:, ::-1], b, param),
    ),
    (KNOWN, "The bias is left out.", _bias(lambda b, w: 0 * b)),
    (KNOWN, "The bias is subtracted.", _bias(lambda b, w: -b)),
    (KNOWN, "The bias is added to every product, not once to their sum.", _bias(lambda b, w: b * w[0].size)),
    (KNOWN, "The bias is added twice.", _bias(lambda b, w: 2 * b)),
    (KNOWN, "The bias is added once for every channel.", _bias(lambda b, w: b * w.shape[1])),
    (KNOWN, "The first filter's bias is added to all.", _bias(lambda b, w: 0 * b + b[0])),
    (KNOWN, "The image is padded with its border; pad it with zeros.", _edge("edge")),
    (KNOWN, "The image is padded with its own mirror image; pad it with zeros.", _edge("reflect")),
    (KNOWN, "The image is padded with its other side; pad it with zeros.", _edge("wrap")),
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
        lambda x, w, b, param: _convolved(x, w * _but_the_last(w.shape[2:]), b, param),
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
        "This is the mean of the products; take their sum.",
        lambda x, w, b, param: _convolved(x, w / w[0].size, b, param),
    ),
    (
        KNOWN,
        "The first image is in the place of all.",
        lambda x, w, b, param: _convolved(np.repeat(x[:1], len(x), axis=0), w, b, param),
    ),
    (
        KNOWN,
        "The first filter is in the place of all.",
        lambda x, w, b, param: _convolved(x, np.repeat(w[:1], len(w), axis=0), b, param),
    ),
    (KNOWN, "A ReLU follows, which is a layer of its own.", lambda *given: np.maximum(_convolved(*given), 0)),
]


def _places(x, w, param, dout):
    """Every place of the window: the part of the padded images, and dout there."""
    stride = param["stride"]
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            part = np.s_[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
            yield part, dout[:, :, i, j]


def _cropped(dpadded, x, pad):
    return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]


def _dx(change=lambda w: w, assign=False, crop=_cropped):
    """The gradient of x with changed filters, numbers set instead of added, or cropped elsewhere or not at all."""

    def wrong(x, w, b, param, dout):
        dpadded = np.zeros_like(_padded(x, param["pad"]))
        for part, here in _places(x, w, param, dout):
            share = np.tensordot(here, change(w), axes=(1, 0))
            if assign:
                dpadded[part] = share
            else:
                dpadded[part] += share
        return crop(dpadded, x, param["pad"]), None, None

    return wrong


def _dx_by_pixels(x, w, b, param, dout):
    """The gradient of x, set instead of added, all windows at once and one pixel of them after the other."""
    stride, dpadded = param["stride"], np.zeros_like(_padded(x, param["pad"]))
    rows, columns = dout.shape[2:]
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            part = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            dpadded[part] = np.tensordot(dout, w[:, :, i, j], axes=(1, 0)).transpose(0, 3, 1, 2)
    return _cropped(dpadded, x, param["pad"]), None, None


def _dw(pixels=lambda padded: padded, assign=False, images=slice(None)):
    """The gradient of w from changed pixels, numbers set instead of added, or some of the images alone."""

    def wrong(x, w, b, param, dout):
        padded, dw = pixels(_padded(x, param["pad"])), np.zeros_like(w)
        for part, here in _places(x, w, param, dout):
            share = np.tensordot(here[images], padded[part][images], axes=(0, 0))
            dw = share if assign else dw + share
        return None, dw, None

    return wrong


def _db(change):
    return lambda x, w, b, param, dout: (None, None, change(dout))


def _of_all(change):
    """All three gradients changed alike."""
    return lambda *given: tuple(change(gradient, given[-1]) for gradient in conv_gradients(*given))


_OVERWRITTEN = (
    "Where windows overlap, the last one overwrites the others: a pixel that is in several windows gets a share from "
    "each, and they add up."
)
_CONV_GRADIENTS = [
    (KNOWN, "The filter is turned around on the way back.", _dx(lambda w: w[:, :, ::-1, ::-1])),
    (KNOWN, _OVERWRITTEN, _dx(assign=True)),
    (KNOWN, _OVERWRITTEN, _dx_by_pixels),
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
