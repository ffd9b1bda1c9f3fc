"""Wrong versions of what `batchnorm_forward` stores in training: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import notebook
from tests.mutants.collect import memorised, patch

ITEM = "batchnorm.running_statistics"
MEAN, VAR, FRESH, SHAPE = "running_mean", "running_var", "from a fresh bn_param, with the usual momentum", "shape (D,)"
MEAN_KEY, VAR_KEY = 'bn_param["running_mean"] =', 'bn_param["running_var"] ='
OF_MEAN, OF_VAR = "momentum * running_mean + (1 - momentum) * mean", "momentum * running_var + (1 - momentum) * var"
MEAN_LINE, VAR_LINE = f"{MEAN_KEY} {OF_MEAN}", f"{VAR_KEY} {OF_VAR}"
NEW_VAR = "(1 - momentum) * var\n"
SCALED = "return gamma * x_hat + beta, (x_hat, gamma, std)"
BOTH = (MEAN, VAR, FRESH)


def wrong(name, changes, *, fails=BOTH, diagnosis="known mistake", **settings):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, **settings)


def of(mean, var):
    return {OF_MEAN: mean, OF_VAR: var}


def variance(text, *, name, diagnosis="known mistake", fails=(VAR, FRESH)):
    wrong(
        name, {OF_VAR: f"momentum * running_var + (1 - momentum) * {text}"}, fails=fails, diagnosis=diagnosis, only=True
    )


def at_the_end(lines):
    return {SCALED: f"{lines}\n    {SCALED}"}


# Stored or not
wrong("never updated", {MEAN_LINE: f"{MEAN_KEY} running_mean", VAR_LINE: f"{VAR_KEY} running_var"})
wrong("not stored", {MEAN_KEY: "running_mean =", VAR_KEY: "running_var ="}, fails=(*BOTH, SHAPE))
wrong("the variance not stored", {VAR_KEY: "running_var ="}, fails=(VAR, FRESH, SHAPE), only=True)
wrong("the mean not stored", {MEAN_KEY: "running_mean ="}, fails=(MEAN, FRESH, SHAPE), only=True)
wrong("only the first batch counts", {SCALED: f"bn_param['momentum'] = 1.0\n    {SCALED}"})
wrong("stored under other names", {MEAN_KEY: 'bn_param["mean"] =', VAR_KEY: 'bn_param["var"] ='}, fails=(*BOTH, SHAPE))
wrong("stored in a copy", {MEAN_KEY: f"bn_param = dict(bn_param)\n    {MEAN_KEY}"}, fails=(*BOTH, SHAPE))
wrong("stored under each other's names", {MEAN_KEY: "bn_param[0] =", VAR_KEY: MEAN_KEY, "bn_param[0] =": VAR_KEY})
wrong(
    "updated in test mode alone",
    {
        f"{MEAN_LINE}\n    {VAR_LINE}\n": "\n",
        'if mode == "test":\n': f'if mode == "test":\n        {MEAN_KEY} 0\n        {VAR_KEY} 1\n',
    },
    fails=(*BOTH, SHAPE),
)

# Momentum
wrong(
    "momentum swapped",
    of("(1 - momentum) * running_mean + momentum * mean", "(1 - momentum) * running_var + momentum * var"),
)
wrong(
    "momentum swapped for the variance",
    {OF_VAR: "(1 - momentum) * running_var + momentum * var"},
    fails=(VAR, FRESH),
    only=True,
)
wrong(
    "momentum swapped for the mean",
    {OF_MEAN: "(1 - momentum) * running_mean + momentum * mean"},
    fails=(MEAN, FRESH),
    only=True,
)
wrong("momentum written in", {'bn_param.get("momentum", 0.9)': "0.9"}, fails=(MEAN, VAR), only=True)
wrong(
    "momentum 0.99 where it is left out",
    {'bn_param.get("momentum", 0.9)': 'bn_param.get("momentum", 0.99)'},
    fails=FRESH,
    only=True,
)
wrong("the last batch alone", of("mean", "var"))
wrong("added with weight 1", of("momentum * running_mean + mean", "momentum * running_var + var"))
wrong("added up", of("running_mean + mean", "running_var + var"))
wrong("mean of old and new", of("(running_mean + mean) / 2", "(running_var + var) / 2"))
wrong(
    "new one taken off",
    of("momentum * running_mean - (1 - momentum) * mean", "momentum * running_var - (1 - momentum) * var"),
    diagnosis="sign",
)
wrong("no old one", of("(1 - momentum) * mean", "(1 - momentum) * var"))
wrong(
    "updated twice",
    at_the_end(
        'running_mean, running_var = bn_param["running_mean"], bn_param["running_var"]\n'
        f"    {MEAN_LINE}\n    {VAR_LINE}"
    ),
)
wrong(
    "corrected as Adam does",
    of(f"({OF_MEAN}) / (1 - momentum)", f"({OF_VAR}) / (1 - momentum)"),
)

# Which variance
variance("x.var(axis=0, ddof=1)", name="unbiased running variance")
variance("(var + eps)", name="eps in the running variance", fails=VAR)
variance("std", name="running standard deviation")
variance("np.sqrt(var)", name="running standard deviation without eps")
variance("(x**2).mean(axis=0)", name="running mean of squares")
variance("var**2", name="running variance squared")
variance("var * len(x)", name="sum of squares")
variance("x_hat.var(axis=0)", name="variance of the normalised numbers")
variance("mean", name="the mean in the running variance")
wrong("eps in the running variance at last", {VAR_LINE: f"{VAR_LINE} + eps"}, fails=VAR)
wrong("of what is normalised", {"* mean\n": "* x_hat.mean(axis=0)\n", "* var\n": "* x_hat.var(axis=0)\n"})
wrong(
    "of the output",
    {"* mean\n": "* (gamma * x_hat + beta).mean(axis=0)\n", "* var\n": "* (gamma * x_hat + beta).var(axis=0)\n"},
)
wrong(
    "median for the mean",
    {"* mean\n": "* np.median(x, axis=0)\n"},
    fails=(MEAN, FRESH),
    only=True,
)

# Where it starts
wrong(
    "variance starts at zero",
    {"np.ones_like(gamma)": "np.zeros_like(gamma)"},
    fails=FRESH,
    only=True,
)
wrong(
    "mean starts at one",
    {"np.zeros_like(gamma)": "np.ones_like(gamma)"},
    fails=FRESH,
    only=True,
)
wrong(
    "starts with the first batch",
    {
        'bn_param.get("running_mean", np.zeros_like(gamma))': 'bn_param.get("running_mean", x.mean(axis=0))',
        'bn_param.get("running_var", np.ones_like(gamma))': 'bn_param.get("running_var", x.var(axis=0))',
    },
    fails=FRESH,
    only=True,
)
wrong(
    "started anew in every call",
    {
        'bn_param.get("running_mean", np.zeros_like(gamma))': "np.zeros_like(gamma)",
        'bn_param.get("running_var", np.ones_like(gamma))': "np.ones_like(gamma)",
    },
)

# Shapes and numbers
wrong(
    "rows (1, D)",
    {MEAN_LINE: f"{MEAN_KEY} ({OF_MEAN}).reshape(1, -1)", VAR_LINE: f"{VAR_KEY} ({OF_VAR}).reshape(1, -1)"},
    fails=SHAPE,
    diagnosis="",
    only=True,
)
wrong(
    "of axes that are kept",
    {"x.mean(axis=0), x.var(axis=0)": "x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)"},
    fails=SHAPE,
    diagnosis="",
    only=True,
)
wrong("one number for all features", {"* mean\n": "* x.mean()\n", "* var\n": "* x.var()\n"}, diagnosis="axis")
wrong(
    "over the features",
    {"x.mean(axis=0), x.var(axis=0)": "x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)"},
    fails=(*BOTH, SHAPE),
    diagnosis="",
)
wrong(
    "a number each",
    {MEAN_LINE: f"{MEAN_KEY} ({OF_MEAN}).mean()", VAR_LINE: f"{VAR_KEY} ({OF_VAR}).mean()"},
    fails=(*BOTH, SHAPE),
    diagnosis="",
)
wrong(
    "half precision",
    at_the_end(
        'for name in ("running_mean", "running_var"):\n        bn_param[name] = bn_param[name].astype(np.float16)'
    ),
    diagnosis="near",
)
wrong(
    "whole numbers",
    at_the_end('for name in ("running_mean", "running_var"):\n        bn_param[name] = bn_param[name].astype(int)'),
    diagnosis="rounded",
)
wrong("zeros", of("0 * mean", "0 * var"), diagnosis="zero")
wrong(
    "random numbers", of("np.random.standard_normal(len(gamma))", "np.random.standard_normal(len(gamma))"), diagnosis=""
)
wrong("not a number", of("mean * np.nan", "var * np.nan"), diagnosis="overflow")
wrong("texts", of("str(mean)", "str(var)"), fails=(*BOTH, SHAPE), diagnosis="")
wrong("an error", {MEAN_KEY: "bn_param.running_mean ="}, fails=(*BOTH, SHAPE), diagnosis="")


def nothing_more(x, gamma, beta, bn_param):
    return np.zeros(x.shape), None


memorised(ITEM, fails=(MEAN, VAR), otherwise=nothing_more, diagnosis="known mistake")


@notebook(ITEM, fails=(MEAN, VAR), diagnosis=("known mistake", ""))
def kept_in_a_global_variable():
    running = {}

    def batchnorm_forward(x, gamma, beta, bn_param):
        m = bn_param.get("momentum", 0.9)
        running["mean"] = m * running.get("mean", 0.0) + (1 - m) * x.mean()
        running["var"] = m * running.get("var", 1.0) + (1 - m) * x.var()
        return x, None


@notebook(ITEM, fails=(MEAN, VAR), diagnosis="known mistake")
def all_nets_share_one_average():
    shared = {}

    def batchnorm_forward(x, gamma, beta, bn_param):
        m = bn_param.get("momentum", 0.9)
        for name, new, start in (("running_mean", x.mean(axis=0), 0.0), ("running_var", x.var(axis=0), 1.0)):
            old = shared.get((name, len(gamma)), start)
            shared[name, len(gamma)] = bn_param[name] = m * old + (1 - m) * new
        return x, None
