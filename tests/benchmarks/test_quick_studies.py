"""Every recorded study still runs, small, and writes its provenance; the recorded ones are what the book may show."""

import json
from pathlib import Path

import pytest

from benchmarks import shapes10, thresholds
from benchmarks.studies import softmax

RECORDED = Path(__file__).resolve().parents[2] / "book" / "results"
PROVENANCE = ("settings", "seed", "seconds")


def test_all_softmax_studies_run_small_and_say_what_they_ran_on(tmp_path):
    assert softmax.main(["--quick", "--out", str(tmp_path)]) == 0
    for name in softmax.STUDIES:
        study = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert study["quick"] and study["data"]["name"] == "shapes10" and study["versions"]["numpy"]
        assert study["source"]["name"] == "S0" or name == "raw_pixels"


@pytest.mark.parametrize("name", softmax.STUDIES)
def test_recorded_studies_are_whole_and_ran_on_cifar10(name):
    study = json.loads((RECORDED / "softmax" / f"{name}.json").read_text(encoding="utf-8"))
    assert not study["quick"] and study["data"]["name"] == "cifar10"
    assert study["machine"]["threads"] >= 1 and study["seconds"] > 0
    assert study["data"]["splits"]["test"]["images"] == 10_000
    for run in study["runs"] if name != "gradient_check" else []:
        assert all(key in run for key in PROVENANCE)


def test_the_best_setting_reaches_what_the_source_reached():
    study = json.loads((RECORDED / "softmax" / "best_setting.json").read_text(encoding="utf-8"))
    reached = [run["test_accuracy"] for run in study["runs"]]
    assert len(reached) == 3 and min(reached) >= study["source"]["test_accuracy"]
    for name in ("grid", "bagging"):
        study = json.loads((RECORDED / "softmax" / f"{name}.json").read_text(encoding="utf-8"))
        assert study["ensemble"]["test_accuracy"] >= study["source"]["ensemble_test_accuracy"]


def test_shapes10_is_as_hard_as_it_should_be():
    models = json.loads((RECORDED / "shapes10.json").read_text(encoding="utf-8"))["models"]
    softmax_, two_layer, cnn = (models[name]["test_accuracy"] for name in ("softmax", "two_layer", "cnn"))
    assert 0.35 <= softmax_ <= 0.45 and 0.50 <= two_layer <= 0.60 and cnn >= two_layer + 0.15
    assert models["cnn"]["parameters"] == 890_410


def test_the_measurement_of_shapes10_runs_small(tmp_path):
    assert shapes10.main(["--quick", "--out", str(tmp_path / "shapes10.json")]) == 0
    assert json.loads((tmp_path / "shapes10.json").read_text(encoding="utf-8"))["quick"]


def test_thresholds_are_measured_and_fail_right_solutions_by_chance_in_fewer_than_1_of_1000_gradings():
    table = json.loads(thresholds.THRESHOLDS.read_text(encoding="utf-8"))[thresholds.CHECK]
    assert set(table) == {"shapes10", "cifar10"}
    for entry in table.values():
        half, full, bonus = (band["accuracy"] for band in entry["bands"])
        assert half < full < bonus and sum(band["share"] for band in entry["bands"]) == 1
        assert entry["measured"]["expected_false_fails"] < 0.001 and entry["measured"]["gradings"] >= 20
        assert full < entry["measured"]["lowest"]
