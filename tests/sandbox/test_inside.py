"""What code in the sandbox sees and may do: its own files and the libraries, and nothing of ours."""

import json
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import autograder
from autograder.sandbox import SandboxUnavailable, bubblewrap, bwrap
from tests.sandbox.conftest import said

pytestmark = pytest.mark.sandbox
REPOSITORY = Path(autograder.__file__).resolve().parent.parent

LOOK = """
import json, os, socket
from pathlib import Path

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

def status(name):
    return next(line.split()[1:] for line in open("/proc/self/status") if line.startswith(name))
"""


@pytest.fixture(scope="module")
def canary():
    """A secret on this machine: in a file of the owner's, in the environment, on a port of the loopback device."""
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
    server = socket.create_server(("127.0.0.1", 0))
    os.environ["SYG_CANARY"] = canary
    kernel = SandboxKernel(folder / "handin", Settings(limits=LIMITS))
    try:
        kernel.start()
        kernel.run_cell(LOOK, 30)
        text = said(
            kernel,
            f"""
private, folders, port = {[str(path) for path in private]!r}, {folders!r}, {server.getsockname()[1]}
print(json.dumps({{
    "environment": dict(os.environ),
    "uid": [os.getuid(), os.geteuid(), os.getgid()],
    "groups": os.getgroups(),
    "capabilities": status("CapEff") + status("CapBnd"),
    "no_new_privileges": status("NoNewPrivs"),
    "host": socket.gethostname(),
    "cwd": os.getcwd(),
    "files": sorted(os.listdir(".")),
    "notes": open("notes.txt").read(),
    "private": {{path: tried(lambda: open(path).read() if os.path.isfile(path) else os.listdir(path)) for path in private}},
    "written": {{folder: tried(lambda: written(folder)) for folder in folders}},
    "loopback": tried(lambda: socket.create_connection(("127.0.0.1", port), 2)),
    "outside": tried(lambda: socket.create_connection(("1.1.1.1", 53), 2)),
    "name": tried(lambda: socket.getaddrinfo("pypi.org", 443)),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
    "mounts": [line.split()[4] for line in open("/proc/self/mountinfo")],
    "solutions": tried(lambda: __import__("solutions.softmax")),
    "nested": tried(lambda: os.unshare(0x10000000) if hasattr(os, "unshare") else __import__("ctypes").CDLL(None, use_errno=True).unshare(0x10000000)),
    "own": written(os.getcwd()),
    "command": open("/proc/1/cmdline").read(),
}}))
""",
        )
        return json.loads(text)
    finally:
        kernel.close()
        server.close()
        del os.environ["SYG_CANARY"]


def test_there_is_no_network(seen):
    assert seen["loopback"] == "ConnectionRefusedError"
    assert seen["outside"] in ("OSError", "TimeoutError")
    assert seen["name"] == "gaierror"
    assert seen["interfaces"] == ["lo"]


def test_the_environment_holds_nothing_of_ours(seen, canary):
    assert canary not in json.dumps(seen["environment"])
    assert not {"SYG_CANARY", "JPY_PARENT_PID", "SSH_AUTH_SOCK", "XDG_CACHE_HOME"} & set(seen["environment"])
    assert seen["environment"]["HOME"] == "/home/student"
    assert str(Path.home()) not in json.dumps(seen["environment"])


def test_it_is_nobody_without_capabilities(seen):
    assert seen["uid"] == [65534, 65534, 65534]
    assert {int(mask, 16) for mask in seen["capabilities"]} == {0}
    assert seen["no_new_privileges"] == ["1"]
    assert seen["host"] == "sandbox"


def test_nothing_of_the_machine_that_is_private_can_be_read(seen, canary):
    assert canary not in json.dumps(seen["private"])
    for path, found in seen["private"].items():
        if path in ("/home", str(REPOSITORY)):
            continue
        assert found in ("FileNotFoundError", "PermissionError", "NotADirectoryError"), path
    assert seen["private"]["/home"] == "['student']"


def test_the_solutions_cannot_be_imported(seen):
    assert seen["solutions"] == "ModuleNotFoundError"


def test_only_the_work_folder_and_private_folders_can_be_written(seen):
    writable = {folder for folder, found in seen["written"].items() if found == "'written'"}
    assert writable == {"/tmp", "/work-folder", "/home/student", "/dev/shm"}
    assert seen["own"] == "written"


def test_the_hand_in_is_there(seen):
    assert seen["cwd"] == "/work-folder"
    assert seen["files"] == ["notes.txt"]
    assert seen["notes"] == "mine"


def test_no_other_processes_are_seen(seen):
    assert len(seen["processes"]) <= 3
    assert "bwrap" in seen["command"]


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


def test_without_a_sandbox_the_environment_is_empty_all_the_same(start, monkeypatch):
    monkeypatch.setenv("SYG_CANARY", "canary")
    kernel = start("none")
    shown = said(kernel, "import os; print(dict(os.environ), os.listdir('.'))")
    assert "canary" not in shown
    assert "notes.txt" in shown


def test_every_program_of_the_command_line_is_known_to_this_bubblewrap():
    told = subprocess.run([bubblewrap(), "--help"], capture_output=True, text=True).stdout
    line = bwrap.command("/tmp", "/tmp", __import__("autograder.sandbox", fromlist=["Limits"]).Limits(), {})
    for option in {word for word in line if word.startswith("--") and len(word) > 2}:
        assert option in told, option
