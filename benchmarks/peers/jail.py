"""A jail for graders that run student code as the instructor: so that attacks on them cannot harm this machine.

Goes in: the grader's folder and its commands. Comes out: what remained of it all. Inside, the instructor has a home, a
folder for the class and another for evidence; there is no network but a loopback of its own. A watchman outside ends
everything that takes too long, too much memory, too many processes or too much disk.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from autograder.sandbox import bubblewrap

CLASS, COURSE, EVIDENCE, HOME = "/class", "/course", "/evidence", "/home/instructor"
MARK = "a-secret-of-the-grader"  # stands in the instructor's environment
SECONDS, MEMORY, PROCESSES, DISK = 60.0, 2500 * 2**20, 200, 500 * 2**20
_MOST_SAID = 2_000_000  # bytes of a text
_GUARD = Path(__file__).with_name("guard.py")


@dataclass
class Outcome:
    """What a jail left.

    Attributes
    ----------
    stopped : str
        What the watchman ended it for, or empty.
    codes : list
        Exit codes of the commands; None for one that had no end.
    survivors : list
        Command lines of processes that outlived the commands.
    said : dict
        Texts by name of the file: what the commands wrote on the "screen", and what student code left as evidence.
    """

    stopped: str = ""
    codes: list = field(default_factory=list)
    survivors: list = field(default_factory=list)
    said: dict = field(default_factory=dict)


def run(folder, commands, environment, packages, evidence, seconds=SECONDS):
    """Run commands one after another in a jail.

    Parameters
    ----------
    folder : Path
        Mounted at `CLASS`; the commands name it so.
    commands : list of list of str
    environment : dict
    packages : dict
        More folders to show, by the place where they are shown; read-only.
    evidence : Path
        Mounted at `EVIDENCE`; student code may write there.
    seconds : float
        For each command.

    Returns
    -------
    Outcome
    """
    evidence.mkdir(parents=True, exist_ok=True)
    told = {"commands": commands, "seconds": seconds}
    (evidence / "commands.json").write_text(json.dumps(told), encoding="utf-8")
    line = [*_walls(folder, environment, packages, evidence), sys.executable, f"{COURSE}/guard.py"]
    with open(evidence / "screen", "wb") as screen:
        process = subprocess.Popen(line, stdout=screen, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        stopped = _watched(process, [folder, evidence], seconds * len(commands) + 30)
    outcome = Outcome(stopped)
    try:
        told = json.loads((evidence / "after.json").read_text(encoding="utf-8"))
        outcome.codes, outcome.survivors = told["codes"], told["survivors"]
    except (OSError, ValueError, KeyError):
        outcome.stopped = outcome.stopped or "the grader itself was ended"
    for path in evidence.iterdir():
        if path.is_file() and path.name not in ("commands.json", "after.json"):
            outcome.said[path.name] = path.read_bytes()[:_MOST_SAID].decode("utf-8", "replace")
    return outcome


def _walls(folder, environment, packages, evidence):
    line = [bubblewrap(), "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    line += ["--cap-drop", "ALL", "--hostname", "jail", "--uid", "1000", "--gid", "1000"]
    for path in ("/usr", "/bin", "/sbin", "/lib", "/lib64"):
        if os.path.islink(path):
            line += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            line += ["--ro-bind", path, path]
    line += ["--ro-bind-try", "/etc", "/etc", "--proc", "/proc", "--dev", "/dev"]
    for path in ("/tmp", HOME, "/dev/shm"):
        line += ["--size", str(DISK), "--tmpfs", path]
    shown = {sys.prefix: sys.prefix, sys.base_prefix: sys.base_prefix, f"{COURSE}/guard.py": str(_GUARD)} | packages
    for place, path in shown.items():
        line += ["--ro-bind", str(path), place]
    line += ["--bind", str(folder), CLASS, "--bind", str(evidence), EVIDENCE]
    mine = {"HOME": HOME, "AUTOGRADER_TEST_MARK": MARK, "LANG": "C.UTF-8", "PYTHONPATH": COURSE, "USER": "instructor"}
    for name, value in (environment | mine).items():
        line += ["--setenv", name, value]
    return [*line, "--chdir", CLASS, "--"]


def _watched(process, folders, seconds):
    """Wait for a jail's end; why it had to be ended, or an empty text."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        time.sleep(0.2)
        why = _too_much(process, folders) or ("no end" if time.monotonic() > deadline else "")
        if why:
            process.send_signal(signal.SIGKILL)  # bubblewrap's first process goes, and its whole process namespace
            process.wait()
            return why
    return ""


def _too_much(process, folders):
    try:
        tree = psutil.Process(process.pid).children(recursive=True)
        if len(tree) > PROCESSES:
            return "processes"
        if sum(_memory(one) for one in tree) > MEMORY:
            return "memory"
    except psutil.Error:
        return ""
    return "disk" if sum(_size(folder) for folder in folders) > DISK else ""


def _memory(process):
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _size(folder):
    return sum(
        os.lstat(os.path.join(base, name)).st_size
        for base, _, names in os.walk(folder)
        for name in names
        if os.path.lexists(os.path.join(base, name))
    )
