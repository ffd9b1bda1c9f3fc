"""Holds the reference with one thing changed against the checks that ask for it."""

import json
import signal

from autograder.exam import VISIBLE, hidden_rounds, run_check
from autograder.images import ImageSource
from autograder.namespace import LocalNamespace
from autograder.reference import SolutionReference
from autograder.registry import get_check
from tests.checks.judging import FIXED
from tests.mutants.collect import ROOT

# Changes after which it is right all the same, by what students write: why.
EQUIVALENT = json.loads((ROOT / "tests" / "mutants" / "equivalent.json").read_text(encoding="utf-8"))
SECONDS = 60


class EndlessLoop(BaseException):
    """Passes what catches exceptions of students' code."""


def earned(version):
    """Which part of its points it earns in the item that sees most of the change; none where it does not end."""

    def stop(*told):
        raise EndlessLoop

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        return min(_share(item, version) for item in version.items)
    except (EndlessLoop, Exception):  # also where the definition itself fails, as a cell would
        return 0.0
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _share(item, version):
    check = get_check(item)
    rounds = [VISIBLE, *hidden_rounds(check, FIXED, version.chapter)]
    student, reference = LocalNamespace(version.names()), SolutionReference(version.chapter)
    verdict = run_check(check, student, reference, rounds, ImageSource("shapes10"))
    return verdict.points / verdict.max_points
