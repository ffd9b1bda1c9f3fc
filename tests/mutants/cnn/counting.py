"""Wrong counts of a net's parameters: what must fail, and the diagnosis that must come."""

import torch

from tests.mutants.collect import memorised, mutant, patch

ITEM = "cnn.parameter_counts"
TOTAL, EACH = "all trainable parameters together", "the number of every layer"
NAMES, FORM = "the names of the layers, in their order", "a dict of whole numbers"
ALL, NUMBERS, KNOWN = (TOTAL, EACH, NAMES, FORM), (TOTAL, EACH), "known mistake"
MODULES, OWN = "for name, module in net.named_modules():", "module.parameters(recurse=False)"
COUNT, FROZEN = "p.numel()", " if p.requires_grad"
STORE, IF_OWN, RETURN = "counts[name] = sum(own)", "if own:", "return counts"


def wrong(name, changes, fails, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# What is counted
wrong("frozen ones counted", {FROZEN: ""}, (*NUMBERS, NAMES))
wrong("frozen ones alone", {FROZEN: " if not p.requires_grad"}, (*NUMBERS, NAMES))
wrong("layers in layers counted twice", {"recurse=False": ""}, (*NUMBERS, NAMES))
wrong("counted twice, frozen ones too", {"recurse=False": "", FROZEN: ""}, (*NUMBERS, NAMES))
wrong("arrays counted", {COUNT: "1"}, NUMBERS)
wrong(
    "weights without biases",
    {OWN: "[p for n, p in module.named_parameters(recurse=False) if n == 'weight']"},
    NUMBERS,
    only=False,
)
wrong("biases left out", {OWN: "[p for n, p in module.named_parameters(recurse=False) if n != 'bias']"}, NUMBERS)
wrong(
    "biases alone",
    {OWN: "[p for n, p in module.named_parameters(recurse=False) if n == 'bias']"},
    NUMBERS,
    only=False,
)
wrong("matrices alone", {FROZEN: f"{FROZEN} and p.ndim > 1"}, NUMBERS, only=False)
wrong(
    "running statistics counted",
    {IF_OWN: f"own += [b.numel() for b in module.buffers(recurse=False)]\n        {IF_OWN}"},
    NUMBERS,
)
wrong("rows for numbers", {COUNT: "len(p)"}, NUMBERS)
wrong("two axes only", {COUNT: "p.shape[0] * p.shape[-1]"}, NUMBERS)
wrong("sums of the shape", {COUNT: "sum(p.shape)"}, NUMBERS)
wrong("random values added up", {COUNT: "int(p.sum())"}, NUMBERS, "")
wrong("bytes", {COUNT: "p.numel() * p.element_size()"}, NUMBERS)
wrong("only the last array of a layer", {"sum(own)": "own[-1]"}, NUMBERS)
wrong("only the first array of a layer", {"sum(own)": "own[0]"}, NUMBERS)
wrong("the layers so far", {STORE: "counts[name] = sum(own) + sum(counts.values())"}, NUMBERS)
wrong("in thousands", {"sum(own)": "sum(own) / 1000"}, (TOTAL, EACH, FORM), "")

# Which layers
wrong("layers at the top alone", {"named_modules": "named_children"}, (*NUMBERS, NAMES))
wrong(
    "all that is in each layer at the top", {"named_modules": "named_children", "recurse=False": ""}, (*NUMBERS, NAMES)
)
wrong("the net's own parameters forgotten", {IF_OWN: "if own and name:"}, (*NUMBERS, NAMES))
wrong("layers without parameters listed", {IF_OWN: "if True:"}, NAMES)
wrong("empty layers listed but for containers", {IF_OWN: "if not list(module.children()):"}, NAMES, "", only=False)
wrong("linear layers alone", {IF_OWN: "if own and type(module).__name__ == 'Linear':"}, (*NUMBERS, NAMES))
wrong("a layer's kind for its name", {"counts[name]": "counts[type(module).__name__]"}, (*NUMBERS, NAMES))
wrong("numbers for names", {"counts[name]": "counts[len(counts)]"}, NAMES, "")
wrong("the last part of the name", {"counts[name]": "counts[name.split('.')[-1]]"}, NAMES, "", only=False)
wrong("backwards", {RETURN: "return dict(reversed(counts.items()))"}, NAMES, "")
wrong("the largest first", {RETURN: "return dict(sorted(counts.items(), key=lambda pair: -pair[1]))"}, NAMES, "")
wrong("names that say weight", {"counts[name]": "counts[f'{name}.weight']"}, NAMES, "")
wrong("returned from the loop", {STORE: f"{STORE}\n            {RETURN}"}, (*NUMBERS, NAMES))

# What comes back
wrong("a total besides", {RETURN: "return counts | {'total': sum(counts.values())}"}, (*NUMBERS, NAMES))
wrong("the total alone", {RETURN: "return sum(counts.values())"}, ALL, "")
wrong("a list", {RETURN: "return list(counts.items())"}, ALL, "")
wrong("nothing returned", {RETURN: "counts"}, ALL, "")
wrong("lists of each array's number", {"sum(own)": "own"}, (TOTAL, EACH, FORM), "")
wrong("shapes", {"sum(own)": "[tuple(p.shape) for p in module.parameters(recurse=False)]"}, (TOTAL, EACH, FORM), "")
wrong("numbers in words", {"sum(own)": "f'{sum(own):,}'"}, (TOTAL, EACH, FORM), "")
wrong("not a number", {"sum(own)": "float('nan')"}, (TOTAL, EACH, FORM), "")
wrong("zeros", {"sum(own)": "0"}, NUMBERS)
wrong("an empty dict", {RETURN: "return {}"}, (*NUMBERS, NAMES), ("", KNOWN))
wrong("an error", {COUNT: "p.size().total()"}, ALL, "")


@mutant(ITEM, fails=NAMES, diagnosis=KNOWN, only=False)
def weights_and_biases_apart(net):
    return {name: p.numel() for name, p in net.named_parameters() if p.requires_grad}


@mutant(ITEM, fails=(*NUMBERS, NAMES), diagnosis=KNOWN)
def everything_that_is_saved(net):
    counts = {}
    for name, value in net.state_dict().items():
        layer = name.rpartition(".")[0]
        counts[layer] = counts.get(layer, 0) + value.numel()
    return counts


@mutant(ITEM, fails=NUMBERS)
def random_numbers(net):
    names = [n for n, m in net.named_modules() if any(p.requires_grad for p in m.parameters(recurse=False))]
    return {name: int(torch.randint(1000, ())) for name in names}


@mutant(ITEM, fails=(*NUMBERS, NAMES), diagnosis=KNOWN)
def the_formula_for_linear_layers(net):
    return {
        n: m.in_features * m.out_features + m.out_features for n, m in net.named_modules() if hasattr(m, "in_features")
    }


@mutant(ITEM, fails=(*NUMBERS, NAMES), diagnosis=KNOWN, only=True)
def all_that_layers_hold(net):
    counts = {n: sum(p.numel() for p in m.parameters(recurse=False)) for n, m in net.named_modules()}
    return {name: n for name, n in counts.items() if n}


memorised(ITEM, fails=NUMBERS, otherwise=lambda net: {name: 0 for name, _ in net.named_children()}, diagnosis="")
