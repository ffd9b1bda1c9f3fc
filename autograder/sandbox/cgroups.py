"""A control group for each kernel, where this machine lets the grader make one: the system's own limits on memory and
processes, for what is too quick for the watchman.

Goes in: limits. Comes out: a `Group`, an empty one where none can be made. Version 2 and version 1 of the system's
interface are known; files and their meaning: the kernel's documents on cgroup-v2 and cgroup-v1.
"""

import contextlib
import os
import secrets
import time
from pathlib import Path

from autograder.sandbox import bwrap

_SPARE_MB, _SPARE_PROCESSES = 64, 8  # for what keeps the sandbox
# Files that limit, by controller and version; and those that count whom the system has killed.
_FILES = {
    ("memory", 2): "memory.max",
    ("memory", 1): "memory.limit_in_bytes",
    ("pids", 2): "pids.max",
    ("pids", 1): "pids.max",
}
_KILLS = ("memory.events", "memory.oom_control")


class Group:
    """The folders of one control group, by controller; `remove` it when its processes have ended."""

    def __init__(self):
        self.folders: dict[str, Path] = {}

    def paths(self):
        """The folders that a process enters."""
        return sorted({str(folder) for folder in self.folders.values()})

    def out_of_memory(self):
        """Whether the system has killed a process in it because there was no memory left for it."""
        for name in _KILLS:
            with contextlib.suppress(OSError, ValueError, KeyError):
                lines = (self.folders["memory"] / name).read_text(encoding="ascii").splitlines()
                return int(dict(line.split() for line in lines)["oom_kill"]) > 0
        return False

    def remove(self):
        """Remove it; processes that were just killed may need a moment to go."""
        for path in self.paths():
            for _ in range(50):
                try:
                    os.rmdir(path)
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)
        self.folders = {}


def make(limits):
    """A `Group` with the memory and processes of these `Limits`."""
    group = Group()
    # Folders in memory count as memory here, so they come on top of it.
    memory = (limits.memory_mb + len(bwrap.PRIVATE) * limits.disk_mb + _SPARE_MB) * 2**20
    for controller, most in (("memory", memory), ("pids", limits.processes + _SPARE_PROCESSES)):
        for version, parent in _parents(controller):
            there = [folder for folder in group.folders.values() if folder.parent == parent]
            folder = there[0] if there else _make(parent)
            if folder and _limited(folder / _FILES[controller, version], most):
                group.folders[controller] = folder
                break
            if folder and not there:
                folder.rmdir()
    return group


def _limited(file, most):
    """Whether the limit could be set; in a group without the controller there is no such file."""
    try:
        with open(file, "r+", encoding="ascii") as limit:
            limit.write(str(most))
    except OSError:
        return False
    return True


def _make(parent):
    folder = parent / f"syg-{secrets.token_hex(6)}"
    try:
        folder.mkdir()
    except OSError:
        return None
    if not os.access(folder / "cgroup.procs", os.W_OK):
        folder.rmdir()
        return None
    return folder


def _parents(controller, own="/proc/self/cgroup", mounts="/proc/self/mountinfo"):
    """(Version, folder) of groups below which one might be made, the nearest first.

    In version 2 a group with processes has no groups with limits below it, so the neighbours of our own are tried.
    """
    paths: dict[str, str] = {}
    for line in Path(own).read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update({name or "unified": path for name in controllers.split(",")})
    found = []
    for line in Path(mounts).read_text(encoding="utf-8").splitlines():
        fields, _, source = line.partition(" - ")
        top, (kind, _, options) = Path(fields.split()[4]), source.split(" ", 2)
        if kind == "cgroup2":
            path = paths.get("unified", "/").lstrip("/")
            found += [(2, (top / path).parent), (2, top)] if path else [(2, top)]
        elif kind == "cgroup" and controller in options.split(","):
            found += [(1, top / paths.get(controller, "/").lstrip("/")), (1, top)]
    return found
