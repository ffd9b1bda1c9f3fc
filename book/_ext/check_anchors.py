"""Sphinx extension: a label like `(softmax.loss_naive)=` is also an HTML anchor of exactly that name.

Sphinx turns the label into `#softmax-loss-naive`, and capitals into small letters; check names, grade ids and links
from messages use the name itself.
"""

import re

from docutils import nodes

CHECK_NAME = re.compile(r"[a-z]\w*\.[a-z]\w*")


def add_anchors(app, doctree):
    """Give each element that carries a check's name as a label that name, as it is written, as an additional id."""
    written = {target.rawsource.lower(): target.rawsource for target in doctree.findall(nodes.target)}
    for node in doctree.findall(nodes.Element):
        for name in (written.get(label, label) for label in node.get("names", [])):
            if CHECK_NAME.fullmatch(name) and name not in node["ids"]:
                node["ids"].append(name)


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", add_anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
