"""What makes the book easy to read and use: front matter, glossary, symbols, references, provenance."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
CHAPTERS = {  # page: its homework's folder
    "softmax": "softmax",
    "two_layer_net": "two_layer_net",
    "layers": "layers",
    "batchnorm": "batchnorm",
    "cnn_by_hand": "cnn",
    "cnn_pytorch": "cnn",
    "transfer": "transfer",
}
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)


def source(name):
    """The source of a page."""
    return (BOOK / f"{name}.md").read_text(encoding="utf-8")


def built(site, name):
    """A built page."""
    return (site / "book" / f"{name}.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------------------------------------- recorded studies


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_recorded_study_of_a_chapter_says_how_it_was_measured(name):
    code = "\n".join(CELL.findall(source(name)))
    studies = {f"{CHAPTERS[name]}/{study}" for study in re.findall(r'\brecorded\(["\'](\w+)["\']\)', code)}
    studies |= {f"{chapter}/{study}" for study, chapter in re.findall(r'\brecorded\("(\w+)", "(\w+)"\)', code)}
    studies |= {f"{chapter}/{study}" for chapter, study in re.findall(r'"results", "(\w+)", "(\w+)\.json"', code)}
    for several in re.findall(r"\bmap\(recorded, \(([^)]+)\)", code):
        studies |= {f"{CHAPTERS[name]}/{study}" for study in re.findall(r'"(\w+)"', several)}
    said = set(re.findall(r'"(\w+/\w+)"', " ".join(re.findall(r"how_measured\(([^)]+)\)", code))))
    assert studies and studies - said == set(), "recorded, but the page does not say how it was measured"
    assert all((BOOK / "results" / f"{study}.json").is_file() for study in said)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_line_that_unfolds_gives_the_figures_of_the_file(site, name):
    text = built(site, name)
    calls = re.findall(r"how_measured\(([^)]+)\)", source(name))
    assert text.count("<details class='how-measured'>") == len(calls) > 0
    for study in {study for call in calls for study in re.findall(r'"(\w+/\w+)"', call)}:
        recorded = json.loads((BOOK / "results" / f"{study}.json").read_text(encoding="utf-8"))
        part = re.search(rf"<ul[^>]*>(?:(?!<ul).)*?book/results/{study}\.json", text, re.DOTALL)
        assert part, study
        assert recorded["versions"]["numpy"] in part.group(0)
        if "data" in recorded:
            assert f"{recorded['data']['splits']['train']['images']:,} training" in part.group(0)
