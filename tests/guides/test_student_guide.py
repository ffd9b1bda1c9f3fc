"""Every block of the student's guide does what the page says, in a folder with the students' package and two notebooks.

The package is installed as the page says, into an environment of its own. Nothing is downloaded: pip finds what it
depends on among this machine's packages, without the course itself. As on most students' machines, there is no bwrap.
"""

import ast
import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.build import source_notebooks
from tests.guides.blocks import ROOT, blocks_of
from tests.guides.session import Session, clone_into

pytestmark = pytest.mark.sandbox
LINUX = next(block for block in blocks_of("student") if "venv gradients" in block.text)


def install(session, block):
    """Make the environment, show it this machine's packages, and install into it."""
    make, *rest = block.text.splitlines()
    session.run(block, make)
    (home,) = session.folder.glob("gradients/lib/python*/site-packages")
    for path in home.glob("setuptools*"):  # older than PyTorch wants, and newer Pythons do not bring it along
        shutil.rmtree(path)
    (home / "of-this-machine.pth").write_text(f"{session.kept / 'packages'}\n", encoding="utf-8")
    return session.run(block, "\n".join(rest))


def like_linux(session, block):
    """Compare with the lines for Linux: the same programs with the same arguments, in this system's words."""
    text = block.text.replace("py -m", "python3 -m").replace("\\Scripts\\", "/bin/")
    assert [shlex.split(line) for line in text.splitlines()] == [
        shlex.split(line) for line in LINUX.text.splitlines()
    ], str(block)


def colab(session, block):
    """Read it as a notebook's cell, and install what it installs."""
    ast.parse(TransformerManager().transform_cell(block.text))
    (line,) = re.findall(r"^%pip (.*)$", block.text, re.MULTILINE)
    wheel = next(word for word in shlex.split(line) if word.endswith(".whl"))
    assert wheel in LINUX.text
    return session.run(block, f"gradients/bin/pip {line}")


def jupyter(session, block):
    """Start the server that the block starts, look whether the notebook is among its files, and stop it."""
    (line,) = block.text.splitlines()
    assert line == "gradients/bin/jupyter notebook"  # whose programs pip has found elsewhere, and left there
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", "--IdentityProvider.token=guide"]
    server = subprocess.Popen(
        [session.folder / "gradients/bin/python", "-m", "notebook", *options],
        cwd=session.folder,
        env=session.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        files = json.loads(_answer(f"http://127.0.0.1:{port}/api/contents?token=guide", server))["content"]
        assert {"softmax.ipynb", "course.json"} <= {file["name"] for file in files}
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def _answer(address, server):
    for _ in range(300):
        assert server.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(address) as reply:
                return reply.read()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"nobody answers at {address}")


@pytest.fixture
def session(tmp_path):
    folder, packages, programs = tmp_path / "homework", tmp_path / "kept" / "packages", tmp_path / "programs"
    for new in (folder, packages, programs):
        new.mkdir(parents=True)
    built = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*built, folder, clone_into(tmp_path / "clone")], check=True)
    for path in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not path.name.startswith(("show_your_gradients", "__editable__")):
            (packages / path.name).symlink_to(path)
    (folder / "softmax.ipynb").write_bytes((ROOT / "assignments/softmax/softmax.ipynb").read_bytes())
    nbformat.write(source_notebooks("cnn")["cnn_pytorch"], folder / "cnn_pytorch.ipynb")
    (folder / "course.json").write_text('{"dataset": "shapes10"}', encoding="utf-8")
    for path in [*Path("/bin").iterdir(), *Path("/usr/bin").iterdir()]:
        if path.name not in ("bwrap", "python3") and not (programs / path.name).is_symlink():
            (programs / path.name).symlink_to(path)
    (programs / "python3").symlink_to(sys.executable)
    own = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONPATH": ""}
    own |= {"PATH": str(programs), "HOME": str(tmp_path)}
    handlers = {"install": install, "like_linux": like_linux, "colab": colab, "jupyter": jupyter}
    return Session(folder, tmp_path / "kept", handlers, own)


def test_every_block_does_what_the_page_says(session):
    session.page(blocks_of("student"))
