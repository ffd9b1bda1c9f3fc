"""Right groups of parameters, as different as students' are. All must earn full marks without a remark."""

import itertools
import math
import warnings

import numpy as np
import torch

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "transfer.parameter_groups"


@alternative(ITEM)
def multiplied_on_the_way(net, learning_rate, decay):
    rate = learning_rate
    groups = []
    for layer in [net.head, *list(net.backbone.stages)[::-1]]:
        trained = list(filter(lambda p: p.requires_grad, layer.parameters()))
        if len(trained) > 0:
            groups += [{"lr": rate, "params": trained}]
        rate = rate * decay
    if len(groups) == 0:
        raise ValueError("nothing to train")
    return groups


@alternative(ITEM)
def image_first(net, learning_rate, decay, verbose=True):
    if not any(p.requires_grad for p in net.parameters()):
        raise ValueError("all parameters are frozen")
    stages, groups = net.backbone.stages, []
    for number, stage in enumerate(stages):
        lr = learning_rate * math.pow(decay, len(stages) - number)
        groups.append({"params": [p for _, p in stage.named_parameters() if p.requires_grad], "lr": lr})
    groups.append({"params": [p for p in net.head.parameters() if p.requires_grad], "lr": learning_rate})
    for group in groups:
        if verbose:
            print(f"{len(group['params'])} tensors with a rate of {group['lr']:.2g}")
    return [group for group in groups if group["params"]]


@alternative(ITEM)
def a_group_for_every_parameter(net, learning_rate, decay):
    groups = []
    modules = [net.head, *reversed(list(net.backbone.stages))]
    for depth, module in zip(itertools.count(), modules, strict=False):
        for name, parameter in module.named_parameters():
            if parameter.requires_grad:
                groups.append({"params": parameter, "lr": learning_rate * decay**depth, "name": f"{depth} {name}"})
    if groups == []:
        raise ValueError("There is nothing to train.")
    return tuple(groups)


@alternative(ITEM)
def by_names(net, learning_rate, decay):
    """The stage stands in a parameter's name."""
    by_rate = {}
    for name, parameter in net.named_parameters():
        if not parameter.requires_grad:
            continue
        parts = name.split(".")
        depth = 0 if parts[0] == "head" else len(net.backbone.stages) - int(parts[parts.index("stages") + 1])
        by_rate.setdefault(depth, []).append(parameter)
    if not by_rate:
        raise ValueError("Everything is frozen.")
    return [
        {"lr": learning_rate * decay**depth, "params": parameters, "weight_decay": 0.01}
        for depth, parameters in sorted(by_rate.items())
    ]


@alternative(ITEM)
def with_logarithms(net, learning_rate, decay):
    modules = [net.head]
    for stage in net.backbone.stages:
        modules.insert(1, stage)
    rates = np.exp(np.log(learning_rate) + np.arange(len(modules)) * np.log(decay))
    groups = [
        {"params": tuple(p for p in m.parameters() if p.requires_grad), "lr": torch.tensor(rate, dtype=torch.float64)}
        for m, rate in zip(modules, rates, strict=True)
    ]
    groups = [g for g in groups if len(g["params"])]
    if sum(len(g["params"]) for g in groups) < 1:
        raise ValueError("no parameters")
    warnings.warn(f"{len(groups)} groups", stacklevel=1)
    return groups


@alternative(ITEM)
def generators_that_are_fresh(net, learning_rate, decay):
    groups, any_trained = [], False
    for depth in range(len(net.backbone.stages) + 1):
        module = net.backbone.stages[-depth] if depth else net.head
        if any(p.requires_grad for p in module.parameters()):
            any_trained = True
            groups.append(
                {"params": (p for p in module.parameters() if p.requires_grad), "lr": learning_rate * decay**depth}
            )
    if not any_trained:
        raise ValueError("frozen: nothing is trained")
    return groups


@notebook(ITEM)
def a_recursion_and_an_error_of_its_own():
    class NothingToTrain(ValueError):
        """Raised where all is frozen."""

    def trained(module):
        return [p for p in module.parameters() if p.requires_grad]

    def walk(modules, rate, decay):
        if not modules:
            return []
        *others, last = modules
        own = [{"params": trained(last), "lr": rate}] if trained(last) else []
        return own + walk(others, rate * decay, decay)

    def parameter_groups(net, learning_rate, decay):
        groups = walk([*net.backbone.stages, net.head], learning_rate, decay)
        if not groups:
            raise NothingToTrain("everything is frozen")
        return groups
