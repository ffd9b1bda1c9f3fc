"""Sphinx directive `solution`: shows a function of the `solutions` package as it stands in its file.

    ```{solution} solutions/softmax/loss.py softmax
    ```

Goes in: a path from the repository's root and a function's or method's name (`Class.method`). Comes out: its source
without the marker comments; with the option `:code-only:` also without the docstring. Read at build time, so the text
cannot drift from the code.
"""

import ast
import textwrap
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


def function_source(text, name, code_only=False):
    """Return the source of one function in a module's text.

    Parameters
    ----------
    text : str
        The module.
    name : str
        A function, or `Class.method`.
    code_only : bool
        Leave the docstring out.

    Returns
    -------
    str
        Dedented source without marker comments. Raises LookupError if the module has no such function.
    """
    body = ast.parse(text).body
    for part in name.split("."):
        found = [n for n in body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name == part]
        if not found:
            raise LookupError(f"there is no {name}")
        node, body = found[0], found[0].body
    lines = text.splitlines()
    wanted = set(range(node.lineno, node.end_lineno + 1))
    if code_only and ast.get_docstring(node) is not None:
        wanted -= set(range(body[0].lineno, body[0].end_lineno + 1))
    kept = [lines[n - 1] for n in sorted(wanted) if lines[n - 1].strip() not in MARKERS]
    return textwrap.dedent("\n".join(kept)) + "\n"


class Solution(SphinxDirective):
    """`solution`: PATH NAME as arguments; `:code-only:` leaves the docstring out."""

    required_arguments = 2
    option_spec: ClassVar[dict] = {"code-only": directives.flag}

    def run(self):
        """Make the code block, with the file's path as its caption."""
        path, name = self.arguments
        file = Path(self.env.srcdir) / path
        self.env.note_dependency(str(file))
        try:
            source = function_source(file.read_text(encoding="utf-8"), name, "code-only" in self.options)
        except (OSError, LookupError) as problem:
            raise self.error(f"solution: cannot show {name} from {path}: {problem}") from problem
        block = nodes.literal_block(source, source, language="python")
        caption = nodes.caption("", "", nodes.literal("", path))
        return [nodes.container("", caption, block, literal_block=True, classes=["literal-block-wrapper", "solution"])]


def setup(app):
    """Register with Sphinx."""
    app.add_directive("solution", Solution)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
