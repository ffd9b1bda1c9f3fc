"""A real PostgreSQL server for tests, in a temporary folder and on a loopback port of its own.

Comes out: a server that the first test that asks starts, and that ends with the tests; a fresh database from it for
whoever wants one. PostgreSQL refuses to run as root, so root's tests start it as the user of Debian's package.
"""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "instructor", "open sesame: 100 %"
# A gradebook of the tests need not outlive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")
_numbers = itertools.count()


@dataclass
class Server:
    """A running server; its tests know the password from the environment, as an instructor's commands do."""

    folder: Path
    port: int
    account: tuple
    process: subprocess.Popen | None = None

    def start(self):
        """Start it, and wait until it answers."""
        settings = [f"-c{setting}" for setting in (*FAST, "listen_addresses=127.0.0.1", f"port={self.port}")]
        program = [_program("postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *settings]
        # Whatever ends the tests ends the server.
        command = ["setpriv", "--pdeathsig", "QUIT", *self.account, *program]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        for _ in range(600):
            if self.sql("select 1", check=False) == 0:
                return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self):
        """End it at once, connections and all."""
        self.process.send_signal(subprocess.signal.SIGQUIT)
        self.process.wait()

    def sql(self, statement, database="postgres", check=True):
        """Run one statement as the instructor; returns psql's exit code."""
        command = ["psql", "-qX", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-c", statement, database]
        env = os.environ | {"PGPASSWORD": PASSWORD}
        return subprocess.run(command, env=env, check=check, capture_output=True).returncode

    def url(self, database):
        """Where this database is, as a course says it: without the password."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def fresh(self, like="template0"):
        """The URL of a new database, an empty one or a copy."""
        name = f"course_{next(_numbers)}"
        self.sql(f"create database {name} template {like}")
        return self.url(name)


def _program(name):
    """PostgreSQL's servers are not on the path on Debian, so that several versions can live side by side."""
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))[-1:]), None)
    if found is None or not shutil.which("psql") or not shutil.which("setpriv"):
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    return found


def _account():
    """How to become somebody whom PostgreSQL accepts, and who that is; nothing where we are that already."""
    if os.getuid() != 0:
        return (), None
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    return ("--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"), user


@pytest.fixture(scope="session")
def postgres():
    """The server."""
    initdb = _program("initdb")
    account, user = _account()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        (folder / "password").write_text(PASSWORD + "\n")
        if user:
            for path in (folder, folder / "password"):
                os.chown(path, user.pw_uid, user.pw_gid)
        options = ["--no-sync", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", f"--username={USER}"]
        command = ["setpriv", *account, initdb, *options, f"--pwfile={folder}/password", "-D", f"{folder}/data"]
        made = subprocess.run(command if account else command[1:], cwd=folder, capture_output=True, text=True)
        assert made.returncode == 0, made.stdout + made.stderr
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = Server(folder, port, account)
        server.start()
        yield server
        if server.process.poll() is None:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def password(monkeypatch):
    """The password where PostgreSQL's clients look for it."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
