"""Wrong versions of `TwoLayerNet.predict`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, patch

ITEM = "two_layer_net.predict"
RIGHT, EDGES, FORM = "class with the largest score of each example", "one example", "integers of shape (N,)"
SCORES = "self.loss(X)"
CLASSES = f"{SCORES}.argmax(axis=1)"

patch(ITEM, "smallest score", {"argmax": "argmin"}, fails=RIGHT, diagnosis="sign")
patch(ITEM, "example of each class", {CLASSES: f"{SCORES}.argmax(axis=0)"}, fails=(RIGHT, FORM), diagnosis="axis")
patch(ITEM, "argmax of everything", {CLASSES: f"{SCORES}.argmax()"}, fails=(RIGHT, FORM))
patch(ITEM, "the largest score", {CLASSES: f"{SCORES}.max(axis=1)"}, fails=(RIGHT, FORM), diagnosis="rounded")
patch(ITEM, "the scores", {CLASSES: SCORES}, fails=(RIGHT, FORM))
patch(ITEM, "classes from one", {CLASSES: f"{CLASSES} + 1"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "size of the score", {CLASSES: f"np.abs({SCORES}).argmax(axis=1)"}, fails=RIGHT, diagnosis="known mistake")
patch(
    ITEM,
    "negative scores cut off",
    {CLASSES: f"np.maximum({SCORES}, 0).argmax(axis=1)"},
    fails=RIGHT,
    diagnosis="known mistake",
)
patch(ITEM, "last class never", {CLASSES: f"{SCORES}[:, :-1].argmax(axis=1)"}, fails=RIGHT, diagnosis="known mistake")
patch(ITEM, "sum of the scores", {CLASSES: f"{SCORES}.sum(axis=1).astype(int)"}, fails=RIGHT, diagnosis="known mistake")
patch(
    ITEM,
    "one class for all",
    {CLASSES: f"np.full(len(X), {SCORES}.sum(axis=0).argmax())"},
    fails=RIGHT,
    diagnosis="constant",
)
patch(ITEM, "shape (N, 1)", {CLASSES: f"{CLASSES}[:, np.newaxis]"}, fails=FORM, only=True)
patch(ITEM, "floats", {CLASSES: f"{CLASSES}.astype(float)"}, fails=FORM, only=True)
patch(ITEM, "a single example loses its axis", {CLASSES: f"np.squeeze({CLASSES})"}, fails=FORM, only=True)
patch(ITEM, "one example fails", {CLASSES: f"np.squeeze({SCORES}).argmax(axis=1)"}, fails=(EDGES, FORM), only=True)
patch(ITEM, "one-hot rows", {CLASSES: f"np.eye(len(self.params['b2']), dtype=int)[{CLASSES}]"}, fails=(RIGHT, FORM))
patch(ITEM, "ten classes written in", {CLASSES: f"{SCORES}.reshape(-1, 10).argmax(axis=1)"}, fails=(RIGHT, FORM))
patch(
    ITEM,
    "hidden units in place of scores",
    {CLASSES: "(X @ self.params['W1']).argmax(axis=1)"},
    fails=RIGHT,
    diagnosis="known mistake",
)
patch(ITEM, "nothing returned", {f"return {CLASSES}": CLASSES}, fails=(RIGHT, FORM))
patch(ITEM, "zeros", {CLASSES: "np.zeros(len(X), int)"}, fails=RIGHT, diagnosis="constant")
patch(
    ITEM,
    "random classes",
    {CLASSES: "np.random.randint(0, len(self.params['b2']), len(X))"},
    fails=RIGHT,
    diagnosis="random",
)
patch(ITEM, "not a number", {CLASSES: "np.full(len(X), np.nan)"}, fails=(RIGHT, FORM), diagnosis="overflow")
memorised(ITEM, fails=RIGHT, diagnosis="constant", method="predict", otherwise=lambda X: np.zeros(len(X), int))
