"""What is judged in the softmax homework, and with which cases.

Formulas live in `solutions.softmax`; here are only inputs, expectations and shares. Cases are drawn from `exam.rng`,
sizes included.
The modules are imported in the order of the homework.
"""

from autograder.checks.softmax import probabilities, losses, classifier, ensemble  # noqa: F401, I001
