"""A small CIFAR-10 in the official layout: the same files, few images, for tests."""

import hashlib
import io
import pickle
import tarfile

import numpy as np

from coursekit import cifar10


def files(per_batch=20, seed=0):
    """Official file names with their bytes; `per_batch` images in each."""
    rng = np.random.default_rng(seed)
    made = {}
    for name in (*cifar10.TRAIN_FILES, "test_batch"):
        rows = rng.integers(0, 256, (per_batch, 3072), dtype=np.uint8)
        labels = [int(label) for label in rng.integers(0, 10, per_batch)]
        made[name] = pickle.dumps({b"batch_label": name.encode(), b"labels": labels, b"data": rows}, protocol=2)
    names = [b"airplane", b"automobile", b"bird", b"cat", b"deer", b"dog", b"frog", b"horse", b"ship", b"truck"]
    made["batches.meta"] = pickle.dumps({b"label_names": names}, protocol=2)
    return made


def folder(path, **settings):
    """Write the files into `path/cifar-10-batches-py`; returns `path`."""
    batches = path / cifar10.BATCHES
    batches.mkdir(parents=True)
    for name, data in files(**settings).items():
        (batches / name).write_bytes(data)
    return path


def archive(**settings):
    """The archive's bytes and their MD5 checksum."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files(**settings).items():
            member = tarfile.TarInfo(f"{cifar10.BATCHES}/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    data = buffer.getvalue()
    return data, hashlib.md5(data).hexdigest()
