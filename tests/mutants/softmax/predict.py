"""Wrong versions of `SoftmaxClassifier.predict`: the expectation that must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, patch

ITEM = "softmax.predict"
RIGHT, EDGES, FORM = "most probable class of each example", "one example", "integers of shape (N,)"
PREDICTION = "(X @ self.W).argmax(axis=1)"

patch(ITEM, "shape (N, 1)", {PREDICTION: f"{PREDICTION}[:, np.newaxis]"}, fails=FORM, only=True)
patch(ITEM, "shape (1, N)", {PREDICTION: f"{PREDICTION}[np.newaxis]"}, fails=FORM, only=True)
patch(ITEM, "floats", {PREDICTION: f"{PREDICTION}.astype(float)"}, fails=FORM, only=True)
patch(ITEM, "a single example loses its axis", {PREDICTION: f"np.squeeze({PREDICTION})"}, fails=FORM, only=True)
patch(ITEM, "least probable class", {"argmax": "argmin"}, fails=RIGHT, diagnosis="sign")
patch(
    ITEM,
    "first of the sorted classes",
    {PREDICTION: "(X @ self.W).argsort(axis=1)[:, 0]"},
    fails=RIGHT,
    diagnosis="sign",
)
patch(ITEM, "example of each class", {"axis=1": "axis=0"}, fails=RIGHT, diagnosis="axis")
patch(ITEM, "classes from one", {PREDICTION: f"{PREDICTION} + 1"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "largest score in size", {"(X @ self.W)": "np.abs(X @ self.W)"}, fails=RIGHT, diagnosis="known mistake")
patch(
    ITEM,
    "negative scores cut off",
    {"(X @ self.W)": "np.maximum(X @ self.W, 0)"},
    fails=RIGHT,
    diagnosis="known mistake",
)
patch(
    ITEM, "one class for all", {PREDICTION: "np.full(len(X), (X @ self.W).argmax())"}, fails=RIGHT, diagnosis="constant"
)
patch(ITEM, "probabilities", {PREDICTION: "self.probabilities(X)"}, fails=(RIGHT, FORM))
patch(ITEM, "the largest score", {PREDICTION: "(X @ self.W).max(axis=1)"}, fails=(RIGHT, FORM), diagnosis="rounded")
patch(
    ITEM, "last input left out", {"(X @ self.W)": "(X[:, :-1] @ self.W[:-1])"}, fails=RIGHT, diagnosis="known mistake"
)
patch(ITEM, "one-hot rows", {PREDICTION: f"np.eye(self.W.shape[1], dtype=int)[{PREDICTION}]"}, fails=(RIGHT, FORM))
patch(ITEM, "argmax of everything", {"axis=1": ""}, fails=(RIGHT, FORM))
patch(ITEM, "zeros", {PREDICTION: "np.zeros(len(X), int)"}, fails=RIGHT, diagnosis="constant")
patch(
    ITEM,
    "random classes",
    {PREDICTION: "np.random.randint(0, self.W.shape[1], len(X))"},
    fails=RIGHT,
    diagnosis="random",
)
patch(ITEM, "the examples themselves", {PREDICTION: "X"}, fails=(RIGHT, FORM))
patch(ITEM, "not a number", {PREDICTION: "np.full(len(X), np.nan)"}, fails=(RIGHT, FORM), diagnosis="overflow")
patch(ITEM, "nothing returned", {f"return {PREDICTION}": PREDICTION}, fails=(RIGHT, FORM))
patch(ITEM, "ten classes written in", {PREDICTION: "(X @ self.W.reshape(-1, 10)).argmax(axis=1)"}, fails=(RIGHT, FORM))
patch(ITEM, "the first ten examples only", {"(X @ self.W)": "(X[:10] @ self.W)"}, fails=(RIGHT, FORM))
patch(ITEM, "one example fails", {"X @ self.W": "np.squeeze(X) @ self.W"}, fails=(EDGES, FORM), only=True)
memorised(ITEM, fails=RIGHT, diagnosis="constant", method="predict", otherwise=lambda X: np.zeros(len(X), int))
