"""The reference solution of the softmax chapter against float64 autograd, and its training loop step by step."""

import numpy as np
import pytest
import torch

from solutions.softmax import (
    SoftmaxClassifier,
    bootstrap,
    ensemble_predict,
    numerical_gradient,
    softmax,
    softmax_loss_naive,
    softmax_loss_vectorized,
)

LOSSES = (softmax_loss_naive, softmax_loss_vectorized)


def problem(N, D, C, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    return scale * rng.standard_normal((D, C)), rng.standard_normal((N, D)), rng.integers(0, C, N)


def by_autograd(W, X, y, reg):
    W = torch.tensor(W, dtype=torch.float64, requires_grad=True)
    loss = (
        torch.nn.functional.cross_entropy(torch.tensor(X, dtype=torch.float64) @ W, torch.tensor(y))
        + reg * (W**2).sum()
    )
    loss.backward()
    return loss.item(), W.grad.numpy()


@pytest.mark.parametrize("loss_function", LOSSES)
@pytest.mark.parametrize("shape", [(7, 5, 4), (1, 3, 2), (20, 2, 9), (6, 4, 1), (3, 1, 3)])
@pytest.mark.parametrize("reg", [0.0, 0.3, 2.0])
def test_loss_and_gradient_agree_with_float64_autograd(loss_function, shape, reg):
    W, X, y = problem(*shape, seed=sum(shape))
    loss, dW = loss_function(W, X, y, reg)
    expected, gradient = by_autograd(W, X, y, reg)
    assert loss == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert np.linalg.norm(dW - gradient) <= 1e-12 * (np.linalg.norm(gradient) + 1e-3)


@pytest.mark.parametrize("loss_function", LOSSES)
def test_large_scores_stay_finite_and_right(loss_function):
    W, X, y = problem(6, 4, 5, scale=400.0)
    loss, dW = loss_function(W, X, y, 0.0)
    expected, gradient = by_autograd(W, X, y, 0.0)
    assert loss == pytest.approx(expected, rel=1e-10)
    assert np.allclose(dW, gradient, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("reg", [0.0, 1.5])
def test_gradient_agrees_with_centred_differences(reg):
    W, X, y = problem(8, 4, 3)
    numerical = numerical_gradient(lambda w: softmax_loss_vectorized(w, X, y, reg)[0], W)
    dW = softmax_loss_vectorized(W, X, y, reg)[1]
    assert np.linalg.norm(dW - numerical) / np.linalg.norm(dW) < 1e-8


def test_softmax_agrees_with_torch_for_scores_of_any_size():
    scores = np.concatenate([problem(9, 9, 6)[1][:, :6], 1000 * problem(4, 4, 6, seed=1)[0][:, :6]])
    assert np.allclose(softmax(scores), torch.softmax(torch.tensor(scores), dim=1).numpy(), rtol=1e-12, atol=1e-300)


def test_numerical_gradient_leaves_its_argument_alone_and_takes_any_shape():
    for shape in ((3,), (2, 3), (2, 1, 4)):
        x = np.random.default_rng(0).standard_normal(shape)
        before = x.copy()
        assert np.allclose(numerical_gradient(lambda v: np.sum(np.sin(v)), x), np.cos(x), atol=1e-9)
        assert np.array_equal(x, before)


def test_training_takes_the_steps_that_autograd_takes():
    W, X, y = problem(11, 4, 3)
    settings = {
        "epochs": 3,
        "batch_size": 4,
        "learning_rate": 0.4,
        "final_learning_rate": 0.1,
        "reg": 0.05,
        "shuffle": False,
    }
    model = SoftmaxClassifier()
    model.W = W.copy()
    history = model.train(X, y, X, y, **settings)
    expected, losses = W.copy(), []
    for rate in (0.4, 0.25, 0.1):
        for start in (0, 4, 8):
            loss, gradient = by_autograd(expected, X[start : start + 4], y[start : start + 4], 0.05)
            expected -= rate * gradient
            losses.append(loss)
    assert np.allclose(model.W, expected, rtol=1e-12)
    assert np.allclose(history["loss"], losses)
    assert np.allclose(history["learning_rate"], np.repeat([0.4, 0.25, 0.1], 3))
    assert len(history["train_accuracy"]) == len(history["val_accuracy"]) == 3


def test_shuffled_training_is_the_same_for_the_same_seed_and_another_for_another():
    _, X, y = problem(30, 4, 3)
    trained = []
    for seed in (0, 0, 1):
        model = SoftmaxClassifier()
        model.W = np.zeros((4, 3))
        model.train(X, y, epochs=2, batch_size=7, learning_rate=0.1, seed=seed)
        trained.append(model.W)
    assert np.array_equal(trained[0], trained[1]) and not np.allclose(trained[0], trained[2])


def test_float32_examples_are_trained_on_in_float32():
    _, X, y = problem(20, 4, 3)
    model = SoftmaxClassifier()
    model.train(X.astype(np.float32), y, epochs=1)
    assert model.W.dtype == np.float32


def test_separable_classes_are_learnt_and_weights_survive_saving(tmp_path):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 90)
    X = np.column_stack([4 * np.eye(3)[y] + 0.3 * rng.standard_normal((90, 3)), np.ones(90)])
    model = SoftmaxClassifier()
    model.train(X, y, epochs=20, batch_size=10, learning_rate=0.1)
    assert model.accuracy(X, y) == 1.0
    model.save(tmp_path / "weights.npz")
    again = SoftmaxClassifier().load(tmp_path / "weights.npz")
    assert np.array_equal(again.predict(X), model.predict(X))
    assert np.allclose(again.probabilities(X).sum(axis=1), 1)


def test_a_bootstrap_sample_keeps_labels_and_holds_about_63_percent_of_the_examples():
    X, y = np.arange(2000.0)[:, np.newaxis], np.arange(2000) % 7
    X_sample, y_sample = bootstrap(X, y, np.random.default_rng(0))
    assert np.array_equal(y_sample, X_sample[:, 0].astype(int) % 7)
    assert abs(len(np.unique(X_sample)) / 2000 - (1 - np.exp(-1))) < 0.03


def test_the_ensemble_adds_probabilities_up():
    members = [
        np.array([[0.55, 0.45], [0.2, 0.8]]),
        np.array([[0.55, 0.45], [0.9, 0.1]]),
        np.array([[0.1, 0.9], [0.1, 0.9]]),
    ]
    assert ensemble_predict(members).tolist() == [1, 1]
