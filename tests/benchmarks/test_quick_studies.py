"""Every recorded study still runs, small, and writes its provenance; the recorded ones are what the book may show."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks import shapes10
from benchmarks.speed import cnn as speed_of_cnn
from benchmarks.studies import batchnorm, cnn, layers, softmax, transfer, two_layer_net
from benchmarks.studies.run import Scale

RECORDED = Path(__file__).resolve().parents[2] / "book" / "results"
PROVENANCE = ("settings", "seed", "seconds")
CHAPTERS = {
    "softmax": softmax,
    "two_layer_net": two_layer_net,
    "layers": layers,
    "batchnorm": batchnorm,
    "cnn": cnn,
    "transfer": transfer,
}


def recorded(chapter, name):
    """A recorded study, as the book shows it."""
    return json.loads((RECORDED / chapter / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_all_studies_of_a_chapter_run_small_and_say_what_they_ran_on(chapter, tmp_path):
    assert CHAPTERS[chapter].main(["--quick", "--out", str(tmp_path)]) == 0
    for name in CHAPTERS[chapter].STUDIES:
        study = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert study["quick"] and study["data"]["name"] == "shapes10" and study["versions"]["numpy"]
        assert study["source"]["name"]


@pytest.mark.parametrize(("chapter", "name"), [(c, name) for c, module in CHAPTERS.items() for name in module.STUDIES])
def test_recorded_studies_are_whole_and_ran_on_cifar10(chapter, name):
    study = recorded(chapter, name)
    assert not study["quick"] and study["data"]["name"] == "cifar10"
    assert study["machine"]["threads"] >= 1 and study["seconds"] > 0
    # How images are prepared is compared on a part of them: each way needs features of its own.
    assert study["data"]["splits"]["test"]["images"] == (2_000 if name == "preparation" else 10_000)
    for run in study["runs"] if name != "gradient_check" else []:
        assert all(key in run for key in PROVENANCE)


def test_the_best_setting_reaches_what_the_source_reached():
    study = recorded("softmax", "best_setting")
    reached = [run["test_accuracy"] for run in study["runs"]]
    assert len(reached) == 3 and min(reached) >= study["source"]["test_accuracy"]
    for name in ("grid", "bagging"):
        study = recorded("softmax", name)
        assert study["ensemble"]["test_accuracy"] >= study["source"]["ensemble_test_accuracy"]


def test_two_layer_nets_reach_what_the_sources_reached_and_a_wide_one_more():
    first, tuned, wide = (recorded("two_layer_net", name) for name in ("first_settings", "tuned", "wide"))
    assert all(0.27 <= run["val_accuracy"] <= 0.31 for run in first["runs"])  # S1: about 29 %
    hidden = {run["settings"]["hidden_size"] for run in tuned["runs"]}
    assert min(hidden) >= 50 and max(hidden) <= 70
    assert len(tuned["runs"]) == 3 and min(run["val_accuracy"] for run in tuned["runs"]) > 0.52
    best = max(wide["runs"], key=lambda run: run["val_accuracy"])
    assert best["test_accuracy"] > 0.56 > wide["source"]["test_accuracy"]


def test_k_layer_nets_reach_what_the_source_reached():
    """S3's figures but for a spread of half a point between seeds; better ones where the source left off."""
    three_and_nine, depth, width, after, dropout, beyond = (
        recorded("batchnorm", name)
        for name in ("three_and_nine", "depth", "width", "after_activation", "dropout", "beyond")
    )
    normalised = [run for run in three_and_nine["runs"] if run["settings"]["normalisation"] == "batch"]
    for layers_, reached in three_and_nine["source"]["test_accuracy"].items():
        runs = [run["test_accuracy"] for run in normalised if len(run["settings"]["hidden"]) + 1 == int(layers_)]
        assert len(runs) == 3 and sum(runs) / 3 >= reached
    for layers_, reached in enumerate(depth["source"]["test_accuracy"], 2):
        runs = [run["test_accuracy"] for run in depth["runs"] if len(run["settings"]["hidden"]) + 1 == layers_]
        assert len(runs) == 3 and sum(runs) / 3 >= reached - 0.005
    for study in (width, after):
        for run, reached in zip(study["runs"], study["source"]["test_accuracy"].values(), strict=False):
            assert run["test_accuracy"] >= reached - 0.005, run["settings"]
    assert max(run["test_accuracy"] for run in width["runs"]) > 0.5523
    assert dropout["runs"][0]["test_accuracy"] > dropout["source"]["test_accuracy"]
    assert max(run["test_accuracy"] for run in beyond["runs"]) > 0.58


def test_convnets_reach_what_the_sources_reached():
    by_hand, dense = (recorded("cnn", name) for name in ("by_hand", "dense"))
    assert len(by_hand["runs"]) == 3
    assert min(run["val_accuracy"] for run in by_hand["runs"]) > by_hand["source"]["val_accuracy"] == 0.507
    assert dense["runs"][0]["test_accuracy"] > dense["source"]["test_accuracy"]


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_a_convnet_has_its_parameters_and_reaches_what_the_source_reached(name):
    convnets = recorded("cnn", "convnets")
    run = next(run for run in convnets["runs"] if run["settings"]["net"] == f"convnet_{name}")
    assert run["parameters"] == {"a": 24_442, "b": 1_626_442, "c": 890_410}[name]
    assert run["test_accuracy"] > convnets["source"]["test_accuracy"][name]


@pytest.mark.parametrize(("name", "poolings", "parameters"), [("b", 1, 1_626_442), ("c", 2, 890_410)])
def test_a_net_of_a_study_has_the_dropout_and_the_first_weights_that_its_settings_name(name, poolings, parameters):
    settings = {"net": f"convnet_{name}", "dropout": 0.5, "dropout_behind_pooling": 0.25, "initialiser": "he"}
    layers_ = list(cnn._net(settings, 0))
    pooled = [k for k, layer in enumerate(layers_) if isinstance(layer, torch.nn.MaxPool2d)]
    assert len(pooled) == poolings and all(layers_[k + 1].p == 0.25 for k in pooled)
    assert sum(isinstance(layer, torch.nn.Dropout) for layer in layers_) == poolings + 1
    dense_ = next(layer for layer in layers_ if isinstance(layer, torch.nn.Linear))
    assert dense_.weight.std().item() == pytest.approx((2 / dense_.in_features) ** 0.5, rel=0.01)
    assert not dense_.bias.any()
    plain = cnn._net({"net": f"convnet_{name}", "dropout": 0.5}, 0)
    assert len(plain) == len(layers_) - poolings
    assert sum(p.numel() for p in plain.parameters()) == parameters


def test_longer_training_of_s2s_nets_passes_the_source_and_shows_what_dropout_is_for():
    study = recorded("cnn", "regularisation")
    for run, reached in zip(study["runs"], study["source"]["val_accuracy"].values(), strict=True):
        assert run["epochs"] == 10 and run["val_accuracy"] > reached
    plain, dropped, normalised = (run["curves"]["val_loss"] for run in study["runs"])
    assert plain[-1] > 1.3 * min(plain) and dropped[-1] < 1.1 * min(dropped) and normalised[-1] < 1.1 * min(normalised)
    sizes = recorded("cnn", "batch_size")
    he = [run for run in sizes["runs"] if run["settings"].get("initialiser") == "he"]
    for run, reached in zip(he, sizes["source"]["val_accuracy"].values(), strict=True):
        assert run["val_accuracy"] > reached


def test_the_terminal_command_trains_four_kinds_of_nets_each_better_than_the_one_before():
    study = recorded("cnn", "from_terminal")
    assert [run["settings"]["net"] for run in study["runs"]] == list(cnn.TERMINAL)
    reached = [run["test_accuracy"] for run in study["runs"]]
    assert reached == sorted(reached) and reached[0] > 0.37 and reached[-1] > 0.7
    assert all(len(run["curves"]["val_accuracy"]) == run["epochs"] == 10 for run in study["runs"])


def test_augmentation_brings_a_convnet_above_82_per_cent():
    assert recorded("cnn", "augmentation")["runs"][0]["test_accuracy"] > 0.82


def test_confusions_are_those_of_all_test_images_and_agree_with_the_accuracy():
    for study in ("convnets", "augmentation", "dense"):
        for run in recorded("cnn", study)["runs"]:
            confusions = run["confusions"]
            assert [sum(row) for row in confusions] == [1000] * 10
            assert sum(confusions[k][k] for k in range(10)) == round(10_000 * run["test_accuracy"])


def test_features_of_a_pretrained_net_pass_the_source_with_few_labels_and_fine_tuning_passes_a_net_from_scratch():
    labels, tuned = recorded("transfer", "labels"), recorded("transfer", "fine_tuning")["runs"][0]
    reached = {}
    for run in labels["runs"]:
        if run["settings"]["inputs"] == "features":
            reached.setdefault(run["images"], []).append(run["test_accuracy"])
    assert len(reached[500]) == 3 and min(reached[500]) > labels["source"]["val_accuracy"] == 0.567
    all_labels = min(reached[max(reached)])  # not all classes have 4,500 training images
    assert all_labels > 0.79
    assert tuned["test_accuracy"] > recorded("cnn", "augmentation")["runs"][0]["test_accuracy"] > all_labels
    assert sum(map(sum, tuned["confusions"])) == 10_000


def test_accuracy_by_labels_has_three_seeds_of_each_way_and_pretraining_is_worth_most_where_labels_are_few():
    found = {}
    for run in recorded("transfer", "by_labels")["runs"]:
        found.setdefault((run["settings"]["way"], run["settings"]["per_class"]), []).append(run["test_accuracy"])
    assert {len(values) for values in found.values()} == {3}
    gains = [min(found["fine-tuned", count]) - max(found["from scratch", count]) for count in (10, 100, 1000)]
    assert gains == sorted(gains, reverse=True) and gains[-1] > 0.1


def test_a_probe_on_all_labels_passes_85_per_cent():
    assert recorded("transfer", "all_labels")["runs"][0]["test_accuracy"] > 0.85


def test_fine_tuning_passes_90_per_cent():
    assert recorded("transfer", "fine_tuning")["runs"][0]["test_accuracy"] > 0.9


def test_a_study_that_was_killed_goes_on_from_its_checkpoint(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = Scale(quick=True).data(500, 200, 200)
    settings = cnn.ONE_CYCLE | {"net": "convnet_a", "learning_rate": 0.005, "epochs": 3, "shift": 2}
    whole = cnn.train("whole", data, settings, 0)

    def killed_after_one(name, epoch, row):
        if epoch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(cnn, "told", killed_after_one)
        with pytest.raises(KeyboardInterrupt):
            cnn.train("killed", data, settings, 0)
    resumed = cnn.train("killed", data, settings, 0)
    assert resumed["curves"] == whole["curves"] and resumed["test_accuracy"] == whole["test_accuracy"]
    assert not list((tmp_path / cnn.CHECKPOINTS).iterdir())


def test_the_speeds_of_layers_are_measured_and_our_fast_ones_are_fast(tmp_path):
    assert speed_of_cnn.main(["--quick", "--threads", "1", "--out", str(tmp_path / "speed.json")]) == 0
    quick = json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))
    assert quick["quick"] and {row["layer"] for row in quick["rows"]} == {"convolution", "pooling"}
    study = recorded("cnn", "speed")
    least = {
        ("convolution", "forward"): 1000,
        ("convolution", "backward"): 1000,
        ("pooling", "forward"): 300,
        ("pooling", "backward"): 100,
    }
    assert {row["threads"] for row in study["rows"]} == {1, 2} and not study["quick"]
    for row in study["rows"]:
        assert row["fast_to_torch"] <= 2, (row["name"], row["direction"], row["threads"])
        if "naive_to_fast" in row:
            assert row["naive_to_fast"] >= least[row["layer"], row["direction"]], row["name"]
    assert sum("naive_to_fast" in row for row in study["rows"]) == 8


def test_shapes10_is_as_hard_as_it_should_be():
    models = json.loads((RECORDED / "shapes10.json").read_text(encoding="utf-8"))["models"]
    softmax_, two_layer, convnet = (models[name]["test_accuracy"] for name in ("softmax", "two_layer", "cnn"))
    assert 0.35 <= softmax_ <= 0.45 and 0.50 <= two_layer <= 0.60 and convnet >= two_layer + 0.15
    assert models["cnn"]["parameters"] == 890_410


def test_the_measurement_of_shapes10_runs_small(tmp_path):
    assert shapes10.main(["--quick", "--out", str(tmp_path / "shapes10.json")]) == 0
    assert json.loads((tmp_path / "shapes10.json").read_text(encoding="utf-8"))["quick"]
