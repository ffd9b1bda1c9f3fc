"""First thing that runs inside the sandbox: sets limits, lays out the hand-in, loads the agent, becomes a kernel.

Called as `python -m autograder.sandbox.launch CONNECTION_FILE HANDIN WORK LIMITS`, the limits as JSON.
"""

import contextlib
import json
import os
import resource
import shutil
import sys

from ipykernel.kernelapp import IPKernelApp

import autograder.student.agent  # noqa: F401  loaded now, before a student's file of the same name could be found first
from autograder.student import chance


def main(connection_file, handin, work, limits):
    """Become the kernel; returns when it ends.

    Parameters
    ----------
    connection_file : str
        Jupyter's description of the sockets.
    handin, work : str
        Folder of the student's files, and the folder they are copied to and the kernel works in.
    limits : str
        JSON: the fields of `Limits`, and "cpu_seconds" and "sandboxed".
    """
    limits = json.loads(limits)
    # The watchman outside counts memory; this address-space limit only stops a single huge allocation in between.
    space = (limits["memory_mb"] + 8192) * 2**20
    disk = limits["disk_mb"] * 2**20
    for kind, most in (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CPU, int(limits["cpu_seconds"])),
    ):
        _lower(kind, most)
    if limits["sandboxed"]:
        _lower(resource.RLIMIT_NPROC, limits["processes"])
    # The kernel is complete before the hand-in is there: a student's `random.py` must not be taken for a library's.
    sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]
    app = IPKernelApp.instance()
    app.initialize(["-f", connection_file, "--HistoryManager.enabled=False"])
    with contextlib.suppress(OSError):  # too much for the folder: what fits is there
        shutil.copytree(
            handin, work, symlinks=True, dirs_exist_ok=True, ignore_dangling_symlinks=True, copy_function=_copy
        )
    os.chdir(work)
    chance.without_surprises(app.shell)
    app.start()


def _lower(kind, most):
    """Lower a limit; never above what the machine already allows."""
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _copy(source, target):
    shutil.copyfile(source, target)
    return target


if __name__ == "__main__":
    main(*sys.argv[1:])
