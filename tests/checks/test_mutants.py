"""No wrong version of any item earns its full points, and each is told what is wrong with it."""

from collections import Counter

import pytest

from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.reference import SolutionReference
from autograder.registry import checks_of, get_check
from tests.checks.judging import CHAPTERS, failed, function_items, told, verdict, versions, without_clock
from tests.mutants.collect import notebook_names

MUTANTS = versions("mutants")
FUNCTION_ITEMS = [item for chapter in CHAPTERS for item in function_items(chapter)]
every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=str)
OPERATIONS = ("__add__", "__radd__", "__mul__", "__rmul__", "__pow__", "exp", "sin")
# What is left to write of a class, where it is not the method that its item is called after.
METHODS = {
    "two_layer_net.toy": ("train",),
    "layers.forward_mode": OPERATIONS,
    "layers.reverse_mode": (*OPERATIONS, "backward"),
    "cnn.two_layer_convnet": ("loss",),
    "cnn.early_stopping": ("update",),
}
BY_HEART = pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant.right_when_visible], ids=str)


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


@every_mutant
def test_a_wrong_version_loses_points(mutant):
    judged = verdict(mutant)
    assert judged.points < judged.max_points, f"{mutant} earns full points"
    assert judged.status in ("partial", "failed"), judged.reason


@every_mutant
def test_the_expectations_that_see_the_mistake_fail(mutant):
    found = failed(verdict(mutant))
    assert set(mutant.fails) <= set(found), told(found)


@every_mutant
def test_the_mistake_is_called_by_its_name_or_not_at_all(mutant):
    found = failed(verdict(mutant))
    assert found[mutant.fails[0]].kind in mutant.due, told(found)


@pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant.only], ids=str)
def test_one_mistake_costs_nothing_else(mutant):
    found = failed(verdict(mutant))
    assert set(found) == set(mutant.fails), told(found)


@BY_HEART
def test_knowing_the_visible_cases_by_heart_passes_them_and_earns_nothing_when_graded(mutant):
    visible, graded = verdict(mutant, "visible"), verdict(mutant)
    assert (visible.status, visible.points) == ("passed", visible.max_points), told(failed(visible))
    assert graded.points < graded.max_points / 2, told(failed(graded))


def test_every_item_has_at_least_fifteen_mutants_and_where_it_can_be_one_that_is_right_on_the_visible_cases():
    counts = Counter(mutant.item for mutant in MUTANTS)
    assert min(counts[check.name] for chapter in CHAPTERS for check in checks_of(chapter)) >= 15, counts
    assert {mutant.item for mutant in MUTANTS if mutant.right_when_visible} == set(FUNCTION_ITEMS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_there_is_no_expectation_that_cannot_fail(chapter):
    stated, seen_to_fail = set(), set()
    for mutant in MUTANTS:
        if mutant.item.split(".")[0] == chapter:
            judged = verdict(mutant)
            stated |= {(mutant.item, e.name) for e in judged.expectations if not e.instead}
            seen_to_fail |= {(mutant.item, name) for name in failed(judged)}
    assert {item for item, _ in stated} == {check.name for check in checks_of(chapter)}
    assert sorted(stated - seen_to_fail) == []


@pytest.mark.parametrize("item", FUNCTION_ITEMS)
def test_what_is_not_written_yet_is_said_to_be_so(item):
    check, chapter = get_check(item), item.split(".")[0]
    names = notebook_names(chapter)

    def to_write(*args, **settings):
        raise NotImplementedError

    if isinstance(names[check.asks], type):
        methods = METHODS.get(item, (item.split(".")[1],))
        names[check.asks] = type(check.asks, (names[check.asks],), dict.fromkeys(methods, to_write))
    else:
        names[check.asks] = to_write
    judged = run_check(check, LocalNamespace(names), SolutionReference(chapter))
    assert (judged.status, judged.points) == ("not implemented", 0.0)
