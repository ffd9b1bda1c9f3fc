"""Wrong answers to the item that asks for a value: the trained model."""

import numpy as np

from solutions.batchnorm import fully_connected_net
from tests.mutants.collect import bands, given
from tests.mutants.layers.best_model import model, rows

ITEM = "batchnorm.best_model"
BANDS = bands(ITEM)
NET = fully_connected_net([3072, 20, 10], "batch", dropout=0.1)

for name, values in (
    ("one class for all", model(lambda N: np.zeros(N, int))),
    ("random classes", model(lambda N: np.random.randint(0, 10, N))),
    ("no class there is", model(lambda N: np.full(N, 10))),
    ("not a number", model(lambda N: np.full(N, np.nan))),
    ("probabilities", model(lambda N: np.full((N, 10), 0.1))),
    ("one answer for all images", model(lambda N: 3)),
    ("a class too few", model(lambda N: np.zeros(N - 1, int))),
    ("an untrained net", {"preprocess": rows, "best_model": NET}),
    ("a net for images of another size", {"preprocess": lambda images: rows(images)[:, ::2], "best_model": NET}),
    ("a list of layers", {"preprocess": rows, "best_model": NET.layers}),
    ("never trained", {"preprocess": rows, "best_model": None}),
    ("its file's name", {"preprocess": rows, "best_model": "best_model.npz"}),
    ("no preprocess", {"preprocess": None, "best_model": NET}),
    ("images left as they are", {"preprocess": lambda images: images, "best_model": None}),
):
    given(ITEM, name, values, fails=BANDS)
