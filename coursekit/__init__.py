"""What notebooks, book and grader share: the two data sets, preprocessing, plots and progress bars.

Start with `load_images()`; `coursekit.plots` draws, and is loaded only where it is imported.
"""

from coursekit.bars import progress
from coursekit.blocks import in_blocks
from coursekit.cifar10 import cifar10_folder
from coursekit.data import DataUnavailable, ImageData, dataset_name, load_images
from coursekit.earlier import EarlierWorkMissing, earlier
from coursekit.preprocess import add_bias_column, channels_first, flatten, mean_image, scale, standardise

__all__ = [
    "DataUnavailable",
    "EarlierWorkMissing",
    "ImageData",
    "add_bias_column",
    "channels_first",
    "cifar10_folder",
    "dataset_name",
    "earlier",
    "flatten",
    "in_blocks",
    "load_images",
    "mean_image",
    "progress",
    "scale",
    "standardise",
]
