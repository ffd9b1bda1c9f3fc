"""Made-up hand-ins of the homework on batch normalisation, graded by the command, earn what they say of themselves."""

import json

import pytest

from autograder.checks.parts import CARRIED
from autograder.handins import read_handins
from autograder.registry import checks_of
from tests.grading.courses import graded_made_up

pytestmark = pytest.mark.sandbox
ASSIGNMENT = "batchnorm"
HANDINS = read_handins(ASSIGNMENT)
POINTS = {check.name: check.points for check in checks_of(ASSIGNMENT)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Every made-up hand-in, graded by `autograder grade`."""
    return graded_made_up(tmp_path_factory, ASSIGNMENT, {f"{ASSIGNMENT}.best_model": "best_model.npz"})


@pytest.mark.parametrize("name", HANDINS)
def test_every_made_up_hand_in_earns_what_it_says(graded, name):
    assert graded.full(name) == HANDINS[name].full_items(POINTS)


def test_an_untouched_notebook_earns_not_a_single_point(graded):
    assert graded.points("untouched") == dict.fromkeys(POINTS, 0.0)


@pytest.mark.parametrize("item", ["backward", "backward_alt"])
def test_gradients_of_a_wrong_forward_pass_earn_what_is_carried_forward(graded, item):
    name = f"{ASSIGNMENT}.{item}"
    assert graded.points("wrong_but_consistent")[name] == pytest.approx(CARRIED * POINTS[name])


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("forward_train", "eps stands outside the root"),
        ("running_statistics", "momentum weighs the new batch"),
        ("backward", "mean and variance are treated as constants"),
        ("layernorm_forward", "beta is multiplied with gamma, too"),
        ("layernorm_backward", "gamma is multiplied at the end"),
        ("dropout_forward", "They are not scaled"),
        ("dropout_forward", "multiplied with the probability to be kept"),
        ("dropout_backward", "also where the number was dropped"),
        ("fully_connected_net", "Behind the last dense layer stands"),
    ],
)
def test_typical_mistakes_are_called_by_their_names(graded, item, words):
    assert words in json.dumps(graded.row("typical_mistakes", f"{ASSIGNMENT}.{item}"))
    assert graded.points("typical_mistakes")[f"{ASSIGNMENT}.{item}"] < POINTS[f"{ASSIGNMENT}.{item}"]
