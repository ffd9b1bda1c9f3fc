"""Reverse mode: every operation notes what it was computed from; one pass back gives all derivatives."""

import math

import numpy as np

from solutions.layers.graphs import topological_order


class Value:
    """A number that knows where it comes from.

    Parameters
    ----------
    value : float
    parents : sequence of (Value, float)
        What it was computed from, and its derivative with respect to each of them.
    """

    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = float(value), tuple(parents), 0.0

    def __add__(self, other):
        """Sum of two values, or of one and a plain number."""
        other = other if isinstance(other, Value) else Value(other)
        ### BEGIN SOLUTION
        return Value(self.value + other.value, [(self, 1.0), (other, 1.0)])
        ### END SOLUTION

    def __mul__(self, other):
        """Product of two values, or of one and a plain number."""
        other = other if isinstance(other, Value) else Value(other)
        ### BEGIN SOLUTION
        return Value(self.value * other.value, [(self, other.value), (other, self.value)])
        ### END SOLUTION

    def __pow__(self, exponent):
        """Power with a plain number as exponent."""
        ### BEGIN SOLUTION
        return Value(self.value**exponent, [(self, exponent * self.value ** (exponent - 1))])
        ### END SOLUTION

    def exp(self):
        """Exponential function."""
        ### BEGIN SOLUTION
        power = math.exp(self.value)
        return Value(power, [(self, power)])
        ### END SOLUTION

    def sin(self):
        """Sine."""
        ### BEGIN SOLUTION
        return Value(math.sin(self.value), [(self, math.cos(self.value))])
        ### END SOLUTION

    def backward(self):
        """Set `grad` of this value and of all it was computed from: the derivative of this value with respect to each.

        Every call starts afresh: what an earlier one left in `grad` does not count.
        """
        ### BEGIN SOLUTION
        graph, waiting = {}, [self]
        while waiting:  # edges from each value to what it was computed from
            node = waiting.pop()
            if node not in graph:
                graph[node] = [parent for parent, _ in node.parents]
                waiting += graph[node]
        order = topological_order(graph)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in order:  # everything that uses a node has added its share before the node passes it on
            for parent, local in node.parents:
                parent.grad += local * node.grad
        ### END SOLUTION

    # Everything else is made of these.
    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def sigmoid(self):
        """1 / (1 + exp(-x))."""
        return 1 / (1 + (-self).exp())


def reverse_mode(f, x):
    """Values and Jacobian of a function by reverse mode: one pass forward, and one back per output.

    Parameters
    ----------
    f : function
        Takes n numbers and returns a list of m numbers.
    x : sequence of n floats

    Returns
    -------
    values : array (m,)
    jacobian : array (m, n)
        Derivative of value i with respect to input j.
    """
    inputs = [Value(value) for value in x]
    outputs, rows = f(*inputs), []
    for output in outputs:
        for value in inputs:
            value.grad = 0.0  # an output need not depend on every input
        output.backward()
        rows.append([value.grad for value in inputs])
    return np.array([output.value for output in outputs]), np.array(rows)
