"""Training with any update rule, prediction, and a toy net that learns by heart."""

import numpy as np

from autograder.checks import parts
from autograder.checks.two_layer_net.cases import PARAMS, RULES, entry, own_loss, parameters
from autograder.compare import EXACT, Comparison, close, numbers
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant


@check_item("two_layer_net.train", points=4, asks="TwoLayerNet", title="Training with any update rule")
def train(exam):
    """`TwoLayerNet.train`: the parameters it ends with, the history it returns, and its shuffling."""
    rng = exam.rng
    D, H, C, batch = parts.sizes(rng, 4)
    N = 3 * batch + 2
    params, X, y = parameters(rng, D, H, C), rng.standard_normal((N, D)), rng.permutation(np.arange(N) % C)
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
                got if isinstance(got, Failure) else entry(got, key)[0],
                wanted[0][key],
                f"{key} after training",
                shown,
                exam,
                counts={"batch_size": settings["batch_size"]},
                summands={"start": params[key], "steps": wanted[0][key] - params[key]},
                mistakes=[(value[key], kind, text) for value, kind, text in mistakes if value is not None],
            )
        parts.judge_history(history, losses, rates, wanted[1:], settings["batch_size"], shown, exam)
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
        end = numbers(got if isinstance(got, Failure) else entry(got, key)[0], key)
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
    X, y, params = np.eye(N), np.arange(N) % C, parameters(rng, N, H, C)
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
        value = got if isinstance(got, Failure) else entry(got, key)[0]
        parts.judge(once, value, wanted[0][key], f"{key} after training", "shuffled", exam)
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
    parts.judge_seeded(order, again, losses)


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
        params, X = parameters(rng, D, H, C), rng.standard_normal((n, D))
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
        parts.judge_classes(expectation, form, answers[used], expected[used], C, case, exam, mistakes)


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
    params, X, y = parameters(rng, D, H, C, 0.5), 2 * rng.standard_normal((N, D)), rng.permutation(np.arange(N) % C)
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
        plain = None  # asked for in any case, that it is among the recorded values
        if rule != "sgd":
            descent = settings | {"update_rule": "sgd"}
            plain = exam.expected("toy_losses", params, X, y, descent, case=f"{rule}, plain descent")[1]
        reached = _loss_reached(exam, got, params, X, y, reg)
        if isinstance(reached, Failure):
            expectation.judge(reached, rule)
            continue
        said = f"the loss goes from {start:.3f} to {reached:.4g}; ours reaches {target:.4g}, and twice that is allowed."
        above = max(reached / target - 1, 0.0)
        found = _slow(got, params, (start, reached), plain) if above > expectation.tolerance else None
        expectation.judge(Comparison(above <= expectation.tolerance, above, expectation.tolerance, said), rule, found)


def _slow(got, before, losses, plain):
    """Name what a loss that is too high looks like; `plain` is what plain descent reaches."""
    start, reached = losses
    same = [key for key in PARAMS if close(entry(got, key)[0], before[key], key, 1e-12).passed]
    if len(same) == len(PARAMS):
        return Diagnosis("known mistake", "No parameter has changed: is the step taken, and is it kept?")
    if same:
        return Diagnosis("partial", f"{', '.join(same)} {'are' if same[1:] else 'is'} what came in: no step was kept.")
    for key in PARAMS:
        if not np.any(numbers(entry(got, key)[0], key)):
            return Diagnosis("zero", f"{key} is all zeros after training.")
    if plain is not None and abs(reached / plain - 1) < 1e-6:
        text = (
            "Plain gradient descent reaches just that: does `update_rule` choose the rule, and does it get its config?"
        )
        return Diagnosis("known mistake", text)
    if reached > start:
        return Diagnosis(
            "sign", "The loss has grown: do the steps go against the gradient, and is it the gradient of this loss?"
        )
    return Diagnosis(
        "partial",
        "The loss falls, but slowly: as with smaller steps, with fewer of them, or with the gradient of another loss.",
    )


def _loss_reached(exam, trained, like, X, y, reg):
    """Loss of the trained parameters: ours when grading; at home, where there is no reference, the student's own."""
    if isinstance(trained, Failure):
        return trained
    values = {key: numbers(entry(trained, key)[0], key) for key in PARAMS}
    for key, value in values.items():
        if isinstance(value, Failure):
            return value
        if value.shape != like[key].shape or value.dtype.kind not in "iuf" or not np.all(np.isfinite(value)):
            return Failure(f"{key} is, after training, no array {like[key].shape} of finite numbers.", "value")
    measured = exam.reference.computed("loss_after", values, X, y, reg)
    return own_loss(exam, values, X, y, reg)[0] if measured is None else measured
