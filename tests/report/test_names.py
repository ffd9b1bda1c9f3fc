"""Reports without names, and the names of pages."""

import json
import re
import shutil

import pytest

from tests.report.made_up import TRAIN, empty_course, expectation, fill_gradebook, keep, row, rows
from tests.report.pages_of import Report, students

IDS = ("doejane-70001", "Ünal-70002", "o'brien", "al")


@pytest.fixture
def named(tmp_path):
    """Students who are named in one another's messages, in other letters, and in a damaged file's path."""
    course = empty_course(tmp_path / "course", ["softmax"])
    for number, student in enumerate(IDS):
        said = f"In the case “a” (N = 3): Your code raised OSError: /home/{IDS[number - 1].upper()}/x of DoeJane."
        wrong = [expectation("value", False, message=said, diagnosis=f"It is {student}'s; al is not alone.")]
        keep(course, student, "softmax", [row(TRAIN, 1.0, 6.0, expectations=wrong)], remarks=[f"By {student}."])
    page = course.root / "feedback" / "o'brien" / "softmax" / "softmax.html"
    page.parent.mkdir(parents=True)
    page.write_text("feedback", encoding="utf-8")
    fill_gradebook(course)
    keep(course, "eve_stone", "softmax", []).write_text("{")
    shutil.rmtree(course.root / "submitted" / "eve_stone")
    return course


def test_no_id_is_left_in_any_byte(named):
    names = Report(named).files()
    assert any("doejane" in name for name in names)  # what is looked for would be found
    assert any(b"doejane-70001" in path.read_bytes() for path in names.values())
    report = Report(named, "--no-names")
    for name, path in report.files().items():
        text = f"{name}\n{path.read_text(encoding='utf-8')}".casefold()
        for left in (
            "doejane",
            "70001",
            "ünal",
            "70002",
            "o'brien",
            "o&#39;brien",
            "brien",
            "eve_stone",
            "feedback/",
        ):
            assert left not in text, (name, left)
        assert not re.search(r"\bal\b", text), name
    assert "eve_stone" in report.complained  # who repairs the file must know which


def test_pseudonyms_stand_in_the_place_of_names(named):
    report = Report(named, "--no-names")
    key = json.loads((named.private / "pseudonyms.json").read_text(encoding="utf-8"))
    assert sorted(key) == sorted([*IDS, "eve_stone"]) and len(set(key.values())) == 5
    assert {line[0] for line in report.table("index.html", "Everybody")} == set(key.values())
    page = report.text(f"student/{key['al']}.html")
    assert f"It is {key['al']}'s; {key['al']} is not alone." in page
    assert f"/home/{key[IDS[2]]}/x of {key[IDS[0]]}." in page


def test_the_key_is_apart_and_for_its_owner_only(named):
    report = Report(named, "--no-names")
    assert (named.private / "pseudonyms.json").stat().st_mode & 0o777 == 0o600
    assert "pseudonyms.json" not in report.files()


def test_they_stay_from_one_report_to_the_next(named):
    Report(named, "--no-names")
    key = json.loads((named.private / "pseudonyms.json").read_text(encoding="utf-8"))
    keep(named, "aaron", "softmax", [row(TRAIN, 1.0, 6.0)])
    Report(named)
    report = Report(named, "--no-names")
    later = json.loads((named.private / "pseudonyms.json").read_text(encoding="utf-8"))
    assert {one: later[one] for one in key} == key and "aaron" in later
    assert sorted(name for name in report.files() if name.startswith("student/")) == sorted(students(*later.values()))


@pytest.mark.parametrize("damage", ["", "[]", '{"al": 1}', '{"al": "S1", "bo": "S1"}'])
def test_a_damaged_key_is_a_sentence_and_stays(named, damage):
    key = named.private / "pseudonyms.json"
    key.write_text(damage)
    report = Report(named, "--no-names")
    assert report.code == 2 and "The key to the pseudonyms" in report.complained
    assert key.read_text() == damage and not report.folder.exists()


def test_names_of_files_are_apart_where_names_are_alike(tmp_path):
    course = empty_course(tmp_path / "course", ["softmax"])
    odd = ["ann", "Ann", "ann ", "a n", "a_n", "x" * 200, "é", "ü", "con.", "..a"]
    for number, student in enumerate(odd):
        keep(course, student, "softmax", rows(float(number % 7), 1.0))
    report = Report(fill_gradebook(course))
    pages = [name for name in report.files() if name.startswith("student/")]
    assert len({name.casefold() for name in pages}) == len(odd)
    assert all(re.fullmatch(r"student/[\w.-]+\.html", name, re.ASCII) for name in pages)
    for link in report.page().select("table a[href^=student]"):
        assert (report.folder / link["href"].split("#")[0]).is_file()
