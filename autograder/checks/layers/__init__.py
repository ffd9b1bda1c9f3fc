"""What is judged in the homework on layers and automatic differentiation, and with which cases.

Formulas live in `solutions.layers`; here are only inputs, expectations and shares. Cases are drawn from `exam.rng`,
sizes included. Upstream gradients are random, never ones: a sum over a softmax would make the gradient vanish.
The modules are imported in the order of the homework.
"""

from autograder.checks.layers import functions, losses, automatic, model  # noqa: F401, I001
