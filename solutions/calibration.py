"""How the models that set the accuracy bands are trained: right and reasonably tuned ones, and weak ones.

Goes in: a data set's training images and a seed. Comes out: a trained model. `autograder calibrate` measures them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch.nn import functional

from autograder.checks.parts import TEST_IMAGES
from autograder.checks.transfer.accuracy import TEST_IMAGES as FEWER_IMAGES
from autograder.demo import TRAINING
from coursekit import add_bias_column, channels_first, flatten, mean_image, progress, scale
from coursekit.backbones import LITE0_MEAN, LITE0_STD, load_backbone
from coursekit.tensors import batches
from solutions import cnn, transfer
from solutions.batchnorm import fully_connected_net
from solutions.layers import k_layer_model
from solutions.softmax import SoftmaxClassifier
from solutions.two_layer_net import TwoLayerNet, cosine


@dataclass(frozen=True)
class Recipe:
    """How one model is trained.

    Attributes
    ----------
    preprocess : function
        From training images, bytes (N, 32, 32, 3), to a function that turns such images into what the model takes.
    train : function
        From (X, y, seed) to a trained model with `accuracy(X, y)`.
    share : float
        Of the training images, the first ones.
    """

    preprocess: Callable
    train: Callable
    share: float = 1.0

    def trained(self, images, labels, seed):
        """A trained model, and the function that prepares images for it."""
        count = round(self.share * len(images))
        preprocess = self.preprocess(images[:count])
        return self.train(preprocess(images[:count]), labels[:count], seed), preprocess


@dataclass(frozen=True)
class Item:
    """An accuracy item: what its bands are measured with, and what should stay below them.

    Attributes
    ----------
    reference : Recipe
        As the homework's notebook trains it.
    weak : dict
        Weak models by name: a `Recipe`, or another item, whose reference has been measured on the same images.
    bonuses : tuple of (float, float)
        How far above the full-points band, and points.
    agreed : dict
        Bands that are agreed on, by data set: (accuracy for full points, then accuracy and points of each bonus).
    hidden : int
        Hidden images of a grading.
    """

    reference: Recipe
    weak: dict
    bonuses: tuple = ((0.02, 2.0),)
    agreed: dict = field(default_factory=dict)
    hidden: int = TEST_IMAGES["hidden"]


def _centred(rows):
    """Scaled images less the mean of the training images, then `rows`."""

    def made(training_images):
        mean = mean_image(scale(training_images))
        return lambda images: rows(scale(images) - mean)

    return made


def _uncentred(rows):
    """Scaled images as they are, between 0 and 1, then `rows`."""
    return lambda training_images: lambda images: rows(scale(images))


def _softmax(X, y, seed, **changed):
    model = SoftmaxClassifier()
    model.train(X, y, seed=seed, **(TRAINING | changed))
    return model


def _two_layer_net(X, y, seed, epochs=30, learning_rate=0.03):
    model = TwoLayerNet(X.shape[1], 200, 10, std=0.03, seed=seed)
    settings = {"epochs": epochs, "batch_size": 50, "learning_rate": learning_rate, "schedule": cosine, "reg": 0.0005}
    model.train(X, y, seed=seed, update_rule="sgd_momentum", **settings)
    return model


def _layers(X, y, seed, n_s=1000, eta_max=0.08):
    model = k_layer_model([X.shape[1], 200, 100, 10], seed=100 * seed)
    model.fit(X, y, cycles=2, n_s=n_s, eta_max=eta_max, batch_size=50, reg=0.003, seed=seed)
    return model


def _batchnorm(X, y, seed, n_s=1000, eta_max=0.1):
    model = fully_connected_net([X.shape[1], 200, 100, 10], "batch", dropout=0.1, seed=100 * seed)
    model.fit(X, y, cycles=2, n_s=n_s, eta_max=eta_max, batch_size=50, reg=0.003, seed=seed)
    return model


def _part(X, y, epochs, part):
    """Examples and whole epochs that make up a part of so many epochs."""
    count = min(len(X), round(part * epochs * len(X)))
    return X[:count], y[:count], max(1, round(part * epochs))


def _trained_convnet(X, y, seed, part=1.0, learning_rate=1e-3):
    net = cnn.TwoLayerConvNet(filters=32, filter_size=7, reg=0.001, seed=seed)
    X, y, epochs = _part(X, y, max(1, 50_000 // len(X)), part)
    net.train(X, y, epochs=epochs, batch_size=50, learning_rate=learning_rate, seed=seed)
    return net


def _best_convnet(X, y, seed, epochs=None, part=1.0, learning_rate=0.002):
    torch.manual_seed(seed)
    X, y, epochs = _part(X, y, epochs or (2 if len(X) > 10_000 else 5), part)
    batch_size, net = 32, cnn.convnet_c(dropout=0.25)
    shuffling = torch.Generator().manual_seed(10 * seed + 1)
    optimiser = torch.optim.Adam(net.parameters(), lr=learning_rate)
    X = torch.from_numpy(X)
    steps = epochs * -(-len(X) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, learning_rate, total_steps=steps)
    for _ in progress(range(epochs), "epochs"):
        cnn.train_epoch(net, batches(X, y, batch_size, shuffling), optimiser, schedule=schedule)
    return _OfArrays(net)


def _prepared(images):
    return transfer.preprocess(images, 32, LITE0_MEAN, LITE0_STD)


def _not_standardised(images):
    """Images between 0 and 1: not as the pretrained net has seen images."""
    return transfer.preprocess(images, 32, np.zeros(3, np.float32), np.ones(3, np.float32))


def _few(y, seed):
    """Numbers of 50 images of each class to train with, and of 50 others to choose by."""
    rng = np.random.default_rng(seed)
    of_class = [rng.permutation(np.flatnonzero(y == k)) for k in range(10)]
    return tuple(
        rng.permutation(np.concatenate([own[part] for own in of_class])) for part in (slice(50), slice(50, 100))
    )


def _best_transfer(X, y, seed, size=96):
    """A probe on 50 images of each class, then the last stages fine-tuned, as the homework's notebook does it."""
    few, held = _few(y, seed)
    backbone = load_backbone()
    enlarged = functional.interpolate(X[few], (size, size), mode="bilinear", align_corners=False)
    head = transfer.train_probe(transfer.extract_features(backbone, enlarged, 50), y[few], 10, reg=0.01)
    transfer.unfreeze_top(backbone, 4)
    for layer in backbone.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            transfer.freeze(layer)
    net = transfer.TransferNet(backbone, head, size=size)
    optimiser = torch.optim.AdamW(transfer.parameter_groups(net, 0.0003, 0.7), weight_decay=0.02)
    shuffling = torch.Generator().manual_seed(10 * seed + 1)
    sets = batches(X[few], y[few], 25, shuffling), batches(X[held], y[held], 50)
    transfer.fine_tune(net, optimiser, *sets, epochs=5, patience=3)
    return cnn.Classifier(net, batch_size=50)


def _convnet_on_few(X, y, seed):
    """The net of the chapter on convolutions, trained from the start on the images of the homework on transfer."""
    few, _ = _few(y, seed)
    return _best_convnet(X[few], y[few], seed, epochs=50)


class _OfArrays(cnn.Classifier):
    """A `Classifier` that takes images as arrays."""

    def predict(self, images):
        return super().predict(torch.from_numpy(images))


SPREAD = np.float32(0.25)  # about the standard deviation of the pixels, in either data set
SHORT, SLOW, UNCENTRED = "a tenth of the training", "learning rate ten times too small", "inputs not centred"
FEW = "a tenth of the images"


def _with_bias(images):
    return add_bias_column(flatten(images))


def _spread(images):
    return flatten(images / SPREAD)


def _spread_channels(images):
    return channels_first(images / SPREAD)


def _item(rows, train, short, slow, recorded=(), **bands):
    """An item and its weak versions; `short` and `slow` are the settings that make training so."""
    reference = Recipe(_centred(rows), train)
    weak = {f"reference of {name}": name for name in recorded} | {
        SHORT: Recipe(_centred(rows), partial(train, **short)),
        SLOW: Recipe(_centred(rows), partial(train, **slow)),
        UNCENTRED: Recipe(_uncentred(rows), train),
        FEW: Recipe(_centred(rows), train, share=0.1),
    }
    return Item(reference, weak, **bands)


ITEMS = {
    "softmax.best_classifier": _item(
        _with_bias, _softmax, {"epochs": 4}, {"learning_rate": 0.002, "final_learning_rate": 0.00001}
    ),
    "two_layer_net.best_net": _item(
        flatten,
        _two_layer_net,
        {"epochs": 3},
        {"learning_rate": 0.003},
        ["softmax.best_classifier"],
        bonuses=((0.02, 2.0), (0.04, 2.0)),
        agreed={"cifar10": (0.48, (0.52, 2.0), (0.56, 2.0))},  # S1: above 48 %, its reference above 52; S4: above 56
    ),
    "layers.best_model": _item(_spread, _layers, {"n_s": 100}, {"eta_max": 0.008}, ["two_layer_net.best_net"]),
    "batchnorm.best_model": _item(_spread, _batchnorm, {"n_s": 100}, {"eta_max": 0.01}, ["layers.best_model"]),
    "cnn.trained_convnet": _item(
        channels_first,
        _trained_convnet,
        {"part": 0.1},
        {"learning_rate": 1e-4},
        ["batchnorm.best_model"],
        bonuses=((0.02, 1.0),),
    ),
    "cnn.best_convnet": _item(
        _spread_channels,
        _best_convnet,
        {"part": 0.1},
        {"learning_rate": 0.0002},
        ["batchnorm.best_model", "cnn.trained_convnet"],
        bonuses=((0.04, 1.0), (0.08, 1.0)),
    ),
    "transfer.best_transfer": Item(
        Recipe(lambda _: _prepared, _best_transfer),
        {
            "net of cnn.best_convnet on the same 500 images": Recipe(_centred(_spread_channels), _convnet_on_few),
            "images not enlarged": Recipe(lambda _: _prepared, partial(_best_transfer, size=32)),
            "images not standardised": Recipe(lambda _: _not_standardised, _best_transfer),
        },
        bonuses=((0.03, 1.0), (0.06, 1.0)),
        hidden=FEWER_IMAGES["hidden"],
    ),
}
