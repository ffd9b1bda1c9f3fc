"""Right dropout, as different as students' is: other draws, other caches. All must earn full marks."""

import functools
import math
import random
from typing import NamedTuple

import numpy as np

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

FORWARD, BACKWARD = "batchnorm.dropout_forward", "batchnorm.dropout_backward"
PAIR = (FORWARD, BACKWARD)


@notebook(*PAIR)
def binomial_draws_and_a_tuple():
    def dropout_forward(x, dropout_param):
        mode, p = dropout_param["mode"], dropout_param["p"]
        rng = np.random.default_rng(dropout_param.get("seed"))
        if mode == "train":
            keep = rng.binomial(1, 1 - p, size=x.shape)
            out = x * keep / (1 - p)
        elif mode == "test":
            out, keep = x, None
        return out, (dropout_param, keep)

    def dropout_backward(dout, cache):
        dropout_param, keep = cache if cache else ({"mode": "test"}, None)
        if dropout_param["mode"] == "train":
            dx = dout * keep / (1 - dropout_param["p"])
        elif dropout_param["mode"] == "test":
            dx = dout
        return dx


@notebook(*PAIR)
def choice_and_a_dict_with_the_mode():
    def dropout_forward(x, dropout_param):
        p, rng = dropout_param["p"], np.random.default_rng(dropout_param.get("seed"))
        cache = {"mode": dropout_param["mode"]}
        if dropout_param["mode"] == "test":
            return x.copy(), cache
        cache["factors"] = rng.choice([0.0, 1 / (1 - p)], size=x.shape, p=[p, 1 - p])
        return np.multiply(x, cache["factors"]), cache

    def dropout_backward(dout, cache):
        if cache is None or cache["mode"] == "test":
            return dout.copy()
        return np.multiply(dout, cache["factors"])


@notebook(*PAIR)
def legacy_generator_and_an_object():
    class Cache:
        def __init__(self, mode, mask=None, keep=1.0):
            self.mode, self.mask, self.keep = mode, mask, keep

    def dropout_forward(x, dropout_param):
        if dropout_param.get("seed") is not None:
            np.random.seed(dropout_param["seed"])
        keep = 1 - dropout_param["p"]
        if dropout_param["mode"] == "test":
            return x, Cache("test")
        mask = np.random.rand(*x.shape) < keep
        return mask * x / keep, Cache("train", mask, keep)

    def dropout_backward(dout, cache):
        if cache is None or cache.mode == "test":
            return dout
        return dout * cache.mask / cache.keep


@notebook(*PAIR)
def legacy_random_state_and_an_array_filled_in():
    def dropout_forward(x, dropout_param):
        out, p = np.array(x, copy=True), dropout_param["p"]
        if dropout_param["mode"] == "test":
            return out, np.ones_like(x)
        dropped = np.random.RandomState(dropout_param.get("seed")).uniform(0, 1, x.shape) < p
        out[dropped] = 0
        out[~dropped] /= 1 - p
        return out, np.where(dropped, 0.0, 1 / (1 - p))

    def dropout_backward(dout, cache):
        dx = np.zeros(dout.shape)
        if cache is None:
            dx[...] = dout
        else:
            dx[cache != 0] = (dout * cache)[cache != 0]
        return dx


@notebook(*PAIR)
def loops_and_lists():
    def dropout_forward(x, dropout_param):
        rng, p = np.random.default_rng(dropout_param.get("seed")), dropout_param["p"]
        if dropout_param["mode"] == "test":
            return x.tolist(), None
        flat, mask = [], []
        for value in x.reshape(-1):
            if rng.random() < p:
                flat.append(0.0)
                mask.append(0.0)
            else:
                flat.append(float(value) / (1 - p))
                mask.append(1 / (1 - p))
        return np.array(flat).reshape(x.shape).tolist(), mask

    def dropout_backward(dout, cache):
        if cache is None:
            return dout.tolist()
        products = [float(d) * m for d, m in zip(dout.flat, np.ravel(cache), strict=True)]
        return np.reshape(products, dout.shape).tolist()


@notebook(*PAIR)
def scaled_first_then_where():
    def dropout_forward(x, dropout_param):
        mode, p, rng = dropout_param["mode"], dropout_param["p"], np.random.default_rng(dropout_param.get("seed"))
        if mode == "test":
            return x[...], True
        larger = x / (1.0 - p)
        mask = rng.uniform(size=x.size).reshape(x.shape) > p
        return np.where(mask, larger, 0), (mask, p)

    def dropout_backward(dout, cache):
        if cache is None or cache is True:
            return dout[...]
        mask, p = cache
        return np.where(mask, dout / (1.0 - p), 0)


@notebook(*PAIR)
def thresholds_on_whole_numbers():
    class Kept(NamedTuple):
        mask: np.ndarray
        scale: float

    def dropout_forward(x, dropout_param):
        rng = np.random.default_rng(dropout_param.get("seed"))
        if dropout_param["mode"] != "train":
            return x, None
        mask = rng.integers(0, 1 << 32, size=x.shape) >= round(dropout_param["p"] * (1 << 32))
        return (x * mask) * (1 / (1 - dropout_param["p"])), Kept(mask, 1 / (1 - dropout_param["p"]))

    def dropout_backward(dout, cache):
        return dout if cache is None else (dout * cache.mask) * cache.scale


@notebook(*PAIR)
def drawn_again_from_the_seed_in_backward():
    """The cache holds a seed: the same seed, the same mask."""

    def mask(shape, p, seed):
        return (np.random.default_rng(seed).random(shape) >= p) / (1 - p)

    def dropout_forward(x, dropout_param):
        if dropout_param["mode"] == "test":
            return x, (0.0, 0)
        seed = dropout_param.get("seed")
        seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
        return x * mask(x.shape, dropout_param["p"], seed), (dropout_param["p"], seed)

    def dropout_backward(dout, cache):
        return dout if cache is None else dout * mask(dout.shape, *cache)


@notebook(*PAIR)
def single_precision_and_a_closure():
    def dropout_forward(x, dropout_param):
        rng, p = np.random.default_rng(dropout_param.get("seed")), np.float32(dropout_param["p"])
        if dropout_param["mode"] == "test":
            return x.astype(np.float32), np.asarray
        mask = (rng.random(x.shape, dtype=np.float32) >= p) / (1 - p)
        print("kept", (mask > 0).mean())
        return x.astype(np.float32) * mask.astype(np.float32), functools.partial(np.multiply, mask)

    def dropout_backward(dout, cache):
        return dout if cache is None else (np.multiply(dout, cache) if isinstance(cache, np.ndarray) else cache(dout))


@notebook(*PAIR)
def the_cache_is_used_up():
    """Backward writes into the mask that forward left for it: nobody needs it twice."""

    def dropout_forward(x, dropout_param):
        rng, p = np.random.default_rng(dropout_param.get("seed")), dropout_param["p"]
        if dropout_param["mode"] == "test":
            return x, None
        mask = rng.random(x.shape)
        np.greater_equal(mask, p, out=mask)
        mask /= 1 - p
        return mask * x, mask

    def dropout_backward(dout, cache):
        if cache is None:
            return dout
        cache *= dout
        return cache


@notebook(*PAIR)
def python_generator_and_positions_of_what_is_dropped():
    def dropout_forward(x, dropout_param):
        if dropout_param["mode"] == "test":
            return x, None
        rng, p = random.Random(dropout_param.get("seed")), dropout_param["p"]
        places = [place for place in np.ndindex(x.shape) if rng.random() < p]
        out = x / (1 - p)
        for place in places:
            out[place] = 0
        return out, (places, p)

    def dropout_backward(dout, cache):
        if cache is None:
            return dout
        if isinstance(cache, np.ndarray):
            return dout * cache
        places, p = cache
        dx = dout / (1 - p)
        for place in places:
            dx[place] = 0
        return dx


@notebook(*PAIR)
def gaps_between_what_is_dropped():
    """How many are kept up to the next that is dropped has a geometric distribution."""

    def dropout_forward(x, dropout_param):
        if dropout_param["mode"] == "test":
            return x, None
        rng, p = np.random.default_rng(dropout_param.get("seed")), dropout_param["p"]
        places = (
            np.cumsum(rng.geometric(p, size=math.ceil(x.size * min(1, 2 * p) + 200))) - 1 if p else np.array([], int)
        )
        while len(places) and places[-1] < x.size:
            places = np.append(places, places[-1] + np.cumsum(rng.geometric(p, size=100)))
        mask = np.full(x.size, 1 / (1 - p))
        mask[places[places < x.size]] = 0
        return x * mask.reshape(x.shape), mask

    def dropout_backward(dout, cache):
        return dout if cache is None else dout * cache.reshape(dout.shape)


@alternative(FORWARD)
def sparse_bits(x, dropout_param):
    """A mask of booleans from a permuted comparison; what comes back is transposed twice, a view."""
    rng = np.random.default_rng(dropout_param.get("seed"))
    if dropout_param["mode"] == "test":
        return x.T.T, None
    drawn = rng.random(x.T.shape).T
    mask = np.logical_not(drawn < dropout_param["p"])
    return np.divide(np.multiply(x, mask), 1 - dropout_param["p"]), mask


@alternative(BACKWARD)
def divided_by_one_over(dout, cache):
    if cache is None:
        return (dout,)
    return np.einsum("...,...->...", dout, np.asarray(cache))
