"""Fixtures of the tests of attacks, and those of grading."""

from tests.attacks.attacked import attacked
from tests.grading.courses import course, fill, fresh_course, graded_class, released, source, weights

__all__ = ["attacked", "course", "fill", "fresh_course", "graded_class", "released", "source", "weights"]
