"""Nets for the checks on transfer learning: a little backbone that takes notes, and functions that read nets out.

A layer is told by its number: that of its stage, the first nearest to the image; the head's comes after the last.
"""

import numpy as np
import torch
from torch import nn

from autograder.student.torch_plants import drawn_weights, state_of
from coursekit.backbones import Backbone


def _normalisations(net):
    return [module for module in net.modules() if hasattr(module, "running_mean")]


class _Notes(list):
    """Notes that a copy of the net goes on writing into."""

    def __deepcopy__(self, memo):
        return self


class LittleBackbone(Backbone):
    """Four stages, three of them with batch normalisation, that take notes.

    Parameters
    ----------
    channels : list of 4 ints
        What each stage gives.
    seed : int
        Of weights and running statistics.
    """

    def __init__(self, channels, seed):
        a, b, c, d = (int(count) for count in channels)
        stages = [
            nn.Sequential(nn.Conv2d(3, a, 3, stride=2, bias=False), nn.BatchNorm2d(a), nn.ReLU()),
            nn.Sequential(nn.Sequential(nn.Conv2d(a, b, 3, stride=2), nn.BatchNorm2d(b)), nn.ReLU()),
            nn.Sequential(nn.Conv2d(b, c, 3, stride=2)),
            nn.Sequential(nn.Conv2d(c, d, 1, bias=False), nn.BatchNorm2d(d)),
        ]
        super().__init__("little", stages, d, size=32)
        self.apply(drawn_weights(seed))
        rng = np.random.default_rng(int(seed))
        for layer in _normalisations(self):
            layer.running_mean.copy_(torch.from_numpy(0.5 * rng.standard_normal(layer.num_features)))
            layer.running_var.copy_(torch.from_numpy(rng.uniform(0.3, 3, layer.num_features)))
        self.modes: list[bool] = _Notes()
        self.with_gradients: list[bool] = _Notes()
        self.given: list[torch.Tensor] = _Notes()
        self.recording = torch.is_grad_enabled()
        self.eval()

    def forward(self, images):
        """Features (N, F) of images (N, 3, H, W)."""
        self.modes.append(any(layer.training for layer in _normalisations(self)))
        self.with_gradients.append(torch.is_grad_enabled() and any(p.requires_grad for p in self.parameters()))
        features = super().forward(images)
        self.given.append(features.detach().clone())
        return features

    def notes(self):
        """Whether it normalised by the batch, whether gradients were recorded, sizes of batches, features (N, F).

        And whether gradients are recorded as they were before; from now on they are.
        """
        features = torch.cat(self.given) if self.given else torch.zeros(0, self.features)
        as_before = torch.is_grad_enabled() == self.recording
        torch.set_grad_enabled(self.recording)
        return list(self.modes), list(self.with_gradients), [len(part) for part in self.given], features, as_before

    def numbers(self):
        """All parameters and running statistics: an array."""
        return state_of(self)


def little_backbone(channels, seed, frozen=()):
    """A `LittleBackbone` in evaluation mode; the stages with these numbers are frozen."""
    backbone = LittleBackbone(channels, seed)
    for number in frozen:
        backbone.stages[number].requires_grad_(False)
    return backbone


class _WithHead(nn.Module):
    def __init__(self, backbone, head):
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, images):
        return self.head(self.backbone(images))


def net_with_head(channels, classes, seed, frozen=(), partly=()):
    """A little backbone and a linear head.

    Parameters
    ----------
    frozen, partly : lists of int
        Layers that are frozen, and layers of which the first parameter is; 4 is the head.
    """
    net = _WithHead(LittleBackbone(channels, seed), nn.Linear(int(channels[-1]), int(classes)))
    layers = _layers(net)
    for number in frozen:
        layers[number].requires_grad_(False)
    for number in partly:
        next(layers[number].parameters()).requires_grad_(False)
    return net


def _layers(net):
    return [*net.backbone.stages, net.head]


def trained_stages():
    """A function of a backbone: of every stage, whether all of its parameters are trained, some ("part"), or none."""

    def read(backbone):
        found = [{p.requires_grad for p in stage.parameters()} for stage in backbone.stages]
        return ["part" if len(flags) > 1 else flags.pop() for flags in found]

    return read


def trained_flags():
    """A function of a net: of every parameter, its name and whether it is trained."""
    return lambda net: [[name, parameter.requires_grad] for name, parameter in net.named_parameters()]


def rates_by_layer():
    """A function of a net with a head and an optimiser's groups: what each parameter gets.

    It gives lists with the layer's number, whether the parameter is trained, and its rates, one for each group that it
    is in; how many parameters of the groups are none of the net's, and how many groups are empty. A sentence, where the
    groups are not such.
    """

    def read(net, groups):
        found: dict[int, list[float]] = {}
        foreign = empty = 0
        own = {id(p) for layer in _layers(net) for p in layer.parameters()}
        for group in groups:
            if not isinstance(group, dict) or "params" not in group or "lr" not in group:
                return 'every group should be a dict with "params" and "lr".'
            if not isinstance(group["lr"], (int, float, np.number, torch.Tensor)):
                return '"lr" should be a number.'
            params = group["params"]
            params = [params] if isinstance(params, torch.Tensor) else list(params)
            if not all(isinstance(p, torch.Tensor) for p in params):
                return '"params" should hold parameters, and nothing else.'
            empty += not params
            for parameter in params:
                foreign += id(parameter) not in own
                found.setdefault(id(parameter), []).append(float(group["lr"]))
        rows = [
            [number, p.requires_grad, found.get(id(p), [])]
            for number, layer in enumerate(_layers(net))
            for p in layer.parameters()
        ]
        return rows, foreign, empty

    return read


def error_raised():
    """A function that calls another one: names of what is raised and of all that it is a kind of, or an empty list."""

    def read(function, *args):
        try:
            function(*args)
        except Exception as error:
            return [kind.__name__ for kind in type(error).__mro__]
        return []

    return read


class _Mixed(nn.Module):
    """Layers of every kind, some frozen: normalisation of images and of rows, dropout, linear layers."""

    def __init__(self, sizes, frozen):
        super().__init__()
        a, b, c = (int(size) for size in sizes)
        self.body = nn.Sequential(
            nn.Sequential(nn.Conv2d(3, a, 1), nn.BatchNorm2d(a), nn.ReLU()), nn.Conv2d(a, b, 1), nn.BatchNorm2d(b)
        )
        self.head = nn.ModuleDict(
            {"first": nn.Linear(b, c), "normal": nn.BatchNorm1d(c), "dropout": nn.Dropout(0.3), "last": nn.Linear(c, a)}
        )
        self.pictures = nn.Dropout2d(0.2)
        for name, parameter in self.named_parameters():
            if any(name.startswith(start) for start in frozen):
                parameter.requires_grad = False


def mixed_net(sizes, frozen):
    """A net of layers of every kind; parameters whose names start so are frozen."""
    return _Mixed(sizes, frozen)


def modes_by_layer():
    """A function of a net: of its layers and parameters, name, kind, whether it is frozen, and whether it is training.

    Of normalisation there follows how it keeps its statistics. A parameter has no mode: True stands there.
    """

    def read(net):
        rows = []
        for place, module in net.named_modules():
            if hasattr(module, "running_mean"):
                how = [bool(module.track_running_stats), module.running_mean is None, module.momentum]
                rows.append([place, "normalisation", not module.weight.requires_grad, module.training, how])
            elif isinstance(module, (nn.Dropout, nn.Dropout2d)):
                rows.append([place, "dropout", False, module.training, []])
        rows += [[name, "parameter", not p.requires_grad, True, []] for name, p in net.named_parameters()]
        return rows

    return read


def twice_net(sizes):
    """Layers within layers, one of them used twice, two with the same weights, some frozen; and a parameter beside."""
    a, b, c = (int(size) for size in sizes)
    shared, tied = nn.Linear(b, b), nn.Linear(c, b, bias=False)
    other = nn.Linear(c, b)
    other.weight = tied.weight
    inner = nn.Sequential(shared, nn.BatchNorm1d(b), nn.Sequential(nn.Linear(b, c), tied))
    net = nn.Sequential(nn.Linear(a, b), inner, shared, nn.Linear(b, c), other, nn.Linear(b, a))
    net.register_parameter("scale", nn.Parameter(torch.ones(a)))
    net[3].requires_grad_(False)
    net[5].bias.requires_grad_(False)
    return net
