"""Right measurements of a net, as different as students' are. All must earn full marks without a remark."""

import math
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "cnn.evaluate"


@alternative(ITEM)
@torch.no_grad()
def decorated(net, batches):
    net.eval()
    losses, rights, sizes = [], [], []
    for images, labels in batches:
        scores = net(images)
        losses.append(functional.cross_entropy(scores, labels).item())
        rights.append((scores.max(dim=1).indices == labels).sum().item())
        sizes.append(labels.numel())
    return sum(a * n for a, n in zip(losses, sizes, strict=True)) / sum(sizes), sum(rights) / sum(sizes)


@alternative(ITEM)
def all_scores_first(net, batches):
    net = net.train(False)
    with torch.inference_mode():
        pairs = [(net(images), labels) for images, labels in batches]
    scores, labels = torch.cat([a for a, _ in pairs]), torch.cat([b for _, b in pairs])
    loss = nn.CrossEntropyLoss()(scores, labels)
    return loss.item(), (torch.argmax(scores, 1) == labels).double().mean().item()


@alternative(ITEM)
def in_numpy(net, batches):
    net.eval()
    losses, right = np.empty(0), []
    for images, labels in batches:
        with torch.no_grad():
            s = net(images).cpu().numpy()
        s = s - s.max(axis=1, keepdims=True)
        rows = np.arange(len(s)), np.asarray(labels)
        losses = np.append(losses, np.log(np.exp(s).sum(axis=1)) - s[rows])
        right.extend(s.argmax(axis=1) == rows[1])
    return losses.mean(), np.mean(right)


@alternative(ITEM)
def a_running_mean(net, batches):
    """Both means are brought up to date by each batch."""
    net.eval()
    loss, accuracy, seen = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64), 0
    with torch.set_grad_enabled(False):
        for images, labels in batches:
            scores, n = net(images), len(images)
            seen += n
            loss += n / seen * (functional.cross_entropy(scores, labels) - loss)
            accuracy += n / seen * ((scores.argmax(-1) == labels).float().mean() - accuracy)
    return loss, accuracy


@alternative(ITEM)
def one_by_one(net, batches, criterion=functional.cross_entropy):
    net.eval()
    total, right = [], 0
    with torch.no_grad():
        for images, labels in batches:
            for k in range(len(labels)):
                scores = net(images[k : k + 1])
                total.append(float(criterion(scores, labels[k : k + 1])))
                right += int(torch.topk(scores, 1).indices.item() == labels[k].item())
    return math.fsum(total) / len(total), right / len(total)


@alternative(ITEM)
def back_into_the_mode_it_was_in(net, batches):
    before = net.training
    net.eval()
    try:
        with torch.no_grad():
            total = right = count = 0
            for number, (images, labels) in enumerate(batches):
                log_p = functional.log_softmax(net(images), dim=1)
                total = total - log_p.gather(1, labels.view(-1, 1)).sum()
                right = right + torch.eq(log_p.argmax(dim=1), labels).sum()
                count += labels.shape[0]
                print(f"batch {number}: {total / count:.3f}")
    finally:
        net.train(before)
    warnings.warn("measured", stacklevel=1)
    return [(total / count).item(), (right / count).item()]


@alternative(ITEM)
def a_generator_of_batches_and_float32(net, batches):
    net.eval()
    criterion = nn.CrossEntropyLoss(reduction="none")
    with torch.no_grad():
        results = ((criterion(net(x).float(), y), net(x).argmax(dim=1).eq(y)) for x, y in iter(batches))
        losses, hits = (torch.cat(part) for part in zip(*results, strict=True))
    return float(losses.mean()), float(hits.float().mean())


@notebook(ITEM)
def helpers_and_a_class():
    class Meter:
        def __init__(self):
            self.total, self.count = 0.0, 0

        def add(self, value, n):
            self.total, self.count = self.total + value * n, self.count + n

        @property
        def mean(self):
            return self.total / self.count

    def measures(net, images, labels):
        scores = net(images)
        shares = functional.one_hot(scores.argmax(dim=1), scores.shape[1])[range(len(labels)), labels]
        return functional.cross_entropy(scores, labels).item(), shares.double().mean().item()

    def evaluate(net, batches, measure=measures):
        meters = Meter(), Meter()
        with torch.no_grad():
            net.eval()
            for images, labels in batches:
                for meter, value in zip(meters, measure(net, images, labels), strict=True):
                    meter.add(value, len(labels))
        return np.array([meter.mean for meter in meters]).tolist()
