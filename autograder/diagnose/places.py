"""The right numbers in wrong places: other axes, another order, one line for all, or only some lines right."""

import itertools
from collections.abc import Callable

import numpy as np

from autograder.diagnose.evidence import Diagnosis, same

_MOST_LINES = 64  # along an axis that are looked for one by one
_REDUCED: dict[str, Callable] = {"sum": np.sum, "mean": np.mean, "largest": np.max}


def shapes(got, expected, fits):
    """Numbers of another shape that are right but for that."""
    found = _turned(got, expected, fits)
    if found:
        return found
    for axis in range(got.ndim):
        if got.ndim == expected.ndim + 1:
            for name in ("sum", "mean"):
                if same(_REDUCED[name](got, axis=axis), expected, fits):
                    return Diagnosis(
                        "axis", f"The {name} of your array over axis {axis} is right: that axis is not reduced yet."
                    )
    if got.size == expected.size and got.size > 1 and same(got.reshape(expected.shape), expected, fits):
        return Diagnosis("shape", f"The numbers are right; they only stand in shape {got.shape}, not {expected.shape}.")
    return None


def transposed(got, expected, fits):
    """Axes of the same length swapped, or an array read in another order than it is written."""
    if got.ndim < 2 or got.size < 4:
        return None
    found = _turned(got, expected, fits)
    if found:
        return found
    for axes in itertools.permutations(range(got.ndim)):
        if axes != tuple(range(got.ndim)) and (
            same(got.reshape(-1), expected.transpose(axes).reshape(-1), fits)
            or same(got.transpose(axes).reshape(-1), expected.reshape(-1), fits)
        ):
            return Diagnosis(
                "order",
                "Your numbers are the right ones, read in the wrong order: `reshape` leaves the order of numbers as it "
                "is, and does not swap axes.",
            )
    return None


def _turned(got, expected, fits):
    """An array that is right with its axes in another order."""
    for axes in itertools.permutations(range(got.ndim)):
        turned = got.transpose(axes)
        if axes != tuple(range(got.ndim)) and turned.shape == expected.shape and same(turned, expected, fits):
            if got.ndim > 2:
                return Diagnosis("transpose", f"With its axes in the order {axes}, your array is right.")
            shape = "" if got.shape == expected.shape else f" of shape {got.shape}"
            return Diagnosis("transpose", f"Transposed, your array{shape} is right: rows and columns are swapped.")
    return None


def order(got, expected, fits):
    """Whole lines along an axis that stand in another order."""
    axes = [axis for axis in range(got.ndim) if got.shape[axis] > 1]
    for count in range(1, len(axes) + 1):
        for some in itertools.combinations(axes, count):
            if same(np.flip(got, some), expected, fits):
                which = " and ".join(f"axis {axis}" for axis in some)
                return Diagnosis("order", f"The numbers are right, but stand in the opposite order along {which}.")
    for axis in axes:
        for step in (1, -1):
            if got.shape[axis] > 2 and same(np.roll(got, step, axis), expected, fits):
                return Diagnosis("order", f"The numbers are right, but each is one place off along axis {axis}.")
    for axis in axes:
        if 2 < got.shape[axis] <= _MOST_LINES and got.size > 4 and _same_lines(got, expected, axis, fits):
            return Diagnosis("order", f"The numbers are right, but stand in another order along axis {axis}.")
    return None


def _same_lines(got, expected, axis, fits):
    mine, theirs = (np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1) for array in (got, expected))
    distances = np.linalg.norm(mine[:, None] - theirs[None], axis=2)
    nearest = distances.argmin(axis=1)
    return len(set(nearest.tolist())) == len(mine) and same(mine, theirs[nearest], fits)


def alike(got, expected, fits):
    """Numbers that do not differ along an axis, or at all, though they should."""
    largest = float(np.max(np.abs(got), initial=0.0))
    if got.size > 3 and np.ptp(got) <= 1e-12 * largest and np.ptp(expected) > 0:
        return Diagnosis("constant", f"All your numbers are {got.flat[0]:.6g}; they should differ.")
    for axis in range(got.ndim):
        n = got.shape[axis]
        if n < 2 or got.size == n or np.any(np.ptp(got, axis=axis) > 1e-12 * largest):
            continue
        if not np.any(np.ptp(expected, axis=axis) > 1e-9 * float(np.max(np.abs(expected)))):
            continue
        line, which = np.take(got, 0, axis), f"Along axis {axis} your numbers are all the same"
        for name, reduced in _REDUCED.items():
            if same(line, reduced(expected, axis=axis), fits):
                return Diagnosis("axis", f"{which}: the {name} of what stands there in ours.")
        for place, name in ((0, "first"), (n - 1, "last")):
            if same(line, np.take(expected, place, axis), fits):
                return Diagnosis("axis", f"{which}: the {name} of ours stands in the place of all.")
        return Diagnosis("axis", f"{which}; they should differ there.")
    return None


def only_some(got, expected):
    """Whole lines along an axis right, others wrong: the evidence alone."""
    if got.ndim < 2 or min(got.shape) < 2:
        return None
    wrong = np.abs(got - expected) > 1e-5 * max(float(np.max(np.abs(expected))), 1e-300)
    for axis in range(got.ndim):
        lines = wrong.any(axis=tuple(other for other in range(got.ndim) if other != axis))
        if not 0 < lines.sum() < len(lines):
            continue
        places = np.flatnonzero(lines)
        what, along = (("row", "column")[axis], "") if got.ndim == 2 else ("slice", f" along axis {axis}")
        told = (
            f"{len(places)} of {len(lines)} {what}s{along} differ (the first is {what} {places[0]}); "
            "the others are right."
        )
        if not np.any(np.take(got, places, axis)):
            told += " Those that differ are all zero: does a loop end too early, or begin too late?"
        return Diagnosis("partial", told)
    return None
