"""What students are told about well-known mistakes in dropout and in nets with it, at home and when graded."""

import pytest

from autograder.exam import VISIBLE, run_check
from autograder.namespace import LocalNamespace
from autograder.reference import RecordedReference
from autograder.registry import get_check
from tests.checks.judging import at_home, failed, named, untold, verdict
from tests.mutants.collect import collected

SHARE, SCALE = "share of the numbers that is kept", "scale of the numbers that are kept"
TESTED, APART = "mode test leaves x as it is", "every number is dropped independently of all others"
SEEDS, UNTOUCHED = "the same seed, the same mask; other draws otherwise", "x is not modified"
ORDER, SIZES, DROPPED = "the layers, in their order", "sizes of weights, gamma and beta", "probability of dropout"
INITIAL, STARTS = "weights from the initialiser", "other random numbers in every layer, and for every seed"
ROWS = [
    ("dropout_forward", "keep and drop swapped in the mask", SHARE, ["p is the probability to be dropped", "% of 5"]),
    ("dropout_forward", "p taken for the probability to keep", SHARE, ["p of them are kept", "to be dropped"]),
    ("dropout_forward", "p taken for the probability to keep", SCALE, ["divided by p", "to be kept, 1 - p"]),
    ("dropout_forward", "normal noise above p", SHARE, ["normal random numbers compared with p", "uniform"]),
    ("dropout_forward", "normal noise below 1 - p", SHARE, ["normal random numbers compared with 1 - p", "uniform"]),
    ("dropout_forward", "the input itself", SHARE, ["100.0% of", "Nothing is dropped"]),
    ("dropout_forward", "zeros", SHARE, ["0.0% of", "Everything is dropped"]),
    ("dropout_forward", "not scaled", SCALE, ["They are not scaled", "probability to be kept"]),
    ("dropout_forward", "scaled twice", SCALE, ["They are scaled twice"]),
    ("dropout_forward", "scaled by the other probability", SCALE, ["divided by p", "to be kept, 1 - p"]),
    ("dropout_forward", "multiplied with the probability to keep", SCALE, ["multiplied with 1 - p; divide by it"]),
    ("dropout_forward", "scaled by the share that happens to be kept", SCALE, ["happens to be kept", "by 1 - p"]),
    ("dropout_forward", "half precision", SCALE, ["nearly right", "few digits"]),
    ("dropout_forward", "mask in test mode", TESTED, ["zero in mode test", "the mask is for training alone"]),
    ("dropout_forward", "scaled down in test mode", TESTED, ["the scaling is done in training"]),
    ("dropout_forward", "scaled in both modes", TESTED, ["scaled up, as in training"]),
    ("dropout_forward", "one mask for the whole batch", APART, ["Every example is given the same mask"]),
    ("dropout_forward", "one draw for a whole example", APART, ["An example is dropped as a whole"]),
    ("dropout_forward", "one draw for a whole channel", APART, ["“images”", "A channel is dropped as a whole"]),
    ("dropout_forward", "a fixed pattern", APART, ["a fixed pattern", "a random number of its own"]),
    ("dropout_forward", "exactly a share of every row", APART, ["in every row the same number", "a draw of its own"]),
    ("dropout_forward", "exactly a share of all", APART, ["exactly the same number of values", "a draw of its own"]),
    ("dropout_forward", "seed ignored", SEEDS, ["two calls with the same seed drop different numbers"]),
    ("dropout_forward", "a seed of its own", SEEDS, ["another seed drops the same numbers"]),
    ("dropout_forward", "42 where there is no seed", SEEDS, ["without a seed drop the same numbers"]),
    ("dropout_forward", "written into x", UNTOUCHED, ["x is changed", "copy"]),
    ("dropout_forward", "not a number where it is dropped", SHARE, ["nan or infinite", "set to zero what is dropped"]),
    ("dropout_forward", "an axis too many", "shape of the output, and a cache", ["out has shape (1, "]),
    ("dropout_forward", "two axes alone", SHARE, ["“images”", "ValueError"]),
    ("dropout_backward", "through dropped numbers", "dx", ["also where the number was dropped"]),
    ("dropout_backward", "not scaled", "dx", ["not scaled where it was kept"]),
    ("dropout_backward", "a mask without its scale in the cache", "dx", ["not scaled where it was kept"]),
    ("dropout_backward", "scaled twice", "dx", ["The gradient is scaled twice"]),
    ("dropout_backward", "the mask alone", "dx", ["multiply it with dout"]),
    ("dropout_backward", "open and closed swapped", "dx", ["stopped where it was kept"]),
    ("dropout_backward", "divided by N", "dx", ["divided by N once too often"]),
    ("dropout_backward", "a random mask in backward", "dx", ["another mask than forward's", "in the cache"]),
    ("dropout_backward", "a random mask in backward", "works from its cache alone", ["another one in every call"]),
    ("dropout_backward", "kept in a global variable", "works from its cache alone", ["must be in the cache"]),
    ("dropout_backward", "multiplied in dout", "dout is not modified", ["dout is changed", "in-place"]),
    ("dropout_backward", "mode test not thought of", "mode test: dx is dout", ["NoneType"]),
    (
        "fully_connected_net",
        "normalisation behind the last dense layer",
        ORDER,
        ["Behind the last dense layer stands BatchNormalization; only the Softmax comes there"],
    ),
    ("fully_connected_net", "ReLU at the end", ORDER, ["Behind the last dense layer stands ReLU"]),
    ("fully_connected_net", "no dropout", ORDER, ["There is no Dropout layer, where dropout is above 0"]),
    ("fully_connected_net", "dropout although it is 0", ORDER, ["a Dropout layer although dropout is 0"]),
    (
        "fully_connected_net",
        "dropout before ReLU",
        ORDER,
        ["expected are Dense, LayerNormalization, ReLU, Dropout", "Dropout stands at another place", "ReLU, dropout"],
    ),
    ("fully_connected_net", "normalisation behind ReLU", ORDER, ["stands behind ReLU", "normalisation, ReLU, dropout"]),
    ("fully_connected_net", "first layer skipped", ORDER, ["There are 2 dense layers; these sizes ask for 3"]),
    ("fully_connected_net", "ReLU behind the first layer alone", ORDER, ["ReLU stands in 1 places; it should in 2"]),
    (
        "fully_connected_net",
        "batch normalisation where layer is asked for",
        ORDER,
        ["There is BatchNormalization, where normalisation is 'layer'"],
    ),
    ("fully_connected_net", "one ReLU for all", ORDER, ["the same layer stands in several places", "new one"]),
    ("fully_connected_net", "hidden layers of fifty", SIZES, ["other shapes than the sizes ask for"]),
    ("fully_connected_net", "gamma for the inputs", SIZES, ["“batch normalisation”", "gamma and beta (units,)"]),
    ("fully_connected_net", "keep for drop", DROPPED, ["Dropout is given 1 - dropout"]),
    ("fully_connected_net", "initialiser ignored", INITIAL, ["not what `initialiser` gave"]),
    ("fully_connected_net", "the same seed everywhere", STARTS, ["have the same seed, so that they drop the same"]),
    ("fully_connected_net", "two seeds in turn", STARTS, ["two layers of the same size start with the same weights"]),
    ("fully_connected_net", "seed left out", STARTS, ["the same whatever the seed"]),
    ("fully_connected_net", "no seed for dropout", STARTS, ["Dropout layers have the same seed whatever the net's"]),
    ("fully_connected_net", "a random seed for the net", STARTS, ["the same seed gives other weights each time"]),
    ("dropout_backward", "added", "dx", ["The mask is added to dout"]),
    ("dropout_backward", "ones", "dx", ["dx is 1 everywhere"]),
    ("dropout_backward", "the output in the cache", "dx", ["dout is multiplied with forward's output"]),
    ("dropout_backward", "the input in the cache", "dx", ["dout is multiplied with x"]),
    ("dropout_forward", "ones in test mode", TESTED, ["Every number is 1 in mode test"]),
    ("fully_connected_net", "dropout of one half", DROPPED, ["It is one half"]),
    ("dropout_backward", "mask of the first example for all", "dx", ["The first example's mask stands for all"]),
]
every_row = pytest.mark.parametrize(
    ("item", "name", "expectation", "words"), ROWS, ids=[f"{row[0]}: {row[1]}: {row[2]}" for row in ROWS]
)


@every_row
def test_the_text_says_what_the_mistake_is_at_home_and_when_graded(item, name, expectation, words):
    version = named(f"batchnorm.{item}", name)
    for judged in (at_home(version), verdict(version)):
        assert not untold(judged, expectation, words)


def test_a_mistake_in_forward_is_no_mistake_of_backward():
    """Whatever dropout_forward does, dropout_backward is judged by the mask that it left in the cache."""
    for version in collected("mutants", "batchnorm"):
        if version.item != "batchnorm.dropout_forward" or version.right_when_visible:
            continue
        names = version.names()
        judged = run_check(
            get_check("batchnorm.dropout_backward"), LocalNamespace(names), RecordedReference("batchnorm"), [VISIBLE]
        )
        found = failed(judged)
        assert "dx" not in found, f"{version}: {found['dx'].message} {found['dx'].diagnosis}"
        assert "works from its cache alone" not in found, f"{version}: {found['works from its cache alone'].message}"
