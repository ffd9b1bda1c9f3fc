"""Bootstrap samples, voting, the accuracy of the trained classifier, and the choice of a regularisation."""

import math

import numpy as np

from autograder.checks import parts
from autograder.compare import Comparison, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant


@check_item("softmax.bootstrap", points=2, asks="bootstrap", title="Bootstrap sample")
def bootstrap(exam):
    """`bootstrap(X, y, rng)`: N of N examples with replacement, each with its label, from `rng` alone."""
    replaced = exam.expectation("N examples, drawn with replacement", 0.4)
    paired = exam.expectation("every example keeps its label", 0.25, core=False)
    reach = exam.expectation("every example can be drawn, all equally often", 0.15, core=False)
    seeded = exam.expectation("random numbers come from rng alone", 0.15, core=False)
    untouched = exam.expectation("X and y are not modified", 0.05, core=False)
    rng = exam.rng
    N, draws = int(rng.integers(200, 250)), 20
    X = np.column_stack([np.arange(N), rng.standard_normal(N)])
    y = (7 * np.arange(N) + 3) % 11
    samples = []
    for draw in range(draws):
        seed = int(rng.integers(1 << 40))
        X_sample, y_sample = unpack(
            exam.ask("bootstrap", X, y, Plant("generator", seed=seed), untouched=untouched), 2, "X_sample and y_sample"
        )
        forms = (
            shape_of(X_sample, X.shape, "X_sample", "(N, D)"),
            shape_of(y_sample, y.shape, "y_sample", "(N,)"),
            Comparison(
                not np.iscomplexobj(X_sample), message="X_sample is complex; expected are real numbers.", states=True
            ),
        )
        wrong = next((form for form in forms if not form.passed), None)
        if wrong:
            for expectation in (replaced, paired, reach, seeded):
                expectation.judge(wrong)
            return
        X_sample, y_sample = np.asarray(X_sample), np.asarray(y_sample)
        index = np.clip(np.nan_to_num(np.rint(X_sample[:, 0])), 0, N - 1).astype(int)
        from_X = np.allclose(X_sample, X[index], 1e-6, 1e-6)
        distinct = len(set(index.tolist())) / N
        # 1 - 1/e of the examples turn up, give or take 0.022 (one standard deviation for N = 200)
        replaced.require(
            abs(distinct - (1 - math.exp(-1))) < 0.13 and from_X,
            f"{distinct:.0%} of the examples turn up in the sample; with replacement it is about 63 %."
            if from_X
            else "the sample holds rows that are not in X.",
        )
        paired.require(
            np.array_equal(y_sample, y[index]),
            "the labels do not belong to the drawn examples: draw the indices once, use them for both.",
        )
        samples.append(index)
        if draw == 0:
            again, _ = unpack(exam.ask("bootstrap", X, y, Plant("generator", seed=seed)), 2, "X_sample and y_sample")
            seeded.require(
                not isinstance(again, Failure) and np.array_equal(again, X_sample),
                "two generators with the same seed give two different samples.",
            )
    counts = np.bincount(np.concatenate(samples), minlength=N)
    reach.require(
        # Right code fails by chance less than once in 10**7 times: exp(-20) that an example is never drawn.
        counts.max() <= draws + 9 * math.sqrt(draws)
        and abs(counts[: N // 2].mean() - draws) < 2
        and min(counts[0], counts[-1]) > 0,
        "some examples come far too often, or never.",
    )
    seeded.require(
        any(not np.array_equal(samples[0], other) for other in samples[1:]),
        "generators with other seeds give the same sample.",
    )


@check_item("softmax.ensemble_predict", points=2, asks="ensemble_predict", title="Voting by summed probabilities")
def ensemble_predict(exam):
    """Classes (N,) with the largest summed probability, from a list of M arrays (N, C)."""
    right = exam.expectation("class with the largest summed probability", 0.7)
    edges = exam.expectation("a single model, a single example", 0.1, core=False)
    form = exam.expectation("integers of shape (N,)", 0.1, core=False)
    untouched = exam.expectation("the probabilities are not modified", 0.1, core=False)
    rng = exam.rng
    N, C, M = parts.sizes(rng, 3)
    drawn = {}
    for case, m, n, expectation in (
        ("general", M, 8 * N, right),
        ("other sizes", M + 2, 6 * C, right),
        ("one model", 1, N, edges),
        ("one example", M, 1, edges),
    ):
        given = drawn[case] = [rng.dirichlet(np.full(C, 0.4), size=n) for _ in range(m)]
        got = exam.student.call("ensemble_predict", given)
        expected = exam.expected("ensemble_predict", given, case=case)
        mistakes = exam.mistakes("ensemble_predict", given, case=case) if expectation is right else ()
        shown = parts.described(case, models=m, N=n, C=C)
        parts.judge_classes(expectation, form, got, expected, C, shown, exam, mistakes)
    stored = [exam.student.store(p) for p in drawn["general"]]
    answer = exam.student.call("ensemble_predict", stored)
    if isinstance(answer, Failure):
        untouched.judge(answer)
        return
    after = [exam.student.call(handle, attribute="copy") for handle in stored]
    untouched.require(
        all(np.array_equal(a, p) for a, p in zip(after, drawn["general"], strict=True)),
        "an array of probabilities is changed by the call.",
    )


@check_item(
    "softmax.best_classifier", points=6, bonus=2, asks="best_classifier", title="Accuracy on unseen images", rounds=1
)
def best_classifier(exam):
    """Accuracy of the handed-in model on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="best_classifier")


@check_item(
    "softmax.regularisation_choice", points=1, asks="regularisation_choice", title="What regularisation does", rounds=1
)
def regularisation_choice(exam):
    """One letter, A to D; whether it is right is judged only when grading."""
    parts.multiple_choice(exam, "regularisation_choice", "ABCD", section="Regularisation")
