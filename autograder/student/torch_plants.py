"""Arguments for students' functions in PyTorch: tensors, batches, little nets that take notes, optimisers.

PyTorch is loaded here alone, the first time that a check needs it.
"""

import functools
import itertools

import numpy as np
import torch
from torch import nn


def tensor(array):
    """The same numbers as a tensor."""
    return torch.from_numpy(np.array(array))


def torch_generator(seed):
    """A fresh random generator of PyTorch with this seed."""
    return torch.Generator().manual_seed(int(seed))


def batches(images, labels, size):
    """A list of pairs of tensors, `size` examples each and the rest in the last one."""
    return [
        (tensor(images[start : start + size]), tensor(labels[start : start + size]))
        for start in range(0, len(images), int(size))
    ]


def drawn_weights(seed):
    """A function for `Module.apply`: gives every layer weights that depend on their shape and the seed alone.

    So two nets with the same layers have the same weights, in whatever order, and under whatever names, they were made.
    """

    def fill(module):
        for kind, parameter in module.named_parameters(recurse=False):
            beside = getattr(module, "weight", parameter)
            values = _drawn(int(seed), kind, tuple(parameter.shape), tuple(beside.shape))
            with torch.no_grad():
                parameter.copy_(torch.from_numpy(values).to(parameter.dtype))

    return fill


@functools.lru_cache(maxsize=12)
def _drawn(seed, kind, shape, beside):
    """Numbers of one parameter: weights as large as their inputs are few, factors above 1, biases around 0.3."""
    rng = np.random.default_rng([seed, len(kind), *beside])
    if len(shape) > 1:
        return np.sqrt(2 / np.prod(shape[1:])) * rng.standard_normal(shape)
    own = 0.3 * rng.standard_normal(shape)
    return 1 + np.abs(own) if kind == "weight" else own  # of normalisation: none that turns all numbers round


def shown_features(places):
    """A function for `Module.apply`: makes the last layer show ten of the numbers that it takes, each plus one.

    Parameters
    ----------
    places : list of int
        Which of the numbers; score k becomes the number at `places[k]`, plus one.
    """

    def show(module):
        weight, bias = getattr(module, "weight", None), getattr(module, "bias", None)
        shape = tuple(getattr(weight, "shape", ()))
        if weight is not None and len(shape) == 2 and shape[0] == len(places) and shape[1] > max(places):
            with torch.no_grad():
                weight.zero_()
                weight[range(len(places)), places] = 1.0
                if bias is not None:
                    bias.fill_(1.0)

    return show


def parameter_counter():
    """A function that counts a net's trainable parameters, layer by layer: a list of whole numbers."""

    def count(net):
        layers = [[p.numel() for p in module.parameters(recurse=False) if p.requires_grad] for module in net.modules()]
        return [sum(own) for own in layers if own]

    return count


def reached_layers():
    """A function of a net and images: how many layers get gradients from the scores, and how many are trainable."""

    def count(net, images):
        net.zero_grad()
        scores = net(images)
        if scores.requires_grad:
            scores.sum().backward()
        layers = [[p for p in module.parameters(recurse=False) if p.requires_grad] for module in net.modules()]
        reached = [all(p.grad is not None for p in own) for own in layers if own]
        net.zero_grad()
        return sum(reached), len(reached)

    return count


def state_of(net):
    """All parameters and running statistics of a net, one after the other: an array."""
    kept = [value.double().reshape(-1) for name, value in net.state_dict().items() if "batches" not in name]
    return torch.cat(kept).numpy().copy()


class ProbeNet(nn.Module):
    """A net of two linear layers and batch normalisation that takes notes.

    It notes in which mode it is asked, whether gradients are recorded meanwhile, which images it is shown, and which
    scores it gives.

    Parameters
    ----------
    inputs, hidden, classes, seed : int
    """

    def __init__(self, inputs, hidden, classes, seed):
        super().__init__()
        self.first = nn.Linear(int(inputs), int(hidden))
        self.normal = nn.BatchNorm1d(int(hidden))
        self.last = nn.Linear(int(hidden), int(classes))
        self.double().apply(drawn_weights(seed))
        self.modes: list[bool] = []
        self.with_gradients: list[bool] = []
        self.shown: list[torch.Tensor] = []
        self.given: list[torch.Tensor] = []
        self.eval()

    def forward(self, images):
        """Scores (N, classes) of images (N, C, H, W)."""
        self.modes.append(self.training)
        self.with_gradients.append(torch.is_grad_enabled())
        rows = images.flatten(1).double()
        scores = self.last(torch.relu(self.normal(self.first(rows))))
        self.shown.append(rows.detach().clone())
        self.given.append(scores.detach().clone())
        return scores

    def notes(self):
        """In which modes it was asked, whether gradients were recorded, images (N, D) and scores (N, classes)."""
        rows = [torch.cat(noted) if noted else torch.zeros(0, 1) for noted in (self.shown, self.given)]
        return list(self.modes), list(self.with_gradients), *rows

    def numbers(self):
        """All parameters and running statistics: an array."""
        return state_of(self)


def probe_net(inputs, hidden, classes, seed):
    """A `ProbeNet`, in evaluation mode."""
    return ProbeNet(inputs, hidden, classes, seed)


class Descent:
    """Gradient descent with momentum, as `torch.optim.SGD` does it.

    PyTorch's own optimisers load its compiler when they are first used, for which a check would wait several seconds.
    """

    def __init__(self, parameters, learning_rate, momentum):
        self.parameters = list(parameters)
        self.param_groups: list[dict] = [
            {"params": self.parameters, "lr": float(learning_rate), "momentum": float(momentum)}
        ]
        self.velocities: dict = {}
        self.calls: list[str] = []

    def zero_grad(self, set_to_none=True):
        """Forget all gradients, or with `set_to_none=False` put zeros in their place."""
        for parameter in self.parameters:
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = torch.zeros_like(parameter.grad)

    @torch.no_grad()
    def step(self, closure=None):
        """Take a step; returns what `closure`, where there is one, gives."""
        self.calls.append("step")
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        group = self.param_groups[0]
        for parameter in self.parameters:
            if parameter.grad is not None:
                before = self.velocities.get(parameter)
                velocity = parameter.grad.clone() if before is None else group["momentum"] * before + parameter.grad
                self.velocities[parameter] = velocity
                parameter -= group["lr"] * velocity
        return loss


class Halving:
    """A schedule that halves the learning rate of a `Descent` in every step, and leaves a note with it."""

    def __init__(self, optimiser):
        self.optimiser = optimiser

    def step(self):
        """Halve it."""
        self.optimiser.calls.append("schedule")
        for group in self.optimiser.param_groups:
            group["lr"] /= 2


def optimiser(net, learning_rate, momentum):
    """Gradient descent with momentum for a net's parameters."""
    return Descent(net.parameters(), learning_rate, momentum)


def halving_schedule(optimiser):
    """A schedule that halves the learning rate in every step."""
    return Halving(optimiser)


def darkened():
    """An augmentation that is easy to follow: half of every number, less one."""
    return lambda images: 0.5 * images - 1.0


class _Tree(nn.Module):
    """Layers within layers, a parameter of its own, layers that are frozen, and some without parameters."""

    def __init__(self, sizes):
        super().__init__()
        a, b, c, d = sizes
        self.scale = nn.Parameter(torch.ones(a))
        self.body = nn.Sequential(
            nn.Conv2d(a, b, (3, 2), bias=False),
            nn.BatchNorm2d(b),
            nn.ReLU(),
            nn.Sequential(nn.Conv2d(b, c, 1), nn.Linear(d, b)),
        )
        self.frozen = nn.Linear(c, d)
        self.partly = nn.Linear(d, a)
        self.head = nn.Linear(c, d)
        for parameter in (*self.frozen.parameters(), self.partly.bias):
            parameter.requires_grad = False
        self.register_buffer("notes", torch.zeros(7))


def tree_net(sizes):
    """A net of nested layers, some of them frozen, for counting; `sizes` are four whole numbers."""
    return _Tree([int(size) for size in sizes])


def plain_net(sizes):
    """Linear layers with ReLU between them."""
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(sizes):
        layers += [nn.Linear(int(before), int(after)), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def same_images(image, count):
    """One image (C, H, W), `count` times: a tensor (count, C, H, W) of float32."""
    return tensor(image).float().expand(int(count), *np.shape(image)).clone()
