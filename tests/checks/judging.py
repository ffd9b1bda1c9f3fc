"""Holds one version of an item against its check, as grading does, with hidden cases from a secret."""

import contextlib
import functools
import os
import random
from unittest import mock

from autograder import growth
from autograder.checks.batchnorm import normalisation
from autograder.exam import VISIBLE, hidden_rounds, run_check
from autograder.images import ImageSource
from autograder.namespace import Failure, LocalNamespace
from autograder.recording import notebook_names
from autograder.reference import SolutionReference
from autograder.registry import checks_of, get_check
from tests.mutants.collect import ROOT, Version, collected

CHAPTERS = sorted(path.name for path in (ROOT / "tests/mutants").iterdir() if any(path.glob("*.py")))
FIXED = b"the secret of every run"
# Another one in every run, from a list that is known to work; AUTOGRADER_TEST_SECRET repeats a run that failed.
DRAWN = (os.environ.get("AUTOGRADER_TEST_SECRET") or f"secret {random.SystemRandom().randrange(20)}").encode()


def versions(kind):
    """All "mutants" or "alternatives", of every chapter."""
    return [version for chapter in CHAPTERS for version in collected(kind, chapter)]


def named(item, name):
    """The mutant of an item that is called so."""
    return next(m for m in collected("mutants", item.split(".")[0]) if (m.item, m.name) == (item, name))


def function_items(chapter):
    """The items of a chapter that ask for something the solutions define, rather than for a value."""
    names = notebook_names(chapter)
    return [check.name for check in checks_of(chapter) if check.asks in names]


def references():
    """The reference itself, as a version of every item of every chapter that asks for a function."""
    return [
        Version(item, "the reference", functools.partial(notebook_names, chapter))
        for chapter in CHAPTERS
        for item in function_items(chapter)
    ]


def verdict(version, rounds="visible and hidden"):
    """The verdict on a version, formed once in a run.

    `rounds` is "visible", "visible and hidden" (from the fixed secret) or "drawn" (hidden ones from another secret).
    """
    return _verdict(version, rounds)


@functools.cache
def _verdict(version, rounds):
    check, chapter = get_check(version.item), version.item.split(".")[0]
    chosen = {
        "visible": [VISIBLE],
        "visible and hidden": [VISIBLE, *hidden_rounds(check, FIXED, chapter)],
        "drawn": hidden_rounds(check, DRAWN, chapter),
    }[rounds]
    student, images = LocalNamespace(version.names()), ImageSource("shapes10")
    return run_check(check, student, SolutionReference(chapter), chosen, images)


@contextlib.contextmanager
def without_clock():
    """No time is measured: whether code is wrong must not depend on how fast this machine is just now."""

    def twice_as_fast(exam):
        caches = normalisation._timed_caches(exam.student, 4, 3)
        return caches if isinstance(caches, Failure) else 2.0

    with (
        mock.patch.object(growth, "cost_per_example", return_value=0.0),
        mock.patch.object(normalisation, "_speed_up", twice_as_fast),
    ):
        yield


def failed(verdict):
    """The expectations that did not pass, by name."""
    return {expectation.name: expectation for expectation in verdict.expectations if not expectation.passed}


def told(expectations):
    """What was measured and said, for the message of a failing test."""
    lines = [f"{e.name}: {e.message} {e.diagnosis} [{e.kind}]" for e in expectations.values()]
    return "\n".join([f"AUTOGRADER_TEST_SECRET={DRAWN.decode()!r}", *lines])
