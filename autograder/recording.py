"""Records what the reference solutions give for the visible cases, for machines that have no solutions.

Goes in: a chapter. Comes out: `autograder/checks/recorded/CHAPTER.json`. The checks themselves are run, on the
solutions as a student's notebook would hold them.
"""

import ast
import functools
import importlib
import json
from pathlib import Path

import numpy as np

from autograder import wire
from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.reference import RECORDED, NoReference, SolutionReference, record
from autograder.registry import chapters, checks_of

_NOT_STUDENTS = ("__init__", "answers", "for_checks", "mistakes")


def solution_files(chapter):
    """The files of `solutions.CHAPTER` that hold what students write."""
    package = Path(importlib.import_module(f"solutions.{chapter}").__path__[0])
    return [path for path in sorted(package.glob("*.py")) if path.stem not in _NOT_STUDENTS]


def notebook_names(chapter):
    """The names of a notebook in which everything is solved, in a dict of its own.

    Unlike in the package, all names are in one place, so that a check's stand-ins reach the functions that use them.
    """
    names = {"__name__": "__main__"}
    for code in _cells(chapter):
        exec(code, names)
    return names


@functools.cache
def _cells(chapter):
    """The solutions as a notebook's cells: without imports of each other; what other chapters give is imported."""
    cells = []
    for path in solution_files(chapter):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tree.body = [node for node in tree.body if not _of_solutions(node, chapter)]
        cells.append(compile(tree, str(path), "exec"))
    return cells


def _of_solutions(node, chapter=None):
    """Whether a statement imports from the solutions, or from those of one chapter."""
    parts = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else []
    return parts[:1] == ["solutions"] and chapter in (None, *parts[1:2])


def solutions_module(chapter):
    """The solutions of a chapter as the text of one module, which needs nothing but `coursekit`.

    Raises
    ------
    NoReference
        If there are no solutions of that name.
    """
    if chapter not in chapters():
        raise NoReference(f"There are no solutions of {chapter!r}; there are some of {', '.join(chapters())}.")
    SolutionReference(chapter)  # says what to do where this is no clone of the course
    about = f'"""The course\'s solutions of the homework {chapter}; a later notebook takes them over with `earlier`."""'
    texts = [text for name in [*_built_on(chapter), chapter] for text in _texts(name)]
    return "\n\n\n".join([about, *texts]) + "\n"


def _built_on(chapter):
    """Other chapters whose solutions this one's import, each after those it is built on itself."""
    found: list[str] = []
    for path in solution_files(chapter):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            other = node.module.split(".")[1] if _of_solutions(node) and not _of_solutions(node, chapter) else None
            if other and other not in found:
                found += [name for name in (*_built_on(other), other) if name not in found]
    return found


def _texts(chapter):
    """The files of one chapter's solutions, without docstrings, imports of solutions, and marks."""
    texts = []
    for path in solution_files(chapter):
        lines = path.read_text(encoding="utf-8").splitlines()
        tree = ast.parse("\n".join(lines))
        left_out = [tree.body[0], *filter(_of_solutions, tree.body)]  # the docstring; imports of each other
        gone = {n for node in left_out for n in range(node.lineno - 1, node.end_lineno or 0)}
        kept = [line for n, line in enumerate(lines) if n not in gone and "### " not in line]
        texts.append("\n".join(kept).strip())
    return texts


def recorded_values(chapter):
    """Encoded expected values of every visible case of a chapter, by key.

    Raises
    ------
    ValueError
        If the chapter's own solution fails one of its checks.
    """
    names = notebook_names(chapter)
    reference = SolutionReference(chapter)
    for check in checks_of(chapter):
        if check.asks in names:
            verdict = run_check(check, LocalNamespace(names), reference)
            if verdict.status != "passed":
                raise ValueError(
                    f"The solution of {chapter!r} fails its own check {check.name}: mend one of them before building."
                )
    return reference.seen


def record_chapters(names=None, check_only=False, folder=RECORDED):
    """Record the chapters; returns the paths that were written, or with `check_only` those that are out of step."""
    changed = []
    for chapter in names or chapters():
        if chapter not in chapters():
            continue
        values = recorded_values(chapter)
        path = folder / f"{chapter}.json"
        if path.is_file() and _same(json.loads(path.read_text(encoding="utf-8")), values):
            continue
        changed.append(path if check_only else record(chapter, values, folder))
    return changed


def _same(old, new):
    """Equal up to rounding: another machine's last digits are no reason to write the file again."""
    return old.keys() == new.keys() and all(_close(wire.decode(old[key]), wire.decode(new[key])) for key in old)


def _close(a, b):
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_close, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_close(a[key], b[key]) for key in a)
    if isinstance(a, str) or isinstance(b, str) or a is None or b is None:
        return type(a) is type(b) and a == b
    with np.errstate(invalid="ignore"):
        return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))
