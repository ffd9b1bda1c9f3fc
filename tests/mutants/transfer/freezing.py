"""Wrong ways to freeze, and to train the last stages: what must fail, and the diagnosis that must come."""

import copy

import torch
from torch import nn

from tests.mutants.collect import mutant, patch, recognising

KNOWN = "known mistake"

# --- freezing everything

FREEZE = "transfer.freeze"
FROZEN, STAY = "no parameter is trained", "weights and statistics stay as they are"
LOOP, OFF = "for parameter in module.parameters():", "parameter.requires_grad_(False)"
WHOLE = f"{LOOP}\n        {OFF}"


def unfrozen(name, changes, fails=FROZEN, diagnosis=KNOWN, only=True):
    patch(FREEZE, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# The module in the place of its parameters
unfrozen("requires_grad of the module", {WHOLE: "module.requires_grad = False"})
unfrozen("requires_grad of every module", {WHOLE: "for m in module.modules():\n        m.requires_grad = False"})
unfrozen("requires_grad of the stages", {WHOLE: "for stage in module.stages:\n        stage.requires_grad = False"})
unfrozen("evaluation mode", {WHOLE: "module.eval()"})
unfrozen("training mode switched off", {WHOLE: "for m in module.modules():\n        m.training = False"})
unfrozen("without gradients", {OFF: "pass", LOOP: f"with torch.no_grad():\n      {LOOP}"})
unfrozen("no_grad without a with", {WHOLE: "torch.no_grad()"})
unfrozen("the name without a call", {OFF: "parameter.requires_grad_"})
unfrozen("compared, not set", {OFF: "parameter.requires_grad == False"})
unfrozen("misspelt", {OFF: "parameter.require_grad = False"})
unfrozen("requires_grad of the data", {OFF: "parameter.data.requires_grad = False"})
unfrozen("requires_grad of a detached one", {OFF: "parameter.detach().requires_grad_(False)"})
unfrozen("a copy frozen", {LOOP: "for parameter in copy.deepcopy(module).parameters():"})
unfrozen("gradients set to None", {OFF: "parameter.grad = None"})
unfrozen("gradients set to zero", {WHOLE: "module.zero_grad()"})
unfrozen("marked as frozen", {WHOLE: "module.frozen = True"})
unfrozen("True", {OFF: "parameter.requires_grad_(True)"})

# Some of the parameters
unfrozen("parameters of the module alone", {"parameters()": "parameters(recurse=False)"})
unfrozen(
    "direct children alone", {LOOP: "for parameter in (p for c in module.children() for p in c._parameters.values()):"}
)
unfrozen("weights alone", {LOOP: "for name, parameter in module.named_parameters():\n      if 'weight' in name:"})
unfrozen(
    "biases alone", {LOOP: "for name, parameter in module.named_parameters():\n      if 'bias' in name:"}, FROZEN, ""
)
unfrozen("matrices alone", {LOOP: "for parameter in (p for p in module.parameters() if p.ndim > 1):"}, FROZEN, "")
unfrozen(
    "convolutions alone",
    {LOOP: "for parameter in (p for m in module.modules() if isinstance(m, nn.Conv2d) for p in m.parameters()):"},
)
unfrozen(
    "batch normalisation alone",
    {LOOP: "for parameter in (p for m in module.modules() if isinstance(m, nn.BatchNorm2d) for p in m.parameters()):"},
    FROZEN,
    "",
)
unfrozen("the first stage alone", {"module.parameters()": "module.stages[0].parameters()"}, FROZEN, "")
unfrozen("all but the last stage", {"module.parameters()": "module.stages[:-1].parameters()"}, FROZEN, "")
unfrozen("the first parameter alone", {OFF: f"{OFF}\n        break"}, FROZEN, "")
unfrozen("all but the last parameter", {"module.parameters()": "list(module.parameters())[:-1]"}, FROZEN, "")
unfrozen("turned round", {OFF: "parameter.requires_grad = not parameter.requires_grad"})

# Other things done to the parameters
unfrozen("weights set to zero", {OFF: "parameter.data.zero_()"}, (FROZEN, STAY))
unfrozen("weights set to zero, and frozen", {OFF: f"{OFF}\n        parameter.zero_()"}, STAY, "")
unfrozen("rounded, and frozen", {OFF: f"{OFF}\n        parameter.data = parameter.data.round()"}, STAY, "")
unfrozen("data detached", {OFF: "parameter.data = parameter.data.detach().clone()"})
unfrozen(
    "made anew, and frozen",
    {
        WHOLE: "for m in module.modules():\n        if hasattr(m, 'reset_parameters'):\n"
        f"            m.reset_parameters()\n    {WHOLE}"
    },
    STAY,
    "",
)
unfrozen(
    "running statistics forgotten, too",
    {
        WHOLE: f"{WHOLE}\n    for m in module.modules():\n        if isinstance(m, nn.BatchNorm2d):\n"
        "            m.reset_running_stats()"
    },
    STAY,
    "",
)
unfrozen("an error", {OFF: "parameter.freeze()"}, (FROZEN, STAY), "")
unfrozen(
    "statistics forgotten, biases trained",
    {
        WHOLE: "for name, parameter in module.named_parameters():\n        if 'bias' not in name:\n"
        f"            {OFF}\n    for m in module.modules():\n        if isinstance(m, nn.BatchNorm2d):\n"
        "            m.reset_running_stats()"
    },
    (FROZEN, STAY),
)


@mutant(FREEZE, fails=(FROZEN, STAY))
def parameters_turned_into_buffers(module):
    for layer in module.modules():
        for name, parameter in list(layer.named_parameters(recurse=False)):
            delattr(layer, name)
            layer.register_buffer(name, parameter.detach())


@mutant(FREEZE, fails=FROZEN, only=False)
def parameters_taken_out(module):
    for layer in module.modules():
        for name in list(layer._parameters):
            layer._parameters[name] = None


@mutant(FREEZE, fails=FROZEN, diagnosis=KNOWN, only=True)
def a_frozen_copy_returned(module):
    return copy.deepcopy(module).requires_grad_(False)


recognising(
    FREEZE,
    lambda module: tuple(p.numel() for p in module.parameters()),
    lambda right, module: None,
    fails=FROZEN,
    diagnosis=KNOWN,
)

# --- training the last stages

TOP = "transfer.unfreeze_top"
LAST, FIRST, NONE = "the last stages are trained", "stages before them are frozen", "0 stages: all are frozen"
ALL = (LAST, FIRST, NONE, STAY)
START, SLICE = "freeze(backbone)", "list(backbone.stages)[len(backbone.stages) - stages :]"
INNER, ON = "for parameter in stage.parameters():", "parameter.requires_grad_(True)"
BOTH = f"{INNER}\n            {ON}"


def wrong(name, changes, fails, diagnosis=KNOWN, only=True):
    patch(TOP, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# Which stages
wrong("a slice from -0", {SLICE: "backbone.stages[-stages:]"}, NONE)
wrong(
    "all before -0",
    {
        f"{START}\n    for": "backbone.requires_grad_(True)\n    for",
        SLICE: "backbone.stages[:-stages]",
        ON: "parameter.requires_grad_(False)",
    },
    NONE,
)
wrong("the first stages", {SLICE: "backbone.stages[:stages]"}, (LAST, FIRST))
wrong("all but the first ones", {SLICE: "backbone.stages[stages:]"}, (FIRST, LAST, NONE), KNOWN)
wrong("one too many", {SLICE: "list(backbone.stages)[max(len(backbone.stages) - stages - 1, 0) :]"}, (FIRST, NONE))
wrong("one too few", {SLICE: "list(backbone.stages)[len(backbone.stages) - stages + 1 :]"}, LAST)
wrong("the last one alone", {SLICE: "backbone.stages[-1:]"}, (LAST, NONE))
wrong("that stage alone", {SLICE: "[backbone.stages[-stages]]"}, (LAST, NONE), "")
wrong("the stage of that number", {SLICE: "[backbone.stages[stages - 1]]"}, (LAST, FIRST, NONE), "")
wrong("children in the place of stages", {SLICE: "list(backbone.children())[len(backbone.stages) - stages :]"}, LAST)
wrong("the last children", {SLICE: "list(backbone.children())[-stages:]"}, (FIRST, NONE))
wrong(
    "parameters in the place of stages",
    {
        f"for stage in {SLICE}:\n        {BOTH}": "parameters = list(backbone.parameters())\n"
        f"    for parameter in parameters[len(parameters) - stages :]:\n        {ON}"
    },
    LAST,
    ("", KNOWN),
)
wrong("two written in", {SLICE: "backbone.stages[-2:]"}, (FIRST, LAST, NONE))
wrong("all stages", {SLICE: "backbone.stages"}, (FIRST, NONE))
wrong("in the middle", {SLICE: "backbone.stages[1 : 1 + stages]"}, (LAST, FIRST), "", only=False)
wrong("every other stage", {SLICE: "list(backbone.stages)[::-2][:stages]"}, (LAST, FIRST), "", only=False)
wrong("nothing for 0", {START: f"if not stages:\n        return\n    {START}"}, NONE)
wrong("all for 0", {START: f"stages = stages or len(backbone.stages)\n    {START}"}, NONE)

# What was before
wrong("not frozen first", {START: "pass"}, (FIRST, NONE))
wrong("frozen behind", {f"{START}\n    for": "for", BOTH: f"{BOTH}\n    {START}"}, LAST)
wrong("never set back", {ON: "pass"}, LAST)
wrong("frozen alone", {ON: "parameter.requires_grad_(False)"}, LAST)
wrong(
    "the last ones frozen",
    {START: "backbone.requires_grad_(True)", ON: "parameter.requires_grad_(False)"},
    (LAST, FIRST, NONE),
    KNOWN,
)
wrong(
    "only the first ones frozen",
    {
        f"{START}\n    for": "for",
        SLICE: "list(backbone.stages)[: len(backbone.stages) - stages]",
        ON: "parameter.requires_grad_(False)",
    },
    LAST,
)
wrong(
    "turned round",
    {START: "pass", ON: "parameter.requires_grad = not parameter.requires_grad"},
    (LAST, FIRST, NONE),
    "",
)
wrong("never frozen, and the first stages", {START: "pass", SLICE: "backbone.stages[:stages]"}, (LAST, FIRST, NONE))
wrong("not frozen first, and -0", {START: "pass", SLICE: "backbone.stages[-stages:]"}, (FIRST, NONE))

# Parts of stages
wrong("requires_grad of the stage", {BOTH: "stage.requires_grad = True"}, LAST)
wrong("training mode", {BOTH: "stage.train()"}, LAST)
wrong("weights alone", {INNER: "for parameter in (p for n, p in stage.named_parameters() if 'weight' in n):"}, LAST)
wrong("matrices alone", {INNER: "for parameter in (p for p in stage.parameters() if p.ndim > 1):"}, LAST)
wrong(
    "batch normalisation left frozen",
    {
        INNER: "for parameter in (p for m in stage.modules() if not isinstance(m, nn.BatchNorm2d) "
        "for p in m.parameters(recurse=False)):"
    },
    LAST,
)
wrong(
    "layers right in the stage alone",
    {INNER: "for parameter in (p for m in stage.children() for p in m.parameters(recurse=False)):"},
    LAST,
)
wrong("the first parameter alone", {ON: f"{ON}\n            break"}, LAST)
wrong(
    "biases not frozen",
    {START: "[p.requires_grad_(False) for n, p in backbone.named_parameters() if 'weight' in n]"},
    (FIRST, NONE),
)
wrong(
    "batch normalisation not frozen",
    {START: "[m.requires_grad_(False) for m in backbone.modules() if isinstance(m, nn.Conv2d)]"},
    (FIRST, NONE),
)

# Weights
wrong(
    "the last stages made anew",
    {
        BOTH: f"{BOTH}\n        for m in stage.modules():\n            "
        "if hasattr(m, 'reset_parameters'):\n                m.reset_parameters()"
    },
    STAY,
    "",
)
wrong(
    "what is frozen is set to zero",
    {START: f"{START}\n    for parameter in backbone.parameters():\n        parameter.mul_(0)"},
    STAY,
    "",
)
wrong("an error", {ON: "parameter.unfreeze()"}, (LAST, FIRST, STAY), "")
wrong("another name of the stages", {"list(backbone.stages)": "backbone.blocks"}, ALL, "")


@mutant(TOP, fails=(LAST, FIRST, NONE), diagnosis=KNOWN, only=True)
def a_new_backbone_is_returned(backbone, stages):
    backbone = copy.deepcopy(backbone)
    backbone.requires_grad_(False)
    for stage in backbone.stages[len(backbone.stages) - stages :]:
        stage.requires_grad_(True)
    return backbone


@mutant(TOP, fails=LAST, diagnosis=KNOWN, only=True)
def without_gradients_before_the_last_stages(backbone, stages):
    with torch.no_grad():
        for number, stage in enumerate(backbone.stages):
            stage.requires_grad = number >= len(backbone.stages) - stages
    nn.ModuleList(backbone.stages).requires_grad_(False)


recognising(
    TOP,
    lambda backbone, stages: tuple(p.numel() for p in backbone.parameters()),
    lambda right, backbone, stages: backbone.requires_grad_(False) and None,
    fails=LAST,
    diagnosis=KNOWN,
)
