"""Dropout: which numbers are kept and what they are multiplied with, whatever random numbers a student draws.

No input is zero, so that what was dropped shows in the output; the gradient is held against that very mask.
"""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, close, numbers, shape_of
from autograder.diagnose import Diagnosis
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item

TRAIN = {"mode": "train"}


def _cases(rng, large):
    """(case, x, p): no number is zero, so that what was dropped shows; p on either side of one half.

    Where `large`, there are numbers enough to tell one probability from another.
    """
    a, b, c = parts.sizes(rng, 3)
    low, high = float(rng.uniform(0.15, 0.3)), float(rng.uniform(0.65, 0.8))
    shapes = ((80 + a, 60), (10 + b, 3, 12, 12), (1, 4000 + c), (90, 50 + a))
    if not large:
        shapes = ((a, b), (c, 2, 3, 3), (1, 60 + a), (b, c))
    rows, images, row, single = (_not_zero(rng, shape) for shape in shapes)
    return [
        ("rows", rows, low),
        ("images", images, high),
        ("one row", row, low),
        ("float32", single.astype("f4"), high),
    ]


def _not_zero(rng, shape):
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2.0, shape)


@check_item("batchnorm.dropout_forward", points=3, asks="dropout_forward", title="Dropout, forward")
def dropout_forward(exam):
    """`dropout_forward(x, dropout_param)`: in training a random mask, scaled; afterwards nothing."""
    share = exam.expectation("share of the numbers that is kept", 0.25, advice="Count the zeros for p = .25.")
    scale = exam.expectation(
        "scale of the numbers that are kept",
        0.3,
        tolerance=EXACT,
        advice="What must the mean over many draws be, and what is it?",
    )
    tested = exam.expectation("mode test leaves x as it is", 0.2, tolerance=EXACT)
    apart = exam.expectation("every number is dropped independently of all others", 0.1, core=False)
    seeds = exam.expectation("the same seed, the same mask; other draws otherwise", 0.05, core=False)
    shape = exam.expectation("shape of the output, and a cache", 0.05, core=False)
    untouched = exam.expectation("x is not modified", 0.05, core=False)
    for case, x, p in _cases(exam.rng, large=True):
        param = TRAIN | {"p": p, "seed": int(exam.rng.integers(1 << 30))}
        shown = parts.described(case, shape=x.shape, p=p)
        answer = exam.ask("dropout_forward", x, param, untouched=untouched, watched=(0,), case=shown)
        out, _ = unpack(answer, 2, "out and cache")
        shape.judge(shape_of(out, x.shape, "out"), shown)
        out = _as_numbers(out, x.shape)
        if isinstance(out, Failure):
            for expectation in (share, scale, apart, seeds):
                expectation.judge(out, shown)
        else:
            _judge_mask(exam, out, x, p, share, scale, apart, case, shown)
            _judge_seeds(exam, out, x, param, seeds, shown)
        _judge_tested(exam, x, param, tested, untouched, case, shown)


def _as_numbers(out, shape):
    """An output as float64 of the right shape, or a `Failure`."""
    array = numbers(out, "out")
    if isinstance(array, Failure):
        return array
    if array.shape != shape or array.dtype.kind not in "fiu" or not np.all(np.isfinite(array)):
        return Failure("out is no array of finite numbers in the shape of x.", "value")
    return array.astype(float)


def _judge_mask(exam, out, x, p, share, scale, apart, case, shown):
    """Judge which numbers are kept, and what they were multiplied with."""
    kept = out != 0
    due = exam.expected("kept_share", p, case=case)
    found, spread = float(kept.mean()), (p * (1 - p) / x.size) ** 0.5
    named = next(
        (
            Diagnosis(kind, text)
            for value, kind, text in exam.mistakes("kept_share", p, case=case)
            if abs(value - found) < 5 * max(spread, 1e-9) and abs(value - due) > 10 * spread
        ),
        None,
    )
    share.require(
        abs(found - due) < 6 * spread,
        f"{found:.1%} of {x.size} numbers are kept; with p = {p:.3g} about {due:.1%} should be.",
        shown,
        named,
    )
    expected = np.full(int(kept.sum()), exam.expected("kept_scale", p, case=case))
    known = [(value * np.ones_like(expected), *words) for value, *words in exam.mistakes("kept_scale", p, case=case)]
    if kept.any():
        factors = out[kept] / x.astype(float)[kept]
        parts.judge(scale, factors, expected, "what they are multiplied with", shown, exam.hidden, mistakes=known)
    else:
        scale.require(False, "nothing is kept.", shown)
    rows = kept.reshape(len(kept), -1)
    shares = [rows.mean(axis=axis) for axis in (0, 1) if rows.shape[axis] > 20]
    wide = [6 * (p * (1 - p) / rows.shape[axis]) ** 0.5 for axis in (0, 1) if rows.shape[axis] > 20]
    apart.require(
        all(np.all(np.abs(one - found) < most) for one, most in zip(shares, wide, strict=True))
        and _neighbours(kept, p),
        "whole rows, columns, channels or neighbours are dropped together, or a fixed pattern is.",
        shown,
    )


def _neighbours(kept, p):
    """Whether a number is kept as often beside a kept one as beside a dropped one, along every axis."""
    for axis in range(kept.ndim):
        first, second = (
            np.take(kept, range(kept.shape[axis] - 1), axis),
            np.take(kept, range(1, kept.shape[axis]), axis),
        )
        if first.size > 1000:
            together = np.mean((first - kept.mean()) * (second - kept.mean())) / max(p * (1 - p), 1e-9)
            if abs(together) > 6 / first.size**0.5 + 1e-3:
                return False
    return True


def _judge_seeds(exam, out, x, param, seeds, shown):
    """Judge whether a seed settles the mask, and whether without one every call draws another."""
    again = _masked(exam, x, param)
    other = _masked(exam, x, param | {"seed": param["seed"] + 1})
    free = {key: value for key, value in param.items() if key != "seed"}
    drawn = [_masked(exam, x, free) for _ in range(2)]
    if any(isinstance(one, Failure) for one in (again, other, *drawn)):
        seeds.require(False, "one of several calls returned no array in the shape of x.", shown)
        return
    seeds.require(np.array_equal(again, out != 0), "two calls with the same seed drop different numbers.", shown)
    seeds.require(not np.array_equal(other, out != 0), "another seed drops the same numbers.", shown)
    seeds.require(not np.array_equal(*drawn), "two calls without a seed drop the same numbers.", shown)


def _masked(exam, x, param):
    out = _as_numbers(unpack(exam.student.call("dropout_forward", x, param), 2, "out and cache")[0], x.shape)
    return out if isinstance(out, Failure) else out != 0


def _judge_tested(exam, x, param, tested, untouched, case, shown):
    """Judge the output in mode "test"."""
    answer = exam.ask("dropout_forward", x, param | {"mode": "test"}, untouched=untouched, watched=(0,), case=shown)
    out, _ = unpack(answer, 2, "out and cache")
    known = [(value * x, *words) for value, *words in exam.mistakes("test_scale", param["p"], case=case)]
    array = _as_numbers(out, x.shape)
    if not isinstance(array, Failure) and not array.all():
        found = Diagnosis("known mistake", "Numbers are dropped in mode test: the mask is for training alone.")
        tested.require(False, f"{np.mean(array == 0):.1%} of the numbers are zero in mode test.", shown, found)
        return
    parts.judge(tested, out, x.astype(float), "out in mode test", shown, exam.hidden, mistakes=known)


@check_item("batchnorm.dropout_backward", points=1, asks="dropout_backward", title="Dropout, backward")
def dropout_backward(exam):
    """`dropout_backward(dout, cache)`: dx for random upstream gradients, in both modes."""
    right = exam.expectation("dx", 0.6, tolerance=EXACT, advice="What did forward multiply each number with?")
    tested = exam.expectation("mode test: dx is dout", 0.2, core=False, tolerance=EXACT)
    stateless = exam.expectation("works from its cache alone", 0.1, core=False, tolerance=EXACT)
    untouched = exam.expectation("dout is not modified", 0.1, core=False)
    for case, x, p in _cases(exam.rng, large=False):
        dout = _not_zero(exam.rng, x.shape).astype(x.dtype)
        param = TRAIN | {"p": p, "seed": int(exam.rng.integers(1 << 30))}
        shown = parts.described(case, shape=x.shape, p=p)
        # Recorded whatever comes: at home the values are read, not computed.
        mask = exam.expected("dropped", x, p, param["seed"], case=case)
        expected = exam.expected("dropout_gradient", dout, mask, case=case)
        mistakes = exam.mistakes("dropout_gradient", dout, mask, case=case)
        cache, multiplied = _own_mask(exam, x, param)
        if cache is None:  # their forward function leaves nothing to work from
            cache = mask
        else:
            factors = numbers(multiplied, "out").astype(float) / x
            if not np.array_equal(factors != 0, mask != 0) or not np.allclose(factors, mask, rtol=1e-4):
                expected, mistakes = dout * factors, ()
        dx = _alone(exam.ask("dropout_backward", dout, cache, untouched=untouched, watched=(0,), case=shown))
        parts.judge(right, dx, expected, "dx", shown, exam.hidden, mistakes=mistakes)
        if case == "rows":
            stateless.judge(_dropout_stateless(exam, x, param, dout, mask), shown)
        whole = exam.student.call("dropout_forward", x, param | {"mode": "test"}, keep=True)
        own = exam.student.call(whole, 1, attribute="__getitem__", keep=True)
        answers = [_alone(exam.student.call("dropout_backward", dout, one)) for one in (own, None)]
        passed = [close(one, dout.astype(float), "dx in mode test", EXACT, not exam.hidden) for one in answers]
        tested.judge(next((one for one in passed if one.passed), passed[0]), shown)


def _alone(answer):
    return answer[0] if isinstance(answer, (tuple, list)) and len(answer) == 1 else answer


def _own_mask(exam, x, param):
    """The cache of the student's own forward pass, and its output; None where it drops nothing or everything."""
    whole = exam.student.call("dropout_forward", x, param, keep=True)
    cache = exam.student.call(whole, 1, attribute="__getitem__", keep=True)
    out = _as_numbers(exam.student.call(whole, 0, attribute="__getitem__"), x.shape)
    if isinstance(cache, Failure) or isinstance(out, Failure) or out.all() or not out.any():
        return None, None
    return cache, out


def _dropout_stateless(exam, x, param, dout, mask):
    """Whether dx stays the same when other numbers are dropped between forward and backward: a `Comparison`."""
    found = []
    for disturbed in (False, True):
        cache, _ = _own_mask(exam, x, param)
        if disturbed:
            exam.student.call("dropout_forward", 2 * x, param | {"seed": param["seed"] + 1}, keep=True)
        found.append(_alone(exam.student.call("dropout_backward", dout, mask if cache is None else cache)))
    first = numbers(found[0], "dx")
    comparison = close(found[1], 0.0 if isinstance(first, Failure) else first, "dx", EXACT, False)
    if not comparison.passed:
        comparison.message = (
            "dx changes when dropout is used for other inputs between forward and backward: what backward needs must "
            "be in the cache, not in a variable outside the function."
        )
    return comparison
