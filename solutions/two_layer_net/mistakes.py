"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the right
function returns; None where that part of the result is not affected.
"""

from unittest import mock

from autograder.student.stand_ins import counting_step, halving
from solutions.softmax.score_mistakes import CLASS_MISTAKES
from solutions.softmax.training_mistakes import training_mistakes
from solutions.two_layer_net import for_checks
from solutions.two_layer_net.for_checks import trained
from solutions.two_layer_net.pass_mistakes import BACKWARD, FORWARD, LARGE, LOSS
from solutions.two_layer_net.passes import two_layer_forward
from solutions.two_layer_net.rule_mistakes import ADAM, RMSPROP, SGD, SGD_MOMENTUM


def _trained_with(**changed):
    """Parameters after training with other settings; None where they change nothing."""

    def wrong(stand_ins, params, X, y, settings):
        if all(settings.get(name) == value for name, value in changed.items()):
            return None
        return trained(stand_ins, params, X, y, settings | changed)[0]

    return wrong


def _trained_uphill(stand_ins, params, X, y, settings):
    return trained(stand_ins, params, X, y, settings | {"learning_rate": -settings["learning_rate"]})[0]


def _last_batch_dropped(stand_ins, params, X, y, settings):
    whole = len(X) - len(X) % settings["batch_size"]
    return trained(stand_ins, params, X[:whole], y[:whole], settings)[0] if 0 < whole < len(X) else None


def _decayed_early(stand_ins, params, X, y, settings):
    decay = settings["learning_rate_decay"]
    if decay == 1.0 or settings.get("schedule"):
        return None
    return trained(stand_ins, params, X, y, settings | {"learning_rate": settings["learning_rate"] * decay})[0]


def _step(stand_ins, params, X, y, settings, rate):
    if not stand_ins or settings.get("config"):
        return None  # a rule that remembers something cannot be followed step by step
    alone = {"epochs": 1, "batch_size": len(X), "learning_rate": rate, "learning_rate_decay": 1.0, "schedule": None}
    return trained(stand_ins, params, X, y, settings | alone)[0]


def _rates(settings):
    if settings.get("schedule"):
        return [settings["learning_rate"] * halving()(epoch, settings["epochs"]) for epoch in range(settings["epochs"])]
    return [settings["learning_rate"] * settings["learning_rate_decay"] ** epoch for epoch in range(settings["epochs"])]


def _decaying(factor):
    """The rates where the decay makes `factor(decay, epoch)` of the first one."""

    def wrong(settings):
        rate, decay = settings["learning_rate"], settings["learning_rate_decay"]
        if decay == 1.0 or settings.get("schedule"):
            return None
        return [rate * factor(decay, epoch) for epoch in range(settings["epochs"])]

    return wrong


def _scheduled(rate_of):
    """The rates where a schedule leads to `rate_of(settings, schedule, epoch)`."""

    def wrong(settings):
        if not settings.get("schedule"):
            return None
        return [rate_of(settings, halving(), epoch) for epoch in range(settings["epochs"])]

    return wrong


_WRONG_RATES = {
    "The learning rate falls once, and then stays: it must fall after every epoch.": _decaying(
        lambda decay, epoch: decay ** min(epoch, 1)
    ),
    "The decay is multiplied with the number of the epoch; it is raised to it.": _decaying(
        lambda decay, epoch: max(decay * epoch, 1)
    ),
    "The learning rate is divided by a number that grows by 1 - decay in every epoch; it is multiplied with the decay "
    "after every epoch.": _decaying(lambda decay, epoch: 1 / (1 + (1 - decay) * epoch)),
    "The learning rate falls by the same amount in every epoch; it is multiplied with the decay.": _decaying(
        lambda decay, epoch: 1 - (1 - decay) * epoch
    ),
    "Schedule and decay are both used: a schedule takes the decay's place.": _scheduled(
        lambda settings, schedule, epoch: (
            settings["learning_rate"] * settings["learning_rate_decay"] ** epoch * schedule(epoch, settings["epochs"])
        )
    ),
    "The schedule's number is the learning rate itself: `learning_rate` must be multiplied with it.": _scheduled(
        lambda settings, schedule, epoch: schedule(epoch, settings["epochs"])
    ),
    "The schedule is asked for the epoch after: epochs are counted from 0.": _scheduled(
        lambda settings, schedule, epoch: settings["learning_rate"] * schedule(epoch + 1, settings["epochs"])
    ),
}


def _by_rule(make_rule):
    """Training with another rule in the place of the one that counts its steps; `make_rule()` makes it anew."""

    def wrong(stand_ins, params, X, y, settings):
        if "rules" not in stand_ins or not settings.get("config"):
            return None
        with mock.patch.object(for_checks, "counting_step", make_rule()):
            return for_checks.trained(stand_ins, params, X, y, settings)[0]

    return wrong


def _forgetting():
    return lambda w, dw, config: counting_step(w, dw, {k: v for k, v in config.items() if k != "steps"})


def _sharing():
    steps: dict = {}

    def rule(w, dw, config):
        steps["steps"] = steps.get("steps", 0) + 1
        return counting_step(w, dw, config | {"steps": steps["steps"] - 1})

    return rule


def _times_reg(factor):
    def wrong(stand_ins, params, X, y, settings):
        if not settings.get("reg"):
            return None
        return trained(stand_ins, params, X, y, settings | {"reg": factor * settings["reg"]})[0]

    return wrong


def _decayed_every_step(stand_ins, params, X, y, settings):
    decay, rate = settings["learning_rate_decay"], settings["learning_rate"]
    if decay == 1.0 or settings.get("schedule") or not stand_ins or settings.get("config"):
        return None
    once = {"epochs": 1, "learning_rate_decay": 1.0}
    for step in range(settings["epochs"] * -(-len(X) // settings["batch_size"])):
        start = step * settings["batch_size"] % (-(-len(X) // settings["batch_size"]) * settings["batch_size"])
        part = slice(start, start + settings["batch_size"])
        params = trained(stand_ins, params, X[part], y[part], settings | once | {"learning_rate": rate * decay**step})[
            0
        ]
    return params


def _untrained(stand_ins, params, X, y, settings):
    return params


def _least(stand_ins, params, X):
    return _scores(stand_ins, params, X).argmin(axis=1)


def _example_of_each_class(stand_ins, params, X):
    return _scores(stand_ins, params, X).argmax(axis=0)


def _last_class_never(stand_ins, params, X):
    return _scores(stand_ins, params, X)[:, :-1].argmax(axis=1)


def _scores(stand_ins, params, X):
    if stand_ins:
        return X[:, : len(params["b2"])] + params["b2"]
    return two_layer_forward(X, params)[0]


MISTAKES = {
    "two_layer_forward": FORWARD,
    "two_layer_loss": LOSS,
    "loss_of_large_scores": LARGE,
    "gradient": BACKWARD,
    "sgd": SGD,
    "sgd_momentum": SGD_MOMENTUM,
    "rmsprop": RMSPROP,
    "adam": ADAM,
    "trained": [
        ("zero", "The parameters are what they were before training.", _untrained),
        ("sign", "The learning rate has the wrong sign.", _trained_uphill),
        ("known mistake", "The last, smaller batch of every epoch is left out.", _last_batch_dropped),
        (
            "regularisation",
            "The parameters are those of training without regularisation: `reg` does not reach the loss.",
            _trained_with(reg=0.0),
        ),
        (
            "known mistake",
            "The learning rate stays at its first value: every epoch has its own, by `learning_rate_decay` or "
            "`schedule`.",
            _trained_with(learning_rate_decay=1.0, schedule=None),
        ),
        (
            "known mistake",
            "The learning rate has fallen once already in the first epoch; there it is `learning_rate` itself.",
            _decayed_early,
        ),
        (
            "known mistake",
            "The learning rate falls after every step; it must fall after every epoch.",
            _decayed_every_step,
        ),
        ("known mistake", "The schedule is not used.", _trained_with(schedule=None)),
        ("known mistake", "These are the parameters after a single epoch.", _trained_with(epochs=1)),
        (
            "known mistake",
            "The update rule does not see what `config` holds.",
            _trained_with(config=None),
        ),
        (
            "known mistake",
            "The update rule's learning rate is not set: it used its own default.",
            _trained_with(learning_rate=1.0, learning_rate_decay=1.0, schedule=None),
        ),
        ("regularisation", "The regularisation's part of the gradient is taken twice.", _times_reg(2)),
        ("regularisation", "Half of `reg` reaches the loss.", _times_reg(0.5)),
        (
            "known mistake",
            "Every step gets the config from before training: what the rule gives back must go into the next step.",
            _by_rule(_forgetting),
        ),
        (
            "known mistake",
            "One config serves all parameters: each needs its own, or one's memory is written over the other's.",
            _by_rule(_sharing),
        ),
        *training_mistakes(_step, _rates, _WRONG_RATES),
    ],
    "predicted": [
        ("sign", "This is the class with the smallest score.", _least),
        *(
            (kind, text, lambda stand_ins, params, X, wrong=wrong: wrong(_scores(stand_ins, params, X)))
            for kind, text, wrong in CLASS_MISTAKES
        ),
        (
            "axis",
            "The *example* with the largest score of each class: the largest entry must be sought along each row.",
            _example_of_each_class,
        ),
        ("known mistake", "The last class is never taken into account.", _last_class_never),
    ],
}
