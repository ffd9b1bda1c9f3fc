"""Frozen layers whose statistics are wrongly kept: what must fail, and the diagnosis that must come."""

import copy

import torch
from torch import nn

from tests.mutants.collect import mutant, patch, recognising

ITEM = "transfer.keep_statistics"
KEPT, OTHERS = "frozen normalisation is in evaluation mode", "normalisation that learns stays in training mode"
DROPOUT, GAMMA = "dropout stays in training mode", "gamma alone says whether a layer is frozen"
FROZEN, KNOWN = "what is frozen stays so, and nothing else is", "known mistake"
ALL = (KEPT, OTHERS, DROPOUT, GAMMA, FROZEN)
LOOP, KINDS = "for module in net.modules():", "isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))"
IF_FROZEN, EVAL = " and not module.weight.requires_grad", "module.eval()"
IF = f"if {KINDS}{IF_FROZEN}:"
WHOLE = f"{LOOP}\n        {IF}\n            {EVAL}"


def wrong(name, changes, fails, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# Too much in evaluation mode
wrong("the net", {WHOLE: "net.eval()"}, (OTHERS, DROPOUT, GAMMA))
wrong(
    "the net, where something is frozen",
    {WHOLE: "if not all(p.requires_grad for p in net.parameters()):\n        net.eval()"},
    (OTHERS, DROPOUT, GAMMA),
)
wrong("the net from its first frozen layer on", {EVAL: "net.eval()"}, (OTHERS, DROPOUT, GAMMA))
wrong("every module", {IF: "if True:"}, (OTHERS, DROPOUT, GAMMA))
wrong("all normalisation", {IF_FROZEN: ""}, (OTHERS, GAMMA))
wrong(
    "all normalisation, and dropout",
    {IF: "if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.Dropout)):"},
    (OTHERS, DROPOUT, GAMMA),
    "",
    only=False,
)
wrong("dropout, too", {IF: f"if isinstance(module, (nn.Dropout, nn.Dropout2d)) or {IF[3:]}"}, DROPOUT, "")
wrong("dropout alone", {IF: "if isinstance(module, (nn.Dropout, nn.Dropout2d)):"}, (KEPT, DROPOUT, GAMMA), "")
wrong(
    "modules without trained parameters",
    {IF: "if not any(p.requires_grad for p in module.parameters()):"},
    (DROPOUT, GAMMA),
    "",
)
wrong(
    "whole branches around a frozen layer",
    {EVAL: "[m.eval() for m in net.children() if module in m.modules()]"},
    (OTHERS, GAMMA),
    "",
    only=False,
)
wrong("normalisation that learns", {IF_FROZEN: " and module.weight.requires_grad"}, (KEPT, OTHERS, GAMMA))
wrong(
    "as soon as one layer is frozen",
    {IF_FROZEN: " and not all(m.weight.requires_grad for m in net.modules() if hasattr(m, 'running_mean'))"},
    (OTHERS, GAMMA),
    ("", KNOWN),
)

# Too little
wrong("nothing", {EVAL: "pass"}, (KEPT, GAMMA))
wrong("the name without a call", {EVAL: "module.eval"}, (KEPT, GAMMA))
wrong("training mode", {EVAL: "module.train()"}, (KEPT, GAMMA))
wrong("everything trains, too", {WHOLE: f"{WHOLE}\n    net.train()"}, (KEPT, GAMMA))
wrong("direct children alone", {LOOP: "for module in net.children():"}, (KEPT, GAMMA))
wrong(
    "two levels alone",
    {LOOP: "for module in [m for child in net.children() for m in child.children()]:"},
    (KEPT, GAMMA),
)
wrong("the body alone", {LOOP: "for module in net.body.modules():"}, KEPT)
wrong("normalisation of images alone", {KINDS: "isinstance(module, nn.BatchNorm2d)"}, KEPT)
wrong("normalisation of rows alone", {KINDS: "isinstance(module, nn.BatchNorm1d)"}, (KEPT, GAMMA))
wrong("the first one alone", {EVAL: f"{EVAL}\n            break"}, KEPT, "")
wrong("returned from the loop", {EVAL: f"{EVAL}\n            return net"}, KEPT, "")
wrong("another kind of normalisation", {KINDS: "isinstance(module, (nn.LayerNorm, nn.GroupNorm))"}, (KEPT, GAMMA))
wrong(
    "both kinds at once",
    {KINDS: "isinstance(module, nn.BatchNorm1d) and isinstance(module, nn.BatchNorm2d)"},
    (KEPT, GAMMA),
)
wrong("asked of the module", {IF_FROZEN: " and not getattr(module, 'requires_grad', True)"}, (KEPT, GAMMA))
wrong(
    "only where everything is frozen",
    {IF_FROZEN: " and not any(p.requires_grad for p in net.parameters())"},
    (KEPT, GAMMA),
)
wrong("a copy of it", {EVAL: "copy.deepcopy(module).eval()"}, (KEPT, GAMMA))
wrong("by a name that layers do not have", {IF: "if 'bn' in type(module).__name__.lower():"}, (KEPT, GAMMA))

# By something else than gamma
wrong("by beta", {"module.weight": "module.bias"}, GAMMA, "")
wrong("where all is frozen", {IF_FROZEN: " and not any(p.requires_grad for p in module.parameters())"}, GAMMA, "")
wrong("where anything is frozen", {IF_FROZEN: " and not all(p.requires_grad for p in module.parameters())"}, GAMMA, "")
wrong("by the running mean", {"module.weight": "module.running_mean"}, (OTHERS, GAMMA))

# Other things than the mode
wrong("statistics not tracked any more", {EVAL: "module.track_running_stats = False"}, (KEPT, GAMMA))
wrong("momentum 0", {EVAL: "module.momentum = 0.0"}, (KEPT, GAMMA))
wrong("statistics taken away", {EVAL: "module.running_mean = module.running_var = None"}, (KEPT, GAMMA))
wrong("momentum 0 for all of them", {IF_FROZEN: "", EVAL: "module.momentum = 0.0"}, (KEPT, GAMMA))
wrong("frozen once more", {EVAL: "module.weight.requires_grad_(False)"}, (KEPT, GAMMA))
wrong("beta frozen with it", {EVAL: f"{EVAL}\n            module.bias.requires_grad_(False)"}, FROZEN, "", only=False)
wrong(
    "without gradients",
    {LOOP: "with torch.no_grad():\n      for module in net.modules():", EVAL: "pass"},
    (KEPT, GAMMA),
)
wrong("all frozen by it", {WHOLE: f"{WHOLE}\n    net.requires_grad_(False)"}, FROZEN, "")
wrong(
    "all normalisation frozen",
    {WHOLE: f"{LOOP}\n        if {KINDS}:\n            module.requires_grad_(False)\n            {EVAL}"},
    (OTHERS, GAMMA, FROZEN),
)
wrong("set free again", {EVAL: f"{EVAL}\n            module.requires_grad_(True)"}, FROZEN, "")
wrong("everything set free again", {WHOLE: f"{WHOLE}\n    net.requires_grad_(True)"}, FROZEN, "")
wrong(
    "convolutions frozen",
    {WHOLE: f"{WHOLE}\n    [m.requires_grad_(False) for m in net.modules() if isinstance(m, nn.Conv2d)]"},
    FROZEN,
    "",
)
wrong("an error", {EVAL: "module.freeze()"}, (KEPT, OTHERS, DROPOUT, FROZEN), "", only=False)
wrong("every module asked for its weight", {KINDS: "module", "module.weight": "module.weight"}, ALL, "")
wrong(
    "images alone, whatever is frozen",
    {KINDS: "isinstance(module, nn.BatchNorm2d)", IF_FROZEN: ""},
    (OTHERS, KEPT, GAMMA),
    ("", KNOWN),
)
wrong(
    "dropout, and beta asked",
    {IF: f"if isinstance(module, (nn.Dropout, nn.Dropout2d)) or {IF[3:]}", "module.weight": "module.bias"},
    (DROPOUT, GAMMA),
    "",
)


@mutant(ITEM, fails=(OTHERS, DROPOUT, GAMMA), diagnosis=KNOWN, only=True)
def the_mode_of_the_whole_net_by_its_first_parameter(net):
    frozen = any(not p.requires_grad for p in net.parameters())
    return net.train(not frozen)


@mutant(ITEM, fails=(KEPT, GAMMA), diagnosis=KNOWN, only=True)
def momentum_remembered(net):
    for module in net.modules():
        if hasattr(module, "running_mean"):
            module.momentum = 0.1 if module.weight.requires_grad else 0.0
    return copy.copy(net)


@mutant(ITEM, fails=(KEPT, GAMMA), diagnosis=KNOWN, only=True)
@torch.no_grad()
def whole_stages_alone(net):
    for child in net.children():
        if isinstance(child, nn.Sequential) and all(p.requires_grad for p in child.parameters()):
            child.train()


recognising(
    ITEM,
    lambda net: tuple(p.numel() for p in net.parameters()),
    lambda right, net: net.eval() and None,
    fails=OTHERS,
    diagnosis=KNOWN,
)
