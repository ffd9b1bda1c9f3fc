"""Right nets in PyTorch, as different as students' are. All must earn full marks without a remark."""

import functools
import warnings
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

from autograder.recording import notebook_names
from tests.mutants.collect import Version, _add, alternative

A, B, C = "cnn.convnet_a", "cnn.convnet_b", "cnn.convnet_c"
# Filters and their sizes in front of each pooling, how many numbers are left behind the last one, hidden units.
DESCRIBED = {
    A: ([[(12, 5)]], 2352, []),
    B: ([[(32, 3), (64, 3)]], 12544, [128]),
    C: ([[(32, 3), (32, 3)], [(64, 3), (64, 3)]], 1600, [512]),
}


class Functional(nn.Module):
    """Layers with parameters as modules, everything else as functions."""

    def __init__(self, blocks, inputs, units, dropout):
        super().__init__()
        self.p, before = dropout, 3
        self.classify = nn.Linear((units or [inputs])[-1], 10)  # made first, used last
        self.hidden = nn.ModuleList(nn.Linear(inputs, size) for size in units)
        self.blocks = nn.ModuleList()
        for block in blocks:
            self.blocks.append(nn.ModuleList())
            for filters, size in block:
                self.blocks[-1].append(nn.Conv2d(before, filters, kernel_size=size))
                before = filters

    def forward(self, x):
        for block in self.blocks:
            for conv in block:
                x = functional.relu(conv(x))
            x = functional.max_pool2d(x, kernel_size=2, stride=2)
        x = x.reshape(x.size(0), -1)
        for layer in self.hidden:
            x = layer(x).clamp(min=0)
        return self.classify(functional.dropout(x, p=self.p, training=self.training))


class OwnDropout(nn.Module):
    """Dropout written by hand."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * torch.bernoulli(torch.full_like(x, 1 - self.p)) / (1 - self.p)


def named_layers(blocks, inputs, units, dropout):
    layers, before = OrderedDict(), 3
    for i, block in enumerate(blocks):
        for k, (filters, size) in enumerate(block):
            layers[f"conv{i}{k}"], layers[f"relu{i}{k}"] = nn.Conv2d(before, filters, size), nn.ReLU(inplace=True)
            before = filters
        layers[f"pool{i}"] = nn.MaxPool2d(kernel_size=(2, 2))
    layers["flatten"] = nn.Flatten(start_dim=1)
    for k, size in enumerate(units):
        layers[f"hidden{k}"], layers[f"hidden_relu{k}"] = nn.Linear(inputs, size), nn.ReLU()
        inputs = size
    layers["dropout"], layers["scores"] = nn.Dropout(p=dropout), nn.Linear(inputs, 10)
    return nn.Sequential(layers)


def pooling_in_front_of_relu(blocks, inputs, units, dropout):
    """The largest number behind a ReLU is the ReLU of the largest one."""
    net, before = nn.Sequential(), 3
    for block in blocks:
        for filters, size in block:
            net.append(nn.Conv2d(before, filters, size, stride=1, padding=0))
            net.append(nn.ReLU())
            before = filters
        net[-1] = nn.Sequential(nn.MaxPool2d(2, 2), nn.ReLU())
    net.append(nn.Flatten())
    for size in units:
        net.extend([nn.Linear(inputs, size), nn.Dropout(dropout), nn.ReLU()])
        inputs = size
    net.extend([nn.Linear(inputs, 10)] if units else [nn.Dropout(dropout), nn.Linear(inputs, 10)])
    return net


def sizes_found_by_trying(blocks, inputs, units, dropout):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            channels = [3] + [filters for block in blocks for filters, _ in block]
            sizes = [size for block in blocks for _, size in block]
            convs = [nn.Conv2d(*made) for made in zip(channels[:-1], channels[1:], sizes, strict=True)]
            features = []
            for block in blocks:
                for _ in block:
                    features += [convs.pop(0), nn.ReLU()]
                features.append(nn.MaxPool2d(2))
            self.features = nn.Sequential(*features)
            with torch.no_grad():
                found = self.features(torch.zeros(1, 3, 32, 32)).numel()
            hidden = [nn.Linear(found, n) for n in units]
            self.head = nn.Sequential(*hidden, nn.ReLU(), OwnDropout(dropout), nn.Linear((units or [found])[0], 10))

        def forward(self, images):
            return self.head(torch.flatten(self.features(images), 1))

    print(Net())
    return Net()


def left_open_and_then_tried(blocks, inputs, units, dropout):
    warnings.warn("the net is large", stacklevel=1)
    layers = []
    for block in blocks:
        for filters, size in block:
            layers += [nn.LazyConv2d(filters, size), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
    layers.append(nn.Flatten())
    for size in units:
        layers += [nn.LazyLinear(size), nn.ReLU()]
    net = nn.Sequential(*layers, nn.Dropout(dropout), nn.LazyLinear(10))
    net(torch.zeros(1, 3, 32, 32))
    return net


def initialised_and_in_evaluation_mode(blocks, inputs, units, dropout, verbose=True):
    net = Functional(blocks, inputs, units, dropout)
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
            nn.init.zeros_(module.bias)
    if verbose:
        print(sum(p.numel() for p in net.parameters()))
    return net.eval()


def single_precision_alone(blocks, inputs, units, dropout):
    class Net(Functional):
        def forward(self, images):
            return super().forward(images.float().contiguous(memory_format=torch.channels_last))

    return Net(blocks, inputs, units, dropout)


class Block(nn.Sequential):
    """Convolutions, each with a ReLU, and pooling."""

    def __init__(self, before, filters, size):
        channels, layers = [before, *filters], []
        for k in range(len(filters)):
            layers.append(nn.Sequential(nn.Conv2d(channels[k], channels[k + 1], size), nn.Threshold(0, 0)))
        super().__init__(*layers, nn.MaxPool2d(2))


def blocks_in_blocks(blocks, inputs, units, dropout):
    before = [3] + [block[-1][0] for block in blocks]
    made = [Block(n, [f for f, _ in block], block[0][1]) for n, block in zip(before, blocks, strict=False)]
    hidden = [nn.Sequential(nn.Linear(inputs, n), nn.ReLU()) for n in units]
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear((units or [inputs])[0], 10))
    return nn.Sequential(nn.Sequential(*made), nn.Flatten(), *hidden, head)


def _names(item, make):
    """A notebook in which the net of an item is made so."""
    return notebook_names("cnn") | {item[4:]: lambda dropout=0.5: make(*DESCRIBED[item], dropout)}


for item in DESCRIBED:
    for make in (
        named_layers,
        pooling_in_front_of_relu,
        sizes_found_by_trying,
        left_open_and_then_tried,
        initialised_and_in_evaluation_mode,
        single_precision_alone,
        blocks_in_blocks,
    ):
        _add("alternatives", Version(item, make.__name__.replace("_", " "), functools.partial(_names, item, make)))


@alternative(A)
class The_class_itself(nn.Module):
    def __init__(self, dropout=0.5, filters=12, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, filters, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.drop = nn.Dropout(dropout)
        self.fc1 = nn.Linear(filters * 14 * 14, classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = x.reshape(-1, 12 * 14 * 14)
        return self.fc1(self.drop(x))


@alternative(A)
def dropout_in_front_of_flattening(dropout=0.5):
    conv = nn.Conv2d(3, 12, 5, padding="valid")
    return nn.Sequential(
        conv, nn.ReLU(), nn.AdaptiveMaxPool2d(14), nn.Dropout(dropout), nn.Flatten(), nn.Linear(2352, 10)
    )


@alternative(B)
def layers_added_one_by_one(dropout=0.5):
    net = nn.Sequential()
    net.add_module("first", nn.Conv2d(3, 32, (3, 3)))
    net.add_module("relu 1", nn.ReLU())
    net.add_module("second", nn.Conv2d(32, 64, (3, 3)))
    net.add_module("relu 2", nn.ReLU())
    net.add_module("pool", nn.MaxPool2d(2, ceil_mode=True))
    net.add_module("rows", nn.Flatten())
    net.add_module("hidden", nn.Linear(12544, 128))
    net.add_module("relu 3", nn.LeakyReLU(0.0))
    net.add_module("drop", nn.Dropout(dropout, inplace=True))
    net.add_module("last", nn.Linear(128, 10))
    return net


@alternative(C)
def dropout_as_a_function(dropout=0.5):
    class ConvNetC(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.c2 = nn.Conv2d(3, 32, 3), nn.Conv2d(32, 32, 3)
            self.c3, self.c4 = nn.Conv2d(32, 64, 3), nn.Conv2d(64, 64, 3)
            self.l1, self.l2 = nn.Linear(64 * 5 * 5, 512), nn.Linear(512, 10)

        def forward(self, x):
            x = functional.max_pool2d(self.c2(self.c1(x).relu()).relu(), 2)
            x = functional.max_pool2d(self.c4(self.c3(x).relu()).relu(), (2, 2))
            x = torch.maximum(self.l1(x.flatten(start_dim=1)), torch.zeros(()).to(x))
            if self.training:
                x = x * (torch.rand(x.shape) >= dropout) / (1 - dropout)
            return self.l2(x)

    return ConvNetC()
