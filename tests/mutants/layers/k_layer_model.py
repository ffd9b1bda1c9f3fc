"""Wrong nets from a list of sizes: what must fail."""

from itertools import pairwise

import numpy as np

from solutions.layers import Dense, Model, ReLU, Softmax, he
from tests.mutants.collect import memorised, mutant, patch

ITEM = "layers.k_layer_model"
ORDER, SIZES = "dense layers, a ReLU between each two, a Softmax at the end", "sizes of the dense layers"
INITIAL, SEEDS = "weights from the initialiser", "other random numbers in every layer, and for every seed"
MODEL, ALL = "model = Model()", (ORDER, SIZES, INITIAL, SEEDS)
RELU = "if number:\n            model.add(ReLU())\n        "
DENSE = "model.add(Dense(sizes[number], sizes[number + 1], initialiser, seed + number))"
END, LOOP = "return model.add(Softmax())", "range(len(sizes) - 1)"

patch(
    ITEM, "ReLU behind the last layer", {RELU: "", DENSE: f"{DENSE}\n        model.add(ReLU())"}, fails=ORDER, only=True
)
patch(ITEM, "ReLU first", {"if number:\n            ": ""}, fails=ORDER, only=True)
patch(ITEM, "no ReLU", {RELU: ""}, fails=ORDER, only=True)
patch(ITEM, "one ReLU alone", {"if number:": "if number == 1:"}, fails=ORDER, only=True)
patch(ITEM, "two ReLUs between layers", {"model.add(ReLU())": "model.add(ReLU()).add(ReLU())"}, fails=ORDER, only=True)
patch(ITEM, "no Softmax", {END: "return model"}, fails=ORDER, only=True)
patch(
    ITEM,
    "Softmax behind every layer",
    {DENSE: f"{DENSE}\n        model.add(Softmax())", END: "return model"},
    fails=ORDER,
    only=True,
)
patch(ITEM, "two Softmaxes", {END: "return model.add(Softmax()).add(Softmax())"}, fails=ORDER, only=True)
patch(ITEM, "ReLU for the Softmax", {END: "return model.add(ReLU())"}, fails=ORDER, only=True)
patch(ITEM, "no last layer", {LOOP: "range(len(sizes) - 2)"}, fails=(ORDER, SIZES, INITIAL, SEEDS))
patch(ITEM, "no first layer", {LOOP: "range(1, len(sizes) - 1)", "if number:": "if number > 1:"}, fails=(ORDER, SIZES))
patch(ITEM, "one layer too many", {LOOP: "range(len(sizes))"}, fails=ALL)
patch(ITEM, "always three layers", {LOOP: "range(3)"}, fails=ALL)
patch(
    ITEM,
    "sizes swapped",
    {"sizes[number], sizes[number + 1]": "sizes[number + 1], sizes[number]"},
    fails=(SIZES, INITIAL),
    only=True,
)
patch(ITEM, "inputs for units", {"sizes[number + 1]": "sizes[number]"}, fails=(SIZES, INITIAL), only=True)
patch(
    ITEM, "every layer from the input", {"Dense(sizes[number],": "Dense(sizes[0],"}, fails=(SIZES, INITIAL), only=True
)
patch(
    ITEM,
    "ten classes written in",
    {MODEL: f"sizes = [*sizes[:-1], 10]\n    {MODEL}"},
    fails=(SIZES, INITIAL),
    only=True,
)
patch(
    ITEM,
    "input of 3072 written in",
    {MODEL: f"sizes = [3072, *sizes[1:]]\n    {MODEL}"},
    fails=(SIZES, INITIAL),
    only=True,
)
patch(ITEM, "sizes from the back", {MODEL: f"sizes = sizes[::-1]\n    {MODEL}"}, fails=(SIZES, INITIAL), only=True)
patch(
    ITEM,
    "hidden layers of one size",
    {MODEL: f"sizes = [sizes[0], *[50] * (len(sizes) - 2), sizes[-1]]\n    {MODEL}"},
    fails=(SIZES, INITIAL),
)
patch(ITEM, "initialiser ignored", {"initialiser, seed + number": "he, seed + number"}, fails=INITIAL, only=True)
patch(
    ITEM,
    "initialiser for the first layer alone",
    {"initialiser, seed": "he if number else initialiser, seed"},
    fails=INITIAL,
    only=True,
)
patch(
    ITEM,
    "weights halved afterwards",
    {END: "for layer in model.layers[::2]:\n        layer.params['W'] *= 0.5\n    return model.add(Softmax())"},
    fails=INITIAL,
    only=True,
)
patch(ITEM, "the same seed in every layer", {"seed + number": "seed"}, fails=SEEDS, only=True)
patch(ITEM, "no seed", {"initialiser, seed + number": "initialiser"}, fails=SEEDS, only=True)
patch(ITEM, "the seed left out", {"seed + number": "number"}, fails=SEEDS, only=True)
patch(ITEM, "two seeds in turn", {"seed + number": "seed + number % 2"}, fails=SEEDS, only=True)
patch(
    ITEM,
    "one layer for all of the same size",
    {
        MODEL: f"{MODEL}\n    layers = {{}}",
        DENSE: "size = sizes[number], sizes[number + 1]\n        "
        "layers.setdefault(size, Dense(*size, initialiser, seed + number))\n        model.add(layers[size])",
    },
    fails=SEEDS,
    only=True,
)
patch(ITEM, "a list of layers", {END: "return [*model.layers, Softmax()]"}, fails=ALL)
patch(ITEM, "the Softmax returned", {END: "model.add(Softmax())\n    return model.layers[-1]"}, fails=ALL)
patch(ITEM, "nothing returned", {END: "model.add(Softmax())"}, fails=ALL)
patch(
    ITEM,
    "classes in place of layers",
    {END: "model.layers = [type(layer) for layer in model.layers]\n    return model"},
    fails=(ORDER, SIZES),
)
memorised(ITEM, fails=(ORDER, SIZES), otherwise=lambda *args, **settings: Model([Softmax()]))


@mutant(ITEM, fails=(ORDER, SIZES), only=False)
def the_same_net_whatever_the_sizes(sizes, initialiser=he, seed=0):
    return Model([Dense(4, 3, initialiser, seed), ReLU(), Dense(3, 2, initialiser, seed + 1), Softmax()])


@mutant(ITEM, fails=(INITIAL, SEEDS), only=True)
def weights_of_zeros(sizes, initialiser=he, seed=0):
    model = Model()
    for inputs, units in pairwise(sizes):
        if model.layers:
            model.add(ReLU())
        model.add(Dense(inputs, units, lambda rng, inputs, units: np.zeros((inputs, units))))
    return model.add(Softmax())
