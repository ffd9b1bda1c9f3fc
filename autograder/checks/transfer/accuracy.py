"""Accuracy of the net that began with somebody else's weights."""

from autograder.checks import parts
from autograder.registry import check_item

TEST_IMAGES = {"visible": 300, "hidden": 1000}  # a pretrained net takes its time for each


@check_item(
    "transfer.best_transfer",
    points=4,
    bonus=2,
    asks="best_transfer",
    title="Accuracy on unseen images",
    rounds=1,
    patience=4,
)
def best_transfer(exam):
    """Accuracy of the handed-in net on test images, behind the student's own `prepare`."""
    parts.accuracy_bands(exam, preprocess="prepare", model="best_transfer", counts=TEST_IMAGES)
