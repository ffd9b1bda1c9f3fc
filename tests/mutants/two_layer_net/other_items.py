"""Wrong answers to the items that ask for a value: the trained net and the multiple choice."""

import numpy as np

from tests.mutants.collect import bands, given
from tests.mutants.models import Answers, wrong_classes

BEST, CHOICE = "two_layer_net.best_net", "two_layer_net.gap_choice"
BANDS = bands(BEST)


def rows(images):
    return images.reshape(len(images), -1) / 255.0


wrong_classes(BEST, {"preprocess": rows})

for name, net, kind in (
    ("never trained", None, ""),
    ("classes counted from one", Answers(lambda N: np.arange(N) % 10 + 1), "known mistake"),
    ("the last class for all", Answers(lambda N: np.full(N, 9)), "constant"),
    ("its parameters alone", {"W1": np.zeros((3072, 5))}, ""),
):
    given(BEST, name, {"preprocess": rows, "best_net": net}, fails=BANDS, diagnosis=kind)
given(BEST, "no preprocess", {"preprocess": None, "best_net": Answers(lambda N: np.zeros(N, int))}, fails=BANDS)

for letters in ("A", "C", "AB", "ACD", "BD", "ABCD"):
    given(CHOICE, f"the letters {letters}", {"gap_choice": letters}, fails="the right answer", only=True)
for name, value in (
    ("no letter", None),
    ("a letter not offered", "AE"),
    ("an empty text", ""),
    ("a number", 13),
    ("the same twice", "AAC"),
    ("a list", ["A", "C"]),
    ("a sentence", "More data and less of a net."),
    ("bytes", b"AC"),
    ("true", True),
):
    given(CHOICE, name, {"gap_choice": value}, fails=("the right answer", "some of A, B, C, D"))
