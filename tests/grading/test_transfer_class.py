"""Made-up hand-ins of the homework on transfer learning earn what they say of themselves."""

import json

import pytest

from autograder.handins import read_handins
from autograder.registry import checks_of
from tests.grading.courses import graded_made_up

pytestmark = pytest.mark.sandbox
ASSIGNMENT = "transfer"
HANDINS = read_handins(ASSIGNMENT)
POINTS = {check.name: check.points for check in checks_of(ASSIGNMENT)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Every made-up hand-in, graded by `autograder grade`."""
    return graded_made_up(tmp_path_factory, ASSIGNMENT, {f"{ASSIGNMENT}.best_transfer": "best_transfer.npz"})


@pytest.mark.parametrize("name", HANDINS)
def test_every_made_up_hand_in_earns_what_it_says(graded, name):
    assert graded.full(name) == HANDINS[name].full_items(POINTS)


def test_an_untouched_hand_in_earns_not_a_single_point(graded):
    assert graded.points("untouched") == dict.fromkeys(POINTS, 0.0)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("preprocess", "align_corners"),
        ("trainable_parameters", "Frozen parameters are counted, too"),
        ("unfreeze_top", "a slice that ends at -0 is empty"),
        ("keep_statistics", "in evaluation mode"),
        ("extract_features", "the backbone normalised by the batch"),
        ("train_probe", "it should be on those of standardised ones"),
        ("parameter_groups", "Rates fall towards the head among the stages"),
        ("fine_tune", "gives the very tensors that training goes on to change"),
    ],
)
def test_typical_mistakes_are_called_by_their_names(graded, item, words):
    assert words in json.dumps(graded.row("typical_mistakes", f"{ASSIGNMENT}.{item}"))
    assert graded.points("typical_mistakes")[f"{ASSIGNMENT}.{item}"] < POINTS[f"{ASSIGNMENT}.{item}"]
