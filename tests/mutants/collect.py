"""Wrong and right versions of what students write, and the notebook each of them lives in.

`tests/mutants/CHAPTER/*.py` registers wrong versions: whole functions below `@mutant`, or `patch`, the reference with a
line changed; each says which expectation must fail and which diagnosis must stand there.
`tests/alternatives/CHAPTER/*.py` registers right versions below `@alternative`. A version is run as in a notebook: all
names in one dict.
"""

import ast
import copy
import importlib
import inspect
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.checks.parts import THRESHOLDS
from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.recording import notebook_names, solution_files
from autograder.reference import SolutionReference
from autograder.registry import get_check

ROOT = Path(__file__).resolve().parents[2]
_registered: dict[str, list] = {"mutants": [], "alternatives": []}


@dataclass(frozen=True)
class Version:
    """One version of what an item asks for.

    Attributes
    ----------
    item : str
        Name of its check.
    name : str
        What it does, in words.
    names : function
        Returns the notebook's names, this version among them.
    fails : tuple of str
        Expectations that must fail, first the one with the diagnosis; empty for right versions.
    diagnosis : str or tuple
        The kind that must be named there, "" for none; or several of which one must be.
    only : bool
        Whether nothing else may fail.
    right_when_visible : bool
        Whether it passes the visible cases, and only the hidden ones show that it is wrong.
    """

    item: str
    name: str
    names: Callable
    fails: tuple = ()
    diagnosis: object = ""
    only: bool = False
    right_when_visible: bool = False

    def __str__(self):
        return f"{self.item}: {self.name}"

    @property
    def due(self):
        """The kinds of which one must be named."""
        return _tuple(self.diagnosis)


def mutant(item, *, fails, diagnosis="", only=False):
    """Register the decorated function or class as a wrong version of what the check `item` asks for."""

    def register(written):
        name = written.__name__.replace("_", " ")
        _add("mutants", Version(item, name, _rewritten(item, written), _tuple(fails), diagnosis, only))
        return written

    return register


def patch(item, name, changes, *, fails, diagnosis="", only=False):
    """Register the reference with `changes` {old text: new text} as a wrong version; every old text must occur."""
    chapter, target = item.split(".")[0], get_check(item).asks
    source = definition(chapter, target)
    for old, new in changes.items():
        assert old in source, f"{item}, {name}: {old!r} does not occur in the solution; mend this mutant."
        source = source.replace(old, new)
    code = compile(source, f"<{item}, {name}>", "exec")

    def names():
        notebook = notebook_names(chapter)
        exec(code, notebook)
        return notebook

    _add("mutants", Version(item, name, names, _tuple(fails), diagnosis, only))


def given(item, name, values, *, fails, diagnosis="", only=False):
    """Register a notebook that holds `values` {name: value}."""
    chapter = item.split(".")[0]
    _add("mutants", Version(item, name, lambda: notebook_names(chapter) | values, _tuple(fails), diagnosis, only))


def memorised(item, *, fails, otherwise, method=None, diagnosis=("", "zero", "partial")):
    """Register a version that knows the right answers to the visible cases by heart.

    Parameters
    ----------
    otherwise : function
        What it returns in any other case; called with the same arguments.
    method : str, optional
        The method that is asked, where the item asks for a class; `otherwise` is then not given `self`.
    """

    def names():
        return _with_answers_known(item, otherwise, method)

    _add("mutants", Version(item, "right on the visible cases only", names, _tuple(fails), diagnosis, False, True))


def rewritten(items, source, name, changes, *, fails, diagnosis="", only=False):
    """Register `source`, which defines NAME, with `changes` {old text: new text}, as a wrong version of the items."""
    for old, new in changes.items():
        assert old in source, f"{name}: {old!r} does not occur."
        source = source.replace(old, new)
    for item in items:
        chapter, target = item.split(".")[0], get_check(item).asks
        whole = {definition(chapter, target): source.replace("NAME", target)}
        patch(item, name, whole, fails=fails, diagnosis=diagnosis, only=only)


def recognising(item, key, otherwise, *, fails, diagnosis="", only=False):
    """Register a version that is right where it has seen what it is given: for arguments that `memorised` cannot keep.

    Parameters
    ----------
    key : function
        Of the function's arguments: what they are recognised by.
    otherwise : function
        Called with the right function and the arguments in any other case.
    """

    def names():
        chapter, check, known = item.split(".")[0], get_check(item), set()
        notebook = notebook_names(chapter)
        right = notebook[check.asks]

        def learning(*args, **settings):
            known.add(key(*args))
            return right(*args, **settings)

        def looking_up(*args, **settings):
            return right(*args, **settings) if key(*args) in known else otherwise(right, *args, **settings)

        notebook[check.asks] = learning
        run_check(check, LocalNamespace(notebook), SolutionReference(chapter))
        notebook[check.asks] = looking_up
        return notebook

    _add("mutants", Version(item, "right on the visible cases only", names, _tuple(fails), diagnosis, only, True))


def bands(item):
    """The expectations about accuracy on shapes10 of an item that asks for a trained model."""
    table = json.loads(THRESHOLDS.read_text(encoding="utf-8"))[item]["shapes10"]["bands"]
    return tuple(f"test accuracy at least {band['accuracy']:.0%} (shapes10)" for band in table)


def alternative(*items):
    """Register the decorated function or class as a right version of what the checks `items` ask for."""

    def register(written):
        for item in items:
            _add("alternatives", Version(item, written.__name__.replace("_", " "), _rewritten(item, written)))
        return written

    return register


def collected(kind, chapter):
    """All "mutants" or "alternatives" of a chapter."""
    for path in sorted((ROOT / "tests" / kind / chapter).glob("*.py")):
        importlib.import_module(f"tests.{kind}.{chapter}.{path.stem}")
    return [version for version in _registered[kind] if version.item.split(".")[0] == chapter]


def _add(kind, version):
    assert str(version) not in map(str, _registered[kind]), f"Two of the {kind} are called {version}."
    _registered[kind].append(version)


def _tuple(names):
    return (names,) if isinstance(names, str) else tuple(names)


def definition(chapter, target):
    """Source of one function or class of the solutions."""
    for path in solution_files(chapter):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if getattr(node, "name", None) == target:
                return ast.get_source_segment(text, node)
    raise LookupError(f"There is no {target} in solutions/{chapter}.")


def _rewritten(item, written):
    """A function that writes `written` into a fresh notebook, under the name the check asks for."""
    home, chapter, target = inspect.getmodule(written), item.split(".")[0], get_check(item).asks
    lines, first = inspect.getsourcelines(written)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    tree.body[0].decorator_list = tree.body[0].decorator_list[1:]
    ast.increment_lineno(tree, first - 1)

    def names():
        notebook = vars(home) | notebook_names(chapter)
        exec(compile(tree, home.__file__, "exec"), notebook)
        notebook[target] = notebook[tree.body[0].name]
        return notebook

    return names


def _with_answers_known(item, otherwise, method):
    chapter, check = item.split(".")[0], get_check(item)
    names, known = notebook_names(chapter), {}
    right = names[check.asks]
    solve = getattr(right, method) if method else right

    def looking_up(*args, **settings):
        asked = _key((vars(args[0]) if method else None, args[bool(method) :], settings))
        if asked in known:
            answer, after, told = copy.deepcopy(known[asked])
            if method:
                vars(args[0]).update(after)
            for arg, then in zip(args, told, strict=True):
                if isinstance(arg, dict):
                    arg.update(then)
            return answer
        return otherwise(*args[bool(method) :], **settings)

    def learning(*args, **settings):
        asked = _key((vars(args[0]) if method else None, args[bool(method) :], settings))
        answer = solve(*args, **settings)
        dicts = [arg if isinstance(arg, dict) else None for arg in args]
        known[asked] = copy.deepcopy((answer, vars(args[0]) if method else None, dicts))
        return answer

    def put(function):
        names[check.asks] = type(check.asks, (right,), {method: function}) if method else function

    put(learning)
    run_check(check, LocalNamespace(names), SolutionReference(chapter))
    put(looking_up)
    return names


def _key(value):
    """What a value is, as something that can be looked up; to nine digits, as machines differ in how they round."""
    if isinstance(value, np.ndarray):
        value = np.round(value, 9) + 0.0 if value.dtype.kind == "f" else value  # + 0.0: there is one zero
        return (value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    if callable(value) and hasattr(value, "__closure__"):
        return _key([cell.cell_contents for cell in value.__closure__ or ()])
    if isinstance(value, dict):
        return tuple((name, _key(item)) for name, item in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return tuple(map(_key, value))
    if type(value).__repr__ is object.__repr__:
        return type(value).__qualname__  # its repr would hold an address
    return repr(value)
