"""Well-known mistakes in early stopping."""

import numpy as np

KNOWN = "known mistake"


class _Stopping:
    """Early stopping with one thing or another done in a wrong way."""

    def __init__(self, patience, min_delta, better, late=0, reset=True, keep_best=False):
        self.patience, self.min_delta, self.better = patience + late, min_delta, better
        self.reset, self.keep_best = reset, keep_best
        self.best, self.last, self.stale = None, None, 0
        self.seen, self.at = [], 0

    def update(self, accuracy):
        self.seen.append(accuracy)
        if self.best is None or self.better(self, accuracy):
            self.best, self.at = accuracy, len(self.seen)
            self.stale = 0 if self.reset else self.stale
        else:
            self.stale += 1
            if self.keep_best:
                self.best = max(self.best, accuracy)
        self.last = accuracy
        return self.stale >= self.patience


def _stops(better=lambda s, a: a > s.best + s.min_delta, kept=lambda s: s.best, **wrong):
    """What such a one says, and what it keeps as `best`: `kept(stopping)`."""

    def run(patience, min_delta, accuracies):
        stopping = _Stopping(patience, min_delta, better, **wrong)
        return [stopping.update(float(a)) for a in accuracies], np.float64(kept(stopping))

    return run


_STOPS = [
    (KNOWN, "It stops one epoch too late: `patience` epochs without improvement are enough.", _stops(late=1)),
    (KNOWN, "It stops one epoch too early.", _stops(late=-1)),
    (
        KNOWN,
        "Epochs without improvement are counted in all, not in a row: an improvement sets the count back to zero.",
        _stops(reset=False),
    ),
    (KNOWN, "`min_delta` is not looked at.", _stops(lambda s, a: a > s.best)),
    (KNOWN, "Just as good counts as better.", _stops(lambda s, a: a >= s.best + s.min_delta)),
    (
        KNOWN,
        "It is compared with the epoch before, not with the best one.",
        _stops(lambda s, a: a > s.last + s.min_delta),
    ),
    (
        KNOWN,
        "Smaller counts as better: that is for losses; accuracies should grow.",
        _stops(lambda s, a: a < s.best - s.min_delta),
    ),
    (
        KNOWN,
        "`best` creeps up with steps smaller than min_delta, so that many of them together never count.",
        _stops(keep_best=True),
    ),
    (
        KNOWN,
        "`min_delta` is subtracted: what is a little worse counts as better.",
        _stops(lambda s, a: a > s.best - s.min_delta),
    ),
    (
        KNOWN,
        "`min_delta` is taken as a share of the best accuracy.",
        _stops(lambda s, a: a > s.best * (1 + s.min_delta)),
    ),
    (
        KNOWN,
        "`best` holds min_delta on top of the accuracy: keep the accuracy as it is.",
        _stops(kept=lambda s: s.best + s.min_delta),
    ),
    (
        KNOWN,
        "`best` is the largest accuracy so far; it should be that of the last improvement, by more than min_delta.",
        _stops(kept=lambda s: max(s.seen)),
    ),
    (KNOWN, "`best` is the number of the epoch; it should be its accuracy.", _stops(kept=lambda s: s.at)),
    (KNOWN, "`best` is the number of the epoch, from 0; it should be its accuracy.", _stops(kept=lambda s: s.at - 1)),
    (KNOWN, "`best` is in per cent; keep the accuracy as it came.", _stops(kept=lambda s: 100 * s.best)),
]


MISTAKES = {
    "stops": _STOPS,
}
