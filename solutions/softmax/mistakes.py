"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the right
function returns; None where that part of the result is not affected.
"""

import numpy as np

from solutions.softmax.for_checks import trained
from solutions.softmax.gradient_check import numerical_gradient
from solutions.softmax.loss import softmax, softmax_loss_vectorized


def _one_hot(y, C):
    return np.eye(C)[y]


def _all_classes(W, X, y, reg):
    P = softmax(X @ W)
    return -np.log(P).sum() / len(X) + reg * np.sum(W * W), X.T @ (P - 1) / len(X) + 2 * reg * W


def _right_class_only(W, X, y, reg):
    P, Y = softmax(X @ W), _one_hot(y, W.shape[1])
    return None, X.T @ (P * Y - Y) / len(X) + 2 * reg * W


def _without_minus_one(W, X, y, reg):
    return None, X.T @ softmax(X @ W) / len(X) + 2 * reg * W


def _no_logarithm(W, X, y, reg):
    P = softmax(X @ W)
    return -P[np.arange(len(X)), y].mean() + reg * np.sum(W * W), None


def _probability_of_rows(W, X, y, reg):
    P = softmax((X @ W).T).T
    loss = -np.log(P[np.arange(len(X)), y]).mean() + reg * np.sum(W * W)
    return loss, X.T @ (P - _one_hot(y, W.shape[1])) / len(X) + 2 * reg * W


def _over_everything(W, X, y, reg):
    exponentials = np.exp(X @ W)
    P = exponentials / exponentials.sum()
    loss = -np.log(P[np.arange(len(X)), y]).mean() + reg * np.sum(W * W)
    return loss, X.T @ (P - _one_hot(y, W.shape[1])) / len(X) + 2 * reg * W


def _sum_of_weights(W, X, y, reg):
    loss, dW = softmax_loss_vectorized(W, X, y, 0.0)
    return loss + reg * np.sum(W), dW + reg


def _norm_not_squared(W, X, y, reg):
    loss, _ = softmax_loss_vectorized(W, X, y, 0.0)
    return loss + reg * np.linalg.norm(W), None


def _regularised_per_example(W, X, y, reg):
    loss, dW = softmax_loss_vectorized(W, X, y, 0.0)
    return loss + reg * np.sum(W * W) / len(X), dW + 2 * reg * W / len(X)


def _mean_of_squares(W, X, y, reg):
    loss, _ = softmax_loss_vectorized(W, X, y, 0.0)
    return loss + reg * np.mean(W * W), None


def _last_row_spared(W, X, y, reg):
    loss, dW = softmax_loss_vectorized(W, X, y, 0.0)
    spared = np.vstack([W[:-1], 0 * W[-1:]])
    return loss + reg * np.sum(spared**2), dW + 2 * reg * spared


def _half_convention(W, X, y, reg):
    return softmax_loss_vectorized(W, X, y, reg / 2)


_LOSS = [
    (
        "known mistake",
        "Minus the logarithm is summed over all classes; only the probability of the right class belongs in the loss. "
        "In the gradient that is one taken off every class instead of the right one.",
        _all_classes,
    ),
    (
        "known mistake",
        "The gradient only sees the right class: the scores of the other classes have a derivative too, "
        "their probability.",
        _right_class_only,
    ),
    (
        "known mistake",
        "The gradient uses the probabilities as they are: one must be taken off at the right class.",
        _without_minus_one,
    ),
    ("known mistake", "The loss is the mean probability itself: the logarithm is missing.", _no_logarithm),
    (
        "axis",
        "The softmax is taken down the columns (over the examples) instead of along the rows (over the classes).",
        _probability_of_rows,
    ),
    (
        "axis",
        "The probabilities are divided by the sum over the whole array, not by the sum of their own row.",
        _over_everything,
    ),
    ("regularisation", "The regularisation adds up the weights themselves, not their squares.", _sum_of_weights),
    (
        "regularisation",
        "The regularisation uses the norm of W; it is the sum of the squares, without the root.",
        _norm_not_squared,
    ),
    (
        "regularisation",
        "The regularisation is divided by N too; only the data part is a mean.",
        _regularised_per_example,
    ),
    ("regularisation", "The regularisation is the mean of the squares; it is their sum.", _mean_of_squares),
    (
        "regularisation",
        "The regularisation leaves the last row of W out. Some courses spare the biases; here every weight counts.",
        _last_row_spared,
    ),
]

# Told only where loss and gradient both fit.
_CONVENTIONS = [
    (
        "regularisation",
        "Your loss and your gradient both use 1/2 · reg · (sum of all squared weights), as some courses do. "
        "Ours has no factor 1/2: reg times the sum, and 2 · reg · W in the gradient.",
        _half_convention,
    ),
]


def _transposed_gradient(W, X, y, reg):
    return None, softmax_loss_vectorized(W, X, y, reg)[1].T


def _columns(scores):
    exponentials = np.exp(scores - scores.max(axis=0, keepdims=True))
    return exponentials / exponentials.sum(axis=0, keepdims=True)


def _everything(scores):
    exponentials = np.exp(scores - scores.max())
    return exponentials / exponentials.sum()


def _logarithm(scores):
    return np.log(np.maximum(softmax(scores), 1e-300))


def _sigmoid(scores):
    return 1 / (1 + np.exp(-scores))


def _exponentials(scores):
    return np.exp(scores)


def _shifted_exponentials(scores):
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def _divided_by_the_mean(scores):
    return scores.shape[1] * softmax(scores)


def _minus(scores):
    return softmax(-scores)


def _majority(probabilities):
    C = probabilities[0].shape[1]
    votes = np.sum([np.eye(C)[np.asarray(p).argmax(axis=1)] for p in probabilities], axis=0)
    return votes.argmax(axis=1)


def _first_model(probabilities):
    return np.asarray(probabilities[0]).argmax(axis=1)


def _least(probabilities):
    return np.sum(probabilities, axis=0).argmin(axis=1)


def _best_single(probabilities):
    return np.max(probabilities, axis=0).argmax(axis=1)


def _over_examples(probabilities):
    return np.sum(probabilities, axis=0).argmax(axis=0)


def _forward_difference(f, x, h):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above = x.copy()
        above[index] += h
        gradient[index] = (f(above) - f(x)) / h
    return gradient


def _backward_difference(f, x, h):
    return _forward_difference(f, x, -h)


def _divided_by_h(f, x, h):
    return 2 * numerical_gradient(f, x, h)


def _all_at_once(f, x, h):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


def _own_step(f, x, h):
    return numerical_gradient(f, x)


def _not_put_back(f, x, h):
    point, gradient = x.copy(), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        point[index] += h
        above = f(point)
        point[index] -= 2 * h
        gradient[index] = (above - f(point)) / (2 * h)
    return gradient


def _one_minus_one(f, x, h):
    return 2 * h * numerical_gradient(f, x, h)


def _votes_from_one(probabilities):
    return np.sum(probabilities, axis=0).argmax(axis=1) + 1


def _product(probabilities):
    return np.prod(probabilities, axis=0).argmax(axis=1)


def _classes_from_one(W, X):
    return (X @ W).argmax(axis=1) + 1


def _least_probable(W, X):
    return (X @ W).argmin(axis=1)


def _example_of_each_class(W, X):
    return (X @ W).argmax(axis=0)


def _trained_with(**changed):
    """The weights after training with other settings; None where they change nothing."""

    def wrong(loss, W, X, y, settings):
        if all(settings.get(name) == value for name, value in changed.items()):
            return None
        return trained(loss, W, X, y, settings | changed)[0]

    return wrong


def _uphill(loss, W, X, y, settings):
    last = settings.get("final_learning_rate")
    turned = {"learning_rate": -settings["learning_rate"], "final_learning_rate": None if last is None else -last}
    return trained(loss, W, X, y, settings | turned)[0]


def _replaced(loss, W, X, y, settings):
    if settings["batch_size"] < len(X) or settings.get("reg"):
        return None
    return trained(loss, W, X, y, settings | {"epochs": 1, "final_learning_rate": None})[0] - W


def _last_batch_dropped(loss, W, X, y, settings):
    whole = len(X) - len(X) % settings["batch_size"]
    return trained(loss, W, X[:whole], y[:whole], settings)[0] if 0 < whole < len(X) else None


def _never_final(loss, W, X, y, settings):
    first, last, epochs = settings["learning_rate"], settings.get("final_learning_rate"), settings["epochs"]
    if last is None or epochs == 1:
        return None
    reached = first + (last - first) * (epochs - 1) / epochs
    return trained(loss, W, X, y, settings | {"final_learning_rate": reached})[0]


def _final_at_once(loss, W, X, y, settings):
    last = settings.get("final_learning_rate")
    return None if last is None else trained(loss, W, X, y, settings | {"learning_rate": last})[0]


def _untrained(loss, W, X, y, settings):
    return W


MISTAKES = {
    "softmax": [
        (
            "axis",
            "Each column sums to one: the sum runs over the examples. Rows are examples, so each row must sum to one.",
            _columns,
        ),
        ("axis", "The whole array sums to one: divide each row by its own sum.", _everything),
        ("known mistake", "These are the logarithms of the probabilities.", _logarithm),
        (
            "known mistake",
            "Each score is squashed by itself (a sigmoid); the classes of a row must share one unit of probability.",
            _sigmoid,
        ),
        ("known mistake", "These are the exponentials; the division by each row's sum is missing.", _exponentials),
        (
            "known mistake",
            "These are the shifted exponentials; the division by each row's sum is missing.",
            _shifted_exponentials,
        ),
        (
            "factor",
            "Each row sums to the number of classes: the exponentials are divided by their mean, not by their sum.",
            _divided_by_the_mean,
        ),
        ("sign", "This is the softmax of minus the scores: the sign in the exponent is wrong.", _minus),
    ],
    "loss_conventions": _CONVENTIONS,
    "softmax_loss_naive": [
        *_LOSS,
        ("transpose", "Transposed, your gradient is right: rows and columns are swapped.", _transposed_gradient),
    ],
    "softmax_loss_vectorized": [
        *_LOSS,
        ("transpose", "Transposed, your gradient is right: rows and columns are swapped.", _transposed_gradient),
    ],
    "numerical_gradient": [
        (
            "known mistake",
            "This is the forward difference (f(x + h) - f(x)) / h: its error shrinks only with h. Step to both sides.",
            _forward_difference,
        ),
        ("known mistake", "This is the backward difference: step to both sides.", _backward_difference),
        ("factor", "Every entry is exactly twice ours: the two steps together are 2h wide.", _divided_by_h),
        (
            "known mistake",
            "All entries of x move together, so every entry of the gradient is the same: move one at a time.",
            _all_at_once,
        ),
        ("known mistake", "An entry of x is not put back before the next one is moved.", _not_put_back),
        ("known mistake", "This is the gradient for the default step: the h that is passed in is not used.", _own_step),
        ("factor", "This is f(x + h) - f(x - h) alone: the division by 2h is missing.", _one_minus_one),
    ],
    "trained": [
        ("zero", "The weights are what they were before training.", _untrained),
        ("sign", "The weights move up the gradient: the step must go against it.", _uphill),
        (
            "known mistake",
            "These are the weights for a learning rate of 1: the gradient is taken off without it.",
            _trained_with(learning_rate=1.0, final_learning_rate=None),
        ),
        ("known mistake", "W is replaced by the last step; the step must be added to the W there was.", _replaced),
        ("known mistake", "The last, smaller batch of every epoch is left out.", _last_batch_dropped),
        (
            "regularisation",
            "The weights are those of training without regularisation: `reg` does not reach the loss.",
            _trained_with(reg=0.0),
        ),
        (
            "known mistake",
            "The learning rate stays at its first value: `final_learning_rate` is not used.",
            _trained_with(final_learning_rate=None),
        ),
        (
            "known mistake",
            "The learning rate never reaches its final value: it falls by one part in `epochs` after every epoch, "
            "but from the first epoch to the last there are only epochs - 1 such steps.",
            _never_final,
        ),
        (
            "known mistake",
            "These are the weights for the final learning rate from the start; the first epoch, be it the only one, "
            "uses `learning_rate`.",
            _final_at_once,
        ),
        ("known mistake", "These are the weights after a single epoch.", _trained_with(epochs=1)),
    ],
    "predicted": [
        ("sign", "This is the least probable class.", _least_probable),
        ("known mistake", "Every class is one too high: classes are counted from 0.", _classes_from_one),
        (
            "axis",
            "The most probable *example* of each class: the largest entry must be sought along each row.",
            _example_of_each_class,
        ),
    ],
    "ensemble_predict": [
        (
            "known mistake",
            "This is a majority vote: each model gives its class one vote. Sum the probabilities instead.",
            _majority,
        ),
        ("known mistake", "This is the prediction of the first model alone.", _first_model),
        ("sign", "This is the least probable class.", _least),
        (
            "known mistake",
            "This takes the largest single probability of any model; sum over the models first.",
            _best_single,
        ),
        ("known mistake", "The probabilities are multiplied (their logarithms added), not added up.", _product),
        ("known mistake", "Every class is one too high: classes are counted from 0.", _votes_from_one),
        (
            "axis",
            "The most probable *example* of each class: the largest entry must be sought along each row.",
            _over_examples,
        ),
    ],
}
