"""Well-known mistakes in training for an epoch, and in measuring a net."""

import functools

import numpy as np
import torch
from torch.nn import functional

from autograder.student import torch_plants
from solutions.cnn.for_checks import trained
from solutions.cnn.mistakes.remembering import all_remembered

KNOWN = "known mistake"


def _epoch(
    net,
    batches,
    optimiser,
    *,
    zero="each",
    mode="train",
    step=True,
    loss_of=functional.cross_entropy,
    update="each",
    total="images",
):
    """An epoch of training in which one thing or another is done in a wrong way."""
    net.train(mode == "train")
    losses, counts = [], []
    if zero == "once":
        optimiser.zero_grad()
    for number, (images, labels) in enumerate(batches):
        if update == "first" and number:
            break
        loss = loss_of(net(images), labels)
        if zero == "each":
            optimiser.zero_grad()
        loss.backward()
        if zero == "before step":
            optimiser.zero_grad()
        if step and update != "last":
            optimiser.step()
        if step == "twice":
            optimiser.step()
        losses.append(loss.item())
        counts.append(len(labels))
    if update == "last":
        optimiser.step()
    weights = {"images": counts, "batches": [1] * len(counts)}
    if total in weights:
        return float(np.average(losses, weights=weights[total]))
    return {
        "sum": float(np.dot(losses, counts)),
        "sum of means": float(np.sum(losses)),
        "last": losses[-1],
        "per image": float(np.sum(losses) / np.sum(counts)),
    }[total]


def _trained(loss=True, weights=True, **wrong):
    """What such an epoch gives."""

    def run(settings, images, labels, size, rates):
        found = trained(settings, images, labels, size, rates, functools.partial(_epoch, **wrong))
        return found[0] if loss else None, found[1] if weights else None

    return run


def _softmax_first(scores_, labels):
    return functional.cross_entropy(scores_.softmax(dim=1), labels)


def _summed(scores_, labels):
    return functional.cross_entropy(scores_, labels, reduction="sum")


_TRAINED = [
    (
        KNOWN,
        "Gradients of all batches so far are added up: PyTorch adds to `.grad`. Set it to zero (`zero_grad`) in every "
        "step, before the new gradient comes in.",
        _trained(zero="never"),
    ),
    (
        KNOWN,
        "The net does not learn: gradients are set to zero between `backward` and the step, or there is no step.",
        _trained(zero="before step"),
    ),
    (KNOWN, "The optimiser takes no step.", _trained(step=False)),
    (KNOWN, "The optimiser takes two steps for each batch.", _trained(step="twice")),
    (
        KNOWN,
        "The net is in evaluation mode while it learns: batch normalisation then takes its running statistics.",
        _trained(mode="eval"),
    ),
    (
        KNOWN,
        "There is a softmax in front of the cross-entropy, which has one in it already.",
        _trained(loss_of=_softmax_first),
    ),
    (
        KNOWN,
        "Each step follows the sum of the batch's losses, not their mean: its length then depends on the batch's size.",
        _trained(loss_of=_summed, total="per image"),
    ),
    (KNOWN, "There is one step at the end of the epoch; take one for each batch.", _trained(update="last")),
    (KNOWN, "There is one step at the end, with all gradients added up.", _trained(update="last", zero="once")),
    (KNOWN, "Only the first batch is used: does the loop return, or break, too early?", _trained(update="first")),
    (
        KNOWN,
        "This is the mean of the batches' means: the last batch is smaller, and must count less.",
        _trained(total="batches", weights=False),
    ),
    (KNOWN, "This is the sum over all images; divide by their number.", _trained(total="sum", weights=False)),
    (KNOWN, "This is the sum of the batches' means.", _trained(total="sum of means", weights=False)),
    (KNOWN, "This is the last batch's loss.", _trained(total="last", weights=False)),
    (
        KNOWN,
        "The batches' means are added up and divided by the number of images: give each its batch's size as weight.",
        _trained(total="per image", weights=False),
    ),
]


def _asked(settings, images, labels, size, mode="eval"):
    """Losses, right ones and sizes of every batch."""
    net = torch_plants.probe_net(**settings).train(mode == "train")
    found = []
    with torch.no_grad():
        for batch, of in torch_plants.batches(images, labels, size):
            values = net(batch)
            right = int((values.argmax(dim=1) == of).sum())
            found.append((functional.cross_entropy(values, of).item(), right, len(of), values, of))
    return found


def _measured(loss=None, accuracy=None, mode="eval"):
    """A measurement from the batches' numbers: functions of (losses, rights, counts)."""

    def run(settings, images, labels, size):
        losses, rights, counts = (
            np.array(a, float) for a in list(zip(*_asked(settings, images, labels, size, mode), strict=True))[:3]
        )
        return loss and loss(losses, rights, counts), accuracy and accuracy(losses, rights, counts)

    return run


def _mean_loss(losses, rights, counts):
    return float(np.average(losses, weights=counts))


def _accuracy(losses, rights, counts):
    return float(rights.sum() / counts.sum())


def _worst(settings, images, labels, size):
    found = _asked(settings, images, labels, size)
    right = sum(int((values.argmin(dim=1) == of).sum()) for *_, values, of in found)
    return None, right / len(images)


def _twice_softmax(settings, images, labels, size):
    found = _asked(settings, images, labels, size)
    losses = [_softmax_first(values, of).item() for *_, values, of in found]
    return float(np.average(losses, weights=[count for _, _, count, *_ in found])), None


_MEASURED = [
    (KNOWN, "This is the share of wrong answers.", _measured(None, lambda a, r, n: 1 - _accuracy(a, r, n))),
    (
        KNOWN,
        "The net is measured in training mode: put it into evaluation mode first (`eval`).",
        _measured(_mean_loss, _accuracy, "train"),
    ),
    (
        KNOWN,
        "This is the mean of the batches' means: the last batch is smaller, and must count less.",
        _measured(lambda a, r, n: float(a.mean()), lambda a, r, n: float((r / n).mean())),
    ),
    (
        KNOWN,
        "This is a sum over all images; divide by their number.",
        _measured(lambda a, r, n: float(np.dot(a, n)), lambda a, r, n: float(r.sum())),
    ),
    (
        KNOWN,
        "The batches' means are added up and not divided.",
        _measured(lambda a, r, n: float(a.sum()), lambda a, r, n: float((r / n).sum())),
    ),
    (
        KNOWN,
        "The batches' means are added up and divided by the number of images.",
        _measured(lambda a, r, n: float(a.sum() / n.sum()), lambda a, r, n: float((r / n).sum() / n.sum())),
    ),
    (
        KNOWN,
        "This is the last batch's alone.",
        _measured(lambda a, r, n: float(a[-1]), lambda a, r, n: float(r[-1] / n[-1])),
    ),
    (
        KNOWN,
        "This is the first batch's alone.",
        _measured(lambda a, r, n: float(a[0]), lambda a, r, n: float(r[0] / n[0])),
    ),
    (
        KNOWN,
        "The accuracy is in per cent; give it between 0 and 1.",
        _measured(None, lambda a, r, n: 100 * _accuracy(a, r, n)),
    ),
    (
        KNOWN,
        "The number of right answers is divided by the number of batches.",
        _measured(None, lambda a, r, n: float(r.sum() / len(r))),
    ),
    (
        KNOWN,
        "Loss and accuracy have changed places: the loss comes first.",
        _measured(_accuracy, _mean_loss),
    ),
    (KNOWN, "This is what the smallest scores give; the answer is the largest.", _worst),
    (KNOWN, "There is a softmax in front of the cross-entropy, which has one in it already.", _twice_softmax),
]


MISTAKES = {
    "trained": all_remembered(_TRAINED),
    "measured": all_remembered(_MEASURED),
}
