"""Something else than what was asked for: an input, a plain function of the right numbers or of an input, rounding."""

import itertools
from collections.abc import Callable

import numpy as np

from autograder.diagnose.evidence import Diagnosis, same

_FEW = 9
_LARGEST = 20_000  # numbers of an array that hypotheses with inputs are tried on
_FUNCTIONS: dict[str, Callable] = {
    "with all negative numbers set to zero": lambda a: np.maximum(a, 0),
    "with all positive numbers set to zero": lambda a: np.minimum(a, 0),
    "without their signs": np.abs,
    "squared": np.square,
    "under a root": np.sqrt,
    "with an exponential on top": np.exp,
    "with a logarithm on top": np.log,
    "with nothing left but their signs": np.sign,
    "through a sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "through a tanh": np.tanh,
    "upside down, one divided by each": lambda a: 1 / a,
    "cut off at 1": lambda a: np.minimum(a, 1),
    "cut off at 0 and 1": lambda a: np.clip(a, 0, 1),
}
_ROUNDED: dict[str, Callable] = {
    "to whole numbers": np.round,
    "down to whole numbers, as an array of integers does": np.trunc,
    "down to whole numbers": np.floor,
    "to bytes": lambda a: np.trunc(a) % 256,
    "to one digit": lambda a: np.round(a, 1),
    "to two digits": lambda a: np.round(a, 2),
    "to three digits": lambda a: np.round(a, 3),
}


def rounded(got, expected, fits):
    """The right numbers, but rounded. Few numbers that are all 0 or 1 are no evidence: they have many causes."""
    if got.size <= _FEW and np.all(np.isin(np.abs(got), (0, 1))):
        return None
    if np.all(got == np.round(got)) and got.size > 3 and not np.all(expected == np.round(expected)):
        for words, function in _ROUNDED.items():
            if same(got, function(expected), fits):
                return Diagnosis("rounded", f"Your numbers are the right ones rounded {words}.")
        if np.all(np.abs(got - expected) <= 1):
            return Diagnosis("rounded", "Your numbers are all whole; ours are not: is an array of integers filled in?")
    for words, function in _ROUNDED.items():
        if np.all(np.abs(function(expected)) < 2**53) and same(got, function(expected), fits):
            return Diagnosis("rounded", f"Your {'numbers are' if got.size > 1 else 'number is'} rounded {words}.")
    return None


def function_of(got, expected, fits):
    """A plain function of the right numbers."""
    if got.size < 4:
        return None
    for words, function in _FUNCTIONS.items():
        if same(got, function(expected), fits):
            return Diagnosis("function", f"Your numbers are the right ones, but {words}.")
    return None


def of_inputs(got, expected, inputs, fits):
    """An input itself, or one that comes in where it does not belong.

    Parameters
    ----------
    inputs : dict of arrays
        What the student's function was given, by what it is called.
    """
    if got.size < 4 or got.size > _LARGEST:
        return None
    given = {name: array for name, array in inputs.items() if 1 < array.size <= _LARGEST and np.all(np.isfinite(array))}
    for name, array in given.items():
        found = _itself(got, name, array, fits)
        if found:
            return found
    laid = [(name, one) for name, array in given.items() for one in _laid_out(array, got.shape)]
    for name, array in laid:
        found = _beside(got, expected, name, array, fits)
        if found:
            return found
    for (name, one), (other, two) in itertools.combinations(laid, 2):
        if same(got, one * two, fits):
            return Diagnosis("input", f"Your numbers are {name} times {other}, and nothing else.")
        if same(got, one + two, fits):
            return Diagnosis("input", f"Your numbers are {name} plus {other}, and nothing else.")
    return None


def _itself(got, name, array, fits):
    if array.size == got.size:
        flat = array.reshape(got.shape)
        if same(got, flat, fits):
            return Diagnosis("input", f"Your numbers are those of {name}, which goes in: nothing has happened to them.")
        if same(got, -flat, fits):
            return Diagnosis("input", f"Your numbers are those of {name}, which goes in, with the sign turned.")
        for words, function in _FUNCTIONS.items():
            if same(got, function(flat), fits):
                return Diagnosis("input", f"Your numbers are those of {name}, {words}.")
    for axis in range(array.ndim):
        for way, reduced in (("sum", array.sum(axis=axis)), ("mean", array.mean(axis=axis))):
            if reduced.shape == got.shape and same(got, reduced, fits):
                return Diagnosis("input", f"Your numbers are the {way} of {name} over its axis {axis}, nothing else.")
    return None


def _laid_out(array, shape):
    """The ways in which an array can stand beside one of that shape."""
    if array.shape == shape or np.ptp(array) == 0:
        return [array] if np.ptp(array) else []
    if array.ndim == 1:
        places = [axis for axis, n in enumerate(shape) if n == len(array)]
        return [array.reshape([-1 if axis == place else 1 for axis in range(len(shape))]) for place in places]
    if array.size == np.prod(shape):
        return [array.reshape(shape)]
    return []


def _beside(got, expected, name, array, fits):
    with_it = {
        f"ours times {name}: it is multiplied in once too often": expected * array,
        f"ours divided by {name}: it is missing as a factor, or divided by once too often": expected / array,
        f"ours times {name} squared": expected * array**2,
    }
    for words, value in with_it.items():
        if same(got, value, fits):
            return Diagnosis("input", f"Your numbers are {words}.")
    spread = np.broadcast_to(array, got.shape)
    for base, whole, words in ((expected, "ours", "on top of"), (0 * expected, "", "")):
        rest = got - base
        times = float(np.sum(rest * spread) / np.sum(spread * spread))
        if abs(times) > 1e-6 and same(got, base + times * spread, fits):
            if not whole:
                return Diagnosis("input", f"Your numbers are {name} times {times:.6g}, and nothing else.")
            amount = {1.0: "", -1.0: "minus "}.get(round(times, 6), f"{times:.6g} times ")
            return Diagnosis("input", f"Your numbers are {whole} and, {words} that, {amount}{name}.")
    return None
