"""A student's names as the judge sees them: call this, read that. One interface, two places.

`LocalNamespace` answers from the notebook's own kernel (a student at work); `autograder.grading.kernel` has one that
answers from a sandboxed kernel. Both send JSON to `autograder.student.agent` and read JSON back, so a check cannot tell
them apart.
"""

import json
import time
from dataclasses import dataclass

from autograder import wire
from autograder.student.agent import Agent
from autograder.wire import printable

_UNREADABLE = "The reply could not be read."
# Kinds after which there is no kernel any more.
LOST = ("cpu", "timeout", "memory", "processes", "disk", "output", "died", "limit")


@dataclass
class Failure:
    """Stands where a value should: the call did not return one.

    Attributes
    ----------
    message : str
        A sentence for the student.
    kind : str
        "missing", "not implemented", "raised", "value", or one of `LOST`.
    """

    message: str
    kind: str = "raised"


class KernelLost(Exception):
    """The student's process hung, died or went over a limit; the item in hand cannot be finished."""

    def __init__(self, failure):
        super().__init__(failure.message)
        self.failure = failure


class Namespace:
    """Questions to a student's process. Subclasses say how a question travels and what the clock is.

    Attributes
    ----------
    called : tuple or None
        The last call: target, arguments, attribute, keyword arguments.
    """

    called: tuple | None = None

    def ask(self, question):
        """Send one question (JSON text) and return the answer (JSON text). May raise `KernelLost`."""
        raise NotImplementedError

    def clock(self):
        """CPU seconds the student's process has used so far."""
        raise NotImplementedError

    def request(self, do, **asked):
        """Ask, and return the decoded value or a `Failure`."""
        reply = self.ask(json.dumps({"do": do} | asked))
        if sum(map(reply.count, ",[{")) > 10 * wire.MAX_ITEMS:
            return Failure("The reply has too many parts.", "value")  # each would take a hundred times its length
        try:
            answer = json.loads(reply)
            if "error" in answer:
                return _failure(answer["error"])
            return wire.decode(answer["value"])
        except (wire.WireError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            said = str(error) if isinstance(error, wire.WireError) else _UNREADABLE
            return Failure(said, "value")

    def get(self, target, attribute=None):
        """The value of a name, or of an attribute of a name or handle."""
        return _lost(target) or self.request("get", target=_target(target), attribute=attribute)

    def call(self, target, *args, attribute=None, watch=False, keep=False, repeat=1, **kwargs):
        """Call a function by name, or a method of a name or handle, with fresh copies of the arguments.

        Parameters
        ----------
        watch : bool
            Return (value, arguments as they are after the call).
        keep : bool
            Leave the result where it is and return a `Handle`.
        repeat : int
            Call so many times; the last result counts.
        """
        self.called = (target, args, attribute, kwargs)
        answer = _lost(target, args, list(kwargs.values())) or self.request(
            "call",
            target=_target(target),
            attribute=attribute,
            watch=watch,
            keep=keep,
            repeat=repeat,
            args=[wire.encode(arg) for arg in args],
            kwargs={name: wire.encode(arg) for name, arg in kwargs.items()},
        )
        if isinstance(answer, Failure):
            return answer
        if keep:
            return _handle(answer)
        if watch and not (
            isinstance(answer, tuple)
            and len(answer) == 2
            and isinstance(answer[1], list)
            and len(answer[1]) == len(args)
        ):
            return Failure(_UNREADABLE, "value")
        return answer

    def steps(self, target, *args):
        """How many lines of Python run in one call of a function, those of what it calls included."""
        return _lost(target, args) or self.request(
            "steps", target=_target(target), args=[wire.encode(arg) for arg in args]
        )

    def set(self, target, attribute, value):
        """Set an attribute of a name or handle."""
        return _lost(target, value) or self.request(
            "set", target=_target(target), attribute=attribute, value=wire.encode(value)
        )

    def store(self, value):
        """Lay a value down in the student's process; returns its `Handle`."""
        return _lost(value) or _handle(self.request("store", value=wire.encode(value)))

    def replace(self, name, stand_in):
        """Put a stand-in in the place of one of the student's functions until `restore` is called."""
        return self.request("replace", name=name, stand_in=stand_in)

    def restore(self):
        """Undo every `replace`."""
        return self.request("restore")


class LocalNamespace(Namespace):
    """The names of this very process.

    Parameters
    ----------
    names : dict
        Global names of the notebook, `get_ipython().user_ns`.
    """

    def __init__(self, names):
        self.agent = Agent(names)

    def ask(self, question):
        """Have the agent answer in this process."""
        return self.agent.answer(question)

    def clock(self):
        """CPU seconds of this process."""
        return time.process_time()


def _lost(*values):
    """The first `Failure` among values that are to be sent, left by an earlier answer; None where there is none."""
    for value in values:
        found = value if isinstance(value, Failure) else _lost(*value) if isinstance(value, (list, tuple)) else None
        if found:
            return found
    return None


def _handle(answer):
    """An answer that must be a handle, else a `Failure`: it comes from a process that may lie."""
    return answer if isinstance(answer, (Failure, wire.Handle)) else Failure(_UNREADABLE, "value")


def _target(target):
    return target.number if isinstance(target, wire.Handle) else target


def _failure(error):
    told = {key: printable(value, 600 if key == "message" else 200) for key, value in error.items()}
    kind, message = told.get("kind", "value"), told.get("message", "")
    if kind == "not implemented":
        return Failure("This is not written yet: it raises NotImplementedError. Put your code in its place.", kind)
    if kind == "raised":
        said = f"Your code raised {told.get('type')}" + (f": {message}" if message else "")
        if told.get("where"):
            said += f" (in {told['where'][:80]}, line {told.get('lineno')}: {told.get('line')})"
        return Failure(said.rstrip(".") + ".", kind)
    return Failure(message or "The notebook's kernel did not give a readable answer.", kind)
