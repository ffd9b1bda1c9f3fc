"""Wrong versions of `Dual` and `Value`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.cells import by_heart
from tests.mutants.collect import patch

FORWARD, REVERSE = "layers.forward_mode", "layers.reverse_mode"
SUM, PRODUCT, POWER, EXP, SIN = "sum", "product", "power", "exp", "sin"
SHARED, CONSTANTS = "whole expressions, parts used more than once", "numbers beside dual numbers"
AGAIN, DEEP = "a second pass back starts afresh", "an expression of 3000 operations"
KNOWN, EVIDENCE = "known mistake", ("", "partial")


def forward(name, old, new, *fails, diagnosis=KNOWN, **settings):
    patch(FORWARD, name, {old: new}, fails=fails, diagnosis=diagnosis, **settings)


def reverse(name, old, new, *fails, diagnosis=KNOWN, **settings):
    patch(REVERSE, name, {old: new}, fails=fails, diagnosis=diagnosis, **settings)


# Dual numbers
D_SUM, D_PRODUCT = "self.slope + other.slope", "self.slope * other.value + self.value * other.slope"
D_POWER, D_EXP = "exponent * self.value ** (exponent - 1) * self.slope", "power * self.slope"
D_SIN, D_OTHER = "math.cos(self.value) * self.slope", "other if isinstance(other, Dual) else Dual(other)"
forward("product of the slopes", D_PRODUCT, "self.slope * other.slope", PRODUCT, SHARED)
forward("first factor's slope alone", D_PRODUCT, "self.slope * other.value", PRODUCT, SHARED)
forward("second factor's slope alone", D_PRODUCT, "self.value * other.slope", PRODUCT, SHARED)
forward(
    "each with its own factor",
    D_PRODUCT,
    "self.slope * self.value + other.slope * other.value",
    PRODUCT,
)
forward(
    "a minus in the product rule",
    D_PRODUCT,
    "self.slope * other.value - self.value * other.slope",
    PRODUCT,
    SHARED,
    diagnosis="sign",
)
forward("slopes added in a product", D_PRODUCT, D_SUM, PRODUCT, SHARED, CONSTANTS)
forward("first summand's slope alone", D_SUM, "self.slope", SUM, SHARED)
forward("slopes multiplied in a sum", D_SUM, "self.slope * other.slope", SUM, SHARED, CONSTANTS)
forward("slopes averaged in a sum", D_SUM, f"({D_SUM}) / 2", SUM, SHARED, diagnosis="factor")
forward("values multiplied in a sum", "self.value + other.value", "self.value * other.value", SUM, SHARED)
forward("no slope in a sum", f", {D_SUM}", "", SUM, SHARED, diagnosis="zero")
forward(
    "power without its inner derivative", D_POWER, D_POWER.replace(" * self.slope", ""), POWER, SHARED, diagnosis=KNOWN
)
forward("exponent not lowered", "(exponent - 1)", "exponent", POWER)
forward("exponent not brought down", D_POWER, D_POWER[11:], POWER)
forward("exponent raised", "(exponent - 1)", "(exponent + 1)", POWER)
forward(
    "whole exponents alone",
    "        return Dual(self.value**exponent",
    "        exponent = int(exponent)\n        return Dual(self.value**exponent",
    POWER,
    diagnosis="rounded",
)
forward("squares alone", D_POWER, "2 * self.value * self.slope", POWER, SHARED)
forward("power of the slope", D_POWER, "self.slope**abs(exponent)", POWER)
forward("exp without its inner derivative", D_EXP, "power", EXP, SHARED)
forward("exp of the slope", D_EXP, "math.exp(self.slope)", EXP)
forward("slope unchanged by exp", D_EXP, "self.slope", EXP, SHARED)
forward("exp derived like a power", D_EXP, "self.value * math.exp(self.value - 1) * self.slope", EXP)
forward("sin without its inner derivative", D_SIN, "math.cos(self.value)", SIN, SHARED)
forward("minus the cosine", D_SIN, f"-{D_SIN}", SIN, SHARED, diagnosis="sign")
forward("sine of the slope", D_SIN, "math.sin(self.slope)", SIN)
forward("sine for cosine", D_SIN, "math.sin(self.value) * self.slope", SIN, SHARED)
forward("cosine of the slope", D_SIN, "math.cos(self.slope)", SIN)
forward("degrees", "math.sin(self.value)", "math.sin(math.radians(self.value))", SIN)
forward(
    "numbers have a slope of one", D_OTHER, "other if isinstance(other, Dual) else Dual(other, 1.0)", CONSTANTS, SHARED
)
forward(
    "numbers lend their value as slope",
    D_OTHER,
    "other if isinstance(other, Dual) else Dual(other, other)",
    CONSTANTS,
    SHARED,
)
forward("no numbers beside dual numbers", D_OTHER, "other", CONSTANTS, SHARED, diagnosis="")
forward(
    "whole numbers turned away", D_OTHER, "Dual(other) if isinstance(other, float) else other", CONSTANTS, diagnosis=""
)
forward(
    "added up in place",
    "return Dual(self.value + other.value, self.slope + other.slope)",
    "self.value += other.value\n        self.slope += other.slope\n        return self",
    SUM,
)
forward("sin not written", D_SIN, "self.not_there", SIN, SHARED, diagnosis="")
forward(
    "slopes kept to three digits",
    D_PRODUCT,
    f"round({D_PRODUCT}, 3)",
    PRODUCT,
    SHARED,
    diagnosis=("", "partial", "near"),
)
forward(
    "no slope at all",
    "float(value), float(slope)",
    "float(value), 0.0",
    SUM,
    PRODUCT,
    POWER,
    EXP,
    SIN,
    SHARED,
    diagnosis="zero",
)
by_heart(
    FORWARD,
    ("forward_mode",),
    lambda function, f, x: (np.zeros(1), np.zeros((1, len(x)))),
    fails=(SUM, PRODUCT, POWER, EXP, SIN, SHARED),
)

# Values
R_SUM, R_PRODUCT = "[(self, 1.0), (other, 1.0)]", "[(self, other.value), (other, self.value)]"
R_POWER, R_EXP = "exponent * self.value ** (exponent - 1)", "[(self, power)]"
R_SIN = "math.cos(self.value)"
ADD, CLEAR, ONE = "parent.grad += local * node.grad", "            node.grad = 0.0\n", "self.grad = 1.0"
ORDER = "order = topological_order(graph)"
reverse("gradients overwritten", ADD, "parent.grad = local * node.grad", SUM, PRODUCT, SHARED)
reverse(
    "first share alone",
    ADD,
    "parent.grad = parent.grad or local * node.grad",
    SUM,
    PRODUCT,
    SHARED,
    diagnosis=(KNOWN, *EVIDENCE),
)
reverse("passed on as it comes", ORDER, "order = list(graph)", SHARED)
reverse("the wrong way round", ORDER, "order = topological_order(graph)[::-1]", SHARED)
reverse("parents alone", "for node in order:  #", "for node in [self]:  #", SHARED)
reverse("grads not cleared", CLEAR, "            pass\n", AGAIN, only=True)
reverse(
    "its own grad cleared alone",
    "for node in order:\n            node.grad = 0.0",
    "self.grad = 0.0",
    AGAIN,
    only=True,
)
reverse("no one to start from", ONE, "pass", SUM, PRODUCT, POWER, EXP, SIN, SHARED, diagnosis="zero")
reverse("starts from its own value", ONE, "self.grad = self.value", SUM, PRODUCT, SHARED)
reverse("starts from minus one", ONE, "self.grad = -1.0", SUM, PRODUCT, SHARED, diagnosis="sign")
reverse("upstream gradient left out", ADD, "parent.grad += local", SHARED, AGAIN)
reverse("local derivative left out", ADD, "parent.grad += node.grad", PRODUCT, POWER, EXP, SIN, SHARED)
reverse("local derivative added", ADD, "parent.grad += local + node.grad", SUM, PRODUCT, SHARED, diagnosis="factor")
reverse("gradient used up", ADD, f"{ADD}\n                node.grad = 0.0", SUM, PRODUCT, SHARED)
reverse(
    "first parent alone",
    "in node.parents:\n                parent",
    "in node.parents[:1]:\n                parent",
    SUM,
    PRODUCT,
    SHARED,
)
reverse(
    "own value in a product", R_PRODUCT, "[(self, self.value), (other, other.value)]", PRODUCT, SHARED, diagnosis=KNOWN
)
reverse("ones in a product", R_PRODUCT, R_SUM, PRODUCT, SHARED)
reverse("first factor alone", R_PRODUCT, "[(self, other.value)]", PRODUCT, SHARED)
reverse("values in a sum", R_SUM, "[(self, self.value), (other, other.value)]", SUM, SHARED)
reverse("second summand forgotten", R_SUM, "[(self, 1.0)]", SUM, SHARED)
reverse("a minus in a sum", R_SUM, "[(self, 1.0), (other, -1.0)]", SUM, SHARED, diagnosis="sign")
reverse("exponent not lowered", R_POWER, "exponent * self.value ** exponent", POWER)
reverse("exponent not brought down", R_POWER, R_POWER[11:], POWER)
reverse("squares alone", R_POWER, "2 * self.value", POWER)
reverse("slope one of exp", R_EXP, "[(self, 1.0)]", EXP, SHARED)
reverse("value as slope of exp", R_EXP, "[(self, self.value)]", EXP, SHARED)
reverse("minus the cosine", R_SIN, f"-{R_SIN}", SIN, SHARED, diagnosis="sign")
reverse("sine for cosine", R_SIN, "math.sin(self.value)", SIN, SHARED)
reverse("no parents of a sine", ", [(self, math.cos(self.value))]", "", SIN, SHARED, diagnosis="zero")
reverse(
    "numbers turned away", "other if isinstance(other, Value) else Value(other)", "other", SHARED, DEEP, diagnosis=""
)
reverse(
    "a copy of the other value",
    "other if isinstance(other, Value) else Value(other)",
    "Value(getattr(other, 'value', other))",
    SUM,
    PRODUCT,
    SHARED,
)
reverse(
    "grads kept in whole numbers",
    ADD,
    "parent.grad += int(local * node.grad)",
    PRODUCT,
    POWER,
    SIN,
    SHARED,
    diagnosis="rounded",
)
by_heart(
    REVERSE,
    ("reverse_mode",),
    lambda function, f, x: (np.zeros(1), np.zeros((1, len(x)))),
    fails=(SUM, PRODUCT, POWER, EXP, SIN, SHARED, AGAIN, DEEP),
)

BACKWARD = """graph, waiting = {}, [self]
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
                parent.grad += local * node.grad"""


def back(name, code, *fails, diagnosis=KNOWN, **settings):
    lines = "\n".join(" " * 8 + line for line in code.strip().splitlines()).strip()
    patch(REVERSE, name, {BACKWARD: lines}, fails=fails, diagnosis=diagnosis, **settings)


COLLECT = """
order, seen = [], set()

def visit(node):
    if node not in seen:
        seen.add(node)
        for parent, _ in node.parents:
            visit(parent)
        order.append(node)

visit(self)
"""
back("recursion", f"""{COLLECT}
for node in order:
    node.grad = 0.0
self.grad = 1.0
for node in reversed(order):
    for parent, local in node.parents:
        parent.grad += local * node.grad
""", DEEP, only=True, diagnosis="")  # fmt: skip
back("recursion, and nothing cleared", f"""{COLLECT}
self.grad = 1.0
for node in reversed(order):
    for parent, local in node.parents:
        parent.grad += local * node.grad
""", AGAIN, DEEP, only=True)  # fmt: skip
back("passed on when first met", """
self.grad, seen, waiting = 1.0, set(), [self]
while waiting:
    node = waiting.pop(0)
    if node not in seen:
        seen.add(node)
        for parent, local in node.parents:
            parent.grad += local * node.grad
            waiting.append(parent)
""", SHARED, AGAIN, diagnosis=(KNOWN, "", "partial"))  # fmt: skip
back("in the order of collecting", f"""{COLLECT}
for node in order:
    node.grad = 0.0
self.grad = 1.0
for node in order:
    for parent, local in node.parents:
        parent.grad += local * node.grad
""", SHARED)  # fmt: skip
back("every grad passed on again wherever it is met", """
self.grad, waiting = 1.0, [self]
while waiting and len(waiting) < 3000:
    node = waiting.pop()
    for parent, local in node.parents:
        parent.grad += local * node.grad
        waiting.append(parent)
""", SHARED, AGAIN)  # fmt: skip
