"""Fixtures of the data tests: a small CIFAR-10, and a web server that serves an archive and can break off."""

import importlib.util
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from coursekit import cifar10

_spec = importlib.util.spec_from_file_location("fake_cifar10", Path(__file__).with_name("fake_cifar10.py"))
fake_cifar10 = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fake_cifar10)


@pytest.fixture
def fake():
    """The module `fake_cifar10`."""
    return fake_cifar10


@pytest.fixture
def small_cifar10(tmp_path, monkeypatch):
    """CIFAR10_DIR names a CIFAR-10 of 100 training and 20 test images."""
    monkeypatch.setattr(cifar10, "N_TRAIN", 100)
    monkeypatch.setattr(cifar10, "N_TEST", 20)
    folder = fake_cifar10.folder(tmp_path / "data")
    monkeypatch.setenv("CIFAR10_DIR", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder of this test's own, and no CIFAR10_DIR."""
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    folder = tmp_path / "cache"
    monkeypatch.setattr(cifar10, "cache_folder", lambda: folder)
    return folder


class Server:
    """Serves `content`, whole or the rest after a Range, and remembers what was asked.

    Attributes
    ----------
    breaks_off_after : int or None
        Bytes after which each answer ends early.
    ranges : bool
        Whether it can send the rest of a file.
    """

    def __init__(self, content):
        self.content, self.breaks_off_after, self.ranges, self.asked, self.status = content, None, True, [], None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/{cifar10.ARCHIVE}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, request):
        asked = request.headers.get("Range")
        self.asked.append(asked)
        if self.status:
            request.send_error(self.status)
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.ranges else 0
        rest = self.content[start:]
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(rest)))
        request.end_headers()
        request.wfile.write(rest[: self.breaks_off_after])

    def close(self):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def serve():
    """Start servers on this machine: `serve(bytes)`."""
    servers = []

    def start(content):
        servers.append(Server(content))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
