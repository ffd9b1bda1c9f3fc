"""Well-known mistakes in fine-tuning: which epochs are run, and what is left."""

import copy
import operator

import numpy as np

from solutions.cnn import evaluate, train_epoch
from solutions.cnn.mistakes.remembering import all_remembered
from solutions.transfer.for_checks import every_epoch, stopped, tuning

KNOWN = "known mistake"


def _run(**settings):
    """Accuracies and the best numbers, where one thing or another about stopping is wrong."""

    def run(seed, sizes, labels, epochs, patience):
        accuracies, states = every_epoch(seed, sizes, labels, epochs)
        best, length = stopped(accuracies, patience, **settings)
        return accuracies[:length], states[best]

    return run


def _state_of(chosen):
    """The right accuracies, and the numbers of another epoch."""

    def run(seed, sizes, labels, epochs, patience):
        return None, every_epoch(seed, sizes, labels, epochs)[1][chosen]

    return run


def _without_statistics(seed, sizes, labels, epochs, patience):
    """The best epoch's parameters with the last one's running statistics."""
    accuracies, best = _right(seed, sizes, labels, epochs, patience)
    last = every_epoch(seed, sizes, labels, epochs)[1][len(accuracies) - 1]
    net = tuning(seed, sizes, labels)[0]
    kinds = [(name, value.numel()) for name, value in net.state_dict().items() if "batches" not in name]
    statistics = np.concatenate([np.full(count, "running" in name) for name, count in kinds])
    return None, np.where(statistics, last, best)


def _untrained(seed, sizes, labels, epochs, patience):
    return None, tuning(seed, sizes, labels)[0].numbers()


def _measured_first(seed, sizes, labels, epochs, patience):
    """Measured before the epoch, not after it."""
    accuracies, _ = every_epoch(seed, sizes, labels, epochs)
    net, _, _, val_batches = tuning(seed, sizes, labels)
    return np.append(evaluate(net, val_batches)[1], accuracies[:-1]), None


def _told(part):
    """Something else of every epoch in the place of the validation accuracy."""

    def run(seed, sizes, labels, epochs, patience):
        net, optimiser, batches, val_batches = tuning(seed, sizes, labels)
        found = []
        for _ in range(epochs):
            loss = train_epoch(net, batches, optimiser)
            val_loss, _ = evaluate(net, val_batches)
            of_first = evaluate(net, val_batches[:1])[1]
            found.append(
                {"loss": loss, "val_loss": val_loss, "train": evaluate(net, batches)[1], "first": of_first}[part]
            )
        return np.array(found), None

    return run


def _two_for_one(seed, sizes, labels, epochs, patience):
    return every_epoch(seed, sizes, labels, 2 * epochs)[0][1::2], None


def _put_back(seed, sizes, labels, epochs, patience):
    """Every epoch begins with the best net so far."""
    net, optimiser, batches, val_batches = tuning(seed, sizes, labels)
    found: list = []
    for _ in range(epochs):
        train_epoch(net, batches, optimiser)
        accuracy = evaluate(net, val_batches)[1]
        if not found or accuracy > max(found):
            kept = copy.deepcopy(net.state_dict())
        found.append(accuracy)
        net.load_state_dict(kept)
    return np.array(found), None


def _changed(change):
    """The accuracies of the right number of epochs, changed in the end."""

    def run(seed, sizes, labels, epochs, patience):
        return change(_right(seed, sizes, labels, epochs, patience)[0]), None

    return run


_right = _run()


def _only(numbers):
    """One number in the place of a list."""

    def run(seed, sizes, labels, epochs, patience):
        return np.array([numbers(_right(seed, sizes, labels, epochs, patience)[0])]), None

    return run


_TUNED = [
    (KNOWN, "It never stops early: `patience` is not used.", _run(stop=False)),
    (KNOWN, "It stops one epoch too late: `patience` epochs without improvement are enough.",
     _run(late=1)),
    (KNOWN, "It stops one epoch too early.", _run(late=-1)),
    (KNOWN, "Just as good counts as better.", _run(better=operator.ge)),
    (KNOWN, "Epochs without improvement are counted in all, not in a row.",
     _run(reset=False)),
    (KNOWN, "Each epoch is compared with the one before, not with the best.",
     _run(previous=True)),
    (KNOWN, "Smaller counts as better: that is for losses.", _run(better=operator.lt)),
    (KNOWN, "The net is measured before it is trained: the accuracy belongs behind the epoch.", _measured_first),
    (KNOWN, "These are the losses of training.", _told("loss")),
    (KNOWN, "These are the losses on the validation images: `evaluate` gives the loss first.", _told("val_loss")),
    (KNOWN, "These are accuracies on the training images.", _told("train")),
    (KNOWN, "These are accuracies on the first validation batch; take all of them.", _told("first")),
    (KNOWN, "There are two epochs of training for each accuracy: is one call of `train_epoch` too many?", _two_for_one),
    (KNOWN, "Every epoch begins with the best net so far: put it back at the end alone.", _put_back),
    (KNOWN, "These are shares of wrong answers.", _changed(lambda a: 1 - a)),
    (KNOWN, "The accuracies are sorted; they belong in the order of the epochs.", _changed(np.sort)),
    (KNOWN, "These are the best accuracies so far; each epoch's own is wanted.", _changed(np.maximum.accumulate)),
    (KNOWN, "This is one epoch's accuracy alone; all epochs' are wanted.", _only(np.max)),
    (KNOWN, "This is one epoch's accuracy alone; all epochs' are wanted.", _only(lambda a: a[-1])),
    (KNOWN, "Weights are the best epoch's, running statistics the last one's: those are the net's state, too.",
     _without_statistics),
    (KNOWN, "These are the first epoch's.", _state_of(0)),
    (KNOWN, "The net is back where it began.", _untrained),
]  # fmt: skip


MISTAKES = {"tuned": all_remembered(_TUNED)}
