"""`python -m coursekit.train` answers whatever is wrong with one sentence that says what to do, and exit code 2."""

import functools
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from coursekit import data
from coursekit.train import cli, curves
from solutions import cnn

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["--data", "shapes10", "--train", "100", "--val", "50", "--threads", "1", "--epochs", "2"]
SOFTMAX = ["--model", "softmax-net", *SMALL]
HEAD = "import torch\nfrom torch import nn\nfrom torch.nn import functional"
TRAIN, EVALUATE = inspect.getsource(cnn.train_epoch), inspect.getsource(cnn.evaluate)
NET = "def net():\n    return nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))"


drawn = functools.cache(data._shapes10)  # once for all tests of this file


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    monkeypatch.setitem(data.DEFAULT_SIZES, "shapes10", (100, 50, 50))
    monkeypatch.setattr(data, "_shapes10", drawn)
    monkeypatch.setattr(curves, "save_curves", lambda folders, path: curves.describe_curves(folders))  # draws nothing
    monkeypatch.chdir(tmp_path)


def refused(capsys, arguments, code=2):
    """What is said on stderr, one sentence or a few, without a traceback."""
    capsys.readouterr()
    try:
        assert cli.main(list(arguments)) == code
    except SystemExit as stopped:  # the parser's own way
        assert stopped.code == code
    said = capsys.readouterr().err
    assert "Traceback" not in said and said.startswith(("usage:", "python -m coursekit.train: "))
    return said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name the net to train"),
        (
            ["--model", "convnet-aa"],
            r"no model 'convnet-aa' in solutions\.cnn\. Did you mean convnet-a .*two-layer-net",
        ),
        (["--model", "TwoLayerConvNet"], "TwoLayerConvNet returns no net"),
        (["--model", "output-size"], "output-size cannot be called with nothing"),
        ([*SOFTMAX, "--dropout", "0.5"], "softmax-net cannot be called with dropout=0.5"),
        ([*SOFTMAX, "--set", "hidden"], "'hidden' is not NAME=VALUE"),
        ([*SOFTMAX, "--dropout", "1"], "'1' is not a number from 0 up to"),
        ([*SOFTMAX, "--epochs", "0"], "'0' is not a whole number of at least 1"),
        ([*SOFTMAX, "--learning-rate", "nan"], "'nan' is not a number above 0"),
        ([*SOFTMAX, "--optimiser", "sdg"], "invalid choice: 'sdg'"),
        ([*SOFTMAX, "--schedule", "sine"], "invalid choice: 'sine'"),
        ([*SOFTMAX, "--data", "mnist"], "invalid choice: 'mnist'"),
        ([*SOFTMAX, "--momentum", "0.9"], "--momentum is for sgd and rmsprop; adamw has its own"),
        ([*SOFTMAX, "--min-delta", "0.1"], "give --patience"),
        ([*SOFTMAX, "--from", "no.ipynb"], r"There is no file no\.ipynb"),
        ([*SOFTMAX, "--from", "no_such_module"], "'no_such_module' cannot be imported"),
        ([*SOFTMAX, "--from", "json"], "There is no model 'softmax-net' in json. There are: none"),
        (["--resume", "nowhere"], "There is no run in nowhere"),
        (["--resume", "nowhere", "--out", "here"], "leave --out out"),
        (["curves", "nowhere"], r"There is no nowhere/log\.csv"),
        (["curves", "nowhere", "--to", "curves.doc"], r"a figure is a \.png"),
    ],
)
def test_wrong_arguments(arguments, said, capsys):
    import re

    assert re.search(said, " ".join(refused(capsys, arguments).split()))
    assert not any(Path().iterdir())  # and nothing was written


def test_more_images_than_there_are_and_missing_data(capsys, monkeypatch, small_cifar10):
    monkeypatch.setitem(data.DEFAULT_SIZES, "cifar10", (80, 20, 20))
    assert "add up to 120" in refused(capsys, ["--model", "softmax-net", "--data", "cifar10", "--train", "100"])
    monkeypatch.setenv("CIFAR10_DIR", "nowhere")
    assert "CIFAR10_DIR is nowhere" in refused(capsys, ["--model", "softmax-net", "--data", "cifar10"])
    monkeypatch.setenv("COURSEKIT_DATASET", "mnist")
    assert "'mnist'" in refused(capsys, ["--model", "softmax-net"])


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([HEAD, TRAIN, EVALUATE], "There is no model 'net' in mine.ipynb. There are: none."),
        ([HEAD, EVALUATE, NET], "mine.ipynb does not hold the function train_epoch"),
        ([HEAD, TRAIN, EVALUATE, "def net():\n    raise NotImplementedError()"], "net, but it is not written yet"),
        ([HEAD, TRAIN, EVALUATE, "def net():\n    return 3"], "net returns no net: a torch.nn.Module"),
        ([HEAD, TRAIN, EVALUATE, "def net():\n    return nn.Flatten()"], "net has no parameters to train"),
        ([HEAD, TRAIN, EVALUATE, NET.replace("10)", "7)")], "net makes (2, 7) of 2 images"),
        ([HEAD, TRAIN, EVALUATE, NET.replace("3072", "99")], "cannot be multiplied"),
        (
            [HEAD, TRAIN, EVALUATE, "def net():\n    x = 1\n    return nothing"],
            "(mine.ipynb, line 3 of its cell, in net)",
        ),
        ([HEAD, TRAIN, "def evaluate(net, batches):\n    return 0.5", NET], "evaluate should return loss and accuracy"),
        (
            [HEAD, EVALUATE, NET, "def train_epoch(*a):\n    return 1 / 0"],
            "ZeroDivisionError: division by zero (mine.ip",
        ),
    ],
)
def test_what_is_wrong_in_ones_own_notebook_is_named_with_its_place(cells, said, capsys):
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    Path("mine.ipynb").write_text(json.dumps({"cells": made}), encoding="utf-8")
    assert said in refused(capsys, ["--model", "net", "--from", "mine.ipynb", *SMALL])


def test_a_file_that_is_no_notebook(capsys):
    Path("cnn_pytorch.ipynb").write_text("no json")
    assert "cnn_pytorch.ipynb is not a Jupyter notebook" in refused(capsys, SOFTMAX)


def test_neither_notebook_nor_reference(capsys, monkeypatch):
    monkeypatch.setattr("coursekit.train.source.MODULE", "no_such_package.cnn")
    assert "There is no cnn_pytorch.ipynb in this folder" in refused(capsys, SOFTMAX)


def test_other_settings_for_the_same_folder_change_nothing(capsys):
    assert cli.main([*SOFTMAX, "--out", "run"]) == 0
    before = {path.name: path.read_bytes() for path in Path("run").iterdir()}
    said = refused(capsys, [*SOFTMAX, "--out", "run", "--learning-rate", "0.5"])
    assert "run holds a run with --learning-rate 0.001; this command says --learning-rate 0.5" in said
    assert "--out run-2" in said and "--resume run" in said
    assert "--epochs 2; this command says --epochs 1" in refused(capsys, [*SOFTMAX, "--out", "run", "--epochs", "1"])
    said = refused(capsys, [*SOFTMAX, "--out", "run", "--epochs", "3", "--schedule", "cosine", "--shift", "0"])
    assert (
        "with --epochs 2 --schedule constant no --shift; this command says --epochs 3 --schedule cosine --shift 0"
        in said
    )
    assert {path.name: path.read_bytes() for path in Path("run").iterdir()} == before


def test_folders_that_hold_something_else_or_cannot_be_written(capsys):
    Path("thesis").mkdir()
    Path("thesis/chapter.txt").write_text("one")
    assert "thesis holds other files, and no run" in refused(capsys, [*SOFTMAX, "--out", "thesis"])
    assert [path.name for path in Path("thesis").iterdir()] == ["chapter.txt"]
    assert "cannot be" in refused(capsys, [*SOFTMAX, "--out", "thesis/chapter.txt"])
    assert "cannot be" in refused(capsys, [*SOFTMAX, "--out", "thesis/chapter.txt/run"])


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("checkpoint.pt", b"nothing", "is no checkpoint, or is damaged. Delete the file"),
        ("checkpoint.pt", b"", "is no checkpoint, or is damaged. Delete the file"),
        ("log.csv", b"a,b\n1,2\n", "log.csv is damaged in line 1"),
        ("log.csv", None, "log.csv is damaged in line 3"),
        ("log.csv", b"\xff\xfe\n", "log.csv cannot be read"),
        ("settings.json", b"{", "settings.json is damaged"),
        ("settings.json", b'{"settings": {"set": 3}, "code": {}, "versions": {}}', "settings.json is damaged"),
        ("settings.json", b'{"settings": {"set": {}, "tea": 3}, "code": {}, "versions": {}}', "--tea=3"),
    ],
)
def test_damaged_files_are_named(file, content, said, capsys):
    assert cli.main([*SOFTMAX, "--out", "run"]) == 0
    path = Path("run") / file
    path.write_bytes(path.read_bytes().replace(b"\n2,", b"\n2,x") if content is None else content)
    assert said in refused(capsys, ["--resume", "run"])
    if file == "log.csv":
        assert said in refused(capsys, ["curves", "run"])
        path.unlink()  # as the sentence says
        assert cli.main(["--resume", "run"]) == 0


def test_a_checkpoint_of_another_net(capsys):
    assert cli.main([*SOFTMAX, "--out", "run"]) == 0
    assert cli.main(["--model", "two-layer-net", *SMALL, "--out", "other"]) == 0
    Path("run/checkpoint.pt").write_bytes(Path("other/checkpoint.pt").read_bytes())
    assert "Training cannot go on from run/checkpoint.pt" in refused(capsys, [*SOFTMAX, "--out", "run"])
    torch.save({"history": {}}, "run/checkpoint.pt")
    assert "is no checkpoint" in refused(capsys, [*SOFTMAX, "--out", "run"])


def test_a_loss_that_is_no_number_stops_training_and_is_not_kept(capsys):
    wild = ["--model", "two-layer-net", *SMALL, "--optimiser", "sgd", "--learning-rate", "1e30", "--out", "wild"]
    said = refused(capsys, wild)
    assert "In epoch 1 the loss became nan" in said and "smaller --learning-rate" in said
    assert not Path("wild/checkpoint.pt").exists() and Path("wild/log.csv").read_text().count("\n") == 1
    assert refused(capsys, wild) == said


def test_a_full_disk_is_not_blamed_on_the_net(capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    assert "run could not be written ([Errno 28] No space left" in refused(capsys, [*SOFTMAX, "--out", "run"])


def test_without_torch_it_says_what_to_install():
    code = "import sys; sys.modules['torch'] = None; from coursekit.train.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, *SOFTMAX], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and "pip install torch" in done.stderr and "Traceback" not in done.stderr
