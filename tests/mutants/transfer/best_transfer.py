"""Wrong answers to the item that asks for a value: the net that began with somebody else's weights."""

import numpy as np
import torch
from torch import nn

from solutions.cnn import Classifier
from solutions.transfer import TransferNet
from tests.mutants.collect import bands, given
from tests.mutants.models import Answers, Raises, wrong_classes

ITEM = "transfer.best_transfer"
BANDS = bands(ITEM)


class MeanColour(nn.Module):
    """In the place of a backbone: three features, which cost nothing."""

    def forward(self, images):
        """Features (N, 3) of images (N, 3, H, W)."""
        return images.mean(dim=(2, 3))


torch.manual_seed(0)
UNTRAINED = Classifier(TransferNet(MeanColour(), nn.Linear(3, 10)), batch_size=500)
FEWER_CLASSES = Classifier(TransferNet(MeanColour(), nn.Linear(3, 9)), batch_size=500)
OTHER_FEATURES = Classifier(TransferNet(MeanColour(), nn.Linear(1280, 10)), batch_size=500)
BROKEN = Classifier(TransferNet(MeanColour(), nn.Linear(3, 10)), batch_size=500)
with torch.no_grad():
    BROKEN.net.head.weight.fill_(float("nan"))


def prepared(pixels):
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2) / np.float32(255)) * 2 - 1


class Scores:
    """A net whose `predict` gives its scores."""

    def predict(self, X):
        with torch.no_grad():
            return UNTRAINED.net(X)


class ListOfBatches:
    """A net whose `predict` gives the classes batch by batch."""

    def predict(self, X):
        return [np.zeros(100, int) for _ in range(len(X) // 100)]


wrong_classes(ITEM, {"prepare": prepared})

# What some of them are called.
NAMED = {
    "classes of ImageNet": "known mistake",
    "classes batch by batch": "constant",
    "a head that was never trained": "chance",
    "a head of nine classes": "chance",
    "weights that are nan": "constant",
}
for name, values in (
    ("classes of ImageNet", {"prepare": prepared, "best_transfer": Answers(lambda N: np.arange(N) + 100)}),
    ("scores for classes", {"prepare": prepared, "best_transfer": Scores()}),
    ("classes batch by batch", {"prepare": prepared, "best_transfer": ListOfBatches()}),
    ("shapes that do not fit", {"prepare": prepared, "best_transfer": Raises()}),
    ("a head that was never trained", {"prepare": prepared, "best_transfer": UNTRAINED}),
    ("a head for other features", {"prepare": prepared, "best_transfer": OTHER_FEATURES}),
    ("a head of nine classes", {"prepare": prepared, "best_transfer": FEWER_CLASSES}),
    ("weights that are nan", {"prepare": prepared, "best_transfer": BROKEN}),
    ("the net, not a classifier", {"prepare": prepared, "best_transfer": UNTRAINED.net}),
    ("the probe alone", {"prepare": prepared, "best_transfer": UNTRAINED.net.head}),
    ("the class, not an object", {"prepare": prepared, "best_transfer": Classifier}),
    ("its architecture", {"prepare": prepared, "best_transfer": Classifier(TransferNet)}),
    ("its weights", {"prepare": prepared, "best_transfer": UNTRAINED.net.state_dict()}),
    ("its file's name", {"prepare": prepared, "best_transfer": "best_transfer.npz"}),
    ("never loaded", {"prepare": prepared, "best_transfer": None}),
    ("bytes as they are", {"prepare": torch.from_numpy, "best_transfer": UNTRAINED}),
    ("arrays, not tensors", {"prepare": lambda pixels: prepared(pixels).numpy(), "best_transfer": UNTRAINED}),
    ("no prepare", {"prepare": None, "best_transfer": UNTRAINED}),
    ("nothing prepared", {"prepare": lambda pixels: None, "best_transfer": UNTRAINED}),
    ("prepare without its settings", {"prepare": lambda pixels, mean, std: pixels, "best_transfer": UNTRAINED}),
    ("half of the images", {"prepare": lambda pixels: prepared(pixels)[::2], "best_transfer": UNTRAINED}),
):
    given(ITEM, name, values, fails=BANDS, diagnosis=NAMED.get(name, ""), only=True)
