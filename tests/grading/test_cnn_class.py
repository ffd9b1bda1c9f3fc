"""Made-up hand-ins of the homework on convolutional nets, two notebooks each, earn what they say of themselves."""

import json

import pytest

from autograder.checks.parts import CARRIED
from autograder.handins import read_handins
from autograder.registry import checks_of
from tests.grading.courses import graded_made_up

pytestmark = pytest.mark.sandbox
ASSIGNMENT = "cnn"
HANDINS = read_handins(ASSIGNMENT)
POINTS = {check.name: check.points for check in checks_of(ASSIGNMENT)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Every made-up hand-in, graded by `autograder grade`."""
    weights = {f"{ASSIGNMENT}.{name}": f"{name}.npz" for name in ("trained_convnet", "best_convnet")}
    return graded_made_up(tmp_path_factory, ASSIGNMENT, weights)


@pytest.mark.parametrize("name", HANDINS)
def test_every_made_up_hand_in_earns_what_it_says(graded, name):
    assert graded.full(name) == HANDINS[name].full_items(POINTS)


def test_an_untouched_hand_in_earns_not_a_single_point(graded):
    assert graded.points("untouched") == dict.fromkeys(POINTS, 0.0)


def test_gradients_of_a_wrong_convolution_earn_what_is_carried_forward(graded):
    name = f"{ASSIGNMENT}.conv_backward_naive"
    assert graded.points("wrong_but_consistent")[name] == pytest.approx(CARRIED * POINTS[name])


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("conv_forward_naive", "The filter is turned around"),
        ("conv_backward_naive", "db is that of the first place alone"),
        ("max_pool_backward_naive", "the last one overwrites the others"),
        ("conv_backward_fast", "that is a loop"),
        ("spatial_batchnorm_forward", "A reshape alone mixes channels and places"),
        ("two_layer_convnet", "The regularisation is half of ours"),
        ("convnet_b", "Convolutions keep the size of the images"),
        ("convnet_c", "There is a softmax at the end"),
        ("train_epoch", "Gradients of all batches so far are added up"),
        ("evaluate", "the net was asked in training mode"),
        ("early_stopping", "It stops one epoch too late"),
        ("augmented", "comes in on the other"),
    ],
)
def test_typical_mistakes_are_called_by_their_names(graded, item, words):
    assert words in json.dumps(graded.row("typical_mistakes", f"{ASSIGNMENT}.{item}"))
    assert graded.points("typical_mistakes")[f"{ASSIGNMENT}.{item}"] < POINTS[f"{ASSIGNMENT}.{item}"]
