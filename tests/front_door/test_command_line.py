"""The command line explains itself: examples that run, colours where they belong, completion in real shells."""

import inspect
import io
import os
import re
import shlex
import shutil
import subprocess
import sys

import pexpect
import pytest

from autograder import cli, command_line
from autograder.cli import main
from autograder.exam import Expectation, Verdict
from autograder.grading.grade import Graded
from autograder.help_texts import COMMANDS, GROUPS
from autograder.show.gradebook import show_table
from autograder.show.terminal import has_colours
from autograder.show.verdict import as_lines, as_text

ANSI = re.compile(r"\x1b\[[\d;]*m")
PROGRAM = [sys.executable, "-m", "autograder.cli"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    return capsys.readouterr().out


def lines_of_examples(text):
    """The command lines below “examples:”, without what a shell makes of their ends."""
    part = re.search(r"^examples:\n((?:  .*\n)+)", text, re.MULTILINE)[1]
    return [re.search(r"autograder [^)>|]*", line)[0] for line in part.splitlines() if not line.startswith("  #")]


def test_every_command_has_arguments_a_help_and_something_to_run():
    assert set(COMMANDS) == set(command_line._ARGUMENTS) == set(cli._RUNS)
    assert {text.group for text in COMMANDS.values()} == set(GROUPS)


def test_the_overview_groups_all_commands_by_who_uses_them(capsys):
    text = shown([], capsys)
    for name, one in COMMANDS.items():
        group = re.search(rf"^{GROUPS[one.group]}:\n((?:  .*\n)+)", text, re.MULTILINE)[1]
        assert re.search(rf"^  {name} +{re.escape(one.purpose)}$", group, re.MULTILINE)


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_every_help_has_examples_that_parse_and_its_exit_codes(name, capsys):
    text = shown([name] if name else [], capsys)
    examples = lines_of_examples(text)
    assert len(examples) >= 2
    for line in examples:
        program, *arguments = shlex.split(line)
        args = cli._parser().parse_args(arguments)
        assert program == "autograder" and args.run is cli._RUNS[arguments[0]]
        assert name in (None, arguments[0])
    codes = re.search(r"^exit codes:\n((?:  .*\n)+)", text, re.MULTILINE)[1]
    told = {int(line.split()[0]) for line in codes.splitlines()}
    may_be_one = name is None or "SOME_UNGRADED" in inspect.getsource(cli._RUNS[name])
    assert told == ({0, 1, 2, 130} if may_be_one else {0, 2, 130})
    assert max(map(len, text.splitlines())) <= 100
    if name:
        assert re.search(r"^in   \S", text, re.MULTILINE) and re.search(r"^out  \S", text, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_is_explained_and_every_default_shown(name, capsys):
    actions = cli._parser()._subparsers._group_actions[0].choices[name]._actions
    text = " ".join(shown([name], capsys).split())
    for action in actions:
        assert action.help, action
        if action.default not in (None, False) and action.dest not in ("help", "run"):
            assert f"default: {action.default}" in text, action


@pytest.mark.parametrize(
    ("typed", "meant"), [("grad", "grade"), ("exprot", "export"), ("collcet", "collect"), ("chek", "check")]
)
def test_a_misspelt_command_gets_the_right_one(typed, meant, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([typed, "x"])
    assert stopped.value.code == 2
    assert f"there is no '{typed}'. Did you mean '{meant}'?" in capsys.readouterr().err


def test_a_misspelt_choice_gets_the_right_one_and_nonsense_none(capsys):
    for arguments in (["export", "x", "--format", "canvass"], ["xyzzy"]):
        with pytest.raises(SystemExit):
            main(arguments)
    err = capsys.readouterr().err
    assert err.count("Did you mean") == 1 and "Did you mean 'canvas'?" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "missing.ipynb"],
        ["init", "."],
        ["collect", "nowhere", "softmax", "x.zip"],
        ["grade", "nowhere"],
        ["export", "nowhere"],
        ["solutions", "nothing"],
        ["demo", "."],
    ],
)
def test_bad_set_up_is_exit_code_2_and_one_sentence(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "something").touch()
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("autograder: ") and len(err.splitlines()) == 1


def in_a_terminal(arguments, **environment):
    base = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    out, code = pexpect.run(
        shlex.join([*PROGRAM, *arguments]), env=base | environment, withexitstatus=True, encoding="utf-8"
    )
    return out, code


def test_help_is_in_colour_on_a_terminal_and_only_there(capsys):
    out, code = in_a_terminal(["grade", "--help"], TERM="xterm")
    assert code == 0 and "\x1b[1mexamples:\x1b[0m" in out and "\x1b[36m--jobs\x1b[0m" in out
    plain = shown(["grade"], capsys)
    assert "\x1b" not in plain and ANSI.sub("", out).replace("\r\n", "\n") == plain
    for environment in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
        out, _ = in_a_terminal(["grade", "--help"], **environment)
        assert "\x1b" not in out
    piped = subprocess.run([*PROGRAM, "--help"], capture_output=True, text=True, env=os.environ | {"TERM": "xterm"})
    assert "\x1b" not in piped.stdout


def test_colours_need_a_terminal_that_has_them(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert has_colours(Terminal()) and not has_colours(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "")  # which says nothing, by the convention
    assert has_colours(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not has_colours(Terminal())


def verdict(status, points):
    return Verdict("softmax.train", points, 5, status, 0.0, 0.1)


CLASS = [
    Graded("ada", "softmax", "softmax", [verdict("passed", 5)]),
    Graded("bob", "softmax", "softmax", [verdict("failed", 2)]),
    Graded("eve", "softmax", "softmax", [verdict("error", 0)]),
    Graded("max", "softmax", "softmax", [verdict("unreadable", 0)], trouble="This is no notebook."),
]


def test_the_table_is_green_red_and_yellow_on_a_terminal_and_the_same_without(monkeypatch, capsys):
    show_table(CLASS)
    plain = capsys.readouterr().out
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", Terminal())
    show_table(CLASS)
    coloured = sys.stdout.getvalue()
    assert "\x1b" not in plain and ANSI.sub("", coloured) == plain
    codes = {line.split()[0]: re.findall(r"\x1b\[(\d+)m", line) for line in coloured.splitlines()[1:5]}
    assert codes == {"ada": ["32", "0"], "bob": ["31", "0"], "eve": ["33", "0"], "max": ["33", "0"]}


def test_a_verdict_has_its_status_and_marks_in_colour(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    one = verdict("partial", 2)
    one.expectations = [Expectation("loss", passed=True), Expectation("gradient", message="dW is off.")]
    assert as_lines(one, io.StringIO()) == as_text(one)
    coloured = as_lines(one, Terminal())
    assert ANSI.sub("", coloured) == as_text(one)
    assert "\x1b[31mpartly right\x1b[0m" in coloured and "\x1b[32m✓\x1b[0m loss" in coloured
    assert "\x1b[31m✗\x1b[0m gradient" in coloured
    assert as_lines(verdict("passed", 5), Terminal()).startswith("softmax.train: \x1b[32mpassed\x1b[0m")


def test_help_loads_nothing_heavy():
    code = "import sys, autograder.cli as c; c._parser(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = ("numpy", "nbgrader", "torch", "solutions", "coursekit", "autograder.grading", "argcomplete", "IPython")
    assert not [name for name in loaded if name.startswith(heavy)]


# Completion, in the shells that there are


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A folder with a course of two assignments and one student, and the program `autograder` on the path."""
    program = tmp_path / "bin" / "autograder"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
    program.chmod(0o755)
    for name in ("source/softmax", "source/layers", "submitted/doejane-1"):
        (tmp_path / "course" / name).mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(cli.Path(cli.__file__).resolve().parents[1]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What is typed, and what the Tab key offers, among it perhaps more.
TYPED = [
    ("autograder ", {"check", "grade", "export", "completion"}),
    ("autograder ex", {"export"}),
    ("autograder grade course ", {"softmax", "layers"}),
    ("autograder grade course so", {"softmax"}),
    ("autograder grade course --s", {"--student", "--scheduler", "--sandbox"}),
    ("autograder grade course --student ", {"doejane-1"}),
    ("autograder grade course --sandbox ", {"bwrap", "none"}),
    ("autograder export course --format ", {"csv", "canvas", "moodle", "feedback"}),
    ("autograder collect course ", {"softmax", "layers"}),
    ("autograder completion ", {"bash", "zsh", "fish"}),
    ("autograder grade cou", {"course/"}),
]
ASK_BASH = """
eval "$(autograder completion bash)"
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
read -ra COMP_WORDS <<< "$1"
[[ $1 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
handler=$(complete -p autograder | sed 's/.*-F \\([^ ]*\\).*/\\1/')
$handler autograder "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(("typed", "offered"), TYPED)
def test_bash_completes(shell, typed, offered):
    said = subprocess.run(["bash", "--norc", "-c", ASK_BASH, "bash", typed], capture_output=True, text=True, check=True)
    got = {line.strip() for line in said.stdout.splitlines()}
    assert offered <= got, said.stderr
    assert got == offered or typed == "autograder "


def test_the_tab_key_completes_in_bash(shell):
    typed = Typing("bash", ["--norc", "--noprofile", "-i"], 'bind "set enable-bracketed-paste off"')
    typed.and_tab("autograder expo", "rt ")
    typed.and_tab("course --form", "at ")
    typed.and_tab("moo", "dle")


class Typing:
    """Somebody who types into an interactive shell."""

    def __init__(self, name, options, first):
        self.shell = pexpect.spawn(name, options, encoding="utf-8", timeout=30, dimensions=(24, 200))
        self.shell.sendline(f'{first}; eval "$(autograder completion {name})"; echo s""et')
        self.shell.expect("set\r\n")

    def and_tab(self, text, rest):
        """Type this, press the Tab key, and wait for how it goes on."""
        self.shell.send(text)
        self.shell.expect_exact(text)
        self.shell.send("\t")  # by itself: what comes all at once is taken for pasted text
        self.shell.expect_exact(rest)


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
@pytest.mark.parametrize(("typed", "offered"), TYPED)
def test_fish_completes(shell, typed, offered):
    ask = f"autograder completion fish | source; complete -C {shlex.quote(typed)}"
    said = subprocess.run(["fish", "--no-config", "-c", ask], capture_output=True, text=True, check=True)
    assert offered <= {line.split("\t")[0].strip() for line in said.stdout.splitlines()}, said.stderr


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
def test_the_tab_key_completes_in_zsh(shell):
    typed = Typing("zsh", ["-f", "-i"], "autoload -U compinit && compinit -u -D")
    typed.and_tab("autograder expo", "rt")
    typed.and_tab(" course sof", "tmax")


def test_without_the_library_completion_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    assert main(["completion", "bash"]) == 2
    assert "install show-your-gradients[completion]" in capsys.readouterr().err
