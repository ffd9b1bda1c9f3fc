"""Notebooks in which several functions are written differently, or a mistake changes several at once.

`notebook` takes the cells as the body of a function, so that they read as code; `patches` changes lines in any of the
solution's functions and classes; `by_heart` looks up in the visible cases what `forward_mode` and its like returned.
"""

import ast
import inspect
import textwrap

from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.recording import notebook_names
from autograder.reference import SolutionReference
from autograder.registry import get_check
from tests.mutants.collect import Version, _add, _key, _tuple, definition


def notebook(*items, fails=(), diagnosis="", only=False):
    """Register the body of the decorated function, run as a notebook's cells.

    It is a right version of the checks `items`, or, where `fails` says what must fail, a wrong one.
    """

    def register(written):
        name = written.__name__.replace("_", " ")
        for item in items:
            version = Version(item, name, cells(written, item), _tuple(fails), diagnosis, only)
            _add("mutants" if fails else "alternatives", version)
        return written

    return register


def cells(written, item):
    """A function that gives the names of the notebook of `item` in which the body of `written` has been run, too."""
    home, chapter = inspect.getmodule(written), _chapter(item)
    lines, first = inspect.getsourcelines(written)
    body = ast.parse(textwrap.dedent("".join(lines))).body[0].body
    tree = ast.increment_lineno(ast.Module(body, []), first - 1)
    code = compile(tree, home.__file__, "exec")

    def names():
        run = vars(home) | notebook_names(chapter)
        exec(code, run)
        return run

    return names


def patches(item, name, targets, changes, *, fails, diagnosis="", only=False):
    """Register the reference's functions or classes `targets` with `changes` {old text: new text} in any of them."""
    source = "\n\n".join(definition(_chapter(item), target) for target in targets)
    for old, new in changes.items():
        assert old in source, f"{item}, {name}: {old!r} does not occur in the solution; mend this mutant."
        source = source.replace(old, new)
    code = compile(source, f"<{item}, {name}>", "exec")

    def names():
        run = notebook_names(_chapter(item))
        exec(code, run)
        return run

    _add("mutants", Version(item, name, names, _tuple(fails), diagnosis, only))


def by_heart(item, functions, otherwise, *, fails, diagnosis=("", "zero", "partial")):
    """Register a version whose `functions` know the right answers to the visible cases, and no others.

    Parameters
    ----------
    otherwise : function
        Called with a function's name and its arguments in any other case.
    """

    def names():
        run, known = notebook_names(_chapter(item)), {}
        right = {function: run[function] for function in functions}

        def learning(function):
            def answer(*args, **settings):
                key = _key((function, args, settings))
                try:
                    known[key] = right[function](*args, **settings)
                except ValueError as error:
                    known[key] = error
                    raise
                return known[key]

            return answer

        def looking_up(function):
            def answer(*args, **settings):
                found = known.get(_key((function, args, settings)), known)
                if isinstance(found, ValueError):
                    raise found
                return otherwise(function, *args, **settings) if found is known else found

            return answer

        run.update({function: learning(function) for function in functions})
        run_check(get_check(item), LocalNamespace(run), SolutionReference(_chapter(item)))
        run.update({function: looking_up(function) for function in functions})
        return run

    _add("mutants", Version(item, "right on the visible cases only", names, _tuple(fails), diagnosis, False, True))


def _chapter(item):
    return item.split(".")[0]
