"""Every operator, constant, axis, index and call of a reference solution changed once.

Goes in: a chapter. Comes out: wrong versions (some of them right after all), each with a name that says what was
changed where. Unlike the mutants that people wrote, they know no expectation that must fail: any will do.
"""

import ast
import copy
import functools
from dataclasses import dataclass

from autograder.recording import notebook_names
from autograder.registry import checks_of
from tests.mutants.collect import definition

# By kind of node: what stands in an operator's or a comparison's place.
_OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_NEGATED = [(ast.Eq, ast.NotEq), (ast.Is, ast.IsNot), (ast.In, ast.NotIn)]
_COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    **{one: (other,) for pair in _NEGATED for one, other in (pair, pair[::-1])},
}
# Functions and methods that are taken for each other.
_CONFUSED = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "maximum": "minimum",
    "exp": "log",
    "log": "exp",
    "sqrt": "square",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "var": "std",
    "floor": "ceil",
    "any": "all",
    "all": "any",
}


@dataclass(frozen=True)
class Changed:
    """A function or class of the solutions with one change.

    Attributes
    ----------
    target : str
        Its name.
    items : tuple of str
        The items that ask for it: one of them must see the change.
    name, source : str
    """

    target: str
    items: tuple
    name: str
    source: str

    def __str__(self):
        return f"{self.chapter}.{self.target}: {self.name}"

    @property
    def chapter(self):
        """The chapter whose homework asks for it."""
        return self.items[0].split(".")[0]

    def names(self):
        """The names of a notebook that holds it."""
        notebook = notebook_names(self.chapter)
        exec(compile(self.source, f"<{self}>", "exec"), notebook)
        return notebook


@functools.cache
def changed(chapter):
    """Every changed version of what a chapter's homework asks for.

    Returns
    -------
    list of Changed
    """
    asked: dict[str, tuple] = {}
    for check in checks_of(chapter):
        if check.asks in notebook_names(chapter):
            asked[check.asks] = (*asked.get(check.asks, ()), check.name)
    return [one for target, items in asked.items() for one in _changed(target, items)]


def _changed(target, items):
    source = definition(items[0].split(".")[0], target)
    tree, lines, found, seen = ast.parse(source), source.splitlines(), [], {}
    written = _written(lines)
    for number, node in enumerate(ast.walk(tree)):
        for told, change in _changes(node) if getattr(node, "lineno", 0) in written else ():
            other = copy.deepcopy(tree)
            change(list(ast.walk(other))[number])
            name = f"{told} in `{lines[node.lineno - 1].strip()}`"
            seen[name] = seen.get(name, 0) + 1
            more = f" ({seen[name]})" if seen[name] > 1 else ""
            found.append(Changed(target, items, name + more, ast.unparse(ast.fix_missing_locations(other))))
    return found


def _written(lines):
    """Numbers, from 1, of the lines that students write themselves."""
    found, inside = set(), False
    for number, line in enumerate(lines, 1):
        inside = inside or "### BEGIN SOLUTION" in line
        if inside:
            found.add(number)
        inside = inside and "### END SOLUTION" not in line
    return found


def _changes(node):
    """(What is changed, function that changes a copy of the node in place) for one node of a syntax tree."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _OPERATORS:
        other = _OPERATORS[type(node.op)]()
        yield f"{_sign(node.op)} to {_sign(other)}", _setting("op", other)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind in _COMPARISONS.get(type(node.ops[0]), ()):
            yield f"{type(node.ops[0]).__name__} to {kind.__name__}", _setting("ops", [kind()])
    elif isinstance(node, ast.BoolOp):
        kind = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} to {kind.__name__}", _setting("op", kind())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus left out", _setting("op", ast.UAdd())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not left out", lambda other: _become(other, other.operand)
    elif isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.Attribute) and node.attr in _CONFUSED:
        yield f"{node.attr} to {_CONFUSED[node.attr]}", _setting("attr", _CONFUSED[node.attr])
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield ".T left out", lambda other: _become(other, other.value)
    elif isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            yield f"{keyword.arg}= left out", functools.partial(lambda place, other: other.keywords.pop(place), place)


def _constants(value):
    if isinstance(value, bool):
        yield f"{value} to {not value}", _setting("value", not value)
    elif isinstance(value, int):
        for other in {0: (1,), 1: (0, 2), 2: (1, 3)}.get(value, (value + 1,)):
            yield f"{value} to {other}", _setting("value", other)
    elif isinstance(value, float):
        yield f"{value} to {2 * value if value else 1.0}", _setting("value", 2 * value if value else 1.0)


def _setting(attribute, value):
    return lambda other: setattr(other, attribute, value)


def _become(node, other):
    """Turn a node into another one in place."""
    node.__class__ = other.__class__
    node.__dict__ = other.__dict__


def _sign(operator):
    return ast.unparse(ast.BinOp(ast.Name("a"), operator, ast.Name("b")))[2:-2]
