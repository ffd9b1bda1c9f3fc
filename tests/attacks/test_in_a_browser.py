"""What students write, as instructors see it in a real browser: nothing of it runs, and nothing is fetched for it.

The pages are those of `nbgrader generate_feedback` and of formgrader on a running Jupyter server, of the class that the
other tests of attacks grade. First it is shown that what would run is noticed.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.attacks import pages
from tests.chromium import chromium
from tests.grading.courses import ASSIGNMENT, copied
from tests.grading.test_exploits import nbgrader

pytestmark = [pytest.mark.sandbox, pytest.mark.browser]
STUDENTS = ["shows_scripts", "outputs_saved", "html_and_scripts", "cells_retyped", "terminal_escapes"]
MATHJAX = (
    "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"  # nbgrader's own pages ask for it, whoever wrote the notebook
)
TASK = "softmax-explain_initial_loss"


class Watched:
    """A browser that tells what ran in a page and what the page asked for."""

    def __init__(self, driver, heard):
        self.driver, self.heard = driver, heard

    def open(self, address):
        """Open a page and wait until it has settled."""
        self.driver.get("about:blank")
        self.driver.get_log("performance")
        self.heard.clear()
        self.driver.get(address)
        self.driver.execute_async_script("setTimeout(arguments[0], 700)")

    def ran(self):
        """Names of what ran."""
        return set(self.driver.execute_script("return window.OWNED || []"))

    def asked(self):
        """Addresses that the page asked for, itself and what it holds within itself apart."""
        logged = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [m["params"]["request"]["url"] for m in logged if m["method"] == "Network.requestWillBeSent"]
        return {url for url in sent if not url.startswith(("data:", "about:")) and url != self.driver.current_url}

    def links(self):
        """Where the links of the notebook lead that is shown."""
        found = "return [...document.querySelectorAll('#notebook-container a[href]')].map(a => a.getAttribute('href'))"
        return self.driver.execute_script(found)


@pytest.fixture(scope="module")
def watched():
    """A browser to which every other host is one listener on this machine."""
    heard = set()

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.add(f"http://{self.headers['Host']}{self.path}")
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        rules = f"--host-resolver-rules=MAP * 127.0.0.1:{listener.server_port}, EXCLUDE 127.0.0.1"
        with chromium(rules) as driver:
            yield Watched(driver, heard)
        listener.shutdown()


@pytest.fixture(scope="module")
def shown(attacked, tmp_path_factory):
    """The attacked class's course with feedback for those who try to be seen."""
    course = copied(attacked.course, tmp_path_factory.mktemp("shown") / "course")
    for student in STUDENTS:
        nbgrader(course.root, "generate_feedback", ASSIGNMENT, f"--student={student}")
    return course


@pytest.fixture(scope="module")
def formgrader(shown):
    """Address of a Jupyter server in the course's folder, as the guide says to start it; its token is `token`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(sys.executable).parent
    with open(shown.root.parent / "server.log", "w") as log:
        server = subprocess.Popen(
            [
                program / "jupyter-server",
                "--allow-root",
                "--no-browser",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                "--IdentityProvider.token=token",
            ],
            cwd=shown.root,
            env=os.environ | {"PATH": f"{program}{os.pathsep}{os.environ['PATH']}"},
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status?token=token", server, log.name)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(address, server, log):
    for _ in range(600):
        assert server.poll() is None, Path(log).read_text()[-3000:]
        with contextlib.suppress(OSError), urllib.request.urlopen(address) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise AssertionError(Path(log).read_text()[-3000:])


@pytest.fixture
def in_formgrader(watched, formgrader):
    """A function that opens one of formgrader's pages, signed in."""
    watched.driver.get(f"{formgrader}/api/status?token=token")

    def visit(path):
        watched.open(f"{formgrader}/formgrader/{path}")
        assert "nbgrader formgrade" in watched.driver.title or watched.driver.title == ASSIGNMENT
        return watched

    return visit


def nothing_of_a_student_happened(watched, *allowed):
    """Nothing ran, nobody outside was asked but for MathJax, and the page is where it was."""
    assert watched.ran() == set()
    assert watched.heard == set()
    strange = {url for url in watched.asked() if not url.startswith((MATHJAX, *allowed))}
    assert strange == set()


def page_with(tmp_path, markup):
    """The address of a page with nothing but this markup."""
    path = tmp_path / "page.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><title>plain</title><body>{markup}", encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("name", pages.RUNS)
def test_what_runs_is_noticed(watched, tmp_path, name):
    watched.open(page_with(tmp_path, pages.RUNS[name]))
    assert watched.ran() == {name}


def test_what_is_fetched_is_noticed(watched, tmp_path):
    watched.open(page_with(tmp_path, "".join(pages.FETCHES.values())))
    assert watched.heard == {pages.asks(name) for name in pages.FETCHES}
    assert watched.heard <= watched.asked()


def test_a_page_without_anything_is_quiet(watched, tmp_path):
    watched.open(page_with(tmp_path, "<p>Nothing."))
    nothing_of_a_student_happened(watched)


@pytest.mark.parametrize("student", STUDENTS)
def test_nothing_of_a_students_runs_in_the_feedback(watched, shown, student):
    page = shown.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
    watched.open(page.as_uri())
    beside = (page.parent / "plot.png").as_uri()
    nothing_of_a_student_happened(watched, beside)
    assert watched.driver.title == ASSIGNMENT
    assert all(link.startswith("#") for link in watched.links())
    assert "softmax.loss_naive" in watched.driver.find_element("id", "notebook-container").text


def test_feedback_shows_what_was_written_and_pictures_that_were_handed_in(watched, shown):
    watched.open((shown.root / f"feedback/shows_scripts/{ASSIGNMENT}/{ASSIGNMENT}.html").as_uri())
    text = watched.driver.find_element("id", "notebook-container").text
    for said in (pages.RUNS["script"], "x (http://listener.example/picture)", "missing (attachment:missing.png)"):
        assert said in text
    script = "return [...document.images].filter(i => i.naturalWidth == 1).map(i => i.getAttribute('src').slice(0, 15))"
    assert set(watched.driver.execute_script(script)) == {"plot.png", "data:image/png;"}


def test_latex_that_does_something_does_not_reach_mathjax(shown):
    """MathJax is not here to be run; it reads everything but the elements that are taken away."""
    page = shown.root / f"feedback/shows_scripts/{ASSIGNMENT}/{ASSIGNMENT}.html"
    body = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find(id="notebook-container")
    assert "mmlToken{mglyph}" in body.get_text()
    for left_alone in body.select("pre, code, .tex2jax_ignore"):
        left_alone.decompose()
    assert r"\text{mglyph}" in body.get_text()
    assert not re.search(r"\\(href|require|style|class|cssId|mmlToken)", body.get_text())


@pytest.mark.parametrize("student", STUDENTS)
def test_nothing_of_a_students_runs_where_it_is_marked_by_hand(in_formgrader, formgrader, attacked, shown, student):
    number = submission(shown, student)
    watched = in_formgrader(f"submissions/{number}/")
    own = ("static/", "api/grades?", "api/comments?", f"submissions/{number}/plot.png")
    nothing_of_a_student_happened(
        watched, *[f"{formgrader}/formgrader/{part}" for part in own], f"{formgrader}/favicon.ico"
    )
    assert watched.links() == []
    assert not (attacked.course.root.parent / "configured").exists()
    fields = watched.driver.execute_script("return document.querySelectorAll(`[id='${arguments[0]}']`).length", TASK)
    assert fields == 1


@pytest.mark.parametrize(
    "page",
    [
        "manage_assignments",
        f"manage_submissions/{ASSIGNMENT}",
        "gradebook",
        f"gradebook/{ASSIGNMENT}",
        f"gradebook/{ASSIGNMENT}/{ASSIGNMENT}",
        "manage_students",
        "manage_students/shows_scripts",
        f"manage_students/shows_scripts/{ASSIGNMENT}",
    ],
)
def test_nothing_of_a_students_runs_in_formgraders_lists(in_formgrader, formgrader, page):
    watched = in_formgrader(page)
    assert watched.driver.find_elements("css selector", "#main-table tr")
    nothing_of_a_student_happened(
        watched, *[f"{formgrader}/{part}" for part in ("formgrader/static/", "formgrader/api/", "favicon.ico")]
    )
    assert watched.driver.title == "nbgrader formgrade"


def test_a_configuration_that_was_handed_in_is_kept_where_nobody_is_led(shown):
    for folder in (shown.root / "autograded", shown.root / "feedback"):
        assert list(folder.rglob("plot.png"))
        assert not list(folder.rglob("*_config.py"))


def test_a_configuration_that_is_run_would_be_noticed(in_formgrader, attacked, shown):
    """The last test here, for the server takes the folder for a course from now on."""
    written = attacked.course.root.parent / "configured"
    assert not written.exists()
    in_formgrader("manage_assignments").driver.get(
        f"{in_formgrader('gradebook').driver.current_url.removesuffix('/gradebook')}"
        f"?path={shown.root}/submitted/shows_scripts/{ASSIGNMENT}"
    )
    assert written.read_text() == "configured"
    written.unlink()


def submission(course, student):
    """Formgrader's number for a student's notebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        return gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student).id
