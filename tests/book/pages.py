"""What pages the site has, and what stands in them."""

from html.parser import HTMLParser
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = {  # the pages of each; a page's notebook is assignments/CHAPTER/PAGE.ipynb
    "softmax": ("softmax",),
    "two_layer_net": ("two_layer_net",),
    "layers": ("layers",),
    "batchnorm": ("batchnorm",),
    "cnn": ("cnn_by_hand", "cnn_pytorch"),
    "transfer": ("transfer",),
}
CHAPTER_PAGES = tuple(name for pages in CHAPTERS.values() for name in pages)


def page_names():
    """All pages of the table of contents, as `book/softmax`, the front page first."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [contents["root"], *_files(contents.get("parts", []))]


def _files(parts):
    for part in parts:
        if "file" in part:
            yield part["file"]
        yield from _files(part.get("chapters", []) + part.get("sections", []))


class Page(HTMLParser):
    """One page's ids, addresses that it names, and headings.

    Attributes
    ----------
    ids : list of str
    addresses : list of str
        Of links, pictures, scripts and style sheets.
    headings : list of int
        Levels in the article, in order; above it the theme has the headings once more, for paper.
    """

    def __init__(self, path):
        super().__init__()
        self.ids, self.addresses, self.headings = [], [], []
        self._in_article = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.ids += [named["id"]] if named.get("id") else []
        self.addresses += [named[name] for name in ("href", "src") if named.get(name)]
        self._in_article |= tag == "article"
        if self._in_article and len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
