"""Training in PyTorch, spelled out: one epoch, its evaluation, and when to stop.

A net, batches of images and labels, and an optimiser go in; losses and accuracies come out.
"""

import torch
from torch.nn import functional


def train_epoch(net, batches, optimiser, augment=None, schedule=None):
    """Show every batch to the net once, and take a step for each.

    Parameters
    ----------
    net : Module
        Images (N, C, H, W) in, scores (N, classes) out. It is put into training mode.
    batches : iterable
        Pairs of images, and their classes (N,).
    optimiser : torch.optim.Optimizer
        Of the net's parameters.
    augment : function, optional
        Makes other images of a batch, before the net sees it.
    schedule : object, optional
        Its `step()` is called after every step of the optimiser.

    Returns
    -------
    float
        Mean cross-entropy of all images, as the net met them.
    """
    ### BEGIN SOLUTION
    net.train()
    total, count = 0.0, 0
    for images, labels in batches:
        if augment is not None:
            images = augment(images)
        loss = functional.cross_entropy(net(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if schedule is not None:
            schedule.step()
        total += loss.item() * len(labels)  # the last batch may be smaller
        count += len(labels)
    return total / count
    ### END SOLUTION


def evaluate(net, batches):
    """Mean loss and accuracy of a net that learns nothing meanwhile.

    Parameters
    ----------
    net : Module
        It is put into evaluation mode.
    batches : iterable
        Pairs of images, and their classes (N,).

    Returns
    -------
    loss : float
        Mean cross-entropy of all images.
    accuracy : float
        Share of the images whose largest score is that of their class.
    """
    ### BEGIN SOLUTION
    net.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in batches:
            scores = net(images)
            total += functional.cross_entropy(scores, labels, reduction="sum").item()
            right += int((scores.argmax(dim=1) == labels).sum())
            count += len(labels)
    return total / count, right / count
    ### END SOLUTION


class EarlyStopping:
    """Says when validation has not become better for a while.

    Parameters
    ----------
    patience : int
        After so many epochs in a row without improvement, training should stop.
    min_delta : float
        An accuracy counts as an improvement if it is larger than the best one so far by more than this.

    Attributes
    ----------
    best : float or None
        Accuracy of the last improvement; None before the first epoch.
    stale : int
        Epochs since then.
    """

    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.stale = None, 0

    def update(self, accuracy):
        """Take in an epoch's validation accuracy; returns True when training should stop.

        The first accuracy is an improvement, whatever it is.
        """
        ### BEGIN SOLUTION
        if self.best is None or accuracy > self.best + self.min_delta:
            self.best, self.stale = accuracy, 0
        else:
            self.stale += 1
        return self.stale >= self.patience
        ### END SOLUTION
