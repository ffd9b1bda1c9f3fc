"""Preparing images, freezing, statistics and features are judged by themselves, and no trick earns anything."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.exam import run_check
from autograder.namespace import LocalNamespace
from autograder.recording import notebook_names
from autograder.reference import SolutionReference
from autograder.registry import get_check
from solutions.transfer import extract_features, preprocess, trainable_parameters
from tests.checks import judging, odd
from tests.checks.judging import failed, told
from tests.checks.odd import not_written

PREPARE, COUNT, FREEZE = "preprocess", "trainable_parameters", "freeze"
TOP, STATISTICS, EXTRACT = "unfreeze_top", "keep_statistics", "extract_features"
ITEMS = (PREPARE, COUNT, FREEZE, TOP, STATISTICS, EXTRACT)


def judged(item, **names):
    return judging.judged(f"transfer.{item}", names)


def share(item, **names):
    return judging.share(f"transfer.{item}", names)


# --- each item by itself


@pytest.mark.parametrize("function", ITEMS)
def test_a_function_that_is_not_written_costs_its_own_item_alone(function):
    for item in ITEMS:
        assert share(item, **{function: not_written}) == (item != function), item


def test_wrong_functions_beside_it_cost_an_item_nothing():
    wrong = {
        PREPARE: lambda images, size, mean, std: torch.zeros(len(images), 3, size, size),
        COUNT: lambda net: 0,
        FREEZE: lambda module: module.requires_grad_(True),
        TOP: lambda backbone, stages: backbone.requires_grad_(False),
        STATISTICS: lambda net: None,
        EXTRACT: lambda backbone, images, batch_size: np.zeros((len(images), backbone.features)),
    }
    for item in ITEMS:
        assert share(item, **{name: f for name, f in wrong.items() if name != item}) == 1, item
        assert share(item, **{item: wrong[item]}) == 0, item


@pytest.mark.parametrize(
    "wrong", [not_written, lambda module: None, lambda module: [p.data.zero_() for p in module.parameters()]]
)
def test_a_freeze_that_is_wrong_costs_the_last_stages_nothing(wrong):
    names = notebook_names("transfer")
    names[FREEZE] = wrong  # where `unfreeze_top` finds it
    check, reference = get_check(f"transfer.{TOP}"), SolutionReference("transfer")
    verdict = run_check(check, LocalNamespace(names), reference, judging.rounds_of(check.name))
    assert verdict.points == verdict.max_points, told(failed(verdict))
    assert names[FREEZE] is wrong  # put back


# --- what must not earn


class Number(float):
    """A number that says it is none."""

    def __repr__(self):
        raise ValueError


class Tensor:
    """Not one, whatever it is called."""

    shape, dtype = (2, 3, 9, 9), "float32"


class Hostile:
    """Refuses whatever is asked of it."""

    def __getattr__(self, name):
        raise RuntimeError(name)


ODD = odd.ODD | {
    "a number": lambda *args: 3,
    "minus one": lambda *args: -1,
    "yes": lambda *args: True,
    "an object that refuses": lambda *args: Hostile(),
    "an object with a false name": lambda *args: Tensor(),
    "an odd number": lambda *args: Number(1.0),
    "an empty tuple": lambda *args: (),
    "an empty list": lambda *args: [],
    "an empty array": lambda *args: np.zeros(0),
    "arrays of other widths": lambda *args: [np.zeros((2, 3)), np.zeros((2, 4))],
    "arrays of texts": lambda *args: np.array(["a", "b"]),
    "not a number": lambda *args: np.nan,
    "infinite": lambda *args: np.inf,
    "a very large number": lambda *args: 10**40,
    "a very long list": lambda *args: [0] * 200_000,
    "a generator": lambda *args: (n for n in range(3)),
    "zeros": lambda *args: torch.zeros(2, 3, 9, 9),
    "a tensor on no device": lambda *args: torch.zeros(2, 3, device="meta"),
    "a sparse tensor": lambda *args: torch.zeros(2, 3).to_sparse(),
    "half-exact numbers": lambda *args: torch.zeros(2, 3, dtype=torch.bfloat16),
}


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("answer", ODD)
def test_odd_answers_earn_nothing_and_are_answered_in_sentences(item, answer):
    odd.assert_answered_in_sentences(judged(item, **{item: ODD[answer]}))


def _taken_apart(net, *_):
    for module in list(net.modules()):
        module._parameters.clear()


def _emptied(net, *_):
    for module in list(net.modules()):
        module._modules.clear()


def _renamed(net, *_):
    net._modules["\x1b[2J" * 300] = nn.Linear(1, 1)


def _with_odd_weights(net, *_):
    for module in net.modules():
        if hasattr(module, "weight"):
            del module.weight
            module.weight = None


def _lying(net, *_):
    net.numbers = net.notes = lambda: "\x1b[2J" * 300


def _cut_short(net, *_):
    if hasattr(net, "stages"):
        net.stages = net.stages[:1]


def _with_a_hostile_method(net, *_):
    net.__class__ = type("Other", (type(net),), {"named_modules": None, "named_parameters": None, "stages": None})


HARM = {
    "parameters taken out": _taken_apart,
    "layers taken out": _emptied,
    "another layer with an odd name": _renamed,
    "weights taken out": _with_odd_weights,
    "its own numbers falsified": _lying,
    "stages cut off": _cut_short,
    "methods taken away": _with_a_hostile_method,
}


@pytest.mark.parametrize("item", [item for item in ITEMS if item != PREPARE])
@pytest.mark.parametrize("harm", HARM)
def test_a_net_that_is_taken_apart_earns_nothing(item, harm):
    odd.assert_answered_in_sentences(judged(item, **{item: HARM[harm]}))


def test_half_of_a_net_frozen_earns_nothing():
    for k in range(4):
        assert share(FREEZE, freeze=lambda net, k=k: net.stages[k].requires_grad_(False)) == 0


def test_neither_all_nor_nothing_earns_more_than_half_where_some_is_asked_for():
    for name in (True, False):
        assert share(TOP, unfreeze_top=lambda backbone, stages, name=name: backbone.requires_grad_(name)) <= 0.5
        assert share(STATISTICS, keep_statistics=lambda net, name=name: net.train(name)) <= 0.5


# --- what costs its own alone


@pytest.mark.parametrize("factor", [0.99, 1.01, -1])
def test_images_of_another_brightness_earn_nothing(factor):
    assert share(PREPARE, preprocess=lambda *args: factor * preprocess(*args)) == 0


def test_one_pixel_is_enough_to_be_wrong():
    def one_off(*args):
        prepared = preprocess(*args)
        prepared[0, 0, 0, 0] += 0.5
        return prepared

    assert share(PREPARE, preprocess=one_off) == 0


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_images_turned_round_along_an_axis_earn_nothing(axis):
    assert share(PREPARE, preprocess=lambda *args: preprocess(*args).flip(axis)) == 0


def test_images_of_their_own_size_are_paid_for_apart():
    def one_size(images, size, mean, std):
        prepared = preprocess(images, size, mean, std)
        return prepared if images.shape[1] == size else prepared.round()

    verdict = judged(PREPARE, preprocess=one_size)
    assert set(failed(verdict)) == {"enlarged images"}, told(failed(verdict))


@pytest.mark.parametrize("form", [np.int64, np.array, int])
def test_a_count_may_come_as_any_whole_number(form):
    assert share(COUNT, trainable_parameters=lambda net: form(trainable_parameters(net))) == 1


@pytest.mark.parametrize("off", [1, -1])
def test_a_count_that_is_off_by_one_earns_nothing(off):
    assert share(COUNT, trainable_parameters=lambda net: trainable_parameters(net) + off) == 0


def test_a_backbone_left_in_evaluation_mode_costs_nothing_and_one_put_back_neither():
    def put_back(backbone, *args):
        features = extract_features(backbone, *args)
        backbone.train()
        return features

    assert share(EXTRACT, extract_features=put_back) == 1
    assert share(EXTRACT, extract_features=extract_features) == 1


def test_features_of_the_wrong_mode_cost_the_mode_and_not_the_features():
    def training(backbone, images, batch_size):
        with torch.no_grad():
            return torch.cat([backbone(part) for part in images.split(batch_size)]).numpy()

    verdict = judged(EXTRACT, extract_features=training)
    assert set(failed(verdict)) == {"the backbone is in evaluation mode", "backbone and images stay as they are"}


def test_gradients_are_recorded_again_behind_a_function_that_switched_them_off():
    def for_good(*args):
        torch.set_grad_enabled(False)
        return extract_features(*args)

    assert set(failed(judged(EXTRACT, extract_features=for_good))) == {"backbone and images stay as they are"}
    assert torch.is_grad_enabled()


def test_features_computed_without_asking_the_backbone_as_it_is_called_are_told_so():
    @torch.no_grad()
    def by_stages(backbone, images, batch_size):
        backbone.eval()
        for stage in backbone.stages:
            images = stage(images)
        return images.mean(dim=(2, 3)).numpy()

    found = failed(judged(EXTRACT, extract_features=by_stages))
    assert "features of every image, in their order" not in found
    assert all("never asked" in e.message for e in found.values()), told(found)
