"""A cell or call that hangs, kills, floods or fills costs the item in hand, with a clear status; its neighbours go on.

Each notebook has a right item above the hog and another below it. Afterwards nothing runs on, and no folder is left.
"""

import contextlib
import inspect
from pathlib import Path

import psutil
import pytest

import solutions.softmax as right
from autograder.grading import engine
from autograder.grading.kernel import SandboxKernel
from autograder.namespace import KernelLost
from autograder.sandbox import servers
from tests.sandbox.conftest import said

pytestmark = pytest.mark.sandbox
TOP = "import numpy as np\n\n" + inspect.getsource(right.softmax)
# What computes without end is out of computing time, what waits without end is out of time.
SPINS, WAITS = "cpu", "timeout"
BELOW = inspect.getsource(right.ensemble_predict)
HOGS = {
    "endless": ("while True:\n        pass", SPINS),
    "sleeps_and_ignores_signals": (
        "import signal, time\n    for n in (2, 15):\n        signal.signal(n, signal.SIG_IGN)\n    time.sleep(1000)",
        WAITS,
    ),
    "swallows_interrupts": (
        "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        SPINS,
    ),
    "deadlock": ("import threading\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()", WAITS),
    "one_call_without_end": ("np.convolve(np.ones(3 * 10**6), np.ones(3 * 10**6))", SPINS),
    "recursion": ("return bootstrap(X, y, rng)", "failed"),
    "recursion_without_limit": (
        "import sys\n    sys.setrecursionlimit(10**9)\n    deep = lambda n: sorted([n], key=deep)\n    deep(1)",
        "died or failed or memory",
    ),
    "crashes_the_interpreter": ("import ctypes\n    ctypes.string_at(0)", "died"),
    "asks_for_input": ("return input('name?')", "failed"),
    "exits": ("import sys; sys.exit(0)", "failed"),
    "ends_the_process": ("import os; os._exit(0)", "died"),
    "kills_itself": ("import os; os.kill(os.getpid(), 9)", "died"),
    "becomes_another_program": ("import os; os.execv('/bin/true', ['true'])", "died"),
    "memory": ("held = []\n    while True:\n        held.append(np.ones(2**21))", "memory"),
    "memory_in_children": (
        "import os, time\n    for _ in range(4):\n        if os.fork() == 0:\n            held = np.ones(2**25)\n"
        "            time.sleep(60)\n    time.sleep(60)",
        "memory",
    ),
    "memory_at_once": (
        "import os, time\n    for _ in range(8):\n        if os.fork() == 0:\n            held = np.ones(2**26)\n"
        "            time.sleep(60)\n    held = np.ones(2**26)\n    time.sleep(60)",
        "memory",
    ),
    "processes": ("import os, time\n    while True:\n        if os.fork() == 0: time.sleep(60)", "processes or failed"),
    "disk": ("with open('big', 'wb') as f:\n        while True: f.write(bytes(2**20))", "failed"),
    "threads": (
        "import threading, time\n    while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "failed",
    ),
}


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch):
    """Afterwards no process runs that was started, and no folder of this test's kernels is left."""
    folders, honest = [], SandboxKernel.start

    def start(self):
        try:
            honest(self)
        finally:
            folders.append(self.folder)

    def running():
        """All processes below this one but the fork servers, which stay for the next kernel."""
        serving = {server.pid for server in servers.running()}
        found = psutil.Process().children(recursive=True)
        return {p for p in found if p.pid not in serving and p.status() != psutil.STATUS_ZOMBIE}

    monkeypatch.setattr(SandboxKernel, "start", start)
    before = running()
    yield
    _, alive = psutil.wait_procs(running() - before, timeout=20)
    assert alive == []
    assert folders
    assert [folder for folder in folders if folder.exists()] == []


@pytest.mark.parametrize("name", HOGS)
def test_a_call_that_misbehaves_costs_its_own_item(grade, name):
    body, status = HOGS[name]
    limits = {SPINS: {"check_cpu_seconds": 4.0}, WAITS: {"check_seconds": 6.0}}.get(status, {})
    verdicts, _ = grade(
        TOP,
        "check softmax.probabilities",
        f"def bootstrap(X, y, rng):\n    {body}",
        "check softmax.bootstrap",
        BELOW,
        "check softmax.ensemble_predict",
        **limits,
    )
    hog = verdicts.pop("softmax.bootstrap")
    assert hog.points == 0.0
    assert hog.status in status.split(" or "), hog
    assert hog.reason or any(e.message for e in hog.expectations)
    assert {verdict.status for verdict in verdicts.values()} == {"passed"}


CELLS = {
    "endless": ("while True: pass", "No result after 4 seconds of computing time"),
    "waits": ("import time\ntime.sleep(60)", "No result after 6 seconds"),
    "computes_in_children": (
        "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        while True: pass\ntime.sleep(60)",
        "No result after 4 seconds of computing time",
    ),
    "ends_the_process": ("import os; os._exit(0)", "The kernel stopped"),
    "memory": ("held = []\nwhile True: held.append(np.ones(2**21))", "MB of memory were in use"),
    "floods_the_output": ("while True: print('x' * 100_000)", "printed or displayed more than|memory"),
    "floods_with_displays": (
        "from IPython.display import display\nwhile True: display('x' * 1000)",
        "printed or displayed",
    ),
    "closes_its_sockets": ("import os\nos.closerange(3, 256)", "stopped|No result"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that_misbehaves_is_stopped_and_says_why(grade, name):
    source, why = CELLS[name]
    verdicts, nb = grade(
        TOP,
        "check softmax.probabilities",
        source,
        BELOW,
        "check softmax.ensemble_predict",
        **({"cell_seconds": 6.0} if name in ("waits", "closes_its_sockets") else {"cell_cpu_seconds": 4.0}),
    )
    assert {verdict.status for verdict in verdicts.values()} == {"passed"}
    (output,) = nb.cells[2].outputs
    assert output.output_type == "error"
    assert any(words in output.evalue for words in why.split("|")), output


def test_computing_time_of_the_whole_notebook_is_limited_over_all_its_kernels(grade):
    spin = "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 2: pass"
    cells = [spin, "import os; os._exit(0)", spin, spin, spin, "check softmax.probabilities"]
    verdicts, nb = grade(TOP, *cells, notebook_cpu_seconds=7.0)
    assert verdicts["softmax.probabilities"].status == "cpu"
    assert "computing time" in verdicts["softmax.probabilities"].reason
    assert nb.cells[1].outputs == []


def test_a_notebook_whose_kernel_dies_again_and_again_is_given_up(grade, monkeypatch):
    monkeypatch.setattr(engine, "_MOST_RESTARTS", 3)
    verdicts, _ = grade(TOP, *["import os; os._exit(0)"] * 6, "check softmax.probabilities")
    assert verdicts["softmax.probabilities"].status == "limit"
    assert "lost 4 times" in verdicts["softmax.probabilities"].reason


def test_memory_that_many_quick_cells_take_together_is_counted(grade):
    cells = ["held = []", *["held.append(np.ones(2**23))"] * 11, "held = []"]  # 64 MB each
    verdicts, nb = grade(TOP, *cells, "check softmax.probabilities", memory_mb=600)
    stopped = [cell for cell in nb.cells if cell.get("outputs") and cell.outputs[0].output_type == "error"]
    assert stopped
    assert "600 MB of memory were in use" in stopped[0].outputs[0].evalue
    # The cells before it run again in a fresh kernel; whether that fits depends on how fast the machine is.
    assert verdicts["softmax.probabilities"].status in ("passed", "memory")


def test_the_folder_of_the_sockets_cannot_be_filled(start):
    kernel = start(disk_mb=20)
    source = f"""
for number in range(1000):
    with open({str(kernel.folder / "s")!r} + f"/{{number}}", "wb") as file:
        file.write(bytes(10 * 2**20))
"""
    with pytest.raises(KernelLost, match="MB on disk"):
        kernel.run_cell(source, 60)


def test_a_folder_that_cannot_be_removed_easily_is_removed(start):
    kernel = start()
    folder = kernel.folder
    source = f"""
import os
os.chdir({str(folder / "s")!r})
os.symlink("/usr", "usr")
os.mkfifo("pipe")
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
os.mkdir("closed", 0)
"""
    with contextlib.suppress(KernelLost):
        kernel.run_cell(source, 30)
    kernel.close()
    assert not folder.exists()
    assert Path("/usr/bin").is_dir()


def test_many_displays_do_not_cost_the_cell_its_names(start):
    kernel = start(output_bytes=20_000_000)
    kernel.run_cell("from IPython.display import display\nfor n in range(6000): display(n)\nkept = 7", 60)
    assert said(kernel, "print(kept)") == "7\n"


def test_input_is_refused_at_once(start):
    kernel = start()
    assert "StdinNotImplementedError" in said(kernel, "name = input('Your name?')", seconds=20)
    assert said(kernel, "print('alive')") == "alive\n"


def test_a_hand_in_that_does_not_fit_the_disk_still_gets_a_kernel(start, handin):
    for number in range(6):
        (handin / f"{number}.bin").write_bytes(bytes(10 * 2**20))
    kernel = start(disk_mb=20)
    assert said(kernel, "print('alive')") == "alive\n"


def test_thousands_of_cells_run(grade):
    verdicts, nb = grade(TOP, *[f"n = {number}" for number in range(2200)], "check softmax.probabilities", "print(n)")
    assert verdicts["softmax.probabilities"].status == "passed"
    assert nb.cells[-1].outputs[0].text == "2199\n"
