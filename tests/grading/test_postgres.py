"""A gradebook in PostgreSQL: what SQLite's holds, by all commands, and no result lost where it cannot be opened."""

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from urllib.request import urlopen

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grading import course as course_module
from autograder.grading import database
from autograder.grading.course import CourseError, create, open_course
from autograder.grading.grade import grade_class
from tests.grading.courses import (
    ASSIGNMENT,
    CHECKS,
    SEED,
    UNTOUCHED,
    Here,
    copied,
    full_marks,
    grade_by_command,
    gradebook_points,
    hand_in,
    slim,
)
from tests.grading.postgres import PASSWORD, USER
from tests.grading.test_exploits import nbgrader

pytestmark = pytest.mark.usefixtures("password")
# nbgrader leaves a connection to be closed by Python where the database refuses what it wants.
LEFT_OPEN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SOME = replace(UNTOUCHED, from_solutions=("softmax", "bootstrap"))
LOOKS = """
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", {port})), (socket.AF_UNIX, "{folder}/.s.PGSQL.{port}")):
    try:
        socket.socket(family).connect(address)
        print("reached", address)
    except OSError as error:
        print("not reached", address)
import os
print(os.environ.get("PGPASSWORD", "no password"))
"""


@pytest.fixture(scope="module")
def made(postgres, tmp_path_factory):
    """A course that `autograder init` made in PostgreSQL, without hand-ins; copy it, do not change it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        root, url = tmp_path_factory.mktemp("made") / "course", postgres.fresh()
        create(root, names=[ASSIGNMENT], gradebook=url)
        (root / ".autograder" / "seed").write_text(SEED + "\n", encoding="ascii")
        yield open_course(root)


def moved(course, url):
    """The same course with another gradebook."""
    path = course.private / "course.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"gradebook": url}))
    return open_course(course.root)


@pytest.fixture
def in_postgres(made, postgres, tmp_path):
    """A course of the test's own, in a database of its own."""
    url = postgres.fresh(like=made.gradebook.split("?")[0].rpartition("/")[2])
    return moved(copied(made, tmp_path / "in_postgres"), url)


def scores(course):
    """What `nbgrader export` says, by student."""
    nbgrader(course.root, "export")
    with open(course.root / "grades.csv", encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def one_point_less(task):
    result = full_marks(task)
    result.verdicts[0].points -= 1
    return result


def test_points_and_bonus_are_those_of_sqlite_and_grading_again_replaces(course, in_postgres, released):
    for one in (course, in_postgres):
        hand_in(one, "ada", released)
        hand_in(one, "bob", released)
        grade_class(one, executor=Here(lambda task: (one_point_less if task.student == "bob" else full_marks)(task)))
    for student in ("ada", "bob"):
        assert gradebook_points(in_postgres, student) == gradebook_points(course, student)
    assert scores(in_postgres) == scores(course)
    assert sum(bonus for _, bonus in gradebook_points(in_postgres, "ada").values()) > 0
    grade_class(in_postgres, executor=Here(full_marks))
    assert gradebook_points(in_postgres, "bob") == gradebook_points(in_postgres, "ada")
    with Gradebook(in_postgres.gradebook) as gradebook:
        assert len(gradebook.students) == len(gradebook.find_assignment(ASSIGNMENT).submissions) == 2
    assert not (in_postgres.root / "gradebook.db").exists()


@pytest.mark.sandbox
def test_every_command_works_on_it_and_no_hand_in_reaches_it(in_postgres, fill, postgres):
    curious = slim(fill(SOME))
    curious.cells.append(nbformat.v4.new_code_cell(LOOKS.format(port=postgres.port, folder=postgres.folder)))
    folder = hand_in(in_postgres, "ada", curious)
    rows, code, _, err = grade_by_command(in_postgres)
    assert code == 0, err
    told = {row["check"]: (row["points"], row["bonus"]) for row in rows}
    assert sum(points for points, _ in told.values()) > 0
    assert gradebook_points(in_postgres, "ada") == told
    (folder / "notes.txt").write_text("handed in again")
    nbgrader(in_postgres.root, "autograde", ASSIGNMENT, "--force")
    assert gradebook_points(in_postgres, "ada") == told
    graded = nbformat.read(in_postgres.root / "autograded" / "ada" / ASSIGNMENT / "softmax.ipynb", as_version=4)
    assert graded.cells[-1].outputs[0].text.count("not reached") == 2
    assert "no password" in graded.cells[-1].outputs[0].text
    nbgrader(in_postgres.root, "generate_feedback", ASSIGNMENT)
    assert "not written yet" in (in_postgres.root / "feedback" / "ada" / ASSIGNMENT / "softmax.html").read_text()
    assert float(scores(in_postgres)["ada"]["score"]) == sum(map(sum, told.values()))
    nbgrader(in_postgres.root, "db", "upgrade")
    for path in in_postgres.root.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes()


def test_formgrader_shows_it(in_postgres, released):
    hand_in(in_postgres, "ada", released)
    grade_class(in_postgres, executor=Here(full_marks))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--allow-root", "--no-browser", f"--port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
    extension = "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"
    log = (in_postgres.root.parent / "log").open("w+")
    command = [sys.executable, "-m", "jupyter_server", *options, extension]
    server = subprocess.Popen(command, cwd=in_postgres.root, stdout=log, stderr=log)
    try:
        for _ in range(600):
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, (in_postgres.root.parent / "log").read_text()
            time.sleep(0.1)
        with urlopen(f"http://127.0.0.1:{port}/formgrader/api/submissions/{ASSIGNMENT}") as answer:
            (shown,) = json.load(answer)
        with urlopen(f"http://127.0.0.1:{port}/formgrader/api/submitted_notebooks/{ASSIGNMENT}/softmax") as answer:
            (notebook,) = json.load(answer)
    finally:
        server.terminate()
        server.wait()
        log.close()
    most = sum(check.points + check.bonus for check in CHECKS.values())
    assert (shown["student"], shown["autograded"], shown["score"]) == ("ada", True, most)
    assert notebook["code_score"] == most


def test_two_courses_have_two_databases_and_one_database_holds_one_course(in_postgres, postgres, tmp_path, capsys):
    url = postgres.fresh()
    other = create(tmp_path / "other", names=[ASSIGNMENT], gradebook=url)
    for course, student in ((in_postgres, "ada"), (other, "bob")):
        hand_in(course, student, (course.root / "release" / ASSIGNMENT / "softmax.ipynb").read_bytes())
        grade_class(course, executor=Here(full_marks))
    assert (list(scores(in_postgres)), list(scores(other))) == (["ada"], ["bob"])
    assert main(["init", str(tmp_path / "third"), "--gradebook", url]) == 2
    said = capsys.readouterr().err
    assert "holds the gradebook of a course already" in said and "createdb" in said
    assert not (tmp_path / "third").exists()


def test_a_course_that_could_not_be_made_leaves_its_database_empty(postgres, tmp_path, monkeypatch):
    honest, url = course_module._fill, postgres.fresh()

    def stopped(*args):
        honest(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(course_module, "_fill", stopped)
        with pytest.raises(KeyboardInterrupt):
            create(tmp_path / "course", names=[ASSIGNMENT], gradebook=url)
    assert create(tmp_path / "course", names=[ASSIGNMENT], gradebook=url).gradebook.startswith("postgresql+psycopg://")


def test_a_course_that_moves_to_another_database_is_told_what_to_enter_there(in_postgres, postgres, capsys):
    hand_in(in_postgres, "ada", (in_postgres.root / "release" / ASSIGNMENT / "softmax.ipynb").read_bytes())
    course = moved(in_postgres, postgres.fresh())
    assert main(["grade", str(course.root)]) == 2
    said = capsys.readouterr().err
    assert "does not know the assignment 'softmax'" in said
    command = re.search(r"nbgrader (generate_assignment softmax --force)", said)[1]
    nbgrader(course.root, *command.split())
    (graded,) = grade_class(course, executor=Here(full_marks))
    assert not graded.trouble
    assert gradebook_points(course, "ada")["softmax.train"][0] == CHECKS["softmax.train"].points


@pytest.fixture
def refused(in_postgres, capsys):
    """A function: what `autograder grade` says when it refuses this course, with another gradebook if one is given."""
    hand_in(in_postgres, "ada", b"{}")

    def run(url=None):
        path = in_postgres.private / "course.json"
        if url is not None:
            path.write_text(json.dumps({"dataset": "shapes10", "gradebook": url}))
        assert main(["grade", str(in_postgres.root)]) == 2
        assert not (in_postgres.private / "verdicts").exists()
        said = capsys.readouterr().err
        assert said.startswith("autograder: ") and "Traceback" not in said and said.count("\n") == 1
        return said

    return run


def test_a_damaged_file_in_its_place_is_told(course, released, capsys):
    hand_in(course, "ada", released)
    (course.root / "gradebook.db").write_bytes(b"not a database" * 100)
    assert main(["grade", str(course.root)]) == 2
    said = capsys.readouterr().err
    assert "file is not a database" in said and "put it back from your backup" in said


def test_a_server_that_is_down_is_told_before_anything_is_graded(refused, postgres):
    postgres.stop()
    try:
        said = refused()
    finally:
        postgres.start()
    assert "cannot be opened" in said and "Connection refused" in said and "See whether the server runs" in said


@pytest.mark.parametrize("password", ["wrong", None])
def test_a_wrong_password_and_none_are_told(refused, monkeypatch, password):
    monkeypatch.delenv("PGPASSWORD")
    if password:
        monkeypatch.setenv("PGPASSWORD", password)
    said = refused()
    assert "~/.pgpass" in said and "PGPASSWORD" in said and PASSWORD not in said


def test_the_password_may_stand_in_a_file_that_only_its_owner_reads(postgres, tmp_path, monkeypatch):
    url, file = postgres.fresh(), tmp_path / "pgpass"
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("PGPASSFILE", str(file))
    file.write_text(f"127.0.0.1:{postgres.port}:*:{USER}:{PASSWORD.replace(':', chr(92) + ':')}\n")
    file.chmod(0o600)
    assert database.trouble(database.address(tmp_path, url)) == ""
    file.chmod(0o644)
    assert "chmod 600" in database.trouble(database.address(tmp_path, url))


def test_a_database_that_is_not_there_is_told(refused, postgres):
    assert "Make the database first, with `createdb`." in refused(postgres.url("nowhere"))


def test_a_missing_driver_is_told(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install show-your-gradients[instructor,postgres]" in refused()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://instructor:secret@127.0.0.1/course", "holds a password"),
        ("postgresql://127.0.0.1/course?password=secret", "holds a password"),
        ("mysql://instructor@127.0.0.1/course", "no URL like postgresql://USER@HOST/DATABASE"),
        ("postgresql://127.0.0.1", "no URL like postgresql://USER@HOST/DATABASE"),
        ("gradebook.db", "no URL like postgresql://USER@HOST/DATABASE"),
        ("postgresql://127.0.0.1:port/course", "no URL like postgresql://USER@HOST/DATABASE"),
        (["postgresql://127.0.0.1/course"], "no URL like postgresql://USER@HOST/DATABASE"),
    ],
)
def test_a_url_that_cannot_be_meant_is_told(refused, url, said):
    told = refused(url)
    assert said in told and "course.json" in told and "secret" not in told


def test_a_user_who_may_not_write_is_told_and_no_folder_is_left(postgres, tmp_path, monkeypatch, capsys):
    url = postgres.fresh()
    postgres.sql("create role guest login password 'guest'")
    monkeypatch.setenv("PGPASSWORD", "guest")
    assert main(["init", str(tmp_path / "course"), "--gradebook", url.replace("instructor@", "guest@")]) == 2
    said = capsys.readouterr().err
    assert "you may not make tables" in said and "alter database NAME owner to USER" in said
    assert not (tmp_path / "course").exists()


@LEFT_OPEN
def test_a_server_that_goes_down_half_way_loses_no_result(in_postgres, released, postgres):
    for student in ("ada", "bob", "eve"):
        hand_in(in_postgres, student, released)

    def answer(task):
        if task.student == "bob":
            postgres.stop()
        return full_marks(task)

    try:
        graded = grade_class(in_postgres, executor=Here(answer))
    finally:
        if postgres.process.poll() is not None:
            postgres.start()
    troubles = {one.student: one.trouble for one in graded}
    assert set(troubles) == {"ada", "bob", "eve"}
    assert "cannot be opened" in troubles["eve"] and "See whether the server runs" in troubles["eve"]
    (*kept,) = grade_class(in_postgres, executor=Here(lambda task: pytest.fail("graded twice")))
    assert all(one.kept and not one.trouble for one in kept)
    with Gradebook(in_postgres.gradebook) as gradebook:
        assert len(gradebook.find_assignment(ASSIGNMENT).submissions) == 3
    for student in troubles:
        assert gradebook_points(in_postgres, student)["softmax.train"][0] == CHECKS["softmax.train"].points
    assert not (in_postgres.private / "journal").exists()


@pytest.mark.sandbox
def test_a_grading_that_is_killed_while_it_enters_goes_on(in_postgres, released):
    for student in ("ada", "bob"):
        hand_in(in_postgres, student, slim(released))
    command = [sys.executable, "-m", "autograder.cli", "grade", str(in_postgres.root)]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    entries = in_postgres.private / "journal"
    for _ in range(1200):
        if list(entries.glob("*.json")):
            break
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    graded = grade_class(in_postgres, executor=Here(full_marks))
    assert graded[0].kept and not any(one.trouble for one in graded)
    with Gradebook(in_postgres.gradebook) as gradebook:
        assert len(gradebook.students) == len(gradebook.find_assignment(ASSIGNMENT).submissions) == 2
    for one in graded:
        assert gradebook_points(in_postgres, one.student) == {v.check: (v.points, v.bonus) for v in one.verdicts}


def test_a_name_that_is_too_long_for_the_database_costs_its_own_student_only(in_postgres, released):
    for student in ("ada", "a" * 200):
        hand_in(in_postgres, student, released)
    graded = {one.student: one.trouble for one in grade_class(in_postgres, executor=Here(full_marks))}
    assert graded.pop("ada") == ""
    assert "a name of at most 100 letters" in graded.popitem()[1]


@pytest.mark.parametrize("command", [["export"], ["autograde", ASSIGNMENT]])
def test_nbgrader_stops_where_the_course_cannot_be_understood(course, released, command):
    """It would go on with its own defaults: another gradebook, and no sandbox."""
    hand_in(course, "ada", released)
    (course.private / "course.json").write_text('{"dataset": "shapes10", "gradebook": "postgresql://a:b@c/d"}')
    (course.root / "gradebook.db").unlink()
    with pytest.raises(AssertionError, match=r"autograder: In .*course\.json: the gradebook's URL holds a password"):
        nbgrader(course.root, *command)
    assert not (course.root / "gradebook.db").exists() and not (course.root / "autograded").exists()


def test_a_course_that_is_asked_for_within_a_server_raises_instead(course):
    import asyncio

    from traitlets.config import Config

    from autograder.grading.nbgrader_plugin import configure

    (course.private / "course.json").write_text("{}")
    config = Config()
    config.CourseDirectory.root = str(course.root)
    with pytest.raises(SystemExit):
        configure(config)

    async def within():
        configure(config)

    with pytest.raises(CourseError, match="cannot be understood"):
        asyncio.run(within())
