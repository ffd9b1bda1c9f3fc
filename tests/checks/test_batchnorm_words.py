"""What students are told about well-known mistakes in batch and layer normalisation, at home and when graded."""

import re

import pytest

from tests.checks.judging import (
    at_home,
    known_by_heart,
    named,
    said_of_hidden_cases,
    told_alike,
    untold,
    verdict,
    without_clock,
)


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


TRAIN, RUNNING, TEST = "forward_train", "running_statistics", "forward_test"
BACK, ALT, LAYER, LAYER_BACK = "backward", "backward_alt", "layernorm_forward", "layernorm_backward"
FRESH, KEPT = "from a fresh bn_param, with the usual momentum", "running statistics stay as they are"
BETWEEN, STATELESS = "testing in between does not disturb training", "works from its cache alone"

ROWS = [
    # biased and unbiased variance
    (TRAIN, "unbiased variance", "out", ["The variance is the unbiased one", "less than the number of examples"]),
    (
        RUNNING,
        "unbiased running variance",
        "running_var",
        ["averages unbiased variances", "means of squared deviations"],
    ),
    (LAYER, "unbiased variance", "out", ["The variance is the unbiased one", "less than the number of features"]),
    (BACK, "for an unbiased variance", "dx", ["the gradient for an unbiased variance"]),
    # running statistics
    (RUNNING, "never updated", "running_mean", ["The running statistics stay as they were", "store the new ones"]),
    (RUNNING, "not stored", FRESH, ["no 'running_mean' in bn_param after the call, only 'mode'", "store it there"]),
    (RUNNING, "stored under other names", FRESH, ["only 'mode', 'mean', 'var'"]),
    (RUNNING, "the variance not stored", "running_var", ["The running variance stays as it was"]),
    (RUNNING, "the mean not stored", "running_mean", ["The running mean stays as it was"]),
    (RUNNING, "momentum swapped", "running_mean", ["momentum weighs the new batch", "the old value that is kept"]),
    (RUNNING, "momentum written in", "running_mean", ["The momentum is .9 whatever bn_param says"]),
    (RUNNING, "the last batch alone", "running_var", ["Only the last batch's statistics are kept"]),
    (RUNNING, "added with weight 1", "running_var", ["added with weight 1", "1 - momentum"]),
    (
        RUNNING,
        "eps in the running variance",
        "running_var",
        ["eps is in the running variance", "where the root is taken"],
    ),
    (RUNNING, "running standard deviation without eps", "running_var", ["averages standard deviations."]),
    (RUNNING, "starts with the first batch", FRESH, ["they start at 0 and 1"]),
    (RUNNING, "of what is normalised", "running_mean", ["take mean and variance of x"]),
    (RUNNING, "stored under each other's names", "running_mean", ["have changed places"]),
    (RUNNING, "rows (1, D)", "shape (D,)", ["running_mean has shape (1, ", "expected is (", "(D,)"]),
    (TEST, "updated in test mode", KEPT, ["running_mean is another after a call in mode test", "only training may"]),
    (TEST, "updated in test mode", BETWEEN, ["running_mean ends elsewhere when a batch is tested between two steps"]),
    (TEST, "updated before it is used", "out", ["take in the batch before they are used", "they stay as they are"]),
    (TEST, "batch statistics", "out", ["the batch's own mean and variance are used; use the running ones"]),
    (TEST, "x centred in place", "inputs are not modified", ["x is changed", "copy"]),
    (TEST, "out alone", "out", ["should return 2 values, out and cache"]),
    (TRAIN, "running statistics in training", "out", ["In mode train the running statistics are used;"]),
    (TRAIN, "new running statistics in training", "out", ["the running statistics are used, the batch taken in"]),
    # eps
    (TRAIN, "eps outside the root", "out", ["eps stands outside the root", "then take the root"]),
    (TEST, "eps outside the root", "out", ["eps stands outside the root"]),
    (LAYER, "eps outside the root", "out", ["eps stands outside the root"]),
    (TRAIN, "eps left out", "out", ["eps is left out"]),
    (TRAIN, "eps written in", "out", ["eps is 1e-5 whatever the dict says"]),
    (TRAIN, "a smaller eps written in", "out", ["a tiny constant stands in its place: read it in the dict"]),
    (TRAIN, "divided by the variance", "out", ["divided by the variance; divide by its root"]),
    # axes, scale and shift
    (TRAIN, "over the features", "out", ["along the features of each example; take them over the examples"]),
    (LAYER, "over the examples", "out", ["over the examples, as in batch normalisation; take them over the features"]),
    (TRAIN, "one mean and variance of all", "out", ["of all numbers together"]),
    (TRAIN, "shifted before scaled", "out", ["beta is multiplied with gamma, too: scale first, then shift"]),
    (TRAIN, "gamma and beta swapped", "out", ["gamma scales, beta shifts"]),
    (TEST, "neither gamma nor beta", "out", ["in mode test they count, too"]),
    (TRAIN, "x centred in place", "inputs are not modified", ["x is changed", "copy"]),
    # backward
    *(
        (item, name, expectation, words)
        for item in (BACK, ALT)
        for name, expectation, words in [
            ("dgamma not summed", "dgamma", ["dgamma is not summed over the examples: gamma is one row for all"]),
            ("mean and variance constants", "dx", ["mean and variance are treated as constants", "depend on every x"]),
            ("mean a constant", "dx", ["The mean is treated as a constant"]),
            ("variance a constant", "dx", ["The variance is treated as a constant"]),
            ("only the diagonal", "dx", ["Only the diagonal of the derivative", "all the other examples"]),
            ("half of the variance's part", "dx", ["the derivative of a square has a 2"]),
            ("twice the variance's part", "dx", ["the derivative of a root has a 1/2"]),
            ("neither part divided by their number", "dx", ["not divided by the number of examples"]),
            ("dgamma by x, not x_hat", "dgamma", ["gamma multiplies x_hat, which is divided by std, too"]),
            ("dgamma a mean", "dgamma", ["the loss's 1/N is in dout already"]),
            ("dgamma and dbeta swapped", "dbeta", ["dgamma and dbeta have changed places"]),
            ("dbeta not summed", "dbeta", ["dbeta is not summed over the examples"]),
            ("no gamma", "dx", ["gamma is missing from dx"]),
            ("kept in a global variable", STATELESS, ["must be in the cache"]),
            ("dout scaled in place", "dout is not modified", ["dout is changed by the call"]),
            ("zeros", "dx", ["Every number is zero"]),
            ("all divided by N", "dx", ["divided by N once too often"]),
            ("not a number", STATELESS, ["nan or infinite"]),
        ]
    ),
    (BACK, "variance forgotten, on the way", "dx", ["The variance is treated as a constant"]),
    (BACK, "mean forgotten, on the way", "dx", ["The mean is treated as a constant"]),
    (BACK, "mean and variance forgotten, on the way", "dx", ["mean and variance are treated as constants"]),
    (BACK, "the half of the root lost, on the way", "dx", ["the derivative of a root has a 1/2"]),
    (ALT, "variance a constant", "at least 1.2 times as fast as your batchnorm_backward", ["This costs no point"]),
    (LAYER_BACK, "gamma at the end", "dx", ["gamma is multiplied at the end", "before any mean is taken"]),
    (LAYER_BACK, "sums along the other axis", "dx", ["over the examples; take them over the features"]),
    (LAYER_BACK, "divided by the other number", "dx", ["divided by the number of examples", "that of features"]),
    (LAYER_BACK, "dgamma over the features", "dgamma", ["dgamma is summed over the features; sum over the examples"]),
    (LAYER_BACK, "only the diagonal", "dx", ["all the other features"]),
    # one row for each of the other known mistakes
    (BACK, "all of a constant dout", "dx", ["Every number is zero, but for rounding"]),
    (ALT, "all of a constant dout", "dx", ["Every number is zero, but for rounding"]),
    (LAYER_BACK, "all of a constant dout", "dx", ["This is the gradient for an upstream gradient of ones"]),
    (BACK, "the square of std lost, on the way", "dx", ["What reaches x through the variance lacks a division by std"]),
    (BACK, "std's share written over, on the way", "dx", ["Only what reaches x through the variance is there"]),
    (
        BACK,
        "x_hat for what is centred, on the way",
        "dx",
        ["What reaches x through the variance is divided by std too often"],
    ),
    (
        BACK,
        "the deviations' sum over the features, on the way",
        "dx",
        ["The sum that reaches the standard deviation is taken over the features"],
    ),
    (BACK, "the mean's share of the wrong node, on the way", "dx", ["What reaches x through the mean is made of dout"]),
    (
        LAYER_BACK,
        "the backward pass of batch normalisation",
        "dx",
        ["This is the backward pass of batch normalisation"],
    ),
    (BACK, "eps forgotten on the way back", "dx", ["eps is left out on the way back"]),
    (ALT, "eps forgotten on the way back", "dx", ["eps is left out on the way back"]),
    (TEST, "mean of the batch", "out", ["In mode test the batch's own mean is used"]),
    (TEST, "variance of the batch", "out", ["In mode test the batch's own variance is used"]),
    (TEST, "mean 0 and variance 1", "out", ["The output is that of a running mean of 0 and a running variance of 1"]),
    (TEST, "mean and variance swapped", "out", ["Running mean and running variance have changed places"]),
    (TEST, "running mean added", "out", ["The running mean is added"]),
    (TEST, "one running mean for all", "out", ["The running mean is averaged over the features"]),
    (TEST, "eps left out", "out", ["eps is left out, or a tiny constant stands in its place"]),
    (TEST, "the root taken twice", "out", ["The root is taken twice"]),
    (TEST, "scaled and shifted alone", "out", ["x is scaled and shifted, but not normalised"]),
    (TRAIN, "sum of squares for the variance", "out", ["The squared deviations are added up"]),
    (TRAIN, "mean of squares for the variance", "out", ["The variance is the mean of the squares of x"]),
    (LAYER, "mean of squares for the variance", "out", ["The variance is the mean of the squares of x"]),
    (TRAIN, "mean of absolute deviations", "out", ["The spread is the mean of absolute deviations"]),
    (TRAIN, "median for the mean", "out", ["The median stands for the mean"]),
    (TRAIN, "mean of all, variance of each", "out", ["One mean is taken of all numbers together"]),
    (TRAIN, "a larger eps written in", "out", ["eps is 0.001"]),
    (TRAIN, "eps taken off", "out", ["eps is taken off the variance"]),
    (TRAIN, "eps added to the quotient", "out", ["eps is added to the quotient"]),
    (TRAIN, "multiplied with the standard deviation", "out", ["It is multiplied with the standard deviation"]),
    (LAYER, "multiplied with the standard deviation", "out", ["It is multiplied with the standard deviation"]),
    (TRAIN, "cube root", "out", ["This is the cube root of the variance"]),
    (TRAIN, "beta taken off", "out", ["beta is taken off"]),
    (TRAIN, "divided by gamma", "out", ["It is divided by gamma"]),
    (TRAIN, "gamma's absolute value", "out", ["gamma has lost its sign"]),
    (TRAIN, "the first gamma for all", "out", ["The first gamma stands for all"]),
    (LAYER, "mean over the examples", "out", ["The mean is taken over the examples"]),
    (LAYER, "variance over the examples", "out", ["The variance is taken over the examples"]),
    (LAYER, "largest for the standard deviation", "out", ["It is divided by the largest number of each example"]),
    (LAYER, "norm for the standard deviation", "out", ["It is divided by the length of each example"]),
    (LAYER, "divided by the number of examples", "out", ["The variance is divided by the number of examples"]),
    (LAYER, "another eps where it is left out", "tiny spread, other sizes", ["eps is 0.001"]),
    (LAYER, "gamma for each example", "out", ["gamma differs from example to example"]),
    (LAYER, "scaled before normalised", "out", ["x is multiplied with gamma before it is normalised"]),
    (RUNNING, "only the first batch counts", "running_mean", ["Only the first batch counts"]),
    (RUNNING, "momentum 0.99 where it is left out", FRESH, ["Where bn_param holds no momentum, it is 0.99"]),
    (RUNNING, "added up", "running_mean", ["Old and new are added up"]),
    (RUNNING, "mean of old and new", "running_mean", ["Old and new get the same weight"]),
    (RUNNING, "new one taken off", "running_mean", ["The new batch is taken off"]),
    (RUNNING, "no old one", "running_mean", ["The old value does not come in"]),
    (RUNNING, "updated twice", "running_mean", ["Every batch is taken in twice"]),
    (RUNNING, "corrected as Adam does", "running_mean", ["The average is divided by 1 - momentum"]),
    (RUNNING, "running variance squared", "running_var", ["The running variance averages squared variances"]),
    (RUNNING, "sum of squares", "running_var", ["The running variance averages sums of squared deviations"]),
    (RUNNING, "the mean in the running variance", "running_var", ["The running variance averages the batches' means"]),
    (RUNNING, "eps in the running variance at last", "running_var", ["eps is added to the running variance each time"]),
    (RUNNING, "median for the mean", "running_mean", ["The running mean averages medians"]),
    (RUNNING, "variance starts at zero", FRESH, ["The running variance starts at 0"]),
    (RUNNING, "mean starts at one", FRESH, ["The running mean starts at 1"]),
    (RUNNING, "started anew in every call", "running_mean", ["Every call begins with 0 and 1 again"]),
    (
        RUNNING,
        "whole numbers",
        "running_mean",
        ["The running statistics are cut down to whole numbers after each batch"],
    ),
    (
        RUNNING,
        "all nets share one average",
        "running_mean",
        ["The average begins with 0 and 1 although bn_param holds running statistics"],
    ),
    *(
        (item, name, expectation, [words])
        for item in (BACK, ALT, LAYER_BACK)
        for name, expectation, words in [
            ("the diagonal of the mean alone", "dx", "Only the diagonal of the mean's derivative is there"),
            ("means of all numbers", "dx", "The means in dx are taken of all numbers together"),
            (
                "x_hat forgotten in the variance's part",
                "dx",
                "x_hat is missing once in what reaches x through the variance",
            ),
            (
                "squares of x_hat in the variance's part",
                "dx",
                "x_hat is squared in what reaches x through the variance",
            ),
            ("multiplied with the standard deviation", "dx", "dx is multiplied with the standard deviation"),
            ("x_hat itself", "dx", "dx is x_hat itself"),
            ("dgamma product of two sums", "dgamma", "dgamma is a product of two sums over the examples"),
            ("dgamma of the last example", "dgamma", "dgamma is the last example's alone"),
            ("dbeta ones", "dbeta", "dbeta is 1 for every feature"),
        ]
    ),
]
every_row = pytest.mark.parametrize(
    ("item", "name", "expectation", "words"), ROWS, ids=[f"{row[0]}: {row[1]}: {row[2]}" for row in ROWS]
)


@every_row
def test_the_text_says_what_the_mistake_is(item, name, expectation, words):
    assert not untold(verdict(named(f"batchnorm.{item}", name)), expectation, words)


@every_row
def test_the_text_says_so_at_home_too(item, name, expectation, words):
    assert not untold(at_home(named(f"batchnorm.{item}", name)), expectation, words)


@pytest.mark.parametrize("item", [TRAIN, RUNNING, TEST, BACK, ALT, LAYER, LAYER_BACK])
def test_no_two_of_these_mistakes_are_told_the_same(item):
    """Each of the rows above about the same expectation has words of its own."""
    alike = ({"eps left out", "a smaller eps written in"}, {"variance a constant", "variance forgotten"})
    alike += ({"mean a constant", "mean forgotten"}, {"mean and variance constants", "mean and variance forgotten"})
    alike += ({"twice the variance's part", "the half of the root lost"},)
    assert told_alike("batchnorm", item, ROWS, alike, lambda name: name.removesuffix(", on the way")) == []


BY_HEART = known_by_heart("batchnorm", {row[0] for row in ROWS})


@pytest.mark.parametrize("mutant", BY_HEART, ids=str)
def test_messages_about_hidden_cases_hold_no_expected_number(mutant):
    hidden = said_of_hidden_cases(mutant)
    assert hidden
    for message in hidden:
        assert not re.search(r"expected is -?\d", message), message
