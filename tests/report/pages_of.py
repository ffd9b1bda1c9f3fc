"""A report as its reader has it: `autograder report` run, its pages parsed, and its words found."""

import contextlib
import io

from bs4 import BeautifulSoup

from autograder.cli import main


class Report:
    """What `autograder report` wrote and said."""

    def __init__(self, course, *options, out=None):
        self.folder = out or course.root / "report"
        out_, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out_), contextlib.redirect_stderr(err):
            self.code = main(["report", str(course.root), *options, *(["--out", str(out)] if out else [])])
        self.said, self.complained = out_.getvalue(), err.getvalue()

    def page(self, name="index.html"):
        """One page, parsed."""
        return BeautifulSoup((self.folder / name).read_text(encoding="utf-8"), "html.parser")

    def text(self, name="index.html", where="main"):
        """The words of a part of a page, with single spaces."""
        return words(self.page(name).select_one(where))

    def table(self, name, caption):
        """The rows of a table, each a list of words, by its caption or the label of what it stands in."""
        page = self.page(name)
        for table in page.find_all("table"):
            label = words(table.caption) if table.caption else table.parent.get("aria-label")
            if label == caption:
                return [[words(cell) for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]
        raise AssertionError(f"{name} has no table {caption!r}")

    def files(self):
        """Every file, by its name below the folder."""
        return {str(path.relative_to(self.folder)): path for path in self.folder.rglob("*") if path.is_file()}


def words(tag):
    """The text of a tag with single spaces."""
    return " ".join(tag.get_text(" ").split())


def students(*names):
    """Names of students' pages."""
    return [f"student/{name}.html" for name in names]
