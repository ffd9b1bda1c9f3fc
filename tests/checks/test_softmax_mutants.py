"""No wrong version of a softmax item earns its full points, and each is told what is wrong with it."""

from collections import Counter

import pytest

from autograder.exam import VISIBLE, run_check
from autograder.namespace import LocalNamespace
from autograder.reference import RecordedReference, SolutionReference
from autograder.registry import checks_of, get_check
from tests.checks.judging import failed, told, verdict, without_clock
from tests.mutants.collect import collected, notebook_names

MUTANTS = collected("mutants", "softmax")
FUNCTION_ITEMS = [check.name for check in checks_of("softmax") if check.asks in notebook_names("softmax")]
every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=str)


def named(item, name):
    return next(mutant for mutant in MUTANTS if mutant.item == item and mutant.name == name)


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


@every_mutant
@pytest.mark.parametrize("rounds", ["visible and hidden", "drawn"])
def test_a_wrong_version_loses_points(mutant, rounds):
    judged = verdict(mutant, rounds)
    assert judged.points < judged.max_points, f"{mutant} earns full points"
    assert judged.status in ("partial", "failed"), judged.reason


@every_mutant
@pytest.mark.parametrize("rounds", ["visible and hidden", "drawn"])
def test_the_expectations_that_see_the_mistake_fail(mutant, rounds):
    found = failed(verdict(mutant, rounds))
    assert set(mutant.fails) <= set(found), told(found)


@every_mutant
def test_the_mistake_is_called_by_its_name_or_not_at_all(mutant):
    found = failed(verdict(mutant))
    due = mutant.diagnosis if isinstance(mutant.diagnosis, tuple) else (mutant.diagnosis,)
    assert found[mutant.fails[0]].kind in due, told(found)


@pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant.only], ids=str)
@pytest.mark.parametrize("rounds", ["visible and hidden", "drawn"])
def test_one_mistake_costs_nothing_else(mutant, rounds):
    found = failed(verdict(mutant, rounds))
    assert set(found) == set(mutant.fails), told(found)


@pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant.right_when_visible], ids=str)
def test_knowing_the_visible_cases_by_heart_passes_them_and_earns_nothing_when_graded(mutant):
    visible, graded = verdict(mutant, "visible"), verdict(mutant)
    assert (visible.status, visible.points) == ("passed", visible.max_points), told(failed(visible))
    assert graded.points < graded.max_points / 2, told(failed(graded))


def test_every_function_item_has_at_least_a_dozen_mutants_one_of_them_right_on_the_visible_cases():
    counts = Counter(mutant.item for mutant in MUTANTS)
    assert min(counts[item] for item in FUNCTION_ITEMS) >= 12, counts
    assert {mutant.item for mutant in MUTANTS if mutant.right_when_visible} == set(FUNCTION_ITEMS)


def test_there_is_no_expectation_that_cannot_fail():
    stated, seen_to_fail = set(), set()
    for mutant in MUTANTS:
        judged = verdict(mutant)
        stated |= {(mutant.item, expectation.name) for expectation in judged.expectations}
        seen_to_fail |= {(mutant.item, name) for name in failed(judged)}
    assert {item for item, _ in stated} == {check.name for check in checks_of("softmax")}
    assert sorted(stated - seen_to_fail) == []


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


@pytest.mark.parametrize("item", FUNCTION_ITEMS)
def test_what_is_not_written_yet_is_said_to_be_so(item):
    check, names = get_check(item), notebook_names("softmax")

    def to_write(*args, **settings):
        raise NotImplementedError

    if isinstance(names[check.asks], type):
        method = item.split(".")[1]
        names[check.asks] = type(check.asks, (names[check.asks],), {method: to_write})
    else:
        names[check.asks] = to_write
    judged = run_check(check, LocalNamespace(names), SolutionReference("softmax"))
    assert (judged.status, judged.points) == ("not implemented", 0.0)


@pytest.mark.parametrize("item", FUNCTION_ITEMS)
def test_a_student_without_the_solutions_is_judged_alike_on_the_visible_cases(item):
    mutant = next(mutant for mutant in MUTANTS if mutant.item == item)
    judged = run_check(get_check(item), LocalNamespace(mutant.names()), RecordedReference("softmax"), [VISIBLE])
    by_solutions = verdict(mutant, "visible")
    assert [(e.name, e.passed, e.diagnosis) for e in judged.expectations] == [
        (e.name, e.passed, e.diagnosis) for e in by_solutions.expectations
    ]
