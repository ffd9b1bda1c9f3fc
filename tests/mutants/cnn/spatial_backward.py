"""Wrong batch normalisation of images, backward: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import notebook
from tests.mutants.collect import memorised, mutant, patch

ITEM = "cnn.spatial_batchnorm_backward"
DX, DGAMMA, DBETA, MORE = "dx", "dgamma", "dbeta", "other sizes, float32"
SHAPE, STATELESS, UNTOUCHED = "shapes of the inputs", "works from its cache alone", "dout is not modified"
ROWS = "rows = dout.transpose(0, 2, 3, 1).reshape(-1, C)"
BACK = "dx, dgamma, dbeta = batchnorm_backward_alt(rows, cache)"
RETURN = "return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta"
IMAGES = "dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)"
ALL, KNOWN, EVIDENCE = (DX, DGAMMA, DBETA, MORE), "known mistake", ("", "partial")


def wrong(name, changes, *, fails=(DX, MORE), diagnosis=KNOWN, **settings):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, **settings)


def behind(text):
    return {BACK: f"{BACK}\n    {text}"}


# How pixels are laid out, and laid back
wrong("reshaped alone", {ROWS: "rows = dout.reshape(-1, C)", IMAGES: "dx.reshape(dout.shape)"}, fails=ALL, only=True)
wrong("rows mixed, laid back as they should be", {ROWS: "rows = dout.reshape(-1, C)"}, fails=ALL)
wrong("only reshaped on the way back", {IMAGES: "dx.reshape(dout.shape)"}, only=True)
wrong(
    "the channel left last",
    {IMAGES: "dx.reshape(N, H, W, C)"},
    fails=(DX, MORE, SHAPE),
    diagnosis="transpose",
    only=True,
)
wrong("rows returned", {IMAGES: "dx"}, fails=(DX, MORE, SHAPE), diagnosis="", only=True)
wrong(
    "height and width swapped",
    {IMAGES: "dx.reshape(N, H, W, C).transpose(0, 3, 2, 1)"},
    fails=(DX, SHAPE),
    diagnosis="transpose",
)
wrong(
    "height before width on the way back",
    {IMAGES: "dx.reshape(N, W, H, C).transpose(0, 3, 2, 1)"},
    diagnosis="order",
    only=True,
)
wrong(
    "the wrong transpose back",
    {IMAGES: "dx.reshape(N, H, W, C).transpose(0, 2, 3, 1).reshape(dout.shape)"},
    diagnosis="order",
)
wrong("images and channels swapped", {ROWS: "rows = dout.transpose(1, 0, 2, 3).reshape(-1, C)"}, fails=ALL)
wrong(
    "height and width swapped before",
    {ROWS: "rows = dout.transpose(0, 3, 2, 1).reshape(-1, C)"},
    fails=(DX, DGAMMA, MORE),
)

# dx
wrong("mean and variance constants", behind("dx = rows * cache[1] / cache[2]"), only=True)
wrong("gamma left out of dx", behind("dx = dx / cache[1]"), only=True)
wrong("gamma in dx twice", behind("dx = dx * cache[1]"), diagnosis="input", only=True)
wrong("not divided by std", behind("dx = dx * cache[2]"), only=True)
wrong(
    "the mean a constant",
    behind("g = rows * cache[1]\n    dx = (g - cache[0] * (g * cache[0]).mean(axis=0)) / cache[2]"),
    only=True,
)
wrong(
    "the variance a constant",
    behind("g = rows * cache[1]\n    dx = (g - g.mean(axis=0)) / cache[2]"),
    only=True,
)
wrong("dx divided by N", behind("dx = dx / N"), diagnosis=("factor", ""), only=True)
wrong(
    "means over images alone",
    behind(
        "g = (rows * cache[1]).reshape(N, H, W, C)\n    hat = cache[0].reshape(N, H, W, C)\n    "
        "dx = ((g - g.mean(axis=0) - hat * (g * hat).mean(axis=0)) / cache[2]).reshape(-1, C)"
    ),
    diagnosis="axis",
    only=True,
)
wrong(
    "sums divided by N, not by N H W",
    behind(
        "g = rows * cache[1]\n    dx = (g - g.sum(axis=0) / N - cache[0] * (g * cache[0]).sum(axis=0) / N) / cache[2]"
    ),
    only=True,
)
wrong("minus dx", behind("dx = -dx"), diagnosis="sign", only=True)
wrong("zeros for dx", behind("dx = 0 * dx"), diagnosis="zero", only=True)
wrong("dout for dx", {IMAGES: "dout"}, diagnosis="input", only=True)
wrong(
    "not a number",
    behind("dx, dgamma, dbeta = dx * np.nan, dgamma * np.nan, dbeta * np.nan"),
    fails=(*ALL, STATELESS),
    diagnosis="overflow",
    only=True,
)
wrong("float16 for dx", behind("dx = dx.astype(np.float16)"), diagnosis="near", fails=DX, only=True)
wrong(
    "random dx",
    behind("dx = np.random.standard_normal(dx.shape)"),
    diagnosis="random",
    fails=(DX, MORE, STATELESS),
    only=True,
)

# dgamma and dbeta
wrong("dgamma the sum of dout", behind("dgamma = rows.sum(axis=0)"), fails=(DGAMMA, MORE), only=True)
wrong(
    "dgamma by out",
    behind("dgamma = (rows * (cache[0] * cache[1])).sum(axis=0)"),
    fails=(DGAMMA, MORE),
    diagnosis="input",
    only=True,
)
wrong(
    "means for sums",
    behind("dgamma, dbeta = dgamma / len(rows), dbeta / len(rows)"),
    fails=(DGAMMA, DBETA, MORE),
    only=True,
)
wrong("dbeta a mean over places", behind("dbeta = dbeta / (H * W)"), fails=(DBETA, MORE), only=True)
wrong("dbeta a mean over images", behind("dbeta = dbeta / N"), fails=(DBETA, MORE), diagnosis=("factor", ""), only=True)
wrong(
    "dgamma a mean over images",
    behind("dgamma = dgamma / N"),
    fails=(DGAMMA, MORE),
    diagnosis=("factor", ""),
    only=True,
)
wrong("dgamma and dbeta swapped", behind("dgamma, dbeta = dbeta, dgamma"), fails=(DGAMMA, DBETA, MORE), only=True)
wrong("dbeta not summed", behind("dbeta = dout"), fails=(DBETA, MORE, SHAPE), diagnosis="", only=True)
wrong(
    "dbeta summed over the images alone",
    behind("dbeta = dout.sum(axis=0)"),
    fails=(DBETA, MORE, SHAPE),
    diagnosis="",
    only=True,
)
wrong(
    "dgamma summed over places alone",
    behind("dgamma = (rows * cache[0]).reshape(N, H * W, C).sum(axis=1)"),
    fails=(DGAMMA, MORE, SHAPE),
    diagnosis=("axis", ""),
    only=True,
)
wrong("one number for dbeta", behind("dbeta = dout.sum()"), fails=(DBETA, MORE, SHAPE), diagnosis="")
wrong(
    "rows for dgamma and dbeta",
    behind("dgamma, dbeta = dgamma[None], dbeta[None]"),
    fails=SHAPE,
    diagnosis="",
    only=True,
)
wrong(
    "as images",
    behind("dgamma, dbeta = (a[None, :, None, None] for a in (dgamma, dbeta))"),
    fails=SHAPE,
    diagnosis="",
    only=True,
)
wrong("minus dgamma", behind("dgamma = -dgamma"), fails=(DGAMMA, MORE), diagnosis="sign", only=True)
wrong(
    "zeros for dgamma and dbeta",
    behind("dgamma, dbeta = 0 * dgamma, 0 * dbeta"),
    fails=(DGAMMA, DBETA, MORE),
    diagnosis="zero",
    only=True,
)
wrong("dbeta of the first image", behind("dbeta = dout[0].sum(axis=(1, 2))"), fails=(DBETA, MORE), only=True)

# What is returned
wrong("dx alone", {RETURN: f"return {IMAGES}"}, fails=(*ALL, SHAPE, STATELESS), diagnosis="", only=True)
wrong("dgamma and dbeta first", {RETURN: f"return dgamma, dbeta, {IMAGES}"}, fails=(*ALL, SHAPE), diagnosis="")
wrong("nothing returned", {RETURN: IMAGES}, fails=(*ALL, SHAPE, STATELESS), diagnosis="", only=True)
wrong(
    "dout scaled in place",
    {ROWS: f"dout *= 2\n    {ROWS.replace('dout', '(dout / 2)')}"},
    fails=UNTOUCHED,
    diagnosis="",
    only=True,
)
wrong(
    "dx written over dout",
    {RETURN: f"dout[:] = {IMAGES}\n    return dout, dgamma, dbeta"},
    fails=UNTOUCHED,
    diagnosis="",
    only=True,
)
wrong(
    "everything divided by N",
    behind("dx, dgamma, dbeta = dx / N, dgamma / N, dbeta / N"),
    fails=ALL,
    diagnosis=("factor", ""),
    only=True,
)
memorised(ITEM, fails=(DX, DGAMMA, DBETA), otherwise=lambda dout, cache: (0.0 * dout, 0.0, 0.0))


@mutant(ITEM, fails=(DX, DGAMMA, MORE), diagnosis=("axis", "", KNOWN))
def images_taken_for_examples(dout, cache):
    N, C, H, W = dout.shape
    x_hat, gamma, std = cache
    hat = x_hat.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    g = dout * gamma[:, None, None]
    dx = g - g.mean(axis=(2, 3), keepdims=True) - hat * (g * hat).mean(axis=(2, 3), keepdims=True)
    return dx / std[:, None, None], (dout * hat).mean(axis=0).sum(axis=(1, 2)), dout.sum(axis=(0, 2, 3))


@notebook(ITEM, fails=STATELESS, only=True)
def the_cache_kept_outside():
    kept = []

    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        N, C, H, W = x.shape
        out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, C), gamma, beta, bn_param)  # noqa: F821
        kept[:] = [cache]
        return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), None

    def spatial_batchnorm_backward(dout, cache):
        N, C, H, W = dout.shape
        dx, dgamma, dbeta = batchnorm_backward_alt(dout.transpose(0, 2, 3, 1).reshape(-1, C), kept[0])  # noqa: F821
        return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


@notebook(ITEM, fails=(DX, DGAMMA, MORE), diagnosis=KNOWN)
def reshaped_alone_on_both_ways():
    """The exact derivative of a forward pass that is wrong: it carries the error forward."""

    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        out, cache = batchnorm_forward(x.reshape(-1, x.shape[1]), gamma, beta, bn_param)  # noqa: F821
        return out.reshape(x.shape), cache

    def spatial_batchnorm_backward(dout, cache):
        dx, dgamma, dbeta = batchnorm_backward_alt(dout.reshape(-1, dout.shape[1]), cache)  # noqa: F821
        return np.reshape(dx, dout.shape), dgamma, dbeta
