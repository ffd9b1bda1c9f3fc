"""A probe, groups of parameters, fine-tuning and the best net are judged by themselves, and no trick earns."""

import copy
import json

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.parts import THRESHOLDS
from autograder.checks.transfer.accuracy import TEST_IMAGES
from autograder.recording import notebook_names
from solutions.transfer import fine_tune, parameter_groups, train_probe
from tests.checks import judging, odd
from tests.checks.judging import IMAGES, failed, function_items, rounds_of
from tests.checks.odd import Echo, not_written

PROBE, GROUPS, TUNE, BEST = "train_probe", "parameter_groups", "fine_tune", "best_transfer"
ITEMS = (PROBE, GROUPS, TUNE)


def judged(item, **names):
    return judging.judged(f"transfer.{item}", names)


def share(item, **names):
    return judging.share(f"transfer.{item}", names)


# --- each item by itself


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_is_judged_although_no_other_function_is_written(item):
    others = [name.split(".")[1] for name in function_items("transfer")]
    assert share(item, **{name: not_written for name in others if name != item}) == 1
    assert share(item, **{item: not_written}) == 0


@pytest.mark.parametrize("item", ITEMS)
def test_wrong_functions_beside_it_cost_an_item_nothing(item):
    wrong = {
        "freeze": lambda module: module.requires_grad_(True),
        "trainable_parameters": lambda net: -1,
        "keep_statistics": lambda net: net.eval(),
        PROBE: lambda features, labels, classes, reg=1.0: nn.Linear(1, 1),
        GROUPS: lambda net, learning_rate, decay: [],
        TUNE: lambda net, optimiser, batches, val_batches, epochs, patience: [1.0],
    }
    assert share(item, **{name: f for name, f in wrong.items() if name != item}) == 1
    assert share(item, **{item: wrong[item]}) < 0.3


# --- what must not earn


class Linear:
    """Called as the class that is asked for, and nothing else."""

    weight, bias = "weight", None

    def __call__(self, features):
        return "scores"


class Hostile:
    """Raises whatever is done with it."""

    def __getattr__(self, name):
        raise RuntimeError("no")

    def __call__(self, *args):
        raise SystemExit

    def __iter__(self):
        raise KeyError("no")

    def __len__(self):
        raise MemoryError


ODD = odd.ODD | {
    "zero": lambda *args, **settings: 0.0,
    "an empty list": lambda *args, **settings: [],
    "not a number": lambda *args, **settings: [np.nan] * 5,
    "infinity": lambda *args, **settings: [np.inf] * 12,
    "huge numbers": lambda *args, **settings: [10**400, -(10**400)],
    "very many numbers": lambda *args, **settings: [0.5] * 90_000,
    "too many numbers": lambda *args, **settings: [0.5] * 200_000,
    "constants": lambda *args, **settings: [0.5] * 5,
    "a generator": lambda *args, **settings: (0.1 * k for k in range(5)),
    "an endless generator of none": lambda *args, **settings: iter(()),
    "a class": lambda *args, **settings: nn.Linear,
    "a name that lies": lambda *args, **settings: Linear(),
    "an object that raises": lambda *args, **settings: Hostile(),
    "a layer without sizes": lambda *args, **settings: nn.LazyLinear(3),
    "a layer of zeros": lambda *args, **settings: nn.init.zeros_((layer := nn.Linear(7, 4)).weight) is None or layer,
    "a net that gives back its features": lambda *args, **settings: Echo(lambda features: features),
    "a net that gives texts": lambda *args, **settings: Echo(lambda features: ["score"] * len(features)),
    "a net that gives None": lambda *args, **settings: Echo(lambda features: None),
    "a net that gives nan": lambda *args, **settings: Echo(lambda features: torch.full((len(features), 4), torch.nan)),
    "a net that gives infinity": lambda *args, **settings: Echo(lambda features: torch.inf * torch.ones(15, 4)),
    "a net that gives classes": lambda *args, **settings: Echo(lambda features: torch.zeros(len(features), dtype=int)),
    "a net that gives complex numbers": lambda *args, **settings: Echo(lambda f: torch.zeros(len(f), 4) * 1j),
    "a net that leaves": lambda *args, **settings: Echo(lambda features: exit()),
    "groups of texts": lambda *args, **settings: [{"params": "weights", "lr": "fast"}],
    "groups of nothing": lambda *args, **settings: [{"params": None, "lr": None}],
    "groups of tensors": lambda *args, **settings: [{"params": [torch.zeros(3)], "lr": 0.1}],
    "groups that are infinite": lambda *args, **settings: [{"params": torch.zeros(2), "lr": torch.tensor([1.0, 2.0])}],
}


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("answer", ODD)
def test_odd_answers_earn_nothing_and_are_answered_in_sentences(item, answer):
    odd.assert_answered_in_sentences(judged(item, **{item: ODD[answer]}))


# --- a probe


def test_a_layer_that_is_changed_afterwards_is_judged_as_it_is():
    def shifted(features, labels, classes, reg):
        layer = train_probe(features, labels, classes, reg)
        layer.bias.data[0] += 0.5
        return layer

    assert set(failed(judged(PROBE, train_probe=shifted))) == {
        "the regularised loss is as small as it can be",
        "a feature that never varies, a class without images",
    }


def test_the_same_number_beside_every_score_costs_nothing():
    def shifted(features, labels, classes, reg):
        layer = train_probe(features, labels, classes, reg)
        layer.bias.data += 3
        return layer

    assert share(PROBE, train_probe=shifted) == 1


def test_what_the_judge_asks_for_cannot_be_recognised():
    """Perfect scores for the features it was trained with, and a right layer's for all others."""

    def looked_up(features, labels, classes, reg):
        layer, known = train_probe(features, labels, classes, reg), torch.as_tensor(np.array(features))
        perfect = 100 * nn.functional.one_hot(torch.as_tensor(labels), classes)

        class Lookup(nn.Linear):
            def forward(self, rows):
                same = rows.shape == known.shape and torch.equal(rows, known)
                return perfect.float() if same else super().forward(rows)

        net = Lookup(known.shape[1], classes)
        net.load_state_dict(layer.state_dict())
        return net

    assert share(PROBE, train_probe=looked_up) < 0.3


def test_weights_that_are_told_and_not_used_earn_little():
    def told_only(features, labels, classes, reg):
        layer = train_probe(features, labels, classes, reg)
        net = Echo(lambda rows: torch.zeros(len(rows), classes))
        net.weight, net.bias = layer.weight, layer.bias
        return net

    assert share(PROBE, train_probe=told_only) == 0


# --- groups


def test_rates_and_what_is_in_the_groups_are_paid_for_apart():
    def slower(net, learning_rate, decay):
        return parameter_groups(net, learning_rate / 2, decay)

    def thinned(net, learning_rate, decay):
        return [{**group, "params": group["params"][:1]} for group in parameter_groups(net, learning_rate, decay)]

    assert share(GROUPS, parameter_groups=slower) == pytest.approx(0.5)
    assert share(GROUPS, parameter_groups=thinned) == pytest.approx(0.85)


def test_raising_in_every_case_earns_nothing():
    def always(net, learning_rate, decay):
        raise ValueError("everything is frozen")

    assert share(GROUPS, parameter_groups=always) == 0


def test_a_group_of_very_many_parameters_is_answered_briefly():
    verdict = judged(GROUPS, parameter_groups=lambda *a: [{"params": [torch.zeros(1)] * 200_000, "lr": 0.1}])
    assert verdict.points == 0
    assert max(len(e.message) for e in verdict.expectations) < 1200


# --- fine-tuning


def test_without_training_nothing_is_earned():
    for answer in ([0.5], [0.0] * 12, [1.0], list(np.linspace(0, 1, 6))):
        assert share(TUNE, fine_tune=lambda *args, answer=answer: answer) <= 0.1


def test_what_is_returned_and_what_is_left_are_paid_for_apart():
    def spoiled(net, *others):
        accuracies = fine_tune(net, *others)
        net.last.bias.data += 1
        return accuracies

    def off(*args):
        return [accuracy + 0.01 for accuracy in fine_tune(*args)]

    assert share(TUNE, fine_tune=spoiled) == pytest.approx(0.7)
    assert share(TUNE, fine_tune=off) == pytest.approx(0.7)


def test_a_net_that_was_copied_first_is_not_trained():
    def of_a_copy(net, optimiser, *others):
        return fine_tune(copy.deepcopy(net), optimiser, *others)

    assert share(TUNE, fine_tune=of_a_copy) < 0.3


def test_notes_that_are_lost_cost_nothing():
    def forgetful(net, *others):
        accuracies = fine_tune(net, *others)
        net.modes.clear()
        return accuracies

    assert share(TUNE, fine_tune=forgetful) == 1


@pytest.mark.parametrize("modes", [None, 3, "True", [None], [[True]], [True] * 100_000, {True: True}])
def test_notes_that_are_spoiled_are_no_reason_to_break(modes):
    def spoiling(net, *others):
        accuracies = fine_tune(net, *others)
        net.modes = modes
        return accuracies

    assert 0 <= share(TUNE, fine_tune=spoiling) <= 1


# --- the best net

BANDS = json.loads(THRESHOLDS.read_text(encoding="utf-8"))[f"transfer.{BEST}"]["shapes10"]["bands"]


class Knowing:
    """Knows the labels of the test images, and is right about a share of them."""

    def __init__(self, right):
        self.right, self.known = right, {}
        for k, round_ in enumerate(rounds_of(f"transfer.{BEST}")):
            images, labels = IMAGES.draw(round_.seed, TEST_IMAGES["hidden" if k else "visible"])
            for number, (image, label) in enumerate(zip(images, labels, strict=True)):
                wrong = (number * 0.6180339887) % 1 >= self.right[k]
                self.known[image.tobytes()] = (label + wrong) % 10

    def predict(self, images):
        return np.array([self.known[image.tobytes()] for image in images])


def best(visible, hidden, **names):
    return judged(BEST, prepare=np.asarray, best_transfer=Knowing((visible, hidden)), **names)


def test_the_bands_are_paid_for_one_by_one():
    for k, band in enumerate(BANDS):
        verdict = best(0.0, band["accuracy"] + 0.005)
        reached = BANDS[: k + 1]
        assert verdict.points == pytest.approx(4 * sum(b["share"] for b in reached)), band
        assert verdict.bonus == pytest.approx(sum(b.get("bonus", 0.0) for b in reached)), band


def test_only_hidden_images_count_when_grading():
    assert best(1.0, 0.1).points == 0
    assert best(0.1, 1.0).status == "passed"


def test_the_net_is_judged_although_nothing_else_is_written():
    names = [name.split(".")[1] for name in function_items("transfer")]
    verdict = best(1.0, 1.0, **dict.fromkeys(names, not_written))
    assert verdict.bonus == 2


@pytest.mark.parametrize(
    "odd", ["None", "a text", "huge numbers", "a net that leaves", "an object that raises", "an exit"]
)
def test_odd_nets_earn_nothing(odd):
    class Net:
        predict = staticmethod(ODD[odd])

    assert judged(BEST, prepare=np.asarray, best_transfer=Net()).points == 0
    assert judged(BEST, prepare=ODD[odd], best_transfer=Net()).points == 0
    assert judged(BEST, prepare=np.asarray, best_transfer=ODD[odd]).points == 0


def test_the_notebook_holds_all_that_is_asked_for():
    assert set(ITEMS) <= set(notebook_names("transfer"))
