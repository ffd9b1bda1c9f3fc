"""Sphinx extension: pages that load little.

Goes in: the built site. Comes out: the same pages without the theme's 1.5 MB script for icons (its style sheet draws
them from a font), with style sheets and that font cut down to what is used, with the index for searching on the search
page alone, with code marked up only where it is coloured, and with pictures in a format half as large, which are loaded
when the reader comes near them.
"""

import re
from pathlib import Path

from lean_styles import used_rules
from mathml import write_subset
from PIL import Image

ICON_SCRIPT = re.compile(r'\s*<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>')
SEARCHING = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>')
ICON_RULE = re.compile(r'((?:\.fa-[\w-]+:(?:before|after),?)+)\{content:"([^"]*)"\}')
PICTURE = re.compile(r'<img (?![^>]*\bloading=)([^>]*?)src="([^"]+)"')
ICON_FONT = "fa-solid-900"
PLAIN = re.compile(r'<span class="[npw]">([^<]*)</span>')  # names, punctuation and spaces have the colour of all text
UNUSED = ("scripts/fontawesome.js*", "**/*.map", "vendor/fontawesome/webfonts/*")
BRANDS = {"\uf09b", "\uf296"}  # GitHub's and GitLab's signs are in another font, which no page uses
EAGER = 1  # pictures at the top of a page, which a reader sees at once


def make_lean(app, exception):
    """Go over all built pages; what is lean already stays as it is."""
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))}
    for path, text in pages.items():
        leaner = with_lazy_pictures(ICON_SCRIPT.sub("", text), path.parent)
        leaner = PLAIN.sub(r"\1", leaner).replace(
            'data-theme="auto"', 'data-theme="light"', 1
        )  # a script sets the reader's
        leaner = leaner.replace(
            '<div role="list" class="citation-list">', '<div class="citation-list">'
        )  # holds no listitem
        if path.name != "search.html":
            leaner = SEARCHING.sub("", leaner)
        if leaner != text:
            path.write_text(leaner, encoding="utf-8")
    _write_icons(out / "_static", pages.values())
    _write_styles(out / "_static", pages.values())


def with_lazy_pictures(text, folder):
    """A page whose pictures say how large they are, and wait, all but the first, until the reader comes near."""
    count = 0

    def written(found):
        nonlocal count
        count += 1
        address, size = found[2], ""
        if address.endswith(".png") and (folder / address).is_file():
            picture = smaller(folder / address)
            address = f"{address.removesuffix('.png')}{picture.suffix}"
            with Image.open(picture) as opened:
                size = "" if "width" in found[1] else 'width="{}" height="{}" '.format(*opened.size)
        return f'<img loading="{"eager" if count <= EAGER else "lazy"}" {size}{found[1]}src="{address}"'

    return PICTURE.sub(written, text)


def smaller(path):
    """The same picture as lossless WebP, half as large as PNG, or where that is larger, the PNG."""
    instead = path.with_suffix(".webp")
    if not instead.is_file():  # a picture's name tells what it holds, so it is made once
        with Image.open(path) as picture:
            picture.save(instead, lossless=True, method=4)
    return instead if instead.stat().st_size < path.stat().st_size else path


def _write_icons(static, pages):
    """Leave of the icons' font and rules what pages and the theme use, and delete what nothing asks for."""
    fonts = static / "vendor" / "fontawesome" / "webfonts"
    whole, sheet = fonts / f"{ICON_FONT}.ttf", static / "styles" / "pydata-sphinx-theme.css"
    if not whole.is_file():  # a build that only changed a page
        return
    style = sheet.read_text(encoding="utf-8")
    used = set(re.findall(r"\bfa-[a-z-]+\b", " ".join(re.findall(r'class="([^"]*)"', " ".join(pages)))))
    wanted = set(re.findall(r'--pst-icon-[a-z-]*:"(.)"', style)) - BRANDS

    def kept(rule):
        if used.isdisjoint(re.findall(r"fa-[\w-]+", rule[1])):
            return ""
        wanted.add(chr(int(rule[2].strip("\\"), 16)))
        return rule[0]

    sheet.write_text(ICON_RULE.sub(kept, style), encoding="utf-8")
    write_subset(whole, wanted, static / "icons.woff2")
    for pattern in UNUSED:
        for path in static.glob(pattern):
            path.unlink()
    (static / "icons.woff2").replace(fonts / f"{ICON_FONT}.woff2")


def _write_styles(static, pages):
    """Leave of the style sheets what pages and scripts have classes for."""
    texts = [*pages, *(path.read_text(encoding="utf-8") for path in static.rglob("*.js"))]
    words = {word for text in texts for word in re.findall(r"[\w-]+", text)}
    for path in static.rglob("*.css"):
        path.write_text(used_rules(path.read_text(encoding="utf-8"), words), encoding="utf-8")


def setup(app):
    """Register with Sphinx, to run before fonts are cut to what pages hold."""
    app.connect("build-finished", make_lean, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
