"""Test images for accuracy items: drawn from a seed, their labels never shown to the student's process.

`shapes10` images are generated afresh from the seed; CIFAR-10 images are drawn from the official test images.
"""

import functools

import numpy as np

from coursekit import load_images, shapes10


class ImageSource:
    """Labelled images of one data set.

    Parameters
    ----------
    dataset : str
        "shapes10" or "cifar10".
    """

    def __init__(self, dataset):
        self.dataset = dataset

    def draw(self, seed, n):
        """Images uint8 (n, 32, 32, 3) and labels (n,), the same for the same seed."""
        return _drawn(self.dataset, seed, n)


@functools.lru_cache(maxsize=4)
def _drawn(dataset, seed, n):
    if dataset == "shapes10":
        return shapes10.generate(n, seed)
    images, labels = _cifar10_test()
    chosen = np.random.default_rng(seed).choice(len(images), size=min(n, len(images)), replace=False)
    return images[chosen], labels[chosen]


@functools.cache
def _cifar10_test():
    data = load_images("cifar10", train=1, val=1, test=10_000, quiet=True)
    return data.X_test, data.y_test
