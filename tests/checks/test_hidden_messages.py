"""Of hidden cases students are told sizes and errors, but no number that was expected."""

import re

import numpy as np
import pytest

from autograder.exam import VISIBLE, hidden_rounds, run_check
from autograder.namespace import LocalNamespace
from autograder.reference import SolutionReference
from autograder.registry import get_check
from solutions import softmax as solutions


def right_on_what_it_has_seen(function, seen, learning):
    def answer(*args):
        key = tuple(np.asarray(arg).tobytes() for arg in args)
        if learning:
            seen.add(key)
        value = function(*args)
        if key in seen:
            return value
        return tuple(np.asarray(part) * 1.5 + 1 for part in value) if isinstance(value, tuple) else value * 1.5 + 1

    return answer


@pytest.mark.parametrize("name", ["softmax.probabilities", "softmax.loss_naive", "softmax.loss_vectorized"])
def test_messages_about_hidden_cases_hold_no_expected_number(name):
    check, seen = get_check(name), set()
    function, reference = getattr(solutions, check.asks), SolutionReference("softmax")
    run_check(check, LocalNamespace({check.asks: right_on_what_it_has_seen(function, seen, True)}), reference)
    rounds = [VISIBLE, *hidden_rounds(check, b"a secret of sixteen", "softmax")]
    verdict = run_check(
        check, LocalNamespace({check.asks: right_on_what_it_has_seen(function, seen, False)}), reference, rounds
    )
    hidden = [e.message for e in verdict.expectations if "a hidden case" in e.message]
    assert len(hidden) >= 2 and verdict.points < check.points
    for message in hidden:
        assert not re.search(r"expected is -?\d", message), message
        assert "[" not in message, message
