"""Layers as pairs of functions: affine, ReLU, and the two as one."""

import math

import numpy as np

from autograder.checks import pairs, parts, sandwiches
from autograder.checks.pairs import Pair
from autograder.compare import EXACT, SINGLE, shape_of
from autograder.exam import unpack
from autograder.registry import check_item

NAMES = {"affine": ("dx", "dw", "db"), "affine_relu": ("dx", "dw", "db"), "relu": ("dx",)}
STAND_INS = {name: f"odd_{name}" for name in ("affine_forward", "affine_backward", "relu_forward", "relu_backward")}


def _affine_inputs(rng, N, axes, M):
    D = math.prod(axes)
    return rng.standard_normal((N, *axes)), rng.standard_normal((D, M)) / math.sqrt(D), rng.standard_normal(M)


def _affine_cases(rng):
    """(case, inputs) of affine layers: two and four axes, one example, Fortran order, float32."""
    N, a, b, M = parts.sizes(rng, 4)
    general = _affine_inputs(rng, N, (a,), M)
    return [
        ("rows", general),
        ("images", _affine_inputs(rng, M, (2, 3, a), b)),
        ("one example", _affine_inputs(rng, 1, (b, 2), a)),
        ("columns first in memory", tuple(np.asfortranarray(array) for array in _affine_inputs(rng, a, (3, N), b))),
        ("float32", tuple(array.astype(np.float32) for array in general)),
    ]


def _relu_cases(rng):
    N, a, b, M = parts.sizes(rng, 4)
    general = rng.standard_normal((N, a))
    return [
        ("rows", (general,)),
        ("images", (3 * rng.standard_normal((M, 3, b, 2)),)),
        ("one number each", (rng.standard_normal(a),)),
        ("all negative", (-np.abs(general) - 0.1,)),
        ("float32", (general.astype(np.float32),)),
    ]


def _named(inputs):
    return dict(zip("xwb", inputs, strict=False))


def _shown(case, inputs):
    return parts.described(case, **{name: array.shape for name, array in _named(inputs).items()})


def _forward(exam, layer, cases, first):
    """Judge a forward function; `first` names the main expectation."""
    right = exam.expectation(first, 0.6, tolerance=EXACT, advice="Write the shapes below each product.")
    more = exam.expectation("more axes, one example", 0.15, core=False, tolerance=EXACT)
    shape = exam.expectation("shape of the output, and a cache", 0.1, core=False)
    single = exam.expectation("float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("inputs are not modified", 0.1, core=False)
    by_case = {"rows": right, "all negative": right, "float32": single}
    for case, inputs in cases:
        expectation, shown = by_case.get(case, more), _shown(case, inputs)
        answer = exam.ask(f"{layer}_forward", *inputs, untouched=untouched, case=shown)
        expected = exam.expected("output", layer, inputs, case=case)
        out, _ = unpack(answer, 2, "out and cache")
        shape.judge(shape_of(out, expected.shape, "out"), shown)
        seen = expectation is right or (layer, case) == ("affine", "images")
        mistakes = exam.mistakes(f"{layer}_forward", *inputs, case=case) if seen else ()
        given = _named(inputs)
        parts.judge(expectation, out, expected, "out", shown, exam, mistakes=mistakes, given=given)


def _backward(exam, layer, cases):
    """Judge a backward function, on the cache of the student's own forward function or on the one agreed on."""
    names = NAMES[layer]
    rights = {
        name: exam.expectation(
            name,
            0.6 / len(names),
            tolerance=EXACT,
            advice="Write the shapes below the product: which axis is summed away?",
        )
        for name in names
    }
    more = exam.expectation("more axes, one example", 0.1, core=False, tolerance=EXACT)
    beside = pairs.beside_gradients(exam, untouched=0.1)
    for case, inputs in cases:
        out = exam.expected("output", layer, inputs, case=case)
        dout = exam.rng.standard_normal(out.shape).astype(inputs[0].dtype)
        main, shown, pair = case in ("rows", "all negative", "float32"), _shown(case, inputs), _pair(layer, inputs)
        expected = exam.expected("gradients", layer, inputs, dout, case=case)
        once = case == "rows"
        mistakes = exam.mistakes(f"{layer}_backward", inputs, dout, case=case) if once else ()
        by_name = rights if main else dict.fromkeys(names, more)
        pairs.judge_backward(exam, pair, dout, expected, by_name, beside, shown, mistakes, out if once else None)


def _pair(layer, inputs):
    agreed = inputs if len(inputs) > 1 else inputs[0]
    return Pair(f"{layer}_forward", f"{layer}_backward", NAMES[layer], inputs, agreed)


def _sandwich(exam, inputs, dout, case, untouched):
    """One pass of the sandwich, forward or with `dout` back; what came as a tuple, and what should have come."""

    def expected(odd, way):
        found = exam.expected("sandwiched", odd, inputs, dout, case=way)
        return found if isinstance(found, tuple) else (found,)

    return sandwiches.one_pass(exam, _pair("affine_relu", inputs), STAND_INS, expected, dout, case, untouched)


@check_item("layers.affine_forward", points=2, asks="affine_forward", title="Affine layer, forward")
def affine_forward(exam):
    """`affine_forward(x, w, b)`: out (N, M), for x with any number of axes."""
    _forward(exam, "affine", _affine_cases(exam.rng), "out")


@check_item("layers.affine_backward", points=3, asks="affine_backward", title="Affine layer, backward")
def affine_backward(exam):
    """`affine_backward(dout, cache)`: dx, dw and db for random upstream gradients."""
    _backward(exam, "affine", _affine_cases(exam.rng))


@check_item("layers.relu_forward", points=1, asks="relu_forward", title="ReLU, forward")
def relu_forward(exam):
    """`relu_forward(x)`: any shape in, the same out."""
    _forward(exam, "relu", _relu_cases(exam.rng), "out")


@check_item("layers.relu_backward", points=1, asks="relu_backward", title="ReLU, backward")
def relu_backward(exam):
    """`relu_backward(dout, cache)`: dx for random upstream gradients."""
    cases = [(case, inputs) for case, inputs in _relu_cases(exam.rng) if case != "all negative"]
    _backward(exam, "relu", cases)


@check_item("layers.affine_relu", points=2, asks="affine_relu_forward", title="A sandwich: affine and ReLU")
def affine_relu(exam):
    """`affine_relu_forward` and `affine_relu_backward`: the two layers in their order, and in the opposite one."""
    forward = exam.expectation("forward", 0.4, tolerance=EXACT, advice="First the affine layer, then the ReLU.")
    backward = exam.expectation(
        "backward", 0.4, tolerance=EXACT, advice="What came last goes back first, each with its own cache."
    )
    stateless = exam.expectation("works from its cache alone", 0.1, core=False, tolerance=EXACT)
    untouched = exam.expectation("inputs and dout are not modified", 0.1, core=False)
    for case, inputs in _affine_cases(exam.rng):
        shown = _shown(case, inputs)
        (out,), (expected,) = _sandwich(exam, inputs, None, case, untouched)
        main = case == "rows"
        mistakes = exam.mistakes("affine_relu_forward", *inputs, case=case) if main else ()
        parts.judge(forward, out, expected, "out", shown, exam, mistakes=mistakes, given=_named(inputs))
        dout = exam.rng.standard_normal(expected.shape).astype(inputs[0].dtype)
        grads, expected = _sandwich(exam, inputs, dout, case, untouched)
        mistakes = exam.mistakes("affine_relu_backward", inputs, dout, case=case) if main else ()
        for number, name in enumerate(NAMES["affine_relu"]):
            known = [(v[number], kind, text) for v, kind, text in mistakes if v and v[number] is not None]
            given = _named(inputs) | {"dout": dout}
            parts.judge(backward, grads[number], expected[number], name, shown, exam, mistakes=known, given=given)
        if main:
            stateless.judge(sandwiches.stateless(exam, _pair("affine_relu", inputs), STAND_INS, dout), shown)
