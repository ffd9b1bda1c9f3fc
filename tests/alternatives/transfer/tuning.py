"""Right fine-tuning, as different as students' is. All must earn full marks without a remark."""

import copy
import io
import itertools
import warnings

import numpy as np
import torch
from torch.nn import functional

from solutions.cnn import EarlyStopping, evaluate, train_epoch
from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "transfer.fine_tune"


@alternative(ITEM)
def counted_by_hand(net, optimiser, batches, val_batches, epochs, patience, verbose=True):
    best, stale, best_state, accuracies = -1.0, 0, None, []
    for epoch in range(1, epochs + 1):
        loss = train_epoch(net, batches, optimiser)
        val_loss, accuracy = evaluate(net, val_batches)
        accuracies += [accuracy]
        if verbose:
            print(f"epoch {epoch}: loss {loss:.3f}, validation {val_loss:.3f}, {accuracy:.1%}")
        if accuracy > best:
            best, stale = accuracy, 0
            best_state = {name: value.detach().clone() for name, value in net.state_dict().items()}
        else:
            stale += 1
            if stale == patience:
                break
    net.load_state_dict(best_state)
    return net.eval() and accuracies


@alternative(ITEM)
def with_early_stopping(net, optimiser, batches, val_batches, epochs, patience):
    stopping, history, stop = EarlyStopping(patience), [], False
    while not stop and len(history) < epochs:
        train_epoch(net, batches, optimiser)
        history.append(torch.tensor(evaluate(net, val_batches)[1], dtype=torch.float64))
        stop = stopping.update(history[-1])
        if stopping.stale == 0:
            kept = copy.deepcopy(net)
    net.load_state_dict(kept.state_dict())
    net.eval()
    return history


@alternative(ITEM)
def every_epochs_weights_kept(net, optimiser, batches, val_batches, epochs, patience):
    """Much memory, and the first best is looked up at the end."""
    states, accuracies = [], np.zeros(0)
    for _ in range(epochs):
        train_epoch(net, batches, optimiser)
        accuracies = np.append(accuracies, evaluate(net, val_batches)[1])
        states.append(copy.deepcopy(net.state_dict()))
        if len(accuracies) - np.argmax(accuracies) > patience:
            warnings.warn("Enough.", stacklevel=1)
            break
    net.load_state_dict(states[int(accuracies.argmax())])
    net.train(False)
    return accuracies


@alternative(ITEM)
def saved_to_a_file(net, optimiser, batches, val_batches, epochs, patience):
    file, accuracies = io.BytesIO(), []
    for epoch in itertools.count(1):
        train_epoch(net, batches, optimiser)
        accuracy = np.float64(evaluate(net, val_batches)[1])
        if all(accuracy > before for before in accuracies):
            file = io.BytesIO()
            torch.save(net.state_dict(), file)
        accuracies.append(accuracy)
        recent, earlier = accuracies[-patience:], accuracies[:-patience]
        if epoch == epochs or (earlier and max(recent) <= max(earlier)):
            break
    file.seek(0)
    net.load_state_dict(torch.load(file))
    for module in net.modules():
        module.training = False
    return tuple(accuracies)


@alternative(ITEM)
def written_out(net, optimiser, batches, val_batches, epochs, patience):
    """Training and measuring by hand, as in a tutorial; the best tensors are copied into each other."""
    kept = [value.clone() for value in net.state_dict().values()]
    accuracies, best = [], None
    for _ in range(epochs):
        net.train()
        for images, labels in batches:
            optimiser.zero_grad()
            functional.cross_entropy(net(images), labels).backward()
            optimiser.step()
        net.eval()
        right = count = 0
        with torch.no_grad():
            for images, labels in val_batches:
                right += (net(images).argmax(dim=1) == labels).sum().item()
                count += len(labels)
        accuracies.append(right / count)
        if best is None or accuracies[-1] > accuracies[best]:
            best = len(accuracies) - 1
            for saved, value in zip(kept, net.state_dict().values(), strict=True):
                saved.copy_(value)
        elif len(accuracies) - best > patience:
            break
    with torch.no_grad():
        for saved, value in zip(kept, net.state_dict().values(), strict=True):
            value.copy_(saved)
    return accuracies


@alternative(ITEM)
def in_numpy_arrays(net, optimiser, batches, val_batches, epochs, patience, min_delta=0.0):
    history, best, waited = [], -np.inf, 0
    for epoch in range(epochs):
        train_epoch(net, list(batches), optimiser, augment=None)
        history.append({"epoch": epoch, "accuracy": evaluate(net, val_batches)[1]})
        improved = history[-1]["accuracy"] - best > min_delta
        waited = 0 if improved else waited + 1
        if improved:
            best = history[-1]["accuracy"]
            kept = {name: value.numpy().copy() for name, value in net.state_dict().items()}
        if not waited < patience:
            break
    net.load_state_dict({name: torch.from_numpy(np.asarray(value)) for name, value in kept.items()})
    net.eval()
    return torch.tensor([entry["accuracy"] for entry in history], dtype=torch.float64)


@notebook(ITEM)
def a_keeper_and_a_generator():
    class Best:
        def __init__(self, net):
            self.net, self.accuracy, self.age, self.state = net, None, 0, None

        def look(self, accuracy):
            self.age += 1
            if self.accuracy is None or accuracy > self.accuracy:
                self.accuracy, self.age, self.state = accuracy, 0, copy.deepcopy(self.net.state_dict())
            return self.age

    def trained(net, optimiser, batches, val_batches):
        while True:
            train_epoch(net, batches, optimiser)
            yield evaluate(net, val_batches)[1]

    def fine_tune(net, optimiser, batches, val_batches, epochs, patience):
        best, accuracies = Best(net), []
        for accuracy in itertools.islice(trained(net, optimiser, batches, val_batches), epochs):
            accuracies.append(accuracy)
            if best.look(accuracy) >= patience:
                break
        missing = net.load_state_dict(best.state)
        print(missing)
        net.eval()
        return accuracies
