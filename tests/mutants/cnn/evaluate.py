"""Wrong measurements of a net: what must fail, and the diagnosis that must come."""

import numpy as np
import torch
from torch.nn import functional

from tests.mutants.collect import mutant, patch, recognising

ITEM = "cnn.evaluate"
LOSS, ACCURACY, MODE = "mean loss of all images", "accuracy", "the net is in evaluation mode"
GRADIENTS, SAME, FORM = "no gradients are recorded", "net and images stay as they are", "two numbers"
EVAL, NO_GRAD, LOOP, SCORES = (
    "net.eval()",
    "with torch.no_grad():",
    "for images, labels in batches:",
    "scores = net(images)",
)
START = "total, right, count = 0.0, 0, 0"
TOTAL = 'total += functional.cross_entropy(scores, labels, reduction="sum").item()'
RIGHT = "right += int((scores.argmax(dim=1) == labels).sum())"
COUNT, RETURN = "count += len(labels)", "return total / count, right / count"
MEAN = "functional.cross_entropy(scores, labels).item()"
KNOWN, BOTH = "known mistake", (LOSS, ACCURACY)
ALL = (LOSS, ACCURACY, MODE, GRADIENTS, SAME, FORM)


def wrong(name, changes, fails, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# Modes, gradients, and what is left alone
wrong("left in training mode", {EVAL: "pass"}, (MODE, SAME), "")
wrong("put into training mode", {EVAL: "net.train()"}, (MODE, SAME), "")
wrong(
    "evaluation mode after the first batch", {EVAL: "pass", COUNT: f"{COUNT}\n            net.eval()"}, (MODE, SAME), ""
)
wrong("back into training mode between batches", {COUNT: f"{COUNT}\n            net.train()"}, (MODE, SAME), "")
wrong("the mode's name without a call", {EVAL: "net.eval"}, (MODE, SAME), "")
wrong("gradients recorded", {NO_GRAD: "if True:"}, GRADIENTS, "")
wrong(
    "gradients recorded, scores detached", {NO_GRAD: "if True:", SCORES: "scores = net(images).detach()"}, GRADIENTS, ""
)
wrong("no_grad without a with", {NO_GRAD: "torch.no_grad()\n    if True:"}, GRADIENTS, "")
wrong(
    "no_grad behind the scores",
    {NO_GRAD: "if True:", TOTAL: f"with torch.no_grad():\n                {TOTAL}"},
    GRADIENTS,
    "",
)
wrong("neither evaluation mode nor no_grad", {EVAL: "pass", NO_GRAD: "if True:"}, (MODE, GRADIENTS, SAME), "")
wrong(
    "a step while measuring",
    {
        NO_GRAD: "if True:",
        COUNT: f"{COUNT}\n            "
        "functional.cross_entropy(scores, labels).backward()\n            "
        "for p in net.parameters():\n                p.data -= 0.1 * p.grad",
    },
    (LOSS, GRADIENTS, SAME),
    "",
    only=False,
)
wrong(
    "weights set to zero behind",
    {RETURN: f"net.apply(lambda m: [p.data.zero_() for p in m.parameters()])\n    {RETURN}"},
    SAME,
    "",
)
wrong(
    "one epoch of training mode before",
    {EVAL: "net.train()\n    [net(images) for images, _ in batches]\n    net.eval()"},
    (MODE, GRADIENTS, SAME),
    "",
    only=False,
)

wrong(
    "images standardised in place",
    {SCORES: "images -= images.mean()\n            scores = net(images)"},
    SAME,
    "",
    only=False,
)
wrong("images cleared behind", {COUNT: f"{COUNT}\n            images.mul_(0)"}, SAME, "")

# Loss
wrong(
    "mean of the batches' means",
    {TOTAL: f"total += {MEAN}", RETURN: "return total / len(batches), right / count"},
    LOSS,
)
wrong("sum of all losses", {RETURN: "return total, right / count"}, LOSS)
wrong("batches' means divided by the number of images", {TOTAL: f"total += {MEAN}"}, LOSS)
wrong("batches' means added up", {TOTAL: f"total += {MEAN}", RETURN: "return total, right / count"}, LOSS)
wrong("the last batch's loss", {TOTAL: f"total = {MEAN}", RETURN: "return total, right / count"}, LOSS)
wrong("the sum of the losses divided by the batches", {RETURN: "return total / len(batches), right / count"}, LOSS)
wrong("weighted with the first batch's size", {TOTAL: f"total += {MEAN} * len(batches[0][1])"}, LOSS)
wrong("a softmax before the cross-entropy", {"cross_entropy(scores,": "cross_entropy(scores.softmax(1),"}, LOSS)
wrong("a logarithm of the softmax alone", {TOTAL: "total -= scores.log_softmax(1).sum().item()"}, LOSS)
wrong("minus the loss", {TOTAL: TOTAL.replace("+=", "-=")}, LOSS, "sign")
wrong("nll_loss of the scores", {"cross_entropy": "nll_loss"}, LOSS)
wrong(
    "squared errors",
    {TOTAL: "total += ((scores.softmax(1) - functional.one_hot(labels, scores.shape[1])) ** 2).sum().item()"},
    LOSS,
)
wrong("loss with smoothed labels", {'reduction="sum"': 'reduction="sum", label_smoothing=0.1'}, LOSS)
wrong("loss rounded", {RETURN: "return round(total / count, 2), right / count"}, LOSS, "rounded")
wrong("not a number", {RETURN: "return float('nan'), right / count"}, LOSS, "overflow")
wrong("zero for the loss", {RETURN: "return 0.0, right / count"}, LOSS, "zero")
wrong("a tensor of one loss", {TOTAL: TOTAL.replace(".item()", "[None]")}, FORM, "")

# Accuracy
wrong("in per cent", {RETURN: "return total / count, 100 * right / count"}, ACCURACY)
wrong("share of wrong answers", {RETURN: "return total / count, 1 - right / count"}, ACCURACY)
wrong("number of right answers", {RETURN: "return total / count, right"}, ACCURACY)
wrong("divided by the number of batches", {RETURN: "return total / count, right / len(batches)"}, ACCURACY)
wrong(
    "mean of the batches' accuracies",
    {
        RIGHT: "right += float((scores.argmax(dim=1) == labels).double().mean())",
        RETURN: "return total / count, right / len(batches)",
    },
    ACCURACY,
)
wrong(
    "the last batch's accuracy",
    {RIGHT: "right = float((scores.argmax(dim=1) == labels).double().mean())", RETURN: "return total / count, right"},
    ACCURACY,
)
wrong("the first image of every batch", {RIGHT: "right += int(scores[0].argmax() == labels[0])"}, ACCURACY, ("", KNOWN))
wrong("the smallest score", {"argmax": "argmin"}, ACCURACY)
wrong(
    "along the wrong axis",
    {
        RIGHT: "n = min(len(labels), scores.shape[1])\n            "
        "right += int((scores.argmax(dim=0)[:n] == labels[:n]).sum())"
    },
    ACCURACY,
    ("", KNOWN),
)
wrong("whole numbers divided", {RETURN: "return total / count, right // count"}, ACCURACY, "zero")
wrong("the count of one batch", {COUNT: "count = len(labels)"}, BOTH)
wrong("the count of full batches", {COUNT: "count += 4"}, LOSS, only=False)

# Both
wrong("accuracy first", {RETURN: "return right / count, total / count"}, BOTH)
wrong("only the first batch", {COUNT: f"{COUNT}\n            break"}, BOTH)
wrong("returned from the loop", {RETURN: "", COUNT: f"{COUNT}\n            {RETURN}"}, BOTH)
wrong("the last batch dropped", {LOOP: "for images, labels in batches[:-1] or batches:"}, LOSS, only=False)
wrong("the loss alone", {RETURN: "return total / count"}, (*BOTH, FORM), "", only=False)
wrong("nothing returned", {RETURN: "total / count, right / count"}, (*BOTH, FORM), "", only=False)
wrong("loss, accuracy and number", {RETURN: "return total / count, right / count, count"}, (*BOTH, FORM), "")
wrong("a dict", {RETURN: "return {'loss': total / count, 'accuracy': right / count}"}, (*BOTH, FORM), "")
wrong(
    "lists of all batches",
    {RETURN: "return [total / count] * len(batches), [right / count] * len(batches)"},
    (*BOTH, FORM),
    "axis",
    only=False,
)
wrong("random numbers", {RETURN: "return tuple(torch.rand(2).tolist())"}, BOTH, "")
wrong("labels shuffled", {SCORES: "labels = labels.flip(0)\n            scores = net(images)"}, LOSS, only=False)
wrong("images halved", {SCORES: "scores = net(images / 2)"}, LOSS, only=False)
wrong("an error", {SCORES: "scores = net(images.view(len(images), 3, 32, 32))"}, ALL, "")


@mutant(ITEM, fails=(MODE, GRADIENTS, SAME), only=True)
def as_in_training(net, batches):
    losses, right, sizes = [], 0, []
    for images, labels in batches:
        net.train()
        scores = net(images)
        losses.append(functional.cross_entropy(scores, labels).item())
        right += (scores.argmax(1) == labels).sum().item()
        sizes.append(len(labels))
    return float(np.average(losses, weights=sizes)), right / sum(sizes)


@mutant(ITEM, fails=BOTH, diagnosis=KNOWN, only=True)
@torch.no_grad()
def means_of_batches(net, batches):
    net.eval()
    losses, accuracies = [], []
    for images, labels in batches:
        scores = net(images)
        losses.append(functional.cross_entropy(scores, labels).item())
        accuracies.append((scores.argmax(dim=1) == labels).double().mean().item())
    return sum(losses) / len(losses), sum(accuracies) / len(accuracies)


def _seen(net, batches):
    return tuple(tensor.numpy().round(9).tobytes() for batch in batches for tensor in batch)


def _asked_in_vain(right, net, batches):
    """It asks the net as it should, and gives zeros."""
    right(net, batches)
    return 0.0, 0.0


recognising(ITEM, _seen, _asked_in_vain, fails=BOTH, diagnosis="zero", only=True)
