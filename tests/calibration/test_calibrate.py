"""`autograder calibrate`: statistics on known numbers, refusals, a small run, and the table that is recorded."""

import functools
import json
import sys

import numpy as np
import pytest

from autograder import calibrate
from autograder.cli import main
from autograder.registry import get_check
from coursekit import load_images
from solutions import calibration
from solutions.calibration import ITEMS, Item, Recipe

TABLE = calibrate.read_table()
SHAPES10, CIFAR10 = ["shapes10"], ["cifar10"]
DATASETS = SHAPES10 + CIFAR10
NO_GAIN = "in the sizes of the homework, what the chapter brings makes nets hardly more accurate"
CONVEX = "the loss is convex: most of the accuracy comes early, and by any path"
AGREED = "the band that is agreed on is far below the reference"
ROOM = "it costs hardly more accuracy than the band must leave for a right answer's bad luck"
# Weak models that earn full points by chance in 1 of 1,000 gradings or more, {(item, model): (data sets, reason)}.
PASSING = {
    ("layers.best_model", "reference of two_layer_net.best_net"): (DATASETS, NO_GAIN),
    ("batchnorm.best_model", "reference of layers.best_model"): (DATASETS, NO_GAIN),
    ("cnn.trained_convnet", "reference of batchnorm.best_model"): (DATASETS, NO_GAIN),
    ("softmax.best_classifier", calibration.SHORT): (DATASETS, CONVEX),
    ("softmax.best_classifier", calibration.SLOW): (DATASETS, CONVEX),
    ("softmax.best_classifier", calibration.UNCENTRED): (DATASETS, "biases make up for the mean"),
    ("softmax.best_classifier", calibration.FEW): (CIFAR10, "a tenth of them, 4,500, is most of what it can use"),
    ("two_layer_net.best_net", calibration.SHORT): (CIFAR10, AGREED),
    ("two_layer_net.best_net", calibration.SLOW): (CIFAR10, AGREED),
    ("two_layer_net.best_net", calibration.UNCENTRED): (CIFAR10, AGREED),
    ("layers.best_model", calibration.SLOW): (CIFAR10, ROOM),
    ("batchnorm.best_model", calibration.SLOW): (CIFAR10, ROOM),
    ("batchnorm.best_model", calibration.UNCENTRED): (DATASETS, "batch normalisation centres them itself"),
    ("cnn.trained_convnet", calibration.UNCENTRED): (DATASETS, ROOM),
    ("cnn.trained_convnet", calibration.FEW): (CIFAR10, ROOM),
    ("cnn.best_convnet", calibration.UNCENTRED): (DATASETS, ROOM),
    ("transfer.best_transfer", "images not standardised"): (DATASETS, "the stages that are trained make up for it"),
}


def measured(mean, deviation):
    return {"mean": mean, "standard_deviation": deviation}


def test_chances_are_those_of_the_normal_distribution():
    at_margin = measured(0.5, 0.01)
    assert calibrate.chance_of_less(at_margin, 0.5 - 0.0309) == pytest.approx(0.001, rel=0.01)
    assert calibrate.chance_of_reaching(at_margin, 0.5 + 0.0309) == pytest.approx(0.001, rel=0.01)
    assert calibrate.chance_of_less(at_margin, 0.5) == calibrate.chance_of_reaching(at_margin, 0.5) == 0.5
    assert calibrate.chance_of_reaching(at_margin, 0.6) == pytest.approx(7.62e-24, rel=0.01, abs=0)


@pytest.mark.parametrize(("accuracy", "reached"), [(0.1, 1.0), (0.11, 0.0)])
def test_a_model_that_always_says_the_same_passes_always_or_never(accuracy, reached):
    assert calibrate.chance_of_reaching(measured(0.1, 0.0), accuracy) == reached
    assert calibrate.chance_of_less(measured(0.1, 0.0), accuracy) == 1 - reached


def test_figures_count_every_grading():
    found = calibrate.figures(np.array([[0.4, 0.5], [0.6, 0.7], [0.5, 0.6]]), 400)
    assert found == {
        "mean": 0.55,
        "standard_deviation": 0.1049,
        "lowest": 0.4,
        "gradings": 6,
        "seeds": 3,
        "hidden_images": 400,
    }


def test_bands_lie_below_the_reference_by_the_margin_and_weak_models_are_held_against_them():
    item = Item(Recipe(None, None), {}, bonuses=((0.02, 2.0),), hidden=400)
    entry = calibrate.with_bands(item, "shapes10", measured(0.5, 0.01))
    assert [band["accuracy"] for band in entry["bands"]] == [0.41, 0.46, 0.48]
    assert calibrate.full_points(entry) == 0.46
    assert entry["measured"]["expected_false_fails"] == 3.2e-05  # four standard deviations
    assert calibrate.weak_entry(measured(0.45, 0.01), 0.46)["expected_false_passes"] == 0.16  # one


def test_bands_that_are_agreed_on_are_kept_as_they_are():
    item = Item(Recipe(None, None), {}, agreed={"cifar10": (0.48, (0.52, 2.0))}, hidden=400)
    entry = calibrate.with_bands(item, "cifar10", measured(0.5, 0.01))
    assert [band["accuracy"] for band in entry["bands"]] == [0.43, 0.48, 0.52]
    assert entry["measured"]["expected_false_fails"] == 0.023  # two standard deviations


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["cnn_by_hand"], "There is no assignment 'cnn_by_hand'; there are batchnorm, cnn,"),
        (["softmax", "--seeds", "1"], "a spread takes two models at least"),
    ],
)
def test_what_cannot_be_calibrated_is_one_sentence_and_exit_code_2(wrong, words, capsys):
    assert main(["calibrate", *wrong]) == 2
    assert words in one_line(capsys.readouterr().err)


def one_line(said):
    assert said.count("\n") == 1 and said.startswith("autograder: ")
    return said


def test_a_homework_without_an_accuracy_item_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(calibration, "ITEMS", {"softmax.best_classifier": None})
    assert main(["calibrate", "layers"]) == 2
    assert "The assignment 'layers' has no item about accuracy" in one_line(capsys.readouterr().err)


def test_without_solutions_it_says_that_it_needs_a_clone(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "solutions.calibration", None)  # importing it is an ImportError
    assert main(["calibrate", "softmax"]) == 2
    assert "run from a clone of the course" in one_line(capsys.readouterr().err)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Two small items, few images, and a table of one's own; returns its path."""
    preprocess = calibration._centred(calibration._with_bias)
    reference = Recipe(preprocess, functools.partial(calibration._softmax, epochs=5))
    untrained = Recipe(preprocess, functools.partial(calibration._softmax, epochs=1, learning_rate=0.0), share=0.5)
    first = Item(reference, {"untrained": untrained}, hidden=60)
    second = Item(reference, {"reference of softmax.best_classifier": "softmax.best_classifier"}, hidden=60)
    monkeypatch.setattr(calibration, "ITEMS", {"softmax.best_classifier": first, "two_layer_net.best_net": second})
    monkeypatch.setattr(calibrate, "load_images", functools.partial(load_images, train=400, val=1, test=1))
    monkeypatch.setattr(calibrate, "THRESHOLDS", tmp_path / "thresholds.json")
    return tmp_path / "thresholds.json"


def test_the_whole_command_measures_a_homework_and_writes_the_table(small, capsys):
    for name in ("softmax", "two_layer_net"):
        assert main(["calibrate", name, "--seeds", "2", "--only", "shapes10"]) == 0
    said = capsys.readouterr().out
    assert "softmax.best_classifier on shapes10, reference: {" in said
    assert "softmax.best_classifier on shapes10, untrained: {" in said
    table = json.loads(small.read_text(encoding="utf-8"))
    entry = table["softmax.best_classifier"]["shapes10"]
    assert entry["measured"]["gradings"] == entry["weak"]["untrained"]["gradings"] == 2 * calibrate.DRAWS
    assert entry["weak"]["untrained"]["mean"] < 0.15 < entry["measured"]["mean"]
    # The first homework's reference is a weak model of the second one, and is not measured twice.
    earlier = table["two_layer_net.best_net"]["shapes10"]["weak"]["reference of softmax.best_classifier"]
    assert earlier["mean"] == entry["measured"]["mean"] and earlier["expected_false_passes"] > 0.5
    assert list(small.parent.iterdir()) == [small]


def test_weak_models_alone_leave_the_bands_as_they_are(small, capsys):
    assert main(["calibrate", "softmax", "--weak-only", "--only", "shapes10"]) == 2
    assert "measure without --weak-only first" in one_line(capsys.readouterr().err)
    recorded = {"bands": [{"accuracy": 0.05, "share": 0.5}, {"accuracy": 0.9, "share": 0.5}], "measured": "as it was"}
    small.write_text(json.dumps({"softmax.best_classifier": {"shapes10": recorded}}), encoding="utf-8")
    assert main(["calibrate", "softmax", "--seeds", "2", "--weak-only", "--only", "shapes10"]) == 0
    entry = json.loads(small.read_text(encoding="utf-8"))["softmax.best_classifier"]["shapes10"]
    assert {key: entry[key] for key in recorded} == recorded
    assert entry["weak"]["untrained"]["expected_false_passes"] < 0.001


@pytest.mark.parametrize("check", ITEMS)
def test_thresholds_are_measured_and_fail_right_solutions_by_chance_in_fewer_than_1_of_1000_gradings(check):
    assert set(TABLE[check]) == set(DATASETS)
    for entry in TABLE[check].values():
        accuracies = [band["accuracy"] for band in entry["bands"]]
        assert accuracies == sorted(set(accuracies)) and sum(band["share"] for band in entry["bands"]) == 1
        assert sum(band.get("bonus", 0) for band in entry["bands"]) == get_check(check).bonus
        assert entry["measured"]["expected_false_fails"] < 0.001 and entry["measured"]["gradings"] >= 20
        assert accuracies[1] == calibrate.full_points(entry) < entry["measured"]["lowest"]


def test_every_homework_with_an_accuracy_item_has_thresholds():
    assert set(TABLE) == set(ITEMS)


@pytest.mark.parametrize("check", ITEMS)
def test_every_item_has_weak_models_on_shapes10(check):
    weak = TABLE[check]["shapes10"]["weak"]
    assert set(weak) == set(ITEMS[check].weak) and len(weak) >= 2
    assert all(entry["gradings"] >= 15 for entry in weak.values())


def test_the_weak_models_that_pass_are_known_with_the_reason():
    found = {
        (item, dataset, model)
        for item, entries in TABLE.items()
        for dataset, entry in entries.items()
        for model, weak in entry["weak"].items()
        if weak["expected_false_passes"] >= 0.001
    }
    assert found == {(item, dataset, model) for (item, model), (sets, _) in PASSING.items() for dataset in sets}


@pytest.mark.parametrize(
    ("item", "earlier"),
    [
        ("two_layer_net.best_net", "reference of softmax.best_classifier"),
        ("cnn.best_convnet", "reference of batchnorm.best_model"),
        ("cnn.best_convnet", "reference of cnn.trained_convnet"),
        ("transfer.best_transfer", "net of cnn.best_convnet on the same 500 images"),
    ],
)
def test_where_a_chapter_brings_accuracy_the_model_before_earns_no_full_points(item, earlier):
    for entry in TABLE[item].values():
        assert entry["weak"][earlier]["expected_false_passes"] < 0.001


def test_what_is_recorded_of_weak_models_is_in_step_with_bands_and_references():
    assert calibrate.with_recorded(calibrate.read_table()) == TABLE
    for entries in TABLE.values():
        for entry in entries.values():
            for weak in entry["weak"].values():
                figures = {key: value for key, value in weak.items() if not key.startswith("expected")}
                assert weak == calibrate.weak_entry(figures, calibrate.full_points(entry))
