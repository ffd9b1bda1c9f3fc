"""What students are told about well-known mistakes in the softmax homework."""

import pytest

from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.reference import SolutionReference
from autograder.registry import checks_of
from tests.checks.judging import failed, named, verdict, without_clock
from tests.mutants.collect import notebook_names


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


@pytest.mark.parametrize("item", ["softmax.loss_naive", "softmax.loss_vectorized", "softmax.numerical_gradient"])
def test_a_gradient_of_zeros_fails_every_item_that_asks_for_one(item):
    found = failed(verdict(named(item, "zeros")))
    assert found["gradient"].kind == "zero"
    assert "Every number is zero" in found["gradient"].diagnosis
    assert verdict(named(item, "zeros")).points == 0


def test_a_gradient_of_zeros_does_not_fit_a_loss_that_is_right():
    found = failed(verdict(named("softmax.loss_naive", "gradient never filled in")))
    assert set(found) >= {"gradient", "gradient fits your own loss (centred differences)"}


NAIVE, VECTORIZED = "softmax.loss_naive", "softmax.loss_vectorized"


@pytest.mark.parametrize(
    ("item", "name", "expectation", "kind", "words"),
    [
        (NAIVE, "gradient is a sum", "gradient", "factor", ["times, and N = ", "a sum where a mean is meant"]),
        (NAIVE, "gradient divided twice", "gradient", "factor", ["N = ", "divided by N once too often"]),
        (VECTORIZED, "loss is a sum", "loss", "factor", ["times, and N = ", "a sum where a mean is meant"]),
        (NAIVE, "mean over the classes", "loss", "factor", ["divided by C = ", "where N = "]),
        (NAIVE, "no penalty in the loss", "loss", "regularisation", ["without the regularisation part", "missing"]),
        (NAIVE, "no decay in the gradient", "gradient", "regularisation", ["without the regularisation", "missing"]),
        (VECTORIZED, "decay doubled", "gradient", "regularisation", ["the regularisation part twice"]),
        (NAIVE, "half in the gradient", "gradient", "regularisation", ["half of the regularisation", "2 is lost"]),
        (NAIVE, "half in the loss", "loss", "regularisation", ["half of the regularisation", "1/2"]),
        (NAIVE, "decay with the wrong sign", "gradient", "regularisation", ["regularisation part", "wrong sign"]),
        (VECTORIZED, "decay once per example", "gradient", "regularisation", ["regularisation part", "N = "]),
        (VECTORIZED, "all divided by N", "loss", "regularisation", ["divided by N too"]),
        (NAIVE, "biases spared", "gradient", "regularisation", ["leaves the last row of W out", "biases"]),
        (VECTORIZED, "y - p", "gradient", "sign", ["wrong sign"]),
        (VECTORIZED, "loss with the wrong sign", "loss", "sign", ["wrong sign"]),
        ("softmax.train", "uphill", "gradient steps in order", "sign", ["up the gradient"]),
        (VECTORIZED, "transposed", "gradient", "transpose", ["rows and columns are swapped"]),
        ("softmax.probabilities", "mean for the sum", "probabilities", "factor", ["divided by their mean"]),
        ("softmax.probabilities", "transposed", "probabilities", "transpose", ["Transposed, your array of shape"]),
        ("softmax.probabilities", "no shift", "scores near ±1000", "overflow", ["nan", "exponential that overflows"]),
        (VECTORIZED, "no shift", "scores near ±1000", "overflow", ["exponential that overflows"]),
        (VECTORIZED, "softmax over the examples", "loss", "axis", ["down the columns (over the examples)"]),
        ("softmax.probabilities", "softmax of every column", "probabilities", "axis", ["Each column sums to one"]),
        ("softmax.probabilities", "a small constant in the sum", "probabilities", "near", ["nearly right", "eps"]),
    ],
)
def test_the_text_says_what_the_mistake_is(item, name, expectation, kind, words):
    found = failed(verdict(named(item, name)))[expectation]
    assert found.kind == kind
    assert [word for word in words if word not in found.diagnosis] == [], found.diagnosis


@pytest.mark.parametrize("item", [NAIVE, VECTORIZED])
def test_who_uses_the_other_convention_throughout_is_told_exactly_that(item):
    judged = verdict(named(item, "half in both"))
    found = failed(judged)
    for name in ("loss", "gradient"):
        assert "Your loss and your gradient both use 1/2 · reg" in found[name].diagnosis
    assert "gradient fits your own loss (centred differences)" not in found


def test_who_uses_it_in_the_gradient_alone_is_not_told_so():
    found = failed(verdict(named(NAIVE, "half in the gradient")))
    assert "Your loss and your gradient both" not in found["gradient"].diagnosis


def test_another_name_in_the_history_is_named():
    found = failed(verdict(named("softmax.train", "another name in the history")))
    message = found["history: loss and learning rate of every step"].message
    assert "'losses'" in message
    assert "'loss'" in message


@pytest.mark.parametrize(("asked", "written"), [("softmax_loss_naive", "Softmax_Loss_Naive"), ("softmax", "Softmax")])
def test_a_function_spelled_in_another_case_is_named(asked, written):
    check = next(check for check in checks_of("softmax") if check.asks == asked)
    names = notebook_names("softmax")
    names[written] = names.pop(asked)
    judged = run_check(check, LocalNamespace(names), SolutionReference("softmax"))
    assert judged.status == "missing"
    assert repr(written) in judged.reason
