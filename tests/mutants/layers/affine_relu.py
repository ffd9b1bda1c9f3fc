"""Wrong sandwiches: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import by_heart, notebook, patches

ITEM = "layers.affine_relu"
FORWARD, BACKWARD = "forward", "backward"
STATELESS, UNTOUCHED = "works from its cache alone", "inputs and dout are not modified"
AFFINE, RELU = "scores, affine_cache = affine_forward(x, w, b)", "out, relu_cache = relu_forward(scores)"
RETURN, TAKE = "return out, (affine_cache, relu_cache)", "affine_cache, relu_cache = cache"
BACK = "affine_backward(relu_backward(dout, relu_cache), affine_cache)"


def wrong(name, changes, **expected):
    patches(ITEM, name, ("affine_relu_forward", "affine_relu_backward"), changes, **expected)


# Forward
wrong("no ReLU", {RELU: "out, relu_cache = scores, scores"}, fails=FORWARD, diagnosis="known mistake", only=True)
wrong("bias left out", {AFFINE: AFFINE.replace("b)", "0 * b)")}, fails=FORWARD, diagnosis="known mistake")
wrong(
    "leaky",
    {RELU: f"{RELU}\n    out = np.where(out > 0, out, 0.01 * scores)"},
    fails=FORWARD,
    diagnosis="known mistake",
    only=True,
)
wrong(
    "the scores returned",
    {RETURN: RETURN.replace("out,", "scores,")},
    fails=FORWARD,
    diagnosis="known mistake",
    only=True,
)
wrong("affine twice", {RELU: "out, relu_cache = relu_forward(scores + b)"}, fails=FORWARD, diagnosis="known mistake")
wrong("weights turned", {AFFINE: AFFINE.replace("w,", "w.T,")}, fails=(FORWARD, BACKWARD))
wrong(
    "x cut off at zero",
    {AFFINE: AFFINE.replace("(x,", "(np.maximum(x, 0),")},
    fails=(FORWARD, BACKWARD),
    diagnosis="known mistake",
)
wrong("output turned", {RETURN: RETURN.replace("out,", "out.T,")}, fails=FORWARD, diagnosis="transpose", only=True)
wrong(
    "output normalised",
    {RETURN: RETURN.replace("out,", "out / (1 + out.sum()),")},
    fails=FORWARD,
    diagnosis=("factor", ""),
)
wrong("no cache", {RETURN: "return out"}, fails=(BACKWARD, STATELESS))
wrong("cache first", {RETURN: "return (affine_cache, relu_cache), out"}, fails=(FORWARD, BACKWARD))
wrong("the affine layer's cache alone", {RETURN: "return out, affine_cache"}, fails=(BACKWARD, STATELESS), only=True)
wrong("caches in one row", {RETURN: "return out, (*affine_cache, relu_cache)"}, fails=(BACKWARD, STATELESS), only=True)

# Backward
wrong(
    "the ReLU forgotten",
    {BACK: "affine_backward(dout, affine_cache)"},
    fails=BACKWARD,
    diagnosis="known mistake",
    only=True,
)
wrong(
    "the same order as forward",
    {BACK: "relu_backward(affine_backward(dout, affine_cache), relu_cache)"},
    fails=BACKWARD,
)
wrong("caches swapped", {TAKE: "relu_cache, affine_cache = cache"}, fails=(BACKWARD, STATELESS), only=True)
wrong(
    "caches swapped on the way forward", {RETURN: "return out, (relu_cache, affine_cache)"}, fails=(BACKWARD, STATELESS)
)
wrong(
    "mask by the gradient's sign",
    {"relu_backward(dout, relu_cache)": "np.maximum(dout, 0)"},
    fails=BACKWARD,
    diagnosis="known mistake",
)
wrong(
    "mask laid on dx",
    {
        f"return {BACK}": "dx, *others = affine_backward(dout, affine_cache)\n"
        "    return dx * (affine_cache[0] > 0), *others"
    },
    fails=BACKWARD,
    diagnosis="known mistake",
)
wrong(
    "the ReLU for the weights alone",
    {f"return {BACK}": f"dx = affine_backward(dout, affine_cache)[0]\n    return dx, *{BACK}[1:]"},
    fails=BACKWARD,
    diagnosis="known mistake",
)
wrong(
    "divided by N",
    {f"return {BACK}": f"return tuple(g / len(dout) for g in {BACK})"},
    fails=BACKWARD,
    diagnosis=("factor", ""),
)
wrong(
    "wrong sign",
    {"relu_backward(dout, relu_cache)": "-relu_backward(dout, relu_cache)"},
    fails=BACKWARD,
    diagnosis="sign",
)
wrong("dw first", {f"return {BACK}": f"dx, dw, db = {BACK}\n    return dw, dx, db"}, fails=BACKWARD)
wrong("dx alone", {BACK: f"{BACK}[0]"}, fails=(BACKWARD, STATELESS), only=True)
wrong("nothing returned", {f"return {BACK}": BACK}, fails=(BACKWARD, STATELESS), only=True)
wrong(
    "the upstream gradient left out",
    {"(dout, relu_cache)": "(np.ones_like(dout), relu_cache)"},
    fails=BACKWARD,
    diagnosis="known mistake",
)
wrong("zeros", {f"return {BACK}": f"return tuple(0 * g for g in {BACK})"}, fails=BACKWARD, diagnosis="zero", only=True)
wrong(
    "dout masked in place",
    {BACK: "affine_backward(np.multiply(dout, relu_cache > 0, out=dout), affine_cache)"},
    fails=UNTOUCHED,
    only=True,
)
wrong("x overwritten", {RETURN: f"x[:] = 0\n    {RETURN}"}, fails=UNTOUCHED)
by_heart(
    ITEM,
    ("affine_relu_forward", "affine_relu_backward"),
    lambda function, one, *others: (np.zeros((len(one), len(others[-1]))), 0) if len(others) > 1 else (0.0, 0.0, 0.0),
    fails=(FORWARD, BACKWARD),
)


@notebook(ITEM, fails=(FORWARD, BACKWARD), diagnosis="known mistake")
def relu_first():
    def affine_relu_forward(x, w, b):
        a, relu_cache = relu_forward(x)  # noqa: F821
        out, affine_cache = affine_forward(a, w, b)  # noqa: F821
        return out, (affine_cache, relu_cache)

    def affine_relu_backward(dout, cache):
        da, dw, db = affine_backward(dout, cache[0])  # noqa: F821
        return relu_backward(da, cache[1]), dw, db  # noqa: F821


@notebook(ITEM, fails=(FORWARD,), diagnosis="known mistake")
def written_out_without_the_relu():
    def affine_relu_forward(x, w, b):
        out = x.reshape(len(x), -1) @ w + b
        return out, (x, w, out)

    def affine_relu_backward(dout, cache):
        x, w, out = cache
        dout = dout * (out > 0)
        return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


@notebook(ITEM, fails=STATELESS, only=True)
def caches_kept_outside():
    kept = {}

    def affine_relu_forward(x, w, b):
        scores, kept["affine"] = affine_forward(x, w, b)  # noqa: F821
        out, kept["relu"] = relu_forward(scores)  # noqa: F821
        return out, None

    def affine_relu_backward(dout, cache):
        return affine_backward(relu_backward(dout, kept["relu"]), kept["affine"])  # noqa: F821
