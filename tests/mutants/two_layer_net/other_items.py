"""Wrong answers to the items that ask for a value: the trained net and the multiple choice."""

import numpy as np

from tests.mutants.collect import bands, given
from tests.mutants.models import Answers, wrong_classes

BEST, CHOICE = "two_layer_net.best_net", "two_layer_net.gap_choice"
BANDS = bands(BEST)


def rows(images):
    return images.reshape(len(images), -1) / 255.0


wrong_classes(BEST, {"preprocess": rows})

for name, values in (
    ("never trained", {"preprocess": rows, "best_net": None}),
    ("classes counted from one", {"preprocess": rows, "best_net": Answers(lambda N: np.arange(N) % 10 + 1)}),
    ("the last class for all", {"preprocess": rows, "best_net": Answers(lambda N: np.full(N, 9))}),
    ("its parameters alone", {"preprocess": rows, "best_net": {"W1": np.zeros((3072, 5))}}),
    ("no preprocess", {"preprocess": None, "best_net": Answers(lambda N: np.zeros(N, int))}),
):
    given(BEST, name, values, fails=BANDS)

for letters in ("A", "C", "AB", "ACD", "BD", "ABCD"):
    given(CHOICE, f"the letters {letters}", {"gap_choice": letters}, fails="the right answer", only=True)
for name, value in (
    ("no letter", None),
    ("a letter not offered", "AE"),
    ("an empty text", ""),
    ("a number", 13),
    ("the same twice", "AAC"),
    ("a list", ["A", "C"]),
):
    given(CHOICE, name, {"gap_choice": value}, fails=("the right answer", "some of A, B, C, D"))
