"""The report in a real browser, from disk: nothing of a student's runs, nothing is fetched, and it can be used.

By mouse and by keyboard, at three widths, in light and dark, with scripts and without.
"""

import json
import os

import pytest
from selenium.webdriver.common.keys import Keys

from tests.attacks import pages
from tests.attacks.test_in_a_browser import Watched, watched
from tests.report.made_up import (
    LOSS,
    TRAIN,
    empty_course,
    expectation,
    fill_gradebook,
    keep,
    large_class,
    row,
    small_class,
)
from tests.report.pages_of import Report

__all__ = ["Watched", "watched"]
pytestmark = pytest.mark.browser
# Names of folders: they hold no slash, so none of `pages.RUNS` but these.
IDS = [
    "<svg onload=window.OWNED=[1]>",
    '"><img src=x onerror=window.OWNED=[2]>',
    "' autofocus onfocus='OWNED=[3]",
    "{{7*7}}",
]
WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A report of students who write what would run, or be fetched, wherever they can write."""
    course = empty_course(tmp_path_factory.mktemp("hostile") / "course", ["softmax"])
    markup = [*pages.RUNS.values(), *pages.FETCHES.values(), pages.SVG, pages.TAG, "</style></title></svg>" + pages.SVG]
    for number, said in enumerate(markup):
        student = IDS[number] if number < len(IDS) else f"s{number:02}"
        wrong = [expectation(said, False, message=said, diagnosis=said), expectation("b", False, message=said)]
        unjudged = row(LOSS, 0.0, 4.0, "error", reason=said)
        keep(course, student, "softmax", [row(TRAIN, 1.0, 6.0, expectations=wrong), unjudged], remarks=[said])
    fill_gradebook(course)
    for student in IDS:
        damaged = course.private / "verdicts" / student / "softmax" / f"x{student}.json"
        damaged.write_text(pages.RUNS["image_that_fails"], encoding="utf-8")
    return Report(course)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The report of the small class."""
    return Report(small_class(tmp_path_factory.mktemp("small") / "course"))


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The report of a class that is drawn as bars."""
    return Report(fill_gradebook(large_class(tmp_path_factory.mktemp("large") / "course", 200, ["softmax", "cnn"])))


def opened(watched, report, name):
    """Open a page of a report; its complaints in the console are returned by `complaints`."""
    watched.driver.get_log("browser")
    watched.open((report.folder / name).as_uri())
    return watched.driver


def complaints(driver):
    return [entry["message"] for entry in driver.get_log("browser")]


def seen_at(driver, width, scheme):
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


@pytest.mark.parametrize("name", IDS[:2])
def test_names_that_would_run_would_be_noticed(watched, tmp_path, name):
    path = tmp_path / "page.html"
    path.write_text(f'<!DOCTYPE html><title>x</title><p title="">{name}', encoding="utf-8")
    watched.open(path.as_uri())
    assert watched.ran() != set()


def test_nothing_of_a_students_runs_or_is_fetched(watched, hostile):
    shown = 0
    for name in hostile.files():
        if name.endswith(".html"):
            driver = opened(watched, hostile, name)
            assert (watched.ran(), watched.heard, watched.asked()) == (set(), set(), set()), name
            assert complaints(driver) == [], name
            assert driver.title.endswith("class report") or driver.title == "Class report: course", name
            assert not driver.find_elements(
                "css selector", "main img, main iframe, main video, main input:not([type=search])"
            )
            shown += pages.RUNS["script"] in driver.find_element("tag name", "main").get_property("textContent")
    assert shown == 3  # on the pages of the class, the homework and the student: its text is there to be read


def test_what_got_in_all_the_same_would_not_run(watched, hostile):
    """The page's own policy holds for what is put into it later."""
    driver = opened(watched, hostile, "index.html")
    driver.execute_script("document.body.innerHTML = arguments[0]", pages.EVERYTHING)
    driver.execute_async_script("setTimeout(arguments[0], 700)")
    assert watched.ran() == set() and watched.heard == set()
    assert complaints(driver)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_kind_of_page_fits_every_screen(watched, small, large, hostile, width, scheme):
    seen_at(watched.driver, width, scheme)
    try:
        for report in (small, large, hostile):
            student = next(name for name in report.files() if name.startswith("student/"))
            for name in ("index.html", "homework/softmax.html", student):
                driver = opened(watched, report, name)
                wide = driver.execute_script("return document.documentElement.scrollWidth")
                assert wide <= width, (report.folder, name)
                assert complaints(driver) == []
                ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
                assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    finally:
        watched.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        watched.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_it_fits_on_paper_dark_on_light(watched, large):
    driver = opened(watched, large, "homework/cnn.html")
    scheme = [{"name": "prefers-color-scheme", "value": "dark"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": scheme})
    size = {"width": 718, "height": 1000, "deviceScaleFactor": 1, "mobile": False}  # A4 without its margins
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        assert driver.execute_script("return document.documentElement.scrollWidth") <= 718
        ground = "return getComputedStyle(document.body)[arguments[0]]"
        assert driver.execute_script(ground, "backgroundColor") == "rgb(255, 255, 255)"
        assert driver.execute_script(ground, "color") == "rgb(0, 0, 0)"
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def test_a_dot_leads_to_its_student(watched, small):
    driver = opened(watched, small, "index.html")
    dots = driver.find_elements("css selector", ".scores svg a")
    told = {dot.find_element("tag name", "title").get_property("textContent") for dot in dots}
    assert told == {
        "ada: 10 of 10 points",
        "bob: 8 of 10 points",
        "cem: 3 of 10 points",
        "dan: 0 of 10 points, not all could be judged",
    }
    dots[2].find_element("tag name", "circle").click()
    assert driver.find_element("tag name", "h1").text == "bob"


def test_a_bar_leads_to_its_students(watched, large):
    driver = opened(watched, large, "index.html")
    bar = driver.find_elements("css selector", ".scores svg a")[-1]
    count = bar.find_element("tag name", "text").text
    bar.find_element("tag name", "rect").click()
    driver.execute_async_script("setTimeout(arguments[0], 300)")
    target = driver.find_element("css selector", ":target")
    links = target.find_elements("tag name", "a")
    assert target.is_displayed() and len(links) == int(count)
    name = links[0].text
    links[0].click()
    assert driver.find_element("tag name", "h1").text == name


def test_the_keyboard_alone_reaches_a_student_from_the_figure(watched, small):
    driver = opened(watched, small, "homework/softmax.html")
    for _ in range(30):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        if driver.execute_script("return !!document.activeElement.closest('svg')"):
            break
    title = driver.execute_script("return document.activeElement.querySelector('title').textContent")
    driver.execute_cdp_cmd(
        "Input.dispatchKeyEvent",
        {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    )
    driver.execute_async_script("setTimeout(arguments[0], 300)")
    assert driver.find_element("tag name", "h1").text == title.split(":")[0]


def test_tables_are_sorted_by_their_headings(watched, large):
    driver = opened(watched, large, "index.html")
    points = "return [...document.querySelectorAll('.filtered tbody tr')].map((row) => +row.cells[1].dataset.value)"
    heading = driver.find_element("css selector", ".filtered thead th:nth-child(2)")
    button = heading.find_element("tag name", "button")
    found = []
    for _ in range(2):
        button.send_keys(Keys.ENTER)
        found.append((heading.get_attribute("aria-sort"), driver.execute_script(points)))
    (first, down), (second, up) = found
    assert (first, second) == ("descending", "ascending")
    assert down == sorted(down, reverse=True) and up == sorted(up) and len(set(up)) > 50


def test_a_student_is_found_by_typing(watched, large):
    driver = opened(watched, large, "index.html")
    driver.find_element("css selector", "input[type=search]").send_keys("STUDENT0042")
    rows = driver.find_elements("css selector", ".filtered tbody tr")
    assert [row.find_element("tag name", "th").text for row in rows if row.is_displayed()] == ["student0042-70042"]


def test_without_scripts_everything_is_there(watched, small):
    driver = opened(watched, small, "index.html")
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver.get((small.folder / "index.html").as_uri())
        assert not driver.find_elements("css selector", "th button")  # what the script adds
        assert driver.find_element("css selector", ".scores svg").size["height"] > 50
        assert "ada" in driver.find_element("css selector", ".filtered").text
        driver.find_element("css selector", ".scores svg a circle").click()
        assert driver.find_element("tag name", "h1").text == "dan"
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_pictures_and_links_have_names(watched, large):
    script = """
        const all = (wanted) => [...document.querySelectorAll(wanted)];
        const ids = all('[id]').map((tag) => tag.id);
        const labels = all('[aria-labelledby]').flatMap((tag) => tag.getAttribute('aria-labelledby').split(' '));
        const within = all('a[href^="#"]').map((link) => decodeURIComponent(link.getAttribute('href').slice(1)));
        return [
            all('svg:not([aria-hidden])').filter((svg) => !svg.querySelector(':scope > title')).length,
            all('a').filter((link) => !link.textContent.trim()).length,
            ids.length - new Set(ids).size,
            [...labels, ...within].filter((id) => !ids.includes(id)).length,
        ];
    """
    for name in ("index.html", "homework/cnn.html", "homework/softmax.html"):
        assert opened(watched, large, name).execute_script(script) == [0, 0, 0, 0], name


def test_links_between_pages_lead_somewhere(large):
    names = set(large.files())
    student = next(name for name in names if name.startswith("student/"))
    for name in ("index.html", "homework/cnn.html", student):
        for link in large.page(name).select("a[href]"):
            path = link["href"].partition("#")[0]
            target = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            assert target in names, link
    places = {tag["id"] for tag in large.page("homework/cnn.html").select("[id]")}
    linked = [link["href"] for link in large.page().select('main a[href*="cnn.html#"]')]
    assert linked and {href.partition("#")[2] for href in linked} <= places


def test_the_policy_names_what_the_pages_hold(small):
    policy = small.page().find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    text = json.dumps(
        [path.read_text(encoding="utf-8") for name, path in small.files().items() if name.endswith("html")]
    )
    assert "http://" not in text and "https://" not in text and " style=" not in text
