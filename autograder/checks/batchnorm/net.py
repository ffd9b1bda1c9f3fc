"""A net from a list of sizes, with normalisation and dropout: its layers; and the accuracy of the trained one."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, numbers
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
    dropped = exam.expectation("probability of dropout", 0.1, core=False)
    initial = exam.expectation("weights from the initialiser", 0.1, core=False, tolerance=EXACT)
    seeds = exam.expectation("other random numbers in every layer, and for every seed", 0.1, core=False)
    rng = exam.rng
    p = float(rng.uniform(0.1, 0.4))
    for case, sizes, normalisation, dropout in (
        ("plain", parts.sizes(rng, 4), None, 0.0),
        ("batch normalisation", parts.sizes(rng, 4), "batch", 0.0),
        ("layer normalisation and dropout", parts.sizes(rng, 3), "layer", p),
        ("everything, equal sizes", [7, 7, 7, 7, 5], "batch", p),
        ("one layer", parts.sizes(rng, 2), "batch", p),
    ):
        shown = parts.described(case, sizes=sizes, dropout=dropout)
        settings = {"normalisation": normalisation, "dropout": dropout}
        layers = _layers(exam, sizes, initialiser=Plant("filled", value=0.25), **settings)
        if isinstance(layers, Failure):
            for expectation in (order, sizes_right, dropped, initial, seeds):
                expectation.judge(layers, shown)
            continue
        due = _due(len(sizes) - 1, normalisation, dropout)
        kinds = [layer.type_name for layer in layers]
        order.require(kinds == due, f"there are {', '.join(kinds) or 'none'}; expected are {', '.join(due)}.", shown)
        shapes = [{name: np.shape(value) for name, value in params.items()} for params in _params(exam, layers)]
        wanted = _shapes(sizes, due)
        sizes_right.require(
            [one for one in shapes if one] == [one for one in wanted if one],
            "parameters have other shapes than the sizes ask for: W (inputs, units); b, gamma and beta (units,).",
            shown,
        )
        given = [exam.student.get(layer, "p") for layer in layers if layer.type_name == "Dropout"]
        dropped.require(all(one == dropout for one in given), "a Dropout layer has another p.", shown)
        weights = _weights(exam, layers)
        same = len(weights) == len(sizes) - 1 and all(np.all(numbers(W, "W") == 0.25) for W in weights)
        initial.require(same, "the weights are not what `initialiser` gave.", shown)
        _judge_seeded(exam, sizes, settings, seeds, shown)


def _due(k, normalisation, dropout):
    """Kinds of the layers of a net with k dense ones."""
    named = {None: [], "batch": ["BatchNormalization"], "layer": ["LayerNormalization"]}[normalisation]
    hidden = ["Dense", *named, "ReLU", *(["Dropout"] if dropout else [])]
    return [*(hidden * (k - 1)), "Dense", "Softmax"]


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
    return [params["W"] for params in _params(exam, layers) if "W" in params]


def _judge_seeded(exam, sizes, settings, seeds, shown):
    """Judge whether layers, and nets with other seeds, start from other random numbers."""
    nets = [_layers(exam, sizes, seed=seed, **settings) for seed in (0, 100)]
    if any(isinstance(net, Failure) for net in nets):
        seeds.require(False, "with a seed the call fails.", shown)
        return
    first, second = ([numbers(W, "W") for W in _weights(exam, net)] for net in nets)
    alike = any(np.array_equal(a, b) for k, a in enumerate(first) for b in first[k + 1 :])
    seeds.require(first and not alike, "two layers of the same size start with the same weights.", shown)
    moved = len(first) == len(second) and not any(map(np.array_equal, first, second))
    seeds.require(moved, "the weights are the same whatever the seed: layer number k gets seed + k.", shown)


@check_item("batchnorm.best_model", points=5, bonus=2, asks="best_model", title="Accuracy on unseen images", rounds=1)
def best_model(exam):
    """Accuracy of the handed-in model on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="best_model")
