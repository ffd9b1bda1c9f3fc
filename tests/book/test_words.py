"""What makes the book easy to read and use: front matter, glossary, symbols, references, provenance."""

import json
import re

import pytest

from tests.book.pages import CHAPTER_PAGES, CHAPTERS, ROOT

BOOK = ROOT / "book"
HOMEWORK = {page: chapter for chapter, own in CHAPTERS.items() for page in own}  # the folder of each page's homework
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)


def source(name):
    """The source of a page."""
    return (BOOK / f"{name}.md").read_text(encoding="utf-8")


def built(site, name):
    """A built page."""
    return (site / "book" / f"{name}.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------------------------------------- recorded studies


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_every_recorded_study_of_a_chapter_says_how_it_was_measured(name):
    code = "\n".join(CELL.findall(source(name)))
    studies = {f"{HOMEWORK[name]}/{study}" for study in re.findall(r'\brecorded\(["\'](\w+)["\']\)', code)}
    studies |= {f"{chapter}/{study}" for study, chapter in re.findall(r'\brecorded\("(\w+)", "(\w+)"\)', code)}
    studies |= {f"{chapter}/{study}" for chapter, study in re.findall(r'"results", "(\w+)", "(\w+)\.json"', code)}
    for several in re.findall(r"\bmap\(recorded, \(([^)]+)\)", code):
        studies |= {f"{HOMEWORK[name]}/{study}" for study in re.findall(r'"(\w+)"', several)}
    said = set(re.findall(r'"(\w+/\w+)"', " ".join(re.findall(r"how_measured\(([^)]+)\)", code))))
    assert studies and studies - said == set(), "recorded, but the page does not say how it was measured"
    assert all((BOOK / "results" / f"{study}.json").is_file() for study in said)


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_the_line_that_unfolds_gives_the_figures_of_the_file(site, name):
    text = built(site, name)
    calls = re.findall(r"how_measured\(([^)]+)\)", source(name))
    assert text.count("<details class='how-measured'>") == len(calls) > 0
    for study in {study for call in calls for study in re.findall(r'"(\w+/\w+)"', call)}:
        recorded = json.loads((BOOK / "results" / f"{study}.json").read_text(encoding="utf-8"))
        part = re.search(rf"<ul[^>]*>(?:(?!<ul).)*?book/results/{study}\.json", text, re.DOTALL)
        assert part, study
        assert recorded["versions"]["numpy"] in part.group(0)
        if "data" in recorded:
            assert f"{recorded['data']['splits']['train']['images']:,} training" in part.group(0)


# ------------------------------------------------------------------------------------- how a chapter opens and ends

ROWS = ["Time", "You need", "Homework", "Download", "Look up"]
ENDING = ["Common mistakes and how they show", "Questions", "Homework", "Where to go next"]


def opening(name):
    """What stands before the first section of a chapter, without its cells."""
    return CELL.sub("", source(name).split("\n## ")[0])


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_a_chapter_opens_with_what_you_will_be_able_to_do_and_what_it_takes(name):
    text = opening(name)
    goals = re.search(r"^:::\{admonition\} After this chapter you can\n(.*?)^:::$", text, re.MULTILINE | re.DOTALL)
    assert goals and 4 <= len(re.findall(r"^- ", goals.group(1), re.MULTILINE)) <= 7
    assert re.findall(r"^\* - (.+)$", text, re.MULTILINE) == ROWS
    assert "{doc}`symbols`" in text and "{doc}`glossary`" in text


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_the_times_on_the_front_page_are_those_of_the_chapter(name):
    read, homework = re.search(r"^  - (.+) to read, (.+) for the homework$", opening(name), re.MULTILINE).groups()
    card = re.search(
        rf"\{{grid-item-card\}} \d\. [^\n]*\n:link: {name}\n.*?^::::$", source("index"), re.MULTILINE | re.DOTALL
    )
    assert f"\n{read} to read, {homework} for the homework\n" in card.group(0)


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_a_chapter_ends_with_mistakes_questions_homework_and_where_to_go_next(site, name):
    sections = re.findall(r"<h2>(.*?)<a", built(site, name))
    assert sections[-4:] == ENDING
    questions = source(name).split("\n## Questions\n")[1].split("\n## Homework\n")[0]
    asked = [int(number) for number in re.findall(r"^\*\*(\d+)\.\*\* ", questions, re.MULTILINE)]
    assert asked == list(range(1, len(asked) + 1)) and len(asked) >= 6
    assert questions.count("```{dropdown} Answer\n") == len(asked)


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_folded_answers_need_no_script(site, name):
    answers = re.findall(
        r"<details[^>]*>\s*<summary[^>]*>.*?Answer.*?</summary>(.*?)</details>", built(site, name), re.S
    )
    assert len(answers) >= 6
    assert all(len(re.sub(r"<[^>]+>", "", answer).strip()) > 5 for answer in answers)


def to_be_written(chapter, name):
    """The parts of the reference that a student writes, of all functions a notebook's solution cells import."""
    source_cells = (ROOT / "assignments" / chapter / f"{name}.md").read_text(encoding="utf-8")
    cells = re.findall(r":tags: \[solution\]\n\n(.*?)```", source_cells, re.S)
    wanted = {word for cell in cells for part in re.findall(r"import (.+)", cell) for word in re.findall(r"\w+", part)}
    found = {}
    for path in (ROOT / "solutions" / chapter).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for unit in re.split(r"^(?=def |class )", text, flags=re.MULTILINE):
            head = re.match(r"(?:def|class) (\w+)", unit)
            if head and head.group(1) in wanted:
                found[head.group(1)] = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", unit, re.S)
    return found


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_the_students_notebook_can_be_downloaded_and_holds_no_solution(site, name):
    links = re.findall(
        rf'<a class="reference download internal" download="" href="([^"]+/{name}\.ipynb)"', built(site, name)
    )
    assert len(links) >= 2, "in the opening and at the homework"
    file = (site / "book" / links[0]).resolve()
    notebook = ROOT / "assignments" / HOMEWORK[name] / f"{name}.ipynb"
    assert file.is_relative_to(site) and file.read_bytes() == notebook.read_bytes()
    code = "\n".join("".join(cell["source"]) for cell in json.loads(file.read_text(encoding="utf-8"))["cells"])
    assert "raise NotImplementedError()" in code
    assert "SOLUTION" not in code and "from solutions" not in code
    parts = to_be_written(HOMEWORK[name], name)
    assert sum(map(len, parts.values())) >= 4
    for function, bodies in parts.items():
        for body in bodies:
            assert body.strip() not in code, function


# ---------------------------------------------------------------------------------------------------------- glossary

# Words that the chapters also use in another sense, or as everyday words.
EVERYDAY = {
    "bias",
    "cache",
    "case",
    "check",
    "expectation",
    "precision",
    "reference",
    "tie",
    "verdict",
    "forgetting",
    "mask",
    "module",
}


def entries():
    """The glossary: for each entry its words and its text."""
    blocks = re.findall(r"^```\{glossary\}\n(.*?)^```$", source("glossary"), re.MULTILINE | re.DOTALL)
    found = {}
    for entry in "\n\n".join(blocks).split("\n\n"):
        lines = entry.strip("\n").splitlines()
        words = tuple(line for line in lines if not line.startswith(" "))
        found[words] = " ".join(line.strip() for line in lines[len(words) :])
    return found


def running_text(text):
    """A page's prose, with everything else blanked out in its place: cells, code, formulas, headings, links."""
    text = text.split("\n## Homework\n")[0]
    blocks = (
        r"\A---\n.*?\n---\n|^```\{code-cell\}.*?^```$|^```(?:\{solution\}|text|sh|python).*?^```$|^[ \t]*\$\$.*?\$\$|"
        r"^#.*?$|^\(\S+\)=$|^:::.*?$|^:[a-z-]+:.*?$|^```.*?$|^\|[^\n]*\|\n\|[-|: ]+\|$"
    )
    for pattern in (blocks, r"\{[a-z:]+\}`[^`]*`", r"`[^`\n]*`", r"\$[^$\n]+\$", r"\[[^\]\n]*\]\([^)\n]*\)"):
        text = re.sub(pattern, lambda part: re.sub(r"\S", "\0", part.group(0)), text, flags=re.MULTILINE | re.DOTALL)
    return text


def links(text):
    """Every {term} of a page: the word of the glossary it leads to, and where it stands."""
    for link in re.finditer(r"\{term\}`([^`]+)`", text):
        target = re.fullmatch(r".*<(.+)>", link.group(1))
        yield (target.group(1) if target else link.group(1)).lower(), link.start()


def test_the_glossary_explains_each_word_in_two_sentences_and_leads_to_its_section():
    assert len(entries()) >= 70
    for words, text in entries().items():
        said, _, leads = text.partition(" → ")
        sentences = re.findall(r"[.!?](?=\s|\)|$)", re.sub(r"`[^`]*`|\d\.\d", "", said))
        assert 1 <= len(sentences) <= 2, words
        assert re.fullmatch(r"\{(?:ref|doc)\}`[^`]+`|\[[^\]]+\]\(\w+\.md#[\w-]+\)", leads), words
    for part in source("glossary").split("\n## ")[1:]:
        first = re.findall(r"(?:^```\{glossary\}|^)\n(\w.*)$", part, re.MULTILINE)
        assert len(first) > 10 and first == sorted(first, key=str.lower)


def test_every_word_of_the_glossary_is_linked_from_the_text():
    field = source("glossary").split("## Words of the course")[0]
    in_chapters = {word for name in CHAPTER_PAGES for word, _ in links(source(name))}
    anywhere = in_chapters | {word for name in ("index", "verdicts") for word, _ in links(source(name))}
    for words in entries():
        linked = in_chapters if f"\n{words[0]}\n" in field else anywhere
        assert {word.lower() for word in words} & linked, words


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_a_chapter_links_a_word_once_at_its_first_use(name):
    text = source(name)
    prose = running_text(text)
    linked = list(links(text))
    for words in entries():
        lower = {word.lower() for word in words}
        places = [place for word, place in linked if word in lower]
        assert len(places) <= 1, f"{words[0]} is linked {len(places)} times"
        if lower & EVERYDAY:
            continue
        plain = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})s?(?![\w-])", re.IGNORECASE)
        first = next((use.start() for use in plain.finditer(prose) if not within_another(prose, use, words)), None)
        if first is not None:
            assert places and places[0] < first, f"{words[0]}: first used at “{text[first - 30 : first + 30]}”"


def within_another(prose, use, words):
    """Whether a word is part of a longer one of the glossary, as `gradient` is of `upstream gradient`."""
    around = prose[max(0, use.start() - 40) : use.end() + 40].lower()
    at = use.start() - max(0, use.start() - 40)
    for other in (word.lower() for others in entries() if others != words for word in others):
        for found in re.finditer(re.escape(other), around):
            if found.start() <= at and at + len(use.group(0)) - 1 <= found.end() and len(other) > len(use.group(0)) - 1:
                return True
    return False


# ------------------------------------------------------------------------------------------------- symbols and shapes


def symbol_rows(section):
    """The rows of a table of the page on symbols: names in the code, and the cell with shape and type."""
    text = source("symbols").split(f"\n## {section}\n")[1].split("\n## ")[0]
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] not in ("symbol", "---"):
            yield re.findall(r"`([^`]+)`", cells[1]), cells[2]


def shape_said(section, name, **sizes):
    """The shape that the page gives for a name in the code, with sizes put in."""
    found = [(names, cell) for names, cell in symbol_rows(section) if name in names]
    assert len(found) == 1, f"{name} is in {len(found)} rows of {section}"
    names, cell = found[0]
    shapes = re.findall(r"\$\(([^$]*)\)\$", cell)
    shape = shapes[names.index(name)] if len(shapes) > 1 else shapes[0]
    for written, size in (("H_f", "Hf"), ("W_f", "Wf"), ("H'", "Ho"), ("W'", "Wo")):
        shape = shape.replace(written, size)
    values = re.sub(r"(\d)([a-z])", r"\1 * \2", shape).split(",")
    return tuple(eval(value, {}, sizes) for value in values if value.strip())


def test_every_name_on_the_page_of_symbols_occurs_in_the_code():
    files = [*(ROOT / "solutions").rglob("*.py"), *(ROOT / "coursekit").rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    code += "\n".join("\n".join(CELL.findall(source(name))) for name in CHAPTER_PAGES)
    words = set(re.findall(r"\w+", code))
    for section in re.findall(r"^## (.+)$", source("symbols"), re.MULTILINE)[:-1]:
        for names, _ in symbol_rows(section):
            assert {word for name in names for word in re.findall(r"\w+", name)} <= words, names


def test_the_shapes_on_the_page_of_symbols_are_those_of_the_code():
    import numpy as np

    from solutions.batchnorm import batchnorm_backward, batchnorm_forward, layernorm_forward
    from solutions.layers import affine_backward, affine_forward, forward_mode
    from solutions.softmax import softmax, softmax_loss_vectorized
    from solutions.two_layer_net import TwoLayerNet, adam, two_layer_forward, two_layer_loss

    N, D, C, H, M = 2, 3, 4, 5, 6
    rng, y = np.random.default_rng(0), np.zeros(N, dtype=int)
    X, W = rng.standard_normal((N, D)), rng.standard_normal((D, C))
    sizes = {"N": N, "D": D, "C": C, "H": H, "M": M}
    net = TwoLayerNet(D, H, C)
    scores, hidden = two_layer_forward(X, net.params)
    config = adam(X, X, {})[1]
    out, cache = affine_forward(X, rng.standard_normal((D, M)), np.zeros(M))
    assert [part.shape for part in cache] == [X.shape, (D, M), (M,)], "(x, w, b)"
    dx, dw, db = affine_backward(out, cache)
    bn_param = {"mode": "train"}
    gamma = np.ones(D)
    x_hat, kept, std = batchnorm_forward(X, gamma, gamma, bn_param)[1]
    assert kept is gamma and layernorm_forward(X, gamma, gamma, {})[1][2].shape == (N, 1)
    _, dgamma, dbeta = batchnorm_backward(X, (x_hat, gamma, std))
    assert config["m"].shape == config["v"].shape == X.shape and dx.shape == X.shape
    data, two, layers, norm = (
        "Data, scores, loss",
        "The two-layer net and its update rules",
        "Layers",
        "Normalisation and dropout",
    )
    measured = {
        (data, "X"): X,
        (data, "y"): y,
        (data, "W"): W,
        (data, "scores"): scores,
        (data, "softmax(scores)"): softmax(scores),
        (data, "dscores"): two_layer_loss(scores, y, net.params, 0.0)[1],
        (data, "dW"): softmax_loss_vectorized(W, X, y, 0.0)[1],
        **{(two, f'params["{name}"]'): value for name, value in net.params.items()},
        (two, "hidden"): hidden,
        (layers, "w"): dw,
        (layers, "b"): db,
        (layers, "out"): out,
        (norm, "mean"): X.mean(axis=0),
        (norm, "var"): X.var(axis=0),
        (norm, "std"): std,
        (norm, "x_hat"): x_hat,
        (norm, "gamma"): gamma,
        (norm, "dgamma"): dgamma,
        (norm, "dbeta"): dbeta,
        (norm, 'bn_param["running_mean"]'): bn_param["running_mean"],
        (norm, 'bn_param["running_var"]'): bn_param["running_var"],
    }
    for (section, name), array in measured.items():
        assert shape_said(section, name, **sizes) == array.shape, f"{section}: {name}"
    jacobian = forward_mode(lambda a, b: [a * b, a, b], [1.0, 2.0])[1]
    assert shape_said("Derivatives of expressions", "jacobian", n=2, m=3) == jacobian.shape


def test_the_shapes_of_convolutions_on_the_page_of_symbols_are_those_of_the_code():
    import numpy as np

    from solutions.cnn import TwoLayerConvNet, conv_backward_fast, conv_forward_fast
    from solutions.transfer import train_probe

    sizes = {"N": 2, "C": 3, "H": 7, "W": 11, "F": 4, "Hf": 3, "Wf": 5, "Ho": 4, "Wo": 5, "p": 1}
    x, w, b = np.ones((2, 3, 7, 11)), np.ones((4, 3, 3, 5)), np.ones(4)
    out, cache = conv_forward_fast(x, w, b, {"stride": 2, "pad": 1})
    gradients = conv_backward_fast(out, cache)
    for name, array in {
        "x": x,
        "w": w,
        "b": b,
        "out": out,
        "dout": out,
        "padded": np.pad(x, ((0,), (0,), (1,), (1,))),
    }.items():
        assert shape_said("Images and convolutions", name, **sizes) == array.shape, name
    assert [gradient.shape for gradient in gradients] == [x.shape, w.shape, b.shape]
    filters = TwoLayerConvNet(shape=(3, 6, 8), filters=4, filter_size=5).params["W1"]
    said = shape_said("Images and convolutions", 'params["W1"]', C=3, F=4, Hf=5, Wf=5)
    assert said == filters.shape and filters.dtype == np.float32
    probe = train_probe(np.eye(6, dtype=np.float32), [0, 1, 2, 0, 1, 2], 3, steps=2)
    for name, tensor in (("layer.weight", probe.weight), ("layer.bias", probe.bias)):
        assert shape_said("In PyTorch", name, K=3, F=6) == tuple(tensor.shape)


# ------------------------------------------------------------------------------------------------------- references


def test_every_reference_is_cited_and_every_citation_is_a_reference():
    bibliography = (BOOK / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@\w+\{([^,]+),$", bibliography, re.MULTILINE)
    text = "\n".join(path.read_text(encoding="utf-8") for path in BOOK.glob("*.md"))
    cited = {key.strip() for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text) for key in keys.split(",")}
    assert len(keys) == len(set(keys)) and set(keys) == cited
    titles = [
        re.sub(r"\W", "", title).lower() for title in re.findall(r"^  title = (.+),$", bibliography, re.MULTILINE)
    ]
    assert len(titles) == len(set(titles)) == len(keys), "a title is missing or there twice"


def test_every_reference_says_who_when_and_where():
    places = {"article": "journal", "book": "publisher", "incollection": "booktitle", "inproceedings": "booktitle"}
    places |= {"misc": "howpublished", "techreport": "institution"}
    for kind, key, fields in re.findall(
        r"^@(\w+)\{([^,]+),\n(.*?)^\}$", (BOOK / "references.bib").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        named = re.findall(r"^  (\w+) = \{.+\},?$", fields, re.MULTILINE)
        assert {"author", "title", "year", places[kind]} <= set(named), key
        assert re.search(r"\d{4}$", key) and f"year = {{{key[-4:]}}}" in fields, key
