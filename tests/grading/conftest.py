"""Fixtures of the tests of grading."""

from tests.grading.courses import course, fill, fresh_course, graded_class, released, source, weights
from tests.grading.many_kinds import alone, kinds, kinds_ungraded

__all__ = ["alone", "course", "fill", "fresh_course", "graded_class", "kinds", "kinds_ungraded", "released", "source"]
__all__ += ["weights"]
