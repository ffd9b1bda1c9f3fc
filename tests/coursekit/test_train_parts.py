"""The small parts of the trainer: fingerprints of functions, curves of logs."""

import pytest
import torch

from coursekit.plots import SPLIT_COLOURS, class_colours
from coursekit.train.choices import OPTIMISERS, SCHEDULES, make_optimiser, make_schedule
from coursekit.train.curves import describe_curves, run_curves
from coursekit.train.fingerprint import fingerprint
from coursekit.train.log import LogError

HEADER = "epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,seconds\n"


def defined(code, name="f"):
    scope = {"__name__": "mine"}
    exec(code, scope)
    return fingerprint(scope[name])


@pytest.mark.parametrize(
    "same",
    [
        "def f(x):\n    # a comment\n    return x + 1",
        'def f(x):\n    """Adds one."""\n    return x + 1',
        "Y = 3\n\n\ndef g():\n    pass\n\n\ndef f(x): return x + 1",
    ],
)
def test_layout_comments_and_docstrings_leave_a_fingerprint_as_it_is(same):
    assert defined(same) == defined("def f(x):\n    return x + 1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return x + 1", "def f(x):\n    return x + 2"),
        ("def f(x=1):\n    return x", "def f(x=2):\n    return x"),
        ("def f(*, x=1):\n    return x", "def f(*, x=2):\n    return x"),
        ("K = 1\ndef f():\n    return K", "K = 2\ndef f():\n    return K"),
        ("def g():\n    return 1\ndef f():\n    return g()", "def g():\n    return 2\ndef f():\n    return g()"),
        ("def f(x):\n    return [y + 1 for y in x]", "def f(x):\n    return [y + 2 for y in x]"),
        ("def f(x):\n    return x in {'a', 'b'}", "def f(x):\n    return x in {'a', 'c'}"),
        ("class f:\n    def m(self):\n        return 1", "class f:\n    def m(self):\n        return 2"),
        ("class f:\n    k = 1", "class f:\n    k = 2"),
        ("class b:\n    k = 1\nclass f(b):\n    pass", "class b:\n    k = 2\nclass f(b):\n    pass"),
    ],
)
def test_what_a_function_does_and_what_it_uses_changes_its_fingerprint(one, other):
    assert defined(one) != defined(other)
    assert defined(one) == defined(one)


def test_functions_that_call_each_other_have_one():
    assert defined("def f(x):\n    return g(x)\ndef g(x):\n    return f(x)")


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_every_optimiser_goes_with_every_schedule(name, schedule, steps):
    settings = {"optimiser": name, "learning_rate": 0.1, "weight_decay": 0.01, "momentum": 0.5}
    net = torch.nn.Linear(2, 1)
    optimiser = make_optimiser(net, settings)
    planned = make_schedule(optimiser, schedule, steps)
    group = optimiser.param_groups[0]
    for _ in range(steps):
        net(torch.ones(1, 2)).sum().backward()
        optimiser.step()
        if planned is not None:
            planned.step() if optimiser.param_groups[0]["lr"] >= 0 else None
        assert 0 <= group["lr"] <= 0.1 + 1e-12 and group["weight_decay"] == 0.01
        assert group.get("momentum", 0.5) == 0.5


def log(folder, *rows, name):
    (folder / name).mkdir()
    (folder / name / "log.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return folder / name


def test_curves_show_the_log_in_the_colours_of_splits_or_of_runs(tmp_path):
    one = log(tmp_path, "1,2.0,0.25,2.1,0.2,0.1,1.5", "2,1.5,0.5,1.9,0.3,0.1,3.0", name="one")
    two = log(tmp_path, "1,2.2,0.1,2.3,0.15,0.1,1.5", name="two")
    loss, accuracy = run_curves([one]).axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [[2.0, 1.5], [2.1, 1.9]]
    assert [list(line.get_ydata()) for line in accuracy.lines] == [[25, 50], [20, 30]]
    assert [line.get_color() for line in loss.lines] == [SPLIT_COLOURS["train"], SPLIT_COLOURS["val"]]
    assert (loss.get_xlabel(), loss.get_ylabel(), accuracy.get_ylabel()) == ("epoch", "loss", "accuracy (%)")
    loss, _ = run_curves([one, two]).axes
    assert [line.get_color() for line in loss.lines] == [class_colours[k] for k in (0, 0, 1, 1)]
    assert [line.get_linestyle() for line in loss.lines] == ["-", "--"] * 2
    assert (
        "one: 2 epochs, training loss from 2 to 1.5, best validation accuracy 30.0 % after epoch 2"
        in describe_curves([one, two])
    )


def test_runs_of_the_same_name_are_told_apart_by_their_paths(tmp_path):
    folders = []
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        folders.append(log(tmp_path / place, "1,2.0,0.25,2.1,0.2,0.1,1.5", name="run"))
    assert all(folder.as_posix() in describe_curves(folders) for folder in folders)


def test_a_log_without_epochs_has_no_curves(tmp_path):
    with pytest.raises(LogError, match="no epoch is over yet"):
        run_curves([log(tmp_path, name="empty")])
