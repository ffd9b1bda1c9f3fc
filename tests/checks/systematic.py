"""Holds the reference with one thing changed against the checks that ask for it."""

import json
import signal

from tests.checks.judging import verdict
from tests.mutants.collect import ROOT, Version

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
    judged = verdict(Version(item, version.name, version.names))
    return judged.points / judged.max_points
