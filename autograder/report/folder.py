"""Puts a report where it belongs: whole, in the place of an earlier one, and for its owner only.

Goes in: pages by name. Comes out: a folder that nobody else may read. A folder that is no earlier report, or that holds
anything besides one, is left alone.
"""

import contextlib
import fcntl
import glob
import os
import shutil
import tempfile
from pathlib import Path

from autograder.grading.settings import CourseError

MARK = ".class-report"
_HOLDS = {MARK, "index.html", "homework", "student"}
_HANDED_AROUND = {"release", "submitted", "autograded", "feedback", "source"}


@contextlib.contextmanager
def place(course, target):
    """A fresh folder for the pages; where all goes well, it takes the place of `target` at the end.

    Parameters
    ----------
    course : Course
        Only one report of it is written at a time.
    target : Path

    Raises
    ------
    CourseError
        If `target` is something else than an earlier report, or another report is being written.
    """
    target = target.resolve()
    refuse(course, target)
    with open(course.private / "report.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CourseError(f"Another report of {course.root} is being written. Wait until it is done.") from error
        target.parent.mkdir(parents=True, exist_ok=True)
        begun = f".{target.name}-"
        for left in target.parent.glob(f"{glob.escape(begun)}*"):  # by a report that was killed
            if (left / MARK).is_file() or (left / "earlier" / MARK).is_file():
                shutil.rmtree(left, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=begun, dir=target.parent))  # with the mode 0700
        try:
            write(fresh / MARK, "The class report; `autograder report` replaces this folder as a whole.\n")
            yield fresh
            _exchange(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def refuse(course, target):
    """Raise `CourseError` where a report must not stand."""
    if any(target.is_relative_to(course.root / name) for name in _HANDED_AROUND):
        raise CourseError(
            f"{target} lies where students' files lie, and the report is for you alone. Name another folder: "
            "--out FOLDER."
        )
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not target.is_dir():
        raise CourseError(f"{target} is a file. Name a folder for the report: --out FOLDER.")
    if not (target / MARK).is_file():
        raise CourseError(f"{target} is not an earlier report, so it is left alone. Name another folder: --out FOLDER.")
    strange = sorted(
        str(path.relative_to(target))
        for path in target.rglob("*")
        if path.relative_to(target).parts[0] not in _HOLDS or (path.parent != target and path.suffix != ".html")
    )
    if strange:
        raise CourseError(
            f"{target} holds an earlier report and also {strange[0]!r}, which would be lost. Move it away, or name "
            "another folder: --out FOLDER."
        )


def write(path, text):
    """Write one file that only its owner may read; the folder it lies in, too."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _exchange(fresh, target):
    """Put the fresh folder in the place of the earlier one, which goes only when the fresh one is there."""
    if not target.exists():
        fresh.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    earlier = aside / "earlier"
    target.rename(earlier)
    try:
        fresh.rename(target)
    except OSError:
        earlier.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
