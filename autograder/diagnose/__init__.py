"""Naming the mistake from the numbers: hypotheses tried one by one, the first that fits exactly is told.

Goes in: a student's value, the expected one, the parts it is a sum of, counts such as N, what the student's function
was given. Comes out: a `Diagnosis` or None. It states the evidence and what it suggests, never the code. Nothing fits,
nothing is said.
"""

import numpy as np

from autograder.compare import EXACT, NEAR, relative_error
from autograder.diagnose import factors, inputs, places
from autograder.diagnose.evidence import FITS, FITS_SINGLE, Diagnosis, same
from autograder.diagnose.summands import of_any_parts

__all__ = ["FITS", "INEXACT", "Diagnosis", "diagnose"]

ZERO = 1e-13  # what a sum that cancels leaves, relative to the right numbers
INEXACT = ("constant", "partial")  # kinds that tell what is seen, and may have any cause


def diagnose(got, expected, *, parts=None, counts=None, mistakes=(), given=None):
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
    given : dict of arrays, optional
        What the student's function was given, by what it is called.

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
            if same(got, value, fits):
                return Diagnosis(kind, text)
        if got.shape != expected.shape:
            return places.shapes(got, expected, fits)
        if np.any(expected) and np.max(np.abs(got)) <= ZERO * np.max(np.abs(expected)):
            but = ", but for rounding" if np.any(got) else ""
            return Diagnosis("zero", f"Every number is zero{but}: is the result ever filled in, or does a sum cancel?")
        return (
            of_any_parts(got, expected, parts or (), counts or {}, fits)
            or factors.factor(got, expected, counts or {}, fits)
            or places.transposed(got, expected, fits)
            or _near(got, expected)
            or inputs.of_inputs(got, expected, given or {}, fits)
            or inputs.function_of(got, expected, fits)
            or inputs.rounded(got, expected, fits)
            or factors.offset(got, expected, fits)
            or places.order(got, expected, fits)
            or places.alike(got, expected, fits)
            or places.only_some(got, expected)
        )


def _not_finite(got):
    bad, what = int(np.sum(~np.isfinite(got))), "nan" if np.any(np.isnan(got)) else "infinite"
    return Diagnosis(
        "overflow",
        f"{bad} of {got.size} number{'s' * (got.size > 1)} {'is' if bad == 1 else 'are'} {what}. That comes from an "
        "exponential that overflows, the logarithm of zero, or a division by zero.",
    )


def _near(got, expected):
    """Off by more than rounding, by less than any mistake in the formula: the evidence, and the usual reason."""
    if not EXACT < relative_error(got, expected) <= NEAR:
        return None
    return Diagnosis(
        "near",
        "This is nearly right, but further off than rounding takes it. Such a difference usually comes from a small "
        "constant (an eps) in another place, or from numbers that are kept with few digits.",
    )
