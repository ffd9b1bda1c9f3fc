"""A loop over the examples is told from matrix products by counting lines of Python; the clock only backs it up."""

import sys

import numpy as np
import pytest

from autograder import growth
from autograder.exam import run_check
from autograder.namespace import Failure, LocalNamespace
from autograder.reference import SolutionReference
from autograder.registry import get_check
from tests.mutants.collect import collected, notebook_names

NO_LOOP = "no Python loop over the examples"
ITEM = "softmax.loss_vectorized"
LOOPS = [m for m in collected("mutants", "softmax") if NO_LOOP in m.fails]
WITHOUT = [a for a in collected("alternatives", "softmax") if a.item == ITEM]


def steps(version):
    return growth.steps_per_example(LocalNamespace(version.names()), "softmax_loss_vectorized")


@pytest.mark.parametrize("version", LOOPS, ids=str)
def test_a_loop_runs_at_least_one_line_for_each_example(version):
    assert steps(version) >= 1


@pytest.mark.parametrize("version", WITHOUT, ids=str)
def test_without_a_loop_more_examples_run_no_more_lines(version):
    assert abs(steps(version)) < 0.5


def test_the_count_is_the_same_every_time():
    assert len({steps(LOOPS[0]) for _ in range(20)}) == 1


@pytest.mark.parametrize(
    "turns",
    [
        lambda n: [i for i in range(n)],  # noqa: C416
        lambda n: {i: i for i in range(n)},
        lambda n: sum(i for i in range(n)),
        lambda n: list(map(lambda i: i, range(n))),  # noqa: C417
        lambda n: np.vectorize(lambda i: i + 1)(np.arange(n)),
        lambda n: np.apply_along_axis(lambda row: row, 1, np.ones((n, 1))),
    ],
    ids=["list", "dict", "generator", "map", "vectorize", "apply_along_axis"],
)
def test_hidden_loops_count_too(turns):
    student = LocalNamespace({"f": lambda W, X, y, reg: turns(len(X))})
    assert growth.steps_per_example(student, "f") >= 1


def test_what_the_function_raises_is_told():
    def f(W, X, y, reg):
        raise ValueError("too many examples")

    answer = growth.steps_per_example(LocalNamespace({"f": f}), "f")
    assert isinstance(answer, Failure)
    assert "too many examples" in answer.message


def test_a_debugger_is_left_as_it_was():
    def debugger(frame, event, arg):
        return None

    before = sys.gettrace()
    sys.settrace(debugger)
    try:
        growth.steps_per_example(LocalNamespace({"f": lambda *args: None}), "f")
        assert sys.gettrace() is debugger
    finally:
        sys.settrace(before)


def test_a_loop_that_hides_its_lines_is_seen_by_the_clock(monkeypatch):
    monkeypatch.setattr(growth, "steps_per_example", lambda *args: 0.0)
    monkeypatch.setattr(growth, "cost_per_example", lambda *args: 1e-5)
    monkeypatch.setattr(growth, "yardstick", lambda: 1e-5)
    judged = run_check(get_check(ITEM), LocalNamespace(notebook_names("softmax")), SolutionReference("softmax"))
    assert [e.name for e in judged.expectations if not e.passed] == [NO_LOOP]
    assert "as much time as in a Python loop" in judged.expectations[-1].message
