"""CONTRIBUTING.md: every folder, file, command and name in it is there, and README leads to it."""

import re
import shlex

import pytest

from autograder.cli import _parser
from tests.guides.blocks import ROOT
from tests.mutants import collect

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CODE = sorted(set(re.findall(r"`([^`\n]+)`", TEXT)))
TARGETS = re.findall(r"^(\S+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
PATHS = [code for code in CODE if re.fullmatch(r"[\w.]+/[\w./]*|[\w]+\.(?:md|yml|toml)", code) and "NAME" not in code]


def test_every_path_is_there():
    assert len(PATHS) > 40
    assert [path for path in PATHS if not (ROOT / path).exists() and path != ".venv/bin"] == []


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert links and [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("command", [code for code in CODE if code.startswith(("make", "autograder "))])
def test_every_command_is_one(command):
    words = shlex.split(command)
    if words[0] == "make":
        assert set(words[1:]) <= set(TARGETS)
    else:
        _parser().parse_args(words[1:])


def test_every_folder_of_tests_is_in_the_table_and_every_room_is_named():
    folders = {f"tests/{path.name}" for path in (ROOT / "tests").iterdir() if any(path.glob("**/*.py"))}
    assert folders - {f"tests/{path}" for path in ("__pycache__",)} <= {path.rstrip("/") for path in PATHS}
    rooms = {
        "book/",
        "assignments/",
        "solutions/",
        "autograder/",
        "coursekit/",
        "tests/",
        "benchmarks/",
        "requirements/",
    }
    assert rooms <= set(PATHS)


def test_what_evidence_is_written_with_exists():
    named = {"patch", "mutant", "alternative"}
    assert all(re.search(rf"\b{name}\(ITEM", TEXT) and callable(getattr(collect, name)) for name in named)
    read = (ROOT / "autograder" / "handins.py").read_text(encoding="utf-8")
    assert all(words in TEXT and words in read for words in ("Starts from", "Must come out"))
    variables = set(re.findall(r"AUTOGRADER_TEST_\w+", TEXT))
    assert variables == set(
        re.findall(
            r"AUTOGRADER_TEST_(?:CHAPTER|SECRET)", (ROOT / "tests/checks/judging.py").read_text(encoding="utf-8")
        )
    )


def test_readme_leads_here_and_keeps_no_second_copy():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](CONTRIBUTING.md)" in readme
    rows = [line for line in TEXT.splitlines() if line.startswith("|") and len(line) > 30]
    assert [row for row in rows if row in readme] == []
