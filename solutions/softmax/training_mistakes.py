"""What well-known mistakes in mini-batch training lead to, for every chapter that trains step by step.

Goes in: how one epoch of one step is trained, and how the learning rate goes. Comes out: a list of (kind, what to tell
the student, wrong version), the wrong version returning where training ends.
"""

import numpy as np


def training_mistakes(step, rates, wrong_rates):
    """Mistakes in the choice of batches and in the learning rate.

    Parameters
    ----------
    step : function
        From (loss, parameters, X, y, settings, learning rate) to the parameters after one step on all of X, and None
        where single steps cannot be told apart.
    rates : function
        From (settings) to the learning rate of every epoch.
    wrong_rates : dict
        What to tell the student, and a function like `rates`, which may return None.

    Returns
    -------
    list of (str, str, function)
    """

    def walked(batches, rates=rates, frozen=False):
        def wrong(loss, start, X, y, settings):
            chosen = rates(settings)
            if chosen is None:
                return None
            for rate in chosen:
                before = start
                for rows, labels in batches(len(X), settings["batch_size"]):
                    at = before if frozen else start
                    after = step(loss, at, X[rows], y[labels], settings, rate)
                    if after is None:
                        return None
                    start = {name: start[name] + after[name] - at[name] for name in start}
            return start

        return wrong

    found = [("known mistake", text, walked(batches)) for text, batches in _BATCHES.items()]
    found += [("known mistake", text, walked(_right, rates=wrong)) for text, wrong in wrong_rates.items()]
    found.append(
        (
            "known mistake",
            "All steps of an epoch use the gradient at the weights from its start: take it where the last step led.",
            walked(_right, frozen=True),
        )
    )
    return found


def _right(N, size):
    return [(part, part) for part in _cut(N, size)]


def _cut(N, size):
    return [np.arange(start, min(start + size, N)) for start in range(0, N, size)]


def _labels_not_cut(N, size):
    return [(part, np.arange(len(part))) for part in _cut(N, size)]


def _alike(parts):
    return lambda N, size: [(part, part) for part in parts(N, size)]


_BATCHES = {
    "Only the first batch of every epoch is trained on.": _alike(lambda N, size: _cut(N, size)[:1]),
    "The whole set goes into every step: each takes the examples of its own batch.": _alike(
        lambda N, size: [np.arange(N)] * len(_cut(N, size))
    ),
    "The whole set goes into one step an epoch: `batch_size` is not used.": _alike(lambda N, size: [np.arange(N)]),
    "Every step takes the first batch: the examples behind it never come.": _alike(
        lambda N, size: [np.arange(min(size, N))] * len(_cut(N, size))
    ),
    "The batches overlap: each must begin where the one before it ends.": _alike(
        lambda N, size: [np.arange(start, min(start + size, N)) for start in range(0, N, (size + 1) // 2)]
    ),
    "The last batch is filled up with examples from the front; it is smaller.": _alike(
        lambda N, size: [np.arange(start, start + size) % N for start in range(0, N, size)]
    ),
    "Each example makes a step of its own: `batch_size` is not used.": _alike(lambda N, size: _cut(N, 1)),
    "The labels are not those of the batch: they are taken from the front every time.": _labels_not_cut,
}
