"""How a function's cost grows with the number of examples: tells a Python loop from matrix products.

Goes in: a namespace, a function and two sizes. Comes out: lines of Python per extra example, counted in the student's
process and the same on every machine; or CPU seconds per extra example, read from outside, which no code can talk down.
The yardstick for seconds is a plain loop run by the judge at the same moment.
"""

import time

import numpy as np

from autograder.namespace import Failure

D, C = 3, 4
REPEATS = 3


def steps_per_example(student, function, small=200, large=1000):
    """Lines of Python per extra example of `function(W, X, y, reg)`; at least 1 for a loop, near 0 without.

    Returns
    -------
    float or Failure
    """
    counts = []
    for n in (small, large):
        steps = student.steps(function, *_problem(n), 0.1)
        if isinstance(steps, Failure):
            return steps
        if not isinstance(steps, int):
            return Failure("The lines of Python in a call could not be counted.", "value")
        counts.append(steps)
    return (counts[1] - counts[0]) / (large - small)


def cost_per_example(student, function, small=2_000, large=20_000, repeats=REPEATS):
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
            handles = [student.store(value) for value in _problem(n)]
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
