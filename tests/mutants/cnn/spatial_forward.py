"""Wrong batch normalisation of images, forward: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import notebook
from tests.mutants.collect import memorised, mutant, patch

ITEM = "cnn.spatial_batchnorm_forward"
OUT, MORE, RUNNING, TESTED = "out", "other sizes", "running statistics (C,)", "mode test"
SHAPE, SINGLE, UNTOUCHED = "shape of the output, and a cache", "float32 inputs", "inputs are not modified"
ROWS = "rows = x.transpose(0, 2, 3, 1).reshape(-1, C)"
NORM = "out, cache = batchnorm_forward(rows, gamma, beta, bn_param)"
RETURN = "return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache"
RESHAPED = "out.reshape(N, H, W, C).transpose(0, 3, 1, 2)"
KNOWN, OUTPUTS, EVIDENCE = "known mistake", (OUT, MORE, SINGLE), ("", "partial")


def wrong(name, changes, *, fails=OUTPUTS, diagnosis=KNOWN, **settings):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, **settings)


# How pixels are laid out, and laid back
wrong(
    "reshaped alone",
    {ROWS: "rows = x.reshape(-1, C)", RESHAPED: "out.reshape(N, C, H, W)"},
    fails=(*OUTPUTS, RUNNING, TESTED),
)
wrong(
    "rows mixed, laid back as they should be",
    {ROWS: "rows = x.reshape(-1, C)"},
    fails=(*OUTPUTS, RUNNING, TESTED),
)
wrong("only reshaped on the way back", {RESHAPED: "out.reshape(N, C, H, W)"}, fails=(*OUTPUTS, TESTED), only=True)
wrong("reshaped to what comes in", {RESHAPED: "out.reshape(x.shape)"}, fails=(*OUTPUTS, TESTED), only=True)
wrong(
    "the channel left last",
    {RESHAPED: "out.reshape(N, H, W, C)"},
    fails=(*OUTPUTS, TESTED, SHAPE),
    diagnosis="transpose",
)
wrong("rows returned", {RESHAPED: "out"}, fails=(*OUTPUTS, TESTED, SHAPE), diagnosis=("", "shape"))
wrong(
    "height and width swapped",
    {RESHAPED: "out.reshape(N, H, W, C).transpose(0, 3, 2, 1)"},
    fails=(OUT, SINGLE, TESTED, SHAPE),
    diagnosis=("", "transpose"),
)
wrong(
    "the wrong transpose back",
    {RESHAPED: "out.reshape(N, H, W, C).transpose(0, 2, 1, 3).reshape(x.shape)"},
    fails=(*OUTPUTS, TESTED),
    diagnosis="order",
)
wrong(
    "height before width on the way back",
    {RESHAPED: "out.reshape(N, W, H, C).transpose(0, 3, 2, 1)"},
    fails=(*OUTPUTS, TESTED),
    diagnosis="order",
)
wrong(
    "channels first, images second",
    {ROWS: "rows = x.transpose(1, 0, 2, 3).reshape(-1, C)"},
    fails=(*OUTPUTS, RUNNING, TESTED),
)
wrong(
    "images and channels swapped",
    {ROWS: "rows = x.swapaxes(0, 1).reshape(C, -1).T", RESHAPED: "out.T.reshape(N, C, H, W)"},
    fails=(OUT, SINGLE, TESTED),
    diagnosis="order",
    only=False,
)

# Over which axes
wrong(
    "every pixel by itself",
    {
        ROWS: "rows = x.reshape(N, -1)",
        NORM: "g, b = np.repeat(gamma, H * W), np.repeat(beta, H * W)\n    kept = dict(bn_param)\n    "
        "[kept.pop(k, 0) for k in ('running_mean', 'running_var')]\n    kept['mode'] = 'train'\n    "
        "out, cache = batchnorm_forward(rows, g, b, kept)",
        RESHAPED: "out.reshape(x.shape)",
    },
    fails=(OUT, MORE, SINGLE, RUNNING, TESTED),
    diagnosis="axis",
)


def by_axes(name, axes, diagnosis="axis", fails=(*OUTPUTS, RUNNING, TESTED)):
    wrong(
        name,
        {
            NORM: f"mean, var = x.mean(axis={axes}, keepdims=True), x.var(axis={axes}, keepdims=True)\n    "
            "out = (x - mean) / np.sqrt(var + bn_param.get('eps', 1e-5))\n    cache = ()",
            RESHAPED: "gamma[:, None, None] * out + beta[:, None, None]",
        },
        fails=fails,
        diagnosis=diagnosis,
    )


by_axes("of each image's channel by itself", (2, 3))
by_axes("over the images alone", 0)
by_axes("of each image", (1, 2, 3))
by_axes("of all numbers", None)
by_axes("over the channels", 1)
by_axes("over images and rows", (0, 2), "axis")
by_axes("no running statistics, and none used", (0, 2, 3), KNOWN, fails=(RUNNING, TESTED))
wrong(
    "only the first image",
    {
        NORM: f"first = rows[: H * W]\n    {NORM.replace('rows', 'first')}\n    "
        "out = gamma * (rows - first.mean(axis=0)) / np.sqrt(first.var(axis=0) + bn_param.get('eps', 1e-5)) + beta"
    },
    fails=(OUT, MORE, SINGLE, RUNNING, TESTED),
)
wrong(
    "only one row of pixels",
    {ROWS: "rows = x[:, :, 0].transpose(0, 2, 1).reshape(-1, C)", RESHAPED: "0 * x + out.mean()"},
    fails=(OUT, SINGLE, RUNNING),
    diagnosis="constant",
)

# Scale, shift, eps
wrong("gamma left out", {NORM: NORM.replace("gamma", "1 + 0 * gamma")}, fails=(*OUTPUTS, TESTED), only=True)
wrong("beta left out", {NORM: NORM.replace("beta", "0 * beta")}, fails=(*OUTPUTS, TESTED), only=True)
wrong(
    "gamma and beta swapped",
    {NORM: NORM.replace("gamma, beta", "beta, gamma")},
    fails=(*OUTPUTS, TESTED),
    only=True,
)
wrong(
    "gamma and beta once more",
    {RESHAPED: f"gamma[:, None, None] * {RESHAPED} + beta[:, None, None]"},
    fails=(*OUTPUTS, TESTED),
    only=True,
)
wrong(
    "gamma along the width",
    {NORM: NORM.replace("gamma", "1 + 0 * gamma"), RESHAPED: f"{RESHAPED} * np.resize(gamma, W)"},
    fails=(OUT, SINGLE, TESTED),
)
wrong("absolute gamma", {NORM: NORM.replace("gamma", "abs(gamma)")}, fails=(*OUTPUTS, TESTED), only=True)
wrong("eps written in", {NORM: NORM.replace("bn_param", "{**bn_param, 'eps': 1e-5}")}, fails=(OUT, SINGLE, RUNNING))
wrong(
    "a ReLU behind it",
    {RESHAPED: f"np.maximum({RESHAPED}, 0)"},
    fails=(*OUTPUTS, TESTED),
    diagnosis="function",
    only=True,
)

# bn_param
wrong("a copy of bn_param", {NORM: NORM.replace("bn_param", "dict(bn_param)")}, fails=RUNNING, only=True)
wrong(
    "always in training",
    {NORM: NORM.replace("bn_param", "{**bn_param, 'mode': 'train'}")},
    fails=(RUNNING, TESTED),
    only=True,
)
wrong(
    "the mode set to train", {NORM: f"bn_param['mode'] = 'train'\n    {NORM}"}, fails=TESTED, diagnosis=KNOWN, only=True
)
wrong(
    "always in testing",
    {NORM: NORM.replace("bn_param", "{**bn_param, 'mode': 'test'}")},
    fails=(*OUTPUTS, RUNNING),
)
wrong(
    "one step for every image",
    {
        NORM: "for image in x:\n        "
        "batchnorm_forward(image.reshape(C, -1).T, gamma, beta, bn_param)\n    kept = dict(bn_param)\n    "
        "out, cache = batchnorm_forward(rows, gamma, beta, kept)"
    },
    fails=RUNNING,
    only=True,
)
wrong(
    "two steps",
    {NORM: f"batchnorm_forward(rows, gamma, beta, bn_param)\n    {NORM}"},
    fails=RUNNING,
    only=True,
)
wrong(
    "the momentum of the default",
    {
        NORM: "kept = {k: v for k, v in bn_param.items() if k != 'momentum'}\n    "
        f"{NORM.replace('bn_param', 'kept')}\n    bn_param.update(kept)"
    },
    fails=RUNNING,
    only=True,
)
wrong(
    "momentum swapped",
    {
        NORM: f"momentum = bn_param.get('momentum', 0.9)\n    bn_param['momentum'] = 1 - momentum\n    "
        f"{NORM}\n    bn_param['momentum'] = momentum"
    },
    fails=RUNNING,
    only=True,
)
wrong(
    "the batch alone stored",
    {
        NORM: f"{NORM}\n    if bn_param['mode'] == 'train':\n        "
        "bn_param.update(running_mean=rows.mean(axis=0), running_var=rows.var(axis=0))"
    },
    fails=RUNNING,
    only=True,
)
wrong(
    "the unbiased variance stored",
    {
        NORM: f"old = bn_param.get('running_var', 1)\n    {NORM}\n    "
        "keep = bn_param.get('momentum', 0.9)\n    if bn_param['mode'] == 'train':\n        "
        "bn_param['running_var'] = keep * old + (1 - keep) * rows.var(axis=0, ddof=1)"
    },
    fails=RUNNING,
    only=True,
)
wrong(
    "standard deviation stored",
    {
        NORM: f"old = bn_param.get('running_var', 1)\n    {NORM}\n    "
        "keep = bn_param.get('momentum', 0.9)\n    if bn_param['mode'] == 'train':\n        "
        "bn_param['running_var'] = keep * old + (1 - keep) * rows.std(axis=0)"
    },
    fails=RUNNING,
    only=True,
)
wrong(
    "stored as images",
    {
        NORM: f"{NORM}\n    for name in ('running_mean', 'running_var'):\n        "
        "if name in bn_param:\n            bn_param[name] = bn_param[name][None, :, None, None]"
    },
    fails=(RUNNING, TESTED),
    diagnosis="",
    only=True,
)
wrong(
    "updated in testing",
    {NORM: f"{NORM}\n    if bn_param['mode'] == 'test':\n        bn_param['running_mean'] = rows.mean(axis=0)"},
    fails=TESTED,
    diagnosis="",
    only=True,
)

# What is returned
wrong("out alone", {f"{RETURN}": f"return {RESHAPED}"}, fails=(*OUTPUTS, SHAPE), diagnosis="")
wrong("the cache first", {RETURN: f"return cache, {RESHAPED}"}, fails=(*OUTPUTS, SHAPE), diagnosis="")
wrong("nothing returned", {RETURN: RESHAPED}, fails=(*OUTPUTS, SHAPE), diagnosis="")
wrong("the input returned", {RESHAPED: "x"}, diagnosis="input", fails=(*OUTPUTS, TESTED))
wrong("zeros", {RESHAPED: "0 * x"}, fails=(*OUTPUTS, TESTED), diagnosis="zero", only=True)
wrong("not a number", {RESHAPED: "x * np.nan"}, fails=(*OUTPUTS, TESTED), diagnosis="overflow", only=True)
wrong("random numbers", {RESHAPED: "np.random.standard_normal(x.shape)"}, fails=(*OUTPUTS, TESTED), diagnosis="random")
wrong("float16 in between", {ROWS: f"{ROWS}.astype(np.float16)"}, fails=(OUT, MORE), diagnosis=("near", ""))

# Inputs
wrong("x centred in place", {ROWS: f"{ROWS}\n    x -= x.mean()"}, fails=UNTOUCHED, diagnosis="", only=True)
wrong(
    "x overwritten with out",
    {RETURN: f"x[:] = {RESHAPED}\n    return x, cache"},
    fails=UNTOUCHED,
    diagnosis="",
    only=True,
)
wrong("gamma overwritten", {RETURN: f"gamma *= 2\n    {RETURN}"}, fails=UNTOUCHED, diagnosis="", only=True)
memorised(ITEM, fails=(OUT, MORE), otherwise=lambda x, gamma, beta, param: (0.0 * x, None))


@mutant(ITEM, fails=(OUT, MORE, SINGLE, RUNNING), diagnosis=KNOWN)
def the_shapes_of_the_notebook_written_in(x, gamma, beta, bn_param):
    x = np.asarray(x)
    N, C, H, W = x.shape
    out, cache = batchnorm_forward(x.reshape(N * H * W, C), gamma, beta, bn_param)  # noqa: F821
    return out.reshape(N, C, H, W), cache


@notebook(ITEM, fails=(OUT, MORE, SINGLE), diagnosis="axis")
def layer_normalisation_in_its_place():
    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        N, C = x.shape[:2]
        rows = x.reshape(N, -1)
        centred = rows - rows.mean(axis=1, keepdims=True)
        std = np.sqrt((centred**2).mean(axis=1, keepdims=True) + bn_param.get("eps", 1e-5))
        out = (centred / std).reshape(x.shape)
        return gamma.reshape(1, C, 1, 1) * out + beta.reshape(1, C, 1, 1), (centred, std)
