"""What cannot be read is named, on the page and on the screen, and never dropped; nothing at all is a sentence."""

import pytest

from autograder.cli import main
from tests.report.made_up import TRAIN, empty_course, keep, row
from tests.report.pages_of import Report


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        '{"rows": []}',
        '{"fingerprints": {}, "rows": 7}',
        '{"fingerprints": {}, "rows": [[]]}',
        "[" * 100000,
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_is_named_and_the_others_are_told(small, damage):
    path = small.private / "verdicts" / "bob" / "softmax" / "softmax.json"
    path.write_bytes(damage if isinstance(damage, bytes) else damage.encode())
    report = Report(small)
    assert report.code == 1
    for told in (report.complained, report.text(where=".warning")):
        assert ".autograder/verdicts/bob/softmax/softmax.json cannot be used and is left out" in told
    assert [line[0] for line in report.table("index.html", "Everybody")] == ["ada", "bob", "cem", "dan"]
    assert "not graded yet" in str(report.table("index.html", "To look at by hand"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("points", "6"), ("points", None), ("points", float("nan")), ("points", True), ("max_points", []),
        ("status", "brilliant"), ("check", 3), ("expectations", {"a": 1}), ("expectations", [{"name": "x"}]),
        ("reason", 5), ("seconds", "long"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_one_is_damage(small, key, value):
    keep(small, "bob", "softmax", [row(TRAIN, 6.0, 6.0) | {key: value}])
    report = Report(small)
    assert report.code == 1 and "bob/softmax/softmax.json cannot be used" in report.text(where=".warning")


def test_only_damaged_files_are_no_report(small):
    for path in (small.private / "verdicts").rglob("*.json"):
        path.write_text("{")
    report = Report(small)
    assert report.code == 2 and "None of the 4 kept results" in report.complained
    assert not report.folder.exists()


def test_a_gradebook_that_cannot_be_opened_costs_what_it_holds(small):
    (small.root / "gradebook.db").write_bytes(b"no database" * 100)
    report = Report(small)
    assert report.code == 1 and "Marks by hand, penalties and totals are left out." in report.complained
    assert "80 % median" in report.text(where=".cards")
    (small.root / "gradebook.db").unlink()
    report = Report(small)
    assert report.code == 1 and "gradebook.db is missing" in report.text(where=".warning")
    assert not (small.root / "gradebook.db").exists()


def test_results_that_wait_in_the_journal_are_told(small):
    (small.private / "journal").mkdir()
    (small.private / "journal" / "0123.json").write_text("{}")
    report = Report(small)
    assert report.code == 1 and "1 result of a grading that is under way or was stopped" in report.complained


def test_nothing_graded_is_a_sentence(tmp_path):
    report = Report(empty_course(tmp_path / "course", ["softmax"]))
    assert report.code == 2 and "Nothing of softmax is graded yet" in report.complained
    assert "autograder grade" in report.complained and not report.folder.exists()


def test_an_unknown_assignment_is_a_sentence(small):
    report = Report(small, "--assignment", "sofmax")
    assert report.code == 2 and "There is no assignment 'sofmax'" in report.complained


def test_a_folder_that_is_no_course_is_a_sentence(tmp_path, capsys):
    assert main(["report", str(tmp_path / "nothing")]) == 2
    assert "There is no folder" in capsys.readouterr().err
