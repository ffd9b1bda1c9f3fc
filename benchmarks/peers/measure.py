"""How long commands take, how much processor time and memory their processes use, and what students' code costs alone.

Goes in: commands, or a notebook. Comes out: seconds, and megabytes of the graders' own processes, apart from those that
run student code.
"""

import os
import subprocess
import threading
import time
from dataclasses import dataclass, field

import psutil
from jupyter_client.manager import start_new_kernel

from autograder.grading.engine import SKIP_TAG, check_of

_EVERY = 0.25  # seconds between two looks at the processes
_PSS_EVERY = 8  # looks between two at shared memory, which take longer
_STUDENTS = ("bwrap", "ipykernel")  # in the command lines of what runs student code, and of all that it starts
_SERVER = "autograder.sandbox.warm"  # forks what runs student code


@dataclass
class Used:
    """What a run used: wall and processor seconds, the peak memory of the grader's own processes in megabytes."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_mb: float = 0.0
    codes: list = field(default_factory=list)


class _Watch(threading.Thread):
    """Looks at a tree of processes again and again; processes that were killed count with what they had used."""

    def __init__(self, root):
        super().__init__(daemon=True)
        self.root, self.used, self.peak, self.ended = root, {}, 0.0, threading.Event()

    def run(self):
        looks = 0
        while not self.ended.wait(_EVERY):
            self._look(shared=looks % _PSS_EVERY == 0)
            looks += 1

    def _look(self, shared):
        try:
            tree = [self.root, *self.root.children(recursive=True)]
        except psutil.Error:
            return
        memory, students, lines = 0, set(), {}
        for process in tree:
            try:
                times = process.cpu_times()
                self.used[process.pid, process.create_time()] = times.user + times.system
                line = lines[process.pid] = " ".join(process.cmdline())
                forked = _SERVER in lines.get(process.ppid(), "")
                if forked or process.ppid() in students or any(word in line for word in _STUDENTS):
                    students.add(process.pid)
                elif shared and process.pid != self.root.pid:
                    memory += process.memory_full_info().pss
            except psutil.Error:
                continue
        self.peak = max(self.peak, memory)


def run(commands, environment, folder, cores):
    """Run commands one after another on these cores.

    Parameters
    ----------
    commands : list of list of str
    environment : dict
    folder : path
        Where they are called.
    cores : str
        As `taskset -c` takes them.

    Returns
    -------
    Used
    """
    watch = _Watch(psutil.Process())
    watch.start()
    found, began = Used(), time.perf_counter()
    for command in commands:
        done = subprocess.run(
            ["taskset", "-c", cores, *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        found.codes.append(done.returncode)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{command[:3]} ended with {done.returncode}: {done.stdout[-500:]}")
    found.seconds = time.perf_counter() - began
    watch.ended.set()
    watch.join()
    mine = (os.getpid(), psutil.Process().create_time())
    found.cpu_seconds = sum(seconds for key, seconds in watch.used.items() if key != mine)
    found.memory_mb = watch.peak / 2**20
    return found


def own_seconds(nb, folder, environment, training):
    """Seconds that a hand-in's own cells take in a bare Jupyter kernel, its start not counted.

    Cells tagged `skip-grading` are run only with `training`.
    """
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder), env=os.environ | environment)
    try:
        total = 0.0
        for cell in nb.cells:
            training_cell = SKIP_TAG in cell.metadata.get("tags", [])
            if cell.cell_type != "code" or check_of(cell) is not None or (training_cell and not training):
                continue
            began = time.perf_counter()
            client.execute_interactive(cell.source, output_hook=lambda message: None, timeout=1800)
            total += time.perf_counter() - began
        return total
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
