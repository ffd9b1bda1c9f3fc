"""Zips of Canvas and Moodle come out as folders of students; nothing in them leaves its place, and nothing is lost."""

import io
import stat
import zipfile

import pytest

from autograder.cli import main
from autograder.grading import collect as module
from autograder.grading.collect import collect
from autograder.grading.course import CourseError
from autograder.grading.handin import find_handins, refusal
from tests.grading.courses import ASSIGNMENT

NOTEBOOK = b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'
CANVAS = {
    "doejane_1234_56789_softmax.ipynb": NOTEBOOK,
    "doejane_1234_56790_best_classifier.npz": b"weights",
    "roemax_LATE_77_4_softmax-2.ipynb": NOTEBOOK,
}
MOODLE = {
    "Jane Doe_1234_assignsubmission_file_/softmax.ipynb": NOTEBOOK,
    "Jane Doe_1234_assignsubmission_file_/more/notes.txt": b"notes",
    "Zoë O'Hara_9_assignsubmission_file_softmax.ipynb": NOTEBOOK,
}


def zipped(files, **compression):
    """The bytes of a zip; names may also be `ZipInfo`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def collected(course, tmp_path):
    """A function: collects a zip of these files, or bytes; returns the outcome by student, and strange names."""

    def run(files, platform=None):
        path = tmp_path / "all.zip"
        path.write_bytes(files if isinstance(files, bytes) else zipped(files))
        found, strange = collect(course, ASSIGNMENT, path, platform)
        return {one.student: one for one in found}, strange

    return run


def laid(course):
    """Everything below `submitted/`: relative name to bytes."""
    root = course.root / "submitted"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_zip_of_canvas(course, collected):
    found, strange = collected(CANVAS)
    assert laid(course) == {
        "doejane-1234/softmax/softmax.ipynb": NOTEBOOK,
        "doejane-1234/softmax/best_classifier.npz": b"weights",
        "roemax-77/softmax/softmax.ipynb": NOTEBOOK,
    }
    assert (found["doejane-1234"].late, found["roemax-77"].late, strange) == (False, True, [])
    assert [one.remarks for one in found.values()] == [[], []]
    assert [handin.student for handin in find_handins(course, [ASSIGNMENT])] == ["doejane-1234", "roemax-77"]


def test_a_zip_of_moodle(course, collected):
    found, strange = collected(MOODLE | {"Max_2_assignsubmission_onlinetext_/onlinetext.html": b"hello"})
    assert laid(course) == {
        "Jane-Doe-1234/softmax/softmax.ipynb": NOTEBOOK,
        "Jane-Doe-1234/softmax/more/notes.txt": b"notes",
        "Zoë-O-Hara-9/softmax/softmax.ipynb": NOTEBOOK,
    }
    assert strange == ["Max_2_assignsubmission_onlinetext_/onlinetext.html"]
    assert {one.outcome for one in found.values()} == {"new"}


def test_the_latest_upload_counts_and_a_students_own_numbers_stay(course, collected):
    found, _ = collected(
        {
            "a_1_1_softmax.ipynb": b"first",
            "a_1_2_softmax-1.ipynb": b"second",
            "a_1_3_softmax-10.ipynb": b"latest",
            "a_1_4_softmax-9.ipynb": b"ninth",
            "a_1_5_notes-2.txt": b"own",
        }
    )
    assert found["a-1"].files == {"softmax.ipynb": b"latest", "notes-2.txt": b"own"}


def test_a_notebook_under_another_name_is_taken_where_there_is_no_doubt(collected):
    found, _ = collected({"a_1_1_my homework.ipynb": NOTEBOOK, "b_2_1_x.ipynb": NOTEBOOK, "b_2_2_y.ipynb": NOTEBOOK})
    assert found["a-1"].files == {"softmax.ipynb": NOTEBOOK}
    assert found["a-1"].remarks == ["my homework.ipynb was taken for softmax.ipynb."]
    assert found["b-2"].remarks == ["softmax.ipynb is not there."]


def test_collecting_again_changes_what_changed_and_keeps_what_was_there(course, collected):
    assert {one.outcome for one in collected(CANVAS)[0].values()} == {"new"}
    assert {one.outcome for one in collected(CANVAS)[0].values()} == {"as before"}
    assert not (course.private / "replaced").exists()
    for number in range(3):
        again, _ = collected(CANVAS | {"doejane_1234_9_softmax-3.ipynb": b"version %d" % number})
        assert (again["doejane-1234"].outcome, again["roemax-77"].outcome) == ("changed", "as before")
    assert laid(course)["doejane-1234/softmax/softmax.ipynb"] == b"version 2"
    kept = sorted((course.private / "replaced" / "doejane-1234" / ASSIGNMENT).glob("*/softmax.ipynb"))
    assert sorted(path.read_bytes() for path in kept) == [b"version 0", b"version 1", NOTEBOOK]


@pytest.mark.parametrize("folder", ["", "homework/"])
def test_a_students_own_zip_is_opened_once_and_zips_in_it_are_not(collected, folder):
    deepest = zipped({"softmax.ipynb": b"hidden"})
    inner = {"softmax.ipynb": NOTEBOOK, "more/a.txt": b"a", "again.zip": deepest, "__MACOSX/x": b"", ".DS_Store": b""}
    found, _ = collected({"a_1_1_homework.zip": zipped({folder + name: data for name, data in inner.items()})})
    assert found["a-1"].files == {"softmax.ipynb": NOTEBOOK, "more/a.txt": b"a"}
    assert found["a-1"].remarks == [f"'{folder}again.zip' in homework.zip was left out."]


def test_a_zip_that_is_none_stays_a_file_and_is_told(collected):
    found, _ = collected({"a_1_1_homework.zip": b"PK not really", "a_1_1_softmax.ipynb": NOTEBOOK})
    assert found["a-1"].files == {"homework.zip": b"PK not really", "softmax.ipynb": NOTEBOOK}
    assert found["a-1"].remarks == ["homework.zip could not be unpacked (File is not a zip file)."]


TRICKS = [
    "Eve_1_assignsubmission_file_/../../../seed",
    "Eve_1_assignsubmission_file_/a/../../x",
    "Eve_1_assignsubmission_file_//etc/passwd",
    "Eve_1_assignsubmission_file_/..\\..\\seed",
    "Eve_1_assignsubmission_file_/C:\\x",
    "Eve_1_assignsubmission_file_/line\nbreak",
    "Eve_1_assignsubmission_file_/\x1b[2J",
    "../Eve_1_assignsubmission_file_/x",
    "/Eve_1_assignsubmission_file_/x",
    "Eve_assignsubmission_file_/x",
]


def test_no_name_leads_out_of_its_folder(course, collected, tmp_path):
    before = {path for path in tmp_path.rglob("*") if "submitted" not in path.parts}
    _, strange = collected(MOODLE | dict.fromkeys(TRICKS, b"out"))
    assert b"out" not in laid(course).values()
    assert sorted(strange) == sorted(TRICKS)
    after = {path for path in tmp_path.rglob("*") if "submitted" not in path.parts}
    assert after - before == {tmp_path / "all.zip"}


@pytest.mark.parametrize("who", ["..", ".", "...", "-rf", "a/../b", ".git", " "])
def test_a_name_of_a_student_is_a_harmless_name_of_a_folder(course, collected, who):
    collected(MOODLE | {f"{who}_5_assignsubmission_file_softmax.ipynb": NOTEBOOK})
    names = {path.name for path in (course.root / "submitted").iterdir()}
    assert all(not name.startswith((".", "-")) and "/" not in name for name in names)
    assert {path.parent for path in (course.root / "submitted").iterdir()} == {course.root / "submitted"}


def test_links_and_encrypted_members_are_left_out(collected):
    link = zipfile.ZipInfo("a_1_1_link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    locked = bytearray(zipped({"a_1_1_softmax.ipynb": NOTEBOOK, link: "/etc/passwd"}))
    found, _ = collected(bytes(locked))
    assert found["a-1"].files == {"softmax.ipynb": NOTEBOOK}
    assert found["a-1"].remarks == ["link.txt is not a plain file and was left out."]
    for place in (locked.find(b"PK\x03\x04") + 6, locked.find(b"PK\x01\x02") + 8):
        locked[place] |= 1  # "needs a password"
    found, _ = collected(bytes(locked))
    assert "softmax.ipynb could not be unpacked" in found["a-1"].remarks[0]


def test_what_jupyter_could_take_for_its_configuration_is_left_out(course, collected):
    own = {
        "a_1_1_nbgrader_config.py": b"x",
        "a_1_1_own.zip": zipped({"Jupyter_Server_config.json": b"{}", "config.py": b""}),
    }
    found, _ = collected(own | {"a_1_1_softmax.ipynb": NOTEBOOK})
    assert found["a-1"].files.keys() == {"softmax.ipynb", "config.py"}
    assert [remark.split(" was")[0] for remark in found["a-1"].remarks] == [
        "nbgrader_config.py",
        "Jupyter_Server_config.json",
    ]


@pytest.mark.parametrize("who", ["_a", "ä" * 200, "=1+1", "<b>", "mu\u0308ller", "@x", "a..", "'"])
def test_whatever_a_platform_calls_a_student_can_be_entered(collected, who):
    found, _ = collected({f"{who}_7_assignsubmission_file_/softmax.ipynb": NOTEBOOK})
    assert [refusal(student) for student in found] == [""]


def test_a_zip_bomb_costs_its_own_student_only(collected, monkeypatch):
    monkeypatch.setattr(module, "MAX_FILES", 1_000_000)
    bomb = zipped({f"{k}.bin": bytes(900_000) for k in range(50)}, compression=zipfile.ZIP_DEFLATED)
    outer = {"a_1_1_bomb.zip": bomb, "a_1_1_softmax.ipynb": NOTEBOOK, "b_2_1_softmax.ipynb": NOTEBOOK}
    found, _ = collected(outer | {"c_3_1_big.bin": bytes(1_000_001)})
    assert sum(map(len, found["a-1"].files.values())) <= 1_000_000
    assert len(found["a-1"].remarks) == 49 and "larger than 1 MB" in found["a-1"].remarks[-1]
    assert found["b-2"].files == {"softmax.ipynb": NOTEBOOK}
    assert found["c-3"].files == {} and "larger than 1 MB" in found["c-3"].remarks[0]


def test_too_many_files_are_left_out(collected, monkeypatch):
    monkeypatch.setattr(module, "MAX_COUNT", 3)
    found, _ = collected({f"a_1_1_{k}.txt": b"x" for k in range(5)} | {"b_2_1_softmax.ipynb": NOTEBOOK})
    assert len(found["a-1"].files) == 3
    assert found["b-2"].files == {"softmax.ipynb": NOTEBOOK}


def test_a_damaged_member_costs_its_own_student_only(collected):
    data = bytearray(zipped(CANVAS, compression=zipfile.ZIP_STORED))
    at = data.find(b"weights")
    data[at : at + 7] = b"damaged"
    found, _ = collected(bytes(data))
    assert "best_classifier.npz could not be unpacked (Bad CRC-32" in found["doejane-1234"].remarks[0]
    assert found["roemax-77"].files == {"softmax.ipynb": NOTEBOOK}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read as a zip"),
        (b"PK\x03\x04 cut off", "cannot be read as a zip"),
        (zipped(CANVAS)[:-30], "cannot be read as a zip"),
        (zipped({}), "It is empty"),
        (zipped({"homework.ipynb": NOTEBOOK}), "Its first file is 'homework.ipynb'"),
    ],
    ids=["empty", "cut_off", "no_end", "nothing", "other_names"],
)
def test_what_is_no_zip_of_a_class_is_refused_with_a_sentence(course, collected, data, said):
    with pytest.raises(CourseError, match=said):
        collected(data)
    assert laid(course) == {}


def test_the_command_prints_what_it_did(course, tmp_path, capsys):
    path = tmp_path / "all.zip"
    path.write_bytes(zipped(CANVAS))
    assert main(["collect", str(course.root), ASSIGNMENT, str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["doejane-1234", "2", "new"]
    assert lines[2].endswith("1  new; late, says the platform")
    path.write_bytes(zipped(MOODLE | {"stray.txt": b""}))
    assert main(["collect", str(course.root), ASSIGNMENT, str(path), "--platform", "moodle"]) == 1
    assert "Left out, for these names are no hand-in's: 'stray.txt'" in capsys.readouterr().out
    assert main(["collect", str(course.root), "other", str(path)]) == 2
    assert "there are softmax" in capsys.readouterr().err
    assert main(["collect", str(course.root), ASSIGNMENT, str(tmp_path / "none.zip")]) == 2
    assert "cannot be read as a zip" in capsys.readouterr().err
