"""The reference solution of the two-layer net: against differences, PyTorch and published toy cases; its training."""

import numpy as np
import pytest
import torch

from solutions.two_layer_net import (
    TwoLayerNet,
    adam,
    cosine,
    rmsprop,
    sgd,
    sgd_momentum,
    step,
    two_layer_backward,
    two_layer_forward,
    two_layer_loss,
)

SHAPES = [(7, 5, 6, 4), (1, 3, 2, 2), (12, 4, 9, 3)]


def problem(N, D, H, C):
    rng = np.random.default_rng(N + D + H + C)
    params = {
        "W1": rng.standard_normal((D, H)),
        "b1": rng.standard_normal(H),
        "W2": rng.standard_normal((H, C)),
        "b2": rng.standard_normal(C),
    }
    return params, rng.standard_normal((N, D)), rng.integers(0, C, N)


def loss_and_gradients(params, X, y, reg):
    scores, hidden = two_layer_forward(X, params)
    loss, dscores = two_layer_loss(scores, y, params, reg)
    return loss, two_layer_backward(dscores, X, hidden, params, reg)


def relative(a, b):
    return np.linalg.norm(a - b) / max(np.linalg.norm(b), 1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reg", [0.0, 0.3, 2.0])
def test_gradients_agree_with_centred_differences(shape, reg):
    params, X, y = problem(*shape)
    assert np.abs(X @ params["W1"] + params["b1"]).min() > 1e-3  # no ReLU opens or closes within the steps below
    grads = loss_and_gradients(params, X, y, reg)[1]
    for name, value in params.items():
        numerical = np.zeros_like(value)
        for index in np.ndindex(value.shape):
            ends = []
            for h in (1e-5, -1e-5):
                moved = value.copy()
                moved[index] += h
                ends.append(loss_and_gradients(params | {name: moved}, X, y, reg)[0])
            numerical[index] = (ends[0] - ends[1]) / 2e-5
        assert relative(grads[name], numerical) < 1e-8


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reg", [0.0, 0.3, 2.0])
def test_loss_and_gradients_agree_with_float64_autograd(shape, reg):
    params, X, y = problem(*shape)
    loss, grads = loss_and_gradients(params, X, y, reg)
    t = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    scores = torch.relu(torch.tensor(X) @ t["W1"] + t["b1"]) @ t["W2"] + t["b2"]
    expected = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
    expected = expected + reg * ((t["W1"] ** 2).sum() + (t["W2"] ** 2).sum())
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    for name in params:
        assert relative(grads[name], t[name].grad.numpy()) < 1e-12


@pytest.mark.parametrize(
    ("rule", "config", "optimiser"),
    [
        (sgd, {"learning_rate": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
        (
            sgd_momentum,
            {"learning_rate": 0.1, "momentum": 0.8},
            lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8),  # the same steps while the rate is constant
        ),
        (
            adam,
            {"learning_rate": 0.1, "beta1": 0.7, "beta2": 0.9, "epsilon": 1e-4},
            lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.7, 0.9), eps=1e-4),
        ),
        (adam, {}, lambda p: torch.optim.Adam(p)),
    ],
    ids=["sgd", "sgd_momentum", "adam", "adam with its defaults"],
)
def test_update_rules_take_the_steps_of_torch(rule, config, optimiser):
    rng = np.random.default_rng(0)
    w = rng.standard_normal((4, 3))
    theirs = torch.tensor(w.copy(), requires_grad=True)
    torch_rule = optimiser([theirs])
    for dw in rng.standard_normal((60, 4, 3)):
        w, config = rule(w, dw, config)
        theirs.grad = torch.tensor(dw)
        torch_rule.step()
        assert relative(w, theirs.detach().numpy()) < 1e-12


def test_rmsprop_follows_its_formula():
    rng = np.random.default_rng(0)
    w, config, cache = rng.standard_normal(5), {"learning_rate": 0.1, "decay_rate": 0.9, "epsilon": 1e-3}, np.zeros(5)
    for dw in rng.standard_normal((30, 5)):
        cache = 0.9 * cache + 0.1 * dw * dw
        expected = w - 0.1 * dw / np.sqrt(cache + 1e-3)
        w, config = rmsprop(w, dw, config)
        assert relative(w, expected) < 1e-14


def published_toy():
    """Sizes 4-10-3, five examples; NumPy's legacy generator, as when it was published."""
    weights = np.random.RandomState(0)
    net = TwoLayerNet(4, 10, 3)
    net.params["W1"], net.params["W2"] = 0.1 * weights.randn(4, 10), 0.1 * weights.randn(10, 3)
    return net, 10 * np.random.RandomState(1).randn(5, 4), np.array([0, 1, 2, 2, 1])


def test_the_published_toy_has_its_published_scores_and_loss():
    net, X, y = published_toy()
    assert np.allclose(net.loss(X)[0], [-0.81233741, -1.27654624, -0.70335995], atol=5e-9)
    assert net.loss(X, y, 0.05)[0] == pytest.approx(1.30378789133, abs=5e-12)


def test_the_published_toy_is_learnt_in_a_hundred_steps():
    net, X, y = published_toy()
    history = net.train(X, y, epochs=100, learning_rate=0.1, learning_rate_decay=1.0, reg=5e-6)
    assert len(history["loss"]) == 100 and history["loss"][-1] < 0.02


def even_toy():
    """The other published toy: evenly spaced numbers, and a regulariser with a factor 1/2."""
    net = TwoLayerNet(4, 10, 3)
    for name, ends, shape in (
        ("W1", (-0.2, 0.6), (4, 10)),
        ("b1", (-0.3, 0.7), 10),
        ("W2", (-0.4, 0.1), (10, 3)),
        ("b2", (-0.5, 0.9), 3),
    ):
        net.params[name] = np.linspace(*ends, int(np.prod(shape))).reshape(shape)
    return net, np.linspace(-0.2, 0.5, 20).reshape(5, 4), np.array([0, 1, 2, 2, 1])


def test_the_evenly_spaced_toy_has_its_published_loss():
    net, X, y = even_toy()
    assert net.loss(X, y, 0.1 / 2)[0] == pytest.approx(1.38191946092, abs=5e-12)


EVEN = {"epochs": 100, "batch_size": 5, "learning_rate": 0.1, "learning_rate_decay": 1.0, "reg": 0.001 / 2}


@pytest.mark.parametrize(("rule", "loss"), [("sgd", 0.9406862), ("sgd_momentum", 0.4943936), ("rmsprop", 0.4393676)])
def test_the_evenly_spaced_toy_reaches_the_published_losses(rule, loss):
    net, X, y = even_toy()
    history = net.train(X, y, update_rule=rule, shuffle=False, **EVEN)
    assert history["loss"][-1] == pytest.approx(loss, abs=1e-7)


def test_the_well_known_wrong_value_is_rmsprop_with_epsilon_outside_the_root():
    net, X, y = even_toy()
    cache, losses = dict.fromkeys(net.params, 0.0), []
    for _ in range(100):
        loss, grads = net.loss(X, y, EVEN["reg"])
        losses.append(loss)
        for name, dw in grads.items():
            cache[name] = 0.99 * cache[name] + 0.01 * dw**2
            net.params[name] = net.params[name] - 0.1 * dw / (np.sqrt(cache[name]) + 1e-8)
    assert losses[-1] == pytest.approx(0.4298483, abs=1e-7)


def test_schedules_begin_at_one_and_fall():
    assert [step(epoch, 8) for epoch in range(8)] == pytest.approx([1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01])
    falling = [cosine(epoch, 9) for epoch in range(9)]
    assert (
        falling[0] == pytest.approx(1) and falling[4] == pytest.approx(0.5005) and falling[-1] == pytest.approx(0.001)
    )
    assert falling == sorted(falling, reverse=True)
    assert cosine(0, 1) == pytest.approx(1)


def test_the_rate_of_every_step_is_that_of_its_epoch():
    _, X, y = problem(7, 5, 6, 4)
    settings = {"epochs": 3, "batch_size": 3, "learning_rate": 0.4}
    rates = TwoLayerNet(5, 6, 4).train(X, y, X, y, learning_rate_decay=0.5, **settings)["learning_rate"]
    assert rates == pytest.approx(np.repeat([0.4, 0.2, 0.1], 3))
    history = TwoLayerNet(5, 6, 4).train(X, y, X, y, schedule=cosine, **settings)
    assert history["learning_rate"] == pytest.approx(np.repeat([0.4 * cosine(e, 3) for e in range(3)], 3))
    assert len(history["train_accuracy"]) == len(history["val_accuracy"]) == 3


def test_shuffled_training_is_the_same_for_the_same_seed_and_another_for_another():
    _, X, y = problem(30, 4, 6, 3)
    trained = []
    for seed in (0, 0, 1):
        net = TwoLayerNet(4, 6, 3, std=0.5)
        net.train(X, y, epochs=2, batch_size=7, learning_rate=0.1, seed=seed)
        trained.append(net.params["W1"])
    assert np.array_equal(trained[0], trained[1]) and not np.allclose(trained[0], trained[2])


def test_float32_examples_are_trained_on_in_float32():
    _, X, y = problem(12, 4, 9, 3)
    net = TwoLayerNet(4, 9, 3)
    net.train(X.astype(np.float32), y, epochs=1, update_rule="adam")
    assert {value.dtype for value in net.params.values()} == {np.dtype(np.float32)}


def test_a_trained_net_survives_saving(tmp_path):
    net, X, y = published_toy()
    net.train(X, y, epochs=100, learning_rate=0.1)
    net.save(tmp_path / "net.npz")
    again = TwoLayerNet(1, 1, 1).load(tmp_path / "net.npz")
    assert again.accuracy(X, y) == 1.0
    assert all(np.array_equal(again.params[name], value) for name, value in net.params.items())


def test_an_unknown_update_rule_is_named_with_those_there_are():
    net, X, y = published_toy()
    with pytest.raises(ValueError, match=r"'adagrad'; there are sgd, sgd_momentum, rmsprop, adam"):
        net.train(X, y, update_rule="adagrad")
