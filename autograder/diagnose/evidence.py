"""What a diagnosis is, and when numbers fit a hypothesis."""

from dataclasses import dataclass

import numpy as np

from autograder.compare import relative_error

FITS = 1e-6  # how exactly a hypothesis must reproduce the numbers; float32 answers are given FITS_SINGLE
FITS_SINGLE = 2e-5


@dataclass(frozen=True)
class Diagnosis:
    """A mistake with a name.

    Attributes
    ----------
    kind : str
        "axis", "chance", "constant", "factor", "function", "input", "known mistake", "near", "offset", "order",
        "overflow", "partial", "random", "regularisation", "rounded", "shape", "sign", "transpose" or "zero".
    text : str
        The evidence and what it suggests, for the student.
    """

    kind: str
    text: str


def same(got, value, fits):
    """Whether an array has the numbers of another of its shape, within a relative error of `fits`."""
    value = np.asarray(value, dtype=float)
    return got.shape == value.shape and np.all(np.isfinite(value)) and relative_error(got, value) < fits
