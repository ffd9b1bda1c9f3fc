"""Scores and loss of a two-layer net."""

import numpy as np

from autograder.checks import parts
from autograder.checks.two_layer_net.cases import in_float32, parameters
from autograder.compare import EXACT, SINGLE, shape_of
from autograder.exam import unpack
from autograder.registry import check_item


@check_item("two_layer_net.forward", points=3, asks="two_layer_forward", title="Scores of a two-layer net")
def forward(exam):
    """`two_layer_forward(X, params)`: scores (N, C) and hidden (N, H)."""
    right = exam.expectation(
        "scores", 0.5, tolerance=EXACT, advice="Work out one example with two hidden units by hand."
    )
    units = exam.expectation("hidden", 0.2, tolerance=EXACT, advice="`hidden` is what the ReLU gives on.")
    edges = exam.expectation("one example, one hidden unit", 0.1, core=False, tolerance=EXACT)
    shape = exam.expectation("shapes (N, C) and (N, H)", 0.1, core=False)
    single = exam.expectation("float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("X and params are not modified", 0.05, core=False)
    rng = exam.rng
    N, D, H, C = parts.sizes(rng, 4)
    params, X = parameters(rng, D, H, C), rng.standard_normal((N, D))
    low = params | {"b2": params["b2"] - 20}
    cases = [
        ("general", X, params, None),
        ("all scores negative", X, low, None),
        ("other sizes", rng.standard_normal((D, N)), parameters(rng, N, C, H, 2.0), None),
        ("one example", X[:1], params, edges),
        ("one hidden unit", X, parameters(rng, D, 1, C), edges),
        ("float32", in_float32(X), in_float32(params), single),
    ]
    for case, given, weights, expectation in cases:
        n, (d, h), c = len(given), weights["W1"].shape, len(weights["b2"])
        shown = parts.described(case, N=n, D=d, H=h, C=c)
        answer = exam.ask("two_layer_forward", given, weights, untouched=untouched, case=shown)
        scores, hidden = unpack(answer, 2, "scores and hidden")
        expected = exam.expected("two_layer_forward", given, weights, case=case)
        mistakes = exam.mistakes("two_layer_forward", given, weights, case=case) if expectation is None else []
        shape.judge(shape_of(scores, (n, c), "scores", "(N, C)"), shown)
        shape.judge(shape_of(hidden, (n, h), "hidden", "(N, H)"), shown)
        for part, got, name, own in ((0, scores, "scores", right), (1, hidden, "hidden", units)):
            known = [(value[part], kind, text) for value, kind, text in mistakes if value[part] is not None]
            parts.judge(expectation or own, got, expected[part], name, shown, exam, mistakes=known)


@check_item("two_layer_net.loss", points=4, asks="two_layer_loss", title="Softmax loss with regularised weights")
def loss(exam):
    """`two_layer_loss(scores, y, params, reg)`: the loss, and its gradient dscores (N, C)."""
    loss_right = exam.expectation(
        "loss", 0.35, tolerance=EXACT, advice="Work one example with two classes out by hand and compare."
    )
    gradient_right = exam.expectation(
        "dscores", 0.3, tolerance=EXACT, advice="Each row of dscores must sum to zero: what does yours sum to?"
    )
    large = exam.expectation(
        "scores near ±1000",
        0.1,
        core=False,
        tolerance=SINGLE,
        advice="Shift each row of scores before taking exponentials, and do not take the logarithm of a rounded zero.",
    )
    shapes = exam.expectation("one number and an array (N, C)", 0.1, core=False)
    edges = exam.expectation("one example, two classes", 0.05, core=False, tolerance=EXACT)
    dtypes = exam.expectation("any integer labels, float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("scores, y and params are not modified", 0.05, core=False)
    rng = exam.rng
    N, D, H, C = parts.sizes(rng, 4)
    params, scores, y = parameters(rng, D, H, C), 1.5 * rng.standard_normal((N, C)), rng.integers(0, C, N)
    y[:2] = 0, C - 1
    reg, more = rng.uniform(0.5, 1.0), rng.uniform(1.5, 2.5)
    huge = 1000 * rng.standard_normal((N, C))
    cases = [
        ("no regularisation", scores, y, params, 0.0, None),
        ("regularised", scores, y, params, reg, None),
        (
            "other sizes",
            rng.standard_normal((D, N)) - 5,
            rng.integers(0, N, D),
            parameters(rng, C, H, N),
            more,
            None,
        ),
        ("large scores", huge, y, params, 0.0, large),
        ("very negative scores", huge - 1500 - 2500 * (np.arange(N) % 2)[:, np.newaxis], y, params, 0.0, large),
        ("one example", scores[:1], y[:1], params, reg, edges),
        ("two classes", scores[:, :2], y % 2, parameters(rng, D, H, 2), reg, edges),
        ("uint8 labels", scores, y.astype(np.uint8), params, reg, dtypes),
        ("float32", in_float32(scores), y.astype(np.int32), in_float32(params), reg, dtypes),
    ]
    for case, *given, expectation in cases:
        n, c = given[0].shape
        shown = parts.described(case, N=n, C=c, reg=given[3])
        answer = exam.ask("two_layer_loss", *given, untouched=untouched, case=shown)
        value, dscores = unpack(answer, 2, "loss and dscores")
        expected = exam.expected("two_layer_loss", *given, case=case)
        shapes.judge(shape_of(value, (), "the loss", "one number"), shown)
        shapes.judge(shape_of(dscores, (n, c), "dscores", "(N, C)"), shown)
        main = expectation is None
        mistakes = []
        if main or case == "large scores":
            mistakes = exam.mistakes("two_layer_loss" if main else "loss_of_large_scores", *given, case=case)
        summands = None
        if main:
            data = exam.expected("two_layer_loss", *given[:3], 0.0, case=f"{case}, data part")[0]
            squares = {name: given[3] * float(np.sum(given[2][name] ** 2)) for name in ("W1", "W2")}
            summands = (
                {"data": data, "regularisation": sum(squares.values())},
                # One of the weights left out, or counted with another factor than the other.
                {"data": data} | {f"regularisation of {name}": square for name, square in squares.items()},
            )
        for part, got, name, own in ((0, value, "the loss", loss_right), (1, dscores, "dscores", gradient_right)):
            parts.judge(
                expectation or own,
                got,
                expected[part],
                name,
                shown,
                exam,
                counts={"N": n, "C": c},
                summands=summands if part == 0 else None,
                mistakes=[(known[part], kind, text) for known, kind, text in mistakes if known[part] is not None],
            )
