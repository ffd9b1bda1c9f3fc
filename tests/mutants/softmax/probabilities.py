"""Wrong versions of `softmax`: each names the expectation that must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "softmax.probabilities"
RIGHT, LARGE, EDGES = "probabilities", "scores near ±1000", "one example, one class"
SHAPE, SINGLE, UNTOUCHED = "shape (N, C)", "float32 scores", "scores are not modified"
SHIFT = "scores - scores.max(axis=1, keepdims=True)"
SUM = "exponentials.sum(axis=1, keepdims=True)"

patch(ITEM, "no shift", {SHIFT: "scores"}, fails=LARGE, diagnosis="overflow", only=True)
patch(ITEM, "shift by the largest score of all", {SHIFT: "scores - scores.max()"}, fails=LARGE, diagnosis="overflow")
patch(
    ITEM,
    "shift by the largest score or zero",
    {SHIFT: "scores - np.maximum(0, scores.max(axis=1, keepdims=True))"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(ITEM, "scores cut at 50", {SHIFT: "np.clip(scores, -50, 50)"}, fails=LARGE, diagnosis=("", "partial"), only=True)
patch(ITEM, "sum down the columns", {SUM: "exponentials.sum(axis=0, keepdims=True)"}, fails=RIGHT, diagnosis="axis")
patch(ITEM, "softmax of every column", {"axis=1": "axis=0"}, fails=RIGHT, diagnosis="axis")
patch(
    ITEM,
    "one sum for the whole array",
    {SHIFT: "scores - scores.max()", SUM: "exponentials.sum()"},
    fails=RIGHT,
    diagnosis="axis",
)
patch(ITEM, "the sign turned", {SHIFT: "scores.min(axis=1, keepdims=True) - scores"}, fails=RIGHT, diagnosis="sign")
patch(ITEM, "not normalised", {f"exponentials / {SUM}": "np.exp(scores)"}, fails=RIGHT, diagnosis="known mistake")
patch(
    ITEM,
    "shifted and not normalised",
    {f"exponentials / {SUM}": "exponentials"},
    fails=RIGHT,
    diagnosis="known mistake",
)
patch(ITEM, "logarithms", {f"exponentials / {SUM}": f"shifted - np.log({SUM})"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "transposed", {f"exponentials / {SUM}": f"(exponentials / {SUM}).T"}, fails=RIGHT, diagnosis="transpose")
patch(ITEM, "a small constant in the sum", {SUM: f"({SUM} + 2e-4)"}, fails=RIGHT, diagnosis="near")
patch(
    ITEM,
    "rounded to four digits",
    {f"exponentials / {SUM}": f"np.round(exponentials / {SUM}, 4)"},
    fails=RIGHT,
    diagnosis="near",
)
patch(ITEM, "float16", {SHIFT: f"({SHIFT}).astype(np.float16)"}, fails=RIGHT, diagnosis="near")
patch(ITEM, "twice", {f"exponentials / {SUM}": f"2 * exponentials / {SUM}"}, fails=RIGHT, diagnosis="factor")
patch(ITEM, "mean for the sum", {".sum(": ".mean("}, fails=RIGHT, diagnosis="factor")
patch(ITEM, "base 2", {"np.exp(": "np.exp2("}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "negative scores cut off", {SHIFT: "np.maximum(scores, 0)"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "not a number", {f"exponentials / {SUM}": "np.nan * scores"}, fails=RIGHT, diagnosis="overflow")
patch(ITEM, "integers", {f"exponentials / {SUM}": f"(exponentials / {SUM}).astype(int)"}, fails=RIGHT, diagnosis="zero")
patch(
    ITEM,
    "scores shifted in place",
    {f"shifted = {SHIFT}": f"scores -= scores.max(axis=1, keepdims=True)\n    shifted = {SHIFT}"},
    fails=UNTOUCHED,
    only=True,
)
memorised(ITEM, fails=RIGHT, otherwise=lambda scores: np.zeros(scores.shape), diagnosis="zero")


@mutant(ITEM, fails=RIGHT, diagnosis="known mistake")
def sigmoid_of_every_score(scores):
    return 1 / (1 + np.exp(-scores))


@mutant(ITEM, fails=RIGHT, diagnosis="zero")
def zeros(scores):
    return np.zeros_like(scores)


@mutant(ITEM, fails=RIGHT, diagnosis="input")
def the_scores_themselves(scores):
    return scores


@mutant(ITEM, fails=RIGHT, diagnosis="constant")
def equal_probabilities(scores):
    return np.full(scores.shape, 1 / scores.shape[1])


@mutant(ITEM, fails=RIGHT, diagnosis="random")
def random_probabilities(scores):
    return np.random.dirichlet(np.ones(scores.shape[1]), size=scores.shape[0])


@mutant(ITEM, fails=RIGHT)
def ten_classes_written_in(scores):
    probabilities = np.zeros((len(scores), 10))
    probabilities[:] = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return probabilities


@mutant(ITEM, fails=RIGHT, diagnosis="known mistake")
def the_winner_takes_it_all(scores):
    return np.eye(scores.shape[1])[scores.argmax(axis=1)]


@mutant(ITEM, fails=SHAPE, only=True)
def a_single_example_loses_its_axis(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.squeeze(exponentials / exponentials.sum(axis=1, keepdims=True))


@mutant(ITEM, fails=(EDGES, SHAPE, UNTOUCHED), only=True)
def sizes_of_one_are_squeezed_out_first(scores):
    scores = np.squeeze(scores)
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@mutant(ITEM, fails=(SINGLE, SHAPE, UNTOUCHED), only=True)
def only_python_floats_are_let_in(scores):
    if not isinstance(scores[0, 0], float):
        raise TypeError("scores must be floats")
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
