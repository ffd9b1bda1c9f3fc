"""Comparing a student's value with ours, so that right code never pays and wrong code never passes.

Goes in: the two values and a tolerance. Comes out: a `Comparison` with the measured error. Errors are norms relative to
the size of the expected array, not entry by entry: an entry that is truly near zero must not fail right code.
"""

from dataclasses import dataclass

import numpy as np

from autograder.namespace import Failure

#: Largest relative error where the formula is the same, in any order of summation, in float64 or float32; measured
#: with right solutions: below 2e-6.
EXACT = 1e-5
#: The same where float32 numbers near 1000 enter an exponential.
SINGLE = 1e-3
NEAR = 1e-3  # wrong, but so nearly right that the formula is hardly in doubt: the middle one of three bands


@dataclass
class Comparison:
    """How far a value is from the expected one.

    Attributes
    ----------
    passed : bool
    measured : float or None
        Relative error, None where there was nothing to measure.
    tolerance : float
    message : str
        What is wrong, as a sentence; empty when passed.
    got, expected : array or None
        For the diagnosis; None where there is no number to look at.
    states : bool
        Whether the message says what is wrong, such as a shape, rather than by how much.
    """

    passed: bool
    measured: float | None = None
    tolerance: float = EXACT
    message: str = ""
    got: np.ndarray | None = None
    expected: np.ndarray | None = None
    states: bool = False

    def says(self, fact):
        """Replace the message by one that says what is wrong."""
        self.message, self.states = fact, True

    @property
    def band(self):
        """One of "equal" (but for rounding), "near" (off by more than that, by less than `NEAR`) and "wrong"."""
        if self.passed:
            return "equal"
        return "near" if self.measured is not None and self.measured <= NEAR else "wrong"


def relative_error(got, expected):
    """Norm of the difference over the norm of the expected array.

    Parameters
    ----------
    got, expected : arrays of one shape, any dtype

    Returns
    -------
    float
        Where the expected array is all zeros, the norm of the difference itself.
    """
    got = np.asarray(got, dtype=np.complex128 if np.iscomplexobj(got) else np.float64)
    expected = np.asarray(expected, dtype=np.float64)
    largest = float(np.max(np.abs(expected), initial=0.0))
    scale = largest if largest > 0 and np.isfinite(largest) else 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        size = float(np.linalg.norm(expected / scale))
        return float(np.linalg.norm((got - expected) / scale)) / (size if size > 0 else 1.0)


def numbers(value, what):
    """The value as an array of numbers, or a `Failure` that says that `what` is none."""
    if isinstance(value, Failure):
        return value
    if value is None:
        return Failure(f"{what} is None: is there a return statement?", "value")
    try:
        array = np.asarray(value)
    except ValueError:
        array = None
    if array is None or array.dtype.kind not in "biufc":
        name = getattr(value, "type_name", type(value).__name__)  # a `Handle` says what it stands for
        return Failure(f"{what} is a {name}; expected are numbers.", "value")
    return array


def shape_of(value, expected_shape, what, labels=None):
    """Whether an array has the expected shape.

    Parameters
    ----------
    value : object
        An array, or a `Failure`.
    expected_shape : tuple of int
    what : str
        Its name in messages.
    labels : str, optional
        The shape in letters, such as "(D, C)".

    Returns
    -------
    Comparison
    """
    array = numbers(value, what)
    if isinstance(array, Failure):
        return Comparison(False, message=array.message, states=True)
    if array.shape == tuple(expected_shape):
        return Comparison(True, 0.0, 0.0)
    letters = f" = {labels}" if labels else ""
    return Comparison(
        False,
        None,
        0.0,
        f"{what} has shape {array.shape}; expected is {tuple(expected_shape)}{letters}.",
        got=array,
        states=True,
    )


def close(value, expected, what, tolerance=EXACT, reveal=True):
    """Whether numbers agree within a relative tolerance.

    A shape that differs only by axes of length one is set aside here, since `shape_of` judges it; other shapes fail.

    Parameters
    ----------
    value : object
        Numbers of any dtype, or a `Failure`.
    expected : array or number
    what : str
        The value's name in messages.
    tolerance : float
        Largest relative error.
    reveal : bool
        Whether the message may say which number was expected (not for hidden cases).

    Returns
    -------
    Comparison
    """
    array = numbers(value, what)
    expected = np.asarray(expected)
    if isinstance(array, Failure):
        return Comparison(False, None, tolerance, array.message, expected=expected, states=True)
    if array.shape != expected.shape:
        if tuple(n for n in array.shape if n != 1) != tuple(n for n in expected.shape if n != 1):
            message = f"{what} has shape {array.shape}, so its {expected.shape} numbers cannot be compared."
            return Comparison(False, None, tolerance, message, got=array, expected=expected, states=True)
        array = array.reshape(expected.shape)
    if np.iscomplexobj(array) and np.any(array.imag != 0):
        return Comparison(
            False, None, tolerance, f"{what} is complex; expected are real numbers.", array, expected, True
        )
    if not np.all(np.isfinite(array)):
        bad = int(np.sum(~np.isfinite(array)))
        message = f"{what} holds {bad} value{'s' * (bad > 1)} that {'are' if bad > 1 else 'is'} nan or infinite."
        return Comparison(False, None, tolerance, message, array, expected, True)
    error = relative_error(array, expected)
    if error <= tolerance:
        return Comparison(True, error, tolerance, got=array, expected=expected)
    if array.size == 1 and reveal:
        message = f"{what} is {float(array.real.ravel()[0]):.8g}; expected is {float(expected.ravel()[0]):.8g}."
    else:
        message = f"{what} is off by {error:.2g} of its size (tolerance {tolerance:.0e})."
    return Comparison(False, error, tolerance, message, array, expected)
