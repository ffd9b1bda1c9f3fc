"""Max-pooling written with loops: forward and backward.

Windows overlap, touch, or leave gaps; there are images of negative numbers alone, and no ties but in one case of the
backward pass: there every share that a right derivative could have is accepted.
"""

import numpy as np

from autograder.checks import pairs, parts
from autograder.checks.cnn.cases import poolings, shown
from autograder.checks.cnn.refusing import judge_refused
from autograder.checks.pairs import Pair
from autograder.compare import EXACT, SINGLE, Comparison, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item

FORWARD, BACKWARD = "max_pool_forward_naive", "max_pool_backward_naive"


@check_item("cnn.max_pool_forward_naive", points=2, asks=FORWARD, title="Max-pooling, forward")
def max_pool_forward_naive(exam):
    """`max_pool_forward_naive(x, pool_param)`: out (N, C, H', W')."""
    right = exam.expectation("out", 0.4, tolerance=EXACT, advice="Mark the windows of one channel on paper.")
    more = exam.expectation("windows that overlap or leave gaps", 0.15, core=False, tolerance=EXACT)
    negative = exam.expectation("images of negative numbers", 0.15, core=False, tolerance=EXACT)
    shape = exam.expectation("shape of the output, and a cache", 0.1, core=False)
    single = exam.expectation("float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("x is not modified", 0.1, core=False)
    by_case = {"general": right, "all numbers negative": negative, "float32": single}
    cases = poolings(exam.rng)
    for case, x, param in cases:
        told = shown(case, x, param)
        answer = exam.ask(FORWARD, x, param, untouched=untouched, watched=(0,), case=told)
        expected = exam.expected("pooled", x, param, case=case)
        out, _ = unpack(answer, 2, "out and cache")
        shape.judge(shape_of(out, expected.shape, "out", "(N, C, H', W')"), told)
        mistakes = exam.mistakes("pooled", x, param, case=case) if case in ("general", "all numbers negative") else ()
        expectation, given = by_case.get(case, more), {"x": x.astype(float)}
        parts.judge(expectation, out, expected, "out", told, exam, mistakes=mistakes, given=given)
    judge_refused(exam, FORWARD, (cases[0][1],), cases[0][2], 0.05)


@check_item("cnn.max_pool_backward_naive", points=3, asks=BACKWARD, title="Max-pooling, backward")
def max_pool_backward_naive(exam):
    """`max_pool_backward_naive(dout, cache)`: dx for random upstream gradients."""
    right = exam.expectation("dx", 0.35, tolerance=EXACT, advice="Which one of a window's numbers moves its maximum?")
    overlap = exam.expectation(
        "windows that overlap", 0.2, core=False, tolerance=EXACT, advice="One pixel may be the largest of two windows."
    )
    more = exam.expectation("other windows, float32", 0.1, core=False, tolerance=SINGLE)
    ties = exam.expectation(
        "ties: the shares of a window's largest numbers add up to dout", 0.1, core=False, tolerance=EXACT
    )
    beside = pairs.beside_gradients(exam, named="shape of x")
    by_case = {"general": right, "windows that overlap": overlap}
    for case, x, param in poolings(exam.rng):
        (trusted,) = parts.double((x,))
        out = exam.expected("pooled", trusted, param, case=case)
        dout = exam.rng.standard_normal(out.shape).astype(x.dtype)
        (upstream,) = parts.double((dout,))
        expected = (exam.expected("pool_gradient", trusted, param, upstream, case=case),)
        pair = Pair(FORWARD, BACKWARD, ("dx",), (x,), (x, param), (param,))
        told = shown(case, x, param)
        seen = case in by_case
        mistakes = exam.mistakes("pool_gradient", trusted, param, upstream, case=case) if seen else ()
        by_name = {"dx": by_case.get(case, more)}
        once = case == "general"
        pairs.judge_backward(exam, pair, dout, expected, by_name, beside, told, mistakes, out if once else None)
    _judge_ties(exam, ties)


def _judge_ties(exam, ties):
    """Judge what a window hands on to several largest numbers: shares between 0 and 1 of its dout, 1 in all."""
    rng = exam.rng
    x = rng.integers(0, 2, (2, 3, 4, 4)).astype(float)
    x[0, 0, :2, :2], x[0, 1, :2, :2] = 0.0, 1.0
    param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    dout = rng.choice([-1.0, 1.0], (2, 3, 2, 2)) * rng.uniform(0.5, 2.0, (2, 3, 2, 2))
    pair = Pair(FORWARD, BACKWARD, ("dx",), (x,), (x, param), (param,))
    told, found = shown("ties", x, param), []
    for cache in (pair.cache(exam.student), pair.agreed):
        dx = numbers(pair.gradients(exam.student, dout, cache)[0], "dx")
        found.append(dx if isinstance(dx, Failure) else _shared(dx, x, dout))
    best = [one for one in found if not isinstance(one, Failure)] or found
    ties.judge(next((one for one in best if not isinstance(one, Failure) and one.passed), best[0]), told)


def _shared(dx, x, dout):
    """Whether each window's dout is handed on in full, to its largest numbers alone: a `Comparison`."""
    comparison = shape_of(dx, x.shape, "dx", "(N, C, H, W)")
    if not comparison.passed:
        return comparison
    if dx.dtype.kind not in "fiu" or not np.all(np.isfinite(dx)):
        return Comparison(False, message="dx holds something else than finite, real numbers.", states=True)
    N, C, H, W = x.shape
    tiles, shares = (
        a.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, C, H // 2, W // 2, 4)
        for a in (x, dx)
    )
    shares, largest = shares / dout[..., None], tiles == tiles.max(axis=-1, keepdims=True)
    if np.any(np.abs(shares[~largest]) > EXACT):
        return Comparison(False, message="a number that is not the largest of its window gets a share.", states=True)
    total = shares.sum(axis=-1)
    off = np.abs(total - 1)
    if np.all(off <= EXACT) and np.all(shares >= -EXACT):
        return Comparison(True, float(off.max()), EXACT)
    words = f"a window hands on {total.ravel()[off.argmax()]:.3g} times its dout; it should be once, in all."
    if np.all(np.abs(shares[largest] - 1) <= EXACT):
        words = (
            "of several largest numbers in one window, each gets all of dout: together they get too much. Hand it to "
            "one of them, or share it among them; both are accepted."
        )
    elif np.all(off <= EXACT):
        words = "of several largest numbers in one window, some get less than nothing, others more than all of dout."
    return Comparison(False, float(off.max()), EXACT, words, states=True)
