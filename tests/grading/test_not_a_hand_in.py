"""What instructors find in place of a hand-in gets a sentence that says what it is, or is graded; none does harm."""

import io
import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.grading.grade import grade_class
from autograder.grading.handin import read_files
from autograder.grading.nbgrader_plugin import nbgrader_api
from autograder.grading.notebook import MAX_DEPTH, Unreadable, read_notebook
from autograder.grading.pool import Watch
from tests.grading.courses import ASSIGNMENT, POINTS, Here, full_marks, gradebook_points, hand_in, no_marks

NAME = "softmax.ipynb"
CELL = {"cell_type": "code", "metadata": {}, "source": "x = 1", "outputs": [], "execution_count": None}
PLAIN = {"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def text(**changes):
    """A small notebook, changed, as JSON."""
    return json.dumps(PLAIN | changes)


def cell(**changes):
    """A small notebook whose only cell is changed."""
    return text(cells=[CELL | changes])


def zipped(content, name=NAME):
    """A zip with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def nested(levels):
    """A notebook with so many dictionaries in each other."""
    return text(metadata="DEEP").replace('"DEEP"', '{"a": ' * levels + "1" + "}" * levels)


DAMAGED = {
    "no_bytes": (b"", "is empty"),
    "spaces": (b" \r\n\t ", "is empty"),
    "cut_off": (text().encode()[:-40], "is not a Jupyter notebook"),
    "array": (b"[1, 2]", "is not a Jupyter notebook"),
    "number": (b"7", "is not a Jupyter notebook"),
    "text_in_quotes": (b'"notebook"', "is not a Jupyter notebook"),
    "null": (b"null", "is not a Jupyter notebook"),
    "nan": (b"NaN", "is not a Jupyter notebook"),
    "format_without_end": (text(nbformat=4).replace("4,", "1e999,", 1).encode(), "is not a Jupyter notebook"),
    "format_with_5000_digits": (
        text().replace('"nbformat": 4', '"nbformat": ' + "4" * 5000).encode(),
        "is not a Jupyter",
    ),
    "format_that_is_text": (text(nbformat="4\x1b]0;owned\x07").encode(), "is not a Jupyter notebook"),
    "format_of_the_future": (text(nbformat=5, nbformat_minor=0).encode(), "is not a Jupyter notebook"),
    "nested_100000_times": (nested(100_000).encode(), "is not a Jupyter notebook"),
    "nested_300_times": (nested(300).encode(), "is not"),
    "nested_once_too_often": (nested(MAX_DEPTH).encode(), "is nested more than 50 levels"),
    "cells_are_a_dictionary": (text(cells={"0": CELL}).encode(), "is not a Jupyter notebook"),
    "cells_are_numbers": (text(cells=[1, 2]).encode(), "is not a Jupyter notebook"),
    "cells_are_missing": (
        json.dumps({"metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode(),
        "is not a Jupyter",
    ),
    "cell_of_unknown_type": (cell(cell_type="heading of hell").encode(), "is not a Jupyter notebook"),
    "cell_without_type": (text(cells=[{"source": "x"}]).encode(), "is not a Jupyter notebook"),
    "cell_without_metadata": (text(cells=[{"cell_type": "code", "source": "x"}]).encode(), "is not a Jupyter notebook"),
    "source_is_a_number": (cell(source=5).encode(), "is not a Jupyter notebook"),
    "halves_of_characters": (cell(source="\ud83d").encode(), "holds characters that are none"),
    "utf_16_with_mark": (text().encode("utf-16"), "is not a text file in UTF-8"),
    "utf_16_without_mark": (text().encode("utf-16-le"), "is not a Jupyter notebook"),
    "utf_32": (text().encode("utf-32"), "is not a text file in UTF-8"),
    "latin_1": (cell(source="# für").replace("\\u00fc", "ü").encode("latin-1"), "is not a text file in UTF-8"),
    "bytes_that_are_zero": (bytes(1000), "is not a Jupyter notebook"),
    "escapes_for_terminals": (b"\x1b]0;owned\x07\x1b[2J{", "is not a Jupyter notebook"),
    "zip": (zipped(text()), "is a zip, not a notebook. Unpack it"),
    "zip_of_a_zip": (zipped(zipped(text()), "inner.zip"), "is a zip, not a notebook. Unpack it"),
}
GOOD = {
    "plain": text(),
    "mark_of_utf_8": "\ufeff" + text(),
    "lines_of_windows": json.dumps(PLAIN, indent=1).replace("\n", "\r\n"),
    "keys_given_twice": text().replace('"nbformat": 4', '"nbformat": 9, "nbformat": 4'),
    "minor_format_of_the_future": text(nbformat_minor=99),
    "language_that_is_another": text(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}),
    "kernel_that_is_none": text(metadata={"kernelspec": {}, "language_info": {}}),
    "nan_in_metadata": text(metadata={"a": float("nan")}),
    "nested_as_deep_as_may_be": nested(MAX_DEPTH - 3),
    "outputs_that_are_none": cell(outputs=[{"output_type": "none"}, {}]),
    "outputs_are_missing": text(cells=[{"cell_type": "code", "metadata": {}, "source": "x = 1"}]),
    "format_2": text(
        nbformat=2,
        worksheets=[{"cells": [{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": []}]}],
    ),
    "format_3": text(
        nbformat=3,
        nbformat_minor=0,
        worksheets=[
            {"cells": [{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": [], "metadata": {}}]}
        ],
    ),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_what_is_no_notebook_is_refused_in_a_sentence_that_can_be_printed(tmp_path, kind):
    content, words = DAMAGED[kind]
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        read_notebook(tmp_path / NAME)
    said = str(refused.value)
    assert said.startswith(f"{NAME} ") and words in said
    assert said.isprintable() and said.endswith(".") and len(said) < 400


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_a_notebook_after_all_is_read(tmp_path, kind):
    (tmp_path / NAME).write_bytes(GOOD[kind].encode())
    nb = read_notebook(tmp_path / NAME)
    assert [(found.source, found.outputs) for found in nb.cells] == [("x = 1", [])]
    assert nbformat.reads(nbformat.writes(nb), as_version=4).cells == nb.cells


def made(folder, kind):
    """Something that is no file, in the place of the notebook."""
    path = folder / NAME
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        listening = socket.socket(socket.AF_UNIX)
        os.chdir(folder)  # a socket's path must be short
        listening.bind(NAME)
        listening.close()
    elif kind == "device":
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # as /dev/zero
    else:
        path.symlink_to("/dev/zero" if kind == "link" else NAME)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("folder", "is a folder, not a notebook. Hand in the file itself."),
        ("pipe", "is a pipe, socket or device"),
        ("socket", "is a pipe, socket or device"),
        ("device", "is a pipe, socket or device"),
        ("link", "is a link, not a notebook"),
        ("link_to_itself", "is a link, not a notebook"),
    ],
)
def test_what_is_no_file_is_not_opened(tmp_path, monkeypatch, kind, words):
    monkeypatch.chdir(tmp_path)
    if kind == "device" and os.geteuid():
        pytest.skip("only root can make devices")
    made(tmp_path, kind)
    with pytest.raises(Unreadable, match=words):
        read_notebook(tmp_path / NAME)
    assert read_files(tmp_path) == {}


def test_what_jupyter_would_run_as_its_configuration_is_not_taken_along(tmp_path):
    kept = ["config.py", "nbgrader.py", "my_nbgrader_config.py", "nbgrader_config.txt"]
    for name in [*kept, "nbgrader_config.py", "Jupyter_Server_Config.json", "jupyter_config.py"]:
        (tmp_path / name).touch()
    assert sorted(read_files(tmp_path)) == sorted(kept)


def test_a_python_environment_beside_the_notebook_is_no_part_of_the_hand_in(tmp_path):
    (tmp_path / "gradients" / "lib").mkdir(parents=True)
    (tmp_path / "gradients" / "pyvenv.cfg").touch()
    (tmp_path / "gradients" / "lib" / "numpy.py").touch()
    (tmp_path / "weights.npz").touch()
    assert list(read_files(tmp_path)) == ["weights.npz"]


@pytest.mark.parametrize(
    "name", ["softmax (1).ipynb", "Softmax.ipynb", "softmax.ipynb.ipynb", "so\u0308ftmax.ipynb", "a\x1b[31m.ipynb"]
)
def test_a_notebook_under_another_name_is_named(tmp_path, name):
    (tmp_path / name).write_text(text())
    with pytest.raises(Unreadable) as refused:
        read_notebook(tmp_path / NAME)
    assert f"What was handed in is “{name.replace(chr(27), ' ')}”." in str(refused.value)
    assert str(refused.value).isprintable()


def test_of_many_other_notebooks_a_few_are_named(tmp_path):
    for number in range(100):
        (tmp_path / f"{number:02}.ipynb").write_text(text())
    with pytest.raises(Unreadable, match=r"What was handed in is “00\.ipynb”, “01\.ipynb”, “02\.ipynb”\."):
        read_notebook(tmp_path / NAME)


def test_damaged_ones_cost_their_neighbour_nothing(course, released):
    hand_in(course, "neighbour", released)
    (before,) = grade_class(course, executor=Here(full_marks))
    damaged = {kind: DAMAGED[kind] for kind in ("no_bytes", "nested_300_times", "halves_of_characters", "zip")}
    for kind, (content, _) in damaged.items():
        hand_in(course, kind, content)
    made(hand_in(course, "pipe"), "pipe")
    good = ("nan_in_metadata", "nested_as_deep_as_may_be", "format_3")
    for kind in good:
        hand_in(course, kind, GOOD[kind].encode())
    graded = {one.student: one for one in grade_class(course, executor=Here(judged))}
    assert graded.keys() == {"neighbour", "pipe", *damaged, *good}
    assert list(graded["neighbour"].rows()) == list(before.rows())
    for kind, (_, words) in damaged.items():
        assert words in graded[kind].trouble
        assert gradebook_points(course, kind) == dict.fromkeys(POINTS, (0.0, 0.0))
    assert [graded[kind].trouble for kind in good] == [""] * len(good)


def judged(task):
    """In the place of a sandbox: full marks for what can be read."""
    if not task.unreadable:
        return full_marks(task)
    result = no_marks(task)
    result.trouble = task.unreadable
    return result


IDS = {
    "markup": "<img src=x onerror=document.title='OWNED'>",
    "script": '";document.title="OWNED";"',
    "formula": "=1+1",
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(1)",
    "tab": "\t=1",
    "comma": "a,=1+1",
    "lines": "a\n=1+1",
    "template": "{{7*7}}",
    "terminal": "a\x1b]0;owned\x07",
    "link_of_terminals": "a\x1b]8;;mailto:x\x07b\x1b]8;;\x07",
    "right_to_left": "a\u202egnp.exe",
    "not_text": os.fsdecode(b"a\xff"),
    "long": "a" * 200,
    "space_behind": "ada ",
}


def test_names_of_students_that_mean_something_elsewhere_are_not_entered(course, released, capsys):
    hand_in(course, "neighbour", released)
    for name in IDS.values():
        hand_in(course, name, released)
    assert len(list((course.root / "submitted").iterdir())) == len(IDS) + 1
    steps = []

    class Noted(Watch):
        start, done = (lambda self, said: steps.append(said),) * 2

    found = grade_class(course, executor=Here(full_marks), watch=Noted())
    assert steps[0] == len(steps[1:]) == len(IDS) + 1
    graded = {one.student: one for one in found}
    assert graded.pop("neighbour").trouble == ""
    assert graded.keys() == {repr(name[:60]) for name in IDS.values()}
    for one in graded.values():
        assert one.trouble.startswith("Nothing was entered: a student's folder needs a name")
        assert {row["points"] for row in one.rows()} == {0.0} and len(list(one.rows())) == len(POINTS)
        assert one.student.isprintable()
    assert students_of(course) == ["neighbour"]
    assert [path.name for path in (course.root / "autograded").iterdir()] == ["neighbour"]


def students_of(course):
    """IDs in the gradebook."""
    with nbgrader_api(course.root) as api, api.gradebook as gradebook:
        return [student.id for student in gradebook.students]


@pytest.mark.parametrize(
    "name", ["ada", "Ada", "müller", "mu\u0308ller", "o'brien", "a.b+c@uni.example", "Doe Jane (2)", "7", "李"]
)
def test_ordinary_names_of_students_are_entered(course, released, name):
    hand_in(course, name, released)
    (one,) = grade_class(course, executor=Here(full_marks))
    assert (one.student, one.trouble) == (name, "")
    assert students_of(course) == [name]


@pytest.mark.filterwarnings("default")
def test_stock_autograde_does_not_enter_such_a_name_either(course, released):
    hand_in(course, IDS["markup"], released)
    with nbgrader_api(course.root) as api:
        outcome = api.autograde(ASSIGNMENT, IDS["markup"])
    assert not outcome["success"]
    assert "Nothing was entered: a student's folder needs a name" in outcome["log"] + (outcome["error"] or "")
    assert students_of(course) == []


@pytest.mark.filterwarnings("default")
def test_stock_autograde_loses_no_grades_that_were_entered_under_such_a_name(course, released):
    hand_in(course, IDS["comma"], released)
    with nbgrader_api(course.root) as api, api.gradebook as gradebook:
        gradebook.add_student(IDS["comma"])
        submission = gradebook.add_submission(ASSIGNMENT, IDS["comma"])
        submission.notebooks[0].grades[0].manual_score = 3.0
        gradebook.db.commit()
    with nbgrader_api(course.root) as api:
        assert not api.autograde(ASSIGNMENT, IDS["comma"])["success"]
    with nbgrader_api(course.root) as api, api.gradebook as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, IDS["comma"]).score == 3.0


def test_students_whose_names_differ_in_case_or_composition_are_different_students(course, released):
    names = ["ada", "Ada", "müller", "mu\u0308ller"]
    for name in names:
        hand_in(course, name, released)
    graded = grade_class(course, executor=Here(full_marks))
    assert sorted(one.student for one in graded) == sorted(names) == sorted(students_of(course))


WITHOUT_OVERRIDE = """
import json, sys
from autograder.grading.course import open_course
from autograder.grading.grade import grade_class
from tests.grading.courses import Here
from tests.grading.test_not_a_hand_in import judged

graded = grade_class(open_course(sys.argv[1]), executor=Here(judged), sandbox="none")
print(json.dumps({one.student: [one.trouble, sum(v.points for v in one.verdicts)] for one in graded}))
"""
# Root may read everything; without these rights it is held by the modes of its own files, as anybody is.
ORDINARY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def test_what_may_not_be_read_costs_its_own_student_only(course, released):
    modes = {"notebook": (NAME, 0), "no_entry": (".", 0o444), "above": ("..", 0)}
    closed = []
    for student, (what, mode) in modes.items():
        closed.append(hand_in(course, student, released, {"own.txt": b"own"}) / what)
        closed[-1].chmod(mode)
    closed.append(hand_in(course, "no_list", released))
    closed[-1].chmod(0o311)  # what is called by its name can be read
    (hand_in(course, "own_file", released, {"own.txt": b"own"}) / "own.txt").chmod(0)
    hand_in(course, "neighbour", released)
    done = subprocess.run(
        [*ORDINARY, sys.executable, "-c", WITHOUT_OVERRIDE, course.root],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
    )
    for path in closed:
        path.chmod(0o700)
    assert done.returncode == 0, done.stderr[-3000:]
    graded = json.loads(done.stdout.splitlines()[-1])
    assert graded.keys() == modes.keys() | {"no_list", "own_file", "neighbour"}
    for student in ("neighbour", "own_file", "no_list"):
        assert graded.pop(student) == ["", sum(POINTS.values())]
    for said, points in graded.values():
        assert (said, points) == (f"{NAME} cannot be read: Permission denied. Hand it in again.", 0)
