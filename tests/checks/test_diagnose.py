"""A diagnosis names the mistake that reproduces the numbers, and claims nothing that does not."""

import numpy as np
import pytest

from autograder.diagnose import diagnose

rng = np.random.default_rng(0)
N, D, C = 7, 5, 6
DATA, REGULARISATION = rng.standard_normal((D, C)), 2.5 * rng.standard_normal((D, C))
EXPECTED = DATA + REGULARISATION
PARTS = {"data": DATA, "regularisation": REGULARISATION}
COUNTS = {"N": N, "C": C, "D": D}
SCALARS = {"data": 1.3, "regularisation": 4.1}


def found(got, expected=EXPECTED, parts=None, counts=COUNTS, mistakes=()):
    return diagnose(got, expected, parts=parts, counts=counts, mistakes=mistakes)


def kind(*args, **settings):
    answer = found(*args, **settings)
    return answer.kind if answer else None


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_right_answers_get_none(dtype):
    liar = [(EXPECTED, "known mistake", "This is right in truth.")]
    assert found(EXPECTED.astype(dtype), parts=PARTS, mistakes=liar) is None
    assert found(5.4, 5.4, parts=SCALARS) is None


def test_a_mistake_that_changes_nothing_here_is_not_claimed():
    """Such as one in the regularisation where reg is 0: its value is the right one, and rounding is not evidence."""
    rounded = EXPECTED * (1 + 1.5e-5)
    liar = [(EXPECTED, "known mistake", "The regularisation is wrong.")]
    assert kind(rounded.astype(np.float32), mistakes=liar) != "known mistake"
    assert kind(rounded, mistakes=liar) != "known mistake"


def test_random_numbers_get_none():
    for seed in range(1, 200):
        wrong = np.random.default_rng(seed).standard_normal((D, C))
        assert found(wrong, parts=PARTS) is None
        assert found(float(wrong[0, 0]), 5.4, parts=SCALARS) is None
        assert found(wrong[0, :3], EXPECTED[0, :3]) is None


@pytest.mark.parametrize("name", ["data", "regularisation"])
@pytest.mark.parametrize(
    ("coefficient", "words"),
    [
        (0.0, "it is missing"),
        (2.0, "twice"),
        (0.5, "half of"),
        (-1.0, "with the wrong sign"),
        (N, f"{N} times, and N = {N}: a sum where a mean is meant?"),
        (1 / N, f"one {N}th of"),
    ],
)
def test_one_part_with_another_coefficient(name, coefficient, words):
    for expected, parts in ((EXPECTED, PARTS), (5.4, SCALARS)):
        got = expected + (coefficient - 1) * parts[name]
        answer = found(got, expected, parts)
        assert words in answer.text
        assert f"the {name} part" in answer.text
        assert answer.text.endswith("Everything else is right.")
        due = "regularisation" if name == "regularisation" else "sign" if coefficient == -1 else "factor"
        assert answer.kind == due


def test_both_parts_with_other_coefficients_are_both_told():
    answer = found(N * DATA + 0.5 * REGULARISATION, parts=PARTS)
    assert answer.kind == "factor"
    assert f"the data part {N} times" in answer.text
    assert "half of the regularisation part" in answer.text


def test_nothing_else_is_called_right_where_there_is_nothing_else():
    answer = found(N * DATA, DATA, {"data": DATA, "regularisation": 0 * DATA})
    assert answer.kind == "factor"
    assert "Everything else" not in answer.text


def test_a_mean_over_the_wrong_size():
    answer = found(N / C * DATA + REGULARISATION, parts=PARTS)
    assert answer.kind == "factor"
    assert f"the data part divided by C = {C}, where N = {N} is meant" in answer.text


def test_the_whole_with_a_factor_N():
    answer = found(N * EXPECTED)
    assert answer.kind == "factor"
    assert f"exactly {N} times ours, and N = {N} here: the division by N is missing" in answer.text
    assert f"exactly 1/{N} of ours" in found(EXPECTED / N).text
    assert found(-N * EXPECTED).text.endswith("and the sign is wrong too.")


def test_the_whole_with_a_small_factor():
    assert "exactly twice ours" in found(2 * EXPECTED).text
    assert "exactly half of ours" in found(EXPECTED / 2).text
    assert "exactly 1.7 times ours" in found(1.7 * EXPECTED).text


def test_twice_is_not_blamed_on_two_classes():
    answer = found(2 * EXPECTED, counts={"C": 2, "N": 1})
    assert "twice" in answer.text
    assert "division" not in answer.text


def test_a_single_number_has_a_ratio_to_everything_so_only_telling_ratios_are_told():
    assert found(1.7 * 5.4, 5.4) is None
    assert kind(2 * 5.4, 5.4) == "factor"
    assert kind(N * 5.4, 5.4) == "factor"
    assert kind(-5.4, 5.4) == "sign"


def test_the_sign():
    assert found(-EXPECTED).text == "Every entry is exactly minus the right one: the sign is wrong."


def test_transposed():
    assert kind(EXPECTED.T) == "transpose"
    square = rng.standard_normal((4, 4))
    assert kind(square.T, square) == "transpose"


def test_an_axis_that_is_not_reduced():
    rows = rng.standard_normal((N, C))
    assert "The mean of your array over axis 0 is right" in found(rows, rows.mean(axis=0)).text
    assert "The sum of your array over axis 1 is right" in found(rows, rows.sum(axis=1)).text
    assert kind(rows[0], np.asarray(rows[0].sum())) == "axis"
    assert found(rows, rng.standard_normal(C)) is None


def test_the_right_numbers_in_another_shape():
    answer = found(EXPECTED.ravel())
    assert answer.kind == "shape"
    assert f"({D * C},), not ({D}, {C})" in answer.text
    assert found(EXPECTED.T.ravel()) is None


def test_zeros():
    assert kind(np.zeros((D, C))) == "zero"
    assert kind(0.0, 5.4) == "zero"
    assert found(np.zeros((D, C)), np.zeros((D, C))) is None


@pytest.mark.parametrize(("value", "word"), [(np.nan, "nan"), (np.inf, "infinite"), (-np.inf, "infinite")])
def test_numbers_that_are_none(value, word):
    wrong = EXPECTED.copy()
    wrong[0, :2] = value
    answer = found(wrong, parts=PARTS)
    assert answer.kind == "overflow"
    assert answer.text.startswith(f"2 of {D * C} numbers are {word}.")
    assert found(value, 5.4).text.startswith(f"1 of 1 number is {word}.")


def test_some_rows_or_columns():
    wrong = EXPECTED.copy()
    wrong[[1, 3]] += 1
    answer = found(wrong)
    assert answer.kind == "partial"
    assert answer.text == f"2 of {D} rows differ (the first is row 1); the others are right."
    wrong = EXPECTED.copy()
    wrong[:, -1] = 0
    assert found(wrong).text == f"1 of {C} columns differ (the first is column {C - 1}); the others are right." + (
        " Those that differ are all zero: does a loop end too early, or begin too late?"
    )


def test_nearly_right():
    eps = np.random.default_rng(1).uniform(1, 2, EXPECTED.shape) * 1e-4
    answer = found(EXPECTED * (1 + eps))
    assert answer.kind == "near"
    assert "eps" in answer.text
    assert kind(5.4 * 1.0001, 5.4) == "near"
    assert kind(EXPECTED * (1 + 100 * eps)) is None


def test_a_known_mistake_comes_first_and_must_fit_exactly():
    mistake = (-EXPECTED, "known mistake", "You went uphill.")
    assert found(-EXPECTED, mistakes=[mistake]).text == "You went uphill."
    assert found(-EXPECTED * 1.001, mistakes=[mistake]).text != "You went uphill."
    assert found(EXPECTED[0] * 1.5, mistakes=[mistake]) is None


def test_known_mistakes_that_overflow_or_do_not_apply_are_passed_over():
    mistakes = [(np.full((D, C), np.nan), "known mistake", "a"), (None, "known mistake", "b")]
    assert kind(-EXPECTED, mistakes=mistakes) == "sign"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "got",
    [
        None,
        "text",
        np.array([]),
        EXPECTED + 1j,
        np.full((D, C), 1e308),
        np.full((D, C), -1.7e308),
        np.full((2, 3, 4), 1.0),
        1e308,
        EXPECTED.astype(bool),
        np.array(["a"]),
    ],
    ids=repr,
)
def test_strange_values_are_no_mistake_with_a_name_and_raise_nothing(got):
    assert kind(got, parts=PARTS) in (None, "constant")  # that all are alike is seen, whatever they are


def test_float32_answers_are_diagnosed_too():
    assert kind((2 * EXPECTED).astype(np.float32)) == "factor"
    assert kind((DATA).astype(np.float32), parts=PARTS) == "regularisation"
    assert kind((-EXPECTED).astype(np.float32)) == "sign"


def test_integers_are_diagnosed_without_overflowing():
    whole = np.arange(1, 13).reshape(3, 4)
    assert kind((2 * whole).astype(np.int8), whole) == "factor"
