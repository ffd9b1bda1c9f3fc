"""Runs the blocks of a guide as a reader would type them: in one terminal, in a clone of the course.

Goes in: blocks and a folder. Comes out: an AssertionError that names page and line of the block that does not do what
the page says.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.guides.blocks import ROOT

_SECONDS = re.compile(r"\b\d+(\.\d+)? *s\b|\b\d+(\.\d+)? seconds\b")
_NUMBER = re.compile(r"[-+]?\d[\d,.]*(e[-+]?\d+)?")


class Session:
    """One terminal, whose folder and environment last from block to block.

    Parameters
    ----------
    folder : path
        Where every page starts.
    kept : path
        For what lasts; outside of `folder`.
    handlers : dict
        Functions of (session, block) by name, for blocks marked `as NAME`; what they return is the block's output.
    environment : dict
        Variables on top of those of the tests.
    """

    def __init__(self, folder, kept, handlers, environment):
        self.start, self.kept, self.handlers = Path(folder), Path(kept), handlers
        self.environment = os.environ | environment
        self.folder, self.said = self.start, ""
        self.kept.mkdir(parents=True, exist_ok=True)

    def page(self, blocks):
        """Run the blocks of one page, from the first folder on."""
        self.folder, self.said = self.start, ""
        for block in blocks:
            self.block(block)

    def block(self, block):
        """Do with one block what its kind says."""
        if block.kind == "run":
            self.said = self.run(block, block.text if block.language == "sh" else python(block.text))
        elif block.kind == "add":
            self.said = self.run(block, with_more(block))
        elif block.kind == "as":
            self.said = self.handlers[block.about](self, block) or ""
        elif block.kind == "file":
            path = self.folder / block.about
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.kind in ("output", "masked"):
            compare(block, self.said, masked=block.kind == "masked")
        else:
            assert block.kind == "elsewhere", f"{block}: nothing says what a test is to do with it."

    def run(self, block, text):
        """Run lines of a shell; returns what they print, after asserting that they succeed."""
        state = self.kept / "environment"
        before = f". {shlex.quote(str(state))}\n" if state.exists() else ""
        after = f"\nexport -p > {shlex.quote(str(state))}\npwd > {shlex.quote(str(self.kept / 'folder'))}\n"
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", before + text + after],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{block}: exit code {done.returncode}\n{text}\n{done.stdout[-4000:]}"
        self.folder = Path((self.kept / "folder").read_text(encoding="utf-8").strip())
        return done.stdout


def python(text):
    """A Python block as a line for the shell."""
    return f"python - <<'END OF BLOCK'\n{text}END OF BLOCK"


def with_more(block):
    """The block's text; lines that begin with the program that its comment names have more arguments."""
    program, _, more = block.about.partition(": ")
    lines = block.text.splitlines()
    assert any(line.startswith(program) for line in lines), f"{block}: no line begins with {program}"
    return "\n".join(f"{line} {more}" if line.startswith(program) else line for line in lines)


def compare(block, said, masked=False):
    """Every line that a page shows is among those that were printed, in this order; `…` stands for anything.

    Seconds are never compared; with `masked`, no numbers are.
    """
    printed = [_plain(line, masked) for line in said.splitlines()]
    at = 0
    for line in filter(None, (_plain(line, masked) for line in block.text.splitlines())):
        if line == "…":
            continue
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        found = next((n for n in range(at, len(printed)) if pattern.fullmatch(printed[n])), None)
        assert found is not None, f"{block}: this line is not printed there:\n{line}\nWhat is printed:\n{said[-4000:]}"
        at = found + 1


def _plain(line, masked):
    line = _SECONDS.sub("# s", " ".join(line.split()))
    return _NUMBER.sub("#", line) if masked else line


def clone_into(folder):
    """A copy of this clone in `folder`, with an environment of its own whose packages and programs are this one's."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    venv, mine = Path(sys.prefix), folder / ".venv"
    mine.mkdir(exist_ok=True)
    for name in ("bin", "lib", "pyvenv.cfg"):
        (mine / name).symlink_to(venv / name)
    (mine / "lock.txt").write_bytes((folder / "requirements" / "lock.txt").read_bytes())
    (mine / "ready").touch()  # younger than what it is made from, so `make` leaves it as it is
    return folder
