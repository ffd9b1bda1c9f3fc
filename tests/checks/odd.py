"""Answers that no function should give, whatever it is asked for, and how they must be met."""

import numpy as np
from torch import nn

from tests.checks.judging import failed, told


def not_written(*args, **settings):
    """A function that is still a stub."""
    raise NotImplementedError


class Echo(nn.Module):
    """A net that gives back what `answer(images)` says."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def forward(self, images):
        """Whatever it is."""
        return self.answer(images)


def _always(value):
    return lambda *args, **settings: value


ODD = {
    "None": _always(None),
    "a text": _always("\x1b[2J a text " * 50),
    "an object": lambda *args, **settings: object(),
    "lists in lists": lambda *args, **settings: [[1], [2, [3]]],
    "texts by numbers": lambda *args, **settings: {1: "one", None: "none"},
    "a complex number": lambda *args, **settings: np.array([1j, 2.0]),
    "many axes": lambda *args, **settings: np.zeros((1,) * 20),
    "a function": _always(print),
    "a class": _always(nn.Module),
    "the first argument": lambda *args, **settings: next(iter((*args, *settings.values()))),
    "all arguments": lambda *args, **settings: (args, settings),
    "an error": lambda *args, **settings: 1 / 0,
    "an error without words": lambda *args, **settings: next(iter(())),
    "an exit": lambda *args, **settings: exit(),
}


def assert_answered_in_sentences(verdict):
    """It earned nothing; what failed says why, in a message that is not long and moves no terminal's cursor."""
    assert (verdict.status, verdict.points) == ("failed", 0.0), told(failed(verdict))
    for e in verdict.expectations:
        assert e.passed or e.message
        assert "\x1b" not in e.message
        assert len(e.message) < 1200
