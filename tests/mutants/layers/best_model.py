"""Wrong answers to the item that asks for a value: the trained model."""

import numpy as np

from tests.mutants.collect import bands, given
from tests.mutants.models import Answers, wrong_classes

ITEM = "layers.best_model"
BANDS = bands(ITEM)


def rows(images):
    return images.reshape(len(images), -1) / 255.0


wrong_classes(ITEM, {"preprocess": rows})

for name, values in (
    ("never trained", {"preprocess": rows, "best_model": None}),
    ("its file's name", {"preprocess": rows, "best_model": "best_model.npz"}),
    ("no preprocess", {"preprocess": None, "best_model": Answers(lambda N: np.zeros(N, int))}),
):
    given(ITEM, name, values, fails=BANDS)
