"""Modular layers and automatic differentiation: a kit of parts for nets of any depth.

Read in this order. Automatic differentiation: `duals.py` (forward mode), `graphs.py` (topological order), `values.py`
(reverse mode). Layers: `functions.py` (affine, ReLU and their sandwich), `losses.py` (softmax, SVM), `schedule.py` (the
cyclical learning rate), `initialisers.py`, and `model.py`, which puts layers together and trains them.
"""

from solutions.layers.duals import Dual, forward_mode
from solutions.layers.functions import (
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    relu_backward,
    relu_forward,
)
from solutions.layers.graphs import topological_order
from solutions.layers.initialisers import he, normal, xavier
from solutions.layers.losses import softmax_loss, svm_loss
from solutions.layers.model import Dense, Model, ReLU, Softmax, k_layer_model, make_layer
from solutions.layers.schedule import cyclical_learning_rate
from solutions.layers.values import Value, reverse_mode

__all__ = [
    "Dense",
    "Dual",
    "Model",
    "ReLU",
    "Softmax",
    "Value",
    "affine_backward",
    "affine_forward",
    "affine_relu_backward",
    "affine_relu_forward",
    "cyclical_learning_rate",
    "forward_mode",
    "he",
    "k_layer_model",
    "make_layer",
    "normal",
    "relu_backward",
    "relu_forward",
    "reverse_mode",
    "softmax_loss",
    "svm_loss",
    "topological_order",
    "xavier",
]
