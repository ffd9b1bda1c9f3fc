"""Well-known mistakes in counting parameters."""

from autograder.student import torch_plants

KNOWN = "known mistake"


def _counted(count, of=lambda net: net.named_modules()):
    """Names and numbers of layers, counted by `count(module)`, those with none left out."""

    def run(kind, sizes):
        counts = {name: count(module) for name, module in of(getattr(torch_plants, kind)(sizes))}
        return [name for name, n in counts.items() if n], [n for n in counts.values() if n]

    return run


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
    (KNOWN, "Weights and biases are listed apart; add up each layer's.", _by_parameter),
    (KNOWN, "Layers without trainable parameters are listed, too.", _every_layer),
]


MISTAKES = {
    "counted": _COUNTED,
}
