"""Wrong versions of `two_layer_forward`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "two_layer_net.forward"
RIGHT, HIDDEN, EDGES = "scores", "hidden", "one example, one hidden unit"
SHAPES, SINGLE, UNTOUCHED = "shapes (N, C) and (N, H)", "float32 inputs", "X and params are not modified"
PRE = 'X @ params["W1"] + params["b1"]'
RELU = f"np.maximum(0, {PRE})"
SCORES = 'hidden @ params["W2"] + params["b2"]'
RETURN = "return scores, hidden"

# The ReLU
patch(ITEM, "ReLU on the scores", {SCORES: f"np.maximum(0, {SCORES})"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "no ReLU", {RELU: PRE}, fails=(RIGHT, HIDDEN), diagnosis="known mistake")
patch(
    ITEM,
    "hidden from before the ReLU",
    {RETURN: f"return scores, {PRE}"},
    fails=HIDDEN,
    diagnosis="known mistake",
)
patch(ITEM, "ReLU the wrong way round", {"np.maximum": "np.minimum"}, fails=(RIGHT, HIDDEN), diagnosis="sign")
patch(ITEM, "absolute value", {RELU: f"np.abs({PRE})"}, fails=(RIGHT, HIDDEN), diagnosis="known mistake")
patch(ITEM, "sigmoid", {RELU: f"1 / (1 + np.exp(-({PRE})))"}, fails=(RIGHT, HIDDEN), diagnosis="known mistake")
patch(ITEM, "tanh", {RELU: f"np.tanh({PRE})"}, fails=(RIGHT, HIDDEN), diagnosis="known mistake")
patch(
    ITEM, "leaky ReLU", {RELU: f"np.maximum(0.01 * ({PRE}), {PRE})"}, fails=(RIGHT, HIDDEN), diagnosis="known mistake"
)
patch(
    ITEM,
    "leakier ReLU",
    {RELU: f"np.maximum(0.1 * ({PRE}), {PRE})"},
    fails=(RIGHT, HIDDEN),
    diagnosis="known mistake",
)
patch(ITEM, "softplus", {RELU: f"np.log(1 + np.exp({PRE}))"}, fails=(RIGHT, HIDDEN), diagnosis="known mistake")
patch(ITEM, "ReLU cut off at one", {RELU: f"np.clip({PRE}, 0, 1)"}, fails=(RIGHT, HIDDEN), diagnosis=("", "partial"))
patch(
    ITEM,
    "a step in place of the ReLU",
    {RELU: f"(({PRE}) > 0).astype(float)"},
    fails=(RIGHT, HIDDEN),
    diagnosis="known mistake",
)
patch(ITEM, "mask in place of hidden", {RETURN: "return scores, hidden > 0"}, fails=HIDDEN, diagnosis="known mistake")

# The biases
patch(
    ITEM,
    "b1 after the ReLU",
    {RELU: 'np.maximum(0, X @ params["W1"]) + params["b1"]'},
    fails=(RIGHT, HIDDEN),
    diagnosis="known mistake",
)
patch(ITEM, "b1 forgotten", {' + params["b1"]': ""}, fails=(RIGHT, HIDDEN), diagnosis="known mistake")
patch(ITEM, "b2 forgotten", {' + params["b2"]': ""}, fails=RIGHT, diagnosis="known mistake")
patch(
    ITEM,
    "both biases forgotten",
    {' + params["b1"]': "", ' + params["b2"]': ""},
    fails=(RIGHT, HIDDEN),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "b1 added to the weights",
    {PRE: 'X @ (params["W1"] + params["b1"])'},
    fails=(RIGHT, HIDDEN),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "b2 added to the weights",
    {SCORES: 'hidden @ (params["W2"] + params["b2"])'},
    fails=RIGHT,
    diagnosis="known mistake",
)
patch(ITEM, "biases subtracted", {"+ params": "- params"}, fails=(RIGHT, HIDDEN), diagnosis="known mistake")
patch(ITEM, "b1 as a column", {'params["b1"]': 'params["b1"].reshape(-1, 1)'}, fails=(RIGHT, HIDDEN))

# What is returned
patch(
    ITEM,
    "softmax of the scores",
    {
        RETURN: "e = np.exp(scores - scores.max(axis=1, keepdims=True))\n"
        "    return e / e.sum(axis=1, keepdims=True), hidden"
    },
    fails=RIGHT,
    diagnosis="known mistake",
)
patch(ITEM, "transposed", {RETURN: "return scores.T, hidden.T"}, fails=(RIGHT, HIDDEN, SHAPES), diagnosis="transpose")
patch(ITEM, "returned the wrong way round", {RETURN: "return hidden, scores"}, fails=(RIGHT, HIDDEN, SHAPES))
patch(ITEM, "only the scores are returned", {RETURN: "return scores"}, fails=(RIGHT, HIDDEN, SHAPES))
patch(ITEM, "nothing is returned", {RETURN: "return"}, fails=(RIGHT, HIDDEN, SHAPES))
patch(ITEM, "a dict is returned", {RETURN: 'return {"scores": scores, "hidden": hidden}'}, fails=(RIGHT, HIDDEN))
patch(ITEM, "scores from before the bias and the ReLU", {SCORES: f'({PRE}) @ params["W2"]'}, fails=RIGHT)
patch(ITEM, "a single example loses its axis", {RETURN: "return np.squeeze(scores), hidden"}, fails=SHAPES, only=True)
patch(ITEM, "hidden squeezed", {RETURN: "return scores, np.squeeze(hidden)"}, fails=SHAPES, only=True)

# Sizes, dtypes, inputs
patch(
    ITEM,
    "ten classes written in",
    {SCORES: f"np.zeros((len(X), 10))\n    scores[:] = {SCORES}"},
    fails=(RIGHT, HIDDEN),
)
patch(ITEM, "fails for one hidden unit", {SCORES: 'np.squeeze(hidden) @ params["W2"] + params["b2"]'}, fails=(EDGES,))
patch(
    ITEM,
    "only double precision is let in",
    {f"hidden = {RELU}": f"assert X.dtype == np.float64\n    hidden = {RELU}"},
    fails=(SINGLE, SHAPES, UNTOUCHED),
    only=True,
)
patch(
    ITEM,
    "half precision",
    {RETURN: "return scores.astype(np.float16), hidden.astype(np.float16)"},
    fails=(RIGHT, HIDDEN),
    diagnosis="near",
)
patch(
    ITEM,
    "b1 reshaped in params",
    {f"hidden = {RELU}": f'params["b1"] = params["b1"].reshape(1, -1)\n    hidden = {RELU}'},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "X cut off in place",
    {RETURN: "np.maximum(X, 0, out=X)\n    return scores, hidden"},
    fails=UNTOUCHED,
    only=True,
)
patch(ITEM, "X centred", {"X @": "(X - X.mean(axis=0)) @"}, fails=(RIGHT, HIDDEN), diagnosis="known mistake")
patch(
    ITEM,
    "X centred in place",
    {f"hidden = {RELU}": f"X -= X.mean(axis=0)\n    hidden = {RELU}"},
    fails=RIGHT,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "last hidden unit left out",
    {SCORES: 'hidden[:, :-1] @ params["W2"][:-1] + params["b2"]'},
    fails=RIGHT,
    diagnosis=("", "partial"),
)
patch(ITEM, "last example left out", {RETURN: "return scores[:-1], hidden[:-1]"}, fails=(RIGHT, HIDDEN, SHAPES))
patch(
    ITEM,
    "dropout left in",
    {f"hidden = {RELU}": f"hidden = {RELU}\n    hidden = hidden * (np.random.rand(*hidden.shape) < 0.5) / 0.5"},
    fails=(RIGHT, HIDDEN),
    diagnosis="random",
)
memorised(ITEM, fails=(RIGHT, HIDDEN), otherwise=lambda X, p: (np.zeros((len(X), len(p["b2"]))), np.zeros(len(X))))


@mutant(ITEM, fails=(RIGHT, HIDDEN), diagnosis="zero")
def zeros(X, params):
    return np.zeros((len(X), len(params["b2"]))), np.zeros((len(X), len(params["b1"])))


@mutant(ITEM, fails=(RIGHT, HIDDEN), diagnosis="overflow")
def not_a_number(X, params):
    return np.full((len(X), len(params["b2"])), np.nan), np.full((len(X), len(params["b1"])), np.nan)


@mutant(ITEM, fails=(RIGHT, HIDDEN), diagnosis="random")
def random_numbers(X, params):
    return np.random.rand(len(X), len(params["b2"])), np.random.rand(len(X), len(params["b1"]))


@mutant(ITEM, fails=(RIGHT, HIDDEN))
def normalised_hidden_units(X, params):
    hidden = np.maximum(0, X @ params["W1"] + params["b1"])
    hidden = hidden / (1 + np.linalg.norm(hidden, axis=1, keepdims=True))
    return hidden @ params["W2"] + params["b2"], hidden
