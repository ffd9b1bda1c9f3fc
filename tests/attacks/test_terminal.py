"""The instructor's terminal shows what the grader says, whatever a student's cell writes to the devices it can name."""

import os
import pty
import sys
from pathlib import Path

import pytest

from tests.attacks.attacked import ATTACKS

pytestmark = pytest.mark.sandbox
# The lines of the attack that write to devices, run in a sandbox that was started from a terminal.
GRADER = """
import sys, tempfile
from pathlib import Path
from autograder.grading.kernel import SandboxKernel
from autograder.grading.settings import Settings

Path("/dev/tty").write_text("seen by the tests\\n")
with tempfile.TemporaryDirectory() as folder:
    kernel = SandboxKernel(folder, Settings())
    kernel.start()
    said = kernel.run_cell(sys.argv[1] + "\\nprint('it ran')", 60)
    kernel.close()
print(any("it ran" in output.get("text", "") for output in said))
"""


def test_what_a_cell_writes_to_devices_does_not_reach_the_terminal(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    cell = ATTACKS["terminal_escapes"].cells["softmax_loss_naive"]
    assert "/dev/tty" in cell and "owned" in cell
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", GRADER, cell])
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
    os.close(terminal)
    os.waitpid(child, 0)
    assert shown.replace(b"\r", b"") == b"seen by the tests\nTrue\n"
