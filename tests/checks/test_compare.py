"""Comparisons pass right numbers however they are stored, and fail wrong ones however near zero or large they are."""

import numpy as np
import pytest

from autograder.compare import EXACT, NEAR, close, numbers, relative_error, shape_of
from autograder.namespace import Failure

EXPECTED = np.array([[1.0, -2.0, 3.0], [4.0, 0.0, 6.0]])


def test_the_error_is_the_distance_over_the_size_of_the_whole_array():
    assert relative_error([3.0, 4.0 + 0.5], [3.0, 4.0]) == pytest.approx(0.1)


def test_the_error_of_an_entry_near_zero_counts_little_beside_large_ones():
    assert relative_error([1000.0, 2e-6], [1000.0, 1e-6]) < 1e-8


def test_beside_zeros_the_error_is_the_distance_itself():
    assert relative_error([0.0, 0.25], [0.0, 0.0]) == 0.25
    assert relative_error([0.0], [0.0]) == 0.0


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1.0, 1e150, 1e300])
def test_the_error_does_not_depend_on_the_scale(scale):
    assert relative_error(1.1 * EXPECTED * scale, EXPECTED * scale) == pytest.approx(0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex128])
def test_right_numbers_pass_in_any_dtype_that_holds_them(dtype):
    assert close((EXPECTED / 3).astype(dtype), EXPECTED / 3, "dW").passed


@pytest.mark.parametrize("value", [EXPECTED.tolist(), tuple(map(tuple, EXPECTED)), np.asfortranarray(EXPECTED)])
def test_lists_tuples_and_any_memory_order_pass(value):
    assert close(value, EXPECTED, "dW").passed


def test_integers_and_booleans_are_numbers():
    assert close([1, 0], np.array([1.0, 0.0]), "x").passed
    assert close([True, False], np.array([1.0, 0.0]), "x").passed


@pytest.mark.parametrize("value", [2.5, np.float32(2.5), np.array(2.5), np.array([2.5]), np.array([[2.5]]), [2.5]])
def test_one_number_passes_in_any_wrapping_for_its_shape_is_judged_apart(value):
    assert close(value, 2.5, "the loss").passed


def test_an_extra_axis_of_length_one_is_a_matter_of_shape_and_not_of_value():
    row = np.array([1.0, 2.0, 3.0])
    assert close(row[np.newaxis], row, "dbeta").passed
    assert close(row[:, np.newaxis], row, "dbeta").passed
    judged = shape_of(row[np.newaxis], (3,), "dbeta", "(D,)")
    assert not judged.passed
    assert judged.message == "dbeta has shape (1, 3); expected is (3,) = (D,)."


def test_a_shape_that_would_broadcast_does_not_pass():
    for value in (np.ones(3), np.ones((1, 3)), np.ones((3, 1)), np.ones((1, 3, 3)).sum(axis=(0, 1)), 1.0):
        assert not close(value, np.ones((3, 3)), "dW").passed


def test_a_transposed_array_does_not_pass():
    judged = close(EXPECTED.T, EXPECTED, "dW")
    assert not judged.passed
    assert judged.measured is None
    assert judged.message == "dW has shape (3, 2), so its (2, 3) numbers cannot be compared."


def test_nan_and_infinity_fail_and_are_counted():
    wrong = EXPECTED.copy()
    wrong[0, 0], wrong[1, 2] = np.nan, np.inf
    assert close(wrong, EXPECTED, "dW").message == "dW holds 2 values that are nan or infinite."
    wrong[0, 0] = 1.0
    assert close(wrong, EXPECTED, "dW").message == "dW holds 1 value that is nan or infinite."
    assert not close(np.nan, 1.0, "the loss").passed
    assert not close(-np.inf, 1.0, "the loss").passed


def test_complex_numbers_fail_unless_their_imaginary_part_is_zero():
    assert close(EXPECTED + 0j, EXPECTED, "dW").passed
    judged = close(EXPECTED + 1e-12j, EXPECTED, "dW")
    assert not judged.passed
    assert "complex" in judged.message


@pytest.mark.parametrize("huge", [1e200, 1.7e308, -1.7e308])
def test_huge_numbers_fail_without_a_warning(huge):
    judged = close(np.full(EXPECTED.shape, huge), EXPECTED, "dW")
    assert not judged.passed
    assert not close(huge, 1.0, "the loss").passed


def test_huge_numbers_that_are_right_pass():
    assert close(EXPECTED * 1e307, EXPECTED * 1e307, "dW").passed


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "is None: is there a return statement?"),
        ("text", "is a str; expected are numbers"),
        ({"dW": 1}, "is a dict; expected are numbers"),
        ([[1.0], [2.0, 3.0]], "is a list; expected are numbers"),
        (np.array(["a"]), "is a ndarray; expected are numbers"),
        (10**400, "is a int; expected are numbers"),
    ],
)
def test_what_is_no_array_of_numbers_is_said_to_be_so(value, words):
    assert isinstance(numbers(value, "dW"), Failure)
    for judged in (close(value, EXPECTED, "dW"), shape_of(value, EXPECTED.shape, "dW")):
        assert not judged.passed
        assert words in judged.message


def test_a_failed_call_is_passed_on_in_its_own_words():
    failure = Failure("Your code raised ValueError: no.")
    assert close(failure, EXPECTED, "dW").message == failure.message
    assert shape_of(failure, (2, 3), "dW").message == failure.message


@pytest.mark.parametrize(
    ("factor", "band"),
    [(1.0, "equal"), (1 + EXACT / 2, "equal"), (1 + 1e-4, "near"), (1 + NEAR / 2, "near"), (1.01, "wrong")],
)
def test_there_are_three_bands(factor, band):
    assert close(factor * EXPECTED, EXPECTED, "dW").band == band


def test_what_cannot_be_measured_is_wrong():
    assert close(EXPECTED.T, EXPECTED, "dW").band == "wrong"
    assert close(np.nan * EXPECTED, EXPECTED, "dW").band == "wrong"
    assert close(None, EXPECTED, "dW").band == "wrong"


def test_the_expected_number_is_told_for_visible_cases_only():
    assert close(2.0, 3.0, "the loss").message == "the loss is 2; expected is 3."
    hidden = close(2.0, 3.0, "the loss", reveal=False).message
    assert hidden == "the loss is off by 0.33 of its size (tolerance 1e-05)."
    assert "4" not in close([2.0, 3.0], [2.0, 4.0], "x").message.replace("0.4", "")


def test_empty_arrays_are_equal():
    assert close(np.zeros((0, 3)), np.zeros((0, 3)), "X").passed
