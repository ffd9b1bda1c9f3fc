"""A sum of which one or two summands are taken with another coefficient."""

import numpy as np

from autograder.diagnose.evidence import Diagnosis, same


def of_any_parts(got, expected, parts, counts, fits):
    """The first of several ways to split `expected` in which one or two parts taken otherwise give what came."""
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
        if same(got, tried, fits) and not same(expected, tried, fits):
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
