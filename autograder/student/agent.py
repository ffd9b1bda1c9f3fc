"""Answers the judge's questions about a student's names: call this, read that, set this.

Goes in: one question as JSON. Comes out: one answer as JSON, `{"value": ...}` or `{"error": {...}}`. The student's
prints, warnings and figures are swallowed meanwhile: they cost nothing.
"""

import contextlib
import io
import json
import linecache
import os
import socket
import sys
import traceback
import warnings

from autograder import wire
from autograder.student.stand_ins import PLANTS, STAND_INS

_ABSENT = object()
_agents: dict[int, "Agent"] = {}


def serve(names, path):
    """Answer questions about `names` until there are no more; what a sandboxed kernel is asked to call.

    Parameters
    ----------
    names : dict
    path : str
        Unix socket of the judge. Questions and answers are JSON in UTF-8; eight bytes before each say how long it is.
    """
    agent = _agents.setdefault(id(names), Agent(names))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        with connection.makefile("rwb") as stream:
            while head := stream.read(8):
                question = stream.read(int.from_bytes(head, "big")).decode()
                answer = agent.answer(question).encode()
                stream.write(len(answer).to_bytes(8, "big") + answer)
                stream.flush()


class Missing(Exception):
    """A name or attribute that the student has not defined."""


class Agent:
    """Answers questions about one namespace.

    Parameters
    ----------
    names : dict
        The student's global names.
    """

    def __init__(self, names):
        self.names = names
        self.kept = []
        self.replaced = {}

    def answer(self, question):
        """Answer one question (JSON text) with JSON text; never raises, except for Ctrl-C."""
        try:
            asked = json.loads(question)
            with _quiet():
                value = getattr(self, "do_" + asked.pop("do"))(**asked)
            reply = {"value": wire.encode(value, self.keep)}
        except KeyboardInterrupt:
            raise
        except Missing as missing:
            reply = {"error": {"kind": "missing", "message": str(missing)}}
        except wire.WireError as error:
            reply = {"error": {"kind": "value", "message": str(error)}}
        except BaseException as error:  # whatever the student's code raises, SystemExit too, is an answer
            reply = {"error": _describe(error)}
        return json.dumps(reply)

    def keep(self, value):
        """Keep an object here and return the number of its handle."""
        self.kept.append(value)
        return len(self.kept) - 1

    def decode(self, tree):
        """Turn a decoded JSON tree into a value: handles into kept objects, plants into arguments."""
        return wire.decode(tree, find=self.kept.__getitem__, plant=lambda kind, settings: PLANTS[kind](**settings))

    def find(self, target, attribute=None):
        """The object behind a name or a handle's number, or one of its attributes."""
        if isinstance(target, int):
            found, shown = self.kept[target], type(self.kept[target]).__name__
        else:
            found, shown = self.names.get(target, _ABSENT), target
            if found is _ABSENT:
                near = [name for name in self.names if isinstance(name, str) and name.lower() == target.lower()]
                hint = f" There is a {near[0]!r}: the spelling must be the same." if near else ""
                raise Missing(f"The name {target!r} is not defined.{hint} Run the cell that defines it first.")
        if attribute is None:
            return found
        value = getattr(found, attribute, _ABSENT)
        if value is _ABSENT and attribute == "__getitem__":
            came = "None" if found is None else f"a single value ({shown})"
            raise Missing(f"Several values should come back, and it is {came}: is there a return with all of them?")
        if value is _ABSENT:
            raise Missing(f"{shown} has no attribute {attribute!r}.")
        return value

    def do_get(self, target, attribute=None):
        """Give the value of a name or handle, or of one of its attributes."""
        return self.find(target, attribute)

    def do_call(self, target, attribute=None, args=(), kwargs=None, watch=False, keep=False, repeat=1):
        """Call something. `watch`: send the arguments back too; `keep`: leave the result here."""
        function = self.find(target, attribute)
        arguments = [self.decode(argument) for argument in args]
        named = {key: self.decode(value) for key, value in (kwargs or {}).items()}
        for _ in range(repeat):
            value = function(*arguments, **named)
        if keep:
            value = wire.Handle(self.keep(value), type(value).__name__)
        return (value, [_arrays(a) for a in arguments]) if watch else value

    def do_steps(self, target, args=()):
        """Call something once and count the lines of Python that run, NumPy's included: the same on every machine."""
        function, arguments = self.find(target), [self.decode(argument) for argument in args]
        steps = 0

        def count(frame, event, _):
            nonlocal steps
            steps += event in ("call", "line")  # a comprehension's every turn is a line, a generator's a call
            return count

        debugger = sys.gettrace()
        sys.settrace(count)
        try:
            function(*arguments)
        finally:
            sys.settrace(debugger)
        return steps

    def do_set(self, target, attribute, value):
        """Set an attribute of a name or handle."""
        setattr(self.find(target), attribute, self.decode(value))

    def do_store(self, value):
        """Keep a value here and give its handle."""
        return wire.Handle(self.keep(self.decode(value)))

    def do_replace(self, name, stand_in):
        """Put a stand-in in the place of one of the student's functions, until `restore`."""
        self.replaced.setdefault(name, self.names.get(name, _ABSENT))
        self.names[name] = STAND_INS[stand_in]

    def do_restore(self):
        """Put the student's own functions back."""
        for name, value in self.replaced.items():
            if value is _ABSENT:
                self.names.pop(name, None)
            else:
                self.names[name] = value
        self.replaced.clear()


def _arrays(argument):
    """An argument that is an array, or the arrays in one that is a dict; None for any other."""
    if isinstance(argument, dict):
        return {key: _arrays(value) for key, value in argument.items()}
    return argument if hasattr(argument, "shape") else None


@contextlib.contextmanager
def _quiet():
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        pyplot = sys.modules.get("matplotlib.pyplot")
        before = set(pyplot.get_fignums()) if pyplot else set()
        yield
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot:
            for number in set(pyplot.get_fignums()) - before:
                pyplot.close(number)


def _describe(error):
    """What was raised, and where in the student's code."""
    described = {"kind": "raised", "type": type(error).__name__, "message": _text(error)}
    here = os.path.dirname(os.path.abspath(__file__))
    installed = tuple({os.path.realpath(path) for path in (sys.prefix, sys.base_prefix)})
    for depth, frame in enumerate(reversed(traceback.extract_tb(error.__traceback__))):
        file = frame.filename
        if os.path.dirname(os.path.abspath(file)) != here and not os.path.realpath(file).startswith(installed):
            line = (frame.line or linecache.getline(file, frame.lineno or 0)).strip()
            # PyTorch raises the same error, with a message, for what it cannot do.
            own = not depth and ("NotImplementedError" in line or not described["message"])
            if own and isinstance(error, NotImplementedError):
                described["kind"] = "not implemented"
            return described | {"where": frame.name, "lineno": frame.lineno, "line": line[:200]}
    return described


def _text(error):
    try:
        return str(error)[:500]
    except Exception:  # a student's own exception class may fail to print
        return "(its message could not be read)"
