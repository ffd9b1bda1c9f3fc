"""Well-known mistakes in extracting features."""

import numpy as np
import torch

from autograder.student import torch_plants, transfer_plants
from solutions.cnn.mistakes.remembering import all_remembered

KNOWN = "known mistake"


def _parts(channels, seed, images, size, wanted=lambda backbone, part: backbone(part), seen=lambda images: images):
    """Features of one batch after the other, as `wanted`, of images changed by `seen`."""
    backbone = transfer_plants.little_backbone(channels, seed).double()
    images = seen(torch_plants.tensor(images).double())
    with torch.no_grad():
        return [wanted(backbone, part).numpy() for part in images.split(size)]


def _joined(join, **how):
    def run(channels, seed, images, size):
        return join(_parts(channels, seed, images, size, **how), size)

    return run


def _whole_rows(parts, size):
    return np.concatenate(parts)


def _of_all(change):
    """All features, changed in the end."""
    return _joined(lambda parts, size: change(np.concatenate(parts)))


def _probabilities(rows):
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _standardised(rows):
    return (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-8)


def _whole(parts, size):
    return np.concatenate([part for part in parts if len(part) == size] or parts[:0] or [np.zeros((0, 1))])


def _maps(backbone, part):
    for stage in backbone.stages:
        part = stage(part)
    return part


_FEATURES = [
    (KNOWN, "The last, smaller batch is missing.", _joined(_whole)),
    (KNOWN, "Only the first batch is there: does the loop return too early?", _joined(lambda parts, size: parts[0])),
    (
        KNOWN,
        "Only the last batch is there: each one overwrites the one before it.",
        _joined(lambda parts, size: parts[-1]),
    ),
    (KNOWN, "The batches stand in the wrong order.", _joined(lambda parts, size: np.concatenate(parts[::-1]))),
    (
        KNOWN,
        "Features are summed over all images; there should be a row for each.",
        _joined(lambda parts, size: np.concatenate(parts).sum(axis=0)),
    ),
    (
        KNOWN,
        "These are means over each batch; there should be a row for each image.",
        _joined(lambda parts, size: np.stack([part.mean(axis=0) for part in parts])),
    ),
    (
        KNOWN,
        "Rows are scaled to length 1; the features are wanted as they are.",
        _of_all(lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True)),
    ),
    (
        KNOWN,
        "There is a ReLU behind the backbone: features may be negative.",
        _of_all(lambda rows: np.maximum(rows, 0)),
    ),
    (KNOWN, "There is a softmax behind the backbone; the features are wanted as they are.", _of_all(_probabilities)),
    (KNOWN, "Features are standardised; they are wanted as they are.", _of_all(_standardised)),
    (
        KNOWN,
        "The images' numbers of each feature are sorted, so that rows no longer belong to images.",
        _of_all(lambda rows: np.sort(rows, axis=0)),
    ),
    (KNOWN, "Each image's features are sorted.", _of_all(lambda rows: np.sort(rows, axis=1))),
    (
        KNOWN,
        "The backbone sees images that are divided by 2; it takes them as they are.",
        _joined(_whole_rows, seen=lambda images: images / 2),
    ),
    (
        KNOWN,
        "The backbone sees images that are mirrored; it takes them as they are.",
        _joined(_whole_rows, seen=lambda images: images.flip(3)),
    ),
    (
        KNOWN,
        "These are the numbers of all places; the backbone gives their mean when it is called.",
        _joined(lambda parts, size: np.concatenate(parts).reshape(sum(map(len, parts)), -1), wanted=_maps),
    ),
    (
        KNOWN,
        "These are the largest numbers over all places; the backbone gives their mean when it is called.",
        _joined(lambda parts, size: np.concatenate(parts).max(axis=(2, 3)), wanted=_maps),
    ),
]


MISTAKES = {"features": all_remembered(_FEATURES)}
