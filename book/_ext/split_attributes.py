"""Sphinx extension: attributes that share a line of a docstring, `mean, std : arrays (3,)`, get a line each.

Napoleon does so for parameters, and takes the first names of attributes for a type.
"""

import re

SEVERAL = re.compile(r"(\w+(?:, \w+)+) : (.+)")


def split(lines):
    """Return a docstring's lines with several attributes on one line as several entries, the text below the last.

    Parameters
    ----------
    lines : list of str

    Returns
    -------
    list of str
    """
    found, inside = [], False
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if below and not below.strip("-"):
            inside = line == "Attributes"
        several = SEVERAL.fullmatch(line) if inside else None
        found += [f"{name} : {several[2]}" for name in several[1].split(", ")] if several else [line]
    return found


def split_in_place(app, what, name, obj, options, lines):
    """Change the lines before napoleon reads them."""
    lines[:] = split(lines)


def setup(app):
    """Register with Sphinx, to run before napoleon."""
    app.connect("autodoc-process-docstring", split_in_place, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
