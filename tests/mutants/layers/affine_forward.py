"""Wrong versions of `affine_forward`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "layers.affine_forward"
OUT, MORE, SHAPE = "out", "more axes, one example", "shape of the output, and a cache"
SINGLE, UNTOUCHED = "float32 inputs", "inputs are not modified"
ROWS, FIRST, LAST = "x.reshape(x.shape[0], -1)", "    out = ", "    return out, (x, w, b)"

# The bias
patch(ITEM, "no bias", {"@ w + b": "@ w"}, fails=(OUT, MORE, SINGLE), diagnosis="known mistake")
patch(ITEM, "bias taken off", {"@ w + b": "@ w - b"}, fails=(OUT, MORE), diagnosis="sign")
patch(ITEM, "bias twice", {"@ w + b": "@ w + 2 * b"}, fails=(OUT, MORE), diagnosis="known mistake")
patch(ITEM, "bias inside the product", {f"{ROWS} @ w + b": f"({ROWS} + b) @ w"}, fails=(OUT, MORE, SHAPE))
patch(ITEM, "bias times the product", {"@ w + b": "@ w * b"}, fails=(OUT, MORE), diagnosis="known mistake")
patch(ITEM, "bias divided by N", {"@ w + b": "@ w + b / len(x)"}, fails=OUT, diagnosis="factor")
patch(ITEM, "mean of the bias", {"@ w + b": "@ w + b.mean()"}, fails=(OUT, MORE), diagnosis="known mistake")
patch(ITEM, "bias for the first example alone", {LAST: f"    out[1:] -= b\n{LAST}"}, fails=OUT, diagnosis="partial")
patch(ITEM, "bias as a column", {"@ w + b": "@ w + b[:, np.newaxis]"}, fails=(OUT, MORE, SHAPE))

# Axes
patch(ITEM, "columns for rows", {ROWS: "x.reshape(-1, x.shape[0]).T"}, fails=(OUT, MORE), diagnosis="order")
patch(
    ITEM,
    "flattened in the wrong order",
    {ROWS: 'x.reshape(x.shape[0], -1, order="F")'},
    fails=MORE,
    only=True,
    diagnosis="order",
)
patch(ITEM, "two axes alone", {ROWS: "x"}, fails=(MORE, SHAPE, UNTOUCHED), only=True)
patch(
    ITEM, "two axes or four", {ROWS: "(x if x.ndim == 2 else x.reshape(len(x), 6, -1).reshape(len(x), -1))"}, fails=MORE
)
patch(ITEM, "everything in one row", {ROWS: "x.reshape(1, -1)"}, fails=(OUT, MORE, SHAPE))
patch(ITEM, "ten examples written in", {ROWS: "x.reshape(10, -1)"}, fails=(OUT, MORE, SHAPE))
patch(ITEM, "weights turned", {"@ w + b": "@ w.T + b"}, fails=(OUT, MORE, SHAPE))
patch(ITEM, "output turned", {"return out,": "return out.T,"}, fails=(OUT, MORE, SHAPE), diagnosis="transpose")
patch(ITEM, "one example is squeezed out", {"return out,": "return np.squeeze(out),"}, fails=SHAPE, only=True)
patch(ITEM, "last example left out", {"return out,": "return out[:-1],"}, fails=(OUT, MORE, SHAPE))
patch(ITEM, "last output left out", {LAST: f"    out[:, -1] = 0\n{LAST}"}, fails=(OUT, MORE), diagnosis="partial")

# More, or less, than an affine layer
patch(
    ITEM,
    "ReLU behind it",
    {FIRST: "    out = np.maximum(0, ", "@ w + b": "@ w + b)"},
    fails=OUT,
    diagnosis="known mistake",
)
patch(ITEM, "ReLU before it", {ROWS: f"np.maximum(0, {ROWS})"}, fails=(OUT, MORE), diagnosis="known mistake")
patch(ITEM, "divided by D", {"@ w + b": "@ w / len(w) + b"}, fails=(OUT, MORE), diagnosis="factor")
patch(ITEM, "the whole doubled", {"return out,": "return 2 * out,"}, fails=(OUT, MORE), diagnosis="factor")
patch(ITEM, "with the wrong sign", {"return out,": "return -out,"}, fails=(OUT, MORE), diagnosis="sign")
patch(ITEM, "mean of x taken off", {ROWS: f"({ROWS} - x.mean())"}, fails=OUT, diagnosis="known mistake")
patch(
    ITEM,
    "kept in half precision",
    {"return out,": "return out.astype(np.float16),"},
    fails=(OUT, MORE),
    diagnosis="near",
)
patch(ITEM, "whole numbers", {"return out,": "return out.astype(int),"}, fails=(OUT, MORE), diagnosis="rounded")
patch(
    ITEM,
    "weights drawn anew",
    {LAST: f"    out = {ROWS} @ np.random.standard_normal(w.shape) + b\n{LAST}"},
    fails=OUT,
    diagnosis="random",
)
patch(ITEM, "zeros", {"return out,": "return 0 * out,"}, fails=(OUT, MORE, SINGLE), diagnosis="zero")

# Form
patch(ITEM, "no cache", {"return out, (x, w, b)": "return out"}, fails=(OUT, MORE, SHAPE))
patch(ITEM, "cache taken apart", {"return out, (x, w, b)": "return out, x, w, b"}, fails=(OUT, SHAPE))
patch(ITEM, "cache first", {"return out, (x, w, b)": "return (x, w, b), out"}, fails=(OUT, SHAPE))
patch(ITEM, "nothing returned", {"return out, (x, w, b)": "cache = (x, w, b)"}, fails=(OUT, SHAPE))
patch(
    ITEM,
    "float32 turned away",
    {FIRST: f"    assert x.dtype == float\n{FIRST}"},
    fails=(SINGLE, SHAPE, UNTOUCHED),
    only=True,
)

# In place
patch(ITEM, "x reshaped in place", {FIRST: f"    x.shape = (len(x), -1)\n{FIRST}"}, fails=UNTOUCHED, only=True)
patch(
    ITEM,
    "x centred in place",
    {FIRST: f"    x -= x.mean()\n{FIRST}"},
    fails=(OUT, UNTOUCHED),
    diagnosis="known mistake",
)
patch(ITEM, "w filled up in place", {LAST: f"    w[w < 0] = 0\n{LAST}"}, fails=UNTOUCHED, only=True)
patch(ITEM, "b used up", {LAST: f"    b -= b\n{LAST}"}, fails=UNTOUCHED, only=True)
memorised(ITEM, fails=OUT, otherwise=lambda x, w, b: (np.zeros((len(x), len(b))), (x, w, b)), diagnosis="zero")


@mutant(ITEM, fails=OUT, diagnosis="axis")
def first_example_again_and_again(x, w, b):
    out = np.empty((len(x), len(b)))
    for i in range(len(x)):
        out[i] = x[0].ravel() @ w + b
    return out, (x, w, b)


@mutant(ITEM, fails=(OUT, MORE), diagnosis="known mistake")
def last_input_never_counted(x, w, b):
    rows = x.reshape(len(x), -1)
    out = np.tile(b.astype(float), (len(x), 1))
    for d in range(rows.shape[1] - 1):
        out += np.outer(rows[:, d], w[d])
    return out, (x, w, b)
