"""What an instructor sees while a class is graded, in a terminal and elsewhere, and after Ctrl-C."""

import re
import signal
import sys
from dataclasses import replace

import nbformat
import pexpect
import psutil
import pytest

from autograder.grading import nbgrader_plugin
from autograder.grading.grade import Graded, grade_class, with_limits
from autograder.grading.task import failed
from autograder.show import progress
from autograder.show.gradebook import grade_with_progress, show_table
from autograder.show.progress import Progress
from tests.grading.courses import (
    ASSIGNMENT,
    CHECKS,
    POINTS,
    UNTOUCHED,
    Here,
    folders_of,
    full_marks,
    gradebook_points,
    hand_in,
    slim,
)

SOME = replace(UNTOUCHED, from_solutions=("softmax", "bootstrap"))
EVIL = "max\x1b[2J\x07"


class Terminal:
    """A real terminal in which the class of a course is being graded by two workers."""

    def __init__(self, course):
        command = ["-m", "autograder.cli", "grade", str(course.root), "--jobs", "2"]
        self.process = pexpect.spawn(sys.executable, command, encoding="utf-8", timeout=180, dimensions=(24, 120))
        self.shown = ""

    def until(self, wanted):
        """Wait for this on the screen; what has been shown since the last time."""
        self.process.expect(wanted)
        self.shown += (new := self.process.before + (self.process.after if isinstance(wanted, str) else ""))
        return new

    def end(self):
        """Wait for its end: (exit code, the lines as they stand on the screen)."""
        self.until(pexpect.EOF)
        self.process.close()
        return self.process.exitstatus, [line.split("\r")[-1] for line in self.shown.split("\r\n")]


@pytest.fixture
def course_of_three(course, fill):
    """A hand-in, a file that is no notebook, and a notebook without end."""
    hand_in(course, "bob", slim(fill(SOME)))
    hand_in(course, "max", b"no notebook")
    endless = slim(fill(UNTOUCHED))
    endless.cells.insert(0, nbformat.v4.new_code_cell("import time\ntime.sleep(1000)"))
    hand_in(course, "zoe", endless)
    course = with_limits(course, cell_seconds=900)
    text = '{"dataset": "shapes10", "limits": {"cell_seconds": 900, "notebook_seconds": 900}}'
    (course.private / "course.json").write_text(text)
    return course


@pytest.mark.sandbox
def test_a_terminal_shows_how_far_it_is_and_is_clean_after_ctrl_c_and_the_next_run_goes_on(course_of_three, fill):
    course, first = course_of_three, Terminal(course_of_three)
    first.until("0 of 3 graded, 2 running, 0 failed")
    first.until(r"2 of 3 graded, 1 running, 1 failed, about \d\d:\d\d left")
    children = psutil.Process(first.process.pid).children(recursive=True)
    folders = folders_of(children)
    assert len(folders) >= 2 and all(path.is_dir() for path in folders)
    first.process.sendintr()
    code, lines = first.end()
    assert code == 130
    assert "\x1b" not in first.shown and "Traceback" not in first.shown
    command = f"`autograder grade {course.root}`"
    assert [line for line in lines if line] == [
        f"autograder: stopped. 2 of 3 notebooks are graded and kept; {command} goes on with the others."
    ]
    assert psutil.wait_procs(children, timeout=30)[1] == []
    assert not any(path.exists() for path in folders)
    nbformat.write(slim(fill(SOME)), course.root / "submitted" / "zoe" / ASSIGNMENT / "softmax.ipynb")
    second = Terminal(course)
    second.until(r"1 of 3 graded, \d running, 0 failed[\r ]")  # it knows nothing yet of how long the rest takes
    code, lines = second.end()
    assert code == 1
    assert "\x1b" not in second.shown
    assert re.search(r"^max +softmax +0 / 33 .* is not a Jupyter notebook", "\n".join(lines), re.MULTILINE)
    assert "1 of 3 notebooks were finished by a grading that was stopped; they were not run again." in lines
    assert gradebook_points(course, "zoe")["softmax.bootstrap"][0] == POINTS["softmax.bootstrap"]


def test_where_output_is_no_terminal_there_are_plain_lines_now_and_then(course, released, capsys, monkeypatch):
    for student in ("ada", "bob"):
        hand_in(course, student, released)
    hand_in(course, "max", b"no notebook")
    grade_with_progress(course, None, executor=Here(full_marks))
    assert capsys.readouterr().out == ""  # it did not take long enough
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    answer = lambda task: failed(task, task.unreadable) if task.unreadable else full_marks(task)  # noqa: E731
    grade_with_progress(course, None, executor=Here(answer))
    out = capsys.readouterr().out
    assert all(line.isprintable() for line in out.splitlines())
    assert out.startswith("0 of 3 graded, 0 running, 0 failed\n")
    assert re.search(r"^2 of 3 graded, 0 running, \d failed, about \d\d:\d\d left$", out, re.MULTILINE)
    assert out.endswith("3 of 3 graded, 0 running, 1 failed\n")


class Clock:
    """A clock that is set by hand, in the place of the module `time`."""

    now = 1000.0

    def monotonic(self):
        return self.now


def test_time_left_is_that_of_all_workers_together_and_is_not_fooled_by_what_was_kept(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    shown = Progress()
    shown.start(110)
    for _ in range(70):  # of an earlier grading: all at once
        shown.done(Graded("ada", ASSIGNMENT, ASSIGNMENT, [], kept=True))
    assert str(shown) == "70 of 110 graded, 0 running, 0 failed"
    clock.now += 10
    shown.busy(2)
    shown.tried()
    shown.done(Graded("bob", ASSIGNMENT, ASSIGNMENT, []))  # two workers: two of them in ten seconds
    assert str(shown) == "71 of 110 graded, 2 running, 0 failed, about 03:15 left"
    clock.now += 4
    assert str(shown).endswith("about 03:11 left")  # counts down while nothing comes back
    clock.now += 6
    for name in ("eve", "max"):
        shown.done(Graded(name, ASSIGNMENT, ASSIGNMENT, [], trouble="lost" if name == "max" else ""))
    assert str(shown) == "73 of 110 graded, 2 running, 1 failed, about 03:05 left"
    clock.now += 1000
    assert str(shown).endswith("about 00:00 left")


def test_ctrl_c_while_a_result_is_entered_waits_until_it_is(course, released, monkeypatch):
    """Nbgrader would take it for a fault of the hand-in, and grading would go on."""
    for student in ("ada", "bob"):
        hand_in(course, student, released)
    honest = nbgrader_plugin.SaveBonus.preprocess

    def pressed(self, nb, resources):
        signal.raise_signal(signal.SIGINT)
        return honest(self, nb, resources)

    monkeypatch.setattr(nbgrader_plugin.SaveBonus, "preprocess", pressed)
    with pytest.raises(KeyboardInterrupt, match="1 of 2 notebooks are graded and kept"):
        grade_with_progress(course, None, executor=Here(full_marks))
    (first,) = (folder.name for folder in (course.root / "autograded").iterdir())
    assert gradebook_points(course, first)["softmax.train"] == (CHECKS["softmax.train"].points, 0.0)
    monkeypatch.setattr(nbgrader_plugin.SaveBonus, "preprocess", honest)
    graded = grade_class(course, executor=Here(full_marks))
    assert {one.student for one in graded if one.kept} == {first}
    assert [one.trouble for one in graded] == ["", ""]


def test_names_in_the_table_move_no_cursor(capsys):
    changed = {"fingerprints": {}, "rows": [{"check": "softmax.train", "points": 5.0, "bonus": 0.0}]}
    show_table(
        [Graded(EVIL, ASSIGNMENT, ASSIGNMENT, [], before=changed), Graded("a\udc80", ASSIGNMENT, ASSIGNMENT, [])]
    )
    out = capsys.readouterr().out
    assert out.count("max [2J ") == 2
    assert all(line.isprintable() for line in out.splitlines())
