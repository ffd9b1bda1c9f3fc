"""Wrong cyclical learning rates: what must fail, and the diagnosis that must come."""

import math

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "layers.cyclical_learning_rate"
UP, DOWN, LATER = "on the way up", "on the way down", "in later cycles"
POINTS = "lowest and highest points"
POSITION, FALL = "position = step % (2 * n_s)", "2 - position / n_s"
HEIGHT = "position / n_s if position <= n_s else 2 - position / n_s"
SPAN, START = "height * (eta_max - eta_min)", "return eta_min + "

patch(
    ITEM,
    "jumps back after rising",
    {POSITION: "position = step % n_s"},
    fails=(DOWN, LATER, POINTS),
    diagnosis="known mistake",
    only=True,
)
patch(ITEM, "rises for ever", {HEIGHT: "step / n_s"}, fails=(DOWN, LATER, POINTS), diagnosis="known mistake", only=True)
patch(ITEM, "stays at the top", {FALL: "1"}, fails=(DOWN, LATER), only=True, diagnosis="known mistake")
patch(
    ITEM, "on its head", {SPAN: "(1 - height) * (eta_max - eta_min)"}, fails=(UP, DOWN, LATER, POINTS), diagnosis="sign"
)
patch(
    ITEM,
    "twice as wide",
    {POSITION: "n_s = 2 * n_s; position = step % (2 * n_s)"},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="factor",
)
patch(
    ITEM,
    "half as wide",
    {POSITION: "n_s = n_s / 2; position = step % (2 * n_s)"},
    fails=(UP, DOWN, POINTS),
    diagnosis="factor",
)
patch(
    ITEM,
    "starts at zero",
    {START: "eta_min = 0.0; return eta_min + "},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "the highest on top of the lowest",
    {"(eta_max - eta_min)": "eta_max"},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "only one cycle",
    {START: f"if step > 2 * n_s:\n        return eta_min\n    {START}"},
    fails=(LATER, POINTS),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "one step early",
    {POSITION: "position = (step + 1) % (2 * n_s)"},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "one step late",
    {POSITION: "position = (step - 1) % (2 * n_s)"},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="known mistake",
)
patch(
    ITEM, "no second cycle", {POSITION: "position = step"}, fails=(LATER, POINTS), only=True, diagnosis="known mistake"
)
patch(
    ITEM,
    "a cycle one step too long",
    {POSITION: "position = step % (2 * n_s + 1)"},
    fails=(LATER, POINTS),
    only=True,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "a cycle one step too short",
    {POSITION: "position = step % (2 * n_s - 1)"},
    fails=(LATER, POINTS),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "falls from twice the height",
    {FALL: "position / n_s - 1"},
    fails=(DOWN, LATER),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "falls below the lowest",
    {FALL: "1 - position / n_s"},
    fails=(DOWN, LATER),
    only=True,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "falls too steeply",
    {FALL: "max(0, 3 - 2 * position / n_s)"},
    fails=(DOWN, LATER),
    only=True,
    diagnosis="factor",
)
patch(
    ITEM, "whole steps of height", {"position / n_s if": "position // n_s if"}, fails=(UP, LATER), diagnosis="rounded"
)
patch(
    ITEM,
    "rounded height",
    {START: f"height = round(height, 1)\n    {START}"},
    fails=(UP, DOWN, LATER),
    diagnosis="rounded",
)
patch(
    ITEM,
    "a cosine",
    {SPAN: f"(1 - math.cos(math.pi * height)) / 2 * {SPAN[9:]}"},
    fails=(UP, DOWN, LATER),
    diagnosis="known mistake",
)
patch(ITEM, "squared height", {SPAN: f"height * {SPAN}"}, fails=(UP, DOWN, LATER), diagnosis="known mistake")
patch(
    ITEM,
    "halved in every cycle",
    {SPAN: f"{SPAN} / 2 ** (step // (2 * n_s))"},
    fails=(LATER, POINTS),
    only=True,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "lowest and highest swapped",
    {POSITION: f"eta_min, eta_max = eta_max, eta_min; {POSITION}"},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="sign",
)
patch(ITEM, "taken off the lowest", {START: "return eta_min - "}, fails=(UP, DOWN, LATER, POINTS), diagnosis="sign")
patch(
    ITEM,
    "the height alone",
    {f"{START}{SPAN}": "return height"},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "always the highest",
    {f"{START}{SPAN}": "return eta_max"},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "always the mean",
    {f"{START}{SPAN}": "return (eta_min + eta_max) / 2"},
    fails=(UP, DOWN, LATER, POINTS),
    diagnosis="known mistake",
)
patch(ITEM, "a width of 500 written in", {POSITION: f"n_s = 500; {POSITION}"}, fails=(UP, DOWN, LATER, POINTS))
patch(ITEM, "nothing returned", {START: ""}, fails=(UP, DOWN, LATER, POINTS))
patch(ITEM, "the rate and its height", {START: "return height, "}, fails=(UP, DOWN, LATER, POINTS))
patch(
    ITEM,
    "not written for later cycles",
    {POSITION: f"assert step <= 2 * n_s\n    {POSITION}"},
    fails=(LATER, POINTS),
    only=True,
)
patch(ITEM, "zero steps divided by", {POSITION: f"1 / step\n    {POSITION}"}, fails=POINTS, only=True)
memorised(ITEM, fails=(UP, DOWN, LATER), otherwise=lambda step, eta_min, eta_max, n_s: 0.0, diagnosis=("", "zero"))


@mutant(ITEM, fails=(UP, DOWN, LATER), diagnosis="known mistake")
def straight_in_the_logarithm(step, eta_min, eta_max, n_s):
    height = 1 - abs(step / n_s % 2 - 1)
    return math.exp(math.log(eta_min) + height * math.log(eta_max / eta_min))


@mutant(ITEM, fails=(UP, DOWN, LATER), diagnosis="known mistake")
def a_sine(step, eta_min, eta_max, n_s):
    return eta_min + (eta_max - eta_min) * abs(np.sin(np.pi * step / (2 * n_s)))


@mutant(ITEM, fails=(DOWN, LATER), diagnosis=("", "known mistake"))
def remembers_where_it_was(step, eta_min, eta_max, n_s):
    peak = remembers_where_it_was.__dict__.setdefault("peak", n_s)
    return eta_min + (eta_max - eta_min) * min(step / n_s, peak / n_s)
