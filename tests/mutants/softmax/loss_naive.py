"""Wrong versions of `softmax_loss_naive`: what must fail, and the diagnosis that must come."""

import numpy as np

from solutions.softmax import softmax, softmax_loss_vectorized
from tests.mutants.collect import memorised, mutant, patch

ITEM = "softmax.loss_naive"
LOSS, GRADIENT, LARGE = "loss", "gradient", "scores near ±1000"
DERIVATIVE = "gradient fits your own loss (centred differences)"
SHAPES, EDGES = "one number and an array (D, C)", "one example, one class, two classes"
DTYPES, UNTOUCHED = "any integer labels, float32 inputs", "W, X and y are not modified"
PENALTY, DECAY = "reg * np.sum(W * W)", "2 * reg * W"
SHIFT = "scores - scores.max()"
LOG_P = "shifted[y[i]] - log_sum"

# The mean
patch(ITEM, "gradient is a sum", {"dW / N": "dW"}, fails=(GRADIENT, DERIVATIVE), diagnosis="factor")
patch(ITEM, "loss is a sum", {"loss / N": "loss"}, fails=(LOSS, DERIVATIVE), diagnosis="factor")
patch(ITEM, "loss and gradient are sums", {" / N": ""}, fails=(LOSS, GRADIENT), diagnosis="factor")
patch(ITEM, "gradient divided twice", {"dW / N": "dW / N / N"}, fails=GRADIENT, diagnosis="factor")
patch(ITEM, "mean over the classes", {" / N": " / C"}, fails=LOSS, diagnosis="factor")
patch(ITEM, "mean over N - 1", {" / N": " / (N - 1)"}, fails=(LOSS, GRADIENT), diagnosis="factor")
patch(ITEM, "all divided by N", {"+ 2 * reg * W": "+ 2 * reg * W / N"}, fails=GRADIENT, diagnosis="regularisation")
patch(
    ITEM, "the whole gradient doubled", {"return loss, dW": "return loss, 2 * dW"}, fails=GRADIENT, diagnosis="factor"
)
patch(
    ITEM, "the whole gradient times N", {"return loss, dW": "return loss, N * dW"}, fails=GRADIENT, diagnosis="factor"
)

# The regularisation
patch(ITEM, "no penalty in the loss", {f" + {PENALTY}": ""}, fails=(LOSS, DERIVATIVE), diagnosis="regularisation")
patch(ITEM, "no decay in the gradient", {f" + {DECAY}": ""}, fails=(GRADIENT, DERIVATIVE), diagnosis="regularisation")
patch(ITEM, "no regularisation", {f" + {PENALTY}": "", f" + {DECAY}": ""}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "half in the gradient", {DECAY: "reg * W"}, fails=(GRADIENT, DERIVATIVE), diagnosis="regularisation")
patch(ITEM, "half in the loss", {PENALTY: f"0.5 * {PENALTY}"}, fails=(LOSS, DERIVATIVE), diagnosis="regularisation")
patch(ITEM, "half in both", {PENALTY: f"0.5 * {PENALTY}", DECAY: "reg * W"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "penalty doubled", {PENALTY: f"2 * {PENALTY}"}, fails=(LOSS, DERIVATIVE), diagnosis="regularisation")
patch(ITEM, "decay doubled", {DECAY: "4 * reg * W"}, fails=(GRADIENT, DERIVATIVE), diagnosis="regularisation")
patch(ITEM, "decay with the wrong sign", {f"+ {DECAY}": f"- {DECAY}"}, fails=GRADIENT, diagnosis="regularisation")
patch(ITEM, "penalty by N", {PENALTY: f"{PENALTY} / N"}, fails=LOSS, diagnosis="regularisation")
patch(
    ITEM,
    "penalty once per example",
    {"loss = loss / N": "loss = loss / N + (N - 1) * reg * np.sum(W * W)"},
    fails=LOSS,
    diagnosis="regularisation",
)
patch(ITEM, "weights not squared", {PENALTY: "reg * np.sum(W)"}, fails=LOSS, diagnosis="regularisation")
patch(
    ITEM,
    "absolute weights",
    {PENALTY: "reg * np.sum(np.abs(W))", DECAY: "reg * np.sign(W)"},
    fails=LOSS,
    diagnosis="regularisation",
)
patch(ITEM, "norm not squared", {PENALTY: "reg * np.linalg.norm(W)"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "mean of squares", {PENALTY: "reg * np.mean(W * W)"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "reg squared", {PENALTY: f"reg * {PENALTY}"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "reg written in", {PENALTY: "0.1 * np.sum(W * W)"}, fails=LOSS, diagnosis="regularisation")
patch(
    ITEM,
    "biases spared",
    {"    return loss, dW": "    loss -= reg * np.sum(W[-1] ** 2)\n    dW[-1] -= 2 * reg * W[-1]\n    return loss, dW"},
    fails=(LOSS, GRADIENT),
    diagnosis="regularisation",
)

# Signs, terms and axes
patch(ITEM, "loss with the wrong sign", {"loss -=": "loss +="}, fails=(LOSS, DERIVATIVE), diagnosis="sign")
patch(ITEM, "gradient with the wrong sign", {"dW[:, c] +=": "dW[:, c] -="}, fails=GRADIENT, diagnosis="sign")
patch(ITEM, "all with the wrong sign", {"return loss, dW": "return -loss, -dW"}, fails=LOSS, diagnosis="sign")
patch(ITEM, "transposed", {"return loss, dW": "return loss, dW.T"}, fails=(GRADIENT, SHAPES), diagnosis="transpose")
patch(ITEM, "one never taken off", {" - (c == y[i])": ""}, fails=(GRADIENT, DERIVATIVE), diagnosis="known mistake")
patch(ITEM, "right class only", {"dW[:, c] +=": "dW[:, c] += (c == y[i]) *"}, fails=GRADIENT, diagnosis="known mistake")
patch(
    ITEM,
    "wrong classes only",
    {"dW[:, c] +=": "dW[:, c] += (c != y[i]) *"},
    fails=(GRADIENT, DERIVATIVE),
    diagnosis="known mistake",
)
patch(ITEM, "no logarithm", {f"loss -= {LOG_P}": f"loss -= np.exp({LOG_P})"}, fails=LOSS, diagnosis="known mistake")
patch(
    ITEM,
    "log base 2",
    {f"loss -= {LOG_P}": f"loss -= ({LOG_P}) / np.log(2)"},
    fails=(LOSS, DERIVATIVE),
    diagnosis="factor",
)
patch(
    ITEM,
    "score for log probability",
    {f"loss -= {LOG_P}": "loss -= shifted[y[i]]"},
    fails=(LOSS, DERIVATIVE),
    diagnosis="known mistake",
)
patch(ITEM, "inputs left out", {"dscore * X[i]": "dscore"}, fails=(GRADIENT, DERIVATIVE), diagnosis="known mistake")
patch(
    ITEM,
    "negative scores cut off",
    {"scores = X[i] @ W": "scores = np.maximum(X[i] @ W, 0)"},
    fails=(LOSS, GRADIENT),
    diagnosis="known mistake",
)
patch(
    ITEM, "last example left out", {"in range(N)": "in range(N - 1)"}, fails=(LOSS, GRADIENT), diagnosis="known mistake"
)
patch(ITEM, "last class left out", {"in range(C)": "in range(C - 1)"}, fails=GRADIENT, diagnosis="partial")
patch(ITEM, "labels from one", {"y[i]": "y[i] - 1"}, fails=(LOSS, GRADIENT), diagnosis="known mistake")
patch(
    ITEM,
    "gradient of the last example",
    {"dW[:, c] +=": "dW[:, c] ="},
    fails=(GRADIENT, DERIVATIVE),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "gradient never filled in",
    {"return loss, dW": "return loss, np.zeros_like(W)"},
    fails=GRADIENT,
    diagnosis="zero",
)

# Large and small numbers
patch(ITEM, "no shift", {SHIFT: "scores"}, fails=LARGE, diagnosis="overflow", only=True)
patch(
    ITEM,
    "shift by no less than zero",
    {SHIFT: "scores - max(0, scores.max())"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(
    ITEM,
    "logarithm of a rounded probability",
    {f"loss -= {LOG_P}": f"loss -= np.log(np.exp({LOG_P}))"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(
    ITEM,
    "probability kept above 1e-12",
    {f"loss -= {LOG_P}": f"loss -= np.log(max(np.exp({LOG_P}), 1e-12))"},
    fails=LARGE,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "a small constant inside the logarithm",
    {f"loss -= {LOG_P}": f"loss -= np.log(np.exp({LOG_P}) + 1e-8)"},
    fails=LARGE,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "float16 gradient",
    {"return loss, dW": "return loss, dW.astype(np.float16)"},
    fails=GRADIENT,
    diagnosis="near",
)
patch(
    ITEM,
    "not a number",
    {"return loss, dW": "return np.nan, np.nan * dW"},
    fails=(LOSS, GRADIENT, DERIVATIVE),
    diagnosis="overflow",
)

# Form, sizes and dtypes
patch(ITEM, "loss in an array", {"return loss, dW": "return np.array([loss]), dW"}, fails=SHAPES, only=True)
patch(
    ITEM,
    "loss of every example",
    {"loss = loss / N": "loss = np.full(N, loss)"},
    fails=(LOSS, SHAPES),
    diagnosis=("", "axis"),
)
patch(ITEM, "returned the wrong way round", {"return loss, dW": "return dW, loss"}, fails=(LOSS, GRADIENT, SHAPES))
patch(ITEM, "only the loss is returned", {"return loss, dW": "return loss"}, fails=(LOSS, GRADIENT, SHAPES))
patch(ITEM, "nothing is returned", {"return loss, dW": "return"}, fails=(LOSS, GRADIENT, SHAPES))
patch(
    ITEM,
    "ten classes written in",
    {"N, (D, C) = X.shape[0], W.shape": "N, D, C = X.shape[0], X.shape[1], 10"},
    fails=(LOSS, GRADIENT),
)
patch(
    ITEM,
    "one class left over is squeezed out",
    {"X[i] @ W": "np.squeeze(X[i] @ W)"},
    fails=(EDGES, SHAPES, UNTOUCHED),
    only=True,
)
patch(ITEM, "one-hot labels expected", {"y[i]": "y[i].argmax(axis=1)"}, fails=(LOSS, GRADIENT))
patch(
    ITEM,
    "float labels turned away",
    {"loss = 0.0": "loss = 0.0\n    assert y.dtype == np.int64"},
    fails=(DTYPES, SHAPES, UNTOUCHED),
    only=True,
)
patch(
    ITEM,
    "W regularised in place",
    {f"dW = dW / N + {DECAY}": "W *= 2 * reg\n    W += dW / N\n    dW = W"},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "X normalised in place",
    {"loss = 0.0": "X -= X.mean(axis=0)\n    loss = 0.0"},
    fails=(LOSS, UNTOUCHED),
    diagnosis="known mistake",
)
memorised(ITEM, fails=LOSS, otherwise=lambda W, X, y, reg: (0.0, np.zeros(W.shape)), diagnosis="zero")


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="known mistake")
def all_classes_in_the_loss(W, X, y, reg):
    P = softmax(X @ W)
    return -np.log(P).sum() / len(X) + reg * np.sum(W * W), X.T @ (P - 1) / len(X) + 2 * reg * W


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="axis")
def softmax_over_the_examples(W, X, y, reg):
    P = softmax((X @ W).T).T
    rows = np.arange(len(X))
    loss = -np.log(P[rows, y]).mean() + reg * np.sum(W * W)
    P[rows, y] -= 1
    return loss, X.T @ P / len(X) + 2 * reg * W


@mutant(ITEM, fails=(LOSS, DERIVATIVE), diagnosis="known mistake")
def the_loss_of_an_untrained_model(W, X, y, reg):
    return np.log(10), softmax_loss_vectorized(W, X, y, reg)[1]


@mutant(ITEM, fails=(LOSS, GRADIENT, DERIVATIVE), diagnosis="zero")
def zeros(W, X, y, reg):
    return 0.0, np.zeros_like(W)


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="random")
def random_numbers(W, X, y, reg):
    return np.random.rand(), np.random.standard_normal(W.shape)


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="zero")
def the_inputs_themselves(W, X, y, reg):
    return reg, W


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="known mistake")
def hinge_loss(W, X, y, reg):
    rows, scores = np.arange(len(X)), X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    mask = (margins > 0).astype(float)
    mask[rows, y] = -mask.sum(axis=1)
    return margins.sum() / len(X) + reg * np.sum(W * W), X.T @ mask / len(X) + 2 * reg * W
