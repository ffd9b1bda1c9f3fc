"""Wrong versions of `sgd`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "two_layer_net.sgd"
FIRST, LATER, SETTINGS = "first step", "three steps, config handed on", "settings from config"
SMALL, FORM, UNTOUCHED = "small gradients", "next_w of w's shape, and config", "w and dw are not modified"
STEP = 'w - config["learning_rate"] * dw'

patch(ITEM, "uphill", {STEP: 'w + config["learning_rate"] * dw'}, fails=FIRST, diagnosis="sign")
patch(ITEM, "learning rate left out", {STEP: "w - dw"}, fails=FIRST, diagnosis="known mistake")
patch(ITEM, "learning rate of its own", {STEP: "w - 1e-2 * dw"}, fails=(FIRST, SETTINGS), diagnosis="known mistake")
patch(
    ITEM,
    "learning rate squared",
    {STEP: 'w - config["learning_rate"] ** 2 * dw'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(ITEM, "the step alone", {STEP: '-config["learning_rate"] * dw'}, fails=FIRST, diagnosis="known mistake")
patch(ITEM, "the step uphill, alone", {STEP: 'config["learning_rate"] * dw'}, fails=FIRST, diagnosis="sign")
patch(ITEM, "nothing changes", {STEP: "w"}, fails=FIRST, diagnosis=("zero", "factor", "known mistake"))
patch(
    ITEM,
    "sign of the gradient",
    {STEP: 'w - config["learning_rate"] * np.sign(dw)'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(ITEM, "mean of the gradient", {STEP: 'w - config["learning_rate"] * dw.mean()'}, fails=FIRST, diagnosis="axis")
patch(
    ITEM,
    "normalised gradient",
    {STEP: 'w - config["learning_rate"] * dw / np.linalg.norm(dw)'},
    fails=FIRST,
    diagnosis="input",
)
patch(ITEM, "divided by the rows", {STEP: f"{STEP} / len(w)"}, fails=FIRST, diagnosis="input")
patch(
    ITEM,
    "clipped gradient",
    {STEP: 'w - config["learning_rate"] * np.clip(dw, -1, 1)'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(ITEM, "weights decay as well", {STEP: f"0.99 * w + ({STEP}) - w"}, fails=FIRST, diagnosis="input")
patch(ITEM, "half precision", {STEP: f"({STEP}).astype(np.float16)"}, fails=FIRST, diagnosis="near")
patch(ITEM, "rounded to four digits", {STEP: f"np.round({STEP}, 4)"}, fails=(SMALL,), diagnosis=("", "zero"))
patch(ITEM, "zeros", {STEP: "np.zeros_like(w)"}, fails=FIRST, diagnosis="zero")
patch(ITEM, "not a number", {STEP: "np.nan * w"}, fails=FIRST, diagnosis="overflow")
patch(ITEM, "random numbers", {STEP: "np.random.standard_normal(w.shape)"}, fails=FIRST, diagnosis="random")
patch(ITEM, "flattened", {STEP: f"({STEP}).ravel()"}, fails=(FIRST, FORM), diagnosis=("", "shape"))
patch(ITEM, "config not returned", {f"{STEP}, config": STEP}, fails=(FIRST, FORM))
patch(ITEM, "returned the wrong way round", {f"{STEP}, config": f"config, {STEP}"}, fails=(FIRST, FORM))
patch(
    ITEM, "the rate returned for config", {f"{STEP}, config": f'{STEP}, config["learning_rate"]'}, fails=(FORM, LATER)
)
patch(
    ITEM,
    "w changed in place",
    {f"return {STEP}": 'w -= config["learning_rate"] * dw\n    return w'},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "dw changed in place",
    {f"return {STEP}": 'dw *= config["learning_rate"]\n    return w - dw'},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "rate falls with every step",
    {f"return {STEP}": f'next_w = {STEP}\n    config["learning_rate"] *= 0.9\n    return next_w'},
    fails=LATER,
    diagnosis="input",
)
memorised(
    ITEM, fails=(FIRST, SETTINGS), otherwise=lambda w, dw, config=None: (np.zeros(np.shape(w)), {}), diagnosis="zero"
)


@mutant(ITEM, fails=(FIRST, FORM))
def nothing_returned(w, dw, config=None):
    w = w - config["learning_rate"] * dw


@mutant(ITEM, fails=SETTINGS, diagnosis="known mistake")
def never_faster_than_a_tenth(w, dw, config=None):
    rate = config["learning_rate"] if config["learning_rate"] > 0.2 else 0.01
    return w - rate * dw, config
