"""Wrong versions of `affine_backward`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import notebook
from tests.mutants.collect import memorised, mutant, patch

ITEM = "layers.affine_backward"
DX, DW, DB, MORE = "dx", "dw", "db", "more axes, one example"
SHAPE, STATELESS, UNTOUCHED = "shapes of the inputs", "works from its cache alone", "dout is not modified"
ROWS, DX_LINE, DB_SUM = "x.reshape(x.shape[0], -1)", "(dout @ w.T).reshape(x.shape)", "dout.sum(axis=0)"
DW_LINE, FIRST = f"{ROWS}.T @ dout", "    x, w, _ = cache\n"


def first(line):
    return {FIRST: f"{FIRST}    {line}\n"}


# db
patch(ITEM, "mean in db", {DB_SUM: "dout.mean(axis=0)"}, fails=(DB, MORE), diagnosis="axis")
patch(ITEM, "db summed over the outputs", {DB_SUM: "dout.sum(axis=1)"}, fails=(DB, MORE, SHAPE))
patch(ITEM, "db the sum of all", {DB_SUM: "dout.sum()"}, fails=(DB, SHAPE))
patch(
    ITEM, "db the sum of all in every entry", {DB_SUM: "np.full(dout.shape[1], dout.sum())"}, fails=DB, diagnosis="axis"
)
patch(ITEM, "db not summed", {DB_SUM: "dout"}, fails=(DB, SHAPE), diagnosis="axis")
patch(ITEM, "db a row", {DB_SUM: "dout.sum(axis=0, keepdims=True)"}, fails=SHAPE, only=True)
patch(ITEM, "db a column", {DB_SUM: "dout.sum(axis=0)[:, np.newaxis]"}, fails=SHAPE, only=True)
patch(ITEM, "db of the last example", {DB_SUM: "dout[-1]"}, fails=DB, diagnosis="known mistake")
patch(ITEM, "db zero", {DB_SUM: "np.zeros(dout.shape[1])"}, fails=(DB, MORE), diagnosis="zero")
patch(ITEM, "db the bias", {DB_SUM: "_ * 1.0"}, fails=(DB, MORE), diagnosis="input")
patch(ITEM, "db ones", {DB_SUM: "np.ones(dout.shape[1])"}, fails=(DB, MORE), diagnosis="known mistake")
patch(ITEM, "db once per weight", {DB_SUM: "len(w) * dout.sum(axis=0)"}, fails=DB, diagnosis="factor")
patch(ITEM, "db missing", {f", {DB_SUM}": ""}, fails=(DX, DW, DB, SHAPE))

# dx
patch(ITEM, "dx left in rows", {".reshape(x.shape)": ""}, fails=(MORE, SHAPE), diagnosis="shape", only=True)
patch(
    ITEM,
    "dx put back in the wrong order",
    {".reshape(x.shape)": '.reshape(x.shape, order="F")'},
    fails=MORE,
    only=True,
    diagnosis="order",
)
patch(ITEM, "weights not turned", {"dout @ w.T": "dout @ w"}, fails=(DX, SHAPE))
patch(ITEM, "columns put back as rows", {"(dout @ w.T)": "(w @ dout.T)"}, fails=(DX, MORE), diagnosis="order")
patch(ITEM, "dx divided by N", {DX_LINE: f"{DX_LINE} / len(x)"}, fails=(DX, MORE), diagnosis="factor")
patch(ITEM, "dx with the wrong sign", {DX_LINE: f"-{DX_LINE}"}, fails=(DX, MORE), diagnosis="sign")
patch(ITEM, "dx plus the bias", {"(dout @ w.T)": "((dout + _) @ w.T)"}, fails=(DX, MORE), diagnosis="known mistake")
patch(ITEM, "dx masked as by a ReLU", {DX_LINE: f"{DX_LINE} * (x > 0)"}, fails=(DX, MORE), diagnosis="known mistake")
patch(ITEM, "dx by a sum of weights", {DX_LINE: "np.ones(x.shape) * w.sum()"}, fails=(DX, MORE), diagnosis="constant")
patch(ITEM, "dx for the first example alone", {"    dw =": "    dx[1:] = 0\n    dw ="}, fails=DX, diagnosis="partial")
patch(ITEM, "dx zero", {DX_LINE: "np.zeros(x.shape)"}, fails=(DX, MORE), diagnosis="zero")

# dw
patch(ITEM, "dw turned", {DW_LINE: f"({DW_LINE}).T"}, fails=(DW, SHAPE), diagnosis="transpose")
patch(ITEM, "mean in dw", {DW_LINE: f"{DW_LINE} / len(x)"}, fails=(DW, MORE), diagnosis="factor")
patch(ITEM, "x not flattened", {f"{ROWS}.T": "x.T"}, fails=(MORE, SHAPE), only=True)
patch(
    ITEM,
    "x flattened in the wrong order",
    {ROWS: 'x.reshape(x.shape[0], -1, order="F")'},
    fails=MORE,
    diagnosis="order",
    only=True,
)
patch(
    ITEM, "columns of x for its rows", {f"{ROWS}.T": "x.reshape(-1, x.shape[0])"}, fails=(DW, MORE), diagnosis="order"
)
patch(ITEM, "dw of the last example", {DW_LINE: f"np.outer({ROWS}[-1], dout[-1])"}, fails=DW, diagnosis="known mistake")
patch(ITEM, "dw with the weights", {DW_LINE: f"({DW_LINE}) * w"}, fails=(DW, MORE), diagnosis="input")
patch(ITEM, "dw by dout's sign", {DW_LINE: f"{ROWS}.T @ np.sign(dout)"}, fails=(DW, MORE), diagnosis="known mistake")
patch(
    ITEM,
    "x summed up before",
    {DW_LINE: f"np.outer({ROWS}.sum(axis=0), {DB_SUM})"},
    fails=DW,
    diagnosis="known mistake",
)
patch(ITEM, "dw zero", {DW_LINE: "np.zeros(w.shape)"}, fails=(DW, MORE), diagnosis="zero")
patch(ITEM, "weights decayed", {DW_LINE: f"{DW_LINE} + 0.1 * w"}, fails=(DW, MORE), diagnosis="input")

# All three
patch(
    ITEM,
    "all divided by N",
    {DW_LINE: f"{DW_LINE} / len(x)", DB_SUM: "dout.mean(axis=0)"},
    fails=(DW, DB),
    diagnosis="factor",
)
patch(ITEM, "dout divided by N", first("dout = dout / len(dout)"), fails=(DX, DW, DB), diagnosis="factor")
patch(
    ITEM,
    "all by ones in place of dout",
    first("dout = np.ones_like(dout)"),
    fails=(DX, DW, DB),
    diagnosis="known mistake",
)
patch(ITEM, "negative dout stopped", first("dout = np.maximum(0, dout)"), fails=(DX, DW, DB), diagnosis="known mistake")
patch(ITEM, "half precision", first("dout = dout.astype(np.float16)"), fails=(DX, DW, DB), diagnosis="near")
patch(ITEM, "dw first", {"return dx, dw,": "return dw, dx,"}, fails=(DX, DW, SHAPE))
patch(ITEM, "dx alone", {"return dx, dw, dout.sum(axis=0)": "return dx"}, fails=(DX, DW, DB, SHAPE))
patch(ITEM, "nothing returned", {"return dx, dw, dout.sum(axis=0)": "pass"}, fails=(DX, DW, DB, SHAPE))
patch(ITEM, "ten examples written in", {ROWS: "x.reshape(10, -1)"}, fails=(DX, DW, DB, SHAPE))
patch(ITEM, "a cache of two expected", {"x, w, _ = cache": "x, w = cache\n    _ = 0"}, fails=(DX, DW, DB))

# In place
patch(ITEM, "dout divided in place", first("dout /= len(dout)"), fails=(DX, DW, UNTOUCHED), diagnosis="factor")
patch(ITEM, "sums built up in dout", {DB_SUM: "np.cumsum(dout, axis=0, out=dout)[-1]"}, fails=UNTOUCHED, only=True)
patch(
    ITEM,
    "dout cleared for the next layer",
    {DB_SUM: f"{DB_SUM}, dout.fill(0)))[0]", "return ": "return (("},
    fails=UNTOUCHED,
)
memorised(
    ITEM,
    fails=(DX, DW, DB),
    otherwise=lambda dout, cache: tuple(np.zeros(np.shape(array)) for array in cache),
    diagnosis="zero",
)


@mutant(ITEM, fails=(DX, DW, DB, MORE), diagnosis="zero")
def zeros(dout, cache):
    x, w, b = cache
    return np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)


@mutant(ITEM, fails=(DX, DW, DB), diagnosis="input")
def the_inputs_themselves(dout, cache):
    return cache


@notebook(ITEM, fails=STATELESS, only=True)
def kept_in_a_global_variable():
    def affine_forward(x, w, b):
        global last_inputs
        last_inputs = x, w
        return x.reshape(len(x), -1) @ w + b, None

    def affine_backward(dout, cache):
        x, w = last_inputs
        return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


@notebook(ITEM, fails=STATELESS, only=True)
def kept_in_an_attribute_of_the_function():
    def affine_forward(x, w, b):
        affine_forward.x = x
        return x.reshape(len(x), -1) @ w + b, w

    def affine_backward(dout, cache):
        x = affine_forward.x
        return (dout @ cache.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


@notebook(ITEM, fails=STATELESS, only=True)
def one_cache_that_every_call_fills_anew():
    shared = {}

    def affine_forward(x, w, b):
        shared.update(x=x, w=w)
        return x.reshape(len(x), -1) @ w + b, shared

    def affine_backward(dout, cache):
        x, w = cache["x"], cache["w"]
        return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


@notebook(ITEM, fails=STATELESS, only=True)
def weights_remembered_and_the_rest_in_the_cache():
    weights = []

    def affine_forward(x, w, b):
        weights.append(w)
        return x.reshape(len(x), -1) @ w + b, (x,)

    def affine_backward(dout, cache):
        (x,) = cache
        return (dout @ weights[-1].T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)
