"""Wrong versions of `adam`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, patch

ITEM = "two_layer_net.adam"
FIRST, LATER, SETTINGS = "first step", "three steps, config handed on", "settings from config"
WARM, SMALL = "goes on from the state in config", "small gradients"
FORM, UNTOUCHED = "next_w of w's shape, and config", "w and dw are not modified"
COUNT = 'config["t"] += 1'
M = 'config["m"] = beta1 * config["m"] + (1 - beta1) * dw'
V = 'config["v"] = beta2 * config["v"] + (1 - beta2) * dw**2'
M_HAT, V_HAT = 'config["m"] / (1 - beta1 ** config["t"])', 'config["v"] / (1 - beta2 ** config["t"])'
ROOT = '(np.sqrt(v_hat) + config["epsilon"])'
STEP = f'w - config["learning_rate"] * m_hat / {ROOT}'

patch(ITEM, "uphill", {"return w -": "return w +"}, fails=FIRST, diagnosis="sign")
patch(ITEM, "no correction", {M_HAT: 'config["m"]', V_HAT: 'config["v"]'}, fails=FIRST, diagnosis="known mistake")
patch(ITEM, "m not corrected", {M_HAT: 'config["m"]'}, fails=FIRST, diagnosis="known mistake")
patch(ITEM, "v not corrected", {V_HAT: 'config["v"]'}, fails=FIRST, diagnosis="known mistake")
patch(ITEM, "correction by the beta of one step", {' ** config["t"]': ""}, fails=LATER, diagnosis="known mistake")
patch(ITEM, "correction by multiplication", {"] / (1 - beta": "] * (1 - beta"}, fails=FIRST, diagnosis="known mistake")
patch(
    ITEM,
    "corrected values stored",
    {f"m_hat = {M_HAT}": f'm_hat = config["m"] = {M_HAT}', f"v_hat = {V_HAT}": f'v_hat = config["v"] = {V_HAT}'},
    fails=LATER,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "t never stored",
    {COUNT: 't = config["t"] + 1', '** config["t"]': "** t"},
    fails=LATER,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "t counted after the step",
    {f"    {COUNT}\n": "", f"return {STEP}, config": f"next_w = {STEP}\n    {COUNT}\n    return next_w, config"},
    fails=FIRST,
    diagnosis="overflow",
)
patch(ITEM, "t counted twice", {COUNT: 'config["t"] += 2'}, fails=FIRST, diagnosis=("", "known mistake"))
patch(
    ITEM,
    "t starts at one and is counted first",
    {'setdefault("t", 0)': 'setdefault("t", 1)'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "t starts at one and is counted last",
    {
        'setdefault("t", 0)': 'setdefault("t", 1)',
        f"    {COUNT}\n": "",
        f"return {STEP}, config": f"next_w = {STEP}\n    {COUNT}\n    return next_w, config",
    },
    fails=WARM,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "epsilon inside the root",
    {ROOT: 'np.sqrt(v_hat + config["epsilon"])'},
    fails=SMALL,
    diagnosis="near",
    only=True,
)
patch(ITEM, "no epsilon", {' + config["epsilon"]': ""}, fails=SMALL, diagnosis="near")
patch(ITEM, "epsilon before the correction", {V_HAT: 'config["v"] / (1 - beta2 ** config["t"]) + 1e-6'}, fails=SMALL)
patch(
    ITEM,
    "betas swapped",
    {'beta1, beta2 = config["beta1"], config["beta2"]': 'beta2, beta1 = config["beta1"], config["beta2"]'},
    fails=LATER,
    diagnosis="known mistake",
)
patch(ITEM, "beta1 of 0.9 always", {'beta2 = config["beta1"],': "beta2 = 0.9,"}, fails=LATER, diagnosis="known mistake")
patch(ITEM, "beta2 of 0.999 always", {', config["beta2"]': ", 0.999"}, fails=LATER, diagnosis="known mistake")
patch(ITEM, "squares of m", {"dw**2": 'config["m"] ** 2'}, fails=LATER, diagnosis="known mistake")
patch(ITEM, "not squared", {"dw**2": "dw"}, fails=FIRST, diagnosis=("", "overflow"))
patch(ITEM, "no root", {"np.sqrt(v_hat)": "v_hat"}, fails=FIRST, diagnosis="known mistake")
patch(
    ITEM,
    "weights of m swapped",
    {M: 'config["m"] = (1 - beta1) * config["m"] + beta1 * dw'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "weights of v swapped",
    {V: 'config["v"] = (1 - beta2) * config["v"] + beta2 * dw**2'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(ITEM, "beta2 squared", {"beta2 * config": "beta2**2 * config"}, fails=(LATER, WARM), diagnosis="known mistake")
patch(ITEM, "gradient for m", {"* m_hat": "* dw"}, fails=LATER)
patch(
    ITEM,
    "m and v not stored",
    {
        'config["m"] =': "m =",
        'config["v"] =': "v =",
        M_HAT: M_HAT.replace('config["m"]', "m"),
        V_HAT: V_HAT.replace('config["v"]', "v"),
    },
    fails=LATER,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "state in config ignored",
    {'"m"': '"own_m"', '"v"': '"own_v"', '"t"': '"own_t"'},
    fails=WARM,
    diagnosis="known mistake",
    only=True,
)
patch(ITEM, "t in config ignored", {'"t"': '"own_t"'}, fails=WARM, diagnosis="known mistake", only=True)
patch(
    ITEM,
    "state set to zero each time",
    {
        'config.setdefault("m", ': 'config.__setitem__("m", ',
        'config.setdefault("v", ': 'config.__setitem__("v", ',
        'config.setdefault("t", ': 'config.__setitem__("t", ',
    },
    fails=LATER,
    diagnosis="known mistake",
)
patch(
    ITEM, "learning rate left out", {'config["learning_rate"] * m_hat': "m_hat"}, fails=FIRST, diagnosis="known mistake"
)
patch(
    ITEM,
    "learning rate of its own",
    {'config["learning_rate"] * m_hat': "1e-3 * m_hat"},
    fails=(FIRST, SETTINGS),
    diagnosis="known mistake",
)
patch(ITEM, "the step alone", {"return w - config": "return -config"}, fails=FIRST, diagnosis="known mistake")
patch(
    ITEM,
    "rmsprop",
    {"* m_hat": "* dw", M_HAT: 'config["m"]', V_HAT: 'config["v"]'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "weight decay as in AdamW",
    {"return w -": "return 0.999 * w -"},
    fails=FIRST,
    diagnosis=("", "near", "factor"),
)
patch(ITEM, "config not returned", {f"{STEP}, config": STEP}, fails=(FIRST, FORM))
patch(
    ITEM,
    "the moments returned for config",
    {f"{STEP}, config": f'{STEP}, (config["m"], config["v"])'},
    fails=(FORM, LATER),
)
patch(
    ITEM,
    "w changed in place",
    {f"return {STEP}": f'w -= config["learning_rate"] * m_hat / {ROOT}\n    return w'},
    fails=UNTOUCHED,
    only=True,
)
patch(ITEM, "dw squared in place", {V: f"dw **= 2\n    {V.replace('dw**2', 'dw')}"}, fails=UNTOUCHED, only=True)
patch(ITEM, "half precision", {STEP: f"({STEP}).astype(np.float16)"}, fails=FIRST, diagnosis="near")
patch(ITEM, "zeros", {STEP: "np.zeros_like(w)"}, fails=FIRST, diagnosis="zero")
patch(ITEM, "not a number", {STEP: "np.nan * w"}, fails=FIRST, diagnosis="overflow")
patch(ITEM, "random numbers", {STEP: "np.random.standard_normal(w.shape)"}, fails=FIRST, diagnosis="random")
memorised(
    ITEM, fails=(FIRST, SETTINGS), otherwise=lambda w, dw, config=None: (np.zeros(np.shape(w)), {}), diagnosis="zero"
)
