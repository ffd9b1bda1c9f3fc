"""The demo as an instructor meets it: one command, then the table, the feedback, and formgrader in a browser."""

import contextlib
import io
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.demo import NO_NOTEBOOK
from autograder.handins import read_handins
from autograder.registry import checks_of
from tests.chromium import chromium

pytestmark = pytest.mark.sandbox
STUDENTS = [*read_handins("softmax"), NO_NOTEBOOK]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A finished demo: its folder, what it printed, and its exit code."""
    folder, said = tmp_path_factory.mktemp("demo") / "course", io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main(["demo", str(folder), "--jobs", "2"])
    return folder, said.getvalue(), code


def test_it_prints_every_student_with_the_points_that_are_due(demo):
    _, said, code = demo
    assert code == 0
    rows = dict(re.findall(r"^(\w+) +softmax +([\d.]+) / 33\b", said, re.MULTILINE))
    assert sorted(rows) == sorted(STUDENTS)
    worth = {check.name: check.points for check in checks_of("softmax")}
    for name, handin in read_handins("softmax").items():
        full = handin.full_items(list(worth))
        least = sum(worth[item] for item in full)
        assert least <= float(rows[name]) and (len(full) == len(worth)) == (float(rows[name]) == 33), name
    assert float(rows[NO_NOTEBOOK]) == float(rows["untouched"]) == float(rows["patches_the_grader"]) == 0


def test_reasons_stand_beside_the_points(demo):
    _, said, _ = demo
    assert "is there a loop that does not end?" in said
    assert "is not a Jupyter notebook" in said
    assert "everything is right" in said


def test_it_says_where_to_look_and_these_places_exist(demo):
    folder, said, _ = demo
    assert str(folder / "feedback" / "typical_mistakes" / "softmax" / "softmax.html") in said
    for student in STUDENTS:
        assert (folder / "feedback" / student / "softmax" / "softmax.html").stat().st_size > 10_000, student
        assert (folder / "autograded" / student / "softmax" / "softmax.ipynb").is_file(), student
    assert (folder / ".autograder" / "seed").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_it_writes_a_report_that_links_the_feedback(demo):
    folder, said, _ = demo
    assert str(folder / "report" / "index.html") in said
    index = (folder / "report" / "index.html").read_text(encoding="utf-8")
    for student in STUDENTS:
        assert f'href="student/{student}.html' in index
        page = (folder / "report" / "student" / f"{student}.html").read_text(encoding="utf-8")
        assert f'href="../../feedback/{student}/softmax/softmax.html"' in page


def test_feedback_names_mistakes_and_hides_hidden_numbers(demo):
    folder, _, _ = demo
    text = (folder / "feedback" / "typical_mistakes" / "softmax" / "softmax.html").read_text(encoding="utf-8")
    assert "majority vote" in text and "forward difference" in text
    assert "&lt;div" not in text and "&lt;table" not in text  # the verdict's own HTML came through


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def formgrader(demo, tmp_path_factory):
    """Address of formgrader on the demo's course folder."""
    home, port = tmp_path_factory.mktemp("home"), _free_port()
    environment = os.environ | {
        "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "c"), "JUPYTER_DATA_DIR": str(home / "d"),
        "JUPYTER_RUNTIME_DIR": str(home / "r"), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--port={port}",
         "--IdentityProvider.token="],
        cwd=demo[0], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(120):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api").close()
                break
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/formgrader"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield driver


def _text(browser, url, wanted):
    """The text of a page, once it holds `wanted`."""
    browser.get(url)
    for _ in range(60):
        text = browser.find_element("tag name", "body").text
        if wanted in text:
            return text
        time.sleep(0.5)
    raise AssertionError(f"{url} does not show {wanted!r}: {text[:500]}")


@pytest.mark.browser
def test_formgrader_shows_the_hand_ins_and_the_marking_scheme(browser, formgrader):
    text = _text(browser, f"{formgrader}/manage_submissions/softmax", "typical_mistakes")
    for student in STUDENTS:
        assert student in text
    assert "35 / 37" in text  # the reference with its bonus, the free-response item not marked yet
    _text(browser, f"{formgrader}/gradebook/softmax/softmax", "Submission #1")
    links = browser.find_elements("css selector", "a[href*='/formgrader/submissions/']")
    assert links
    text = _text(browser, links[0].get_attribute("href"), "BEGIN MARK SCHEME")
    assert "log C, from all classes having probability about 1/C" in text
