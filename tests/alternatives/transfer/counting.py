"""Right counts of what is trained, as different as students' are. All must earn full marks without a remark."""

import functools
import math
import warnings

import numpy as np
import torch
from torch import nn

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "transfer.trainable_parameters"


@alternative(ITEM)
def a_loop(net):
    total = 0
    for _name, p in net.named_parameters():
        if not p.requires_grad:
            continue
        print(_name, tuple(p.shape))
        total += p.nelement()
    return total


@alternative(ITEM)
def in_numpy(net, dtype=np.int64):
    sizes = [p.detach().numpy().size for p in net.parameters() if p.requires_grad]
    return np.sum(sizes, dtype=dtype)


@alternative(ITEM)
def by_shapes(net):
    trained = filter(lambda p: p.requires_grad, net.parameters())
    return sum(map(math.prod, (p.shape for p in trained)))


@alternative(ITEM)
def what_is_frozen_taken_away(net):
    parameters = list(net.parameters())
    frozen = [p for p in parameters if p.requires_grad is False]
    return sum(p.numel() for p in parameters) - sum(p.numel() for p in frozen)


@alternative(ITEM)
def tensors_by_their_identity(net):
    """Walks through all layers itself, and remembers what it has seen."""
    seen = {}
    for _, module in net.named_modules(remove_duplicate=False):
        for parameter in module._parameters.values():
            if parameter is not None and parameter.requires_grad:
                seen[id(parameter)] = parameter.numel()
    warnings.warn("counted", stacklevel=1)
    return sum(seen.values())


@alternative(ITEM)
def as_one_long_row(net):
    rows = [p.reshape(-1) for p in net.parameters() if p.requires_grad]
    return len(torch.cat(rows)) if rows else 0


@alternative(ITEM)
def a_set_of_parameters(net):
    parameters = {p for module in net.modules() for p in module.parameters() if p.requires_grad}
    return int(torch.tensor([p.numel() for p in parameters]).sum().item())


@alternative(ITEM)
def by_an_array_of_shapes(net):
    return functools.reduce(lambda total, p: total + p.requires_grad * np.prod(p.shape, dtype=int), net.parameters(), 0)


@notebook(ITEM)
def helpers():
    def parameters_of(module: nn.Module, seen):
        for p in module.parameters(recurse=False):
            if id(p) not in seen:
                seen.add(id(p))
                yield p
        for child in module.children():
            yield from parameters_of(child, seen)

    def trainable_parameters(net, wanted=lambda p: p.requires_grad):
        return sum(map(torch.numel, filter(wanted, parameters_of(net, set()))))
