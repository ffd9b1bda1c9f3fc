"""The site as readers meet it: light, whole, without scripts, on paper, on phones, with a screen reader."""

import json
import time
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import axe_core_python
import pytest

from tests.book.pages import CHAPTER_PAGES, ROOT, Page, page_names
from tests.chromium import chromium

PAGES = page_names()
WIDTHS = (390, 820, 1400)
SCHEMES = ("light", "dark")
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FITS = "return document.documentElement.scrollWidth <= window.innerWidth"
WORD = {  # of each chapter, and of no other
    "softmax": "bagging",
    "two_layer_net": "momentum",
    "layers": "topological",
    "batchnorm": "normalisation",
    "cnn_by_hand": "im2col",
    "cnn_pytorch": "augmentation",
    "transfer": "ImageNet",
}


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
        yield driver


def _open(browser, address, width=1400, scheme="light"):
    """Open a page in a scheme, as wide as that, with the logs of earlier pages forgotten."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    _resize(browser, width)
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(address)


def _resize(browser, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def _wait_for(browser, condition):
    """Wait until a script returns something true; the theme's scripts run after a page is loaded."""
    for _ in range(50):
        if browser.execute_script(condition):
            return
        time.sleep(0.1)
    raise AssertionError(f"never true: {condition}")


def _traffic(browser):
    """Addresses that were asked for, and how many bytes came, until none has come for a while."""
    asked, sizes, quiet = {}, {}, 0
    while quiet < 5:
        news = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
        quiet = 0 if news else quiet + 1
        for event in news:
            number = event["params"].get("requestId")
            if event["method"] == "Network.requestWillBeSent":
                asked[number] = event["params"]["request"]["url"]
            elif event["method"] == "Network.loadingFinished":
                sizes[number] = event["params"]["encodedDataLength"]
        time.sleep(0.1)
    return {url: sizes.get(number, 0) for number, url in asked.items()}


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_what_a_reader_sees_first_takes_less_than_a_megabyte(browser, served, name):
    _open(browser, f"{served}/{name}.html")
    loaded = _traffic(browser)
    assert f"{served}/{name}.html" in loaded
    assert sum(loaded.values()) < 1_000_000, sorted(loaded.items(), key=lambda one: -one[1])[:5]


def test_the_whole_site_takes_less_than_40_megabytes(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 40_000_000


@pytest.mark.browser
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_pages_fit_every_width_in_both_schemes_without_errors_or_other_hosts(browser, served, name, scheme):
    _open(browser, f"{served}/{name}.html", scheme=scheme)
    _wait_for(browser, f"return document.documentElement.dataset.theme === '{scheme}'")
    for width in WIDTHS:
        _resize(browser, width)
        _wait_for(browser, FITS)  # a sidebar may be on its way out
    errors = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert errors == []
    assert [url for url in _traffic(browser) if not url.startswith((served, "data:", "blob:"))] == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_a_screen_reader_and_eyes_that_see_little_meet_no_serious_obstacle(browser, site, name, scheme):
    _open(browser, (site / f"{name}.html").as_uri(), scheme=scheme)
    _wait_for(browser, f"return document.documentElement.dataset.theme === '{scheme}'")
    browser.execute_script(
        "const style = document.createElement('style');"
        "style.textContent = '* { transition: none !important; animation: none !important; }';"
        "document.head.append(style);"  # a colour on its way from one scheme to the other is neither
        "document.querySelectorAll('details').forEach((folded) => { folded.open = true; });"  # what is in them, too
        "document.querySelectorAll('img').forEach((picture) => { picture.loading = 'eager'; });"
    )
    _wait_for(browser, "return [...document.images].every((picture) => picture.complete)")
    browser.execute_script(AXE)
    browser.set_script_timeout(120)
    options = {"resultTypes": ["violations"]}
    if scheme == "dark":  # the same elements in other colours
        options["runOnly"] = ["color-contrast", "link-in-text-block"]
    found = browser.execute_async_script(
        "const [options, done] = arguments; axe.run(document, options).then((found) => done(found.violations));",
        options,
    )
    assert [
        (one["id"], [(node["html"][:200], node["failureSummary"]) for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ] == []


@cache
def _page(path):
    return Page(path)


@pytest.mark.parametrize("name", [*PAGES, "genindex", "search"])
def test_every_link_leads_to_a_page_and_to_a_place_on_it(site, name):
    path = site / f"{name}.html"
    for address in _page(path).addresses:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        assert target.is_file(), address
        if parts.fragment and target.suffix == ".html":
            assert unquote(parts.fragment) in _page(target).ids, address


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_headings_in_order(site, name):
    page = _page(site / f"{name}.html")
    assert sorted({one for one in page.ids if page.ids.count(one) > 1}) == []
    assert page.headings.count(1) == 1
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1, f"an h{after} under an h{before}"


@pytest.mark.browser
@pytest.mark.parametrize("chapter", CHAPTER_PAGES)
def test_search_finds_a_word_of_each_chapter(browser, served, chapter):
    _open(browser, f"{served}/search.html?q={WORD[chapter]}")
    _wait_for(browser, f"return document.querySelector('#search-results a[href*=\"book/{chapter}.html\"]')")


READS_WELL = {"theme": "light", "contents": True, "useless": [], "hidden": [], "flat": 0}
_WITHOUT_SCRIPTS = """
const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().height > 0;
const shown = (element) => element.outerHTML.slice(0, 99);
const all = (selector) => [...document.querySelectorAll(selector)];
return {
  theme: document.documentElement.dataset.theme,
  contents: all('.bd-sidebar-primary a').some(seen),
  useless: all('.pst-js-only, .sidebar-toggle, .btn-fullscreen-button').filter(seen).map(shown),
  hidden: all('.bd-article p, .bd-article pre, .bd-article math')
    .filter((e) => e.textContent.trim() && !seen(e) && !e.closest('details, .sd-tab-content')).map(shown),
  flat: all('.bd-article math').filter((e) => e.getBoundingClientRect().width === 0).length,
};"""


@pytest.fixture(scope="module")
def without_scripts():
    with chromium(preferences={"profile.managed_default_content_settings.javascript": 2}) as driver:
        yield driver


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_every_page_reads_well_without_scripts(without_scripts, site, name):
    """Scripts of the page are off; those of the test run in a world of their own."""
    _open(without_scripts, (site / f"{name}.html").as_uri(), width=390)
    for _ in range(20):  # styles may come a moment after the page
        asked = without_scripts.execute_script(_WITHOUT_SCRIPTS)
        if asked == READS_WELL:
            break
        time.sleep(0.2)
    assert asked == READS_WELL
    _wait_for(without_scripts, FITS)


@pytest.mark.browser
def test_formulas_are_drawn_in_their_own_font(browser, served):
    _open(browser, f"{served}/book/softmax.html")
    browser.execute_async_script("document.fonts.ready.then(arguments[0])")
    assert browser.execute_script(
        "return [...document.fonts].some((one) => one.family.includes('Book Math') && one.status === 'loaded')"
    )


@pytest.mark.browser
def test_formulas_that_stand_alone_stand_in_the_middle(browser, site):
    _open(browser, (site / "book" / "softmax.html").as_uri())
    off = browser.execute_script(
        """const box = (element) => element.getBoundingClientRect();
        const middle = (element) => (box(element).left + box(element).right) / 2;
        return [...document.querySelectorAll('.bd-article div.math')].map(
          (line) => Math.abs(middle(line) - middle(line.querySelector('math > *'))));"""
    )
    assert len(off) > 10 and max(off) < 2
    _resize(browser, 390)
    left = browser.execute_script(
        "return [...document.querySelectorAll('.bd-article div.math')].map((line) => "
        "line.querySelector('math > *').getBoundingClientRect().left - line.getBoundingClientRect().left);"
    )
    assert min(left) >= 0, "the beginning of a formula is out of reach"


@pytest.mark.browser
@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_on_paper_answers_are_open_and_interactive_figures_are_still(browser, site, name):
    _open(browser, (site / "book" / f"{name}.html").as_uri())
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = browser.execute_script(
        "return [...document.querySelectorAll('.bd-article details > *')]"
        ".filter((e) => !e.checkVisibility({contentVisibilityAuto: true}))"
        ".map((e) => e.textContent.slice(0, 80))"
    )
    assert hidden == []
    moving = browser.execute_script(
        "return [...document.querySelectorAll('.optimisers, .graph-walk, #batchnorm-figure, #convolution-figure')]"
        ".filter((e) => e.checkVisibility()).map((e) => e.className)"
    )
    assert moving == []


def test_pictures_say_their_size_and_wait_until_a_reader_comes_near(site):
    text = (site / "book" / "softmax.html").read_text(encoding="utf-8")
    pictures = [part.split(">")[0] for part in text.split("<img ")[1:]]
    assert len(pictures) > 8
    assert all('width="' in picture for picture in pictures)
    assert ['loading="eager"' in picture for picture in pictures] == [True] + [False] * (len(pictures) - 1)


def test_every_page_of_the_book_is_in_the_table_of_contents():
    assert {path.stem for path in (ROOT / "book").glob("*.md")} == {name.removeprefix("book/") for name in PAGES}
