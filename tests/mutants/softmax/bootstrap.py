"""Wrong versions of `bootstrap`: each names the expectation that must fail. Its messages stand for diagnoses."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "softmax.bootstrap"
REPLACED, PAIRED = "N examples, drawn with replacement", "every example keeps its label"
REACH, SEEDED = "every example can be drawn, all equally often", "random numbers come from rng alone"
UNTOUCHED = "X and y are not modified"
DRAW, RETURN = "rng.integers(0, X.shape[0], size=X.shape[0])", "return X[chosen], y[chosen]"

patch(ITEM, "without replacement", {DRAW: "rng.choice(len(X), size=len(X), replace=False)"}, fails=REPLACED, only=True)
patch(ITEM, "a permutation", {DRAW: "rng.permutation(len(X))"}, fails=REPLACED, only=True)
patch(ITEM, "nothing drawn", {DRAW: "np.arange(len(X))"}, fails=(REPLACED, SEEDED), only=True)
patch(ITEM, "labels drawn apart", {RETURN: f"return X[chosen], y[{DRAW}]"}, fails=PAIRED, only=True)
patch(ITEM, "labels left where they were", {RETURN: "return X[chosen], y"}, fails=PAIRED, only=True)
patch(ITEM, "labels sorted", {RETURN: "return X[chosen], np.sort(y[chosen])"}, fails=PAIRED, only=True)
patch(
    ITEM, "last example never drawn", {DRAW: "rng.integers(0, X.shape[0] - 1, size=X.shape[0])"}, fails=REACH, only=True
)
patch(ITEM, "first example never drawn", {DRAW: "rng.integers(1, X.shape[0], size=X.shape[0])"}, fails=REACH, only=True)
patch(
    ITEM,
    "drawn from the first half",
    {DRAW: "rng.integers(0, X.shape[0] // 2, size=X.shape[0])"},
    fails=(REPLACED, REACH),
)
patch(ITEM, "the middle drawn more often", {DRAW: "(rng.random(len(X)) ** 1.5 * len(X)).astype(int)"}, fails=REACH)
patch(ITEM, "half as many", {DRAW: "rng.integers(0, len(X), size=len(X) // 2)"}, fails=REPLACED)
patch(ITEM, "one more", {DRAW: "rng.integers(0, len(X), size=len(X) + 1)"}, fails=REPLACED)
patch(ITEM, "a single example many times", {DRAW: "np.full(len(X), rng.integers(0, len(X)))"}, fails=(REPLACED, REACH))
patch(
    ITEM,
    "classes drawn in place of examples",
    {DRAW: "rng.integers(0, y.max() + 1, size=len(X))"},
    fails=(REPLACED, REACH),
)
patch(
    ITEM,
    "columns drawn",
    {DRAW: "rng.integers(0, X.shape[1], size=X.shape[1])", RETURN: "return X[:, chosen], y"},
    fails=(REPLACED, REACH),
)
patch(ITEM, "NumPy's own random numbers", {DRAW: "np.random.randint(0, len(X), size=len(X))"}, fails=SEEDED, only=True)
patch(
    ITEM,
    "always the same seed",
    {DRAW: "np.random.default_rng(0).integers(0, len(X), size=len(X))"},
    fails=(SEEDED, REACH),
)
patch(ITEM, "returned the wrong way round", {RETURN: "return y[chosen], X[chosen]"}, fails=(REPLACED, PAIRED))
patch(ITEM, "only the examples returned", {RETURN: "return X[chosen]"}, fails=(REPLACED, PAIRED))
patch(ITEM, "the indices returned", {RETURN: "return chosen"}, fails=(REPLACED, PAIRED))
patch(ITEM, "noise added", {RETURN: "return X[chosen] + 0.1 * rng.standard_normal(X.shape), y[chosen]"}, fails=REPLACED)
patch(ITEM, "zeros", {RETURN: "return np.zeros_like(X), np.zeros_like(y)"}, fails=(REPLACED, PAIRED, REACH))
patch(ITEM, "random numbers for examples", {RETURN: "return rng.random(X.shape), y[chosen]"}, fails=REPLACED)
patch(ITEM, "not a number", {RETURN: "return np.nan * X, y[chosen]"}, fails=REPLACED)
patch(ITEM, "complex numbers", {RETURN: "return X[chosen] + 1j, y[chosen]"}, fails=REPLACED)
patch(
    ITEM,
    "X and y overwritten",
    {RETURN: "X[:], y[:] = X[chosen], y[chosen]\n    return X, y"},
    fails=UNTOUCHED,
    only=True,
)
memorised(ITEM, fails=REPLACED, otherwise=lambda X, y, rng: (np.zeros(X.shape), np.zeros(y.shape)))


@mutant(ITEM, fails=REPLACED)
def each_class_drawn_by_itself_without_replacement(X, y, rng):
    chosen = np.concatenate([rng.permutation(np.flatnonzero(y == c)) for c in np.unique(y)])
    return X[chosen], y[chosen]
