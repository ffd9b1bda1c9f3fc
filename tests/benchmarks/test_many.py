"""Many classifiers trained at once are those that are trained one after another."""

import json

import numpy as np
import pytest

from benchmarks.many import accuracies, probabilities, rates, train_many
from benchmarks.speed import softmax as speed
from benchmarks.speed import tables
from solutions.softmax import SoftmaxClassifier, softmax_loss_vectorized

SETTINGS = [
    {"epochs": 3, "batch_size": batch, "learning_rate": rate, "reg": reg, "shuffle": shuffle} | falls
    for batch in (7, 20)
    for rate in (0.1, 0.01)
    for reg in (0.0, 0.02)
    for shuffle in (True, False)
    for falls in ({}, {"final_learning_rate": 0.001})
]


@pytest.fixture
def examples():
    rng = np.random.default_rng(0)
    return rng.standard_normal((50, 6)), rng.integers(0, 4, 50)


def test_weights_are_those_of_models_trained_alone(examples):
    X, y = examples
    together = train_many(X, y, SETTINGS, range(len(SETTINGS)), order_seed=5)
    for seed, (W, settings) in enumerate(zip(together, SETTINGS, strict=True)):
        alone = SoftmaxClassifier()
        alone.W = 0.01 * np.random.default_rng(seed).standard_normal((6, 4))
        alone.train(X, y, seed=5, **settings)
        np.testing.assert_allclose(W, alone.W, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(probabilities(together, X)[:, seed], alone.probabilities(X), rtol=1e-10)
        assert accuracies(together, X, y, rows=13)[seed] == alone.accuracy(X, y)


def test_counts_are_copies_of_examples(examples):
    X, y = examples
    counts = np.random.default_rng(1).integers(0, 4, (2, 50))
    settings = {"epochs": 1, "batch_size": 50, "learning_rate": 0.3, "reg": 0.01, "shuffle": False}
    together = train_many(X, y, [settings] * 2, [3, 4], counts=counts)
    for W, seed, held in zip(together, (3, 4), counts, strict=True):
        sample = np.repeat(np.arange(50), held)
        first = 0.01 * np.random.default_rng(seed).standard_normal((6, 4))
        dW = softmax_loss_vectorized(first, X[sample], y[sample], 0.01)[1]
        np.testing.assert_allclose(W, first - 0.3 * dW, rtol=1e-10, atol=1e-14)


def test_a_batch_of_which_a_sample_has_nothing_changes_nothing(examples):
    X, y = examples
    settings = {"epochs": 2, "batch_size": 25, "learning_rate": 0.3, "reg": 0.0, "shuffle": False}
    trained = train_many(X, y, [settings], [3], counts=np.zeros((1, 50), dtype=int))
    np.testing.assert_array_equal(trained[0], 0.01 * np.random.default_rng(3).standard_normal((6, 4)))


def test_rates_fall_linearly_to_the_last_epoch():
    assert rates({"epochs": 3, "learning_rate": 0.3, "final_learning_rate": 0.1}) == pytest.approx([0.3, 0.2, 0.1])
    assert rates({"epochs": 2, "learning_rate": 0.3}) == [0.3, 0.3]
    assert rates({"epochs": 1, "learning_rate": 0.3, "final_learning_rate": 0.1}) == [0.3]


def test_the_speeds_of_training_are_measured_small(tmp_path):
    assert speed.main(["--quick", "--out", str(tmp_path / "speed.json")]) == 0
    found = json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))
    assert found["quick"] and found["data"]["name"] == "shapes10"
    assert set(found["step"]) == {"batch 100", "batch 500"}
    for part, models in (("grid", 4), ("bagging", 2)):
        assert found[part]["models"] == models and 0 <= found[part]["ensemble"]["test_accuracy"] <= 1
        assert min(found[part][name] for name in ("seconds", "one_after_another", "by_loops", "gigaflops")) > 0
    assert [row["models"] for row in found["growth"]] == [3, 3, 1, 3, 3, 3]


def test_the_grid_holds_each_of_the_sources_four_kinds_of_runs():
    assert len(speed.GRID) == 96
    kinds = {(one["shuffle"], "final_learning_rate" in one) for one in speed.GRID}
    assert len(kinds) == 4 and len({str(one) for one in speed.GRID}) == 96


def test_the_recorded_grid_and_bagging_are_as_fast_and_as_accurate_as_they_are_said_to_be():
    recorded = tables.results("softmax/speed")
    assert not recorded["quick"] and recorded["data"]["name"] == "cifar10"
    grid, bags = recorded["grid"], recorded["bagging"]
    assert grid["models"] == 96 and grid["seconds"] < 4 * 60 and grid["one_after_another"] > 3 * grid["seconds"]
    assert bags["models"] == 20 and bags["seconds"] < 60 and bags["one_after_another"] > 3 * bags["seconds"]
    for part in (grid, bags):
        assert part["ensemble"]["test_accuracy"] >= part["source"]["ensemble_test_accuracy"]
    assert grid["best"]["test_accuracy"] >= grid["source"]["test_accuracy"]
