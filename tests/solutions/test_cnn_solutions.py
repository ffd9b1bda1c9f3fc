"""The convolutional layers by hand against PyTorch in float64, with loops and without, and a net of them."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from coursekit import channels_first, load_images, mean_image, scale
from solutions.cnn import (
    TwoLayerConvNet,
    conv_backward_fast,
    conv_backward_naive,
    conv_forward_fast,
    conv_forward_naive,
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
    max_pool_backward_fast,
    max_pool_backward_naive,
    max_pool_forward_fast,
    max_pool_forward_naive,
    output_size,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from solutions.softmax import numerical_gradient

torch.set_num_threads(1)
CONV = {"naive": (conv_forward_naive, conv_backward_naive), "fast": (conv_forward_fast, conv_backward_fast)}
POOL = {
    "naive": (max_pool_forward_naive, max_pool_backward_naive),
    "fast": (max_pool_forward_fast, max_pool_backward_fast),
}
# (N, C, H, W), (F, HH, WW), stride, pad: windows that are not square, strides other than the window, no padding.
SHAPES = [
    ((2, 3, 7, 9), (4, 3, 3), 2, 1),
    ((1, 1, 5, 6), (2, 2, 3), 1, 0),
    ((3, 2, 8, 5), (1, 4, 1), 2, 0),
    ((2, 5, 6, 6), (3, 5, 5), 1, 2),
    ((4, 2, 4, 10), (3, 1, 4), 3, 0),
    ((2, 3, 3, 3), (2, 3, 3), 1, 0),
]
WINDOWS = [
    ((2, 3, 8, 6), (2, 2), 2),
    ((1, 2, 7, 9), (3, 3), 2),
    ((3, 1, 5, 8), (2, 5), 3),
    ((2, 4, 6, 5), (3, 2), 1),
]


def near(got, wanted):
    """Under 1e-9 of the largest number."""
    wanted = wanted.detach().numpy()
    assert got.shape == wanted.shape
    assert np.max(np.abs(got - wanted)) < 1e-9 * max(np.max(np.abs(wanted)), 1)


@pytest.mark.parametrize("kind", CONV)
@pytest.mark.parametrize(("images", "filters", "stride", "pad"), SHAPES)
def test_convolutions_are_those_of_pytorch(kind, images, filters, stride, pad):
    forward, backward = CONV[kind]
    rng = np.random.default_rng(0)
    x, b = rng.standard_normal(images), rng.standard_normal(filters[0])
    w = rng.standard_normal((filters[0], images[1], *filters[1:]))
    out, cache = forward(x, w, b, {"stride": stride, "pad": pad})
    tensors = [torch.tensor(array, requires_grad=True) for array in (x, w, b)]
    wanted = functional.conv2d(*tensors, stride=stride, padding=pad)
    near(out, wanted)
    dout = rng.standard_normal(out.shape)
    wanted.backward(torch.tensor(dout))
    before = dout.copy()
    for got, tensor in zip(backward(dout, cache), tensors, strict=True):
        near(got, tensor.grad)
    assert np.array_equal(dout, before)


@pytest.mark.parametrize("kind", POOL)
@pytest.mark.parametrize(("images", "window", "stride"), WINDOWS)
def test_pooling_is_that_of_pytorch_also_where_windows_overlap(kind, images, window, stride):
    forward, backward = POOL[kind]
    rng = np.random.default_rng(1)
    x = rng.standard_normal(images)
    out, cache = forward(x, {"pool_height": window[0], "pool_width": window[1], "stride": stride})
    tensor = torch.tensor(x, requires_grad=True)
    wanted = functional.max_pool2d(tensor, window, stride)
    near(out, wanted)
    dout = rng.standard_normal(out.shape)
    wanted.backward(torch.tensor(dout))
    near(backward(dout, cache), tensor.grad)


def test_of_several_largest_numbers_the_first_gets_the_gradient_in_both_ways_of_writing_it():
    x = np.zeros((1, 1, 4, 4))
    x[0, 0, 0, 1] = x[0, 0, 1, 0] = 1
    found = []
    for forward, backward in POOL.values():
        _, cache = forward(x, {"pool_height": 2, "pool_width": 2, "stride": 2})
        found.append(backward(np.full((1, 1, 2, 2), 3.0), cache))
    assert np.array_equal(*found) and found[0].sum() == 12
    assert found[0][0, 0, 0, 1] == 3 and found[0][0, 0, 1, 0] == 0


def test_batches_larger_than_a_block_of_columns_come_out_the_same():
    rng = np.random.default_rng(2)
    x, w, b = rng.standard_normal((40, 8, 17, 16)), rng.standard_normal((3, 8, 3, 3)), rng.standard_normal(3)
    param = {"stride": 1, "pad": 1}
    out, cache = conv_forward_fast(x, w, b, param)
    dout = rng.standard_normal(out.shape)
    grads = conv_backward_fast(dout, cache)
    for n in (0, 17, 39):
        assert np.allclose(out[n : n + 1], conv_forward_fast(x[n : n + 1], w, b, param)[0], rtol=0, atol=1e-12)
    single = [conv_backward_fast(dout[n : n + 1], (x[n : n + 1], w, b, param)) for n in range(40)]
    for got, parts in zip(grads[1:], list(zip(*single, strict=True))[1:], strict=True):
        assert np.allclose(got, sum(parts), rtol=1e-10)
    assert np.allclose(grads[0], np.concatenate([parts[0] for parts in single]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("forward", [conv_forward_naive, conv_forward_fast])
def test_a_stride_that_does_not_divide_is_an_error_that_names_the_sizes(forward):
    x, w, b = np.zeros((1, 1, 6, 7)), np.zeros((1, 1, 3, 3)), np.zeros(1)
    with pytest.raises(ValueError, match=r"height 6 \+ 2 \* 0 .* 3 \(window\) = 3 is no multiple of 2"):
        forward(x, w, b, {"stride": 2, "pad": 0})
    with pytest.raises(ValueError, match=r"width 9 does not fit into 7 pixels padded by 0"):
        forward(x, np.zeros((1, 1, 3, 9)), b, {"stride": 1, "pad": 0})


def test_pooling_windows_that_do_not_end_at_the_border_are_an_error():
    for forward, _ in POOL.values():
        with pytest.raises(ValueError, match="width 5"):
            forward(np.zeros((1, 1, 4, 5)), {"pool_height": 2, "pool_width": 2, "stride": 2})
    assert output_size(31, 3, 2, 1) == 16


def test_batch_normalisation_of_images_is_that_of_pytorch():
    rng = np.random.default_rng(3)
    x, gamma, beta = 3 * rng.standard_normal((4, 5, 3, 6)) + 2, rng.standard_normal(5), rng.standard_normal(5)
    param = {"mode": "train", "eps": 0.01}
    out, cache = spatial_batchnorm_forward(x, gamma, beta, param)
    tensors = [torch.tensor(array, requires_grad=True) for array in (x, gamma, beta)]
    wanted = functional.batch_norm(tensors[0], None, None, tensors[1], tensors[2], training=True, eps=0.01)
    near(out, wanted)
    assert np.allclose(param["running_mean"], 0.1 * x.mean(axis=(0, 2, 3)))
    dout = rng.standard_normal(out.shape)
    wanted.backward(torch.tensor(dout))
    for got, tensor in zip(spatial_batchnorm_backward(dout, cache), tensors, strict=True):
        near(got, tensor.grad)
    tested, _ = spatial_batchnorm_forward(x[:1], gamma, beta, param | {"mode": "test"})
    mean, var = (torch.tensor(param[name]) for name in ("running_mean", "running_var"))
    near(tested, functional.batch_norm(torch.tensor(x[:1]), mean, var, *tensors[1:], eps=0.01))


def test_sandwiches_are_their_layers():
    rng = np.random.default_rng(4)
    tensors = [torch.tensor(rng.standard_normal(shape)) for shape in ((2, 3, 6, 4), (5, 3, 3, 3), (5,))]
    arrays = [tensor.numpy() for tensor in tensors]
    for tensor in tensors:
        tensor.requires_grad_()
    active = torch.relu(functional.conv2d(*tensors, padding=1))
    param, pool = {"stride": 1, "pad": 1}, {"pool_height": 2, "pool_width": 2, "stride": 2}
    for wanted, (out, cache), backward in (
        (active, conv_relu_forward(*arrays, param), conv_relu_backward),
        (functional.max_pool2d(active, 2), conv_relu_pool_forward(*arrays, param, pool), conv_relu_pool_backward),
    ):
        near(out, wanted)
        dout = rng.standard_normal(out.shape)
        grads = torch.autograd.grad(wanted, tensors, torch.tensor(dout), retain_graph=True)
        for got, grad in zip(backward(dout, cache), grads, strict=True):
            near(got, grad)


def test_the_gradients_of_the_net_are_the_slopes_of_its_loss():
    rng = np.random.default_rng(5)
    net = TwoLayerConvNet((2, 4, 6), filters=3, filter_size=3, classes=4, std=0.5, reg=0.1, dtype=np.float64)
    net.params["b1"] += 0.1 * rng.standard_normal(3)
    X, y = rng.standard_normal((5, 2, 4, 6)), rng.integers(0, 4, 5)
    _, grads = net.loss(X, y)
    for name in net.params:

        def loss_at(value, name=name):
            kept, net.params[name] = net.params[name], value
            loss = net.loss(X, y)[0]
            net.params[name] = kept
            return loss

        slopes = numerical_gradient(loss_at, net.params[name].copy())
        assert np.linalg.norm(grads[name] - slopes) < 1e-6 * np.linalg.norm(slopes), name


def test_the_first_loss_is_that_of_guessing_and_fifty_images_are_learnt_by_heart():
    data = load_images("shapes10", train=100, val=10, test=10, quiet=True)
    images = scale(data.X_train) - mean_image(scale(data.X_train))
    X, y = channels_first(images)[:50], data.y_train[:50]
    net = TwoLayerConvNet(filters=8, filter_size=5)
    assert net.loss(X, y)[0] == pytest.approx(math.log(10), abs=0.01)
    net.reg = 1.0
    assert net.loss(X, y)[0] > math.log(10) + 1
    net.reg = 0.0
    history = net.train(X, y, epochs=30, batch_size=10, learning_rate=3e-3)
    assert net.accuracy(X, y) > 0.95 and len(history["loss"]) == 150
    assert all(value.dtype == np.float32 for value in net.params.values())


def test_a_saved_net_predicts_the_same(tmp_path):
    net, other = TwoLayerConvNet((1, 4, 4), 2, 3, 3, std=1, seed=1), TwoLayerConvNet((1, 4, 4), 2, 3, 3, std=1, seed=2)
    X = np.random.default_rng(6).standard_normal((7, 1, 4, 4)).astype(np.float32)
    net.save(tmp_path / "net.npz")
    other.load(tmp_path / "net.npz")
    assert np.array_equal(net.loss(X), other.loss(X)) and net.predict(X[:0]).shape == (0,)


def test_sizes_that_do_not_go_together_are_errors_in_words():
    with pytest.raises(ValueError, match="odd number"):
        TwoLayerConvNet(filter_size=4)
    with pytest.raises(ValueError, match="even numbers"):
        TwoLayerConvNet((3, 31, 32))
