"""Folders of a grading that are gone when it has ended, however it ended.

Each is locked by the process that uses it. One that nobody locks any more was left by a process that was killed; the
next process that needs a folder takes it away.
"""

import contextlib
import fcntl
import functools
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

# Sockets have short names: a Unix socket's path must stay below 108 characters.
PLACE, _PREFIX, _LOCK = Path("/tmp"), "syg-", "in-use"
_locks: dict[Path, int] = {}


@contextlib.contextmanager
def folder(name):
    """A new folder of this name, until the end of the block."""
    made = make()
    try:
        (made / name).mkdir()
        yield made / name
    finally:
        remove(made)


def make():
    """A new folder, until `remove`."""
    _sweep_once()
    while True:
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=PLACE))
        lock = _locked(made, os.O_CREAT | os.O_EXCL)
        if lock is not None:
            _locks[made] = lock
            return made


def remove(made):
    """Remove a folder, however deep a student's code has made it, and whatever it forbids."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(made, ignore_errors=True)
    if made.exists():
        subprocess.run(["chmod", "-R", "u+rwx", "--", made], stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", "--", made], stderr=subprocess.DEVNULL)
    if made in _locks:
        os.close(_locks.pop(made))


def sweep():
    """Remove this user's folders that no process uses."""
    for path in PLACE.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                lock = _locked(path)
                if lock is not None:
                    try:
                        remove(path)
                    finally:
                        os.close(lock)


_sweep_once = functools.cache(sweep)


def _locked(path, flags=0):
    """A descriptor that locks the folder, or None where it is in use, or none of ours."""
    try:
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_NOFOLLOW | flags, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
