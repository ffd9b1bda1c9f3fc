"""From the course's images to what a pretrained net was trained on: its size, its mean, its standard deviation."""

import numpy as np
import torch
from torch.nn import functional


def preprocess(images, size, mean, std):
    """Prepare images as the net's first owners did.

    Parameters
    ----------
    images : uint8 array (N, H, W, 3)
        Bytes from 0 to 255.
    size : int
        Height and width, in pixels, of what comes out. Enlarged bilinearly, pixels counted as areas.
    mean, std : sequences of 3 floats
        Of red, green and blue between 0 and 1, over the images of the pretraining; not over yours.

    Returns
    -------
    float32 tensor (N, 3, size, size)

    Raises
    ------
    ValueError
        If the images are not bytes.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise ValueError(f"These images are {images.dtype}, not bytes (uint8, 0 to 255). Were they scaled already?")
    ### BEGIN SOLUTION
    tensor = torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32) / 255)
    if tensor.shape[2:] != (size, size):
        tensor = functional.interpolate(tensor, (size, size), mode="bilinear", align_corners=False)
    mean, std = (torch.as_tensor(numbers, dtype=torch.float32)[:, None, None] for numbers in (mean, std))
    return (tensor - mean) / std
    ### END SOLUTION
