"""Dropout: which numbers are kept and what they are multiplied with, whatever random numbers a student draws.

No input is zero, so that what was dropped shows in the output.

Right code fails a statistical expectation in fewer than one of a billion gradings: by Chernoff's bound the share s of n
independent numbers, each kept with probability q, has n * KL(s, q) > UNLIKELY with a probability below
2 * exp(-UNLIKELY) = 2e-12, and some 1000 shares are looked at in a grading.
"""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, numbers, shape_of
from autograder.diagnose import Diagnosis
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item

TRAIN = {"mode": "train"}
UNLIKELY = 27.6
PLAIN = 8  # a mistake that explains a share gives one as far off in fewer than one of a thousand cases
DEPENDENT = 40  # as few numbers are drawn where channels or columns are dropped as a whole
DRAWS = 8  # more masks of a case: for a closer look at the share, and whether all of them keep the same number


def cases(rng, large):
    """(case, x, p): no number is zero, so that what was dropped shows; p on either side of one half.

    Where `large`, there are numbers enough to tell one probability from another; else, 200 at least, enough that some
    are dropped and some kept in every draw (0.85 ** 200 = 8e-15).
    """
    a, b, c = parts.sizes(rng, 3)
    low, high = float(rng.uniform(0.15, 0.3)), float(rng.uniform(0.65, 0.8))
    shapes = ((80 + a, 60), (10 + b, 3, 12, 12), (1, 4000 + c), (90, 50 + a))
    if not large:
        shapes = ((20 + a, 10 + b), (5 + c, 2, 4, 5), (1, 400 + a), (15 + b, 20 + c))
    rows, images, row, single = (not_zero(rng, shape) for shape in shapes)
    return [
        ("rows", rows, low),
        ("images", images, high),
        ("one row", row, low),
        ("float32", single.astype("f4"), high),
    ]


def not_zero(rng, shape):
    """Numbers of either sign, none of them near zero."""
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
    for case, x, p in cases(exam.rng, large=True):
        param = TRAIN | {"p": p, "seed": int(exam.rng.integers(1 << 30))}
        shown = parts.described(case, shape=x.shape, p=p)
        # Recorded whatever comes: at home the values are read, not computed.
        due, factor = exam.expected("kept_share", p, case=case), exam.expected("kept_scale", p, case=case)
        shares, scales = exam.mistakes("kept_share", p, case=case), exam.mistakes("kept_scale", p, case=case)
        answer = exam.ask("dropout_forward", x, param, untouched=untouched, watched=(0,), case=shown)
        out, _ = unpack(answer, 2, "out and cache")
        shape.judge(shape_of(out, x.shape, "out"), shown)
        out = as_numbers(out, x.shape)
        if isinstance(out, Failure):
            for expectation in (share, scale, apart, seeds):
                expectation.judge(out, shown)
        else:
            kept = out != 0
            independent = _judge_apart(apart, kept, shown)
            _judge_share(share, kept, p, due, shares, shown, kept.size if independent else DEPENDENT)
            _judge_scale(scale, out, x, factor, scales, shown, exam)
            _judge_seeds(exam, kept, x, param, seeds, shown)
            if independent and case in ("rows", "float32"):
                masks = [kept, *_more_masks(exam, x, param)]
                _judge_counts(masks, apart, shown)
                _judge_share(share, np.stack(masks), p, due, shares, shown, kept.size * len(masks))
        _judge_tested(exam, x, param, tested, untouched, case, shown)


def as_numbers(out, shape):
    """An output as float64 in the shape of x, axes of length one set aside, or a `Failure`."""
    array = numbers(out, "out")
    if isinstance(array, Failure):
        return array
    if [n for n in array.shape if n != 1] != [n for n in shape if n != 1]:
        return Failure(f"out has shape {array.shape}; expected is x's, {shape}.", "value")
    if array.dtype.kind not in "fiu":
        return Failure(f"out has dtype {array.dtype}; expected are real numbers.", "value")
    bad = int(np.sum(~np.isfinite(array)))
    if bad:
        return Failure(
            f"{bad} of {array.size} numbers in out are nan or infinite: set to zero what is dropped.", "value"
        )
    return array.astype(float).reshape(shape)


def _judge_share(share, kept, p, due, mistakes, shown, drawn):
    """Judge how many numbers are kept, where so many random numbers were `drawn`."""
    found = float(kept.mean())
    fits = [(float(surprise(found, value, drawn)), kind, text) for value, kind, text in mistakes]
    nearest = min(fits)
    share.require(
        surprise(found, due, drawn) < UNLIKELY,
        f"{found:.1%} of {kept.size} numbers are kept; with p = {p:.3g} about {due:.1%} should be.",
        shown,
        Diagnosis(*nearest[1:]) if nearest[0] < PLAIN else None,
    )


def surprise(share, q, n):
    """How unlikely it is that of n independent numbers, each kept with probability q, that share is kept: n * KL."""
    share, q = np.asarray(share), np.clip(q, 1e-12, 1 - 1e-12)
    with np.errstate(all="ignore"):
        terms = share * np.log(share / q), (1 - share) * np.log((1 - share) / (1 - q))
    return n * sum(np.nan_to_num(term) for term in terms)


def _judge_scale(scale, out, x, factor, mistakes, shown, exam):
    """Judge what the numbers were multiplied with that are kept."""
    kept = out != 0
    if not kept.any():
        scale.require(False, "nothing is kept.", shown)
        return
    out, x = out[kept], x[kept].astype(float)
    known = [(np.full(out.shape, value), *words) for value, *words in mistakes]
    for value, text in (
        (1 / kept.mean(), "They are divided by the share that happens to be kept; divide by 1 - p."),
        (factor / x, "This is the mask alone, multiplied with nothing; the first result is x times it."),
    ):
        known.append((value * np.ones(out.shape), "known mistake", text))
    expected, what = np.full(out.shape, factor), "what they are multiplied with"
    parts.judge(scale, out / x, expected, what, shown, exam, mistakes=known, given={"x": x})


def _judge_apart(apart, kept, shown):
    """Judge whether the numbers within one mask depend on each other; returns whether they seem not to."""
    found, rows = kept.mean(), kept.reshape(len(kept), -1)
    counts = kept.reshape(-1, kept.shape[-1]).sum(axis=1)
    exact = len(counts) >= 60 and len(set(counts.tolist())) == 1 and 0 < found < 1
    unlikely = [np.any(surprise(rows.mean(axis=k), found, rows.shape[k]) > UNLIKELY) for k in (0, 1)]
    independent = not any(unlikely) and _neighbours(kept)
    apart.require(
        independent,
        "whole rows, columns, channels or neighbours are dropped together, or a fixed pattern is: the mask needs a "
        "random number of its own for every number in x.",
        shown,
        _alike(kept),
    )
    apart.require(
        not exact,
        "in every row the same number of values is dropped: each should be dropped by a draw of its own.",
        shown,
    )
    return independent and not exact


def _alike(kept):
    """Along which axes one random number counts for all, in words."""
    axes = {k for k in range(kept.ndim) if kept.shape[k] > 1 and np.all(kept == np.take(kept, [0], k))}
    if not axes or np.all(kept == kept.flat[0]):
        return None
    text = f"One random number counts for all that differs in index {min(axes)} alone: draw as many as x has numbers."
    if 0 in axes:
        text = "Every example is given the same mask: draw random numbers for the whole shape of x."
    elif axes == set(range(1, kept.ndim)):
        text = "An example is dropped as a whole or not at all: draw a random number for each of its numbers."
    elif kept.ndim > 2 and axes == set(range(2, kept.ndim)):
        text = "A channel is dropped as a whole or not at all: draw a random number for each of its numbers."
    return Diagnosis("known mistake", text)


def _neighbours(kept):
    """Whether a number is kept as often beside a kept one as beside a dropped one, along every axis.

    The mean of n products of independent numbers of variance 1 is beyond 8 / n ** 0.5 in fewer than one of 10 ** 10
    draws (Bernstein's inequality; n is above 4000 here, and no product above 6).
    """
    spread = kept - kept.mean()
    for axis in range(kept.ndim):
        first, second = (np.take(spread, range(k, kept.shape[axis] - 1 + k), axis) for k in (0, 1))
        if first.size > 1000:
            together = np.mean(first * second) / max(spread.var(), 1e-9)
            if abs(together) > 8 / first.size**0.5:
                return False
    return True


def _judge_seeds(exam, kept, x, param, seeds, shown):
    """Judge whether a seed settles the mask, and whether without one every call draws another."""
    again = _masked(exam, x, param)
    other = _masked(exam, x, param | {"seed": param["seed"] + 1})
    drawn = [_masked(exam, x, _without_seed(param)) for _ in range(2)]
    if any(isinstance(one, Failure) for one in (again, other, *drawn)):
        seeds.require(False, "one of several calls returned no array in the shape of x.", shown)
        return
    seeds.require(np.array_equal(again, kept), "two calls with the same seed drop different numbers.", shown)
    seeds.require(not np.array_equal(other, kept), "another seed drops the same numbers.", shown)
    seeds.require(not np.array_equal(*drawn), "two calls without a seed drop the same numbers.", shown)


def _more_masks(exam, x, param):
    """Masks of other seeds; none where they are no masks, or the same one, which is for another expectation."""
    masks = [_masked(exam, x, param | {"seed": param["seed"] + k}) for k in range(1, DRAWS + 1)]
    if any(isinstance(one, Failure) for one in masks) or any(np.array_equal(one, masks[0]) for one in masks[1:]):
        return []
    return masks


def _judge_counts(masks, apart, shown):
    """Judge whether masks keep different numbers of values: by chance nine are never alike ((1 / 60) ** 8)."""
    counts = {int(one.sum()) for one in masks}
    apart.require(
        len(masks) == 1 or len(counts) > 1 or counts <= {0, masks[0].size},
        "every call drops exactly the same number of values: each should be dropped by a draw of its own.",
        shown,
    )


def _without_seed(param):
    return {key: value for key, value in param.items() if key != "seed"}


def _masked(exam, x, param):
    out = as_numbers(unpack(exam.student.call("dropout_forward", x, param), 2, "out and cache")[0], x.shape)
    return out if isinstance(out, Failure) else out != 0


def _judge_tested(exam, x, param, tested, untouched, case, shown):
    """Judge the output in mode "test"."""
    answer = exam.ask("dropout_forward", x, param | {"mode": "test"}, untouched=untouched, watched=(0,), case=shown)
    out, _ = unpack(answer, 2, "out and cache")
    known = [(value * x, *words) for value, *words in exam.mistakes("test_scale", param["p"], case=case)]
    known.append((np.ones(x.shape), "known mistake", "Every number is 1 in mode test: the output is x itself."))
    array = as_numbers(out, x.shape)
    if not isinstance(array, Failure) and not array.all():
        found = Diagnosis("known mistake", "Numbers are dropped in mode test: the mask is for training alone.")
        tested.require(False, f"{np.mean(array == 0):.1%} of the numbers are zero in mode test.", shown, found)
        return
    due = x.astype(float)
    parts.judge(tested, out, due, "out in mode test", shown, exam, mistakes=known, given={"x": due})
