"""Naming the mistake from the numbers: hypotheses tried one by one, the first that fits exactly is told.

Goes in: a student's value, the expected one, the parts it is a sum of, and counts such as N. Comes out: a `Diagnosis`
or None. It states the evidence and what it suggests, never the code. Nothing fits, nothing is said.
"""

from dataclasses import dataclass

import numpy as np

from autograder.compare import EXACT, NEAR, relative_error

FITS = 1e-6  # how exactly a hypothesis must reproduce the numbers; float32 answers are given FITS_SINGLE
FITS_SINGLE = 2e-5
_FRACTIONS = {2.0: "twice", 0.5: "half of", 3.0: "three times", 4.0: "four times"}


@dataclass(frozen=True)
class Diagnosis:
    """A mistake with a name.

    Attributes
    ----------
    kind : str
        "overflow", "transpose", "sign", "factor", "regularisation", "axis", "shape", "zero", "known mistake", "near" or
        "partial".
    text : str
        The evidence and what it suggests, for the student.
    """

    kind: str
    text: str


def diagnose(got, expected, *, parts=None, counts=None, mistakes=()):
    """Name the mistake that turns `expected` into `got`.

    Parameters
    ----------
    got, expected : arrays or numbers
        The student's value and the right one.
    parts : dict of arrays, or several, optional
        Named summands of `expected`, such as {"data": ..., "regularisation": ...}; several ways to split it are tried
        one by one.
    counts : dict of ints, optional
        Sizes that may turn up as a factor, such as {"N": 7, "C": 5}; the first is the one that means are taken over.
    mistakes : iterable of (value, kind, text)
        What known mistakes give here.

    Returns
    -------
    Diagnosis or None
    """
    if got is None or expected is None:
        return None
    got, expected = np.asarray(got), np.asarray(expected, dtype=float)
    if got.dtype.kind not in "biuf" or got.size == 0:
        return None
    fits = FITS_SINGLE if got.dtype.itemsize < 8 else FITS
    got = got.astype(float)
    if not np.all(np.isfinite(got)):
        return _not_finite(got)
    if got.shape == expected.shape:
        with np.errstate(over="ignore", invalid="ignore"):
            fits = min(fits, relative_error(got, expected) / 10)  # a mistake must fit far better than the right value
    with np.errstate(all="ignore"):  # numbers near the largest possible fit nothing
        for value, kind, text in mistakes:
            if _same(got, value, fits):
                return Diagnosis(kind, text)
        if got.shape != expected.shape:
            return _shapes(got, expected, fits)
        if not np.any(got) and np.any(expected):
            return Diagnosis("zero", "Every number is zero: is the result ever filled in, or does a sum cancel?")
        return (
            _of_any_parts(got, expected, parts or (), counts or {}, fits)
            or _factor(got, expected, counts or {}, fits)
            or _transposed(got, expected, fits)
            or _near(got, expected)
            or _only_some(got, expected)
        )


def _same(got, value, fits):
    value = np.asarray(value, dtype=float)
    return got.shape == value.shape and np.all(np.isfinite(value)) and relative_error(got, value) < fits


def _not_finite(got):
    bad, what = int(np.sum(~np.isfinite(got))), "nan" if np.any(np.isnan(got)) else "infinite"
    return Diagnosis(
        "overflow",
        f"{bad} of {got.size} number{'s' * (got.size > 1)} {'is' if bad == 1 else 'are'} {what}. That comes from an "
        "exponential that overflows, the logarithm of zero, or a division by zero.",
    )


def _shapes(got, expected, fits):
    if got.ndim == 2 and got.T.shape == expected.shape and _same(got.T, expected, fits):
        return Diagnosis(
            "transpose", f"Transposed, your array of shape {got.shape} is right: rows and columns are swapped."
        )
    for axis in range(got.ndim):
        if got.ndim == expected.ndim + 1:
            for name, reduced in (("sum", got.sum(axis=axis)), ("mean", got.mean(axis=axis))):
                if _same(reduced, expected, fits):
                    return Diagnosis(
                        "axis", f"The {name} of your array over axis {axis} is right: that axis is not reduced yet."
                    )
    if got.size == expected.size and got.size > 1 and _same(got.reshape(expected.shape), expected, fits):
        return Diagnosis("shape", f"The numbers are right; they only stand in shape {got.shape}, not {expected.shape}.")
    return None


def _of_any_parts(got, expected, parts, counts, fits):
    for split in [parts] if isinstance(parts, dict) else parts:
        found = _of_parts(got, expected, split, counts, fits)
        if found:
            return found
    return None


def _of_parts(got, expected, parts, counts, fits):
    """One or two of the summands taken with another coefficient."""
    if len(parts) < 2:
        return None
    coefficients = [1.0, 0.0, 2.0, 0.5, -1.0]
    for n in counts.values():
        coefficients += [float(n), 1.0 / n]
    first_count = next(iter(counts.values()), 0)
    coefficients += [first_count / n for n in counts.values() if n != first_count]
    named = [(name, np.asarray(part, dtype=float)) for name, part in parts.items() if np.any(part)]
    single = [{name: c} for c in coefficients[1:] for name, _ in named]
    double = (
        [
            {first[0]: c, second[0]: d}
            for c in coefficients[1:]
            for d in coefficients[1:]
            for first in named
            for second in named
            if first[0] < second[0] and c != d
        ]
        if got.size > 2
        else []
    )
    for changed in single + double:
        if all(c == 0 for c in changed.values()) and len(changed) == len(named):
            continue
        tried = sum(changed.get(name, 1.0) * part for name, part in named)
        if _same(got, tried, fits) and not _same(expected, tried, fits):
            said = [_coefficient(name, c, counts) for name, c in changed.items()]
            kind = (
                "regularisation"
                if all(name.startswith("regularisation") for name in changed)
                else ("sign" if -1.0 in changed.values() else "factor")
            )
            return Diagnosis(kind, " ".join(said) + " Everything else is right." * (len(changed) < len(named)))
    return None


def _coefficient(name, c, counts):
    where = f"the {name} part"
    if c == 0:
        return f"Your value is exactly the right one without {where}: it is missing."
    if c == -1:
        return f"Your value has {where} with the wrong sign."
    for letter, n in counts.items():
        if c == n and n > 2:
            return f"Your value holds {where} {n} times, and {letter} = {n}: a sum where a mean is meant?"
        if abs(c * n - 1) < 1e-12 and n > 2:
            return (
                f"Your value holds one {n}th of {where}, and {letter} = {n}: it is divided by {letter} once too often."
            )
    over = next(iter(counts), None)
    for letter, n in counts.items():
        if letter != over and abs(c * n / counts[over] - 1) < 1e-12:
            return f"Your value has {where} divided by {letter} = {n}, where {over} = {counts[over]} is meant."
    if c == 2:
        return f"Your value holds {where} twice: it is added twice, or its factor is 2 instead of 1."
    return (
        f"Your value holds half of {where}: a factor 1/2 that this course's formula does not have, "
        "or a derivative whose 2 is lost."
    )


def _factor(got, expected, counts, fits):
    scale = float(np.sum(got * expected)) / max(float(np.sum(expected * expected)), 1e-300)
    if scale == 0 or not _same(got, scale * expected, fits) or abs(scale - 1) <= NEAR:
        return None
    every = "Your number is" if got.size == 1 else "Every entry is"
    if abs(scale + 1) < 1e-5:
        return Diagnosis("sign", f"{every} exactly minus the right one: the sign is wrong.")
    for letter, n in counts.items():
        if n > 2 and abs(abs(scale) / n - 1) < 1e-5:
            return Diagnosis(
                "factor",
                f"{every} exactly {n} times ours, and {letter} = {n} here: "
                f"the division by {letter} is missing (a sum where a mean is meant){_and_sign(scale)}.",
            )
        if n > 2 and abs(abs(scale) * n - 1) < 1e-5:
            return Diagnosis(
                "factor",
                f"{every} exactly 1/{n} of ours, and {letter} = {n} here: divided by {letter} "
                f"once too often{_and_sign(scale)}.",
            )
    known = next((words for c, words in _FRACTIONS.items() if abs(abs(scale) / c - 1) < 1e-5), None)
    # One number alone has a ratio to everything: only a ratio that means something is worth telling.
    if known or got.size > 3:
        return Diagnosis(
            "factor",
            f"{every} exactly {known or f'{abs(scale):.6g} times'} ours: a constant factor is off{_and_sign(scale)}.",
        )
    return None


def _and_sign(scale):
    return ", and the sign is wrong too" if scale < 0 else ""


def _transposed(got, expected, fits):
    if got.ndim == 2 and got.shape[0] == got.shape[1] and _same(got.T, expected, fits):
        return Diagnosis("transpose", "Transposed, your array is right: rows and columns are swapped.")
    return None


def _only_some(got, expected):
    """Whole rows or columns right, others wrong: the evidence alone."""
    if got.ndim != 2 or min(got.shape) < 2:
        return None
    wrong = np.abs(got - expected) > 1e-5 * max(float(np.max(np.abs(expected))), 1e-300)
    for axis, what in ((1, "row"), (0, "column")):
        lines = wrong.any(axis=axis)
        if 0 < lines.sum() < len(lines):
            first = int(np.flatnonzero(lines)[0])
            return Diagnosis(
                "partial",
                f"{int(lines.sum())} of {len(lines)} {what}s differ (the first is {what} {first}); "
                "the others are right.",
            )
    return None


def _near(got, expected):
    """Off by more than rounding, by less than any mistake in the formula: the evidence, and the usual reason."""
    if not EXACT < relative_error(got, expected) <= NEAR:
        return None
    return Diagnosis(
        "near",
        "This is nearly right, but further off than rounding takes it. Such a difference usually comes from a small "
        "constant (an eps) in another place, or from numbers that are kept with few digits.",
    )
