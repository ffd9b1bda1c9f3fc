"""Wrong gradients of max-pooling: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import by_heart, patches
from tests.mutants.collect import mutant, patch

ITEM, FORWARD = "cnn.max_pool_backward_naive", "max_pool_forward_naive"
DX, OVERLAP, MORE = "dx", "windows that overlap", "other windows, float32"
TIES = "ties: the shares of a window's largest numbers add up to dout"
SHAPE, STATELESS, UNTOUCHED = "shape of x", "works from its cache alone", "dout is not modified"
NUMBERS = (DX, OVERLAP, MORE, TIES)
SIZES, ALL = (*NUMBERS, SHAPE), (*NUMBERS, SHAPE, STATELESS)
KNOWN = "known mistake"
TAKE, EMPTY, PLACE = "x, pool_param = cache", "dx = np.zeros_like(x)", "top, left = i * stride, j * stride"
WINDOW = "window = x[n, c, top : top + HH, left : left + WW]"
LARGEST = "down, right = divmod(int(window.argmax()), window.shape[1])"
HAND, RETURN = "dx[n, c, top + down, left + right] += dout[n, c, i, j]", "return dx"


def wrong(name, changes, diagnosis="", *, fails=NUMBERS, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


def handed(name, share, diagnosis=KNOWN, *, fails=NUMBERS, only=True):
    """What the window gets, all of it at once; `p` is the window, `g` is dout."""
    changes = {HAND: f"p, g = window, dout[n, c, i, j]; dx[n, c, top : top + HH, left : left + WW] += {share}"}
    wrong(name, changes, diagnosis, fails=fails, only=only)


# Ties
handed("all of dout to every largest number", "(p == p.max()) * g", "", fails=TIES)
handed("all of dout to every nearly largest number", "np.isclose(p, p.max()) * g", "", fails=TIES)
handed("shares that add up to half", "(p == p.max()) * g / ((p == p.max()).sum() ** 2)", "", fails=TIES)
handed("nothing where several are the largest", "(p == p.max()) * g * ((p == p.max()).sum() == 1)", "", fails=TIES)
handed(
    "an average over the window where several are",
    "(p == p.max()) * g * (1 if (p == p.max()).sum() == 1 else 1 / p.size)",
    "",
    fails=TIES,
)
TAKEN = "dx[n, c, top : top + HH, left : left + WW] -= q * dout[n, c, i, j] / q.sum()"
wrong("one gets too much, the others pay", {HAND: f"{HAND}; {HAND}; q = window == window.max(); {TAKEN}"}, fails=TIES)
handed(
    "a share of the second largest",
    "np.where(p == p.max(), 0.9, 0) * g + (p == np.sort(p.ravel())[-2]) * 0.1 * g",
    "partial",
    only=False,
)
handed("only positive numbers count as largest", "(p == max(p.max(), 0)) * g", "zero", fails=MORE, only=False)

# What the window gets
handed("dout to every number", "g")
handed("shared out evenly", "g / p.size")
handed("to the smallest number", "(p == p.min()) * g")
handed("times the largest number", "(p == p.max()) * p * g")
handed("dout left out", "(p == p.max()) * 1.0")
handed("all but the largest", "(p != p.max()) * g")
handed("in proportion to the numbers", "p / p.sum() * g")
handed("softened", "np.exp(p) / np.exp(p).sum() * g")
handed("to the upper left number", "np.eye(p.size)[0].reshape(p.shape) * g", fails=NUMBERS)
handed("to the largest size", "(np.abs(p) == np.abs(p).max()) * g", fails=(DX, OVERLAP, MORE), only=False)
handed("to the largest of each row", "(p == p.max(axis=1, keepdims=True)) * g", fails=(DX, OVERLAP, MORE), only=False)
handed(
    "to the largest of each column",
    "(p == p.max(axis=0, keepdims=True)) * g",
    only=False,
    fails=(DX, OVERLAP, MORE),
)
handed(
    "to the largest of all channels",
    "(p == x[n, :, top : top + HH, left : left + WW].max()) * g",
    only=False,
    fails=(DX, OVERLAP, MORE),
)
handed(
    "to the largest of all images",
    "(p == x[:, c, top : top + HH, left : left + WW].max()) * g",
    only=False,
    fails=(DX, OVERLAP),
)
handed("to the largest of the channel", "(p == x[n, c].max()) * g", "partial", only=False, fails=(DX, OVERLAP, MORE))

# Adding up
wrong(
    "windows that overwrite each other",
    {HAND: f"dx[n, c, top : top + HH, left : left + WW] = 0\n                    {HAND}"},
    KNOWN,
    fails=OVERLAP,
)
wrong("set, not added", {HAND: HAND.replace("+=", "=")}, KNOWN, fails=OVERLAP)
wrong("from ones on", {EMPTY: "dx = np.ones_like(x)"}, diagnosis="offset")
wrong("from the images on", {EMPTY: "dx = x.copy()"}, diagnosis="input")
wrong(
    "whole numbers",
    {EMPTY: "dx = np.zeros(x.shape, dtype=int)", HAND: HAND.replace("dout[n, c, i, j]", "int(dout[n, c, i, j])")},
    diagnosis="rounded",
)
wrong("half precision", {EMPTY: "dx = np.zeros(x.shape, dtype=np.float16)"}, "near", fails=(DX, OVERLAP, TIES))

# Places
wrong("stride ignored", {PLACE: "top, left = i, j"}, fails=(DX, MORE, TIES), diagnosis=KNOWN)
wrong("stride ignored to the right", {PLACE: "top, left = i * stride, j"}, fails=(DX, MORE, TIES), diagnosis=KNOWN)
wrong("row and column of the window swapped", {"down, right = d": "right, down = d"}, fails=(OVERLAP,), only=False)
wrong("row and column by the height", {"window.shape[1]": "window.shape[0]"}, fails=OVERLAP, only=False)
wrong("always counted in twos", {"window.shape[1]": "2"}, fails=MORE, only=False)
wrong("its place in the window for that in the image", {"top + down, left + right": "down, right"}, diagnosis=KNOWN)
wrong("to the place of the output", {"top + down, left + right": "i, j"}, diagnosis=KNOWN)
wrong("dout of another place", {"+= dout[n, c, i, j]": "+= dout[n, c, rows - 1 - i, columns - 1 - j]"}, diagnosis=KNOWN)
wrong("dout of the first place", {"+= dout[n, c, i, j]": "+= dout[n, c, 0, 0]"}, diagnosis=KNOWN)
wrong("dout of the first channel", {"+= dout[n, c, i, j]": "+= dout[n, 0, i, j]"}, diagnosis=KNOWN)
wrong("the first channel's largest number", {WINDOW: WINDOW.replace("n, c", "n, 0")}, only=False, diagnosis=KNOWN)
wrong(
    "the first image's largest number",
    {WINDOW: WINDOW.replace("n, c", "0, c")},
    only=False,
    fails=(DX, OVERLAP),
    diagnosis=KNOWN,
)
wrong(
    "the largest number of the image",
    {"window.argmax()": "x[n, c].argmax() % window.size"},
    only=False,
    diagnosis="partial",
)
wrong(
    "windows one row too low",
    {"top : top + HH": "top : max(top + HH - 1, top + 1)"},
    fails=(DX, OVERLAP),
    only=False,
    diagnosis=KNOWN,
)
wrong(
    "height and width of the window swapped",
    {"HH, WW, stride = p": "WW, HH, stride = p"},
    fails=OVERLAP,
    only=False,
    diagnosis=KNOWN,
)
wrong("returned after the first image", {"    return dx": "        return dx"}, diagnosis="partial")
wrong("one channel too few", {"range(C)": "range(C - 1)"}, diagnosis="partial")
wrong("the last row of places left out", {"range(rows)": "range(rows - 1)"}, diagnosis="partial")

# Sign and size
wrong("the wrong sign", {RETURN: "return -dx"}, "sign")
wrong("twice", {RETURN: "return 2 * dx"}, "factor")
wrong("divided by the number of images", {RETURN: "return dx / N"}, "factor")
wrong("divided by the window's size", {RETURN: "return dx / (HH * WW)"}, "factor")
wrong("zeros", {RETURN: "return 0 * dx"}, "zero")
wrong("ones", {RETURN: "return 0 * dx + 1"}, diagnosis="constant")
wrong("the images themselves", {RETURN: "return x"}, diagnosis="input")
wrong("not a number", {RETURN: "return dx * np.nan"}, "overflow", fails=(*NUMBERS, STATELESS))
wrong(
    "random numbers",
    {RETURN: "return np.random.standard_normal(x.shape)"},
    fails=(*NUMBERS, STATELESS),
    diagnosis="random",
)
wrong("ReLU's gradient on top", {RETURN: "return dx * (x > 0)"}, "zero", fails=(MORE, TIES), only=False)
wrong("one image's gradient for all", {RETURN: "return np.repeat(dx[:1], N, axis=0)"}, diagnosis="axis")
wrong("cut off at zero", {RETURN: "return np.maximum(dx, 0)"}, diagnosis="function")

# Form
wrong("dout itself", {RETURN: "return dout"}, fails=SIZES)
wrong("dout laid out on the image", {RETURN: "return np.resize(dout, x.shape)"}, diagnosis="axis")
wrong(
    "height and width swapped",
    {RETURN: "return dx.transpose(0, 1, 3, 2)"},
    fails=(DX, OVERLAP, MORE, SHAPE),
    only=False,
    diagnosis="transpose",
)
wrong("channels last", {RETURN: "return dx.transpose(0, 2, 3, 1)"}, fails=SIZES, diagnosis="transpose")
wrong("summed over the images", {RETURN: "return dx.sum(axis=0)"}, fails=(DX, SHAPE), only=False)
wrong("nothing returned", {RETURN: "pass"}, fails=ALL)
wrong("the cache returned, too", {RETURN: "return dx, cache"}, fails=ALL)
wrong("a dict", {RETURN: "return {'dx': dx}"}, fails=ALL)
wrong("another cache taken apart", {TAKE: "x, out, pool_param = cache"}, fails=(*ALL, UNTOUCHED))
wrong("a dout of ones", {TAKE: f"{TAKE}\n    dout = np.ones_like(dout)"}, KNOWN)

# In place, and from a cache that is not one
wrong("dout scaled in place", {RETURN: "dout *= 0.5\n    return dx"}, fails=UNTOUCHED)
wrong("dout used up", {HAND: f"{HAND}\n                    dout[n, c, i, j] = 0"}, fails=UNTOUCHED)
wrong("dout divided first", {TAKE: f"{TAKE}\n    dout /= 3"}, "factor", fails=(*NUMBERS, UNTOUCHED))
patches(
    ITEM,
    "kept in a global variable",
    (FORWARD, ITEM.split(".")[1]),
    {"return out, (x, pool_param)": "return out, globals().update(kept=(x, pool_param))", " = cache": " = kept"},
    fails=STATELESS,
    only=True,
)
patches(
    ITEM,
    "the images kept in a global variable",
    (FORWARD, ITEM.split(".")[1]),
    {
        "return out, (x, pool_param)": "return out, (globals().update(last=x), pool_param)",
        " = cache": " = cache\n    x = last if x is None else x",
    },
    fails=STATELESS,
    only=True,
)

# Two mistakes
wrong(
    "overwritten, and stride ignored",
    {HAND: HAND.replace("+=", "="), PLACE: "top, left = i, j"},
    fails=NUMBERS,
    diagnosis="partial",
)
handed("every largest number, and half", "(p == p.max()) * g / 2", "factor", fails=NUMBERS, only=False)


@mutant(ITEM, fails=(DX, OVERLAP, MORE), diagnosis="partial")
def compared_with_the_output_laid_out_anew(dout, cache):
    x, pool_param = cache
    out, _ = max_pool_forward_naive(x, pool_param)  # noqa: F821
    return np.isin(x, out) * np.resize(dout, x.shape)


@mutant(ITEM, fails=OVERLAP, diagnosis=KNOWN, only=True)
def put_along_the_windows_at_once(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, rows, columns = dout.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
    down, right = np.divmod(windows.reshape(N, C, rows, columns, -1).argmax(axis=-1), WW)
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros_like(x)
    dx[n, c, i * stride + down, j * stride + right] += dout  # of several at one place, the last one counts
    return dx


by_heart(ITEM, (ITEM.split(".")[1],), lambda function, dout, cache: 0 * cache[0], fails=NUMBERS)
