"""Reference solutions of the homework on transfer learning.

What you find here: preprocessing as the pretrained net knows it, freezing, features, a linear probe, a small head, a
net with a head of one's own, learning rates that fall towards the image, and fine-tuning that keeps the best weights.
"""

from solutions.transfer.features import extract_features
from solutions.transfer.fine_tuning import TransferNet, parameter_groups
from solutions.transfer.freezing import freeze, keep_statistics, trainable_parameters, unfreeze_top
from solutions.transfer.preprocessing import preprocess
from solutions.transfer.probe import train_head, train_probe
from solutions.transfer.training import fine_tune

__all__ = [
    "TransferNet",
    "extract_features",
    "fine_tune",
    "freeze",
    "keep_statistics",
    "parameter_groups",
    "preprocess",
    "train_head",
    "train_probe",
    "trainable_parameters",
    "unfreeze_top",
]
