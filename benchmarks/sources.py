"""Every figure of the five sources beside ours: what the page `book/studies.md` shows.

Goes in: `book/sources.json`, one row for each figure, and the recorded results. Comes out: rows with both numbers and
what is to be said of them, and tables. A row names what answers it: "study" (a recorded result; of its "group", by
default its runs, those "where" settings are so, or the "best" by some value, and of these a "value"; or what stands
"at" a place; or the "count" of a group), "toy" (computed by `benchmarks.toys`), or "page" (shown where "section" says).
With "reason" none does, or not yet. "judge" says which of two numbers is the better one: "higher", "lower", "same".
"""

import functools
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks.toys import TOYS
from coursekit.provenance import duration

BOOK = Path(__file__).resolve().parents[1] / "book"
RESULTS = BOOK / "results"
NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
WIDE = '<span style="display: inline-block; min-width: min(12rem, 40vw)">'  # or a long text becomes a narrow column
HEADER = ["what, and where", "theirs", "ours", "difference", "seeds", "time"]


@dataclass(frozen=True)
class Compared:
    """A row of the table: what `book/sources.json` says, and what is known of ours.

    Attributes
    ----------
    row : dict
    values : tuple of float
        Ours, one for each run; none where there is a `reason`, or where it is shown on a page of the book.
    seeds : int or None
    seconds : float or None
        Of a run, the mean; of the whole study for a figure of a whole study.
    images : int or None
        On which an accuracy of ours was measured.
    """

    row: dict
    values: tuple = ()
    seeds: int | None = None
    seconds: float | None = None
    images: int | None = None

    @property
    def theirs(self):
        """The numbers of the source, in its unit; those of times are in seconds."""
        if "value_of_theirs" in self.row:
            return (float(self.row["value_of_theirs"]),)
        return tuple(float(text) for text in numbers(self.row.get("theirs", "")))

    @property
    def reason(self):
        """Why there is no number of ours, or an empty text."""
        return "" if self.values else self.row.get("reason", "")

    @property
    def noise(self):
        """Standard error of the difference of two accuracies on so many images, in points; None where not known."""
        if self.images is None or self.row.get("unit") != "%":
            return None
        share = self.mean / 100
        return 100 * (2 * share * (1 - share) / self.images) ** 0.5

    @property
    def within_noise(self):
        """Whether ours is worse by less than the images can tell apart."""
        return bool(self.worse and self.noise and self.theirs[0] - self.mean < self.noise)

    @property
    def mean(self):
        """Ours, the mean of all runs, in the source's unit."""
        return float(np.mean(self.values)) * (100 if self.row.get("unit") == "%" else 1)

    @property
    def worse(self):
        """Whether ours is worse, or not the same where it must be."""
        judge = self.row["judge"]
        if not judged([self]):
            return False
        if judge == "same":
            pairs = zip(numbers(self.row["theirs"]), self.values, strict=True)
            return any(abs(float(text) - ours) > _half_a_digit(text) for text, ours in pairs)
        return self.mean < self.theirs[0] if judge == "higher" else self.mean > self.theirs[0]


def numbers(text):
    """Return the numbers in a text as texts: without commas, with a plain minus sign."""
    return [found.replace(",", "").replace("−", "-") for found in NUMBER.findall(text)]


def _half_a_digit(text):
    """Half a unit of the last digit of a number as it is written, and a little for rounding in binary."""
    return 0.500001 * 10.0 ** int(Decimal(text).as_tuple().exponent)


@functools.cache
def recorded(name):
    """Return a recorded result, or None."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def compared():
    """Return all rows of `book/sources.json`, each with ours.

    Raises
    ------
    ValueError
        If a row names what is not there.
    """
    return [_with_ours(row) for row in json.loads((BOOK / "sources.json").read_text(encoding="utf-8"))]


def _with_ours(row):
    if "toy" in row:
        if row["toy"] not in TOYS:
            raise ValueError(f"There is no toy {row['toy']!r} in benchmarks/toys.py; {row['what']!r} names it.")
        return Compared(row, tuple(np.atleast_1d(TOYS[row["toy"]]()).tolist()))
    if "study" not in row:
        return Compared(row)
    study = recorded(row["study"])
    if study is None:
        if "reason" in row:
            return Compared(row)
        raise ValueError(f"There is no recorded result {row['study']}; {row['what']!r} names it and gives no reason.")
    try:
        return _from_study(row, study)
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"{row['study']} does not have what {row['what']!r} asks for: {error!r}.") from error


def _from_study(row, study):
    if "count" in row:
        return Compared(row, (len(study[row["count"]]),), None, study["seconds"])
    if "at" in row:
        found = functools.reduce(lambda part, key: part[key], row["at"], study)
        return Compared(row, (found,), 1, study.get("seconds"))
    runs = [run for run in study[row.get("group", "runs")] if _fits(run, row["where"])]
    if "best" in row:
        runs = [max(runs, key=lambda run: run[row["best"]])]
    if not runs:
        raise KeyError(f"no run where {row['where']}")
    seconds = [run["seconds"] for run in runs if "seconds" in run]
    seeds = len({run.get("seed") for run in runs})
    if seeds != len(runs):
        raise KeyError(f"{len(runs)} runs of {seeds} seeds where {row['where']}: say which")
    values = tuple(_value(run, row["value"]) for run in runs)
    images = study.get("data", {}).get("splits", {}).get(row["value"].removesuffix("_accuracy"), {}).get("images")
    return Compared(row, values, seeds, float(np.mean(seconds)) if seconds else None, images)


def _value(run, name):
    """What a run has under a name, or what follows from its curves."""
    if name == "overfits_from":  # the first epoch after the lowest validation loss
        losses = run["curves"]["val_loss"]
        if losses[-1] == min(losses):
            raise KeyError("no epoch in which it overfits")
        return int(np.argmin(losses)) + 2
    return run[name]


def _fits(run, where):
    said = run | run.get("settings", {})
    return all(said.get(key) == value for key, value in where.items())


def ours(entry):
    """Say ours in the source's unit: the mean, and with several seeds the lowest and the highest."""
    row, values = entry.row, entry.values
    if not values:
        return "on the page" if row.get("page") else "–"
    if row["judge"] == "same":
        if len(numbers(row["theirs"])) != len(values):
            raise ValueError(f"{row['what']!r} compares {row['theirs']!r} with {len(values)} numbers.")
        return ", ".join(_as_written(text, value) for text, value in zip(numbers(row["theirs"]), values, strict=True))
    if len(values) == 1:
        return said(values[0], row.get("unit"))
    if "toy" in row:
        return " to ".join(said(value, row.get("unit")) for value in values)
    low, mean, high = (said(value, row.get("unit")) for value in (min(values), np.mean(values), max(values)))
    return f"{mean} ({low} to {high})"


def _as_written(text, value):
    """Our number with as many digits as theirs."""
    exponent = int(Decimal(text).as_tuple().exponent)
    if "e" in text:
        return f"{value:.{len(text.split('e')[0].split('.')[1])}e}".replace("e+", "e")
    return f"{value:,.{max(0, -exponent)}f}".replace("-", "−")


def said(value, unit):
    """Say a number in a unit; accuracies are shares, and said in per cent."""
    if unit == "%":
        return f"{100 * value:.2f}"
    if unit == "s":
        return duration(value)
    if unit == "×":
        return f"{value:,.0f}×"
    if 0 < value < 0.002:
        return re.sub(r"e([-+])0*", r"e\1", f"{value:.2e}")
    return f"{value:,}" if isinstance(value, int) else f"{value:.{5 if value > 1 else 3}g}"


def verdict(entry):
    """Say in a few words how ours stands to theirs, worse in bold, and what is to be known besides."""
    row, note = entry.row, entry.row.get("note", "")
    if entry.reason:
        return f"**none of ours**: {entry.reason}"
    words = ""
    if judged([entry]):
        if row["judge"] == "same":
            words = "**not the same**" if entry.worse else "the same"
        elif row.get("unit") == "%":
            words = f"{entry.mean - entry.theirs[0]:+.2f}".replace("-", "−")
            words = f"**worse**, {words}{' (within noise)' * entry.within_noise}" if entry.worse else words
        else:
            words = "**worse**" if entry.worse else {"higher": "higher", "lower": "lower"}[row["judge"]]
    return "; ".join(part for part in (words, note) if part)


@functools.cache
def headings(page):
    """The headings of a page by the name that its address has, such as "four-runs"."""
    text = re.sub(r"^```.*?^```$", "", (BOOK / f"{page}.md").read_text(encoding="utf-8"), flags=re.M | re.S)
    titles = re.findall(r"^#+ (.+)$", text, flags=re.M)
    return {re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-"): title for title in titles}


def link(section):
    """A link to a section, with its heading as its text."""
    page, _, anchor = section.partition(".html#")
    if anchor not in headings(page):
        raise ValueError(f"There is no section {anchor!r} in book/{page}.md.")
    return f"[{headings(page)[anchor]}]({section})"


def table(entries):
    """Return rows as a table in Markdown."""
    lines = [HEADER, ["---"] * len(HEADER)]
    for entry in entries:
        row = entry.row
        theirs = row.get("theirs", "–") + ("×" if row.get("unit") == "×" else "")
        seconds = duration(entry.seconds) if entry.seconds is not None else ""
        seconds += " each" if seconds and (entry.seeds or 1) > 1 else ""
        what = row["what"] + (", %" if row.get("unit") == "%" else "")
        what = f"{WIDE}{what}<br>{link(row['section'])}</span>"
        lines.append([what, theirs, ours(entry), verdict(entry), str(entry.seeds or ""), seconds])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def accuracies(entries):
    """Those rows that compare two accuracies on CIFAR-10."""
    return [entry for entry in entries if entry.row.get("unit") == "%" and "study" in entry.row and _both(entry)]


def judged(entries):
    """Those rows of which one number is the better one, or the right one."""
    return [entry for entry in entries if entry.row["judge"] != "none" and _both(entry)]


def _both(entry):
    return bool(entry.values and entry.theirs)
