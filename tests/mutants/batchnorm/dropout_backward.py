"""Wrong versions of `dropout_backward`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import notebook, patches
from tests.mutants.collect import memorised, mutant, patch

ITEM = "batchnorm.dropout_backward"
DX, TESTED, STATELESS, UNTOUCHED = (
    "dx",
    "mode test: dx is dout",
    "works from its cache alone",
    "dout is not modified",
)
BACK, RETURN = "dout if cache is None else dout * cache", "return dout if cache is None else dout * cache"
KNOWN, EVIDENCE = "known mistake", ("", "partial")
BOTH = ("dropout_forward", "dropout_backward")


def backward(name, formula, *, fails=DX, diagnosis=KNOWN, only=True):
    patch(ITEM, name, {BACK: formula}, fails=fails, diagnosis=diagnosis, only=only)


def pair(name, changes, *, fails=DX, diagnosis=KNOWN, only=True):
    patches(ITEM, name, BOTH, changes, fails=fails, diagnosis=diagnosis, only=only)


backward("through dropped numbers", "dout * 1.0")
backward("scaled through dropped numbers", "dout if cache is None else dout * cache.max()")
backward("not scaled", "dout if cache is None else dout * (cache > 0)")
backward("scaled twice", "dout if cache is None else dout * cache**2")
backward("divided by the mask", "dout if cache is None else np.where(cache > 0, dout / np.maximum(cache, 1e-9), 0)")
backward("the mask alone", "dout if cache is None else cache.copy()")
backward("open and closed swapped", "dout if cache is None else dout * (cache == 0)")
backward("open and closed swapped and scaled", "dout if cache is None else dout * (cache == 0) * cache.max()")
backward("wrong sign", "dout if cache is None else -dout * cache", diagnosis="sign")
backward("halved", "dout if cache is None else dout * cache / 2", diagnosis="factor")
backward("divided by N", "dout if cache is None else dout * cache / len(dout)", diagnosis="factor")
backward("added", "dout if cache is None else dout + cache", diagnosis=KNOWN)
backward("zeros", "0 * dout", fails=(DX, TESTED), diagnosis="zero")
backward("ones", "np.ones(dout.shape)", fails=(DX, TESTED), diagnosis=KNOWN)
backward("not a number", "dout if cache is None else dout * np.nan", diagnosis="overflow")
backward("divided by zero", "dout if cache is None else dout / cache", diagnosis="overflow")
backward("half precision", "dout if cache is None else (dout * cache).astype(np.float16)", diagnosis="near")
backward("whole numbers", "dout if cache is None else (dout * cache).astype(int)", diagnosis="rounded")
backward("sum over the examples", "dout if cache is None else (dout * cache).sum(axis=0)", diagnosis="")
backward("the passed numbers alone", "dout if cache is None else (dout * cache)[cache > 0]", diagnosis="")
backward("flattened", "dout if cache is None else (dout * cache).ravel()", diagnosis="shape")
backward("matrix product", "dout if cache is None else dout @ cache.T", diagnosis="", fails=(DX, UNTOUCHED))
backward("dx and more", "dout if cache is None else (dout * cache, cache)", diagnosis="")
backward("the cache comes back", "dout if cache is None else cache", diagnosis=KNOWN)
backward(
    "mask of the first example for all", "dout if cache is None else dout * cache[0]", diagnosis=(KNOWN, *EVIDENCE)
)
backward(
    "a random mask of one half",
    "dout if cache is None else dout * (np.random.random(dout.shape) < 0.5) * 2",
    fails=(DX, STATELESS),
)
backward(
    "a random mask in backward",
    "dout if cache is None else dout * (np.random.random(dout.shape) < (cache > 0).mean()) * cache.max()",
    fails=(DX, STATELESS),
)
backward(
    "a mask of its own from a seed",
    "dout if cache is None else dout * (np.random.default_rng(0).random(dout.shape) < 0.7) * cache.max()",
)
backward("mode test not thought of", "dout * (cache > 0) * np.max(cache)", fails=TESTED, diagnosis="")
backward("nothing in mode test", "None if cache is None else dout * cache", fails=TESTED, diagnosis="")
patch(ITEM, "nothing returned", {RETURN: BACK}, fails=(DX, TESTED))
patch(
    ITEM,
    "multiplied in dout",
    {RETURN: "if cache is not None:\n        dout *= cache\n    return dout"},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "set to zero in dout",
    {RETURN: "if cache is None:\n        return dout\n    dout[cache == 0] = 0\n    return dout * cache"},
    fails=UNTOUCHED,
    only=True,
)
memorised(ITEM, fails=DX, otherwise=lambda dout, cache: np.zeros(dout.shape), diagnosis="zero")

# The mistake shows in what forward leaves in the cache.
pair(
    "a mask without its scale in the cache",
    {"return x * mask, mask": "return x * mask, mask > 0"},
)
pair(
    "scaled in the cache and again",
    {"dout * cache": "dout * cache * cache.max()"},
)
pair(
    "p in the cache and a random mask",
    {
        "return x * mask, mask": "return x * mask, p",
        "dout * cache": "dout * (np.random.random(dout.shape) >= cache) / (1 - cache)",
    },
    fails=(DX, STATELESS),
)
pair(
    "the output in the cache",
    {"return x * mask, mask": "return x * mask, x * mask"},
    diagnosis=KNOWN,
)
pair("the input in the cache", {"return x * mask, mask": "return x * mask, x"}, diagnosis=KNOWN)


@notebook(ITEM, fails=STATELESS, only=True)
def kept_in_a_global_variable():
    def dropout_forward(x, dropout_param):
        global factors
        if dropout_param["mode"] == "test":
            factors = 1.0
            return x, None
        rng, p = np.random.default_rng(dropout_param.get("seed")), dropout_param["p"]
        factors = (rng.random(x.shape) >= p) / (1 - p)
        return x * factors, None

    def dropout_backward(dout, cache):
        return dout * factors


@notebook(ITEM, fails=STATELESS, only=True)
def kept_in_an_attribute_of_the_function():
    def dropout_forward(x, dropout_param):
        if dropout_param["mode"] == "test":
            return x, None
        rng, p = np.random.default_rng(dropout_param.get("seed")), dropout_param["p"]
        dropout_forward.mask = rng.random(x.shape) >= p
        return x * dropout_forward.mask / (1 - p), p

    def dropout_backward(dout, cache):
        return dout if cache is None else dout * dropout_forward.mask / (1 - cache)


@notebook(ITEM, fails=STATELESS, only=True)
def one_array_for_all_masks_of_a_shape():
    masks = {}

    def dropout_forward(x, dropout_param):
        if dropout_param["mode"] == "test":
            return x, None
        rng, p = np.random.default_rng(dropout_param.get("seed")), dropout_param["p"]
        factors = masks.setdefault(x.shape, np.empty(x.shape))
        factors[:] = (rng.random(x.shape) >= p) / (1 - p)
        return x * factors, factors

    def dropout_backward(dout, cache):
        return dout if cache is None else dout * cache


@notebook(ITEM, fails=(DX, STATELESS), diagnosis=KNOWN)
def the_global_generator_asked_once_more():
    def dropout_forward(x, dropout_param):
        if dropout_param["mode"] == "test":
            return x, None
        p = dropout_param["p"]
        np.random.seed(dropout_param.get("seed"))
        return x * (np.random.random_sample(x.shape) >= p) / (1 - p), p

    def dropout_backward(dout, cache):
        return dout if cache is None else dout * (np.random.random_sample(dout.shape) >= cache) / (1 - cache)


@mutant(ITEM, fails=DX, diagnosis=KNOWN, only=True)
def the_same_mask_for_every_gradient(dout, cache):
    if cache is None:
        return dout
    kept = np.zeros(dout.size)
    kept[: int((cache > 0).sum())] = cache.max()
    return dout * kept.reshape(dout.shape)
