"""Right versions of `numerical_gradient`, written as differently as students write it. All must earn full marks."""

import functools
import itertools

import numpy as np

from tests.mutants.collect import alternative

ITEM = "softmax.numerical_gradient"


@alternative(ITEM)
def unit_vectors(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    units = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(float(f(x + h * u)) - float(f(x - h * u))) / h / 2 for u in units]).reshape(x.shape)


@alternative(ITEM)
def nditer_in_place(f, x, h=1e-5):
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + h
        above = f(x)
        x[ix] = old - h
        below = f(x)
        x[ix] = old
        grad[ix] = (above - below) / (2 * h)
        it.iternext()
    return grad


@alternative(ITEM)
def back_and_forth_by_adding(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        down = f(x)
        x[i] += h  # back, but for the last digit
        grad[i] = (up - down) / (2 * h)
    return grad


@alternative(ITEM)
def flat_view(f, x, h=1e-5):
    point = x.astype(float).ravel()
    grad = np.empty(point.size)
    for i in range(point.size):
        kept = point[i]
        point[i] = kept + h
        above = f(point.reshape(x.shape))
        point[i] = kept - h
        grad[i] = (above - f(point.reshape(x.shape))) * (0.5 / h)
        point[i] = kept
    return grad.reshape(x.shape)


@alternative(ITEM)
def nested_lists(f, x, h=1e-5):
    def slope(index):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        return (f(up) - f(down)) / (up[index] - down[index])

    def build(prefix):
        if len(prefix) == x.ndim:
            return slope(prefix)
        return [build((*prefix, i)) for i in range(x.shape[len(prefix)])]

    return build(())


@alternative(ITEM)
def mean_of_both_one_sided(f, x, h=1e-5):
    here, grad = f(x), np.zeros(x.shape, order="F")
    for i in itertools.product(*map(range, x.shape)):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = ((f(x + e) - here) / h + (here - f(x - e)) / h) / 2
    return grad


@alternative(ITEM)
def generator_and_fromiter(f, x, h=1e-5, *, verbose=True):
    def entries():
        for i in range(x.size):
            e = np.zeros(x.size)
            e[i] = h
            e = e.reshape(x.shape)
            if verbose:
                print("entry", i)
            yield (
                f(x + e).item() / (2 * h) - f(x - e).item() / (2 * h)
                if hasattr(f(x), "item")
                else (f(x + e) - f(x - e)) / (2 * h)
            )

    return np.fromiter(entries(), float, x.size).reshape(x.shape)


@alternative(ITEM)
def memoised_function(f, x, h=1e-5):
    @functools.cache
    def at(flat):
        return f(np.array(flat).reshape(x.shape))

    flat, grad = x.ravel().tolist(), []
    for i, value in enumerate(flat):
        above, below = ((*flat[:i], value + step, *flat[i + 1 :]) for step in (h, -h))
        grad.append((at(above) - at(below)) / (2 * h))
    return np.reshape(grad, x.shape)
