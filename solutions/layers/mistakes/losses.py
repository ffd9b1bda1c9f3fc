"""Well-known mistakes in the losses of scores, and in their gradients: (loss, dx) each, or None for one of the two."""

import math

import numpy as np

from solutions.layers.losses import softmax_loss, svm_loss
from solutions.softmax.loss import softmax
from solutions.softmax.score_mistakes import ROUNDED_TO_ZERO, SCORE_MISTAKES

KNOWN = "known mistake"


def _one_hot(x, y):
    return np.eye(x.shape[1])[y]


def _own(x, y):
    """Scores, or probabilities, of the right classes, (N,)."""
    return x[np.arange(len(x)), y]


def _asked(loss, change):
    """The loss for other inputs: `change(x, y)`."""
    return lambda x, y: loss(*change(x, y))


def _gradient(loss, change):
    """The right gradient changed at the end: `change(dx, one_hot)`."""
    return lambda x, y: (None, change(loss(x, y)[1], _one_hot(x, y)))


def _of_both(loss):
    """What goes wrong with either of the losses."""
    return [
        (
            "factor",
            "It is divided by the number of classes; divide by that of the examples, N.",
            lambda x, y: tuple(part * len(x) / x.shape[1] for part in loss(x, y)),
        ),
        (KNOWN, "The labels are counted from 1; here they begin with 0.", _asked(loss, lambda x, y: (x, y - 1))),
        (KNOWN, "The last example is left out.", _asked(loss, lambda x, y: (x[:-1], y[:-1]))),
        (
            KNOWN,
            "The first label stands for all; each example has its own.",
            _asked(loss, lambda x, y: (x, np.full(len(x), y[0]))),
        ),
        (KNOWN, "The scores come in doubled.", _asked(loss, lambda x, y: (2 * x, y))),
        (
            KNOWN,
            "These are probabilities in the place of scores: the loss is given a softmax of x, where it asks for x.",
            _asked(loss, lambda x, y: (softmax(x), y)),
        ),
        (
            KNOWN,
            "Only the right class's score has a gradient; those of the wrong classes have one, too.",
            _gradient(loss, lambda dx, one_hot: dx * one_hot),
        ),
    ]


# The softmax
def _cross_entropy(probabilities):
    """Loss and gradient of other probabilities: `probabilities(x)`."""

    def wrong(x, y):
        P = probabilities(x)
        return -np.log(_own(P, y)).mean(), (P - _one_hot(x, y)) / len(x)

    return wrong


def _minus_one(x, y):
    one_hot = _one_hot(x, y)
    return None, np.where(one_hot, -1, softmax(x)) / len(x)


def _untrained(x, y):
    return math.log(10), None


# The hinge
def _hinge(margins, violated=lambda margins: (margins > 0).astype(float)):
    """Loss and gradient of other margins: `margins(x, right)`, of which `violated` gives the gradient's entries."""

    def wrong(x, y):
        found = margins(x, _own(x, y)[:, np.newaxis]) * (1 - _one_hot(x, y))
        pulled = violated(found)
        pulled[np.arange(len(x)), y] = -pulled.sum(axis=1)
        return found.sum() / len(x), pulled / len(x)

    return wrong


def _margins(x, right):
    return np.maximum(0, x - right + 1)


def _loss_of_margins(value):
    """Another loss of the right margins: `value(margins)`, (N, C), with zeros at the right classes."""
    return lambda x, y: (float(value(_margins(x, _own(x, y)[:, None]) * (1 - _one_hot(x, y)))), None)


def _counted_with_gradient(x, y):
    violated = (_margins(x, _own(x, y)[:, None]) > 0).astype(float)
    violated[np.arange(len(x)), y] = -violated.sum(axis=1)
    return svm_loss(x, y)[0] + 1, violated / len(x)


def _right_class(change):
    """A gradient that is wrong at the right classes: `change(dx)` for -violations / N that should stand there."""
    return _gradient(svm_loss, lambda dx, one_hot: np.where(one_hot, change(dx), dx))


def _worst(margins):
    return margins * (margins == margins.max(axis=1, keepdims=True))


def _worst_only(x, y):
    return _hinge(lambda x, right: _worst(_margins(x, right) * (1 - _one_hot(x, y))))(x, y)


MISTAKES = {
    "softmax_loss": [
        *SCORE_MISTAKES,
        (KNOWN, "The right class's entry is -1; it is its probability less one.", _minus_one),
        (
            KNOWN,
            "The exponentials are not divided by their sum: these are no probabilities yet.",
            _cross_entropy(lambda x: np.exp(x - x.max(axis=1, keepdims=True))),
        ),
        (
            KNOWN,
            "The exponentials are not divided by their sum: these are no probabilities yet.",
            _cross_entropy(np.exp),
        ),
        *_of_both(softmax_loss),
    ],
    "svm_loss": [
        (KNOWN, "The right class is counted too: against itself it lacks 1.", _counted_with_gradient),
        (
            KNOWN,
            "There is no margin: a wrong class must score at least 1 less.",
            _hinge(lambda x, right: np.maximum(0, x - right)),
        ),
        (KNOWN, "The margin is 2; it is 1 here.", _hinge(lambda x, right: np.maximum(0, x - right + 2))),
        ("sign", "The margin of 1 is taken off; add it.", _hinge(lambda x, right: np.maximum(0, x - right - 1))),
        (
            "sign",
            "The wrong score is taken from the right one; take the right one from the wrong one.",
            _hinge(lambda x, right: np.maximum(0, right - x + 1)),
        ),
        (
            KNOWN,
            "Negative margins count, too: what is right by more than 1 costs nothing.",
            _hinge(lambda x, right: x - right + 1),
        ),
        (
            KNOWN,
            "Negative margins count with their sign turned: what is right by more than 1 costs nothing.",
            _hinge(lambda x, right: np.abs(x - right + 1)),
        ),
        (
            KNOWN,
            "The margins are squared (L2-SVM); here they are added up as they are.",
            _loss_of_margins(lambda margins: (margins**2).sum() / len(margins)),
        ),
        (
            KNOWN,
            "The violated margins are counted; add up how far they are violated.",
            _loss_of_margins(lambda margins: (margins > 0).sum() / len(margins)),
        ),
        (
            "axis",
            "It is a mean over the wrong classes; add them up, and take the mean over the examples.",
            _loss_of_margins(lambda margins: margins.sum() / len(margins) / (margins.shape[1] - 1)),
        ),
        (KNOWN, "The right class gets no gradient: its score should go up.", _right_class(np.zeros_like)),
        (
            KNOWN,
            "The right class gets -1; it gets -1 for each violated margin.",
            _right_class(lambda dx: -np.ones_like(dx) / len(dx)),
        ),
        (
            "sign",
            "The right class's entry has the wrong sign: each violated margin pulls its score up.",
            _right_class(np.negative),
        ),
        (
            KNOWN,
            "Every wrong class has a gradient, whether its margin is violated or not.",
            _hinge(_margins, np.ones_like),
        ),
        (KNOWN, "The gradient holds the margins; a margin's derivative is 1.", _hinge(_margins, np.copy)),
        (KNOWN, "Only the worst class counts here; all that violate the margin do.", _worst_only),
        (KNOWN, "This is the softmax loss.", softmax_loss),
        (KNOWN, "This is ln 10, the softmax loss of an untrained net; the scores do not enter.", _untrained),
        *_of_both(svm_loss),
    ],
    "large_scores": ROUNDED_TO_ZERO,
}
