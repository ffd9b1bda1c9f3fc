"""A student at home has no solutions: the recorded values of the visible cases lead to the same words."""

import pytest

from autograder.exam import VISIBLE, run_check
from autograder.images import ImageSource
from autograder.namespace import LocalNamespace
from autograder.reference import RecordedReference
from autograder.registry import get_check
from tests.checks.judging import verdict, versions, without_clock


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


# What they get wrong is another thing in every call.
FIXED = [
    mutant for mutant in versions("mutants") if not any(w in mutant.name for w in ("random", "dropout", "replace"))
]


@pytest.mark.parametrize("version", FIXED, ids=str)
def test_the_recorded_values_lead_to_the_same_verdict_as_the_solutions(version):
    recorded = RecordedReference(version.item.split(".")[0])
    judged = run_check(
        get_check(version.item), LocalNamespace(version.names()), recorded, [VISIBLE], ImageSource("shapes10")
    )
    by_solutions = verdict(version, "visible")
    assert (judged.status, judged.points) == (by_solutions.status, by_solutions.points), judged.reason
    assert [(e.name, e.passed, e.diagnosis) for e in judged.expectations] == [
        (e.name, e.passed, e.diagnosis) for e in by_solutions.expectations
    ]
