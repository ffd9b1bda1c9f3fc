"""Normalisation and dropout: layers that behave otherwise in training than afterwards.

Read in this order: `batch.py` (batch normalisation, its backward pass twice), `rows.py` (layer normalisation),
`dropout.py`, then `layers.py`, which wraps them for the `Model` of `solutions.layers`, `net.py`, which puts nets
together from a list of sizes, and `augmentation.py`, mirrored and shifted training images.
"""

from solutions.batchnorm.augmentation import mirrored_and_shifted
from solutions.batchnorm.batch import batchnorm_backward, batchnorm_backward_alt, batchnorm_forward
from solutions.batchnorm.dropout import dropout_backward, dropout_forward
from solutions.batchnorm.layers import BatchNormalization, Dropout, LayerNormalization
from solutions.batchnorm.net import fully_connected_net
from solutions.batchnorm.rows import layernorm_backward, layernorm_forward

__all__ = [
    "BatchNormalization",
    "Dropout",
    "LayerNormalization",
    "batchnorm_backward",
    "batchnorm_backward_alt",
    "batchnorm_forward",
    "dropout_backward",
    "dropout_forward",
    "fully_connected_net",
    "layernorm_backward",
    "layernorm_forward",
    "mirrored_and_shifted",
]
