"""A CSV file that came from a platform, in which single cells are filled in and every other byte stays.

Goes in: the file, in any of the usual encodings and dialects. Comes out: its cells, and the same file with new ones:
its encoding, byte order mark, separator, quotes and ends of lines are kept.
"""

import re
from pathlib import Path

from autograder.grading.settings import CourseError
from autograder.wire import printable

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_FIELD = r'"(?:[^"]+|"")*"|(?!")[^%s\r\n]*'  # %s: what divides the cells
_END = re.compile(r"\r\n|\n|\r")
_MOST = 50_000_000  # bytes


class Template:
    """A platform's table.

    Attributes
    ----------
    header : list of str
        The cells of its first line.
    rows : list of list of str
        The cells of all lines, the first included. A line that is empty has none.
    """

    def __init__(self, path):
        """Read the file `path`; raises `CourseError` where it is no table."""
        self.path = Path(path)
        try:
            if self.path.stat().st_size > _MOST:
                raise CourseError(f"{path} is larger than {_MOST // 10**6} MB: that is no table of a class.")
            data = self.path.read_bytes()
        except OSError as error:
            raise CourseError(f"{path} cannot be read: {error.strerror or error}.") from error
        self._mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
        self._encoding, self._text = _decoded(data[len(self._mark) :], _MARKS.get(self._mark), path)
        self._spans = self._parsed(_separator(self._text))
        self.rows = [[_value(self._text[start:end]) for start, end in row] for row in self._spans]
        if not self.rows or not any(cell.strip() for cell in self.rows[0]):
            raise CourseError(f"{path} has no column names in its first line. Export it from the platform again.")
        self.header = [cell.strip() for cell in self.rows[0]]
        self._new: dict[tuple[int, int], str] = {}

    def column(self, name):
        """Number of the column of this name, or None."""
        return self.header.index(name) if name in self.header else None

    def cell(self, row, column):
        """Text of a cell; empty where its line is too short or there is no such column."""
        cells = self.rows[row]
        return cells[column].strip() if column is not None and column < len(cells) else ""

    def put(self, row, column, text):
        """Give a cell a new text, which needs no quotes.

        Raises
        ------
        CourseError
            If its line is too short.
        """
        if column >= len(self._spans[row]):
            raise CourseError(
                f"{self.path}, row {row + 1} has only {len(self._spans[row])} of {len(self.header)} columns. Export "
                "it from the platform again."
            )
        self._new[row, column] = text

    def as_bytes(self):
        """The file with its new cells; those that stood in quotes still do."""
        parts, at = [], 0
        for (row, column), text in sorted(self._new.items()):
            start, end = self._spans[row][column]
            quote = '"' if self._text[start:end].startswith('"') else ""
            parts += [self._text[at:start], quote, text, quote]
            at = end
        return self._mark + "".join([*parts, self._text[at:]]).encode(self._encoding)

    def _parsed(self, separator):
        """Where every cell begins and ends, by line."""
        field, text = re.compile(_FIELD % re.escape(separator)), self._text
        at = 0
        rows: list = []
        while at < len(text):
            row = []
            while True:
                found = field.match(text, at)
                if found:
                    row.append(found.span())
                    at = found.end()
                if found and text.startswith(separator, at):
                    at += len(separator)
                    continue
                end = _END.match(text, at) if found else None
                if not found or (end is None and at < len(text)):
                    raise CourseError(
                        f"{self.path}, row {len(rows) + 1}: the quotes around {printable(text[at : at + 20], 20)!r} "
                        "do not match. Export it from the platform again."
                    )
                at = end.end() if end else at
                break
            rows.append([] if len(row) == 1 and row[0][0] == row[0][1] else row)
        return rows


def _decoded(data, encoding, path):
    """(Encoding, text) of bytes, in such a way that they can be made of it again."""
    # Without a mark: what platforms write, then what Excel makes of it in western Europe.
    for name in [encoding] if encoding else ["utf-8", "cp1252"]:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return name, text
    raise CourseError(f"{path} is not a CSV file in UTF-8. Export it from the platform again, as CSV and not as Excel.")


def _separator(text):
    """What divides the cells: whatever gives the first line most of them."""
    first = _END.split(re.sub(r'"(?:[^"]+|"")*"', "", text[:100_000]), maxsplit=1)[0]
    return max(",;\t", key=first.count)


def _value(raw):
    return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw
