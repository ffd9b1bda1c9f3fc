"""What students write to run in somebody else's browser, or to be fetched by it; each says its name if it does.

`RUNS` and `FETCHES` are markup by name; `shows_scripts` puts them wherever a notebook holds text. What runs adds its
name to `window.OWNED`; what is fetched asks `LISTENER` for its name.
"""

import base64
import json

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

LISTENER = "http://listener.example"


def says(name, window="window"):
    """JavaScript without quotation marks that says that it runs."""
    return f"{window}.OWNED=({window}.OWNED||[]).concat(/{name}/.source)"


def asks(name):
    """An address that says that it is fetched."""
    return f"{LISTENER}/{name}"


RUNS = {
    "script": f"<script>{says('script')}</script>",
    "image_that_fails": f'<img src="data:," onerror="{says("image_that_fails")}">',
    "svg_that_loads": f'<svg onload="{says("svg_that_loads")}"></svg>',
    "script_in_svg": f"<svg><script>{says('script_in_svg')}</script></svg>",
    "frame_with_a_document": f'<iframe srcdoc="<script>{says("frame_with_a_document", "parent")}</script>"></iframe>',
    "frame_with_an_address": f'<iframe src="javascript:{says("frame_with_an_address", "parent")}"></iframe>',
    "details": f'<details open ontoggle="{says("details")}"><summary>x</summary></details>',
    "style_that_loads": f'<style onload="{says("style_that_loads")}"></style>',
    "field_in_focus": f'<input autofocus onfocus="{says("field_in_focus")}">',
    "film_that_fails": f'<video><source src="data:," onerror="{says("film_that_fails")}"></video>',
}
FETCHES = {
    "image": f"<img src={asks('image')}>",
    "style_sheet": f"<link rel=stylesheet href={asks('style_sheet')}>",
    "background": f"<div style=\"background: url('{asks('background')}')\">x</div>",
    "import_of_styles": f"<style>@import '{asks('import_of_styles')}';</style>",
    "frame": f"<iframe src={asks('frame')}></iframe>",
    "poster": f"<video poster={asks('poster')}></video>",
    "image_in_svg": f"<svg><image href={asks('image_in_svg')} width=9 height=9></image></svg>",
    "button": f"<input type=image src={asks('button')}>",
    "object": f"<object data={asks('object')}></object>",
}
TAG = f'">{RUNS["svg_that_loads"]}'
EVERYTHING = "".join({**RUNS, **FETCHES}.values())
SCRIPT = says("javascript") + f";new Image().src='{asks('javascript')}'"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{says("svg")}"><script>{says("svg")}</script></svg>'
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
BUNDLE = {
    "text/html": EVERYTHING,
    "text/markdown": EVERYTHING,
    "text/latex": f"${EVERYTHING}$",
    "text/plain": EVERYTHING,
    "text/vnd.mermaid": EVERYTHING,
    "application/javascript": SCRIPT,
    "application/xhtml+xml": EVERYTHING,
    "application/pdf": "JVBERi0=",
    "application/vnd.jupyter.widget-view+json": {"model_id": EVERYTHING, "version_major": 2},
    "application/vnd.bokehjs_exec.v0+json": "",
    "application/vnd.of-a-student+json": {"script": SCRIPT},
    "image/svg+xml": SVG,
    "image/png": f'{PIXEL}" onerror="{says("picture")}',
    "image/jpeg": f'/9j/" onerror="{says("picture")}',
}
WAYS = [{kind: data} for kind, data in BUNDLE.items()]
# As a notebook's file has them: nothing was run.
OUTPUTS = [
    {"output_type": "display_data", "data": data, "metadata": {"text/html": {"isolated": True}}} for data in WAYS
] + [
    {"output_type": "stream", "name": "stdout", "text": EVERYTHING},
    {"output_type": "error", "ename": EVERYTHING, "evalue": EVERYTHING, "traceback": [EVERYTHING]},
    {"output_type": "execute_result", "data": {"text/plain": "33.0"}, "metadata": {}, "execution_count": 1},
]
CODE = f"""
import base64
import json
from IPython.display import publish_display_data
for data in json.loads({json.dumps(json.dumps(WAYS))}):
    publish_display_data(data, metadata={{"text/html": {{"isolated": True}}, "image/png": {{"alt": "x", "width": 5}}}})
print({EVERYTHING!r})
raise type({EVERYTHING!r}, (Exception,), {{}})({EVERYTHING!r})
"""
# Pictures that nobody should fetch; the last leads formgrader to a configuration that lies beside the notebook.
PICTURES = [
    asks("picture"),
    "//listener.example/without_a_scheme",
    "files///listener.example/behind_files",
    "../../../../logout",
    "/formgrader?path=submitted/shows_scripts/softmax",
    "/formgrader?path=autograded/shows_scripts/softmax",
]
LINKS = [f"javascript:{says('link')}", f"data:text/html,{SCRIPT}", "evil.html", "evil.svg", asks("link"), "../next"]
GLYPH = rf"$\mmlToken{{mglyph}}[src={asks('glyph')}]{{x}}$"
LATEX = [
    rf"\href{{javascript:{says('latex')}}}{{x}}",
    rf"\require{{action}}\style{{background: url({asks('latex')})}}{{x}}",
    r"\def\x{\x\x}\x",
    GLYPH.strip("$"),
    r"\cssId{softmax-explain_initial_loss}{x}\class{name-hidden}{y}",
    rf"\unicode{{x41}}{EVERYTHING}",
]
MARKDOWN = [
    EVERYTHING,
    f"# {EVERYTHING}",
    "# softmax-explain_initial_loss",
    f"```mermaid\n</pre>{EVERYTHING}\n```",
    f'```python" onload="{says("fence")}\n{EVERYTHING}\n```',
    f"| {EVERYTHING} | b |\n|:-|-|\n| {EVERYTHING} | `{EVERYTHING}` |",
    *[f"[x]({address}) <{address}> [y][z]\n\n[z]: {address}" for address in LINKS],
    *[f'![x]({address} "t") ![y][z]\n\n[z]: {address}' for address in PICTURES],
    f'![a" onerror="{says("alt")}](plot.png "t\\" onerror=\\"{says("title")}")',
    "![missing](attachment:missing.png)",
    *[f"${latex}$\n\n$${latex}$$\n\n\\\\({latex}\\\\)" for latex in LATEX],
    "\\\\[" * 3000,
    "> " * 5000,
    "![a picture of mine](plot.png)",
]
ATTACHED = {
    "a.svg": {"image/svg+xml": SVG},
    "a.html": {"text/html": EVERYTHING},
    "a.png": {"image/png": f'{PIXEL}" onerror="{says("attachment")}'},
    "empty": {},
}


def shows_scripts(nb):
    """Scripts, and what would be fetched, in every kind of cell, output, attachment and metadata."""
    nb.cells += [new_markdown_cell(source) for source in MARKDOWN]
    nb.cells += [
        new_markdown_cell(f"![x](attachment:{name})", attachments={name: bundle}) for name, bundle in ATTACHED.items()
    ]
    raw = f'{EVERYTHING}<a href="/formgrader?path=submitted">x</a>{GLYPH}'
    nb.cells += [new_raw_cell(raw, metadata={"raw_mimetype": kind}) for kind in ("text/html", "", "text/latex")]
    for cell in nb.cells:
        if "def softmax_loss_naive(" in cell.source:
            cell.source = f"def softmax_loss_naive(W, X, y, reg):\n    raise ValueError({GLYPH!r})"
    nb.cells.append(new_code_cell(CODE, metadata={"tags": [TAG], "name": EVERYTHING, "alt": EVERYTHING}))
    nb.cells.append(new_code_cell(f"# {EVERYTHING}", metadata={"magics_language": EVERYTHING}))
    nb.metadata["title"] = nb.metadata["authors"] = EVERYTHING
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"x": EVERYTHING}}}


def files(written):
    """What `shows_scripts` hands in beside it; its configuration writes the file `written` where it is run."""
    configuration = f"open({str(written)!r}, 'w').write('configured')\n"
    return {
        "nbgrader_config.py": configuration.encode(),
        "jupyter_server_config.py": configuration.encode(),
        "evil.html": f"<script>{SCRIPT}</script>".encode(),
        "evil.svg": SVG.encode(),
        "plot.png": base64.b64decode(PIXEL),
    }
