"""The reference solution of the chapter on batch normalisation against float64 autograd, differences and statistics."""

import json

import numpy as np
import pytest
import torch
from torch.nn import functional

from solutions import batchnorm
from solutions.batchnorm import (
    BatchNormalization,
    Dropout,
    LayerNormalization,
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    dropout_backward,
    dropout_forward,
    fully_connected_net,
    layernorm_backward,
    layernorm_forward,
    mirrored_and_shifted,
)
from solutions.layers import Dense, Model, ReLU, Softmax, he, k_layer_model, make_layer, normal

BOUND = 1e-9  # relative error of all float64 results
# Ten shapes, and how the arrays lie in memory.
SHAPES = [
    (2, 5, "C"),
    (3, 1, "C"),
    (7, 4, "C"),
    (20, 6, "F"),
    (5, 30, "C"),
    (64, 3, "every second"),
    (4, 4, "turned"),
    (11, 9, "C"),
    (100, 2, "F"),
    (33, 17, "turned"),
]
every_shape = pytest.mark.parametrize(("N", "D", "memory"), SHAPES)
BACKWARD = {"node by node": batchnorm_backward, "simplified": batchnorm_backward_alt}
every_backward = pytest.mark.parametrize("backward", BACKWARD.values(), ids=BACKWARD)


def laid(array, memory):
    """The same numbers, lying in memory in another way."""
    if memory == "every second":
        return np.repeat(array, 2, axis=-1)[..., ::2]
    if memory == "turned":
        return np.ascontiguousarray(array.T).T
    return np.array(array, order=memory)


def problem(N, D, memory="C", dtype=np.float64):
    """Inputs with a mean and a spread of their own in every feature, gamma, beta and an upstream gradient."""
    rng = np.random.default_rng([N, D])
    x = rng.standard_normal((N, D)) * rng.uniform(0.2, 5, D) + 3 * rng.standard_normal(D)
    arrays = x, rng.standard_normal(D), rng.standard_normal(D), rng.standard_normal((N, D))
    return [laid(array.astype(dtype), memory) for array in arrays]


def off(got, expected, size=0.0):
    """Norm of the difference, relative to the expected array, or to `size` where that is larger."""
    expected = np.asarray(expected)
    assert np.shape(got) == expected.shape
    return np.linalg.norm(got - expected) / max(np.linalg.norm(expected), size, 1e-300)


def by_autograd(function, inputs, dout):
    """Output and gradients in float64, whatever the dtype of the inputs."""
    tensors = [torch.tensor(np.ascontiguousarray(a), dtype=torch.float64, requires_grad=True) for a in inputs]
    out = function(*tensors)
    out.backward(torch.tensor(np.ascontiguousarray(dout), dtype=torch.float64))
    return out.detach().numpy(), [tensor.grad.numpy() for tensor in tensors]


def torch_batchnorm(eps):
    return lambda x, gamma, beta: functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def torch_layernorm(eps):
    return lambda x, gamma, beta: functional.layer_norm(x, x.shape[1:], gamma, beta, eps)


# Batch and layer normalisation


@every_shape
@every_backward
@pytest.mark.parametrize("eps", [1e-5, 1e-2])
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, BOUND), (np.float32, 3e-5)])
def test_batch_normalisation_agrees_with_autograd_and_leaves_what_it_is_given(
    backward, N, D, memory, eps, dtype, bound
):
    x, gamma, beta, dout = problem(N, D, memory, dtype)
    before = [array.copy() for array in (x, gamma, beta, dout)]
    out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    grads = backward(dout, cache)
    expected, gradients = by_autograd(torch_batchnorm(eps), (x, gamma, beta), dout)
    assert off(out, expected) < bound
    # Of two examples hardly anything is left of dx: the parts that cancel are what its rounding is measured by.
    size = np.linalg.norm(dout * gamma / x.std(axis=0))
    for got, right in zip(grads, gradients, strict=True):
        assert off(got, right, size if got.ndim == 2 else 0) < bound
    assert {array.dtype for array in (out, *grads)} == {np.dtype(dtype)}
    assert all(map(np.array_equal, (x, gamma, beta, dout), before))


@every_shape
@pytest.mark.parametrize("eps", [1e-5, 1e-2])
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, BOUND), (np.float32, 3e-5)])
def test_layer_normalisation_agrees_with_autograd_and_leaves_what_it_is_given(N, D, memory, eps, dtype, bound):
    x, gamma, beta, dout = problem(N, D, memory, dtype)
    before = [array.copy() for array in (x, gamma, beta, dout)]
    out, cache = layernorm_forward(x, gamma, beta, {"eps": eps})
    grads = layernorm_backward(dout, cache)
    expected, gradients = by_autograd(torch_layernorm(eps), (x, gamma, beta), dout)
    assert off(out, expected) < bound
    sizes = np.linalg.norm(dout * gamma / np.sqrt(x.var(axis=1, keepdims=True) + eps)), np.linalg.norm(dout), 0
    for got, right, size in zip(grads, gradients, sizes, strict=True):
        assert off(got, right, size) < bound
    assert {array.dtype for array in (out, *grads)} == {np.dtype(dtype)}
    assert all(map(np.array_equal, (x, gamma, beta, dout), before))


@every_shape
@pytest.mark.parametrize("momentum", [0.9, 0.5, 0.99])
def test_running_statistics_are_those_of_torch_but_for_its_unbiased_variance(N, D, memory, momentum):
    param = {"mode": "train", "momentum": momentum}
    mean, var = np.zeros(D), np.ones(D)
    for step in range(4):
        x, gamma, beta, _ = problem(N, D, memory)
        x = (step + 1) * x + step
        theirs = torch.tensor(mean), torch.tensor(var)
        functional.batch_norm(torch.tensor(np.ascontiguousarray(x)), *theirs, training=True, momentum=1 - momentum)
        batchnorm_forward(x, gamma, beta, param)
        kept = momentum * var
        mean, var = theirs[0].numpy(), kept + (theirs[1].numpy() - kept) * (N - 1) / N
        assert off(param["running_mean"], mean) < BOUND
        assert off(param["running_var"], var) < BOUND
        assert param["running_mean"].shape == param["running_var"].shape == (D,)


@every_shape
def test_mode_test_uses_the_running_statistics_and_keeps_them(N, D, memory):
    x, gamma, beta, _ = problem(N, D, memory)
    rng = np.random.default_rng(0)
    kept = {"running_mean": rng.standard_normal(D), "running_var": rng.uniform(0.01, 4, D)}
    param = {"mode": "test", "eps": 1e-3} | {name: array.copy() for name, array in kept.items()}
    out, cache = batchnorm_forward(x, gamma, beta, param)
    tensors = [torch.tensor(np.ascontiguousarray(array)) for array in (x, *kept.values(), gamma, beta)]
    expected = functional.batch_norm(*tensors, training=False, eps=1e-3)
    assert off(out, expected.numpy()) < BOUND
    assert cache is None
    assert all(np.array_equal(param[name], kept[name]) for name in kept)


def test_one_example_alone_is_normalised_to_beta_and_gets_no_gradient():
    x, gamma, beta, dout = problem(1, 6)
    out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
    assert np.array_equal(out[0], beta)
    for backward in BACKWARD.values():
        dx, dgamma, dbeta = backward(dout, cache)
        assert np.allclose(dx, 0) and np.allclose(dgamma, 0) and np.array_equal(dbeta, dout[0])


# Dropout


@pytest.mark.parametrize("p", [0.0, 0.1, 0.25, 0.5, 0.8, 0.95])
def test_dropout_keeps_the_mean_and_has_the_variance_of_scaled_coins(p):
    x = np.full((1000, 500), 3.0)
    out, mask = dropout_forward(x, {"mode": "train", "p": p, "seed": 7})
    n, variance = x.size, 9 * p / (1 - p)
    assert abs(out.mean() - 3) <= 5 * np.sqrt(variance / n)
    assert out.var() == pytest.approx(variance, rel=0.02)
    dropped = np.mean(out == 0)
    assert abs(dropped - p) <= 5 * np.sqrt(p * (1 - p) / n)
    assert set(np.unique(mask)) <= {0.0, 1 / (1 - p)}
    assert np.array_equal(out, x * mask)


@pytest.mark.parametrize("shape", [(7, 5), (1, 9), (4, 3, 2, 6), (30,)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_of_dropout_goes_the_way_of_its_numbers(shape, dtype):
    rng = np.random.default_rng(1)
    x, dout = rng.standard_normal(shape).astype(dtype), rng.standard_normal(shape).astype(dtype)
    out, cache = dropout_forward(x, {"mode": "train", "p": 0.4, "seed": 3})
    dx = dropout_backward(dout, cache)
    assert out.dtype == dx.dtype == dtype
    assert np.allclose(dx * x, dout * out)  # the mask is the same
    whole, cache = dropout_forward(x, {"mode": "test", "p": 0.4})
    assert np.array_equal(whole, x) and np.array_equal(dropout_backward(dout, cache), dout)


def test_a_seed_settles_the_mask_and_without_one_every_call_draws_another():
    x = np.ones((40, 50))
    param = {"mode": "train", "p": 0.5}
    first, again, other = (dropout_forward(x, param | {"seed": seed})[0] for seed in (4, 4, 5))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert not np.array_equal(*(dropout_forward(x, param)[0] for _ in range(2)))
    one, another = Dropout(0.5, seed=4), Dropout(0.5, seed=4)
    passes = [one.forward(x, training=True) for _ in range(3)]
    assert not np.array_equal(passes[0], passes[1]) and not np.array_equal(passes[1], passes[2])
    assert all(np.array_equal(out, another.forward(x, training=True)) for out in passes)


# Whole nets

KINDS = [(None, 0.0), ("batch", 0.0), ("layer", 0.0), (None, 0.3), ("batch", 0.3), ("layer", 0.3)]
every_kind = pytest.mark.parametrize(("normalisation", "dropout"), KINDS)
DEPTHS = {2: [6, 5, 4], 3: [6, 7, 5, 4], 4: [6, 8, 7, 5, 4]}


def examples(N=20, D=6, C=4, seed=3):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, D)), rng.integers(0, C, N)


def net(depth, normalisation, dropout):
    """A net whose biases, gamma and beta are none of the usual numbers: what is wrong with them would stay hidden."""
    model = fully_connected_net(DEPTHS[depth], normalisation, dropout, normal(0.5), seed=depth)
    for k, layer in enumerate(model.layers):
        rng = np.random.default_rng(k)
        for name in set(layer.params) - {"W"}:
            layer.params[name] = rng.uniform(0.5, 1.5, layer.params[name].shape)
    return model


def loss_of(model, X, y, reg=0.0):
    """Loss, with the same dropout every time."""
    for layer in model.layers:
        if isinstance(layer, Dropout):
            layer.rng = np.random.default_rng(layer.seed)
    return model.compute_gradients(X, y, reg)


def torch_forward(model, x, params):
    """Scores of a net in torch, in training; dropout with the masks that were drawn last."""
    for layer, own in zip(model.layers, params, strict=True):
        if isinstance(layer, Dense):
            x = x @ own["W"] + own["b"]
        elif isinstance(layer, BatchNormalization):
            x = functional.batch_norm(x, None, None, own["gamma"], own["beta"], training=True, eps=layer.eps)
        elif isinstance(layer, LayerNormalization):
            x = functional.layer_norm(x, x.shape[1:], own["gamma"], own["beta"], layer.eps)
        elif isinstance(layer, ReLU):
            x = torch.relu(x)
        elif isinstance(layer, Dropout):
            x = x * torch.tensor(layer.cache)
    return x


@every_kind
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("reg", [0.0, 0.1])
def test_gradients_of_whole_nets_agree_with_autograd(depth, normalisation, dropout, reg):
    model, (X, y) = net(depth, normalisation, dropout), examples()
    loss = loss_of(model, X, y, reg)
    params = [
        {name: torch.tensor(value, requires_grad=True) for name, value in one.params.items()} for one in model.layers
    ]
    expected = functional.cross_entropy(torch_forward(model, torch.tensor(X), params), torch.tensor(y))
    expected = expected + reg * sum((own["W"] ** 2).sum() for own in params if "W" in own)
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=BOUND)
    largest = max(np.linalg.norm(layer.grads["W"]) for layer in model.layers if "W" in layer.params)
    for layer, own in zip(model.layers, params, strict=True):
        assert set(layer.grads) == set(own)
        for name, value in own.items():
            size = 0 if name == "W" else largest  # biases in front of batch normalisation: zero, but for rounding
            assert off(layer.grads[name], value.grad.numpy(), size) < BOUND


@every_kind
@pytest.mark.parametrize("depth", DEPTHS)
def test_gradients_of_whole_nets_agree_with_centred_differences_on_a_batch_of_twenty(depth, normalisation, dropout):
    model, (X, y) = net(depth, normalisation, dropout), examples()
    loss_of(model, X, y, 0.01)
    found = [(layer, name, layer.grads[name].copy()) for layer in model.layers for name in layer.params]
    for layer, name, gradient in found:
        numerical, right = np.zeros_like(gradient), layer.params[name]
        for index in np.ndindex(right.shape):
            ends = []
            for h in (1e-6, -1e-6):
                layer.params[name] = right.copy()
                layer.params[name][index] += h
                ends.append(loss_of(model, X, y, 0.01))
            numerical[index] = (ends[0] - ends[1]) / 2e-6
        layer.params[name] = right
        assert np.abs(gradient - numerical).max() < 1e-6, (layer.name, name)


@pytest.mark.parametrize("depth", DEPTHS)
def test_biases_in_front_of_batch_normalisation_get_no_gradient(depth):
    model, (X, y) = net(depth, "batch", 0.0), examples()
    model.compute_gradients(X, y)
    dense = [layer for layer in model.layers if isinstance(layer, Dense)]
    assert len(dense) == depth
    for layer in dense[:-1]:
        assert np.abs(layer.grads["b"]).max() < 1e-12 < 1e-4 < np.abs(layer.grads["W"]).max()
    assert np.abs(dense[-1].grads["b"]).max() > 1e-3


def test_afterwards_an_example_is_judged_by_itself_and_in_training_by_its_batch():
    X, y = examples(N=30)
    for normalisation, depends in (("batch", True), ("layer", False), (None, False)):
        model = net(3, normalisation, 0.0)
        for _ in range(5):
            model.compute_gradients(X, y)
        assert np.allclose(model.forward(X)[:4], model.forward(X[:4]), rtol=1e-12)
        apart = np.abs(model.forward(X, training=True)[:4] - model.forward(X[:4], training=True)).max()
        assert (apart > 1e-2) == depends


def test_dropout_is_for_training_alone():
    X, _ = examples()
    model = net(3, "layer", 0.5)
    assert np.array_equal(model.forward(X), model.forward(X))
    assert not np.array_equal(model.forward(X, training=True), model.forward(X, training=True))
    without = Model([layer for layer in model.layers if not isinstance(layer, Dropout)])
    assert np.array_equal(model.forward(X), without.forward(X))


def test_the_layers_of_a_net_stand_in_their_order_with_seeds_of_their_own():
    kinds = [type(layer).__name__ for layer in fully_connected_net([3, 5, 4, 2], "batch", 0.2).layers]
    block = ["Dense", "BatchNormalization", "ReLU", "Dropout"]
    assert kinds == [*block, *block, "Dense", "Softmax"]
    model = fully_connected_net([5, 5, 5, 5], "layer", 0.2, seed=7)
    weights = [layer.params["W"] for layer in model.layers if "W" in layer.params]
    assert all(np.array_equal(W, he(np.random.default_rng(7 + k), 5, 5)) for k, W in enumerate(weights))
    assert [layer.seed for layer in model.layers if isinstance(layer, Dropout)] == [7, 8]
    plain, earlier = fully_connected_net([6, 5, 4], seed=2), k_layer_model([6, 5, 4], seed=2)
    X, _ = examples()
    assert np.array_equal(plain.forward(X), earlier.forward(X))


# Training, saving, loading


def clouds(N=300):
    """Three clouds of points in the plane, in single precision, and their classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, N)
    X = 3 * np.array([[1, 0], [-1, 1], [-1, -1]])[y] + rng.standard_normal((N, 2))
    return X.astype(np.float32), y


SETTINGS = {"cycles": 2, "n_s": 40, "eta_min": 1e-4, "eta_max": 0.1, "batch_size": 30, "reg": 1e-4}


@every_kind
def test_training_lowers_the_loss_and_can_be_repeated(normalisation, dropout):
    X, y = clouds()
    model, again = (fully_connected_net([2, 16, 12, 3], normalisation, dropout) for _ in range(2))
    history = model.fit(X[:250], y[:250], X[250:], y[250:], **SETTINGS)
    assert history["val_accuracy"][-1] > 0.9
    assert np.mean(history["loss"][-10:]) < 0.6 * np.mean(history["loss"][:3])
    assert again.fit(X[:250], y[:250], **SETTINGS)["loss"] == history["loss"]


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_stays_in_the_precision_of_the_examples(normalisation, dropout, dtype):
    X, y = clouds()
    X = X.astype(dtype)
    before = X.copy()
    model = fully_connected_net([2, 6, 5, 3], normalisation, dropout)
    model.fit(X, y, **SETTINGS | {"n_s": 5})
    kept = [*(layer.params for layer in model.layers), *(layer.grads for layer in model.layers)]
    kept += [layer.state for layer in model.layers]
    assert {array.dtype for arrays in kept for array in arrays.values()} == {np.dtype(dtype)}
    out = X
    for training in (True, False):
        for layer in model.layers:
            out = layer.forward(out, training)
            assert out.dtype == dtype, layer.name
        out = X
    assert np.array_equal(X, before)


@every_kind
def test_a_trained_net_survives_saving_with_its_running_statistics(normalisation, dropout, tmp_path):
    X, y = clouds()
    model = fully_connected_net([2, 8, 7, 3], normalisation, dropout, seed=5)
    model.fit(X, y, **SETTINGS)
    model.save(tmp_path / "model.npz")
    again = Model.load(tmp_path / "model.npz")
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    assert [layer.settings() for layer in again.layers] == [layer.settings() for layer in model.layers]
    assert again.forward(X).tobytes() == model.forward(X).tobytes()
    moved = [layer.state["running_mean"] for layer in again.layers if layer.state]
    assert len(moved) == 2 * (normalisation == "batch") and all(np.any(mean != 0) for mean in moved)
    again.fit(X, y, **SETTINGS | {"n_s": 2})  # what is loaded can be trained on


def test_settings_other_than_the_usual_ones_are_saved_too(tmp_path):
    layers = [
        Dense(4, 5),
        BatchNormalization(5, eps=0.1, momentum=0.7),
        LayerNormalization(5, eps=0.2),
        Dropout(0.3, 9),
    ]
    model = Model([*layers, Dense(5, 3), Softmax()])
    model.save(tmp_path / "model.npz")
    again = Model.load(tmp_path / "model.npz").layers
    assert (again[1].eps, again[1].momentum, again[2].eps, again[3].p, again[3].seed) == (0.1, 0.7, 0.2, 0.3, 9)


def test_a_net_of_the_earlier_homework_can_still_be_loaded(tmp_path):
    model, (X, _) = k_layer_model([6, 5, 4], seed=1), examples()
    dense = [layer.params for layer in model.layers if layer.params]
    described = [
        {"name": "dense", "inputs": 6, "units": 5},
        {"name": "relu"},
        {"name": "dense", "inputs": 5, "units": 4},
        {"name": "softmax"},
    ]
    arrays = {"0 W": dense[0]["W"], "0 b": dense[0]["b"], "2 W": dense[1]["W"], "2 b": dense[1]["b"]}
    np.savez(tmp_path / "earlier.npz", layers=np.array(json.dumps(described)), **arrays)
    assert np.array_equal(Model.load(tmp_path / "earlier.npz").forward(X), model.forward(X))


# Training images that differ a little


def images(N, dtype=np.float32):
    return np.random.default_rng(N).random((N, 3072)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("most", [0, 1, 4])
def test_augmented_images_keep_their_shape_their_type_and_their_range(dtype, most):
    X = images(20, dtype)
    before = X.copy()
    out = mirrored_and_shifted(most)(np.random.default_rng(0), X)
    assert (out.shape, out.dtype) == (X.shape, X.dtype)
    assert out.min() >= 0 and out.max() <= X.max()
    assert np.array_equal(X, before)


def test_about_half_of_the_images_are_mirrored_left_to_right():
    X = images(600)
    out = mirrored_and_shifted(0)(np.random.default_rng(1), X)
    mirrored = X.reshape(-1, 32, 32, 3)[:, :, ::-1].reshape(X.shape)
    as_it_was, turned = (out == X).all(axis=1), (out == mirrored).all(axis=1)
    assert np.all(as_it_was != turned)
    assert abs(turned.mean() - 0.5) < 5 * 0.5 / 600**0.5


def test_images_are_shifted_every_way_up_to_the_limit_and_no_further():
    rng, X = np.random.default_rng(2), images(2)
    square = X.reshape(-1, 32, 32, 3)
    edged = np.pad(square, ((0, 0), (2, 2), (2, 2), (0, 0)))
    known = {}
    for down in range(5):
        for right in range(5):
            part = edged[:, down : down + 32, right : right + 32]
            known[part[0].tobytes()] = down, right, False
    edged = edged[:, :, ::-1]
    for down in range(5):
        for right in range(5):
            part = edged[:, down : down + 32, right : right + 32]
            known[part[0].tobytes()] = down, right, True
    augment = mirrored_and_shifted(2)
    seen = {known[augment(rng, X)[0].reshape(32, 32, 3).tobytes()] for _ in range(600)}
    assert len(seen) == 50  # (24 / 25) ** 300 is small enough


def test_fit_shows_what_augment_makes_of_the_examples():
    X, y = clouds()
    shown = []

    def away(rng, batch):
        shown.append(batch)
        return batch + rng.standard_normal(batch.shape).astype(batch.dtype)

    plain, noisy, again = (fully_connected_net([2, 6, 3], "batch") for _ in range(3))
    losses = [plain.fit(X, y, **SETTINGS)["loss"]]
    losses += [model.fit(X, y, **SETTINGS, augment=away)["loss"] for model in (noisy, again)]
    assert losses[0] != losses[1] == losses[2]
    assert len(shown) == 2 * 160 and {batch.dtype for batch in shown} == {np.dtype(np.float32)}


# Bad input: sentences that say what was wrong and what to do


def shown(call, *args, **settings):
    with pytest.raises(ValueError) as raised:
        call(*args, **settings)
    said = str(raised.value)
    assert said[0].isalpha() and said.endswith(".")
    return said


@pytest.mark.parametrize("mode", ["training", "TEST", "", None])
def test_a_mode_that_is_none_is_told(mode):
    x, gamma, beta, _ = problem(4, 3)
    for said in (
        shown(batchnorm_forward, x, gamma, beta, {"mode": mode}),
        shown(dropout_forward, x, {"mode": mode, "p": 0.5}),
    ):
        assert repr(mode) in said and '"train" or "test"' in said


@pytest.mark.parametrize("p", [1, 1.0, -0.1, 2, float("nan")])
@pytest.mark.parametrize("mode", ["train", "test"])
def test_a_probability_that_is_none_or_leaves_nothing_is_told(p, mode):
    said = shown(dropout_forward, np.ones(3), {"mode": mode, "p": p})
    assert f"p is {p}" in said and "less than 1" in said
    assert "less than 1" in shown(Dropout(p).forward, np.ones((2, 3)), training=True)


@pytest.mark.parametrize("layer", [BatchNormalization(2), LayerNormalization(2), Dropout(0.5)])
def test_backward_before_forward_is_told(layer):
    said = shown(layer.backward, np.ones((4, 2)))
    assert said.startswith(f"{type(layer).__name__.lower()}: backward before forward. Call forward first")
    named = Model([ReLU(), layer]).layers[1]
    assert "layer 2 (" in shown(named.backward, np.ones((4, 2)))


@pytest.mark.parametrize("layer", [BatchNormalization(2), Dropout(0.5)])
def test_backward_behind_a_pass_in_mode_test_is_told(layer):
    layer.forward(np.ones((4, 2)), training=True)
    layer.forward(np.ones((4, 2)))
    assert "training=True" in shown(layer.backward, np.ones((4, 2)))


@pytest.mark.parametrize("kind", [BatchNormalization, LayerNormalization])
@pytest.mark.parametrize("shape", [(4, 3), (4, 1), (2,), (4, 2, 1)])
@pytest.mark.parametrize("training", [True, False])
def test_an_input_of_another_width_is_told(kind, shape, training):
    said = shown(Model([kind(2)]).forward, np.ones(shape), training)
    for words in (f"layer 1 ({kind.__name__.lower()})", "takes (N, 2)", str(shape)):
        assert words in said


@pytest.mark.parametrize("layer", [BatchNormalization(4), LayerNormalization(4), Dropout(0.5)])
@pytest.mark.parametrize("shape", [(5, 2), (4, 4), (1, 4), (4,)])
def test_an_upstream_gradient_of_another_shape_is_told(layer, shape):
    layer.forward(problem(5, 4)[0], training=True)
    said = shown(layer.backward, np.ones(shape))
    for words in (layer.name, f"shape {shape}", "(5, 4)", "of the same shape"):
        assert words in said
    assert layer.backward(np.ones((5, 4))).shape == (5, 4)


def test_a_normalisation_that_is_none_is_told():
    for unknown in ("batchnorm", "Layer", 1, True):
        said = shown(fully_connected_net, [3, 4, 2], unknown)
        assert repr(unknown) in said and 'None, "batch" or "layer"' in said


def test_an_unknown_layer_is_told_with_those_there_are(tmp_path):
    said = shown(make_layer, "batchnorm")
    assert "'batchnorm'" in said and "batchnormalization, layernormalization, dropout" in said
    model = Model([Dropout(0.5)])
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as saved:
        text = str(saved["layers"]).replace("dropout", "dropdown")
    np.savez(tmp_path / "model.npz", layers=np.array(text))
    assert "'dropdown'" in shown(Model.load, tmp_path / "model.npz")


def test_everything_that_is_promised_is_there():
    assert all(hasattr(batchnorm, name) for name in batchnorm.__all__)
