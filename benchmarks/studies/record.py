"""Provenance of a study: what every recorded result says about its data, versions, machine and time.

Goes in: a study's settings, runs and the figures it is compared with. Comes out: one JSON file.
"""

import hashlib
import json
import os
import platform
from importlib.metadata import version

import numpy as np


def data_provenance(data, preprocessing):
    """Describe a data set so that a rerun can tell whether it has the same one.

    Parameters
    ----------
    data : coursekit.ImageData
    preprocessing : str
        What was done to the pixels, in words.

    Returns
    -------
    dict
        Name, number of images and SHA-256 of pixels and labels per split, preprocessing.
    """
    splits = {}
    for split in ("train", "val", "test"):
        X, y = getattr(data, f"X_{split}"), getattr(data, f"y_{split}")
        hasher = hashlib.sha256()
        hasher.update(np.ascontiguousarray(X).tobytes())
        hasher.update(np.ascontiguousarray(y).astype("<i8").tobytes())
        splits[split] = {"images": len(y), "sha256": hasher.hexdigest()}
    return {"name": data.name, "splits": splits, "preprocessing": preprocessing}


def machine():
    """Return cores, the threads linear algebra may use, and the processor's kind; no names of machines."""
    threads = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cores": cores, "threads": int(threads) if threads else cores, "architecture": platform.machine()}


def versions(*packages):
    """Return the versions of Python and of the named packages."""
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def plain(value, digits=5):
    """Turn arrays and NumPy numbers into what JSON knows, floats rounded to `digits` significant digits."""
    if isinstance(value, dict):
        return {str(key): plain(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item, digits) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.{digits}g}")
    if isinstance(value, np.integer):
        return int(value)
    return value


def write(path, study):
    """Write one study as JSON, lists of numbers on one line each so that the file stays readable."""
    write_whole(path, _format(plain(study)) + "\n")


def write_whole(path, text):
    """Write a file whole or not at all: whoever reads it meets the old text or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _format(value, indent=""):
    inner = indent + "  "
    if isinstance(value, dict) and value:
        rows = [f"{inner}{json.dumps(key)}: {_format(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return "[\n" + ",\n".join(inner + _format(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value)
