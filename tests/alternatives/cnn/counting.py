"""Right counts of a net's parameters, as different as students' are. All must earn full marks without a remark."""

import functools
import math
import warnings
from collections import Counter, OrderedDict, defaultdict

import numpy as np
import torch

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "cnn.parameter_counts"


@alternative(ITEM)
def by_the_parameters_names(net):
    counts = defaultdict(int)
    for name, parameter in net.named_parameters():
        if parameter.requires_grad:
            counts[name.rpartition(".")[0]] += parameter.numel()
    return counts


@alternative(ITEM)
def one_expression(net):
    def own(module):
        return sum(p.numel() for p in module.parameters(recurse=False) if p.requires_grad)

    return {name: own(module) for name, module in net.named_modules() if own(module)}


@alternative(ITEM)
def by_shapes(net, verbose=True):
    counts = OrderedDict()
    for name, module in net.named_modules():
        total = 0
        for parameter in module._parameters.values():
            if parameter is not None and parameter.requires_grad:
                total += math.prod(parameter.shape)
        if total > 0:
            counts[name] = total
            if verbose:
                print(f"{name:20} {total:10,}")
    return counts


@alternative(ITEM)
def in_numpy(net):
    counts = {}
    for name, module in net.named_modules():
        sizes = [p.detach().numpy().size for _, p in module.named_parameters(recurse=False) if p.requires_grad]
        if len(sizes) != 0:
            counts[name] = np.sum(sizes)
    return counts


@alternative(ITEM)
def tensors_for_numbers(net):
    warnings.warn("large nets take long", stacklevel=1)
    found = Counter()
    for name, p in net.named_parameters():
        layer = ".".join(name.split(".")[:-1])
        found[layer] += torch.tensor(p.shape).prod() if p.requires_grad else 0
    return {layer: n for layer, n in found.items() if n > 0}


@alternative(ITEM)
def by_recursion(net, prefix=""):
    counts = {}
    own = [p for p in net.parameters(recurse=False) if p.requires_grad]
    if own:
        counts[prefix] = sum(map(torch.numel, own))
    for name, child in net.named_children():
        counts |= by_recursion(child, f"{prefix}.{name}" if prefix else name)
    return counts


@alternative(ITEM)
def what_is_frozen_taken_away(net):
    counts = {}
    for name, module in net.named_modules():
        n = sum(p.nelement() for p in module.parameters()) - sum(
            p.nelement() for child in module.children() for p in child.parameters()
        )
        n -= sum(p.nelement() for p in module.parameters(recurse=False) if not p.requires_grad)
        counts[name] = n
    for name in [name for name, n in counts.items() if n == 0]:
        del counts[name]
    return counts


@notebook(ITEM)
def helpers_and_a_memory():
    @functools.cache
    def trainable(module):
        return tuple(p for p in module.parameters(recurse=False) if p.requires_grad)

    def size(parameter):
        n = 1
        for side in parameter.size():
            n = n * side
        return n

    def parameter_counts(net, count=size):
        names = list(dict(net.named_modules()))
        layers = {name: net.get_submodule(name) for name in names}
        return {name: float(sum(map(count, trainable(layer)))) for name, layer in layers.items() if trainable(layer)}
