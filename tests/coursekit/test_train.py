"""`python -m coursekit.train` leaves what it measured, goes on after a kill as if there had been none, trains own nets.

Runs are tiny: some 200 images of shapes10, a few epochs, one thread.
"""

import csv
import functools
import inspect
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from coursekit import data, load_images
from coursekit.tensors import Standardise, batches
from coursekit.train import Training, cli, curves
from solutions import cnn

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ("--data", "shapes10", "--train", "200", "--val", "100", "--threads", "1")
# Everything whose state has to survive: dropout, shuffling, augmentation, momenta, a schedule, early stopping.
ALL = (
    "--model",
    "convnet-a",
    *IMAGES,
    "--shift",
    "2",
    "--schedule",
    "one-cycle",
    "--patience",
    "9",
    "--batch-size",
    "32",
)


drawn = functools.cache(data._shapes10)  # once for all tests of this file
draw = curves.save_curves


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    """Few test images, a folder of this test's own, and no figure unless a test looks at it."""
    monkeypatch.setitem(data.DEFAULT_SIZES, "shapes10", (200, 100, 100))
    monkeypatch.setattr(data, "_shapes10", drawn)
    monkeypatch.setattr(curves, "save_curves", lambda folders, path: path.touch())
    monkeypatch.chdir(tmp_path)


def run(*arguments, out="run"):
    """Train in this process."""
    assert cli.main([*arguments, "--out", str(out)]) == 0
    return Path(out)


def rows(folder, *without):
    with open(folder / "log.csv", encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if key not in without} for row in csv.DictReader(file)]


def weights(folder):
    with np.load(folder / "model.npz", allow_pickle=False) as saved:
        return dict(saved)


def same(one, other):
    """Whether two runs ended alike, bit for bit, but for the time they took."""
    assert rows(one, "seconds") == rows(other, "seconds")
    first, second = weights(one), weights(other)
    assert list(first) == list(second)
    for name, value in first.items():
        assert np.array_equal(value, second[name]), name
    last = [torch.load(folder / "checkpoint.pt", weights_only=True)["net"] for folder in (one, other)]
    assert all(torch.equal(value, last[1][name]) for name, value in last[0].items())
    results = [json.loads((folder / "result.json").read_text()) for folder in (one, other)]
    assert len({result["test_accuracy"] for result in results}) == 1


def notebook(path, *cells):
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    path.write_text(json.dumps({"cells": made}), encoding="utf-8")


HEAD = "import torch\nfrom torch import nn\nfrom torch.nn import functional"
OWN = [HEAD, inspect.getsource(cnn.train_epoch), inspect.getsource(cnn.evaluate)]
MINE = """
def my_net(hidden=8):
    return nn.Sequential(nn.Flatten(), nn.Linear(3072, hidden), nn.ReLU(), nn.Linear(hidden, 10))
"""
SLOW = """
import os, time
from solutions.cnn import EarlyStopping, augmented, convnet_a, evaluate
from solutions.cnn import train_epoch as quick

def train_epoch(*arguments):
    loss = quick(*arguments)
    time.sleep(float(os.environ.get("PAUSE", 0)))
    return loss
"""
VIEWED = """
class MyNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.out = nn.Conv2d(3, 2, 5), nn.Linear(2 * 28 * 28, 10)

    def forward(self, x):
        return self.out(self.conv(x).view(len(x), -1))
"""


def test_log_and_result_hold_what_the_saved_weights_measure(capsys, monkeypatch):
    monkeypatch.setattr(curves, "save_curves", draw)
    folder = run("--model", "convnet-a", *IMAGES, "--epochs", "3", "--learning-rate", "0.003")
    said = capsys.readouterr().out
    images = load_images("shapes10", train=200, val=100, quiet=True)
    prepare, net, result = (
        Standardise.of(images.X_train),
        cnn.convnet_a(),
        json.loads((folder / "result.json").read_text()),
    )
    cnn.Classifier(net).load(folder / "model.npz")
    best = rows(folder)[result["best_epoch"] - 1]
    assert best["val_accuracy"] == max(row["val_accuracy"] for row in rows(folder))
    for split in ("train", "val"):
        loader = batches(prepare(getattr(images, f"X_{split}")), getattr(images, f"y_{split}"), 500)
        loss, accuracy = cnn.evaluate(net, loader)
        assert float(best[f"{split}_loss"]) == pytest.approx(loss, rel=1e-5)
        assert float(best[f"{split}_accuracy"]) == accuracy
    test_accuracy = cnn.Classifier(net).accuracy(prepare(images.X_test), images.y_test)
    assert result["test_accuracy"] == test_accuracy and result["parameters"] == 24_442
    assert "convnet-a, train_epoch, evaluate from solutions.cnn" in said
    assert [row["epoch"] for row in rows(folder)] == ["1", "2", "3"] and said.count("\nepoch ") == 3
    assert f"test accuracy {100 * test_accuracy:.1f} % of 100 images" in said and "24,442 parameters" in said
    assert float(rows(folder)[0]["seconds"]) < float(rows(folder)[2]["seconds"])
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_the_log_holds_the_learning_rate_of_the_schedule():
    constant = rows(run("--model", "softmax-net", *IMAGES, "--epochs", "3", "--learning-rate", "0.02", out="constant"))
    assert {float(row["learning_rate"]) for row in constant} == {0.02}
    options = ("--optimiser", "sgd", "--momentum", "0.9", "--learning-rate", "0.03", "--epochs", "3")
    step = rows(run("--model", "softmax-net", *IMAGES, *options, "--schedule", "step", out="step"))
    assert [float(row["learning_rate"]) for row in step] == pytest.approx([0.003, 0.0003, 0.00003])
    cosine = rows(run("--model", "softmax-net", *IMAGES, *options, "--schedule", "cosine", out="cosine"))
    assert [float(row["learning_rate"]) for row in cosine] == pytest.approx([0.0225, 0.0075, 0], abs=1e-12)


def test_it_trains_as_the_functions_alone_do():
    """Settings mean what they say: the same net, trained by hand with the same functions."""
    folder = run(
        "--model", "softmax-net", *IMAGES, "--epochs", "2", "--optimiser", "sgd", "--momentum", "0.9", "--seed", "3"
    )
    images = load_images("shapes10", train=200, val=100, quiet=True)
    torch.manual_seed(3)
    net, prepare = cnn.softmax_net(), Standardise.of(images.X_train)
    loader = batches(prepare(images.X_train), images.y_train, 128, torch.Generator().manual_seed(31))
    optimiser = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9)
    measured = []
    for _ in range(2):
        cnn.train_epoch(net, loader, optimiser)
        measured.append(cnn.evaluate(net, batches(prepare(images.X_val), images.y_val, 500)))
    assert [(float(row["val_loss"]), float(row["val_accuracy"])) for row in rows(folder)] == measured


def test_the_same_seed_gives_the_same_run_and_another_one_another():
    one, two = (run(*ALL, "--epochs", "2", out=name) for name in ("one", "two"))
    same(one, two)
    other = run(*ALL, "--epochs", "2", "--seed", "1", out="other")
    assert rows(other, "seconds") != rows(one, "seconds")


def test_early_stopping_stops_and_the_best_weights_are_kept(capsys):
    options = ("--epochs", "30", "--patience", "2", "--min-delta", "0.5")
    folder = run("--model", "softmax-net", *IMAGES, *options)
    assert len(rows(folder)) == 3 and "stopped early: 2 epochs" in capsys.readouterr().out
    assert run("--model", "softmax-net", *IMAGES, *options) == folder and len(rows(folder)) == 3
    assert "all is trained after epoch 3" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 on Windows")
def test_a_killed_run_goes_on_and_ends_where_an_uninterrupted_one_does(tmp_path):
    Path("slow.py").write_text(SLOW)
    command = [*ALL, "--epochs", "8", "--from", str(tmp_path / "slow.py")]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = subprocess.Popen(
        [sys.executable, "-m", "coursekit.train", *command, "--out", str(killed)],
        cwd=ROOT,
        env=os.environ | {"PAUSE": "0.5"},  # so that there is time to kill it
        stdout=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while not ((killed / "log.csv").exists() and len(rows(killed)) >= 3) and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    before = rows(killed)
    assert 3 <= len(before) < 8 and not (killed / "model.npz").exists()
    same(run(*command, out=killed), run(*command, out=whole))
    assert rows(killed)[:2] == before[:2]  # not trained again


@pytest.mark.parametrize("when", ["before the row", "within the row", "before the checkpoint", "within the checkpoint"])
def test_wherever_a_run_is_cut_off_nothing_is_lost_or_doubled(when, monkeypatch, capsys):
    command = [*ALL, "--epochs", "4"]
    whole, save, epoch = run(*command, out="whole"), Training.save, Training.epoch

    def cut_save(self, path):
        if self.epochs < 3:
            return save(self, path)
        if when == "within the checkpoint":
            path.with_name(path.name + ".part").write_bytes(b"half of it")
        raise KeyboardInterrupt

    def cut_epoch(self):
        if self.epochs == 2:
            raise KeyboardInterrupt
        return epoch(self)

    with monkeypatch.context() as cut:
        if when.endswith("row"):
            cut.setattr(Training, "epoch", cut_epoch)
        else:
            cut.setattr(Training, "save", cut_save)
        assert cli.main([*command, "--out", "cut"]) == cli.INTERRUPTED
    assert "The same command goes on" in capsys.readouterr().err
    if when == "within the row":
        with open("cut/log.csv", "a", encoding="utf-8") as file:
            file.write("3,1.2")
    run(*command, out="cut")
    assert "cut: going on after epoch 2" in capsys.readouterr().out
    same(Path("cut"), whole)


def test_a_finished_run_goes_on_with_its_folder_alone_and_for_longer(capsys):
    command = ("--model", "convnet-a", *IMAGES, "--batch-size", "50")
    folder, longer = run(*command, "--epochs", "2"), run(*command, "--epochs", "4", out="longer")
    assert cli.main(["--resume", "run"]) == 0 and "all is trained after epoch 2" in capsys.readouterr().out
    assert cli.main(["--resume", "run", "--epochs", "4"]) == 0
    same(folder, longer)


def test_a_lost_log_is_filled_from_the_checkpoint():
    whole = run("--model", "softmax-net", *IMAGES, "--epochs", "3")
    before = rows(whole, "seconds", "learning_rate")
    (whole / "log.csv").unlink()
    run("--model", "softmax-net", *IMAGES, "--epochs", "4")
    assert rows(whole, "seconds", "learning_rate")[:3] == before and len(rows(whole)) == 4
    assert [row["learning_rate"] for row in rows(whole)] == ["", "", "", "0.001"]


def test_ones_own_net_and_functions_come_from_the_notebook_in_this_folder(capsys):
    notebook(Path("cnn_pytorch.ipynb"), *OWN, MINE, "%timeit my_net()\nopen('ran', 'w')")
    assert cli.main(["--model", "my-net", *IMAGES, "--epochs", "1", "--set", "hidden=5"]) == 0
    assert "my-net, train_epoch, evaluate from cnn_pytorch.ipynb" in capsys.readouterr().out
    assert weights(Path("runs/my-net-shapes10"))["1.weight"].shape == (5, 3072) and not Path("ran").exists()


def test_a_net_may_be_a_class_and_reshape_with_view():
    notebook(Path("mine.ipynb"), *OWN, VIEWED)
    assert set(weights(run("--model", "MyNet", "--from", "mine.ipynb", *IMAGES, "--epochs", "1"))) > {"conv.weight"}


def test_a_net_that_was_changed_does_not_go_on_with_the_old_run(capsys):
    command = ["--model", "my-net", "--from", "own.ipynb", *IMAGES, "--epochs", "1"]
    notebook(Path("own.ipynb"), *OWN, MINE)
    folder = run(*command)
    kept = (folder / "checkpoint.pt").read_bytes()
    notebook(Path("own.ipynb"), "# a comment\nOTHER = 3", *OWN, MINE)
    run(*command)
    notebook(Path("own.ipynb"), *OWN, MINE.replace("nn.ReLU", "nn.Tanh"))
    assert cli.main([*command, "--out", "run"]) == 2
    assert "my-net changed since the run in run was started" in capsys.readouterr().err
    assert (folder / "checkpoint.pt").read_bytes() == kept


def test_by_default_each_net_and_data_set_has_its_own_folder():
    assert cli.main(["--model", "softmax-net", *IMAGES, "--epochs", "1"]) == 0
    assert {path.name for path in Path("runs/softmax-net-shapes10").iterdir()} == {
        "settings.json",
        "log.csv",
        "checkpoint.pt",
        "model.npz",
        "curves.png",
        "result.json",
    }


def test_curves_of_several_runs_are_drawn_into_one_figure(capsys, monkeypatch):
    for name in ("one", "two"):
        run("--model", "softmax-net", *IMAGES, "--epochs", "2", "--seed", str(len(name)), out=name)
    monkeypatch.setattr(curves, "save_curves", draw)
    assert cli.main(["curves", "one", "two"]) == 0
    said = capsys.readouterr().out
    assert "curves.png: Two plots" in said and "one: 2 epochs" in said and "two: 2 epochs" in said
    assert Path("curves.png").read_bytes().startswith(b"\x89PNG")
    assert cli.main(["curves", "two", "--to", "two.svg"]) == 0 and Path("two.svg").is_file()


def test_coursekit_alone_loads_no_torch():
    code = "import sys, coursekit, coursekit.train.cli, coursekit.train.curves; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "False"
