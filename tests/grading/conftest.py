"""Fixtures of the tests of grading."""

from tests.grading.courses import course, fill, fresh_course, graded_class, released, source, weights
from tests.grading.postgres import password, postgres

__all__ = [
    "course",
    "fill",
    "fresh_course",
    "graded_class",
    "password",
    "postgres",
    "released",
    "source",
    "weights",
]
