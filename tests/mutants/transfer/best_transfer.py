"""Wrong answers to the item that asks for a value: the net that began with somebody else's weights."""

import numpy as np
import torch
from torch import nn

from coursekit.backbones import LITE0_MEAN, LITE0_STD
from solutions.cnn import Classifier, softmax_net
from solutions.transfer import preprocess
from tests.mutants.cnn.trained_convnet import Answers, Raises
from tests.mutants.collect import bands, given

ITEM = "transfer.best_transfer"
BANDS = bands(ITEM)
torch.manual_seed(0)
UNTRAINED = Classifier(softmax_net())
FEWER_CLASSES = Classifier(nn.Sequential(nn.Flatten(), nn.Linear(3072, 9)))
OTHER_SIZE = Classifier(nn.Sequential(nn.Flatten(), nn.Linear(3 * 96 * 96, 10)))
BROKEN = Classifier(softmax_net())
with torch.no_grad():
    BROKEN.net[1].weight.fill_(float("nan"))


def prepare(images):
    return preprocess(images, 32, LITE0_MEAN, LITE0_STD)


def net(choose):
    return {"prepare": prepare, "best_transfer": Answers(choose)}


class Scores:
    """A net whose `predict` gives its scores."""

    def predict(self, X):
        with torch.no_grad():
            return UNTRAINED.net(X)


for name, values in (
    ("one class for all", net(lambda N: np.zeros(N, int))),
    ("random classes", net(lambda N: np.random.randint(0, 10, N))),
    ("each class in turn", net(lambda N: np.arange(N) % 10)),
    ("no class there is", net(lambda N: np.full(N, 10))),
    ("not a number", net(lambda N: np.full(N, np.nan))),
    ("one answer for all images", net(lambda N: 3)),
    ("a class too few", net(lambda N: np.zeros(N - 1, int))),
    ("words for classes", net(lambda N: ["circle"] * N)),
    ("nothing predicted", net(lambda N: None)),
    ("scores for classes", {"prepare": prepare, "best_transfer": Scores()}),
    ("shapes that do not fit", {"prepare": prepare, "best_transfer": Raises()}),
    ("never trained", {"prepare": prepare, "best_transfer": UNTRAINED}),
    ("weights that are nan", {"prepare": prepare, "best_transfer": BROKEN}),
    ("a net for enlarged images", {"prepare": prepare, "best_transfer": OTHER_SIZE}),
    ("the net, not a classifier", {"prepare": prepare, "best_transfer": UNTRAINED.net}),
    ("the class, not an object", {"prepare": prepare, "best_transfer": Classifier}),
    ("its weights", {"prepare": prepare, "best_transfer": UNTRAINED.net.state_dict()}),
    ("its file's name", {"prepare": prepare, "best_transfer": "best_transfer.npz"}),
    ("None", {"prepare": prepare, "best_transfer": None}),
    ("the accuracy that it has", {"prepare": prepare, "best_transfer": 0.95}),
    ("nine classes", {"prepare": prepare, "best_transfer": FEWER_CLASSES}),
    ("prepared twice", {"prepare": lambda images: prepare(prepare(images)), "best_transfer": UNTRAINED}),
    ("no prepare", {"prepare": None, "best_transfer": UNTRAINED}),
    ("nothing prepared", {"prepare": lambda images: None, "best_transfer": UNTRAINED}),
    ("half of the images", {"prepare": lambda images: prepare(images)[::2], "best_transfer": UNTRAINED}),
):
    given(ITEM, name, values, fails=BANDS, only=True)
