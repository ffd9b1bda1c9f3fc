"""A net from a list of sizes, with normalisation and dropout: its layers; and the accuracy of the trained one."""

from itertools import pairwise

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, numbers
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Handle, Plant


@check_item("batchnorm.fully_connected_net", points=3, asks="fully_connected_net", title="A net with all of it")
def fully_connected_net(exam):
    """`fully_connected_net(sizes, normalisation, dropout)`: its layers in their order, a softmax at the end."""
    order = exam.expectation(
        "the layers, in their order",
        0.5,
        advice="What stands behind each hidden dense layer, and what behind the last?",
    )
    sizes_right = exam.expectation("sizes of weights, gamma and beta", 0.2)
    dropped = exam.expectation("probability of dropout", 0.1, core=False, tolerance=EXACT)
    initial = exam.expectation("weights from the initialiser", 0.1, core=False, tolerance=EXACT)
    seeds = exam.expectation("other random numbers in every layer, and for every seed", 0.1, core=False)
    rng = exam.rng
    p = float(rng.uniform(0.1, 0.4))
    for case, sizes, normalisation, dropout in (
        ("plain", parts.sizes(rng, 4), None, 0.0),
        ("batch normalisation", parts.sizes(rng, 4), "batch", 0.0),
        ("layer normalisation and dropout", parts.sizes(rng, 3), "layer", p),
        ("dropout alone", parts.sizes(rng, 4), None, p),
        ("everything, equal sizes", [7, 7, 7, 7, 5], "batch", p),
        ("one layer", parts.sizes(rng, 2), "batch", p),
    ):
        shown = parts.described(case, sizes=sizes, normalisation=normalisation, dropout=dropout)
        settings = {"normalisation": normalisation, "dropout": dropout}
        layers = _layers(exam, sizes, initialiser=Plant("filled", value=0.25), **settings)
        if isinstance(layers, Failure):
            for expectation in (order, sizes_right, dropped, initial, seeds):
                expectation.judge(layers, shown)
            continue
        due = _due(len(sizes) - 1, normalisation, dropout)
        kinds = [layer.type_name for layer in layers]
        order.require(
            kinds == due,
            f"there are {', '.join(kinds) or 'none'}; expected are {', '.join(due)}.",
            shown,
            _named(kinds, due, normalisation, dropout),
        )
        order.require(
            kinds != due or _different_objects(exam, layers),
            "one and the same layer stands in several places, and keeps the cache of one place alone: make a new one "
            "for each.",
            shown,
        )
        shapes = [{name: np.shape(value) for name, value in params.items()} for params in _params(exam, layers)]
        wanted = _shapes(sizes, due)
        sizes_right.require(
            [one for one in shapes if one] == [one for one in wanted if one],
            "parameters have other shapes than the sizes ask for: W (inputs, units); b, gamma and beta (units,).",
            shown,
        )
        _judge_probability(exam, layers, dropout, dropped, shown)
        weights = _weights(exam, layers)
        same = len(weights) == len(sizes) - 1 and all(np.all(numbers(W, "W") == 0.25) for W in weights)
        initial.require(same, "the weights are not what `initialiser` gave.", shown)
        _judge_seeded(exam, sizes, settings, seeds, shown)


def _due(k, normalisation, dropout):
    """Kinds of the layers of a net with k dense ones."""
    named = {None: [], "batch": ["BatchNormalization"], "layer": ["LayerNormalization"]}[normalisation]
    hidden = ["Dense", *named, "ReLU", *(["Dropout"] if dropout else [])]
    return [*(hidden * (k - 1)), "Dense", "Softmax"]


def _named(kinds, due, normalisation, dropout):
    """What is wrong with the layers, in words."""
    last = max((k for k, kind in enumerate(kinds) if kind == "Dense"), default=-1)
    behind, before = kinds[last + 1 : -1], kinds[:last]
    norms = [kind for kind in kinds if kind.endswith("Normalization")]
    wanted = {"batch": "BatchNormalization", "layer": "LayerNormalization"}.get(normalisation)
    found, asked = kinds.count("Dense"), due.count("Dense")
    if found != asked:
        text = f"There are {found} dense layers; these sizes ask for {asked}, one from each size to the next."
    elif kinds[-1] != "Softmax" or kinds.count("Softmax") != 1:
        text = "The last layer, and no other, is a Softmax."
    elif kinds[0] != "Dense":
        text = f"The net begins with {kinds[0]}; the first dense layer comes first."
    elif behind:
        text = f"Behind the last dense layer stands {', '.join(behind)}; only the Softmax comes there."
    elif any(kind != wanted for kind in norms):
        text = f"There is {norms[0]}, where normalisation is {normalisation!r}."
    elif wanted and not norms:
        text = f"There is no normalisation, where normalisation is {normalisation!r}."
    elif not dropout and "Dropout" in kinds:
        text = "There is a Dropout layer although dropout is 0."
    elif dropout and "Dropout" not in kinds:
        text = "There is no Dropout layer, where dropout is above 0."
    elif sorted(before) == sorted(due[: due.index("Softmax") - 1]):
        text = "All layers are there; behind each hidden dense layer their order is normalisation, ReLU, dropout."
        if [kind for kind in kinds if kind != "Dropout"] == [kind for kind in due if kind != "Dropout"]:
            text = f"Dropout stands at another place. {text}"
        elif "ReLU" in kinds and wanted and _in_front_of(kinds, "ReLU", wanted):
            text = f"Normalisation stands behind ReLU. {text}"
    else:
        odd = next((kind for kind in due if kinds.count(kind) != due.count(kind)), "")
        count, wanted_count = kinds.count(odd), due.count(odd)
        text = f"{odd} stands in {count} places; it should in {wanted_count}, behind every hidden dense layer."
        if not odd:
            return None
    return Diagnosis("known mistake", text)


def _in_front_of(kinds, first, second):
    """Whether `first` stands directly in front of `second` somewhere."""
    return any(pair == (first, second) for pair in pairwise(kinds))


def _different_objects(exam, layers):
    """Whether no layer stands in two places: a mark left on each is still there when all have theirs."""
    for k, layer in enumerate(layers):
        exam.student.set(layer, "name", f"layer {k + 1}")
    return [exam.student.get(layer, "name") for layer in layers] == [f"layer {k + 1}" for k in range(len(layers))]


def _judge_probability(exam, layers, dropout, dropped, shown):
    """Judge p of the Dropout layers there are."""
    dropped.require(True, "", shown)
    known = [
        (value, "known mistake", text)
        for value, text in (
            (1 - dropout, "Dropout is given 1 - dropout; its p is the probability to drop."),
            (0.5, "It is one half, as where Dropout is given no p, whatever `dropout` is."),
        )
    ]
    for layer in layers:
        if layer.type_name == "Dropout":
            p, what = exam.student.get(layer, "p"), "p of a Dropout layer"
            parts.judge(dropped, p, np.array(dropout), what, shown, exam, mistakes=known)


def _shapes(sizes, kinds):
    """Shapes of each layer's parameters, by their names."""
    shapes: list[dict] = []
    number = 0
    for kind in kinds:
        if kind == "Dense":
            number += 1
            shapes.append({"W": (sizes[number - 1], sizes[number]), "b": (sizes[number],)})
        elif kind in ("BatchNormalization", "LayerNormalization"):
            shapes.append({"gamma": (sizes[number],), "beta": (sizes[number],)})
        else:
            shapes.append({})
    return shapes


def _layers(exam, sizes, **settings):
    """Handles of the layers of the student's net, or a `Failure`."""
    model = exam.student.call("fully_connected_net", sizes, keep=True, **settings)
    layers = exam.student.get(model, "layers")
    if isinstance(layers, Failure):
        return layers
    if not isinstance(layers, (list, tuple)) or not all(isinstance(layer, Handle) for layer in layers):
        return Failure("it returned no Model with a list of layers.", "value")
    return layers


def _params(exam, layers):
    found = [exam.student.get(layer, "params") for layer in layers]
    return [params if isinstance(params, dict) else {} for params in found]


def _weights(exam, layers):
    dense = [layer for layer in layers if layer.type_name == "Dense"]
    return [params["W"] for params in _params(exam, dense) if "W" in params]


def _judge_seeded(exam, sizes, settings, seeds, shown):
    """Judge whether layers, and nets with other seeds, start from other random numbers."""
    nets = [_layers(exam, sizes, seed=seed, **settings) for seed in (0, 0, 100)]
    if any(isinstance(net, Failure) for net in nets):
        seeds.require(False, "with a seed the call fails.", shown)
        return
    first, again, other = ([numbers(W, "W") for W in _weights(exam, net)] for net in nets)
    alike = any(np.array_equal(a, b) for k, a in enumerate(first) for b in first[k + 1 :])
    seeds.require(first, "there are no weights.", shown)
    seeds.require(not alike, "two layers of the same size start with the same weights.", shown)
    seeds.require(_same(first, again, all), "the same seed gives other weights each time.", shown)
    moved = len(first) == len(other) and not _same(first, other, any)
    seeds.require(moved, "the weights are the same whatever the seed: layer number k gets seed + k.", shown)
    first, again, other = ([exam.student.get(one, "seed") for one in net if one.type_name == "Dropout"] for net in nets)
    alike = any(a == b for k, a in enumerate(first) for b in first[k + 1 :])
    seeds.require(not alike, "two Dropout layers have the same seed, so that they drop the same numbers.", shown)
    seeds.require(first == again, "the same seed of the net gives Dropout layers other seeds each time.", shown)
    seeds.require(
        not any(a == b for a, b in zip(first, other, strict=False)),
        "Dropout layers have the same seed whatever the net's: the one behind dense layer number k gets seed + k.",
        shown,
    )


def _same(first, second, how):
    """Whether `how` many (`all`, `any`) of the arrays of two nets are the same."""
    return how(np.array_equal(a, b) for a, b in zip(first, second, strict=False))


@check_item("batchnorm.best_model", points=5, bonus=2, asks="best_model", title="Accuracy on unseen images", rounds=1)
def best_model(exam):
    """Accuracy of the handed-in model on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="best_model")
