"""Each of the two walls, bubblewrap and Landlock, holds without the other; and who a kernel is to the machine.

`test_sandbox_walls.py` and `test_inside.py` try both together.
"""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import autograder
from autograder.sandbox import cgroups, landlock, servers
from autograder.sandbox.namespaces import NOBODY
from autograder.sandbox.provisioner import SandboxProvisioner
from tests.sandbox.conftest import LIMITS, said

pytestmark = pytest.mark.sandbox
ROOT = Path(autograder.__file__).resolve().parent.parent
needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

OPENS_EVERYTHING = """
import os, stat
own = {"/tmp", "/home/student", "/work-folder", "/dev/shm", "/dev/pts", "/dev/mqueue", SOCKETS}
harmless = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")}
written, looked = [], 0
for base, folders, names in os.walk("/"):
    paths = {name: os.path.join(base, name) for name in folders}
    folders[:] = [name for name, path in paths.items() if path not in own and not os.path.islink(path)]
    folders[:] = [name for name in folders if not (base == "/proc" and name.isdigit()) and base != "/usr/share"]
    for path in (os.path.join(base, name) for name in names):
        looked += 1
        try:
            if stat.S_ISREG(os.lstat(path).st_mode):
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                written.append(path)
            elif not os.path.islink(path) and path not in harmless:
                os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
                written.append(path)
        except OSError:
            pass
print(looked > 1000, written)
"""


@pytest.fixture
def without_landlock(monkeypatch, tmp_path):
    """Kernels that bubblewrap alone holds: in the fork server, this machine seems to have no Landlock."""
    (tmp_path / "sitecustomize.py").write_text(
        "import autograder.sandbox.landlock as landlock\nlandlock.version = lambda: 0\n"
    )
    honest = SandboxProvisioner.environment

    def environment(self, bare):
        return honest(self, bare) | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}

    servers.end()
    monkeypatch.setattr(SandboxProvisioner, "environment", environment)
    yield
    servers.end()


def test_bubblewrap_alone_lets_no_file_be_opened_for_writing(without_landlock, start):
    kernel = start()
    assert said(kernel, "import os; print('usr' in os.listdir('/'))") == "True\n"  # Landlock would refuse
    source = OPENS_EVERYTHING.replace("SOCKETS", repr(str(kernel.folder / "s")))
    assert said(kernel, source, seconds=120) == "True []\n"


LANDLOCKED = """
import errno, os, subprocess, sys
from autograder.sandbox import landlock
from autograder.sandbox.namespaces import call, libc
call(libc.prctl(38, 1, 0, 0, 0))
readable, writable, outside = sys.argv[1:]
landlock.restrict([readable, "/usr", "/lib", "/lib64", "/bin", "/not/there"], [writable])

def tried(action):
    try:
        action()
        return "yes"
    except OSError as error:
        return "no" if error.errno in (errno.EACCES, errno.EXDEV) else error

def write(path):
    with open(path, "w") as file:
        file.write("x")

print(*(tried(action) for action in (
    lambda: open(f"{readable}/file").read(),
    lambda: os.listdir(readable),
    lambda: write(f"{readable}/file"),
    lambda: write(f"{readable}/new"),
    lambda: write(f"{writable}/new"),
    lambda: os.mkdir(f"{writable}/folder"),
    lambda: os.remove(f"{readable}/file"),
    lambda: open(f"{outside}/file").read(),
    lambda: os.listdir(outside),
    lambda: write(f"{outside}/new"),
    lambda: os.link(f"{outside}/file", f"{writable}/link"),
    lambda: os.truncate(f"{outside}/file", 0),
)), subprocess.run(["/bin/cat", f"{outside}/file"], capture_output=True).returncode)
"""


@needs_landlock
def test_landlock_alone_lets_nothing_else_be_read_or_written(tmp_path):
    for name in ("readable", "writable", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("a word")
    told = subprocess.run(
        [sys.executable, "-c", LANDLOCKED, *(str(tmp_path / name) for name in ("readable", "writable", "outside"))],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin"},
    )
    assert told.stdout == "yes yes no no yes yes no no no no no no 1\n", told.stderr
    assert (tmp_path / "outside" / "file").read_text() == "a word"


@needs_landlock
def test_a_kernel_has_both_walls(start):
    told = said(start(), "import os; os.listdir('/')")
    assert "Permission denied" in told


@needs_root
def test_where_root_grades_a_kernel_is_nobody_to_the_machine(start):
    kernel = start()
    said(kernel, "import subprocess; child = subprocess.Popen(['sleep', '50'])")
    users = {process.name(): process.uids() for process in kernel.watchman.processes()[1:]}
    assert set(users["sleep"]) == {NOBODY}
    assert {tuple(user) for user in users.values()} == {(NOBODY,) * 3, (0,) * 3}  # bubblewrap's own stay root's
    assert said(kernel, "import os; os.kill(1, 9)") == "PermissionError: [Errno 1] Operation not permitted"
    assert said(kernel, "os.setuid(0)") == "PermissionError: [Errno 1] Operation not permitted"


@needs_root
def test_programs_that_nobody_may_read_are_told_with_what_to_do(tmp_path):
    (tmp_path / "agent.py").touch(mode=0o600)
    source = f"""
from autograder.sandbox.kernel_inside import require_readable
from autograder.sandbox.namespaces import become_nobody
require_readable({str(tmp_path / "agent.py")!r})
become_nobody()
require_readable({str(tmp_path / "agent.py")!r})
"""
    told = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin"},
    )
    assert told.stderr.splitlines()[-1].endswith("(chmod -R a+rX), or grade as the user whose they are.")


AS_A_USER = """
from pathlib import Path
import os, sys, tempfile
from autograder.grading.kernel import SandboxKernel
from autograder.grading.settings import Settings

folder = tempfile.mkdtemp()
Path(folder, "notes.txt").write_text("mine")
kernel = SandboxKernel(folder, Settings())
kernel.start()
try:
    source = "import os; print(os.getuid(), open('notes.txt').read()); open('new', 'w').close(); print(os.listdir('.'))"
    print(os.getuid(), kernel.run_cell(source, 30)[0].text.split())
    print({process.uids().real for process in kernel.watchman.processes()})
    refused = kernel.run_cell("open('/handin/notes.txt', 'w')", 30)[0]
    print(refused.ename, kernel.run_cell("import socket; socket.create_connection(('127.0.0.1', 9))", 30)[0].ename)
finally:
    kernel.close()
"""


@needs_root
def test_an_ordinary_user_can_grade(tmp_path):
    """Python may lie where only root reads; a copy of this machine without root's own folder lets the user in."""
    line = ["bwrap", "--dev-bind", "/", "/"]
    line += ["--perms", "0755", "--tmpfs", "/root", "--perms", "1777", "--tmpfs", "/tmp"]
    home = sorted({Path(sys.base_prefix), Path(sys.prefix), ROOT})
    line += [word for path in home for word in ("--ro-bind", str(path), str(path))]
    made = {parent for path in home for parent in path.parents if {Path("/root"), Path("/tmp")} & {*parent.parents}}
    made = {parent for parent in made if not any(parent.is_relative_to(path) for path in home)}
    line += [word for path in sorted(made) for word in ("--chmod", "0755", str(path))]
    line += ["setpriv", "--reuid", "1234", "--regid", "1234", "--clear-groups", sys.executable, "-c", AS_A_USER]
    told = subprocess.run(
        line,
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert told.stdout.splitlines() == [
        "1234 ['65534', 'mine', \"['new',\", \"'notes.txt']\"]",
        "{1234}",
        "OSError ConnectionRefusedError",
    ], told.stderr


def test_what_one_kernel_changes_is_unchanged_in_the_next(start):
    source = "import numpy as np; print(hasattr(np, 'left'), 'left' in globals()); left = np.left = 1"
    assert [said(start(), source) for _ in range(2)] == ["False False\n"] * 2


def test_a_kernel_holds_no_file_of_the_server_it_was_forked_from(start):
    kernel = start()
    source = """
import os
for number in range(1000):
    if os.path.lexists(f"/proc/self/fd/{number}"):
        print(os.readlink(f"/proc/self/fd/{number}"))
"""
    told = said(kernel, source)
    allowed = ("/dev/null", "socket:", "anon_inode:", "pipe:", str(kernel.folder / "stderr"))
    assert [line for line in told.splitlines() if not line.startswith(allowed)] == []
    pipes = [line for line in told.splitlines() if line.startswith("pipe:")]
    server = psutil.Process(servers.running()[0].pid)
    theirs = {os.readlink(path) for path in Path(f"/proc/{server.pid}/fd").iterdir()}
    assert not set(pipes) & theirs


def test_a_server_that_was_killed_is_started_again(start):
    start()
    for server in servers.running():
        server.kill()
        server.wait()
    assert said(start(), "print('alive')") == "alive\n"


def test_a_server_has_one_thread_and_none_of_the_graders_environment(start, monkeypatch):
    servers.end()
    monkeypatch.setenv("SYG_CANARY", "canary")
    start()
    (server,) = servers.running()
    assert psutil.Process(server.pid).num_threads() == 1
    assert b"canary" not in Path(f"/proc/{server.pid}/environ").read_bytes()


def test_a_control_group_limits_what_is_quicker_than_the_watchman(start):
    group = cgroups.make(LIMITS)
    if not group.paths():
        pytest.skip("no control groups can be made here")
    try:
        assert group.folders.keys() == {"memory", "pids"}
        wasteful = [sys.executable, "-c", f"held = bytearray(b'x' * {2 * LIMITS.memory_mb * 2**20})"]
        enter = "".join(f"echo $$ > {path}/cgroup.procs && " for path in group.paths())
        ended = subprocess.run(["sh", "-c", enter + 'exec "$@"', "sh", *wasteful])
        assert ended.returncode == -9
        assert group.out_of_memory()
        forks = "for n in range(99): os.fork() or time.sleep(1)"
        told = subprocess.run(
            ["sh", "-c", enter + 'exec "$@"', "sh", sys.executable, "-c", f"import os, time\n{forks}"],
            capture_output=True,
            text=True,
        )
        assert "BlockingIOError" in told.stderr
    finally:
        group.remove()
    assert not any(Path(path).exists() for path in group.paths())


# How the two versions look to a process of a user whose groups systemd looks after, and to one in a container.
UNIFIED = (
    "0::/user.slice/app.slice/terminal.scope\n",
    "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    [(2, "/sys/fs/cgroup/user.slice/app.slice"), (2, "/sys/fs/cgroup")],
)
OLD = (
    "8:pids:/\n4:memory:/some/group\n0::/\n",
    "31 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "32 23 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n",
    [(1, "/sys/fs/cgroup/memory/some/group"), (1, "/sys/fs/cgroup/memory")],
)


@pytest.mark.parametrize(("own", "mounts", "parents"), [UNIFIED, OLD], ids=["version 2", "version 1"])
def test_where_a_control_group_may_be_made(tmp_path, own, mounts, parents):
    (tmp_path / "own").write_text(own)
    (tmp_path / "mounts").write_text(mounts)
    found = cgroups._parents("memory", tmp_path / "own", tmp_path / "mounts")
    assert [(version, str(folder)) for version, folder in found] == parents


def test_no_group_is_left_when_a_kernel_has_stopped(start):
    kernel = start()
    paths = [Path(path) for path in kernel.group.paths()]
    assert all(path.is_dir() for path in paths)
    kernel.close()
    assert not any(path.exists() for path in paths)
