"""From images to what a net in PyTorch takes in: standardised tensors, and batches of them.

Goes in: images (N, 32, 32, 3), bytes. Comes out: float32 tensors (N, 3, 32, 32), and loaders of batches.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, SequentialSampler, TensorDataset

from coursekit.preprocess import channels_first, scale


@dataclass(frozen=True)
class Standardise:
    """Subtracts a mean from every channel and divides by a standard deviation: call it with images.

    Attributes
    ----------
    mean, std : float32 arrays (3,)
        Of the training images' channels, scaled to between 0 and 1.
    """

    mean: np.ndarray
    std: np.ndarray

    @classmethod
    def of(cls, images):
        """Mean and standard deviation of training images, uint8 (N, H, W, 3)."""
        scaled = scale(images)
        mean = np.asarray(scaled.mean(axis=(0, 1, 2), dtype=np.float64), dtype=np.float32)
        std = np.asarray(scaled.std(axis=(0, 1, 2), dtype=np.float64), dtype=np.float32)
        return cls(mean, np.where(std > 0, std, np.float32(1)))

    def __call__(self, images):
        """Images uint8 (N, H, W, 3) as a float32 tensor (N, 3, H, W)."""
        return torch.from_numpy(channels_first((scale(images) - self.mean) / self.std))


def batches(images, labels, batch_size, generator=None):
    """A loader of batches; the last one may be smaller.

    Parameters
    ----------
    images : tensor (N, C, H, W)
    labels : integers (N,), array or tensor
    batch_size : int
    generator : torch.Generator, optional
        Shuffles anew in every epoch; without it, the order stays.

    Returns
    -------
    torch.utils.data.DataLoader
        Of pairs of tensors (N, C, H, W) and (N,).
    """
    data = TensorDataset(images, torch.as_tensor(labels))
    order = SequentialSampler(data) if generator is None else RandomSampler(data, generator=generator)
    # Whole batches are cut out of the tensors at once, which is many times as fast as image by image.
    return DataLoader(data, sampler=BatchSampler(order, batch_size, drop_last=False), batch_size=None)
