"""Right augmentations, as different as students' are. All must earn full marks without a remark."""

import math
import warnings

import numpy as np
import torch
from torch.nn import functional

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "cnn.augmented"


@alternative(ITEM)
def image_by_image(images, generator, shift=4):
    out = torch.zeros_like(images)
    H, W = images.shape[2:]
    for k, image in enumerate(images):
        if torch.rand(1, generator=generator).item() < 0.5:
            image = torch.flip(image, dims=[2])
        down, right = torch.randint(-shift, shift + 1, (2,), generator=generator).tolist()
        top, bottom = max(0, down), min(H, H + down)
        left, end = max(0, right), min(W, W + right)
        out[k, :, top:bottom, left:end] = image[:, top - down : bottom - down, left - right : end - right]
    return out


@alternative(ITEM)
def padded_and_cropped(images, generator, shift=4):
    """Shifted first, then mirrored: the same images, equally often."""
    N, _, H, W = images.size()
    padded = functional.pad(images, [shift] * 4, mode="constant", value=0)
    crops = []
    for k in range(N):
        i, j = (int(torch.randint(2 * shift + 1, (), generator=generator)) for _ in range(2))
        crop = padded[k, :, i : i + H, j : j + W]
        crops.append(crop.flip(-1) if torch.randint(2, (1,), generator=generator) else crop)
    return torch.stack(crops)


@alternative(ITEM)
def with_gather(images, generator, shift=4, p=0.5):
    N, C, H, W = images.shape
    out = images.clone()
    mirrored = torch.bernoulli(torch.full((N,), p), generator=generator).bool()
    out[mirrored] = out[mirrored].flip(3)
    out = functional.pad(out, (shift, shift, shift, shift))
    down = torch.randint(0, 2 * shift + 1, (N, 1), generator=generator)
    right = torch.randint(0, 2 * shift + 1, (N, 1), generator=generator)
    rows = (down + torch.arange(H))[:, None, :, None].expand(N, C, H, W + 2 * shift)
    columns = (right + torch.arange(W))[:, None, None, :].expand(N, C, H, W)
    return out.gather(2, rows).gather(3, columns)


@alternative(ITEM)
def in_numpy(images, generator, shift=4):
    """A generator of NumPy is seeded by PyTorch's."""
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    pixels = images.numpy()
    out = np.zeros_like(pixels)
    H, W = pixels.shape[-2:]
    for k in range(len(pixels)):
        padded = np.pad(pixels[k], ((0, 0), (shift, shift), (shift, shift)))
        i, j = rng.integers(0, 2 * shift, 2, endpoint=True)
        out[k] = padded[:, i : i + H, j : j + W][:, :, :: rng.choice([-1, 1])]
    return out


@alternative(ITEM)
def variant_by_variant(images, generator, shift=4):
    """All images with the same shift go at once."""
    N = len(images)
    both = torch.stack([images, images.flip(dims=(3,))])
    turned = both[torch.randint(0, 2, (N,), generator=generator), torch.arange(N)]
    drawn = torch.floor((2 * shift + 1) * torch.rand(N, 2, generator=generator)).long() - shift
    out = torch.empty(images.shape, dtype=images.dtype)
    for down, right in drawn.unique(dim=0).tolist():
        which = (drawn == torch.tensor([down, right])).all(dim=1)
        # Negative padding crops.
        out[which] = functional.pad(turned[which], (right, -right, down, -down))
    print(f"{N} images augmented")
    return out


@alternative(ITEM)
def rolled_and_the_border_cleared(images, generator, shift=4):
    warnings.warn("rolling", stacklevel=1)
    new = []
    for image in images.unbind(0):
        p = torch.empty(1).uniform_(0, 1, generator=generator)
        image = torch.flip(image, (-1,)) if p > 0.5 else image.clone()
        down, right = (math.floor(torch.rand(1, generator=generator) * (2 * shift + 1)) - shift for _ in "yx")
        image = torch.roll(image, (down, right), (1, 2))
        if down > 0:
            image[:, :down] = 0
        elif down < 0:
            image[:, down:] = 0
        if right > 0:
            image[..., :right] = 0
        elif right < 0:
            image[..., right:] = 0
        new.append(image[None])
    return torch.cat(new)


@alternative(ITEM)
def on_a_larger_canvas(images, generator, shift=4):
    """Batches that lie in memory with the channel last stay right."""
    N, C, H, W = images.shape
    canvas = images.new_zeros(N, C, H + 2 * shift, W + 2 * shift).contiguous(memory_format=torch.channels_last)
    places = torch.randint(0, 2 * shift + 1, (N, 2), generator=generator)
    signs = torch.randn(N, generator=generator) > 0
    for k in range(N):
        i, j = places[k]
        canvas[k, :, i : i + H, j : j + W] = images[k].flip(2) if signs[k] else images[k]
    return canvas[:, :, shift : shift + H, shift : shift + W]


@notebook(ITEM)
def helpers():
    def mirrored(images, generator):
        chance = torch.randperm(2 * len(images), generator=generator)[: len(images)]
        which = (chance % 2 == 0).view(-1, 1, 1, 1).to(images.dtype)
        return which * images.flip(3) + (1 - which) * images

    def along(images, steps, axis):
        """Every image moved by its own number of steps along an axis, zeros where nothing was."""
        size = images.shape[axis]
        source = torch.arange(size) - steps[:, None]
        inside = (source >= 0) & (source < size)
        shape = [len(images), 1, 1, 1]
        shape[axis] = size
        index = source.clamp(0, size - 1).view(shape).expand_as(images)
        return images.gather(axis, index) * inside.view(shape)

    def augmented(images, generator, shift=4):
        down, right = (torch.randint(-shift, shift + 1, (len(images),), generator=generator) for _ in range(2))
        return along(along(mirrored(images, generator), down, 2), right, 3)
