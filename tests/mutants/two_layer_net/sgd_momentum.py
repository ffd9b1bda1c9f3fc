"""Wrong versions of `sgd_momentum`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, patch

ITEM = "two_layer_net.sgd_momentum"
FIRST, LATER, SETTINGS = "first step", "three steps, config handed on", "settings from config"
WARM, SMALL = "goes on from the state in config", "small gradients"
FORM, UNTOUCHED = "next_w of w's shape, and config", "w and dw are not modified"
VELOCITY = 'config["velocity"] = config["momentum"] * config["velocity"] - config["learning_rate"] * dw'
NEXT = 'w + config["velocity"]'

patch(
    ITEM,
    "gradient added to the velocity",
    {'- config["learning_rate"]': '+ config["learning_rate"]'},
    fails=FIRST,
    diagnosis="sign",
)
patch(ITEM, "velocity subtracted", {NEXT: 'w - config["velocity"]'}, fails=FIRST, diagnosis="sign")
patch(ITEM, "learning rate left out", {'config["learning_rate"] * dw': "dw"}, fails=FIRST, diagnosis="known mistake")
patch(
    ITEM,
    "rate outside the velocity",
    {
        f"{VELOCITY}": 'config["velocity"] = config["momentum"] * config["velocity"] + dw',
        NEXT: 'w - config["learning_rate"] * config["velocity"]',
    },
    fails=WARM,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "gradient weighted with 1 - momentum",
    {'- config["learning_rate"] * dw': '- (1 - config["momentum"]) * config["learning_rate"] * dw'},
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "momentum on both",
    {'config["velocity"] - config["learning_rate"] * dw': '(config["velocity"] - config["learning_rate"] * dw)'},
    fails=FIRST,
    diagnosis="input",
)
patch(ITEM, "plain descent", {NEXT: 'w - config["learning_rate"] * dw'}, fails=LATER, diagnosis="known mistake")
patch(
    ITEM,
    "velocity not stored",
    {'config["velocity"] = config': "velocity = config", NEXT: "w + velocity"},
    fails=LATER,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "velocity from before",
    {VELOCITY: f'before = config["velocity"]\n    {VELOCITY}', NEXT: "w + before"},
    fails=(FIRST, LATER),
    diagnosis=("known mistake", "factor"),
)
patch(
    ITEM,
    "state in config ignored",
    {'config.setdefault("velocity"': 'config.setdefault("own"', 'config["velocity"]': 'config["own"]'},
    fails=WARM,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "velocity set to zero each time",
    {'config.setdefault("velocity", np.zeros_like(w))': 'config["velocity"] = np.zeros_like(w)'},
    fails=(LATER, WARM),
    diagnosis="known mistake",
)
patch(ITEM, "momentum of 0.9 always", {'config["momentum"] *': "0.9 *"}, fails=LATER, diagnosis="known mistake")
patch(ITEM, "momentum left out", {'config["momentum"] * ': ""}, fails=(LATER, WARM), diagnosis="input")
patch(
    ITEM,
    "momentum squared",
    {'config["momentum"] *': 'config["momentum"] ** 2 *'},
    fails=(LATER, WARM),
    diagnosis="input",
)
patch(
    ITEM,
    "momentum and rate swapped",
    {
        VELOCITY: 'config["velocity"] = config["learning_rate"] * config["velocity"] - config["momentum"] * dw',
    },
    fails=FIRST,
    diagnosis="input",
)
patch(
    ITEM,
    "Nesterov's momentum",
    {
        VELOCITY: f'before = config["velocity"]\n    {VELOCITY}',
        NEXT: 'w - config["momentum"] * before + (1 + config["momentum"]) * config["velocity"]',
    },
    fails=FIRST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "sign of the velocity turned as it is stored",
    {f"return {NEXT}": f'next_w = {NEXT}\n    config["velocity"] = -config["velocity"]\n    return next_w'},
    fails=LATER,
    diagnosis="input",
)
patch(
    ITEM,
    "next w stored as the velocity",
    {f"return {NEXT}": f'config["velocity"] = {NEXT}\n    return config["velocity"]'},
    fails=LATER,
    diagnosis="known mistake",
)
patch(ITEM, "the velocity alone", {NEXT: 'config["velocity"]'}, fails=FIRST, diagnosis="known mistake")
patch(
    ITEM,
    "learning rate of its own",
    {'config["learning_rate"] * dw': "1e-2 * dw"},
    fails=(FIRST, SETTINGS),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "a new config returned without the velocity",
    {f"{NEXT}, config": f'{NEXT}, {{"learning_rate": config["learning_rate"], "momentum": config["momentum"]}}'},
    fails=LATER,
    diagnosis="known mistake",
)
patch(ITEM, "config not returned", {f"{NEXT}, config": NEXT}, fails=(FIRST, FORM))
patch(ITEM, "the velocity returned for config", {f"{NEXT}, config": f'{NEXT}, config["velocity"]'}, fails=(FORM, LATER))
patch(
    ITEM, "w changed in place", {f"return {NEXT}": 'w += config["velocity"]\n    return w'}, fails=UNTOUCHED, only=True
)
patch(
    ITEM,
    "dw changed in place",
    {VELOCITY: 'dw *= config["learning_rate"]\n    config["velocity"] = config["momentum"] * config["velocity"] - dw'},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "one velocity for all entries",
    {VELOCITY: VELOCITY.replace(" dw", " dw.mean()")},
    fails=FIRST,
    diagnosis="axis",
)
patch(
    ITEM, "velocity of the rows", {VELOCITY: VELOCITY.replace(" dw", " dw.mean(axis=0)")}, fails=FIRST, diagnosis="axis"
)
patch(ITEM, "half precision", {NEXT: f"({NEXT}).astype(np.float16)"}, fails=FIRST, diagnosis="near")
patch(ITEM, "small steps rounded away", {NEXT: f"np.round({NEXT}, 6)"}, fails=SMALL, diagnosis=("", "near", "partial"))
patch(ITEM, "zeros", {NEXT: "np.zeros_like(w)"}, fails=FIRST, diagnosis="zero")
patch(ITEM, "not a number", {NEXT: "np.nan * w"}, fails=FIRST, diagnosis="overflow")
patch(ITEM, "random numbers", {NEXT: "np.random.standard_normal(w.shape)"}, fails=FIRST, diagnosis="random")
memorised(
    ITEM, fails=(FIRST, SETTINGS), otherwise=lambda w, dw, config=None: (np.zeros(np.shape(w)), {}), diagnosis="zero"
)
