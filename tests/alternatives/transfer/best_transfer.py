"""Right answers of the net that began with somebody else's weights, in every form that is as good as another.

None of them has seen a photograph: they know the labels of the images that are drawn.
"""

import functools
import warnings

import numpy as np
import torch

from autograder.checks.transfer.accuracy import TEST_IMAGES
from autograder.exam import VISIBLE, hidden_rounds
from autograder.recording import notebook_names
from autograder.registry import get_check
from tests.mutants.collect import Version, _add

ITEM = "transfer.best_transfer"


@functools.cache
def known():
    """Labels of all images that are drawn in a run of the tests, by the images' bytes."""
    from tests.checks import judging  # which imports all versions, this module among them

    rounds = [VISIBLE]
    for secret in (judging.FIXED, judging.DRAWN):
        rounds += hidden_rounds(get_check(ITEM), secret, "transfer")
    labels = {}
    for round_ in rounds:
        count = TEST_IMAGES["hidden" if round_.hidden else "visible"]
        for image, label in zip(*judging.IMAGES.draw(round_.seed, count), strict=True):
            labels[image.tobytes()] = int(label)
    return labels


def answered(images):
    """Classes (N,) of images, bytes (N, 32, 32, 3)."""
    return np.array([known()[image.tobytes()] for image in np.asarray(images)])


class Net:
    """A net whose `predict` does what it is made with."""

    def __init__(self, predict):
        self.predict = predict


def aloud(images):
    print(f"{len(images)} images")
    warnings.warn("on the processor", stacklevel=1)
    return [int(label) for label in answered(images)]


def in_batches(images):
    return [images[start : start + 64] for start in range(0, len(images), 64)]


def by_scores(images):
    scores = torch.nn.functional.one_hot(torch.from_numpy(answered(images)), 10).float().log_softmax(dim=1)
    return scores.argmax(dim=1).double()


def by_votes(views):
    votes = np.stack([answered(views["plain"]), answered(views["plain"]), np.zeros(len(views["mirrored"]), int)])
    return tuple(np.bincount(column, minlength=10).argmax() for column in votes.T)


for name, prepare, predict in (
    ("a tensor of classes", torch.from_numpy, lambda X: torch.from_numpy(answered(X.numpy()))),
    ("a list of numbers, and prints", functools.partial(np.array, copy=True), aloud),
    ("a column of small integers", np.asarray, lambda X: answered(X).astype(np.uint8)[:, None]),
    ("batch by batch", in_batches, lambda X: np.concatenate([answered(batch) for batch in X])),
    ("floats that are whole", np.asarray, by_scores),
    ("votes of several views", lambda images: {"plain": images, "mirrored": images[:, :, ::-1]}, by_votes),
):
    values = {"prepare": prepare, "best_transfer": Net(predict)}
    _add("alternatives", Version(ITEM, name, functools.partial(dict, notebook_names("transfer"), **values)))
