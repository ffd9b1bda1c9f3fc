"""Images rightly prepared, as differently as students do it. All must earn full marks without a remark."""

import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "transfer.preprocess"


@alternative(ITEM)
def permuted_and_always_interpolated(images, size, mean, std):
    if np.asarray(images).dtype != np.uint8:
        raise ValueError("bytes, please")
    x = torch.tensor(images).permute(0, 3, 1, 2).float().div(255)
    x = functional.interpolate(x, size=size, mode="bilinear", align_corners=False)
    mean, std = torch.tensor(mean).view(1, 3, 1, 1), torch.tensor(std).view(1, 3, 1, 1)
    return x.sub(mean).div(std)


@alternative(ITEM)
def standardised_before_it_is_enlarged(images, size, mean, std, mode="bilinear"):
    images = np.asarray(images)
    assert images.dtype == np.uint8, "only bytes"
    standard = (images / 255 - np.array(mean)) / np.array(std)
    tensor = torch.from_numpy(np.moveaxis(standard, 3, 1).copy())
    print(f"{len(tensor)} images of {tensor.shape[-1]} pixels")
    return functional.interpolate(tensor, (size, size), mode=mode).float()


@alternative(ITEM)
def one_factor_and_one_summand(images, size, mean, std):
    if images.dtype not in (np.uint8,):
        raise ValueError(f"{images.dtype}")
    enlarge = nn.Upsample(size=(size, size), mode="bilinear", align_corners=False)
    x = enlarge(torch.from_numpy(images).movedim(3, 1).to(torch.float32))
    factor = 1 / (255 * torch.as_tensor(std))
    summand = -torch.as_tensor(mean) / torch.as_tensor(std)
    return torch.einsum("nchw,c->nchw", x, factor) + summand.reshape(-1, 1, 1)


@alternative(ITEM)
def image_by_image_and_colour_by_colour(images, size, mean, std):
    if images.dtype != np.uint8:
        raise TypeError("These are no bytes.")
    prepared = torch.empty(len(images), 3, size, size)
    for n, image in enumerate(images):
        for c in range(3):
            plane = torch.from_numpy(image[:, :, c].astype("float32"))[None, None]
            if size != plane.shape[2] or size != plane.shape[3]:
                plane = functional.interpolate(plane, (size, size), mode="bilinear")
            prepared[n, c] = (plane[0, 0] / 255.0 - mean[c]) / std[c]
    return prepared


@alternative(ITEM)
def by_matrices(images, size, mean, std):
    """Bilinear along one axis after the other: a product with a matrix each."""
    images = np.asarray(images)
    if not np.issubdtype(images.dtype, np.uint8):
        raise ValueError("Bytes are wanted.")

    def weights(count):
        at = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
        return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(count)))

    x = np.einsum("ah,nhwc,bw->ncab", weights(images.shape[1]), images / 255.0, weights(images.shape[2]))
    x -= np.reshape(mean, (3, 1, 1))
    x /= np.reshape(std, (3, 1, 1))
    return torch.from_numpy(x).to(torch.float32)


@alternative(ITEM)
def in_place_on_a_copy(images, size, mean, std):
    if images.dtype.name != "uint8":
        raise ValueError("not bytes")
    x = torch.from_numpy(images.astype(np.float32))
    x /= 255
    for c, (m, s) in enumerate(zip(mean, std, strict=True)):
        x[..., c].sub_(m).div_(s)
    warnings.warn("large images take long", stacklevel=1)
    x = x.permute(0, 3, 1, 2).contiguous()
    return functional.interpolate(x, [size, size], mode="bilinear", antialias=True)


@alternative(ITEM)
def sampled_on_a_grid(images, size, mean, std):
    if images.dtype != np.uint8:
        raise ValueError("Only bytes are taken.")
    x = torch.as_tensor(images).double().permute(0, 3, 1, 2) / 255
    same = torch.tensor([[1.0, 0, 0], [0, 1, 0]], dtype=x.dtype).expand(len(x), 2, 3)
    grid = functional.affine_grid(same, [len(x), 3, size, size], align_corners=False)
    x = functional.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)
    normalise = nn.InstanceNorm2d(3)  # made and not used
    assert normalise.num_features == 3
    columns = [torch.tensor(numbers, dtype=torch.float64)[None, :, None, None] for numbers in (mean, std)]
    return ((x - columns[0]) / columns[1]).type(torch.FloatTensor)


@notebook(ITEM)
def helpers_and_a_module():
    class Standardise(nn.Module):
        def __init__(self, mean, std):
            super().__init__()
            self.layer = nn.Conv2d(3, 3, 1, groups=3)
            with torch.no_grad():
                self.layer.weight.copy_((1 / torch.tensor(std)).view(3, 1, 1, 1))
                self.layer.bias.copy_(-torch.tensor(mean) / torch.tensor(std))

        def forward(self, x):
            return self.layer(x)

    def to_floats(images):
        return np.stack([images[..., c] for c in range(3)], axis=1).astype(np.float32) / np.float32(255)

    def preprocess(images, size, mean, std, batch=1):
        if images.dtype != np.uint8:
            raise ValueError("Scaled already?")
        module, parts = Standardise(mean, std), []
        for start in range(0, len(images), batch):
            x = torch.from_numpy(to_floats(images[start : start + batch]))
            parts.append(module(functional.interpolate(x, (size, size), mode="bilinear")).detach())
        return torch.cat(parts)
