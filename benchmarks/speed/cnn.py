"""Convolution and pooling: our loops, our fast layers, and PyTorch's, in one run.

    python -m benchmarks.speed.cnn [--quick] [--threads 1 2] [--out FILE]

Writes `book/results/cnn/speed.json`, where the book reads it: the medians of several calls and their spread, ratios,
and how much memory a call takes at its peak. S4's shapes come first, larger layers after them. Every number of threads
is measured in a process of its own, float32 throughout. Run it on a machine that does nothing else.
"""

import sys

import numpy as np

from benchmarks.speed import tables
from benchmarks.speed.result import main_by_threads
from benchmarks.speed.timing import compared, once, peak

ABOUT = "Convolution and pooling: loops, fast layers and PyTorch in one run; seconds per call."
# (images, channels, height and width, filters, window, stride, padding)
CONVOLUTIONS = {
    "S4's layer": (100, 3, 31, 25, 3, 2, 1),
    "first layer of the two-layer convnet": (100, 3, 32, 32, 7, 1, 3),
    "32 to 32 channels": (100, 32, 32, 32, 3, 1, 1),
    "64 to 64 channels": (64, 64, 16, 64, 3, 1, 1),
}
# (images, channels, height and width, window, stride)
POOLINGS = {"S4's layer": (100, 3, 32, 2, 2), "32 channels": (100, 32, 32, 2, 2), "overlapping": (100, 32, 31, 3, 2)}
SOURCE = {"name": "S4", "convolution": {"forward": 555, "backward": 574}, "pooling": {"forward": 198, "backward": 40}}


def convolution(shape, seconds, naive):
    """One convolution, forward and backward: times by who computes it, and peak memory."""
    import torch
    from torch.nn import functional

    from solutions import cnn

    N, C, H, F, size, stride, pad = shape
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s).astype(np.float32) for s in ((N, C, H, H), (F, C, size, size), (F,)))
    param = {"stride": stride, "pad": pad}
    out, cache = cnn.conv_forward_fast(x, w, b, param)
    dout = rng.standard_normal(out.shape).astype(np.float32)
    tensors = [torch.from_numpy(array).requires_grad_() for array in (x, w, b)]
    of_torch = functional.conv2d(*tensors, stride, pad)
    assert np.allclose(of_torch.detach().numpy(), out, atol=1e-3)
    upstream = torch.from_numpy(dout)

    def torch_forward():
        with torch.no_grad():
            functional.conv2d(*tensors, stride, pad)

    calls = {
        "forward": {"fast": lambda: cnn.conv_forward_fast(x, w, b, param), "torch": torch_forward},
        "backward": {
            "fast": lambda: cnn.conv_backward_fast(dout, cache),
            "torch": lambda: torch.autograd.grad(of_torch, tensors, upstream, retain_graph=True),
        },
    }
    loops = {
        "forward": lambda: cnn.conv_forward_naive(x, w, b, param),
        "backward": lambda: cnn.conv_backward_naive(dout, cache),
    }
    return _rows(calls, loops if naive else {}, seconds)


def pooling(shape, seconds, naive):
    """One pooling, forward and backward, as `convolution`."""
    import torch
    from torch.nn import functional

    from solutions import cnn

    N, C, H, size, stride = shape
    rng = np.random.default_rng(0)
    x = rng.standard_normal((N, C, H, H)).astype(np.float32)
    param = {"pool_height": size, "pool_width": size, "stride": stride}
    out, cache = cnn.max_pool_forward_fast(x, param)
    dout = rng.standard_normal(out.shape).astype(np.float32)
    tensor, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dout)
    of_torch = functional.max_pool2d(tensor, size, stride)
    assert np.array_equal(of_torch.detach().numpy(), out)

    def torch_forward():
        with torch.no_grad():
            functional.max_pool2d(tensor, size, stride)

    calls = {
        "forward": {"fast": lambda: cnn.max_pool_forward_fast(x, param), "torch": torch_forward},
        "backward": {
            "fast": lambda: cnn.max_pool_backward_fast(dout, cache),
            "torch": lambda: torch.autograd.grad(of_torch, tensor, upstream, retain_graph=True),
        },
    }
    loops = {
        "forward": lambda: cnn.max_pool_forward_naive(x, param),
        "backward": lambda: cnn.max_pool_backward_naive(dout, (x, param)),
    }
    return _rows(calls, loops if naive else {}, seconds)


def _rows(calls, loops, seconds):
    found = {}
    for direction, by_whom in calls.items():
        row: dict = compared(by_whom, seconds)
        row["fast_to_torch"] = row["fast"]["median"] / row["torch"]["median"]
        row["megabytes"] = {"fast": peak(by_whom["fast"])}
        if direction in loops:
            row["naive"] = once(loops[direction])
            row["naive_to_fast"] = row["naive"]["median"] / row["fast"]["median"]
        found[direction] = row
    return found


def measure(threads, quick):
    """Everything with so many threads, in this very process."""
    import torch

    torch.set_num_threads(threads)
    seconds, few = (0.02, 4) if quick else (2.0, None)
    rows = []
    for kind, layers, run in (("convolution", CONVOLUTIONS, convolution), ("pooling", POOLINGS, pooling)):
        for name, shape in layers.items():
            used = (few, *shape[1:]) if few else shape
            naive = name.startswith("S4")
            for direction, row in run(used, seconds, naive).items():
                rows.append(
                    {"layer": kind, "name": name, "direction": direction, "shape": used, "threads": threads} | row
                )
    return rows


def main(arguments=None):
    """Measure, print tables, write the result; returns the exit code."""
    module, shown = "benchmarks.speed.cnn", [tables.all_fast_layers]
    return main_by_threads(arguments, module, __doc__, measure, "cnn/speed", ABOUT, shown, source=SOURCE)


if __name__ == "__main__":
    sys.exit(main())
