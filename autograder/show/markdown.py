"""Students' Markdown as HTML that a browser only displays; formgrader and feedback use it in the place of nbconvert's.

Goes in: the source of a Markdown cell. Comes out: its HTML. Tags show as text, links as their addresses, and the only
pictures are those attached to the cell or lying beside the notebook: whatever else a page asks for, it asks for in the
instructor's name, and one address of formgrader's makes it run a configuration that may be a student's.
"""

import re
from html import escape

from jinja2 import pass_context
from mistune import HTMLRenderer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.grading.outputs import pictures

_LONGEST = 20_000  # characters of one cell
_MOST_MATH = 2_000_000  # openings of formulas times characters, for each is looked for to the end
_OPENING = re.compile(r"\\\\[\[(]|\\begin\{")
# A prefix `files/` would be cut off afterwards, and what stands behind it would be an address of its own.
_BESIDE = re.compile(r"(?!files/)(?:\w[\w.-]*/)*\w[\w.-]*\.(?:png|jpe?g|gif)", re.IGNORECASE)
# MathJax makes links and styles of its own, and does not look at where they lead.
_ACTIVE = re.compile(r"\\(?:href|style|class|cssId|require|mmlToken)(?![A-Za-z])")


@pass_context
def markdown_to_html(context, source):
    """HTML of a Markdown cell's source; what cannot be read as Markdown, or is too long, shows as it was typed."""
    source = _ACTIVE.sub(r"\\text", source)
    if len(source) > _LONGEST or len(_OPENING.findall(source)) * len(source) > _MOST_MATH:
        return f"<pre>{escape(source)}</pre>"
    attachments = context.get("cell", {}).get("attachments", {})
    # Headings without anchors: the names that they would take may be those of formgrader's own fields.
    renderer = _Harmless(escape=True, exclude_anchor_links=True, attachments=attachments)
    try:
        return MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # of any kind: a student's text must not keep the others from their feedback
        return f"<pre>{escape(source)}</pre>"


class _Harmless(IPythonRenderer):
    """Renders nothing that can be clicked or is fetched from elsewhere."""

    def link(self, text, url, title=None):
        """Show the words of a link and its address."""
        address = escape(url.removeprefix("mailto:"))
        return text if text == address else f"{text} ({address})"

    def image(self, text, url, title=None):
        """Show a picture that came with the hand-in; of any other, its description and address."""
        name = url.removeprefix("attachment:")
        attached = pictures(self.attachments.get(name)) if name != url else {}
        if attached:
            kind, data = next(iter(attached.items()))
            return HTMLRenderer.image(self, text, f"data:{kind};base64,{data}", title)
        if _BESIDE.fullmatch(url):
            return HTMLRenderer.image(self, text, url, title)
        return self.link(text, url)

    def block_mermaidjs(self, code):
        """Show the code of a diagram; nbconvert's own would pass it on as HTML."""
        return f"<pre>{escape(code)}</pre>"
