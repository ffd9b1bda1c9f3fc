"""The report's folder: for its owner only, replaced as a whole, and nothing else is touched."""

import shutil
from pathlib import Path

import pytest

from autograder.report import make
from autograder.report.folder import place
from tests.report.pages_of import Report, students


def test_only_its_owner_may_read_it(small):
    report = Report(small)
    for path in [report.folder, *report.folder.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_an_earlier_report_is_replaced_as_a_whole(small):
    Report(small)
    shutil.rmtree(small.private / "verdicts" / "bob")
    shutil.rmtree(small.root / "submitted" / "bob")
    (small.root / "gradebook.db").unlink()
    report = Report(small)
    assert sorted(name for name in report.files() if "student" in name) == students("ada", "cem", "dan")
    assert not list(small.root.glob(".report-*"))


def test_anything_else_is_left_alone(small):
    (small.root / "report").mkdir()
    thesis = small.root / "report" / "thesis.txt"
    thesis.write_text("chapter one")
    report = Report(small)
    assert report.code == 2 and "is not an earlier report, so it is left alone" in report.complained
    assert thesis.read_text() == "chapter one" and len(report.files()) == 1


@pytest.mark.parametrize("name", ["notes.txt", "student/notes.txt", "homework/more/x.html/y"])
def test_what_was_added_to_a_report_is_not_lost(small, name):
    report = Report(small)
    added = report.folder / name
    added.parent.mkdir(parents=True, exist_ok=True)
    added.write_text("mine")
    report = Report(small)
    assert report.code == 2 and "which would be lost" in report.complained
    assert added.read_text() == "mine"


def test_a_file_in_its_place_is_left_alone(small, tmp_path):
    (tmp_path / "file").write_text("mine")
    report = Report(small, out=tmp_path / "file")
    assert report.code == 2 and "is a file" in report.complained


def test_it_does_not_go_where_students_files_lie(small):
    for name in ("release", "submitted/ada", "feedback"):
        report = Report(small, out=small.root / name / "report")
        assert report.code == 2 and "for you alone" in report.complained


def test_an_error_half_way_leaves_the_earlier_report(small, monkeypatch):
    before = {name: path.read_bytes() for name, path in Report(small).files().items()}
    honest, written = make.write, []

    def full_disk(path, text):
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        honest(path, text)

    monkeypatch.setattr(make, "write", full_disk)
    report = Report(small)
    assert report.code == 2 and "No space left on device. An earlier one is as it was." in report.complained
    assert {name: path.read_bytes() for name, path in report.files().items()} == before
    assert not list(small.root.glob(".report-*"))


def test_a_second_report_at_the_same_time_is_refused(small):
    with place(small, Path(small.root / "report")) as folder:
        report = Report(small)
        (folder / "index.html").write_text("")
    assert report.code == 2 and "is being written" in report.complained
