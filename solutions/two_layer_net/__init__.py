"""A two-layer net from scratch: its forward and backward pass, four update rules, training.

Read in this order: `passes.py` (scores, loss, backpropagation), `updates.py` (SGD, momentum, RMSProp, Adam), `net.py`
(the class that trains) and `schedules.py` (how the learning rate may fall).
"""

from solutions.two_layer_net.net import TwoLayerNet
from solutions.two_layer_net.passes import two_layer_backward, two_layer_forward, two_layer_loss
from solutions.two_layer_net.schedules import cosine, step
from solutions.two_layer_net.updates import adam, rmsprop, sgd, sgd_momentum

__all__ = [
    "TwoLayerNet",
    "adam",
    "cosine",
    "rmsprop",
    "sgd",
    "sgd_momentum",
    "step",
    "two_layer_backward",
    "two_layer_forward",
    "two_layer_loss",
]
