"""What is judged in the homework on two-layer nets, and with which cases.

Formulas live in `solutions.two_layer_net`; here are only inputs, expectations and shares. Cases are drawn from
`exam.rng`, sizes included.
"""

import functools
import math
from typing import Any

import numpy as np

from autograder.checks import parts
from autograder.checks.parts import CARRIED, SLOPE
from autograder.compare import EXACT, SINGLE, Comparison, close, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

PARAMS = ("W1", "b1", "W2", "b2")
RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


def _params(rng, D, H, C, size=1.0):
    """Parameters none of which is zero or small."""
    return {
        "W1": size * rng.standard_normal((D, H)) / math.sqrt(D),
        "b1": 0.5 * size * rng.standard_normal(H),
        "W2": size * rng.standard_normal((H, C)) / math.sqrt(H),
        "b2": 0.5 * size * rng.standard_normal(C),
    }


def _single(value):
    if isinstance(value, dict):
        return {name: array.astype(np.float32) for name, array in value.items()}
    return value.astype(np.float32)


@check_item("two_layer_net.forward", points=3, asks="two_layer_forward", title="Scores of a two-layer net")
def forward(exam):
    """`two_layer_forward(X, params)`: scores (N, C) and hidden (N, H)."""
    right = exam.expectation(
        "scores", 0.5, tolerance=EXACT, advice="Work out one example with two hidden units by hand."
    )
    units = exam.expectation("hidden", 0.2, tolerance=EXACT, advice="`hidden` is what the ReLU gives on.")
    edges = exam.expectation("one example, one hidden unit", 0.1, core=False, tolerance=EXACT)
    shape = exam.expectation("shapes (N, C) and (N, H)", 0.1, core=False)
    single = exam.expectation("float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("X and params are not modified", 0.05, core=False)
    rng = exam.rng
    N, D, H, C = parts.sizes(rng, 4)
    params, X = _params(rng, D, H, C), rng.standard_normal((N, D))
    low = params | {"b2": params["b2"] - 20}
    cases = [
        ("general", X, params, None),
        ("all scores negative", X, low, None),
        ("other sizes", rng.standard_normal((D, N)), _params(rng, N, C, H, 2.0), None),
        ("one example", X[:1], params, edges),
        ("one hidden unit", X, _params(rng, D, 1, C), edges),
        ("float32", _single(X), _single(params), single),
    ]
    for case, given, weights, expectation in cases:
        n, (d, h), c = len(given), weights["W1"].shape, len(weights["b2"])
        shown = parts.described(case, N=n, D=d, H=h, C=c)
        answer = exam.ask("two_layer_forward", given, weights, untouched=untouched, case=shown)
        scores, hidden = unpack(answer, 2, "scores and hidden")
        expected = exam.expected("two_layer_forward", given, weights, case=case)
        mistakes = exam.mistakes("two_layer_forward", given, weights, case=case) if expectation is None else []
        shape.judge(shape_of(scores, (n, c), "scores", "(N, C)"), shown)
        shape.judge(shape_of(hidden, (n, h), "hidden", "(N, H)"), shown)
        for part, got, name, own in ((0, scores, "scores", right), (1, hidden, "hidden", units)):
            known = [(value[part], kind, text) for value, kind, text in mistakes if value[part] is not None]
            parts.judge(expectation or own, got, expected[part], name, shown, exam.hidden, mistakes=known)


@check_item("two_layer_net.loss", points=4, asks="two_layer_loss", title="Softmax loss with regularised weights")
def loss(exam):
    """`two_layer_loss(scores, y, params, reg)`: the loss, and its gradient dscores (N, C)."""
    loss_right = exam.expectation(
        "loss", 0.35, tolerance=EXACT, advice="Work one example with two classes out by hand and compare."
    )
    gradient_right = exam.expectation(
        "dscores", 0.3, tolerance=EXACT, advice="Each row of dscores must sum to zero: what does yours sum to?"
    )
    large = exam.expectation(
        "scores near ±1000",
        0.1,
        core=False,
        tolerance=SINGLE,
        advice="Shift each row of scores before taking exponentials, and do not take the logarithm of a rounded zero.",
    )
    shapes = exam.expectation("one number and an array (N, C)", 0.1, core=False)
    edges = exam.expectation("one example, two classes", 0.05, core=False, tolerance=EXACT)
    dtypes = exam.expectation("any integer labels, float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("scores, y and params are not modified", 0.05, core=False)
    rng = exam.rng
    N, D, H, C = parts.sizes(rng, 4)
    params, scores, y = _params(rng, D, H, C), 1.5 * rng.standard_normal((N, C)), rng.integers(0, C, N)
    y[:2] = 0, C - 1
    reg, more = rng.uniform(0.5, 1.0), rng.uniform(1.5, 2.5)
    huge = 1000 * rng.standard_normal((N, C))
    cases = [
        ("no regularisation", scores, y, params, 0.0, None),
        ("regularised", scores, y, params, reg, None),
        (
            "other sizes",
            rng.standard_normal((D, N)) - 5,
            rng.integers(0, N, D),
            _params(rng, C, H, N),
            more,
            None,
        ),
        ("large scores", huge, y, params, 0.0, large),
        ("very negative scores", huge - 1500 - 2500 * (np.arange(N) % 2)[:, np.newaxis], y, params, 0.0, large),
        ("one example", scores[:1], y[:1], params, reg, edges),
        ("two classes", scores[:, :2], y % 2, _params(rng, D, H, 2), reg, edges),
        ("uint8 labels", scores, y.astype(np.uint8), params, reg, dtypes),
        ("float32", _single(scores), y.astype(np.int32), _single(params), reg, dtypes),
    ]
    for case, *given, expectation in cases:
        n, c = given[0].shape
        shown = parts.described(case, N=n, C=c, reg=given[3])
        answer = exam.ask("two_layer_loss", *given, untouched=untouched, case=shown)
        value, dscores = unpack(answer, 2, "loss and dscores")
        expected = exam.expected("two_layer_loss", *given, case=case)
        shapes.judge(shape_of(value, (), "the loss", "one number"), shown)
        shapes.judge(shape_of(dscores, (n, c), "dscores", "(N, C)"), shown)
        main = expectation is None
        mistakes = exam.mistakes("two_layer_loss", *given, case=case) if main else []
        summands = None
        if main:
            data = exam.expected("two_layer_loss", *given[:3], 0.0, case=f"{case}, data part")[0]
            squares = {name: given[3] * float(np.sum(given[2][name] ** 2)) for name in ("W1", "W2")}
            summands = (
                {"data": data, "regularisation": sum(squares.values())},
                # One of the weights left out, or counted with another factor than the other.
                {"data": data} | {f"regularisation of {name}": square for name, square in squares.items()},
            )
        for part, got, name, own in ((0, value, "the loss", loss_right), (1, dscores, "dscores", gradient_right)):
            parts.judge(
                expectation or own,
                got,
                expected[part],
                name,
                shown,
                exam.hidden,
                counts={"N": n, "C": c},
                summands=summands if part == 0 else None,
                mistakes=[(known[part], kind, text) for known, kind, text in mistakes if known[part] is not None],
            )


def _gradient_item(name, points, title):
    """Register the item that judges one of the gradients `two_layer_backward` returns."""

    @check_item(f"two_layer_net.d{name}", points=points, asks="two_layer_backward", title=title)
    def judge(exam):
        _gradient(exam, name)

    judge.__doc__ = f'The entry "{name}" of what `two_layer_backward` returns.'
    return judge


def _gradient(exam, name):
    weights = name.startswith("W")
    advice = "Write the shapes below the product: which axis is summed away?"
    right = exam.expectation(f"d{name} without regularisation", 0.5 if weights else 0.4, tolerance=EXACT, advice=advice)
    decayed = exam.expectation(
        f"d{name} with regularisation",
        0.2 if weights else 0.3,
        tolerance=EXACT,
        advice="Differentiate reg * W**2." if weights else "The biases are not regularised.",
    )
    edges = exam.expectation("one example, one hidden unit", 0.1, core=False, tolerance=EXACT)
    shape = exam.expectation(f'named "{name}", of the shape of {name}', 0.1, core=False)
    untouched = exam.expectation("no argument is modified", 0.1, core=False)
    rng = exam.rng
    N, D, H, C = parts.sizes(rng, 4)
    params, X = _params(rng, D, H, C), rng.standard_normal((N, D))
    few, reg, more = _params(rng, D, 1, C), rng.uniform(0.5, 1.0), rng.uniform(1.5, 2.5)
    few["b1"] = np.abs(few["b1"]) + 0.1
    cases = [
        ("no regularisation", rng.standard_normal((N, C)) / N, X, params, 0.0, right),
        ("other sizes", rng.standard_normal((D, H)), rng.standard_normal((D, N)), _params(rng, N, C, H), 0.0, right),
        ("regularised", rng.standard_normal((N, C)) / N, X, params, reg, decayed),
        ("other regularisation", rng.standard_normal((N, C)) / N, X, params, more, decayed),
        ("one example", rng.standard_normal((1, C)), X[:1], params, reg, edges),
        ("one hidden unit", rng.standard_normal((N, C)) / N, X, few, reg, edges),
    ]
    for case, dscores, given, own, strength, expectation in cases:
        hidden = exam.expected("two_layer_forward", given, own, case=case)[1]
        arguments = (dscores, given, hidden, own, strength)
        shown = parts.described(case, N=len(given), D=given.shape[1], H=hidden.shape[1], reg=strength)
        got, named = _entry(exam.ask("two_layer_backward", *arguments, untouched=untouched, case=shown), name)
        expected = exam.expected("gradient", name, *arguments, case=case)
        mistakes = exam.mistakes("gradient", name, *arguments, case=case) if expectation is not edges else ()
        summands = None
        if weights and strength:
            data = exam.expected("gradient", name, *arguments[:-1], 0.0, case=f"{case}, data part")
            summands = {"data": data, "regularisation": expected - data}
        shape.judge(named, shown)
        shape.judge(shape_of(got, expected.shape, f"d{name}"), shown)
        parts.judge(
            expectation,
            got,
            expected,
            f"d{name}",
            shown,
            exam.hidden,
            counts={"N": len(given), "C": dscores.shape[1], "H": hidden.shape[1]},
            summands=summands,
            mistakes=[known for known in mistakes if known[0] is not None],
        )
    _carried_forward(exam, name, params, X, rng.integers(0, C, N), reg / 4)


for _name, _points, _title in (
    ("W2", 2, "Gradient of the second layer's weights"),
    ("b2", 1, "Gradient of the second layer's biases"),
    ("W1", 3, "Gradient of the first layer's weights"),
    ("b1", 1, "Gradient of the first layer's biases"),
):
    _gradient_item(_name, _points, _title)


def _entry(grads, name):
    """One gradient of the dict that came back, and whether it stands there under its name."""
    if isinstance(grads, Failure):
        return grads, grads
    if not isinstance(grads, dict):
        wrong = Failure(
            f"The function should return a dict with {', '.join(map(repr, PARAMS))}; it returned none.", "value"
        )
        in_order = isinstance(grads, (tuple, list)) and len(grads) == len(PARAMS)
        return (grads[PARAMS.index(name)] if in_order else wrong), wrong
    if name in grads:
        return grads[name], Comparison(True)
    near = [
        key
        for key in grads
        if key.lower().lstrip("d").removeprefix("grad").removesuffix("grad").strip("_") == name.lower()
    ]
    have = ", ".join(map(repr, sorted(grads))) or "nothing"
    named = Failure(f"There is no {name!r} in the dict of gradients; there is {have}.", "value")
    return (grads[near[0]] if near else named), named


def _carried_forward(exam, name, params, X, y, reg):
    """Whether a gradient is the exact derivative of the student's own loss, which may be a wrong one."""
    carried = exam.expectation(
        f"carried forward: your d{name} is wrong, but it is the exact derivative of your own loss. That earns "
        f"{CARRIED:.0%} of the points; what is to be mended is the forward pass or the loss",
        CARRIED,
        core=False,
        instead=True,
        tolerance=SLOPE,
    )
    value, grads = _own_loss(exam, params, X, y, reg)
    dW = numbers(_entry(grads, name)[0], f"d{name}")
    if isinstance(value, Failure) or isinstance(dW, Failure) or dW.shape != params[name].shape or not np.any(dW):
        carried.require(False, "there is nothing to compare.")
        return
    scores = exam.expected("two_layer_forward", X, params, case="carried forward")[0]
    ours = exam.expected("two_layer_loss", scores, y, params, reg, case="carried forward")[0]
    if abs(value - ours) <= EXACT * abs(ours):
        carried.require(False, "your own loss is right: there is no earlier error that would be carried on.")
        return
    if not _through_the_net(exam, name, params, X, y, reg, value):
        carried.require(False, "your own loss, or this gradient of it, does not depend on X, y and the other layer.")
        return
    for _ in range(3):
        direction = exam.rng.standard_normal(dW.shape)
        direction /= np.linalg.norm(direction)

        def loss_at(step, direction=direction):
            found = _own_loss(exam, params | {name: params[name] + step * direction}, X, y, reg)[0]
            return found if isinstance(found, float) else None

        off = parts.slope_error(dW, direction, loss_at)
        carried.judge(Comparison(off <= SLOPE, off, SLOPE, "it is not the derivative of your own loss."))


def _through_the_net(exam, name, params, X, y, reg, value):
    """Whether a student's loss, and its gradient without regularisation, are those of some net on X and y.

    The derivative of a penalty, or of any sum of parameters, is no backpropagation, however exact.
    """
    elsewhere, other_labels = X[::-1] / 2, (y + 1) % len(params["b2"])
    for given, labels in ((X, other_labels), (elsewhere, y)):
        loss = _own_loss(exam, params, given, labels, reg)[0]
        if not isinstance(loss, float) or abs(loss - value) <= 1e-6 * abs(value):
            return False
    other_layer = "W1" if name.endswith("2") else "W2"
    turned = params | {other_layer: -params[other_layer][::-1]}
    gradients = [
        numbers(_entry(_own_loss(exam, *given, 0.0)[1], name)[0], f"d{name}")
        for given in ((params, X, y), (params, elsewhere, other_labels), (turned, X, y))
    ]
    if any(isinstance(g, Failure) or g.shape != params[name].shape for g in gradients):
        return False
    first, *others = gradients
    return np.any(first) and all(np.linalg.norm(g - first) > 1e-6 * np.linalg.norm(first) for g in others)


def _own_loss(exam, params, X, y, reg):
    """The student's own loss (a float) and dict of gradients, through their own three functions; or `Failure`s."""
    student = exam.student
    first = student.call("two_layer_forward", X, params, keep=True)
    scores, hidden = (student.call(first, k, attribute="__getitem__", keep=True) for k in (0, 1))
    second = student.call("two_layer_loss", scores, y, params, reg, keep=True)
    value = numbers(student.call(second, 0, attribute="__getitem__"), "the loss")
    dscores = student.call(second, 1, attribute="__getitem__", keep=True)
    grads = student.call("two_layer_backward", dscores, X, hidden, params, reg)
    if isinstance(value, Failure) or value.size != 1 or not np.isfinite(value).all() or np.iscomplexobj(value):
        return Failure("your own loss is not one number.", "value"), grads
    return float(value.item()), grads


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
                exam.hidden,
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


@check_item("two_layer_net.train", points=4, asks="TwoLayerNet", title="Training with any update rule")
def train(exam):
    """`TwoLayerNet.train`: the parameters it ends with, the history it returns, and its shuffling."""
    rng = exam.rng
    D, H, C, batch = parts.sizes(rng, 4)
    N = 3 * batch + 2
    params, X, y = _params(rng, D, H, C), rng.standard_normal((N, D)), rng.permutation(np.arange(N) % C)
    base = {
        "epochs": 2,
        "batch_size": batch,
        "learning_rate": 0.3,
        "learning_rate_decay": 1.0,
        "reg": 0.0,
        "shuffle": False,
    }
    cases = [
        ("gradient steps in order", 0.2, True, base | {"batch_size": N}),
        ("last, smaller batch", 0.1, True, base),
        ("batch larger than the data", 0.05, False, base | {"batch_size": 3 * N}),
        ("regularisation is passed on", 0.1, False, base | {"reg": 0.2}),
        ("learning rate falls after every epoch", 0.15, False, base | {"epochs": 3, "learning_rate_decay": 0.7}),
        ("schedule", 0.05, False, base | {"epochs": 3, "learning_rate_decay": 0.7, "schedule": True}),
        (
            "update rule by name, with a config of its own for each parameter",
            0.1,
            False,
            base | {"update_rule": "sgd_momentum", "config": {"pull": 0.4}},
        ),
    ]
    history = exam.expectation("history: loss and learning rate of every step", 0.1, core=False, tolerance=EXACT)
    for name, share, core, settings in cases:
        expectation = exam.expectation(name, share, core=core, tolerance=EXACT)
        (got, losses, rates), wanted, stand_ins = _trained_either_way(exam, params, X, y, settings, name)
        shown = parts.described(name, N=N, batch_size=settings["batch_size"], epochs=settings["epochs"])
        mistakes = exam.mistakes("trained", "loss and rules", params, X, y, settings, case=name)
        if stand_ins != "loss and rules":
            mistakes = []  # right in another way
        for key in PARAMS:
            parts.judge(
                expectation,
                got if isinstance(got, Failure) else _entry(got, key)[0],
                wanted[0][key],
                f"{key} after training",
                shown,
                exam.hidden,
                counts={"batch_size": settings["batch_size"]},
                summands={"start": params[key], "steps": wanted[0][key] - params[key]},
                mistakes=[(value[key], kind, text) for value, kind, text in mistakes if value is not None],
            )
        history.judge(close(losses, wanted[1], 'history["loss"]', EXACT, not exam.hidden), shown)
        history.judge(close(rates, wanted[2], 'history["learning_rate"]', EXACT, not exam.hidden), shown)
    _shuffling(exam, rng)


def _trained_either_way(exam, params, X, y, settings, case):
    """Train on stand-ins for loss and update rules, so that a wrong one does not fail the training.

    Returns what came, what should have come, and what was replaced by stand-ins: a `train` that does not go through
    `self.loss` or through the names of the rules is judged on the real ones, where it is right on those.
    """
    ways = []
    for stand_ins in ("loss and rules", "loss", ""):
        asked = settings
        if settings.get("config") and "rules" not in stand_ins:
            asked = settings | {"config": {"momentum": 0.4}}  # what the real rule takes
        # All are asked for, that each is among the recorded values.
        wanted = exam.expected("trained", stand_ins, params, X, y, asked, case=f"{case}, {stand_ins or 'all real'}")
        ways.append((stand_ins, asked, wanted))
    tried = []
    for stand_ins, asked, wanted in ways:
        got = _trained(exam, params, X, y, asked, stand_ins)
        if _ends_in(got[0], wanted[0]):
            return got, wanted, stand_ins
        tried.append((got, wanted, stand_ins))
    return tried[0]


def _ends_in(got, wanted, tolerance=EXACT, start=None):
    """Whether training ended where it should; with `start`, measured against the way from there."""
    for key in PARAMS:
        end = numbers(got if isinstance(got, Failure) else _entry(got, key)[0], key)
        if isinstance(end, Failure) or end.shape != wanted[key].shape or end.dtype.kind not in "biuf":
            return False
        origin = start[key] if start else 0.0
        if not close(end - origin, wanted[key] - origin, key, tolerance).passed:
            return False
    return True


def _trained(exam, params, X, y, settings, stand_ins, untouched=None):
    """Train the student's net from `params`; returns (params, losses, rates) or three `Failure`s."""
    student = exam.student
    (D, H), C = params["W1"].shape, len(params["b2"])
    model = student.call("TwoLayerNet", D, H, C, keep=True)
    if isinstance(model, Failure):
        return model, model, model
    student.set(model, "params", params)
    student.set(model, "predict", Plant("first_class"))  # `train` measures accuracy; `predict` is another item
    if "loss" in stand_ins:
        student.set(model, "loss", Plant("linear_net", net=model))
    if "rules" in stand_ins:
        for rule in RULES:
            student.replace(rule, "counting_step")
    settings = settings | ({"schedule": Plant("halving")} if settings.get("schedule") else {})
    history = exam.ask(model, X, y, untouched=untouched, attribute="train", **settings)
    student.restore()
    if isinstance(history, Failure):
        return history, history, history
    after = student.get(model, "params")
    return after, parts.history_entry(history, "loss"), parts.history_entry(history, "learning_rate")


def _shuffling(exam, rng):
    """With one-hot examples every step writes to rows of its own, so the order cannot change where training ends."""
    once = exam.expectation("shuffled: every example once an epoch", 0.05, core=False, tolerance=EXACT)
    order = exam.expectation("shuffled: a new order in every epoch, the same with the same seed", 0.05, core=False)
    untouched = exam.expectation("X and y are not modified", 0.05, core=False)
    N, H, C, epochs = 12, 4, 3, 3
    X, y, params = np.eye(N), np.arange(N) % C, _params(rng, N, H, C)
    settings = {
        "epochs": epochs,
        "batch_size": 3,
        "learning_rate": 0.1,
        "learning_rate_decay": 1.0,
        "reg": 0.0,
        "shuffle": True,
    }
    (got, _, _), wanted, _ = _trained_either_way(exam, params, X, y, settings, "shuffled")
    # On a real loss the order does change the end, but hardly where steps are tiny. Measured on right code, relative to
    # the way that was gone: below 2e-4; an example taken twice or left out: above 0.3.
    tiny = settings | {"learning_rate": 1e-4}
    slowly = exam.expected("trained", "", params, X, y, tiny, case="shuffled, tiny steps")[0]
    if not _ends_in(got, wanted[0]):
        steps = _trained(exam, params, X, y, tiny, "")[0]
        if _ends_in(steps, slowly, 1e-2, params):
            got = wanted[0]
    for key in PARAMS:
        value = got if isinstance(got, Failure) else _entry(got, key)[0]
        parts.judge(once, value, wanted[0][key], f"{key} after training", "shuffled", exam.hidden)
    still = settings | {"learning_rate": 0.0, "seed": 3}
    _, losses, _ = _trained(exam, params, X, y, still, "loss and rules", untouched)
    losses = numbers(losses, 'history["loss"]')
    if isinstance(losses, Failure) or losses.shape != (epochs * 4,):
        came = losses.message if isinstance(losses, Failure) else f'history["loss"] has shape {losses.shape}.'
        order.require(False, f"The order shows in the loss of each of the {epochs * 4} steps, but: {came}")
        return
    orders = [tuple(np.round(epoch, 9)) for epoch in losses.reshape(epochs, 4)]
    order.require(len(set(orders)) > 1, "every epoch goes through the same batches in the same order.")
    _, again, _ = _trained(exam, params, X, y, still, "loss and rules")
    order.judge(close(again, losses, "the loss of every step of a second training with the same seed", EXACT, False))


@check_item("two_layer_net.predict", points=1, asks="TwoLayerNet", title="Prediction")
def predict(exam):
    """`TwoLayerNet.predict`: examples X (N, D) in, integer classes (N,) out."""
    right = exam.expectation("class with the largest score of each example", 0.8)
    edges = exam.expectation("one example", 0.1, core=False)
    form = exam.expectation("integers of shape (N,)", 0.1, core=False)
    rng = exam.rng
    N, H, C = parts.sizes(rng, 3)
    D = 15  # more than C, for the stand-in's scores are columns of X
    for case, n, lower, expectation in (
        ("general", 20 * N, 0, right),
        ("all scores negative", 20 * H, 20, right),
        ("one example", 1, 0, edges),
    ):
        params, X = _params(rng, D, H, C), rng.standard_normal((n, D))
        if expectation is right:
            _balance(params, exam.expected("two_layer_forward", X, params, case=f"{case}, before balancing")[1])
        params["b2"] -= lower
        answers = {}
        for stand_in in (True, False):
            model = exam.student.call("TwoLayerNet", D, H, C, keep=True)
            if isinstance(model, Failure):
                answers[stand_in] = model
                continue
            exam.student.set(model, "params", params)
            if stand_in:  # the forward pass is another item
                exam.student.replace("two_layer_forward", "leading_columns")
            answers[stand_in] = exam.student.call(model, X, attribute="predict")
            exam.student.restore()
        expected = {s: exam.expected("predicted", s, params, X, case=f"{case}, {s}") for s in (True, False)}
        used = not parts.same_classes(answers[False], expected[False])
        mistakes = exam.mistakes("predicted", True, params, X, case=case) if used or not exam.hidden else ()
        parts.judge_classes(expectation, form, answers[used], expected[used], case, mistakes)


def _balance(params, hidden):
    """Change W2 and b2 so that every class has the largest score for some of these examples.

    In a random net a few classes win everywhere, and a `predict` that never names one of the others looks right.
    """
    mean = hidden.mean(axis=0)
    params["W2"] -= np.outer(mean, mean @ params["W2"]) / (mean @ mean)
    params["W2"] /= (hidden @ params["W2"]).std(axis=0)
    params["b2"] /= 2


@check_item("two_layer_net.toy", points=2, asks="TwoLayerNet", title="A toy net learns by heart")
def toy(exam):
    """Your own net, trained with your own functions on a handful of examples: the loss it reaches, as we measure it."""
    rng = exam.rng
    N, D, H, C = 6, int(rng.integers(4, 7)), int(rng.integers(10, 15)), 3
    params, X, y = _params(rng, D, H, C, 0.5), 2 * rng.standard_normal((N, D)), rng.permutation(np.arange(N) % C)
    reg = 1e-4
    for rule, rate, share in (("sgd", 0.2, 0.5), ("sgd_momentum", 0.05, 0.25), ("adam", 0.02, 0.25)):
        expectation = exam.expectation(
            f"{rule}: loss after 100 steps",
            share,
            tolerance=1.0,
            advice="If all items above are right, look at how they meet: `loss`, then one step per parameter.",
        )
        settings = {
            "epochs": 100,
            "batch_size": N,
            "learning_rate": rate,
            "learning_rate_decay": 1.0,
            "reg": reg,
            "update_rule": rule,
        }
        got = _trained(exam, params, X, y, settings, "")[0]
        start, target = exam.expected("toy_losses", params, X, y, settings, case=rule)
        reached = _loss_reached(exam, got, params, X, y, reg)
        if isinstance(reached, Failure):
            expectation.judge(reached, rule)
            continue
        said = f"the loss goes from {start:.3f} to {reached:.4g}; ours reaches {target:.4g}, and twice that is allowed."
        above = max(reached / target - 1, 0.0)
        expectation.judge(Comparison(above <= expectation.tolerance, above, expectation.tolerance, said), rule)


def _loss_reached(exam, trained, like, X, y, reg):
    """Loss of the trained parameters: ours when grading; at home, where there is no reference, the student's own."""
    if isinstance(trained, Failure):
        return trained
    values = {key: numbers(_entry(trained, key)[0], key) for key in PARAMS}
    for key, value in values.items():
        if isinstance(value, Failure):
            return value
        if value.shape != like[key].shape or value.dtype.kind not in "iuf" or not np.all(np.isfinite(value)):
            return Failure(f"{key} is, after training, no array {like[key].shape} of finite numbers.", "value")
    measured = exam.reference.computed("loss_after", values, X, y, reg)
    return _own_loss(exam, values, X, y, reg)[0] if measured is None else measured


@check_item("two_layer_net.best_net", points=6, bonus=4, asks="best_net", title="Accuracy on unseen images", rounds=1)
def best_net(exam):
    """Accuracy of the handed-in net on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="best_net")


@check_item("two_layer_net.gap_choice", points=1, asks="gap_choice", title="Closing the gap", rounds=1)
def gap_choice(exam):
    """Some of the letters A to D; whether they are the right ones is judged only when grading."""
    parts.multiple_choice(exam, "gap_choice", "ABCD", section="Closing the gap", several=True)
