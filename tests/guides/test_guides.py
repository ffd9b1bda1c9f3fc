"""Nothing in the guides goes untested: every block says what a test does with it, every command and message is real."""

import argparse
import ast
import re
import shlex

import pytest

from autograder.cli import _parser
from tests.guides.blocks import KINDS, ROOT, blocks_of, commands_in_prose
from tests.guides.test_instructor_guide import HANDLERS, PAGES

GUIDES = ("student", *PAGES, "instructor_troubleshooting")
NOTHING_TO_RUN = ("instructor_troubleshooting",)
every_page = pytest.mark.parametrize("page", GUIDES)


@every_page
def test_every_block_says_what_a_test_does_with_it(page):
    blocks = blocks_of(page)
    assert blocks or page in NOTHING_TO_RUN
    assert [str(block) for block in blocks if not block.kind] == []
    ran = [block for block in blocks if block.kind in ("run", "add", "as", "file")]
    assert ran or not blocks, f"on {page} nothing is run at all"


@every_page
def test_a_block_that_is_run_elsewhere_names_tests_that_are_there(page):
    for block in blocks_of(page):
        if block.kind == "elsewhere":
            named = block.about.split()
            assert named, f"{block} names no test"
            for path in named:
                assert re.search(r"^def test_", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), str(block)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("```sh\nls\n```", "run"),
        ("```python\n1\n```", "run"),
        ("```sh\nls\n```\n\n```text\na\n```", "output"),
        ("```text\na\n```", ""),
        ("```powershell\nls\n```", ""),
        ("```json\n{}\n```", ""),
        ("<!-- guide: file a.json -->\n```json\n{}\n```", "file"),
        ("```{code-block} python\n:caption: a.py\n1\n```", "file"),
        ("```{code-block} python\n1\n```", "run"),
        ("<!-- guide: elsewhere tests/a.py because it waits -->\n```sh\nls\n```", "elsewhere"),
    ],
)
def test_what_a_block_is_for_is_seen_from_its_language_and_its_comment(tmp_path, text, kind):
    (tmp_path / "page.md").write_text(f"# Page\n\n{text}\n", encoding="utf-8")
    assert blocks_of("page", tmp_path)[-1].kind == kind


@pytest.mark.parametrize("comment", ["elsewhere tests/a.py", "nothing because why"])
def test_a_comment_without_a_reason_or_of_no_known_kind_is_refused(tmp_path, comment):
    (tmp_path / "page.md").write_text(f"<!-- guide: {comment} -->\n```sh\nls\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=f"gives no reason|there are {', '.join(KINDS)}"):
        blocks_of("page", tmp_path)


def _of_blocks():
    """Every line of a shell that stands in a block, of any guide."""
    return [line.strip() for page in GUIDES for block in blocks_of(page) for line in block.text.splitlines()]


@every_page
def test_every_command_in_the_text_stands_in_a_block_or_is_understood(page):
    known, targets = _of_blocks(), re.findall(r"^(\S+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for command in commands_in_prose(page):
        words = shlex.split(re.sub(r"^\S*?(?:bin/|Scripts\\)", "", command))
        if any(line.split(" #")[0].strip().endswith(command) or line.startswith(command) for line in known):
            continue
        if words[0] == "make":
            assert set(words[1:]) <= set(targets), command
        elif words[0] == "autograder":
            _understood(words[1:], command)
        else:
            assert command in OTHERS, f"{page}: {command} stands in no block, and nothing tests it"
            assert (ROOT / OTHERS[command]).is_file()


# Commands of the text that no block holds, and the tests that give them.
OTHERS = {
    ".venv/bin/jupyter lab": "tests/demo/test_demo.py",
    "gradients\\Scripts\\pip": "tests/guides/test_student_guide.py",
    "nbgrader autograde": "tests/grading/test_stock_commands.py",
    "nbgrader generate_assignment softmax --force": "tests/grading/test_postgres.py",
    "nbgrader release_assignment softmax": "tests/grading/test_exchange.py",
    "python -m coursekit.train": "tests/coursekit/test_train.py",
    "sudo apt-get install python3-venv": "tests/front_door/test_front_door.py",
}


def _understood(words, command):
    """Whether the parser takes the command; a subcommand alone names what is spoken of."""
    commands = next(a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
    words = [word for word in words if word not in ("--help", "--version")]
    if not words:
        return
    assert words[0] in commands, f"there is no command {command!r}"
    if len(words) > 1:
        _parser().parse_args(words)


@every_page
def test_every_file_of_the_course_that_is_named_is_there(page):
    text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    made = {block.about for one in GUIDES for block in blocks_of(one) if block.kind == "file"}
    for path in re.findall(r"`((?:autograder|coursekit|solutions|assignments|tests|book|requirements)/[\w/.]+)`", text):
        if re.search("[A-Z]{3}", path):  # a name to be put in
            continue
        assert (ROOT / path).exists() or path in made or any(name.startswith(path) for name in made), path


def _literals():
    """Every text in the sources, as a list of its fixed parts, between which something is filled in."""
    for folder in ("autograder", "coursekit"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    yield _parts(node)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield [node.value]


def _parts(joined):
    parts = [""]
    for value in joined.values:
        if isinstance(value, ast.Constant):
            parts[-1] += value.value
        else:
            parts.append("")
    return parts


LITERALS = [
    ("\0".join(parts), re.compile(".+".join(map(re.escape, parts)), re.DOTALL))
    for parts in _literals()
    if sum(map(len, parts)) > 20
]


def _messages(page):
    """The first column of the page's table of messages, as it stands between backquotes."""
    rows = re.findall(r"^\| (`.*?`) \|", (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8"), re.MULTILINE)
    return [message for row in rows for message in re.findall(r"`([^`]+?)`(?:, |$)", row) if " " in message]


MESSAGES = [(page, message) for page in ("student", "instructor_troubleshooting") for message in _messages(page)]


@pytest.mark.parametrize(("page", "message"), MESSAGES)
def test_every_message_of_the_tables_occurs_in_the_sources(page, message):
    told = [part.strip() for part in message.replace("(…)", "…").split("…") if part.strip(" .,:;")]
    in_order = re.compile(".*".join(map(re.escape, told)), re.DOTALL)
    for whole, with_anything in LITERALS:
        if in_order.search(whole) or with_anything.search(message.split("…")[0]):
            return
    raise AssertionError(f"{page}: no source says {message}")


def test_there_are_tables_of_messages():
    assert len(MESSAGES) > 30


def test_every_handler_is_used_and_every_one_that_is_named_is_there():
    named = {block.about for page in PAGES for block in blocks_of(page) if block.kind == "as"}
    assert named == set(HANDLERS)
