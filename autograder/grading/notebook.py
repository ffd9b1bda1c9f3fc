"""A handed-in file as a notebook in the present format, or a sentence that says why it is none.

Goes in: a path written by a student. Comes out: a valid notebook without outputs, for what a notebook shows of itself
is not believed; or `Unreadable`.
"""

import contextlib
import itertools
import os
import re
import stat
import warnings
from pathlib import Path

import nbformat
from nbformat.validator import normalize, validate

from autograder.wire import printable

MAX_NOTEBOOK = 50_000_000  # bytes
MAX_CELLS = 5000
MAX_DEPTH = 50  # of lists and dictionaries in each other; nbformat and nbgrader call themselves for each
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_AGAIN = "Open it in Jupyter, save it, and hand it in again."


class Unreadable(ValueError):
    """A hand-in that is not a notebook; the message is for student and instructor."""


def read_notebook(path):
    """The notebook at `path`, in the present format; raises `Unreadable`."""
    path = Path(path)
    text = _text(path)
    try:
        with warnings.catch_warnings():  # what nbformat warns of is mended below
            warnings.simplefilter("ignore")
            nb = nbformat.reads(text, as_version=4)
            _without_outputs(nb)
            _refuse_excess(nb, path.name)
            unique_ids(nb)
            _, nb = normalize(nb, strip_invalid_metadata=True, relax_add_props=True)
            validate(nb, relax_add_props=True)
            nbformat.writes(nb).encode("utf-8")
    except Unreadable:
        raise
    except UnicodeEncodeError as error:  # JSON can name halves of characters, which no file can hold
        raise Unreadable(f"{path.name} holds characters that are none. {_AGAIN}") from error
    except Exception as error:  # nbformat raises many kinds on damaged files
        first = printable((str(error).splitlines() or [""])[0], 200).strip()
        raise Unreadable(f"{path.name} is not a Jupyter notebook: {first or type(error).__name__}. {_AGAIN}") from error
    return nb


def _text(path):
    """What the file holds, if it is one."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise Unreadable(f"{path.name} is a link, not a notebook. Hand in the file itself.")
        if stat.S_ISDIR(mode):
            raise Unreadable(f"{path.name} is a folder, not a notebook. Hand in the file itself.")
        if not stat.S_ISREG(mode):
            raise Unreadable(f"{path.name} is a pipe, socket or device, not a notebook. Hand in an ordinary file.")
        if path.stat().st_size > MAX_NOTEBOOK:
            raise Unreadable(
                f"{path.name} is larger than {MAX_NOTEBOOK // 10**6} MB. Clear its outputs and hand it in again."
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Unreadable(
            f"{path.name} was not handed in. The file must keep the name it was given out with.{_instead(path)}"
        ) from error
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}. Hand it in again.") from error
    if data.startswith(b"PK\x03\x04"):
        raise Unreadable(f"{path.name} is a zip, not a notebook. Unpack it, and hand in the notebook that is in it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path.name} is not a text file in UTF-8, so it is not a notebook. {_AGAIN}") from error
    if not text.strip():
        raise Unreadable(f"{path.name} is empty. Hand in the file that you have worked in.")
    return text


def _instead(path):
    """In a sentence, which notebooks lie where this one is missing."""
    others: list[str] = []
    with contextlib.suppress(OSError):
        others += sorted(name for name in os.listdir(path.parent) if name.lower().endswith(".ipynb"))
    named = ", ".join(f"“{printable(name, 80)}”" for name in others[:3])
    return f" What was handed in is {named}." if named else ""


def _without_outputs(nb):
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def _refuse_excess(nb, name):
    if len(nb.cells) > MAX_CELLS:
        raise Unreadable(f"{name} has more than {MAX_CELLS:,} cells. Delete those you do not need.")
    level = [nb]
    for _ in range(MAX_DEPTH):
        level = [
            part
            for whole in level
            if isinstance(whole, dict | list)
            for part in (whole.values() if isinstance(whole, dict) else whole)
        ]
    if level:
        raise Unreadable(f"{name} is nested more than {MAX_DEPTH} levels deep, so it is not a notebook. {_AGAIN}")


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
