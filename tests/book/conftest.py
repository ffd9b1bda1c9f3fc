"""The built book, served and in a browser; shared by the tests of this folder."""

import fcntl
import functools
import os
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.chromium import chromium

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site():
    """The built pages; a warning fails the build. Cached outputs are used where nothing has changed."""
    build = [Path(sys.executable).parent / "jupyter-book", "build", ".", "-W", "--keep-going"]
    (ROOT / "_build").mkdir(exist_ok=True)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"process {os.getpid()}")
    with open(ROOT / "_build" / "lock", "a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # pytest-xdist: one process builds, the others find it built
        lock.seek(0)
        if lock.read() != run:  # a second build would write style sheets anew while pages are looked at
            said = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
            assert said.returncode == 0, said.stdout[-4000:] + said.stderr[-4000:]
            lock.truncate(0)
            lock.write(run)
    return ROOT / "_build" / "html"


@pytest.fixture(scope="module")  # not longer: tests of the sandbox look at what this process has started
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="session")
def served(site):
    """The site's address on a server of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
