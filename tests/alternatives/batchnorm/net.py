"""Right nets from a list of sizes, as different as students' are. All must earn full marks."""

from itertools import count, pairwise

import numpy as np

from solutions.batchnorm import BatchNormalization, Dropout, LayerNormalization
from solutions.layers import Dense, Model, ReLU, Softmax, he, make_layer
from tests.mutants.collect import alternative

ITEM = "batchnorm.fully_connected_net"
NORMALISATIONS = {"batch": BatchNormalization, "layer": LayerNormalization}


def hidden_block(inputs, units, normalisation, dropout, initialiser, seed):
    layers = [Dense(inputs, units, initialiser, seed)]
    if normalisation is not None:
        layers += [NORMALISATIONS[normalisation](units)]
    layers += [ReLU()]
    return layers + [Dropout(p=dropout, seed=seed)] * (dropout > 0)


@alternative(ITEM)
def a_helper_for_each_block(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    *hidden, (inputs, classes) = pairwise(sizes)
    layers = []
    for k, (n, m) in enumerate(hidden):
        layers.extend(hidden_block(n, m, normalisation, dropout, initialiser, seed + k))
    return Model([*layers, Dense(inputs, classes, initialiser, seed + len(hidden)), Softmax()])


@alternative(ITEM)
def one_loop_with_a_question_for_the_last(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    model = Model()
    for k, (inputs, units) in enumerate(pairwise(sizes)):
        model.add(Dense(inputs, units, initialiser=initialiser, seed=seed + k))
        if k == len(sizes) - 2:
            model.add(Softmax())
            break
        if normalisation == "batch":
            model.add(BatchNormalization(units, momentum=0.9))
        elif normalisation == "layer":
            model.add(LayerNormalization(units, eps=1e-5))
        model.add(ReLU())
        if dropout:
            model.add(Dropout(dropout, seed + k))
    return model


@alternative(ITEM)
def layers_by_name(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    """`make_layer` makes every layer from its name and settings."""
    plan = []
    for k in range(len(sizes) - 1):
        size = {"inputs": sizes[k], "units": sizes[k + 1]}
        plan.append(("dense", {**size, "initialiser": initialiser, "seed": seed + k}))
        if normalisation:
            plan.append((normalisation + "normalization", {"units": sizes[k + 1]}))
        plan.append(("relu", {}))
        if dropout > 0:
            plan.append(("dropout", {"p": dropout, "seed": seed + k}))
    while plan[-1][0] != "dense":
        plan.pop()
    return Model(make_layer(name, **settings) for name, settings in [*plan, ("softmax", {})])


@alternative(ITEM)
def recursion_from_the_front(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    first, second, *rest = sizes
    if not rest:
        return Model([Dense(first, second, initialiser, seed), Softmax()])
    front = [Dense(first, second, initialiser, seed)]
    front += [NORMALISATIONS[normalisation](second)] if normalisation in NORMALISATIONS else []
    front += [ReLU()] + ([Dropout(dropout, seed)] if dropout != 0 else [])
    return Model(front + fully_connected_net([second, *rest], normalisation, dropout, initialiser, seed + 1).layers)  # noqa: F821


@alternative(ITEM)
def put_in_afterwards(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    """First the dense layers, then from behind what stands between them."""
    layers = [Dense(sizes[k], sizes[k + 1], initialiser, seed + k) for k in range(len(sizes) - 1)]
    for k in reversed(range(len(sizes) - 2)):
        if dropout > 0:
            layers.insert(k + 1, Dropout(dropout, seed + k))
        layers.insert(k + 1, ReLU())
        if normalisation == "batch":
            layers.insert(k + 1, BatchNormalization(sizes[k + 1]))
        if normalisation == "layer":
            layers.insert(k + 1, LayerNormalization(sizes[k + 1]))
    model = Model()
    model.layers = [*layers, Softmax()]
    return model


@alternative(ITEM)
def seeds_from_a_counter(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    """Every layer with random numbers gets the next seed, dropout too."""
    seeds, sizes = count(seed), np.array(sizes)
    model, widths = Model(), [int(n) for n in sizes[1:-1]]
    inputs = int(sizes[0])
    for units in widths:
        model = model.add(Dense(inputs, units, initialiser, next(seeds)))
        model = model.add(NORMALISATIONS[normalisation](units)) if normalisation else model
        model = model.add(ReLU())
        model = model.add(Dropout(float(dropout), next(seeds))) if dropout > 0 else model
        inputs = units
    return model.add(Dense(inputs, int(sizes[-1]), initialiser, next(seeds))).add(Softmax())


@alternative(ITEM)
def seeds_drawn_from_a_generator(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    rng = np.random.default_rng(seed)
    layers = []
    for inputs, units in pairwise(sizes[:-1]):
        weights, drops = rng.integers(1 << 30, size=2).tolist()
        block = [Dense(inputs, units, initialiser, weights), ReLU()]
        match normalisation:
            case "batch":
                block.insert(1, BatchNormalization(units))
            case "layer":
                block.insert(1, LayerNormalization(units))
        if dropout > 0.0:
            print("dropout", dropout)
            block.append(Dropout(dropout, drops))
        layers += block
    return Model([*layers, Dense(sizes[-2], sizes[-1], initialiser, int(rng.integers(1 << 30))), Softmax()])


@alternative(ITEM)
def sizes_taken_off_one_by_one(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    sizes, layers = list(sizes), []
    while len(sizes) > 2:
        inputs = sizes.pop(0)
        layers.append(Dense(inputs, sizes[0], initialiser, seed))
        if normalisation is None:
            layers.append(ReLU())
        else:
            layers.extend((NORMALISATIONS[normalisation](sizes[0]), ReLU()))
        if dropout > 0:
            layers.append(Dropout(dropout, seed))
        seed += 1
    model = Model(tuple(layers))
    model.add(Dense(*sizes, initialiser, seed))
    model.add(Softmax())
    return model
