"""The bubblewrap command line: what a sandboxed kernel sees of this machine.

Goes in: the hand-in's folder, the folder for the sockets, the limits. Comes out: a list of arguments that ends before
the command; the user namespace is added by who starts it (`warm`).
"""

import importlib.util
import os
import stat
import sys
import sysconfig
from pathlib import Path

from autograder.sandbox import bubblewrap

HANDIN, WORK, HOME, DATA = "/handin", "/work-folder", "/home/student", "/data"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32")
_ETC = ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/localtime")
PRIVATE = ("/tmp", HOME, WORK, "/dev/shm")  # folders in memory, each kernel's own


def command(handin, sockets, limits, data=None):
    """Arguments for `bwrap`, up to and not including the program to run.

    Parameters
    ----------
    handin : path
        Folder with the student's files; read-only inside.
    sockets : path
        Folder for the kernel's Unix sockets; the only thing of the machine that may be written.
    limits : Limits
    data : path, optional
        Folder with a data set, mounted read-only at `DATA`.
    """
    disk = str(limits.disk_mb * 2**20)
    line = [
        bubblewrap(),
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--hostname",
        "sandbox",
        "--cap-drop",
        "ALL",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
    ]
    for path in _SYSTEM:
        if os.path.islink(path):
            line += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            line += ["--ro-bind", path, path]
    for path in _ETC:
        line += ["--ro-bind-try", path, path]
    line += ["--proc", "/proc", *_kernel_files(), "--dev", "/dev"]
    for path in PRIVATE[:3]:
        line += ["--size", disk, "--tmpfs", path]
    # After the private folders, for Python may be installed below one of them.
    for path in python_folders():
        line += ["--ro-bind", str(path), str(path)]
    hidden = solutions_folder()
    if hidden and any(hidden.is_relative_to(path) for path in [*python_folders(), *map(Path, _SYSTEM)]):
        line += ["--tmpfs", str(hidden), "--remount-ro", str(hidden)]
    line += ["--ro-bind", str(handin), HANDIN, "--bind", str(sockets), str(sockets)]
    if data is not None:
        line += ["--ro-bind", str(data), DATA]
    # Folders that bubblewrap made on the way to others are its own; nobody must get through them.
    for path in _on_the_way([*python_folders(), Path(sockets), Path(HOME)]):
        line += ["--chmod", "0755", str(path)]
    # Bubblewrap's own root and /dev are folders in memory without a limit: nothing more may be written there.
    line += ["--size", disk, "--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--remount-ro", "/"]
    return [*line, "--chdir", "/", "--"]


def _kernel_files():
    """Arguments that make the kernel's own files below `/proc` read-only, and hide those that are not for everybody.

    They belong to root, and so does the sandbox while it is laid out where root grades.
    """
    line = []
    for entry in sorted(os.scandir("/proc"), key=lambda entry: entry.name):
        if entry.name.isdigit() or entry.is_symlink():
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode) or (mode & 0o004 and mode & 0o222):
            line += ["--ro-bind-try", entry.path, entry.path]
        elif not mode & 0o004:
            line += ["--ro-bind-try", "/dev/null", entry.path]
    return line


def python_folders():
    """Folders that Python itself needs: the environment, the interpreter behind it, and our two packages.

    An outer folder stands before one that lies in it.
    """
    wanted = {Path(sys.prefix), Path(sys.base_prefix), Path(sysconfig.get_paths()["stdlib"]).parent.parent}
    wanted |= {_package(name) for name in ("autograder", "coursekit")}
    system = [Path(path) for path in _SYSTEM]
    wanted = {path for path in wanted if not any(path.is_relative_to(outer) for outer in system)}
    return sorted(path for path in wanted if not any(path != outer and path.is_relative_to(outer) for outer in wanted))


def _on_the_way(paths):
    """The folders above `paths` that are not there by themselves."""
    mounted = [*map(Path, _SYSTEM), *python_folders()]
    above = {parent for path in paths for parent in path.parents} - {Path("/"), *map(Path, PRIVATE)}
    return sorted(path for path in above if not any(path.is_relative_to(folder) for folder in mounted))


def readable():
    """What may be read inside, besides the hand-in and the private folders."""
    return [*_SYSTEM, *_ETC, "/proc", "/dev", DATA, *map(str, python_folders())]


def solutions_folder():
    """Folder of the reference solutions where they are installed, else None."""
    try:
        return _package("solutions")
    except ImportError:
        return None


def _package(name):
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(name)
    return Path(next(iter(spec.submodule_search_locations))).resolve()
