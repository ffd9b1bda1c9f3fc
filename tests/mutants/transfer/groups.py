"""Wrong groups of parameters for an optimiser: what must fail, and the diagnosis that must come."""

import torch

from tests.mutants.collect import mutant, patch, recognising

ITEM = "transfer.parameter_groups"
RATES, LEFT_OUT = "learning rates by layer", "frozen parameters are left out"
ONCE, REFUSED = "every trained parameter, once", "nothing to train is an error"
FORM = 'dicts with "params" and "lr"'
KNOWN, ALL, ASKED = "known mistake", (RATES, LEFT_OUT, ONCE, REFUSED, FORM), (RATES, LEFT_OUT, ONCE, FORM)
LOOP = "for depth, module in enumerate([net.head, *reversed(net.backbone.stages)]):"
PARAMS = "params = [parameter for parameter in module.parameters() if parameter.requires_grad]"
IF, ADD = "if params:", 'groups.append({"params": params, "lr": learning_rate * decay**depth})'
RATE, START, RETURN = "learning_rate * decay**depth", "groups = []", "return groups"
REFUSE = 'raise ValueError("Everything is frozen: there is nothing to train. Unfreeze the head, or some stages.")'
TRAINED = "[p for p in net.parameters() if p.requires_grad]"


def wrong(name, changes, fails=RATES, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# Rates
wrong("the same rate everywhere", {RATE: "learning_rate"})
wrong("reversed", {RATE: "learning_rate * decay ** (4 - depth)"})
wrong("stages reversed, the head first", {"*reversed(net.backbone.stages)": "*net.backbone.stages"})
wrong("the head behind the stages", {"[net.head, *reversed(net.backbone.stages)]": "[*net.backbone.stages, net.head]"})
wrong("one power too many", {RATE: "learning_rate * decay ** (depth + 1)"})
wrong("one power too few", {RATE: "learning_rate * decay ** max(depth - 1, 0)"})
wrong("linear", {RATE: "(learning_rate * decay * depth if depth else learning_rate)"})
wrong("linear, down to nothing", {RATE: "learning_rate * (1 - depth * (1 - decay) / 4)"})
wrong("divided by the depth", {RATE: "learning_rate / (depth + 1)"})
wrong("decay for all stages alike", {RATE: "learning_rate * (decay if depth else 1)"})
wrong("divided by decay", {RATE: "learning_rate / decay**depth"})
wrong("decay alone", {RATE: "decay**depth"})
wrong("rate and decay exchanged", {RATE: "decay * learning_rate**depth"})
wrong("1 - decay", {RATE: "learning_rate * (1 - decay) ** depth"})
wrong("decay squared", {RATE: "learning_rate * decay ** (2 * depth)"})
wrong("halved", {RATE: "learning_rate * 0.5**depth"})
wrong("exponential", {RATE: "learning_rate * 2.718281828 ** (-decay * depth)"})
wrong("^ for **", {RATE: "learning_rate * (round(10 * decay) ^ depth)"}, diagnosis="")
wrong("ten times for the head", {RATE: "learning_rate * decay**depth * (10 if depth == 0 else 1)"})
wrong("negative", {RATE: "-learning_rate * decay**depth"}, diagnosis="sign")
wrong("zero", {RATE: "0.0"}, diagnosis="zero")
wrong("not a number", {RATE: "float('nan')"}, diagnosis="overflow")
wrong("rounded", {RATE: "round(learning_rate * decay**depth, 2)"}, diagnosis="rounded")
wrong("whole numbers", {RATE: "learning_rate // decay**depth"}, diagnosis=("", "zero"))
wrong(
    "frozen stages skipped in the count",
    {
        "enumerate([net.head, *reversed(net.backbone.stages)])": "enumerate([m for m in "
        "[net.head, *reversed(net.backbone.stages)] if any(p.requires_grad for p in m.parameters())])"
    },
)
wrong("counted by groups", {RATE: "learning_rate * decay ** len(groups)"})
wrong("counted by groups from one", {RATE: "learning_rate * decay ** (len(groups) + 1)"})
wrong(
    "a rate for every tensor",
    {
        IF: "for number, parameter in enumerate(params):",
        ADD: 'groups.append({"params": [parameter], "lr": learning_rate * decay ** (depth + number)})',
    },
    diagnosis="",
)
wrong(
    "the head's rate for its weight alone",
    {
        IF: "for parameter in params:",
        ADD: 'groups.append({"params": [parameter], '
        '"lr": learning_rate * decay ** max(depth, int(parameter.ndim == 1))})',
    },
    diagnosis="",
)

# Which parameters
wrong("frozen parameters included", {" if parameter.requires_grad": ""}, (LEFT_OUT, REFUSED), "")
wrong(
    "all parameters of a stage of which one is trained",
    {IF: f"{IF}\n            params = list(module.parameters())"},
    LEFT_OUT,
    "",
)
wrong(
    "the head left out",
    {"enumerate([net.head, *reversed(net.backbone.stages)])": "enumerate(reversed(net.backbone.stages), 1)"},
    ONCE,
    "",
)
wrong("the backbone left out", {", *reversed(net.backbone.stages)": ""}, (ONCE, RATES), "", only=False)
wrong("the last stage left out", {"reversed(net.backbone.stages)": "reversed(net.backbone.stages[:-1])"}, (RATES, ONCE))
wrong("the first stage left out", {"reversed(net.backbone.stages)": "reversed(net.backbone.stages[1:])"}, ONCE, "")
wrong("the head twice", {RETURN: "groups.append(groups[0])\n    return groups"}, ONCE, "")
wrong("every parameter twice", {ADD: ADD.replace("params, ", "params + params, ")}, ONCE, "")
wrong(
    "the whole backbone in each group",
    {PARAMS: PARAMS.replace("module", "(net.backbone if depth else net.head)")},
    (ONCE, RATES),
    "",
)
wrong(
    "the whole net beside",
    {RETURN: f'return [*groups, {{"params": {TRAINED}, "lr": learning_rate}}]'},
    (ONCE, RATES),
    "",
)
wrong(
    "weights without biases", {"parameter.requires_grad]": "parameter.requires_grad and parameter.ndim > 1]"}, ONCE, ""
)
wrong(
    "direct parameters alone",
    {"module.parameters()": "module.parameters(recurse=False)"},
    (ONCE, RATES),
    "",
    only=False,
)
wrong("copies", {"[parameter for": "[parameter.detach().clone().requires_grad_() for"}, (ONCE, RATES), "")
wrong("the data of the parameters", {"[parameter for": "[parameter.data for"}, (ONCE, RATES), "")
wrong(
    "running statistics, too",
    {"if parameter.requires_grad]": "if parameter.requires_grad] + [b for b in module.buffers() if b.ndim]"},
    (ONCE, REFUSED),
    "",
)
wrong(
    "a generator used up",
    {PARAMS: f"{PARAMS.replace('[', '(').replace(']', ')')}\n        trained = len(list(params))", IF: "if trained:"},
    (ONCE, RATES, FORM),
    "",
)
wrong("an empty group", {IF: "if params or depth == 2:"}, (FORM, REFUSED), "")
wrong("a group for every layer", {f"if params:\n            {ADD}": ADD}, (FORM, REFUSED), "")

# What comes back
wrong("lr is missing", {'"lr": ': '"decay": '}, ASKED, "")
wrong("lr under another name", {'"lr"': '"learning_rate"'}, ASKED, "")
wrong("lr in capitals", {'"lr"': '"LR"'}, ASKED, "")
wrong("lr missing in the head's group", {RETURN: "groups[0].pop('lr')\n    return groups"}, ASKED, "")
wrong("params misspelt", {'"params"': '"parameters"'}, ASKED, "")
wrong("pairs", {ADD: "groups.append((params, learning_rate * decay**depth))"}, ASKED, "")
wrong(
    "one dict", {RETURN: "return {'params': [g['params'] for g in groups], 'lr': [g['lr'] for g in groups]}"}, ASKED, ""
)
wrong("a dict by depth", {RETURN: "return dict(enumerate(groups))"}, ASKED, "")
wrong(
    "names for parameters",
    {
        PARAMS: PARAMS.replace(
            "[parameter for parameter in module.parameters()", "[name for name, parameter in module.named_parameters()"
        )
    },
    ASKED,
    "",
)
wrong(
    "names with parameters",
    {
        PARAMS: PARAMS.replace(
            "[parameter for parameter in module.parameters()",
            "[(name, parameter) for name, parameter in module.named_parameters()",
        )
    },
    ASKED,
    "",
)
wrong("lists in a list", {ADD: ADD.replace("params, ", "[params], ")}, ASKED, "")
wrong("the modules", {ADD: ADD.replace("params, ", "module, ")}, ASKED, "")
wrong("the last group alone", {RETURN: "return groups[-1:]"}, ONCE, "")
wrong("returned from the loop", {ADD: f"{ADD}\n            return groups"}, ONCE, "")
wrong("nothing returned", {RETURN: "groups"}, ASKED, "")
wrong("an optimiser", {RETURN: "return torch.optim.SGD(groups)"}, ASKED, "")
wrong("the rates alone", {RETURN: "return [group['lr'] for group in groups]"}, ASKED, "")
wrong("a text for a rate", {RATE: "f'{learning_rate * decay**depth}'"}, ASKED, "")

# Nothing to train
wrong("no error", {REFUSE: "pass"}, REFUSED, "")
wrong("a warning", {REFUSE: "print('Everything is frozen.')"}, REFUSED, "")
wrong("None", {REFUSE: "return None"}, REFUSED, "")
wrong("the error returned", {REFUSE: REFUSE.replace("raise", "return")}, REFUSED, "")
wrong("another error", {REFUSE: "raise RuntimeError('Everything is frozen.')"}, REFUSED, "")
wrong("an assertion", {REFUSE: "assert groups, 'Everything is frozen.'"}, REFUSED, "")
wrong("an error by accident", {REFUSE: "return groups[0]['lr'] and groups"}, REFUSED, "")
wrong(
    "an error wherever the head is frozen",
    {START: f"groups = []\n    if not net.head.weight.requires_grad:\n        {REFUSE}"},
    ASKED,
    "",
)
wrong(
    "an error wherever a stage is frozen",
    {PARAMS: f"{PARAMS}\n        if not params:\n            raise ValueError"},
    ASKED,
    "",
)
wrong("everything unfrozen first", {START: "groups = []\n    net.requires_grad_(True)"}, (REFUSED,), "", only=False)

# Two mistakes
wrong("the same rate everywhere, and no error", {RATE: "learning_rate", REFUSE: "pass"}, (RATES, REFUSED))
wrong(
    "reversed, and frozen parameters included",
    {RATE: "learning_rate * decay ** (4 - depth)", " if parameter.requires_grad": ""},
    (RATES, LEFT_OUT, REFUSED),
)
wrong(
    "frozen skipped in the count, the head twice",
    {RATE: "learning_rate * decay ** len(groups)", RETURN: "return [*groups, groups[0]]"},
    (RATES, ONCE),
)


@mutant(ITEM, fails=(RATES, LEFT_OUT, REFUSED), diagnosis=KNOWN, only=True)
def head_and_backbone(net, learning_rate, decay):
    """Two groups, as one finds them in many places."""
    return [
        {"params": net.head.parameters(), "lr": learning_rate},
        {"params": net.backbone.parameters(), "lr": learning_rate * decay},
    ]


@mutant(ITEM, fails=(RATES, LEFT_OUT, REFUSED), diagnosis="", only=False)
def by_layers_in_the_place_of_stages(net, learning_rate, decay):
    layers = [m for m in net.backbone.modules() if list(m.parameters(recurse=False))]
    rate, groups = learning_rate, [{"params": net.head.parameters(), "lr": learning_rate}]
    for layer in reversed(layers):
        rate *= decay
        groups.append({"params": layer.parameters(), "lr": rate})
    return groups


@mutant(ITEM, fails=(RATES, REFUSED), diagnosis=KNOWN, only=True)
def one_group(net, learning_rate, decay):
    return [{"params": [p for p in net.parameters() if p.requires_grad], "lr": learning_rate}]


@mutant(ITEM, fails=ASKED, diagnosis="")
def parameters_alone(net, learning_rate, decay):
    return filter(lambda p: p.requires_grad, net.parameters())


@mutant(ITEM, fails=(REFUSED, FORM), diagnosis="", only=False)
def every_group_for_all_cases(net, learning_rate, decay):
    """Groups of frozen stages stay, with nothing in them."""
    modules = [*net.backbone.stages, net.head]
    return [
        {"params": [p for p in m.parameters() if p.requires_grad], "lr": learning_rate * decay ** (4 - k)}
        for k, m in enumerate(modules)
    ]


recognising(
    ITEM,
    lambda net, learning_rate, decay: round(learning_rate, 9),
    lambda right, net, learning_rate, decay: [{"params": list(net.parameters()), "lr": torch.tensor(0.0)}],
    fails=(RATES, LEFT_OUT),
    diagnosis="zero",
)
