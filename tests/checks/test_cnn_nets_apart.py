"""Sandwiches, nets, images normalised, measuring and stopping: each is judged by itself."""

import numpy as np
import pytest

from autograder.checks.parts import CARRIED
from solutions.batchnorm import batchnorm_backward_alt, batchnorm_forward
from solutions.cnn import (
    conv_backward_fast,
    conv_forward_fast,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
    evaluate,
    max_pool_backward_fast,
    max_pool_forward_fast,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from tests.checks import judging
from tests.checks.judging import failed, told
from tests.checks.odd import not_written

SANDWICH, NET, NORMAL, BACK = (
    "conv_relu_pool",
    "two_layer_convnet",
    "spatial_batchnorm_forward",
    "spatial_batchnorm_backward",
)
MEASURE, STOPPING, TRAINED = "evaluate", "early_stopping", "trained_convnet"
ITEMS = (SANDWICH, NET, NORMAL, BACK, MEASURE, STOPPING)


def judged(item, **names):
    return judging.judged(f"cnn.{item}", names)


def share(item, **names):
    return judging.share(f"cnn.{item}", names, also=("missing",))


def nothing(*args, **settings):
    return None


# --- what is built of other functions does not pay for these


def less(function, by):
    """A layer whose output, or whose first gradient, is off."""

    def wrong(*args):
        first, *others = function(*args)
        return (first + by, *others)

    return wrong


def no_bias(x, w, b, conv_param):
    return conv_forward_fast(x, w, 0 * b, conv_param)


def means(x, pool_param):
    out, cache = max_pool_forward_fast(x, pool_param)
    return 0 * out + x.mean(axis=(2, 3), keepdims=True), cache


def first_filter_alone(dout, cache):
    dx, dw, db = conv_backward_fast(dout, cache)
    return dx, np.where(np.arange(len(dw))[:, None, None, None] == 0, dw, 0), db


def fast(**layers):
    return {f"{name}_fast": function for name, function in layers.items()}


WRONG_LAYERS = {
    "no bias": fast(conv_forward=no_bias),
    "a convolution that is off": fast(conv_forward=less(conv_forward_fast, 0.5)),
    "no convolution": fast(conv_forward=not_written),
    "a convolution that returns nothing": fast(conv_forward=nothing),
    "a convolution that is not derived": fast(conv_backward=not_written),
    "gradients of one filter alone": fast(conv_backward=first_filter_alone),
    "gradients that are off": fast(conv_backward=less(conv_backward_fast, 0.1)),
    "means for the largest": fast(max_pool_forward=means),
    "no pooling": fast(max_pool_forward=not_written),
    "a pooling that is not derived": fast(max_pool_backward=not_written),
    "pooled gradients doubled": fast(max_pool_backward=lambda dout, cache: 2 * max_pool_backward_fast(dout, cache)),
    "not a number": fast(conv_backward=less(conv_backward_fast, np.nan)),
    "nothing at all": fast(
        conv_forward=not_written,
        conv_backward=not_written,
        max_pool_forward=not_written,
        max_pool_backward=not_written,
    ),
}


@pytest.mark.parametrize("name", WRONG_LAYERS)
@pytest.mark.parametrize("item", [SANDWICH, NET])
def test_what_is_wrong_in_a_layer_is_not_paid_for_again(item, name):
    verdict = judged(item, **WRONG_LAYERS[name])
    assert (verdict.status, verdict.points) == ("passed", verdict.max_points), told(failed(verdict))


WRONG_SANDWICHES = {
    "not written": {"conv_relu_pool_forward": not_written},
    "way back not written": {"conv_relu_pool_backward": not_written},
    "nothing returned": {"conv_relu_pool_forward": nothing, "conv_relu_pool_backward": nothing},
    "an output that is off": {"conv_relu_pool_forward": less(conv_relu_pool_forward, 1.0)},
    "gradients divided by N": {
        "conv_relu_pool_backward": lambda d, cache: [g / len(d) for g in conv_relu_pool_backward(d, cache)]
    },
    "zeros": {"conv_relu_pool_forward": lambda x, *others: (0 * conv_relu_pool_forward(x, *others)[0], None)},
}


@pytest.mark.parametrize("name", WRONG_SANDWICHES)
def test_what_is_wrong_in_the_sandwich_is_not_paid_for_in_the_net(name):
    assert share(SANDWICH, **WRONG_SANDWICHES[name]) < 1
    assert share(NET, **WRONG_SANDWICHES[name]) == 1


@pytest.mark.parametrize("name", WRONG_LAYERS)
def test_a_wrong_sandwich_stays_wrong_on_wrong_layers(name):
    def relu_forgotten(dout, cache):
        conv_cache, _, pool_cache = cache
        run = WRONG_LAYERS[name]
        back = {"max_pool_backward_fast": max_pool_backward_fast, "conv_backward_fast": conv_backward_fast} | run
        return back["conv_backward_fast"](back["max_pool_backward_fast"](dout, pool_cache), conv_cache)

    assert share(SANDWICH, **WRONG_LAYERS[name], conv_relu_pool_backward=relu_forgotten) <= 0.6


OWN = {
    SANDWICH: {"conv_relu_pool_forward", "conv_relu_pool_backward"},
    NET: {"TwoLayerConvNet"},
    NORMAL: {"spatial_batchnorm_forward"},
    BACK: {"spatial_batchnorm_backward"},
    MEASURE: {"evaluate"},
    STOPPING: {"EarlyStopping"},
}
OTHERS = {
    "conv_forward_naive",
    "conv_backward_naive",
    "max_pool_forward_naive",
    "max_pool_backward_naive",
    "train_epoch",
}


@pytest.mark.parametrize("item", ITEMS)
def test_functions_of_other_items_that_are_not_written_cost_nothing(item):
    for function in OTHERS.union(*OWN.values()) - OWN[item]:
        assert share(item, **{function: not_written}) == 1, function


@pytest.mark.parametrize("item", ITEMS)
def test_a_function_that_is_not_written_earns_nothing(item):
    for function in OWN[item]:
        assert share(item, **{function: not_written}) <= 0.5, function
    assert share(item, **dict.fromkeys(OWN[item], not_written)) == 0


# --- batch normalisation of images, and the pass that it is the derivative of


def mixed_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(x.reshape(-1, x.shape[1]), gamma, beta, bn_param)
    return out.reshape(x.shape), cache


def mixed_backward(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward_alt(dout.reshape(-1, dout.shape[1]), cache)
    return dx.reshape(dout.shape), dgamma, dbeta


def image_by_image(x, gamma, beta, bn_param):
    parts = [spatial_batchnorm_forward(image[None], gamma, beta, dict(bn_param)) for image in x]
    return np.concatenate([out for out, _ in parts]), [cache for _, cache in parts]


def image_by_image_back(dout, cache):
    parts = [spatial_batchnorm_backward(one[None], kept) for one, kept in zip(dout, cache, strict=True)]
    return np.concatenate([p[0] for p in parts]), sum(p[1] for p in parts), sum(p[2] for p in parts)


def doubled(x, gamma, beta, bn_param):
    out, cache = spatial_batchnorm_forward(x, gamma, beta, bn_param)
    return 2 * out, cache


def doubled_back(dout, cache):
    return spatial_batchnorm_backward(2 * dout, cache)


WRONG_NORMALS = {
    "mixed": (mixed_forward, mixed_backward),
    "image by image": (image_by_image, image_by_image_back),
    "doubled": (doubled, doubled_back),
}
every_wrong_normal = pytest.mark.parametrize("name", WRONG_NORMALS)


def normals(forward=spatial_batchnorm_forward, backward=spatial_batchnorm_backward):
    return {"spatial_batchnorm_forward": forward, "spatial_batchnorm_backward": backward}


@every_wrong_normal
def test_the_exact_derivative_of_a_wrong_forward_pass_is_carried_forward(name):
    verdict = judged(BACK, **normals(*WRONG_NORMALS[name]))
    # A sum over all that is right in it (dbeta) may be worth more than what is carried.
    assert CARRIED <= verdict.points / verdict.max_points < 0.75, told(failed(verdict))


@every_wrong_normal
def test_a_right_backward_pass_keeps_its_points_beside_a_wrong_forward_pass(name):
    forward, _ = WRONG_NORMALS[name]
    assert share(BACK, **normals(forward)) == 1
    assert share(NORMAL, **normals(forward)) < 0.5


@every_wrong_normal
def test_a_wrong_derivative_of_a_wrong_forward_pass_earns_no_carried_points(name):
    forward, backward = WRONG_NORMALS[name]
    off = normals(forward, lambda dout, cache: tuple(1.05 * g for g in backward(dout, cache)))
    assert share(BACK, **off) == 0


def test_a_right_forward_pass_keeps_its_points_beside_a_wrong_backward_pass():
    assert share(NORMAL, **normals(backward=mixed_backward)) == 1


# --- a net that is measured in the wrong mode


def test_measuring_in_the_wrong_mode_is_paid_for_once():
    def in_training_mode(net, batches):
        kind = type(net)
        kept, kind.eval = kind.eval, lambda self: self
        try:
            return evaluate(net, batches)
        finally:
            kind.eval = kept

    verdict = judged(MEASURE, evaluate=in_training_mode)
    assert set(failed(verdict)) == {"the net is in evaluation mode", "net and images stay as they are"}


def test_numbers_of_other_images_are_no_carried_error():
    def first_half_in_training_mode(net, batches):
        net.eval = net.train
        return evaluate(net, [(images / 2, labels) for images, labels in batches])

    found = failed(judged(MEASURE, evaluate=first_half_in_training_mode))
    assert {"mean loss of all images", "the net is in evaluation mode"} <= set(found)
