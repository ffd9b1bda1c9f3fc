"""Wrong nets with normalisation and dropout: what must fail, and the diagnosis that must come."""

from solutions.batchnorm import BatchNormalization, Dropout, LayerNormalization
from solutions.layers import Dense, Model, ReLU, Softmax, he
from tests.mutants.collect import memorised, mutant, patch

ITEM = "batchnorm.fully_connected_net"
ORDER, SIZES, DROPPED = "the layers, in their order", "sizes of weights, gamma and beta", "probability of dropout"
INITIAL, SEEDS = "weights from the initialiser", "other random numbers in every layer, and for every seed"
ALL, KNOWN = (ORDER, SIZES, DROPPED, INITIAL, SEEDS), "known mistake"
MODEL, LAST = "model = Model()", "last = len(sizes) - 2"
DENSE = "model.add(Dense(sizes[k], units, initialiser, seed + k))\n"
BATCH = 'if normalisation == "batch":\n            model.add(BatchNormalization(units))\n'
LAYER = 'if normalisation == "layer":\n            model.add(LayerNormalization(units))\n'
RELU = "model.add(ReLU())\n"
DROP = "if dropout > 0:\n            model.add(Dropout(dropout, seed + k))\n"
FINAL = "model.add(Dense(sizes[last], sizes[last + 1], initialiser, seed + last))\n"
END, S = "return model.add(Softmax())", "        "  # S: the indent within the loop
NORM = f"{BATCH}{S}{LAYER}"


def order(name, changes, *, fails=ORDER, only=True, diagnosis=KNOWN):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


def other(name, changes, fails, *, only=True, diagnosis=""):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# Which layers there are.
order(
    "normalisation behind the last dense layer",
    {FINAL: f'{FINAL}    if normalisation == "batch":\n        model.add(BatchNormalization(sizes[-1]))\n'},
    fails=(ORDER, SIZES),
)
order("ReLU at the end", {FINAL: f"{FINAL}    {RELU}"})
order(
    "dropout on the scores", {FINAL: f"{FINAL}    if dropout > 0:\n        model.add(Dropout(dropout, seed + last))\n"}
)
order("dropout on the input", {MODEL: f"{MODEL}\n    if dropout > 0:\n        model.add(Dropout(dropout, seed + 50))"})
order(
    "normalisation of the input", {MODEL: f"{MODEL}\n    model.add(BatchNormalization(sizes[0]))"}, fails=(ORDER, SIZES)
)
order("no dropout", {DROP: "\n"})
order("no ReLU", {RELU: "\n"})
order("no Softmax", {END: "return model"})
order("no normalisation", {NORM: "\n"}, fails=(ORDER, SIZES))
order("no layer normalisation", {LAYER: "\n"}, fails=(ORDER, SIZES))
order(
    "batch normalisation where layer is asked for", {'if normalisation == "batch":': "if normalisation:", LAYER: "\n"}
)
order("layer normalisation where batch is asked for", {"model.add(BatchNormalization": "model.add(LayerNormalization"})
order(
    "normalisation also where none is asked for",
    {'if normalisation == "batch":': 'if normalisation != "layer":'},
    fails=(ORDER, SIZES),
)
order("dropout although it is 0", {"if dropout > 0:": "if True:"})
order("dropout in the first hidden layer alone", {"if dropout > 0:": "if dropout > 0 and k == 0:"})
order("dropout where there is normalisation alone", {"if dropout > 0:": "if dropout > 0 and normalisation:"})
order("no dropout behind normalisation", {"if dropout > 0:": "if dropout > 0 and not normalisation:"})
order(
    "normalisation from the second layer on",
    {'if normalisation == "batch":': 'if k and normalisation == "batch":'},
    fails=(ORDER, SIZES),
)
order("ReLU behind the first layer alone", {RELU: f"if k == 0:\n            {RELU}"})
order("two ReLUs", {RELU: f"{RELU}{S}{RELU}"})
order("ReLU for the Softmax", {END: "return model.add(ReLU())"})
order("Softmax behind every layer", {RELU: "model.add(Softmax())\n"})

# In which order.
order("dropout before ReLU", {RELU: "\n", DROP: f"{DROP}{S}{RELU}"})
order("dropout before normalisation", {DENSE: f"{DENSE}{S}{DROP.replace('k))', 'k))')}", f"{RELU}{S}{DROP}": RELU})
order("normalisation behind ReLU", {RELU: "\n", NORM: f"{RELU}{S}{NORM}"})
order("normalisation behind dropout", {NORM: "\n", DROP: f"{DROP}{S}{NORM}"})
order(
    "normalisation before the dense layer",
    {DENSE: "\n", NORM: f"{NORM.replace('units', 'sizes[k]')}{S}{DENSE}"},
    fails=(ORDER, SIZES),
)
order("ReLU before the dense layer", {RELU: "\n", DENSE: f"{RELU}{S}{DENSE}"})

# How many, and how large.
order("first layer skipped", {"range(last)": "range(1, last)"}, fails=(ORDER, SIZES, INITIAL))
order("last layer left out", {FINAL: "\n"}, fails=(ORDER, SIZES, INITIAL, SEEDS))
order("one hidden layer too many", {"range(last)": "range(last + 1)"}, fails=(ORDER, SIZES, INITIAL, SEEDS))
order(
    "always three layers",
    {LAST: "sizes = [sizes[0], *[sizes[1]] * 2, sizes[-1]]\n    last = 2"},
    fails=(ORDER, SIZES, INITIAL),
)
other("units of the layer before", {"units = sizes[k + 1]": "units = sizes[k]"}, (SIZES,))
other("every layer from the input", {"Dense(sizes[k],": "Dense(sizes[0],"}, (SIZES,))
other("sizes swapped", {"sizes[k], units,": "units, sizes[k],"}, (SIZES,))
other("ten classes written in", {"sizes[last + 1]": "10"}, (SIZES,))
other("input of 3072 written in", {MODEL: f"sizes = [3072, *sizes[1:]]\n    {MODEL}"}, (SIZES,))
other("hidden layers of fifty", {"units = sizes[k + 1]": "units = 50"}, (SIZES,))
other("sizes from the back", {MODEL: f"sizes = sizes[::-1]\n    {MODEL}"}, (SIZES,))
other("gamma for the inputs", {"BatchNormalization(units)": "BatchNormalization(sizes[k])"}, (SIZES,))
other("gamma for the classes", {"LayerNormalization(units)": "LayerNormalization(sizes[-1])"}, (SIZES,))
other("one gamma for all", {"BatchNormalization(units)": "BatchNormalization(1)"}, (SIZES,))

# Dropout's probability.
other("keep for drop", {"Dropout(dropout,": "Dropout(1 - dropout,"}, DROPPED, diagnosis=KNOWN)
other("dropout of one half", {"Dropout(dropout,": "Dropout(0.5,"}, DROPPED, diagnosis="known mistake")
other("its default", {"Dropout(dropout, seed + k)": "Dropout(seed=seed + k)"}, DROPPED, diagnosis="known mistake")
other(
    "more dropout in deeper layers",
    {"Dropout(dropout,": "Dropout(dropout * (k + 1) / last,"},
    DROPPED,
    diagnosis=("", "factor"),
)
other("probability where its seed belongs", {"Dropout(dropout, seed + k)": "Dropout(seed=dropout)"}, ALL)

# Random numbers.
other(
    "initialiser ignored",
    {"initialiser, seed + k": "he, seed + k", "initialiser, seed + last": "he, seed + last"},
    INITIAL,
)
other("initialiser for hidden layers alone", {"initialiser, seed + last": "he, seed + last"}, INITIAL)
other(
    "weights divided by their number",
    {
        END: "for layer in model.layers:\n"
        "        if 'W' in layer.params:\n"
        "            layer.params['W'] /= len(sizes)\n"
        f"    {END}"
    },
    INITIAL,
)
other("the same seed everywhere", {"seed + k": "seed", "seed + last": "seed"}, SEEDS)
other("no seed", {"initialiser, seed + k": "initialiser", "initialiser, seed + last": "initialiser"}, SEEDS)
other("seed left out", {"seed + k": "k", "seed + last": "last"}, SEEDS)
other("two seeds in turn", {"seed + k": "seed + k % 2"}, SEEDS)
other("one seed for all dropout", {"Dropout(dropout, seed + k)": "Dropout(dropout, seed)"}, SEEDS)
other("no seed for dropout", {"Dropout(dropout, seed + k)": "Dropout(dropout)"}, SEEDS)
other("the number for dropout's seed", {"Dropout(dropout, seed + k)": "Dropout(dropout, k)"}, SEEDS)
other("a random seed for the net", {MODEL: f"import random\n    seed += random.randrange(10**9)\n    {MODEL}"}, SEEDS)
other(
    "a random seed for dropout",
    {"Dropout(dropout, seed + k)": "Dropout(dropout, __import__('random').randrange(10**9))"},
    SEEDS,
)

# One object in two places.
other("one ReLU for all", {MODEL: f"{MODEL}\n    relu = ReLU()", RELU: "model.add(relu)\n"}, ORDER)
other(
    "one dropout layer for all",
    {MODEL: f"{MODEL}\n    drop = Dropout(dropout, seed)", "Dropout(dropout, seed + k)": "drop"},
    (ORDER, SEEDS),
)
other(
    "one normalisation for all of a size",
    {
        MODEL: f"{MODEL}\n    kept = {{}}",
        "BatchNormalization(units)": "kept.setdefault(units, BatchNormalization(units))",
    },
    ORDER,
)

# What is returned.
order("a list of layers", {END: "return [*model.layers, Softmax()]"}, fails=ALL, diagnosis="")
order("nothing returned", {END: "model.add(Softmax())"}, fails=ALL, diagnosis="")
order("the Softmax returned", {END: "model.add(Softmax())\n    return model.layers[-1]"}, fails=ALL, diagnosis="")
order("an error", {MODEL: f"{MODEL}\n    sizes.shape"}, fails=ALL, diagnosis="")
order("an empty model", {END: "return Model()"}, fails=(ORDER, SIZES, INITIAL, SEEDS))
order(
    "classes in place of layers",
    {END: "model.layers = [type(layer) for layer in model.layers] + [Softmax]\n    return model"},
    fails=(ORDER, SIZES, INITIAL, SEEDS),
)
order("dropout as a switch", {"if dropout > 0:": "if dropout is True:"})
order(
    "name of the normalisation mistaken",
    {'if normalisation == "batch"': 'if normalisation == "batchnorm"'},
    fails=(ORDER, SIZES),
)
memorised(ITEM, fails=(ORDER, SIZES), otherwise=lambda *args, **settings: Model([Softmax()]), diagnosis=(KNOWN,))


@mutant(ITEM, fails=(ORDER, SIZES), diagnosis=KNOWN)
def the_net_of_the_example(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    model = Model()
    for k, (inputs, units) in enumerate(((3072, 50), (50, 30))):
        model.add(Dense(inputs, units, initialiser, seed + k)).add(BatchNormalization(units))
        model.add(ReLU()).add(Dropout(0.2, seed + k))
    return model.add(Dense(30, 10, initialiser, seed + 2)).add(Softmax())


@mutant(ITEM, fails=(ORDER, SIZES), diagnosis=KNOWN)
def normalisation_with_what_comes_out_of_the_net(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    layers, kinds = [], {"batch": BatchNormalization, "layer": LayerNormalization}
    for k in range(len(sizes) - 1):
        layers.append(Dense(sizes[k], sizes[k + 1], initialiser, seed + k))
        if normalisation:
            layers.append(kinds[normalisation](sizes[k + 1]))
        if k < len(sizes) - 2:
            layers.append(ReLU())
            if dropout:
                layers.append(Dropout(dropout, seed + k))
    return Model([*layers, Softmax()])
