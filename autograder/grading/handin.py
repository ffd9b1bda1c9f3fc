"""Hand-ins as they lie in `submitted/STUDENT/ASSIGNMENT/`: found, read, copied, without trusting them.

Goes in: folders written by students. Comes out: notebooks and plain files, or a sentence that says why there is none.
Symbolic links are never followed, sizes are limited.
"""

import contextlib
import itertools
import os
import re
import shutil
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.validator import normalize, validate

MAX_NOTEBOOK = 50_000_000  # bytes
MAX_FILES = 200_000_000  # bytes of all files together
MAX_COUNT = 1000
MAX_CELLS = 5000
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Unreadable(ValueError):
    """A hand-in that is not a notebook; the message is for student and instructor."""


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
        for name in assignments:
            if (folder / name).is_dir() and not (folder / name).is_symlink():
                found.append(Handin(folder.name, name, folder / name))
    return sorted(found, key=lambda handin: (handin.assignment, handin.student))


def read_notebook(path):
    """The notebook at `path`, in the present format; raises `Unreadable`."""
    path = Path(path)
    if path.is_symlink():
        raise Unreadable(f"{path.name} is a link, not a notebook. Hand in the file itself.")
    if not path.is_file():
        raise Unreadable(f"{path.name} was not handed in. The file must keep the name it was given out with.")
    if path.stat().st_size > MAX_NOTEBOOK:
        raise Unreadable(
            f"{path.name} is larger than {MAX_NOTEBOOK // 10**6} MB. Clear its outputs and hand it in again."
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path.name} is not a text file in UTF-8, so it is not a notebook.") from error
    if not text.strip():
        raise Unreadable(f"{path.name} is empty.")
    try:
        with warnings.catch_warnings():  # what nbformat warns of is mended below
            warnings.simplefilter("ignore")
            nb = nbformat.reads(text, as_version=4)
            if len(nb.cells) > MAX_CELLS:
                raise Unreadable(f"{path.name} has more than {MAX_CELLS:,} cells. Delete those you do not need.")
            unique_ids(nb)
            _, nb = normalize(nb, strip_invalid_metadata=True, relax_add_props=True)
            validate(nb, relax_add_props=True)
    except Unreadable:
        raise
    except Exception as error:  # nbformat raises many kinds on damaged files
        first = (str(error).splitlines() or [""])[0][:200]
        raise Unreadable(
            f"{path.name} is not a Jupyter notebook: {first or type(error).__name__}. "
            "Open it in Jupyter, save it, and hand it in again."
        ) from error
    return nb


def unique_ids(nb):
    """Give every cell an id of its own, as notebook format 4.5 wants it; take them away where the format is older."""
    ids = (nb.nbformat, nb.nbformat_minor) >= (4, 5)
    taken = {cell.get("id") for cell in nb.cells if isinstance(cell.get("id"), str)}
    seen = set()
    for number, cell in enumerate(nb.cells):
        if not ids:
            cell.pop("id", None)
            continue
        name = cell.get("id")
        if not isinstance(name, str) or not CELL_ID.fullmatch(name) or name in seen:
            name = next(name for n in itertools.count(number) if (name := f"cell-{n}") not in taken)
            taken.add(name)
            cell["id"] = name
        seen.add(name)


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


def links(folder):
    """Relative names of the symbolic links to files in a hand-in."""
    for base, _, names in os.walk(folder, followlinks=False):
        for name in names:
            if os.path.islink(os.path.join(base, name)):
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
        )
        for name in sorted(names):
            path = Path(base) / name
            if (name.endswith(".ipynb") and not notebooks) or not stat.S_ISREG(path.lstat().st_mode):
                continue
            yield path, str(path.relative_to(folder))
