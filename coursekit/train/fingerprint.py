"""Whether a function is still the one it was: a short digest of what it does, and of its own helpers.

Goes in: a function or class. Comes out: twelve letters. Comments, layout, docstrings and where it stands do not count.
"""

import dis
import hashlib
import inspect
from types import CodeType

_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def fingerprint(thing):
    """Digest of a function or class, and of all functions, classes and plain constants of its module that it uses.

    Digests can be compared within one version of Python.
    """
    parts: list[str] = []
    _collect(thing, thing.__module__.split(".")[0], parts, set())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _collect(thing, root, parts, seen):
    if id(thing) in seen or (getattr(thing, "__module__", None) or "").split(".")[0] != root:
        return
    seen.add(id(thing))
    if inspect.isclass(thing):
        for base in thing.__bases__:
            parts.append(base.__qualname__)
            _collect(base, root, parts, seen)
        members = {name: vars(thing)[name] for name in sorted(vars(thing)) if name != "__doc__"}
        for name, member in members.items():
            member = inspect.unwrap(getattr(member, "__func__", getattr(member, "fget", None) or member))
            if inspect.isfunction(member):
                parts.append(name)
                _collect(member, root, parts, seen)
            elif isinstance(member, _PLAIN) and not name.startswith("__"):
                parts.append(f"{name} {member!r}")
        return
    function = inspect.unwrap(thing)
    if not inspect.isfunction(function):
        return
    names: list[str] = []
    given = [*(function.__defaults__ or ()), *sorted((function.__kwdefaults__ or {}).items())]
    parts.append(_constant(given, names))
    parts.append(_code(function.__code__, names))
    for name in sorted(set(names) & set(function.__globals__)):
        value = function.__globals__[name]
        if isinstance(value, _PLAIN):
            parts.append(f"{name} {value!r}")
        elif inspect.isfunction(value) or inspect.isclass(value):
            _collect(value, root, parts, seen)


def _code(code, names):
    """The instructions of a function as text; collects the names that they look up."""
    names += code.co_names
    return repr([(step.opname, _constant(step.argval, names)) for step in dis.get_instructions(code)])


def _constant(value, names):
    """A constant as text that is the same in every process."""
    if isinstance(value, CodeType):
        return _code(value, names)
    if isinstance(value, frozenset):
        return repr(sorted(map(repr, value)))
    if isinstance(value, (tuple, list)):
        return repr([_constant(part, names) for part in value])
    return repr(value) if isinstance(value, _PLAIN) else type(value).__qualname__
