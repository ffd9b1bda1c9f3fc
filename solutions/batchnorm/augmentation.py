"""Training images that differ a little every time they are shown, and are still of the same class."""

import numpy as np


def mirrored_and_shifted(most=2):
    """An `augment` for `Model.fit`: half of the images mirrored left to right, each batch shifted.

    Parameters
    ----------
    most : int
        How many pixels a batch is shifted at most, up or down and left or right; the border is filled with zeros.

    Returns
    -------
    function
        From a random generator and rows (N, 3072) of images of 32 by 32 pixels to rows of the same shape.
    """

    def augment(rng, X):
        images = X.reshape(len(X), 32, 32, 3)
        turned = rng.random(len(X)) < 0.5
        images = np.where(turned[:, np.newaxis, np.newaxis, np.newaxis], images[:, :, ::-1], images)
        down, right = rng.integers(0, 2 * most + 1, 2)
        edged = np.pad(images, ((0, 0), (most, most), (most, most), (0, 0)))
        return edged[:, down : down + 32, right : right + 32].reshape(X.shape)

    return augment
