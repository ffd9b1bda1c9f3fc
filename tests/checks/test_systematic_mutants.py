"""Every operator, constant, axis, index and call of the reference changed once: caught, or right after all."""

import pytest

from tests.checks.judging import CHAPTERS, without_clock
from tests.checks.systematic import EQUIVALENT, earned
from tests.mutants.systematic import changed

EVERY = [one for chapter in CHAPTERS for one in changed(chapter)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("version", EVERY, ids=str)
def test_a_changed_reference_loses_points_unless_it_is_right_after_all(version):
    with without_clock():
        share = earned(version)
    if version.name in EQUIVALENT.get(f"{version.chapter}.{version.target}", {}):
        assert share == 1, "It is caught now: take it from the list of those that are right after all."
    else:
        assert share < 1, "It earns full points: mend the check, or list it as right after all, and say why."


def test_all_that_is_listed_exists_and_has_a_reason():
    known = {str(version) for version in EVERY}
    listed = {f"{target}: {name}": reason for target, names in EQUIVALENT.items() for name, reason in names.items()}
    assert set(listed) <= known
    assert all(len(reason.split()) > 2 for reason in listed.values())
