"""The fork servers of this process: one for each set of modules and images, from when it is needed to the end.

Goes in: what a kernel needs. Comes out: the process that keeps it (see `warm`).
"""

import atexit
import contextlib
import json
import subprocess
import sys
import threading

import psutil

from autograder.sandbox import SandboxUnavailable

# What every notebook of the course uses; and what Jupyter loads late: when a kernel starts, draws, or shows an error.
_ALWAYS = ("numpy.random", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "coursekit", "autograder.checking")
_LATE = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.magics.pylab",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "PIL.PngImagePlugin",
    "ipykernel.debugger",
    "pygments.formatters.terminal256",
    "stack_data",
    "tornado.platform.asyncio",
    "tornado.queues",
)
_lock = threading.Lock()
_servers: dict[tuple, subprocess.Popen] = {}


class Keeper:
    """A kernel's process, as `subprocess` would show it, although it is not a child of this one."""

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid = pid
        try:
            self._process = psutil.Process(pid)
        except psutil.NoSuchProcess:
            self._process = None

    def poll(self):
        """None while it runs, else 0."""
        try:
            runs = self._process and self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            runs = False
        return None if runs else 0

    def wait(self, timeout=None):
        """Wait until it has ended."""
        with contextlib.suppress(psutil.NoSuchProcess):
            if self._process:
                self._process.wait(timeout)
        return 0

    def send_signal(self, number):
        """Send it a signal, unless it has ended."""
        with contextlib.suppress(psutil.NoSuchProcess):
            if self._process:
                self._process.send_signal(number)

    def kill(self):
        """Kill it, and with it the sandbox and all that runs there."""
        self.send_signal(9)

    terminate = kill


def keeper(modules, dataset, asked):
    """Fork a kernel.

    Parameters
    ----------
    modules : sequence of str
        To be loaded besides what every kernel has.
    dataset : str
        Of which images are loaded.
    asked : dict
        What `warm` is told; its "environment" also is the server's own.

    Returns
    -------
    Keeper

    Raises
    ------
    SandboxUnavailable
        If the fork server does not work.
    """
    key = (*modules, dataset)
    with _lock:
        if key in _servers and _servers[key].poll() is not None:
            _servers.pop(key).communicate()
        if key not in _servers:
            _servers[key] = _start(modules, dataset, asked["environment"])
        server = _servers[key]
        assert server.stdin and server.stdout
        try:
            server.stdin.write(json.dumps(asked) + "\n")
            server.stdin.flush()
            number = server.stdout.readline()
        except OSError:
            number = ""
    if not number:
        raise SandboxUnavailable(
            "The process that starts kernels has ended: are all packages of the course installed, and is there memory?"
        )
    return Keeper(int(number))


def _start(modules, dataset, environment):
    import matplotlib  # here, for whoever has others start kernels does not need it

    from coursekit.cifar10 import cache_folder

    server = subprocess.Popen(
        [sys.executable, "-m", "autograder.sandbox.warm"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd="/",
        text=True,
        start_new_session=True,  # Ctrl-C is for the grader alone
    )
    # Matplotlib looks for fonts for seconds where it does not find its list of them.
    loading = {"MPLCONFIGDIR": matplotlib.get_cachedir()}
    first = {"modules": [*_ALWAYS, *_LATE, *modules], "dataset": dataset, "while_loading": loading}
    first["kept"] = str(cache_folder())
    print(json.dumps(first), file=server.stdin, flush=True)
    return server


def running():
    """The servers' processes."""
    return list(_servers.values())


@atexit.register
def end():
    """End all servers, and with them their kernels."""
    with _lock:
        for server in _servers.values():
            server.kill()
            server.communicate()
        _servers.clear()
