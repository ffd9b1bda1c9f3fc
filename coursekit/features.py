"""Features of many images, kept on disk: a run that was stopped goes on, and a second one finds all that it needs.

Goes in: a function from images to features, and images. Comes out: one float32 array of features.
"""

import hashlib
import os
from pathlib import Path

import numpy as np

from coursekit.bars import progress

CHUNK = 500  # images in a file


def feature_folder():
    """Where features are kept if nobody says otherwise: beside the data sets that were downloaded."""
    from coursekit.cifar10 import cache_folder

    return cache_folder() / "features"


def cached_features(extract, images, key, folder=None, about="images"):
    """What `extract` makes of the images, a few hundred at a time, each part written as soon as it is there.

    Parameters
    ----------
    extract : function
        Images (n, H, W, 3) in, features (n, F) out.
    images : uint8 array (N, H, W, 3)
    key : str
        All that decides about the features beside the images: net, weights, size of its input. Parts written under
        another key are not used.
    folder : str or Path, optional
        By default `feature_folder()`.
    about : str
        What the progress bar calls the images.

    Returns
    -------
    float32 array (N, F)
    """
    images = np.asarray(images)
    if len(images) == 0:
        raise ValueError("There are no images to extract features of.")
    folder = Path(folder) if folder is not None else feature_folder()
    folder.mkdir(parents=True, exist_ok=True)
    parts = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
    return np.concatenate([_part(extract, part, key, folder) for part in progress(parts, about)])


def _part(extract, images, key, folder):
    hasher = hashlib.sha256(f"{key} {images.dtype} {images.shape} ".encode())
    hasher.update(np.ascontiguousarray(images).tobytes())
    path = folder / f"{hasher.hexdigest()[:32]}.npy"
    kept = _read(path, len(images))
    if kept is not None:
        return kept
    features = np.asarray(extract(images), dtype=np.float32)
    if features.ndim != 2 or len(features) != len(images):
        raise ValueError(
            f"{len(images)} images should give features ({len(images)}, F), not an array of shape {features.shape}."
        )
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    with open(unfinished, "wb") as file:
        np.save(file, features)
    os.replace(unfinished, path)  # all of it or nothing, also when the run is killed here
    return features


def _read(path, count):
    """The features in a file; None where it is missing or damaged, so that they are computed anew."""
    try:
        features = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return features if features.ndim == 2 and len(features) == count else None
