"""Where students' code runs when it is graded.

Threat model. Defended: student code cannot read the secret seed, solutions, gradebook, other hand-ins, or the
instructor's files and environment; cannot write anywhere that outlives the kernel; cannot reach the network; cannot
signal or see other processes; cannot use more memory, processes, disk, output or time than the limits allow. How:
bubblewrap with every namespace of its own, user nobody, no capabilities, a read-only system, read-only settings of the
kernel (`/proc/sys`: to the kernel, nobody is root where root grades), private home and work folder in memory, an empty
environment, Unix sockets as the only way out, resource limits inside and a watchman outside.
Whatever comes out of the sockets is treated as hostile data.
The folder of the sockets lies on this machine's disk; the watchman stops a kernel that fills it.
Not defended: bugs of the Linux kernel itself; side channels (timing, cache). With `--sandbox none` nothing of this
holds.
"""

import shutil
from dataclasses import dataclass

INSTALL_HINT = "Install it with `sudo apt-get install bubblewrap` (Debian, Ubuntu) or your system's package manager"


class SandboxUnavailable(RuntimeError):
    """Student code cannot be run safely here; the message says what to install."""


@dataclass(frozen=True)
class Limits:
    """What one hand-in may use.

    Attributes
    ----------
    cell_seconds, check_seconds, training_seconds, notebook_seconds : float
        Wall time of one cell, of one check, of a cell tagged `skip-grading` under `--retrain`, of the whole notebook.
    memory_mb, disk_mb : int
        Memory of all its processes together; size of its work folder.
    processes : int
    output_bytes : int
        What one cell may print and display.
    """

    cell_seconds: float = 60.0
    check_seconds: float = 30.0
    training_seconds: float = 1800.0
    notebook_seconds: float = 600.0
    memory_mb: int = 3072
    disk_mb: int = 256
    processes: int = 64
    output_bytes: int = 2_000_000


def bubblewrap():
    """Path of the `bwrap` program.

    Raises
    ------
    SandboxUnavailable
        If it is not installed.
    """
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxUnavailable(
            f"bubblewrap (the program bwrap) is missing, and student code must not run outside a sandbox. "
            f"{INSTALL_HINT}, or say `--sandbox none` if these hand-ins are your own."
        )
    return path
