"""What is judged in the homework on two-layer nets, and with which cases.

Formulas live in `solutions.two_layer_net`; here are only inputs, expectations and shares. Cases are drawn from
`exam.rng`, sizes included.
The modules are imported in the order of the homework.
"""

from autograder.checks.two_layer_net import passes, gradients, updates, training, choices  # noqa: F401, I001
