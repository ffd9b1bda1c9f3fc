"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the right
function returns; None where that part of the result is not affected.
"""

import functools

import numpy as np

from solutions.softmax.for_checks import trained
from solutions.softmax.gradient_check import numerical_gradient
from solutions.softmax.loss import softmax, softmax_loss_vectorized
from solutions.softmax.score_mistakes import CLASS_MISTAKES, ROUNDED_TO_ZERO, SCORE_MISTAKES, WRITTEN_IN
from solutions.softmax.training_mistakes import training_mistakes


def _of_scores(wrong):
    """A loss and gradient (D, C) from a mistake in the scores' part; the regularisation is right."""

    def whole(W, X, y, reg):
        loss, dscores = wrong(X @ W, y)
        return (
            None if loss is None else loss + reg * np.sum(W * W),
            None if dscores is None else X.T @ dscores + 2 * reg * W,
        )

    return whole


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


def _absolute_weights(W, X, y, reg):
    loss, dW = softmax_loss_vectorized(W, X, y, 0.0)
    return loss + reg * np.sum(np.abs(W)), dW + reg * np.sign(W)


def _reg_squared(W, X, y, reg):
    return softmax_loss_vectorized(W, X, y, reg**2)


def _written_in(number):
    """A regularisation of its own, whatever `reg` is."""

    def wrong(W, X, y, reg):
        return (None, None) if reg == number else softmax_loss_vectorized(W, X, y, number)

    return wrong


def _inputs_left_out(W, X, y, reg):
    scores = X @ W
    dscores = softmax(scores)
    dscores[np.arange(len(X)), y] -= 1
    return None, np.repeat(dscores.sum(axis=0)[np.newaxis], len(W), axis=0) / len(X) + 2 * reg * W


_LOSS = [
    *((kind, text, _of_scores(wrong)) for kind, text, wrong in SCORE_MISTAKES),
    (
        "known mistake",
        "The gradient by W is that by the scores: each example's share must be multiplied with its inputs.",
        _inputs_left_out,
    ),
    *(
        (
            "regularisation",
            f"The regularisation is {number:g} times the sum of squares, whatever `reg` is.",
            _written_in(number),
        )
        for number in WRITTEN_IN
    ),
    ("regularisation", "reg is squared, or multiplied in twice.", _reg_squared),
    ("regularisation", "The regularisation adds up absolute weights, not their squares.", _absolute_weights),
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


def _sums_of_columns(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=0)


def _winner(scores):
    return np.eye(scores.shape[1])[scores.argmax(axis=1)]


def _base_two(scores):
    return softmax(scores * np.log(2))


def _cut_off(scores):
    return softmax(np.maximum(scores, 0))


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


def _sum_of_both(f, x, h):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) + f(x - step)) / (2 * h)
    return gradient


def _forward_by_2h(f, x, h):
    return _forward_difference(f, x, h) / 2


def _fourth_order(f, x, h):
    return (4 * numerical_gradient(f, x, h) - numerical_gradient(f, x, 2 * h)) / 3


def _step_relative_to_x(f, x, h):
    steps = h * np.maximum(1, np.abs(x))
    found = {step: numerical_gradient(f, x, step) for step in np.unique(steps)}
    return np.array([found[step].flat[place] for place, step in enumerate(steps.flat)]).reshape(x.shape)


def _last_model(probabilities):
    return np.asarray(probabilities[-1]).argmax(axis=1)


def _without_a_model(which):
    def wrong(probabilities):
        left = [p for k, p in enumerate(probabilities) if k != which % len(probabilities)]
        return np.sum(left, axis=0).argmax(axis=1) if left else None

    return wrong


def _some_models(count):
    return lambda probabilities: np.sum(probabilities[:count], axis=0).argmax(axis=1)


def _median(probabilities):
    return np.median(probabilities, axis=0).argmax(axis=1)


def _squares(probabilities):
    return np.sum(np.square(probabilities), axis=0).argmax(axis=1)


def _rounded(probabilities):
    return np.sum(np.round(probabilities), axis=0).argmax(axis=1)


def _by_confidence(probabilities):
    return sum(p * np.max(p, axis=1, keepdims=True) for p in probabilities).argmax(axis=1)


def _of_sums_over_classes(probabilities):
    return np.sum(probabilities, axis=2).argmax(axis=0)


def _last_input_left_out(W, X):
    return (X[:, :-1] @ W[:-1]).argmax(axis=1)


def _votes_from_one(probabilities):
    return np.sum(probabilities, axis=0).argmax(axis=1) + 1


def _product(probabilities):
    return np.prod(probabilities, axis=0).argmax(axis=1)


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


def _twice_regularised(loss, W, X, y, settings):
    return trained(loss, W, X, y, settings | {"reg": 2 * settings["reg"]})[0] if settings.get("reg") else None


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


def _afresh(loss, W, X, y, settings):
    """Every training starts from the small random weights of an untrained classifier."""
    fresh = trained(loss, None, X, y, settings)[0]
    return fresh if fresh.shape == W.shape else None


def _step(loss, parameters, X, y, settings, rate):
    alone = {"epochs": 1, "batch_size": len(X), "learning_rate": rate, "final_learning_rate": None}
    return {"W": trained(loss, parameters["W"], X, y, settings | alone)[0]}


def _rates(settings, after=lambda first, last, epoch, epochs: first + (last - first) * epoch / max(epochs - 1, 1)):
    """The learning rate of every epoch; `after` tells how it goes from the first to the last."""
    first, last, epochs = settings["learning_rate"], settings.get("final_learning_rate"), settings["epochs"]
    return [first if last is None or epochs == 1 else after(first, last, epoch, epochs) for epoch in range(epochs)]


_WRONG_RATES = {
    "The learning rate has fallen once already in the first epoch; there it is `learning_rate` itself.": (
        lambda first, last, epoch, epochs: first + (last - first) * (epoch + 1) / (epochs - 1)
    ),
    "The learning rate falls by the same factor in every epoch; it must fall by the same amount.": (
        lambda first, last, epoch, epochs: first * (last / first) ** (epoch / (epochs - 1))
    ),
}


def _of_weights(wrong):
    """A mistake in training that takes and returns weights W instead of a dict of them."""

    def whole(loss, W, X, y, settings):
        reached = wrong(loss, {"W": W}, X, y, settings)
        return reached and reached["W"]

    return whole


_WALKED = [
    (kind, text, _of_weights(wrong))
    for kind, text, wrong in training_mistakes(
        _step,
        _rates,
        {text: functools.partial(_rates, after=after) for text, after in _WRONG_RATES.items()},
    )
]


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
        (
            "axis",
            "The exponentials of each row are divided by the sums of the columns: sum along the rows.",
            _sums_of_columns,
        ),
        (
            "known mistake",
            "Each row holds a one at its largest score, and zeros: that is the class, not its probability.",
            _winner,
        ),
        ("known mistake", "This is 2 to the power of the scores, shared out; the base is e.", _base_two),
        ("known mistake", "Negative scores count as zero, as behind a ReLU: scores go in as they are.", _cut_off),
    ],
    "loss_conventions": _CONVENTIONS,
    "loss_of_large_scores": [(kind, text, _of_scores(wrong)) for kind, text, wrong in ROUNDED_TO_ZERO],
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
        (
            "known mistake",
            "This is the forward difference f(x + h) - f(x), divided by 2h: step to both sides.",
            _forward_by_2h,
        ),
        (
            "known mistake",
            "This is a formula of higher order, from four values of f for each entry. It is more exact; here the "
            "centred difference of two values is asked for.",
            _fourth_order,
        ),
        ("sign", "f(x + h) and f(x - h) are added; their difference is needed.", _sum_of_both),
        (
            "known mistake",
            "The step grows with the size of the entry; here it is h for all.",
            _step_relative_to_x,
        ),
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
        (
            "known mistake",
            "Training starts from new weights, not from those that the classifier has.",
            _afresh,
        ),
        *(
            (
                "known mistake",
                f"These are the weights for a learning rate of {rate:g}, whatever is given.",
                _trained_with(learning_rate=rate, final_learning_rate=None),
            )
            for rate in (0.1, 0.01, 0.001)
        ),
        ("regularisation", "The regularisation's part of the gradient is taken twice.", _twice_regularised),
        *_WALKED,
    ],
    "predicted": [
        ("sign", "This is the least probable class.", _least_probable),
        *((kind, text, lambda W, X, wrong=wrong: wrong(X @ W)) for kind, text, wrong in CLASS_MISTAKES),
        (
            "axis",
            "The most probable *example* of each class: the largest entry must be sought along each row.",
            _example_of_each_class,
        ),
        ("known mistake", "The last input has no part in the scores.", _last_input_left_out),
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
        ("known mistake", "This is the prediction of the last model alone.", _last_model),
        ("known mistake", "The first model has no vote.", _without_a_model(0)),
        ("known mistake", "The last model has no vote.", _without_a_model(-1)),
        *(
            ("known mistake", f"The first {count} models alone have a vote.", _some_models(count))
            for count in (2, 3, 5, 10)
        ),
        ("known mistake", "The median of the models decides; sum their probabilities.", _median),
        ("known mistake", "The squares of the probabilities are added up; add them up as they are.", _squares),
        ("known mistake", "The probabilities are rounded before they are added up.", _rounded),
        ("known mistake", "Each model counts as much as it is sure; all count the same here.", _by_confidence),
        (
            "axis",
            "The sums run over the classes, which is one for every model: sum over the models.",
            _of_sums_over_classes,
        ),
        (
            "axis",
            "The most probable *example* of each class: the largest entry must be sought along each row.",
            _over_examples,
        ),
    ],
}
