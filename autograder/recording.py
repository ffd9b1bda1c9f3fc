"""Records what the reference solutions give for the visible cases, for machines that have no solutions.

Goes in: a chapter. Comes out: `autograder/checks/recorded/CHAPTER.json`. The checks themselves are run, on the
solutions as a student.
"""

import importlib
import json

import numpy as np

from autograder import wire
from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.reference import RECORDED, SolutionReference, record
from autograder.registry import chapters, checks_of


def recorded_values(chapter):
    """Encoded expected values of every visible case of a chapter, by key.

    Raises
    ------
    ValueError
        If the chapter's own solution fails one of its checks.
    """
    solutions = importlib.import_module(f"solutions.{chapter}")
    names = {name: getattr(solutions, name) for name in solutions.__all__}
    reference = SolutionReference(chapter)
    for check in checks_of(chapter):
        if check.asks in names:
            verdict = run_check(check, LocalNamespace(names), reference)
            if verdict.status != "passed":
                raise ValueError(
                    f"The solution of {chapter!r} fails its own check {check.name}: mend one of them before building."
                )
    return reference.seen


def record_chapters(names=None, check_only=False, folder=RECORDED):
    """Record the chapters; returns the paths that were written, or with `check_only` those that are out of step."""
    changed = []
    for chapter in names or chapters():
        if chapter not in chapters():
            continue
        values = recorded_values(chapter)
        path = folder / f"{chapter}.json"
        if path.is_file() and _same(json.loads(path.read_text(encoding="utf-8")), values):
            continue
        changed.append(path if check_only else record(chapter, values, folder))
    return changed


def _same(old, new):
    """Equal up to rounding: another machine's last digits are no reason to write the file again."""
    return old.keys() == new.keys() and all(_close(wire.decode(old[key]), wire.decode(new[key])) for key in old)


def _close(a, b):
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_close, a, b))
    if isinstance(a, str) or a is None:
        return a == b
    with np.errstate(invalid="ignore"):
        return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))
