"""Well-known mistakes in the cyclical learning rate.

Time is counted in half cycles here: the right height, from 0 to 1, rises from t = 0 to 1, falls from 1 to 2, and so on.
"""

import math

from solutions.layers.schedule import cyclical_learning_rate

KNOWN = "known mistake"


def _right(t):
    return 1 - abs(t % 2 - 1)


def _shaped(height):
    """A rate of another height: `height(t)`."""
    return lambda step, low, high, n_s: low + height(step / n_s) * (high - low)


def _falling(height):
    """A rate that is right on the way up, and `height(t)` on the way down, t from 1 to 2."""
    return _shaped(lambda t: t % 2 if t % 2 <= 1 else height(t % 2))


def _at(change):
    """The rate of another step: `change(step)`."""
    return lambda step, low, high, n_s: cyclical_learning_rate(change(step), low, high, n_s)


def _between(change):
    """A rate that runs between others than the two it is given: `change(low, high)`."""
    return lambda step, low, high, n_s: cyclical_learning_rate(step, *change(low, high), n_s)


MISTAKES = {
    "cyclical_learning_rate": [
        (
            KNOWN,
            "The rate jumps back to the lowest after n_s steps; it must fall as it rose.",
            _shaped(lambda t: t % 1),
        ),
        (KNOWN, "The rate rises for ever: after n_s steps it must fall again.", _shaped(lambda t: t)),
        (
            "sign",
            "The triangle stands on its head: it must start from eta_min.",
            _between(lambda low, high: (high, low)),
        ),
        (
            "factor",
            "The triangle is twice as wide: from the lowest to the highest rate it is n_s steps.",
            _shaped(lambda t: _right(t / 2)),
        ),
        (
            "factor",
            "The triangle is half as wide: n_s is half a cycle, not a whole one.",
            _shaped(lambda t: _right(2 * t)),
        ),
        (KNOWN, "The triangle starts at 0 instead of eta_min.", _between(lambda low, high: (0.0, high))),
        (
            KNOWN,
            "The triangle is eta_max high, on top of eta_min; eta_max is its peak.",
            _between(lambda low, high: (low, low + high)),
        ),
        (
            KNOWN,
            "The rate stays low after the first cycle; it goes on up and down.",
            _shaped(lambda t: _right(t) if t <= 2 else 0),
        ),
        (KNOWN, "This is the rate of the next step: at 0, 2 n_s, 4 n_s it is eta_min.", _at(lambda step: step + 1)),
        (KNOWN, "This is the rate of the step before: at 0, 2 n_s, 4 n_s it is eta_min.", _at(lambda step: step - 1)),
        (KNOWN, "The rate stays at eta_max from the peak on; it must fall again.", _shaped(lambda t: min(t, 1))),
        (KNOWN, "The rate is eta_max in every step.", _shaped(lambda t: 1)),
        (KNOWN, "The rate is the mean of eta_min and eta_max in every step.", _shaped(lambda t: 0.5)),
        (
            KNOWN,
            "The rate falls on and on after the first cycle; it must rise again.",
            _shaped(lambda t: t if t <= 1 else 2 - t),
        ),
        (
            KNOWN,
            "On the way down the rate goes below eta_min: it must fall from eta_max, not from eta_min.",
            _falling(lambda t: 1 - t),
        ),
        (
            "factor",
            "The rate falls twice as fast as it rose; both ways take n_s steps.",
            _falling(lambda t: max(0, 3 - 2 * t)),
        ),
        (
            "rounded",
            "On the way up the rate stays eta_min: the share of the way is cut down to a whole number.",
            _shaped(lambda t: t % 2 // 1 if t % 2 <= 1 else 2 - t % 2),
        ),
        ("rounded", "The share of the way is rounded to one digit.", _shaped(lambda t: round(_right(t), 1))),
        (
            KNOWN,
            "The rate follows a cosine; this one goes up and down in straight lines.",
            _shaped(lambda t: (1 - math.cos(math.pi * _right(t))) / 2),
        ),
        (
            KNOWN,
            "The rate follows a sine; this one goes up and down in straight lines.",
            _shaped(lambda t: abs(math.sin(math.pi * t / 2))),
        ),
        (
            KNOWN,
            "The share of the way is squared; this rate goes up and down in straight lines.",
            _shaped(lambda t: _right(t) ** 2),
        ),
        (
            KNOWN,
            "The logarithm of the rate goes up and down in straight lines; here the rate itself does.",
            lambda step, low, high, n_s: low * (high / low) ** _right(step / n_s),
        ),
        (
            KNOWN,
            "The triangle is halved in every cycle; all have the same height.",
            _shaped(lambda t: _right(t) / 2 ** (t // 2)),
        ),
        ("sign", "The triangle is taken off eta_min; add it.", _shaped(lambda t: -_right(t))),
        (
            KNOWN,
            "This is the share of the way from eta_min to eta_max; the rate lies between the two.",
            lambda step, low, high, n_s: _right(step / n_s),
        ),
    ]
}
