"""The book's own extensions, on small inputs: formulas, fonts, style sheets, pictures."""

import os
import sys
from types import SimpleNamespace

import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from sphinx.errors import ExtensionError

from tests.book.pages import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import fresh_outputs
import lean_pages
import lean_styles
import mathml


def test_a_formula_becomes_mathml_without_its_tex():
    said = mathml.mathml(r"\frac{1}{N} \sum_i x_i")
    assert said.startswith("<math ") and said.endswith("</math>")
    assert "<mfrac>" in said and "annotation" not in said and "\\" not in said


@pytest.mark.parametrize(
    ("tex", "spaced"), [(r"\cos\theta", True), (r"\cos(\theta)", False), (r"\log x", True), (r"\max(0, z)", False)]
)
def test_the_name_of_a_function_is_followed_by_a_space_or_a_bracket(tex, spaced):
    assert ('<mspace width="0.1667em"/>' in mathml.mathml(tex)) == spaced


def test_bars_around_something_stand_close_to_it():
    assert mathml.mathml(r"\lVert w \rVert").count('lspace="0" rspace="0">‖') == 2


def test_a_formula_that_nobody_understands_stops_the_build_with_its_text():
    with pytest.raises(ExtensionError, match=r"cannot be set: .*softmx.*Undefined control sequence"):
        mathml.mathml(r"\softmx(x)")


def test_the_font_holds_what_formulas_draw_and_little_else(tmp_path):
    wanted = mathml.characters([f"<p>naïve {mathml.mathml(r'∑ x_i ≤ 1')}</p>"])
    assert {"∑", "≤", "x", "√"} <= wanted and "ï" not in wanted
    mathml.write_subset(mathml.math_font(), wanted, tmp_path / "math.woff2")
    with TTFont(tmp_path / "math.woff2") as font:
        assert set(map(ord, wanted)) <= set(font.getBestCmap()) and ord("Ж") not in font.getBestCmap()
        assert "MATH" in font
    assert (tmp_path / "math.woff2").stat().st_size < 100_000


def test_a_character_that_the_font_lacks_stops_the_build(tmp_path):
    with pytest.raises(ExtensionError, match="cannot draw 🎈"):
        mathml.write_subset(mathml.math_font(), {"🎈"}, tmp_path / "math.woff2")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (".a{color:red}", ".a{color:red}"),
        (".b{color:red}", ""),
        (".a,.b,p{color:red}", ".a,p{color:red}"),
        (".a .b{color:red}", ""),
        ("p:not(.b){color:red}", "p:not(.b){color:red}"),
        (":is(.a, .b) p{color:red}", ":is(.a, .b) p{color:red}"),
        ('[class="b"]{color:red}', '[class="b"]{color:red}'),
        ("@media print{.b{color:red}}", ""),
        ("@media print{.a{color:red}.b{color:red}}", "@media print{.a{color:red}}"),
        ("@font-face{font-family:X}", "@font-face{font-family:X}"),
        ("/* said */p{color:red}", "p{color:red}"),
    ],
)
def test_rules_for_classes_that_no_page_has_are_left_out(rule, kept):
    assert lean_styles.used_rules(rule, {"a"}).strip() == kept


def test_pictures_are_made_smaller_without_loss_and_once(tmp_path):
    picture = Image.radial_gradient("L").convert("RGB")
    picture.save(tmp_path / "x.png")
    text = '<p><img alt="A" src="x.png" /><img alt="B" src="x.png" /><img src="gone.png" /></p>'
    leaner = lean_pages.with_lazy_pictures(text, tmp_path)
    assert '<img loading="eager" width="256" height="256" alt="A" src="x.webp" />' in leaner
    assert '<img loading="lazy" width="256" height="256" alt="B" src="x.webp" />' in leaner
    assert 'src="gone.png"' in leaner
    assert lean_pages.with_lazy_pictures(leaner, tmp_path) == leaner
    with Image.open(tmp_path / "x.webp") as smaller:
        assert smaller.convert("RGB").tobytes() == picture.tobytes()


def test_a_changed_or_a_new_style_sheet_has_the_first_page_written_anew_once(tmp_path):
    sources = tmp_path / "book" / "_static"
    for folder in (sources, tmp_path / "doctrees"):
        folder.mkdir(parents=True)
    (sources / "book.css").write_text("p {}")
    config = SimpleNamespace(html_static_path=["book/_static", os.path.abspath("book")], root_doc="book/index")
    app = SimpleNamespace(srcdir=tmp_path, doctreedir=tmp_path / "doctrees", config=config)

    def stale():
        return fresh_outputs.stale_files(app, None, set(), set(), set())

    assert stale() == ["book/index"] and stale() == []
    os.utime(sources / "book.css", (3000, 3000))  # touched, not changed
    assert stale() == []
    (sources / "book.css").write_text("p {color: red}")
    assert stale() == ["book/index"] and stale() == []
    (sources / "new.css").write_text("")
    assert stale() == ["book/index"] and stale() == []
