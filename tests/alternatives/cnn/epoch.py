"""Right epochs of training, as different as students' are. All must earn full marks without a remark."""

import math
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "cnn.train_epoch"


@alternative(ITEM)
def with_a_closure(net, batches, optimiser, augment=None, schedule=None):
    net.train()
    criterion, losses, sizes = nn.CrossEntropyLoss(), [], []
    for images, labels in batches:
        shown = images if augment is None else augment(images)

        def closure(shown=shown, labels=labels):
            optimiser.zero_grad()
            loss = criterion(net(shown), labels)
            loss.backward()
            return loss

        losses.append(optimiser.step(closure).item())
        sizes.append(labels.shape[0])
        if schedule:
            schedule.step()
    return np.average(losses, weights=sizes)


@alternative(ITEM)
def gradients_set_to_zero_behind_the_step(net, batches, optimiser, augment=None, schedule=None, verbose=True):
    net = net.train(True)
    total, seen = torch.zeros(()), 0
    for number, (x, y) in enumerate(batches):
        x = augment(x) if augment else x
        log_p = functional.log_softmax(net(x), dim=1)
        loss = functional.nll_loss(log_p, y)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=False)
        if schedule is not None:
            schedule.step()
        with torch.no_grad():
            total = total + loss.double() * y.numel()
            seen += y.numel()
        if verbose:
            print(f"batch {number}: {total / seen:.3f}")
    return total / seen


@alternative(ITEM)
def gradients_forgotten_by_hand(net, batches, optimiser, augment=None, schedule=None):
    net.train()
    sums = []
    for pair in batches:
        images, labels = pair
        if augment is not None:
            images = augment(images)
        for parameter in net.parameters():
            parameter.grad = None
        each = functional.cross_entropy(net(images), labels, reduction="none")
        each.mean().backward()
        optimiser.step()
        schedule.step() if schedule is not None else None
        sums.extend(each.tolist())
    warnings.warn("an epoch is over", stacklevel=1)
    return math.fsum(sums) / len(sums)


@alternative(ITEM)
def cross_entropy_written_out(net, batches, optimiser, augment=None, schedule=None):
    net.train()
    total, count = 0.0, 0
    for images, labels in iter(batches):
        scores = net(images if augment is None else augment(images))
        right = scores[torch.arange(len(labels)), labels]
        loss = (torch.logsumexp(scores, dim=1) - right).sum() / len(labels)
        net.zero_grad()
        loss.backward()
        optimiser.step()
        if schedule is not None:
            schedule.step()
        total += float(loss) * len(images)
        count += len(images)
    return np.array(total / count)


@alternative(ITEM)
def gradients_asked_for(net, batches, optimiser, augment=None, schedule=None):
    """`autograd.grad` gives the gradients; they are put where the optimiser looks for them."""
    net.train()
    mean, seen = 0.0, 0
    for images, labels in batches:
        if augment is not None:
            images = augment(images)
        onehot = functional.one_hot(labels, net.last.out_features).to(images)
        loss = functional.cross_entropy(net(images), onehot)
        parameters = list(net.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        optimiser.step()
        if schedule is not None:
            schedule.step()
        seen += len(labels)
        mean += (loss.item() - mean) * len(labels) / seen
    return mean


@alternative(ITEM)
def a_mean_that_keeps_its_graph(net, batches, optimiser, augment=lambda images: images, schedule=None):
    """Wasteful, but right: the loss is a tensor, and batches are made one by one."""
    net.train()
    shown = ((augment(x) if augment else x, y) for x, y in batches)
    parts, sizes = [], []
    for x, y in shown:
        optimiser.zero_grad()
        loss = functional.cross_entropy(net(x.clone()), y)
        loss.backward()
        optimiser.step()
        if hasattr(schedule, "step"):
            schedule.step()
        parts.append(loss * len(y))
        sizes.append(len(y))
    return torch.stack(parts).sum() / sum(sizes)


@alternative(ITEM)
def half_the_loss_twice(net, batches, optimiser, augment=None, schedule=None):
    """Gradients add up: two halves of the loss, one backward each, and a step."""
    net.train()
    losses = np.empty((0, 2))
    for images, labels in batches:
        optimiser.zero_grad()
        scores = net(images if augment is None else augment(images))
        half = 0.5 * functional.cross_entropy(scores, labels)
        half.backward(retain_graph=True)
        half.backward()
        optimiser.step()
        if schedule is not None:
            schedule.step()
        losses = np.vstack([losses, [2 * half.item(), len(labels)]])
    return (losses[:, 0] @ losses[:, 1]) / losses[:, 1].sum()


@notebook(ITEM)
def helpers_and_a_class():
    class Meter:
        def __init__(self):
            self.total, self.count = 0.0, 0

        def add(self, value, n):
            self.total, self.count = self.total + value * n, self.count + n

    def one_step(net, images, labels, optimiser, criterion):
        optimiser.zero_grad()
        loss = criterion(net(images), labels)
        loss.backward()
        optimiser.step()
        return loss.detach().numpy().astype(np.float32)

    def train_epoch(net, batches, optimiser, augment=None, schedule=None, criterion=functional.cross_entropy):
        meter = Meter()
        for images, labels in batches:
            net.train()
            images = images.clone() if augment is None else augment(images.clone())
            meter.add(one_step(net, images, labels, optimiser, criterion), len(labels))
            if schedule is not None:
                schedule.step()
        return meter.total / meter.count
