"""The built book: no warning, nothing from another host, readable in a browser, an anchor for every check."""

import functools
import re
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from autograder.registry import checks_of

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("index", "softmax", "student", "instructor", "data", "references")
LOADED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"(https?:)?//|<link\b[^>]*\brel=\"stylesheet\"[^>]*href=\"(https?:)?//"
)


@pytest.fixture(scope="module")
def site():
    """The built pages; a warning fails the build. Cached outputs are used where nothing has changed."""
    build = [Path(sys.executable).parent / "jupyter-book", "build", ".", "-W", "--keep-going"]
    said = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout[-4000:] + said.stderr[-4000:]
    return ROOT / "_build" / "html"


def page(site, name):
    return site / "book" / f"{name}.html"


def test_every_page_is_built(site):
    assert [name for name in PAGES if not page(site, name).is_file()] == []
    assert (site / "index.html").is_file()


def test_no_page_loads_anything_from_another_host(site):
    for path in site.rglob("*.html"):
        assert not LOADED.search(path.read_text(encoding="utf-8")), path


def test_every_check_has_an_anchor_of_its_name(site):
    text = page(site, "softmax").read_text(encoding="utf-8")
    for name in [check.name for check in checks_of("softmax")] + ["softmax.explain_initial_loss"]:
        assert f'id="{name}"' in text, name


def test_links_inside_the_book_lead_somewhere(site):
    for path in (page(site, name) for name in PAGES):
        text = path.read_text(encoding="utf-8")
        for target in set(re.findall(r'href="([^":]+)"', text)):
            file, _, anchor = target.partition("#")
            file = file.partition("?")[0]
            found = path.parent / file if file else path
            assert found.exists(), f"{path.name}: {target}"
            if anchor and found.suffix == ".html":
                assert re.search(rf'id="{re.escape(anchor)}"', found.read_text(encoding="utf-8")), (
                    f"{path.name}: {target}"
                )


def test_pictures_have_words_for_those_who_cannot_see_them(site):
    for name in PAGES:
        for tag in re.findall(r"<img\b[^>]*>", page(site, name).read_text(encoding="utf-8")):
            assert re.search(r'\balt="[^"]+"', tag), f"{name}: {tag[:200]}"


def test_the_recorded_results_are_shown_beside_the_sources(site):
    text = page(site, "softmax").read_text(encoding="utf-8")
    assert "40.75" in text and "41.1" in text and "6 h 45 min" in text


@pytest.fixture(scope="module")
def browser():
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def served(site):
    """The site's address on a server of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _look(browser, url, width=1200, scheme="light"):
    """Open a page and return (errors in the console, other hosts asked, how far it is wider than the window)."""
    import json

    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(url)
    browser.set_script_timeout(60)
    browser.execute_async_script(
        "const done = arguments[0]; const wait = () => window.MathJax && MathJax.startup && MathJax.startup.promise"
        " ? MathJax.startup.promise.then(() => setTimeout(done, 300)) : setTimeout(done, 700); wait();"
    )
    errors = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    asked = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
    others = [u for u in urls if u.startswith("http") and "127.0.0.1" not in u]
    wider = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    return errors, others, wider


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 1400])
def test_pages_open_from_a_server_without_errors_or_sideways_scrolling(browser, served, name, width):
    errors, others, wider = _look(browser, f"{served}/book/{name}.html", width, "dark" if width == 390 else "light")
    assert errors == [] and others == [] and wider <= 0


@pytest.mark.browser
def test_mathematics_is_set_when_opened_from_disk(browser, site):
    errors, others, _ = _look(browser, page(site, "softmax").as_uri())
    assert errors == [] and others == []
    assert browser.execute_script("return document.querySelectorAll('mjx-container').length") > 100
