"""Wrong max-pooling, forward: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import by_heart
from tests.mutants.collect import mutant, patch

ITEM = "cnn.max_pool_forward_naive"
OUT, GAPS, NEGATIVE = "out", "windows that overlap or leave gaps", "images of negative numbers"
SHAPE, SINGLE, UNTOUCHED = "shape of the output, and a cache", "float32 inputs", "x is not modified"
REFUSED = "a stride that does not divide is an error"
NUMBERS = (OUT, GAPS, NEGATIVE, SINGLE)
SIZES = (*NUMBERS, SHAPE)
KNOWN = "known mistake"
ROWS, COLUMNS = "rows, columns = output_size(H, HH, stride)", 'output_size(W, WW, stride, axis="width")'
EMPTY, PLACE = "out = np.zeros((N, C, rows, columns), dtype=x.dtype)", "top, left = i * stride, j * stride"
WINDOW, RETURN = "x[n, c, top : top + HH, left : left + WW]", "return out, (x, pool_param)"


def wrong(name, changes, diagnosis="", *, fails=NUMBERS, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


def of_window(name, formula, diagnosis=KNOWN, *, fails=NUMBERS, only=True):
    """Another number than the largest one; `p` is the window."""
    changes = {f"out[n, c, i, j] = {WINDOW}.max()": f"p = {WINDOW}; out[n, c, i, j] = {formula}"}
    wrong(name, changes, diagnosis, fails=fails, only=only)


def broken(name, changes):
    """Something that raises an error in some of the cases."""
    wrong(name, changes, fails=(GAPS, UNTOUCHED), only=False)


# Another number of the window
of_window("mean", "p.mean()")
of_window("sum", "p.sum()")
of_window("smallest", "p.min()")
of_window("largest size", "np.abs(p).max()", fails=(NEGATIVE, OUT), only=False)
of_window("largest size with its sign", "p.flat[np.abs(p).argmax()]", fails=(OUT, NEGATIVE), only=False)
of_window("upper left number", "p[0, 0]")
of_window("lower right number", "p[-1, -1]")
of_window("median", "np.median(p)")
of_window("where the largest stands", "p.argmax()")
of_window("second largest", "np.sort(p.ravel())[-2]")
of_window("root of the mean square", "np.sqrt((p**2).mean())")
of_window("largest of the first row", "p[0].max()", fails=(OUT, NEGATIVE), only=False)
of_window("largest of the first column", "p[:, 0].max()", fails=(OUT, NEGATIVE), only=False)
of_window("largest of the diagonal", "np.diagonal(p).max()", fails=(OUT, NEGATIVE), only=False)
of_window("starting from zero", "max(p.max(), 0)", fails=(NEGATIVE,), only=False)
of_window("starting from minus one", "max(p.max(), -1)", ("", KNOWN), fails=(NEGATIVE,), only=False)
of_window("starting from the image's first number", "max(p.max(), x[n, c, 0, 0])", only=False)
of_window("largest of all channels", "x[n, :, top : top + HH, left : left + WW].max()", only=False)
of_window("largest of all images", "x[:, c, top : top + HH, left : left + WW].max()", only=False, fails=NUMBERS)
of_window("largest of the channel", "x[n, c].max()")
of_window("sums largest of the channels", "x[n, :, top : top + HH, left : left + WW].max(axis=(1, 2)).sum()")
of_window("first channel for all", "x[n, 0, top : top + HH, left : left + WW].max()", "axis", only=False)
of_window(
    "first image for all", "x[0, c, top : top + HH, left : left + WW].max()", "axis", only=False, fails=(OUT, GAPS)
)
of_window("softened", "np.log(np.exp(p).sum())")
of_window("ReLU behind it", "max(p.max(), 0.0)", fails=NEGATIVE, only=False)

# Windows and stride
wrong("stride ignored", {PLACE: "top, left = i, j"}, KNOWN, only=False, fails=(OUT, NEGATIVE))
wrong("stride ignored downwards", {PLACE: "top, left = i, j * stride"}, KNOWN, only=False, fails=(OUT, NEGATIVE))
wrong("stride ignored to the right", {PLACE: "top, left = i * stride, j"}, KNOWN, only=False, fails=(OUT, NEGATIVE))
wrong("windows side by side", {PLACE: "top, left = i * HH, j * WW"}, fails=(GAPS, UNTOUCHED), only=False)
wrong("a stride of two written in", {PLACE: "top, left = i * 2, j * 2"}, fails=OUT, only=False, diagnosis=KNOWN)
wrong(
    "a window of two by two written in",
    {WINDOW: "x[n, c, top : top + 2, left : left + 2]"},
    fails=(OUT, GAPS),
    only=False,
    diagnosis=KNOWN,
)
wrong(
    "height and width of the window swapped",
    {WINDOW: "x[n, c, top : top + WW, left : left + HH]"},
    KNOWN,
    fails=(OUT, GAPS),
    only=False,
)
wrong(
    "the height for both",
    {WINDOW: "x[n, c, top : top + HH, left : left + HH]"},
    fails=(OUT, GAPS),
    only=False,
    diagnosis=KNOWN,
)
wrong("height and width swapped all through", {"HH, WW, stride =": "WW, HH, stride ="}, fails=(GAPS,), only=False)
wrong(
    "windows one row too low",
    {"top : top + HH": "top : max(top + HH - 1, top + 1)"},
    ("", KNOWN),
    fails=(OUT, NEGATIVE),
    only=False,
)
wrong(
    "windows one row too high",
    {"top : top + HH": "top : top + HH + 1"},
    fails=(OUT, NEGATIVE),
    only=False,
    diagnosis=KNOWN,
)
wrong(
    "windows one column too wide",
    {"left : left + WW": "left : left + WW + 1"},
    fails=(OUT, NEGATIVE),
    only=False,
    diagnosis=KNOWN,
)
wrong(
    "windows without their first row",
    {"top : top + HH": "top + 1 : top + HH"},
    fails=(OUT, GAPS),
    only=False,
    diagnosis=KNOWN,
)
wrong(
    "windows moved to the right",
    {"left : left + WW": "left + 1 : left + WW + 1"},
    fails=(OUT, NEGATIVE),
    only=False,
    diagnosis=KNOWN,
)
wrong("row and column of a place swapped", {PLACE: "top, left = j * stride, i * stride"}, fails=(OUT, GAPS), only=False)
wrong("one row of places too few", {"return out,": "return out[:, :, :-1],"}, fails=SIZES)
wrong("one column of places too few", {"return out,": "return out[..., :-1],"}, fails=SIZES)
wrong("the last row of places left out", {"range(rows)": "range(rows - 1)"}, diagnosis="partial")
wrong(
    "the first image alone",
    {"range(N)": "range(1)"},
    fails=(OUT, GAPS, SINGLE, NEGATIVE),
    only=False,
    diagnosis="partial",
)
wrong("the first channel alone", {"range(C)": "range(1)"}, only=False, diagnosis="partial")
wrong("returned after the first image", {f"    {RETURN}": f"        {RETURN}"}, only=False, diagnosis="partial")
wrong("returned after the first channel", {f"    {RETURN}": f"            {RETURN}"}, only=False, diagnosis=KNOWN)
UNCHECKED = "(H - HH) // stride + 1", "(W - WW) // stride + 1"
wrong("a stride that need not divide", {ROWS: f"rows, columns = {UNCHECKED[0]}", COLUMNS: UNCHECKED[1]}, fails=REFUSED)
wrong("only the height asked for", {COLUMNS: UNCHECKED[1]}, fails=REFUSED)
wrong("only the width asked for", {ROWS: f"rows, columns = {UNCHECKED[0]}"}, fails=REFUSED)
wrong(
    "rounded up",
    {ROWS: "rows, columns = -(-(H - HH) // stride) + 1", COLUMNS: "-(-(W - WW) // stride) + 1"},
    fails=REFUSED,
)

# Form and precision
wrong("out alone", {RETURN: "return out"}, fails=SIZES)
wrong("nothing returned", {RETURN: "pass"}, fails=SIZES)
wrong("a cache in pieces", {RETURN: "return out, x, pool_param"}, fails=SIZES)
wrong("the cache first", {RETURN: "return (x, pool_param), out"}, fails=SIZES)
wrong("channels last", {"return out,": "return out.transpose(0, 2, 3, 1),"}, fails=SIZES, diagnosis="transpose")
wrong(
    "height and width of out swapped",
    {"return out,": "return out.transpose(0, 1, 3, 2),"},
    fails=SIZES,
    diagnosis="transpose",
)
wrong("a row for each image", {"return out,": "return out.reshape(N, -1),"}, "shape", fails=SIZES)
wrong("channels summed", {"return out,": "return out.sum(axis=1),"}, fails=SIZES, only=False)
wrong("the images themselves", {"return out,": "return x,"}, fails=SIZES)
wrong("zeros", {"return out,": "return 0 * out,"}, ("zero", KNOWN))
wrong("twice", {"return out,": "return 2 * out,"}, "factor")
wrong("the wrong sign", {"return out,": "return -out,"}, "sign")
wrong("not a number", {"return out,": "return out * np.nan,"}, "overflow")
wrong("random numbers", {"return out,": "return np.random.standard_normal(out.shape),"}, diagnosis="random")
wrong("whole numbers", {EMPTY: EMPTY.replace("x.dtype", "int")}, diagnosis="rounded")
wrong("half precision", {EMPTY: EMPTY.replace("x.dtype", "np.float16")}, "near", fails=(OUT, GAPS, NEGATIVE))
wrong("rounded to two digits", {"return out,": "return out.round(2),"}, "rounded", fails=(OUT, GAPS), only=False)

# In place
wrong("x cut off at zero", {EMPTY: f"x[x < 0] = 0\n    {EMPTY}"}, KNOWN, fails=(NEGATIVE, UNTOUCHED), only=False)
wrong("x centred", {RETURN: f"x -= x.mean()\n    {RETURN}"}, fails=UNTOUCHED)
wrong("windows written over", {RETURN: f"x[:, :, :rows, :columns] = out\n    {RETURN}"}, fails=UNTOUCHED)
wrong("the largest number marked", {"    " + RETURN: f"    x[x == x.max()] = np.inf\n    {RETURN}"}, fails=UNTOUCHED)

# Two mistakes
wrong(
    "mean, and stride ignored",
    {".max()": ".mean()", PLACE: "top, left = i, j"},
    only=False,
    fails=(OUT, NEGATIVE),
    diagnosis=KNOWN,
)
wrong("no error, and out alone", {RETURN: "return out", COLUMNS: UNCHECKED[1]}, fails=(*SIZES, REFUSED))


@mutant(ITEM, fails=NUMBERS, diagnosis=KNOWN)
def pooled_over_channels_and_rows(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    rows, columns = output_size(H, HH, stride), output_size(W, WW, stride)  # noqa: F821
    out = np.zeros((N, C, rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = x[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            out[:, :, i, j] = window.max(axis=(1, 2)).max(axis=-1)[:, None]
    return out, (x, pool_param)


@mutant(ITEM, fails=(GAPS, OUT, SHAPE))
def windows_that_must_tile_the_image(x, pool_param):
    HH, WW = pool_param["pool_height"], pool_param["pool_width"]
    N, C, H, W = x.shape
    x_tiled = x[:, :, : H // HH * HH, : W // WW * WW].reshape(N, C, H // HH, HH, W // WW, WW)
    return x_tiled.max(axis=(3, 5)), (x, pool_param)


@mutant(ITEM, fails=NUMBERS, diagnosis=KNOWN)
def average_pooling_of_whole_windows(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    output_size(x.shape[2], HH, stride), output_size(x.shape[3], WW, stride)  # noqa: F821
    windows = np.lib.stride_tricks.sliding_window_view(x, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.mean(axis=(4, 5)), (x, pool_param)


def of_zeros(function, x, pool_param):
    return np.zeros((len(x), x.shape[1], 1, 1)), (x, pool_param)


by_heart(ITEM, (ITEM.split(".")[1],), of_zeros, fails=NUMBERS)
