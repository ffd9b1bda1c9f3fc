"""Training by mini-batches, judged with a stand-in for the loss, and prediction."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, close, numbers
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant


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
        ("learning rate falls linearly over the epochs", 0.15, False, base | {"final_learning_rate": 0.05}),
        ("a single epoch", 0.05, False, base | {"epochs": 1, "final_learning_rate": 0.07}),
    ]
    history = exam.expectation("history: loss and learning rate of every step", 0.1, core=False, tolerance=EXACT)
    for name, share, core, settings in cases:
        expectation = exam.expectation(name, share, core=core, tolerance=EXACT)
        case = f"{name}, epochs={settings['epochs']}"
        (got, losses, rates), wanted = _trained_either_way(exam, W, X, y, settings, case)
        shown = parts.described(name, N=N, batch_size=settings["batch_size"], epochs=settings["epochs"])
        parts.judge(
            expectation,
            got,
            wanted[0],
            "W after training",
            shown,
            exam,
            counts={"batch_size": settings["batch_size"]},
            summands={"start": W, "steps": wanted[0] - W},
            mistakes=exam.mistakes("trained", "linear", W, X, y, settings, case=case),
        )
        parts.judge_history(history, losses, rates, wanted[1:], settings["batch_size"], shown, exam)
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
    parts.judge(once, got, wanted[0], "W after training", "shuffled", exam)
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
    parts.judge_seeded(seeded, again, losses)


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
        expected = exam.expected("predicted", W, X, case=case)
        parts.judge_classes(expectation, form, model, expected, C, case, exam, mistakes)
