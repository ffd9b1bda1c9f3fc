"""Fixtures of the tests of the report: a small class, and what the tests of grading have."""

import pytest

from tests.grading.courses import course, fresh_course, released
from tests.report.made_up import small_class

__all__ = ["course", "fresh_course", "released"]


@pytest.fixture
def small(tmp_path):
    """Four students, a homework of ten points: 10, 8, 3, and one whose notebook could not be read."""
    return small_class(tmp_path / "course")
