"""Progress bars show where someone watches, and nowhere else."""

import sys

from coursekit import progress


class Terminal:
    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    def isatty(self):
        return True


def test_a_terminal_gets_a_bar(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    assert list(progress(range(3), "epochs")) == [0, 1, 2]
    assert "epochs" in screen.text


def test_a_pipe_gets_none(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", object())  # loaded, as by other tests, but not what runs this code
    list(progress(range(3), "epochs"))
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_the_environment_can_hide_it(monkeypatch):
    import subprocess

    code = (
        "import sys; sys.stdout.isatty = lambda: True\n"
        "from coursekit import progress\n"
        "list(progress(range(3), 'epochs'))"
    )
    said = subprocess.run([sys.executable, "-c", code], env={"TQDM_DISABLE": "1"}, capture_output=True, check=True)
    assert said.stdout == said.stderr == b""
