"""Each gradient of the loss, judged by itself; errors carried forward from a wrong loss."""

import numpy as np

from autograder.checks import parts
from autograder.checks.parts import CARRIED, SLOPE
from autograder.checks.two_layer_net.cases import entry, own_loss, parameters
from autograder.compare import EXACT, Comparison, numbers, shape_of
from autograder.namespace import Failure
from autograder.registry import check_item


def _gradient_item(name, points, title):
    """Register the item that judges one of the gradients `two_layer_backward` returns."""

    @check_item(f"two_layer_net.d{name}", points=points, asks="two_layer_backward", title=title)
    def judge(exam):
        _gradient(exam, name)

    judge.__doc__ = f'The entry "{name}" of what `two_layer_backward` returns.'
    return judge


def _gradient(exam, name):
    weights = name.startswith("W")
    advice = "Write the shapes below the product: which axis is summed away?"
    right = exam.expectation(f"d{name} without regularisation", 0.5 if weights else 0.4, tolerance=EXACT, advice=advice)
    decayed = exam.expectation(
        f"d{name} with regularisation",
        0.2 if weights else 0.3,
        tolerance=EXACT,
        advice="Differentiate reg * W**2." if weights else "The biases are not regularised.",
    )
    edges = exam.expectation("one example, one hidden unit", 0.1, core=False, tolerance=EXACT)
    shape = exam.expectation(f'named "{name}", of the shape of {name}', 0.1, core=False)
    untouched = exam.expectation("no argument is modified", 0.1, core=False)
    rng = exam.rng
    N, D, H, C = parts.sizes(rng, 4)
    params, X = parameters(rng, D, H, C), rng.standard_normal((N, D))
    few, reg, more = parameters(rng, D, 1, C), rng.uniform(0.5, 1.0), rng.uniform(1.5, 2.5)
    few["b1"] = np.abs(few["b1"]) + 0.1
    cases = [
        ("no regularisation", rng.standard_normal((N, C)) / N, X, params, 0.0, right),
        ("other sizes", rng.standard_normal((D, H)), rng.standard_normal((D, N)), parameters(rng, N, C, H), 0.0, right),
        ("regularised", rng.standard_normal((N, C)) / N, X, params, reg, decayed),
        ("other regularisation", rng.standard_normal((N, C)) / N, X, params, more, decayed),
        ("one example", rng.standard_normal((1, C)), X[:1], params, reg, edges),
        ("one hidden unit", rng.standard_normal((N, C)) / N, X, few, reg, edges),
    ]
    for case, dscores, given, own, strength, expectation in cases:
        hidden = exam.expected("two_layer_forward", given, own, case=case)[1]
        arguments = (dscores, given, hidden, own, strength)
        shown = parts.described(case, N=len(given), D=given.shape[1], H=hidden.shape[1], reg=strength)
        got, named = entry(exam.ask("two_layer_backward", *arguments, untouched=untouched, case=shown), name)
        expected = exam.expected("gradient", name, *arguments, case=case)
        mistakes = exam.mistakes("gradient", name, *arguments, case=case) if expectation is not edges else ()
        summands = None
        if weights and strength:
            data = exam.expected("gradient", name, *arguments[:-1], 0.0, case=f"{case}, data part")
            summands = {"data": data, "regularisation": expected - data}
        shape.judge(named, shown)
        shape.judge(shape_of(got, expected.shape, f"d{name}"), shown)
        parts.judge(
            expectation,
            got,
            expected,
            f"d{name}",
            shown,
            exam,
            counts={"N": len(given), "C": dscores.shape[1], "H": hidden.shape[1]},
            summands=summands,
            mistakes=[known for known in mistakes if known[0] is not None],
        )
    _carried_forward(exam, name, params, X, rng.integers(0, C, N), reg / 4)


for _name, _points, _title in (
    ("W2", 2, "Gradient of the second layer's weights"),
    ("b2", 1, "Gradient of the second layer's biases"),
    ("W1", 3, "Gradient of the first layer's weights"),
    ("b1", 1, "Gradient of the first layer's biases"),
):
    _gradient_item(_name, _points, _title)


def _carried_forward(exam, name, params, X, y, reg):
    """Whether a gradient is the exact derivative of the student's own loss, which may be a wrong one."""
    carried = exam.expectation(
        f"carried forward: your d{name} is wrong, but it is the exact derivative of your own loss. That earns "
        f"{CARRIED:.0%} of the points; what is to be mended is the forward pass or the loss",
        CARRIED,
        core=False,
        instead=True,
        tolerance=SLOPE,
    )
    value, grads = own_loss(exam, params, X, y, reg)
    dW = numbers(entry(grads, name)[0], f"d{name}")
    if isinstance(value, Failure) or isinstance(dW, Failure) or dW.shape != params[name].shape or not np.any(dW):
        carried.require(False, "there is nothing to compare.")
        return
    scores = exam.expected("two_layer_forward", X, params, case="carried forward")[0]
    ours = exam.expected("two_layer_loss", scores, y, params, reg, case="carried forward")[0]
    if abs(value - ours) <= EXACT * abs(ours):
        carried.require(False, "your own loss is right: there is no earlier error that would be carried on.")
        return
    if not _through_the_net(exam, name, params, X, y, reg, value):
        carried.require(False, "your own loss, or this gradient of it, does not depend on X, y and the other layer.")
        return
    for _ in range(3):
        direction = exam.rng.standard_normal(dW.shape)
        direction /= np.linalg.norm(direction)

        def loss_at(step, direction=direction):
            found = own_loss(exam, params | {name: params[name] + step * direction}, X, y, reg)[0]
            return found if isinstance(found, float) else None

        off = parts.slope_error(dW, direction, loss_at)
        carried.judge(Comparison(off <= SLOPE, off, SLOPE, "it is not the derivative of your own loss."))


def _through_the_net(exam, name, params, X, y, reg, value):
    """Whether a student's loss, and its gradient without regularisation, are those of some net on X and y.

    The derivative of a penalty, or of any sum of parameters, is no backpropagation, however exact.
    """
    elsewhere, other_labels = X[::-1] / 2, (y + 1) % len(params["b2"])
    for given, labels in ((X, other_labels), (elsewhere, y)):
        loss = own_loss(exam, params, given, labels, reg)[0]
        if not isinstance(loss, float) or abs(loss - value) <= 1e-6 * abs(value):
            return False
    other_layer = "W1" if name.endswith("2") else "W2"
    turned = params | {other_layer: -params[other_layer][::-1]}
    gradients = [
        numbers(entry(own_loss(exam, *given, 0.0)[1], name)[0], f"d{name}")
        for given in ((params, X, y), (params, elsewhere, other_labels), (turned, X, y))
    ]
    if any(isinstance(g, Failure) or g.shape != params[name].shape for g in gradients):
        return False
    first, *others = gradients
    return np.any(first) and all(np.linalg.norm(g - first) > 1e-6 * np.linalg.norm(first) for g in others)
