"""Forward mode: a number carries its derivative along, and every operation computes both.

a + b·ε with ε² = 0. The value is a, and b the derivative with respect to whichever input was given b = 1.
"""

import math

import numpy as np


class Dual:
    """A number and its derivative.

    Parameters
    ----------
    value : float
    slope : float
        Derivative with respect to the input that is looked at; 0 for a constant.
    """

    def __init__(self, value, slope=0.0):
        self.value, self.slope = float(value), float(slope)

    def __add__(self, other):
        """Sum of two dual numbers, or of one and a plain number."""
        other = other if isinstance(other, Dual) else Dual(other)
        ### BEGIN SOLUTION
        return Dual(self.value + other.value, self.slope + other.slope)
        ### END SOLUTION

    def __mul__(self, other):
        """Product of two dual numbers, or of one and a plain number."""
        other = other if isinstance(other, Dual) else Dual(other)
        ### BEGIN SOLUTION
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)
        ### END SOLUTION

    def __pow__(self, exponent):
        """Power with a plain number as exponent."""
        ### BEGIN SOLUTION
        return Dual(self.value**exponent, exponent * self.value ** (exponent - 1) * self.slope)
        ### END SOLUTION

    def exp(self):
        """Exponential function."""
        ### BEGIN SOLUTION
        power = math.exp(self.value)
        return Dual(power, power * self.slope)
        ### END SOLUTION

    def sin(self):
        """Sine."""
        ### BEGIN SOLUTION
        return Dual(math.sin(self.value), math.cos(self.value) * self.slope)
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


def forward_mode(f, x):
    """Values and Jacobian of a function by forward mode: one pass per input.

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
    columns = []
    for j in range(len(x)):
        outputs = f(*(Dual(value, 1.0 if i == j else 0.0) for i, value in enumerate(x)))
        columns.append([output.slope for output in outputs])
    return np.array([output.value for output in outputs]), np.array(columns).T
