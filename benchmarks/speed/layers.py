"""S3's nets in NumPy against PyTorch: layer by layer, a whole step, and how a step's cost grows with the batch.

    python -m benchmarks.speed.layers [--quick] [--threads 1 2] [--out FILE]

Writes `book/results/speed/layers.json`, where the book reads it: medians and spread of several calls, ratios, and how
far from the machine's own matrix product. Float32; every number of threads in a process of its own. Run it on a machine
that does nothing else.
"""

import itertools
import sys
from functools import partial

import numpy as np

from benchmarks.speed import tables
from benchmarks.speed.result import main_by_threads
from benchmarks.speed.timing import compared, large_product, rates
from benchmarks.studies.layers import NINE
from solutions.batchnorm import BatchNormalization, Dropout, fully_connected_net
from solutions.layers import Dense, ReLU, Softmax

ABOUT = (
    "S3's nets in NumPy and in PyTorch, in one run: seconds of each layer and of a step, and how a step's cost grows."
)
PIXELS, CLASSES, BATCH, REG, RATE = 3072, 10, 100, 0.005, 0.01
# (layer, inputs, units): S3's nets have 50 units in a layer; 512 stand for the wide nets that S3 began.
LAYERS = [
    ("dense", PIXELS, 50),
    ("dense", 50, 50),
    ("batch norm", 50, 50),
    ("ReLU", 50, 50),
    ("softmax and loss", CLASSES, CLASSES),
    ("dense", PIXELS, 512),
    ("dense", 512, 512),
    ("batch norm", 512, 512),
    ("ReLU", 512, 512),
    ("dropout", 512, 512),
]
NETS = {"3 layers": [50, 50], "9 layers": NINE, "S3's best, 4 layers": [100, 50, 30], "wide, 3 layers": [512, 512]}
BATCHES = (10, 100, 1000, 10_000)


def _single(layer):
    """A layer of ours with all its arrays in float32."""
    for arrays in (layer.params, layer.state):
        arrays.update({name: array.astype(np.float32) for name, array in arrays.items()})
    return layer


def of_ours(name, inputs, units):
    """Our layer of this name, in float32."""
    made = {"dense": lambda: Dense(inputs, units), "batch norm": lambda: BatchNormalization(units)}
    made |= {"ReLU": ReLU, "dropout": lambda: Dropout(0.5), "softmax and loss": Softmax}
    return _single(made[name]())


def layer_calls(name, inputs, units, batch):
    """Forward and backward passes of one layer on a batch, by who computes them; both give the same numbers."""
    import torch
    from torch.nn import functional

    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, inputs)).astype(np.float32)
    layer, tensor = of_ours(name, inputs, units), torch.from_numpy(x).requires_grad_()
    if name == "softmax and loss":
        labels = rng.integers(0, CLASSES, batch)
        theirs = partial(functional.cross_entropy, tensor, torch.from_numpy(labels))
        loss, wanted = theirs(), [tensor]
        layer.forward(x, training=True)
        mine, gradient = layer.loss(labels)
        assert np.isclose(mine, loss.item(), rtol=1e-4)
        assert np.allclose(gradient, torch.autograd.grad(loss, wanted, retain_graph=True)[0].numpy(), atol=1e-5)
        # Ours computes loss and gradient in one call: it has no backward pass of its own.
        calls = {"ours": lambda: (layer.forward(x, training=True), layer.loss(labels))}
        return {"both": calls | {"torch": lambda: torch.autograd.grad(theirs(), wanted)}}
    module = torch.nn.Dropout(0.5) if name == "dropout" else _copied(layer)
    out, other = layer.forward(x, training=True), module(tensor)
    dout = rng.standard_normal(out.shape).astype(np.float32)
    wanted, upstream = [tensor, *module.parameters()], torch.from_numpy(dout)
    if name != "dropout":  # which draws numbers of its own
        gradient = torch.autograd.grad(other, wanted, upstream, retain_graph=True)[0].numpy()
        assert np.allclose(out, other.detach().numpy(), atol=1e-3)
        assert np.allclose(layer.backward(dout), gradient, atol=1e-3)

    def forward():
        with torch.no_grad():
            module(tensor)

    return {
        "forward": {"ours": lambda: layer.forward(x, training=True), "torch": forward},
        "backward": {
            "ours": lambda: layer.backward(dout),
            "torch": lambda: torch.autograd.grad(other, wanted, upstream, retain_graph=True),
        },
    }


def step_calls(hidden, batch):
    """One step of gradient descent of a whole net with batch norm, by who computes it."""
    import torch
    from torch import nn
    from torch.nn import functional

    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((batch, PIXELS)).astype(np.float32), rng.integers(0, CLASSES, batch)
    model = fully_connected_net([PIXELS, *hidden, CLASSES], "batch")
    net = nn.Sequential(*[_copied(_single(layer)) for layer in model.layers if not isinstance(layer, Softmax)])
    decayed = [module.weight for module in net if isinstance(module, nn.Linear)]
    others = [parameter for parameter in net.parameters() if not any(parameter is one for one in decayed)]
    optimiser = torch.optim.SGD([{"params": decayed, "weight_decay": 2 * REG}, {"params": others}], RATE)
    inputs, labels = torch.from_numpy(X), torch.from_numpy(y)

    def ours():
        loss = model.compute_gradients(X, y, REG)
        for layer in model.layers:
            for name in layer.params:
                layer.params[name] -= np.float32(RATE) * layer.grads[name]
        return loss

    def theirs():
        optimiser.zero_grad()
        loss = functional.cross_entropy(net(inputs), labels)
        loss.backward()
        optimiser.step()
        return loss

    for _ in range(2):  # the same step: the same loss after it
        penalty = REG * sum(float((weight.detach() ** 2).sum()) for weight in decayed)
        assert np.isclose(ours(), theirs().item() + penalty, rtol=1e-3)
    return {"ours": ours, "torch": theirs}


def _copied(layer):
    """PyTorch's layer with the weights of ours; batch norm begins with ones and zeros in both."""
    import torch
    from torch import nn

    if isinstance(layer, BatchNormalization):
        return nn.BatchNorm1d(len(layer.params["beta"]))
    if not isinstance(layer, Dense):
        return nn.ReLU()
    W, b = layer.params["W"], layer.params["b"]
    module = nn.Linear(*W.shape)
    module.load_state_dict({"weight": torch.from_numpy(W.T.copy()), "bias": torch.from_numpy(b.copy())})
    return module


def _flops(hidden, batch):
    """Multiplications and additions of a step's matrix products; the first layer's input gradient is counted, too."""
    sizes = [PIXELS, *hidden, CLASSES]
    return sum(6 * batch * inputs * units for inputs, units in itertools.pairwise(sizes))


def measure(threads, quick):
    """All rows with so many threads, in this very process."""
    import torch

    torch.set_num_threads(threads)
    seconds, rounds, batch = (0.01, 2, 10) if quick else (2.0, 8, BATCH)
    rows = []

    def row(kind, name, calls, **more):
        times = compared(calls, seconds, rounds)
        rows.append({"kind": kind, "name": name, "threads": threads} | more | times)
        rows[-1]["ours_to_torch"] = times["ours"]["median"] / times["torch"]["median"]

    for name, inputs, units in LAYERS:
        for direction, calls in layer_calls(name, inputs, units, batch).items():
            row("layer", name, calls, inputs=inputs, units=units, direction=direction, batch=batch)
    for name, hidden in NETS.items():
        row("step", name, step_calls(hidden, batch), hidden=hidden, batch=batch)
    product = large_product()
    for hidden in ([50, 50], [512, 512]):
        for size in BATCHES[: 2 if quick else None]:
            calls = step_calls(hidden, size) | {"product": product}
            row("growth", "a step", calls, hidden=hidden, batch=size)
            rows[-1] |= rates(_flops(hidden, size), rows[-1]["ours"], rows[-1]["product"])
    return rows


def main(arguments=None):
    """Measure, print tables, write the result; returns the exit code."""
    shown = [tables.layers, tables.steps, tables.batches]
    return main_by_threads(arguments, "benchmarks.speed.layers", __doc__, measure, "speed/layers", ABOUT, shown)


if __name__ == "__main__":
    sys.exit(main())
