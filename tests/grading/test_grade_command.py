"""`autograder grade` and `autograder init`: exit codes, and one sentence that says what to do."""

import json
import stat

import pytest

from autograder.cli import main
from autograder.grading.course import create
from tests.grading.courses import ASSIGNMENT, CHECKS, hand_in


def refused(capsys, *arguments):
    """What a command says on stderr when it exits with 2."""
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert err.startswith("autograder: ")
    assert err.count("\n") == 1
    assert "Traceback" not in out + err
    return err


def test_a_folder_that_is_no_course_is_refused(tmp_path, capsys):
    said = refused(capsys, "grade", str(tmp_path))
    assert "is not a course folder" in said
    assert "autograder init" in said
    assert "There is no folder" in refused(capsys, "grade", str(tmp_path / "nowhere"))


def test_an_assignment_that_is_not_there_is_refused_and_those_that_are_there_are_listed(course, capsys):
    said = refused(capsys, "grade", str(course.root), "softmaxx")
    assert "There is no assignment 'softmaxx'" in said
    assert "there are softmax" in said


def test_nothing_to_grade_is_refused_and_says_where_hand_ins_belong(course, capsys):
    assert "submitted/STUDENT/ASSIGNMENT" in refused(capsys, "grade", str(course.root))
    hand_in(course, "ada", b"")
    said = refused(capsys, "grade", str(course.root), "--student", "bob")
    assert "no hand-ins by bob" in said


@pytest.mark.parametrize("damage", ["", "not hexadecimal", "abcd", "ü" * 64])
def test_a_damaged_seed_is_refused_and_says_to_put_it_back(course, capsys, damage):
    hand_in(course, "ada", b"")
    (course.private / "seed").write_text(damage, encoding="utf-8")
    said = refused(capsys, "grade", str(course.root))
    assert "secret seed" in said
    assert "backup" in said
    (course.private / "seed").unlink()
    assert "backup" in refused(capsys, "grade", str(course.root))


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", '{"dataset": "mnist"}', '{"dataset": "shapes10", "limits": {"x": 1}}']
)
def test_damaged_settings_are_refused(course, capsys, damage):
    (course.private / "course.json").write_text(damage, encoding="utf-8")
    assert "cannot be understood" in refused(capsys, "grade", str(course.root))


def test_a_json_file_in_a_folder_that_is_not_there_is_refused_before_grading(course, capsys, tmp_path):
    hand_in(course, "ada", b"")
    said = refused(capsys, "grade", str(course.root), "--json", str(tmp_path / "no" / "rows.json"))
    assert "rows.json" in said
    assert not (course.root / "autograded").exists()


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_that_are_no_number_are_refused(course, capsys, jobs):
    with pytest.raises(SystemExit) as stopped:
        main(["grade", str(course.root), "--jobs", jobs])
    assert stopped.value.code == 2
    assert "is not a whole number of at least 1" in capsys.readouterr().err


def test_without_bubblewrap_nothing_is_run_and_the_install_line_is_shown(course, capsys, monkeypatch, tmp_path):
    hand_in(course, "ada", b"")
    monkeypatch.setenv("PATH", str(tmp_path))
    said = refused(capsys, "grade", str(course.root))
    assert "apt-get install bubblewrap" in said
    assert "--sandbox none" in said
    assert not (course.root / "autograded").exists()


def test_without_a_sandbox_the_instructor_is_warned_before_and_after(course, capsys):
    hand_in(course, "ada", b"no notebook")
    assert main(["grade", str(course.root), "--sandbox", "none"]) == 1
    out, err = capsys.readouterr()
    assert "WARNING: --sandbox none runs student code as you" in err
    assert "WARNING: these hand-ins ran without a sandbox." in out
    assert "ada" in out


def test_only_the_named_student_is_graded(course, capsys, tmp_path):
    hand_in(course, "ada", b"no notebook")
    hand_in(course, "bob", b"no notebook")
    rows = tmp_path / "rows.json"
    code = main(["grade", str(course.root), ASSIGNMENT, "--student", "bob", "--json", str(rows), "--sandbox", "none"])
    assert code == 1
    told = json.loads(rows.read_text(encoding="utf-8"))
    assert {row["student"] for row in told} == {"bob"}
    assert len(told) == len(CHECKS)
    assert not (course.root / "autograded" / "ada").exists()


def test_links_and_stray_files_among_the_students_are_passed_over(course, capsys):
    hand_in(course, "bob", b"no notebook")
    (course.root / "submitted" / "ann").symlink_to(course.root / "submitted" / "bob")
    (course.root / "submitted" / ".cache" / ASSIGNMENT).mkdir(parents=True)
    (course.root / "submitted" / "readme.txt").touch()
    (course.root / "submitted" / "eve" / "something_else").mkdir(parents=True)
    (course.root / "submitted" / "max").mkdir()
    (course.root / "submitted" / "max" / ASSIGNMENT).symlink_to(course.root / "submitted" / "bob" / ASSIGNMENT)
    assert main(["grade", str(course.root), "--sandbox", "none"]) == 1
    table = capsys.readouterr().out
    assert "bob" in table
    for name in ("ann", ".cache", "readme", "eve", "max"):
        assert f"\n{name}" not in table


def test_seed_and_gradebook_are_the_owners_alone(fresh_course):
    def mode(path):
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(fresh_course.private / "seed") == 0o600
    assert mode(fresh_course.private) == 0o700
    assert mode(fresh_course.root) == 0o700


def test_every_course_has_a_seed_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.build.release", lambda *args: None)
    seeds = {create(tmp_path / name, names=[ASSIGNMENT]).secret() for name in "abc"}
    assert [len(seed) for seed in seeds] == [32, 32, 32]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    assert "not empty" in refused(capsys, "init", str(tmp_path / "mine"))
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_course_that_sandboxes_would_show_to_students_is_refused(capsys, request):
    inside = request.config.rootpath / "autograder" / "no-such-course"
    assert "Put the course somewhere else" in refused(capsys, "init", str(inside))
    assert not inside.exists()


def test_the_release_holds_no_seed_and_no_solution(fresh_course):
    for path in (fresh_course.root / "release").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert fresh_course.secret().hex() not in text
            assert "BEGIN SOLUTION" not in text
