"""Keeps every single run of a study on disk, so that a study that was killed goes on at the run it was in.

Goes in: a function that trains and measures one model, what it is given, and a folder. Comes out: its result, computed,
or read where the same run was finished before: same function, settings, seed, images, code and versions.
"""

import functools
import hashlib
import json
import time
from pathlib import Path

import numpy as np

from benchmarks.studies import record

ROOT = Path(__file__).resolve().parents[2]
CODE = ("coursekit", "solutions", "benchmarks/studies")  # a change in any of it makes kept runs worthless
SPLITS = ("train", "val", "test")
EVERY = 97  # of prepared images so many are left out: the bytes they come from are known by their checksum


@functools.cache
def code_checksum():
    """SHA-256 of the code that a run depends on."""
    digest = hashlib.sha256()
    for folder in CODE:
        for file in sorted((ROOT / folder).rglob("*.py")):
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class Keeper:
    """The runs of one study that are finished.

    Parameters
    ----------
    folder : Path
        Where they are; made when there is something to keep.
    packages : tuple of str
        Whose versions must be the same for a run to be taken over.

    Attributes
    ----------
    taken : int
        Runs that were read instead of computed.
    seconds : float
        That these had taken.
    """

    def __init__(self, folder, packages=("numpy",)):
        self.folder, self.taken, self.seconds = folder, 0, 0.0
        self._now = set()  # computed by this very process
        self._same = {"code": code_checksum(), "versions": record.versions(*packages), "data": []}

    def saw(self, data):
        """Remember which images the study has loaded."""
        self._same["data"].append(record.data_provenance(data, ""))

    def once(self, compute, sets, settings, seed):
        """Return `compute(sets, settings, seed)`, as JSON has it: lists for arrays; read where it is kept already."""
        path = self.folder / f"{self._key(compute, sets, settings, seed)}.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return self._computed(path, compute, sets, settings, seed)
        if path not in self._now:
            self.taken += 1
            self.seconds += found["took"]
        return found["run"]

    def _computed(self, path, compute, sets, settings, seed):
        start = time.perf_counter()
        run = record.plain(compute(sets, settings, seed), digits=17)
        took = time.perf_counter() - start
        before = max(0.0, run.get("seconds", 0.0) - took)  # a net that went on from its checkpoint
        self.seconds += before
        record.write_whole(path, json.dumps({"took": took + before, "run": run}))
        self._now.add(path)
        return run

    def _key(self, compute, sets, settings, seed):
        while isinstance(compute, functools.partial):
            compute = compute.func
        named = {"function": f"{compute.__module__}.{compute.__qualname__}", "settings": settings, "seed": seed}
        digest = hashlib.sha256(json.dumps(record.plain(self._same | named, digits=17), sort_keys=True).encode())
        for split in SPLITS:
            pair = sets[split] if isinstance(sets, dict) else [getattr(sets, f"{letter}_{split}") for letter in "Xy"]
            for array in map(np.asarray, pair):
                digest.update(f"{split} {array.shape} {array.dtype}".encode())
                digest.update(np.ascontiguousarray(array[::EVERY]).tobytes())
        return digest.hexdigest()[:32]
