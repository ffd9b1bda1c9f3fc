"""Sphinx extension: no scripts for live code from another host.

Jupyter Book always loads sphinx-thebe, which names another host in a script on every page, and does so twice, which is
an error in the browser's console.
"""


def drop_scripts(app, pagename, templatename, context, doctree):
    """Leave sphinx-thebe's scripts and styles out of a page."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if not _of_thebe(file)]


def _of_thebe(file):
    body = getattr(file, "attributes", {}).get("body") or ""
    return "thebe" in str(getattr(file, "filename", None) or "").lower() or "THEBE" in body


def setup(app):
    """Register with Sphinx, to run after the extension that adds them."""
    app.connect("html-page-context", drop_scripts, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
