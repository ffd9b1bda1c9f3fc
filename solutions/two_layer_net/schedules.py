"""How the learning rate may fall: factors by epoch, for `TwoLayerNet.train(..., schedule=...)`.

A schedule takes the present epoch (from 0) and the number of epochs, and returns what the learning rate is multiplied
with. Experiments, not homework.
"""

import math


def cosine(epoch, epochs):
    """Half a period of a cosine: 1 in the first epoch, falling to 1/1000 in the last."""
    share = epoch / max(epochs - 1, 1)
    return 0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * share))


def step(epoch, epochs):
    """Stairs: 1 at first, a tenth after half of the epochs, a hundredth after three quarters."""
    return 0.1 ** ((epoch >= epochs / 2) + (epoch >= 3 * epochs / 4))
