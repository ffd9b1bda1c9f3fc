"""Wrong versions of the three backward passes of a normalisation: what must fail, and the diagnosis that must come.

What all three can get wrong is written once, in the last line: `g` is dout * gamma, `n` the number of what is averaged
over, and `mean` averages over it. Below stands what only one of them gets wrong, in its own lines.
"""

import numpy as np

from tests.mutants.cells import notebook, patches
from tests.mutants.collect import memorised, mutant, patch

LONG, ALT, LAYER = "batchnorm.backward", "batchnorm.backward_alt", "batchnorm.layernorm_backward"
DX, DGAMMA, DBETA = "dx", "dgamma", "dbeta"
BEHIND, MORE = "behind an affine layer, with the gradient of a loss", "tiny spread, other sizes, float32"
SHAPE, STATELESS, UNTOUCHED = "shapes of the inputs", "works from its cache alone", "dout is not modified"
FASTER = "at least 1.2 times as fast as your batchnorm_backward"
LAST = {
    LONG: "return dcentred + dmean / N, dgamma, dbeta",
    ALT: "return dx, dgamma, dbeta",
    LAYER: "return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)",
}
RIGHT = {
    "dx": "(g - mean(g) - x_hat * mean(g * x_hat)) / std",
    "dgamma": "(dout * x_hat).sum(axis=0)",
    "dbeta": "dout.sum(axis=0)",
}
FIRST = "x_hat, gamma, std = cache"
OF_DX, ALL = (DX, BEHIND, MORE), (DX, DGAMMA, DBETA, BEHIND, MORE)


def each(name, *, fails, returned="return {dx}, {dgamma}, {dbeta}", items=(LONG, ALT, LAYER), only=False, **changes):
    """All backward passes with another last line."""
    diagnosis = changes.pop("diagnosis", "known mistake")
    for item in items:
        axis = int(item == LAYER)
        lines = [
            "g, mean, n = dout * gamma, lambda a: a.mean(axis=AXIS, keepdims=True), dout.shape[AXIS]",
            "m, other = dout.shape[1 - AXIS], lambda a: a.mean(axis=1 - AXIS, keepdims=True)",
            returned.format(**(RIGHT | changes)),
        ]
        text = "\n    ".join(lines).replace("1 - AXIS", str(1 - axis)).replace("AXIS", str(axis))
        wrong = set(fails) & {DX, DGAMMA, DBETA, BEHIND, MORE}
        seen = (*fails, FASTER) if item == ALT and wrong else fails
        patch(item, name, {LAST[item]: text}, fails=seen, diagnosis=diagnosis, only=only)


def of_dx(name, formula, diagnosis="known mistake", **settings):
    each(name, dx=formula, fails=OF_DX, diagnosis=diagnosis, only=True, **settings)


def of_dgamma(name, formula, diagnosis="known mistake", fails=(DGAMMA, BEHIND, MORE), only=True):
    each(name, dgamma=formula, fails=fails, diagnosis=diagnosis, only=only)


def of_dbeta(name, formula, diagnosis="known mistake", fails=(DBETA, BEHIND, MORE), only=True):
    each(name, dbeta=formula, fails=fails, diagnosis=diagnosis, only=only)


# dx: what depends on x
of_dx("mean and variance constants", "g / std")
of_dx("variance a constant", "(g - mean(g)) / std")
of_dx("mean a constant", "(g - x_hat * mean(g * x_hat)) / std")
of_dx("only the diagonal", "g * (1 - 1 / n - x_hat**2 / n) / std")
of_dx("the diagonal of the mean alone", "g * (1 - 1 / n) / std")
of_dx("half of the variance's part", "(g - mean(g) - x_hat * mean(g * x_hat) / 2) / std")
of_dx("twice the variance's part", "(g - mean(g) - 2 * x_hat * mean(g * x_hat)) / std")
of_dx("the variance's part with the wrong sign", "(g - mean(g) + x_hat * mean(g * x_hat)) / std", "sign")
of_dx("the mean's part with the wrong sign", "(g + mean(g) - x_hat * mean(g * x_hat)) / std", "sign")
of_dx("neither part divided by their number", "(g - n * mean(g) - n * x_hat * mean(g * x_hat)) / std", "factor")
of_dx("the mean's part not divided", "(g - n * mean(g) - x_hat * mean(g * x_hat)) / std", "factor")
of_dx("the variance's part not divided", "(g - mean(g) - n * x_hat * mean(g * x_hat)) / std", "factor")
of_dx("divided by the other number", "(g - (mean(g) + x_hat * mean(g * x_hat)) * n / m) / std", "factor")
of_dx("sums along the other axis", "(g - other(g) - x_hat * other(g * x_hat)) / std", "axis")
of_dx("means of all numbers", "(g - g.mean() - x_hat * (g * x_hat).mean()) / std", "axis")
of_dx("x_hat forgotten in the variance's part", "(g - mean(g) - mean(g * x_hat)) / std")
of_dx("squares of x_hat in the variance's part", "(g - mean(g) - x_hat**2 * mean(g * x_hat)) / std")
of_dx("means of the products taken apart", "(g - mean(g) - x_hat * mean(g) * mean(x_hat)) / std", ("", "known mistake"))

# dx: scale
of_dx("for an unbiased variance", "(g - mean(g) - x_hat * mean(g * x_hat) * n / max(n - 1, 1)) / std")
of_dx("divided by the variance", "(g - mean(g) - x_hat * mean(g * x_hat)) / std**2")
of_dx("not divided by the standard deviation", "g - mean(g) - x_hat * mean(g * x_hat)")
of_dx("multiplied with the standard deviation", "(g - mean(g) - x_hat * mean(g * x_hat)) * std")
of_dx("no gamma", "(dout - mean(dout) - x_hat * mean(dout * x_hat)) / std")
of_dx("gamma twice", "gamma * (g - mean(g) - x_hat * mean(g * x_hat)) / std", "input")
of_dx("divided by the number of examples", f"{RIGHT['dx']} / len(dout)", "factor")
of_dx("twice", f"2 * {RIGHT['dx']}", "factor")
of_dx("half", f"{RIGHT['dx']} / 2", "factor")
of_dx("the wrong sign", f"-{RIGHT['dx']}", "sign")
of_dx("dout itself", "dout.copy()", "input")
of_dx("dout times gamma", "g", "input")
of_dx("x_hat itself", "x_hat.copy()")
of_dx("zeros", "np.zeros_like(dout)", "zero")
each("not a number", dx="dout * np.nan", fails=(*OF_DX, STATELESS), diagnosis="overflow", only=True)
of_dx("random numbers", "np.random.default_rng(0).standard_normal(dout.shape)", "")
of_dx("ReLU behind it", f"np.maximum(0, {RIGHT['dx']})", "function")
each(
    "dx turned",
    dx=f"({RIGHT['dx']}).T",
    fails=(DX, BEHIND, MORE, SHAPE),
    diagnosis="transpose",
)
each("dx summed over the examples", dx=f"({RIGHT['dx']}).sum(axis=0)", fails=(DX, BEHIND, MORE, SHAPE), diagnosis="")
each("dx of the first example alone", dx=f"({RIGHT['dx']})[:1]", fails=(DX, BEHIND, SHAPE), diagnosis="")
each("ten examples written in", dx=f"({RIGHT['dx']}) * n / 10", fails=OF_DX, diagnosis=("factor", ""))

# dgamma
of_dgamma("dgamma not summed", "dout * x_hat", "axis", fails=(DGAMMA, BEHIND, MORE, SHAPE))
of_dgamma("dgamma by x, not x_hat", "(dout * x_hat * std).sum(axis=0)")
of_dgamma("dgamma with gamma", "(g * x_hat).sum(axis=0)")
of_dgamma("dgamma a mean", "(dout * x_hat).mean(axis=0)", "axis")
of_dgamma("dgamma over the features", "(dout * x_hat).sum(axis=1)", "axis", fails=(DGAMMA, BEHIND, MORE, SHAPE))
of_dgamma("dgamma the sum of all", "(dout * x_hat).sum()", "", fails=(DGAMMA, BEHIND, MORE, SHAPE))
of_dgamma("dgamma product of two sums", "dout.sum(axis=0) * x_hat.sum(axis=0)")
of_dgamma("dgamma of the last example", "dout[-1] * x_hat[-1]")
of_dgamma("dgamma with the wrong sign", "-(dout * x_hat).sum(axis=0)", "sign")
of_dgamma("dgamma twice", "2 * (dout * x_hat).sum(axis=0)", "factor")
of_dgamma("dgamma zero", "np.zeros(dout.shape[1])", "zero")
of_dgamma("dgamma gamma", "gamma.copy()", "input")
of_dgamma("dgamma a row", "(dout * x_hat).sum(axis=0, keepdims=True)", "", fails=(SHAPE,))
of_dgamma("dgamma as a matrix product", "dout.T @ x_hat", "", fails=(DGAMMA, BEHIND, MORE, SHAPE))

# dbeta
of_dbeta("dbeta not summed", "dout.copy()", "axis", fails=(DBETA, BEHIND, MORE, SHAPE))
of_dbeta("dbeta a mean", "dout.mean(axis=0)", "axis")
of_dbeta("dbeta over the features", "dout.sum(axis=1)", "axis", fails=(DBETA, BEHIND, MORE, SHAPE))
of_dbeta("dbeta with gamma", "g.sum(axis=0)")
of_dbeta("dbeta the sum of all", "dout.sum()", "", fails=(DBETA, BEHIND, MORE, SHAPE))
of_dbeta("dbeta zero", "np.zeros(dout.shape[1])", "zero")
of_dbeta("dbeta ones", "np.ones(dout.shape[1])")
of_dbeta("dbeta with the wrong sign", "-dout.sum(axis=0)", "sign")
of_dbeta("dbeta a column", "dout.sum(axis=0)[:, None]", "", fails=(SHAPE,))

# All three, and their form
ALL_OF = {name: f"w * {formula}" for name, formula in RIGHT.items()}
each(
    "all divided by N",
    returned="w = 1 / len(dout)\n    return {dx}, {dgamma}, {dbeta}",
    fails=ALL,
    diagnosis="factor",
    **ALL_OF,
)
each(
    "all of a constant dout",
    returned="dout = np.ones_like(dout)\n    g = dout * gamma\n    return {dx}, {dgamma}, {dbeta}",
    fails=ALL,
    diagnosis=("known mistake", "zero"),
)
each("all zero", returned="w = 0\n    return {dx}, {dgamma}, {dbeta}", fails=ALL, diagnosis="zero", **ALL_OF)
each(
    "all half precision",
    returned="return tuple(a.astype(np.float16) for a in ({dx}, {dgamma}, {dbeta}))",
    fails=(DX, DGAMMA, DBETA, BEHIND),
    diagnosis="near",
)
each(
    "random numbers added",
    returned="w = 1 + np.random.standard_normal()\n    return {dx}, {dgamma}, {dbeta}",
    fails=(*ALL, STATELESS),
    diagnosis="random",
    **ALL_OF,
)
each(
    "dgamma and dbeta swapped",
    returned="return {dx}, {dbeta}, {dgamma}",
    fails=(DGAMMA, DBETA, BEHIND, MORE),
    only=True,
)
each("dx last", returned="return {dgamma}, {dbeta}, {dx}", fails=(*ALL, SHAPE), diagnosis="")
each("dx alone", returned="return {dx}", fails=(*ALL, SHAPE), diagnosis="")
each("two returned", returned="return {dx}, {dgamma}", fails=(*ALL, SHAPE), diagnosis="")
each("nothing returned", returned="grads = {dx}, {dgamma}, {dbeta}", fails=(*ALL, SHAPE), diagnosis="")
each(
    "a dict returned",
    returned="return dict(dx={dx}, dgamma={dgamma}, dbeta={dbeta})",
    fails=(*ALL, SHAPE),
    diagnosis="",
)
each("the inputs themselves", returned="return x_hat, gamma, gamma", fails=ALL)

# In place
each(
    "dout scaled in place",
    returned="dgamma, dbeta = {dgamma}, {dbeta}\n    dout *= gamma\n    return {dx}, dgamma, dbeta",
    fails=(UNTOUCHED,),
    diagnosis="",
    only=True,
)
each(
    "dout cleared",
    returned="grads = {dx}, {dgamma}, {dbeta}\n    dout.fill(0)\n    return grads",
    fails=(UNTOUCHED,),
    diagnosis="",
    only=True,
)
each(
    "dout the place for dx",
    returned="dgamma, dbeta = {dgamma}, {dbeta}\n    dout[:] = {dx}\n    return dout, dgamma, dbeta",
    fails=(UNTOUCHED,),
    diagnosis="",
    only=True,
)
each(
    "dout scaled too early",
    returned="dout *= gamma\n    return {dx}, {dgamma}, {dbeta}",
    fails=(DGAMMA, DBETA, UNTOUCHED),
)


# The long way, node by node
def node(name, old, new, diagnosis="known mistake", fails=OF_DX):
    patch(LONG, f"{name}, on the way", {old: new}, fails=fails, diagnosis=diagnosis, only=True)


VAR_SHARE = "    dcentred += dvar * 2 * centred / N\n"
node("mean forgotten", "dcentred + dmean / N,", "dcentred,")
node("variance forgotten", VAR_SHARE, "")
node("mean and variance forgotten", VAR_SHARE, "    return dcentred, dgamma, dbeta\n")
node("the two of the square lost", "dvar * 2 * centred", "dvar * centred")
node("the half of the root lost", "dstd / (2 * std)", "dstd / std")
node("the sign of the quotient lost", "dstd = -(", "dstd = (", "sign")
node("the sign of the mean lost", "dmean = -dcentred", "dmean = dcentred", "sign")
node("N lost in the variance", "2 * centred / N", "2 * centred", "factor")
node("N lost in the mean", "dmean / N", "dmean", "factor")
node("the square of std lost", "/ std**2", "/ std")
node("std's share written over", "dcentred += dvar", "dcentred = dvar")
node("x_hat for what is centred", "centred = x_hat * std", "centred = x_hat")
node(
    "the deviations' sum over the features",
    "(dx_hat * centred).sum(axis=0)",
    "(dx_hat * centred).sum(axis=1, keepdims=True)",
    "axis",
)
node("gamma forgotten", "dx_hat = dout * gamma", "dx_hat = dout")
node("the mean's share of the wrong node", "-dcentred.sum(axis=0)", "-dout.sum(axis=0)")

for item, function in ((LONG, "batchnorm"), (ALT, "batchnorm"), (LAYER, "layernorm")):
    memorised(
        item,
        fails=(DX, DGAMMA, DBETA),
        otherwise=lambda dout, cache: (np.zeros(dout.shape), np.zeros(dout.shape[1]), np.zeros(dout.shape[1])),
        diagnosis="zero",
    )
    patches(
        item,
        "kept in a global variable",
        (f"{function}_forward", item.replace("batchnorm.backward", "batchnorm_backward").removeprefix("batchnorm.")),
        {
            "    return gamma * x_hat + beta, (x_hat, gamma, std)": "    global kept\n    kept = x_hat, gamma, std\n"
            "    return gamma * x_hat + beta, 0",
            FIRST: "x_hat, gamma, std = kept",
        },
        fails=STATELESS,
        only=True,
    )
    patches(
        item,
        "one cache that every call fills anew",
        (f"{function}_forward", item.replace("batchnorm.backward", "batchnorm_backward").removeprefix("batchnorm.")),
        {
            "    return gamma * x_hat + beta, (x_hat, gamma, std)": "    shared = globals().setdefault('shared', [])\n"
            "    shared[:] = x_hat, gamma, std\n"
            "    return gamma * x_hat + beta, shared",
        },
        fails=STATELESS,
        only=True,
    )
    patches(
        item,
        "std remembered and the rest in the cache",
        (f"{function}_forward", item.replace("batchnorm.backward", "batchnorm_backward").removeprefix("batchnorm.")),
        {
            "    return gamma * x_hat + beta, (x_hat, gamma, std)": "    globals()['last_std'] = std\n"
            "    return gamma * x_hat + beta, (x_hat, gamma)",
            FIRST: "(x_hat, gamma), std = cache, last_std",
        },
        fails=STATELESS,
        only=True,
    )
    patch(item, "a cache of five expected", {FIRST: "x_hat, gamma, std, mean, var = cache"}, fails=(*ALL, SHAPE))


@mutant(LAYER, fails=OF_DX, diagnosis="known mistake", only=True)
def gamma_at_the_end(dout, cache):
    x_hat, gamma, std = cache
    along = (dout * x_hat).mean(axis=1, keepdims=True)
    dx = gamma * (dout - dout.mean(axis=1, keepdims=True) - x_hat * along) / std
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@mutant(LAYER, fails=(DX, BEHIND, MORE), diagnosis="axis")
def the_backward_pass_of_batch_normalisation(dout, cache):
    return batchnorm_backward(dout, cache)  # noqa: F821


@mutant(LAYER, fails=(DGAMMA, DBETA, SHAPE))
def batch_normalisation_of_the_transpose_with_its_sums(dout, cache):
    x_hat, gamma, std = cache
    dx, dgamma, dbeta = batchnorm_backward((dout * gamma).T, (x_hat.T, np.ones(len(dout)), std[:, 0]))  # noqa: F821
    return dx.T, dgamma, dbeta


@notebook(LONG, ALT, fails=(DX, BEHIND), diagnosis="known mistake")
def eps_forgotten_on_the_way_back():
    def batchnorm_forward(x, gamma, beta, bn_param):
        mean, var, eps = x.mean(axis=0), x.var(axis=0), bn_param.get("eps", 1e-5)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, (x, gamma, mean, var)

    def batchnorm_backward(dout, cache):
        x, gamma, mean, var = cache
        x_hat = (x - mean) / np.sqrt(var + 1e-9)
        g = dout * gamma
        dx = (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / np.sqrt(var + 1e-9)
        return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)

    batchnorm_backward_alt = batchnorm_backward  # noqa: F841


@notebook(ALT, fails=(DX, BEHIND, MORE), diagnosis="known mistake")
def eps_kept_apart_from_the_deviation():
    def batchnorm_backward_alt(dout, cache):
        x_hat, gamma, std = cache
        N = len(dout)
        dgamma, dbeta = (dout * x_hat).sum(axis=0), dout.sum(axis=0)
        return gamma / std * (dout - dbeta / N), dgamma, dbeta
