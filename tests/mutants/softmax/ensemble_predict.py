"""Wrong versions of `ensemble_predict`: each names the expectation that must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "softmax.ensemble_predict"
RIGHT, EDGES = "class with the largest summed probability", "a single model, a single example"
FORM, UNTOUCHED = "integers of shape (N,)", "the probabilities are not modified"
VOTE = "np.sum(probabilities, axis=0).argmax(axis=1)"

patch(ITEM, "least probable class", {"argmax": "argmin"}, fails=RIGHT, diagnosis="sign")
patch(ITEM, "first model alone", {VOTE: "probabilities[0].argmax(axis=1)"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "last model alone", {VOTE: "probabilities[-1].argmax(axis=1)"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "most confident model", {"np.sum": "np.max"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "product", {"np.sum": "np.prod"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "median", {"np.sum": "np.median"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "squares", {"(probabilities,": "(np.square(probabilities),"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "example of each class", {"axis=1": "axis=0"}, fails=RIGHT, diagnosis="axis")
patch(ITEM, "summed over the examples", {VOTE: "np.sum(probabilities, axis=1).argmax(axis=1)"}, fails=(RIGHT, FORM))
patch(
    ITEM,
    "summed over the classes",
    {VOTE: "np.sum(probabilities, axis=2).argmax(axis=0)"},
    fails=RIGHT,
    diagnosis="axis",
)
patch(ITEM, "the sums themselves", {VOTE: "np.sum(probabilities, axis=0)"}, fails=(RIGHT, FORM))
patch(
    ITEM,
    "three models written in",
    {VOTE: "(probabilities[0] + probabilities[1] + probabilities[2]).argmax(axis=1)"},
    fails=(RIGHT, EDGES, FORM),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "first model left out",
    {"(probabilities,": "(probabilities[1:],"},
    fails=(RIGHT, EDGES),
    diagnosis="known mistake",
)
patch(ITEM, "rounded first", {"(probabilities,": "(np.round(probabilities),"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "classes from one", {VOTE: f"{VOTE} + 1"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "shape (N, 1)", {VOTE: f"{VOTE}[:, np.newaxis]"}, fails=FORM, only=True)
patch(ITEM, "floats", {VOTE: f"{VOTE}.astype(float)"}, fails=FORM, only=True)
patch(
    ITEM,
    "sizes of one squeezed out",
    {VOTE: "np.squeeze(np.sum(probabilities, axis=0)).argmax(axis=1)"},
    fails=(EDGES, FORM),
    only=True,
)
patch(
    ITEM,
    "a single model is not enough",
    {f"return {VOTE}": f"assert len(probabilities) > 1\n    return {VOTE}"},
    fails=(EDGES, FORM),
    only=True,
)
patch(
    ITEM,
    "added up in the first array",
    {
        f"return {VOTE}": "total = probabilities[0]\n    for p in probabilities[1:]:\n        total += p\n"
        "    return total.argmax(axis=1)"
    },
    fails=UNTOUCHED,
    only=True,
)
patch(ITEM, "zeros", {VOTE: "np.zeros(len(probabilities[0]), int)"}, fails=RIGHT, diagnosis="constant")
patch(
    ITEM,
    "random classes",
    {VOTE: "np.random.randint(0, probabilities[0].shape[1], len(probabilities[0]))"},
    fails=RIGHT,
    diagnosis="random",
)
patch(ITEM, "not a number", {VOTE: "np.full(len(probabilities[0]), np.nan)"}, fails=(RIGHT, FORM), diagnosis="overflow")
patch(ITEM, "the probabilities themselves", {VOTE: "probabilities"}, fails=(RIGHT, FORM))
memorised(ITEM, fails=RIGHT, diagnosis="constant", otherwise=lambda probabilities: np.zeros(len(probabilities[0]), int))


@mutant(ITEM, fails=RIGHT, diagnosis="known mistake")
def majority_vote(probabilities):
    votes = np.array([p.argmax(axis=1) for p in probabilities])
    return np.array([np.bincount(column).argmax() for column in votes.T])


@mutant(ITEM, fails=RIGHT, diagnosis="known mistake")
def weighted_by_confidence(probabilities):
    return sum(p * p.max(axis=1, keepdims=True) for p in probabilities).argmax(axis=1)
