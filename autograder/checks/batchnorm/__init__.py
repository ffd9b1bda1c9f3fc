"""What is judged in the homework on batch normalisation and dropout, and with which cases.

Formulas live in `solutions.batchnorm`; here are only inputs, expectations and shares. Cases are drawn from `exam.rng`,
sizes included. The modules are imported in the order of the homework.
"""

from autograder.checks.batchnorm import normalisation, dropout, dropout_backward, net  # noqa: F401, I001
