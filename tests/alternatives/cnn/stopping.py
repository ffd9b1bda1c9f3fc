"""Right early stopping, as different as students' is. All must earn full marks without a remark."""

import warnings
from dataclasses import dataclass, field

import numpy as np

from solutions.cnn import EarlyStopping
from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "cnn.early_stopping"


@alternative(ITEM)
class CountsDown:
    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta, self.left, self.best = patience, min_delta, patience, None

    def update(self, accuracy):
        if self.best is None:
            self.best = accuracy
            return False
        if accuracy - self.best > self.min_delta:
            self.best = accuracy
            self.left = self.patience
        else:
            self.left = self.left - 1
        return not self.left > 0


@alternative(ITEM)
class KeepsAllAccuracies:
    """The epoch of the last improvement is found anew each time."""

    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta, self.seen = patience, min_delta, []

    @property
    def best(self):
        return self.seen[self._last()] if self.seen else None

    def _last(self):
        last = 0
        for number, accuracy in enumerate(self.seen):
            if accuracy > self.seen[last] + self.min_delta:
                last = number
        return last

    def update(self, accuracy):
        self.seen += [accuracy]
        return len(self.seen) - 1 - self._last() >= self.patience


@alternative(ITEM)
class StartsAtMinusInfinity(EarlyStopping):
    def __init__(self, patience=5, min_delta=0.0):
        super().__init__(patience, min_delta)
        self.best = -np.inf

    def update(self, accuracy):
        better = np.greater(accuracy, self.best + self.min_delta)
        self.best = np.where(better, accuracy, self.best)
        self.stale = np.where(better, 0, self.stale + 1)
        return np.greater_equal(self.stale, self.patience)


@alternative(ITEM)
class EpochsAndPrints(EarlyStopping):
    epoch, best_epoch = 0, 0

    def update(self, accuracy, verbose=True):
        self.epoch += 1
        if self.best is None or not accuracy <= self.best + self.min_delta:
            self.best, self.best_epoch = float(accuracy), self.epoch
        stop = (self.epoch - self.best_epoch) // self.patience > 0
        if verbose:
            print(f"epoch {self.epoch}: {accuracy:.3f}, best {self.best:.3f} in epoch {self.best_epoch}")
        if stop:
            warnings.warn("Enough.", stacklevel=1)
        return stop


@alternative(ITEM)
class AMarkThatSays(EarlyStopping):
    stop = False

    def update(self, accuracy):
        improved = self.best is None
        if not improved:
            improved = accuracy > self.best + self.min_delta
        if improved:
            self.best = accuracy
            self.stale = 0
        if not improved:
            self.stale = self.stale + 1
            if self.stale == self.patience:
                self.stop = True
        return bool(self.stop)


@notebook(ITEM)
def a_dataclass():
    @dataclass
    class EarlyStopping:
        patience: int = 5
        min_delta: float = 0.0
        best: float | None = None
        behind: list = field(default_factory=list)

        def update(self, accuracy):
            if self.best is None or accuracy > self.best + self.min_delta:
                self.best, self.behind = accuracy, []
                return False
            self.behind.append(accuracy)
            return len(self.behind) >= self.patience


@notebook(ITEM)
def a_generator_inside():
    class EarlyStopping:
        def __init__(self, patience=5, min_delta=0.0, mode="max"):
            self.best = None
            self._told = self._epochs(patience, min_delta)
            next(self._told)

        def _epochs(self, patience, min_delta):
            stale = -1
            accuracy = yield None
            while True:
                if self.best is None or accuracy > self.best + min_delta:
                    self.best, stale = accuracy, -1
                stale += 1
                accuracy = yield stale >= patience

        def update(self, accuracy):
            return self._told.send(accuracy)


@notebook(ITEM)
def with_losses_turned_round():
    """The smallest of the negative accuracies is looked for."""

    class Smallest:
        def __init__(self, patience, min_delta):
            self.patience, self.min_delta, self.smallest, self.count = patience, min_delta, float("inf"), 0

        def __call__(self, loss):
            if loss < self.smallest - self.min_delta:
                self.smallest, self.count = loss, 0
            else:
                self.count += 1
            return np.bool_(self.count >= self.patience)

    class EarlyStopping:
        def __init__(self, patience=5, min_delta=0.0):
            self.inner = Smallest(patience, min_delta)

        @property
        def best(self):
            return -self.inner.smallest

        def update(self, accuracy):
            return self.inner(-accuracy)
