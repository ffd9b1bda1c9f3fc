"""Wrong versions of `layernorm_forward`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "batchnorm.layernorm_forward"
OUT, MORE, SHAPE = "out", "tiny spread, other sizes", "shape of the output, and a cache"
SINGLE, UNTOUCHED = "float32 inputs", "inputs are not modified"
VAR, MEAN = "x.var(axis=1, keepdims=True)", "x.mean(axis=1, keepdims=True)"
ROOT, HAT = f"std = np.sqrt({VAR} + eps)", f"x_hat = (x - {MEAN}) / std"
SCALED, EPS = "return gamma * x_hat + beta, (x_hat, gamma, std)", 'ln_param.get("eps", 1e-5)'
EVIDENCE = ("", "partial")


def wrong(name, changes, *, fails=(OUT, MORE), diagnosis="known mistake", **settings):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, **settings)


def returned(out, cache="(x_hat, gamma, std)"):
    return {SCALED: f"return {out}, {cache}"}


# Mean and variance
wrong("unbiased variance", {VAR: "x.var(axis=1, ddof=1, keepdims=True)"})
wrong("over the examples", {VAR: "x.var(axis=0)", MEAN: "x.mean(axis=0)"}, diagnosis="axis")
wrong("mean over the examples", {MEAN: "x.mean(axis=0)"}, diagnosis="axis")
wrong("variance over the examples", {VAR: "x.var(axis=0)"}, diagnosis="axis")
wrong("one mean and variance of all", {VAR: "x.var()", MEAN: "x.mean()"}, diagnosis="axis")
wrong("axis not kept", {VAR: "x.var(axis=1)", MEAN: "x.mean(axis=1)"}, diagnosis="", fails=(OUT, MORE, SHAPE))
wrong("mean not subtracted", {HAT: "x_hat = x / std"})
wrong("variance forgotten", {HAT: f"x_hat = x - {MEAN}"})
wrong("mean of squares for the variance", {VAR: "(x**2).mean(axis=1, keepdims=True)"})
wrong(
    "largest for the standard deviation",
    {ROOT: "std = np.abs(x).max(axis=1, keepdims=True) + eps"},
)
wrong(
    "norm for the standard deviation",
    {ROOT: "std = np.linalg.norm(x, axis=1, keepdims=True)"},
)
wrong("divided by the number of examples", {VAR: f"{VAR} * x.shape[1] / x.shape[0]"})
wrong("ten features written in", {MEAN: "x.sum(axis=1, keepdims=True) / 10"}, diagnosis="")

# The root and eps
wrong("eps outside the root", {ROOT: f"std = np.sqrt({VAR}) + eps"})
wrong("eps left out", {ROOT: f"std = np.sqrt({VAR})"})
wrong("eps written in", {EPS: "1e-5"})
wrong("a smaller eps written in", {EPS: "1e-8"})
wrong(
    "another eps where it is left out",
    {EPS: 'ln_param.get("eps", 1e-3)'},
    fails=MORE,
    only=True,
)
wrong("eps squared", {ROOT: f"std = np.sqrt({VAR} + eps**2)"})
wrong("divided by the variance", {ROOT: f"std = {VAR} + eps"})
wrong("multiplied with the standard deviation", {"/ std": "* std"})

# Scale and shift
wrong("no gamma", returned("x_hat + beta"))
wrong("no beta", returned("gamma * x_hat"))
wrong("neither gamma nor beta", returned("x_hat"))
wrong("gamma and beta swapped", returned("beta * x_hat + gamma"))
wrong("shifted before scaled", returned("gamma * (x_hat + beta)"))
wrong(
    "gamma for each example",
    returned("gamma[: len(x), None] * x_hat + beta"),
    diagnosis="axis",
    fails=(OUT, MORE, SHAPE),
)
wrong(
    "scaled before normalised",
    {SCALED: f"x = gamma * x\n    {HAT.replace('/ std', f'/ np.sqrt({VAR} + eps)')}\n    return x_hat + beta, None"},
)
wrong("x itself", returned("x"), diagnosis="input")
wrong("zeros", returned("np.zeros(x.shape)"), diagnosis="zero")
wrong("random numbers", returned("np.random.standard_normal(x.shape)"), diagnosis="random")
wrong("not a number", returned("x * np.nan"), diagnosis="overflow")
wrong("half precision", returned("(gamma * x_hat + beta).astype(np.float16)"), diagnosis="near")
wrong("turned", returned("(gamma * x_hat + beta).T"), fails=(OUT, MORE, SHAPE), diagnosis="transpose")
wrong("the last feature forgotten", {SCALED: f"x_hat[:, -1] = 0\n    {SCALED}"}, diagnosis="partial")
wrong("the first example alone", {SCALED: f"x_hat[1:] = x[1:]\n    {SCALED}"}, fails=OUT, diagnosis="partial")

# Form
wrong("no cache", {SCALED: "return gamma * x_hat + beta"}, fails=(OUT, MORE, SHAPE), diagnosis="")
wrong("cache first", {SCALED: "return (x_hat, gamma, std), gamma * x_hat + beta"}, fails=(OUT, SHAPE), diagnosis="")
wrong("nothing returned", {SCALED: "out = gamma * x_hat + beta"}, fails=(OUT, MORE, SHAPE), diagnosis="")
wrong("an axis too many", returned("(gamma * x_hat + beta)[np.newaxis]"), fails=SHAPE, diagnosis="", only=True)
wrong("one example is squeezed", returned("np.squeeze(gamma * x_hat + beta)"), fails=SHAPE, diagnosis="", only=True)
wrong(
    "the mode asked for",
    {EPS: f'{EPS} if ln_param["mode"] == "train" else 0'},
    fails=(OUT, MORE, SHAPE),
    diagnosis="",
)
wrong(
    "float32 turned away",
    {ROOT: f"assert x.dtype == float\n    {ROOT}"},
    fails=(SINGLE, SHAPE, UNTOUCHED),
    diagnosis="",
    only=True,
)

# In place
wrong("x centred in place", {HAT: f"x -= {MEAN}\n    x_hat = x / std"}, fails=UNTOUCHED, diagnosis="", only=True)
wrong(
    "x the place for the output",
    {SCALED: "x[:] = gamma * x_hat + beta\n    return x, (x_hat, gamma, std)"},
    fails=UNTOUCHED,
    diagnosis="",
    only=True,
)
wrong("beta added up in place", {SCALED: "beta += x_hat[0]\n    return gamma * x_hat + beta, None"}, diagnosis=EVIDENCE)
wrong(
    "beta doubled and halved",
    {SCALED: "beta *= 2\n    return gamma * x_hat + beta / 2, None"},
    fails=UNTOUCHED,
    diagnosis="",
    only=True,
)
memorised(
    ITEM,
    fails=OUT,
    otherwise=lambda x, gamma, beta, ln_param: (np.zeros(x.shape), None),
    diagnosis="zero",
)


@mutant(ITEM, fails=(OUT, MORE), diagnosis="axis")
def batch_normalisation(x, gamma, beta, ln_param):
    return batchnorm_forward(x, gamma, beta, {"mode": "train"} | ln_param)  # noqa: F821


@mutant(ITEM, fails=(OUT, MORE, SHAPE))
def batch_normalisation_of_the_transpose_with_gamma_as_it_is(x, gamma, beta, ln_param):
    out, cache = batchnorm_forward(x.T, gamma, beta, {"mode": "train"} | ln_param)  # noqa: F821
    return out.T, cache


@mutant(ITEM, fails=(OUT, MORE), diagnosis=EVIDENCE)
def statistics_of_the_first_example_for_all(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    return gamma * (x - x[0].mean()) / np.sqrt(x[0].var() + eps) + beta, None
