"""Training over many epochs: a history, the best weights, early stopping, and checkpoints that survive a kill.

What happens in one epoch, how a net is measured, and when to stop are functions of your own, handed in.
"""

import os
import pickle
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from coursekit.bars import progress
from coursekit.train.log import HISTORY


class CheckpointError(ValueError):
    """A checkpoint that cannot be gone on from; the message says why, and what to do."""


@dataclass
class Training:
    """All that training needs, and where it stands.

    Attributes
    ----------
    net : torch.nn.Module
    optimiser : torch.optim.Optimizer
    train, val : iterables of batches
    train_epoch, evaluate : functions
        As in the course: `train_epoch(net, batches, optimiser, augment, schedule)` gives the mean loss,
        `evaluate(net, batches)` loss and accuracy.
    check : iterable of batches, optional
        Training images on which loss and accuracy are measured after each epoch; without it, the loss is that of
        `train_epoch`, and there is no accuracy.
    augment, schedule, stopping : optional
        As `train_epoch` takes them; an object whose `update(accuracy)` says when to stop.
    generators : tuple of torch.Generator
        Whose states belong to a checkpoint: those that shuffle and augment.
    history : dict of lists
        One number per epoch.
    best : dict of tensors
        The weights after the epoch with the best validation accuracy.
    stopped : bool
        Whether `stopping` has said so.
    seconds : float
        Spent in epochs so far, measuring included; also before a resume.
    """

    net: torch.nn.Module
    optimiser: torch.optim.Optimizer
    train: Any
    val: Any
    train_epoch: Any
    evaluate: Any
    check: Any = None
    augment: Any = None
    schedule: Any = None
    stopping: Any = None
    generators: tuple = ()
    history: dict = field(default_factory=lambda: {name: [] for name in HISTORY})
    best: dict = field(default_factory=dict)
    stopped: bool = False
    seconds: float = 0.0

    @property
    def epochs(self):
        """Epochs done so far."""
        return len(self.history["val_accuracy"])

    def epoch(self):
        """Train for one epoch, measure, and remember; returns its row of the history."""
        start = time.perf_counter()
        loss = self.train_epoch(self.net, self.train, self.optimiser, self.augment, self.schedule)
        train = (loss, None) if self.check is None else self.evaluate(self.net, self.check)
        row = dict(zip(HISTORY, (*train, *self.evaluate(self.net, self.val)), strict=True))
        if row["val_accuracy"] > max(self.history["val_accuracy"], default=-1.0):
            self.best = {name: value.detach().clone() for name, value in self.net.state_dict().items()}
        for name, value in row.items():
            self.history[name].append(value)
        self.seconds += time.perf_counter() - start
        self.stopped = self.stopping is not None and bool(self.stopping.update(row["val_accuracy"]))
        return row

    def save(self, path):
        """Write a checkpoint; a kill while writing leaves the one before."""
        state = {
            "net": self.net.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict() if self.schedule is not None else None,
            "stopping": dict(vars(self.stopping)) if self.stopping is not None else None,
            "generators": [generator.get_state() for generator in self.generators],
            "random": torch.get_rng_state(),
            "history": self.history,
            "best": self.best,
            "stopped": self.stopped,
            "seconds": self.seconds,
        }
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".part")
        with open(temporary, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())  # so that a power cut leaves one of the two, too
        os.replace(temporary, path)

    def load(self, path):
        """Go on from a checkpoint.

        Raises
        ------
        CheckpointError
            If it is damaged, or of another net, optimiser or schedule.
        """
        try:
            state = torch.load(path, weights_only=True)
            kept = {name: state[name] for name in ("history", "best", "stopped", "seconds")}
        except (OSError, RuntimeError, LookupError, TypeError, EOFError, pickle.UnpicklingError) as error:
            raise CheckpointError(f"{path} is no checkpoint, or is damaged. Delete the file to start anew.") from error
        try:
            parts = {"net": self.net, "optimiser": self.optimiser, "schedule": self.schedule}
            for name, part in parts.items():
                if (part is None) != (state[name] is None):
                    raise CheckpointError(f"it was written with{'out' * (state[name] is None)} a {name}.")
                if part is not None:
                    part.load_state_dict(state[name])
            for generator, drawn in zip(self.generators, state["generators"], strict=True):
                generator.set_state(drawn)
            torch.set_rng_state(state["random"])
        except (RuntimeError, ValueError, KeyError) as error:
            raise CheckpointError(
                f"Training cannot go on from {path}: {error} Delete the file to start anew, or take the settings with "
                "which it was written."
            ) from error
        if self.stopping is not None and state["stopping"] is not None:
            vars(self.stopping).update(state["stopping"])
        for name, value in kept.items():
            setattr(self, name, value)


def fit(training, epochs, checkpoint=None, each=None):
    """Train until `epochs` are done or `stopping` says so; then put the best weights back.

    Parameters
    ----------
    training : Training
    epochs : int
        In all, those before a resume included.
    checkpoint : path, optional
        Written after every epoch; gone on from where it exists.
    each : function, optional
        Called with the number of the epoch and its row after every epoch, before the checkpoint is written: what it
        raises leaves the checkpoint of the epoch before.

    Returns
    -------
    dict of lists
        The history.
    """
    if checkpoint is not None and Path(checkpoint).exists():
        training.load(checkpoint)
    for number in progress(range(training.epochs, epochs), "epochs"):
        if training.stopped:
            break
        row = training.epoch()
        if each is not None:
            each(number + 1, row)
        if checkpoint is not None:
            training.save(checkpoint)
    if training.best:
        training.net.load_state_dict(training.best)
    return training.history
