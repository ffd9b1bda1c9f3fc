"""Expected values are computed once for a class, and every check gets its own copy of them."""

import numpy as np
import pytest

from autograder import reference, wire
from autograder.reference import SolutionReference


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """Nothing is remembered from other tests."""
    monkeypatch.setattr(reference, "_known", {})


@pytest.fixture
def calls(monkeypatch):
    """Arguments of every call of the solution's softmax."""
    seen, honest = [], SolutionReference("softmax").solutions.softmax

    def softmax(scores):
        seen.append(scores)
        return honest(scores)

    monkeypatch.setattr("solutions.softmax.softmax", softmax)
    return seen


def test_the_same_case_is_computed_once(calls):
    scores = np.arange(6.0).reshape(2, 3)
    first = SolutionReference("softmax").expected("a", "softmax", scores)
    first_as_it_was = first.copy()
    first[:] = 0.0
    other = SolutionReference("softmax")
    assert np.array_equal(other.expected("a", "softmax", scores.copy()), first_as_it_was)
    assert len(calls) == 1
    assert np.array_equal(wire.decode(other.seen["a/softmax"]), first_as_it_was)


def test_other_arguments_are_computed_again(calls):
    known = SolutionReference("softmax")
    given = [np.arange(3.0)[None], np.arange(3.0)[None] + 1, np.arange(3.0, dtype=np.float32)[None]]
    for scores in given:
        known.expected("a", "softmax", scores)
    assert len(calls) == 3


def test_mistakes_are_computed_once_and_are_copies(monkeypatch):
    known, times = SolutionReference("softmax"), []

    def wrong(scores):
        times.append(1)
        return scores + 1

    monkeypatch.setitem(known.known_mistakes, "softmax", [("kind", "text", wrong)])
    for _ in range(2):
        ((value, kind, text),) = known.mistakes("a", "softmax", np.zeros(2))
        assert (value.tolist(), kind, text) == ([1.0, 1.0], "kind", "text")
        value[:] = 7.0
    assert len(times) == 1


def test_what_is_remembered_has_a_limit(monkeypatch):
    monkeypatch.setattr(reference, "_MOST_KNOWN", 3)
    known = SolutionReference("softmax")
    for number in range(10):
        known.expected("a", "softmax", np.full((1, 2), float(number)))
    assert 1 <= len(reference._known) <= 3


def test_arguments_that_cannot_be_told_apart_are_computed_every_time(monkeypatch):
    known = SolutionReference("softmax")
    monkeypatch.setattr(known.for_checks, "applied", lambda function, x: function(x), raising=False)
    assert known.expected("a", "applied", lambda x: x + 1, 1.0) == 2.0
    assert known.expected("a", "applied", lambda x: x + 2, 1.0) == 3.0


def test_a_mistake_that_cannot_be_computed_for_these_numbers_costs_no_verdict(monkeypatch):
    known = [("sign", "It is minus.", np.negative), ("axis", "It divides.", lambda scores: 1 // int(scores[0, 0]))]
    solutions = SolutionReference("softmax")
    monkeypatch.setattr(solutions, "known_mistakes", {"softmax": known})
    assert [text for _, _, text in solutions.mistakes("a", "softmax", np.ones((2, 3)))] == [
        "It is minus.",
        "It divides.",
    ]
    assert [text for _, _, text in solutions.mistakes("b", "softmax", np.zeros((2, 3)))] == ["It is minus."]
