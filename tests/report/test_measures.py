"""Numbers of a class: against those worked out by hand, and against NumPy's."""

import math
from collections import Counter

import numpy as np
import pytest

from autograder.report.measures import ENOUGH, discrimination, item_numbers, spread
from autograder.report.read import Item


def item(points, status="passed", most=4.0, seconds=0.1):
    return Item("softmax.x", "", points, most, 0.0, status, seconds, "", [])


def test_spread_by_hand():
    found = spread([1.0, 2.0, 4.0, 9.0])
    assert (found.count, found.mean, found.median, found.least, found.most) == (4, 4.0, 3.0, 1.0, 9.0)
    assert (found.lower, found.upper) == (1.75, 5.25)  # a quarter of the way from 1 to 2, and from 4 to 9
    assert found.deviation == pytest.approx(math.sqrt((9 + 4 + 0 + 25) / 3))


def test_spread_of_one_and_of_none():
    found = spread([0.5])
    assert (found.lower, found.median, found.upper, found.deviation) == (0.5, 0.5, 0.5, None)
    assert spread([]) is None


@pytest.mark.parametrize("count", [2, 3, 11, 500])
def test_spread_is_numpys(count):
    numbers = np.random.default_rng(count).random(count)
    found = spread(numbers.tolist())
    expected = [numbers.mean(), numbers.std(ddof=1), *np.percentile(numbers, [0, 25, 50, 75, 100])]
    got = [found.mean, found.deviation, found.least, found.lower, found.median, found.upper, found.most]
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_shares_and_outcomes_by_hand():
    items = [item(4.0), item(2.0, "partial"), item(0.0, "failed"), item(0.0, "missing"), item(0.0, "error")]
    found = item_numbers(items, [])
    assert found.outcomes == Counter(full=1, part=1, none=1, unwritten=1, unjudged=1)
    assert found.judged == 4
    assert (found.passed, found.mean, found.difficulty) == (0.25, 6 / 16, 1 - 6 / 16)


def test_an_item_that_nobody_could_be_judged_on_has_no_numbers():
    found = item_numbers([item(0.0, "error"), item(0.0, "unreadable")], [])
    assert (found.passed, found.mean, found.difficulty, found.seconds, found.judged) == (None, None, None, None, 0)
    assert found.discrimination.value is None


def test_limits_are_counted_by_kind():
    items = [item(0.0, "cpu", seconds=30.0), item(0.0, "cpu", seconds=20.0), item(0.0, "memory"), item(4.0)]
    found = item_numbers(items, [])
    assert found.stopped == Counter(cpu=2, memory=1)
    assert found.seconds.most == 30.0 and found.seconds.median == pytest.approx(10.05)


def test_discrimination_is_the_correlation_with_the_other_items():
    rng = np.random.default_rng(0)
    skill = rng.normal(size=40)
    points = np.clip(np.round(skill[:, None] + rng.normal(size=(40, 5)) + 2), 0, 4)
    total = points.sum(axis=1)
    for column in range(5):
        found = discrimination(points[:, column].tolist(), total.tolist())
        expected = np.corrcoef(points[:, column], total - points[:, column])[0, 1]
        assert found.value == pytest.approx(expected, abs=1e-12)
        z = np.arctanh(expected) + np.array([-1, 1]) * 1.959963984540054 / np.sqrt(40 - 3)
        np.testing.assert_allclose([found.low, found.high], np.tanh(z), atol=1e-12)


def test_an_item_that_goes_against_the_others_is_weak():
    item_points = [float(n % 2) for n in range(60)]
    against = discrimination(item_points, [one + 5 * (1 - one) + (n // 2 % 3) for n, one in enumerate(item_points)])
    assert against.value < 0 and against.weak
    along = discrimination(item_points, [6 * one + (n // 2 % 3) for n, one in enumerate(item_points)])
    assert along.value > 0.8 and not along.weak


def test_points_that_add_up_inexactly_make_no_discrimination():
    """0.1 + 0.2 - 0.2 is not 0.1: what is left of rounding must not pass for differences."""
    item_points = [0.1 * (n % 7) for n in range(ENOUGH + 5)]
    found = discrimination(item_points, [one + 0.7 for one in item_points])
    assert (found.value, found.why) == (None, "all are alike in the rest")


def test_where_it_cannot_be_told_it_says_why():
    few = discrimination([0.0, 1.0] * 4 + [1.0], [1.0, 2.0] * 4 + [2.0])
    assert len([0.0, 1.0] * 4 + [1.0]) == ENOUGH - 1 and (few.value, few.why) == (None, "too few students")
    assert discrimination([2.0] * 20, [float(n) for n in range(20)]).why == "all have the same points"
    whole = discrimination([float(n) for n in range(20)], [2.0 * n for n in range(20)])
    assert (whole.value, whole.low, whole.high) == pytest.approx((1.0, 1.0, 1.0))
