"""Sphinx extension: mathematics without a request to another host.

Copies the few files of MathJax 3 a page needs (one script and its fonts) from the package `sphinx-mathjax-offline` into
`_static/mathjax` and points Sphinx to them. The package's own extension would copy all of MathJax, 24 MB.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

SCRIPT = "tex-chtml.js"
FONTS = "output/chtml/fonts"


def mathjax_folder():
    """Return the folder in which the package keeps MathJax; raise RuntimeError where it is not installed."""
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise RuntimeError("The book needs the package sphinx-mathjax-offline: pip install sphinx-mathjax-offline")
    return Path(spec.origin).parent / "static" / "mathjax"


def copy_mathjax(app, exception):
    """Put script and fonts beside the built pages; other builders and failed builds need none."""
    if exception is not None or app.builder.format != "html":
        return
    source, target = mathjax_folder(), Path(app.outdir) / "_static" / "mathjax"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / SCRIPT, target / SCRIPT)
    shutil.copytree(source / FONTS, target / FONTS, dirs_exist_ok=True)


def setup(app):
    """Register with Sphinx."""
    app.config.mathjax_path = f"mathjax/{SCRIPT}"
    # The accessibility menu would load further scripts, which are not there.
    app.config.mathjax3_config = {
        "options": {"enableMenu": False},
        "chtml": {"displayAlign": "center"},
    }
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
