"""Well-known mistakes in the layers of nets in PyTorch."""

import numpy as np
import torch
from torch import nn

from autograder.student import torch_plants
from solutions.cnn.for_checks import architecture, layer_counts, scores
from solutions.cnn.mistakes.remembering import all_remembered
from solutions.softmax.loss import softmax

KNOWN = "known mistake"
# Sizes of the convolutions' filters, how many there are, in front of each pooling; and the hidden units.
_DESCRIBED = {
    "convnet_a": ([[(5, 12)]], []),
    "convnet_b": ([[(3, 32), (3, 64)]], [128]),
    "convnet_c": ([[(3, 32), (3, 32)], [(3, 64), (3, 64)]], [512]),
}


def _changed_net(change):
    """Scores of a net whose list of layers is changed by a function; nan where it changes nothing."""

    def wrong(name, images, seed, p):
        layers = list(architecture(name, seed))
        changed = change(layers)
        if changed == layers:
            return np.full((len(images), 10), np.nan)
        with torch.no_grad():
            return nn.Sequential(*changed)(torch_plants.tensor(images)).numpy()

    return wrong


def _without_relu(number):
    """Layers without the ReLU that has this number, from 0."""

    def change(layers):
        places = [k for k, layer in enumerate(layers) if isinstance(layer, nn.ReLU)]
        return [layer for k, layer in enumerate(layers) if k not in places[number : number + 1]]

    return change


def _pooled_by_means(layers):
    return [nn.AvgPool2d(2) if isinstance(layer, nn.MaxPool2d) else layer for layer in layers]


class _EverySecond(nn.Module):
    """Every second row and column, as a convolution with a stride of 2 leaves them."""

    def forward(self, images):
        return images[:, :, ::2, ::2]


def _strided(layers):
    return [_EverySecond() if isinstance(layer, nn.MaxPool2d) else layer for layer in layers]


def _standardised(layers):
    return [nn.LayerNorm([3, 32, 32], elementwise_affine=False), *layers]


def _other(new):
    return lambda layers: [new if isinstance(layer, nn.ReLU) else layer for layer in layers]


def _scaled_at_the_end(name, images, seed, factor):
    """Scores whose last layer takes numbers that are larger by a factor."""
    *_, last = architecture(name, seed)
    bias = last.bias.detach().numpy()
    return bias + factor * (scores(name, images, seed) - bias)


_SCORES = [
    (
        KNOWN,
        "There is a softmax at the end. PyTorch's cross-entropy takes scores, and has the softmax in it.",
        lambda name, images, seed, p: softmax(scores(name, images, seed)),
    ),
    (
        KNOWN,
        "There is a log-softmax at the end. PyTorch's cross-entropy takes scores, and has it in it.",
        lambda name, images, seed, p: np.log(softmax(scores(name, images, seed))),
    ),
    (
        KNOWN,
        "There is a ReLU behind the last layer: scores may be negative.",
        lambda name, images, seed, p: np.maximum(scores(name, images, seed), 0),
    ),
    (
        KNOWN,
        "In evaluation mode, what reaches the last layer is smaller by 1 - dropout. Here all scaling is in training.",
        lambda name, images, seed, p: _scaled_at_the_end(name, images, seed, 1 - p),
    ),
    (KNOWN, "Pooling takes means; it should take the largest numbers.", _changed_net(_pooled_by_means)),
    (KNOWN, "There is no ReLU at all.", _changed_net(_other(nn.Identity()))),
    *(
        (KNOWN, "There is a leaky ReLU; the plain one gives 0 for negative numbers.", _changed_net(_other(leaky)))
        for leaky in (nn.LeakyReLU(), nn.LeakyReLU(0.1), nn.LeakyReLU(0.2))
    ),
    (
        KNOWN,
        "There is no pooling, but a stride of 2 in the convolutions: take the largest numbers of 2 by 2 windows.",
        _changed_net(_strided),
    ),
    (
        KNOWN,
        "Every image is standardised before the first layer; the net takes images as they are.",
        _changed_net(_standardised),
    ),
    (
        KNOWN,
        "There is a softmax at the end, and it runs over the images: PyTorch's cross-entropy takes scores.",
        lambda name, images, seed, p: softmax(scores(name, images, seed).T).T,
    ),
    (KNOWN, "There are sigmoids in the place of ReLUs.", _changed_net(_other(nn.Sigmoid()))),
    (KNOWN, "There is tanh in the place of ReLU.", _changed_net(_other(nn.Tanh()))),
    *(
        (
            KNOWN,
            f"The ReLU behind layer {number + 1} of those that have weights is missing.",
            _changed_net(_without_relu(number)),
        )
        for number in range(5)
    ),
]


def _counts(padding=0, pooling=2, last_pooling=2, bias=True, normalised=False, hidden=True):
    """Parameters of the layers of a net that differs from the described one in this."""

    def wrong(name):
        blocks, units = _DESCRIBED[name]
        size, channels, found = 32, 3, []
        for number, block in enumerate(blocks):
            for kernel, filters in block:
                found.append(channels * filters * kernel**2 + bias * filters)
                found += [2 * filters] * normalised
                channels = filters
                size += 2 * (kernel // 2 if padding == "same" else padding) - kernel + 1
            size //= last_pooling if number == len(blocks) - 1 else pooling
        inputs = channels * size**2
        for outputs in (*(units if hidden else ()), 10):
            found.append(inputs * outputs + bias * outputs)
            found += [2 * outputs] * (normalised and outputs != 10)
            inputs = outputs
        return found

    return lambda name: found if (found := wrong(name)) != layer_counts(name) else []


_LAYER_COUNTS = [
    (KNOWN, "Convolutions keep the size of the images, as with padding; there is none here.", _counts(padding="same")),
    (KNOWN, "The convolutions have a padding of 1; there is none here.", _counts(padding=1)),
    (KNOWN, "There is no pooling in front of the linear layers.", _counts(last_pooling=1)),
    (KNOWN, "There is no pooling.", _counts(pooling=1, last_pooling=1)),
    (KNOWN, "There is pooling in front of the linear layers alone.", _counts(pooling=1)),
    (KNOWN, "The layers have no biases.", _counts(bias=False)),
    (KNOWN, "There is batch normalisation, which is not described.", _counts(normalised=True)),
    (KNOWN, "The hidden linear layer is missing.", _counts(hidden=False)),
]

MISTAKES = {
    "scores": all_remembered(_SCORES),
    "layer_counts": all_remembered(_LAYER_COUNTS),
}
