"""A net from a list of sizes, and the accuracy of the trained one."""

from itertools import combinations, pairwise

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, numbers
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Handle, Plant


@check_item("layers.k_layer_model", points=2, asks="k_layer_model", title="A net from a list of sizes")
def k_layer_model(exam):
    """`k_layer_model(sizes)`: dense layers with ReLUs between them, a softmax at the end."""
    order = exam.expectation(
        "dense layers, a ReLU between each two, a Softmax at the end", 0.5, advice="How many ReLUs have k dense layers?"
    )
    sizes_right = exam.expectation("sizes of the dense layers", 0.3)
    initial = exam.expectation("weights from the initialiser", 0.1, core=False, tolerance=EXACT)
    seeds = exam.expectation("other random numbers in every layer, and for every seed", 0.1, core=False)
    rng = exam.rng
    for case, sizes in (
        ("three layers", parts.sizes(rng, 4)),
        ("one layer", parts.sizes(rng, 2)),
        ("equal sizes", [7, 7, 7, 7, 5]),
    ):
        k = len(sizes) - 1
        due = [*(["Dense", "ReLU"] * k)[:-1], "Softmax"]
        shown = parts.described(case, sizes=sizes)
        model = exam.student.call("k_layer_model", sizes, Plant("filled", value=0.25), keep=True)
        layers = exam.student.get(model, "layers")
        if not isinstance(layers, (list, tuple)) or not all(isinstance(layer, Handle) for layer in layers):
            came = (
                layers
                if isinstance(layers, Failure)
                else Failure("it returned no Model with a list of layers.", "value")
            )
            for expectation in (order, sizes_right, initial, seeds):
                expectation.judge(came, shown)
            continue
        kinds = [layer.type_name for layer in layers]
        order.require(
            kinds == due, f"the layers are {', '.join(kinds) or 'none'}; expected are {', '.join(due)}.", shown
        )
        weights = _weights(exam, layers)
        shapes = [np.shape(W) for W in weights]
        wanted = list(pairwise(sizes))
        sizes_right.require(shapes == wanted, f"the weights have shapes {shapes}; expected are {wanted}.", shown)
        same = shapes == wanted and all(np.all(numbers(W, "W") == 0.25) for W in weights)
        initial.require(same, "the weights are not what `initialiser` gave.", shown)
        drawn = exam.student.call("k_layer_model", sizes, keep=True)
        others = _weights(exam, exam.student.get(drawn, "layers"))
        alike = [np.shape(a) == np.shape(b) and np.array_equal(a, b) for a, b in combinations(others, 2)]
        seeds.require(
            len(others) == k and not any(alike), "two layers of the same size start with the same weights.", shown
        )
        moved = _weights(
            exam, exam.student.get(exam.student.call("k_layer_model", sizes, seed=100, keep=True), "layers")
        )
        seeds.require(
            len(moved) == k and not any(map(np.array_equal, others, moved)),
            "the weights are the same whatever the seed: layer number k gets seed + k.",
            shown,
        )


def _weights(exam, layers):
    """W of every dense layer."""
    weights = []
    for layer in layers if isinstance(layers, (list, tuple)) else ():
        params = exam.student.get(layer, "params")
        if isinstance(params, dict) and "W" in params:
            weights.append(params["W"])
    return weights


@check_item("layers.best_model", points=5, bonus=2, asks="best_model", title="Accuracy on unseen images", rounds=1)
def best_model(exam):
    """Accuracy of the handed-in model on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="best_model")
