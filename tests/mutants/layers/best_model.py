"""Wrong answers to the item that asks for a value: the trained model."""

import numpy as np

from tests.mutants.collect import bands, given

ITEM = "layers.best_model"
BANDS = bands(ITEM)


def rows(images):
    return images.reshape(len(images), -1) / 255.0


class Answers:
    """A model that gives the classes that `choose(N)` names, whatever the images."""

    def __init__(self, choose):
        self.choose = choose

    def predict(self, X):
        return self.choose(len(X))


def model(choose):
    return {"preprocess": rows, "best_model": Answers(choose)}


for name, values in (
    ("one class for all", model(lambda N: np.zeros(N, int))),
    ("random classes", model(lambda N: np.random.randint(0, 10, N))),
    ("no class there is", model(lambda N: np.full(N, 10))),
    ("not a number", model(lambda N: np.full(N, np.nan))),
    ("probabilities", model(lambda N: np.full((N, 10), 0.1))),
    ("one answer for all images", model(lambda N: 3)),
    ("a class too few", model(lambda N: np.zeros(N - 1, int))),
    ("never trained", {"preprocess": rows, "best_model": None}),
    ("its file's name", {"preprocess": rows, "best_model": "best_model.npz"}),
    ("no preprocess", {"preprocess": None, "best_model": Answers(lambda N: np.zeros(N, int))}),
):
    given(ITEM, name, values, fails=BANDS)
