"""Right versions of `softmax`, written as differently as students write it. All must earn full marks."""

import math
import warnings
from fractions import Fraction

import numpy as np

from tests.mutants.collect import alternative

ITEM = "softmax.probabilities"


@alternative(ITEM)
def loops_over_rows_and_classes(scores):
    probabilities = np.zeros(scores.shape)
    for i in range(scores.shape[0]):
        top = max(scores[i])
        total = 0.0
        for c in range(scores.shape[1]):
            total += math.exp(scores[i][c] - top)
        for c in range(scores.shape[1]):
            probabilities[i, c] = math.exp(scores[i][c] - top) / total
    return probabilities


@alternative(ITEM)
def exponential_of_the_log_softmax(scores):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None])


@alternative(ITEM)
def one_over_a_sum_of_differences(scores):
    with np.errstate(over="ignore"):
        return 1 / np.exp(scores[:, None, :] - scores[:, :, None]).sum(axis=2)


@alternative(ITEM)
def works_on_columns(scores):
    columns = scores.T - scores.T.max(axis=0)
    e = np.exp(columns)
    return (e / e.sum(axis=0)).T  # a view in Fortran order


@alternative(ITEM)
def lists_of_lists(scores):
    def row(values):
        top = max(values)
        weights = [math.exp(v - top) for v in values]
        return [w / math.fsum(weights) for w in weights]

    return [row([float(v) for v in line]) for line in scores]


@alternative(ITEM)
def recursion_over_the_rows(scores):
    if len(scores) == 0:
        return np.zeros(scores.shape)
    e = np.exp(scores[:1] - scores[:1].max())
    return np.concatenate([e / e.sum(), recursion_over_the_rows(scores[1:])])


@alternative(ITEM)
def generator_of_rows(scores, axis=-1, *, dtype=float):
    def rows():
        for row in np.asarray(scores, dtype):
            e = np.exp(row - np.max(row))
            yield e / np.sum(e, axis=axis)

    return np.array(list(rows()))


@alternative(ITEM)
def single_precision_inside(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    e = np.exp(shifted.astype(np.float32))
    return e / e.sum(axis=1, keepdims=True)


@alternative(ITEM)
def extended_precision(scores):
    e = np.exp(scores.astype(np.longdouble) - np.max(scores, 1)[:, None])
    return (e / np.einsum("nc->n", e)[:, None]).astype(np.float64)


@alternative(ITEM)
def exact_division(scores):
    e = np.exp(scores.astype(float) - scores.max(axis=1, keepdims=True))
    return np.array([[float(Fraction(v) / sum(map(Fraction, row))) for v in row.tolist()] for row in e])


@alternative(ITEM)
def a_copy_changed_in_place(scores):
    out = np.array(scores, copy=True, order="F")
    out -= out.max(axis=1, keepdims=True)
    np.exp(out, out=out)
    out /= out.sum(axis=1, keepdims=True)
    return out


@alternative(ITEM)
def prints_and_warns(scores):
    print("softmax of", scores.shape)
    warnings.warn("this is only a warning", RuntimeWarning, stacklevel=1)
    with np.errstate(all="warn"):
        e = np.exp(scores - np.amax(scores, axis=-1, keepdims=True))
    return np.divide(e, np.sum(e, -1, keepdims=True))


@alternative(ITEM)
def a_small_constant_that_does_no_harm(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-12)


@alternative(ITEM)
class CallableObject:
    """`softmax = CallableObject` would need an instance: its class is called with the scores and gives the array."""

    def __new__(cls, scores):
        e = np.exp(scores - scores.max(axis=1)[:, None])
        return e / e.sum(axis=1)[:, None]
