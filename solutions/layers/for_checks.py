"""What the checks ask of this chapter besides the students' functions themselves: one layer's pass, one Jacobian."""

from unittest import mock

import numpy as np

from autograder.student import stand_ins
from solutions.layers import duals, functions, values

_ODD = ("affine_forward", "affine_backward", "relu_forward", "relu_backward")


def output(layer, inputs):
    """What the layer called `layer` makes of its inputs, the cache left out."""
    return getattr(functions, f"{layer}_forward")(*inputs)[0]


def gradients(layer, inputs, dout):
    """Gradients of the layer's inputs for an upstream gradient, as a tuple."""
    grads = getattr(functions, f"{layer}_backward")(dout, getattr(functions, f"{layer}_forward")(*inputs)[1])
    return grads if isinstance(grads, tuple) else (grads,)


def sandwiched(odd, inputs, dout):
    """The sandwich's output, or with `dout` its gradients; where `odd`, made of the stand-ins for its two layers."""
    home = stand_ins if odd else functions
    used = {name: getattr(home, f"odd_{name}" if odd else name) for name in _ODD}
    with mock.patch.multiple(functions, **used):
        return output("affine_relu", inputs) if dout is None else gradients("affine_relu", inputs, dout)


def differentiated(mode, settings, x):
    """Values (m,) and Jacobian (m, n) of one of the expressions in `stand_ins`."""
    ways = {"forward_mode": duals.forward_mode, "reverse_mode": values.reverse_mode}
    return ways[mode](stand_ins.expression(**settings), np.asarray(x).tolist())
