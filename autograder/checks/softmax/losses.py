"""Loss and gradient of the softmax classifier, with loops and without, and gradients by centred differences."""

import math

import numpy as np

from autograder import growth
from autograder.checks import parts
from autograder.compare import EXACT, SINGLE, Comparison, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

DEFAULT_STEP = 1e-5  # of `numerical_gradient`


@check_item("softmax.loss_naive", points=4, asks="softmax_loss_naive", title="Loss and gradient with loops")
def loss_naive(exam):
    """Loss and dW (D, C) of `softmax_loss_naive`; here loops are welcome."""
    _loss_and_gradient(exam, "softmax_loss_naive", {"loss": 0.3, "gradient": 0.3, "derivative": 0.1, "large": 0.1})


@check_item(
    "softmax.loss_vectorized", points=5, asks="softmax_loss_vectorized", title="Loss and gradient without loops"
)
def loss_vectorized(exam):
    """Loss and dW (D, C) of `softmax_loss_vectorized`, and that its cost is not that of a Python loop over examples."""
    _loss_and_gradient(
        exam, "softmax_loss_vectorized", {"loss": 0.2, "gradient": 0.25, "derivative": 0.05, "large": 0.1}
    )
    vectorised = exam.expectation(
        "no Python loop over the examples",
        0.2,
        core=False,
        advice="Every example's scores come out of one product of matrices.",
    )
    _without_loop(exam, "softmax_loss_vectorized", vectorised)


def _without_loop(exam, function, expectation):
    """Whether more examples make no more lines of Python run, nor cost the time of a loop: the same in every round."""
    if expectation.rounds:
        expectation.rounds.add(exam.round.name)
        return
    steps = growth.steps_per_example(exam.student, function)
    if isinstance(steps, Failure):
        expectation.judge(steps)
        return
    if steps >= 0.9:
        expectation.require(
            False,
            f"each further example makes {steps:.0f} more line{'s' * (steps >= 1.5)} of Python run. Is there a `for` "
            "over the examples, a comprehension, or `np.apply_along_axis` or the like, which call yours for each?",
        )
        return
    # Lines are counted in the student's process; the clock is read outside it.
    seconds = growth.cost_per_example(exam.student, function)
    if isinstance(seconds, Failure):
        expectation.judge(seconds)
        return
    expectation.require(
        seconds < growth.yardstick() / 3, "each further example costs as much time as in a Python loop."
    )


def _loss_and_gradient(exam, function, shares):
    loss_right = exam.expectation(
        "loss", shares["loss"], tolerance=EXACT, advice="Work one example with two classes out by hand and compare."
    )
    gradient_right = exam.expectation(
        "gradient", shares["gradient"], tolerance=EXACT, advice="Compare with numerical_gradient on a small problem."
    )
    derivative = exam.expectation(
        "gradient fits your own loss (centred differences)", shares["derivative"], core=False, tolerance=1e-3
    )
    large = exam.expectation(
        "scores near ±1000",
        shares["large"],
        core=False,
        tolerance=SINGLE,
        advice="Shift each row of scores before taking exponentials, and do not take the logarithm of a rounded zero.",
    )
    shapes = exam.expectation("one number and an array (D, C)", 0.05, core=False)
    edges = exam.expectation("one example, one class, two classes", 0.05, core=False, tolerance=EXACT)
    dtypes = exam.expectation("any integer labels, float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("W, X and y are not modified", 0.05, core=False)

    rng = exam.rng
    N, D, C = parts.sizes(rng, 3)
    # W is not small, so that the regularisation shows; no probability is so small that an eps beside it does.
    W, X, y = rng.standard_normal((D, C)), rng.standard_normal((N, D)) / math.sqrt(D), rng.integers(0, C, N)
    y[:2] = 0, C - 1
    reg, other = rng.uniform(0.5, 1.0), rng.uniform(1.5, 2.5)
    more = int(rng.choice([17, 19]))
    low_W, low_X = W.copy(), X.copy()
    low_W[0] -= 2000  # all scores far below zero, every other row of them twice as far
    low_X[:, 0] = 1 + np.arange(N) % 2
    cases = [
        ("no regularisation", W, X, y, 0.0, None),
        ("regularised", W, X, y, reg, None),
        (
            "other sizes",
            rng.standard_normal((N, D)),
            rng.standard_normal((more, N)) / math.sqrt(N),
            rng.integers(0, D, more),
            other,
            None,
        ),
        ("large scores", 300 * W, 3 * X, y, 0.0, large),
        ("very negative scores", low_W, low_X, y, 0.0, large),
        ("one example", W, X[:1], y[:1], reg, edges),
        ("two classes", W[:, :2], X, y % 2, reg, edges),
        ("one class", W[:, :1], X, np.zeros_like(y), reg, edges),
        ("uint8 labels", W, X, y.astype(np.uint8), reg, dtypes),
        ("int32 labels", W, X, y.astype(np.int32), reg, dtypes),
        ("float32", W.astype(np.float32), X.astype(np.float32), y, reg, dtypes),
    ]
    for case, *given, expectation in cases:
        n, (d, c) = len(given[1]), given[0].shape
        shown = parts.described(case, N=n, D=d, C=c, reg=given[3])
        answer = exam.ask(function, *given, untouched=untouched, case=shown)
        loss, dW = unpack(answer, 2, "loss and dW")
        expected = exam.expected(function, *given, case=case)
        shapes.judge(shape_of(loss, (), "the loss", "one number"), shown)
        shapes.judge(shape_of(dW, (d, c), "dW", "(D, C)"), shown)
        main = expectation is None
        mistakes = []
        if main or case == "large scores":
            mistakes = exam.mistakes(function if main else "loss_of_large_scores", *given, case=case)
        conventions = exam.mistakes("loss_conventions", *given, case=case) if main else []
        mistakes = [m for m in conventions if parts.all_fit((loss, dW), m[0])] + mistakes
        data = exam.expected(function, *given[:3], 0.0, case=f"{case}, data part") if main else ()
        for part, got, name, own in ((0, loss, "the loss", loss_right), (1, dW, "dW", gradient_right)):
            parts.judge(
                expectation or own,
                got,
                expected[part],
                name,
                shown,
                exam,
                counts={"N": n, "C": c, "D": d},
                summands={"data": data[part], "regularisation": expected[part] - data[part]} if data else None,
                mistakes=[(value[part], kind, text) for value, kind, text in mistakes if value[part] is not None],
            )
    _own_derivative(exam, function, derivative, W / 2, X, y, reg)


def _own_derivative(exam, function, expectation, W, X, y, reg):
    """Whether dW is the derivative of the student's own loss, along three random directions."""
    _, dW = unpack(exam.ask(function, W, X, y, reg), 2, "loss and dW")
    dW, h = numbers(dW, "dW"), 1e-2
    if isinstance(dW, Failure) or dW.shape != W.shape or not np.any(dW):
        expectation.require(
            False, dW.message if isinstance(dW, Failure) else "there is no gradient of W's shape to compare."
        )
        return
    size = np.linalg.norm(dW)
    for _ in range(3):
        direction = exam.rng.standard_normal(W.shape)
        direction /= np.linalg.norm(direction)
        above, below = (
            unpack(exam.ask(function, W + step * direction, X, y, reg), 2, "loss and dW")[0] for step in (h, -h)
        )
        above, below = numbers(above, "the loss"), numbers(below, "the loss")
        if isinstance(above, Failure) or isinstance(below, Failure) or above.size != 1 or below.size != 1:
            expectation.require(False, "the loss is not one number.")
            return
        slope = (above.item() - below.item()) / (2 * h)
        # Against the size of the whole gradient, because along some directions the true slope is near zero.
        off = float(abs(np.sum(dW * direction) - slope) / size)
        message = "along a random direction your loss does not rise or fall as your dW says."
        expectation.judge(Comparison(off <= expectation.tolerance, off, expectation.tolerance, message))


@check_item("softmax.numerical_gradient", points=3, asks="numerical_gradient", title="Centred differences")
def numerical_gradient(exam):
    """Centred differences of functions of one, two and three axes; the gradient has the shape of x."""
    right = exam.expectation("gradient", 0.35, tolerance=EXACT)
    centred = exam.expectation(
        "steps of h to both sides, for any h",
        0.35,
        tolerance=EXACT,
        advice="For a wide step the centred and the one-sided difference give visibly different numbers.",
    )
    any_shape = exam.expectation("x with one, two and three axes", 0.15, core=False, tolerance=EXACT)
    zero_d = exam.expectation("f that returns a 0-d array", 0.05, core=False, tolerance=EXACT)
    shape = exam.expectation("shape of x", 0.05, core=False)
    untouched = exam.expectation("x has its old values afterwards", 0.05, core=False)
    rng = exam.rng
    a, b, c = parts.sizes(rng, 3)
    cases = [
        ("two axes", (a, b), None, right),
        ("wide step", (a, b), 0.3, centred),
        ("another step", (b, c), 0.05, centred),
        ("one axis", (a,), 0.2, any_shape),
        ("three axes", (2, 3, 2), 0.2, any_shape),
        ("0-d value", (b,), 0.1, zero_d),
    ]
    for case, size, h, expectation in cases:
        x = rng.standard_normal(size)
        kind = "array_square" if expectation is zero_d else "weighted_sines"
        f = Plant(kind, weights=rng.uniform(0.5, 2.0, size), **({} if kind == "array_square" else {"twist": 1.5}))
        extra = () if h is None else (h,)
        got = exam.ask("numerical_gradient", f, x, *extra, untouched=untouched, case=case)
        expected = exam.expected("numerical_gradient", f, x, *extra, case=case)
        mistakes = exam.mistakes("numerical_gradient", f, x, h or DEFAULT_STEP, case=case)
        shape.judge(shape_of(got, size, "the gradient"), case)
        parts.judge(
            expectation,
            got,
            expected,
            "the gradient",
            parts.described(case, x=size, h=h or "default"),
            exam,
            mistakes=mistakes,
        )
