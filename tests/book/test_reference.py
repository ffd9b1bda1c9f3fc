"""The reference: made from the docstrings, complete in what they say, and without a line of a solution."""

import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

from autograder.recording import solution_files
from autograder.registry import chapters

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "book").glob("reference_*.md"))
DIRECTIVE = re.compile(r"^\.\. auto(\w+):: (\S+)$", re.MULTILINE)
NAMES = [(page.stem, *found) for page in PAGES for found in DIRECTIVE.findall(page.read_text(encoding="utf-8"))]
SAID_BY_CLASS = ("self", "exam", "args", "kwargs", "settings")


def named(name):
    """The object of that name."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize(("page", "kind", "name"), [row for row in NAMES if row[1] == "function"])
def test_a_docstring_says_what_each_parameter_is(page, kind, name):
    function = named(name)
    about = inspect.getdoc(function)
    assert about, name
    silent = [
        p for p in inspect.signature(function).parameters if p not in SAID_BY_CLASS and p not in re.split(r"\W", about)
    ]
    assert silent == [], f"{name} says nothing of {', '.join(silent)}"


@pytest.mark.parametrize(("page", "kind", "name"), [row for row in NAMES if row[1] != "function"])
def test_classes_and_errors_are_described(page, kind, name):
    assert name in ("autograder.compare.EXACT", "autograder.compare.SINGLE") or inspect.getdoc(named(name))


def test_everything_that_students_may_import_is_there():
    import autograder
    import coursekit

    shown = {named(name) for _, kind, name in NAMES if kind != "data"}
    assert {getattr(coursekit, name) for name in coursekit.__all__} <= shown
    assert autograder.check in shown


def test_the_pages_hold_every_name_and_no_solution(site):
    regions = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
    solved = [path.read_text(encoding="utf-8") for chapter in chapters() for path in solution_files(chapter)]
    lines = {line.strip() for text in solved for body in regions.findall(text) for line in body.splitlines()}
    secret = {line for line in lines if len(line) > 30 and not line.startswith("#")}
    for page in PAGES:
        html = (site / "book" / f"{page.stem}.html").read_text(encoding="utf-8")
        for _, _, name in (row for row in NAMES if row[0] == page.stem):
            assert f'id="{name}"' in html, name
        plain = re.sub("<[^>]*>", "", html)
        assert [line for line in secret if line in plain] == []
        assert "automodule" not in plain and ":param" not in plain and "PosixPath" not in plain


def test_attributes_on_one_line_become_several(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "book" / "_ext"), *sys.path])
    from split_attributes import split

    lines = [
        "A.",
        "",
        "Parameters",
        "----------",
        "a, b : int",
        "",
        "Attributes",
        "----------",
        "mean, std : arrays",
        "    Of.",
    ]
    assert split(lines) == [*lines[:8], "mean : arrays", "std : arrays", "    Of."]
