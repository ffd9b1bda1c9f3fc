"""Made-up hand-ins of the homework on two-layer nets, graded by the command, earn what they say of themselves."""

import json

import pytest

from autograder.checks.parts import CARRIED
from autograder.handins import read_handins
from autograder.registry import checks_of
from tests.grading.courses import graded_made_up

pytestmark = pytest.mark.sandbox
ASSIGNMENT = "two_layer_net"
HANDINS = read_handins(ASSIGNMENT)
POINTS = {check.name: check.points for check in checks_of(ASSIGNMENT)}


def named(*items):
    return [f"{ASSIGNMENT}.{item}" for item in items]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Every made-up hand-in, graded by `autograder grade`."""
    return graded_made_up(tmp_path_factory, ASSIGNMENT, {f"{ASSIGNMENT}.best_net": "best_net.npz"})


def said(graded, student, item):
    """All that is said about one item."""
    return json.dumps(graded.row(student, f"{ASSIGNMENT}.{item}"))


@pytest.mark.parametrize("name", HANDINS)
def test_every_made_up_hand_in_earns_what_it_says(graded, name):
    assert graded.full(name) == HANDINS[name].full_items(POINTS)


def test_an_untouched_notebook_earns_not_a_single_point(graded):
    assert graded.points("untouched") == dict.fromkeys(POINTS, 0.0)


def test_a_loss_over_all_classes_is_wrong_and_called_so_while_forward_and_backward_are_right(graded):
    student = "all_classes_in_the_loss"
    points = graded.points(student)
    assert points["two_layer_net.loss"] == 0
    assert "summed over all classes" in said(graded, student, "loss")
    for item in ("train", "predict", "toy"):
        assert points[f"{ASSIGNMENT}.{item}"] == 0, item
    assert "train should return the history" in said(graded, student, "train")
    assert "The parameters are what they were before training" in said(graded, student, "train")
    assert "is None" in said(graded, student, "predict")


def test_gradients_that_fit_a_wrong_forward_pass_earn_the_share_that_is_carried_forward(graded):
    student = "wrong_but_consistent"
    for item in ("dW1", "db1"):
        row = graded.row(student, f"{ASSIGNMENT}.{item}")
        assert row["points"] == round(CARRIED * row["max_points"], 2), item
        assert "carried forward" in said(graded, student, item)
    assert "leaky ReLU" in said(graded, student, "forward") or graded.row(student, named("forward")[0])["points"] == 0


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("forward", "there is a ReLU on them"),
        ("loss", "The biases are regularised too"),
        ("loss", "a sum where a mean is meant"),
        ("dW1", "A ReLU is laid on the gradient itself"),
        ("db1", "A ReLU is laid on the gradient itself"),
        ("dW2", "half of the regularisation part"),
        ("sgd_momentum", "not stored in config"),
        ("rmsprop", "outside the root"),
        ("adam", "correction for the start at zero is missing"),
        ("train", "has fallen once already in the first epoch"),
    ],
)
def test_typical_mistakes_are_called_by_their_names(graded, item, words):
    assert words in said(graded, "typical_mistakes", item)
    assert graded.points("typical_mistakes")[f"{ASSIGNMENT}.{item}"] < POINTS[f"{ASSIGNMENT}.{item}"]
