"""Wrong answers to the item that asks for a value: the trained convnet."""

import numpy as np

from coursekit import channels_first, scale
from solutions.cnn import TwoLayerConvNet
from tests.mutants.collect import bands, given

ITEM = "cnn.trained_convnet"
BANDS = bands(ITEM)
UNTRAINED = TwoLayerConvNet(filters=2, filter_size=1)
SMALLER = TwoLayerConvNet(shape=(3, 16, 16), filters=2, filter_size=1)


class Answers:
    """A net that gives the classes that `choose(N)` names, whatever the images."""

    def __init__(self, choose):
        self.choose = choose

    def predict(self, X):
        return self.choose(len(X))


class Raises:
    """A net whose arrays are of another shape than its file's."""

    def predict(self, X):
        raise ValueError("shapes (500,8192) and (2048,10) not aligned")


def images(pixels):
    return channels_first(scale(pixels))


def net(choose):
    return {"preprocess": images, "trained_convnet": Answers(choose)}


for name, values in (
    ("one class for all", net(lambda N: np.zeros(N, int))),
    ("random classes", net(lambda N: np.random.randint(0, 10, N))),
    ("each class in turn", net(lambda N: np.arange(N) % 10)),
    ("no class there is", net(lambda N: np.full(N, 10))),
    ("not a number", net(lambda N: np.full(N, np.nan))),
    ("probabilities", net(lambda N: np.full((N, 10), 0.1))),
    ("one answer for all images", net(lambda N: 3)),
    ("a class too few", net(lambda N: np.zeros(N - 1, int))),
    ("words for classes", net(lambda N: ["circle"] * N)),
    ("nothing predicted", net(lambda N: None)),
    ("shapes that do not fit", {"preprocess": images, "trained_convnet": Raises()}),
    ("an untrained net", {"preprocess": images, "trained_convnet": UNTRAINED}),
    ("a net for images of another size", {"preprocess": images, "trained_convnet": SMALLER}),
    ("the channel left last", {"preprocess": scale, "trained_convnet": UNTRAINED}),
    ("its parameters", {"preprocess": images, "trained_convnet": UNTRAINED.params}),
    ("the class, not a net", {"preprocess": images, "trained_convnet": TwoLayerConvNet}),
    ("never trained", {"preprocess": images, "trained_convnet": None}),
    ("its file's name", {"preprocess": images, "trained_convnet": "trained_convnet.npz"}),
    ("no preprocess", {"preprocess": None, "trained_convnet": Answers(lambda N: np.zeros(N, int))}),
    ("nothing preprocessed", {"preprocess": lambda pixels: None, "trained_convnet": UNTRAINED}),
):
    given(ITEM, name, values, fails=BANDS)
