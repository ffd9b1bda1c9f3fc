"""Students' Markdown as HTML that a browser only displays; formgrader and feedback use it in the place of nbconvert's.

Goes in: the source of a Markdown cell. Comes out: its HTML; tags in the source show as text, links that would run code
lead nowhere.
"""

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


@pass_context
def markdown_to_html(context, source):
    """HTML of a Markdown cell's source; pictures attached to the cell are kept."""
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False, attachments=attachments)
    # MathJax makes links of its own, and does not look at where they lead.
    return MarkdownWithMath(renderer=renderer).render(source.replace("\\href", "\\text"))
