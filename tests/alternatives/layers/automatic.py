"""Right dual numbers and values, as different as students' are. All must earn full marks."""

import cmath
import math
import sys
from collections import namedtuple
from dataclasses import dataclass

import numpy as np

from solutions.layers import Dual, Value
from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

FORWARD, REVERSE = "layers.forward_mode", "layers.reverse_mode"


@notebook(FORWARD)
def a_dataclass():
    @dataclass(frozen=True)
    class Dual:
        value: float
        slope: float = 0.0

        def __add__(self, other):
            if not isinstance(other, Dual):
                return Dual(self.value + other, self.slope)
            return Dual(self.value + other.value, self.slope + other.slope)

        def __mul__(self, other):
            if not isinstance(other, Dual):
                return Dual(self.value * other, self.slope * other)
            return Dual(self.value * other.value, self.value * other.slope + other.value * self.slope)

        def __pow__(self, n):
            return Dual(math.pow(self.value, n), n * math.pow(self.value, n - 1) * self.slope)

        def exp(self):
            return Dual(math.exp(self.value), self.slope * math.exp(self.value))

        def sin(self):
            return Dual(math.sin(self.value), self.slope * math.cos(self.value))

        def __sub__(self, other):
            return self + (-1) * other

        def __rsub__(self, other):
            return (-1) * self + other

        def __neg__(self):
            return (-1) * self

        def __truediv__(self, other):
            if isinstance(other, Dual):
                return Dual(
                    self.value / other.value,
                    (self.slope * other.value - self.value * other.slope) / other.value**2,
                )
            return Dual(self.value / other, self.slope / other)

        def __rtruediv__(self, other):
            return Dual(other / self.value, -other * self.slope / self.value**2)

        __radd__, __rmul__ = __add__, __mul__


@notebook(FORWARD)
def a_named_tuple():
    class Dual(namedtuple("Pair", "value slope", defaults=[0.0])):
        @staticmethod
        def of(x):
            return x if isinstance(x, Dual) else Dual(x)

        def __add__(self, other):
            return Dual(*(a + b for a, b in zip(self, Dual.of(other), strict=True)))

        def __mul__(self, other):
            (a, da), (b, db) = self, Dual.of(other)
            return Dual(a * b, da * b + a * db)

        def __pow__(self, n):
            return Dual(self.value**n, n * self.value ** (n - 1) * self.slope)

        def exp(self):
            return Dual(np.exp(self.value), np.exp(self.value) * self.slope)

        def sin(self):
            return Dual(np.sin(self.value), np.cos(self.value) * self.slope)

        def __neg__(self):
            return Dual(-self.value, -self.slope)

        def __sub__(self, other):
            return self + -Dual.of(other)

        def __rsub__(self, other):
            return Dual.of(other) + -self

        def __truediv__(self, other):
            return self * Dual.of(other) ** -1

        def __rtruediv__(self, other):
            return Dual.of(other) * self**-1

        __radd__, __rmul__ = __add__, __mul__


@alternative(FORWARD)
class MatricesOfTwoByTwo(Dual):
    """The number a + b ε as the matrix [[a, b], [0, a]]."""

    def __init__(self, value, slope=0.0):
        self.matrix = np.array([[value, slope], [0.0, value]], dtype=float)

    value = property(lambda self: self.matrix[0, 0])
    slope = property(lambda self: self.matrix[0, 1])

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(*(self.matrix + other.matrix)[0])

    def __mul__(self, other):
        return Dual(*(self.matrix @ (other if isinstance(other, Dual) else Dual(other)).matrix)[0])

    def __pow__(self, exponent):
        a, b = self.matrix[0]
        return Dual(a**exponent, b * exponent * a**exponent / a)

    def exp(self):
        return Dual(*(np.exp(self.value) * (np.eye(2) + self.matrix - self.value * np.eye(2)))[0])

    def sin(self):
        a, b = self.matrix[0]
        return Dual(np.sin(a), b * np.sin(a + np.pi / 2))

    __radd__, __rmul__ = __add__, __mul__


@alternative(FORWARD)
class ComplexNumbersWithATinyImaginaryPart(Dual):
    """The derivative is what a tiny step along the imaginary axis gives."""

    TINY = 1e-60

    def __init__(self, value, slope=0.0, number=None):
        self.number = complex(value, slope * self.TINY) if number is None else number

    value = property(lambda self: self.number.real)
    slope = property(lambda self: self.number.imag / self.TINY)

    def __add__(self, other):
        return Dual(0, number=self.number + getattr(other, "number", other))

    def __mul__(self, other):
        return Dual(0, number=self.number * getattr(other, "number", other))

    def __pow__(self, exponent):
        return Dual(0, number=cmath.exp(exponent * cmath.log(self.number)))

    def exp(self):
        return Dual(0, number=cmath.exp(self.number))

    def sin(self):
        return Dual(0, number=cmath.sin(self.number))

    __radd__, __rmul__ = __add__, __mul__


@alternative(FORWARD)
class OneRuleForAll(Dual):
    """Every operation hands its value and its partial derivatives to one method."""

    def chain(self, value, *pairs):
        return type(self)(value, sum(slope * partial for slope, partial in pairs))

    def __add__(self, other):
        if isinstance(other, (int, float)):
            return self.chain(self.value + other, (self.slope, 1))
        return self.chain(self.value + other.value, (self.slope, 1), (other.slope, 1))

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return self.chain(self.value * other, (self.slope, other))
        return self.chain(self.value * other.value, (self.slope, other.value), (other.slope, self.value))

    def __pow__(self, exponent):
        if exponent == 0:
            return self.chain(1.0)
        print("power", exponent)
        return self.chain(self.value**exponent, (self.slope, exponent * self.value ** (exponent - 1)))

    def exp(self):
        return self.chain(math.exp(self.value), (self.slope, math.exp(self.value)))

    def sin(self):
        return self.chain(math.sin(self.value), (self.slope, math.cos(self.value)))

    __radd__, __rmul__ = __add__, __mul__


@alternative(FORWARD)
class SlopesInSinglePrecision(Dual):
    """A value that is a NumPy scalar, and a slope with fewer digits."""

    def __init__(self, value, slope=0.0):
        self.value, self.slope = np.float64(value), np.float32(slope)

    def __add__(self, other):
        other = Dual(other) if np.isscalar(other) else other
        return Dual(np.add(self.value, other.value), np.add(self.slope, other.slope))

    def __mul__(self, other):
        other = Dual(other) if np.isscalar(other) else other
        slopes, values = np.array([self.slope, other.slope]), np.array([other.value, self.value])
        return Dual(np.multiply(self.value, other.value), slopes @ values)

    def __pow__(self, exponent):
        return Dual(np.power(self.value, exponent), exponent * np.power(self.value, exponent - 1) * self.slope)

    def exp(self):
        return Dual(np.exp(self.value), np.exp(self.value) * self.slope)

    def sin(self):
        return Dual(np.sin(self.value), np.cos(self.value) * self.slope)

    __radd__, __rmul__ = __add__, __mul__


@notebook(REVERSE)
def closures_that_pass_on():
    class Value:
        def __init__(self, data, _children=(), _op=""):
            self.data, self.grad, self._prev, self._op = data, 0.0, set(_children), _op
            self._backward = lambda: None

        @property
        def value(self):
            return self.data

        def __add__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data + other.data, (self, other), "+")

            def _backward():
                self.grad += out.grad
                other.grad += out.grad

            out._backward = _backward
            return out

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data * other.data, (self, other), "*")

            def _backward():
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad

            out._backward = _backward
            return out

        def __pow__(self, k):
            out = Value(self.data**k, (self,), f"**{k}")

            def _backward():
                self.grad += k * self.data ** (k - 1) * out.grad

            out._backward = _backward
            return out

        def exp(self):
            out = Value(math.exp(self.data), (self,), "exp")

            def _backward():
                self.grad += out.data * out.grad

            out._backward = _backward
            return out

        def sin(self):
            out = Value(math.sin(self.data), (self,), "sin")

            def _backward():
                self.grad += math.cos(self.data) * out.grad

            out._backward = _backward
            return out

        def backward(self):
            topo, visited, stack = [], set(), [(self, False)]
            while stack:
                v, leaving = stack.pop()
                if leaving:
                    topo.append(v)
                elif v not in visited:
                    visited.add(v)
                    stack.append((v, True))
                    stack.extend((child, False) for child in v._prev)
            for v in topo:
                v.grad = 0.0
            self.grad = 1.0
            for v in reversed(topo):
                v._backward()

        __radd__, __rmul__ = __add__, __mul__

        def __neg__(self):
            return self * -1

        def __sub__(self, other):
            return self + (-other)

        def __rsub__(self, other):
            return (-self) + other

        def __truediv__(self, other):
            return self * other**-1

        def __rtruediv__(self, other):
            return self**-1 * other


@alternative(REVERSE)
class InTheOrderOfMaking(Value):
    """What is made later comes first on the way back: a number for every value is order enough."""

    made = 0

    def __init__(self, value, parents=()):
        super().__init__(value, parents)
        Value.made += 1
        self.number = Value.made

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.value + other.value, ((self, 1), (other, 1)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.value * other.value, ((other, self.value), (self, other.value)))

    def __pow__(self, exponent):
        return Value(self.value**exponent, ((self, exponent * self.value**exponent / self.value),))

    def backward(self):
        family, waiting = {self}, [self]
        while waiting:
            for parent, _ in waiting.pop().parents:
                if parent not in family:
                    family.add(parent)
                    waiting.append(parent)
        for value in family:
            value.grad = 0.0
        self.grad = 1.0
        for value in sorted(family, key=lambda v: -v.number):
            for parent, slope in value.parents:
                parent.grad += slope * value.grad

    __radd__, __rmul__ = __add__, __mul__


@alternative(REVERSE)
class EveryWayByItself(Value):
    """The chain rule as it stands: the sum over all ways, each the product of its slopes."""

    def backward(self):
        ends, waiting = {}, [(self, 1.0)]
        while waiting:
            value, product = waiting.pop()
            ends[value] = ends.get(value, 0.0) + product
            waiting.extend((parent, product * slope) for parent, slope in value.parents)
        for value, grad in ends.items():
            value.grad = grad


@alternative(REVERSE)
class CountsWhoIsStillToCome(Value):
    """A value passes on when the last of its users has."""

    def backward(self):
        users, waiting = {self: 0}, [self]
        while waiting:
            for parent, _ in waiting.pop().parents:
                if parent not in users:
                    users[parent] = 0
                    waiting.append(parent)
                users[parent] += 1
        for value in users:
            value.grad = np.float64(value is self)
        ready = [self]
        while ready:
            value = ready.pop()
            for parent, slope in value.parents:
                parent.grad = parent.grad + slope * value.grad
                users[parent] -= 1
                if users[parent] == 0:
                    ready.append(parent)


@alternative(REVERSE)
class RecursionWithAHigherLimit(Value):
    """Depth first, with room for it."""

    def backward(self):
        order, seen, limit = [], set(), sys.getrecursionlimit()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                value.grad = 0.0
                for parent, _ in value.parents:
                    visit(parent)
                order.append(value)

        sys.setrecursionlimit(20_000)
        try:
            visit(self)
        finally:
            sys.setrecursionlimit(limit)
        self.grad = 1.0
        while order:
            value = order.pop()
            for parent, slope in value.parents:
                parent.grad += slope * value.grad


@alternative(REVERSE)
class ATapeOfAllOperations(Value):
    """Everything is noted on one tape in the order in which it happens, and read from its end."""

    tape = []  # noqa: RUF012

    def __init__(self, value, parents=()):
        self.value, self.grad, self.parents = np.float64(value), 0.0, list(parents)
        Value.tape.append(self)

    def exp(self):
        out = Value(np.exp(self.value))
        out.parents.append((self, out.value))
        return out

    def sin(self):
        return Value(np.sin(self.value), [(self, np.cos(self.value))])

    def backward(self):
        print("back along", len(Value.tape), "operations")
        for value in Value.tape:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(Value.tape[: Value.tape.index(self) + 1]):
            for parent, slope in value.parents:
                parent.grad = np.add(parent.grad, np.multiply(slope, value.grad))
