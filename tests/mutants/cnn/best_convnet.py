"""Wrong answers to the item that asks for a value: the net that was trained in PyTorch."""

import torch

from coursekit import channels_first, scale
from solutions.cnn import Classifier, softmax_net
from tests.mutants.collect import bands, given
from tests.mutants.models import Raises, wrong_classes

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


class Scores:
    """A net whose `predict` gives its scores."""

    def predict(self, X):
        with torch.no_grad():
            return UNTRAINED.net(X)


wrong_classes(ITEM, {"preprocess": tensors})

# What some of them are called.
NAMED = {"weights that are nan": "constant", "nine classes": "chance"}
for name, values in (
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
    given(ITEM, name, values, fails=BANDS, diagnosis=NAMED.get(name, ""), only=True)
