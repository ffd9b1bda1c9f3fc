"""From images to what a classifier takes in. Small functions, applied one after the other; none changes its input.

Goes in: images (N, 32, 32, 3), bytes from 0 to 255. Comes out: float32 arrays, one example per row.
"""

import numpy as np


def scale(images):
    """Bytes 0 to 255 as numbers between 0 and 1.

    Parameters
    ----------
    images : uint8 array, any shape

    Returns
    -------
    float32 array, same shape

    Raises
    ------
    ValueError
        If the images are not bytes: scaling twice is a mistake that only shows in the accuracy.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise ValueError(
            f"scale() takes images as bytes (uint8, 0 to 255); these are {images.dtype}. Have they been scaled already?"
        )
    return images.astype(np.float32) / np.float32(255)


def mean_image(images):
    """Mean over the examples: `images` (N, ...) in, (...) out, of the images' dtype if that is a float type.

    Take it over the training images only: validation and test images must not leak into what a model is trained on.
    """
    images = np.asarray(images)
    if len(images) == 0:
        raise ValueError("There is no mean of no images: the array has no rows.")
    dtype = images.dtype if images.dtype.kind == "f" else np.float32
    return images.mean(axis=0, dtype=np.float64).astype(dtype)


def standardise(X, X_train):
    """Subtract the training examples' mean and divide by their standard deviation, feature by feature.

    Parameters
    ----------
    X : float array (N, ...)
        What to standardise.
    X_train : float array (M, ...)
        From which mean and standard deviation are taken.

    Returns
    -------
    array (N, ...), dtype of `X`
        Features that are constant in `X_train` are only shifted.
    """
    X, X_train = np.asarray(X), np.asarray(X_train)
    if X.dtype.kind != "f" or X_train.dtype.kind != "f":
        raise ValueError("standardise() takes arrays of floats: scale() the images first.")
    if X.shape[1:] != X_train.shape[1:]:
        raise ValueError(f"The examples have shapes {X.shape[1:]} and {X_train.shape[1:]}; they must be the same.")
    std = X_train.std(axis=0, dtype=np.float64).astype(X.dtype)
    return (X - mean_image(X_train)) / np.where(std > 0, std, 1).astype(X.dtype)


def flatten(images):
    """`images` (N, ...) as rows (N, D) of the same dtype, in the order in which their numbers stand."""
    images = np.asarray(images)
    return images.reshape(len(images), int(np.prod(images.shape[1:])))


def add_bias_column(X):
    """Append a column of ones: `X` (N, D) in, (N, D + 1) out, same dtype. The weights of that column are the biases."""
    X = np.asarray(X)
    if X.ndim != 2:
        raise ValueError(f"add_bias_column() takes rows (N, D); this array has shape {X.shape}. flatten() it first.")
    return np.concatenate([X, np.ones((len(X), 1), dtype=X.dtype)], axis=1)


def channels_first(images):
    """`images` (N, H, W, C) as (N, C, H, W), the order convolutions use; a copy in that order of memory."""
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError(f"channels_first() takes images (N, H, W, C); this array has shape {images.shape}.")
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2))
