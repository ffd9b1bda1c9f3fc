"""The convolution chapter's studies on CIFAR-10: S1's convnets, S2's experiments, S4's two-layer convnet.

    python -m benchmarks.studies.cnn [--only NAME ...] [--quick] [--again] [--force] [--out FOLDER]

Each study writes one JSON to `book/results/cnn/`, where the book reads it. Arrays and tensors are float32. A study that
was killed goes on from the checkpoints in `build/checkpoints/cnn/` when it is started again.
"""

import functools
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.studies import record, run
from coursekit import channels_first, mean_image, progress, scale
from coursekit.tensors import Standardise, batches
from coursekit.train import Training, curves, fit, folder, log
from coursekit.train.choices import make_optimiser, make_schedule
from solutions import cnn

CHECKPOINTS = Path("build") / "checkpoints" / "cnn"
STANDARDISED = "bytes / 255, less the mean and divided by the standard deviation of each channel"
CENTRED = "bytes / 255, mean training image subtracted"
CHECKED = 5000  # training images on which accuracy is measured after every epoch
PLAIN = {"schedule": "constant", "weight_decay": 0.0}
ONE_CYCLE = PLAIN | {"optimiser": "adamw", "schedule": "one-cycle", "batch_size": 128, "dropout": 0.5}
SGD = PLAIN | {"optimiser": "sgd", "momentum": 0.9, "batch_size": 32}
TERMINAL = {  # what stands behind `python -m coursekit.train`
    "softmax classifier": "--model softmax-net --optimiser sgd --learning-rate 0.001",
    "two-layer net": "--model two-layer-net --set hidden=200 --schedule cosine --weight-decay 0.1",
    "convnet a)": "--model convnet-a --learning-rate 0.003 --schedule one-cycle",
    "free experiment": "--model regularised-convnet-c --set batchnorm=True --schedule one-cycle --learning-rate 0.003"
    " --shift 2",
}


def _net(settings, seed):
    """The net that the settings name, with weights drawn from the seed: PyTorch's, or He's and zero biases."""
    torch.manual_seed(seed)
    given = {key: settings[key] for key in ("dropout", "batchnorm") if key in settings}
    net = getattr(cnn, settings["net"])(**given)
    if "dropout_behind_pooling" in settings:
        net = _dropping_behind_pooling(net, settings["dropout_behind_pooling"])
    if settings.get("initialiser") == "he":
        _start_from_he(net)
    return net.to(memory_format=torch.channels_last)


def _dropping_behind_pooling(net, p):
    """The same layers, with dropout behind each pooling."""
    layers = []
    for layer in net:
        layers.append(layer)
        if isinstance(layer, torch.nn.MaxPool2d):
            layers.append(torch.nn.Dropout(p))
    return torch.nn.Sequential(*layers)


def _start_from_he(net):
    """Draw all weights as He does; biases are zero."""
    for layer in net.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            torch.nn.init.kaiming_normal_(layer.weight)
            torch.nn.init.zeros_(layer.bias)


def train(name, data, settings, seed):
    """Train one net and measure it.

    Parameters
    ----------
    name : str
        Of its checkpoint.
    data : coursekit.ImageData
    settings : dict
        "net", a function of `solutions.cnn`, and its arguments; "dropout_behind_pooling", more of it; "initialiser",
        "he" unless PyTorch's; "optimiser", "learning_rate", "weight_decay", for SGD "momentum", "schedule",
        "batch_size", "epochs"; "shift", the most pixels of augmentation; "patience", "min_delta" of early stopping.
    seed : int

    Returns
    -------
    dict
        Settings, seed, parameters, epochs, seconds, accuracies, curves by epoch, and the test images' confusions.
    """
    prepare = Standardise.of(data.X_train)
    sets = {split: (prepare(getattr(data, f"X_{split}")), getattr(data, f"y_{split}")) for split in run.SPLITS}
    net = _net(settings, seed)
    return fitted(CHECKPOINTS / f"{name}.pt", net, make_optimiser(net, settings), sets, settings, seed)


def fitted(checkpoint, net, optimiser, sets, settings, seed, measured=500):
    """Train a net as the settings say, and measure it with its best weights; go on from the checkpoint if there is one.

    Parameters
    ----------
    checkpoint : Path
        Gone when all is done; its name is printed with every epoch.
    sets : dict of str to (tensor, labels)
        "train", "val" and "test".
    settings, seed
        As `train` takes them.
    measured : int
        Images at a time when the net is measured.

    Returns
    -------
    dict
        As `train` gives it, with the parameters that are trained.
    """
    shuffling, changing = (torch.Generator().manual_seed(10 * seed + k) for k in (1, 2))
    steps = settings["epochs"] * math.ceil(len(sets["train"][1]) / settings["batch_size"])
    training = Training(
        net,
        optimiser,
        train=batches(*sets["train"], settings["batch_size"], shuffling),
        val=batches(*sets["val"], measured),
        check=batches(*(part[:CHECKED] for part in sets["train"]), measured),
        train_epoch=cnn.train_epoch,
        evaluate=cnn.evaluate,
        augment=functools.partial(cnn.augmented, generator=changing, shift=settings["shift"])
        if "shift" in settings
        else None,
        schedule=make_schedule(optimiser, settings["schedule"], steps),
        stopping=cnn.EarlyStopping(settings["patience"], settings["min_delta"]) if "patience" in settings else None,
        generators=(shuffling, changing),
    )
    history = fit(training, settings["epochs"], checkpoint, each=functools.partial(told, checkpoint.stem))
    model = cnn.Classifier(net, batch_size=measured)
    result = {
        "settings": settings,
        "seed": seed,
        "parameters": sum(cnn.parameter_counts(net).values()),
        "epochs": len(history["val_accuracy"]),
        "best_epoch": 1 + int(np.argmax(history["val_accuracy"])),
        "seconds": training.seconds,
    }
    result |= {f"{split}_accuracy": model.accuracy(*sets[split]) for split in run.SPLITS}
    confusions = np.zeros((10, 10), dtype=int)
    np.add.at(confusions, (sets["test"][1], model.predict(sets["test"][0])), 1)
    checkpoint.unlink(missing_ok=True)
    return result | {"curves": history, "confusions": confusions}


def told(name, epoch, row):
    """Print what an epoch of the net `name` has brought."""
    print(f"{name}, epoch {epoch}: " + ", ".join(f"{key} {value:.4g}" for key, value in row.items()), flush=True)


def _study(name, size, source, choices, train_images=45_000, val_images=5_000, seeds=1):
    data = size.data(train=train_images, val=val_images)
    about = f"{STANDARDISED}; training images also mirrored and shifted where a run says so"
    runs = []
    for k, settings in enumerate(progress(choices[: size.count(len(choices))], "nets")):
        settings = settings | ({"epochs": min(2, settings["epochs"])} if size.quick else {})
        quick = "quick-" * size.quick
        for seed in range(size.count(seeds)):
            net = functools.partial(train, f"{quick}{name}-{k}-{seed}")
            runs.append(size.once(net, data, settings, seed))
    return {"source": source, "runs": runs, "data": record.data_provenance(data, about)}


def convnets(size):
    """S1's convnets a), b) and c): 24,442, 1,626,442 and 890,410 parameters."""
    reached = {"a": 0.608, "b": 0.702, "c": 0.768}
    choices = [
        ONE_CYCLE | {"net": "convnet_a", "learning_rate": 0.005, "epochs": 12},
        ONE_CYCLE | {"net": "convnet_c", "learning_rate": 0.002, "epochs": 19, "weight_decay": 0.1},
        ONE_CYCLE | {"net": "convnet_b", "learning_rate": 0.002, "epochs": 10, "weight_decay": 0.15},
    ]
    source = {"name": "S1", "test_accuracy": reached, "epochs": {"a": 9, "b": 10, "c": 19}}
    return _study("convnets", size, source, choices)


def augmentation(size):
    """S1's d), which was stopped in its third epoch: c) with images mirrored and shifted, trained to the end."""
    settings = {"learning_rate": 0.002, "weight_decay": 0.02, "dropout": 0.25, "epochs": 60, "shift": 3}
    choices = [ONE_CYCLE | {"net": "convnet_c"} | settings]
    return _study("augmentation", size, {"name": "S1", "val_accuracy": 0.72, "about": "stopped in epoch 3"}, choices)


def early_stopping(size):
    """S1's rule on its nets: Adam at a constant rate until five epochs in a row bring less than one point."""
    base = PLAIN | {"optimiser": "adamw", "learning_rate": 0.001, "batch_size": 128, "dropout": 0.5}
    base |= {"epochs": 40, "patience": 5, "min_delta": 0.01}
    choices = [
        base | {"net": "convnet_a"},  # its only dropout is behind the pooling already
        base | {"net": "convnet_b", "dropout_behind_pooling": 0.5},
        base | {"net": "convnet_c", "dropout_behind_pooling": 0.25},
    ]
    source = {"name": "S1", "test_accuracy": {"a": 0.608, "b": 0.702, "c": 0.768}, "epochs": {"a": 9, "b": 10, "c": 19}}
    return _study("early_stopping", size, source, choices)


def dense(size):
    """S2's dense net 2048-1024-512-256-10, three epochs of SGD in batches of 32 (S2: ten)."""
    choices = [SGD | {"net": "dense_net", "learning_rate": 0.01, "schedule": "cosine", "epochs": 3}]
    return _study("dense", size, {"name": "S2", "test_accuracy": 0.498, "train_accuracy": 0.564}, choices)


def batch_size(size):
    """S2's table: c) without dropout after one epoch of SGD in batches of 1, 32, 100 and 1,000.

    First with one learning rate for all, as in S2, from PyTorch's first weights and from He's; then with one that grows
    with the batch.
    """
    base = SGD | {"net": "convnet_c", "dropout": 0.0, "momentum": 0.0, "epochs": 1}
    choices = [
        base | {"batch_size": n, "learning_rate": 0.01} | first
        for first in ({}, {"initialiser": "he"})
        for n in (1, 32, 100, 1000)
    ]
    choices += [
        base | {"batch_size": n, "learning_rate": rate, "momentum": 0.9} for n, rate in ((32, 0.01), (1000, 0.05))
    ]
    source = {
        "name": "S2",
        "val_accuracy": {"1": 0.492, "32": 0.313, "100": 0.208, "1000": 0.117},
        "seconds": {"1": 354},
    }
    return _study("batch_size", size, source, choices, train_images=37_500, val_images=12_500)


def regularisation(size):
    """S2's c): as it is, with dropout .25 in three places, and with batch norm in front of each, too; SGD."""
    base = SGD | {"learning_rate": 0.01, "epochs": 10}
    choices = [
        base | {"net": "convnet_c", "dropout": 0.0},
        base | {"net": "regularised_convnet_c", "dropout": 0.25},
        base | {"net": "regularised_convnet_c", "dropout": 0.25, "batchnorm": True},
    ]
    source = {
        "name": "S2",
        "val_accuracy": {"plain": 0.636, "dropout": 0.621, "batch norm": 0.640},
        "train_accuracy": {"plain": 0.706, "batch norm": 0.734},
        "epochs": 10,
    }
    return _study("regularisation", size, source, choices, train_images=37_500, val_images=12_500)


def from_terminal(size):
    """S4's use of a training command: a softmax classifier, a two-layer net, a convnet and a free experiment.

    Each is one call of `python -m coursekit.train`, and what is recorded is read from the folder that it leaves.
    """
    data, runs = size.data(train=45_000, val=5_000), []
    call = functools.partial(_from_terminal, epochs=2 if size.quick else 10)
    for net, command in progress(list(TERMINAL.items())[: size.count(len(TERMINAL))], "commands"):
        runs.append(size.once(call, data, {"net": net, "command": command}, 0))
    return {"source": {"name": "S4"}, "runs": runs, "data": record.data_provenance(data, STANDARDISED)}


def _from_terminal(data, settings, seed, epochs):
    images = {"data": data.name, "train": len(data.y_train), "val": len(data.y_val)}
    asked = {"epochs": epochs, "seed": seed, "from": "solutions.cnn", "threads": torch.get_num_threads()}
    with tempfile.TemporaryDirectory(prefix="syg-terminal-") as base:
        out = Path(base) / "run"
        added = [word for key, value in (images | asked | {"out": out}).items() for word in (f"--{key}", str(value))]
        command = [sys.executable, "-m", "coursekit.train", *settings["command"].split(), *added]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        said = json.loads((out / folder.RESULT).read_text(encoding="utf-8"))
        history = log.read_log(out / curves.LOG)
    best = said["best_epoch"] - 1
    result = {"settings": settings, "seed": seed}
    result |= {key: said[key] for key in ("seconds", "epochs", "best_epoch", "test_accuracy")}
    result |= {f"{split}_accuracy": history[f"{split}_accuracy"][best] for split in ("train", "val")}
    return result | {"curves": {name: history[name] for name in log.HISTORY}}


def by_hand(size):
    """S4's two-layer convnet, in NumPy alone: one epoch, and its filters."""
    data, runs = size.data(train=45_000, val=5_000), []
    mean = mean_image(scale(data.X_train))
    sets = {
        split: (channels_first(scale(getattr(data, f"X_{split}")) - mean), getattr(data, f"y_{split}"))
        for split in run.SPLITS
    }
    settings = {"filters": 32, "filter_size": 7, "reg": 0.001}
    training = {"epochs": 1, "batch_size": 50, "learning_rate": 1e-3}
    for seed in range(size.count(3)):
        runs.append(size.once(_two_layer_convnet, sets, {"net": settings, "training": training}, seed))
    filters = [run_.pop("filters") for run_ in runs][-1]
    source = {"name": "S4", "val_accuracy": 0.507}
    return {"source": source, "runs": runs, "filters": filters, "data": record.data_provenance(data, CENTRED)}


def _two_layer_convnet(sets, settings, seed):
    net = cnn.TwoLayerConvNet(**settings["net"], seed=seed)
    start = time.perf_counter()
    history = net.train(*sets["train"], *sets["val"], seed=seed, **settings["training"])
    seconds = time.perf_counter() - start
    result = {"settings": settings["net"] | settings["training"], "seed": seed, "seconds": seconds}
    result |= {"parameters": sum(value.size for value in net.params.values())}
    result |= {f"{split}_accuracy": net.accuracy(*sets[split]) for split in run.SPLITS}
    result |= {"curves": {"loss": np.reshape(history["loss"], (-1, 10)).mean(axis=1)}}
    return result | {"filters": np.round(net.params["W1"].astype(float), 4)}


PACKAGES = ("numpy", "torch")
STUDIES = {
    study.__name__: study
    for study in (by_hand, from_terminal, convnets, early_stopping, dense, batch_size, regularisation, augmentation)
}


def main(arguments=None):
    """Run the studies; returns the exit code."""
    return run.main("cnn", STUDIES, arguments, packages=PACKAGES)


if __name__ == "__main__":
    sys.exit(main())
