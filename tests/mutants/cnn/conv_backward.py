"""Wrong gradients of a convolution: what must fail, and the diagnosis that must come.

What the naive and the fast ones can get wrong is written once, in lines of `RIGHT`, which loops over the window's
pixels alone. Below stands what only loops over images, filters and places get wrong, in the reference's own lines.
"""

from tests.mutants.cells import by_heart, patches
from tests.mutants.collect import patch, rewritten

NAIVE, FAST = "cnn.conv_backward_naive", "cnn.conv_backward_fast"
DX, DW, DB, MORE = "dx", "dw", "db", "other strides and paddings, float32"
SHAPE, STATELESS, UNTOUCHED = "shapes of the inputs", "works from its cache alone", "dout is not modified"
LOOPLESS = "no loop over images, filters or places"
OF_DX, OF_DW, OF_DB, ALL = (DX, MORE), (DW, MORE), (DB, MORE), (DX, DW, DB, MORE)
KNOWN = "known mistake"
HERE = "np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]"
APART = ":, :, i : i + rows, j : j + columns"
PADDED = "padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"
START = "dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)"
OUT_OF_W = 'np.einsum("nfhw,fc->nchw", dout, w[:, :, i, j])'
OUT_OF_X = 'np.einsum("nfhw,nchw->fc", dout, padded[here])'
TO_X, TO_W, TO_B = f"dpadded[here] += {OUT_OF_W}", f"dw[:, :, i, j] = {OUT_OF_X}", "db = dout.sum(axis=(0, 2, 3))"
CROP, RETURN = "dx = dpadded[:, :, pad : pad + H, pad : pad + W]", "return dx, dw, db"
TAKE = "x, w, b, conv_param = cache"
RIGHT = f"""
def NAME(dout, cache):
    {TAKE}
    stride, pad = conv_param["stride"], conv_param["pad"]
    (N, C, H, W), (F, _, HH, WW), (rows, columns) = x.shape, w.shape, dout.shape[2:]
    {PADDED}
    {START}
    for i in range(HH):
        for j in range(WW):
            here = {HERE}
            {TO_X}
            {TO_W}
    {TO_B}
    {CROP}
    {RETURN}
"""


def each(name, changes, diagnosis=KNOWN, *, fails, only=True):
    """Both ways back with changed lines."""
    rewritten((NAIVE, FAST), RIGHT, name, changes, fails=fails, diagnosis=diagnosis, only=only)


def of_dx(name, changes, diagnosis=KNOWN, fails=OF_DX):
    each(name, changes, diagnosis, fails=fails)


def of_dw(name, formula, diagnosis=KNOWN, fails=OF_DW):
    each(name, {OUT_OF_X: formula}, diagnosis, fails=fails)


def of_db(name, formula, diagnosis=KNOWN, fails=OF_DB):
    each(name, {TO_B: f"db = {formula}"}, diagnosis, fails=fails)


def returned(name, changed, diagnosis="", fails=ALL, only=True):
    each(name, {RETURN: changed}, diagnosis, fails=fails, only=only)


# dx
of_dx("filter flipped", {OUT_OF_W: OUT_OF_W.replace("i, j", "HH - 1 - i, WW - 1 - j")})
of_dx("filter upside down", {OUT_OF_W: OUT_OF_W.replace("i, j", "HH - 1 - i, j")})
of_dx("channels in another order", {OUT_OF_W: OUT_OF_W.replace(":, i", "::-1, i")})
of_dx("the first filter alone", {OUT_OF_W: 'np.einsum("nhw,c->nchw", dout[:, 0], w[0, :, i, j])'})
of_dx("filters multiplied apart", {OUT_OF_W: OUT_OF_W.replace('"nfhw,fc', '"nfhw,gc')})
of_dx("windows that overwrite each other", {TO_X: TO_X.replace("+=", "=")})
of_dx("the last pixel of the window alone", {TO_X: f"dpadded[:] = 0\n            {TO_X}"})
of_dx("not cropped", {CROP: "dx = dpadded"}, fails=(DX, MORE, SHAPE))
of_dx("cropped at the upper left", {CROP: "dx = dpadded[:, :, :H, :W]"})
of_dx("cropped at the lower right", {CROP: "dx = dpadded[:, :, -H:, -W:]"})
of_dx("cropped from pad to minus pad", {CROP: "dx = dpadded[:, :, pad:-pad, pad:-pad]"}, "", fails=(MORE, SHAPE))
of_dx("a padding of one cropped", {CROP: "dx = dpadded[:, :, 1 : H + 1, 1 : W + 1]"}, "", fails=(MORE, SHAPE))
of_dx("cropped by one pixel too much", {CROP: "dx = dpadded[:, :, pad : H, pad : W]"}, "", fails=(DX, MORE, SHAPE))
of_dx("stride ignored", {TO_X: TO_X.replace("[here]", f"[{APART}]")})
of_dx("half", {CROP: f"{CROP} / 2"}, "factor")
of_dx("twice", {CROP: f"{CROP} * 2"}, "factor")
of_dx("the wrong sign", {CROP: f"{CROP} * -1"}, "sign")
of_dx("divided by the number of images", {CROP: f"{CROP} / N"}, (KNOWN, "factor"))
of_dx("divided by the number of windows", {CROP: f"{CROP} / (rows * columns)"}, "factor")
of_dx("dx zero", {CROP: "dx = np.zeros(x.shape)"}, "zero")
of_dx("dx the image itself", {CROP: "dx = x.copy()"}, "input")
of_dx("dx times the image", {CROP: f"{CROP} * x"}, "input")
of_dx("dx through a ReLU", {CROP: f"{CROP} * (x > 0)"})
of_dx("dx of the first image for all", {CROP: f"{CROP}[:1].repeat(N, axis=0)"}, "axis")
of_dx("dx of the first image alone", {CROP: f"{CROP}[:1]"}, "", fails=(DX, MORE, SHAPE))
of_dx("dx summed over the images", {CROP: f"{CROP}.sum(axis=0)"}, "", fails=(DX, MORE, SHAPE))
of_dx("height and width swapped", {CROP: f"{CROP}.transpose(0, 1, 3, 2)"}, "transpose", fails=(DX, MORE, SHAPE))
of_dx("channels last", {CROP: f"{CROP}.transpose(0, 2, 3, 1)"}, "transpose", fails=(DX, MORE, SHAPE))
of_dx("half precision", {CROP: f"{CROP}.astype(np.float16)"}, "near", fails=DX)
of_dx("rounded to whole numbers", {CROP: f"{CROP}.astype(int)"}, "rounded")

# dw
of_dw("filter flipped back", OUT_OF_X.replace("padded[here]", "padded[:, :, ::-1, ::-1][here]"))
of_dw("images not padded", OUT_OF_X.replace("padded[here]", "np.pad(x, [(0, 0)] * 2 + [(0, 2 * pad)] * 2)[here]"))
of_dw("the first image alone", OUT_OF_X.replace("dout, padded[here]", "dout[:1], padded[here][:1]"))
of_dw("the last image alone", OUT_OF_X.replace("dout, padded[here]", "dout[-1:], padded[here][-1:]"))
of_dw("images mixed", OUT_OF_X.replace("nchw->", "mchw->"))
of_dw("the last place alone", 'np.einsum("nf,nc->fc", dout[:, :, -1, -1], padded[here][:, :, -1, -1])')
of_dw("dw of the last image's last place", "np.outer(dout[-1, :, -1, -1], padded[here][-1, :, -1, -1])")
of_dw("the first place alone", 'np.einsum("nf,nc->fc", dout[:, :, 0, 0], padded[here][:, :, 0, 0])')
of_dw("a mean over places", f"{OUT_OF_X} / (rows * columns)", "factor")
of_dw("dw a mean over images", f"{OUT_OF_X} / N", (KNOWN, "factor"))
of_dw("dw twice", f"{OUT_OF_X} * 2", "factor")
of_dw("dw with the wrong sign", f"-{OUT_OF_X}", "sign")
of_dw("dw zero", "0", "zero")
of_dw("dw the filters themselves", "w[:, :, i, j]", "input")
of_dw("dw with weight decay", f"{OUT_OF_X} + w[:, :, i, j]", "input")
of_dw("dout forgotten", 'np.einsum("nchw->c", padded[here])[None]')
of_dw("the same for all channels", 'np.einsum("nfhw,nchw->f", dout, padded[here])[:, None]', "axis")
of_dw("the same for all filters", 'np.einsum("nfhw,nchw->c", dout, padded[here])', "axis")
of_dw("filters in another order", f"{OUT_OF_X}[::-1]", "order")

# db
of_db("not summed over places", "dout.sum(axis=0)", fails=(DB, MORE, SHAPE))
of_db("not summed over images", "dout.sum(axis=(2, 3))", "axis", fails=(DB, MORE, SHAPE))
of_db("not summed over the width", "dout.sum(axis=(0, 2))", "axis", fails=(DB, MORE, SHAPE))
of_db("not summed", "dout.copy()", fails=(DB, MORE, SHAPE))
of_db("summed over filters, for each image", "dout.sum(axis=(1, 2, 3))", fails=(DB, MORE, SHAPE))
of_db("one sum for all", "dout.sum()", "", fails=(DB, MORE, SHAPE))
of_db("one sum for every filter", "np.full(F, dout.sum())")
of_db("db of the first place", "dout[:, :, 0, 0].sum(axis=0)")
of_db("db of the last place", "dout[:, :, -1, -1].sum(axis=0)")
of_db("db of the last image's last place", "dout[-1, :, -1, -1]")
of_db("db of the first image", "dout[0].sum(axis=(1, 2))")
of_db("db of the last image", "dout[-1].sum(axis=(1, 2))")
of_db("db a mean over places", "dout.mean(axis=(2, 3)).sum(axis=0)")
of_db("db a mean over all", "dout.mean(axis=(0, 2, 3))")
of_db("db a mean over images", "dout.sum(axis=(2, 3)).mean(axis=0)")
of_db("db with the biases", "dout.sum(axis=(0, 2, 3)) * b")
of_db("db the biases", "b.copy()")
of_db("db the number of places", "np.full(F, 1.0 * N * rows * columns)")
of_db("db zero", "np.zeros(F)", "zero")
of_db("db twice", "2 * dout.sum(axis=(0, 2, 3))", "factor")
of_db("db with the wrong sign", "-dout.sum(axis=(0, 2, 3))", "sign")
of_db("db a column", "dout.sum(axis=(0, 2, 3))[:, None]", "", fails=SHAPE)
of_db("db with four axes", "dout.sum(axis=(0, 2, 3), keepdims=True)", "", fails=SHAPE)
of_db("db in another order", "dout.sum(axis=(0, 2, 3))[::-1]", "order")

# All three, and their form
returned("all divided by the number of images", "return dx / N, dw / N, db / N", KNOWN)
returned("all twice", "return 2 * dx, 2 * dw, 2 * db", "factor")
returned("all zero", "return 0 * dx, 0 * dw, 0 * db", "zero")
returned("all ones", "return dx * 0 + 1, dw * 0 + 1, db * 0 + 1", diagnosis="constant")
returned("the inputs themselves", "return x, w, b", diagnosis="input")
returned("not a number", "return dx * np.nan, dw * np.nan, db * np.nan", "overflow", fails=(*ALL, STATELESS))
returned(
    "random numbers",
    "return tuple(np.random.standard_normal(a.shape) for a in (x, w, b))",
    fails=(*ALL, STATELESS),
    diagnosis="random",
)
returned("half precision, all", "return tuple(a.astype(np.float16) for a in (dx, dw, db))", "near", (DX, DW, DB))
returned("dw and dx swapped", "return dw, dx, db", fails=(DX, DW, MORE, SHAPE))
returned("db before dw", "return dx, db, dw", fails=(DW, DB, MORE, SHAPE))
returned("two of three", "return dx, dw", fails=(*ALL, SHAPE, STATELESS))
returned("dx alone", "return dx", fails=(*ALL, SHAPE, STATELESS))
returned("nothing returned", "pass", fails=(*ALL, SHAPE, STATELESS))
returned("a dict", "return {'dx': dx, 'dw': dw, 'db': db}", fails=(*ALL, SHAPE, STATELESS))
each("a dout of ones", {TAKE: f"{TAKE}\n    dout = np.ones_like(dout)"}, fails=ALL)
each(
    "another cache taken apart",
    {TAKE: "x, w, conv_param = cache"},
    "",
    fails=(*ALL, SHAPE, STATELESS, UNTOUCHED),
    only=False,
)

# In place, and from a cache that is not one
returned("dout scaled in place", "dout /= N\n    return dx, dw, db", fails=UNTOUCHED)
returned("dout cleared", "dout.fill(0)\n    return dx, dw, db", fails=UNTOUCHED)
each("dout divided first", {TAKE: f"{TAKE}\n    dout /= len(dout)"}, fails=(*ALL, UNTOUCHED))
for item in (NAIVE, FAST):
    forward, backward = item.split(".")[1].replace("backward", "forward"), item.split(".")[1]
    patches(
        item,
        "kept in a global variable",
        (forward, backward),
        {
            ", (x, w, b, conv_param)": ", globals().update(kept=(x, w, b, conv_param))",
            " = cache": " = kept",
        },
        fails=STATELESS,
        only=True,
    )
    patches(
        item,
        "the images kept in a global variable",
        (forward, backward),
        {
            ", (x, w, b, conv_param)": ", (globals().update(last_x=x), w, b, conv_param)",
            "    stride, pad =": "    x = globals().get('last_x') if x is None else x\n    stride, pad =",
        },
        fails=STATELESS,
        only=True,
    )
    by_heart(
        item,
        (backward,),
        lambda function, dout, cache: (0 * cache[0], 0 * cache[1], 0 * cache[2]),
        fails=ALL,
    )

# Two mistakes
each(
    "not cropped, and db not summed", {CROP: "dx = dpadded", TO_B: "db = dout.sum(axis=0)"}, fails=(DX, DB, MORE, SHAPE)
)
each(
    "flipped, and overwritten",
    {TO_X: TO_X.replace("+=", "=").replace("i, j", "HH - 1 - i, WW - 1 - j")},
    fails=OF_DX,
)


def naive(name, changes, diagnosis=KNOWN, *, fails, only=True):
    patch(NAIVE, f"{name}, in loops", changes, fails=fails, diagnosis=diagnosis, only=only)


# Loops over images, filters and places
LOOP_X, LOOP_W, LOOP_B = (
    "dpadded[here] += dout[n, f, i, j] * w[f]",
    "dw[f] += dout[n, f, i, j] * padded[here]",
    "db[f] += dout[n, f, i, j]",
)
ROWS = "slice(i * stride, i * stride + HH)"
naive("dx set, not added", {LOOP_X: LOOP_X.replace("+=", "=")}, fails=OF_DX)
naive("dw set, not added", {LOOP_W: LOOP_W.replace("+=", "=")}, fails=OF_DW)
naive("db set, not added", {LOOP_B: LOOP_B.replace("+=", "=")}, fails=OF_DB)
naive("all set, not added", {" += ": " = "}, fails=ALL)
naive("db from ones on", {"np.zeros_like(b)": "np.ones_like(b)"}, fails=OF_DB)
naive("dx from the images on", {"np.zeros_like(padded)": "padded.copy()"}, "input", fails=OF_DX)
naive(
    "dx of images that are not padded",
    {"np.zeros_like(padded)": "np.zeros_like(x)", "dpadded[:, :, pad : pad + H, pad : pad + W]": "dpadded"},
    "",
    fails=(DX, MORE),
    only=False,
)
naive("dw by the filter", {LOOP_W: "dw[f] += dout[n, f, i, j] * w[f]"}, fails=OF_DW)
naive("dx by the window", {LOOP_X: "dpadded[here] += dout[n, f, i, j] * padded[here]"}, fails=OF_DX)
naive("windows one pixel apart", {"i * stride": "i", "j * stride": "j"}, fails=(DX, DW, MORE))
naive("windows one pixel apart to the right", {"j * stride": "j"}, fails=(DX, DW, MORE))
naive("every window gets the whole dout", {"dout[n, f, i, j] * w[f]": "dout[n, f].sum() * w[f]"}, fails=OF_DX)
naive("dout of the first place", {"dout[n, f, i, j]": "dout[n, f, 0, 0]"}, fails=ALL)
naive(
    "returned after the first image",
    {"    H, W = x": "        H, W = x", "    return dp": "        return dp"},
    "partial",
    fails=ALL,
)
naive("one image too few", {"range(N)": "range(N - 1)"}, "partial", fails=ALL)
naive("the last row of places left out", {"range(rows)": "range(rows - 1)"}, fails=ALL)
naive(
    "whole numbers",
    {"np.zeros_like(b)": "np.zeros_like(b, dtype=int)", LOOP_B: "db[f] += int(dout[n, f, i, j])"},
    fails=OF_DB,
)
