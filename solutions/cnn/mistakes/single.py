"""What mistakes give, in single precision: it is recorded for students' machines, and half as large then.

A mistake is told from the right value, and from other mistakes, by far more than float32 rounds away.
"""

import functools

import numpy as np

SMALL = 64  # numbers of an array that is left as it is


def in_single(mistakes):
    """The same {function: list of (kind, text, wrong version)}, with large arrays of floats in float32."""
    return {
        function: [(kind, text, _rounding(wrong)) for kind, text, wrong in known]
        for function, known in mistakes.items()
    }


def _rounding(wrong):
    @functools.wraps(wrong)
    def rounded(*args):
        return _rounded(wrong(*args))

    return rounded


def _rounded(value):
    if isinstance(value, (tuple, list)):
        return type(value)(map(_rounded, value))
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    large = isinstance(value, np.ndarray) and value.dtype == np.float64 and value.size >= SMALL
    return value.astype(np.float32) if large else value
