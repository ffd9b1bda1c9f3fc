"""Sphinx extension: forget cached outputs when what they depend on has changed.

jupyter-cache looks at a notebook's own cells only. The chapters also call `coursekit` and `solutions`, read recorded
results, and run on the data set this machine has. A fingerprint of all that is kept beside the cache; another one
empties the cache, so a page never shows the results of yesterday's code. What a single page reads besides has a
fingerprint of its own, and another one drops that page alone. A changed style sheet reaches the site, too: by itself,
Sphinx copies none where no page has changed.
"""

import hashlib
import shutil
from pathlib import Path

from jupyter_cache import get_cache

from coursekit.data import dataset_name

FOLDERS = {
    "coursekit": "*.py",
    "solutions": "*.py",
    "book/results": "*.json",
    "autograder/checks": "thresholds.json",
}

PAGES = {
    "book/studies": ("book/sources.json", "book/*.md", "benchmarks/*.py", "benchmarks/studies/*.py"),
    "book/speed": ("benchmarks/speed/*.py",),
    "book/peers": ("benchmarks/peers/*.py",),
}


def fingerprint(root):
    """Return a hash of the files and the name of the data set that the outputs depend on."""
    digest = hashlib.sha256()
    for folder, pattern in FOLDERS.items():
        _add(digest, root, (root / folder).rglob(pattern))
    digest.update(dataset_name(root / "book").encode())
    return digest.hexdigest()


def page_fingerprint(root, page):
    """Return a hash of the files that one page reads besides."""
    digest = hashlib.sha256()
    for pattern in PAGES[page]:
        _add(digest, root, root.glob(pattern))
    return digest.hexdigest()


def _add(digest, root, files):
    for file in sorted(files):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")


def _differs(stamp, now):
    """Whether a fingerprint is not the one that was kept."""
    return not stamp.exists() or stamp.read_text() != now


def drop_stale_cache(app, config):
    """Empty the cache of outputs when the fingerprint is not the one it was filled with."""
    root = Path(app.srcdir)
    cache = Path(config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache")
    stamp, now = cache / "fingerprint", fingerprint(root)
    if _differs(stamp, now):
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        stamp.write_text(now)
        # Pages Sphinx considers up to date would keep their old outputs.
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        Path(app.doctreedir).mkdir(parents=True)
    for page in PAGES:
        stamp, now = cache / f"fingerprint-{page.replace('/', '-')}", page_fingerprint(root, page)
        if _differs(stamp, now):
            drop_page(cache, page)
            Path(app.doctreedir, f"{page}.doctree").unlink(missing_ok=True)
            stamp.write_text(now)


def drop_page(cache, page):
    """Take one page out of the cache of outputs, which may be that of another clone."""
    kept = get_cache(cache)
    for record in kept.list_cache_records():
        if Path(record.uri).as_posix().endswith(f"/{page}.md"):
            kept.remove_cache(record.pk)


def stale_files(app, env, added, changed, removed):
    """Have the first page written anew, and all static files with it, where one of ours is not as it was."""
    digest = hashlib.sha256()
    for folder in app.config.html_static_path:
        if Path(folder).is_absolute():  # of another extension
            continue
        _add(digest, Path(app.srcdir), filter(Path.is_file, Path(app.srcdir, folder).rglob("*")))
    stamp, now = Path(app.doctreedir, "static-fingerprint"), digest.hexdigest()
    if not _differs(stamp, now):
        return []
    stamp.write_text(now)
    return [app.config.root_doc]


def setup(app):
    """Register with Sphinx; runs before myst-nb opens the cache."""
    app.connect("config-inited", drop_stale_cache, priority=100)
    app.connect("env-get-outdated", stale_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
