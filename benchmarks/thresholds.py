"""Measures the accuracy bands of the homeworks and writes them to `autograder/checks/thresholds.json`.

    python -m benchmarks.thresholds [--checks NAME ...] [--seeds 10] [--only shapes10 cifar10]

Trains the reference as the homework's notebook does, from several seeds, and measures each on several sets of hidden
images as large as those of a grading. The full-points band lies so low that a right and reasonably tuned solution fails
by chance in fewer than 1 of 1,000 gradings, and the first band five points below it, unless the bands are agreed on.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import torch
from torch.nn import functional

from autograder.checks.parts import TEST_IMAGES, THRESHOLDS
from autograder.checks.transfer.accuracy import TEST_IMAGES as FEWER_IMAGES
from autograder.demo import TRAINING
from autograder.images import ImageSource
from coursekit import add_bias_column, channels_first, flatten, load_images, mean_image, progress, scale
from coursekit.backbones import LITE0_MEAN, LITE0_STD, load_backbone
from coursekit.tensors import batches
from solutions import cnn, transfer
from solutions.batchnorm import fully_connected_net
from solutions.layers import k_layer_model
from solutions.softmax import SoftmaxClassifier
from solutions.two_layer_net import TwoLayerNet, cosine

MARGIN = 3.1  # standard deviations; 1 in 1,000 of a normal distribution lies below
DRAWS = 5


@dataclass(frozen=True)
class Homework:
    """How the reference of one accuracy item is trained, and what its bands are.

    Attributes
    ----------
    rows : function
        From scaled images less the mean image (N, 32, 32, 3), or with `as_bytes` from images as they are, to what the
        model takes.
    train : function
        From (X, y, seed) to a trained model.
    bonuses : tuple of (float, float)
        How far above the full-points band, and points.
    agreed : dict
        Bands that are agreed on, by data set: (accuracy for full points, then accuracy and points of each bonus).
    hidden : int
        Hidden images of a grading.
    as_bytes : bool
        Whether `rows` takes images as they are.
    """

    rows: Callable
    train: Callable
    bonuses: tuple = ((0.02, 2.0),)
    agreed: dict = field(default_factory=dict)
    hidden: int = TEST_IMAGES["hidden"]
    as_bytes: bool = False

    def preprocess(self, training_images):
        """A function from images, bytes (N, 32, 32, 3), to what the model takes."""
        if self.as_bytes:
            return self.rows
        mean = mean_image(scale(training_images))
        return lambda images: self.rows(scale(images) - mean)


def _softmax(X, y, seed):
    model = SoftmaxClassifier()
    model.train(X, y, seed=seed, **TRAINING)
    return model


def _two_layer_net(X, y, seed):
    model = TwoLayerNet(X.shape[1], 200, 10, std=0.03, seed=seed)
    settings = {"epochs": 30, "batch_size": 50, "learning_rate": 0.03, "schedule": cosine, "reg": 0.0005}
    model.train(X, y, seed=seed, update_rule="sgd_momentum", **settings)
    return model


def _layers(X, y, seed):
    model = k_layer_model([X.shape[1], 200, 100, 10], seed=100 * seed)
    model.fit(X, y, cycles=2, n_s=1000, eta_max=0.08, batch_size=50, reg=0.003, seed=seed)
    return model


def _batchnorm(X, y, seed):
    model = fully_connected_net([X.shape[1], 200, 100, 10], "batch", dropout=0.1, seed=100 * seed)
    model.fit(X, y, cycles=2, n_s=1000, eta_max=0.1, batch_size=50, reg=0.003, seed=seed)
    return model


def _trained_convnet(X, y, seed):
    net = cnn.TwoLayerConvNet(filters=32, filter_size=7, reg=0.001, seed=seed)
    epochs = max(1, 50_000 // len(X))
    net.train(X, y, epochs=epochs, batch_size=50, learning_rate=1e-3, seed=seed)
    return net


def _best_convnet(X, y, seed):
    torch.manual_seed(seed)
    epochs, batch_size, net = 2 if len(X) > 10_000 else 5, 32, cnn.convnet_c(dropout=0.25)
    shuffling = torch.Generator().manual_seed(10 * seed + 1)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.002)
    X = torch.from_numpy(X)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.002, total_steps=epochs * -(-len(X) // batch_size))
    for _ in progress(range(epochs), "epochs"):
        cnn.train_epoch(net, batches(X, y, batch_size, shuffling), optimiser, schedule=schedule)
    return _OfArrays(net)


def _prepared(images):
    return transfer.preprocess(images, 32, LITE0_MEAN, LITE0_STD)


def _best_transfer(X, y, seed):
    """A probe on 50 images of each class, then the last stages fine-tuned, as the homework's notebook does it."""
    rng = np.random.default_rng(seed)
    of_class = [rng.permutation(np.flatnonzero(y == k)) for k in range(10)]
    few, held = (
        rng.permutation(np.concatenate([own[part] for own in of_class])) for part in (slice(50), slice(50, 100))
    )
    backbone = load_backbone()
    enlarged = functional.interpolate(X[few], (96, 96), mode="bilinear", align_corners=False)
    head = transfer.train_probe(transfer.extract_features(backbone, enlarged, 50), y[few], 10, reg=0.01)
    transfer.unfreeze_top(backbone, 4)
    for layer in backbone.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            transfer.freeze(layer)
    net = transfer.TransferNet(backbone, head, size=96)
    optimiser = torch.optim.AdamW(transfer.parameter_groups(net, 0.0003, 0.7), weight_decay=0.02)
    shuffling = torch.Generator().manual_seed(10 * seed + 1)
    sets = batches(X[few], y[few], 25, shuffling), batches(X[held], y[held], 50)
    transfer.fine_tune(net, optimiser, *sets, epochs=5, patience=3)
    return cnn.Classifier(net, batch_size=50)


class _OfArrays(cnn.Classifier):
    """A `Classifier` that takes images as arrays."""

    def predict(self, images):
        return super().predict(torch.from_numpy(images))


SPREAD = np.float32(0.25)  # about the standard deviation of the pixels, in either data set
HOMEWORKS = {
    "softmax.best_classifier": Homework(lambda images: add_bias_column(flatten(images)), _softmax),
    "two_layer_net.best_net": Homework(
        flatten,
        _two_layer_net,
        bonuses=((0.02, 2.0), (0.04, 2.0)),
        agreed={"cifar10": (0.48, (0.52, 2.0), (0.56, 2.0))},  # S1: above 48 %, its reference above 52; S4: above 56
    ),
    "layers.best_model": Homework(lambda images: flatten(images / SPREAD), _layers),
    "batchnorm.best_model": Homework(lambda images: flatten(images / SPREAD), _batchnorm),
    "cnn.trained_convnet": Homework(channels_first, _trained_convnet, bonuses=((0.02, 1.0),)),
    "cnn.best_convnet": Homework(
        lambda images: channels_first(images / SPREAD),
        _best_convnet,
        bonuses=((0.04, 1.0), (0.08, 1.0)),
    ),
    "transfer.best_transfer": Homework(
        _prepared, _best_transfer, bonuses=((0.03, 1.0), (0.06, 1.0)), hidden=FEWER_IMAGES["hidden"], as_bytes=True
    ),
}


def accuracies(homework, dataset, seeds):
    """Accuracies (seeds, DRAWS) of the reference on hidden images."""
    data = load_images(dataset)
    preprocess = homework.preprocess(data.X_train)
    X, source, measured = preprocess(data.X_train), ImageSource(dataset), []
    for seed in progress(range(seeds), f"{dataset} seeds"):
        model = homework.train(X, data.y_train, seed)
        hidden = (source.draw(1_000 + DRAWS * seed + draw, homework.hidden) for draw in range(DRAWS))
        measured.append([model.accuracy(preprocess(images), labels) for images, labels in hidden])
    return np.array(measured)


def bands(homework, dataset, measured):
    """The table's entry for one data set, from measured accuracies."""
    mean, deviation = float(measured.mean()), float(measured.std(ddof=1))
    calibrated = math.floor(100 * (mean - MARGIN * deviation)) / 100
    steps = [(calibrated + above, points) for above, points in homework.bonuses]
    full, *bonuses = homework.agreed.get(dataset, (calibrated, *steps))
    return {
        "bands": [
            {"accuracy": round(full - 0.05, 2), "share": 0.5},
            {"accuracy": full, "share": 0.5},
            *({"accuracy": round(accuracy, 2), "share": 0.0, "bonus": points} for accuracy, points in bonuses),
        ],
        "measured": {
            "mean": round(mean, 4),
            "standard_deviation": round(deviation, 4),
            "lowest": round(float(measured.min()), 4),
            "gradings": int(measured.size),
            "seeds": len(measured),
            "hidden_images": homework.hidden,
            "expected_false_fails": float(f"{NormalDist(mean, deviation).cdf(full):.1e}"),
        },
    }


def main(arguments=None):
    """Measure and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.thresholds", description=__doc__.split("\n")[0])
    parser.add_argument("--checks", nargs="+", choices=HOMEWORKS, default=list(HOMEWORKS))
    parser.add_argument("--seeds", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--only", nargs="+", choices=["shapes10", "cifar10"], default=["shapes10", "cifar10"])
    given = parser.parse_args(arguments)
    for check in given.checks:
        for dataset in given.only:
            entry = bands(HOMEWORKS[check], dataset, accuracies(HOMEWORKS[check], dataset, given.seeds))
            table = json.loads(THRESHOLDS.read_text(encoding="utf-8")) if THRESHOLDS.is_file() else {}
            table.setdefault(check, {})[dataset] = entry
            THRESHOLDS.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
            print(f"{check} on {dataset}: {json.dumps(entry)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
