"""Wrong epochs of training: what must fail, and the diagnosis that must come."""

import torch
from torch.nn import functional

from tests.mutants.collect import mutant, patch, recognising

ITEM = "cnn.train_epoch"
WEIGHTS, LOSS, MODE = "weights after an epoch", "mean loss of all images", "the net is in training mode"
AUGMENT, SCHEDULE = "augment changes what the net sees", "schedule goes on after every step"
NUMBER, UNTOUCHED = "the loss is a number", "images and labels are not modified"
ALL = (WEIGHTS, LOSS, MODE, AUGMENT, SCHEDULE, NUMBER, UNTOUCHED)
KNOWN = "known mistake"
TRAIN, LOOP, ASK = "net.train()", "for images, labels in batches:", "functional.cross_entropy(net(images), labels)"
ZERO, BACKWARD, STEP = "optimiser.zero_grad()", "loss.backward()", "optimiser.step()"
IF_AUGMENT, AUGMENTED = "if augment is not None:", "images = augment(images)"
IF_SCHEDULE, ON = "if schedule is not None:", "schedule.step()"
TOTAL, COUNT, RETURN = "total += loss.item() * len(labels)", "count += len(labels)", "return total / count"
BODY, IN_IF = "\n        ", "\n            "
STEPS = BODY.join((ZERO, BACKWARD, STEP))
MOVE = f"{IF_SCHEDULE}{IN_IF}{ON}"


def wrong(name, changes, fails, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# One step
wrong("no zero_grad", {ZERO: "pass"}, WEIGHTS)
wrong("zero_grad without a call", {ZERO: "optimiser.zero_grad"}, WEIGHTS)
wrong("zero_grad once", {ZERO: "pass", TRAIN: f"{TRAIN}\n    {ZERO}"}, WEIGHTS)
wrong("zero_grad between backward and step", {STEPS: BODY.join((BACKWARD, ZERO, STEP))}, WEIGHTS)
wrong("step before backward", {STEPS: BODY.join((ZERO, STEP, BACKWARD))}, WEIGHTS)
wrong("step before backward and zero_grad", {STEPS: BODY.join((STEP, ZERO, BACKWARD))}, ALL, "")
wrong("no step", {STEP: "pass"}, (WEIGHTS, SCHEDULE))
wrong("step without a call", {STEP: "optimiser.step"}, (WEIGHTS, SCHEDULE))
wrong("no backward", {BACKWARD: "pass"}, WEIGHTS)
wrong("two steps", {STEP: f"{STEP}{BODY}{STEP}"}, WEIGHTS)
wrong("backward twice", {BACKWARD: f"loss.backward(retain_graph=True){BODY}{BACKWARD}"}, WEIGHTS)
wrong("one step at the end", {STEP: "pass", RETURN: f"{STEP}\n    {RETURN}"}, (WEIGHTS, SCHEDULE))
wrong("gradients clipped", {STEP: f"[p.grad.clamp_(-0.01, 0.01) for p in net.parameters()]{BODY}{STEP}"}, WEIGHTS, "")
wrong("upwards", {BACKWARD: "(-loss).backward()"}, WEIGHTS)
wrong("the step divided by the batch", {BACKWARD: "(loss / len(labels)).backward()"}, WEIGHTS)
wrong("weights decay", {ASK: f"{ASK} + 0.01 * sum((p**2).sum() for p in net.parameters())"}, WEIGHTS, "", only=False)
wrong("batch normalisation frozen", {TRAIN: f"{TRAIN}\n    net.normal.eval()"}, WEIGHTS)
wrong("biases left out", {STEP: f"net.last.bias.grad = None{BODY}{STEP}"}, WEIGHTS, "")
wrong(
    "a step by hand, without the optimiser",
    {STEP: "net.apply(lambda m: [p.data.sub_(0.2 * p.grad) for p in m.parameters(recurse=False)])"},
    (WEIGHTS, SCHEDULE),
)
wrong("a smaller rate for every batch", {STEP: f"{STEP}{BODY}optimiser.param_groups[0]['lr'] *= 0.9"}, WEIGHTS, "")

# Mode
wrong("no train", {TRAIN: "pass"}, (WEIGHTS, MODE))
wrong("evaluation mode", {TRAIN: "net.eval()"}, (WEIGHTS, MODE))
wrong("train without a call", {TRAIN: "net.train"}, (WEIGHTS, MODE))
wrong("train after the first batch", {TRAIN: "pass", COUNT: f"{COUNT}{BODY}{TRAIN}"}, (WEIGHTS, MODE))
wrong("evaluation mode after the first batch", {COUNT: f"{COUNT}{BODY}net.eval()"}, (WEIGHTS, MODE))
wrong("detached scores", {"net(images)": "net(images).detach()"}, ALL, "")
wrong("backward from a number", {BACKWARD: "loss.item().backward()"}, ALL, "")

# What the loss is
wrong("a softmax before the cross-entropy", {"net(images)": "net(images).softmax(dim=1)"}, (WEIGHTS, LOSS))
wrong("losses added up", {ASK: ASK[:-1] + ", reduction='sum')", "loss.item() * len(labels)": "loss.item()"}, WEIGHTS)
wrong("losses added up, and weighed", {ASK: ASK[:-1] + ", reduction='sum')"}, (WEIGHTS, LOSS), only=False)
wrong("smoothed labels", {ASK: ASK[:-1] + ", label_smoothing=0.1)"}, (WEIGHTS, LOSS))
wrong(
    "squared differences",
    {ASK: "((net(images) - functional.one_hot(labels, net.last.out_features)) ** 2).mean()"},
    (WEIGHTS, LOSS),
)
wrong("scores for log-probabilities", {ASK: "functional.nll_loss(net(images), labels)"}, (WEIGHTS, LOSS))
wrong("labels before scores", {ASK: "functional.cross_entropy(labels, net(images))"}, ALL, "")

# Which images
wrong("the first batch alone", {COUNT: f"{COUNT}{BODY}break"}, (WEIGHTS, LOSS, AUGMENT, SCHEDULE))
wrong("returned from the loop", {RETURN: "", COUNT: f"{COUNT}{BODY}{RETURN}"}, (WEIGHTS, LOSS, AUGMENT, SCHEDULE))
wrong("the last batch dropped", {LOOP: "for images, labels in batches[:-1]:"}, (WEIGHTS, LOSS, AUGMENT, SCHEDULE))
wrong("two epochs", {LOOP: "for images, labels in [*batches, *batches]:"}, (WEIGHTS, LOSS, AUGMENT, SCHEDULE))
wrong("backwards", {LOOP: "for images, labels in batches[::-1]:"}, WEIGHTS, only=False)
wrong(
    "image by image",
    {LOOP: "for images, labels in [(x[[0, k]], y[[0, k]]) for x, y in batches for k in range(len(y))]:"},
    WEIGHTS,
    "",
    only=False,
)
wrong("labels out of place", {ASK: "functional.cross_entropy(net(images), labels.flip(0))"}, (WEIGHTS, LOSS))
wrong(
    "each batch centred",
    {ASK: "functional.cross_entropy(net(images - images.mean()), labels)"},
    WEIGHTS,
    only=False,
)

# The mean
wrong("mean of the batches' means", {TOTAL: "total += loss.item()", COUNT: "count += 1"}, LOSS)
wrong("sum over all images", {RETURN: "return total"}, LOSS)
wrong("sum of the batches' means", {TOTAL: "total += loss.item()", RETURN: "return total"}, LOSS)
wrong("loss of the last batch", {RETURN: "return loss.item()"}, LOSS)
wrong("batches' means divided by the number of images", {TOTAL: "total += loss.item()"}, LOSS)
wrong("the sum divided by the batches", {RETURN: "return total / len(batches)"}, LOSS)
wrong("all batches counted as full", {COUNT: "count += 4"}, LOSS)
wrong("an average that fades", {TOTAL: "total = 0.9 * total + 0.1 * loss.item()", RETURN: "return total"}, LOSS, "")
wrong(
    "accuracy for the loss",
    {TOTAL: "total += (net(images).argmax(1) == labels).sum().item()"},
    (WEIGHTS, LOSS),
    only=False,
)
wrong("asked once more behind the step", {TOTAL: f"total += {ASK}.item() * len(labels)"}, (LOSS, WEIGHTS, AUGMENT))
wrong("zero for the loss", {RETURN: "return 0.0"}, LOSS, "zero")
wrong("not a number", {RETURN: "return float('nan')"}, LOSS, "overflow")
wrong("random loss", {RETURN: "return torch.rand(()).item()"}, LOSS, "")
wrong("rounded", {RETURN: "return round(total / count, 2)"}, LOSS, "rounded")
wrong("whole numbers", {RETURN: "return total // count"}, LOSS, "")

# What comes back
wrong("nothing returned", {RETURN: "total / count"}, (LOSS, NUMBER), "")
wrong("the net returned", {RETURN: "return net"}, (LOSS, NUMBER), "")
wrong("all losses", {TOTAL: "total = [*(total or []), loss.item()]", RETURN: "return total"}, (LOSS, NUMBER), "")
wrong("loss and number", {RETURN: "return total / count, count"}, (LOSS, NUMBER), "")
wrong("a list of one", {RETURN: "return [total / count]"}, NUMBER, "")
wrong("a dict", {RETURN: "return {'loss': total / count}"}, (LOSS, NUMBER), "")

# Augmentation
wrong("augment not used", {IF_AUGMENT: "if False:"}, AUGMENT)
wrong("what augment returns is forgotten", {AUGMENTED: "augment(images)"}, AUGMENT)
wrong("augmented twice", {AUGMENTED: "images = augment(augment(images))"}, AUGMENT)
wrong(
    "augmented behind the net",
    {IF_AUGMENT + IN_IF + AUGMENTED: "pass", BACKWARD: f"{IF_AUGMENT}{IN_IF}{AUGMENTED}{BODY}{BACKWARD}"},
    AUGMENT,
)
wrong("augment for None, too", {IF_AUGMENT: "if True:"}, (WEIGHTS, LOSS, MODE, SCHEDULE, NUMBER, UNTOUCHED), "")
wrong(
    "augmented beside the original",
    {AUGMENTED: "images, labels = torch.cat([images, augment(images)]), torch.cat([labels, labels])"},
    AUGMENT,
    "",
)
wrong("only every other batch augmented", {IF_AUGMENT: "if augment is not None and count % 8 == 0:"}, AUGMENT, "")
wrong("labels augmented, too", {AUGMENTED: "images, labels = augment(images), augment(labels.double())"}, AUGMENT, "")
wrong("augmented in place", {AUGMENTED: "images.copy_(augment(images))"}, UNTOUCHED, "")
wrong(
    "images centred in place",
    {AUGMENTED: "pass", LOOP: f"{LOOP}{BODY}images -= images.mean()"},
    (UNTOUCHED, WEIGHTS),
    "",
    only=False,
)
wrong("labels changed behind the step", {COUNT: f"{COUNT}{BODY}labels.zero_()"}, UNTOUCHED, "")

# Schedule
wrong("schedule not used", {ON: "pass"}, SCHEDULE)
wrong("schedule's step without a call", {ON: "schedule.step"}, SCHEDULE)
wrong(
    "schedule once in the epoch", {f"{BODY}{MOVE}": "", RETURN: f"{IF_SCHEDULE}\n        {ON}\n    {RETURN}"}, SCHEDULE
)
wrong("schedule before the step", {f"{BODY}{MOVE}": "", STEP: f"{MOVE}{BODY}{STEP}"}, SCHEDULE)
wrong("schedule twice", {ON: f"{ON}{IN_IF}{ON}"}, SCHEDULE, "")
wrong("schedule in place of the step", {f"{STEP}{BODY}{MOVE}": f"{MOVE}{BODY}else:{IN_IF}{STEP}"}, SCHEDULE, "")
wrong("schedule told the loss", {ON: "schedule.step(loss)"}, SCHEDULE, "")
wrong("schedule with augment alone", {IF_SCHEDULE: "if schedule is not None and augment is not None:"}, SCHEDULE)

# Two mistakes
wrong("no zero_grad, and evaluation mode", {ZERO: "pass", TRAIN: "net.eval()"}, (WEIGHTS, MODE))
wrong("no zero_grad, and the last batch's loss", {ZERO: "pass", RETURN: "return loss.item()"}, (WEIGHTS, LOSS))
wrong(
    "mean of means, and no augment",
    {TOTAL: "total += loss.item()", COUNT: "count += 1", AUGMENTED: "pass"},
    (LOSS, AUGMENT),
)


@mutant(ITEM, fails=(WEIGHTS, MODE), diagnosis=KNOWN, only=True)
def written_for_a_net_without_normalisation(net, batches, optimiser, augment=None, schedule=None):
    losses, sizes = [], []
    for x, y in batches:
        optimiser.zero_grad()
        loss = functional.cross_entropy(net(x if augment is None else augment(x)), y)
        loss.backward()
        optimiser.step()
        if schedule:
            schedule.step()
        losses.append(loss.item())
        sizes.append(len(y))
    return sum(a * n for a, n in zip(losses, sizes, strict=True)) / sum(sizes)


@mutant(ITEM, fails=ALL, only=True)
@torch.no_grad()
def without_gradients(net, batches, optimiser, augment=None, schedule=None):
    net.train()
    for images, labels in batches:
        loss = functional.cross_entropy(net(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.item()


@mutant(ITEM, fails=(AUGMENT, SCHEDULE))
def without_the_extras(net, batches, optimiser):
    net.train()
    total = count = 0
    for images, labels in batches:
        optimiser.zero_grad()
        loss = functional.cross_entropy(net(images), labels)
        loss.backward()
        optimiser.step()
        total, count = total + loss.item() * len(labels), count + len(labels)
    return total / count


@mutant(ITEM, fails=ALL, only=False)
def loader_with_an_index(net, batches, optimiser, augment=None, schedule=None):
    net.train()
    for number, images, labels in batches:
        loss = functional.cross_entropy(net(images), labels) / (number + 1)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return torch.zeros(())


recognising(
    ITEM,
    lambda net, batches, *others: batches[0][0].numpy().round(9).tobytes(),
    lambda right, *args, **settings: 0.0,
    fails=(LOSS, WEIGHTS),
    diagnosis="zero",
)
