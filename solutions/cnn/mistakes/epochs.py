"""Well-known mistakes in training for an epoch, and in measuring a net."""

import functools

import numpy as np
import torch
from torch.nn import functional

from autograder.student import torch_plants
from solutions.cnn.for_checks import trained
from solutions.cnn.mistakes.remembering import all_remembered

KNOWN = "known mistake"


def _same(value):
    return value


def _epoch(
    net,
    batches,
    optimiser,
    *,
    of=_same,
    seen=_same,
    known=_same,
    zero="each",
    mode=lambda number: True,
    step=True,
    loss_of=functional.cross_entropy,
    times=lambda count: 1.0,
    update="each",
    again=False,
    total="images",
):
    """An epoch of training in which one thing or another is done in a wrong way.

    Parameters
    ----------
    of, seen, known : function
        Other batches, images and labels.
    zero : str
        When gradients are set to zero: for "each" batch, "once", "never", or "before step".
    mode : function
        From the number of the batch to whether the net is in training mode.
    step : bool or str
        Whether the optimiser takes a step, "twice", or the step is made "by hand".
    loss_of, times : function
        Another loss, and what its gradient is multiplied by, from the size of the batch.
    update : str
        Whether there is a step for "each" batch, the "first" or at the "last".
    again : bool
        Whether the net is asked once more behind the step, and it is that loss which counts.
    total : str
        What becomes of the batches' losses.
    """
    losses, counts = [], []
    if zero == "once":
        optimiser.zero_grad()
    for number, (images, labels) in enumerate(of(batches)):
        if update == "first" and number:
            break
        net.train(mode(number))
        images, labels = seen(images), known(labels)
        loss = loss_of(net(images), labels)
        if zero == "each":
            optimiser.zero_grad()
        (times(len(labels)) * loss).backward()
        if zero == "before step":
            optimiser.zero_grad()
        if step == "by hand":
            _descend(net, optimiser)
        elif step and update != "last":
            optimiser.step()
        if step == "twice":
            optimiser.step()
        losses.append((loss_of(net(images), labels) if again else loss).item())
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
        "sum per batch": float(np.dot(losses, counts) / len(counts)),
        "all full": float(np.dot(losses, counts) / (counts[0] * len(counts))),
    }[total]


def _descend(net, optimiser):
    """A step of plain descent, without momentum."""
    for parameter in net.parameters():
        parameter.data -= optimiser.param_groups[0]["lr"] * parameter.grad


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


def _smoothed(scores_, labels):
    return functional.cross_entropy(scores_, labels, label_smoothing=0.1)


def _squared(scores_, labels):
    return ((scores_ - functional.one_hot(labels, scores_.shape[1])) ** 2).mean()


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
        _trained(mode=lambda number: False),
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
    (
        KNOWN,
        "Gradients of all batches so far are added up, and the net is in evaluation mode while it learns.",
        _trained(zero="never", mode=lambda number: False),
    ),
    (
        KNOWN,
        "The net is in evaluation mode in the first step: put it into training mode before the loop.",
        _trained(mode=lambda number: number > 0),
    ),
    (
        KNOWN,
        "The net is in training mode in the first step alone: does something in the loop put it into evaluation mode?",
        _trained(mode=lambda number: number == 0),
    ),
    (KNOWN, "Every gradient counts twice: is `backward` called twice?", _trained(times=lambda count: 2.0)),
    (KNOWN, "The steps go upwards: the loss has the wrong sign.", _trained(times=lambda count: -1.0)),
    (
        KNOWN,
        "The loss is divided by the size of the batch before it goes back: it is a mean already.",
        _trained(times=lambda count: 1 / count),
    ),
    (
        KNOWN,
        "The steps are those of plain descent, without momentum: leave them to the optimiser.",
        _trained(step="by hand"),
    ),
    (
        KNOWN,
        "The net is asked once more behind each step: batch normalisation's statistics move twice for each batch.",
        _trained(again=True, loss=False),
    ),
    (
        KNOWN,
        "This is the loss behind the step; each batch's loss is that of the scores its step begins with.",
        _trained(again=True, weights=False),
    ),
    (KNOWN, "The last batch is left out.", _trained(of=lambda batches: batches[:-1])),
    (KNOWN, "Every batch is seen twice: this is two epochs.", _trained(of=lambda batches: [*batches, *batches])),
    (KNOWN, "The batches come in the opposite order.", _trained(of=lambda batches: batches[::-1])),
    (KNOWN, "Labels stand in the opposite order of their images.", _trained(known=lambda labels: labels.flip(0))),
    (
        KNOWN,
        "The mean of each batch is subtracted from its images: the net takes them as they are.",
        _trained(seen=lambda images: images - images.mean()),
    ),
    (KNOWN, "The loss smooths the labels; it should be the plain cross-entropy.", _trained(loss_of=_smoothed)),
    (KNOWN, "The loss is that of squared differences; it should be the cross-entropy.", _trained(loss_of=_squared)),
    (
        KNOWN,
        "The loss takes scores for log-probabilities (nll_loss): the cross-entropy has the log-softmax in it.",
        _trained(loss_of=functional.nll_loss),
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
    (
        KNOWN,
        "The sum over all images is divided by the number of batches; divide by the number of images.",
        _trained(total="sum per batch", weights=False),
    ),
    (
        KNOWN,
        "The sum over all images is divided as if all batches were full; count the images.",
        _trained(total="all full", weights=False),
    ),
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


def _batches(*given):
    """Arrays of every batch's loss, right answers and size."""
    return (np.array(numbers, float) for numbers in list(zip(*_asked(*given), strict=True))[:3])


def _measured(loss=None, accuracy=None, mode="eval"):
    """A measurement from the batches' numbers: functions of (losses, rights, counts)."""

    def run(*given):
        losses, rights, counts = _batches(*given, mode)
        return loss and loss(losses, rights, counts), accuracy and accuracy(losses, rights, counts)

    return run


def _mean_loss(losses, rights, counts):
    return float(np.average(losses, weights=counts))


def _accuracy(losses, rights, counts):
    return float(rights.sum() / counts.sum())


def _scored(loss_of=None, right_of=None, changed=_same):
    """A measurement from scores and labels.

    Parameters
    ----------
    loss_of, right_of : function, optional
        From a batch's scores and labels to its mean loss, and to how many answers are right.
    changed : function
        Other images.
    """

    def run(settings, images, labels, size):
        found = [(values, of) for *_, values, of in _asked(settings, changed(images), labels, size)]
        counts = [len(of) for _, of in found]
        loss = loss_of and float(np.average([float(loss_of(*pair)) for pair in found], weights=counts))
        return loss, right_of and sum(int(right_of(*pair)) for pair in found) / len(images)

    return run


def _right(values, of):
    return (values.argmax(dim=1) == of).sum()


def _along_images(values, of):
    best = values.argmax(dim=0)[: len(of)]
    return (best == of[: len(best)]).sum()


def _squared_probabilities(values, of):
    return _squared(values.softmax(dim=1), of) * values.shape[1]


def _but_the_last(settings, images, labels, size):
    """The last batch left out, where there are several."""
    kept = max((len(images) - 1) // size * size, min(size, len(images)))
    losses, rights, counts = _batches(settings, images[:kept], labels[:kept], size)
    return _mean_loss(losses, rights, counts), _accuracy(losses, rights, counts)


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
    (
        KNOWN,
        "This is what the smallest scores give; the answer is the largest.",
        _scored(None, lambda values, of: (values.argmin(dim=1) == of).sum()),
    ),
    (
        KNOWN,
        "There is a softmax in front of the cross-entropy, which has one in it already.",
        _scored(_softmax_first),
    ),
    (
        KNOWN,
        "The sum over all images is divided by the number of batches; divide by the number of images.",
        _measured(lambda a, r, n: float(np.dot(a, n) / len(n))),
    ),
    (
        KNOWN,
        "Every batch's mean counts as if the batch were as large as the first one; the last one is smaller.",
        _measured(lambda a, r, n: float(a.sum() * n[0] / n.sum())),
    ),
    (
        KNOWN,
        "It is divided by the size of the last batch alone: add up the sizes.",
        _measured(lambda a, r, n: float(np.dot(a, n) / n[-1]), lambda a, r, n: float(r.sum() / n[-1])),
    ),
    (
        KNOWN,
        "It is divided as if all batches were full; count the images.",
        _measured(
            lambda a, r, n: float(np.dot(a, n) / (n[0] * len(n))), lambda a, r, n: float(r.sum() / (n[0] * len(n)))
        ),
    ),
    (KNOWN, "The last batch is left out.", _but_the_last),
    (
        KNOWN,
        "Log-probabilities of all classes are added up; only that of each image's own class counts.",
        _scored(lambda values, of: -values.log_softmax(dim=1).sum() / len(of)),
    ),
    (
        KNOWN,
        "The loss takes scores for log-probabilities (nll_loss): the cross-entropy has the log-softmax in it.",
        _scored(functional.nll_loss),
    ),
    (
        KNOWN,
        "The loss is that of squared differences; it should be the cross-entropy.",
        _scored(_squared),
    ),
    (
        KNOWN,
        "The loss is that of squared differences of probabilities; it should be the cross-entropy.",
        _scored(_squared_probabilities),
    ),
    (KNOWN, "The loss smooths the labels; it should be the plain cross-entropy.", _scored(_smoothed)),
    (
        KNOWN,
        "Labels stand in the opposite order of their images.",
        _scored(
            lambda values, of: functional.cross_entropy(values, of.flip(0)),
            lambda values, of: _right(values, of.flip(0)),
        ),
    ),
    (
        KNOWN,
        "The net is asked about images that are divided by 2; it takes them as they are.",
        _scored(functional.cross_entropy, _right, changed=lambda images: images / 2),
    ),
    (
        KNOWN,
        "Only the first image of each batch is looked at.",
        _scored(None, lambda values, of: values[0].argmax() == of[0]),
    ),
    (
        KNOWN,
        "The largest score is looked for along the images; it should be along the classes.",
        _scored(None, _along_images),
    ),
]


MISTAKES = {
    "trained": all_remembered(_TRAINED),
    "measured": all_remembered(_MEASURED),
}
