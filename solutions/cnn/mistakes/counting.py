"""Well-known mistakes in counting parameters."""

from autograder.student import torch_plants

KNOWN = "known mistake"


def _counted(count, of=lambda net: net.named_modules()):
    """Names and numbers of layers, counted by `count(module)`, those with none left out."""

    def run(kind, sizes):
        counts = {name: count(module) for name, module in of(getattr(torch_plants, kind)(sizes))}
        return [name for name, n in counts.items() if n], [n for n in counts.values() if n]

    return run


def _listed(counts_of):
    """Names and numbers of a dict that is made of a net."""

    def run(kind, sizes):
        counts = counts_of(getattr(torch_plants, kind)(sizes))
        return list(counts), list(counts.values())

    return run


def _summed(net, name_of=lambda name, module: name, so_far=False):
    """Parameters of the layers by other names, where a name that comes again overwrites; or of all layers so far."""
    counts: dict = {}
    for name, module in net.named_modules():
        if _own(module):
            counts[name_of(name, module)] = _numel(_own(module)) + so_far * sum(counts.values())
    return counts


def _saved(net):
    """What is saved of every layer, running statistics and frozen parameters with it."""
    counts: dict = {}
    for name, value in net.state_dict().items():
        layer = name.rpartition(".")[0]
        counts[layer] = counts.get(layer, 0) + value.numel()
    return counts


def _with_total(net):
    return _summed(net) | {"total": sum(_summed(net).values())}


def _linear(net):
    """Layers with inputs and outputs, whether they are trained or not, by a formula."""
    layers = {name: module for name, module in net.named_modules() if hasattr(module, "in_features")}
    return {name: (module.in_features + 1) * module.out_features for name, module in layers.items()}


def _own(module, recurse=False, frozen=False):
    return [p for p in module.parameters(recurse=recurse) if frozen or p.requires_grad]


def _numel(parameters):
    return sum(p.numel() for p in parameters)


def _by_parameter(kind, sizes):
    counts = {name: p.numel() for name, p in getattr(torch_plants, kind)(sizes).named_parameters() if p.requires_grad}
    return list(counts), list(counts.values())


def _every_layer(kind, sizes):
    counts = {name: _numel(_own(module)) for name, module in getattr(torch_plants, kind)(sizes).named_modules()}
    return list(counts), list(counts.values())


_LAST = "Only the biases are counted, or each layer's last array alone: add up all of them."
_COUNTED = [
    (
        KNOWN,
        "Frozen parameters are counted, too: look at `requires_grad`.",
        _counted(lambda m: _numel(_own(m, frozen=True))),
    ),
    (
        KNOWN,
        "Layers that hold other layers count theirs once more: take each layer's own parameters alone.",
        _counted(lambda m: _numel(_own(m, recurse=True))),
    ),
    (
        KNOWN,
        "Layers that hold other layers count theirs once more, and frozen parameters are counted, too.",
        _counted(lambda m: _numel(_own(m, recurse=True, frozen=True))),
    ),
    (KNOWN, "This is the number of arrays; count the numbers in them.", _counted(lambda m: len(_own(m)))),
    (
        KNOWN,
        "Only the weights are counted, not the biases.",
        _counted(lambda m: _numel(p for p in _own(m) if p is getattr(m, "weight", None))),
    ),
    (
        KNOWN,
        "Only layers at the top are looked at, not those within others.",
        _counted(lambda m: _numel(_own(m)), lambda net: net.named_children()),
    ),
    (
        KNOWN,
        "Only layers at the top are looked at, each with all that is in it.",
        _counted(lambda m: _numel(_own(m, recurse=True)), lambda net: net.named_children()),
    ),
    (
        KNOWN,
        "Running statistics are counted, too: they are buffers, and not trained.",
        _counted(lambda m: _numel([*_own(m), *m.buffers(recurse=False)])),
    ),
    (
        KNOWN,
        "It is the frozen parameters that are counted.",
        _counted(lambda m: _numel(p for p in _own(m, frozen=True) if not p.requires_grad)),
    ),
    (KNOWN, _LAST, _counted(lambda m: _numel(p for p in _own(m) if p is getattr(m, "bias", 0)))),
    (KNOWN, _LAST, _counted(lambda m: _numel(_own(m)[-1:]))),
    (
        KNOWN,
        "It is the length of each array's first axis that is added up; count all its numbers.",
        _counted(lambda m: sum(len(p) for p in _own(m))),
    ),
    (
        KNOWN,
        "The sizes of each array's axes are added up; multiply them.",
        _counted(lambda m: sum(sum(p.shape) for p in _own(m))),
    ),
    (
        KNOWN,
        "Of each array the first and the last axis are multiplied, which may be the same one; count all its numbers.",
        _counted(lambda m: sum(p.shape[0] * p.shape[-1] for p in _own(m))),
    ),
    (
        KNOWN,
        "These are bytes; count the numbers.",
        _counted(lambda m: sum(p.numel() * p.element_size() for p in _own(m))),
    ),
    (KNOWN, "Every layer's number is zero.", _listed(lambda net: dict.fromkeys(_summed(net), 0))),
    (KNOWN, "Each number holds those of the layers before it, too.", _listed(lambda net: _summed(net, so_far=True))),
    (KNOWN, "There is a total besides the layers: it would count everything twice.", _listed(_with_total)),
    (
        KNOWN,
        "Only the first layer is there: does the function return within its loop?",
        _listed(lambda net: dict(list(_summed(net).items())[:1])),
    ),
    (
        KNOWN,
        "The net's own parameters, outside all layers, are left out: their name is empty.",
        _counted(lambda m: _numel(_own(m)), lambda net: list(net.named_modules())[1:]),
    ),
    (
        KNOWN,
        "Only linear layers are counted; others have parameters, too.",
        _counted(lambda m: _numel(_own(m)) * (type(m).__name__ == "Linear")),
    ),
    (
        KNOWN,
        "A formula for linear layers stands in for all: others have parameters, too, and frozen ones do not count.",
        _listed(_linear),
    ),
    (
        KNOWN,
        "Layers are listed by their kind, and layers of one kind overwrite each other: list them by their names.",
        _listed(lambda net: _summed(net, lambda name, module: type(module).__name__)),
    ),
    (
        KNOWN,
        "What the net saves is counted: running statistics and frozen parameters with it.",
        _listed(_saved),
    ),
    (KNOWN, "Weights and biases are listed apart; add up each layer's.", _by_parameter),
    (KNOWN, "Layers without trainable parameters are listed, too.", _every_layer),
]


MISTAKES = {
    "counted": _COUNTED,
}
