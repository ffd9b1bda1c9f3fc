"""How a class did, and how an item worked, in numbers. `DEFINITIONS` says what each of them means, on the pages too.

Goes in: points. Comes out: mean, median, quartiles, spread; for an item its pass rate, mean share of points, difficulty
and discrimination, the last one only where there are enough students to tell.
"""

import math
import statistics
from collections import Counter
from dataclasses import dataclass

ENOUGH = 10  # hand-ins, below which a discrimination would be chance
CERTAIN = 0.95
WEAK = 0.2  # a discrimination that is surely below this says that an item does not separate
DEFINITIONS = {
    "all points": "the share of students who have all points of the item, bonus not counted.",
    "mean": "the mean share of its points that students have.",
    "difficulty": "one minus that mean: 0 where everybody has all points, 1 where nobody has any.",
    "discrimination": "the correlation between the points of the item and the points of all other items of the "
    "homework (corrected item-total correlation), from −1 to 1. Near 0, or below it, the item does not tell who can "
    f"do the rest: look at its text and its check. In brackets the interval that holds it with {CERTAIN:.0%} "
    f"certainty. It is told from {ENOUGH} whole hand-ins on.",
}


@dataclass(frozen=True)
class Spread:
    """Where numbers lie: quartiles by linear interpolation, standard deviation with n - 1."""

    count: int
    mean: float
    deviation: float | None
    least: float
    lower: float
    median: float
    upper: float
    most: float


def spread(numbers):
    """The `Spread` of some numbers, or None where there are none."""
    if not numbers:
        return None
    lower, median, upper = statistics.quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else numbers * 3
    return Spread(
        len(numbers),
        statistics.fmean(numbers),
        statistics.stdev(numbers) if len(numbers) > 1 else None,
        min(numbers),
        lower,
        median,
        upper,
        max(numbers),
    )


@dataclass(frozen=True)
class Discrimination:
    """How well an item goes with the others.

    Attributes
    ----------
    value, low, high : float or None
        The correlation and its interval; None where it cannot be told.
    why : str
        Why it cannot be told, or empty.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""

    @property
    def weak(self):
        """Whether the item surely does not separate."""
        return self.high is not None and self.high < WEAK


def discrimination(item, total):
    """Correlation of an item's points with the total of the other items, by student.

    Parameters
    ----------
    item, total : list of float
        Points of the item, and of the whole homework with it.
    """
    if len(item) < ENOUGH:
        return Discrimination(why="too few students")
    rest = [round(whole - one, 6) for one, whole in zip(item, total, strict=True)]
    if len(set(item)) == 1:
        return Discrimination(why="all have the same points")
    if len(set(rest)) == 1:
        return Discrimination(why="all are alike in the rest")
    value = max(-1.0, min(1.0, statistics.correlation(item, rest)))
    if abs(value) > 1 - 1e-9:
        return Discrimination(value, value, value)
    half = statistics.NormalDist().inv_cdf((1 + CERTAIN) / 2) / math.sqrt(len(item) - 3)  # Fisher's transformation
    return Discrimination(value, math.tanh(math.atanh(value) - half), math.tanh(math.atanh(value) + half))


@dataclass(frozen=True)
class ItemNumbers:
    """How one item went in a class.

    Attributes
    ----------
    outcomes : Counter
        Students by outcome: "full", "part", "none", "unwritten", "unjudged".
    passed, mean, difficulty : float or None
        Shares of the students who were judged; None where there are none.
    discrimination : Discrimination
    seconds : Spread or None
        How long the check took.
    stopped : Counter
        Students by the limit they hit.
    """

    outcomes: Counter
    passed: float | None
    mean: float | None
    difficulty: float | None
    discrimination: Discrimination
    seconds: Spread | None
    stopped: Counter

    @property
    def judged(self):
        """How many students' points say something."""
        return self.outcomes.total() - self.outcomes["unjudged"]


def item_numbers(items, whole):
    """The `ItemNumbers` of one item.

    Parameters
    ----------
    items : list of Item
        Every student's verdict on it.
    whole : list of (Item, float)
        The same for the students all of whose items were judged, each with all points of the homework.
    """
    judged = [item for item in items if item.judged]
    shares = [item.points / item.max_points if item.max_points else 1.0 for item in judged]
    mean = statistics.fmean(shares) if shares else None
    return ItemNumbers(
        Counter(item.outcome for item in items),
        sum(item.full for item in judged) / len(judged) if judged else None,
        mean,
        None if mean is None else 1 - mean,
        discrimination([item.points for item, _ in whole], [total for _, total in whole]),
        spread([item.seconds for item in judged]),
        Counter(item.status for item in items if item.stopped),
    )
