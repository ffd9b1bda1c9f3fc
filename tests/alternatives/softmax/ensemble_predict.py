"""Right versions of `ensemble_predict`, written as differently as students write it. All must earn full marks."""

import functools
import operator
import warnings

import numpy as np

from tests.mutants.collect import alternative

ITEM = "softmax.ensemble_predict"


@alternative(ITEM)
def mean_over_the_models(probabilities):
    return np.mean(np.stack(probabilities), axis=0).argmax(axis=1)


@alternative(ITEM)
def running_total(probabilities):
    total = np.zeros_like(probabilities[0])
    for member in probabilities:
        total += member
    return np.argmax(total, axis=-1).astype(np.int32)


@alternative(ITEM)
def nested_loops(probabilities):
    classes = []
    for i in range(len(probabilities[0])):
        sums = [sum(p[i][c] for p in probabilities) for c in range(len(probabilities[0][i]))]
        classes.append(sums.index(max(sums)))
    return classes


@alternative(ITEM)
def einsum_of_a_cube(probabilities):
    return np.einsum("mnc->nc", np.array(probabilities)).argsort(axis=1)[:, -1]


@alternative(ITEM)
def reduce_and_recursion(probabilities):
    total = functools.reduce(operator.add, probabilities)

    def classes(rows):
        return [] if len(rows) == 0 else [int(np.argmax(rows[0])), *classes(rows[1:])]

    return np.array(classes(total))


@alternative(ITEM)
def python_sum(probabilities, weights=None):
    print(len(probabilities), "models")
    warnings.warn("equal weights", stacklevel=1)
    return sum(probabilities).argmax(1)


@alternative(ITEM)
def single_precision(probabilities):
    return np.sum(np.array(probabilities, dtype=np.float32), axis=0).argmax(axis=1)


@alternative(ITEM)
def sorted_sums_row_by_row(probabilities):
    total = np.add.reduce([np.asarray(p) for p in probabilities])
    return np.fromiter((np.flatnonzero(row == row.max())[0] for row in total), dtype=np.uint8, count=len(total))
