"""Models that are wrong whatever they are shown, for every item that asks for a trained one."""

import numpy as np

from autograder.registry import get_check
from tests.mutants.collect import bands, given

# By what it does: the function of the number of images, and the diagnosis that must come.
CHOICES = {
    "one class for all": (lambda N: np.zeros(N, int), "constant"),
    "random classes": (lambda N: np.random.randint(0, 10, N), "chance"),
    "each class in turn": (lambda N: np.arange(N) % 10, "chance"),
    "no class there is": (lambda N: np.full(N, 10), "constant"),
    "not a number": (lambda N: np.full(N, np.nan), "overflow"),
    "probabilities": (lambda N: np.full((N, 10), 0.1), ""),
    "one answer for all images": (lambda N: 3, ""),
    "a class too few": (lambda N: np.zeros(N - 1, int), ""),
    "words for classes": (lambda N: ["circle"] * N, ""),
    "nothing predicted": (lambda N: None, ""),
    "between two classes": (lambda N: np.full(N, 4.5), "rounded"),
    "infinite": (lambda N: np.full(N, np.inf), "overflow"),
    "a generator of classes": (lambda N: (0 for _ in range(N)), ""),
}


class Answers:
    """A model that gives the classes that `choose(N)` names, whatever the images."""

    def __init__(self, choose):
        self.choose = choose

    def predict(self, X):
        """Classes, or what stands in their place."""
        return self.choose(len(X))


class Raises:
    """A model whose arrays are of another shape than its file's."""

    def predict(self, X):
        """Nothing."""
        raise ValueError("shapes (500,8192) and (2048,10) not aligned")


def wrong_classes(item, prepare):
    """Register models that name wrong classes; `prepare` {name: function} is what the notebook prepares images with."""
    for name, (choose, kind) in CHOICES.items():
        values = prepare | {get_check(item).asks: Answers(choose)}
        given(item, name, values, fails=bands(item), diagnosis=kind, only=True)
