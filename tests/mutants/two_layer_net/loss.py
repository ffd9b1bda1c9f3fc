"""Wrong versions of `two_layer_loss`: what must fail, and the diagnosis that must come."""

import numpy as np

from solutions.two_layer_net import two_layer_loss as right
from tests.mutants.collect import memorised, mutant, patch

ITEM = "two_layer_net.loss"
LOSS, GRADIENT, LARGE = "loss", "dscores", "scores near ±1000"
SHAPES, EDGES = "one number and an array (N, C)", "one example, two classes"
DTYPES, UNTOUCHED = "any integer labels, float32 inputs", "scores, y and params are not modified"
DATA, PENALTY = (
    "-log_probabilities[np.arange(N), y].mean()",
    'reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))',
)
SHIFT = "scores - scores.max(axis=1, keepdims=True)"
LOG_P = "shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))"
MINUS_ONE, RETURN = "dscores[np.arange(N), y] -= 1", "return loss, dscores / N"
SQUARED_ALONE = {"W1": 'np.sum(params["W1"] ** 2)', "W2": 'np.sum(params["W2"] ** 2)'}

# The mean
patch(ITEM, "loss is a sum", {".mean()": ".sum()"}, fails=LOSS, diagnosis="factor")
patch(
    ITEM,
    "mean over the classes",
    {DATA: "-log_probabilities[np.arange(N), y].sum() / scores.shape[1]"},
    fails=LOSS,
    diagnosis="factor",
)
patch(ITEM, "loss divided twice", {".mean()": ".mean() / N"}, fails=LOSS, diagnosis="factor")
patch(ITEM, "gradient is a sum", {RETURN: "return loss, dscores"}, fails=GRADIENT, diagnosis="factor")
patch(ITEM, "gradient divided twice", {RETURN: "return loss, dscores / N / N"}, fails=GRADIENT, diagnosis="factor")
patch(
    ITEM,
    "gradient divided by the classes",
    {RETURN: "return loss, dscores / dscores.shape[1]"},
    fails=GRADIENT,
    diagnosis="factor",
)
patch(ITEM, "mean of everything", {RETURN: "return loss, dscores / dscores.size"}, fails=GRADIENT, diagnosis="factor")
patch(
    ITEM,
    "sums throughout",
    {".mean()": ".sum()", RETURN: "return loss, dscores"},
    fails=(LOSS, GRADIENT),
    diagnosis="factor",
)

# The regularisation
patch(ITEM, "no penalty", {f"loss += {PENALTY}": "loss += 0"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "half of the penalty", {PENALTY: f"0.5 * {PENALTY}"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "penalty doubled", {PENALTY: f"2 * {PENALTY}"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "penalty with the wrong sign", {"loss +=": "loss -="}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "second layer alone", {f"{SQUARED_ALONE['W1']} + ": ""}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "first layer alone", {f" + {SQUARED_ALONE['W2']}": ""}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "first layer twice", {SQUARED_ALONE["W2"]: SQUARED_ALONE["W1"]}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "second layer twice", {SQUARED_ALONE["W1"]: SQUARED_ALONE["W2"]}, fails=LOSS, diagnosis="regularisation")
patch(
    ITEM,
    "first layer counted double",
    {SQUARED_ALONE["W1"]: f"2 * {SQUARED_ALONE['W1']}"},
    fails=LOSS,
    diagnosis="regularisation",
)
patch(
    ITEM,
    "half of the second layer",
    {SQUARED_ALONE["W2"]: f"0.5 * {SQUARED_ALONE['W2']}"},
    fails=LOSS,
    diagnosis="regularisation",
)
patch(
    ITEM,
    "reg not applied to the second layer",
    {PENALTY: f"reg * {SQUARED_ALONE['W1']} + {SQUARED_ALONE['W2']}"},
    fails=LOSS,
    diagnosis="regularisation",
)
patch(
    ITEM,
    "biases regularised",
    {PENALTY: "reg * sum(np.sum(p**2) for p in params.values())"},
    fails=LOSS,
    diagnosis="regularisation",
)
patch(ITEM, "weights not squared", {" ** 2": ""}, fails=LOSS, diagnosis="regularisation")
patch(
    ITEM,
    "absolute weights",
    {PENALTY: 'reg * (np.abs(params["W1"]).sum() + np.abs(params["W2"]).sum())'},
    fails=LOSS,
    diagnosis="regularisation",
)
patch(
    ITEM,
    "norms not squared",
    {PENALTY: 'reg * (np.linalg.norm(params["W1"]) + np.linalg.norm(params["W2"]))'},
    fails=LOSS,
    diagnosis="regularisation",
)
patch(ITEM, "penalty divided by N", {PENALTY: f"{PENALTY} / N"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "penalty once per example", {PENALTY: f"{PENALTY} * N"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "mean of the squares", {"np.sum(params": "np.mean(params"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "reg squared", {PENALTY: f"reg * {PENALTY}"}, fails=LOSS, diagnosis="regularisation")
patch(ITEM, "reg written in", {PENALTY: PENALTY.replace("reg", "0.05")}, fails=LOSS, diagnosis="regularisation")

# Signs, terms and axes
patch(ITEM, "loss with the wrong sign", {DATA: DATA[1:]}, fails=LOSS, diagnosis="sign")
patch(ITEM, "y - p", {RETURN: "return loss, -dscores / N"}, fails=GRADIENT, diagnosis="sign")
patch(ITEM, "one never taken off", {MINUS_ONE: "pass"}, fails=GRADIENT, diagnosis="known mistake")
patch(ITEM, "one taken off everywhere", {MINUS_ONE: "dscores -= 1"}, fails=GRADIENT, diagnosis="known mistake")
patch(ITEM, "one added", {"-= 1": "+= 1"}, fails=GRADIENT, diagnosis="known mistake")
patch(
    ITEM,
    "logarithm of p in the gradient",
    {"np.exp(log_probabilities)": "log_probabilities.copy()"},
    fails=GRADIENT,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "no logarithm",
    {DATA: DATA.replace("-log_probabilities", "-np.exp(log_probabilities)")},
    fails=LOSS,
    diagnosis="known mistake",
)
patch(ITEM, "log base 2", {".mean()": ".mean() / np.log(2)"}, fails=LOSS, diagnosis="factor")
patch(
    ITEM,
    "score for the log probability",
    {DATA: "-shifted[np.arange(N), y].mean()"},
    fails=LOSS,
    diagnosis="known mistake",
)
patch(ITEM, "softmax over the examples", {"axis=1": "axis=0"}, fails=(LOSS, GRADIENT), diagnosis="axis")
patch(
    ITEM,
    "one sum for the whole array",
    {SHIFT: "scores - scores.max()", ".sum(axis=1, keepdims=True)": ".sum()"},
    fails=(LOSS, GRADIENT),
    diagnosis="axis",
)
patch(ITEM, "labels from one", {"y]": "y - 1]"}, fails=(LOSS, GRADIENT), diagnosis="known mistake")
patch(
    ITEM,
    "columns of the right classes",
    {"[np.arange(N), y] -=": "[:, y] -="},
    fails=GRADIENT,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "all pairs of rows and labels",
    {"[np.arange(N), y].mean()": "[:, y].mean()"},
    fails=LOSS,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "last example left out",
    {DATA: "-log_probabilities[np.arange(N - 1), y[:-1]].mean()"},
    fails=LOSS,
    diagnosis="known mistake",
)
patch(
    ITEM, "negative scores cut off", {SHIFT: "np.maximum(0, scores)"}, fails=(LOSS, GRADIENT), diagnosis="known mistake"
)

# Large and small numbers
patch(ITEM, "no shift", {SHIFT: "scores"}, fails=LARGE, diagnosis="overflow", only=True)
patch(
    ITEM, "shift by the largest of all", {SHIFT: "scores - scores.max()"}, fails=LARGE, diagnosis="overflow", only=True
)
patch(
    ITEM,
    "shift by no less than zero",
    {SHIFT: "scores - np.maximum(0, scores.max(axis=1, keepdims=True))"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(
    ITEM,
    "logarithm of a rounded probability",
    {LOG_P: "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(
    ITEM,
    "probability kept above 1e-12",
    {DATA: "-np.maximum(log_probabilities, np.log(1e-12))[np.arange(N), y].mean()"},
    fails=LARGE,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "a small constant inside the logarithm",
    {DATA: "-np.log(np.exp(log_probabilities) + 1e-8)[np.arange(N), y].mean()"},
    fails=LARGE,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM, "half precision", {RETURN: "return loss, (dscores / N).astype(np.float16)"}, fails=GRADIENT, diagnosis="near"
)

# Form, sizes, inputs
patch(ITEM, "loss in an array", {RETURN: "return np.array([loss]), dscores / N"}, fails=SHAPES, only=True)
patch(
    ITEM,
    "loss of every example",
    {".mean()": ""},
    fails=(LOSS, SHAPES),
    diagnosis=("", "axis"),
)
patch(ITEM, "returned the wrong way round", {RETURN: "return dscores / N, loss"}, fails=(LOSS, GRADIENT, SHAPES))
patch(ITEM, "only the loss is returned", {RETURN: "return loss"}, fails=(LOSS, GRADIENT, SHAPES))
patch(ITEM, "transposed", {RETURN: "return loss, dscores.T / N"}, fails=(GRADIENT, SHAPES), diagnosis="transpose")
patch(
    ITEM,
    "gradient at the right class alone",
    {RETURN: "return loss, dscores[np.arange(N), y] / N"},
    fails=(GRADIENT, SHAPES),
)
patch(
    ITEM,
    "probabilities for the gradient",
    {RETURN: "return loss, np.exp(log_probabilities)"},
    fails=GRADIENT,
    diagnosis="known mistake",
)
patch(ITEM, "one-hot labels expected", {"y]": "y.argmax(axis=1)]"}, fails=(LOSS, GRADIENT))
patch(
    ITEM,
    "ten classes written in",
    {"np.exp(log_probabilities)": "np.exp(log_probabilities).reshape(-1, 10)"},
    fails=(LOSS, GRADIENT),
)
patch(
    ITEM,
    "unsigned labels turned away",
    {"N = scores.shape[0]": "N = scores.shape[0]\n    assert y.dtype == np.int64"},
    fails=(DTYPES, SHAPES, UNTOUCHED),
    only=True,
)
patch(
    ITEM,
    "a single example fails",
    {"N = scores.shape[0]": "N, scores = scores.shape[0], np.squeeze(scores)"},
    fails=(EDGES, SHAPES, UNTOUCHED),
    only=True,
)
patch(
    ITEM,
    "scores shifted in place",
    {f"shifted = {SHIFT}": "scores -= scores.max(axis=1, keepdims=True)\n    shifted = scores"},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "weights squared in place",
    {
        f"loss += {PENALTY}": 'for name in ("W1", "W2"):\n        params[name] *= params[name]\n'
        "        loss += reg * params[name].sum()"
    },
    fails=UNTOUCHED,
    only=True,
)
memorised(
    ITEM,
    fails=(LOSS, GRADIENT),
    otherwise=lambda scores, y, params, reg: (0.0, np.zeros(scores.shape)),
    diagnosis="zero",
)


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="known mistake")
def minus_log_over_all_classes(scores, y, params, reg):
    P = np.exp(scores - scores.max(axis=1, keepdims=True))
    P = P / P.sum(axis=1, keepdims=True)
    penalty = reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    return np.sum(-np.log(P)) / len(scores) + penalty, (P - 1) / len(scores)


@mutant(ITEM, fails=GRADIENT, diagnosis="known mistake")
def only_the_right_class_has_a_gradient(scores, y, params, reg):
    loss, dscores = right(scores, y, params, reg)
    mask = np.zeros_like(dscores)
    mask[np.arange(len(y)), y] = 1
    return loss, dscores * mask


@mutant(ITEM, fails=LOSS, diagnosis="known mistake")
def the_loss_of_an_untrained_net(scores, y, params, reg):
    return np.log(10), right(scores, y, params, reg)[1]


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="zero")
def zeros(scores, y, params, reg):
    return 0.0, np.zeros_like(scores)


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="overflow")
def not_a_number(scores, y, params, reg):
    return np.nan, np.nan * scores


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="random")
def random_numbers(scores, y, params, reg):
    return np.random.rand(), np.random.standard_normal(scores.shape)


@mutant(ITEM, fails=(LOSS, GRADIENT), diagnosis="known mistake")
def hinge_loss(scores, y, params, reg):
    rows = np.arange(len(scores))
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    dscores = (margins > 0).astype(float)
    dscores[rows, y] = -dscores.sum(axis=1)
    penalty = reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    return margins.sum() / len(scores) + penalty, dscores / len(scores)
