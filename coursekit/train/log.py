"""The log of a run: a CSV file with one row per epoch, on disk as soon as the epoch is over.

Goes in: what was measured. Comes out: `log.csv`, and its columns again.
"""

import csv
import math

HISTORY = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
COLUMNS = ("epoch", *HISTORY, "learning_rate", "seconds")


class LogError(ValueError):
    """A log that cannot be read; the message says where, and what to do."""


def read_log(path):
    """The columns of a log.

    Parameters
    ----------
    path : path
        A last line that was never finished is left out.

    Returns
    -------
    dict of lists
        "epoch", counted from 1; "train_loss", "train_accuracy", "val_loss", "val_accuracy", accuracies between 0 and 1;
        "learning_rate" at the end of the epoch; "seconds" since the start of the training, measuring included.

    Raises
    ------
    LogError
        If it is not there, or damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LogError(f"There is no {path}: nothing was trained there, or no epoch is over yet.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LogError(f"{path} cannot be read ({error}).") from error
    header, *rows = csv.reader(text[: text.rfind("\n") + 1].splitlines()) if "\n" in text else [[]]
    if tuple(header) != COLUMNS:
        raise _damaged(path, 1, f"it should be {','.join(COLUMNS)}")
    columns: dict[str, list] = {name: [] for name in COLUMNS}
    for number, row in enumerate(rows, 1):
        try:
            values = [float(value) if value else math.nan for value in row]
            if len(row) != len(COLUMNS) or values[0] != number:
                raise ValueError(f"it should hold epoch {number} and {len(COLUMNS) - 1} numbers")
        except ValueError as error:
            raise _damaged(path, number + 1, error) from error
        for name, value in zip(COLUMNS, (number, *values[1:]), strict=True):
            columns[name].append(value)
    return columns


def _damaged(path, line, why):
    return LogError(
        f"{path} is damaged in line {line}: {why}. Delete the file: its losses and accuracies are in the checkpoint, "
        "and the same training command writes them again."
    )


def go_on(path, history):
    """Bring a log to where a checkpoint stands, before more rows are added.

    Rows of epochs after the checkpoint are left out. Where rows are missing, the history fills in losses and
    accuracies; learning rates and seconds stay empty.
    """
    epochs = len(history["val_accuracy"])
    kept = read_log(path) if path.exists() else {name: [] for name in COLUMNS}
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for k in range(epochs):
            known = len(kept["epoch"]) > k
            row = [kept[name][k] if known else history.get(name, [""] * epochs)[k] for name in COLUMNS[1:]]
            writer.writerow([k + 1, *("" if value != value else value for value in row)])


def add_row(path, values):
    """Add an epoch, values in the order of `COLUMNS`; it is on its way to the disk when this returns."""
    with open(path, "a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(values)
