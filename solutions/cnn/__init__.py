"""Convolutional nets by hand, in NumPy.

Read in this order: `naive.py` (convolution and max-pooling with loops), `fast.py` (the same as matrix products),
`spatial.py` (batch normalisation of images), `sandwiches.py`, and `net.py`, a two-layer convnet that trains.
"""

from solutions.cnn.fast import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from solutions.cnn.naive import (
    conv_backward_naive,
    conv_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
)
from solutions.cnn.net import TwoLayerConvNet
from solutions.cnn.sandwiches import (
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from solutions.cnn.shapes import output_size
from solutions.cnn.spatial import spatial_batchnorm_backward, spatial_batchnorm_forward

__all__ = [
    "TwoLayerConvNet",
    "conv_backward_fast",
    "conv_backward_naive",
    "conv_forward_fast",
    "conv_forward_naive",
    "conv_relu_backward",
    "conv_relu_forward",
    "conv_relu_pool_backward",
    "conv_relu_pool_forward",
    "max_pool_backward_fast",
    "max_pool_backward_naive",
    "max_pool_forward_fast",
    "max_pool_forward_naive",
    "output_size",
    "spatial_batchnorm_backward",
    "spatial_batchnorm_forward",
]
