"""Softmax classifier from scratch: loss and gradient, gradient checking, training, ensembles.

Read in this order: `loss.py` (softmax, cross-entropy, both gradients), `gradient_check.py` (centred differences),
`classifier.py` (mini-batch gradient descent) and `ensemble.py` (bagging and voting).
"""

from solutions.softmax.classifier import SoftmaxClassifier
from solutions.softmax.ensemble import bootstrap, ensemble_predict
from solutions.softmax.gradient_check import numerical_gradient
from solutions.softmax.loss import softmax, softmax_loss_naive, softmax_loss_vectorized

__all__ = [
    "SoftmaxClassifier",
    "bootstrap",
    "ensemble_predict",
    "numerical_gradient",
    "softmax",
    "softmax_loss_naive",
    "softmax_loss_vectorized",
]
