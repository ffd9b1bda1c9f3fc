"""Where students' code runs when it is graded.

Threat model. A hand-in is a program by somebody who wants points that are not theirs, or harm.

Defended: it cannot read the secret seed, expected values, hidden labels, solutions, gradebook, other hand-ins, or the
instructor's files and environment; cannot write anywhere that outlives its kernel; cannot reach the network; cannot see
or signal other processes; cannot use more time, memory, processes, disk or output than `Limits` allow; cannot run
anything in the instructor's browser or terminal.

How, from the outside in:

1. What is secret stays with the grader. Verdicts are formed there, from numbers and text that are limited in size and
   never unpickled (`autograder.wire`); what is shown of them is escaped.
2. Bubblewrap, a fresh one for each kernel (`bwrap`): namespaces of its own for files, processes, network, users, names
   and semaphores, in which no further one can be made; a read-only system; settings of the kernel read-only; private
   folders in memory; Unix sockets as the only way out.
3. User nobody without capabilities or a way to get any (`namespaces`). Where root grades, nobody to the machine, too.
4. Landlock, where the kernel has it (`landlock`): files outside the sandbox stay closed even if they were in sight.
5. Limits of the system inside; a control group around where one can be made (`cgroups`); a watchman outside
   (`autograder.grading.watchman`), who also watches the sockets' folder, which lies on this machine's disk.

Kernels are forked from a process that has loaded its libraries (`warm`), for a start in a fifth of a second. That
process never runs a student's code and holds nothing secret; what is forked enters a bubblewrap that was started for it
alone. Nothing of one hand-in is there for the next.

Not defended: bugs of the Linux kernel itself; side channels (timing, cache, the layout of memory, which all kernels of
a server share); what a hand-in can do with answers it guesses or knows in advance, against which hidden cases are
drawn. With `--sandbox none` nothing of this holds but the first point.
"""

import shutil
from dataclasses import dataclass, fields

INSTALL_HINT = "Install it with `sudo apt-get install bubblewrap` (Debian, Ubuntu) or your system's package manager"


class SandboxUnavailable(RuntimeError):
    """Student code cannot be run safely here; the message says what to install."""


@dataclass(frozen=True)
class Limits:
    """What one hand-in may use.

    Attributes
    ----------
    cell_cpu_seconds, check_cpu_seconds, training_cpu_seconds, notebook_cpu_seconds : float
        Computing time of one cell, of one check, of a cell tagged `skip-grading` under `--retrain`, of the whole
        notebook: CPU time of all its processes together, whatever else the machine is doing.
    cell_seconds, check_seconds, training_seconds, notebook_seconds : float
        Wall time of the same, for what waits instead of computing.
    memory_mb, disk_mb : int
        Memory of all its processes together; size of its work folder.
    processes : int
    output_bytes : int
        What one cell may print and display.

    Raises
    ------
    ValueError
        For one that is not a number above 0.
    """

    cell_cpu_seconds: float = 60.0
    check_cpu_seconds: float = 30.0
    training_cpu_seconds: float = 1800.0
    notebook_cpu_seconds: float = 600.0
    cell_seconds: float = 120.0
    check_seconds: float = 60.0
    training_seconds: float = 3600.0
    notebook_seconds: float = 1200.0
    memory_mb: int = 3072
    disk_mb: int = 256
    processes: int = 64
    output_bytes: int = 2_000_000

    def __post_init__(self):
        for field in fields(self):
            value, whole = getattr(self, field.name), field.type is int
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not value > 0:
                kind = "a whole number" if whole else "a number"
                raise ValueError(f"the limit {field.name} is {value!r}, and must be {kind} above 0")


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
