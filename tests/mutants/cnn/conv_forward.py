"""Wrong convolutions, forward: what must fail, and the diagnosis that must come.

What the naive and the fast one can get wrong is written once, in lines of `RIGHT`, which loops over the window's pixels
alone. Below stands what only loops over images, filters and places get wrong, in the reference's own lines.
"""

import numpy as np

from tests.mutants.cells import by_heart
from tests.mutants.collect import patch, rewritten

NAIVE, FAST = "cnn.conv_forward_naive", "cnn.conv_forward_fast"
OUT, MORE, SHAPE = "out", "other strides and paddings", "shape of the output, and a cache"
SINGLE, UNTOUCHED = "float32 inputs", "inputs are not modified"
REFUSED = "a stride that does not divide is an error"
NUMBERS = (OUT, MORE, SINGLE)
SIZES, ALL = (*NUMBERS, SHAPE), (*NUMBERS, SHAPE, REFUSED)
KNOWN = "known mistake"
ROWS, COLUMNS = "rows = output_size(H, HH, stride, pad)", 'columns = output_size(W, WW, stride, pad, "width")'
PADDED = "padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"
WINDOWS = "padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]"
SHARE, BIAS, RETURN = "w[:, :, i, j]", "out = out + b[:, None, None]", "return out, (x, w, b, conv_param)"
EINSUM = f'out += np.einsum("nchw,fc->nfhw", here, {SHARE})'
RIGHT = f"""
def NAME(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    {ROWS}
    {COLUMNS}
    {PADDED}
    out = np.zeros((N, F, rows, columns))
    for i in range(HH):
        for j in range(WW):
            here = {WINDOWS}
            {EINSUM}
    {BIAS}
    {RETURN}
"""


def each(name, changes, diagnosis=KNOWN, *, fails=NUMBERS, only=True):
    """Both convolutions with changed lines."""
    rewritten((NAIVE, FAST), RIGHT, name, changes, fails=fails, diagnosis=diagnosis, only=only)


def broken(name, changes, diagnosis="", *, fails=SIZES):
    """Both convolutions with changed lines, so that they raise an error in some of the cases."""
    each(name, changes, diagnosis, fails=(*fails, UNTOUCHED), only=False)


# The filter
each("filter flipped", {SHARE: "w[:, :, HH - 1 - i, WW - 1 - j]"})
each("filter upside down", {SHARE: "w[:, :, HH - 1 - i, j]"})
each("filter mirrored", {SHARE: "w[:, :, i, WW - 1 - j]"})
each("filter flipped in its channels, too", {SHARE: "w[:, ::-1, HH - 1 - i, WW - 1 - j]"})
each("channels in another order", {SHARE: "w[:, ::-1, i, j]"})
each("the first filter for all", {SHARE: "np.repeat(w[:1, :, i, j], F, axis=0)"})
each("filters in another order", {SHARE: "w[::-1, :, i, j]"})
each("the filter's sum in the place of its numbers", {SHARE: "w.sum(axis=(2, 3))"})
each("no filter but the sum of the window", {SHARE: "np.ones((F, C))"})

# Sums
each("the first channel alone", {EINSUM: 'out += np.einsum("nhw,f->nfhw", here[:, 0], w[:, 0, i, j])'})
each("channels and filters multiplied apart", {"nchw,fc->": "nchw,fd->"})
each("a mean", {BIAS: "out = out / w[0].size + b[:, None, None]"})
each("a mean over the channels", {BIAS: "out = out / C + b[:, None, None]"})
each("the last pixel of the window alone", {"out += ": "out = "})
each("the first image for all", {BIAS: "out = np.repeat(out[:1], N, axis=0) + b[:, None, None]"})
each("images in another order", {BIAS: "out = out[::-1] + b[:, None, None]"}, "order")
each("ReLU behind it", {BIAS: "out = np.maximum(out + b[:, None, None], 0)"})

# The bias
each("no bias", {BIAS: "pass"})
each("bias subtracted", {BIAS: "out = out - b[:, None, None]"})
each("bias for every channel", {BIAS: "out = out + C * b[:, None, None]"})
each("bias for every product", {BIAS: "out = out + C * HH * WW * b[:, None, None]"})
each("bias twice", {BIAS: "out = out + 2 * b[:, None, None]"}, ("", KNOWN))
each("the first bias for all", {BIAS: "out = out + b[0]"})
each("the sum of the biases", {BIAS: "out = out + b.sum()"})
each("biases in another order", {BIAS: "out = out + b[::-1, None, None]"})
each("bias multiplied", {BIAS: "out = out * b[:, None, None]"})
each("bias along the width", {BIAS: "out = out + np.resize(b, columns)"})
each("bias of the images, not of the filters", {BIAS: "out = out + np.resize(b, N)[:, None, None, None]"})

# Padding
BATCH, LAST = PADDED.replace("((0, 0)", "((pad, pad)"), "np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))"
each("padding of the border", {PADDED: f'{PADDED[:-1]}, mode="edge")'})
each("padding that wraps around", {PADDED: f'{PADDED[:-1]}, mode="wrap")'})
each("padding of ones", {PADDED: f"{PADDED[:-1]}, constant_values=1.0)"})
each("padding above and on the left alone", {PADDED: PADDED.replace("(pad, pad)", "(2 * pad, 0)")})
each("padding on the batch axis, too", {PADDED: f"{BATCH}[:N]"})
each("padding on the batch axis, all kept", {PADDED: BATCH, "zeros((N": "zeros((len(padded)"}, "", fails=SIZES)
broken("padding on every axis", {PADDED: "padded = np.pad(x, pad)"})
broken("padding for images with channels last", {PADDED: f"padded = {LAST}"})
broken("padding forgotten in the size", {"HH, stride, pad)": "HH, stride)", "stride, pad, ": "stride, 0, "})
broken("no padding", {'conv_param["pad"]': "0"}, diagnosis=KNOWN)
broken("a padding of one written in", {'conv_param["pad"]': "1"}, fails=(MORE, SHAPE))
broken("twice the padding", {'conv_param["pad"]': '2 * conv_param["pad"]'})

# Stride and places
UNCHECKED = {
    ROWS: "rows = (H + 2 * pad - HH) // stride + 1",
    COLUMNS: "columns = (W + 2 * pad - WW) // stride + 1",
}
NO_ERROR = "if (H + 2 * pad - HH) % stride or (W + 2 * pad - WW) % stride:\n        return"
each("stride ignored", {WINDOWS: "padded[:, :, i : i + rows, j : j + columns]"})
each("stride ignored downwards", {WINDOWS: WINDOWS.replace("i + stride * rows : stride", "i + rows")})
each("stride ignored to the right", {WINDOWS: WINDOWS.replace("j + stride * columns : stride", "j + columns")})
broken("stride and padding swapped", {"stride, pad = c": "pad, stride = c"})
each("a stride of one written in", {'conv_param["stride"]': "1"}, "", fails=ALL)
each("a stride of two written in", {'conv_param["stride"]': "2"}, "", fails=(MORE, SHAPE), only=False)
each("one row of places too few", {BIAS: "out = out[:, :, :-1] + b[:, None, None]"}, "", fails=SIZES)
each("one column of places too few", {BIAS: "out = out[:, :, :, :-1] + b[:, None, None]"}, "", fails=SIZES)
each(
    "one place too many",
    {BIAS: "out = np.pad(out, ((0, 0), (0, 0), (0, 1), (0, 1))) + b[:, None, None]"},
    "",
    fails=SIZES,
)
each(
    "height and width of the output swapped",
    {RETURN: RETURN.replace("out", "out.transpose(0, 1, 3, 2)")},
    "transpose",
    fails=SIZES,
)
broken("height and width of the window swapped", {"HH, WW) = x.shape": "WW, HH) = x.shape"}, fails=NUMBERS)
each("windows without their last row and column", {"range(HH)": "range(HH - 1)", "range(WW)": "range(WW - 1)"})
each("windows without their last row", {"range(HH)": "range(HH - 1)"})
each("windows moved by one pixel", {PADDED: f"{PADDED}\n    padded = np.roll(padded, (-1, -1), axis=(2, 3))"})
each("a stride that need not divide", UNCHECKED, "", fails=REFUSED)
each("only the height asked for", {COLUMNS: UNCHECKED[COLUMNS]}, "", fails=REFUSED)
each("only the width asked for", {ROWS: UNCHECKED[ROWS]}, "", fails=REFUSED)
each("None for a stride that does not divide", {**UNCHECKED, ROWS: f"{NO_ERROR} None\n    {ROWS}"}, "", fails=REFUSED)

# Form and precision
each("out alone", {RETURN: "return out"}, "", fails=SIZES)
each("nothing returned", {RETURN: "pass"}, "", fails=SIZES)
each("the cache taken apart", {RETURN: "return out, x, w, b, conv_param"}, "", fails=SIZES)
each("the cache first", {RETURN: "return (x, w, b, conv_param), out"}, "", fails=SIZES)
each("channels last", {RETURN: "return out.transpose(0, 2, 3, 1), (x, w, b, conv_param)"}, "transpose", fails=SIZES)
each("filters first", {RETURN: "return out.transpose(1, 0, 2, 3), (x, w, b, conv_param)"}, "transpose", fails=SIZES)
each("a row for each image", {RETURN: "return out.reshape(N, -1), (x, w, b, conv_param)"}, "shape", fails=SIZES)
each("filters summed", {RETURN: "return out.sum(axis=1), (x, w, b, conv_param)"}, "", fails=SIZES)
each("half precision", {RETURN: "return out.astype(np.float16), (x, w, b, conv_param)"}, "near", fails=(OUT, MORE))
each("rounded to whole numbers", {RETURN: "return out.astype(int), (x, w, b, conv_param)"}, "rounded")
each("rounded to four digits", {RETURN: "return out.round(3), (x, w, b, conv_param)"}, "near", fails=(OUT, MORE))
each("bytes", {RETURN: "return out.astype(np.uint8), (x, w, b, conv_param)"}, "rounded")
each("zeros", {RETURN: "return 0 * out, (x, w, b, conv_param)"}, "zero")
each("not a number", {RETURN: "return out * np.nan, (x, w, b, conv_param)"}, "overflow")
each("random numbers", {RETURN: "return np.random.standard_normal(out.shape), (x, w, b, conv_param)"}, "random")
each("twice", {RETURN: "return 2 * out, (x, w, b, conv_param)"}, "factor")
each("the wrong sign", {RETURN: "return -out, (x, w, b, conv_param)"}, "sign")
each("the images themselves", {RETURN: "return x, (x, w, b, conv_param)"}, "", fails=SIZES)
each("pieces of the images", {RETURN: "return np.resize(x, out.shape), (x, w, b, conv_param)"}, "")

# In place
each("x scaled in place", {RETURN: f"x *= 0.5\n    {RETURN}"}, "", fails=UNTOUCHED)
each(
    "filters flipped in place and flipped back in the sum",
    {PADDED: f"{PADDED}\n    w[:] = w[:, :, ::-1, ::-1]", SHARE: "w[:, :, HH - 1 - i, WW - 1 - j]"},
    "",
    fails=UNTOUCHED,
)
each("biases cleared", {RETURN: f"b.fill(0)\n    {RETURN}"}, "", fails=UNTOUCHED)
each("x centred in place", {PADDED: f"x -= x.mean()\n    {PADDED}"}, fails=(*NUMBERS, UNTOUCHED))

# Two mistakes
each("filter flipped and no bias", {SHARE: "w[:, :, HH - 1 - i, WW - 1 - j]", BIAS: "pass"})
each(
    "stride ignored, and no error",
    {**UNCHECKED, WINDOWS: "padded[:, :, i : i + rows, j : j + columns]"},
    fails=(*NUMBERS, REFUSED),
)


def naive(name, changes, diagnosis=KNOWN, *, fails=NUMBERS, only=True):
    patch(NAIVE, f"{name}, in loops", changes, fails=fails, diagnosis=diagnosis, only=only)


# Loops over images, filters and places
BROKEN = {"diagnosis": "", "fails": (*NUMBERS, UNTOUCHED), "only": False}
TOP_LEFT, SUM = "top, left = i * stride, j * stride", "np.sum(window * w[f]) + b[f]"
naive("bias in the sum", {SUM: "np.sum(window * w[f] + b[f])"})
naive("bias of the image", {"b[f]": "b[n % F]"})
naive("filter of the image", {"w[f]": "w[n % F]"})
naive("stride ignored", {TOP_LEFT: "top, left = i, j"})
naive("stride ignored to the right", {TOP_LEFT: "top, left = i * stride, j"})
naive("places a window apart", {TOP_LEFT: "top, left = i * HH, j * WW"}, **BROKEN)
naive("places from one", {TOP_LEFT: "top, left = (i + 1) * stride, (j + 1) * stride"}, **BROKEN)
naive("row and column of a place swapped", {TOP_LEFT: "top, left = j * stride, i * stride"}, **BROKEN)
naive("padded images not used", {"padded[n": "x[n"}, **BROKEN)
naive("the largest product", {SUM: "np.max(window * w[f]) + b[f]"})
naive("a mean", {SUM: "np.mean(window * w[f]) + b[f]"})
naive("channels not summed", {SUM: "(window * w[f]).sum(axis=(1, 2)) + b[f]"}, **BROKEN)
naive("the last channel alone", {SUM: "np.sum(window[-1] * w[f][-1]) + b[f]"})
naive("one image too few", {"in range(N)": "in range(N - 1)"}, "partial")
naive("one filter too few", {"in range(F)": "in range(F - 1)"}, "partial")
naive("the last column of places left out", {"in range(columns)": "in range(columns - 1)"}, "partial")
naive("places from the second on", {"in range(rows)": "in range(1, rows)"}, "partial")
naive("returned after the first image", {f"    {RETURN}": f"        {RETURN}"}, "partial")
naive("returned after the first filter", {f"    {RETURN}": f"            {RETURN}"})
naive("whole numbers", {"np.result_type(x, w)": "int"}, "rounded")
naive("half precision", {"np.result_type(x, w)": "np.float16"}, "near", fails=(OUT, MORE))
naive("added to what was there", {"np.zeros(": "np.ones("} | {"out[n, f, i, j] = ": "out[n, f, i, j] += "}, "offset")
naive("windows one row too low", {"top : top + HH": "top : top + HH - 1"}, **BROKEN)


def of_the_wrong_size(function, x, w, b, conv_param):
    return np.zeros((len(x), len(w), 1, 1)), (x, w, b, conv_param)


for item in (NAIVE, FAST):
    by_heart(item, (item.split(".")[1],), of_the_wrong_size, fails=NUMBERS)
