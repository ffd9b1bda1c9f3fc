"""Well-known mistakes in counting what is trained, and in rates by layer."""

import numpy as np
from torch import nn

from solutions.transfer.for_checks import planted

KNOWN = "known mistake"
STAGES = 4


def _counted(count):
    def run(kind, sizes):
        return np.array(count(planted(kind, sizes)))

    return run


def _walked(net, modules, recurse=False, wanted=lambda p: p.requires_grad):
    return sum(p.numel() for module in modules(net) for p in module.parameters(recurse=recurse) if wanted(p))


def _with_repeats(net):
    return [module for _, module in net.named_modules(remove_duplicate=False)]


def _any(parameter):
    return True


def _trained(net, size_of=lambda parameter: parameter.numel(), named=lambda name: True):
    """A sum over the trained parameters of a net whose names are wanted."""
    return sum(size_of(p) for name, p in net.named_parameters() if p.requires_grad and named(name))


def _linear(net):
    return [module for module in net.modules() if isinstance(module, nn.Linear)]


def _wholly_trained(net):
    return [m for m in net.modules() if all(p.requires_grad for p in m.parameters(recurse=False))]


_COUNTED = [
    (KNOWN, "Frozen parameters are counted, too.", _counted(lambda net: sum(p.numel() for p in net.parameters()))),
    (
        KNOWN,
        "It is the frozen ones that are counted.",
        _counted(lambda net: sum(p.numel() for p in net.parameters() if not p.requires_grad)),
    ),
    (
        KNOWN,
        "A layer that is used twice is counted twice; its parameters are the same.",
        _counted(lambda net: _walked(net, _with_repeats)),
    ),
    (
        KNOWN,
        "A layer that is used twice is counted twice, and so are frozen ones.",
        _counted(lambda net: _walked(net, _with_repeats, wanted=_any)),
    ),
    (
        KNOWN,
        "Weights that two layers share are counted with each of them; they are the same tensor.",
        _counted(lambda net: _walked(net, lambda net: net.modules())),
    ),
    (
        KNOWN,
        "Layers within layers are counted once more with each layer around them.",
        _counted(lambda net: _walked(net, lambda net: net.modules(), recurse=True)),
    ),
    (
        KNOWN,
        "Layers within layers are counted once more with each layer around them, and frozen ones, too.",
        _counted(lambda net: _walked(net, lambda net: net.modules(), recurse=True, wanted=_any)),
    ),
    (
        KNOWN,
        "Layers at the top are looked at, each with all in it: what two of them share counts twice, and a parameter of "
        "the net's own is left out.",
        _counted(lambda net: _walked(net, lambda net: net.children(), recurse=True)),
    ),
    (
        KNOWN,
        "Only layers at the top are looked at, not those within them.",
        _counted(lambda net: _walked(net, lambda net: [net, *net.children()])),
    ),
    (
        KNOWN,
        "Only layers at the top are looked at, not those within them.",
        _counted(lambda net: _walked(net, lambda net: net.children())),
    ),
    (
        KNOWN,
        "These are the tensors; count the numbers in them.",
        _counted(lambda net: sum(p.requires_grad for p in net.parameters())),
    ),
    (
        KNOWN,
        "These are all tensors; count the numbers in those that are trained.",
        _counted(lambda net: len(list(net.parameters()))),
    ),
    (
        KNOWN,
        "Biases are not counted.",
        _counted(lambda net: sum(p.numel() for p in net.parameters() if p.requires_grad and p.ndim > 1)),
    ),
    (
        KNOWN,
        "Biases are not counted.",
        _counted(lambda net: sum(p.numel() for n, p in net.named_parameters() if p.requires_grad and "weight" in n)),
    ),
    (
        KNOWN,
        "Running statistics are counted, too; they are not trained.",
        _counted(
            lambda net: (
                sum(p.numel() for p in net.parameters() if p.requires_grad) + sum(b.numel() for b in net.buffers())
            )
        ),
    ),
    (
        KNOWN,
        "What the net saves is counted: frozen layers and running statistics with it, shared ones twice.",
        _counted(lambda net: sum(value.numel() for value in net.state_dict().values())),
    ),
    (
        KNOWN,
        "It is the length of each tensor's first axis that is added up; count all its numbers.",
        _counted(lambda net: _trained(net, len)),
    ),
    (KNOWN, "Biases are not counted.", _counted(lambda net: _trained(net, named=lambda name: "bias" not in name))),
    (
        KNOWN,
        "The sizes of each tensor's axes are added up; multiply them.",
        _counted(lambda net: _trained(net, lambda p: sum(p.shape))),
    ),
    (
        KNOWN,
        "Of each tensor the first and the last axis are multiplied, which may be the same one; count all its numbers.",
        _counted(lambda net: _trained(net, lambda p: p.shape[0] * p.shape[-1])),
    ),
    (
        KNOWN,
        "It is the layers that are counted; count their parameters.",
        _counted(lambda net: len(list(net.modules()))),
    ),
    (
        KNOWN,
        "Only linear layers are counted; others have parameters, too.",
        _counted(lambda net: _walked(net, _linear)),
    ),
    (
        KNOWN,
        "Only linear layers are counted, by a formula: others have parameters, too.",
        _counted(lambda net: sum((m.in_features + 1) * m.out_features for m in _linear(net) if m.weight.requires_grad)),
    ),
    (
        KNOWN,
        "Of a layer that is frozen in part, nothing is counted: what counts is each parameter's `requires_grad`.",
        _counted(lambda net: _walked(net, _wholly_trained)),
    ),
    (
        KNOWN,
        "Tensors of the same shape are counted once; each of them is trained.",
        _counted(lambda net: sum(shape.numel() for shape in {p.shape for p in net.parameters() if p.requires_grad})),
    ),
    (
        KNOWN,
        "Only what belongs to the net itself is counted, and nothing that is in its layers.",
        _counted(lambda net: _walked(net, lambda net: [net])),
    ),
    (
        KNOWN,
        "Only the last trained tensor is counted: does each one overwrite the sum so far?",
        _counted(lambda net: [p.numel() for p in net.parameters() if p.requires_grad][-1]),
    ),
    (KNOWN, "The count is in millions; give the number itself.", _counted(lambda net: _trained(net) / 1e6)),
    (KNOWN, "The count is in thousands; give the number itself.", _counted(lambda net: _trained(net) / 1e3)),
]


def _by_depth(rate_at):
    """Rates of the stages and the head, by a function of (learning_rate, decay, depth); the head's depth is 0."""

    def run(learning_rate, decay, frozen):
        return np.array([rate_at(learning_rate, decay, STAGES - layer) for layer in range(STAGES + 1)])

    return run


def _only_trained(learning_rate, decay, frozen):
    """Frozen layers left out of the count; theirs is nan."""
    rates, depth = np.full(STAGES + 1, np.nan), 0
    for layer in reversed(range(STAGES + 1)):
        if layer not in frozen:
            rates[layer] = learning_rate * decay**depth
            depth += 1
    return np.nan_to_num(rates)


_RATES = [
    (KNOWN, "All layers have the head's rate: `decay` is not used.", _by_depth(lambda rate, decay, depth: rate)),
    (
        KNOWN,
        "Rates fall towards the head; they should fall towards the image.",
        _by_depth(lambda rate, decay, depth: rate * decay ** (STAGES - depth)),
    ),
    (
        KNOWN,
        "Rates fall towards the head among the stages; the last stage comes right behind the head.",
        _by_depth(lambda rate, decay, depth: rate * (decay ** (STAGES + 1 - depth) if depth else 1)),
    ),
    (
        KNOWN,
        "The head's rate is multiplied by `decay` already, and every other one once too often.",
        _by_depth(lambda rate, decay, depth: rate * decay ** (depth + 1)),
    ),
    (
        KNOWN,
        "The last stage has the head's rate, and every other one is multiplied by `decay` once too little.",
        _by_depth(lambda rate, decay, depth: rate * decay ** max(depth - 1, 0)),
    ),
    (
        KNOWN,
        "All stages have `decay` times the head's rate: it should be multiplied from stage to stage.",
        _by_depth(lambda rate, decay, depth: rate * (decay if depth else 1)),
    ),
    (
        KNOWN,
        "Rates are divided by `decay` from stage to stage, so that they grow towards the image.",
        _by_depth(lambda rate, decay, depth: rate / decay**depth),
    ),
    (
        KNOWN,
        "`decay` is multiplied by the depth; it should be taken to its power.",
        _by_depth(lambda rate, decay, depth: rate * decay * depth if depth else rate),
    ),
    (
        KNOWN,
        "The rate is divided by the depth; it should fall by the factor `decay` from stage to stage.",
        _by_depth(lambda rate, decay, depth: rate / (depth + 1)),
    ),
    (KNOWN, "These are the factors; multiply them by the rate.", _by_depth(lambda rate, decay, depth: decay**depth)),
    (
        KNOWN,
        "Rate and decay have changed places.",
        _by_depth(lambda rate, decay, depth: decay * rate**depth),
    ),
    (
        KNOWN,
        "Each stage's rate is multiplied by 1 - decay; it should be multiplied by `decay`.",
        _by_depth(lambda rate, decay, depth: rate * (1 - decay) ** depth),
    ),
    (
        KNOWN,
        "Each stage's rate is multiplied by `decay` twice.",
        _by_depth(lambda rate, decay, depth: rate * decay ** (2 * depth)),
    ),
    (
        KNOWN,
        "Rates are halved from stage to stage, whatever `decay` is.",
        _by_depth(lambda rate, decay, depth: rate * 0.5**depth),
    ),
    (
        KNOWN,
        "Rates fall along a line, down to `decay` at the first stage; they should fall by this factor from stage to "
        "stage.",
        _by_depth(lambda rate, decay, depth: rate * (1 - depth * (1 - decay) / STAGES)),
    ),
    (
        KNOWN,
        "Rates fall as an exponential function; the factor from stage to stage should be `decay`, not exp(-decay).",
        _by_depth(lambda rate, decay, depth: rate * np.exp(-decay * depth)),
    ),
    (
        KNOWN,
        "The head's rate is ten times what it should be; those of the stages are right.",
        _by_depth(lambda rate, decay, depth: rate * (decay**depth if depth else 10)),
    ),
    (KNOWN, "Frozen layers count, too: the depth goes on behind them.", _only_trained),
]


MISTAKES = {"count": _COUNTED, "rates": _RATES}
