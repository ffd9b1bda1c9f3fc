"""Wrong answers to the items that ask for a value: the trained classifier and the multiple choice."""

import numpy as np

from tests.mutants.collect import bands, given
from tests.mutants.models import Answers, wrong_classes

BEST, CHOICE = "softmax.best_classifier", "softmax.regularisation_choice"
BANDS = bands(BEST)


def rows(images):
    return images.reshape(len(images), -1) / 255.0


wrong_classes(BEST, {"preprocess": rows})

given(BEST, "never trained", {"preprocess": rows, "best_classifier": None}, fails=BANDS)
given(BEST, "no preprocess", {"preprocess": None, "best_classifier": Answers(lambda N: np.zeros(N, int))}, fails=BANDS)

for letter in ("A", "C", "D"):
    given(CHOICE, f"the letter {letter}", {"regularisation_choice": letter}, fails="the right answer")
for name, value in (
    ("no letter", None), ("a letter not offered", "E"), ("all letters", "ABCD"), ("an empty text", ""), ("a number", 1),
    ("another letter as well", "AB"), ("a sentence", "The weights become smaller."), ("a list", ["B"]), ("bytes", b"B"),
    ("a set", {"B"}), ("true", True), ("the letter's place", 2)
):  # fmt: skip
    given(CHOICE, name, {"regularisation_choice": value}, fails=("the right answer", "one of A, B, C, D"))
