"""Wrong versions of `two_layer_backward`, for each of its four gradients: what must fail, and the diagnosis."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

W1, B1, W2, B2 = (f"two_layer_net.d{name}" for name in ("W1", "b1", "W2", "b2"))
ITEMS = {"W1": W1, "b1": B1, "W2": W2, "b2": B2}
EVIDENCE = ("", "partial")  # a ReLU that is closed for all examples leaves a column right, by chance
EDGES, UNTOUCHED = "one example, one hidden unit", "no argument is modified"
PLAIN = {item: f"d{name} without regularisation" for name, item in ITEMS.items()}
DECAYED = {item: f"d{name} with regularisation" for name, item in ITEMS.items()}
FORM = {item: f'named "{name}", of the shape of {name}' for name, item in ITEMS.items()}
LINES = {
    "W1": '"W1": X.T @ dpre + 2 * reg * params["W1"],',
    "b1": '"b1": dpre.sum(axis=0),',
    "W2": '"W2": hidden.T @ dscores + 2 * reg * params["W2"],',
    "b2": '"b2": dscores.sum(axis=0),',
}
DHIDDEN, DPRE = 'dhidden = dscores @ params["W2"].T', "dpre = dhidden * (hidden > 0)"
START = f"    {DHIDDEN}"


def both(item):
    return (PLAIN[item], DECAYED[item])


def first(text):
    """A change that puts lines before all others."""
    return {START: f"    {text}\n{START}"}


# What all four can go wrong by
for name, item in ITEMS.items():
    line = LINES[name]
    value = line.split(": ", 1)[1].rstrip(",")
    patch(item, "zeros", {line: f'"{name}": np.zeros_like(params["{name}"]),'}, fails=both(item), diagnosis="zero")
    patch(item, "not a number", {line: f'"{name}": np.nan * ({value}),'}, fails=both(item), diagnosis="overflow")
    patch(
        item,
        "random numbers",
        {line: f'"{name}": np.random.standard_normal(params["{name}"].shape),'},
        fails=both(item),
        diagnosis="random",
    )
    patch(item, "wrong sign", {line: f'"{name}": -({value}),'}, fails=both(item), diagnosis="sign")
    patch(item, "divided by N once more", first("dscores = dscores / len(X)"), fails=PLAIN[item], diagnosis="factor")
    patch(item, "times N", first("dscores = dscores * len(X)"), fails=PLAIN[item], diagnosis="factor")
    patch(
        item, "half precision", {line: f'"{name}": ({value}).astype(np.float16),'}, fails=both(item), diagnosis="near"
    )
    patch(item, f"named d{name}", {f'"{name}": ': f'"d{name}": '}, fails=FORM[item], only=True)
    patch(item, "left out", {line: ""}, fails=(*both(item), FORM[item]))
    patch(item, "None", {line: f'"{name}": None,'}, fails=(*both(item), FORM[item]))
    patch(
        item,
        "a tuple",
        {"return {": "grads = {", "    }": '    }\n    return tuple(grads[n] for n in ("W1", "b1", "W2", "b2"))'},
        fails=FORM[item],
        only=True,
    )
    patch(item, "the parameter itself", {line: f'"{name}": params["{name}"],'}, fails=both(item), diagnosis="input")
    patch(
        item,
        "last example left out",
        first("dscores, X, hidden = dscores[:-1], X[:-1], hidden[:-1]"),
        fails=PLAIN[item],
        diagnosis="known mistake",
    )
    patch(
        item, "dscores divided in place", first("dscores /= len(X)"), fails=(PLAIN[item], UNTOUCHED), diagnosis="factor"
    )
    patch(item, "mask laid on hidden in place", {DPRE: f"{DPRE}\n    hidden *= 0"}, fails=UNTOUCHED)
    patch(item, "ten classes written in", first("dscores = dscores.reshape(-1, 10)"), fails=both(item))
    memorised(
        item,
        fails=both(item),
        otherwise=lambda dscores, X, hidden, params, reg: {n: np.zeros_like(p) for n, p in params.items()},
        diagnosis="zero",
    )

# Regularisation of the weights
for name, item in (("W1", W1), ("W2", W2)):
    decay = f'2 * reg * params["{name}"]'
    patch(item, "no decay", {f" + {decay}": ""}, fails=DECAYED[item], diagnosis="regularisation")
    patch(item, "half of the decay", {decay: decay[4:]}, fails=DECAYED[item], diagnosis="regularisation")
    patch(item, "decay doubled", {decay: f"2 * {decay}"}, fails=DECAYED[item], diagnosis="regularisation")
    patch(
        item, "decay with the wrong sign", {f"+ {decay}": f"- {decay}"}, fails=DECAYED[item], diagnosis="regularisation"
    )
    patch(item, "decay divided by N", {decay: f"{decay} / len(X)"}, fails=DECAYED[item], diagnosis="regularisation")
    patch(item, "decay once per example", {decay: f"{decay} * len(X)"}, fails=DECAYED[item], diagnosis="regularisation")
    patch(
        item,
        "signs in place of weights",
        {decay: f'reg * np.sign(params["{name}"])'},
        fails=DECAYED[item],
        diagnosis="regularisation",
    )
    patch(item, "reg alone", {decay: "2 * reg"}, fails=DECAYED[item], diagnosis="regularisation")
    patch(item, "reg forgotten", {decay: f'2 * params["{name}"]'}, fails=both(item), diagnosis="regularisation")
    patch(item, "reg squared", {decay: f"reg * {decay}"}, fails=DECAYED[item], diagnosis="regularisation")
    patch(
        item,
        "W decayed in place",
        {LINES[name]: LINES[name].replace(decay, f'params["{name}"]'), **first(f'params["{name}"] *= 2 * reg')},
        fails=UNTOUCHED,
    )
    patch(
        item,
        "flattened",
        {LINES[name]: LINES[name].replace(": ", ": (", 1)[:-1] + ").ravel(),"},
        fails=(PLAIN[item], FORM[item]),
        diagnosis="shape",
    )
    patch(
        item,
        "transposed",
        {LINES[name]: LINES[name].replace(": ", ": (", 1)[:-1] + ").T,"},
        fails=(PLAIN[item], FORM[item]),
        diagnosis="transpose",
    )

# W2
patch(W2, "open or closed for hidden", {"hidden.T @": "(hidden > 0).T @"}, fails=PLAIN[W2], diagnosis="known mistake")
patch(W2, "X for hidden", {"hidden.T @": "X.T @"}, fails=both(W2))
patch(W2, "weights of the first layer decay", {'reg * params["W2"]': 'reg * params["W1"]'}, fails=both(W2))
patch(
    W2,
    "dscores cut off at zero",
    {"hidden.T @ dscores": "hidden.T @ np.maximum(dscores, 0)"},
    fails=PLAIN[W2],
    diagnosis=EVIDENCE,
)
patch(W2, "dpre for dscores", {"hidden.T @ dscores": "hidden.T @ dpre"}, fails=both(W2))
patch(
    W2,
    "mean of outer products",
    {"hidden.T @ dscores": "np.mean(hidden[:, :, None] * dscores[:, None], axis=0)"},
    fails=PLAIN[W2],
    diagnosis="factor",
)
patch(
    W2,
    "last example alone",
    {"hidden.T @ dscores": "np.outer(hidden[-1], dscores[-1])"},
    fails=PLAIN[W2],
    diagnosis="known mistake",
)
patch(
    W2,
    "hidden recomputed without bias",
    first('hidden = np.maximum(0, X @ params["W1"])'),
    fails=PLAIN[W2],
    diagnosis="known mistake",
)
patch(
    W2,
    "one hidden unit is squeezed out",
    {"hidden.T @ dscores": "np.squeeze(hidden).T @ np.squeeze(dscores)"},
    fails=EDGES,
)

# b2
patch(B2, "mean over the examples", {LINES["b2"]: '"b2": dscores.mean(axis=0),'}, fails=both(B2), diagnosis="factor")
patch(B2, "sum over the classes", {LINES["b2"]: '"b2": dscores.sum(axis=1),'}, fails=(*both(B2), FORM[B2]))
patch(B2, "sum of all", {LINES["b2"]: '"b2": dscores.sum(),'}, fails=(*both(B2), FORM[B2]))
patch(
    B2,
    "the sum of all in every entry",
    {LINES["b2"]: '"b2": np.full(dscores.shape[1], dscores.sum()),'},
    fails=both(B2),
    diagnosis="axis",
)
patch(B2, "not summed", {LINES["b2"]: '"b2": dscores,'}, fails=(*both(B2), FORM[B2]), diagnosis="axis")
patch(B2, "a row", {LINES["b2"]: '"b2": dscores.sum(axis=0, keepdims=True),'}, fails=FORM[B2], only=True)
patch(B2, "first example alone", {LINES["b2"]: '"b2": dscores[0],'}, fails=both(B2), diagnosis="known mistake")
patch(
    B2,
    "regularised",
    {LINES["b2"]: '"b2": dscores.sum(axis=0) + 2 * reg * params["b2"],'},
    fails=DECAYED[B2],
    diagnosis="regularisation",
)
patch(
    B2,
    "regularised by half",
    {LINES["b2"]: '"b2": dscores.sum(axis=0) + reg * params["b2"],'},
    fails=DECAYED[B2],
    diagnosis="regularisation",
)
patch(B2, "largest entry", {LINES["b2"]: '"b2": dscores.max(axis=0),'}, fails=both(B2), diagnosis="axis")
patch(B2, "ones", {LINES["b2"]: '"b2": np.ones_like(params["b2"]),'}, fails=both(B2), diagnosis="constant")
patch(B2, "that of b1", {LINES["b2"]: '"b2": dpre.sum(axis=0),'}, fails=(*both(B2), FORM[B2]))
patch(B2, "times b2", {LINES["b2"]: '"b2": dscores.sum(axis=0) * params["b2"],'}, fails=both(B2), diagnosis="input")
patch(
    B2,
    "fails for a single example",
    {LINES["b2"]: '"b2": np.squeeze(dscores).sum(axis=0).reshape(params["b2"].shape),'},
    fails=EDGES,
)

# W1 and b1: the way back through the ReLU
for item in (W1, B1):
    for text, changes, kind in (
        ("the ReLU forgotten", {DPRE: "dpre = dhidden"}, "known mistake"),
        (
            "entries below zero closed, but none is",
            {DPRE: "dpre = dhidden.copy()\n    dpre[hidden < 0] = 0"},
            "known mistake",
        ),
        ("closed units left open", {"hidden > 0": "hidden >= 0"}, "known mistake"),
        ("times the hidden values", {"(hidden > 0)": "hidden"}, "known mistake"),
        ("open and closed swapped", {"hidden > 0": "hidden <= 0"}, "known mistake"),
        ("ReLU of the gradient", {DPRE: "dpre = np.maximum(0, dhidden)"}, "known mistake"),
        ("mask by the gradient's sign", {DPRE: "dpre = dhidden * (dhidden > 0)"}, "known mistake"),
        (
            "negative gradients stopped as well",
            {DPRE: "dpre = dhidden * (hidden > 0) * (dhidden > 0)"},
            "known mistake",
        ),
        ("mask of X @ W1 without the bias", {DPRE: 'dpre = dhidden * (X @ params["W1"] > 0)'}, "known mistake"),
        ("leaky on the way back", {DPRE: "dpre = dhidden * np.where(hidden > 0, 1, 0.01)"}, "known mistake"),
        ("derivative of a sigmoid", {"(hidden > 0)": "hidden * (1 - hidden)"}, "known mistake"),
        ("open above one half", {"hidden > 0": "hidden > 0.5"}, "known mistake"),
        ("whole examples closed", {"hidden > 0": "hidden.sum(axis=1, keepdims=True) > 0"}, "known mistake"),
        (
            "second layer left out",
            {DHIDDEN: "dhidden = np.repeat(dscores.sum(axis=1, keepdims=True), hidden.shape[1], axis=1)"},
            "known mistake",
        ),
        ("signs of the second layer", {DHIDDEN: "dhidden = dscores @ np.sign(params['W2']).T"}, "known mistake"),
        ("bias of the second layer added", {DHIDDEN: f"dscores = dscores + params['b2']\n    {DHIDDEN}"}, ""),
    ):
        patch(item, text, changes, fails=both(item), diagnosis=kind or EVIDENCE)
patch(W1, "hidden for X", {"X.T @ dpre": "hidden.T @ dpre"}, fails=both(W1))
patch(W1, "X left out", {"X.T @ dpre": "dpre.sum(axis=0)"}, fails=both(W1), diagnosis="axis")
patch(
    W1,
    "mean of outer products",
    {"X.T @ dpre": "np.mean(X[:, :, None] * dpre[:, None], axis=0)"},
    fails=PLAIN[W1],
    diagnosis="factor",
)
patch(W1, "last example alone", {"X.T @ dpre": "np.outer(X[-1], dpre[-1])"}, fails=PLAIN[W1], diagnosis="known mistake")
patch(W1, "weights of the second layer decay", {'reg * params["W1"]': 'reg * params["W2"]'}, fails=both(W1))
patch(W1, "one hidden unit is squeezed out", {"X.T @ dpre": "np.squeeze(X).T @ np.squeeze(dpre)"}, fails=EDGES)
patch(
    W1,
    "hidden closed in place",
    {DPRE: "hidden[hidden > 0] = 1\n    dpre = dhidden * hidden"},
    fails=UNTOUCHED,
    only=True,
)

patch(B1, "mean over the examples", {LINES["b1"]: '"b1": dpre.mean(axis=0),'}, fails=both(B1), diagnosis="factor")
patch(B1, "sum over the hidden units", {LINES["b1"]: '"b1": dpre.sum(axis=1),'}, fails=(*both(B1), FORM[B1]))
patch(B1, "sum of all", {LINES["b1"]: '"b1": dpre.sum(),'}, fails=(*both(B1), FORM[B1]))
patch(B1, "not summed", {LINES["b1"]: '"b1": dpre,'}, fails=(*both(B1), FORM[B1]), diagnosis="axis")
patch(B1, "a row", {LINES["b1"]: '"b1": dpre.sum(axis=0, keepdims=True),'}, fails=FORM[B1], only=True)
patch(B1, "a column", {LINES["b1"]: '"b1": dpre.sum(axis=0)[:, np.newaxis],'}, fails=FORM[B1], only=True)
patch(
    B1,
    "regularised",
    {LINES["b1"]: '"b1": dpre.sum(axis=0) + 2 * reg * params["b1"],'},
    fails=DECAYED[B1],
    diagnosis="regularisation",
)
patch(B1, "that of b2", {LINES["b1"]: '"b1": dscores.sum(axis=0),'}, fails=(*both(B1), FORM[B1]))
patch(
    B1,
    "how often the unit was open",
    {LINES["b1"]: '"b1": (hidden > 0).sum(axis=0),'},
    fails=both(B1),
    diagnosis="known mistake",
)
patch(
    B1,
    "fails for a single example",
    {LINES["b1"]: '"b1": np.squeeze(dpre).sum(axis=0).reshape(params["b1"].shape),'},
    fails=EDGES,
)


@mutant(W2, fails=(*both(W2), FORM[W2]))
def a_single_array(dscores, X, hidden, params, reg):
    return hidden.T @ dscores + 2 * reg * params["W2"]


@mutant(W1, fails=(*both(W1), FORM[W1]))
def nothing_returned(dscores, X, hidden, params, reg):
    dpre = dscores @ params["W2"].T * (hidden > 0)
    params | {"W1": X.T @ dpre + 2 * reg * params["W1"]}
