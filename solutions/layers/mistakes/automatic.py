"""Well-known mistakes in forward and in reverse mode: the Jacobian that each gives, or the values.

`MISTAKES["forward_mode of FORM"]` and so on belong to one form of expression: one operation, or one that uses them all.
"""

import numpy as np

from autograder.student import stand_ins
from solutions.layers import duals, values

KNOWN = "known mistake"
SINGLE = ("sum", "product", "power", "exp", "sin")
_VALUE = {
    "sum": lambda u, v: u + v,
    "product": lambda u, v: u * v,
    "power": lambda u, n: u**n,
    "exp": np.exp,
    "sin": np.sin,
}
_SLOPE = {
    "sum": lambda u, v: u.slope + v.slope,
    "product": lambda u, v: u.slope * v.value + u.value * v.slope,
    "power": lambda u, n: n * u.value ** (n - 1) * u.slope,
    "exp": lambda u: np.exp(u.value) * u.slope,
    "sin": lambda u: np.cos(u.value) * u.slope,
}
_STEPS = 20_000  # after which a pass back that visits values again and again is given up


# Forward mode
def _dual(values=(), slopes=(), number=lambda kind, other: kind(other)):
    """A kind of dual numbers some operations of which are wrong.

    Parameters
    ----------
    values, slopes : dict of functions
        By operation: the value from the operands' values, and the slope from the dual numbers themselves.
    number : function
        What makes a plain number beside a dual number one of this kind.
    """
    value, slope = _VALUE | dict(values), _SLOPE | dict(slopes)

    def of_two(operation):
        def result(self, other):
            other = other if isinstance(other, kind) else number(kind, other)
            return kind(value[operation](self.value, other.value), slope[operation](self, other))

        return result

    def of_one(operation):
        def result(self, *exponent):
            return kind(value[operation](self.value, *exponent), slope[operation](self, *exponent))

        return result

    add, multiply, power = of_two("sum"), of_two("product"), of_one("power")
    methods = {"__add__": add, "__radd__": add, "__mul__": multiply, "__rmul__": multiply, "__pow__": power}
    kind = type("Dual", (duals.Dual,), methods | {"exp": of_one("exp"), "sin": of_one("sin")})
    return kind


def _outputs(kind, settings, x, moved=-1):
    """The expression's outputs as dual numbers of a `kind`, differentiated by the input number `moved`."""
    x = np.asarray(x).tolist()
    return stand_ins.expression(**settings)(*(kind(number, float(i == moved)) for i, number in enumerate(x)))


def _jacobian_of(kind):
    def wrong(settings, x):
        return np.array([[one.slope for one in _outputs(kind, settings, x, moved)] for moved in range(len(x))]).T

    return wrong


def _sloped(operation, slope):
    return _jacobian_of(_dual(slopes={operation: slope}))


def _beside(slope):
    """Plain numbers beside dual ones have a slope: `slope(number)`."""
    return _jacobian_of(_dual(number=lambda kind, other: kind(other, slope(other))))


def _valued(operation, value):
    """The values of an expression where one operation gives `value(u, v)`."""
    kind = _dual(values={operation: value})
    return lambda settings, x: np.array([one.value for one in _outputs(kind, settings, x)])


def _added_in_place(settings, x):
    def add(self, other):
        self.value += other.value if isinstance(other, duals.Dual) else other
        return self

    kind = type("Dual", (duals.Dual,), {"__add__": add, "__radd__": add})
    return np.array([one.value for one in _outputs(kind, settings, x)])


# Reverse mode
def _back_from(output, order, share=lambda local, grad: local * grad, collect=lambda old, new: old + new, start=1.0):
    """Pass gradients back through values in an order; each parent collects its share."""
    output.grad = start
    for node in order:
        for parent, local in node.parents:
            parent.grad = collect(parent.grad, share(local, node.grad))


def _sorted(output):
    """All values that the output was computed from, those that use a value in front of it."""
    order, seen, path = [], {output}, [(output, iter(output.parents))]
    while path:  # depth first; a value is entered when all it was computed from is
        node, parents = path[-1]
        for parent, _ in parents:
            if parent not in seen:
                seen.add(parent)
                path.append((parent, iter(parent.parents)))
                break
        else:
            path.pop()
            order.append(node)
    return order[::-1]


def _as_met(output, place):
    """All values in the order in which they are first met; `place` is where the next one is taken, first or last."""
    order, seen, waiting = [], set(), [output]
    while waiting:
        node = waiting.pop(place)
        if node not in seen:
            seen.add(node)
            order.append(node)
            waiting += [parent for parent, _ in node.parents]
    return order


def _again_and_again(output):
    """Reverse mode that passes a value's gradient on, all that has gathered, wherever the value is met."""
    output.grad, waiting = 1.0, [output]
    for _ in range(_STEPS):
        if not waiting:
            break
        node = waiting.pop()
        for parent, local in node.parents:
            parent.grad += local * node.grad
            waiting.append(parent)


def _jacobian(back, clear=True):
    """A Jacobian by reverse mode with another pass back: `back(output)`."""

    def wrong(settings, x):
        inputs = [values.Value(number) for number in np.asarray(x).tolist()]
        outputs, rows = stand_ins.expression(**settings)(*inputs), []
        for output in outputs:
            for value in (*(_as_met(output, -1) if clear else ()), *inputs):
                value.grad = 0.0
            back(output)
            rows.append([value.grad for value in inputs])
        return np.array(rows)

    return wrong


def _cut_down(settings, x):
    """Shares without their fraction; None where nothing is left of them, as that has many causes."""
    cut = _in_order(share=lambda local, grad: float(int(local * grad)))(settings, x)
    return cut if cut.any() else None


def _in_order(**settings):
    return _jacobian(lambda output: _back_from(output, _sorted(output), **settings))


_TOO_EARLY = "A value passes its gradient on before all that use it have added their share: go in topological order."
_BACK = [
    (
        KNOWN,
        "Where a value is used more than once, only one of its uses counts: their shares must be added up.",
        _in_order(collect=lambda old, new: new),
    ),
    (
        KNOWN,
        "Where a value is used more than once, only the first of its uses counts: their shares must be added up.",
        _in_order(collect=lambda old, new: old or new),
    ),
    (
        KNOWN,
        "Nothing gets further back than to what the output itself was computed from: start at the output, and go on "
        "from what has its gradient already.",
        _jacobian(lambda output: _back_from(output, [output])),
    ),
    (KNOWN, _TOO_EARLY, _jacobian(lambda output: _back_from(output, _as_met(output, 0)))),
    (KNOWN, _TOO_EARLY, _jacobian(lambda output: _back_from(output, _as_met(output, -1)))),
    (
        KNOWN,
        "A value passes on all that it has gathered whenever it is met, so that shares count several times: each "
        "value has its turn once, in topological order.",
        _jacobian(_again_and_again),
    ),
    (
        KNOWN,
        "What an earlier pass left in `grad` is counted again: start from zero.",
        _jacobian(lambda output: _back_from(output, _sorted(output)), clear=False),
    ),
    (
        KNOWN,
        "The pass back starts from the output's own value; it starts from 1.",
        _jacobian(lambda output: _back_from(output, _sorted(output), start=output.value)),
    ),
    (
        KNOWN,
        "Each value is given the local derivative alone: multiply it with the gradient that comes from above.",
        _in_order(share=lambda local, grad: local),
    ),
    (
        "rounded",
        "What is passed back is cut down to whole numbers.",
        _cut_down,
    ),
]


# Derivatives of single operations: a sum of multiples of the operands' slopes, so that both modes give the same
_LOCAL = [
    ("sum", KNOWN, "In a sum only the first summand's derivative counts; add both.", lambda u, v: u.slope),
    ("sum", KNOWN, "In a sum only the second summand's derivative counts; add both.", lambda u, v: v.slope),
    ("sum", "sign", "In a sum the second summand's derivative is taken off; add it.", lambda u, v: u.slope - v.slope),
    (
        "sum",
        KNOWN,
        "In a sum each derivative is multiplied with the summand itself; that belongs to a product.",
        lambda u, v: u.slope * u.value + v.slope * v.value,
    ),
    ("product", KNOWN, "In a product the second factor's derivative is left out.", lambda u, v: u.slope * v.value),
    ("product", KNOWN, "In a product the first factor's derivative is left out.", lambda u, v: u.value * v.slope),
    (
        "product",
        KNOWN,
        "In a product each derivative is multiplied with its own factor, not with the other one.",
        lambda u, v: u.slope * u.value + v.slope * v.value,
    ),
    (
        "product",
        KNOWN,
        "In a product the derivatives are added as they are; each is multiplied with the other factor first.",
        lambda u, v: u.slope + v.slope,
    ),
    (
        "product",
        "sign",
        "The product rule has a plus between its two parts.",
        lambda u, v: u.slope * v.value - u.value * v.slope,
    ),
    (
        "power",
        KNOWN,
        "The exponent is not lowered by one in the derivative of a power.",
        lambda u, n: n * u.value**n * u.slope,
    ),
    (
        "power",
        KNOWN,
        "The exponent is raised by one in the derivative of a power; lower it.",
        lambda u, n: n * u.value ** (n + 1) * u.slope,
    ),
    (
        "power",
        KNOWN,
        "The exponent does not come in as a factor in the derivative of a power.",
        lambda u, n: u.value ** (n - 1) * u.slope,
    ),
    ("power", KNOWN, "Every power is derived as if it were a square.", lambda u, n: 2 * u.value * u.slope),
    (
        "power",
        KNOWN,
        "Nothing but the inner derivative is left of a power's: value and exponent come in, too.",
        lambda u, n: u.slope,
    ),
    (
        "exp",
        KNOWN,
        "The derivative of exp is taken for 1; it is exp itself.",
        lambda u: u.slope,
    ),
    ("exp", KNOWN, "The derivative of exp(u) is exp(u) u', not u u'.", lambda u: u.value * u.slope),
    (
        "exp",
        KNOWN,
        "exp is derived like a power, with the exponent lowered; its derivative is exp itself.",
        lambda u: u.value * np.exp(u.value - 1) * u.slope,
    ),
    ("sin", "sign", "The derivative of sin is cos, without a minus.", lambda u: -np.cos(u.value) * u.slope),
    ("sin", KNOWN, "The derivative of sin is cos, not sin again.", lambda u: np.sin(u.value) * u.slope),
    ("sin", KNOWN, "The derivative of sin is taken for 1; it is cos.", lambda u: u.slope),
]
# Others, which only a slope that is carried along can have
_OF_SLOPES = [
    ("sum", KNOWN, "The slopes of a sum are multiplied; add them.", lambda u, v: u.slope * v.slope),
    ("product", KNOWN, "(u v)' is not u' v': use the product rule.", lambda u, v: u.slope * v.slope),
    (
        "power",
        KNOWN,
        "The power's inner derivative is missing (chain rule).",
        lambda u, n: n * u.value ** (n - 1),
    ),
    ("exp", KNOWN, "The inner derivative of exp is missing (chain rule).", lambda u: np.exp(u.value)),
    ("exp", KNOWN, "The derivative of exp(u) is exp(u) u', not exp(u').", lambda u: np.exp(u.slope)),
    ("sin", KNOWN, "The inner derivative of sin is missing (chain rule).", lambda u: np.cos(u.value)),
    ("sin", KNOWN, "The derivative of sin(u) is cos(u) u', not sin(u').", lambda u: np.sin(u.slope)),
    ("sin", KNOWN, "The derivative of sin(u) is cos(u) u', not cos(u').", lambda u: np.cos(u.slope)),
]
_BESIDE = [
    (KNOWN, "A plain number beside a dual one is given the slope 1; it does not change, so it has 0.", lambda c: 1.0),
    (KNOWN, "A plain number beside a dual one is given itself as slope; it does not change, so it has 0.", float),
]
_VALUES = [
    ("sum", KNOWN, "The values of a sum are multiplied; add them.", _valued("sum", lambda u, v: u * v)),
    ("sum", KNOWN, "A sum changes its first summand: make a new number for the result.", _added_in_place),
    ("product", KNOWN, "The values of a product are added; multiply them.", _valued("product", lambda u, v: u + v)),
    (
        "power",
        "rounded",
        "The exponent is cut down to a whole number.",
        _valued("power", lambda u, n: u ** int(n)),
    ),
    ("power", KNOWN, "Every power is a square here.", _valued("power", lambda u, n: u * u)),
    (
        "power",
        KNOWN,
        "The value is multiplied with the exponent; take its power.",
        _valued("power", lambda u, n: u * n),
    ),
    ("exp", KNOWN, "This is a power of 2; exp takes powers of e.", _valued("exp", lambda u: 2**u)),
    (
        "sin",
        KNOWN,
        "The sine takes the number for an angle in degrees; it is in radians.",
        _valued("sin", lambda u: np.sin(np.radians(u))),
    ),
    ("sin", KNOWN, "This is the cosine.", _valued("sin", np.cos)),
]


def _of(form, table, wrong=lambda operation, given: given):
    """The mistakes of a table that a form of expression can show."""
    found = [(kind, text, wrong(one, given)) for one, kind, text, given in table if form in (one, "mixed")]
    return [(kind, text, _if_telling(wrong)) for kind, text, wrong in found] if form == "mixed" else found


def _if_telling(wrong):
    """What a mistake gives, or None where that is whole numbers, such as 0 and 1: many mistakes give the same."""

    def telling(settings, x):
        value = wrong(settings, x)
        return None if np.all(value == np.round(value)) else value

    return telling


_FORMS = (*SINGLE, "mixed")
MISTAKES = {
    **{f"values of {form}": _of(form, _VALUES) for form in _FORMS},
    **{f"forward_mode of {form}": _of(form, _LOCAL + _OF_SLOPES, _sloped) for form in _FORMS},
    **{f"reverse_mode of {form}": _BACK + _of(form, _LOCAL, _sloped) for form in _FORMS},
    "forward_mode of constants": [(kind, text, _beside(slope)) for kind, text, slope in _BESIDE],
    "reverse_mode of outputs": _BACK,
}
