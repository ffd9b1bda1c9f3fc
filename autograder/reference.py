"""Where expected values come from: the one door between checks and the trusted solutions.

When grading, `SolutionReference` computes them with `solutions`. A student's machine has no solutions:
`RecordedReference` reads what they gave for the visible cases, from `autograder/checks/recorded/`. Both answer the same
questions.
"""

import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import pickle
from pathlib import Path

import numpy as np

from autograder import wire
from autograder.student.stand_ins import PLANTS

_MOST_KNOWN = 5000  # values that are remembered
_known: dict[tuple[str, bytes | None], object] = {}
RECORDED = Path(__file__).parent / "checks" / "recorded"


class NoReference(RuntimeError):
    """Expected values are not to be had; the message says what to install or run."""


class SolutionReference:
    """Expected values computed by `solutions.CHAPTER`; only where grading or building happens.

    Parameters
    ----------
    chapter : str
    """

    def __init__(self, chapter):
        self.chapter = chapter
        self.seen = {}
        try:
            self.solutions = importlib.import_module(f"solutions.{chapter}")
            self.known_mistakes = getattr(_beside(chapter, "mistakes"), "MISTAKES", {})
            self.for_checks = _beside(chapter, "for_checks")
            self.answers = getattr(_beside(chapter, "answers"), "ANSWERS", {})
        except ImportError as error:
            raise NoReference(
                f"Grading needs the reference solutions of {chapter!r} ({error}). "
                "They are not in the package for students: run from a clone of the course, set up with its Makefile."
            ) from error

    def expected(self, key, function, *args, **kwargs):
        """What the solution's `function` returns for these arguments; `key` names the case.

        `function` is one of the chapter's package or of its `for_checks` module.
        """

        def compute():
            home = self.for_checks if hasattr(self.for_checks, function) else self.solutions
            return getattr(home, function)(*[_copied(arg) for arg in args], **kwargs)

        return self._remembered(f"{key}/{function}", function, (args, kwargs), compute)

    def computed(self, function, *args):
        """What the solution makes of values that only the student's process could give."""
        return getattr(self.for_checks, function)(*args)

    def mistakes(self, key, function, *args):
        """What known mistakes give for these arguments: a list of (value, kind, text), without those that fail."""

        def compute():
            found = []
            for kind, text, wrong in self.known_mistakes.get(function, []):
                with np.errstate(all="ignore"):
                    try:
                        value = wrong(*[_copied(arg) for arg in args])
                    except Exception:  # nobody got numbers from a mistake that fails on these; it costs no verdict
                        continue
                    found.append((_in_single(value), kind, text))
            return found

        return self._remembered(f"{key}/{function}/mistakes", function, args, compute)

    def _remembered(self, name, function, given, compute):
        """What was computed for the same arguments before, by any reference of this process, or else now.

        The cases of a homework are the same for every hand-in of a class.
        """
        try:
            digest = hashlib.blake2b(pickle.dumps((name, function, given)), digest_size=16).digest()
        except (pickle.PicklingError, AttributeError, TypeError):  # an argument that nothing tells from its like
            digest = None
        if digest is None or (self.chapter, digest) not in _known:
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[self.chapter, digest] = wire.encode(compute())
        self.seen[name] = _known[self.chapter, digest]
        return wire.decode(self.seen[name])  # a fresh copy, and of the same form whoever was the first to ask

    def arguments(self, function):
        """What the homework calls the arguments of a function or "Class.method": a list of names.

        Empty where the homework has no such function.
        """
        owner, _, method = function.partition(".")
        asked = getattr(self.solutions, owner, None)
        asked = getattr(asked, method, None) if method else asked
        names = [name for name in inspect.signature(asked).parameters if name != "self"] if callable(asked) else []
        self.seen[f"arguments/{function}"] = wire.encode(names)
        return names

    def answer(self, name):
        """The key of a multiple-choice question."""
        return self.answers[name]


class RecordedReference:
    """Expected values of the visible cases, as recorded by `autograder build`.

    Parameters
    ----------
    chapter : str
    """

    def __init__(self, chapter, folder=RECORDED):
        path = Path(folder) / f"{chapter}.json"
        try:
            self.values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise NoReference(
                f"The recorded values of {chapter!r} cannot be read ({path.name}: {error}). Install the course again, "
                "or run `autograder build` in a clone of it."
            ) from error

    def expected(self, key, function, *args, **kwargs):
        """As `SolutionReference.expected`, for visible cases."""
        return self._read(f"{key}/{function}")

    def computed(self, function, *args):
        """None: there are no solutions here to compute with."""
        return None

    def mistakes(self, key, function, *args):
        """As `SolutionReference.mistakes`, for visible cases."""
        return self._read(f"{key}/{function}/mistakes")

    def arguments(self, function):
        """As `SolutionReference.arguments`."""
        return self._read(f"arguments/{function}")

    def answer(self, name):
        """Never known here."""
        return None

    def _read(self, key):
        if key not in self.values:
            raise NoReference(
                f"There is no recorded value for {key!r}. Run `autograder build` in a clone of the course."
            )
        return wire.decode(self.values[key])


def record(chapter, values, folder=RECORDED):
    """Write recorded values, sorted, one per line."""
    Path(folder).mkdir(exist_ok=True)
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(values[key])}" for key in sorted(values))
    path = Path(folder) / f"{chapter}.json"
    temporary = path.with_suffix(".tmp")
    temporary.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    os.replace(temporary, path)
    return path


def _beside(chapter, module):
    """A module beside the solutions that a chapter may do without; None where there is no such file."""
    name = f"solutions.{chapter}.{module}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _in_single(value):
    """What a mistake gives, its arrays in float32 where that holds them: exact enough to be known by."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(_in_single, value))
    if isinstance(value, dict):
        return {name: _in_single(item) for name, item in value.items()}
    if not isinstance(value, np.ndarray) or value.dtype != np.float64 or value.ndim == 0:
        return value
    fits = np.all(np.abs(value[value != 0]) < 1e30) and np.all(np.abs(value[value != 0]) > 1e-30)
    return value.astype(np.float32) if fits else value


def _copied(arg):
    if isinstance(arg, wire.Plant):
        return PLANTS[arg.kind](**arg.settings)
    if getattr(arg, "dtype", None) == np.float32:
        return arg.astype(np.float64)  # what is expected does not depend on how this machine rounds float32
    return arg.copy() if hasattr(arg, "copy") else arg
