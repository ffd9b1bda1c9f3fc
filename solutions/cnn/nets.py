"""Nets in PyTorch: the course's earlier models, and convnets of growing depth.

Images go in as (N, 3, 32, 32), scores of the ten classes come out as (N, 10). There is no softmax at the end: PyTorch's
cross-entropy takes the scores as they are.
"""

from torch import nn


def softmax_net():
    """The softmax classifier: 30,730 parameters."""
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 10))


def two_layer_net(hidden=50):
    """One hidden layer with ReLU."""
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, hidden), nn.ReLU(), nn.Linear(hidden, 10))


def dense_net(sizes=(2048, 1024, 512, 256)):
    """Dense layers with ReLU, 9,050,378 parameters with the default sizes."""
    layers, before = [nn.Flatten()], 3 * 32 * 32
    for size in sizes:
        layers += [nn.Linear(before, size), nn.ReLU()]
        before = size
    return nn.Sequential(*layers, nn.Linear(before, 10))


def convnet_a(dropout=0.5):
    """12 filters of 5 by 5, ReLU, pooling; then dropout and a linear layer: 24,442 parameters.

    Here and below: convolutions without padding, stride 1; max-pooling of 2 by 2; `dropout` is the probability to drop.
    """
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(3, 12, 5),  # (12, 28, 28)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (12, 14, 14)
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(12 * 14 * 14, 10),
    )
    ### END SOLUTION


def convnet_b(dropout=0.5):
    """Convolutions with 32 and 64 filters of 3 by 3, pooling, 128 hidden units: 1,626,442 parameters.

    A ReLU behind every layer that has weights but the last; dropout in front of the last one.
    """
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(3, 32, 3),  # (32, 30, 30)
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),  # (64, 28, 28)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (64, 14, 14)
        nn.Flatten(),
        nn.Linear(64 * 14 * 14, 128),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(128, 10),
    )
    ### END SOLUTION


def convnet_c(dropout=0.5):
    """Twice two convolutions of 3 by 3 and pooling, with 32 and then 64 filters; 512 hidden units: 890,410 parameters.

    A ReLU behind every layer that has weights but the last; dropout in front of the last one.
    """
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(3, 32, 3),  # (32, 30, 30)
        nn.ReLU(),
        nn.Conv2d(32, 32, 3),  # (32, 28, 28)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (32, 14, 14)
        nn.Conv2d(32, 64, 3),  # (64, 12, 12)
        nn.ReLU(),
        nn.Conv2d(64, 64, 3),  # (64, 10, 10)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (64, 5, 5)
        nn.Flatten(),
        nn.Linear(64 * 5 * 5, 512),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(512, 10),
    )
    ### END SOLUTION


def regularised_convnet_c(dropout=0.25, batchnorm=False):
    """`convnet_c` with dropout in three places, behind both poolings and the hidden units; batch norm in front of each.

    Parameters
    ----------
    dropout : float
        Probability to drop a number.
    batchnorm : bool
        Whether there is batch normalisation at all: 1,216 parameters more.
    """
    layers = []
    for module in convnet_c():
        if not isinstance(module, nn.Dropout):
            layers.append(module)
        width = {nn.MaxPool2d: 64 if len(layers) > 5 else 32, nn.Dropout: 512}.get(type(module))
        if width:
            normal = nn.BatchNorm1d(512) if width == 512 else nn.BatchNorm2d(width)
            layers += [normal] * batchnorm + [nn.Dropout(dropout)]
    return nn.Sequential(*layers)
