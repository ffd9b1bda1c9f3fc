"""The reference solution of the layers chapter against float64 autograd, differences, and what is written in S4."""

import graphlib
import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from solutions import layers
from solutions.layers import (
    Dense,
    Dual,
    Model,
    ReLU,
    Softmax,
    Value,
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    cyclical_learning_rate,
    forward_mode,
    he,
    k_layer_model,
    make_layer,
    normal,
    relu_backward,
    relu_forward,
    reverse_mode,
    softmax_loss,
    svm_loss,
    topological_order,
    xavier,
)

BOUND = 1e-9  # relative error of all float64 results
# Ten shapes: of an example, how many examples, how many outputs, and how the arrays lie in memory.
SHAPES = [
    (7, (5,), 4, "C"),
    (1, (6,), 3, "C"),
    (4, (2, 3), 5, "C"),
    (3, (4, 2, 5), 2, "C"),
    (1, (2, 2, 3), 7, "C"),
    (5, (1,), 1, "C"),
    (2, (3, 1, 2, 2), 6, "C"),
    (6, (3, 4), 2, "F"),
    (8, (5,), 3, "every second"),
    (9, (2, 7), 4, "turned"),
]
every_shape = pytest.mark.parametrize(("N", "axes", "M", "memory"), SHAPES)


def laid(array, memory):
    """The same numbers, lying in memory in another way."""
    if memory == "every second":
        return np.repeat(array, 2, axis=-1)[..., ::2]
    if memory == "turned":
        return np.ascontiguousarray(array.T).T
    return np.array(array, order=memory)


def problem(N, axes, M, memory, dtype=np.float64):
    rng = np.random.default_rng([N, *axes, M])
    D = math.prod(axes)
    arrays = (rng.standard_normal((N, *axes)), rng.standard_normal((D, M)), rng.standard_normal(M))
    return *(laid(array.astype(dtype), memory) for array in arrays), rng.standard_normal((N, M)).astype(dtype)


def relative(got, expected):
    expected = np.asarray(expected)
    assert np.shape(got) == expected.shape
    return np.linalg.norm(got - expected) / max(np.linalg.norm(expected), 1e-300)


def by_autograd(function, inputs, dout):
    """Output and gradients in float64, whatever the dtype of the inputs."""
    tensors = [torch.tensor(np.ascontiguousarray(a), dtype=torch.float64, requires_grad=True) for a in inputs]
    out = function(*tensors)
    out.backward(torch.tensor(dout, dtype=torch.float64) if np.ndim(dout) else None)
    return out.detach().numpy(), [tensor.grad.numpy() for tensor in tensors]


def torch_affine(x, w, b):
    return x.flatten(1) @ w + b


def torch_affine_relu(x, w, b):
    return torch.relu(torch_affine(x, w, b))


PAIRS = {
    "affine": (affine_forward, affine_backward, torch_affine),
    "affine_relu": (affine_relu_forward, affine_relu_backward, torch_affine_relu),
    "relu": (relu_forward, lambda dout, cache: (relu_backward(dout, cache),), torch.relu),
}


@every_shape
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, BOUND), (np.float32, 1e-5)])
def test_layers_agree_with_float64_autograd_and_leave_what_they_are_given(pair, N, axes, M, memory, dtype, bound):
    forward, backward, by_torch = PAIRS[pair]
    *inputs, dout = problem(N, axes, M, memory, dtype)
    if pair == "relu":
        inputs = inputs[:1]
        dout = np.random.default_rng(0).standard_normal(inputs[0].shape).astype(dtype)
    before = [array.copy() for array in (*inputs, dout)]
    out, cache = forward(*inputs)
    grads = backward(dout, cache)
    expected, gradients = by_autograd(by_torch, inputs, dout)
    assert relative(out, expected) < bound
    for got, right in zip(grads, gradients, strict=True):
        assert relative(got, right) < bound
    assert out.dtype == dtype and all(grad.dtype == dtype for grad in grads)
    assert all(map(np.array_equal, (*inputs, dout), before))


def test_backward_needs_nothing_but_its_cache():
    one, other = (problem(4, (2, 3), 5, "C"), problem(3, (7,), 2, "C"))
    _, cache = affine_relu_forward(*one[:3])
    expected = affine_relu_backward(one[3], cache)
    affine_relu_backward(other[3], affine_relu_forward(*other[:3])[1])
    assert all(map(np.array_equal, affine_relu_backward(one[3], cache), expected))


def torch_svm(x, y):
    """The hinge of all classes; the right one, which lacks exactly 1, is taken off again."""
    right = x.gather(1, torch.tensor(y)[:, None])
    return (torch.clamp(x - right + 1, min=0).sum() - len(y)) / len(y)


def torch_cross_entropy(x, y):
    return torch.nn.functional.cross_entropy(x, torch.tensor(y))


LOSSES = {"softmax": (softmax_loss, torch_cross_entropy), "svm": (svm_loss, torch_svm)}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("N", "C", "memory"),
    [
        (7, 5, "C"),
        (1, 4, "C"),
        (6, 2, "C"),
        (1, 2, "F"),
        (12, 9, "F"),
        (5, 3, "every second"),
        (30, 10, "turned"),
        (3, 30, "C"),
        (9, 4, "turned"),
        (2, 2, "C"),
    ],
)
@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_losses_agree_with_float64_autograd(loss, N, C, memory, scale):
    ours, by_torch = LOSSES[loss]
    rng = np.random.default_rng([N, C])
    x, y = laid(scale * rng.standard_normal((N, C)), memory), rng.integers(0, C, N)
    before = x.copy()
    value, dx = ours(x, y)
    expected, (gradient,) = by_autograd(lambda t: by_torch(t, y), [x], 0)
    assert abs(value - expected) <= BOUND * abs(expected) + 1e-15
    assert np.linalg.norm(dx - gradient) <= BOUND * np.linalg.norm(gradient) + 1e-15
    assert np.allclose(dx.sum(axis=1), 0, atol=1e-12)
    assert np.array_equal(x, before)
    single, dx = ours(x.astype(np.float32), y)
    assert abs(single - expected) <= 1e-5 * abs(expected) + 1e-6
    assert dx.dtype == np.float32


def test_a_softmax_of_scores_near_a_thousand_stays_finite_and_right():
    rng = np.random.default_rng(0)
    x, y = 1000 * rng.standard_normal((6, 5)), rng.integers(0, 5, 6)
    expected, (gradient,) = by_autograd(lambda t: torch_cross_entropy(t, y), [x], 0)
    assert relative(softmax_loss(x, y)[0], expected) < BOUND
    assert np.allclose(softmax_loss(x, y)[1], gradient, atol=1e-12)


@pytest.mark.parametrize("C", [2, 10, 100])
def test_the_first_losses_of_equal_scores_are_log_C_and_C_minus_1(C):
    scores, y = np.zeros((50, C)), np.arange(50) % C
    assert softmax_loss(scores, y)[0] == pytest.approx(math.log(C), rel=1e-12)
    assert svm_loss(scores, y)[0] == pytest.approx(C - 1, rel=1e-12)
    scores += 1e-3 * np.random.default_rng(0).standard_normal(scores.shape)
    assert softmax_loss(scores, y)[0] == pytest.approx(math.log(C), rel=1e-2)
    assert svm_loss(scores, y)[0] == pytest.approx(C - 1, rel=1e-2)


# Automatic differentiation


def two_outputs(w1, w2):
    """f1 = exp(e^w1 + e^(2 w2)) + sin(e^w1 + e^(2 w2)), f2 = w1 w2 + sigmoid(w1)."""
    inner = w1.exp() + (2 * w2).exp()
    return [inner.exp() + inner.sin(), w1 * w2 + w1.sigmoid()]


@pytest.mark.parametrize("mode", [forward_mode, reverse_mode])
def test_the_function_of_the_source_has_the_values_and_derivatives_written_there(mode):
    values, jacobian = mode(two_outputs, [1.0, 2.0])
    assert values.tolist() == pytest.approx([7.80207426e24, 2.73105858], rel=5e-9)
    assert jacobian[1].tolist() == pytest.approx([2.19661193, 1.0], abs=5e-9)
    e1, e4 = math.exp(1), math.exp(4)
    slope = math.exp(e1 + e4) + math.cos(e1 + e4)
    assert jacobian[0].tolist() == pytest.approx([slope * e1, slope * 2 * e4], rel=1e-12)


def test_both_modes_agree_with_each_other_and_come_near_central_differences():
    x, h = np.array([1.0, 2.0]), 1e-6
    (values, forward), (again, reverse) = forward_mode(two_outputs, x), reverse_mode(two_outputs, x)
    assert np.allclose(values, again, rtol=1e-12, atol=0)
    assert np.allclose(forward, reverse, rtol=1e-12, atol=0)
    ends = [[forward_mode(two_outputs, x + sign * step)[0] for step in h * np.eye(2)] for sign in (1, -1)]
    central = (np.array(ends[0]) - ends[1]).T / (2 * h)
    assert np.allclose(central, forward, rtol=1e-7)
    assert not np.allclose(central, forward, rtol=1e-13)  # the digits that differences lose


def everything(a, b, c):
    """Every operation there is, also with plain numbers on either side."""
    shared = a * b - c / a
    return [
        shared * shared + shared,
        (1 - shared) / (2 + c**2) - b,
        (a**-1.5 + 3) * (-b).exp() / 4,
        (c * 2).sin() + (0.5 - a).sigmoid() * shared,
    ]


def everything_in_torch(a, b, c):
    shared = a * b - c / a
    return torch.stack(
        [
            shared * shared + shared,
            (1 - shared) / (2 + c**2) - b,
            (a**-1.5 + 3) * torch.exp(-b) / 4,
            torch.sin(c * 2) + torch.sigmoid(0.5 - a) * shared,
        ]
    )


@pytest.mark.parametrize("mode", [forward_mode, reverse_mode])
@pytest.mark.parametrize("seed", range(10))
def test_jacobians_agree_with_autograd(mode, seed):
    x = np.random.default_rng(seed).uniform(0.2, 2, 3)
    values, jacobian = mode(everything, x)
    tensors = tuple(torch.tensor(x, dtype=torch.float64))
    expected = torch.autograd.functional.jacobian(everything_in_torch, tensors)
    assert relative(values, everything_in_torch(*tensors).numpy()) < 1e-12
    assert relative(jacobian, torch.stack(expected, dim=1).numpy()) < 1e-12


@pytest.mark.parametrize("mode", [forward_mode, reverse_mode])
def test_an_output_that_an_input_does_not_reach_has_a_derivative_of_zero(mode):
    _, jacobian = mode(lambda a, b: [a * a, b * 3, a + b], [2.0, 5.0])
    assert jacobian.tolist() == [[4.0, 0.0], [0.0, 3.0], [1.0, 1.0]]


def test_a_long_chain_of_values_needs_no_recursion_and_a_second_pass_starts_afresh():
    start = Value(0.5)
    end = start
    for _ in range(20_000):
        end = end * 1.0001 + 0.0
    for _ in range(2):
        end.backward()
        assert start.grad == pytest.approx(1.0001**20_000, rel=1e-9)
    assert Dual(3.0).slope == 0.0


# Graphs


def random_graph(rng, n, edges):
    names = rng.permutation([f"n{k}" for k in range(n)]).tolist()
    graph = {name: [] for name in names[: n - n // 4]}
    for _ in range(edges):
        a, b = sorted(rng.choice(n, 2, replace=False).tolist())
        if names[a] in graph:
            graph[names[a]].append(names[b])
    return {name: graph[name] for name in rng.permutation(list(graph)).tolist()}


def by_graphlib(graph):
    """A sorter that knows the same edges; graphlib lists them by their ends."""
    sorter = graphlib.TopologicalSorter()
    for a, targets in graph.items():
        sorter.add(a)
        for b in targets:
            sorter.add(b, a)
    return sorter


@pytest.mark.parametrize("seed", range(30))
def test_every_edge_of_a_random_graph_leads_forward(seed):
    rng = np.random.default_rng(seed)
    graph = random_graph(rng, int(rng.integers(2, 40)), int(rng.integers(0, 120)))
    order = topological_order(graph)
    assert sorted(order) == sorted(by_graphlib(graph).static_order())
    place = {node: k for k, node in enumerate(order)}
    assert all(place[a] < place[b] for a, targets in graph.items() for b in targets)


@pytest.mark.parametrize("seed", range(30))
def test_a_graph_with_any_edges_has_an_order_or_a_cycle_that_is_named(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    graph = {f"n{a}": [f"n{b}" for b in np.flatnonzero(rng.random(n) < 1.2 / n)] for a in range(n)}
    try:
        by_graphlib(graph).prepare()
    except graphlib.CycleError:
        with pytest.raises(ValueError, match="->") as raised:
            topological_order(graph)
        cycle = str(raised.value).removeprefix("There is a cycle: ").removesuffix(".").split(" -> ")
        assert cycle[0] == cycle[-1] and len(set(cycle)) == len(cycle) - 1
        assert all(b in graph[a] for a, b in pairwise(cycle))
    else:
        assert len(topological_order(graph)) == n


@pytest.mark.parametrize(
    ("graph", "cycle"),
    [
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, "a -> b -> c -> a"),
        ({"start": ["a"], "a": ["b"], "b": ["a"]}, "a -> b -> a"),
        ({"a": ["a"]}, "a -> a"),
        ({1: [2], 2: [1]}, "1 -> 2 -> 1"),
    ],
)
def test_the_error_names_the_cycle_and_nothing_else(graph, cycle):
    with pytest.raises(ValueError, match=f"^There is a cycle: {cycle}\\.$"):
        topological_order(graph)


def test_a_graph_of_a_hundred_thousand_nodes_is_ordered_and_no_graph_has_no_nodes():
    chain = {k: [k + 1] for k in range(100_000)}
    assert topological_order(chain) == list(range(100_001))
    assert topological_order({}) == []


# Learning rate and initial weights


def test_the_learning_rate_goes_up_and_down_in_straight_lines():
    rates = [cyclical_learning_rate(step, 0.1, 0.5, 4) for step in range(17)]
    up = [0.1, 0.2, 0.3, 0.4, 0.5, 0.4, 0.3, 0.2]
    assert rates == pytest.approx([*up, *up, 0.1])
    for step in (0, 1, 2249, 2250, 2251, 4499, 4500, 4501, 9000, 12_345):
        expected = np.interp(step, [0, 2250, 4500], [1e-5, 1e-1, 1e-5], period=4500)
        assert cyclical_learning_rate(step, 1e-5, 1e-1, 2250) == pytest.approx(expected, rel=1e-12)
    assert cyclical_learning_rate(3, 0.2, 0.2, 5) == 0.2


@pytest.mark.parametrize(
    ("initialiser", "deviation"),
    [(normal(0.01), 0.01), (normal(1e-4), 1e-4), (xavier, 1 / math.sqrt(400)), (he, math.sqrt(2 / 400))],
)
def test_initial_weights_have_their_standard_deviation_and_depend_on_the_seed(initialiser, deviation):
    W = initialiser(np.random.default_rng(0), 400, 300)
    assert W.shape == (400, 300)
    assert W.std() == pytest.approx(deviation, rel=0.01)
    assert abs(W.mean()) < 0.02 * deviation
    assert np.array_equal(W, initialiser(np.random.default_rng(0), 400, 300))
    assert not np.array_equal(W, initialiser(np.random.default_rng(1), 400, 300))


def test_he_keeps_the_size_of_what_passes_through_many_relus():
    x = np.random.default_rng(9).standard_normal((200, 300))
    sizes = {}
    for name, initialiser in (("he", he), ("xavier", xavier), ("small", normal(0.01))):
        out = x
        for k in range(8):
            out = relu_forward(out @ initialiser(np.random.default_rng(k), 300, 300))[0]
        sizes[name] = np.mean(out**2)
    assert 0.2 < sizes["he"] < 5  # the mean of x**2 is 1; half of it is left behind a ReLU, times 2
    assert sizes["xavier"] == pytest.approx(sizes["he"] / 2**8, rel=1e-6)
    assert sizes["small"] < 1e-10


# Models

DEPTHS = {2: [6, 5, 4], 3: [6, 7, 5, 4], 4: [6, 8, 7, 5, 4], 9: [6, 9, 8, 8, 7, 7, 6, 6, 5, 4]}


def examples(N=20, D=6, C=4, seed=3):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, D)), rng.integers(0, C, N)


def with_biases(model):
    """Biases that are not zero: what is wrong with them would stay hidden."""
    for k, layer in enumerate(model.layers):
        if "b" in layer.params:
            layer.params["b"] = np.random.default_rng(k).standard_normal(layer.params["b"].shape)
    return model


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("reg", [0.0, 0.005, 0.3])
def test_gradients_of_a_model_agree_with_autograd(depth, reg):
    model, (X, y) = with_biases(k_layer_model(DEPTHS[depth], seed=depth)), examples()
    loss = model.compute_gradients(X, y, reg)
    dense = [layer for layer in model.layers if layer.params]
    assert len(dense) == depth
    params = [torch.tensor(p, requires_grad=True) for layer in dense for p in (layer.params["W"], layer.params["b"])]
    out = torch.tensor(X)
    for k in range(depth):
        out = out @ params[2 * k] + params[2 * k + 1]
        out = torch.relu(out) if k < depth - 1 else out
    expected = torch_cross_entropy(out, y) + reg * sum((W**2).sum() for W in params[::2])
    expected.backward()
    assert abs(loss - expected.item()) < BOUND * expected.item()
    got = [layer.grads[name] for layer in dense for name in ("W", "b")]
    for ours, theirs in zip(got, params, strict=True):
        assert relative(ours, theirs.grad.numpy()) < BOUND
    assert np.allclose(model.forward(X), torch.softmax(out, dim=1).detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_gradients_of_a_model_agree_with_centred_differences_on_a_batch_of_twenty(depth):
    model, (X, y) = with_biases(k_layer_model(DEPTHS[depth], seed=1)), examples()
    model.compute_gradients(X, y, 0.01)
    found = [(layer, name, layer.grads[name].copy()) for layer in model.layers for name in layer.params]
    for layer, name, gradient in found:
        numerical, right = np.zeros_like(gradient), layer.params[name]
        for index in np.ndindex(right.shape):
            ends = []
            for h in (1e-6, -1e-6):
                layer.params[name] = right.copy()
                layer.params[name][index] += h
                ends.append(model.compute_gradients(X, y, 0.01))
            numerical[index] = (ends[0] - ends[1]) / 2e-6
        layer.params[name] = right
        assert np.abs(gradient - numerical).max() < 1e-6


def test_a_model_takes_examples_with_any_number_of_axes():
    X, y = examples(D=12)
    flat, cubes = (k_layer_model([12, 5, 4]) for _ in range(2))
    assert flat.compute_gradients(X, y) == cubes.compute_gradients(X.reshape(-1, 2, 3, 2), y)
    assert np.array_equal(flat.layers[0].grads["W"], cubes.layers[0].grads["W"])


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_model_survives_saving(depth, tmp_path):
    model, (X, _) = with_biases(k_layer_model(DEPTHS[depth], normal(0.5))), examples()
    model.save(tmp_path / "model.npz")
    again = Model.load(tmp_path / "model.npz")
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    assert np.array_equal(again.forward(X), model.forward(X))
    again.fit(X, np.zeros(len(X), int), cycles=1, n_s=1)  # what is loaded can be trained on


@pytest.mark.parametrize("sizes", [[2, 3], [2, 20, 3], [2, 16, 12, 3]])
def test_training_lowers_the_loss_and_follows_the_learning_rate(sizes):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    X = 3 * np.array([[1, 0], [-1, 1], [-1, -1]])[y] + rng.standard_normal((300, 2))
    model = k_layer_model(sizes)
    settings = {"cycles": 2, "n_s": 40, "eta_min": 1e-4, "eta_max": 0.1, "batch_size": 30, "reg": 1e-4}
    history = model.fit(X[:250], y[:250], X[250:], y[250:], **settings)
    assert np.mean(history["loss"][-10:]) < 0.5 * np.mean(history["loss"][:3])
    assert history["learning_rate"] == [cyclical_learning_rate(step, 1e-4, 0.1, 40) for step in range(160)]
    assert len(history["loss"]) == 160
    assert len(history["train_accuracy"]) == len(history["val_accuracy"]) == 20
    assert history["val_accuracy"][-1] == model.accuracy(X[250:], y[250:]) > 0.9
    again = k_layer_model(sizes)
    assert again.fit(X[:250], y[:250], **settings)["loss"] == history["loss"]
    assert again.fit(X[:250], y[:250], **settings, seed=1)["loss"] != history["loss"]


def test_the_first_step_is_the_one_that_autograd_takes():
    X, y = examples(N=8)
    model = with_biases(k_layer_model([6, 5, 4]))
    before = [{name: p.copy() for name, p in layer.params.items()} for layer in model.layers]
    model.compute_gradients(X, y, 0.1)
    grads = [dict(layer.grads) for layer in model.layers]
    model.fit(X, y, cycles=1, n_s=1, eta_min=0.2, eta_max=0.2, batch_size=100, reg=0.1)  # two steps, of all examples
    other = with_biases(k_layer_model([6, 5, 4]))
    for layer, old, grad in zip(other.layers, before, grads, strict=True):
        layer.params = {name: old[name] - 0.2 * grad[name] for name in old}
    other.compute_gradients(X, y, 0.1)
    for layer, moved in zip(model.layers, other.layers, strict=True):
        for name, value in layer.params.items():
            assert relative(value, moved.params[name] - 0.2 * moved.grads[name]) < 1e-12


def test_training_stays_in_the_precision_of_the_examples_and_leaves_them_alone():
    X, y = examples()
    for dtype in (np.float32, np.float64):
        model, given = k_layer_model([6, 5, 4]), X.astype(dtype)
        model.fit(given, y, cycles=1, n_s=5, batch_size=7)
        assert {p.dtype for layer in model.layers for p in layer.params.values()} == {np.dtype(dtype)}
        assert np.array_equal(given, X.astype(dtype))


def test_the_layers_of_a_model_start_with_other_weights_and_with_what_the_initialiser_gives():
    model = k_layer_model([5, 5, 5, 5], seed=7)
    weights = [layer.params["W"] for layer in model.layers if layer.params]
    for k, W in enumerate(weights):
        assert np.array_equal(W, he(np.random.default_rng(7 + k), 5, 5))
    kinds = [type(layer).__name__ for layer in k_layer_model([3, 4, 2], xavier).layers]
    assert kinds == ["Dense", "ReLU", "Dense", "Softmax"]


# Bad input: sentences that name the layer, the shapes and what to do


def shown(call, *args):
    with pytest.raises(ValueError) as raised:
        call(*args)
    return str(raised.value)


def test_shapes_that_do_not_fit_are_told_with_the_layer_the_shapes_and_the_fix():
    model = Model([Dense(6, 5), ReLU(), Dense(4, 3), Softmax()])
    said = shown(model.forward, np.ones((2, 6)))
    for words in ("layer 3 (dense)", "takes 4 numbers per example", "(2, 5)", "5 per example", "Make its `inputs`"):
        assert words in said
    said = shown(model.forward, np.ones((2, 3, 3)))
    for words in ("layer 1 (dense)", "takes 6 numbers", "(2, 3, 3)", "9 per example"):
        assert words in said


@pytest.mark.parametrize("layer", [Dense(3, 2), ReLU()])
def test_backward_before_forward_is_told(layer):
    said = shown(layer.backward, np.ones((4, 2)))
    assert said.startswith(f"{type(layer).__name__.lower()}: backward before forward. Call forward first")
    named = Model([layer]).layers[0]
    assert "layer 1 (" in shown(named.backward, np.ones((4, 2)))
    assert "backward before forward" in shown(Softmax().loss, np.zeros(4, int))


@pytest.mark.parametrize("layer", [Dense(4, 3), ReLU()])
@pytest.mark.parametrize("shape", [(5, 2), (4, 3), (1, 4), (3,), ()])
def test_an_upstream_gradient_of_another_shape_is_told(layer, shape):
    out = layer.forward(np.ones((5, 4)))
    said = shown(layer.backward, np.ones(shape))
    for words in (layer.name, f"shape {shape}", f"last output had shape {out.shape}", "of the same shape"):
        assert words in said
    assert layer.backward(np.ones(out.shape)).shape == (5, 4)


def test_an_unknown_layer_is_told_with_those_there_are():
    said = shown(make_layer, "convolution")
    assert "'convolution'" in said and "dense, relu, softmax" in said
    assert "dens" in shown(make_layer, "dens")


def test_a_model_without_a_softmax_at_the_end_is_told():
    X, y = examples()
    for model in (Model([Dense(6, 4)]), Model([Softmax(), Dense(6, 4)]), Model()):
        said = shown(model.compute_gradients, X, y)
        assert "last layer must be a Softmax" in said and "Add one" in said


def test_labels_that_do_not_fit_are_told():
    X, y = examples()
    model = k_layer_model([6, 4])
    for labels, words in (
        (y[:-1], "shape (19,)"),
        (y[:0], "shape (0,) and dtype int64."),
        (y[:, np.newaxis], "shape (20, 1)"),
        (y + 1, "from 1 to 4"),
        (y - 1, "from -1 to 2"),
        (y.astype(float), "dtype float64"),
    ):
        said = shown(model.compute_gradients, X, labels)
        for word in ("layer 2 (softmax)", "scores of shape (20, 4)", "20 integers from 0 to 3", words):
            assert word in said
    assert model.compute_gradients(X, y.astype(np.uint8)) == model.compute_gradients(X, y.tolist())


def test_everything_that_is_promised_is_there():
    assert all(hasattr(layers, name) for name in layers.__all__)
