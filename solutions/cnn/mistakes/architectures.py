"""Well-known mistakes in the layers of nets in PyTorch."""

import numpy as np
import torch
from torch import nn

from autograder.student import torch_plants
from solutions.cnn.for_checks import architecture, scores

KNOWN = "known mistake"


def _changed_net(change):
    """Scores of a net whose list of layers is changed; None where the layers then do not fit each other."""

    def wrong(name, images, seed):
        layers = change(list(architecture(name, seed)))
        net = nn.Sequential(*layers).double().apply(torch_plants.drawn_weights(seed)).eval()
        try:
            with torch.no_grad():
                return net(torch_plants.tensor(images)).numpy()
        except RuntimeError:
            return np.full((len(images), 10), np.nan)

    return wrong


def _without(kind, number):
    """Layers without the one of a kind that has this number; all of them where there are not so many."""

    def change(layers):
        places = [k for k, layer in enumerate(layers) if isinstance(layer, kind)]
        gone = places[number] if -len(places) <= number < len(places) else None
        return [layer for k, layer in enumerate(layers) if k != gone or (number == 0 and len(places) < 1)]

    return change


def _pooled_by_means(layers):
    return [nn.AvgPool2d(2) if isinstance(layer, nn.MaxPool2d) else layer for layer in layers]


def _other(new):
    return lambda layers: [new if isinstance(layer, nn.ReLU) else layer for layer in layers]


_SCORES = [
    (
        KNOWN,
        "There is a softmax at the end. PyTorch's cross-entropy takes scores, and has the softmax in it.",
        lambda name, images, seed: _softmax(scores(name, images, seed)),
    ),
    (
        KNOWN,
        "There is a log-softmax at the end. PyTorch's cross-entropy takes scores, and has it in it.",
        lambda name, images, seed: np.log(_softmax(scores(name, images, seed))),
    ),
    (
        KNOWN,
        "There is a ReLU behind the last layer: scores may be negative.",
        lambda name, images, seed: np.maximum(scores(name, images, seed), 0),
    ),
    (KNOWN, "Pooling takes means; it should take the largest numbers.", _changed_net(_pooled_by_means)),
    (KNOWN, "There is no ReLU at all.", _changed_net(_other(nn.Identity()))),
    (KNOWN, "There are sigmoids in the place of ReLUs.", _changed_net(_other(nn.Sigmoid()))),
    (KNOWN, "There is tanh in the place of ReLU.", _changed_net(_other(nn.Tanh()))),
    *(
        (
            KNOWN,
            f"The ReLU behind layer {number + 1} of those that have weights is missing.",
            _changed_net(_without(nn.ReLU, number)),
        )
        for number in range(5)
    ),
]


def _softmax(values):
    exponentials = np.exp(values - values.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


MISTAKES = {
    "scores": _SCORES,
}
