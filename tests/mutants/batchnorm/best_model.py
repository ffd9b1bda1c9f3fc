"""Wrong answers to the item that asks for a value: the trained model."""

from solutions.batchnorm import fully_connected_net
from tests.mutants.collect import bands, given
from tests.mutants.layers.best_model import rows
from tests.mutants.models import wrong_classes

ITEM = "batchnorm.best_model"
BANDS = bands(ITEM)
NET = fully_connected_net([3072, 20, 10], "batch", dropout=0.1)

wrong_classes(ITEM, {"preprocess": rows})

for name, values in (
    ("an untrained net", {"preprocess": rows, "best_model": NET}),
    ("a net for images of another size", {"preprocess": lambda images: rows(images)[:, ::2], "best_model": NET}),
    ("a list of layers", {"preprocess": rows, "best_model": NET.layers}),
    ("never trained", {"preprocess": rows, "best_model": None}),
    ("its file's name", {"preprocess": rows, "best_model": "best_model.npz"}),
    ("no preprocess", {"preprocess": None, "best_model": NET}),
    ("images left as they are", {"preprocess": lambda images: images, "best_model": None}),
):
    given(ITEM, name, values, fails=BANDS, diagnosis="chance" if name == "an untrained net" else "")
