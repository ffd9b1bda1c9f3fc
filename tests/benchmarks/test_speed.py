"""Speeds are measured on what computes the same, small versions run, and the recorded ones are what the book says."""

import json

import numpy as np
import pytest

from benchmarks.speed import book, grading, layers, tables
from benchmarks.speed.timing import LARGE, compared, rates, spread, summary
from solutions.layers import Dense


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_layers_and_steps_are_measured_small(tmp_path, capsys):
    assert layers.main(["--quick", "--threads", "1", "2", "--out", str(tmp_path / "layers.json")]) == 0
    found = read(tmp_path / "layers.json")
    assert found["quick"] and {row["threads"] for row in found["rows"]} == {1, 2}
    kinds = {kind: [row for row in found["rows"] if row["kind"] == kind] for kind in ("layer", "step", "growth")}
    assert len(kinds["layer"]) == 2 * (2 * len(layers.LAYERS) - 1) and len(kinds["step"]) == 2 * len(layers.NETS)
    for row in found["rows"]:
        assert row["ours_to_torch"] == pytest.approx(row["ours"]["median"] / row["torch"]["median"], rel=1e-3)
        assert row["ours"]["fastest"] <= row["ours"]["median"] <= row["ours"]["slowest"]
    assert all(row["share_of_limit"] > 0 for row in kinds["growth"])
    assert "| ours / PyTorch |" in capsys.readouterr().out
    for table in (tables.layers, tables.steps, tables.batches):
        assert table(found).count("\n") > 3


def test_what_does_not_compute_the_same_is_not_measured(monkeypatch):
    right = Dense.forward
    monkeypatch.setattr(Dense, "forward", lambda self, x, training=False: 1.1 * right(self, x, training))
    with pytest.raises(AssertionError):
        layers.layer_calls("dense", 20, 10, 5)
    with pytest.raises(AssertionError):
        layers.step_calls([10], 5)


def test_a_wrong_way_back_is_not_measured_either(monkeypatch):
    right = Dense.backward
    monkeypatch.setattr(Dense, "backward", lambda self, dout: 1.1 * right(self, dout))
    with pytest.raises(AssertionError):
        layers.layer_calls("dense", 20, 10, 5)
    with pytest.raises(AssertionError):
        layers.step_calls([10, 10], 50)


def test_the_rate_of_a_call_is_a_share_of_the_large_product():
    product = {"median": 0.5}
    found = rates(LARGE**3, {"median": 0.5}, product)
    assert found["share_of_limit"] == 0.5 and found["limit_gigaflops"] == 4 * LARGE**3 / 1e9


@pytest.mark.sandbox
def test_grading_is_measured_small(tmp_path):
    assert grading.main(["--quick", "--out", str(tmp_path / "grading.json")]) == 0
    found = read(tmp_path / "grading.json")
    assert [row["way"] for row in found["rows"]] == list(grading.WAYS)
    assert found["rows"][-1]["to_nbgrader"] == 1 and all(row["per_hour"] > 0 for row in found["rows"])
    assert "two workers" in tables.grading(found) and "for each hand-in" in tables.classes(found)


def test_the_line_through_several_classes_is_the_one_that_they_lie_on():
    grown = grading.grown([{"size": size, "seconds": 7 + 1.5 * size} for size in (10, 30, 100)])
    assert grown == pytest.approx({"start": 7, "each": 1.5})


def test_builds_of_the_book_are_measured_small(tmp_path):
    assert book.main(["--quick", "--out", str(tmp_path / "book.json")]) == 0
    found = read(tmp_path / "book.json")
    times = {row["what"]: row["median"] for row in found["rows"]}
    assert set(found["code"]) == {"index", *book.FEW} and found["share_of_code"] > 0
    assert min(times.values()) > 0 and found["ours_to_plain"] > 0
    assert tables.book(found).count("\n") == len(times) + 2


def test_the_code_of_pages_is_read_from_what_a_build_prints():
    said = "\x1b[32m/a/b/book/softmax.md: Executed notebook in 9.28 seconds [mystnb]\x1b[39;49;00m\nbook/data.md: other"
    assert book.code(said) == {"softmax": 9.28}


def test_text_is_put_below_a_heading_and_code_at_the_end_of_a_cell(tmp_path):
    copy = object.__new__(book.Copy)
    copy.root, copy.few = tmp_path, True
    (tmp_path / "book").mkdir()
    page = tmp_path / "book" / "data.md"
    page.write_text("# Data\n\n## One\n\nText.\n```{code-cell} python\n:tags: [x]\n\na = 1\n```\n\n## Two\n")
    copy.change(book.FIRST_HEADING, "\nRound 0.\n")
    copy.change(book.FIRST_CELL, "# round 0")
    cell = "```{code-cell} python\n:tags: [x]\n\na = 1\n# round 0\n```\n"
    assert page.read_text() == f"# Data\n\n## One\n\n\nRound 0.\n\nText.\n{cell}\n## Two\n"


def test_a_change_that_finds_nothing_to_change_is_told(tmp_path):
    copy = object.__new__(book.Copy)
    copy.root, copy.few = tmp_path, True
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "data.md").write_text("# Data\n")
    with pytest.raises(ValueError, match="has nothing like 'another text'"):
        copy.change("another text", "")
    (tmp_path / "_config.yml").write_text("sphinx:\n  local_extensions:\n    mathml: book/_ext\n")
    with pytest.raises(ValueError, match="lean_pages and mathml"):
        copy.without_ours()


def test_times_are_said_with_a_unit_that_fits():
    assert spread(summary([2e-6, 1e-6, 4e-6])) == "2 µs (1 to 4)"
    assert spread(summary([0.02, 0.01, 0.05])) == "20 ms (10 to 50)"
    assert spread(summary([2.0, 1.0, 4.0])) == "2 s (1 to 4)"
    assert spread(summary([150.0])) == "150 s"
    assert spread(summary([1.234e-6, 1.2e-6, 4321e-6])) == "1.23 µs (1.2 to 4,321)"


def test_calls_take_turns():
    order = []
    calls = {name: lambda name=name: order.append(name) for name in "ab"}
    found = compared(calls, seconds=0, rounds=3)
    assert "".join(order) == "aabbaabbaabb" and found["a"]["calls"] == 3


# --------------------------------------------------------------------------------------------- what is recorded


@pytest.mark.parametrize("name", ["layers", "grading", "book"])
def test_what_the_book_shows_is_no_try_out(name):
    found = tables.results(f"speed/{name}")
    assert not found["quick"] and found["seconds"] > 0 and found["machine"]["cores"] == 2


def test_our_layers_keep_up_with_pytorch():
    rows = [row for row in tables.results("speed/layers")["rows"] if row["kind"] == "step"]
    assert len(rows) == 2 * len(layers.NETS)
    assert max(row["ours_to_torch"] for row in rows) <= 2, "a step takes at most twice PyTorch's time"


def test_grading_is_faster_than_nbgrader_and_grows_in_proportion():
    found = tables.results("speed/grading")
    ways = {row["way"]: row for row in found["rows"]}
    assert ways["two workers"]["to_nbgrader"] > ways["one worker"]["to_nbgrader"] > 1
    for part in found["growth"]:
        for one in part["classes"]:
            expected = part["start"] + part["each"] * one["size"]
            assert np.isclose(one["seconds"], expected, rtol=0.2), (part["way"], one)


def test_the_book_is_built_anew_in_minutes_and_after_a_change_in_seconds():
    found = tables.results("speed/book")
    times = {row["what"]: row["median"] for row in found["rows"]}
    assert times["from nothing"] < 6 * 60 and times["text of a chapter changed"] < times["from nothing"] / 5
    assert found["ours_to_plain"] < 2
