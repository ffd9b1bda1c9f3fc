"""Every entry off by the same factor, or by the same number."""

import math

import numpy as np

from autograder.compare import NEAR
from autograder.diagnose.evidence import Diagnosis, same

_FRACTIONS = {2.0: "twice", 0.5: "half of", 3.0: "three times", 4.0: "four times"}
_LOGARITHMS = {2: 1 / math.log(2), 10: 1 / math.log(10)}


def factor(got, expected, counts, fits):
    """One factor for all entries; `counts` are sizes that it may come from."""
    scale = float(np.sum(got * expected)) / max(float(np.sum(expected * expected)), 1e-300)
    if scale == 0 or not same(got, scale * expected, fits) or abs(scale - 1) <= NEAR:
        return None
    every = "Your number is" if got.size == 1 else "Every entry is"
    if abs(scale + 1) < 1e-5:
        return Diagnosis("sign", f"{every} exactly minus the right one: the sign is wrong.")
    told = _of_counts(abs(scale), counts) or _of_logarithms(abs(scale))
    if told:
        return Diagnosis("factor", f"{every} exactly {told}{_and_sign(scale)}.")
    known = next((words for c, words in _FRACTIONS.items() if abs(abs(scale) / c - 1) < 1e-5), None)
    # One number alone has a ratio to everything: only a ratio that means something is worth telling.
    if known or got.size > 3:
        return Diagnosis(
            "factor",
            f"{every} exactly {known or f'{abs(scale):.6g} times'} ours: a constant factor is off{_and_sign(scale)}.",
        )
    return None


def _of_counts(scale, counts):
    for letter, n in counts.items():
        if n > 2 and abs(scale / n - 1) < 1e-5:
            return (
                f"{n} times ours, and {letter} = {n} here: "
                f"the division by {letter} is missing (a sum where a mean is meant)"
            )
        if n > 2 and abs(scale * n - 1) < 1e-5:
            return f"1/{n} of ours, and {letter} = {n} here: divided by {letter} once too often"
        for less in (n - 1, n + 1):
            if n > 2 and abs(scale * less / n - 1) < 1e-7:
                return f"{n}/{less} of ours, and {letter} = {n} here: divided by {less} instead of {letter}"
    return None


def _of_logarithms(scale):
    for base, ratio in _LOGARITHMS.items():
        if abs(scale / ratio - 1) < 1e-7:
            return f"{ratio:.5f} times ours, which is 1/ln {base}: the logarithm to base {base} for the natural one"
    return None


def _and_sign(scale):
    return ", and the sign is wrong too" if scale < 0 else ""


def offset(got, expected, fits):
    """The same number on top of every entry."""
    if got.size < 4 or np.ptp(expected) == 0:
        return None
    more = float(np.mean(got - expected))
    if not same(got, expected + more, fits):
        return None
    return Diagnosis(
        "offset",
        f"Every entry is {abs(more):.6g} {'more' if more > 0 else 'less'} than ours. Is there a term that is the same "
        "for all and does not belong there, or is one missing?",
    )
