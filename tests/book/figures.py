"""A page with nothing but one of the book's interactive figures, and a window of any width to see it in."""

import importlib.util
import re
import shutil
from pathlib import Path

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.support.ui import WebDriverWait

STATIC = Path(__file__).resolve().parents[2] / "book" / "_static"


def alone(folder, figure):
    """The address of a page with the figure and some words, as the opening comment of its script says how.

    The page has the theme's styles. No book is built.
    """
    shutil.copytree(STATIC, folder / "_static")
    themes = {"pydata_sphinx_theme": ["theme", "pydata-sphinx-theme"], "sphinx_book_theme": ["sphinx-book-theme"]}
    for theme, names in themes.items():
        styles = Path(importlib.util.find_spec(theme).origin).parent / "theme" / theme / "static" / "styles"
        for name in names:
            text = re.sub(r"@import[^;]*;", "", (styles / f"{name}.css").read_text())  # what only a built book has
            (folder / "_static" / f"{name}.css").write_text(text)
    comment = (STATIC / f"{figure}.js").read_text().split("*/")[0]
    embedded = "\n".join(re.findall(r"^ \*   (.*)$", comment, re.MULTILINE))
    assert embedded.count("<link") == embedded.count("<div") == embedded.count("<script") == 1
    sheets = ["theme", "pydata-sphinx-theme", "sphinx-book-theme", "book"]
    links = "".join(f'<link rel="stylesheet" href="../_static/{name}.css">' for name in sheets)
    (folder / "book").mkdir()
    path = folder / "book" / "page.html"
    path.write_text(
        '<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>A page</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{links}</head><body>'
        '<main class="bd-main"><div class="bd-content"><article class="bd-article"><p>Words before.</p>'
        f'<div class="cell_output"><div class="output text_html">{embedded}</div></div>'
        "<p>Words after.</p></article></div></main></body></html>"
    )
    return path.as_uri()


def resize(browser, width):
    """Make the window so many pixels wide, and wait until the page has been drawn anew."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    script = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 50)))"
    browser.execute_async_script(script)


def shown(browser, selector, count):
    """Wait until the page holds so many elements; a slow machine draws a figure a little after the page is there."""
    script = "return document.querySelectorAll(arguments[0]).length"
    drawn = WebDriverWait(browser, 20).until(lambda _: browser.execute_script(script, selector))
    assert drawn == count, f"{drawn} elements {selector}"


def seen_without_scripts(browser, page, selector):
    """The HTML of an element as a reader sees it who has switched scripts off; it takes room on the page.

    A document that is still being built forgets its numbers of nodes: it is asked again until it is done.
    """
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(page)

        def found(_):
            root = browser.execute_cdp_cmd("DOM.getDocument", {})["root"]["nodeId"]
            node = browser.execute_cdp_cmd("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
            assert browser.execute_cdp_cmd("DOM.getBoxModel", {"nodeId": node})["model"]["height"] > 0
            return browser.execute_cdp_cmd("DOM.getOuterHTML", {"nodeId": node})["outerHTML"]

        return WebDriverWait(browser, 20, ignored_exceptions=(WebDriverException,)).until(found)
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
