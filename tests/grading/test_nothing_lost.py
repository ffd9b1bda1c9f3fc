"""A grading that is stopped, by a kill or a full disk, loses nothing: the next one goes on, and comes to the same."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest
from nbgrader.api import Gradebook

from autograder.exam import Expectation, Verdict
from autograder.grading import grade, journal
from autograder.grading.course import CourseError
from autograder.grading.grade import grade_class, with_limits
from autograder.grading.settings import Settings
from autograder.grading.task import Result, Task
from autograder.show.gradebook import show_table
from tests.grading.courses import (
    ASSIGNMENT,
    CHECKS,
    Here,
    folders_of,
    full_marks,
    gradebook_points,
    hand_in,
    settled,
)
from tests.grading.many_kinds import STUDENTS, outcome

COMMAND = [sys.executable, "-m", "autograder.cli", "grade"]


class Counting(ThreadPoolExecutor):
    """Grades in this process, and knows whom."""

    def __init__(self):
        super().__init__(1)
        self.students = []

    def submit(self, function, task):
        self.students.append(task.student)
        return super().submit(function, task)


def graded_through(course):
    """(rows without times, students who were graded, those whose result was kept)."""
    with Counting() as executor:
        graded = grade_class(course, executor=executor)
    rows = [row for one in graded for row in one.rows()]
    return settled(json.loads(json.dumps(rows))), executor.students, [one.student for one in graded if one.kept]


@pytest.mark.sandbox
@pytest.mark.parametrize("finished", [1, 3])
def test_a_grading_that_is_killed_goes_on_grades_nothing_twice_and_comes_to_the_same(kinds, alone, finished):
    other, undisturbed = alone
    process = subprocess.Popen([*COMMAND, str(kinds.root)], start_new_session=True, stdout=subprocess.DEVNULL)
    entries = kinds.private / "journal"
    for _ in range(3000):
        if len(list(entries.glob("*.json"))) >= finished:
            break
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.1)
    below = psutil.Process(process.pid).children(recursive=True)
    left = folders_of(below)
    os.killpg(process.pid, signal.SIGKILL)  # while that result is being entered
    process.wait()
    assert psutil.wait_procs(below, timeout=30)[1] == []
    kept = len(list(entries.glob("*.json")))
    assert kept >= finished
    rows, students, told = graded_through(kinds)
    assert rows == settled(undisturbed)
    assert outcome(kinds) == outcome(other)
    assert tuple(told) == STUDENTS[:kept]
    assert students[1:] == list(STUDENTS[kept:])  # after the canary
    assert not entries.exists()
    assert [path for path in left if path.exists()] == []
    assert list(kinds.private.glob("clean-*")) == []
    with Gradebook(f"sqlite:///{kinds.root}/gradebook.db") as gradebook:
        assert len(gradebook.students) == len(gradebook.find_assignment(ASSIGNMENT).submissions) == len(STUDENTS)
    for student in STUDENTS:
        assert gradebook_points(kinds, student) == gradebook_points(other, student)


@pytest.mark.sandbox
def test_a_full_disk_stops_a_grading_with_a_sentence_and_loses_nothing(kinds, alone, tmp_path):
    """The course lies on a file system with room for little more than one result, until a file is taken away."""
    disk, out = tmp_path / "disk", tmp_path / "out"
    disk.mkdir(), out.mkdir()
    script = f"""
        cp -a {kinds.root} {disk}/course
        head -c $(($(df --output=avail -B1 {disk} | tail -1) - 300000)) /dev/zero > {disk}/filler
        {" ".join(COMMAND)} {disk}/course > {out}/first 2>&1; echo $? > {out}/first-code
        rm {disk}/filler
        {" ".join(COMMAND)} {disk}/course --json {out}/rows > {out}/second 2>&1; echo $? > {out}/second-code
        {" ".join(COMMAND)} {disk}/course > {out}/third 2>&1
    """
    walls = ["bwrap", "--dev-bind", "/", "/", "--size", str(2**26), "--tmpfs", str(disk)]
    subprocess.run([*walls, "bash", "-c", script], check=True, timeout=600)
    first = (out / "first").read_text()
    assert (out / "first-code").read_text().strip() in ("1", "2"), first
    assert "No space left" in first or "disk is full" in first
    assert "Traceback" not in first
    assert (out / "second-code").read_text().strip() == "0", (out / "second").read_text()
    assert settled(json.loads((out / "rows").read_text())) == settled(alone[1])
    assert "Changed since" not in (out / "third").read_text()


def test_two_gradings_of_a_course_at_once_are_refused(course, released):
    hand_in(course, "ada", released)
    with journal.only_one(course), pytest.raises(CourseError, match="is being graded already"):
        grade_class(course, executor=Here(full_marks))
    assert grade_class(course, executor=Here(full_marks))


def table(course, answer):
    """What the screen shows after a grading."""
    out = io.StringIO()
    graded = grade_class(course, executor=Here(answer))
    with contextlib.redirect_stdout(out):
        show_table(graded)
    return out.getvalue()


def one_point_less(task):
    result = full_marks(task)
    result.verdicts[0].points -= 1
    return result


def test_regrading_tells_whose_points_changed_by_how_much_and_why(course, released, monkeypatch):
    hand_in(course, "ada", released)
    hand_in(course, "bob", released)
    first, most = next(iter(CHECKS)), next(iter(CHECKS.values())).points
    assert "Changed" not in table(course, full_marks)
    assert "Changed" not in table(course, full_marks)
    told = f"ada, {first}: {most:g} before, {most - 1:g} now; "
    said = table(course, lambda task: (one_point_less if task.student == "ada" else full_marks)(task))
    assert f"{told}nothing of what it depends on changed: look at it\n" in said
    assert "bob," not in said
    (course.root / "submitted" / "ada" / ASSIGNMENT / "notes.txt").write_text("new")
    assert f"ada, {first}: {most - 1:g} before, {most:g} now; the hand-in changed\n" in table(course, full_marks)
    monkeypatch.setattr(journal, "programs", lambda: "others")
    assert f"{told}the checks changed\n" in table(course, one_point_less)
    said = table(with_limits(course, memory_mb=77), full_marks)
    assert "now; seed, limits or data set of the course changed\n" in said


def test_a_result_that_could_not_be_entered_is_kept_and_entered_by_the_next_grading(course, released, monkeypatch):
    hand_in(course, "ada", released)
    honest = grade._enter
    monkeypatch.setattr(grade, "_enter", lambda course, graded, result: setattr(graded, "trouble", "no room"))
    assert grade_class(course, executor=Here(full_marks))[0].trouble == "no room"
    monkeypatch.setattr(grade, "_enter", honest)
    (graded,) = grade_class(course, executor=Here(lambda task: pytest.fail("graded twice")))
    assert graded.kept and not graded.trouble
    assert gradebook_points(course, "ada")["softmax.train"][0] == CHECKS["softmax.train"].points


@pytest.mark.parametrize(
    ("path", "judges"),
    [("exam.py", True), ("checks/recorded/x.json", True), ("report/pages.py", False), ("export/canvas.py", False)],
)
def test_the_checks_count_as_changed_where_programs_changed_that_judge(path, judges, tmp_path, monkeypatch):
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("1")
    monkeypatch.setattr(journal, "autograder", SimpleNamespace(__path__=[tmp_path]))
    before = journal.programs.__wrapped__()
    (tmp_path / path).write_text("2")
    assert (journal.programs.__wrapped__() != before) == judges


class TestJournal:
    """One entry of it."""

    TASK = Task("ada", "softmax", "softmax", '{"cells": []}', {"a.txt": b"1"}, Settings())

    def result(self):
        return Result(
            "{}", [Verdict("softmax.train", 3.0, 5.0, "partial", expectations=[Expectation("x", measured=0.25)])], 1.5
        )

    def test_what_is_kept_comes_back_for_the_same_task_only(self, tmp_path):
        kept = journal.Journal(tmp_path / "journal")
        assert kept.find(self.TASK) is None
        kept.keep(self.TASK, journal.fingerprints(self.TASK), self.result())
        assert kept.find(self.TASK) == self.result()
        for other in ({"student": "bob"}, {"files": {"a.txt": b"2"}}, {"settings": Settings(b"other")}):
            assert kept.find(replace(self.TASK, **other)) is None

    def test_outputs_and_ids_of_cells_do_not_matter(self):
        def task(**more):
            cell = {"cell_type": "code", "source": "1", "metadata": {}} | more
            return replace(self.TASK, source=json.dumps({"cells": [cell]}))

        assert journal.fingerprints(task(id="a")) == journal.fingerprints(task(outputs=["x"]))
        assert journal.fingerprints(task(source="2")) != journal.fingerprints(task())

    @pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"fingerprints": 1}'])
    def test_a_damaged_entry_counts_as_none(self, tmp_path, damage):
        kept = journal.Journal(tmp_path / "journal")
        kept.keep(self.TASK, journal.fingerprints(self.TASK), self.result())
        (path,) = kept.folder.iterdir()
        path.write_text(damage)
        assert kept.find(self.TASK) is None

    def test_what_could_not_be_graded_is_not_kept(self, tmp_path):
        kept = journal.Journal(tmp_path / "journal")
        kept.keep(self.TASK, journal.fingerprints(self.TASK), Result("{}", [], 0.0, "its process was lost"))
        assert kept.find(self.TASK) is None

    def test_only_what_was_entered_is_forgotten(self, tmp_path):
        kept, other = journal.Journal(tmp_path / "journal"), replace(self.TASK, student="bob")
        for task in (self.TASK, other):
            kept.keep(task, journal.fingerprints(task), self.result())
        kept.entered(self.TASK, "")
        kept.close()
        assert kept.find(self.TASK) is None
        assert kept.find(other) == self.result()
        kept.entered(other, "")
        kept.close()
        assert not kept.folder.exists()

    def test_nothing_half_written_is_left_where_there_is_no_room(self, tmp_path, monkeypatch):
        def full(file):
            raise OSError(28, "No space left on device")

        kept = journal.Journal(tmp_path / "journal")
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            kept.keep(self.TASK, journal.fingerprints(self.TASK), self.result())
        assert list(kept.folder.iterdir()) == []
