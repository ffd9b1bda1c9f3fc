"""Update rules, from a fresh and from a warm state, several steps each."""

import functools
from typing import Any

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item

SETTINGS = {
    "sgd": {"learning_rate": 0.3},
    "sgd_momentum": {"learning_rate": 0.3, "momentum": 0.7},
    "rmsprop": {"learning_rate": 0.3, "decay_rate": 0.8, "epsilon": 1e-8},
    "adam": {"learning_rate": 0.3, "beta1": 0.6, "beta2": 0.7, "epsilon": 1e-8},
}


def _rule_item(rule, points, title):
    """Register the item that judges one update rule."""

    @check_item(f"two_layer_net.{rule}", points=points, asks=rule, title=title)
    def judge(exam):
        _update_rule(exam, rule)

    judge.__doc__ = f"`{rule}(w, dw, config)`: the next w and config, over several steps."
    return judge


def _update_rule(exam, rule):
    remembers = rule != "sgd"
    first = exam.expectation("first step", 0.4, tolerance=EXACT, advice="Work one step out by hand, from zeros.")
    later = exam.expectation(
        "three steps, config handed on",
        0.25,
        tolerance=EXACT,
        advice="What must be known in the next step has to be in the config that you return.",
    )
    settings = exam.expectation("settings from config", 0.1, core=False, tolerance=EXACT)
    if remembers:
        warm = exam.expectation("goes on from the state in config", 0.1, core=False, tolerance=EXACT)
    small = exam.expectation("small gradients", 0.05 if remembers else 0.15, core=False, tolerance=EXACT)
    form = exam.expectation("next_w of w's shape, and config", 0.05, core=False)
    untouched = exam.expectation("w and dw are not modified", 0.05, core=False)
    rng = exam.rng
    a, b, _ = parts.sizes(rng, 3)
    common = SETTINGS[rule]
    other = {key: value * (0.5 if value < 1e-3 else 0.9) for key, value in common.items()} | {
        "learning_rate": 0.05 * rng.uniform(1, 2)
    }
    # Entries well away from zero: where a rule divides by their size, the smallest would decide everything.
    draw = functools.partial(_away_from_zero, rng)
    state = {
        "sgd": {},
        "sgd_momentum": {"velocity": draw((a, b))},
        "rmsprop": {"cache": draw((a, b)) ** 2},
        "adam": {"m": draw((a, b)), "v": draw((a, b)) ** 2, "t": int(rng.integers(3, 7))},
    }[rule]
    cases = [
        ("from zeros", (a, b), 1.0, common, (first, later, later)),
        ("a vector", (a,), 2.0, common, (first, later, later)),
        ("other settings", (b, a), 1.0, other, (settings, settings)),
        # Where only epsilon is left to divide by: 1e-5 squared is 1e-10.
        ("small gradients", (a, b), 1e-5, common | {"learning_rate": 0.05}, (small, small)),
    ]
    if remembers:
        cases.append(("from a given state", (a, b), 1.0, common | state, (warm, warm)))
    for case, size, scale, config, expectations in cases:
        w, gradients = scale * draw(size), scale * np.stack([draw(size) for _ in expectations])
        shown = parts.described(case, shape=size, steps=len(expectations))
        expected = exam.expected("stepped", rule, w, gradients, config, case=case)
        mistakes = exam.mistakes(rule, rule, w, gradients, config, case=case)
        now: Any = w
        kept: Any = config
        for number, expectation in enumerate(expectations):
            # What config holds may change in place; w and dw may not.
            answer = exam.ask(rule, now, gradients[number], kept, untouched=untouched, watched=(0, 1), case=shown)
            now, kept = unpack(answer, 2, "next_w and config")
            form.judge(shape_of(now, size, "next_w", "of w"), shown)
            wrong = not isinstance(kept, (dict, Failure))
            form.require(not wrong, "the second value that is returned should be config, a dict.", shown)
            parts.judge(
                expectation,
                now,
                expected[number],
                "next_w" if not number else f"w after step {number + 1}",
                shown,
                exam,
                counts={},
                summands={"w": w, "step": expected[0] - w} if not number else None,
                mistakes=[
                    (value[number], kind, text)
                    for value, kind, text in mistakes
                    if value is not None and value[number] is not None
                ],
            )
            if not isinstance(now, Failure) and np.shape(now) != size:
                now = Failure(f"Step {number + 1} gave no w to go on from.", "value")
            if wrong:
                kept = Failure(f"Step {number + 1} gave no config to go on with.", "value")


def _away_from_zero(rng, size):
    return rng.uniform(0.5, 2.0, size) * rng.choice([-1.0, 1.0], size)


for _rule, _points, _title in (
    ("sgd", 1, "Gradient descent"),
    ("sgd_momentum", 2, "Momentum"),
    ("rmsprop", 2, "RMSProp"),
    ("adam", 3, "Adam"),
):
    _rule_item(_rule, _points, _title)
