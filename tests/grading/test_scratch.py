"""Folders of a grading: gone when it has ended, and taken away by the next one where it was killed."""

import subprocess
import sys

import pytest

from autograder.grading import scratch

USES = "import pathlib, sys, os; from autograder.grading import scratch; scratch.PLACE = pathlib.Path(sys.argv[1]); "


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """The folders of these tests, apart from those of everybody else; this process has not looked at any yet."""
    monkeypatch.setattr(scratch, "PLACE", tmp_path)
    scratch._sweep_once.cache_clear()
    return tmp_path


def used(place, then):
    """A process that has made a folder with something in it."""
    code = USES + f"made = scratch.make(); (made / 'kept').mkdir(mode=0); print(made, flush=True); {then}"
    process = subprocess.Popen([sys.executable, "-c", code, str(place)], stdin=-1, stdout=subprocess.PIPE, text=True)
    return process, scratch.Path(process.stdout.readline().strip())


def test_a_folder_is_there_for_the_block_and_gone_after_it_whatever_was_done_to_it(place):
    with scratch.folder("handin") as folder:
        (folder / "deep").mkdir()
        (folder / "deep").chmod(0)
        assert folder.name == "handin" and folder.parent.parent == place
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_is_taken_away_and_what_another_uses_is_not(place):
    alive, busy = used(place, "sys.stdin.read(); os.kill(os.getpid(), 9)")
    dead, left = used(place, "os.kill(os.getpid(), 9)")
    dead.communicate()
    assert left.is_dir() and busy.is_dir()
    scratch.sweep()
    assert not left.exists() and busy.is_dir()
    alive.communicate()
    with scratch.folder("handin"):
        assert not busy.exists()


def test_a_folder_in_use_by_this_process_stays(place):
    made = scratch.make()
    scratch.sweep()
    assert made.is_dir()
    scratch.remove(made)
    assert list(place.iterdir()) == []


def test_what_only_looks_alike_is_left_alone(place, tmp_path_factory):
    others = tmp_path_factory.mktemp("others")
    (others / "in-use").touch()
    (others / "precious").touch()
    (place / "syg-link").symlink_to(others)
    (place / "syg-file").touch()
    (place / "syg-no-lock").mkdir()
    linked = place / "syg-lock-is-a-link"
    linked.mkdir()
    (linked / "in-use").symlink_to(others / "in-use")
    scratch.sweep()
    assert {path.name for path in place.iterdir()} == {"syg-link", "syg-file", "syg-no-lock", "syg-lock-is-a-link"}
    assert (others / "precious").exists()
