"""Convolutional nets, by hand in NumPy, and then in PyTorch.

By hand: `shapes.py` and `naive.py` (convolution and max-pooling with loops), `fast.py` (the same as matrix products),
`spatial.py` (batch normalisation of images), `sandwiches.py`, and `net.py`, a two-layer convnet that trains.
In PyTorch: `nets.py`, `counting.py` (parameters), `training.py`, `augmentation.py` and `predicting.py`.
"""

from solutions.cnn.augmentation import augmented
from solutions.cnn.counting import parameter_counts
from solutions.cnn.fast import (
    col2rows,
    conv_backward_fast,
    conv_forward_fast,
    im2col,
    max_pool_backward_fast,
    max_pool_forward_fast,
    rows2col,
)
from solutions.cnn.naive import (
    conv_backward_naive,
    conv_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
)
from solutions.cnn.net import TwoLayerConvNet
from solutions.cnn.nets import (
    convnet_a,
    convnet_b,
    convnet_c,
    dense_net,
    regularised_convnet_c,
    softmax_net,
    two_layer_net,
)
from solutions.cnn.predicting import Classifier
from solutions.cnn.sandwiches import (
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from solutions.cnn.shapes import output_size
from solutions.cnn.spatial import spatial_batchnorm_backward, spatial_batchnorm_forward
from solutions.cnn.training import EarlyStopping, evaluate, train_epoch

__all__ = [
    "Classifier",
    "EarlyStopping",
    "TwoLayerConvNet",
    "augmented",
    "col2rows",
    "conv_backward_fast",
    "conv_backward_naive",
    "conv_forward_fast",
    "conv_forward_naive",
    "conv_relu_backward",
    "conv_relu_forward",
    "conv_relu_pool_backward",
    "conv_relu_pool_forward",
    "convnet_a",
    "convnet_b",
    "convnet_c",
    "dense_net",
    "evaluate",
    "im2col",
    "max_pool_backward_fast",
    "max_pool_backward_naive",
    "max_pool_forward_fast",
    "max_pool_forward_naive",
    "output_size",
    "parameter_counts",
    "regularised_convnet_c",
    "rows2col",
    "softmax_net",
    "spatial_batchnorm_backward",
    "spatial_batchnorm_forward",
    "train_epoch",
    "two_layer_net",
]
