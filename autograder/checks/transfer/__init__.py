"""Checks of the homework on transfer learning: images in, features out, a probe, and fine-tuning."""

# In the homework's order.
from autograder.checks.transfer import preprocessing, freezing, features, probe  # noqa: F401, I001
from autograder.checks.transfer import groups, tuning, accuracy  # noqa: F401
