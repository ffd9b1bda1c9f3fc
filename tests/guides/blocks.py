"""The fenced blocks of a guide, each with what is to become of it in a test.

Goes in: a page's Markdown. Comes out: its `Block`s in order. What a block is for is seen from its language and from
what stands before it: a comment that readers do not see, such as `<!-- guide: file my-course/settings.json -->`, or the
`:caption:` of a `{code-block}`, which names the file that the block is. `KINDS` lists what a comment may say.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "file": "is written to the file that is named",
    "add": "each of its lines that begins with PROGRAM is run with more arguments: `add PROGRAM: ARGUMENTS because …`",
    "as": "is handled by the function of that name in the page's test: `as NAME because …`",
    "elsewhere": "cannot run here; the tests that are named run the same: `elsewhere TEST … because …`",
    "masked": "is output in which numbers may differ: `masked because …`",
}
_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^`]*)$")
_COMMENT = re.compile(r"<!-- guide: (?P<kind>\w+) ?(?P<about>.*?) -->")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes
    ----------
    page : str
        The page's name, without a suffix.
    line : int
        Of its fence, in the page.
    language : str
        Such as "sh".
    text : str
        What stands in it, options of a directive left out.
    kind : str
        One of `KINDS`, "run" (sh and python), "output" (text after a block that is run), or "" where nothing says what
        to do with it.
    about : str
        What the comment says after the kind, but for the reason; for "file", the path.
    reason : str
        Why it is not run as it stands.
    """

    page: str
    line: int
    language: str
    text: str
    kind: str
    about: str = ""
    reason: str = ""

    def __str__(self):
        return f"{self.page}.md, line {self.line}"


def blocks_of(page, folder=ROOT / "book"):
    """All fenced blocks of a page, in order; directives that hold text, such as a tip, are none."""
    lines = (folder / f"{page}.md").read_text(encoding="utf-8").splitlines()
    found: list[Block] = []
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number].strip())
        if not fence:
            number += 1
            continue
        end = next(n for n in range(number + 1, len(lines)) if lines[n].strip() == fence["fence"])
        found.append(_block(page, lines, number, end, fence["info"].strip(), found))
        number = end + 1
    return found


def _block(page, lines, first, end, info, before):
    directive, _, argument = info.partition(" ")
    language = argument.strip() if directive == "{code-block}" else info
    body, caption = lines[first + 1 : end], ""
    while directive == "{code-block}" and body and (option := re.match(r":(\w+): ?(.*)", body[0])):
        caption = option[2].strip("`") if option[1] == "caption" else caption
        body = body[1:]
    comment = _COMMENT.fullmatch(lines[first - 1].strip()) if first else None
    kind, about, reason = _said(comment, caption)
    if not kind and language in ("sh", "python"):
        kind = "run"
    elif not kind and language == "text" and before and _runs(before[-1]):
        kind = "output"
    return Block(page, first + 1, language, "\n".join(body).strip("\n") + "\n", kind, about, reason)


def _said(comment, caption):
    if comment is None:
        return ("file", caption, "") if caption else ("", "", "")
    assert comment["kind"] in KINDS, f"{comment[0]}: there is no {comment['kind']!r}; there are {', '.join(KINDS)}."
    about, _, reason = comment["about"].partition("because ")
    assert comment["kind"] == "file" or reason, f"{comment[0]} gives no reason: … because …"
    return comment["kind"], about.strip(), reason


def _runs(block):
    return block.kind in ("run", "add", "as")


def commands_in_prose(page, folder=ROOT / "book"):
    """Inline code that is a command, in order: what begins with a program of the course or of its installation."""
    text = (folder / f"{page}.md").read_text(encoding="utf-8")
    prose = re.sub(r"^(`{3,})[^`\n]*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose)
    return [code for code in found if PROGRAM.match(code) and "…" not in code]


PROGRAM = re.compile(
    r"(?:(?:\.venv|gradients)/bin/|gradients\\Scripts\\)?(?:autograder|make|nbgrader|jupyter|dask|pip|python -m)(?: |$)"
    r"|(?:sudo|export|createdb) "
)
