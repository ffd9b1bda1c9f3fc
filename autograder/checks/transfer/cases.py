"""Cases that the checks and the reference make from the same few numbers."""

import numpy as np

RATES = (0.4, 0.6)  # learning rate and momentum
BATCH = 4


def tuning_data(seed, sizes):
    """A net's settings, little images to train with, and little images to validate with, for which labels are chosen.

    Parameters
    ----------
    seed : int
    sizes : four ints
        Inputs, hidden units, classes, and how many images there are to validate with.

    Returns
    -------
    settings : dict
        Of a `ProbeNet`.
    train : (images (N, 2, 1, D), labels (N,))
    val_images : array (N', 2, 1, D)
    """
    D, H, C, count = sizes
    rng = np.random.default_rng([2, seed])
    settings = {"inputs": 2 * D, "hidden": H, "classes": C, "seed": seed}
    images = rng.standard_normal((11 + count, 2, 1, D)) + 0.5
    return settings, (images[:11], rng.integers(0, C, 11)), images[11:]
