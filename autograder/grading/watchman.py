"""Watches over one kernel from outside: time, computing time, memory, processes, disk, and whether it still lives.

Goes in: the kernel's process and its folder. Comes out: nothing, or a `KernelLost` that says which limit was passed.
"""

import contextlib
import math
import os
import time

import psutil

from autograder.grading.conversation import POLL
from autograder.namespace import Failure, KernelLost

_OURS = 4  # processes beside the student's: keeper, bubblewrap twice, and what holds the sandbox open
_MOST_ENTRIES = 200  # files and folders that a kernel may leave beside its sockets


class Watchman:
    """Looks every now and then; `allow` says how much the item in hand may use.

    Parameters
    ----------
    keeper : Keeper
    folder : path
        Where the kernel's sockets are.
    limits : Limits
    group : Group
        The kernel's control group.
    sandboxed : bool
    """

    def __init__(self, keeper, folder, limits, group, sandboxed):
        self.keeper, self.folder, self.limits, self.group, self.sandboxed = keeper, folder, limits, group, sandboxed
        self.used = 0.0  # CPU seconds of the kernel, when last looked
        self.looked = 0.0
        self.allow(math.inf)

    def allow(self, cpu_seconds):
        """From now on, this much computing time may be used."""
        self.allowed, self.most = cpu_seconds, self.used + cpu_seconds

    def look_again(self, deadline, seconds):
        """Look, if the last look is not just past: many quick cells can use as much as a slow one."""
        if time.monotonic() - self.looked > POLL:
            self.look(deadline, seconds)

    def look(self, deadline, seconds):
        """Compare what is used with the limits.

        Parameters
        ----------
        deadline, seconds : float
            When (of `time.monotonic`) the item's time is over, and how long that was.

        Raises
        ------
        KernelLost
        """
        self.looked = time.monotonic()
        if self.keeper is None or self.keeper.poll() is not None:
            raise KernelLost(self._ended())
        processes = self.processes()
        self.used = _cpu_seconds(processes)
        number = len(processes) - _OURS * self.sandboxed
        if self._memory_is_over(processes):
            raise _over("memory", f"More than {self.limits.memory_mb} MB of memory were in use.")
        if number > self.limits.processes:
            raise _over("processes", f"More than {self.limits.processes} processes were running.")
        if _too_large(self.folder, self.limits.disk_mb * 2**20):
            raise _over("disk", f"More than {self.limits.disk_mb} MB on disk, or very many files.")
        if self.used > self.most:
            used = f"{self.allowed:.0f} seconds of computing time"
            raise _over("cpu", f"No result after {used}: is there a loop that does not end?")
        if self.looked > deadline:
            raise _over(
                "timeout", f"No result after {seconds:.0f} seconds: does it wait for something that never comes?"
            )

    def _ended(self):
        if self.group.out_of_memory():
            return Failure(f"More than {self.limits.memory_mb} MB of memory were needed at once.", "memory")
        return Failure("The kernel stopped while this was running (an exit, a crash, or out of memory).", "died")

    def processes(self):
        """The keeper's process and all below it."""
        if self.keeper is None:
            return []
        try:
            keeper = psutil.Process(self.keeper.pid)
            return [keeper, *keeper.children(recursive=True)]
        except psutil.Error:
            return []

    def _memory_is_over(self, processes):
        """Whether the kernel's processes hold too much; what several of them share counts once, which takes longer."""
        most, student = self.limits.memory_mb * 2**20, processes[1:] if self.sandboxed else processes
        if _total(student, lambda process: process.memory_info().rss) <= most:
            return False
        return _total(student, lambda process: process.memory_full_info().pss) > most

    def cpu_seconds(self):
        """CPU time of all the kernel's processes so far, those that ended included."""
        return _cpu_seconds(self.processes())


def _over(kind, message):
    return KernelLost(Failure(message, kind))


def _cpu_seconds(processes):
    return _total(processes, lambda process: sum(process.cpu_times()[:4]))


def _total(processes, measure):
    """Sum over processes; one that has ended meanwhile counts nothing."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += measure(process)
    return total


def _too_large(folder, most):
    """Whether the files below a kernel's own folder on this machine are too many, or larger than `most` bytes."""
    waiting, size, entries = [str(folder)], 0, 0
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as found:
            for entry in found:
                entries += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    size += 512 * entry.stat(follow_symlinks=False).st_blocks
                if size > most or entries > _MOST_ENTRIES:
                    return True
    return False
