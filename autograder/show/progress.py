"""How far a grading is, while it is at work: a bar in a terminal, else a plain line every now and then.

Goes in: what `grade_class` tells its `Watch`. Comes out: on the screen, how many notebooks are graded, how many are
being worked on, how many could not be graded, and how long the rest will take. No student's name is shown.
"""

import sys
import time

from tqdm import tqdm

from autograder.grading.pool import Watch

EVERY_SECONDS = 30  # between two plain lines


class Progress(Watch):
    """Shows how far a grading is.

    The time left comes from what was run since the start, canaries too: how many came back, in how much time. What an
    earlier grading had finished comes back at once and says nothing about it.
    """

    def __init__(self):
        self.total = self.graded = self.failed = self.working = self.ran = 0
        self.began = self.shown = time.monotonic()
        self.end: float | None = None  # when all will be done, as it looks after the last result
        self.bar = None
        if sys.stdout.isatty():
            bar = "{percentage:3.0f}%|{bar:20}| {desc}"
            self.bar = tqdm(bar_format=bar, file=sys.stdout, leave=False, dynamic_ncols=True, mininterval=0)

    def start(self, notebooks):
        """So many notebooks are to be graded."""
        self.total = notebooks
        if self.bar is not None:
            self.bar.reset(notebooks)
        self._show()

    def tried(self):
        """A canary has come back."""
        self.ran += 1

    def busy(self, tasks):
        """So many tasks are being worked on."""
        self.working = tasks
        self._show()

    def done(self, graded):
        """One notebook more is finished."""
        self.graded += 1
        self.failed += bool(graded.trouble)
        if not graded.kept:
            self.ran += 1
            now = time.monotonic()
            self.end = now + (self.total - self.graded) * (now - self.began) / self.ran
        if self.bar is not None:
            self.bar.update()
        self._show()

    def close(self):
        """Leave the screen to others."""
        if self.bar is not None:
            self.bar.close()

    def __str__(self):
        """The state of things in one line."""
        said = f"{self.graded} of {self.total} graded, {self.working} running, {self.failed} failed"
        if self.end is None or self.graded == self.total:
            return said
        left = max(self.end - time.monotonic(), 0.0)
        return f"{said}, about {tqdm.format_interval(left)} left"

    def _show(self):
        if self.bar is not None:
            self.bar.set_description_str(str(self))
        elif time.monotonic() - self.shown >= EVERY_SECONDS:
            self.shown = time.monotonic()
            print(self, flush=True)
