"""The transfer chapter's studies on CIFAR-10: how far features of ImageNet carry, and how many labels they save.

    python -m benchmarks.studies.transfer [--only NAME ...] [--quick] [--again] [--force] [--out FOLDER]

Each study writes one JSON to `book/results/transfer/`, where the book reads it. Features are kept in
`build/features/` and checkpoints in `build/checkpoints/transfer/`: a study that was killed goes on where it was.
"""

import functools
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.studies import record, run
from benchmarks.studies.cnn import fitted
from coursekit import flatten, progress, scale
from coursekit.backbones import IMAGENET_MEAN, IMAGENET_STD, load_backbone
from coursekit.features import cached_features
from coursekit.tensors import Standardise, batches
from coursekit.train.choices import make_schedule
from solutions.cnn import Classifier, augmented, convnet_c, train_epoch
from solutions.transfer import (
    TransferNet,
    extract_features,
    freeze,
    parameter_groups,
    preprocess,
    train_probe,
    unfreeze_top,
)

CHECKPOINTS, FEATURES = Path("build") / "checkpoints" / "transfer", Path("build") / "features"
BACKBONE, SIZE = "efficientnet-lite0", 128  # pixels to which images are enlarged
PER_CLASS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4500)
REGS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
SOURCE = {"name": "S2", "val_accuracy": 0.567, "about": "VGG16, frozen, ten epochs of 650 to 825 seconds"}


def features_of(data, size, name=BACKBONE):
    """Features of all images of a data set, by split, and the seconds that it took if none were on disk."""
    backbone = load_backbone(name).to(memory_format=torch.channels_last)  # the faster order on processors
    prepare = functools.partial(preprocess, size=size, mean=backbone.mean, std=backbone.std)

    def extract(images):
        return extract_features(backbone, prepare(images), batch_size=50)

    start = time.perf_counter()
    sets = {}
    for split in run.SPLITS:
        images = getattr(data, f"X_{split}")
        sets[split] = (
            cached_features(extract, images, f"{name} imagenet {size}", FEATURES, split),
            getattr(data, f"y_{split}"),
        )
    return sets, time.perf_counter() - start


def features_of_stages(data, size, stages, name=BACKBONE):
    """Features of all images, by split: means and spreads over all places of what several stages give, side by side.

    Of every image and its mirror image the mean is taken. The backbone computes in bfloat16, which is two and a half
    times as fast where a processor has it. Second comes how many seconds an image takes, with its mirror image.
    """
    backbone = load_backbone(name).to(memory_format=torch.channels_last)
    prepare = functools.partial(preprocess, size=size, mean=backbone.mean, std=backbone.std)
    speeds = []

    def pooled(batch):
        found = []
        for stage in backbone.stages:
            batch = stage(batch)
            std, mean = torch.std_mean(batch.float(), dim=(2, 3), correction=0)
            found.append(torch.cat([mean, std], dim=1))
        return torch.cat([found[number] for number in stages], dim=1)

    def extract(images):
        start, prepared = time.perf_counter(), prepare(images).to(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            features = torch.cat([pooled(batch) for batch in prepared.split(50)]).numpy()
        speeds.append((time.perf_counter() - start) / len(images))
        return features

    key, sets = f"{name} imagenet {size} bfloat16 mean, std of stages {stages}", {}
    for split in run.SPLITS:
        images = getattr(data, f"X_{split}")
        both = [cached_features(extract, way, key, FEATURES, split) for way in (images, images[:, :, ::-1])]
        sets[split] = np.mean(both, axis=0), getattr(data, f"y_{split}")
    return sets, 2 * float(np.mean(speeds)) if speeds else None


def some_of_each(y, per_class, rng):
    """Indices of so many examples of every class, or of all it has."""
    return np.concatenate([rng.permutation(np.flatnonzero(y == k))[:per_class] for k in np.unique(y)])


def accuracy(layer, X, y):
    """Share of right classes that a linear layer gives to features."""
    with torch.no_grad():
        return float((layer(torch.as_tensor(X)).argmax(dim=1).numpy() == y).mean())


def tuned_probe(X, y, rng, classes=10):
    """A probe whose regularisation was chosen on a fifth of its own images; with one image per class, the middle one.

    Returns
    -------
    layer : nn.Linear
    reg : float
    """
    held = np.concatenate([rng.permutation(np.flatnonzero(y == k))[: np.sum(y == k) // 5] for k in np.unique(y)])
    if len(held) == 0:
        reg = REGS[len(REGS) // 2]
    else:
        rest = np.setdiff1d(np.arange(len(y)), held)

        def loss(reg):
            layer = train_probe(X[rest], y[rest], classes, reg)
            with torch.no_grad():
                return functional.cross_entropy(layer(torch.as_tensor(X[held])), torch.as_tensor(y[held])).item()

        reg = min(REGS, key=loss)
    return train_probe(X, y, classes, reg), reg


def labels(size):
    """Test accuracy of a linear probe against labelled images per class: on pixels, and on features of ImageNet.

    Regularisation is chosen on a fifth of the labelled images, so no other label is used.
    """
    data = size.data(train=45_000, val=5_000)
    sets, seconds = features_of(data, 32 if size.quick else SIZE)
    pixels = {split: (flatten(scale(getattr(data, f"X_{split}"))), sets[split][1]) for split in run.SPLITS}
    counts = (1, 5) if size.quick else PER_CLASS
    runs = []
    for per_class in progress(counts, "images per class"):
        for kind, inputs in (("pixels", pixels), ("features", sets)):
            for seed in range(size.count(3 if per_class < 2000 else 1)):
                runs.append(size.once(_probed, inputs, {"inputs": kind, "per_class": per_class}, seed))
    return {
        "source": SOURCE,
        "backbone": {"name": BACKBONE, "size": 32 if size.quick else SIZE, "extraction_seconds": seconds},
        "runs": runs,
        "data": record.data_provenance(data, "bytes enlarged, 127 subtracted, divided by 128"),
    }


def _probed(sets, settings, seed):
    (X, y), rng = sets["train"], np.random.default_rng(seed)
    chosen = some_of_each(y, settings["per_class"], rng)
    start = time.perf_counter()
    layer, reg = tuned_probe(X[chosen], y[chosen], rng)
    result = {"settings": settings | {"reg": reg}, "seed": seed}
    result |= {"seconds": time.perf_counter() - start, "images": len(chosen)}
    return result | {f"{split}_accuracy": accuracy(layer, *sets[split]) for split in run.SPLITS[1:]}


def all_labels(size):
    """Test accuracy of a linear probe with all labels, on means and spreads of what several frozen stages give.

    Regularisation is chosen on validation images.
    """
    data = size.data(train=45_000, val=5_000)
    settings = {"size": 32, "stages": (7, 8)} if size.quick else {"size": 192, "stages": (3, 4, 5, 6, 7, 8)}
    sets, seconds = features_of_stages(data, **settings)
    runs = []
    for reg in progress(REGS[3:], "regularisations"):
        runs.append(size.once(_probed_with_all, sets, settings | {"reg": reg}, 0))
    return {
        "source": SOURCE,
        "backbone": {"name": BACKBONE, "precision": "bfloat16", "seconds_per_image": seconds},
        "runs": sorted(runs, key=lambda found: -found["val_accuracy"]),
        "data": record.data_provenance(data, "also mirrored; bytes enlarged, 127 subtracted, divided by 128"),
    }


def _probed_with_all(sets, settings, seed):
    start = time.perf_counter()
    layer = train_probe(*sets["train"], 10, settings["reg"])
    result = {"settings": settings | {"features": layer.in_features}, "seed": seed}
    result |= {"seconds": time.perf_counter() - start, "images": len(sets["train"][1])}
    return result | {f"{split}_accuracy": accuracy(layer, *sets[split]) for split in run.SPLITS}


def preparation(size):
    """Test accuracy of a probe on 100 images of each class, for images that were prepared rightly, and wrongly.

    Besides the owners' mean and standard deviation: those of ImageNet's colours, those of one's own training images,
    none at all; other colours, another direction, and other sizes.
    """
    data = size.data(train=1000, val=500, test=2000)
    backbone = load_backbone().to(memory_format=torch.channels_last)
    scaled, usual = scale(data.X_train), 32 if size.quick else SIZE
    own = tuple(scaled.mean(axis=(0, 1, 2))), tuple(scaled.std(axis=(0, 1, 2)))
    owners, plain = (backbone.mean, backbone.std), ((0, 0, 0), (1, 1, 1))

    def forwards(images):
        return images

    ways = {
        "as it was trained": (forwards, usual, owners),
        "ImageNet's mean and standard deviation": (forwards, usual, (IMAGENET_MEAN, IMAGENET_STD)),
        "mean and standard deviation of our images": (forwards, usual, own),
        "0 to 1, nothing subtracted": (forwards, usual, plain),
        "red and blue exchanged": (lambda images: images[..., ::-1], usual, owners),
        "upside down": (lambda images: images[:, ::-1], usual, owners),
    }
    ways |= {f"{pixels} × {pixels}": (forwards, pixels, owners) for pixels in (32, 64, 96, 160, 224)}
    runs = []
    for name, (turned, pixels, (mean, std)) in progress(list(ways.items())[: size.count(len(ways))], "ways"):
        prepare = functools.partial(preprocess, size=pixels, mean=mean, std=std)
        probed = functools.partial(_prepared, backbone, turned, prepare)
        runs.append(size.once(probed, data, {"prepared": name, "size": pixels}, 0))
    return {
        "source": SOURCE,
        "backbone": {"name": BACKBONE},
        "runs": runs,
        "data": record.data_provenance(data, "as each run says"),
    }


def _prepared(backbone, turned, prepare, data, settings, seed):
    start, sets = time.perf_counter(), (data.X_train, data.X_test)
    X, X_test = (extract_features(backbone, prepare(turned(images)), batch_size=50) for images in sets)
    layer, reg = tuned_probe(X, data.y_train, np.random.default_rng(seed))
    result = {"settings": settings | {"reg": reg}, "seed": seed, "seconds": time.perf_counter() - start}
    return result | {"test_accuracy": accuracy(layer, X_test, data.y_test)}


def fine_tune(name, data, settings, seed):
    """Fine-tune the backbone with a fresh head, and measure it.

    Parameters
    ----------
    name : str
        Of its checkpoint.
    data : coursekit.ImageData
    settings : dict
        "size" in pixels; "stages" that are trained, "keep" for the statistics of frozen ones; "learning_rate" of the
        head and "decay" towards the image; "weight_decay", "schedule", "batch_size", "epochs", and "shift".
    seed : int

    Returns
    -------
    dict
        As `benchmarks.studies.cnn.fitted` gives it.
    """
    torch.manual_seed(seed)
    backbone = load_backbone()
    prepare = functools.partial(preprocess, size=32, mean=backbone.mean, std=backbone.std)  # enlarged within the net
    sets = {split: (prepare(getattr(data, f"X_{split}")), getattr(data, f"y_{split}")) for split in run.SPLITS}
    unfreeze_top(backbone, settings["stages"])
    net = TransferNet(backbone, nn.Linear(backbone.features, 10), settings["size"], settings["keep"])
    net = net.to(memory_format=torch.channels_last)
    groups = parameter_groups(net, settings["learning_rate"], settings["decay"])
    optimiser = torch.optim.AdamW(groups, weight_decay=settings["weight_decay"])
    return fitted(CHECKPOINTS / f"{name}.pt", net, optimiser, sets, settings, seed, measured=200)


def fine_tuning(size):
    """All stages of EfficientNet-Lite0 fine-tuned on CIFAR-10, a fresh head in front; rates fall towards the image."""
    data = size.data(train=45_000, val=5_000)
    settings = {"size": 96, "stages": 9, "keep": True, "learning_rate": 1.5e-3, "decay": 0.8, "weight_decay": 0.02}
    settings |= {"schedule": "one-cycle", "batch_size": 64, "epochs": 6, "shift": 4}
    settings |= {"size": 32, "epochs": 1} if size.quick else {}
    name = "quick-fine-tuning" if size.quick else "fine-tuning"
    return {
        "source": SOURCE,
        "backbone": {"name": BACKBONE},
        "runs": [size.once(functools.partial(fine_tune, name), data, settings, 0)],
        "data": record.data_provenance(
            data, "127 subtracted, divided by 128; mirrored, shifted; enlarged within the net"
        ),
    }


def _trained(net, optimiser, sets, settings, seed):
    """Test accuracy after the epochs that the settings say: one cycle of rates, images mirrored and shifted."""
    shuffling, changing = (torch.Generator().manual_seed(10 * seed + k) for k in (1, 2))
    (X, y), steps = sets["train"], settings["epochs"] * -(-len(sets["train"][1]) // settings["batch_size"])
    augment = functools.partial(augmented, generator=changing, shift=settings["shift"])
    schedule = make_schedule(optimiser, "one-cycle", steps)
    for _ in range(settings["epochs"]):
        train_epoch(net, batches(X, y, settings["batch_size"], shuffling), optimiser, augment, schedule)
    return Classifier(net, batch_size=100).accuracy(*sets["test"])


def by_labels(size):
    """Test accuracy against labelled images per class: a convnet from scratch, and a fine-tuned one.

    Net c) begins with random weights. The pretrained net begins with a probe as its head; its batch normalisation is
    frozen, as its statistics are: batches of few images would spoil them.
    """
    data = size.data(train=45_000, val=5_000)
    ways = {
        "from scratch": (_from_scratch, {10: 200, 100: 80, 1000: 20}, {"batch_size": 32, "learning_rate": 2e-3}),
        "fine-tuned": (_fine_tuned, {10: 15, 100: 6, 1000: 2}, {"batch_size": 50, "learning_rate": 5e-4}),
    }
    runs = []
    for way, (train, epochs, given) in ways.items():
        for per_class in progress([1] if size.quick else list(epochs), f"images per class, {way}"):
            settings = {"way": way, "per_class": per_class, "epochs": epochs.get(per_class, 1), "shift": 4} | given
            settings |= {"size": 32 if size.quick else 96} if way == "fine-tuned" else {}
            for seed in range(size.count(3)):
                runs.append(size.once(functools.partial(_timed, train), data, settings, seed))
    return {
        "source": SOURCE,
        "backbone": {"name": BACKBONE},
        "runs": runs,
        "data": record.data_provenance(data, "standardised; for the pretrained net 127 subtracted, divided by 128"),
    }


def _timed(train, data, settings, seed):
    start = time.perf_counter()
    result = {"settings": settings, "seed": seed, "test_accuracy": train(data, settings, seed)}
    return result | {"seconds": time.perf_counter() - start}


def _drawn_sets(data, prepare, per_class, seed):
    chosen = some_of_each(data.y_train, per_class, np.random.default_rng(seed))
    parts = {"train": (data.X_train[chosen], data.y_train[chosen]), "test": (data.X_test, data.y_test)}
    return {split: (prepare(X), y) for split, (X, y) in parts.items()}


def _from_scratch(data, settings, seed):
    sets = _drawn_sets(data, Standardise.of(data.X_train), settings["per_class"], seed)
    torch.manual_seed(seed)
    net = convnet_c(dropout=0.25)
    return _trained(net, torch.optim.Adam(net.parameters(), settings["learning_rate"]), sets, settings, seed)


def _fine_tuned(data, settings, seed):
    torch.manual_seed(seed)
    backbone = load_backbone()
    prepare = functools.partial(preprocess, size=32, mean=backbone.mean, std=backbone.std)
    sets = _drawn_sets(data, prepare, settings["per_class"], seed)
    X, y = sets["train"]
    enlarged = [
        functional.interpolate(part, (settings["size"],) * 2, mode="bilinear", align_corners=False)
        for part in X.split(500)
    ]
    features = np.concatenate([extract_features(backbone, part, 50) for part in enlarged])
    head = train_probe(features, y, 10, reg=0.01)
    for layer in backbone.modules():
        if isinstance(layer, nn.BatchNorm2d):
            freeze(layer)
    net = TransferNet(backbone, head, settings["size"]).to(memory_format=torch.channels_last)
    groups = parameter_groups(net, settings["learning_rate"], decay=0.8)
    return _trained(net, torch.optim.AdamW(groups, weight_decay=0.02), sets, settings, seed)


PACKAGES = ("numpy", "torch")
STUDIES = {study.__name__: study for study in (labels, all_labels, by_labels, preparation, fine_tuning)}


def main(arguments=None):
    """Run the studies; returns the exit code."""
    return run.main("transfer", STUDIES, arguments, packages=PACKAGES)


if __name__ == "__main__":
    sys.exit(main())
