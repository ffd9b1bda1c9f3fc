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
from autograder.reference import RecordedReference, SolutionReference
from autograder.registry import checks_of, get_check
from tests.mutants.collect import ROOT, Version, collected

# AUTOGRADER_TEST_CHAPTER names the only chapter that an author is at work on; the others take long to read.
CHAPTERS = sorted(
    path.name
    for path in (ROOT / "tests/mutants").iterdir()
    if any(path.glob("*.py")) and os.environ.get("AUTOGRADER_TEST_CHAPTER", path.name) == path.name
)
FIXED, OF_APART = b"the secret of every run", b"a secret of sixteen"
IMAGES = ImageSource("shapes10")
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
    return run_check(check, LocalNamespace(version.names()), SolutionReference(chapter), chosen, IMAGES)


@functools.cache
def at_home(version):
    """The verdict of a student's own machine: the visible cases, recorded values, no solutions."""
    student, reference = LocalNamespace(version.names()), RecordedReference(version.item.split(".")[0])
    return run_check(get_check(version.item), student, reference, [VISIBLE], IMAGES)


def rounds_of(item):
    """The visible round and the hidden ones in which `judged` asks."""
    return [VISIBLE, *hidden_rounds(get_check(item), OF_APART, item.split(".")[0])]


def judged(item, names):
    """The verdict on a notebook that holds the solutions, but for `names` {name: value}."""
    chapter = item.split(".")[0]
    student = LocalNamespace(notebook_names(chapter) | names)
    return run_check(get_check(item), student, SolutionReference(chapter), rounds_of(item), IMAGES)


def share(item, names, also=()):
    """Which part of its points such a notebook earns; no other status than the usual ones, and those in `also`."""
    verdict = judged(item, names)
    assert verdict.status in ("passed", "partial", "failed", "not implemented", *also), verdict.reason
    return verdict.points / verdict.max_points


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


def untold(judgement, expectation, words):
    """Which of the words do not stand in what is said about an expectation that failed; all that is said, if any."""
    found = failed(judgement)[expectation]
    said = f"{found.message} {found.diagnosis}"
    return [word for word in words if word not in said] and said


def told_alike(chapter, item, rows, alike=(), kind=str):
    """Mistakes of an item that have the same diagnosis in the same expectation, but for those that are `alike`.

    `rows` are (item, mutant, expectation, ...); `kind` turns a mutant's name into what counts as one mistake.
    """
    said: dict = {}
    for of, name, expectation, *_ in rows:
        if of == item and (found := failed(verdict(named(f"{chapter}.{of}", name)))[expectation]).diagnosis:
            said.setdefault((expectation, found.diagnosis), set()).add(kind(name))
    return [names for names in said.values() if len(names) > 1 and names not in alike]


def known_by_heart(chapter, items=None):
    """The mutants of a chapter, or of some of its items, that are right on the visible cases only."""
    return [
        mutant
        for mutant in collected("mutants", chapter)
        if mutant.right_when_visible and (items is None or mutant.item.split(".")[1] in items)
    ]


def said_of_hidden_cases(mutant):
    """All messages about hidden cases."""
    return [e.message for e in verdict(mutant).expectations if "a hidden case" in e.message]
