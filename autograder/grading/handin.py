"""Hand-ins as they lie in `submitted/STUDENT/ASSIGNMENT/`: found, read, copied, without trusting them.

Goes in: folders written by students. Comes out: plain files, or a sentence that says why there are none. Symbolic links
are never followed, sizes are limited.
"""

import contextlib
import os
import re
import shutil
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

MAX_FILES = 200_000_000  # bytes of all files together
MAX_COUNT = 1000
MAX_NAME = 100
# What nbgrader and Jupyter would run as a program of their own, if they were led to the folder it lies in.
_CONFIGURATION = re.compile(r"(nbgrader|jupyter\w*)_config\.(py|json)", re.IGNORECASE)


@dataclass(frozen=True)
class Handin:
    """One student's folder for one assignment."""

    student: str
    assignment: str
    folder: Path


def find_handins(course, assignments, student=None):
    """All hand-ins of a course folder for these assignments, sorted by assignment and student."""
    submitted = course.root / "submitted"
    found = []
    for folder in sorted(submitted.iterdir()) if submitted.is_dir() else []:
        if (
            folder.is_symlink()
            or not folder.is_dir()
            or folder.name.startswith(".")
            or student not in (None, folder.name)
        ):
            continue
        closed = not os.access(folder, os.R_OK | os.X_OK)  # what is in it is not known, and must not be passed over
        for name in assignments:
            if closed or ((folder / name).is_dir() and not (folder / name).is_symlink()):
                found.append(Handin(folder.name, name, folder / name))
    return sorted(found, key=lambda handin: (handin.assignment, handin.student))


def refusal(student):
    """Why no student can have this ID, the name of a folder in `submitted/`; empty for most."""
    # It stands in formgrader's pages and scripts, and in tables for spreadsheets, as it is.
    known = all(c.isalnum() or c in "_.@+'() -" or unicodedata.category(c).startswith("M") for c in student)
    if known and len(student) <= MAX_NAME and student[0] not in ".@+'() -" and student == student.strip():
        return ""
    return (
        f"Nothing was entered: a student's folder needs a name of at most {MAX_NAME} letters, digits, spaces "
        "and . _ - @ + ' ( ), a letter or digit first, for it stands in web pages and tables. Rename it; grade again."
    )


def read_files(folder, notebooks=False):
    """The other files of a hand-in as {relative name: bytes}; notebooks only where they are asked for.

    In the sandbox they are wanted: an earlier homework may lie beside the one that is graded. nbgrader must not see it.
    """
    files: dict[str, bytes] = {}
    size = 0
    for path, relative in _plain_files(folder, notebooks):
        size += path.stat().st_size
        if size > MAX_FILES or len(files) >= MAX_COUNT:
            break
        with contextlib.suppress(OSError):  # one that may not be read is as good as missing
            files[relative] = path.read_bytes()
    return files


def write_files(files, folder):
    """Lay files down again below `folder`."""
    for relative, data in files.items():
        target = Path(folder) / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def copy_files(source, target, notebooks=False):
    """Copy a hand-in's other files; no links, not too much, and notebooks only where they are asked for."""
    size = 0
    for number, (path, relative) in enumerate(_plain_files(source, notebooks)):
        size += path.stat().st_size
        if size > MAX_FILES or number >= MAX_COUNT:
            break
        (Path(target) / relative).parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            shutil.copyfile(path, Path(target) / relative, follow_symlinks=False)


def not_to_be_kept(folder):
    """Relative names of the files of a hand-in that nbgrader must not keep: links, and configuration of its own."""
    for base, _, names in os.walk(folder, followlinks=False):
        for name in names:
            if os.path.islink(os.path.join(base, name)) or is_configuration(name):
                yield os.path.relpath(os.path.join(base, name), folder)


def _plain_files(folder, notebooks=False):
    for base, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(
            name
            for name in folders
            if not os.path.islink(os.path.join(base, name))
            and name != ".ipynb_checkpoints"
            # A folder in the place of a notebook would be in the way of the graded one.
            and not name.endswith(".ipynb")
            # Python's own environment, which many make beside their notebooks: thousands of files, none of them theirs.
            and not os.path.lexists(os.path.join(base, name, "pyvenv.cfg"))
        )
        for name in sorted(names):
            path = Path(base) / name
            if (name.endswith(".ipynb") and not notebooks) or is_configuration(name):
                continue
            with contextlib.suppress(OSError):  # a folder may be listed that may not be entered
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path, str(path.relative_to(folder))


def is_configuration(name):
    """Whether nbgrader or Jupyter would run a file of this name as part of their own configuration."""
    return bool(_CONFIGURATION.fullmatch(name))
