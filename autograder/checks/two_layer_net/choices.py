"""The accuracy of the trained net, and a question on closing the gap between training and test."""

from autograder.checks import parts
from autograder.registry import check_item


@check_item("two_layer_net.best_net", points=6, bonus=4, asks="best_net", title="Accuracy on unseen images", rounds=1)
def best_net(exam):
    """Accuracy of the handed-in net on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="best_net")


@check_item("two_layer_net.gap_choice", points=1, asks="gap_choice", title="Closing the gap", rounds=1)
def gap_choice(exam):
    """Some of the letters A to D; whether they are the right ones is judged only when grading."""
    parts.multiple_choice(exam, "gap_choice", "ABCD", section="Closing the gap", several=True)
