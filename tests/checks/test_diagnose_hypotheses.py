"""Hypotheses about places, inputs and functions: each tells what it is about, and nothing else."""

import numpy as np
import pytest

from autograder.diagnose import diagnose

rng = np.random.default_rng(1)
EXPECTED = rng.standard_normal((5, 4, 3, 3))
X, DOUT, GAMMA = rng.standard_normal((5, 4, 3, 3)), rng.standard_normal((5, 4, 3, 3)), rng.standard_normal(4) + 3
GIVEN = {"x": X, "dout": DOUT, "gamma": GAMMA}
ALONG = GAMMA[:, None, None]


def without(axis, place):
    """The right array, its last lines along an axis from `place` on all zero."""
    got = EXPECTED.copy()
    np.moveaxis(got, axis, 0)[place:] = 0
    return got


TOLD = {
    "filter turned": (EXPECTED[:, :, ::-1, ::-1], "order", "opposite order along axis 2 and axis 3"),
    "images the other way": (EXPECTED[::-1], "order", "opposite order along axis 0"),
    "one place off": (np.roll(EXPECTED, 1, axis=1), "order", "one place off along axis 1"),
    "another order": (EXPECTED[[2, 0, 1, 4, 3]], "order", "another order along axis 0"),
    "height for width": (EXPECTED.transpose(0, 1, 3, 2), "transpose", "(0, 1, 3, 2)"),
    "reshape for transpose": (EXPECTED.transpose(0, 2, 3, 1).reshape(EXPECTED.shape), "order", "`reshape` leaves"),
    "transpose for reshape": (
        EXPECTED.reshape(5, 3, 3, 4).transpose(0, 3, 1, 2),
        "order",
        "`reshape` leaves",
    ),
    "one for all": (np.repeat(EXPECTED[:, :1], 4, axis=1), "axis", "the first of ours stands in the place of all"),
    "the last for all": (np.repeat(EXPECTED[-1:], 5, axis=0), "axis", "the last of ours"),
    "a mean for all": (EXPECTED.mean(axis=1, keepdims=True) + 0 * EXPECTED, "axis", "the mean of what stands there"),
    "alike": (X[:1] + 0 * EXPECTED, "axis", "Along axis 0 your numbers are all the same; they should differ"),
    "a constant": (np.full(EXPECTED.shape, 0.25), "constant", "All your numbers are 0.25"),
    "ends too early": (without(0, 4), "partial", "1 of 5 slices along axis 0 differ (the first is slice 4)"),
    "a row left out": (without(2, 2), "partial", "all zero: does a loop end too early"),
    "an input": (X, "input", "those of x, which goes in"),
    "an input's sign": (-DOUT, "input", "those of dout, which goes in, with the sign turned"),
    "the sigmoid of an input": (1 / (1 + np.exp(-X)), "input", "those of x, through a sigmoid"),
    "times an input": (EXPECTED * ALONG, "input", "ours times gamma"),
    "an input forgotten": (EXPECTED / ALONG, "input", "ours divided by gamma"),
    "an input on top": (EXPECTED + X, "input", "ours and, on top of that, x"),
    "some of an input on top": (EXPECTED + 0.3 * X, "input", "on top of that, 0.3 times x"),
    "an input taken off": (EXPECTED - ALONG, "input", "on top of that, minus gamma"),
    "inputs multiplied": (X * DOUT, "input", "x times dout, and nothing else"),
    "a share of an input": (X / 7, "input", "x times 0.142857, and nothing else"),
    "cut off at zero": (np.maximum(EXPECTED, 0), "function", "with all negative numbers set to zero"),
    "squared": (EXPECTED**2, "function", "squared"),
    "rounded": (np.floor(EXPECTED + 0.3), "rounded", "all whole"),
    "integers": (np.trunc(EXPECTED), "rounded", "as an array of integers does"),
    "two digits": (np.round(EXPECTED, 2), "rounded", "to two digits"),
    "more everywhere": (EXPECTED + 0.5, "offset", "0.5 more than ours"),
    "base two": (EXPECTED / np.log(2), "factor", "logarithm to base 2"),
    "one less": (EXPECTED * 5 / 4, "factor", "divided by 4 instead of N"),
}


@pytest.mark.parametrize(("got", "kind", "words"), TOLD.values(), ids=TOLD)
def test_what_is_seen_is_told(got, kind, words):
    found = diagnose(got, EXPECTED, given=GIVEN, counts={"N": 5})
    assert found, "nothing was said"
    assert (found.kind, words in found.text) == (kind, True), found


@pytest.mark.parametrize(("got", "kind", "words"), TOLD.values(), ids=TOLD)
def test_numbers_with_a_mistake_of_their_own_besides_are_not_called_so(got, kind, words):
    if kind in ("partial", "constant") or words.startswith("Along"):
        return  # these tell what is seen, and claim no formula
    noise = 1 + 0.01 * rng.standard_normal(EXPECTED.shape)
    found = diagnose(got * noise + 0.01, EXPECTED, given=GIVEN, counts={"N": 5})
    assert found is None or words not in found.text


def test_random_numbers_are_called_nothing():
    for seed in range(100):
        draw = np.random.default_rng(seed).standard_normal
        for shape in ((5, 4, 3, 3), (7, 5), (6,), (3,), ()):
            found = diagnose(draw(shape), draw(shape), given={"x": draw(shape), "w": draw(shape)}, counts={"N": 7})
            assert found is None, (seed, shape, found)


def test_inputs_that_change_nothing_are_no_evidence():
    """Such as zeros that are added, or ones that are multiplied with."""
    given = {"zeros": np.zeros(EXPECTED.shape), "ones": np.ones(EXPECTED.shape), "itself": EXPECTED}
    wrong = diagnose(rng.standard_normal(EXPECTED.shape), EXPECTED, given=given)
    assert wrong is None


@pytest.mark.parametrize(("got", "words"), [(1.66, "two digits"), (2.0, "whole numbers"), (1.7, "one digit")])
def test_one_number_may_be_rounded(got, words):
    assert words in diagnose(got, 1.6558156).text


def test_a_diagnosis_takes_less_than_fifty_milliseconds():
    """Counted in array operations rather than by a clock: no hypothesis looks at each pair of numbers."""
    large = rng.standard_normal((60, 3, 20, 20))
    others = {name: rng.standard_normal(large.shape) for name in "abcd"}
    sizes = []
    original = np.linalg.norm

    def counted(array, *args, **settings):
        sizes.append(np.size(array))
        return original(array, *args, **settings)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(np.linalg, "norm", counted)
        assert diagnose(rng.standard_normal(large.shape), large, given=others) is None
    assert sum(sizes) < 400 * large.size
