"""Wrong versions of `softmax_loss_vectorized`: what must fail, and the diagnosis that must come."""

import numpy as np

from solutions.softmax import softmax_loss_naive
from tests.mutants.collect import memorised, mutant, patch

ITEM = "softmax.loss_vectorized"
LOSS, GRADIENT, LARGE = "loss", "gradient", "scores near ±1000"
DERIVATIVE = "gradient fits your own loss (centred differences)"
SHAPES, EDGES = "one number and an array (D, C)", "one example, one class, two classes"
DTYPES, UNTOUCHED = "any integer labels, float32 inputs", "W, X and y are not modified"
NO_LOOP = "no Python loop over the examples"
PENALTY, DECAY = "reg * np.sum(W * W)", "2 * reg * W"
SHIFT = "scores - scores.max(axis=1, keepdims=True)"
MEAN = "-log_probabilities[np.arange(N), y].mean()"
TAKEN_OFF = "dscores[np.arange(N), y] -= 1"

# The mean and the regularisation
patch(ITEM, "gradient is a sum", {"dscores / N": "dscores"}, fails=(GRADIENT, DERIVATIVE), diagnosis="factor")
patch(ITEM, "loss is a sum", {".mean()": ".sum()"}, fails=(LOSS, DERIVATIVE), diagnosis="factor")
patch(ITEM, "gradient by C too", {"dscores / N": "dscores / dscores.size"}, fails=GRADIENT, diagnosis="factor")
patch(ITEM, "no decay in the gradient", {f" + {DECAY}": ""}, fails=(GRADIENT, DERIVATIVE), diagnosis="regularisation")
patch(ITEM, "half in the gradient", {DECAY: "reg * W"}, fails=(GRADIENT, DERIVATIVE), diagnosis="regularisation")
patch(ITEM, "half in both", {PENALTY: f"0.5 * {PENALTY}", DECAY: "reg * W"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "decay doubled", {DECAY: "4 * reg * W"}, fails=(GRADIENT, DERIVATIVE), diagnosis="regularisation")
patch(
    ITEM,
    "decay once per example",
    {"return loss, dW": "return loss, dW + (N - 1) * 2 * reg * W"},
    fails=GRADIENT,
    diagnosis="regularisation",
)
patch(
    ITEM, "all divided by N", {DECAY: f"{DECAY} / N", PENALTY: f"{PENALTY} / N"}, fails=LOSS, diagnosis="regularisation"
)

# Signs, terms and axes
patch(ITEM, "loss with the wrong sign", {MEAN: MEAN[1:]}, fails=(LOSS, DERIVATIVE), diagnosis="sign")
patch(ITEM, "y - p", {"X.T @ dscores": "X.T @ -dscores"}, fails=(GRADIENT, DERIVATIVE), diagnosis="sign")
patch(
    ITEM,
    "transposed",
    {f"X.T @ dscores / N + {DECAY}": f"dscores.T @ X / N + {DECAY}.T"},
    fails=(GRADIENT, SHAPES),
    diagnosis="transpose",
)
patch(ITEM, "softmax over the examples", {"axis=1": "axis=0"}, fails=(LOSS, GRADIENT), diagnosis="axis")
patch(ITEM, "one sum for the whole array", {".sum(axis=1, keepdims=True)": ".sum()"}, fails=LOSS, diagnosis="axis")
patch(ITEM, "one taken off every class", {TAKEN_OFF: "dscores -= 1"}, fails=GRADIENT, diagnosis="known mistake")
patch(ITEM, "one never taken off", {TAKEN_OFF: "pass"}, fails=(GRADIENT, DERIVATIVE), diagnosis="known mistake")
patch(
    ITEM,
    "whole columns taken for labels",
    {TAKEN_OFF: "dscores[:, y] -= 1"},
    fails=GRADIENT,
    diagnosis=("", "partial", "known mistake"),
)
patch(
    ITEM,
    "whole columns in the loss",
    {MEAN: "-log_probabilities[:, y].mean()"},
    fails=(LOSS, DERIVATIVE),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "mean over all classes",
    {MEAN: "-log_probabilities.mean()"},
    fails=(LOSS, DERIVATIVE),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "probabilities wrong by the shift",
    {"np.exp(log_probabilities)": "np.exp(shifted)"},
    fails=GRADIENT,
    diagnosis="known mistake",
)
patch(ITEM, "gradient never filled in", {"return loss, dW": "return loss, 0 * dW"}, fails=GRADIENT, diagnosis="zero")

# Large numbers, form, sizes, dtypes, inputs
patch(ITEM, "no shift", {SHIFT: "scores"}, fails=LARGE, diagnosis="overflow", only=True)
patch(
    ITEM,
    "shift by the largest score of all",
    {SHIFT: "scores - scores.max()"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(
    ITEM,
    "shift by the mean",
    {SHIFT: "scores - scores.mean(axis=1, keepdims=True)"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(
    ITEM,
    "logarithm of a rounded probability",
    {MEAN: "-np.log(np.exp(log_probabilities))[np.arange(N), y].mean()"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(
    ITEM,
    "loss keeps an axis",
    {MEAN: "-log_probabilities[np.arange(N), y].mean(keepdims=True)"},
    fails=SHAPES,
    only=True,
)
patch(
    ITEM,
    "gradient gains an axis",
    {"return loss, dW": "return loss, dW[np.newaxis]"},
    fails=(SHAPES, DERIVATIVE),
    only=True,
)
patch(
    ITEM,
    "gradient flattened",
    {"return loss, dW": "return loss, dW.ravel()"},
    fails=(GRADIENT, SHAPES),
    diagnosis="shape",
)
patch(ITEM, "ten classes written in", {TAKEN_OFF: "dscores -= np.eye(10)[y]"}, fails=(LOSS, GRADIENT))
patch(
    ITEM,
    "sizes of one squeezed out",
    {"scores = X @ W": "scores = np.squeeze(X @ W)"},
    fails=(EDGES, SHAPES, UNTOUCHED),
    only=True,
)
patch(
    ITEM,
    "other labels taken for one-hot",
    {"N = X.shape[0]": "N = X.shape[0]\n    y = y if y.dtype == int else y.argmax(1)"},
    fails=(DTYPES, SHAPES, UNTOUCHED),
    only=True,
)
patch(
    ITEM, "float16", {"scores = X @ W": "scores = (X @ W).astype(np.float16)"}, fails=(LOSS, GRADIENT), diagnosis="near"
)
patch(
    ITEM,
    "W changed in place",
    {f"dW = X.T @ dscores / N + {DECAY}": "W *= 2 * reg\n    W += X.T @ dscores / N\n    dW = W"},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "not a number",
    {"return loss, dW": "return np.nan, np.nan * dW"},
    fails=(LOSS, GRADIENT),
    diagnosis="overflow",
)

# Loops over the examples
patch(
    ITEM,
    "labels picked in a loop",
    {MEAN: "-sum(log_probabilities[i, y[i]] for i in range(N)) / N"},
    fails=NO_LOOP,
    only=True,
)
patch(
    ITEM,
    "one taken off in a loop",
    {TAKEN_OFF: "for i in range(N):\n        dscores[i, y[i]] -= 1"},
    fails=NO_LOOP,
    only=True,
)
patch(
    ITEM, "rows shifted in a loop", {SHIFT: "np.array([row - row.max() for row in scores])"}, fails=NO_LOOP, only=True
)
patch(
    ITEM,
    "rows shifted by apply_along_axis",
    {SHIFT: "np.apply_along_axis(lambda row: row - row.max(), 1, scores)"},
    fails=NO_LOOP,
    only=True,
)
memorised(ITEM, fails=LOSS, otherwise=lambda W, X, y, reg: (0.0, np.zeros(W.shape)), diagnosis="zero")


@mutant(ITEM, fails=NO_LOOP, only=True)
def the_version_with_loops(W, X, y, reg):
    return softmax_loss_naive(W, X, y, reg)


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="zero")
def zeros(W, X, y, reg):
    return 0.0, np.zeros_like(W)


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="random")
def random_numbers(W, X, y, reg):
    return np.random.rand(), np.random.standard_normal(W.shape)
