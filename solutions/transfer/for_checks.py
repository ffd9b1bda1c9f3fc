"""What the checks ask of this chapter besides the students' functions themselves."""

import functools
import operator

import numpy as np
import torch

from autograder.checks.transfer.cases import BATCH, RATES, tuning_data
from autograder.student import torch_plants, transfer_plants
from solutions import transfer
from solutions.cnn import train_epoch

DRAWS = 3000  # of labels, with which a case is tried to have all that it should have


def prepared(images, size, mean, std):
    """Prepared images, a float32 array (N, 3, size, size)."""
    return transfer.preprocess(images, size, mean, std).numpy()


def numbers(settings):
    """All parameters and running statistics of a little backbone."""
    return transfer_plants.little_backbone(**settings).numbers()


def trained_flags(settings, frozen):
    """Of every parameter of a little backbone, its name and whether it is trained."""
    return transfer_plants.trained_flags()(transfer_plants.little_backbone(**settings, frozen=frozen))


def planted(kind, sizes):
    """A net that is planted under this name."""
    plants = transfer_plants if hasattr(transfer_plants, kind) else torch_plants
    return getattr(plants, kind)(sizes)


def count(kind, sizes):
    """How many numbers of a planted net are trained."""
    return transfer.trainable_parameters(planted(kind, sizes))


def modes(sizes, frozen):
    """Every layer's mode in a mixed net that trains, its frozen layers' statistics kept."""
    net = transfer_plants.mixed_net(sizes, frozen).train()
    transfer.keep_statistics(net)
    return transfer_plants.modes_by_layer()(net)


def features(channels, seed, images, size):
    """Features (N, F) of a little backbone, in float64."""
    backbone = transfer_plants.little_backbone(channels, seed).double()
    return transfer.extract_features(backbone, torch_plants.tensor(images).double(), size)


def rates(learning_rate, decay):
    """Learning rates of four stages, the first nearest to the image, and of the head behind them."""
    net = transfer_plants.net_with_head([2, 3, 4, 5], 3, 0)
    rows, _, _ = transfer_plants.rates_by_layer()(net, transfer.parameter_groups(net, learning_rate, decay))
    return [next(own[0] for layer, _, own in rows if layer == number) for number in range(5)]


def probed(X, y, classes, reg):
    """The least regularised loss of a linear layer, and its weights (classes, F) for standardised features."""
    layer = transfer.train_probe(X, y, classes, reg)
    std = X.std(axis=0, dtype=np.float64)
    weights = layer.weight.detach().numpy() * np.where(std < 1e-6, 1.0, std)
    scores = layer(torch.as_tensor(X, dtype=torch.float32)).detach().double()
    loss = torch.nn.functional.cross_entropy(scores, torch.as_tensor(y)).item()
    return np.float64(loss + reg * np.sum(weights**2)), weights


def tuning(seed, sizes, labels):
    """Net, optimiser, batches and validation batches of a case; the labels are those to validate with."""
    settings, train, val_images = tuning_data(seed, sizes)
    net = torch_plants.probe_net(**settings)
    sets = [torch_plants.batches(*part, BATCH) for part in (train, (val_images, np.asarray(labels)))]
    return net, torch_plants.optimiser(net, *RATES), *sets


@functools.lru_cache(maxsize=64)
def _trained(seed, sizes, epochs):
    """Predicted classes (epochs, N') of the images to validate with, and all numbers of the net, after each epoch."""
    net, optimiser, batches, val_batches = tuning(seed, sizes, np.zeros(sizes[3], dtype=int))
    predicted, states = [], []
    for _ in range(epochs):
        train_epoch(net, batches, optimiser)
        net.eval()
        with torch.no_grad():
            predicted.append(torch.cat([net(images) for images, _ in val_batches]).argmax(dim=1).numpy())
        states.append(net.numbers())
    return np.array(predicted), np.array(states)


def every_epoch(seed, sizes, labels, epochs):
    """Validation accuracy (epochs,) and all numbers of the net (epochs, P) after each epoch, none left out."""
    predicted, states = _trained(seed, tuple(sizes), epochs)
    return np.mean(predicted == labels, axis=1), states


def tuned(seed, sizes, labels, epochs, patience):
    """Validation accuracies of the epochs that fine-tuning runs."""
    return np.array(transfer.fine_tune(*tuning(seed, sizes, labels), epochs, patience))


@functools.lru_cache(maxsize=64)
def _eventful(first, sizes, epochs, patience):
    for seed in range(first, first + 100):
        predicted, _ = _trained(seed, sizes, epochs)
        rng = np.random.default_rng([3, seed])
        for _ in range(DRAWS):
            # What the net says of each image after some epoch or other: so accuracies go up and down.
            labels = predicted[rng.integers(0, epochs, sizes[3]), np.arange(sizes[3])]
            if _shows_all(np.mean(predicted == labels, axis=1), patience):
                return seed, labels
    raise RuntimeError("There is no case in which everything can be seen.")


def eventful(first, sizes, epochs, patience):
    """A seed, `first` or a later one, and labels (N',) with which everything that a case is there for can be seen."""
    return _eventful(first, tuple(sizes), epochs, patience)


def stopped(accuracies, patience, better=operator.gt, late=0, reset=True, stop=True, previous=False):
    """Number of the best epoch, and how many epochs are run; other settings than these are mistakes."""
    best = stale = 0
    for number in range(len(accuracies)):
        before = number - 1 if previous else best
        if number == 0 or better(accuracies[number], accuracies[before]):
            best, stale = number, 0 if reset else stale
        else:
            stale += 1
        if stop and stale >= max(patience + late, 1):
            return best, number + 1
    return best, len(accuracies)


WRONG: tuple[dict, ...] = (
    {"stop": False},
    {"late": 1},
    {"late": -1},
    {"reset": False},
    {"better": operator.ge},
    {"previous": True},
    {"better": operator.lt},
)


def _shows_all(accuracies, patience):
    """Whether accuracies tell wrong ways to stop: all run other epochs, and with a small patience no two are alike."""
    at, run = stopped(accuracies, patience)
    if len(accuracies) == 1:
        return bool(accuracies[0] > 0)
    if run == len(accuracies):
        return stopped(accuracies, patience - 1)[1] == run and 0 < at < run - 1
    if at == 0 or accuracies[run:].max() <= accuracies[at] or not np.any(accuracies[at + 1 : run] == accuracies[at]):
        return False
    wrong = [stopped(accuracies, patience, **settings) for settings in WRONG]
    if patience > 2:
        return run not in {length for _, length in wrong[:4]}
    return run not in {length for _, length in wrong} and len(set(wrong)) == len(wrong)
