"""How long the book takes to build: from nothing, after a change, and what our own extensions add to it.

    python -m benchmarks.speed.book [--quick] [--rounds 3] [--out FILE]

Writes `book/results/speed/book.json`, where the book reads it: seconds of whole builds, medians and spread, seconds of
each page's code, ratios from this one run; the builds follow one another. The peer is Jupyter Book without our formulas
(`mathml`) and without our slimming of pages (`lean_pages`). Builds a copy, with shapes10. Run it on a machine that does
nothing else.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.speed import tables
from benchmarks.speed.result import finish, options
from benchmarks.speed.timing import summary

ROOT = Path(__file__).resolve().parents[2]
ABOUT = "Whole builds of the book: from nothing, after a change, and with Jupyter Book's own formulas and pages."
OURS = ("lean_pages", "mathml")  # of the extensions in _config.yml, those that the pages could do without
EXECUTED = re.compile(r"(\S+): Executed notebook in ([\d.]+) seconds")
FIRST_HEADING, FIRST_CELL = r"\n## [^\n]*\n", r"\n```\{code-cell\} python\n.*?(?=\n```\n)"
CHANGED = "softmax"  # the chapter in which something changes
LEFT_OUT = (".*", "_build", "build", "dist", "demo-course", "__pycache__", "*.egg-info")
FEW = ("data",)  # the pages beside the first, where quick


class Copy:
    """A copy of what the book is made of, to be built and changed.

    Parameters
    ----------
    root : Path
        A folder that is not there yet.
    few : bool
        Only the pages in FEW, beside the first.
    """

    def __init__(self, root, few=False):
        self.root, self.few = root, few
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
        if few:
            chapters = "".join(f"  - file: book/{name}\n" for name in FEW)
            (root / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\nchapters:\n{chapters}", "utf-8")

    def build(self):
        """Build; returns seconds, and what was printed. Raises RuntimeError where the book cannot be built."""
        strict = [] if self.few else ["-W", "--keep-going"]  # a part has links to pages that are not there
        command = [Path(sys.executable).parent / "jupyter-book", "build", ".", *strict]
        variables = {name: value for name, value in os.environ.items() if name != "CIFAR10_DIR"}
        variables |= {"PYTHONPATH": str(self.root), "COURSEKIT_DATASET": "shapes10"}
        start = time.perf_counter()
        done = subprocess.run(
            command, cwd=self.root, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            told = [line for line in plain(done.stdout).splitlines() if re.search("WARNING:|ERROR:|Error", line)]
            raise RuntimeError("\n".join(["The book cannot be built:", *(told or done.stdout.splitlines()[-10:])]))
        return seconds, done.stdout

    def change(self, pattern, new):
        """Put `new` behind the first place that the pattern finds in the chapter that changes."""
        path = self.root / "book" / f"{FEW[0] if self.few else CHANGED}.md"
        text = path.read_text(encoding="utf-8")
        found = re.search(pattern, text, flags=re.DOTALL)
        if not found:
            raise ValueError(f"{path.name} has nothing like {pattern!r}: say where it is to change.")
        path.write_text(f"{text[: found.end()]}\n{new}{text[found.end() :]}", encoding="utf-8")

    def without_pages(self):
        """Remove the pages, and keep what their code has computed."""
        shutil.rmtree(self.root / "_build" / "html")

    def without_ours(self):
        """Take our own formulas and our slimming of pages out of the settings."""
        path = self.root / "_config.yml"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.split(":")[0].strip() not in OURS]
        if len(lines) - len(kept) != len(OURS):
            raise ValueError(f"_config.yml does not name {' and '.join(OURS)} once each.")
        path.write_text("".join(kept), encoding="utf-8")


def plain(said):
    """What a program prints, without colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", said)


def code(said):
    """Seconds of every page's code, by page, from what a build prints."""
    return {Path(page).stem: float(seconds) for page, seconds in EXECUTED.findall(plain(said))}


def measure(base, rounds, few=False):
    """All builds: rows, and seconds of code by page."""
    copy, times = Copy(base, few), defaultdict(list)
    first, said = copy.build()
    times["from nothing"].append(first)
    page_code = code(said)
    for number in range(rounds):
        times["nothing changed"].append(copy.build()[0])
        copy.change(FIRST_HEADING, f"\nRound {number}.\n")
        times["text of a chapter changed"].append(copy.build()[0])
        copy.change(FIRST_CELL, f"# round {number}")
        times["code of a chapter changed"].append(copy.build()[0])
        copy.without_pages()
        times["all pages anew, code kept"].append(copy.build()[0])
    copy.without_ours()
    copy.build()  # other settings: Sphinx reads every page anew, once
    for _ in range(rounds):
        copy.without_pages()
        times["all pages anew, without our extensions"].append(copy.build()[0])
    rows = [{"what": what, **summary(seconds)} for what, seconds in times.items()]
    for row in rows:
        row["to_first"] = row["median"] / first
    return rows, page_code


def main(arguments=None):
    """Measure, print a table, write the result; returns the exit code."""
    parser = options("benchmarks.speed.book", __doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="syg-book-") as base:
        rows, page_code = measure(Path(base) / "copy", 1 if given.quick else given.rounds, given.quick)
    times = {row["what"]: row["median"] for row in rows}
    with_ours, without = (times[f"all pages anew, {how}"] for how in ("code kept", "without our extensions"))
    found = {"rows": rows, "code": page_code, "ours_to_plain": with_ours / without}
    found["share_of_code"] = sum(page_code.values()) / times["from nothing"]
    shown = [tables.book, tables.pages]
    return finish(given, "speed/book", ABOUT, found, start, ("jupyter-book", "sphinx"), shown)


if __name__ == "__main__":
    sys.exit(main())
