"""Sphinx extension: mathematics as MathML, set when the book is built.

Goes in: the TeX of each formula. Comes out: MathML that browsers show without any script, and one font with just the
glyphs that the pages use. KaTeX translates: its script is in the package `sphinxcontrib-katex`, and `dukpy` runs it.
"""

import html
import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import dukpy
from docutils import nodes
from fontTools import subset
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

FONT = "math.woff2"
INVISIBLE = "\u2061\u2062\u2063\u2064"  # function application and its like: said, not drawn
LONG = 50  # letters of TeX: a formula in the text that may be wider than a phone
RADICAL = "\u221a"  # drawn by the browser around what stands in <msqrt>
STYLED = (range(0x1D434, 0x1D455), [0x210E], range(0x1D456, 0x1D468), range(0x1D6E2, 0x1D71C))  # <mi> is italic
TYPESETTING = (
    # Bars around something are a pair, not a sign between two things.
    (re.compile(r'<mo stretchy="false">[∥‖]</mo>'), '<mo stretchy="false" lspace="0" rspace="0">‖</mo>'),
    (re.compile(r'<mo stretchy="false">[∣|]</mo>'), '<mo stretchy="false" lspace="0" rspace="0">|</mo>'),
    # "cos θ", but "cos(θ)": a small space where no bracket follows the name of a function.
    (re.compile(r"<mo>\u2061</mo>(?!<mo|<mrow><mo|</mrow>|</math>)"), '<mo>\u2061</mo><mspace width="0.1667em"/>'),
    (re.compile(r'<mo mathvariant="normal" (lspace="0em" rspace="0em">′+</mo>)'), r'<mo class="prime" \1'),
)


@cache
def _katex():
    """An interpreter in which `katex` is defined."""
    spec = find_spec("sphinxcontrib.katex")
    if spec is None or spec.origin is None:
        raise ExtensionError("The book needs the package sphinxcontrib-katex: pip install sphinxcontrib-katex")
    script = (Path(spec.origin).parent / "katex.min.js").read_text(encoding="utf-8")
    interpreter = dukpy.JSInterpreter()
    interpreter.evaljs(
        f"var module = {{exports: {{}}}}, exports = module.exports; {script}; var katex = module.exports; 0"
    )
    return interpreter


@cache
def mathml(tex, display=False):
    """One formula as a `<math>` element.

    Raises
    ------
    ExtensionError
        If KaTeX does not understand it; the message is KaTeX's.
    """
    options = {"output": "mathml", "displayMode": display, "throwOnError": True, "strict": "error"}
    try:
        said = _katex().evaljs(f"katex.renderToString({json.dumps(tex)}, {json.dumps(options)})")
    except dukpy.JSRuntimeError as error:
        raise ExtensionError(f"This formula cannot be set: {tex!r}. {str(error).splitlines()[0]}") from error
    return typeset(said)


def typeset(said):
    """KaTeX's MathML without its wrapper and the TeX in it, with the spaces that TeX would make."""
    said = re.sub(r"<annotation .*?</annotation>|</?semantics>", "", said, flags=re.DOTALL)
    said = said.removeprefix('<span class="katex">').removesuffix("</span>")
    for found, instead in TYPESETTING:
        said = found.sub(instead, said)
    return said


def visit_inline(translator, node):
    """Write a formula in the text."""
    formula = _set(node, node.astext())
    if len(node.astext()) > LONG:
        formula = f'<span class="math long">{formula}</span>'
    translator.body.append(formula)
    raise nodes.SkipNode


def visit_display(translator, node):
    """Write a formula that stands by itself, with its number if it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append(_set(node, node.astext(), display=True) + "</div>\n")
    raise nodes.SkipNode


def _set(node, tex, display=False):
    if display and r"\\" in tex and not node.get("no-wrap", node.get("nowrap")):
        tex = rf"\begin{{split}}{tex}\end{{split}}"
    try:
        return mathml(tex.strip(), display)
    except ExtensionError as error:
        where = getattr(node, "source", None) or "a page"
        raise ExtensionError(f"{where}, line {node.line}: {error}") from error


def characters(pages):
    """All characters that formulas of these texts draw, italic letters and radicals among them."""
    formulas = "".join(formula for page in pages for formula in re.findall(r"<math\b.*?</math>", page, re.DOTALL))
    drawn = set(html.unescape(re.sub(r"<[^>]*>", "", formulas))) - set(INVISIBLE + "\n")
    return drawn | {RADICAL} | {chr(code) for codes in STYLED for code in codes}


def write_font(app, exception):
    """Put the font beside the built pages."""
    if exception is not None or app.builder.format != "html":
        return
    pages = (path.read_text(encoding="utf-8") for path in sorted(Path(app.outdir).rglob("*.html")))
    write_subset(math_font(), characters(pages), Path(app.outdir) / "_static" / FONT)


def math_font():
    """STIX Two Math (SIL Open Font License), as the package `ziamath` brings it."""
    spec = find_spec("ziamath")
    if spec is None or spec.origin is None:
        raise ExtensionError("The book needs the font in the package ziamath: pip install ziamath")
    return Path(spec.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"


def write_subset(font, wanted, target):
    """Write the glyphs of some characters, with all that sets formulas, as a web font.

    Raises
    ------
    ExtensionError
        If the font has no glyph for one of them.
    """
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    with subset.load_font(font, options) as loaded:
        missing = sorted(char for char in wanted if ord(char) not in loaded.getBestCmap())
        if missing:
            raise ExtensionError(f"{font.name} cannot draw {' '.join(missing)}: write these formulas in another way.")
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=map(ord, wanted))
        subsetter.subset(loaded)
        subset.save_font(loaded, target, options)


def setup(app):
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.config.html_math_renderer = "mathml"
    app.connect("build-finished", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
