"""What the checks ask of this chapter besides the students' functions themselves."""

import contextlib
import functools
from unittest import mock

import numpy as np
import torch

from autograder.student import image_stand_ins, torch_plants
from solutions.batchnorm import batchnorm_forward
from solutions.cnn import counting, fast, naive, net, nets, sandwiches, spatial, training

_LAYERS = ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward")


def convolved(x, w, b, conv_param):
    """The output (N, F, H', W') of a convolution."""
    return naive.conv_forward_naive(x, w, b, conv_param)[0]


def conv_gradients(x, w, b, conv_param, dout):
    """Its gradients (dx, dw, db) for an upstream gradient."""
    return fast.conv_backward_fast(dout, (x, w, b, conv_param))


def pooled(x, pool_param):
    """The output (N, C, H', W') of max-pooling."""
    return naive.max_pool_forward_naive(x, pool_param)[0]


def pool_gradient(x, pool_param, dout):
    """Its gradient, shape of x."""
    return naive.max_pool_backward_naive(dout, (x, pool_param))


def normalised(x, gamma, beta, bn_param):
    """The output (N, C, H, W) of batch normalisation of images."""
    return spatial.spatial_batchnorm_forward(x, gamma, beta, dict(bn_param))[0]


def stored(x, gamma, beta, bn_param):
    """Running mean and variance (C,) that it leaves."""
    param = dict(bn_param)
    spatial.spatial_batchnorm_forward(x, gamma, beta, param)
    return param["running_mean"], param["running_var"]


def spatial_cache(x, gamma, beta, bn_param):
    """The cache that goes with it: that of `batchnorm_forward` for the rows (N H W, C)."""
    return batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]), gamma, beta, dict(bn_param))[1]


def spatial_gradients(x, gamma, beta, bn_param, dout):
    """Its gradients (dx, dgamma, dbeta) for an upstream gradient."""
    return spatial.spatial_batchnorm_backward(dout, spatial_cache(x, gamma, beta, bn_param))


def sandwiched(odd, inputs, settings, dout):
    """The sandwich's output in a tuple, or with `dout` its gradients; where `odd`, made of stand-ins for its layers."""
    with contextlib.ExitStack() as stack:
        if odd:
            used = {f"{name}_fast": getattr(image_stand_ins, _odd(name)) for name in _LAYERS}
            stack.enter_context(mock.patch.multiple(sandwiches, **used))
        out, cache = sandwiches.conv_relu_pool_forward(*inputs, *settings)
        return (out,) if dout is None else sandwiches.conv_relu_pool_backward(dout, cache)


def _odd(name):
    return f"odd_{name}".replace("max_pool", "pool")


def convnet(odd, params, reg, X, y):
    """Scores, loss and gradients of a two-layer convnet with these parameters; where `odd`, on a stand-in sandwich."""
    F, C, size, _ = params["W1"].shape
    model = net.TwoLayerConvNet((C, *X.shape[2:]), F, size, len(params["b2"]), reg=reg)
    model.params = params
    names = ("conv_relu_pool_forward", "conv_relu_pool_backward")
    used = {name: getattr(image_stand_ins, f"odd_{name}") for name in names} if odd else {}
    with mock.patch.multiple(net, **used) if odd else contextlib.nullcontext():
        return (model.loss(X), *model.loss(X, y))


@functools.lru_cache(maxsize=4)
def architecture(name, seed):
    """One of the course's nets in float64 and evaluation mode, its weights drawn as the checks draw them."""
    return getattr(nets, name)().double().apply(torch_plants.drawn_weights(seed)).eval()


def scores(name, images, seed):
    """Its scores (N, 10)."""
    with torch.no_grad():
        return architecture(name, seed)(torch_plants.tensor(images)).numpy()


def picked_features(name, image, seed):
    """Ten of the numbers that the last layer takes for an image (C, H, W): their places, and how large they are.

    Of a net whose last layer takes pooled images, all ten are of one channel.
    """
    built = architecture(name, seed)
    with torch.no_grad():
        features = built[:-1](torch_plants.tensor(image)[None])[0].numpy()
    channels = features.reshape(-1, 14 * 14 if name == "convnet_a" else features.size)
    channel = int(np.argmax(np.sort(channels)[:, -10]))
    places = channel * channels.shape[1] + np.argsort(channels[channel])[-10:]
    return [int(place) for place in places], features[places]


def layer_counts(name):
    """Trainable parameters of its layers."""
    return torch_plants.parameter_counter()(getattr(nets, name)())


def trained(settings, images, labels, size, rates, epoch=training.train_epoch):
    """An epoch of training as the check arranges it: mean loss, and all numbers of the net afterwards.

    `rates` are learning rate and momentum; `epoch` is a function like `train_epoch`.
    """
    model = torch_plants.probe_net(**settings)
    optimiser = torch_plants.optimiser(model, *rates)
    loss = epoch(model, torch_plants.batches(images, labels, size), optimiser)
    return loss, model.numbers()


def measured(settings, images, labels, size):
    """Loss and accuracy of a probe net in evaluation mode."""
    return training.evaluate(torch_plants.probe_net(**settings), torch_plants.batches(images, labels, size))


def probe_scores(settings, images):
    """Scores (N, classes) of a probe net in evaluation mode."""
    with torch.no_grad():
        return torch_plants.probe_net(**settings)(torch_plants.tensor(images)).numpy()


def probe_numbers(settings):
    """All numbers of a probe net."""
    return torch_plants.probe_net(**settings).numbers()


def stops(patience, min_delta, accuracies):
    """What `EarlyStopping` says after each accuracy, and the best one afterwards."""
    stopping = training.EarlyStopping(patience, min_delta)
    return [stopping.update(float(accuracy)) for accuracy in accuracies], np.float64(stopping.best)


def stop_after(patience, min_delta, accuracies):
    """After how many of the accuracies it says stop; all of them, where it never does."""
    said, _ = stops(patience, min_delta, accuracies)
    return said.index(True) + 1 if True in said else len(said)


def counted(kind, sizes):
    """Names and numbers of `parameter_counts` for one of the nets the check asks about."""
    counts = counting.parameter_counts(getattr(torch_plants, kind)(sizes))
    return list(counts), list(counts.values())
