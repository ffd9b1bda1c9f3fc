"""More images from the same ones, as plain tensor code: mirrored, and shifted by a few pixels."""

import torch
from torch.nn import functional


def augmented(images, generator, shift=4):
    """Every image mirrored or not, and shifted, each by its own chance.

    Parameters
    ----------
    images : tensor (N, C, H, W)
        Stays as it is.
    generator : torch.Generator
        Draws all random numbers.
    shift : int
        Most pixels up, down, left and right; every shift up to it is equally probable. What comes in from outside is 0.

    Returns
    -------
    tensor (N, C, H, W)
        Half of the images, on average, mirrored from left to right; then shifted.
    """
    ### BEGIN SOLUTION
    N, _, H, W = images.shape
    mirrored = torch.rand(N, generator=generator) < 0.5
    turned = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    padded = functional.pad(turned, (shift, shift, shift, shift))
    down, right = torch.randint(0, 2 * shift + 1, (2, N, 1), generator=generator)
    rows, columns = down + torch.arange(H), right + torch.arange(W)  # (N, H) and (N, W): where each crop lies
    which = torch.arange(N)[:, None, None]
    return padded[which, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    ### END SOLUTION
