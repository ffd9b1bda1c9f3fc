"""Tables and files that leave the course: no cell is a formula for a spreadsheet, and no file is half-written.

Goes in: rows of text and numbers. Comes out: CSV in UTF-8 with a byte order mark, without which Excel takes it for
another encoding; Canvas, Moodle and pandas read it with and without. Files are their owner's only.
"""

import csv
import io
import os
import re
import tempfile
from pathlib import Path

from autograder.grading.settings import CourseError
from autograder.wire import printable

BOM = b"\xef\xbb\xbf"
# What spreadsheets begin a formula with; the last four are wide forms that some turn into the others.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NEXT_CELL = re.compile(
    r"(;\s*)(?=[=+\-@])"
)  # where a spreadsheet divides at semicolons, a cell of its own begins there
_LONGEST = 500  # characters of one cell


def harmless(text):
    """Text that a spreadsheet shows and does not compute: an apostrophe before what would begin a formula."""
    shown = printable(text, _LONGEST)
    shown = _NEXT_CELL.sub(r"\1'", shown)
    return f"'{shown}" if str(text).startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown


def number(value):
    """A number as both platforms read it: with a point, at most four digits behind it, no exponent."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def as_csv(rows, end="\r\n", show=number):
    """Rows as the bytes of a CSV file; numbers stay numbers, as `show` writes them, and all else is made harmless."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=end)
    for row in rows:
        writer.writerow([show(cell) if isinstance(cell, float) else harmless(cell) for cell in row])
    return BOM + buffer.getvalue().encode("utf-8")


def write_private(path, data, force=False):
    """Write a file that only its owner may read, whole or not at all.

    Raises
    ------
    CourseError
        If it exists and `force` is not set, or cannot be written.
    """
    path = Path(path)
    refuse_existing(path, force)
    try:
        handle, temporary = tempfile.mkstemp(prefix=".export-", dir=path.parent)  # readable by its owner only
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror or error}.") from error


def refuse_existing(path, force):
    """Raise `CourseError` where a file would be overwritten unasked, or there is no folder for it."""
    path = Path(path)
    if path.is_dir():
        raise CourseError(f"{path} is a folder. Name a file.")
    if not path.parent.is_dir():
        raise CourseError(f"There is no folder {path.parent} for {path.name}. Make it first.")
    if path.exists() and not force:
        raise CourseError(f"{path} is there already. Give another name by --out, or --force to replace it.")
