"""Grading on the workers of a Dask scheduler: real processes on this machine, one of them killed half-way."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from distributed import Client

from autograder.cli import main
from autograder.grading import cluster as module
from autograder.grading.cluster import cluster
from autograder.grading.course import CourseError
from autograder.show import progress
from tests.grading.courses import grade_by_command, gradebook_points, hand_in, settled
from tests.grading.many_kinds import STUDENTS, outcome


def started(*arguments):
    """A command of Dask, at work."""
    command = [sys.executable, "-m", "dask", *arguments]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(happened):
    """Wait until something happens."""
    for _ in range(1200):
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within two minutes")


@pytest.fixture
def scheduler(tmp_path):
    """The address of a scheduler of one's own, and a function that starts a worker of it."""
    with contextlib.ExitStack() as processes:

        def keep(process):
            processes.callback(process.wait)
            processes.callback(lambda: process.poll() is None and os.killpg(process.pid, signal.SIGKILL))
            return process

        file = tmp_path / "scheduler.json"
        keep(started("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file))
        until(lambda: file.is_file() and file.stat().st_size)
        address = json.loads(file.read_text())["address"]

        def worker():
            options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
            return keep(started("worker", address, "--host", "127.0.0.1", *options))

        yield address, worker


@pytest.mark.sandbox
def test_two_workers_of_which_one_is_killed_come_to_the_same_as_one_process(kinds, alone, monkeypatch, scheduler):
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    address, worker = scheduler
    first, _ = worker(), worker()
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
    entries = kinds.private / "journal"

    def kill():
        until(lambda: any(entries.glob("*.json")))
        os.kill(first.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    rows, code, out, err = grade_by_command(kinds, "--scheduler", address)
    killer.join()
    assert (code, err) == (0, "")
    assert first.wait() == -signal.SIGKILL
    assert "0 of 5 graded, 2 running, 0 failed\n" in out and " 1 running, 0 failed, about " in out
    other, undisturbed = alone
    assert settled(rows) == settled(undisturbed)
    assert outcome(kinds) == outcome(other)
    for student in STUDENTS:
        assert gradebook_points(kinds, student) == gradebook_points(other, student)


def test_a_scheduler_that_does_not_answer_is_told_with_the_command_that_starts_one(course, capsys, monkeypatch):
    hand_in(course, "ada", b"")
    honest = module.cluster
    monkeypatch.setattr(module, "cluster", lambda address: honest(address, seconds=1))
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:nine"):
        assert main(["grade", str(course.root), "--scheduler", address]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"autograder: No Dask scheduler answers at {address} (")
        assert "`dask scheduler`" in said and said.count("\n") == 1


def test_no_workers_and_workers_with_other_checks_are_refused(scheduler, monkeypatch):
    address, worker = scheduler
    with pytest.raises(CourseError, match="has no workers"), cluster(address):
        pass
    worker()
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=120)
    with cluster(address) as executor:
        assert executor.submit(len, "four").result(timeout=60) == 4
    monkeypatch.setattr(module, "programs", Other())
    with (
        pytest.raises(CourseError, match="Another version of the course is installed on the worker tcp"),
        cluster(address),
    ):
        pass


class Other:
    """Programs that are different wherever they are asked."""

    def __call__(self):
        return f"those of process {os.getpid()}"


def test_jobs_and_scheduler_exclude_each_other(course, capsys):
    with pytest.raises(SystemExit):
        main(["grade", str(course.root), "--jobs", "2", "--scheduler", "tcp://127.0.0.1:9"])
    assert "not allowed with argument" in capsys.readouterr().err


def test_without_dask_the_install_line_is_shown(course, capsys, monkeypatch):
    hand_in(course, "ada", b"")
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["grade", str(course.root), "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "pip install show-your-gradients[instructor,cluster]" in capsys.readouterr().err
