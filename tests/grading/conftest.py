"""Fixtures of the tests of grading."""

import pytest

from tests.grading.courses import course, fill, fresh_course, graded_class, released, source, weights
from tests.grading.many_kinds import alone, kinds, kinds_ungraded
from tests.grading.postgres import password, postgres

__all__ = ["alone", "course", "fill", "fresh_course", "graded_class", "kinds", "kinds_ungraded", "password"]
__all__ += ["postgres", "released", "source", "weights"]


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """Terminals without colours, whatever the one is in which the tests run."""
    monkeypatch.setenv("NO_COLOR", "1")
