"""Wrong versions of `rmsprop`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, patch

ITEM = "two_layer_net.rmsprop"
FIRST, LATER, SETTINGS = "first step", "three steps, config handed on", "settings from config"
WARM, SMALL = "goes on from the state in config", "small gradients"
FORM, UNTOUCHED = "next_w of w's shape, and config", "w and dw are not modified"
CACHE = 'config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2'
ROOT = 'np.sqrt(config["cache"] + config["epsilon"])'
STEP = f'w - config["learning_rate"] * dw / {ROOT}'

patch(ITEM, "uphill", {"return w -": "return w +"}, fails=FIRST, diagnosis="sign")
patch(
    ITEM,
    "epsilon outside the root",
    {ROOT: '(np.sqrt(config["cache"]) + config["epsilon"])'},
    fails=SMALL,
    diagnosis="near",
    only=True,
)
patch(ITEM, "no epsilon", {' + config["epsilon"]': ""}, fails=SMALL, diagnosis="known mistake", only=True)
patch(
    ITEM,
    "epsilon in the cache",
    {"dw**2": 'dw**2 + config["epsilon"]', ' + config["epsilon"])': ")"},
    fails=SMALL,
    diagnosis="known mistake",
)
patch(ITEM, "epsilon of its own", {'config["epsilon"])': "1e-7)"}, fails=SMALL, diagnosis="known mistake")
patch(ITEM, "no root", {"np.sqrt(": "("}, fails=FIRST, diagnosis="known mistake")
patch(
    ITEM,
    "root of the learning rate as well",
    {STEP: f'w - np.sqrt(config["learning_rate"]) * dw / {ROOT}'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "all squares added up",
    {CACHE: 'config["cache"] = config["cache"] + dw**2'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "decay rate swapped",
    {CACHE: 'config["cache"] = (1 - config["decay_rate"]) * config["cache"] + config["decay_rate"] * dw**2'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "new part not weighted",
    {'(1 - config["decay_rate"]) * dw**2': "dw**2"},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "old part not weighted",
    {'config["decay_rate"] * config["cache"]': 'config["cache"]'},
    fails=(LATER, WARM),
    diagnosis="known mistake",
)
patch(ITEM, "not squared", {"dw**2": "dw"}, fails=FIRST, diagnosis=("known mistake", "overflow"))
patch(ITEM, "absolute values", {"dw**2": "np.abs(dw)"}, fails=FIRST, diagnosis="known mistake")
patch(
    ITEM,
    "decay rate squared",
    {'config["decay_rate"] *': 'config["decay_rate"] ** 2 *'},
    fails=(LATER, WARM),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "cache from before",
    {CACHE: f'before = config["cache"]\n    {CACHE}', ROOT: 'np.sqrt(before + config["epsilon"])'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "cache not stored",
    {'config["cache"] = config': "cache = config", ROOT: 'np.sqrt(cache + config["epsilon"])'},
    fails=LATER,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "root stored as the cache",
    {f"return {STEP}": f'next_w = {STEP}\n    config["cache"] = {ROOT}\n    return next_w'},
    fails=LATER,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "state in config ignored",
    {'setdefault("cache"': 'setdefault("own"', 'config["cache"]': 'config["own"]'},
    fails=WARM,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "cache set to zero each time",
    {'config.setdefault("cache", np.zeros_like(w))': 'config["cache"] = np.zeros_like(w)'},
    fails=(LATER, WARM),
    diagnosis="known mistake",
)
patch(ITEM, "decay rate of 0.99 always", {'config["decay_rate"]': "0.99"}, fails=FIRST, diagnosis="known mistake")
patch(ITEM, "learning rate left out", {'config["learning_rate"] * dw': "dw"}, fails=FIRST, diagnosis="known mistake")
patch(
    ITEM,
    "learning rate of its own",
    {'config["learning_rate"] * dw': "1e-2 * dw"},
    fails=(FIRST, SETTINGS),
    diagnosis="known mistake",
)
patch(ITEM, "plain descent", {f" / {ROOT}": ""}, fails=FIRST, diagnosis="known mistake")
patch(ITEM, "the step alone", {"return w - config": "return -config"}, fails=FIRST, diagnosis="known mistake")
patch(ITEM, "one mean for all entries", {"dw**2": "np.mean(dw**2)"}, fails=FIRST, diagnosis="axis")
patch(
    ITEM,
    "corrected for the start",
    {ROOT: f'{ROOT} * np.sqrt(1 - config["decay_rate"])'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(ITEM, "config not returned", {f"{STEP}, config": STEP}, fails=(FIRST, FORM))
patch(
    ITEM,
    "a new config returned",
    {f"{STEP}, config": f'{STEP}, {{k: v for k, v in config.items() if k != "cache"}}'},
    fails=LATER,
    diagnosis="known mistake",
)
patch(ITEM, "the cache returned for config", {f"{STEP}, config": f'{STEP}, config["cache"]'}, fails=(FORM, LATER))
patch(
    ITEM,
    "w changed in place",
    {f"return {STEP}": f'w -= config["learning_rate"] * dw / {ROOT}\n    return w'},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "dw squared in place",
    {CACHE: f"old = dw.copy()\n    dw **= 2\n    {CACHE.replace('dw**2', 'dw')}", STEP: STEP.replace("dw", "old")},
    fails=UNTOUCHED,
    only=True,
)
patch(ITEM, "half precision", {STEP: f"({STEP}).astype(np.float16)"}, fails=FIRST, diagnosis="near")
patch(ITEM, "zeros", {STEP: "np.zeros_like(w)"}, fails=FIRST, diagnosis="zero")
patch(ITEM, "not a number", {STEP: "np.nan * w"}, fails=FIRST, diagnosis="overflow")
patch(ITEM, "random numbers", {STEP: "np.random.standard_normal(w.shape)"}, fails=FIRST, diagnosis="random")
memorised(
    ITEM, fails=(FIRST, SETTINGS), otherwise=lambda w, dw, config=None: (np.zeros(np.shape(w)), {}), diagnosis="zero"
)
