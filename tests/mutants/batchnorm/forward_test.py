"""Wrong versions of `batchnorm_forward` in mode "test": what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import notebook
from tests.mutants.collect import memorised, patch

ITEM = "batchnorm.forward_test"
OUT, SINGLE, KEPT = "out", "one example, float32", "running statistics stay as they are"
BETWEEN, UNTOUCHED = "testing in between does not disturb training", "inputs are not modified"
FORMULA = "gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta"
LINE, ASKED = f"return {FORMULA}, None", 'if mode == "test":\n'
EPS = 'bn_param.get("eps", 1e-5)'
STORED = (
    'bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * x.mean(axis=0)\n'
    '        bn_param["running_var"] = momentum * running_var + (1 - momentum) * x.var(axis=0)'
)


def wrong(name, changes, *, fails=(OUT, SINGLE), diagnosis="known mistake", **settings):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, **settings)


def formula(text):
    return {FORMULA: text}


# Which statistics
wrong("batch statistics", formula("gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta"))
wrong("as in training", {ASKED: "if False:\n"}, fails=(OUT, SINGLE, KEPT, BETWEEN))
wrong(
    "mean of the batch",
    formula("gamma * (x - x.mean(axis=0)) / np.sqrt(running_var + eps) + beta"),
)
wrong(
    "variance of the batch",
    formula("gamma * (x - running_mean) / np.sqrt(x.var(axis=0) + eps) + beta"),
)
wrong("mean 0 and variance 1", formula("gamma * x / np.sqrt(1 + eps) + beta"))
wrong(
    "mean and variance swapped",
    formula("gamma * (x - running_var) / np.sqrt(np.abs(running_mean) + eps) + beta"),
)
wrong("running mean not subtracted", formula("gamma * x / np.sqrt(running_var + eps) + beta"))
wrong("running mean added", formula("gamma * (x + running_mean) / np.sqrt(running_var + eps) + beta"), diagnosis="sign")
wrong("running variance not used", formula("gamma * (x - running_mean) + beta"))
wrong(
    "one running mean for all",
    formula("gamma * (x - running_mean.mean()) / np.sqrt(running_var + eps) + beta"),
    diagnosis="axis",
)
wrong(
    "the dict not read",
    {'bn_param.get("running_mean", ': "(", 'bn_param.get("running_var", ': "("},
)
wrong(
    "other names in the dict",
    {'bn_param.get("running_mean", ': 'bn_param.get("mean", ', 'bn_param.get("running_var", ': 'bn_param.get("var", '},
)

# The root and eps
wrong("eps outside the root", formula("gamma * (x - running_mean) / (np.sqrt(running_var) + eps) + beta"))
wrong("eps left out", formula("gamma * (x - running_mean) / np.sqrt(running_var) + beta"))
wrong("eps written in", {EPS: "1e-5"})
wrong("eps written in as 1e-8", {EPS: "1e-8"})
wrong("no root", formula("gamma * (x - running_mean) / (running_var + eps) + beta"))
wrong(
    "the root taken twice",
    formula("gamma * (x - running_mean) / (running_var + eps) ** 0.25 + beta"),
)
wrong(
    "unbiased once more",
    formula("gamma * (x - running_mean) / np.sqrt(running_var * 10 / 9 + eps) + beta"),
    diagnosis="",
)

# Scale and shift
wrong("no gamma", formula("(x - running_mean) / np.sqrt(running_var + eps) + beta"))
wrong("no beta", formula("gamma * (x - running_mean) / np.sqrt(running_var + eps)"))
wrong("neither gamma nor beta", formula("(x - running_mean) / np.sqrt(running_var + eps)"))
wrong("gamma and beta swapped", formula("beta * (x - running_mean) / np.sqrt(running_var + eps) + gamma"))
wrong("x itself", formula("x"))
wrong("scaled and shifted alone", formula("gamma * x + beta"))
wrong("zeros", formula("0 * x"), diagnosis="zero")
wrong("random numbers", formula("np.random.standard_normal(x.shape)"), diagnosis="random")
wrong("not a number", formula("x / (0 * x)"), diagnosis="overflow")
wrong("the wrong sign", formula(f"-({FORMULA})"), diagnosis="sign")
wrong("half precision", formula(f"({FORMULA}).astype(np.float16)"), fails=OUT, diagnosis="near")
wrong("sum over the features", formula(f"({FORMULA}).sum(axis=1)"), diagnosis="")
wrong("hard-coded number of features", formula(f"({FORMULA}).reshape(-1, 10)"), diagnosis="")

# What stays
wrong(
    "updated before it is used",
    {
        LINE: f"{STORED}\n        running_mean, running_var = (bn_param[k] for k in ('running_mean', 'running_var'))\n"
        f"        {LINE}"
    },
    fails=(OUT, SINGLE, KEPT, BETWEEN),
)
wrong("updated in test mode", {LINE: f"{STORED}\n        {LINE}"}, fails=(KEPT, BETWEEN), diagnosis="", only=True)
wrong(
    "the running mean updated in test mode",
    {LINE: f"{STORED.splitlines()[0]}\n        {LINE}"},
    fails=(KEPT, BETWEEN),
    diagnosis="",
    only=True,
)
wrong(
    "the batch's statistics left behind",
    {LINE: f"bn_param.update(running_mean=x.mean(axis=0), running_var=x.var(axis=0))\n        {LINE}"},
    fails=(KEPT, BETWEEN),
    diagnosis="",
    only=True,
)
wrong(
    "running statistics taken out of the dict",
    {
        'bn_param.get("running_mean"': 'bn_param.pop("running_mean"',
        'bn_param.get("running_var"': 'bn_param.pop("running_var"',
    },
    fails=KEPT,
    diagnosis="",
)
wrong(
    "eps added to the running variance in place",
    {LINE: f"running_var += eps\n        {LINE.replace('running_var + eps', 'running_var')}"},
    fails=KEPT,
    diagnosis="",
    only=True,
)
wrong(
    "running statistics set back",
    {LINE: f"bn_param['running_mean'] = 0 * gamma\n        {LINE}"},
    fails=(KEPT, BETWEEN),
    diagnosis="",
    only=True,
)
wrong(
    "only the first test counts",
    {LINE: f'bn_param["momentum"] = 1.0\n        {LINE}'},
    fails=BETWEEN,
    diagnosis="",
    only=True,
)

# Form
wrong("out alone", {LINE: f"return {FORMULA}"}, diagnosis="")
wrong("nothing returned", {LINE: f"out = {FORMULA}\n        return"}, diagnosis="")
wrong("an error", {LINE: "raise ValueError(mode)"}, fails=(OUT, SINGLE, KEPT, BETWEEN, UNTOUCHED), diagnosis="")
wrong(
    "one example turned away",
    {LINE: f"assert len(x) > 1\n        {LINE}"},
    fails=(SINGLE, UNTOUCHED),
    diagnosis="",
    only=True,
)
wrong(
    "x centred in place",
    {LINE: f"x -= running_mean\n        {LINE.replace('(x - running_mean)', 'x')}"},
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


@notebook(ITEM, fails=(OUT, SINGLE), diagnosis="known mistake")
def statistics_remembered_in_global_variables():
    running = {}

    def batchnorm_forward(x, gamma, beta, bn_param):
        eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        mean, var = x.mean(axis=0), x.var(axis=0)
        if bn_param["mode"] == "train":
            running["mean"] = m * running.get("mean", 0 * gamma) + (1 - m) * mean
            running["var"] = m * running.get("var", 0 * gamma + 1) + (1 - m) * var
        else:
            mean, var = running.get("mean", 0 * gamma), running.get("var", 0 * gamma + 1)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, None
