"""Wrong versions of `relu_forward` and `relu_backward`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import notebook
from tests.mutants.collect import memorised, mutant, patch

FORWARD, BACKWARD = "layers.relu_forward", "layers.relu_backward"
OUT, MORE, SHAPE = "out", "more axes, one example", "shape of the output, and a cache"
SINGLE, UNTOUCHED = "float32 inputs", "inputs are not modified"
DX, SHAPES = "dx", "shapes of the inputs"
STATELESS, DOUT = "works from its cache alone", "dout is not modified"
RELU, BACK = "np.maximum(0, x)", "np.where(cache > 0, dout, 0)"
RETURN = f"return {RELU}, x"
EVIDENCE = ("", "partial")


def forward(name, formula, *, fails=(OUT, MORE), diagnosis=EVIDENCE, **settings):
    patch(FORWARD, name, {RELU: formula}, fails=fails, diagnosis=diagnosis, **settings)


def backward(name, formula, *, fails=(DX, MORE), diagnosis=EVIDENCE, **settings):
    patch(BACKWARD, name, {BACK: formula}, fails=fails, diagnosis=diagnosis, **settings)


forward("absolute value", "np.abs(x)", diagnosis="known mistake")
forward("negative numbers pass", "np.minimum(0, x)", diagnosis="sign")
forward("leaky", "np.where(x > 0, x, 0.01 * x)", diagnosis="known mistake")
forward("its sign", "(x > 0).astype(float)", diagnosis="known mistake")
forward("unchanged", "x * 1.0", diagnosis="known mistake")
forward("exponential below zero", "np.where(x > 0, x, np.expm1(x))", diagnosis="known mistake")
forward("softplus", "np.log1p(np.exp(x))", diagnosis="known mistake")
forward("sigmoid", "1 / (1 + np.exp(-x))", diagnosis="input")
forward("tanh", "np.tanh(np.maximum(0, x))", diagnosis="function")
forward("cut off above one", "np.clip(x, 0, 1)", diagnosis="input")
forward("cut off above six", "np.clip(x, 0, 6)", fails=MORE, diagnosis="partial", only=True)
forward("open from one half", "np.where(x > 0.5, x, 0)", diagnosis="known mistake")
forward("squared", "np.maximum(0, x) ** 2", diagnosis="known mistake")
forward("one where it is closed", "np.where(x > 0, x, 1)", diagnosis="known mistake")
forward("never below one", "np.maximum(1, x)", diagnosis="known mistake")
forward("taken from the mean", "np.maximum(0, x - x.mean())", diagnosis="known mistake")
forward("largest of every column", "np.max(x, 0)", fails=(OUT, MORE, SHAPE))
forward("largest of all", "max(0, x.max())", fails=(OUT, MORE, SHAPE))
forward("Python's max", "max(0, x)", fails=(OUT, MORE, SHAPE))
forward("the positive numbers alone", "x[x > 0]", fails=(OUT, MORE, SHAPE))
forward("flattened", "np.maximum(0, x).ravel()", fails=(OUT, MORE, SHAPE), diagnosis="shape")
forward("whole numbers", "np.maximum(0, x).astype(int)", diagnosis="rounded")
forward("half precision", "np.maximum(0, x).astype(np.float16)", diagnosis="near")
forward("zeros", "0 * x", diagnosis="zero")
forward(
    "two axes alone", "np.array([[max(0, v) for v in row] for row in x])", fails=(MORE, SHAPE, UNTOUCHED), only=True
)
forward("an axis too many", "np.maximum(0, x)[np.newaxis]", fails=SHAPE, only=True)
forward("written into x", "np.maximum(0, x, out=x)", fails=UNTOUCHED, only=True)
patch(FORWARD, "x set to zero in place", {RETURN: "x[x < 0] = 0\n    return x, x.copy()"}, fails=UNTOUCHED, only=True)
patch(FORWARD, "mask multiplied in place", {RETURN: "x *= x > 0\n    return x, x"}, fails=UNTOUCHED, only=True)
patch(FORWARD, "no cache", {RETURN: f"return {RELU}"}, fails=(OUT, MORE, SHAPE))
patch(FORWARD, "cache first", {RETURN: f"return x, {RELU}"}, fails=(OUT, MORE), diagnosis="known mistake")
patch(FORWARD, "nothing returned", {RETURN: RELU}, fails=(OUT, MORE, SHAPE))
patch(
    FORWARD,
    "float32 turned away",
    {RETURN: f"assert x.dtype == float\n    {RETURN}"},
    fails=(SINGLE, SHAPE, UNTOUCHED),
    only=True,
)
memorised(FORWARD, fails=OUT, otherwise=lambda x: (np.zeros(x.shape), x), diagnosis="zero")

backward("mask by the gradient's sign", "np.where(dout > 0, dout, 0)", diagnosis="known mistake")
backward("unchanged", "dout * 1.0", diagnosis="known mistake")
backward("multiplied with x", "dout * np.maximum(0, cache)", diagnosis="known mistake")
backward("open and closed swapped", "np.where(cache > 0, 0, dout)", diagnosis="known mistake")
backward("the derivative alone", "(cache > 0).astype(float)", diagnosis="known mistake")
backward("mask by both signs", "np.where((cache > 0) & (dout > 0), dout, 0)", diagnosis="known mistake")
backward("multiplied with x, negative or not", "dout * cache", diagnosis="input")
backward("x where it is open", "np.where(cache > 0, cache, 0)", diagnosis="input")
backward("leaky", "np.where(cache > 0, dout, 0.01 * dout)", diagnosis="known mistake")
backward("sign of x", "dout * np.sign(cache)", diagnosis="sign")
backward("open from one half", "np.where(cache > 0.5, dout, 0)", diagnosis="known mistake")
backward("derivative of a sigmoid", "dout * cache * (1 - cache)", diagnosis="known mistake")
backward("derivative of tanh", "dout * (1 - np.tanh(cache) ** 2)", diagnosis="known mistake")
backward("wrong sign", "-np.where(cache > 0, dout, 0)", diagnosis="sign")
backward("divided by N", "np.where(cache > 0, dout, 0) / len(cache)", diagnosis="factor")
backward("one where it is closed", "np.where(cache > 0, dout, 1)", diagnosis="known mistake")
backward("whole examples", "np.where(cache.sum(axis=-1, keepdims=True) > 0, dout, 0)", diagnosis="axis")
backward("open where x is above its mean", "np.where(cache > cache.mean(), dout, 0)", diagnosis="known mistake")
backward("the open entries alone", "dout[cache > 0]", fails=(DX, MORE, SHAPES))
backward("flattened", "np.where(cache > 0, dout, 0).ravel()", fails=(DX, MORE, SHAPES), diagnosis="shape")
backward("summed over the examples", "np.where(cache > 0, dout, 0).sum(axis=0)", fails=(DX, SHAPES))
backward("half precision", "np.where(cache > 0, dout, 0).astype(np.float16)", diagnosis="near")
backward(
    "ReLU of the gradient at ReLU of x", "np.maximum(0, dout) * (np.maximum(0, cache) > 0)", diagnosis="known mistake"
)
backward("zeros", "np.zeros(dout.shape)", diagnosis="zero")
backward(
    "two axes alone",
    "np.array([[d * (v > 0) for d, v in zip(*r)] for r in zip(dout, cache)])",
    fails=(MORE, SHAPES, DOUT),
)
backward("an axis too many", "np.where(cache > 0, dout, 0)[np.newaxis]", fails=SHAPES, only=True)
backward("dx and more", "dout * (cache > 0), cache", fails=(DX, SHAPES))
patch(BACKWARD, "nothing returned", {f"return {BACK}": BACK}, fails=(DX, MORE, SHAPES))
patch(
    BACKWARD, "set to zero in dout", {f"return {BACK}": "dout[cache <= 0] = 0\n    return dout"}, fails=DOUT, only=True
)
patch(
    BACKWARD, "mask multiplied in dout", {f"return {BACK}": "dout *= cache > 0\n    return dout"}, fails=DOUT, only=True
)
memorised(BACKWARD, fails=(DX, MORE), otherwise=lambda dout, cache: np.zeros(dout.shape), diagnosis="zero")


@mutant(BACKWARD, fails=(DX, MORE), diagnosis="known mistake")
def the_upstream_gradient_left_out(dout, cache):
    dx = np.ones_like(cache)
    dx[cache < 0] = 0
    return dx * np.mean(dout)


@notebook(BACKWARD, fails=STATELESS, only=True)
def kept_in_a_global_variable():
    def relu_forward(x):
        global open_units
        open_units = x > 0
        return x * open_units, None

    def relu_backward(dout, cache):
        return dout * open_units


@notebook(BACKWARD, fails=STATELESS, only=True)
def kept_in_an_attribute_of_the_function():
    def relu_forward(x):
        relu_forward.mask = x > 0
        return np.maximum(x, 0), relu_forward

    def relu_backward(dout, cache):
        return np.where(cache.mask, dout, 0.0)


@notebook(BACKWARD, fails=STATELESS, only=True)
def one_array_for_all_masks_of_a_shape():
    masks = {}

    def relu_forward(x):
        mask = masks.setdefault(x.shape, np.empty(x.shape, bool))
        np.greater(x, 0, out=mask)
        return x * mask, mask

    def relu_backward(dout, cache):
        return dout * cache
