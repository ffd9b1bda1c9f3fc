"""Right ways to freeze, and to train the last stages, as students find them. All must earn full marks."""

import functools
import itertools
import warnings

from torch import nn

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

FREEZE, TOP = "transfer.freeze", "transfer.unfreeze_top"

# --- freezing everything


@alternative(FREEZE)
def the_modules_own_method(module):
    return module.requires_grad_(False)


@alternative(FREEZE)
def an_attribute(module, verbose=True):
    for name, p in module.named_parameters():
        p.requires_grad = False
        if verbose:
            print("frozen:", name, tuple(p.shape))


@alternative(FREEZE)
def module_by_module(net):
    """And evaluation mode besides, which does no harm."""
    net.eval()
    for module in net.modules():
        for parameter in module.parameters(recurse=False):
            parameter.requires_grad = False


@alternative(FREEZE)
def by_recursion(module):
    for child in module.children():
        by_recursion(child)
    for parameter in module._parameters.values():
        if parameter is not None and parameter.requires_grad:
            parameter.requires_grad_(False)


@alternative(FREEZE)
def applied(module):
    def off(layer):
        for p in layer.parameters(recurse=False):
            setattr(p, "requires_grad", False)  # noqa: B010

    warnings.warn("everything is frozen from now on", stacklevel=1)
    return module.apply(off)


@alternative(FREEZE)
def every_parameter_made_anew(module):
    for layer in module.modules():
        for name, parameter in list(layer.named_parameters(recurse=False)):
            setattr(layer, name, nn.Parameter(parameter.detach().clone(), requires_grad=False))


@alternative(FREEZE)
def detached_in_place(module):
    return [p.detach_().requires_grad_(False).shape for p in module.parameters()]


@notebook(FREEZE)
def helpers():
    def set_trained(module: nn.Module, trained: bool):
        for _, parameter in module.named_parameters():
            parameter.requires_grad_(trained)
            parameter.grad = None

    freeze = functools.partial(set_trained, trained=False)
    assert freeze.keywords == {"trained": False}


# --- training the last stages


@alternative(TOP)
def one_flag_for_every_stage(backbone, stages):
    first = len(backbone.stages) - stages
    for number, stage in enumerate(backbone.stages):
        stage.requires_grad_(number >= first)


@alternative(TOP)
def two_loops(backbone, stages):
    count = len(backbone.stages)
    for k in range(count - stages):
        for p in backbone.stages[k].parameters():
            p.requires_grad = False
    for k in range(count - stages, count):
        for p in backbone.stages[k].parameters():
            p.requires_grad = True
    return backbone


@alternative(TOP)
def a_case_for_zero(backbone, stages, verbose=True):
    freeze(backbone)  # noqa: F821
    if stages == 0:
        return
    for stage in backbone.stages[-stages:]:
        for layer in stage:
            for parameter in layer.parameters():
                parameter.requires_grad_(True)
        if verbose:
            print("trained:", type(stage).__name__)


@alternative(TOP)
def backwards(backbone, stages):
    left = stages
    for stage in reversed(backbone.stages):
        for parameter in stage.parameters():
            parameter.requires_grad = left > 0
        left -= 1


@alternative(TOP)
def by_their_names(backbone, stages):
    first = len(list(backbone.stages.children())) - stages
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad = int(name.split(".")[1]) >= first


@alternative(TOP)
def everything_first(backbone, stages):
    backbone.requires_grad_(True)
    for stage in itertools.islice(backbone.stages, len(backbone.stages) - stages):
        freeze(stage)  # noqa: F821


@alternative(TOP)
def popped_from_the_end(backbone, stages):
    waiting = list(backbone.stages)
    trained = [waiting.pop() for _ in range(stages)]
    for group, flag in ((waiting, False), (trained, True)):
        for stage in group:
            stage.apply(
                lambda layer, flag=flag: [p.requires_grad_(flag) for p in layer.parameters(recurse=False)] and None
            )
    warnings.warn(f"{len(trained)} stages are trained", stacklevel=1)


@notebook(TOP)
def helpers_of_two_kinds():
    def set_trained(modules, trained):
        for parameter in itertools.chain.from_iterable(module.parameters() for module in modules):
            parameter.requires_grad_(trained)

    def unfreeze_top(backbone, stages, change=set_trained):
        split = max(0, len(backbone.stages) - stages)
        change(backbone.stages[:split], False)
        change(backbone.stages[split:], True)


@notebook(TOP)
def one_function_for_both():
    """Its `freeze` takes one argument more, and gives the module back."""

    def freeze(module, frozen=True):
        for parameter in module.parameters():
            parameter.requires_grad = not frozen
        return module

    def unfreeze_top(backbone, stages):
        stages = len(backbone.stages) - stages
        backbone = freeze(backbone)
        for stage in backbone.stages[stages:]:
            freeze(stage, frozen=False)


@notebook(TOP)
def what_freeze_gives_back():
    def freeze(module):
        return module.eval().requires_grad_(False)

    def unfreeze_top(backbone, stages):
        split = len(backbone.stages) - stages
        [stage.requires_grad_(True) for stage in freeze(backbone).stages[split:]]
