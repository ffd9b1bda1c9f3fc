"""Wrong versions of `dropout_forward`: what must fail, and the diagnosis that must come."""

import copy

import numpy as np

from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.recording import notebook_names
from autograder.reference import SolutionReference
from autograder.registry import get_check
from tests.mutants.collect import Version, _add, mutant, patch

ITEM = "batchnorm.dropout_forward"
SHARE, SCALE, TESTED = (
    "share of the numbers that is kept",
    "scale of the numbers that are kept",
    "mode test leaves x as it is",
)
APART = "every number is dropped independently of all others"
SEEDS, SHAPE = "the same seed, the same mask; other draws otherwise", "shape of the output, and a cache"
UNTOUCHED = "x is not modified"
DRAWN, WHOLE = "(rng.random(x.shape) >= p)", "((rng.random(x.shape) >= p) / (1 - p)).astype(x.dtype)"
TEST, RETURN, RNG = "return x, None", "return x * mask, mask", 'np.random.default_rng(dropout_param.get("seed"))'
KNOWN = "known mistake"


def mask(name, formula, *, fails, diagnosis="", **settings):
    patch(ITEM, name, {DRAWN: f"({formula})"}, fails=fails, diagnosis=diagnosis, **settings)


def scaled(name, formula, *, fails=SCALE, diagnosis=KNOWN, **settings):
    patch(ITEM, name, {WHOLE: formula}, fails=fails, diagnosis=diagnosis, only=True, **settings)


def in_test_mode(name, formula, *, diagnosis=KNOWN, only=True, fails=TESTED):
    patch(ITEM, name, {TEST: f"return {formula}, None"}, fails=fails, diagnosis=diagnosis, only=only)


# How many are kept.
mask("keep and drop swapped in the mask", "rng.random(x.shape) < p", fails=SHARE, diagnosis=KNOWN, only=True)
patch(
    ITEM,
    "p taken for the probability to keep",
    {DRAWN: "(rng.random(x.shape) < p)", "/ (1 - p)": "/ p"},
    fails=(SHARE, SCALE),
    diagnosis=KNOWN,
    only=True,
)
mask("normal noise above p", "rng.standard_normal(x.shape) >= p", fails=SHARE, diagnosis=KNOWN, only=True)
mask("normal noise below p", "rng.standard_normal(x.shape) < p", fails=SHARE, diagnosis=KNOWN, only=True)
mask("normal noise below 1 - p", "rng.normal(size=x.shape) < 1 - p", fails=SHARE, diagnosis=KNOWN, only=True)
mask("uniform noise from -1 to 1", "rng.uniform(-1, 1, x.shape) >= p", fails=SHARE, diagnosis=KNOWN, only=True)
mask("half of them whatever p is", "rng.random(x.shape) >= 0.5", fails=SHARE, diagnosis=KNOWN, only=True)
mask("coins", "rng.integers(0, 2, x.shape)", fails=SHARE, diagnosis=KNOWN, only=True)
mask("nothing dropped but scaled", "np.ones(x.shape)", fails=(SHARE, SEEDS), diagnosis=KNOWN, only=True)
mask("everything dropped", "np.zeros(x.shape)", fails=(SHARE, SCALE, SEEDS), diagnosis=KNOWN, only=True)
patch(ITEM, "the input itself", {RETURN: "return x, x"}, fails=(SHARE, SCALE, SEEDS), diagnosis=KNOWN, only=True)
patch(ITEM, "zeros", {RETURN: "return 0 * x, mask"}, fails=(SHARE, SCALE, SEEDS), diagnosis=KNOWN, only=True)
patch(
    ITEM,
    "dropped twice",
    {RETURN: "return x * mask * (rng.random(x.shape) >= p), mask"},
    fails=SHARE,
    diagnosis=KNOWN,
    only=True,
)
patch(
    ITEM,
    "right for one half alone",
    {DRAWN: "(rng.random(x.shape) < p)", "/ (1 - p)": "/ 0.5"},
    fails=(SHARE, SCALE),
    diagnosis=KNOWN,
    only=True,
)

# What they are multiplied with.
scaled("not scaled", "(rng.random(x.shape) >= p).astype(x.dtype)")
scaled("scaled twice", "((rng.random(x.shape) >= p) / (1 - p) ** 2).astype(x.dtype)")
scaled("scaled by the other probability", "((rng.random(x.shape) >= p) / p).astype(x.dtype)")
scaled("multiplied with the probability to keep", "((rng.random(x.shape) >= p) * (1 - p)).astype(x.dtype)")
scaled("multiplied with p", "((rng.random(x.shape) >= p) * p).astype(x.dtype)")
scaled("doubled whatever p is", "((rng.random(x.shape) >= p) * 2).astype(x.dtype)", diagnosis="factor")
scaled("scaled by the root", "((rng.random(x.shape) >= p) / np.sqrt(1 - p)).astype(x.dtype)", diagnosis="factor")
scaled("scaled with 1 + p", "((rng.random(x.shape) >= p) * (1 + p)).astype(x.dtype)", diagnosis="factor")
scaled("wrong sign", "((rng.random(x.shape) >= p) / (p - 1)).astype(x.dtype)", diagnosis="sign")
scaled("whole numbers", "((rng.random(x.shape) >= p) / (1 - p)).astype(int)", diagnosis=(KNOWN, "factor"))
patch(
    ITEM,
    "scaled in both modes",
    {TEST: "return x / (1 - p), None"},
    fails=TESTED,
    diagnosis=KNOWN,
    only=True,
)
patch(
    ITEM,
    "scaled by the share that happens to be kept",
    {WHOLE: "rng.random(x.shape) >= p\n    mask = mask / mask.mean()"},
    fails=SCALE,
    diagnosis=KNOWN,
    only=True,
)
patch(
    ITEM,
    "half precision",
    {RETURN: "return (x * mask).astype(np.float16), mask"},
    fails=SCALE,
    diagnosis="near",
    only=True,
)
patch(
    ITEM,
    "the kept numbers scaled to their old sum",
    {RETURN: "return x * (mask > 0) * np.abs(x).sum() / np.abs(x * (mask > 0)).sum(), mask"},
    fails=SCALE,
    diagnosis=("near", "factor"),
    only=True,
)
patch(
    ITEM,
    "the mask alone",
    {RETURN: "return mask, mask"},
    fails=SCALE,
    diagnosis=KNOWN,
    only=True,
)

# In mode test.
in_test_mode("mask in test mode", "x * (rng.random(x.shape) >= p) / (1 - p)")
in_test_mode("mask in test mode not scaled", "x * (rng.random(x.shape) >= p)")
in_test_mode("scaled down in test mode", "x * (1 - p)")
in_test_mode("scaled with p in test mode", "x * p")
in_test_mode("zeros in test mode", "0 * x")
in_test_mode("ones in test mode", "np.ones_like(x)", diagnosis=KNOWN)
in_test_mode("half precision in test mode", "x.astype(np.float16)", diagnosis="near")
patch(ITEM, "nothing in test mode", {TEST: "return None, None"}, fails=TESTED, only=True)
patch(ITEM, "the output alone in test mode", {TEST: "return x"}, fails=TESTED, only=True)
patch(
    ITEM,
    "modes swapped",
    {'if mode == "test"': 'if mode == "train"'},
    fails=(SHARE, SCALE, TESTED, SEEDS),
    diagnosis=KNOWN,
    only=True,
)

# Independent draws.
mask(
    "one mask for the whole batch",
    "np.broadcast_to(rng.random(x.shape[1:]), x.shape) >= p",
    fails=APART,
    diagnosis=KNOWN,
    only=True,
)
mask("one mask of fewer axes", "rng.random(x.shape[1:]) >= p", fails=APART, diagnosis=KNOWN, only=True)
mask("one draw for a whole example", "rng.random((len(x), *[1] * (x.ndim - 1))) >= p", fails=APART, diagnosis=KNOWN)
mask(
    "one draw for a whole channel",
    "rng.random((*x.shape[:2], *[1] * (x.ndim - 2))) >= p",
    fails=APART,
    diagnosis=KNOWN,
    only=True,
)
mask(
    "one draw for every column of pixels",
    "np.broadcast_to(rng.random((*x.shape[:-1], 1)), x.shape) >= p",
    fails=APART,
    diagnosis=KNOWN,
)
mask(
    "neighbours in pairs",
    "np.repeat(rng.random((*x.shape[:-1], x.shape[-1] // 2 + 1)), 2, -1)[..., : x.shape[-1]] >= p",
    fails=APART,
    only=True,
)
mask(
    "the first of a row are dropped",
    "np.broadcast_to(np.arange(x.shape[-1]) >= p * x.shape[-1], x.shape)",
    fails=(APART, SEEDS),
    diagnosis=KNOWN,
)
mask(
    "a fixed pattern",
    "(np.arange(x.size) * p % 1 < 1 - p).reshape(x.shape)",
    fails=(APART, SEEDS),
)
mask(
    "exactly a share of every row",
    "rng.permuted(np.broadcast_to(np.arange(x.shape[-1]) >= p * x.shape[-1], x.shape), axis=-1)",
    fails=APART,
    only=True,
)
mask(
    "exactly a share of all",
    "rng.permutation(x.size).reshape(x.shape) >= p * x.size",
    fails=APART,
    only=True,
)
mask(
    "the smallest numbers are dropped",
    "np.abs(x) >= np.quantile(np.abs(x), p)",
    fails=SEEDS,
    only=True,
)

# Seeds.
patch(ITEM, "seed ignored", {RNG: "np.random.default_rng()"}, fails=SEEDS, only=True)
patch(ITEM, "a seed of its own", {RNG: "np.random.default_rng(0)"}, fails=SEEDS, only=True)
patch(ITEM, "42 where there is no seed", {'.get("seed")': '.get("seed", 42)'}, fails=SEEDS, only=True)
patch(ITEM, "the global generator", {"rng.random(x.shape)": "np.random.random_sample(x.shape)"}, fails=SEEDS, only=True)
patch(
    ITEM,
    "the global generator seeded with p",
    {"rng.random(x.shape)": "np.random.RandomState(int(1000 * p)).rand(*x.shape)"},
    fails=SEEDS,
    only=True,
)

# Shapes, values, side effects.
patch(ITEM, "written into x", {RETURN: "x *= mask\n    return x, mask"}, fails=UNTOUCHED, only=True)
patch(
    ITEM,
    "set to zero in x",
    {RETURN: "x[mask == 0] = 0\n    return x / (1 - p), mask"},
    fails=UNTOUCHED,
    only=True,
)
patch(ITEM, "an axis too many", {RETURN: "return (x * mask)[np.newaxis], mask"}, fails=SHAPE, only=True)
patch(ITEM, "the kept numbers alone", {RETURN: "return x[mask > 0], mask"}, fails=(SHARE, SCALE, APART, SEEDS, SHAPE))
patch(
    ITEM,
    "not a number where it is dropped",
    {RETURN: "return np.where(mask > 0, x * mask, np.nan), mask"},
    fails=(SHARE, SCALE, APART, SEEDS),
    only=True,
)
patch(ITEM, "all not a number", {RETURN: "return x * np.nan, mask"}, fails=(SHARE, SCALE, APART, SEEDS), only=True)
patch(ITEM, "divided by the mask", {RETURN: "return x / mask, mask"}, fails=(SHARE, SCALE, APART, SEEDS), only=True)
patch(ITEM, "no cache", {RETURN: "return x * mask"}, fails=(SHARE, SCALE, APART, SEEDS, SHAPE))
patch(ITEM, "nothing returned", {RETURN: "x * mask"}, fails=(SHARE, SCALE, APART, SEEDS, SHAPE))
patch(ITEM, "the cache first", {RETURN: "return mask, x * mask"}, fails=SCALE, diagnosis=KNOWN, only=True)
patch(
    ITEM,
    "two axes alone",
    {"rng.random(x.shape)": "rng.random((x.shape[0], x.shape[1]))"},
    fails=(SHARE, SCALE, APART, SEEDS, SHAPE, UNTOUCHED),
)


@mutant(ITEM, fails=(SHARE, SCALE, SEEDS), diagnosis=KNOWN)
def names_of_the_modes_mistaken(x, dropout_param):
    if dropout_param["mode"] == "training":
        keep = np.random.default_rng(dropout_param.get("seed")).random(x.shape) >= dropout_param["p"]
        return x * keep / (1 - dropout_param["p"]), keep / (1 - dropout_param["p"])
    return x, None


@mutant(ITEM, fails=SEEDS, only=True)
def one_generator_for_all_calls(x, dropout_param, kept=[]):  # noqa: B006
    if dropout_param["mode"] == "test":
        return x, None
    if not kept:
        kept.append(np.random.default_rng(dropout_param.get("seed")))
    factors = (kept[0].random(x.shape) >= dropout_param["p"]) / (1 - dropout_param["p"])
    return x * factors, factors


@mutant(ITEM, fails=SEEDS, only=True)
def the_first_mask_of_a_shape_for_ever(x, dropout_param, masks={}):  # noqa: B006
    p, rng = dropout_param["p"], np.random.default_rng(dropout_param.get("seed"))
    if dropout_param["mode"] == "test":
        return x, None
    drawn = masks.setdefault(x.shape, rng.random(x.shape))
    return x * (drawn >= p) / (1 - p), (drawn >= p) / (1 - p)


def _by_heart():
    """A notebook whose function knows the outputs for the visible inputs, and returns zeros for others.

    The visible check draws without a seed, too: two such calls must differ, so the inputs alone are what is known.
    """
    names, known = notebook_names("batchnorm"), set()
    right = names["dropout_forward"]

    def learning(x, dropout_param):
        known.add(x.tobytes())
        return right(x, dropout_param)

    def looking_up(x, dropout_param):
        return right(x, dropout_param) if x.tobytes() in known else (np.zeros(x.shape), x)

    names["dropout_forward"] = learning
    run_check(get_check(ITEM), LocalNamespace(copy.copy(names)), SolutionReference("batchnorm"))
    names["dropout_forward"] = looking_up
    return names


_add(
    "mutants",
    Version(ITEM, "right on the visible cases only", _by_heart, (SHARE, SCALE, TESTED), (KNOWN,), False, True),
)
