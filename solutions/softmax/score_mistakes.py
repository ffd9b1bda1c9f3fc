"""What well-known mistakes make of scores and labels: every chapter with a softmax loss has these.

`SCORE_MISTAKES` lists (kind, what to tell the student, wrong version); a wrong version takes scores (N, C) and labels
(N,), and returns the mean loss and its gradient (N, C), None for what is not affected. `ROUNDED_TO_ZERO` lists those
that are seen where probabilities round to zero alone, `CLASS_MISTAKES` those in the choice of a class.
"""

import numpy as np

from solutions.softmax.loss import softmax

WRITTEN_IN = (1.0, 0.5, 0.1, 0.05, 0.01, 0.001)  # what stands in the place of `reg`
_CONSTANTS = tuple(float(f"1e-{digits}") for digits in range(5, 17))


def _one_hot(scores, y):
    return np.eye(scores.shape[1])[y]


def _loss_and_gradient(P, y):
    """Both for given probabilities, be they right or not."""
    N = len(P)
    return -np.log(P[np.arange(N), y]).mean(), (P - _one_hot(P, y)) / N


def _all_classes(scores, y):
    P, N = softmax(scores), len(scores)
    return -np.log(P).sum() / N, (P - 1) / N


def _mean_of_all(scores, y):
    return -np.log(softmax(scores)).mean(), None


def _all_pairs(scores, y):
    Y = np.zeros(scores.shape)
    Y[:, y] = 1
    return -np.log(softmax(scores))[:, y].mean(), (softmax(scores) - Y) / len(scores)


def _right_class_only(scores, y):
    return None, (softmax(scores) - 1) * _one_hot(scores, y) / len(scores)


def _wrong_classes_only(scores, y):
    return None, softmax(scores) * (1 - _one_hot(scores, y)) / len(scores)


def _without_minus_one(scores, y):
    return None, softmax(scores) / len(scores)


def _plus_one(scores, y):
    return None, (softmax(scores) + _one_hot(scores, y)) / len(scores)


def _probabilities(scores, y):
    return None, softmax(scores)


def _log_for_probability(scores, y):
    return None, (np.log(softmax(scores)) - _one_hot(scores, y)) / len(scores)


def _exponentials(scores, y):
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return None, (shifted - _one_hot(scores, y)) / len(scores)


def _no_logarithm(scores, y):
    return -softmax(scores)[np.arange(len(scores)), y].mean(), None


def _score_alone(shift):
    def wrong(scores, y):
        kept = scores - scores.max(axis=1, keepdims=True) if shift else scores
        return -kept[np.arange(len(scores)), y].mean(), None

    return wrong


def _over_examples(scores, y):
    return _loss_and_gradient(softmax(scores.T).T, y)


def _over_everything(scores, y):
    exponentials = np.exp(scores - scores.max())
    return _loss_and_gradient(exponentials / exponentials.sum(), y)


def _one_sum(scores, y):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return _loss_and_gradient(exponentials / exponentials.sum(), y)


def _cut_off(scores, y):
    return _loss_and_gradient(softmax(np.maximum(scores, 0)), y)


def _twice(scores, y):
    return _loss_and_gradient(softmax(softmax(scores)), y)


def _labels_from_one(scores, y):
    return _loss_and_gradient(softmax(scores), y - 1)


def _first_label(scores, y):
    return _loss_and_gradient(softmax(scores), np.full_like(y, y[0]))


def _without(example, over):
    """An example left out of sums that are divided by `over` less than N."""

    def wrong(scores, y):
        N = len(scores)
        loss, gradient = _loss_and_gradient(softmax(np.delete(scores, example, 0)), np.delete(y, example))
        return loss * (N - 1) / (N - over), (
            np.insert(gradient, example % N, 0.0, axis=0) * (N - 1) / (N - over) if N > 1 else None
        )

    return wrong


def _last_gradient(scores, y):
    gradient = _loss_and_gradient(softmax(scores), y)[1]
    gradient[:-1] = 0
    return None, gradient


def _centred(scores, y):
    return _loss_and_gradient(softmax(scores - scores.mean(axis=0)), y)


def _untrained(classes):
    return lambda scores, y: (np.log(classes or scores.shape[1]), None)


def _hinge(margin):
    def wrong(scores, y):
        N, rows = len(scores), np.arange(len(scores))
        margins = np.maximum(0, scores - scores[rows, y][:, np.newaxis] + margin)
        margins[rows, y] = 0
        gradient = (margins > 0).astype(float)
        gradient[rows, y] = -gradient.sum(axis=1)
        return margins.sum() / N, gradient / N

    return wrong


def _squares(scores, y):
    difference = softmax(scores) - _one_hot(scores, y)
    return np.sum(difference**2) / len(scores), None


def _kept_above(constant):
    def wrong(scores, y):
        return -np.log(np.maximum(softmax(scores)[np.arange(len(scores)), y], constant)).mean(), None

    return wrong


SCORE_MISTAKES = [
    (
        "known mistake",
        "Minus the logarithm is summed over all classes; only the probability of the right class belongs in the loss. "
        "In the gradient that is one taken off every class instead of the right one.",
        _all_classes,
    ),
    (
        "known mistake",
        "The logarithms of all classes' probabilities are averaged; only the right class of each example belongs in "
        "the loss.",
        _mean_of_all,
    ),
    (
        "known mistake",
        "Every example is paired with every label: an index that takes whole columns. Take one entry of each row.",
        _all_pairs,
    ),
    (
        "known mistake",
        "The gradient only sees the right class: the scores of the other classes have a derivative too, "
        "their probability.",
        _right_class_only,
    ),
    (
        "known mistake",
        "The gradient only sees the wrong classes: the right one's score has a derivative too, its probability less "
        "one.",
        _wrong_classes_only,
    ),
    (
        "known mistake",
        "The gradient uses the probabilities as they are: one must be taken off at the right class.",
        _without_minus_one,
    ),
    ("known mistake", "One is added at the right class; it must be taken off.", _plus_one),
    (
        "known mistake",
        "The gradient is the probabilities themselves: one must be taken off at the right class, and the mean over "
        "the examples needs its 1/N.",
        _probabilities,
    ),
    (
        "known mistake",
        "The gradient is made of the logarithms of the probabilities; it needs the probabilities.",
        _log_for_probability,
    ),
    (
        "known mistake",
        "The gradient is made of shifted exponentials that are not divided by their sum: those are no probabilities.",
        _exponentials,
    ),
    ("known mistake", "The loss is the mean probability itself: the logarithm is missing.", _no_logarithm),
    (
        "known mistake",
        "The loss is minus the right class's shifted score alone: the logarithm of the sum of exponentials is missing.",
        _score_alone(True),
    ),
    (
        "known mistake",
        "The loss is minus the right class's score alone: the logarithm of the sum of exponentials is missing.",
        _score_alone(False),
    ),
    (
        "axis",
        "The softmax is taken down the columns (over the examples) instead of along the rows (over the classes).",
        _over_examples,
    ),
    (
        "axis",
        "The probabilities are divided by the sum over the whole array, not by the sum of their own row.",
        _over_everything,
    ),
    (
        "axis",
        "Each row is shifted by its own largest score, but all are divided by one sum over the whole array.",
        _one_sum,
    ),
    ("known mistake", "Negative scores count as zero, as behind a ReLU: scores go in as they are.", _cut_off),
    ("known mistake", "The softmax is taken twice.", _twice),
    ("known mistake", "The labels are taken one too low: classes are counted from 0.", _labels_from_one),
    ("known mistake", "The first example's label is used for all.", _first_label),
    ("known mistake", "The last example is left out.", _without(-1, 0)),
    ("known mistake", "The last example is left out.", _without(-1, 1)),
    ("known mistake", "The first example is left out.", _without(0, 0)),
    ("known mistake", "The first example is left out.", _without(0, 1)),
    (
        "known mistake",
        "This is the last example's gradient alone: the others are overwritten where they should be added up.",
        _last_gradient,
    ),
    (
        "known mistake",
        "The mean of the examples is taken off first. Prepare data outside of the loss.",
        _centred,
    ),
    (
        "known mistake",
        "The loss is the logarithm of the number of classes, which an untrained net has: the scores do not enter.",
        _untrained(None),
    ),
    (
        "known mistake",
        "The loss is ln 10, which an untrained net with ten classes has: the scores do not enter.",
        _untrained(10),
    ),
    ("known mistake", "This is the hinge loss of a support vector machine, with a margin of 1.", _hinge(1.0)),
    ("known mistake", "These are squared differences of the probabilities; the loss is a logarithm.", _squares),
]

ROUNDED_TO_ZERO = [
    (
        "known mistake",
        f"A probability that rounds to zero is taken for {constant:g}, so the loss can't grow any more. Without such a "
        "constant: the logarithm of a quotient is a difference.",
        _kept_above(constant),
    )
    for constant in _CONSTANTS
]

# From scores to classes (N,).
CLASS_MISTAKES = [
    (
        "known mistake",
        "Every class is one too high: classes are counted from 0.",
        lambda scores: scores.argmax(axis=1) + 1,
    ),
    (
        "known mistake",
        "This is the class whose score is largest in size, be it negative.",
        lambda scores: np.abs(scores).argmax(axis=1),
    ),
    (
        "known mistake",
        "Negative scores count as zero: where all are negative, the first class wins.",
        lambda scores: np.maximum(scores, 0).argmax(axis=1),
    ),
]
