"""Wrong answers to the item that asks for a value: the net that was trained in PyTorch."""

import numpy as np
import torch

from coursekit import channels_first, scale
from solutions.cnn import Classifier, softmax_net
from tests.mutants.cnn.trained_convnet import Answers, Raises
from tests.mutants.collect import bands, given

ITEM = "cnn.best_convnet"
BANDS = bands(ITEM)
torch.manual_seed(0)
UNTRAINED = Classifier(softmax_net())
FEWER_CLASSES = Classifier(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, 9)))
GREY = Classifier(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(1024, 10)))
BROKEN = Classifier(softmax_net())
with torch.no_grad():
    BROKEN.net[1].weight.fill_(float("nan"))


def tensors(pixels):
    return torch.from_numpy(channels_first(scale(pixels)))


def net(choose):
    return {"preprocess": tensors, "best_convnet": Answers(choose)}


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
    ("scores for classes", {"preprocess": tensors, "best_convnet": Scores()}),
    ("shapes that do not fit", {"preprocess": tensors, "best_convnet": Raises()}),
    ("never trained", {"preprocess": tensors, "best_convnet": UNTRAINED}),
    ("weights that are nan", {"preprocess": tensors, "best_convnet": BROKEN}),
    ("a net for grey images", {"preprocess": tensors, "best_convnet": GREY}),
    ("the net, not a classifier", {"preprocess": tensors, "best_convnet": UNTRAINED.net}),
    ("the class, not an object", {"preprocess": tensors, "best_convnet": Classifier}),
    ("its architecture", {"preprocess": tensors, "best_convnet": Classifier(softmax_net)}),
    ("its weights", {"preprocess": tensors, "best_convnet": UNTRAINED.net.state_dict()}),
    ("its file's name", {"preprocess": tensors, "best_convnet": "best_convnet.npz"}),
    ("None", {"preprocess": tensors, "best_convnet": None}),
    ("arrays, not tensors", {"preprocess": lambda p: channels_first(scale(p)), "best_convnet": UNTRAINED}),
    ("images left as they are", {"preprocess": torch.from_numpy, "best_convnet": UNTRAINED}),
    ("nine classes", {"preprocess": tensors, "best_convnet": FEWER_CLASSES}),
    ("no preprocess", {"preprocess": None, "best_convnet": UNTRAINED}),
    ("nothing preprocessed", {"preprocess": lambda pixels: None, "best_convnet": UNTRAINED}),
    ("half of the images", {"preprocess": lambda pixels: tensors(pixels)[::2], "best_convnet": UNTRAINED}),
):
    given(ITEM, name, values, fails=BANDS, only=True)
