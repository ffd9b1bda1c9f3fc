"""Wrong answers to the item that asks for a value: the trained convnet."""

import numpy as np

from coursekit import channels_first, scale
from solutions.cnn import TwoLayerConvNet
from tests.mutants.collect import bands, given
from tests.mutants.models import Answers, Raises, wrong_classes

ITEM = "cnn.trained_convnet"
BANDS = bands(ITEM)
UNTRAINED = TwoLayerConvNet(filters=2, filter_size=1)
SMALLER = TwoLayerConvNet(shape=(3, 16, 16), filters=2, filter_size=1)


def images(pixels):
    return channels_first(scale(pixels))


wrong_classes(ITEM, {"preprocess": images})

# What some of them are called.
NAMED = {"an untrained net": "chance"}
for name, values in (
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
    given(ITEM, name, values, fails=BANDS, diagnosis=NAMED.get(name, ""))
