"""What is judged in the softmax homework, and with which cases.

Formulas live in `solutions.softmax`; here are only inputs, expectations and shares. Cases are drawn from `exam.rng`,
sizes included.
"""

import math

import numpy as np

from autograder import growth
from autograder.checks import parts
from autograder.compare import EXACT, SINGLE, Comparison, close, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant


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
            exam.hidden,
            mistakes=mistakes,
            counts={"N": given.shape[0], "C": given.shape[1]},
        )


@check_item("softmax.loss_naive", points=4, asks="softmax_loss_naive", title="Loss and gradient with loops")
def loss_naive(exam):
    """Loss and dW (D, C) of `softmax_loss_naive`; here loops are welcome."""
    _loss_and_gradient(exam, "softmax_loss_naive", {"loss": 0.3, "gradient": 0.3, "derivative": 0.1, "large": 0.1})


@check_item(
    "softmax.loss_vectorized", points=5, asks="softmax_loss_vectorized", title="Loss and gradient without loops"
)
def loss_vectorized(exam):
    """Loss and dW (D, C) of `softmax_loss_vectorized`, and that its cost is not that of a Python loop over examples."""
    _loss_and_gradient(
        exam, "softmax_loss_vectorized", {"loss": 0.2, "gradient": 0.25, "derivative": 0.05, "large": 0.1}
    )
    vectorised = exam.expectation(
        "no Python loop over the examples",
        0.2,
        core=False,
        advice="Every example's scores come out of one product of matrices.",
    )
    _without_loop(exam, "softmax_loss_vectorized", vectorised)


def _without_loop(exam, function, expectation):
    """Whether more examples make no more lines of Python run, nor cost the time of a loop."""
    steps = growth.steps_per_example(exam.student, function)
    if isinstance(steps, Failure):
        expectation.judge(steps)
        return
    if steps >= 0.9:
        expectation.require(
            False,
            f"each further example makes {steps:.0f} more line{'s' * (steps >= 1.5)} of Python run. Is there a `for` "
            "over the examples, a comprehension, or `np.apply_along_axis` or the like, which call yours for each?",
        )
        return
    # Lines are counted in the student's process; the clock is read outside it.
    seconds = growth.cost_per_example(exam.student, function)
    if isinstance(seconds, Failure):
        expectation.judge(seconds)
        return
    expectation.require(
        seconds < growth.yardstick() / 3, "each further example costs as much time as in a Python loop."
    )


def _loss_and_gradient(exam, function, shares):
    loss_right = exam.expectation(
        "loss", shares["loss"], tolerance=EXACT, advice="Work one example with two classes out by hand and compare."
    )
    gradient_right = exam.expectation(
        "gradient", shares["gradient"], tolerance=EXACT, advice="Compare with numerical_gradient on a small problem."
    )
    derivative = exam.expectation(
        "gradient fits your own loss (centred differences)", shares["derivative"], core=False, tolerance=1e-3
    )
    large = exam.expectation(
        "scores near ±1000",
        shares["large"],
        core=False,
        tolerance=SINGLE,
        advice="Shift each row of scores before taking exponentials, and do not take the logarithm of a rounded zero.",
    )
    shapes = exam.expectation("one number and an array (D, C)", 0.05, core=False)
    edges = exam.expectation("one example, one class, two classes", 0.05, core=False, tolerance=EXACT)
    dtypes = exam.expectation("any integer labels, float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("W, X and y are not modified", 0.05, core=False)

    rng = exam.rng
    N, D, C = parts.sizes(rng, 3)
    # W is not small, so that the regularisation shows; no probability is so small that an eps beside it does.
    W, X, y = rng.standard_normal((D, C)), rng.standard_normal((N, D)) / math.sqrt(D), rng.integers(0, C, N)
    y[:2] = 0, C - 1
    reg, other = rng.uniform(0.5, 1.0), rng.uniform(1.5, 2.5)
    more = int(rng.choice([17, 19]))
    low_W, low_X = W.copy(), X.copy()
    low_W[0] -= 2000  # all scores far below zero, every other row of them twice as far
    low_X[:, 0] = 1 + np.arange(N) % 2
    cases = [
        ("no regularisation", W, X, y, 0.0, None),
        ("regularised", W, X, y, reg, None),
        (
            "other sizes",
            rng.standard_normal((N, D)),
            rng.standard_normal((more, N)) / math.sqrt(N),
            rng.integers(0, D, more),
            other,
            None,
        ),
        ("large scores", 300 * W, 3 * X, y, 0.0, large),
        ("very negative scores", low_W, low_X, y, 0.0, large),
        ("one example", W, X[:1], y[:1], reg, edges),
        ("two classes", W[:, :2], X, y % 2, reg, edges),
        ("one class", W[:, :1], X, np.zeros_like(y), reg, edges),
        ("uint8 labels", W, X, y.astype(np.uint8), reg, dtypes),
        ("int32 labels", W, X, y.astype(np.int32), reg, dtypes),
        ("float32", W.astype(np.float32), X.astype(np.float32), y, reg, dtypes),
    ]
    for case, *given, expectation in cases:
        n, (d, c) = len(given[1]), given[0].shape
        shown = parts.described(case, N=n, D=d, C=c, reg=given[3])
        answer = exam.ask(function, *given, untouched=untouched, case=shown)
        loss, dW = unpack(answer, 2, "loss and dW")
        expected = exam.expected(function, *given, case=case)
        shapes.judge(shape_of(loss, (), "the loss", "one number"), shown)
        shapes.judge(shape_of(dW, (d, c), "dW", "(D, C)"), shown)
        main = expectation is None
        mistakes = exam.mistakes(function, *given, case=case) if main else []
        conventions = exam.mistakes("loss_conventions", *given, case=case) if main else []
        mistakes = [m for m in conventions if parts.all_fit((loss, dW), m[0])] + mistakes
        data = exam.expected(function, *given[:3], 0.0, case=f"{case}, data part") if main else ()
        for part, got, name, own in ((0, loss, "the loss", loss_right), (1, dW, "dW", gradient_right)):
            parts.judge(
                expectation or own,
                got,
                expected[part],
                name,
                shown,
                exam.hidden,
                counts={"N": n, "C": c, "D": d},
                summands={"data": data[part], "regularisation": expected[part] - data[part]} if data else None,
                mistakes=[(value[part], kind, text) for value, kind, text in mistakes if value[part] is not None],
            )
    _own_derivative(exam, function, derivative, W / 2, X, y, reg)


def _own_derivative(exam, function, expectation, W, X, y, reg):
    """Whether dW is the derivative of the student's own loss, along three random directions."""
    _, dW = unpack(exam.ask(function, W, X, y, reg), 2, "loss and dW")
    dW, h = numbers(dW, "dW"), 1e-2
    if isinstance(dW, Failure) or dW.shape != W.shape or not np.any(dW):
        expectation.require(
            False, dW.message if isinstance(dW, Failure) else "there is no gradient of W's shape to compare."
        )
        return
    size = np.linalg.norm(dW)
    for _ in range(3):
        direction = exam.rng.standard_normal(W.shape)
        direction /= np.linalg.norm(direction)
        above, below = (
            unpack(exam.ask(function, W + step * direction, X, y, reg), 2, "loss and dW")[0] for step in (h, -h)
        )
        above, below = numbers(above, "the loss"), numbers(below, "the loss")
        if isinstance(above, Failure) or isinstance(below, Failure) or above.size != 1 or below.size != 1:
            expectation.require(False, "the loss is not one number.")
            return
        slope = (above.item() - below.item()) / (2 * h)
        # Against the size of the whole gradient, because along some directions the true slope is near zero.
        off = float(abs(np.sum(dW * direction) - slope) / size)
        message = "along a random direction your loss does not rise or fall as your dW says."
        expectation.judge(Comparison(off <= expectation.tolerance, off, expectation.tolerance, message))


@check_item("softmax.numerical_gradient", points=3, asks="numerical_gradient", title="Centred differences")
def numerical_gradient(exam):
    """Centred differences of functions of one, two and three axes; the gradient has the shape of x."""
    right = exam.expectation("gradient", 0.35, tolerance=EXACT)
    centred = exam.expectation(
        "steps of h to both sides, for any h",
        0.35,
        tolerance=EXACT,
        advice="For a wide step the centred and the one-sided difference give visibly different numbers.",
    )
    any_shape = exam.expectation("x with one, two and three axes", 0.15, core=False, tolerance=EXACT)
    zero_d = exam.expectation("f that returns a 0-d array", 0.05, core=False, tolerance=EXACT)
    shape = exam.expectation("shape of x", 0.05, core=False)
    untouched = exam.expectation("x has its old values afterwards", 0.05, core=False)
    rng = exam.rng
    a, b, c = parts.sizes(rng, 3)
    cases = [
        ("two axes", (a, b), None, right),
        ("wide step", (a, b), 0.3, centred),
        ("another step", (b, c), 0.05, centred),
        ("one axis", (a,), 0.2, any_shape),
        ("three axes", (2, 3, 2), 0.2, any_shape),
        ("0-d value", (b,), 0.1, zero_d),
    ]
    for case, size, h, expectation in cases:
        x = rng.standard_normal(size)
        kind = "array_square" if expectation is zero_d else "weighted_sines"
        f = Plant(kind, weights=rng.uniform(0.5, 2.0, size), **({} if kind == "array_square" else {"twist": 1.5}))
        extra = () if h is None else (h,)
        got = exam.ask("numerical_gradient", f, x, *extra, untouched=untouched, case=case)
        expected = exam.expected("numerical_gradient", f, x, *extra, case=case)
        mistakes = exam.mistakes("numerical_gradient", f, x, h, case=case) if h else ()
        shape.judge(shape_of(got, size, "the gradient"), case)
        parts.judge(
            expectation,
            got,
            expected,
            "the gradient",
            parts.described(case, x=size, h=h or "default"),
            exam.hidden,
            mistakes=mistakes,
        )


@check_item("softmax.train", points=5, asks="SoftmaxClassifier", title="Mini-batch SGD")
def train(exam):
    """`SoftmaxClassifier.train`: the weights W (D, C) it ends with, the history it returns, and its shuffling."""
    rng = exam.rng
    D, C, batch = parts.sizes(rng, 3)
    N = 3 * batch + 2
    W, X, y = rng.standard_normal((D, C)), rng.standard_normal((N, D)), rng.permutation(np.arange(N) % C)
    base = {"epochs": 2, "batch_size": batch, "learning_rate": 0.3, "shuffle": False}
    cases = [
        ("gradient steps in order", 0.15, True, base | {"batch_size": N}),
        ("last, smaller batch", 0.15, True, base),
        ("batch larger than the data", 0.05, False, base | {"batch_size": 3 * N}),
        ("regularisation is passed on", 0.1, False, base | {"reg": 0.7}),
        (
            "learning rate falls linearly over the epochs",
            0.15,
            False,
            base | {"epochs": 4, "final_learning_rate": 0.07},
        ),
        ("a single epoch", 0.05, False, base | {"epochs": 1, "final_learning_rate": 0.07}),
    ]
    history = exam.expectation("history: loss and learning rate of every step", 0.1, core=False, tolerance=EXACT)
    for name, share, core, settings in cases:
        expectation = exam.expectation(name, share, core=core, tolerance=EXACT)
        (got, losses, rates), wanted = _trained_either_way(exam, W, X, y, settings, name)
        shown = parts.described(name, N=N, batch_size=settings["batch_size"], epochs=settings["epochs"])
        parts.judge(
            expectation,
            got,
            wanted[0],
            "W after training",
            shown,
            exam.hidden,
            counts={"batch_size": settings["batch_size"]},
            summands={"start": W, "steps": wanted[0] - W},
            mistakes=exam.mistakes("trained", "linear", W, X, y, settings, case=name),
        )
        history.judge(close(losses, wanted[1], 'history["loss"]', EXACT, not exam.hidden), shown)
        history.judge(close(rates, wanted[2], 'history["learning_rate"]', EXACT, not exam.hidden), shown)
    _shuffling(exam, rng)


def _trained_either_way(exam, W, X, y, settings, case):
    """Train on a stand-in for the loss, so that a wrong loss does not fail the training; what came and what should.

    A `train` that does not go through the name `softmax_loss_vectorized` is judged on the real loss instead.
    """
    wanted = exam.expected("trained", "linear", W, X, y, settings, case=f"{case}, stand-in")
    real = exam.expected("trained", "softmax", W, X, y, settings, case=f"{case}, softmax")
    got = _trained(exam, W, X, y, settings, "linear")
    if isinstance(got[0], Failure) or not close(got[0], wanted[0], "W").passed:
        direct = _trained(exam, W, X, y, settings, "softmax")
        if not isinstance(direct[0], Failure) and close(direct[0], real[0], "W").passed:
            return direct, real
    return got, wanted


def _trained(exam, W, X, y, settings, loss, untouched=None):
    """Train the student's classifier from W; returns (W, losses, rates) or three `Failure`s."""
    model = exam.student.call("SoftmaxClassifier", keep=True)
    if isinstance(model, Failure):
        return model, model, model
    exam.student.set(model, "W", W)
    exam.student.set(model, "predict", Plant("first_class"))  # `train` measures accuracy; `predict` is another item
    if loss == "linear":
        exam.student.replace("softmax_loss_vectorized", "linear_loss")
    history = exam.ask(model, X, y, untouched=untouched, attribute="train", **settings)
    exam.student.restore()
    if isinstance(history, Failure):
        return history, history, history
    W = exam.student.get(model, "W")
    return W, parts.history_entry(history, "loss"), parts.history_entry(history, "learning_rate")


def _shuffling(exam, rng):
    """With one-hot examples every step writes to rows of its own, so the order cannot change where training ends."""
    once = exam.expectation("shuffled: every example once an epoch", 0.1, core=False, tolerance=EXACT)
    fresh = exam.expectation("shuffled: a new order in every epoch", 0.05, core=False)
    seeded = exam.expectation("shuffled: the same seed, the same order", 0.05, core=False)
    untouched = exam.expectation("X and y are not modified", 0.05, core=False)
    N, C, epochs = 12, 3, 3
    X, y, W = np.eye(N), np.arange(N) % C, rng.standard_normal((N, C))
    settings = {"epochs": epochs, "batch_size": 3, "learning_rate": 0.1, "shuffle": True}
    (got, _, _), wanted = _trained_either_way(exam, W, X, y, settings, "shuffled")
    parts.judge(once, got, wanted[0], "W after training", "shuffled", exam.hidden)
    still = settings | {"learning_rate": 0.0, "seed": 3}
    _, losses, _ = _trained(exam, W, X, y, still, "linear", untouched)
    losses = numbers(losses, 'history["loss"]')
    if isinstance(losses, Failure) or losses.shape != (epochs * 4,):
        came = losses.message if isinstance(losses, Failure) else f'history["loss"] has shape {losses.shape}.'
        for expectation in (fresh, seeded):
            expectation.require(False, f"The order shows in the loss of each of the {epochs * 4} steps, but: {came}")
        return
    orders = [tuple(np.round(epoch, 9)) for epoch in losses.reshape(epochs, 4)]
    fresh.require(len(set(orders)) > 1, "every epoch goes through the same batches in the same order.")
    _, again, _ = _trained(exam, W, X, y, still, "linear")
    seeded.judge(close(again, losses, "the loss of every step of a second training with the same seed", EXACT, False))


@check_item("softmax.predict", points=2, asks="SoftmaxClassifier", title="Prediction")
def predict(exam):
    """`SoftmaxClassifier.predict`: examples X (N, D) in, integer classes (N,) out."""
    right = exam.expectation("most probable class of each example", 0.8)
    edges = exam.expectation("one example", 0.1, core=False)
    form = exam.expectation("integers of shape (N,)", 0.1, core=False)
    rng = exam.rng
    N, D, C = parts.sizes(rng, 3)
    for case, n, expectation in (
        ("general", 6 * N, right),
        ("scores all negative", 5 * N, right),
        ("one example", 1, edges),
    ):
        W, X = rng.standard_normal((D, C)), rng.standard_normal((n, D))
        if case == "scores all negative":
            X[:, 0], W[0] = 1.0, W[0] - 50.0
        model = exam.student.call("SoftmaxClassifier", keep=True)
        if not isinstance(model, Failure):
            exam.student.set(model, "W", W)
            model = exam.student.call(model, X, attribute="predict")
        mistakes = exam.mistakes("predicted", W, X, case=case) if expectation is right else ()
        parts.judge_classes(expectation, form, model, exam.expected("predicted", W, X, case=case), case, mistakes)


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
            Comparison(not np.iscomplexobj(X_sample), message="X_sample is complex; expected are real numbers."),
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
        parts.judge_classes(expectation, form, got, expected, parts.described(case, models=m, N=n, C=C), mistakes)
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
