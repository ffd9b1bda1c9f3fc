"""The curves of one run or several from their logs: a figure, and a sentence for those who cannot see it."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from coursekit.plots import WIDTH, class_colours, finished, line_style
from coursekit.train.log import LogError, read_log

LOG = "log.csv"


def run_curves(folders):
    """Loss and accuracy after every epoch, of training and validation images.

    Parameters
    ----------
    folders : list of paths
        Of runs: each holds a `log.csv`. One run has the colours of its splits; several have one colour each.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    LogError
        If a log is missing, damaged or empty.
    """
    runs = _logs(folders)
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.2), layout="constrained")
    for place, (name, log) in enumerate(runs.items()):
        for split in ("train", "val"):
            style = line_style(split) | (_run_style(place) if len(runs) > 1 else {"marker": "."})
            style |= {"markevery": -(-len(log["epoch"]) // 10)}
            label = split if len(runs) == 1 else f"{name}, {split}"
            axes[0].plot(log["epoch"], log[f"{split}_loss"], label=label, **style)
            axes[1].plot(log["epoch"], 100 * np.asarray(log[f"{split}_accuracy"]), label=label, **style)
    axes[0].set(xlabel="epoch", ylabel="loss", title="loss")
    axes[1].set(xlabel="epoch", ylabel="accuracy (%)", title="accuracy")
    for ax in axes:
        ax.xaxis.get_major_locator().set_params(integer=True)
    if len(runs) == 1:
        axes[0].legend()
    else:
        keys = [Line2D([], [], **_run_style(place), label=name) for place, name in enumerate(runs)]
        keys += [Line2D([], [], **(line_style(split) | {"color": "black"}), label=split) for split in ("train", "val")]
        figure.legend(handles=keys, loc="outside lower center", ncols=2, fontsize=8)
    return finished(figure)


def describe_curves(folders):
    """What `run_curves` shows, as alternative text."""
    told = [
        f"{name}: {len(log['epoch'])} epochs, training loss from {log['train_loss'][0]:.3g} to "
        f"{log['train_loss'][-1]:.3g}, best validation accuracy {100 * max(log['val_accuracy']):.1f} % after epoch "
        f"{1 + int(np.argmax(log['val_accuracy']))}."
        for name, log in _logs(folders).items()
    ]
    return "Two plots, loss and accuracy by epoch, for training and validation images. " + " ".join(told)


def save_curves(folders, path):
    """Write the figure to a PNG, SVG or PDF file, with its description inside; returns the description."""
    text = describe_curves(folders)
    key = "Subject" if Path(path).suffix.lower() == ".pdf" else "Description"
    run_curves(folders).savefig(path, metadata={key: text}, dpi=150)
    return text


def _run_style(place):
    """Colour and marker of a run among several, so that print in grey tells them apart, too."""
    return {"color": class_colours[place % len(class_colours)], "marker": "os^Dv*PX"[place % 8], "markersize": 4}


def _logs(folders):
    """Logs by the shortest names that tell the runs apart."""
    paths = [Path(folder) for folder in folders]
    short = [path.resolve().name for path in paths]
    names = short if len(set(short)) == len(short) else [path.as_posix() for path in paths]
    logs = {name: read_log(path / LOG) for name, path in zip(names, paths, strict=True)}
    for name, log in logs.items():
        if not log["epoch"]:
            raise LogError(f"{name}: no epoch is over yet, so there are no curves.")
    return logs
