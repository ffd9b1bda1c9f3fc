"""What student code can and cannot do inside the sandbox, tried from inside it."""

import ast
import contextlib
import os
import socket
import time
from pathlib import Path

import psutil
import pytest

from autograder.cli import main
from autograder.grading.course import CourseError, create
from autograder.grading.kernel import SandboxKernel
from autograder.grading.settings import Settings
from autograder.sandbox import Limits

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits(memory_mb=700, processes=20, disk_mb=16, output_bytes=100_000)


@contextlib.contextmanager
def kernel_in(folder, limits=LIMITS):
    kernel = SandboxKernel(folder, Settings(limits=limits))
    kernel.start()
    try:
        yield kernel
    finally:
        kernel.close()


@pytest.fixture(scope="module")
def handin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handin")
    (folder / "notes.txt").write_text("mine")
    return folder


@pytest.fixture(scope="module")
def kernel(handin):
    with kernel_in(handin) as kernel:
        yield kernel


def printed(kernel, source, seconds=30):
    outputs = kernel.run_cell(source, seconds)
    return "".join(o.get("text", "") + o.get("evalue", "") for o in outputs)


def test_its_own_files_are_there_and_work_in_progress_can_be_written(kernel):
    assert (
        printed(kernel, "print(open('notes.txt').read()); open('new.txt', 'w').write('x'); print('done')")
        == "mine\ndone\n"
    )


def test_solutions_cannot_be_imported_although_the_checks_can(kernel):
    assert "No module named 'solutions" in printed(kernel, "import autograder, coursekit, solutions.softmax")


@pytest.mark.parametrize(
    "place", ["/usr/x", "/x", "/dev/x", "/handin/x", "/bin/x", str(ROOT / "autograder" / "x"), "/etc/x"]
)
def test_nothing_of_the_machine_can_be_written(kernel, place):
    said = printed(kernel, f"open({place!r}, 'w').write('x')")
    assert "Read-only file system" in said or "Permission denied" in said or "No such file" in said


@pytest.mark.parametrize("name", ["kcore", "kmsg", "slabinfo", "vmallocinfo", "kpagecount", "sysrq-trigger"])
def test_what_the_kernel_tells_root_alone_is_hidden(kernel, name):
    said = printed(kernel, f"print(len(open('/proc/{name}', 'rb').read(4)))")
    assert said == "0\n" or "Permission denied" in said or "No such file" in said


def test_there_is_no_network(kernel):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = printed(kernel, f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=3)")
    assert "refused" in said or "unreachable" in said
    assert printed(kernel, "import socket; print([name for _, name in socket.if_nameindex()])") in ("['lo']\n", "[]\n")


def test_no_other_process_can_be_seen_or_signalled(kernel):
    said = printed(kernel, "import os; print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))")
    assert max(ast.literal_eval(said)) < 1000 and str(os.getpid()) not in said
    assert "No such process" in printed(kernel, f"import os; os.kill({os.getpid() + 4_000_000}, 9)")


def test_the_disk_is_limited(kernel):
    said = printed(kernel, "with open('big', 'wb') as f:\n    for _ in range(64): f.write(bytes(2**20))")
    assert "No space left" in said or "File too large" in said
    printed(kernel, "import os; os.remove('big')")


def test_shared_memory_is_limited_too(kernel):
    said = printed(
        kernel,
        "import os\nfor n in range(8):\n"
        "    with open(f'/dev/shm/{n}', 'wb') as f:\n        for _ in range(15): f.write(bytes(2**20))",
    )
    assert "No space left" in said
    printed(kernel, "for n in os.listdir('/dev/shm'): os.remove(f'/dev/shm/{n}')")


def runs(line):
    """Whether a process has this command line."""
    return any(line == " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))


def test_a_daemon_does_not_outlive_its_kernel(handin):
    name = f"sleep {4000 + os.getpid() % 1000}"
    with kernel_in(handin) as kernel:
        printed(
            kernel, f"import subprocess; p = subprocess.Popen({name.split()!r}, start_new_session=True); print(p.pid)"
        )
        until = time.monotonic() + 5  # a program that has just started has no command line for a moment
        while not runs(name) and time.monotonic() < until:
            time.sleep(0.01)
        assert runs(name)
    time.sleep(0.5)
    assert not runs(name)


def test_files_beside_the_notebook_do_not_take_the_place_of_ours(tmp_path):
    for name in ("numpy.py", "autograder.py", "sitecustomize.py", "json.py", "ipykernel.py"):
        (tmp_path / name).write_text("print('hijacked'); raise SystemExit(1)\n")
    with kernel_in(tmp_path) as kernel:
        assert "numpy" in printed(
            kernel, "import numpy, autograder.student.agent as a; print(numpy.__name__, a.serve is not None)"
        )


def test_links_in_a_hand_in_lead_nowhere(tmp_path, tmp_path_factory):
    secret = tmp_path_factory.mktemp("outside") / "seed"
    secret.write_text("the seed")
    (tmp_path / "seed").symlink_to(secret)
    (tmp_path / "up").symlink_to("../..")
    with kernel_in(tmp_path) as kernel:
        assert "No such file" in printed(kernel, "open('seed').read()")
        assert "gradebook.db" not in printed(
            kernel, "import os; print(os.listdir('up') if os.path.exists('up') else '')"
        )


def test_a_course_where_sandboxes_could_read_its_seed_is_refused(tmp_path, capsys):
    inside = ROOT / "autograder" / "a-course"
    with pytest.raises(CourseError, match="which sandboxed hand-ins can read"):
        create(inside)
    assert not inside.exists()
    assert main(["init", str(inside)]) == 2 and "Put the course somewhere else" in capsys.readouterr().err
