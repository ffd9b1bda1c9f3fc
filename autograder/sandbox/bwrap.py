"""The bubblewrap command line: what a sandboxed kernel sees of this machine.

Goes in: the hand-in's folder, the folder for the sockets, the limits. Comes out: a list of arguments that ends before
the command.
"""

import functools
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


def command(handin, sockets, limits, environment, data=None):
    """Arguments for `bwrap`, up to and not including the program to run.

    Parameters
    ----------
    handin : path
        Folder with the student's files; read-only inside.
    sockets : path
        Folder for the kernel's Unix sockets; the only thing of the machine that may be written.
    limits : Limits
    environment : dict
        The whole environment inside.
    data : path, optional
        Folder with a data set, mounted read-only at `DATA`.
    """
    disk = str(limits.disk_mb * 2**20)
    line = [
        bubblewrap(),
        "--unshare-user",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--disable-userns",
        "--uid",
        "65534",
        "--gid",
        "65534",
        "--hostname",
        "sandbox",
        "--cap-drop",
        "ALL",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
    ]
    for name, value in environment.items():
        line += ["--setenv", name, value]
    for path in _SYSTEM:
        if os.path.islink(path):
            line += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            line += ["--ro-bind", path, path]
    for path in _ETC:
        line += ["--ro-bind-try", path, path]
    line += ["--proc", "/proc", *_kernel_files(), "--dev", "/dev"]
    for path in ("/tmp", HOME, WORK):
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
    for font_list in font_lists():
        line += ["--ro-bind", str(font_list), f"{HOME}/.matplotlib/{font_list.name}"]
    # Bubblewrap's own root and /dev are folders in memory without a limit: nothing more may be written there.
    line += ["--size", disk, "--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--remount-ro", "/"]
    return [*line, "--chdir", "/", "--"]


def _kernel_files():
    """Arguments that make the kernel's own files below `/proc` read-only, and hide those that are not for everybody.

    Where root grades, user nobody inside is root to the kernel, and needs no capability to set what belongs to root,
    such as the program that is started when another one crashes.
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


@functools.cache
def font_lists():
    """Matplotlib's lists of fonts on this machine; without them every fresh kernel would search for seconds."""
    import matplotlib.font_manager

    return sorted(
        Path(matplotlib.get_cachedir()).glob(f"fontlist-v{matplotlib.font_manager.FontManager.__version__}.json")
    )


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
