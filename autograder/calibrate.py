"""Measures the accuracy bands of a homework, and what they let through, for `autograder calibrate`.

Goes in: a homework. Comes out: `autograder/checks/thresholds.json`. Of every accuracy item and data set it holds the
bands, how accurate the reference and weak models are, and how often chance alone makes a verdict wrong.

Each recipe is trained from several seeds, and each model measured on several sets of hidden images as large as those of
a grading. The full-points band lies so low that a right and reasonably tuned solution fails by chance in fewer than 1
of 1,000 gradings, and the first band five points below it, unless the bands are agreed on.
"""

import importlib
import json
import math
import os

import numpy as np

from autograder.build import BuildError, assignment_names
from autograder.checks.parts import THRESHOLDS
from autograder.images import ImageSource
from autograder.reference import NoReference
from coursekit import load_images, progress

MARGIN = 3.1  # standard deviations; 1 in 1,000 of a normal distribution lies below
DRAWS = 5  # sets of hidden images for each trained model
DATASETS = ("shapes10", "cifar10")


def all_items():
    """Every accuracy item with its recipes, by name.

    Raises
    ------
    NoReference
        Where there are no recipes.
    """
    try:
        return importlib.import_module("solutions.calibration").ITEMS
    except ImportError as error:
        raise NoReference(
            f"Calibrating needs the recipes of the reference solutions ({error}). They are not in the package for "
            "students: run from a clone of the course, set up with its Makefile."
        ) from error


def items_of(name):
    """The accuracy items of one homework.

    Raises
    ------
    BuildError
        If there is no such homework, or none of its items is about accuracy.
    """
    items, names = all_items(), assignment_names()
    if name not in names:
        raise BuildError(f"There is no assignment {name!r}; there are {', '.join(names) or 'none'}.")
    found = {item: recipes for item, recipes in items.items() if item.split(".")[0] == name}
    if not found:
        raise BuildError(f"The assignment {name!r} has no item about accuracy, so there is nothing to calibrate.")
    return found


def calibrate(name, seeds=10, datasets=DATASETS, weak_only=False):
    """Measure a homework's accuracy items; what is measured is in the table at once.

    Parameters
    ----------
    name : str
        Of the homework.
    seeds : int
        How many models are trained by each recipe, at least two.
    datasets : sequence of str
        "shapes10", "cifar10" or both.
    weak_only : bool
        Leave the bands and the reference's figures as they are recorded.

    Yields
    ------
    item, dataset, model : str
        What was measured; the model is "reference" or the name of a weak one.
    entry : dict
        Its figures.

    Raises
    ------
    ValueError
        For fewer than two seeds, or with `weak_only` where no bands are recorded.
    """
    if seeds < 2:
        raise ValueError(f"--seeds is {seeds}: a spread takes two models at least.")
    for item, recipes in items_of(name).items():
        for dataset in datasets:
            data = load_images(dataset)
            if not weak_only:
                measured = figures(accuracies(recipes.reference, data, recipes.hidden, seeds), recipes.hidden)
                entry = with_bands(recipes, dataset, measured)
                _enter(item, dataset, entry)
                yield item, dataset, "reference", entry["measured"]
            entry = read_table().get(item, {}).get(dataset)
            if entry is None:
                raise ValueError(f"{item} has no bands on {dataset} yet: measure without --weak-only first.")
            for weak, recipe in recipes.weak.items():
                if isinstance(recipe, str):
                    continue  # measured where it is the reference
                measured = figures(accuracies(recipe, data, recipes.hidden, seeds), recipes.hidden)
                entry["weak"] = entry.get("weak", {}) | {weak: weak_entry(measured, full_points(entry))}
                _enter(item, dataset, entry)
                yield item, dataset, weak, entry["weak"][weak]


def accuracies(recipe, data, hidden, seeds):
    """Accuracies (seeds, DRAWS) on so many hidden images, of models trained by a recipe."""
    source, measured = ImageSource(data.name), []
    for seed in progress(range(seeds), f"{data.name} seeds"):
        model, preprocess = recipe.trained(data.X_train, data.y_train, seed)
        draws = (source.draw(1_000 + DRAWS * seed + draw, hidden) for draw in range(DRAWS))
        measured.append([model.accuracy(preprocess(images), labels) for images, labels in draws])
    return np.array(measured)


def figures(measured, hidden):
    """Mean and spread of accuracies (seeds, draws), and how they were measured."""
    return {
        "mean": round(float(measured.mean()), 4),
        "standard_deviation": round(float(measured.std(ddof=1)), 4),
        "lowest": round(float(measured.min()), 4),
        "gradings": int(measured.size),
        "seeds": len(measured),
        "hidden_images": hidden,
    }


def chance_of_less(measured, accuracy):
    """How often a grading gives less than `accuracy`, if gradings are normally distributed."""
    mean, deviation = measured["mean"], measured["standard_deviation"]
    return _tail((mean - accuracy) / deviation) if deviation else float(mean < accuracy)


def chance_of_reaching(measured, accuracy):
    """How often a grading gives `accuracy` or more, if gradings are normally distributed."""
    mean, deviation = measured["mean"], measured["standard_deviation"]
    return _tail((accuracy - mean) / deviation) if deviation else float(mean >= accuracy)


def _tail(deviations):
    """The share of a normal distribution that lies so many standard deviations above its mean, or higher."""
    return 0.5 * math.erfc(deviations / math.sqrt(2))  # unlike one less the rest, right in the far tail


def with_bands(item, dataset, measured):
    """The table's entry for one data set, from the reference's figures."""
    calibrated = math.floor(100 * (measured["mean"] - MARGIN * measured["standard_deviation"])) / 100
    steps = [(calibrated + above, points) for above, points in item.bonuses]
    full, *bonuses = item.agreed.get(dataset, (calibrated, *steps))
    return {
        "bands": [
            {"accuracy": round(full - 0.05, 2), "share": 0.5},
            {"accuracy": full, "share": 0.5},
            *({"accuracy": round(accuracy, 2), "share": 0.0, "bonus": points} for accuracy, points in bonuses),
        ],
        "measured": measured | {"expected_false_fails": _rounded(chance_of_less(measured, full))},
        "weak": {},
    }


def weak_entry(measured, full):
    """A weak model's figures, and how often it earns full points by chance."""
    return measured | {"expected_false_passes": _rounded(chance_of_reaching(measured, full))}


def full_points(entry):
    """The accuracy from which an entry of the table gives full points."""
    return next(band["accuracy"] for band in reversed(entry["bands"]) if band["share"])


def read_table():
    """The table of bands: {item: {data set: entry}}."""
    return json.loads(THRESHOLDS.read_text(encoding="utf-8")) if THRESHOLDS.is_file() else {}


def with_recorded(table):
    """The table, with every weak model that is another item's reference as that item's entry has it."""
    for item, recipes in all_items().items():
        for dataset, entry in table.get(item, {}).items():
            weak: dict[str, dict] = {}
            for name, recipe in recipes.weak.items():
                if not isinstance(recipe, str):
                    weak |= {name: entry["weak"][name]} if name in entry.get("weak", {}) else {}
                elif dataset in table.get(recipe, {}):
                    measured = {k: v for k, v in table[recipe][dataset]["measured"].items() if not k.startswith("exp")}
                    weak[name] = weak_entry(measured, full_points(entry))
            entry["weak"] = weak
    return table


def _enter(item, dataset, entry):
    table = read_table()
    table.setdefault(item, {})[dataset] = entry
    text = json.dumps(with_recorded(table), indent=1) + "\n"
    temporary = THRESHOLDS.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, THRESHOLDS)


def _rounded(chance):
    return float(f"{chance:.1e}")
