"""The sandbox from inside, as a whole: every mount, every writable folder, capabilities, and a secret left lying about.

`test_sandbox_walls.py` tries single walls; here is what must hold of all of them together.
"""

import json
import os
import secrets
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import autograder
from autograder.sandbox import Limits, SandboxUnavailable, bubblewrap, bwrap
from tests.sandbox.conftest import said

pytestmark = pytest.mark.sandbox
REPOSITORY = Path(autograder.__file__).resolve().parent.parent

LOOK = """
import ctypes, json, os, socket

def tried(action):
    try:
        return repr(action())[:300]
    except BaseException as error:
        return type(error).__name__

def written(folder):
    path = os.path.join(folder, "written-by-a-student")
    with open(path, "w") as file:
        file.write("x")
    os.remove(path)
    return "written"

def looked(path):
    return open(path).read() if os.path.isfile(path) else os.listdir(path)

def unshared():
    return ctypes.CDLL(None, use_errno=True).unshare(0x10000000)

def status(name):
    return next(line.split()[1:] for line in open("/proc/self/status") if line.startswith(name))
"""


@pytest.fixture(scope="module")
def canary():
    """A secret on this machine: in a file of the owner's and in the environment."""
    return secrets.token_hex(16)


@pytest.fixture(scope="module")
def seen(tmp_path_factory, canary):
    """What one kernel saw, looking around once for all tests of this file."""
    from autograder.grading.kernel import SandboxKernel
    from autograder.grading.settings import Settings
    from tests.sandbox.conftest import LIMITS

    folder = tmp_path_factory.mktemp("inside")
    (folder / "handin").mkdir()
    (folder / "handin" / "notes.txt").write_text("mine")
    (folder / "course").mkdir()
    (folder / "course" / "seed").write_text(canary)
    private = [folder / "course" / "seed", folder / "course", "/root", "/home", "/etc/passwd", "/etc/shadow", "/var"]
    private += [REPOSITORY / name for name in ("solutions", "assignments", "tests", "book", "benchmarks", ".git")]
    private += [REPOSITORY / "solutions" / "softmax" / "answers.py", REPOSITORY / "pyproject.toml", Path.home()]
    folders = ["/", "/tmp", "/handin", "/work-folder", "/home/student", "/dev", "/dev/shm", "/usr", "/etc", "/proc"]
    folders += ["/home", "/sys", "/var", "/run", str(REPOSITORY), str(REPOSITORY / "autograder"), sys.prefix]
    os.environ["SYG_CANARY"] = canary
    kernel = SandboxKernel(folder / "handin", Settings(limits=LIMITS))
    try:
        kernel.start()
        kernel.run_cell(LOOK, 30)
        text = said(
            kernel,
            f"""
private, folders = {[str(path) for path in private]!r}, {folders!r}
print(json.dumps({{
    "environment": dict(os.environ),
    "uid": [os.getuid(), os.geteuid(), os.getgid()],
    "capabilities": status("CapEff") + status("CapBnd"),
    "no_new_privileges": status("NoNewPrivs"),
    "host": socket.gethostname(),
    "private": {{path: tried(lambda: looked(path)) for path in private}},
    "written": {{folder: tried(lambda: written(folder)) for folder in folders}},
    "mounts": [line.split()[4] for line in open("/proc/self/mountinfo")],
    "nested": tried(unshared),
}}))
""",
        )
        return json.loads(text)
    finally:
        kernel.close()
        del os.environ["SYG_CANARY"]


def test_it_is_nobody_without_capabilities(seen, canary):
    assert canary not in json.dumps(seen["environment"])
    assert seen["uid"] == [65534, 65534, 65534]
    assert {int(mask, 16) for mask in seen["capabilities"]} == {0}
    assert seen["no_new_privileges"] == ["1"]
    assert seen["host"] == "sandbox"


def test_nothing_of_the_machine_that_is_private_can_be_read(seen, canary):
    assert canary not in json.dumps(seen["private"])
    for path, found in seen["private"].items():
        holds_python = any(folder.is_relative_to(path) for folder in [*bwrap.python_folders(), Path(bwrap.HOME)])
        assert holds_python or found in ("FileNotFoundError", "PermissionError", "NotADirectoryError"), path


def test_only_the_work_folder_and_private_folders_can_be_written(seen):
    writable = {folder for folder, found in seen["written"].items() if found == "'written'"}
    writable -= {folder for folder in writable if folder.startswith("/tmp/")}  # where this clone may lie; private too
    assert writable == {"/tmp", "/work-folder", "/home/student", "/dev/shm"}


def test_no_further_namespace_can_be_made(seen):
    assert seen["nested"] in ("-1", "PermissionError", "OSError")


def test_of_the_machines_folders_only_system_python_and_packages_are_mounted(seen):
    allowed = [
        "/proc",
        "/dev",
        "/tmp/syg-",
        "/handin",
        "/home/student",
        "/work-folder",
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
    ]
    allowed += ["/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/localtime"]
    allowed += [str(path) for path in bwrap.python_folders()]
    for mount in seen["mounts"]:
        assert mount in ("/", "/tmp") or any(mount.startswith(path) for path in allowed), mount


def test_a_missing_bubblewrap_is_a_refusal_with_the_install_line(monkeypatch, tmp_path, start):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        bubblewrap()
    with pytest.raises(SandboxUnavailable, match="--sandbox none"):
        start()


def test_a_bubblewrap_that_does_not_work_is_told_with_its_own_words(monkeypatch, tmp_path, start):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SandboxUnavailable, match="No permissions to create new namespace"):
        start()


def test_a_bubblewrap_that_ends_before_it_is_spoken_to_is_told_with_its_own_words_too(tmp_path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2\nexit 1\n")
    program.chmod(0o755)
    ended = textwrap.dedent(f"""
        from autograder.sandbox import warm
        class Ended(warm.subprocess.Popen):
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, **options)
                self.wait()
        warm.subprocess.Popen = Ended
        warm._sandbox([{str(program)!r}], 0)
    """)
    done = subprocess.run([sys.executable, "-c", ended], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "bwrap: No permissions\n")


def test_without_a_sandbox_the_environment_is_empty_all_the_same(start, monkeypatch):
    monkeypatch.setenv("SYG_CANARY", "canary")
    kernel = start("none")
    shown = said(kernel, "import os; print(dict(os.environ), os.listdir('.'))")
    assert "canary" not in shown
    assert "notes.txt" in shown


def test_every_program_of_the_command_line_is_known_to_this_bubblewrap():
    told = subprocess.run([bubblewrap(), "--help"], capture_output=True, text=True).stdout
    line = bwrap.command("/tmp", "/tmp", Limits())
    for option in {word for word in line if word.startswith("--") and len(word) > 2}:
        assert option in told, option
