"""The page of all experiments: nothing of the sources is left out, and every number of ours comes from a recording."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from benchmarks import sources
from benchmarks.toys import TOYS

ROOT = Path(__file__).resolve().parents[2]
DATA = json.loads((ROOT / "book" / "sources.json").read_text(encoding="utf-8"))
# Every figure that the five hand-ins report, typed from them, in their order. Do not make this list from the data file.
FIGURES = {
    "S0": """3.7e-4 6.2e-2 4.5e-7 4.4e-7 1e-2 1e-3 36.61 40.28 34.11 36.16 16.42 36.52 31.98 21.28 90 6_h_45_min 40.77
        44.39 40.75 40.89 41.00 1_h_16_min 40.25 40.91""",
    "S1": """−0.81233741 −1.27654624 −0.70335995 1.30378789133 1e-8 0.02 2.256 1.0 8.48 29 48 52 24,442 9 59.1 61.5 60.8
        1,626,442 10 73.4 70.9 70.2 890,410 19 78.7 77.7 76.8 70–72""",
    "S2": """9,050,378 10 56.4 49.8 890,410 70.6 63.6 6_on 49.2 354 31.3 20.8 11.7 62.1 73.4 64.0 650–825 56.7""",
    "S3": """46.66 53.16 51.58 1e-6 51.52 53.77 52.95 52.26 52.15 52.20 51.38 55.23 53.78 55.06 52.31 47.80 55.00 52.96
        51.99 54.75 43.75 2_min 4_min 15""",
    "S4": """7.80207426e24 2.73105858 2.1966 1.0 2e-9 6e-8 2.3026 10,000 42.5 38.0 3e-8 1.38191946092 1e-8 0.940686
        0.494394 0.439368 0.429848 52.1 54.9 53.6 56 2.3 9 555× 574× 198× 40× 2.3027 2.3448 88–90 50.7""",
}
EXPERIMENTS = {  # what has no figure, or stands beside one: words of the row
    "S0": """class shares|TruncatedSVD|overflow|Jacobian|forward differences|falls linearly|shuffling|curves|Confusion
        |Histogram|images|Set run|Grid|Ensemble|Bagging""",
    "S1": """first row of scores|relative error|empty in the hand-in|First settings|first-layer weights|gap between
        |Net a|Net b|Net c|Early stopping|augmentation|Confusion|one table""",
    "S2": """Dense net|without dropout|overfitting|Batch size 1,000|Dropout 0.25|Batch norm|five test images
        |worst classes|VGG16|Fine-tuning""",
    "S3": """`Model`|gamma and beta|Cyclical|without batch norm|coarse|Initial weights|Depth: 9|Width: 10-100-50
        |after the activation, best net|Dropout 0.5 everywhere|longer training|wider net|augmentation""",
    "S4": """minimiser|Convergence bound|raises the loss|central differences, forward mode, reverse mode|topological
        |ten entries|weights as images|momentum|RMSProp|Bonus|Affine and ReLU|SVM|Convolution written with loops
        |Max-pooling|Sandwiches|Image filters|pooling backward|50 images|filters as images|`train.py`
        |free experiment""",
}


@pytest.fixture(scope="module")
def entries():
    return sources.compared()


@pytest.mark.parametrize("source", FIGURES)
def test_no_figure_of_a_source_is_left_out_of_the_data(source):
    quoted = {word for row in DATA if row["source"] == source for word in _words(_theirs(row))}
    whole = [_theirs(row) for row in DATA if row["source"] == source]
    for figure in FIGURES[source].split():
        assert figure in quoted or any(figure.replace("_", " ") in text for text in whole if "_" in figure), figure


@pytest.mark.parametrize("source", EXPERIMENTS)
def test_no_experiment_of_a_source_is_left_out_of_the_data(source):
    named = [row["what"] for row in DATA if row["source"] == source]
    for words in EXPERIMENTS[source].split("|"):
        assert any(words.strip() in what for what in named), words


@pytest.mark.parametrize("source", FIGURES)
def test_every_figure_stands_on_the_built_page_with_ours_beside_it(site, entries, source):
    cells = _rows(site, source)
    mine = [entry for entry in entries if entry.row["source"] == source]
    assert len(cells) == len(mine) >= 20
    for entry, row in zip(mine, cells, strict=True):
        what, theirs, ours, difference, seeds, time = row
        assert what.startswith(_plain(entry.row["what"]))
        assert theirs == (_theirs(entry.row) or "–")
        assert ours == (sources.ours(entry) if entry.values else "on the page" if entry.row.get("page") else "–")
        assert not entry.worse or difference.startswith(("worse", "not the same"))
        assert entry.worse or not re.search(r"worse|not the same", difference)
        assert not entry.reason or difference.startswith("none of ours: ")
        assert seeds == str(entry.seeds or "") and bool(time) == (entry.seconds is not None)


def test_where_ours_is_worse_stands_on_top(site, entries):
    text = _page(site)
    table = text[text.index('id="where-ours-is-worse"') : text.index('id="how-to-read-the-tables"')]
    worse = [entry for entry in entries if entry.worse]
    assert table.count("<tr") == len(worse) + 1
    assert all(_plain(entry.row["what"]) in _plain(unescape(re.sub(r"<[^>]+>", "", table))) for entry in worse)


def test_every_row_is_answered_or_says_why_not(entries):
    for entry in entries:
        row = entry.row
        answers = [kind for kind in ("study", "toy", "page") if kind in row]
        assert len(answers) == 1 or (not answers and row["reason"]), row["what"]
        assert row["judge"] in ("higher", "lower", "same", "none"), row["what"]
        assert (entry.values and not entry.reason) or row.get("page") or len(entry.reason) > 20, row["what"]
        if "toy" in row:
            assert row["toy"] in TOYS
        if "study" in row and "reason" not in row:
            assert (ROOT / "book" / "results" / f"{row['study']}.json").is_file()
        page, _, anchor = row["section"].partition(".html#")
        assert anchor in sources.headings(page), row["section"]


def test_no_number_of_ours_is_typed_by_hand():
    typed = {"source", "what", "theirs", "unit", "judge", "value_of_theirs", "section", "note", "reason", "page"}
    told = {"study", "value", "where", "at", "count", "best", "group", "toy"}
    for row in DATA:
        assert set(row) <= typed | told
        assert not re.search(
            r"\d\d|\d%", re.sub(r"\d+ to \d+|[A-Za-z]+\d+|log 0\.1", "", row.get("note", "") + row.get("reason", ""))
        )


def test_the_data_file_agrees_with_what_the_recorded_studies_quote():
    """A result says what it is compared with; the same figure must stand in a row about that study's source."""
    quoted = {
        source: {
            float(text) for row in DATA if row["source"] == source for text in sources.numbers(row.get("theirs", ""))
        }
        for source in FIGURES
    }
    for name in dict.fromkeys(row["study"] for row in DATA if "study" in row):
        study = sources.recorded(name)
        for figure in _accuracies(study["source"]) if study else []:
            known = [source for source in FIGURES if source in study["source"]["name"]]
            assert any(round(100 * figure, 2) in quoted[source] for source in known), (name, figure)


def _accuracies(quoted):
    """All shares between 0 and 1 that a study quotes, however deep."""
    if isinstance(quoted, dict):
        return [
            figure for key, part in quoted.items() if key != "h" and "summed" not in key for figure in _accuracies(part)
        ]
    if isinstance(quoted, list):
        return [figure for part in quoted for figure in _accuracies(part)]
    return [quoted] if isinstance(quoted, float) and 0 < quoted < 1 else []


@pytest.mark.parametrize(
    ("theirs", "judge", "value", "worse"),
    [
        ("40.75", "higher", 0.4074, True),
        ("40.75", "higher", 0.4075, False),
        ("about 29", "higher", 0.289, True),
        ("3.7e-4", "lower", 3.8e-6, True),  # said in per cent here
        ("40.75", "none", 0.1, False),
        ("curves", "higher", 0.1, False),
    ],
)
def test_worse_is_what_is_worse(theirs, judge, value, worse):
    row = {"what": "", "theirs": theirs, "judge": judge, "unit": "%"}
    assert sources.Compared(row, (value,)).worse is worse


@pytest.mark.parametrize(
    ("value", "images", "within"),
    [(0.403, 10_000, True), (0.399, 10_000, False), (0.399, 1_000, True), (0.41, 10_000, False), (0.403, None, False)],
)
def test_what_so_many_images_cannot_tell_apart_is_within_noise(value, images, within):
    row = {"what": "", "theirs": "40.75", "judge": "higher", "unit": "%"}
    entry = sources.Compared(row, (value,), 1, None, images)
    assert entry.within_noise is within
    assert ("(within noise)" in sources.verdict(entry)) is within


def test_overfitting_begins_where_the_validation_loss_has_passed_its_lowest():
    assert sources._value({"curves": {"val_loss": [1.3, 1.1, 0.9, 1.0, 1.2]}}, "overfits_from") == 4
    with pytest.raises(KeyError, match="no epoch in which it overfits"):
        sources._value({"curves": {"val_loss": [1.3, 1.1]}}, "overfits_from")


@pytest.mark.parametrize(
    ("theirs", "values", "same"),
    [
        ("1.30378789133", (1.30378789133,), True),
        ("1.30378789133", (1.3037878915,), False),
        ("7.80207426e24, 2.73105858", (7.802074264e24, 2.731058581), True),
        ("7.80207426e24, 2.73105858", (7.80207429e24, 2.73105858), False),
        ("−0.81233741", (-0.812337413,), True),
        ("−0.81233741", (0.812337413,), False),
        ("24,442", (24442,), True),
    ],
)
def test_the_same_is_the_same_to_the_last_digit_that_is_given(theirs, values, same):
    assert sources.Compared({"what": "", "theirs": theirs, "judge": "same"}, values).worse is not same


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"study": "softmax/nothing"}, "no recorded result softmax/nothing"),
        ({"study": "softmax/grid", "at": ["ensemble", "nothing"]}, "softmax/grid does not have"),
        ({"study": "softmax/grid", "value": "test_accuracy", "where": {"reg": 7}}, "softmax/grid does not have"),
        ({"study": "softmax/grid", "value": "test_accuracy", "where": {}}, "say which"),
        ({"toy": "nothing"}, "no toy 'nothing'"),
    ],
)
def test_a_row_that_names_what_is_not_there_stops_the_page(asked, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        sources._with_ours({"what": "a row", "judge": "none"} | asked)


def test_a_recorded_number_that_changes_changes_the_page(entries, monkeypatch):
    changed = json.loads(json.dumps(sources.recorded("cnn/by_hand")))
    for run in changed["runs"]:
        run["val_accuracy"] = 0.4
    monkeypatch.setattr(sources, "recorded", lambda name: changed)
    row = next(row for row in DATA if row.get("study") == "cnn/by_hand")
    entry = sources._with_ours(row)
    assert entry.worse and "**worse**, −10.70" in sources.table([entry]) and "40.00" in sources.ours(entry)


def test_a_change_in_the_data_file_drops_this_page_alone_from_the_cache(tmp_path, monkeypatch):
    """Also where the cache was copied from another clone, as its pages then have other addresses."""
    import nbformat
    from jupyter_cache import get_cache

    monkeypatch.syspath_prepend(str(ROOT / "book" / "_ext"))
    import fresh_outputs

    for name in ("studies", "softmax"):
        page = tmp_path / "other" / "book" / f"{name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"'{name}'", execution_count=1)])
        nbformat.write(notebook, page)
        get_cache(tmp_path / "cache").cache_notebook_file(page, check_validity=False)
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "sources.json").write_text("[]")
    before = fresh_outputs.page_fingerprint(tmp_path, "book/studies")
    (tmp_path / "book" / "sources.json").write_text("[1]")
    assert fresh_outputs.page_fingerprint(tmp_path, "book/studies") != before
    fresh_outputs.drop_page(tmp_path / "cache", "book/studies")
    assert [Path(kept.uri).name for kept in get_cache(tmp_path / "cache").list_cache_records()] == ["softmax.md"]


def _theirs(row):
    return row.get("theirs", "") + ("×" if row.get("unit") == "×" else "")


def _words(text):
    return re.split(r",? ", text)


def _plain(text):
    return " ".join(text.replace("`", "").replace("’", "'").replace("‘", "'").split())


def _page(site):
    return (site / "book" / "studies.html").read_text(encoding="utf-8")


def _rows(site, source):
    """The cells of the table of a source, as text."""
    text = _page(site)
    part = text[text.index(f'<section id="{source.lower()}-') :]
    body = part[part.index("<tbody>") : part.index("</tbody>")]
    rows = re.findall(r"<tr\b.*?</tr>", body, flags=re.DOTALL)
    cells = [re.findall(r"<td\b[^>]*>(.*?)</td>", row, flags=re.DOTALL) for row in rows]
    return [[_plain(unescape(re.sub(r"<[^>]+>", "", cell))) for cell in row] for row in cells]
