"""Wrong versions of `numerical_gradient`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "softmax.numerical_gradient"
RIGHT, CENTRED = "gradient", "steps of h to both sides, for any h"
ANY_SHAPE, ZERO_D = "x with one, two and three axes", "f that returns a 0-d array"
SHAPE, UNTOUCHED = "shape of x", "x has its old values afterwards"
COPY, QUOTIENT = "np.array(x, dtype=np.float64)", "(above - below) / (2 * h)"

patch(ITEM, "forward difference", {"value - h": "value", "2 * h": "h"}, fails=CENTRED, diagnosis="known mistake")
patch(ITEM, "backward difference", {"value + h": "value", "2 * h": "h"}, fails=CENTRED, diagnosis="known mistake")
patch(ITEM, "forward difference by 2h", {"value - h": "value"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "divided by h", {"2 * h": "h"}, fails=(RIGHT, CENTRED), diagnosis="factor")
patch(ITEM, "divided by 2, times h", {QUOTIENT: "(above - below) / 2 * h"}, fails=RIGHT, diagnosis="factor")
patch(ITEM, "not divided", {QUOTIENT: "above - below"}, fails=(CENTRED, RIGHT), diagnosis=("factor", "known mistake"))
patch(ITEM, "sum for difference", {"above - below": "above + below"}, fails=RIGHT, diagnosis="sign")
patch(ITEM, "wrong sign", {"above - below": "below - above"}, fails=(RIGHT, CENTRED), diagnosis="sign")
patch(ITEM, "h not used", {COPY: f"{COPY}\n    h = 1e-5"}, fails=CENTRED, diagnosis="known mistake")
patch(
    ITEM,
    "h relative to x",
    {"value = point[index]": "value = point[index]\n        h = h * max(1, abs(value))"},
    fails=CENTRED,
    diagnosis=("", "partial"),
)
patch(ITEM, "h too small", {COPY: f"{COPY}\n    h = h * 1e-8"}, fails=(RIGHT, CENTRED))
patch(ITEM, "not put back", {"        point[index] = value\n": ""}, fails=CENTRED, diagnosis="known mistake")
patch(
    ITEM,
    "all entries at once",
    {"point[index] = value + h": "point = x + h", "point[index] = value - h": "point = x - h"},
    fails=(RIGHT, CENTRED),
    diagnosis="known mistake",
)
patch(ITEM, "float32", {COPY: "np.array(x, dtype=np.float32)"}, fails=RIGHT)
patch(ITEM, "float16 result", {"return gradient": "return gradient.astype(np.float16)"}, fails=RIGHT, diagnosis="near")
patch(
    ITEM,
    "integers",
    {"np.zeros_like(point)": "np.zeros(point.shape, int)"},
    fails=(RIGHT, CENTRED),
    diagnosis="rounded",
)
patch(ITEM, "flattened", {"return gradient": "return gradient.ravel()"}, fails=(RIGHT, SHAPE), diagnosis="shape")
patch(ITEM, "transposed", {"return gradient": "return gradient.T"}, fails=(RIGHT, SHAPE), diagnosis="transpose")
patch(ITEM, "gains an axis", {"return gradient": "return gradient[np.newaxis]"}, fails=SHAPE, only=True)
patch(
    ITEM,
    "x left moved",
    {COPY: "x", "        point[index] = value\n": "", "value = point[index]": "value = x[index]"},
    fails=(CENTRED, UNTOUCHED),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "x overwritten at the end",
    {"return gradient": "x[...] = gradient\n    return gradient"},
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "only the first row",
    {"gradient[index] =": "gradient[index] = (index[0] == 0) *"},
    fails=RIGHT,
    diagnosis="partial",
)
patch(
    ITEM,
    "last entry left out",
    {"return gradient": "gradient[(-1,) * x.ndim] = 0\n    return gradient"},
    fails=RIGHT,
    diagnosis="partial",
)
patch(
    ITEM,
    "only Python floats",
    {"below = f(point)": "below = f(point)\n        assert isinstance(below, float)"},
    fails=(ZERO_D, SHAPE, UNTOUCHED),
    only=True,
)
patch(ITEM, "not a number", {"return gradient": "return np.nan * gradient"}, fails=RIGHT, diagnosis="overflow")
memorised(ITEM, fails=RIGHT, otherwise=lambda f, x, h=1e-5: np.zeros(x.shape), diagnosis="zero")


@mutant(ITEM, fails=(ANY_SHAPE, ZERO_D), only=False)
def matrices_only(f, x, h=1e-5):
    rows, columns = x.shape
    gradient = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            step = np.zeros((rows, columns))
            step[i, j] = h
            gradient[i, j] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@mutant(ITEM, fails=(RIGHT, CENTRED), diagnosis="zero")
def zeros(f, x, h=1e-5):
    return np.zeros_like(x)


@mutant(ITEM, fails=(RIGHT, CENTRED), diagnosis="constant")
def ones(f, x, h=1e-5):
    return np.ones_like(x)


@mutant(ITEM, fails=(RIGHT, CENTRED), diagnosis="input")
def the_gradient_of_the_sum_of_squares(f, x, h=1e-5):
    return 2 * x


@mutant(ITEM, fails=(RIGHT, CENTRED), diagnosis="input")
def x_itself(f, x, h=1e-5):
    return x


@mutant(ITEM, fails=(RIGHT, CENTRED), diagnosis="random")
def random_numbers(f, x, h=1e-5):
    return np.random.standard_normal(x.shape)


@mutant(ITEM, fails=(CENTRED, RIGHT), diagnosis="known mistake")
def one_difference_for_all_entries(f, x, h=1e-5):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@mutant(ITEM, fails=(RIGHT, CENTRED), diagnosis="zero")
def complex_step(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * h
        gradient[index] = np.imag(f(moved)) / h
    return gradient


@mutant(ITEM, fails=(CENTRED, ANY_SHAPE), diagnosis="known mistake")
def a_better_formula_than_asked_for(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (8 * (f(x + step) - f(x - step)) - f(x + 2 * step) + f(x - 2 * step)) / (12 * h)
    return gradient
