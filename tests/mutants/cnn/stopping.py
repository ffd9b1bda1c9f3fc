"""Wrong early stopping: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

ITEM = "cnn.early_stopping"
STOPS, DELTA, BEST, FORM = "stops in the right epoch", "min_delta", "best", "update returns True or False"
BETTER = "if self.best is None or accuracy > self.best + self.min_delta:"
THEN, WORSE = "self.best, self.stale = accuracy, 0", "self.stale += 1"
RETURN, START = "return self.stale >= self.patience", "self.best, self.stale = None, 0"
KNOWN, ANY, ALL = "known mistake", ("", "known mistake"), (STOPS, DELTA, BEST, FORM)


def wrong(name, changes, fails, diagnosis=KNOWN, only=False):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# When it stops
wrong("an epoch too late", {RETURN: "return self.stale > self.patience"}, (STOPS, DELTA), only=True)
wrong("an epoch too early", {RETURN: "return self.stale >= self.patience - 1"}, (STOPS, DELTA))
wrong("counted in all", {THEN: "self.best = accuracy"}, STOPS)
wrong("never stops", {RETURN: "return False"}, (STOPS, DELTA), "", only=True)
wrong("always stops", {RETURN: "return True"}, (STOPS, DELTA), ANY)
wrong("stops while it improves", {RETURN: f"{RETURN} and self.stale == 0"}, (STOPS, DELTA), "", only=True)
wrong("the first epoch without improvement", {RETURN: "return self.stale > 0"}, (STOPS, DELTA), ANY)
wrong("a patience of five written in", {RETURN: "return self.stale >= 5"}, STOPS, ANY)
wrong(
    "patience for all epochs",
    {WORSE: WORSE, RETURN: "self.n = getattr(self, 'n', 0) + 1\n        return self.n >= self.patience"},
    (STOPS, DELTA),
    ANY,
)
wrong("the opposite", {RETURN: "return not self.stale >= self.patience"}, (STOPS, DELTA), ANY)
wrong("reset to one", {THEN: "self.best, self.stale = accuracy, 1"}, STOPS, ANY)
wrong("count goes down by one", {THEN: "self.best, self.stale = accuracy, max(self.stale - 1, 0)"}, STOPS, ANY)
wrong("two for every epoch", {WORSE: "self.stale += 2"}, (STOPS, DELTA), ANY)
wrong(
    "one best for all",
    {
        START: "self.stale = 0",
        "self.best": "type(self).best",
        "type(self).best is None": "not hasattr(type(self), 'best')",
    },
    (STOPS, BEST),
    ANY,
)
wrong("min_delta not looked at", {BETTER: BETTER.replace(" + self.min_delta", "")}, DELTA)
wrong("min_delta subtracted", {BETTER: BETTER.replace("+ self", "- self")}, DELTA)
wrong("just as good is better", {BETTER: BETTER.replace("accuracy >", "accuracy >=")}, STOPS, only=True)
wrong(
    "smaller is better", {BETTER: BETTER.replace("accuracy >", "accuracy <").replace("+ self", "- self")}, (STOPS, BEST)
)
wrong(
    "smaller is better, by more than min_delta",
    {BETTER: BETTER.replace("accuracy > self.best +", "accuracy < self.best +")},
    (STOPS, BEST),
    ANY,
)
wrong(
    "compared with the epoch before",
    {
        BETTER: "last, self.last = getattr(self, 'last', None), accuracy\n        "
        "if last is None or accuracy > last + self.min_delta:"
    },
    (STOPS, BEST),
)
wrong(
    "min_delta as a share",
    {BETTER: BETTER.replace("self.best + self.min_delta", "self.best * (1 + self.min_delta)")},
    DELTA,
    ANY,
)
wrong(
    "any change is an improvement",
    {BETTER: "if self.best is None or abs(accuracy - self.best) > self.min_delta:"},
    (STOPS, BEST),
    ANY,
)
wrong("min_delta of .01 written in", {"self.min_delta:": "0.01:"}, STOPS, ANY)
wrong(
    "whole per cent compared",
    {BETTER: "if self.best is None or round(accuracy, 1) > round(self.best, 1) + self.min_delta:"},
    STOPS,
    ANY,
)
wrong("the best begins at zero", {"self.best is None or ": "", START: "self.best, self.stale = 0.0, 0"}, STOPS, ANY)
wrong(
    "the best begins at one half",
    {"self.best is None or ": "", START: "self.best, self.stale = 0.5, 0"},
    (STOPS, BEST),
    ANY,
)
wrong("best is not kept", {THEN: "self.stale = 0"}, (STOPS, BEST), ANY)
wrong(
    "the first is no improvement",
    {
        BETTER: "if self.best is None:\n            self.best = accuracy\n            self.stale = 1\n"
        "        elif accuracy > self.best + self.min_delta:"
    },
    DELTA,
    ANY,
)

# best
wrong("best creeps", {WORSE: f"{WORSE}\n            self.best = max(self.best, accuracy)"}, (DELTA, BEST))
wrong("best is the last accuracy", {RETURN: f"self.best = accuracy\n        {RETURN}"}, (STOPS, BEST), KNOWN)
wrong(
    "best under another name",
    {"self.best": "self.best_accuracy"},
    BEST,
    "",
    only=True,
)
wrong(
    "best with min_delta",
    {
        THEN: "self.best, self.stale = accuracy + self.min_delta, 0",
        BETTER: "if self.best is None or accuracy > self.best:",
    },
    BEST,
    only=True,
)
wrong(
    "best is the number of the epoch",
    {
        START: "self.best = self.top = None\n        self.stale = self.n = 0",
        BETTER: "self.n += 1\n        if self.top is None or accuracy > self.top + self.min_delta:",
        THEN: "self.top, self.best, self.stale = accuracy, self.n, 0",
    },
    BEST,
    ANY,
    only=True,
)
wrong(
    "best in per cent",
    {
        THEN: "self.top, self.best, self.stale = accuracy, 100 * accuracy, 0",
        BETTER: "if self.best is None or accuracy > self.top + self.min_delta:",
    },
    BEST,
    ANY,
    only=True,
)
wrong(
    "best as a text",
    {
        THEN: "self.top, self.best, self.stale = accuracy, f'{accuracy:.1%}', 0",
        BETTER: "if self.best is None or accuracy > self.top + self.min_delta:",
    },
    BEST,
    "",
    only=True,
)
wrong(
    "best is not a number",
    {
        RETURN: f"kept = {RETURN[7:]}\n        self.top = self.best\n        return kept",
        START: "self.best, self.stale, self.top = None, 0, None",
        THEN: "self.best, self.stale = accuracy * float('nan'), 0",
    },
    (STOPS, BEST),
    ANY,
)
wrong("best rounded", {THEN: "self.best, self.stale = round(accuracy, 2), 0"}, BEST, "rounded")

# What comes back
wrong("nothing returned", {RETURN: RETURN[7:]}, (STOPS, DELTA, FORM), "", only=True)
wrong("the attribute set, nothing returned", {RETURN: f"self.stop = {RETURN[7:]}"}, (STOPS, DELTA, FORM), "", only=True)
wrong("True or nothing", {RETURN: f"if {RETURN[7:]}:\n            return True"}, FORM, "", only=True)
wrong("whole numbers", {RETURN: f"return int({RETURN[7:]})"}, FORM, "", only=True)
wrong("words", {RETURN: f'return "stop" if {RETURN[7:]} else ""'}, FORM, "", only=True)
wrong("always words", {RETURN: f'return "stop" if {RETURN[7:]} else "go on"'}, (STOPS, DELTA, FORM), ANY, only=True)
wrong("the count", {RETURN: "return self.stale"}, (STOPS, DELTA, FORM), ANY)
wrong("a pair", {RETURN: f"return {RETURN[7:]}, self.best"}, (STOPS, DELTA, FORM), ANY)
wrong("a list", {RETURN: f"return [{RETURN[7:]}]"}, (STOPS, DELTA), ANY)
wrong("printed", {RETURN: f"print({RETURN[7:]})"}, (STOPS, DELTA, FORM), "", only=True)
wrong(
    "an error at the end", {RETURN: f"if {RETURN[7:]}:\n            raise StopIteration\n        return False"}, ALL, ""
)
wrong("not a number for True", {RETURN: f"return float('nan') if {RETURN[7:]} else 0.0"}, FORM, "")
wrong("random answers", {RETURN: "return bool(np.random.rand() > 0.5)"}, STOPS, ANY)
memorised(ITEM, method="update", fails=(STOPS, DELTA), otherwise=lambda accuracy: False, diagnosis=("",))


@mutant(ITEM, fails=(STOPS, DELTA), diagnosis=ANY)
class TheLastEpochsAlone:
    """It stops when the last `patience` epochs fall, each below the one before."""

    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta, self.seen, self.best = patience, min_delta, [], None

    def update(self, accuracy):
        self.seen.append(accuracy)
        self.best = max(self.seen)
        return len(self.seen) > self.patience and bool(np.all(np.diff(self.seen[-self.patience - 1 :]) < 0))


@mutant(ITEM, fails=(STOPS, DELTA), diagnosis=ANY)
class SettingsSwapped:
    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta = min_delta, patience
        self.best, self.stale = None, 0

    def update(self, accuracy):
        if self.best is None or accuracy > self.best + self.min_delta:
            self.best, self.stale = accuracy, 0
        else:
            self.stale += 1
        return self.stale >= self.patience


@mutant(ITEM, fails=BEST, diagnosis=ANY)
class TheBestOfAll:
    """What is looked for is right, but `best` is the largest accuracy, improvement or not."""

    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta, self.level, self.best, self.stale = patience, min_delta, None, None, 0

    def update(self, accuracy):
        if self.level is None or accuracy > self.level + self.min_delta:
            self.level, self.stale = accuracy, 0
        else:
            self.stale += 1
        self.best = accuracy if self.best is None else max(self.best, accuracy)
        return self.stale >= self.patience
