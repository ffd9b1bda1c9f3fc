"""In the two-layer net's homework no item's mistake fails another: errors are carried forward, tricks are not."""

import functools

import numpy as np
import pytest

from autograder.checks.parts import CARRIED
from autograder.checks.two_layer_net.cases import RULES
from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.recording import notebook_names
from autograder.reference import SolutionReference
from autograder.registry import checks_of
from solutions.two_layer_net import two_layer_backward, two_layer_forward, two_layer_loss
from tests.checks import judging

GRADIENTS = ("dW1", "db1", "dW2", "db2")


def judged(item, **names):
    return judging.judged(f"two_layer_net.{item}", names)


def share(item, **names):
    verdict = judged(item, **names)
    return verdict.points / verdict.max_points


def said(verdict):
    return " ".join(f"{e.name} {e.message} {e.diagnosis}" for e in verdict.expectations if not e.passed)


def net_with(activation, derivative):
    """A forward pass with another activation, and the backward pass that is exactly its derivative."""

    def forward(X, params):
        hidden = activation(X @ params["W1"] + params["b1"])
        return hidden @ params["W2"] + params["b2"], hidden

    def backward(dscores, X, hidden, params, reg):
        dpre = dscores @ params["W2"].T * derivative(hidden)
        return {
            "W1": X.T @ dpre + 2 * reg * params["W1"],
            "b1": dpre.sum(axis=0),
            "W2": hidden.T @ dscores + 2 * reg * params["W2"],
            "b2": dscores.sum(axis=0),
        }

    return {"two_layer_forward": forward, "two_layer_backward": backward}


NETS = {
    "leaky ReLU": net_with(lambda z: np.where(z > 0, z, 0.1 * z), lambda h: np.where(h > 0, 1, 0.1)),
    "sigmoid": net_with(lambda z: 1 / (1 + np.exp(-z)), lambda h: h * (1 - h)),
    "tanh": net_with(np.tanh, lambda h: 1 - h**2),
}


@pytest.mark.parametrize("name", NETS)
def test_the_exact_derivative_of_another_activation_is_carried_forward(name):
    assert share("forward", **NETS[name]) < 0.5
    assert share("loss", **NETS[name]) == 1
    for item in ("dW1", "db1"):
        verdict = judged(item, **NETS[name])
        assert verdict.points == pytest.approx(CARRIED * verdict.max_points)
        carried = next(e for e in verdict.expectations if e.instead)
        assert (
            carried.passed and "exact derivative of your own loss" in carried.name and f"{CARRIED:.0%}" in carried.name
        )
    assert share("dW2", **NETS[name]) == share("db2", **NETS[name]) == 1  # they are right for the inputs they are given


def halved_loss(scores, y, params, reg):
    return two_layer_loss(scores, y, params, reg / 2)


def halved_backward(dscores, X, hidden, params, reg):
    return two_layer_backward(dscores, X, hidden, params, reg / 2)


def test_who_uses_the_other_convention_throughout_keeps_most_and_is_told_so():
    names = {"two_layer_loss": halved_loss, "two_layer_backward": halved_backward}
    assert 0.5 <= share("loss", **names) < 1
    for item in ("dW1", "dW2"):
        verdict = judged(item, **names)
        assert CARRIED < verdict.points / verdict.max_points < 1
        assert "factor 1/2" in said(verdict)
    assert share("db1", **names) == share("db2", **names) == 1


def without_b1(X, params):
    return two_layer_forward(X, params | {"b1": np.zeros_like(params["b1"])})


@pytest.mark.parametrize("item", GRADIENTS)
def test_a_backward_pass_that_is_right_for_what_it_is_given_is_right(item):
    assert share(item, two_layer_forward=without_b1, two_layer_loss=halved_loss) == 1
    assert share("forward", two_layer_forward=without_b1) < 0.5


@pytest.mark.parametrize("item", GRADIENTS)
def test_a_gradient_that_is_the_derivative_of_nothing_earns_nothing(item):
    rng = np.random.default_rng(0)

    def backward(dscores, X, hidden, params, reg):
        return {name: rng.standard_normal(value.shape) for name, value in params.items()}

    for more in ({}, NETS["sigmoid"], {"two_layer_loss": halved_loss}):
        assert share(item, **more | {"two_layer_backward": backward}) == 0
    assert share("forward", two_layer_backward=backward) == share("loss", two_layer_backward=backward) == 1


def zeros_like(params):
    return {name: np.zeros_like(value) for name, value in params.items()}


def penalty_alone(scores, y, params, reg):
    return reg * sum(np.sum(params[name] ** 2) for name in ("W1", "W2")), np.zeros_like(scores)


def penalty_and_noise(scores, y, params, reg):
    """Depends on X and y, but not through the net."""
    return sum(np.sum(value**2) for value in params.values()) + scores.shape[1] * np.mean(y * np.arange(len(y))), scores


def no_labels(scores, y, params, reg):
    return two_layer_loss(scores, np.zeros_like(y), params, reg)


def twice_the_parameters(dscores, X, hidden, params, reg):
    return {name: 2 * value for name, value in params.items()}


def decay_alone(dscores, X, hidden, params, reg):
    return {name: 2 * reg * value if name[0] == "W" else 0 * value for name, value in params.items()}


def differences_of_a_constant(dscores, X, hidden, params, reg):
    return {name: np.full(value.shape, (1.0 - 1.0) / 2e-5) for name, value in params.items()}


TRICKS = {
    "a constant and zeros": (lambda scores, y, params, reg: (1.0, 0 * scores), lambda d, X, h, p, reg: zeros_like(p)),
    "the penalty alone": (penalty_alone, decay_alone),
    "a penalty and the inputs beside it": (penalty_and_noise, twice_the_parameters),
    "differences of a constant": (lambda scores, y, params, reg: (1.0, 0 * scores), differences_of_a_constant),
    "a loss without labels": (no_labels, twice_the_parameters),
    "views of the parameters": (penalty_alone, lambda d, X, h, p, reg: {name: value[:] for name, value in p.items()}),
    "not a number": (lambda scores, y, params, reg: (np.nan, np.nan * scores), lambda d, X, h, p, reg: zeros_like(p)),
}


@pytest.mark.parametrize("item", GRADIENTS)
@pytest.mark.parametrize("trick", TRICKS)
def test_cheap_tricks_earn_nothing(trick, item):
    loss, backward = TRICKS[trick]
    assert share(item, two_layer_loss=loss, two_layer_backward=backward) == 0
    assert share("loss", two_layer_loss=loss) < 0.5


def test_nothing_is_carried_forward_from_a_loss_that_is_right():
    """A leak of a thousandth on the way back is off by less than the limit for slopes; the gradient is still wrong."""

    def backward(dscores, X, hidden, params, reg):
        dpre = dscores @ params["W2"].T * np.where(hidden > 0, 1, 1e-3)
        return two_layer_backward(dscores, X, hidden, params, reg) | {"W1": X.T @ dpre + 2 * reg * params["W1"]}

    assert share("dW1", two_layer_backward=backward) == 0


@pytest.mark.parametrize("rule", RULES)
def test_a_wrong_update_rule_costs_itself_alone(rule):
    wrong = {rule: lambda w, dw, config=None: (w + 100 * dw, config)}
    assert share(rule, **wrong) < 0.5
    for item in (*(set(RULES) - {rule}), "train", "predict"):
        assert share(item, **wrong) == 1, item


def test_a_wrong_forward_pass_costs_neither_predict_nor_train():
    wrong = {"two_layer_forward": lambda X, params: (np.ones((len(X), len(params["b2"]))), X)}
    assert share("forward", **wrong) == 0
    assert share("predict", **wrong) == share("train", **wrong) == share("loss", **wrong) == 1


def test_a_missing_class_does_not_cost_the_functions():
    names = notebook_names("two_layer_net")
    del names["TwoLayerNet"]
    for check in checks_of("two_layer_net"):
        if check.asks in names or check.asks == "TwoLayerNet":
            verdict = run_check(check, LocalNamespace(names), SolutionReference("two_layer_net"))
            assert verdict.status == ("missing" if check.asks == "TwoLayerNet" else "passed")


@functools.cache
def a_hand_in():
    """Forward and backward right, every class in the loss and in its gradient, training and prediction left empty."""

    def loss(scores, y, params, reg):
        P = np.exp(scores - scores.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        penalty = reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
        return np.sum(-np.log(P)) / len(scores) + penalty, (P - 1) / len(scores)

    net = notebook_names("two_layer_net")["TwoLayerNet"]
    empty = {"train": lambda self, X, y, *val, **settings: {}, "predict": lambda self, X: None}
    return {"two_layer_loss": loss, "TwoLayerNet": type("TwoLayerNet", (net,), empty)}


def test_a_hand_in_with_a_right_forward_pass_and_a_wrong_loss_is_told_exactly_that():
    names = a_hand_in()
    for item in ("forward", *GRADIENTS, *RULES):
        assert share(item, **names) == 1, item
    loss, train, predict = (judged(item, **names) for item in ("loss", "train", "predict"))
    assert loss.points / loss.max_points < 0.3
    for words in ("summed over all classes", "one taken off every class"):
        assert words in said(loss)
    assert (train.points, predict.points, share("toy", **names)) == (0, 0, 0)
    assert "what they were before training" in said(train) or "Every number" in said(train)
    assert "all is empty" in said(train)
    assert "is None: is there a return statement?" in said(predict)
