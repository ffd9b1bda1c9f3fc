"""`load_images()`: the course's data in one call, split into training, validation and test images.

Goes in: the name of a data set, or nothing, and how many images of each split. Comes out: an `ImageData`. Which data
set is used is printed, since numbers from one say nothing about the other.
"""

import contextlib
import functools
import hashlib
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DATASETS = ("cifar10", "shapes10")
DEFAULT_SIZES = {"cifar10": (45_000, 5_000, 10_000), "shapes10": (5_000, 1_000, 1_000)}
SHAPES10_SEEDS = {"train": 1, "val": 2, "test": 3}
_kept: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}  # by number and seed: what `keep_shapes10` has read


class DataUnavailable(RuntimeError):
    """A data set that cannot be had; the message says what to do."""


@dataclass(frozen=True)
class ImageData:
    """A data set in three splits.

    Attributes
    ----------
    name : str
        "cifar10" or "shapes10".
    classes : tuple of str
        Names of the classes 0 to 9.
    X_train, X_val, X_test : uint8 arrays (N, 32, 32, 3)
    y_train, y_val, y_test : int64 arrays (N,)
    """

    name: str
    classes: tuple
    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def dataset_name(folder="."):
    """The data set that `load_images()` loads where none is named.

    In this order: the environment variable COURSEKIT_DATASET; the file `course.json` beside the notebook, in `folder`,
    as handed out with a homework; "cifar10" where it is on this machine already; "shapes10".

    Parameters
    ----------
    folder : path
        Where the notebook lies.

    Returns
    -------
    str
        "cifar10" or "shapes10".

    Raises
    ------
    ValueError
        If there is no data set of the name that is found, or `course.json` cannot be read.
    """
    chosen, where = os.environ.get("COURSEKIT_DATASET"), "The environment variable COURSEKIT_DATASET"
    course = Path(folder) / "course.json"
    if not chosen and course.is_file():
        where = "The file course.json"
        try:
            chosen = json.loads(course.read_text(encoding="utf-8"))["dataset"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{where} beside this notebook cannot be read ({error}). Take the one that was handed out."
            ) from error
    if not chosen:
        from coursekit.cifar10 import cifar10_is_here

        return "cifar10" if cifar10_is_here() else "shapes10"
    return _known(chosen, where)


def load_images(name=None, *, train=None, val=None, test=None, quiet=False):
    """Load images with labels, in three splits that share no image.

    Parameters
    ----------
    name : {"cifar10", "shapes10"}, optional
        By default what `dataset_name()` says.
    train : int, optional
        How many images to train with; by default 45,000 of CIFAR-10, the first of its 50,000, and 5,000 of shapes10.
    val : int, optional
        By default 5,000 of CIFAR-10, the last of its 50,000, so that they stay the same when training grows, and 1,000
        of shapes10.
    test : int, optional
        By default the 10,000 of CIFAR-10, and 1,000 of shapes10.
    quiet : bool
        Do not print which data set this is.

    Returns
    -------
    ImageData

    Raises
    ------
    ValueError
        For an unknown name or more images than there are.
    DataUnavailable
        If CIFAR-10 can neither be found nor downloaded.
    """
    name = dataset_name() if name is None else _known(name, "load_images()")
    sizes = [
        _size(given, default, split)
        for given, default, split in zip((train, val, test), DEFAULT_SIZES[name], ("train", "val", "test"), strict=True)
    ]
    data = (_cifar10 if name == "cifar10" else _shapes10)(*sizes)
    if not quiet:
        print(f"{name}: {sizes[0]:,} training, {sizes[1]:,} validation and {sizes[2]:,} test images")
    return data


def _known(name, where):
    if name not in DATASETS:
        raise ValueError(f"{where} names the data set {name!r}; there are {' and '.join(DATASETS)}.")
    return name


def _size(given, default, split):
    if given is None:
        return default
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < 0:
        raise ValueError(
            f"{split}={given!r} is not a number of images: pass a whole number, or leave it out for {default:,}."
        )
    return int(given)


def _shapes10(train, val, test):
    from coursekit import shapes10

    splits = [_drawn(n, SHAPES10_SEEDS[split]) for n, split in ((train, "train"), (val, "val"), (test, "test"))]
    # Copied, for whoever changes the images must find them as they were the next time.
    return ImageData("shapes10", tuple(shapes10.CLASSES), *(array.copy() for split in splits for array in split))


def keep_shapes10(folder):
    """Have shapes10 at hand in this process, read from a file in `folder` where an earlier process has left one.

    The file is named by the source that draws the images, so that no other version's are taken. One that cannot be read
    or written costs the seconds that drawing takes, and nothing else.
    """
    from coursekit import shapes10

    sizes = dict(zip(SHAPES10_SEEDS, DEFAULT_SIZES["shapes10"], strict=True))
    drawn_by = hashlib.sha256(Path(shapes10.__file__).read_bytes() + repr((SHAPES10_SEEDS, sizes)).encode())
    path = Path(folder) / f"shapes10-{drawn_by.hexdigest()[:16]}.npz"
    with contextlib.suppress(OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as read:  # what it holds has checksums
            found = {(n, SHAPES10_SEEDS[split]): (read[f"X_{split}"], read[f"y_{split}"]) for split, n in sizes.items()}
        _kept.update(found)
        return
    drawn = {}
    for split, n in sizes.items():
        drawn[f"X_{split}"], drawn[f"y_{split}"] = _drawn(n, SHAPES10_SEEDS[split])
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(unfinished, "wb") as out:
            np.savez(out, **drawn)
        os.replace(unfinished, path)  # all of it or nothing
    with contextlib.suppress(OSError):
        unfinished.unlink(missing_ok=True)


def _drawn(n, seed):
    return _kept[n, seed] if (n, seed) in _kept else _drawn_now(n, seed)


@functools.lru_cache(maxsize=len(SHAPES10_SEEDS))
def _drawn_now(n, seed):
    from coursekit import shapes10

    return shapes10.generate(n, seed)


def _cifar10(train, val, test):
    from coursekit import cifar10

    if train + val > cifar10.N_TRAIN:
        raise ValueError(
            f"CIFAR-10 has {cifar10.N_TRAIN:,} images to train with; "
            f"train={train:,} and val={val:,} add up to {train + val:,}."
        )
    if test > cifar10.N_TEST:
        raise ValueError(f"CIFAR-10 has {cifar10.N_TEST:,} test images; test={test:,} asks for more.")
    (X, y), (X_test, y_test), classes = cifar10.read_all()
    # The slices are copied, so that a small split does not keep all 50,000 images in memory.
    parts = X[:train], y[:train], X[len(X) - val :], y[len(y) - val :], X_test[:test], y_test[:test]
    return ImageData("cifar10", classes, *(part.copy() for part in parts))
