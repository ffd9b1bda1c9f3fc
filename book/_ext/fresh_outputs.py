"""Sphinx extension: forget cached outputs when what they depend on has changed.

jupyter-cache looks at a notebook's own cells only. The chapters also call `coursekit` and `solutions`, read recorded
results, and run on the data set this machine has. A fingerprint of all that is kept beside the cache; another one
empties the cache, so a page never shows the results of yesterday's code.
"""

import hashlib
import shutil
from pathlib import Path

from coursekit.data import dataset_name

FOLDERS = {
    "coursekit": "*.py",
    "solutions": "*.py",
    "book/results": "*.json",
    "autograder/checks": "thresholds.json",
}


def fingerprint(root):
    """Return a hash of the files and the name of the data set that the outputs depend on."""
    digest = hashlib.sha256()
    for folder, pattern in FOLDERS.items():
        for file in sorted((root / folder).rglob(pattern)):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    digest.update(dataset_name(root / "book").encode())
    return digest.hexdigest()


def drop_stale_cache(app, config):
    """Empty the cache of outputs when the fingerprint is not the one it was filled with."""
    root = Path(app.srcdir)
    cache = Path(config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache")
    stamp, now = cache / "fingerprint", fingerprint(root)
    if not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        stamp.write_text(now)
        # Pages Sphinx considers up to date would keep their old outputs.
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        Path(app.doctreedir).mkdir(parents=True)


def setup(app):
    """Register with Sphinx; runs before myst-nb opens the cache."""
    app.connect("config-inited", drop_stale_cache, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
