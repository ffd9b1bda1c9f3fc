"""Dropout's gradient, held against the very mask that the student's own forward pass left in its cache."""

import numpy as np

from autograder.checks import parts
from autograder.checks.batchnorm.dropout import PLAIN, TRAIN, as_numbers, cases, not_zero, surprise
from autograder.compare import EXACT, Comparison, close, numbers
from autograder.namespace import Failure
from autograder.registry import check_item


@check_item("batchnorm.dropout_backward", points=1, asks="dropout_backward", title="Dropout, backward")
def dropout_backward(exam):
    """`dropout_backward(dout, cache)`: dx for random upstream gradients, in both modes."""
    right = exam.expectation("dx", 0.6, tolerance=EXACT, advice="What did forward multiply each number with?")
    tested = exam.expectation("mode test: dx is dout", 0.2, core=False, tolerance=EXACT)
    stateless = exam.expectation("works from its cache alone", 0.1, core=False, tolerance=EXACT)
    untouched = exam.expectation("dout is not modified", 0.1, core=False)
    for case, x, p in cases(exam.rng, large=False):
        dout = not_zero(exam.rng, x.shape).astype(x.dtype)
        param = TRAIN | {"p": p, "seed": int(exam.rng.integers(1 << 30))}
        shown = parts.described(case, shape=x.shape, p=p)
        # Recorded whatever comes: at home the values are read, not computed.
        agreed, scale = (
            exam.expected("dropped", x, p, param["seed"], case=case),
            exam.expected("kept_scale", p, case=case),
        )
        cache, factors = _own_mask(exam, x, param)
        if cache is None:  # their forward function leaves nothing to work from
            cache, factors = agreed, agreed
        dx = _alone(exam.ask("dropout_backward", dout, cache, untouched=untouched, watched=(0,), case=shown))
        if not _forward_right(factors, scale) and not close(dx, _fitting(dx, dout, factors, scale), "dx").passed:
            other = _alone(exam.student.call("dropout_backward", dout, agreed))
            if close(other, dout * agreed, "dx").passed:  # what is wrong is what their forward function left
                dx, factors = other, agreed
        expected, mistakes = _fitting(dx, dout, factors, scale), _mistaken(dx, x, dout, factors, scale)
        given = {"dout": dout, "x": x}
        parts.judge(right, dx, expected, "dx", shown, exam, counts={"N": len(x)}, mistakes=mistakes, given=given)
        if case == "rows":
            stateless.judge(_dropout_stateless(exam, x, param, dout, agreed, scale), shown)
        whole = exam.student.call("dropout_forward", x, param | {"mode": "test"}, keep=True)
        own = exam.student.call(whole, 1, attribute="__getitem__", keep=True)
        answers = [_alone(exam.student.call("dropout_backward", dout, one)) for one in (own, None)]
        passed = [close(one, dout.astype(float), "dx in mode test", EXACT, not exam.hidden) for one in answers]
        tested.judge(next((one for one in passed if one.passed), passed[0]), shown)


def _alone(answer):
    return answer[0] if isinstance(answer, (tuple, list)) and len(answer) == 1 else answer


def _own_mask(exam, x, param):
    """The cache of the student's own forward pass, and what x was multiplied with; None where nothing is dropped."""
    whole = exam.student.call("dropout_forward", x, param, keep=True)
    cache = exam.student.call(whole, 1, attribute="__getitem__", keep=True)
    out = as_numbers(exam.student.call(whole, 0, attribute="__getitem__"), x.shape)
    if isinstance(cache, Failure) or isinstance(out, Failure) or out.all() or not out.any():
        return None, None
    return cache, out / x


def _forward_right(factors, scale):
    """Whether a forward pass may have multiplied with these: a probable share with the scale, the others with 0."""
    kept = factors != 0
    unlikely = surprise(kept.mean(), 1 / scale, kept.size) > PLAIN
    return not unlikely and close(factors[kept], np.full(kept.sum(), scale), "it").passed


def _fitting(dx, dout, factors, scale):
    """The gradient of the student's own forward pass, or, where dx is that, of one that scales as it should."""
    own, scaled = dout * factors, dout * (factors != 0) * scale
    return scaled if close(dx, scaled, "dx", EXACT).passed else own


def _mistaken(dx, x, dout, factors, scale):
    """What well-known mistakes make of a mask that only the student's process drew: (value, kind, text) each."""
    closed = dout * (factors == 0)
    dropped = "The gradient passes where the number was dropped, and is stopped where it was kept."
    found = [
        (dout, "The gradient passes unchanged, also where the number was dropped."),
        (dout * scale, "The gradient is scaled, but passes also where the number was dropped."),
        (
            dout * (factors != 0),
            "The gradient is stopped where the number was dropped, but not scaled where it was kept.",
        ),
        (dout * factors**2, "The gradient is scaled twice."),
        (dout * (factors != 0) / scale, "The gradient is divided by the scale that forward multiplied with."),
        (factors, "This is the mask alone; multiply it with dout."),
        (dout * factors[:1], "The first example's mask stands for all; each example has its own."),
        (dout + factors, "The mask is added to dout; multiply it with dout."),
        (dout * x * factors, "dout is multiplied with forward's output; multiply it with the mask."),
        (dout * x, "dout is multiplied with x; multiply it with the mask."),
        (np.ones(dout.shape), "dx is 1 everywhere; it is dout times what forward multiplied x with."),
        (closed, dropped),
        (closed * scale, dropped),
    ]
    if _another_mask(dx, dout, factors):
        text = (
            "dx is zero at other places than the output was: that is another mask than forward's. Draw none in "
            "backward; the one that counts is in the cache."
        )
        found.append((dx, text))
    return [(value, "known mistake", text) for value, text in found]


def _another_mask(dx, dout, factors):
    """Whether dx is dout times some other mask, scaled or not."""
    array = numbers(dx, "dx")
    if isinstance(array, Failure) or array.shape != dout.shape or array.dtype.kind not in "fiu":
        return False
    ratio = array / dout
    passed = ratio[ratio != 0]
    patterns = [factors != 0, factors == 0, np.ones(dout.shape, bool), np.zeros(dout.shape, bool)]
    return not any(np.array_equal(ratio != 0, one) for one in patterns) and np.ptp(passed) < 1e-4 * abs(passed[0])


def _dropout_stateless(exam, x, param, dout, agreed, scale):
    """Whether dx stays what it is when other numbers are dropped between forward and backward: a `Comparison`."""
    rounds = [_round_trip(exam, x, param, dout, agreed, scale, disturbed) for disturbed in (False, False, True)]
    (first, mask, right), (second, mask_again, right_again), (third, mask_then, right_then) = rounds
    if any(isinstance(numbers(one, "dx"), Failure) for one in (first, second)):
        return close(first, dout, "dx", EXACT, False)  # the message says why there is none
    if np.array_equal(mask, mask_again) and not _alike(first, second):
        return Comparison(False, message="dx is another one in every call, for one and the same mask.", states=True)
    if right and right_again:
        alike = right_then
    else:  # they are wrong in some way, which must not depend on the other call
        alike = not np.array_equal(mask, mask_then) or _alike(first, third)
    message = (
        "dx changes when dropout is used for other inputs between forward and backward: what backward needs must be in "
        "the cache, not in a variable outside the function."
    )
    return Comparison(alike, message="" if alike else message, states=True)


def _alike(first, second):
    """Whether two answers are the same, numbers that are none included."""
    first, second = np.asarray(first), numbers(second, "dx")
    if isinstance(second, Failure) or first.shape != second.shape:
        return False
    return np.allclose(first, second, EXACT, EXACT, equal_nan=True)


def _round_trip(exam, x, param, dout, agreed, scale, disturbed):
    """Forward, once more with other numbers where `disturbed`, and backward: dx, the factors, whether dx fits them."""
    cache, factors = _own_mask(exam, x, param)
    if disturbed:
        exam.student.call("dropout_forward", 2 * x, param | {"seed": param["seed"] + 1}, keep=True)
    if cache is None:
        cache, factors = agreed, agreed
    dx = _alone(exam.student.call("dropout_backward", dout, cache))
    return dx, factors, close(dx, _fitting(dx, dout, factors, scale), "dx", EXACT).passed
