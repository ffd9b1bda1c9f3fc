"""Right code keeps its points on other machines, with room to spare; and the measurement sees code that does not."""

import json
import os
import subprocess
import sys

import pytest

from autograder.compare import EXACT, SINGLE
from benchmarks import fairness
from tests.checks.judging import references, versions, without_clock

ROWS = json.loads(fairness.RESULT.read_text(encoding="utf-8"))["rows"]
STALE = "Right versions have come or gone since: run `make fairness`."


def test_every_environment_and_every_right_version_is_recorded():
    assert [row["environment"] for row in ROWS] == list(fairness.ENVIRONMENTS)
    assert {row["right"] for row in ROWS} == {len(references() + versions("alternatives"))}, STALE
    assert len({row["versions"]["numpy"] for row in ROWS}) == 2


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["environment"])
def test_no_right_version_loses_a_point_anywhere_and_errors_stay_below_half_of_what_is_allowed(row):
    assert row["not_full"] == []
    assert row["full"] == row["right"]
    for tolerance in (EXACT, SINGLE):
        assert row["worst"][f"{tolerance:g}"]["measured"] < tolerance / 2, row["worst"][f"{tolerance:g}"]


def test_versions_that_lose_points_are_named(monkeypatch):
    wrong = [one for one in versions("mutants") if one.item == "softmax.predict"][:2]
    monkeypatch.setattr(fairness, "references", lambda: wrong)
    monkeypatch.setattr(fairness, "versions", lambda kind: [])
    with without_clock():
        found = fairness.measured_here(["softmax"])
    assert (found["right"], found["full"]) == (2, 0)
    assert all(str(one) in said for one, said in zip(wrong, found["not_full"], strict=True))


def test_one_chapter_is_measured_in_a_process_of_its_own(tmp_path):
    found = fairness.measured_in(sys.executable, fairness.ONE_THREAD | fairness.OLD_PROCESSOR, ["softmax"])
    assert found["full"] == found["right"] > 50
    assert 0 < found["worst"]["1e-05"]["measured"] < EXACT


def test_without_the_oldest_packages_the_sentence_says_what_to_do(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(fairness, "OLDEST", tmp_path / "missing")
    assert fairness.main(["--out", str(tmp_path / "out.json")]) == 2
    assert "`make fairness`" in capsys.readouterr().err


@pytest.mark.skipif(not fairness.OLDEST.exists(), reason="the oldest packages are not installed; `make fairness`")
def test_the_oldest_packages_can_run_the_students_part():
    line = "import coursekit, autograder, numpy; print(numpy.__version__)"
    environment = os.environ | {"PYTHONPATH": str(fairness.ROOT)}
    done = subprocess.run([fairness.OLDEST, "-c", line], env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("1.26"), done.stderr
