"""Right ways to keep the statistics of frozen layers, as different as students' are. All must earn full marks."""

import warnings

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "transfer.keep_statistics"


@alternative(ITEM)
def two_conditions(net):
    for name, module in net.named_modules():
        normalises = isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d)
        if normalises and module.weight.requires_grad is False:
            module.eval()
            print("keeps its statistics:", name)
    return net


@alternative(ITEM)
def the_base_class(net):
    for module in filter(lambda m: isinstance(m, _BatchNorm), net.modules()):
        if not module.weight.requires_grad:
            module.train(False)


@alternative(ITEM)
def whatever_has_statistics(net):
    for module in net.modules():
        if hasattr(module, "running_mean") and getattr(module, "weight", None) is not None:
            module.training = module.training and module.weight.requires_grad


@alternative(ITEM)
def by_recursion(module):
    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)):
        module.train(module.weight.requires_grad)
    for child in module.children():
        by_recursion(child)


@alternative(ITEM)
def applied(net):
    def keep(layer):
        if layer.__class__.__name__.startswith("BatchNorm") and not layer.weight.requires_grad:
            layer.eval()

    net.apply(keep)
    warnings.warn("kept", stacklevel=1)


@alternative(ITEM)
def by_the_parameters_names(net):
    frozen = [
        name.rpartition(".")[0] for name, p in net.named_parameters() if name.endswith("weight") and not p.requires_grad
    ]
    for name in frozen:
        layer = net.get_submodule(name)
        if isinstance(layer, nn.modules.batchnorm._NormBase):
            layer.eval()


@alternative(ITEM)
def evaluation_mode_for_all_and_back(net):
    before = {module: module.training for module in net.modules()}
    net.eval()
    for module, training in before.items():
        frozen = isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and not module.weight.requires_grad
        module.training = training and not frozen


@alternative(ITEM)
def a_frozen_copy_of_its_settings(net, kinds=(nn.BatchNorm1d, nn.BatchNorm2d)):
    """Evaluation mode, and no momentum besides: that does no harm."""
    for kind in kinds:
        for layer in [m for m in net.modules() if type(m) is kind]:
            if not layer.weight.requires_grad:
                layer.eval()
                layer.momentum = 0.0


@notebook(ITEM)
def helpers():
    def normalisations(net):
        stack = [net]
        while stack:
            module = stack.pop()
            stack.extend(module.children())
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                yield module

    def is_frozen(layer):
        gamma, *_ = layer.parameters(recurse=False)
        return not gamma.requires_grad

    def keep_statistics(net, frozen=is_frozen):
        return [layer.eval() for layer in normalisations(net) if frozen(layer)]
