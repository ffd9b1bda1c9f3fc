"""Well-known mistakes in preparing images for a pretrained net."""

import numpy as np
import torch
from torch.nn import functional

from coursekit.backbones import IMAGENET_MEAN, IMAGENET_STD

KNOWN = "known mistake"


def _first(images):
    return torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float64))


def _column(values):
    return torch.as_tensor(values, dtype=torch.float64)[:, None, None]


def _enlarged(tensor, size, **how):
    if tensor.shape[2:] == (size, size):
        return tensor
    how = how or {"mode": "bilinear", "align_corners": False}
    return functional.interpolate(tensor, (size, size), **how)


def _way(*, given=_first, scaled=lambda x: x / 255, standard=lambda x, m, s: (x - m) / s, **how):
    """Prepared images, one thing or another done in a wrong way."""

    def run(images, size, mean, std):
        enlarged = _enlarged(scaled(given(images)), size, **how)
        return standard(enlarged, _column(mean), _column(std)).numpy()

    return run


def _own(images, size, mean, std):
    x = _enlarged(_first(images) / 255, size)
    return ((x - x.mean(dim=(0, 2, 3), keepdim=True)) / x.std(dim=(0, 2, 3), keepdim=True, unbiased=False)).numpy()


def _own_before(images, size, mean, std):
    x = _first(images) / 255
    x = (x - x.mean(dim=(0, 2, 3), keepdim=True)) / x.std(dim=(0, 2, 3), keepdim=True, unbiased=False)
    return _enlarged(x, size).numpy()


def _rounded_way(images, size, mean, std):
    x = _enlarged(_first(images), size).round() / 255
    return ((x - _column(mean)) / _column(std)).numpy()


def _standardised_by(axes):
    """Mean and standard deviation of the images themselves, over `axes`, as PyTorch's `std` takes it."""

    def run(images, size, mean, std):
        x = _enlarged(_first(images) / 255, size)
        return ((x - x.mean(dim=axes, keepdim=True)) / x.std(dim=axes, keepdim=True)).numpy()

    return run


def _filled(mode):
    """Filled up on the right and below, where it should be enlarged."""

    def run(images, size, mean, std):
        x = _first(images).numpy() / 255
        grown = np.pad(x, ((0, 0), (0, 0), *((0, size - n) for n in x.shape[2:])), mode)
        return ((torch.from_numpy(grown) - _column(mean)) / _column(std)).numpy()

    return run


def _as_bytes(images, size, mean, std):
    """Enlarged as bytes, as PyTorch rounds them."""
    bytes_ = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
    return ((_enlarged(bytes_, size).double() / 255 - _column(mean)) / _column(std)).numpy()


def _in_two_steps(images, size, mean, std):
    twice = functional.interpolate(_first(images) / 255, scale_factor=2, mode="bilinear")
    return ((_enlarged(twice, size) - _column(mean)) / _column(std)).numpy()


def _whole_division(images, size, mean, std):
    return ((_enlarged(_first(images) // 255, size) - _column(mean)) / _column(std)).numpy()


def _not_enlarged(images, size, mean, std):
    return ((_first(images) / 255 - _column(mean)) / _column(std)).numpy()


def _colours_last(images, size, mean, std):
    return _way()(images, size, mean, std).transpose(0, 2, 3, 1)


_IMAGENET = [_column(values) for values in (IMAGENET_MEAN, IMAGENET_STD)]
_PREPARED = [
    (KNOWN, "Bytes are not divided by 255: mean and std are those of numbers between 0 and 1.",
     _way(scaled=lambda x: x)),
    (KNOWN, "It is divided by 255 twice.", _way(scaled=lambda x: x / 255**2)),
    (KNOWN, "It is divided by 256; the largest byte is 255.", _way(scaled=lambda x: x / 256)),
    (KNOWN, "Division in whole numbers leaves 0 and 1 only: divide floats.", _whole_division),
    (KNOWN, "Nothing is subtracted and nothing divided: mean and std are not used.", _way(standard=lambda x, m, s: x)),
    (KNOWN, "The mean is not subtracted.", _way(standard=lambda x, m, s: x / s)),
    (KNOWN, "It is not divided by the standard deviation.", _way(standard=lambda x, m, s: x - m)),
    (KNOWN, "It is multiplied by the standard deviation.", _way(standard=lambda x, m, s: (x - m) * s)),
    (KNOWN, "The mean is added.", _way(standard=lambda x, m, s: (x + m) / s)),
    (KNOWN, "It is divided by the square root of std, which is a standard deviation already.",
     _way(standard=lambda x, m, s: (x - m) / s**0.5)),
    (KNOWN, "It is divided by the square of std: std is a standard deviation already.",
     _way(standard=lambda x, m, s: (x - m) / s**2)),
    (KNOWN, "Mean and standard deviation have changed places.", _way(standard=lambda x, m, s: (x - s) / m)),
    (KNOWN, "It is divided before the mean is subtracted: subtract first.", _way(standard=lambda x, m, s: x / s - m)),
    (KNOWN, "The numbers of red stand for all three colours.", _way(standard=lambda x, m, s: (x - m[0]) / s[0])),
    (KNOWN, "One mean and one std stand for all three colours; each has its own.",
     _way(standard=lambda x, m, s: (x - m.mean()) / s.mean())),
    (KNOWN, "Red and blue have changed places in mean and std.",
     _way(standard=lambda x, m, s: (x - m.flip(0)) / s.flip(0))),
    (KNOWN, "Red and blue have changed places in the images.",
     _way(given=lambda images: _first(images[..., ::-1].copy()))),
    (KNOWN, "These are ImageNet's mean and standard deviation: take those that were handed over.",
     _way(standard=lambda x, m, s: (x - _IMAGENET[0]) / _IMAGENET[1])),
    (KNOWN, "Mean and standard deviation are those of these images; take those of the net.", _own),
    (KNOWN, "Mean and standard deviation are those of these images; take those of the net.", _own_before),
    (KNOWN, "Images go from -1 to 1: mean and std are not used.", _way(standard=lambda x, m, s: 2 * x - 1)),
    (KNOWN, "Height and width have changed places.",
     _way(given=lambda images: torch.from_numpy(images.transpose(0, 3, 2, 1).astype(np.float64)))),
    (KNOWN, "The axis of colours is not moved but read anew: reshape keeps the order of numbers; it takes a transpose.",
     _way(given=lambda images: torch.from_numpy(
         images.reshape(len(images), 3, *images.shape[1:3]).astype(np.float64)))),
    (KNOWN, "The axis of colours stands last; it should come right behind that of the images.", _colours_last),
    (KNOWN, "Images keep the size they came with: `size` is not used.", _not_enlarged),
    (KNOWN, "Images are turned upside down.", _way(given=lambda images: _first(images[:, ::-1].copy()))),
    (KNOWN, "Images are mirrored.", _way(given=lambda images: _first(images[:, :, ::-1].copy()))),
    (KNOWN, "Pixels are repeated (nearest); it should be bilinear.", _way(mode="nearest")),
    (KNOWN, "Enlarged with `align_corners=True`: the outermost pixels are then points on the border, not areas.",
     _way(mode="bilinear", align_corners=True)),
    (KNOWN, "Enlarged bicubically; it should be bilinear.", _way(mode="bicubic", align_corners=False)),
    (KNOWN, "It is divided by 254; the largest byte is 255.", _way(scaled=lambda x: x / 254)),
    (KNOWN, "Only the mean is divided by the standard deviation: brackets are missing around the difference.",
     _way(standard=lambda x, m, s: x - m / s)),
    (KNOWN, "Red and blue have changed places in the mean alone.", _way(standard=lambda x, m, s: (x - m.flip(0)) / s)),
    (KNOWN, "Red and blue have changed places in std alone.", _way(standard=lambda x, m, s: (x - m) / s.flip(0))),
    (KNOWN, "Mean and standard deviation are those of each image; take those of the net.", _standardised_by((2, 3))),
    (KNOWN, "Mean and standard deviation are those of each row of pixels; take those of the net.",
     _standardised_by((3,))),
    (KNOWN, "Images are standardised twice.", _way(standard=lambda x, m, s: ((x - m) / s - m) / s)),
    (KNOWN, "Axes are reversed and then read anew: reshape keeps the order of numbers; it takes a transpose.",
     _way(given=lambda images: torch.from_numpy(
         images.T.reshape(len(images), 3, *images.shape[1:3]).astype(np.float64)))),
    (KNOWN, "Images are turned by a quarter.",
     _way(given=lambda images: _first(np.rot90(images, axes=(1, 2)).copy()))),
    (KNOWN, "Images are filled up with black; they should be enlarged.", _filled("constant")),
    (KNOWN, "Images are filled up with their border; they should be enlarged.", _filled("edge")),
    (KNOWN, "Pixels are repeated (nearest-exact); it should be bilinear.", _way(mode="nearest-exact")),
    (KNOWN, "Enlarged bicubically, and with `align_corners=True`; it should be bilinear.",
     _way(mode="bicubic", align_corners=True)),
    (KNOWN, "Each pixel is the mean of an area; it should be bilinear.", _way(mode="area")),
    (KNOWN, "Images are enlarged twice over: each time they get more blurred.", _in_two_steps),
    (KNOWN, "Enlarged images are rounded to whole bytes: make floats of them first.", _as_bytes),
    (KNOWN, "Enlarged images are rounded to whole bytes: make floats of them first.", _rounded_way),
]  # fmt: skip


MISTAKES = {"prepared": _PREPARED}
