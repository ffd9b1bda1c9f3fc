"""Wrong counts of what is trained: what must fail, and the diagnosis that must come."""

import torch
from torch import nn

from tests.mutants.collect import memorised, mutant, patch

ITEM = "transfer.trainable_parameters"
RIGHT, FORM, KNOWN = "how many numbers are trained", "one whole number", "known mistake"
NUMEL, EACH, IF_TRAINED = "parameter.numel()", "net.parameters()", " if parameter.requires_grad"
SUM = f"sum({NUMEL} for parameter in {EACH}{IF_TRAINED})"


def wrong(name, changes, fails=RIGHT, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# What is counted
wrong("frozen ones counted", {IF_TRAINED: ""})
wrong("frozen ones alone", {IF_TRAINED: " if not parameter.requires_grad"})
wrong("tensors counted", {NUMEL: "1"})
wrong("all tensors counted", {NUMEL: "1", IF_TRAINED: ""})
wrong("layers counted", {SUM: "len(list(net.modules()))"}, RIGHT)
wrong("matrices alone", {IF_TRAINED: f"{IF_TRAINED} and parameter.ndim > 1"})
wrong(
    "biases left out",
    {
        f"{NUMEL} for parameter in {EACH}": "parameter.numel() for name, parameter in net.named_parameters()",
        IF_TRAINED: f'{IF_TRAINED} and "bias" not in name',
    },
    RIGHT,
)
wrong(
    "what is called weight alone",
    {
        f"{NUMEL} for parameter in {EACH}": "parameter.numel() for name, parameter in net.named_parameters()",
        IF_TRAINED: f'{IF_TRAINED} and "weight" in name',
    },
)
wrong("running statistics counted", {SUM: f"{SUM} + sum(buffer.numel() for buffer in net.buffers())"})
wrong("everything that is saved", {SUM: "sum(value.numel() for value in net.state_dict().values())"})
wrong("rows counted", {NUMEL: "len(parameter)"})
wrong("both sides added up", {NUMEL: "sum(parameter.shape)"}, RIGHT)
wrong("two sides alone", {NUMEL: "parameter.shape[0] * parameter.shape[-1]"}, RIGHT)
wrong("bytes", {NUMEL: "parameter.numel() * parameter.element_size()"}, RIGHT, ("factor", ""))
wrong("what has a gradient already", {IF_TRAINED: " if parameter.grad is not None"}, RIGHT, "zero")
wrong("leaves alone that are not trained", {IF_TRAINED: " if parameter.is_leaf"})
wrong("all or nothing", {IF_TRAINED: " if all(p.requires_grad for p in net.parameters())"}, RIGHT, "zero")
wrong("all, where one is trained", {IF_TRAINED: " if any(p.requires_grad for p in net.parameters())"})
wrong("asked of the net", {IF_TRAINED: " if getattr(net, 'requires_grad', False)"}, RIGHT, "zero")

# Which layers
wrong(
    "shared layers twice",
    {EACH: "[p for _, m in net.named_modules(remove_duplicate=False) for p in m.parameters(recurse=False)]"},
)
wrong("shared layers twice, by names", {EACH: "dict(net.named_parameters(remove_duplicate=False)).values()"})
wrong("shared weights twice", {EACH: "[p for m in net.modules() for p in m.parameters(recurse=False)]"})
wrong("layers within layers counted again", {EACH: "[p for m in net.modules() for p in m.parameters()]"})
wrong(
    "layers within layers counted again, frozen ones too",
    {EACH: "[p for m in net.modules() for p in m.parameters()]", IF_TRAINED: ""},
)
wrong("layers at the top, each with all in it", {EACH: "[p for m in net.children() for p in m.parameters()]"})
wrong("layers at the top alone", {EACH: "[p for m in net.children() for p in m.parameters(recurse=False)]"})
wrong("the net's own parameters alone", {EACH: "net.parameters(recurse=False)"}, RIGHT)
wrong(
    "linear layers alone",
    {EACH: "[p for m in net.modules() if isinstance(m, nn.Linear) for p in m.parameters()]"},
    RIGHT,
)
wrong(
    "shared layers twice, and frozen ones",
    {
        EACH: "[p for _, m in net.named_modules(remove_duplicate=False) for p in m.parameters(recurse=False)]",
        IF_TRAINED: "",
    },
)
wrong(
    "layers frozen as a whole left out",
    {
        EACH: "[p for m in net.modules() if all(p.requires_grad for p in m.parameters(recurse=False)) "
        "for p in m.parameters(recurse=False)]"
    },
    RIGHT,
)
wrong(
    "equal shapes counted once",
    {SUM: f"sum(shape.numel() for shape in {{parameter.shape for parameter in {EACH}{IF_TRAINED}}})"},
    RIGHT,
)

# What comes back
wrong("a float", {SUM: f"float({SUM})"}, FORM, "")
wrong("a tensor", {SUM: f"torch.tensor({SUM})"}, FORM, "")
wrong("a tensor of one number", {SUM: f"torch.tensor([{SUM}])"}, FORM, "")
wrong("a list of one number", {SUM: f"[{SUM}]"}, FORM, "")
wrong("a list of all", {SUM: SUM.replace("sum(", "list(")}, (RIGHT, FORM), ("", "axis"))
wrong("in words", {SUM: f'f"{{{SUM}:,}}"'}, (RIGHT, FORM), "")
wrong("printed", {"return ": "print"}, (RIGHT, FORM), "")
wrong("in millions", {SUM: f"{SUM} / 1e6"}, (RIGHT, FORM))
wrong("a pair with all", {SUM: f"{SUM}, sum(p.numel() for p in net.parameters())"}, (RIGHT, FORM), "")
wrong("zero", {SUM: "0"}, RIGHT, "zero")
wrong("a random number", {SUM: "int(torch.randint(10_000, 20_000, ()))"}, RIGHT, "")
wrong("not a number", {SUM: "float('nan')"}, (RIGHT, FORM), "overflow")
wrong("an error", {NUMEL: "parameter.count()"}, (RIGHT, FORM), "")
wrong(
    "a tensor of all, frozen ones too", {SUM: "torch.tensor(sum(p.numel() for p in net.parameters()))"}, (RIGHT, FORM)
)


@mutant(ITEM, fails=RIGHT, diagnosis=KNOWN, only=True)
def by_recursion(net):
    own = sum(p.numel() for p in net.parameters(recurse=False) if p.requires_grad)
    return own + sum(by_recursion(child) for child in net._modules.values())


@mutant(ITEM, fails=RIGHT, diagnosis="", only=True)
def the_formula_for_linear_layers(net):
    layers = [m for m in net.modules() if isinstance(m, nn.Linear)]
    return sum(m.in_features * m.out_features + m.out_features for m in layers if m.weight.requires_grad) + 1


@mutant(ITEM, fails=RIGHT, diagnosis=("", "zero", KNOWN), only=False)
def what_was_added_last(net):
    total = 0
    for parameter in net.parameters():
        if parameter.requires_grad:
            total = torch.numel(parameter)
    return total


memorised(ITEM, fails=RIGHT, otherwise=lambda net: 0)
