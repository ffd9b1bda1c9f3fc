"""Wrong answers to the items that ask for a value: the trained classifier and the multiple choice."""

import numpy as np

from tests.mutants.collect import bands, given

BEST, CHOICE = "softmax.best_classifier", "softmax.regularisation_choice"
BANDS = bands(BEST)


def rows(images):
    return images.reshape(len(images), -1) / 255.0


class Answers:
    """A classifier that gives the classes that `choose(N)` names, whatever the images."""

    def __init__(self, choose):
        self.choose = choose

    def predict(self, X):
        return self.choose(len(X))


def classifier(choose):
    return {"preprocess": rows, "best_classifier": Answers(choose)}


given(BEST, "one class for all", classifier(lambda N: np.zeros(N, int)), fails=BANDS)
given(BEST, "random classes", classifier(lambda N: np.random.randint(0, 10, N)), fails=BANDS)
given(BEST, "no class there is", classifier(lambda N: np.full(N, 10)), fails=BANDS)
given(BEST, "not a number", classifier(lambda N: np.full(N, np.nan)), fails=BANDS)
given(BEST, "probabilities", classifier(lambda N: np.full((N, 10), 0.1)), fails=BANDS)
given(BEST, "one answer for all images", classifier(lambda N: 3), fails=BANDS)
given(BEST, "never trained", {"preprocess": rows, "best_classifier": None}, fails=BANDS)
given(BEST, "no preprocess", {"preprocess": None, "best_classifier": Answers(lambda N: np.zeros(N, int))}, fails=BANDS)

for letter in ("A", "C", "D"):
    given(CHOICE, f"the letter {letter}", {"regularisation_choice": letter}, fails="the right answer")
for name, value in (
    ("no letter", None), ("a letter not offered", "E"), ("all letters", "ABCD"), ("an empty text", ""), ("a number", 1)
):  # fmt: skip
    given(CHOICE, name, {"regularisation_choice": value}, fails=("the right answer", "one of A, B, C, D"))
