"""Fixtures of the tests of grading."""

from tests.grading.courses import course, fill, fresh_course, graded_class, released, source, weights

__all__ = ["course", "fill", "fresh_course", "graded_class", "released", "source", "weights"]
