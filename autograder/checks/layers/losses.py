"""Two losses of scores, and the cyclical learning rate."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, SINGLE, shape_of
from autograder.exam import unpack
from autograder.registry import check_item


def _loss(exam, function):
    right = exam.expectation("loss", 0.35, tolerance=EXACT, advice="Work one example with two classes out by hand.")
    gradient = exam.expectation("dx", 0.35, tolerance=EXACT, advice="Each row of dx sums to zero: does yours?")
    large = exam.expectation("scores near ±1000", 0.1, core=False, tolerance=SINGLE)
    shapes = exam.expectation("one number and an array (N, C)", 0.1, core=False)
    edges = exam.expectation("one example, two classes, any labels", 0.05, core=False, tolerance=EXACT)
    untouched = exam.expectation("x and y are not modified", 0.05, core=False)
    rng = exam.rng
    N, C = parts.sizes(rng, 2)
    x, y = 2 * rng.standard_normal((N, C)), rng.integers(0, C, N)
    y[:2] = 0, C - 1
    cases = [
        ("general", x, y, None),
        ("other sizes", rng.standard_normal((C + 2, N)) - 3, rng.integers(0, N, C + 2), None),
        ("large scores", 1000 * rng.standard_normal((N, C)), y, large),
        ("one example", x[:1], y[:1], edges),
        ("two classes", x[:, :2], y % 2, edges),
        ("uint8 labels, float32 scores", x.astype(np.float32), y.astype(np.uint8), edges),
    ]
    for case, scores, labels, expectation in cases:
        n, c = scores.shape
        shown = parts.described(case, N=n, C=c)
        value, dx = unpack(exam.ask(function, scores, labels, untouched=untouched, case=shown), 2, "loss and dx")
        expected = exam.expected(function, scores, labels, case=case)
        known_of = {"general": function, "large scores": "large_scores"}.get(case)
        mistakes = exam.mistakes(known_of, scores, labels, case=case) if known_of else ()
        shapes.judge(shape_of(value, (), "the loss", "one number"), shown)
        shapes.judge(shape_of(dx, (n, c), "dx", "(N, C)"), shown)
        for part, got, name, own in ((0, value, "the loss", right), (1, dx, "dx", gradient)):
            known = [(v[part], kind, text) for v, kind, text in mistakes if v[part] is not None]
            parts.judge(
                expectation or own,
                got,
                expected[part],
                name,
                shown,
                exam,
                counts={"N": n, "C": c},
                mistakes=known,
                given={"x": scores},
            )


@check_item("layers.softmax_loss", points=2, asks="softmax_loss", title="Softmax loss of scores")
def softmax_loss(exam):
    """`softmax_loss(x, y)`: the mean cross-entropy and its gradient dx (N, C)."""
    _loss(exam, "softmax_loss")


@check_item("layers.svm_loss", points=3, asks="svm_loss", title="SVM loss of scores")
def svm_loss(exam):
    """`svm_loss(x, y)`: the mean multiclass hinge loss and its gradient dx (N, C)."""
    _loss(exam, "svm_loss")


@check_item("layers.cyclical_learning_rate", points=2, asks="cyclical_learning_rate", title="Cyclical learning rate")
def cyclical_learning_rate(exam):
    """`cyclical_learning_rate(step, eta_min, eta_max, n_s)`: a triangle of 2 n_s steps."""
    phases = {
        name: exam.expectation(name, share, core=core, tolerance=EXACT)
        for name, share, core in (
            ("on the way up", 0.3, True),
            ("on the way down", 0.3, True),
            ("in later cycles", 0.25, True),
            ("lowest and highest points", 0.15, False),
        )
    }
    rng = exam.rng
    for number in range(2):
        n_s, low = int(rng.integers(20, 60)), float(rng.uniform(0.01, 0.1))
        high = low + float(rng.uniform(0.5, 1.0))
        steps = {
            "on the way up": rng.integers(1, n_s, 4),
            "on the way down": rng.integers(n_s + 1, 2 * n_s, 4),
            "in later cycles": rng.integers(2 * n_s + 1, 3 * n_s, 3).tolist()
            + rng.integers(5 * n_s, 6 * n_s, 3).tolist(),
            "lowest and highest points": [0, n_s, 2 * n_s, 3 * n_s],
        }
        for name, chosen in steps.items():
            for k, step in enumerate(chosen):
                case = f"{name}, {number}, {k}"
                arguments = (int(step), low, high, n_s)
                # A mistake shows with the first of the two triangles; it need not be looked for again.
                known = () if number else exam.mistakes("cyclical_learning_rate", *arguments, case=case)
                parts.judge(
                    phases[name],
                    exam.student.call("cyclical_learning_rate", *arguments),
                    exam.expected("cyclical_learning_rate", *arguments, case=case),
                    "the rate",
                    parts.described(name, step=int(step), n_s=n_s),
                    exam,
                    mistakes=known,
                )
