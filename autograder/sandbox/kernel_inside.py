"""What a forked process does inside the sandbox: takes the hand-in, gives up its rights, limits itself, is a kernel.

Goes in: what `warm` was asked for, as a dict. The process has all libraries loaded and has never run a student's code.
"""

import contextlib
import os
import resource
import shutil

from ipykernel.kernelapp import IPKernelApp

import autograder.student.agent  # loaded now, before a student's file of the same name could be found first
from autograder.sandbox import SandboxUnavailable, bwrap, landlock
from autograder.sandbox.namespaces import NOBODY, become_nobody
from autograder.student import chance


def move_in(asked):
    """Lay out the hand-in and become nobody, within the walls; the last that is done with any rights."""
    _lay_out(asked)
    for folder in (asked["sockets"], asked["work"]):
        _give_away(folder)
    for folder in bwrap.PRIVATE:
        os.chmod(folder, 0o1777)
    become_nobody()
    require_readable(autograder.student.agent.__file__)
    landlock.restrict([*bwrap.readable(), asked["handin"]], [*bwrap.PRIVATE, "/dev", asked["sockets"]])


def require_readable(path):
    """Raise `SandboxUnavailable` where this process may not read one of the course's own files."""
    if not os.access(path, os.R_OK):
        raise SandboxUnavailable(
            f"where root grades, hand-ins run as user nobody, who may not read {path}. Let everybody read the course's "
            "programs and Python (chmod -R a+rX), or grade as the user whose they are."
        )


def become_kernel(asked):
    """Be the kernel until it ends.

    Parameters
    ----------
    asked : dict
        "connection_file", "handin" and "work" (paths as they are here), "environment", "limits" (the fields of
        `Limits`, and "cpu_seconds"), "sandboxed".
    """
    if not asked["sandboxed"]:
        _lay_out(asked)
    _limit(asked["limits"], asked["sandboxed"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    app = IPKernelApp.instance()
    app.initialize(["-f", asked["connection_file"], "--HistoryManager.enabled=False"])
    os.chdir(asked["work"])
    chance.without_surprises(app.shell)
    app.start()


def _lay_out(asked):
    with contextlib.suppress(OSError):  # too much for the folder: what fits is there
        shutil.copytree(
            asked["handin"],
            asked["work"],
            symlinks=True,
            dirs_exist_ok=True,
            ignore_dangling_symlinks=True,
            copy_function=_copy,
        )


def _copy(source, target):
    shutil.copyfile(source, target)
    return target


def _give_away(folder):
    """Make nobody the owner of a folder and all in it, without following links."""
    for base, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(os.path.join(base, name), NOBODY, NOBODY, follow_symlinks=False)


def _limit(limits, sandboxed):
    # The watchman outside counts memory; this address-space limit only stops a single huge allocation in between.
    for kind, most in (
        (resource.RLIMIT_AS, (limits["memory_mb"] + 8192) * 2**20),
        (resource.RLIMIT_FSIZE, limits["disk_mb"] * 2**20),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CPU, int(limits["cpu_seconds"])),
    ):
        _lower(kind, most)
    if sandboxed:
        _lower(resource.RLIMIT_NPROC, limits["processes"])


def _lower(kind, most):
    """Lower a limit; never above what the machine already allows."""
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))
