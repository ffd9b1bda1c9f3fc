"""The built book: no warning, nothing from another host, readable in a browser, an anchor for every check."""

import json
import re

import pytest

from autograder.registry import checks_of
from tests.book.pages import CHAPTER_PAGES, CHAPTERS, ROOT, page_names

PAGES = tuple(name.removeprefix("book/") for name in page_names())
LOADED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"(https?:)?//|<link\b[^>]*\brel=\"stylesheet\"[^>]*href=\"(https?:)?//"
)


def page(site, name):
    return site / "book" / f"{name}.html"


def test_every_page_is_built(site):
    assert [name for name in PAGES if not page(site, name).is_file()] == []
    assert (site / "index.html").is_file()


def test_no_page_loads_anything_from_another_host(site):
    for path in site.rglob("*.html"):
        assert not LOADED.search(path.read_text(encoding="utf-8")), path


def test_every_page_of_a_chapter_is_in_the_table_of_contents_and_has_its_homework():
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    for chapter, pages in CHAPTERS.items():
        for name in pages:
            assert f"file: book/{name}\n" in contents
            assert (ROOT / "assignments" / chapter / f"{name}.ipynb").is_file()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_graded_item_has_an_anchor_of_its_name_and_a_row_in_the_homework_table(site, chapter):
    texts = {name: page(site, name).read_text(encoding="utf-8") for name in CHAPTERS[chapter]}
    sources = {
        name: (ROOT / "assignments" / chapter / f"{name}.md").read_text(encoding="utf-8") for name in CHAPTERS[chapter]
    }
    by_hand = re.findall(rf'"name": "({chapter}\.\w+)"', "".join(sources.values()))
    assert by_hand, "each homework has at least one question marked by hand"
    for name in [check.name for check in checks_of(chapter)] + by_hand:
        row = rf"<code[^>]*><span class=\"pre\">{re.escape(name)}</span></code></p></td>"
        asked = [page_name for page_name, source in sources.items() if f'"{name}"' in source]
        assert len(asked) == 1, f"{name} is asked on {asked}"
        assert [page_name for page_name, text in texts.items() if f'id="{name}"' in text] == asked, name
        assert [page_name for page_name, text in texts.items() if re.search(row, text)] == asked, name


def test_the_section_that_messages_name_is_there(site):
    assert re.search(r"<h2>Closing the gap<", page(site, "two_layer_net").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_the_front_page_leads_to_every_page_of_a_chapter(site, name):
    assert f'href="{name}.html"' in page(site, "index").read_text(encoding="utf-8")


def test_links_inside_the_book_lead_somewhere(site):
    for path in (page(site, name) for name in PAGES):
        text = path.read_text(encoding="utf-8")
        for target in set(re.findall(r'href="([^":]+)"', text)):
            file, _, anchor = target.partition("#")
            file = file.partition("?")[0]
            found = path.parent / file if file else path
            assert found.exists(), f"{path.name}: {target}"
            if anchor and found.suffix == ".html":
                assert re.search(rf'id="{re.escape(anchor)}"', found.read_text(encoding="utf-8")), (
                    f"{path.name}: {target}"
                )


def test_pictures_have_words_for_those_who_cannot_see_them(site):
    for name in PAGES:
        for tag in re.findall(r"<img\b[^>]*>", page(site, name).read_text(encoding="utf-8")):
            assert re.search(r'\balt="[^"]+"', tag), f"{name}: {tag[:200]}"


def test_the_recorded_results_are_shown_beside_the_sources(site):
    text = page(site, "softmax").read_text(encoding="utf-8")
    assert "40.75" in text and "41.1" in text and "6 h 45 min" in text
    text = page(site, "two_layer_net").read_text(encoding="utf-8")
    for name, value in (("tuned", "52.1"), ("wide", "54.9"), ("wide", "53.6")):
        assert value in text, f"{name}: the sources' {value}"
        study = json.loads((ROOT / "book" / "results" / "two_layer_net" / f"{name}.json").read_text(encoding="utf-8"))
        for run in study["runs"]:
            assert f"{100 * run['test_accuracy']:.1f}" in text, f"{name}: a run's test accuracy"
    text = page(site, "layers").read_text(encoding="utf-8")
    sources = {"ten_thousand": ["46.66"], "depth": ["53.16", "53.77", "51.58"], "three_layers": ["55.23"]}
    for name, values in sources.items():
        assert all(value in text for value in values), f"{name}: the sources' {values}"
        study = json.loads((ROOT / "book" / "results" / "layers" / f"{name}.json").read_text(encoding="utf-8"))
        for run in study["runs"]:
            assert f"{100 * run['test_accuracy']:.2f}" in text, f"{name}: a run's test accuracy"
    text = page(site, "batchnorm").read_text(encoding="utf-8")
    for name in ("three_and_nine", "depth", "width", "after_activation", "dropout", "beyond"):
        study = json.loads((ROOT / "book" / "results" / "batchnorm" / f"{name}.json").read_text(encoding="utf-8"))
        source = study["source"]["test_accuracy"]
        for value in source if isinstance(source, list) else source.values() if isinstance(source, dict) else [source]:
            assert f"{100 * value:.2f}" in text, f"{name}: the source's {value}"
        of_a_net: dict = {}
        for run in study["runs"]:
            of_a_net.setdefault(str(run["settings"]), []).append(run["test_accuracy"])
        for reached in of_a_net.values():  # of three seeds it shows means
            shown = sum(reached) / len(reached)
            assert f"{100 * shown:.2f}" in text, f"{name}: a net's test accuracy"


def test_the_recorded_convnets_are_shown_beside_the_sources(site):
    """S4's convnet by hand; S1's three nets and their augmentation, and S2's experiments, in PyTorch."""
    shown = {
        "cnn_by_hand": ("by_hand",),
        "cnn_pytorch": ("convnets", "augmentation", "early_stopping", "dense", "batch_size", "regularisation"),
    }
    for name, studies in shown.items():
        text = page(site, name).read_text(encoding="utf-8")
        for study_name in studies:
            study = json.loads((ROOT / "book" / "results" / "cnn" / f"{study_name}.json").read_text(encoding="utf-8"))
            assert not study["quick"], f"{study_name} is no recording, but a try-out"
            for key in ("train_accuracy", "val_accuracy", "test_accuracy"):
                theirs = study["source"].get(key, {})
                for value in theirs.values() if isinstance(theirs, dict) else [theirs]:
                    assert f"{100 * value:.1f}" in text, f"{study_name}: the source's {value}"
            for run in study["runs"]:
                assert f"{100 * run['test_accuracy']:.2f}" in text, f"{study_name}: a run's test accuracy"


def test_the_recorded_transfer_is_shown_beside_the_source(site):
    text = page(site, "transfer").read_text(encoding="utf-8")
    for name in ("labels", "all_labels", "preparation", "fine_tuning"):
        study = json.loads((ROOT / "book" / "results" / "transfer" / f"{name}.json").read_text(encoding="utf-8"))
        assert not study["quick"] and f"{100 * study['source']['val_accuracy']:.1f}" in text
        last = study["runs"][0 if name == "all_labels" else -1]
        assert f"{100 * last['test_accuracy']:.1f}" in text, f"{name}: a run's test accuracy"
    runs = json.loads((ROOT / "book" / "results" / "transfer" / "by_labels.json").read_text(encoding="utf-8"))["runs"]
    means: dict = {}
    for run in runs:
        means.setdefault((run["settings"]["way"], run["settings"]["per_class"]), []).append(run["test_accuracy"])
    for which, values in means.items():
        assert f"{100 * sum(values) / len(values):.1f} ±" in text, f"by_labels: {which}"


def test_readers_without_scripts_and_on_paper_get_a_still_picture_of_the_interactive_figure(site):
    text = page(site, "two_layer_net").read_text(encoding="utf-8")
    figure = text.index("<div class='optimisers'")
    assert "<noscript>" in text[figure : figure + 3000]
    assert 0 < text.index('id="fig-paths"') - figure < 6000
    style = (site / "_static" / "book.css").read_text(encoding="utf-8")
    assert re.search(r"@media print \{\s*\.optimisers ?\{ ?display: none; ?\}", style)


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_mathematics_is_set_and_none_is_left_as_tex(site, name):
    text = page(site, name).read_text(encoding="utf-8")
    assert text.count("<math ") > (9 if name == "transfer" else 100)
    assert "merror" not in text and not re.search(
        r"\\\(|\\\[|\$\$", re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)
    )
