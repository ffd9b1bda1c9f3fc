"""A later notebook takes over functions of an earlier homework: the student's own, or those that were handed out."""

import json

import numpy as np
import pytest

from autograder.cli import main
from autograder.registry import chapters
from coursekit import EarlierWorkMissing, earlier

OWN = """
import numpy as np
FACTOR = 2
def affine_forward(x, w, b):
    return FACTOR * helper(x, w) + b, None
"""


def notebook(folder, *cells, name="layers"):
    """A notebook with these code cells."""
    made = [{"cell_type": "markdown", "source": "# Mine"}]
    made += [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    (folder / f"{name}.ipynb").write_text(json.dumps({"cells": made}), encoding="utf-8")


def handed_out(folder, capsys, name="layers"):
    """The file that `autograder solutions` prints."""
    assert main(["solutions", name]) == 0
    (folder / f"{name}_solutions.py").write_text(capsys.readouterr().out, encoding="utf-8")


def test_ones_own_functions_are_taken_with_what_they_call_and_that_is_said(tmp_path, capsys):
    notebook(tmp_path, OWN, "def helper(x, w):\n    return x @ w", "%matplotlib inline\nraise SystemExit")
    forward = earlier("layers", "affine_forward", folder=tmp_path)
    assert forward(np.eye(2), np.eye(2), 1.0)[0].tolist() == [[3, 1], [1, 3]]
    assert "layers: affine_forward from layers.ipynb, your own" in capsys.readouterr().out


def test_nothing_but_definitions_runs(tmp_path, capsys):
    ran = f"open({str(tmp_path / 'ran')!r}, 'w')\ndef f():\n    return 1\nf()"
    notebook(tmp_path, ran, "this is no python", "x = f()\nx[0] = 3")
    assert earlier("layers", "f", folder=tmp_path)() == 1
    assert capsys.readouterr().out.count("\n") == 1  # and nothing is said to have failed
    assert not (tmp_path / "ran").exists()


def test_a_function_that_is_not_written_yet_is_taken_from_what_was_handed_out(tmp_path, capsys):
    notebook(tmp_path, "def relu_forward(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()")
    with pytest.raises(EarlierWorkMissing, match=r"does not hold relu_forward and layers_solutions\.py is not there"):
        earlier("layers", "relu_forward", folder=tmp_path)
    handed_out(tmp_path, capsys)
    relu, affine = earlier("layers", "relu_forward", "affine_forward", folder=tmp_path)
    assert relu(np.array([-1.0, 2.0]))[0].tolist() == [0, 2] and affine(np.eye(2), np.eye(2), 0)[0].tolist()
    assert "from layers_solutions.py, the course's solutions" in capsys.readouterr().out


def test_one_may_choose(tmp_path, capsys):
    notebook(tmp_path, "def relu_forward(x):\n    return 'mine', None")
    handed_out(tmp_path, capsys)
    assert earlier("layers", "relu_forward", folder=tmp_path)(1)[0] == "mine"
    assert earlier("layers", "relu_forward", folder=tmp_path, source="course")(np.ones(1))[0].tolist() == [1]
    with pytest.raises(ValueError, match="'theirs'"):
        earlier("layers", "relu_forward", folder=tmp_path, source="theirs")


@pytest.mark.parametrize("text", ["no notebook", "[]", '{"cells": 3}'])
def test_what_is_no_notebook_is_named(tmp_path, text):
    (tmp_path / "layers.ipynb").write_text(text)
    with pytest.raises(EarlierWorkMissing, match=r"layers\.ipynb is not a Jupyter notebook"):
        earlier("layers", "relu_forward", folder=tmp_path)


def test_a_definition_that_fails_is_told_and_then_missing(tmp_path, capsys):
    notebook(tmp_path, "import not_installed_anywhere", "def f(x=not_defined):\n    return x")
    with pytest.raises(EarlierWorkMissing, match="does not hold f"):
        earlier("layers", "f", folder=tmp_path)
    assert "NameError" in capsys.readouterr().out


@pytest.mark.parametrize("name", chapters())
def test_what_is_handed_out_stands_alone_and_holds_no_mark_of_the_builder(name, tmp_path, capsys):
    handed_out(tmp_path, capsys, name)
    text = (tmp_path / f"{name}_solutions.py").read_text(encoding="utf-8")
    assert "### " not in text and "from solutions" not in text and "NotImplementedError" not in text
    exec(compile(text, name, "exec"), {"__name__": "handed_out"})


def test_solutions_of_an_unknown_homework_are_refused(capsys):
    assert main(["solutions", "lairs"]) == 2
    assert "There are no solutions of 'lairs'; there are some of batchnorm, cnn, layers" in capsys.readouterr().err
