"""The softmax of scores: rows that sum to one, whatever the size of the scores."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, SINGLE, shape_of
from autograder.registry import check_item


@check_item("softmax.probabilities", points=3, asks="softmax", title="Softmax of scores")
def probabilities(exam):
    """`softmax(scores)` of scores (N, C): row by row, safe for large scores, inputs untouched."""
    right = exam.expectation(
        "probabilities", 0.5, tolerance=EXACT, advice="Compare a row of two scores with the formula by hand."
    )
    large = exam.expectation(
        "scores near ±1000",
        0.25,
        core=False,
        tolerance=SINGLE,
        advice="exp(1000) is infinite in floating point. Use that softmax does not change when a row is shifted.",
    )
    edges = exam.expectation("one example, one class", 0.1, core=False, tolerance=EXACT)
    shape = exam.expectation("shape (N, C)", 0.05, core=False)
    single = exam.expectation("float32 scores", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("scores are not modified", 0.05, core=False)
    rng = exam.rng
    N, C = parts.sizes(rng, 2)
    scores = 2 * rng.standard_normal((N, C))
    huge = 1000 * rng.standard_normal((N, C))
    cases = [
        ("general", scores, right),
        ("other sizes", 3 * rng.standard_normal((int(rng.choice([17, 19])), N)), right),
        ("all scores negative", scores - 20, right),
        ("large scores", huge, large),
        # Rows far below each other: the largest score of the whole array, or zero, is no safe shift for them.
        ("very negative scores", huge - 1500 - 2500 * (np.arange(N) % 2)[:, np.newaxis], large),
        ("one example", scores[:1], edges),
        ("one class", scores[:, :1], edges),
        ("float32", scores.astype(np.float32), single),
    ]
    for case, given, expectation in cases:
        got = exam.ask("softmax", given, untouched=untouched, case=case)
        expected = exam.expected("softmax", given, case=case)
        mistakes = exam.mistakes("softmax", given, case=case) if expectation is right else ()
        shape.judge(
            shape_of(got, given.shape, "softmax(scores)", "(N, C)"),
            parts.described(case, N=given.shape[0], C=given.shape[1]),
        )
        parts.judge(
            expectation,
            got,
            expected,
            "softmax(scores)",
            parts.described(case, N=given.shape[0], C=given.shape[1]),
            exam,
            mistakes=mistakes,
            counts={"N": given.shape[0], "C": given.shape[1]},
        )
