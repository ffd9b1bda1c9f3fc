"""Naming the mistake from predicted classes, where only which are right is known, or what they should be."""

import math

import numpy as np

from autograder.diagnose.evidence import Diagnosis

_FEW = 20  # examples of which no share is told
_SURE = 4  # standard deviations from guessing


def of_classes(got, expected, count):
    """Name what is wrong with predicted classes.

    Parameters
    ----------
    got : array (N,)
        Numbers of any kind.
    expected : int array (N,)
        The right classes, from 0 to count - 1.

    Returns
    -------
    Diagnosis or None
    """
    if got.dtype.kind not in "biuf" or not len(got):
        return None
    got = got.astype(float)
    if not np.all(np.isfinite(got)):
        return Diagnosis("overflow", "There are nan or infinite values among them; classes are whole numbers.")
    if np.any(got != np.round(got)):
        return Diagnosis("rounded", "There are numbers that are not whole: scores or probabilities, not their places?")
    shifted = float(np.mean(got - 1 == expected))
    if len(got) >= _FEW and shifted > 0.2 + float(np.mean(got == expected)):
        return Diagnosis("known mistake", "One less would be right far more often: classes are counted from 0.")
    outside = got[(got < 0) | (got >= count)]
    numbered = f"classes are numbered from 0 to {count - 1}" if len(outside) else ""
    if len(got) > 1 and np.all(got == got[0]) and np.any(expected != expected[0]):
        ending = f"; {numbered}." if numbered else "."
        return Diagnosis("constant", f"Every one of them is {got[0]:.0f}, whatever goes in{ending}")
    if numbered:
        return Diagnosis("known mistake", f"Among them is {outside[0]:.0f}; {numbered}.")
    if len(got) >= _FEW and _guessed(got, expected, count):
        return Diagnosis(
            "chance",
            f"That is as often right as guessing, one time in {count}: what comes out has nothing to do with what "
            "goes in.",
        )
    missing = sorted(set(expected.tolist()) - set(got.tolist()))
    if len(got) >= _FEW and len(missing) == 1:
        return Diagnosis("partial", f"Class {missing[0]} is never among them.")
    return None


def _guessed(got, expected, count):
    """Whether no more are right than the shares of the classes on both sides give by chance."""
    n = len(got)
    shares = sum(float(np.mean(got == k)) * float(np.mean(expected == k)) for k in range(count))
    spread = math.sqrt(max(shares * (1 - shares), 1e-12) / n)
    return abs(float(np.mean(got == expected)) - shares) < min(_SURE * spread, 0.05)
