"""Where things stand in the report's figures; the templates in `figures.html` draw them as SVG.

Goes in: shares of points. Comes out: places in a drawing whose width is `WIDTH`.
"""

from dataclasses import dataclass, field

from autograder.report.measures import Spread, spread

LEFT, RIGHT, TOP, BOTTOM = 12, 12, 26, 40
BINS, IN_A_ROW, PITCH = 10, 4, 12.0
BIN = IN_A_ROW * PITCH
WIDTH = LEFT + BINS * BIN + RIGHT
MOST_DOTS = 150  # students that are drawn one by one
BARS = 150.0  # height of the highest bar
SIGNS = {"full": "all points", "part": "some points", "none": "no points", "unwritten": "not written or not found"}
SIGNS |= {"unjudged": "could not be judged"}


@dataclass
class Dot:
    """One student in a figure: `x` and `y` are set by `scores`."""

    name: str
    href: str
    share: float
    label: str
    whole: bool
    x: float = 0.0
    y: float = 0.0


@dataclass
class Scores:
    """A distribution of scores, as dots or as bars.

    Attributes
    ----------
    bins : list of list of Dot
        From 0 to 10 %, to 20 % and so on; the last one with 100 %.
    drawn : {"dots", "bars"}
    spread : Spread or None
        Of the shares of those whose work could be judged in whole.
    """

    bins: list = field(default_factory=lambda: [[] for _ in range(BINS)])
    drawn: str = "dots"
    spread: Spread | None = None
    height: float = 0.0

    @property
    def base(self):
        """Where the axis is."""
        return self.height - BOTTOM

    @property
    def count(self):
        """How many students are in it."""
        return sum(map(len, self.bins))

    @property
    def open(self):
        """How many of them could not be judged in whole."""
        return sum(not dot.whole for one in self.bins for dot in one)

    @property
    def all_points(self):
        """How many have all points."""
        return sum(dot.whole and dot.share >= 1 - 1e-9 for dot in self.bins[-1])

    def bar(self, number):
        """(x, y, width, height) of a bar."""
        high = BARS * len(self.bins[number]) / max(map(len, self.bins))
        return LEFT + number * BIN + 2, self.base - high, BIN - 4, high


def across(share):
    """Where a share of the points stands."""
    return round(LEFT + BINS * BIN * min(max(share, 0.0), 1.0), 1)


def scores(dots):
    """The distribution of these `Dot`s."""
    found = Scores(spread=spread([dot.share for dot in dots if dot.whole]))
    for dot in sorted(dots, key=lambda one: one.share):
        found.bins[max(0, min(int(dot.share * BINS + 1e-9), BINS - 1))].append(dot)
    found.drawn = "dots" if len(dots) <= MOST_DOTS else "bars"
    rows = max(3, *(-(-len(one) // IN_A_ROW) for one in found.bins))
    found.height = TOP + BOTTOM + (rows * PITCH if found.drawn == "dots" else BARS + 16)
    for number, one in enumerate(found.bins):
        for place, dot in enumerate(one):
            row = min(IN_A_ROW, len(one) - place // IN_A_ROW * IN_A_ROW)  # dots in it, which stand in its middle
            dot.x = LEFT + (number + 0.5) * BIN + (place % IN_A_ROW + 0.5 - row / 2) * PITCH
            dot.y = found.base - (place // IN_A_ROW + 0.5) * PITCH
    return found


def parts(outcomes):
    """An item's bar: (outcome, what it means, students, from, width) in percent, and without what nobody has."""
    total, at, found = outcomes.total(), 0.0, []
    for outcome, meaning in SIGNS.items():
        if outcomes[outcome]:
            width = 100 * outcomes[outcome] / total
            found.append((outcome, meaning, outcomes[outcome], round(at, 2), round(width, 2)))
            at += width
    return found
