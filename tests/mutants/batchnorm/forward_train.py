"""Wrong versions of `batchnorm_forward` in training: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import notebook
from tests.mutants.collect import memorised, mutant, patch

ITEM = "batchnorm.forward_train"
OUT, MORE, SHAPE = "out", "tiny spread, other sizes", "shape of the output, and a cache"
SINGLE, UNTOUCHED = "float32 inputs", "inputs are not modified"
VAR, MEAN, ROOT, HAT = "x.var(axis=0)", "x.mean(axis=0)", "std = np.sqrt(var + eps)", "x_hat = (x - mean) / std"
BOTH, SCALED = f"{MEAN}, {VAR}", "return gamma * x_hat + beta, (x_hat, gamma, std)"
EPS, MEAN_STORED = 'bn_param.get("eps", 1e-5)', 'bn_param["running_mean"] ='
EVIDENCE = ("", "partial")


def wrong(name, changes, *, fails=(OUT, MORE), diagnosis="known mistake", **settings):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, **settings)


def returned(out, cache="(x_hat, gamma, std)"):
    return {SCALED: f"return {out}, {cache}"}


def first(line):
    return {f"mean, var = {BOTH}": f"{line}\n    mean, var = {BOTH}"}


# Mean and variance
wrong("unbiased variance", {VAR: "x.var(axis=0, ddof=1)"})
wrong("sum of squares for the variance", {VAR: "((x - x.mean(axis=0)) ** 2).sum(axis=0)"})
wrong("mean of squares for the variance", {VAR: "(x**2).mean(axis=0)"})
wrong("mean of absolute deviations", {VAR: "np.abs(x - x.mean(axis=0)).mean(axis=0) ** 2"})
wrong("median for the mean", {MEAN: "np.median(x, axis=0)"})
wrong("mean not subtracted", {HAT: "x_hat = x / std"})
wrong("variance forgotten", {HAT: "x_hat = x - mean"})
wrong("over the features", {BOTH: "x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)"}, diagnosis="axis")
wrong("one mean and variance of all", {BOTH: "x.mean(), x.var()"}, diagnosis="axis")
wrong("mean of all, variance of each", {MEAN: "x.mean()"}, diagnosis="axis")
wrong("the first examples alone", {BOTH: "x[:4].mean(axis=0), x[:4].var(axis=0)"}, diagnosis="")
wrong(
    "ten examples written in",
    {BOTH: "x.sum(axis=0) / 10, ((x - x.sum(axis=0) / 10) ** 2).sum(axis=0) / 10"},
    diagnosis="",
)
wrong("axis left out of the mean's shape", {BOTH: "x.mean(axis=1), x.var(axis=1)"}, diagnosis="")

# The running ones in their place
wrong("running statistics in training", {HAT: "x_hat = (x - running_mean) / np.sqrt(running_var + eps)"})
wrong(
    "new running statistics in training",
    {SCALED: f'x_hat = (x - bn_param["running_mean"]) / np.sqrt(bn_param["running_var"] + eps)\n    {SCALED}'},
)

# The root and eps
wrong("eps outside the root", {ROOT: "std = np.sqrt(var) + eps"})
wrong("eps left out", {ROOT: "std = np.sqrt(var)"})
wrong("eps written in", {EPS: "1e-5"})
wrong("a smaller eps written in", {EPS: "1e-8"})
wrong("a larger eps written in", {EPS: "1e-3"})
wrong(
    "another eps where it is left out",
    {EPS: 'bn_param.get("eps", 1e-3)'},
    fails=MORE,
    only=True,
)
wrong("eps squared", {ROOT: "std = np.sqrt(var + eps**2)"})
wrong("eps taken off", {ROOT: "std = np.sqrt(np.abs(var - eps))"}, diagnosis="sign")
wrong("eps added to the quotient", {HAT: "x_hat = (x - mean) / np.sqrt(var) + eps"})
wrong("eps as the least variance", {ROOT: "std = np.sqrt(np.maximum(var, eps))"})
wrong("divided by the variance", {ROOT: "std = var + eps"})
wrong("multiplied with the standard deviation", {HAT: "x_hat = (x - mean) * std"})
wrong("cube root", {ROOT: "std = np.cbrt(var + eps)"})

# Scale and shift
wrong("no gamma", returned("x_hat + beta"))
wrong("no beta", returned("gamma * x_hat"))
wrong("neither gamma nor beta", returned("x_hat"))
wrong("gamma and beta swapped", returned("beta * x_hat + gamma"))
wrong("shifted before scaled", returned("gamma * (x_hat + beta)"))
wrong("beta taken off", returned("gamma * x_hat - beta"), diagnosis="sign")
wrong("divided by gamma", returned("x_hat / gamma + beta"))
wrong("gamma's absolute value", returned("np.abs(gamma) * x_hat + beta"), diagnosis="sign")
wrong("the first gamma for all", returned("gamma[0] * x_hat + beta"))
wrong("ReLU behind it", returned("np.maximum(0, gamma * x_hat + beta)"), diagnosis="function")
wrong("x itself", returned("x"), diagnosis="input")
wrong("zeros", returned("np.zeros(x.shape)"), diagnosis="zero")
wrong("random numbers", returned("np.random.standard_normal(x.shape)"), diagnosis="random")
wrong("not a number", returned("np.full(x.shape, np.nan)"), diagnosis="overflow")
wrong("the whole negative", returned("-(gamma * x_hat + beta)"), diagnosis="sign")
wrong("divided by N at the end", returned("(gamma * x_hat + beta) / len(x)"), diagnosis="factor")
wrong("half precision", returned("(gamma * x_hat + beta).astype(np.float16)"), diagnosis="near")
wrong("last example left out", returned("(gamma * x_hat + beta)[:-1]"), fails=(OUT, MORE, SHAPE), diagnosis="")
wrong("turned", returned("(gamma * x_hat + beta).T"), fails=(OUT, MORE, SHAPE), diagnosis="transpose")
wrong("the last feature forgotten", {SCALED: f"x_hat[:, -1] = 0\n    {SCALED}"}, diagnosis="partial")

# Form
wrong("no cache", {SCALED: "return gamma * x_hat + beta"}, fails=(OUT, MORE, SHAPE), diagnosis="")
wrong(
    "cache first", {SCALED: "return (x_hat, gamma, std), gamma * x_hat + beta"}, fails=(OUT, MORE, SHAPE), diagnosis=""
)
wrong("cache taken apart", {SCALED: "return gamma * x_hat + beta, x_hat, gamma, std"}, fails=(OUT, SHAPE), diagnosis="")
wrong("nothing returned", {SCALED: "out = gamma * x_hat + beta"}, fails=(OUT, MORE, SHAPE), diagnosis="")
wrong("an axis too many", returned("(gamma * x_hat + beta)[np.newaxis]"), fails=SHAPE, diagnosis="", only=True)
wrong("one example is squeezed", returned("np.squeeze(gamma * x_hat + beta)"), fails=SHAPE, diagnosis="", only=True)
wrong(
    "float32 turned away",
    first("assert x.dtype == float"),
    fails=(SINGLE, SHAPE, UNTOUCHED),
    diagnosis="",
    only=True,
)
wrong("one example turned away", first("assert len(x) > 1"), fails=(MORE, SHAPE, UNTOUCHED), diagnosis="", only=True)

# In place
wrong("x centred in place", {HAT: "x -= mean\n    x_hat = x / std"}, fails=UNTOUCHED, diagnosis="", only=True)
wrong(
    "x the place for the output",
    {SCALED: "x[:] = gamma * x_hat + beta\n    return x, (x_hat, gamma, std)"},
    fails=UNTOUCHED,
    diagnosis="",
    only=True,
)
wrong("gamma used up", {SCALED: "gamma *= x_hat[0]\n    return gamma + beta, (x_hat, gamma, std)"}, diagnosis=EVIDENCE)
wrong(
    "gamma divided in place",
    {SCALED: "gamma /= std\n    return gamma * (x - mean) + beta, (x_hat, gamma, std)"},
    fails=UNTOUCHED,
    diagnosis="",
    only=True,
)
memorised(
    ITEM,
    fails=OUT,
    otherwise=lambda x, gamma, beta, bn_param: (np.zeros(x.shape), None),
    diagnosis="zero",
)


@mutant(ITEM, fails=(OUT, MORE), diagnosis="axis")
def the_first_example_again_and_again(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-5)
    out = np.empty(x.shape)
    for i in range(len(x)):
        out[i] = gamma * (x[0] - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
    return out, None


@notebook(ITEM, fails=(OUT, MORE), diagnosis="known mistake")
def the_last_batch_remembered_in_a_global_variable():
    globals().setdefault("last_mean", 0.0)

    def batchnorm_forward(x, gamma, beta, bn_param):
        global last_mean
        out = gamma * (x - last_mean) / np.sqrt(x.var(axis=0) + bn_param.get("eps", 1e-5)) + beta
        last_mean = x.mean()
        return out, None
