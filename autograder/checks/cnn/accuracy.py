"""Accuracy of the net that was trained in PyTorch."""

from autograder.checks import parts
from autograder.registry import check_item


@check_item("cnn.best_convnet", points=4, bonus=2, asks="best_convnet", title="Accuracy on unseen images", rounds=1)
def best_convnet(exam):
    """Accuracy of the handed-in net on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="best_convnet")
