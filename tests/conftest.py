"""What every test starts from: one thread, no screen, the generated data set, folders of its own and no network.

Tests marked `browser` or `sandbox` are skipped, with the reason, where their programs are missing.
"""

import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

import pytest

PROGRAMS = {"browser": {"chromium": "chromium", "chromedriver": "chromium-driver"}, "sandbox": {"bwrap": "bubblewrap"}}
HERE = {"127.0.0.1", "::1", "localhost", "", None}

_caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
_own = Path(tempfile.mkdtemp(prefix="tests-"))

# At import, because the libraries read them at theirs; processes and kernels that tests start inherit them.
os.environ |= {
    **{f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")},
    "MPLBACKEND": "Agg",
    # Matplotlib keeps its list of fonts, which takes seconds to make; nothing else is shared with the user's folders.
    "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR") or str(_caches / "matplotlib"),
    "COURSEKIT_DATASET": "shapes10",
    "XDG_CACHE_HOME": str(_own / "cache"),
    "IPYTHONDIR": str(_own / "ipython"),
    "JUPYTER_CONFIG_DIR": str(_own / "jupyter-config"),
    "JUPYTER_DATA_DIR": str(_own / "jupyter-data"),
    "JUPYTER_RUNTIME_DIR": str(_own / "jupyter-runtime"),
}
os.environ.pop("CIFAR10_DIR", None)
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background of a shell: Ctrl-C is tested, too
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure():
    """Remove this run's own folders."""
    shutil.rmtree(_own, ignore_errors=True)


def pytest_runtest_setup(item):
    """Skip what cannot run here, and say what to install."""
    for marker, programs in PROGRAMS.items():
        missing = [package for program, package in programs.items() if not shutil.which(program)]
        if missing and item.get_closest_marker(marker):
            pytest.skip(f"needs {' and '.join(missing)}: apt-get install {' '.join(missing)}")


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Let a test reach this machine only, so that none depends on another host."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connect_here(self, address):
        if self.family != socket.AF_UNIX and address[0] not in HERE:
            raise RuntimeError(f"This test tried to reach {address[0]}; tests use no network.")
        return connect(self, address)

    def look_up_here(host, *args, **kwargs):
        if host not in HERE:
            raise RuntimeError(f"This test tried to look up {host}; tests use no network.")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)
