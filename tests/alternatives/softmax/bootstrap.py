"""Right versions of `bootstrap`, written as differently as students write it. All must earn full marks."""

import numpy as np

from tests.mutants.collect import alternative

ITEM = "softmax.bootstrap"


@alternative(ITEM)
def choice_of_indices(X, y, rng):
    chosen = rng.choice(len(X), size=len(X), replace=True)
    return X[chosen], y[chosen]


@alternative(ITEM)
def scaled_uniform_numbers(X, y, rng):
    places = np.floor(rng.random(len(X)) * len(X)).astype(int)
    return np.take(X, places, axis=0), [y[i] for i in places]


@alternative(ITEM)
def one_draw_at_a_time(X, y, rng):
    rows, labels = [], []
    for _ in range(len(y)):
        i = rng.integers(len(y))
        rows.append(X[i])
        labels.append(int(y[i]))
    return rows, labels


@alternative(ITEM)
def a_table_of_both(X, y, rng):
    table = np.column_stack([X, y])
    table = rng.choice(table, size=len(table), axis=0)
    return table[:, :-1], table[:, -1].astype(y.dtype)


@alternative(ITEM)
def counts_and_repeat(X, y, rng):
    counts = rng.multinomial(len(X), np.full(len(X), 1 / len(X)))
    return np.repeat(X, counts, axis=0), np.repeat(y, counts)


@alternative(ITEM)
def shuffled_afterwards(X, y, rng, *, verbose=True):
    chosen = rng.integers(0, len(X) - 1, len(X), endpoint=True)
    rng.shuffle(chosen)
    if verbose:
        print(len(set(chosen.tolist())), "different examples")
    return np.asfortranarray(X)[chosen, :], np.array([*y])[chosen]


@alternative(ITEM)
def a_seed_of_its_own_from_rng(X, y, rng):
    own = np.random.RandomState(rng.integers(2**31))
    chosen = own.randint(0, X.shape[0], X.shape[0])
    return X[chosen].astype(np.float32), y[chosen].astype(np.int32)


@alternative(ITEM)
def a_matrix_of_ones_and_zeros(X, y, rng):
    selector = np.eye(len(X))[rng.integers(0, len(X), len(X))]
    return selector @ X, (selector @ y).astype(int)
