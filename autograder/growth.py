"""How a function's cost grows with the number of examples: tells a Python loop from matrix products.

Goes in: a namespace, a function and two sizes. Comes out: CPU seconds per extra example, read from the process's own
clock, so that neither a slow machine nor waiting counts. The yardstick is a plain loop run by the judge at the same
moment.
"""

import time

import numpy as np

from autograder.namespace import Failure

D, C = 3, 4
REPEATS = 3


def cost_per_example(student, function, small, large, repeats=REPEATS):
    """CPU seconds per extra example of `function(W, X, y, reg)`, between `small` and `large` examples.

    Returns
    -------
    float or Failure
        The smallest of two measurements: other work on the machine only ever adds.
    """
    costs = []
    for _ in range(2):
        used = []
        for n in (small, large):
            W, X, y = _problem(n)
            handles = [student.store(value) for value in (W, X, y)]
            began = student.clock()
            answer = student.call(function, *handles, 0.1, keep=True, repeat=repeats)
            used.append(student.clock() - began)
            if isinstance(answer, Failure):
                return answer
        costs.append((used[1] - used[0]) / (repeats * (large - small)))
    return max(min(costs), 0.0)


def yardstick(n=2000):
    """CPU seconds per example of a loop that takes each example's scores, exponentials and gradient one by one."""
    costs = []
    for _ in range(2):
        W, X, y = _problem(n)
        began = time.thread_time()
        total = np.zeros_like(W)
        for row, label in zip(X, y, strict=True):
            exponentials = np.exp(row @ W)
            exponentials[label] -= exponentials.sum()
            total += np.outer(row, exponentials)
        costs.append((time.thread_time() - began) / n)
    return min(costs)


def _problem(n):
    rng = np.random.default_rng(n)
    return 0.1 * rng.standard_normal((D, C)), rng.standard_normal((n, D)), rng.integers(0, C, n)
