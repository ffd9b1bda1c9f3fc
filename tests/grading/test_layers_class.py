"""Made-up hand-ins of the homework on layers, graded by the command, earn what they say of themselves."""

import json

import pytest

from autograder.handins import read_handins
from autograder.registry import checks_of
from tests.grading.courses import graded_made_up

pytestmark = pytest.mark.sandbox
ASSIGNMENT = "layers"
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


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("affine_forward", "The bias is missing"),
        ("affine_backward", "db is the mean over the examples"),
        ("relu_backward", "The gradient goes by its own sign"),
        ("softmax_loss", "an exponential that overflows"),
        ("svm_loss", "The right class is counted too"),
        ("cyclical_learning_rate", "jumps back to the lowest"),
        ("topological_order", "the list is the wrong way round"),
        ("forward_mode", "use the product rule"),
        ("reverse_mode", "their shares must be added up"),
        ("k_layer_model", "two layers of the same size start with the same weights"),
    ],
)
def test_typical_mistakes_are_called_by_their_names(graded, item, words):
    assert words in json.dumps(graded.row("typical_mistakes", f"{ASSIGNMENT}.{item}"))
    assert graded.points("typical_mistakes")[f"{ASSIGNMENT}.{item}"] < POINTS[f"{ASSIGNMENT}.{item}"]
