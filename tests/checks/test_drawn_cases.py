"""No verdict depends on the course's secret: every version once more, with another secret in every run."""

import pytest

from tests.checks.judging import failed, references, told, verdict, versions, without_clock

MUTANTS, RIGHT = versions("mutants"), references() + versions("alternatives")


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_wrong_version_loses_points(mutant):
    judged = verdict(mutant, "drawn")
    assert judged.points < judged.max_points, f"{mutant} earns full points"
    assert judged.status in ("partial", "failed"), judged.reason


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_the_expectations_that_see_the_mistake_fail(mutant):
    found = failed(verdict(mutant, "drawn"))
    assert set(mutant.fails) <= set(found), told(found)


@pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant.only], ids=str)
def test_one_mistake_costs_nothing_else(mutant):
    found = failed(verdict(mutant, "drawn"))
    assert set(found) == set(mutant.fails), told(found)


@pytest.mark.parametrize("alternative", RIGHT, ids=str)
def test_right_code_earns_full_points_and_no_remark(alternative):
    judged = verdict(alternative, "drawn")
    assert (judged.status, judged.points) == ("passed", judged.max_points), told(failed(judged))
    assert [e.name for e in judged.expectations if e.message or e.diagnosis] == []
