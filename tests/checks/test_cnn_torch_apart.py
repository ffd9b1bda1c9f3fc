"""Nets in PyTorch, how they are counted, trained and shown more images are judged by themselves, and no trick earns."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.parts import TEST_IMAGES, THRESHOLDS
from autograder.recording import notebook_names
from solutions.cnn import augmented, convnet_a, evaluate, parameter_counts, softmax_net, train_epoch
from tests.checks import judging, odd
from tests.checks.judging import IMAGES, failed, rounds_of, told
from tests.checks.odd import not_written

NETS, COUNTING, EPOCH, AUGMENTED = (
    ("convnet_a", "convnet_b", "convnet_c"),
    "parameter_counts",
    "train_epoch",
    "augmented",
)
ITEMS = (*NETS, COUNTING, EPOCH, "evaluate", AUGMENTED)
QUICK = ("convnet_a", COUNTING, EPOCH, AUGMENTED)
BEST = "best_convnet"


def judged(item, **names):
    return judging.judged(f"cnn.{item}", names)


def share(item, **names):
    return judging.share(f"cnn.{item}", names)


def passed(verdict):
    return {e.name for e in verdict.expectations if e.passed}


# --- each item by itself


@pytest.mark.parametrize("function", ITEMS)
def test_a_function_that_is_not_written_costs_its_own_item_alone(function):
    for item in ITEMS:
        assert share(item, **{function: not_written}) == (item != function), item


def test_wrong_functions_beside_it_cost_an_item_nothing():
    wrong = {
        COUNTING: lambda net: {"": 0},
        EPOCH: lambda *args, **settings: float("nan"),
        "evaluate": lambda net, batches: (0.0, 1.0),
        AUGMENTED: lambda images, generator, shift=4: images * 0,
        "convnet_a": lambda dropout=0.5: softmax_net(),
    }
    for item in QUICK:
        assert share(item, **{name: f for name, f in wrong.items() if name != item}) == 1, item
        assert share(item, **{item: wrong[item]}) < 0.3, item


# --- what must not earn


ODD = odd.ODD | {
    "a number": lambda *args, **settings: 3,
    "an empty tuple": lambda *args, **settings: (),
    "not a number": lambda *args, **settings: np.nan,
    "a net without layers": lambda *args, **settings: nn.Module(),
    "a net that gives back its images": lambda *args, **settings: odd.Echo(lambda images: images),
    "a net that gives texts": lambda *args, **settings: odd.Echo(lambda images: ["score"] * len(images)),
    "a net that gives None": lambda *args, **settings: odd.Echo(lambda images: None),
    "a net that gives zeros": lambda *args, **settings: odd.Echo(lambda images: torch.zeros(len(images), 10)),
    "a net that gives infinity": lambda *args, **settings: odd.Echo(
        lambda images: torch.full((len(images), 10), torch.inf)
    ),
    "a net that gives classes": lambda *args, **settings: odd.Echo(lambda images: torch.zeros(len(images), dtype=int)),
    "a net that leaves": lambda *args, **settings: odd.Echo(lambda images: exit()),
}


@pytest.mark.parametrize("item", QUICK)
@pytest.mark.parametrize("answer", ODD)
def test_odd_answers_earn_nothing_and_are_answered_in_sentences(item, answer):
    odd.assert_answered_in_sentences(judged(item, **{item: ODD[answer]}))


@pytest.mark.parametrize("item", ["convnet_b", "convnet_c"])
@pytest.mark.parametrize("answer", ["None", "a class", "a net without layers", "a net that gives zeros", "an exit"])
def test_odd_answers_earn_nothing_with_the_larger_nets_either(item, answer):
    assert share(item, **{item: ODD[answer]}) == 0


def test_the_net_of_another_item_earns_nothing():
    for item, other in (("convnet_a", "convnet_c"), ("convnet_b", "convnet_a"), ("convnet_c", "convnet_b")):
        assert share(item, **{item: notebook_names("cnn")[other]}) == 0, item


class Padded(nn.Module):
    """A net whose parameters are right in number, and whose scores are those of another."""

    def __init__(self, dropout=0.5):
        super().__init__()
        self.net = convnet_a(dropout)
        self.scores = nn.Parameter(torch.zeros(10), requires_grad=False)

    def forward(self, images):
        return self.scores + 0 * self.net(images)


def test_the_right_number_of_parameters_alone_earns_little():
    assert share("convnet_a", convnet_a=Padded) <= 0.5


def test_scores_that_are_off_cost_nothing_else():
    class Off(Padded):
        def forward(self, images):
            return 1.01 * self.net(images)

    verdict = judged("convnet_a", convnet_a=Off)
    assert set(failed(verdict)) == {"scores in evaluation mode"}, told(failed(verdict))


def test_a_net_without_dropout_that_is_wrong_otherwise_is_told_both():
    net = nn.Sequential(nn.Conv2d(3, 12, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3072, 10))
    verdict = judged("convnet_a", convnet_a=lambda dropout: net)
    assert passed(verdict) == {
        "one score for each class",
        "gradients reach every layer",
        "no dropout in evaluation mode",
    }
    assert verdict.points == 0


# --- counting

SECOND_NAMES = {
    "whole floats": float,
    "arrays of one": lambda n: np.array([n]),
    "0-d arrays": np.array,
    "tensors": torch.tensor,
}


@pytest.mark.parametrize("form", SECOND_NAMES)
def test_whole_numbers_may_come_in_any_form(form):
    counts = {COUNTING: lambda net: {name: SECOND_NAMES[form](n) for name, n in parameter_counts(net).items()}}
    assert share(COUNTING, **counts) == 1


def test_names_and_numbers_are_paid_for_apart():
    renamed = {COUNTING: lambda net: {f"layer {k}": n for k, n in enumerate(parameter_counts(net).values())}}
    assert share(COUNTING, **renamed) == pytest.approx(0.8)
    one_for_another = {COUNTING: lambda net: dict(zip(counts := parameter_counts(net), _moved(counts), strict=True))}
    assert share(COUNTING, **one_for_another) == pytest.approx(0.7)


def _moved(counts):
    first, *others, last = counts.values()
    return [first + 1, *others, last - 1]


def test_a_dict_of_very_many_layers_is_answered_briefly():
    verdict = judged(COUNTING, **{COUNTING: lambda net: dict.fromkeys(range(20_000), 1)})
    assert verdict.points == 0
    assert max(len(e.message) for e in verdict.expectations) < 1200


# --- an epoch


def test_steps_that_are_wrong_cost_the_weights_and_not_the_loss():
    def upwards(net, batches, optimiser, augment=None, schedule=None):
        optimiser.param_groups[0]["lr"] *= -1
        return train_epoch(net, batches, optimiser, augment, schedule)

    assert set(failed(judged(EPOCH, train_epoch=upwards))) == {"weights after an epoch"}


def test_a_loss_that_is_wrong_costs_the_loss_and_not_the_weights():
    off = {EPOCH: lambda *args, **settings: train_epoch(*args, **settings) + 0.01}
    assert set(failed(judged(EPOCH, **off))) == {"mean loss of all images"}


def test_measuring_in_place_of_training_earns_nothing_but_the_loss():
    def measured(net, batches, optimiser, augment=None, schedule=None):
        return evaluate(net, batches)[0]

    assert share(EPOCH, train_epoch=measured) < 0.35


def test_without_training_nothing_is_earned():
    for loss in (0.0, 1.0, np.log(5), float("inf")):
        assert share(EPOCH, train_epoch=lambda *args, loss=loss, **settings: loss) == 0


def test_a_net_set_back_behind_the_epoch_has_not_learned():
    def undone(net, batches, optimiser, augment=None, schedule=None):
        before = {name: value.clone() for name, value in net.state_dict().items()}
        loss = train_epoch(net, batches, optimiser, augment, schedule)
        net.load_state_dict(before)
        return loss

    assert set(failed(judged(EPOCH, train_epoch=undone))) == {"weights after an epoch"}


# --- augmentation


def with_changed(change):
    return {AUGMENTED: lambda images, generator, shift=4: change(augmented(images, generator, shift))}


@pytest.mark.parametrize("factor", [0.99, 1.01, -1, 0])
def test_images_of_another_brightness_earn_nothing(factor):
    assert share(AUGMENTED, **with_changed(lambda images: factor * images)) == 0


def test_most_images_right_is_not_enough():
    def every_tenth_black(images):
        return images * (torch.arange(len(images)) % 10 != 9)[:, None, None, None]

    verdict = judged(AUGMENTED, **with_changed(every_tenth_black))
    assert set(failed(verdict)) == {"every image is its own, mirrored or not, and shifted"}


def test_what_is_drawn_may_be_drawn_in_any_order_and_number():
    def wasteful(images, generator, shift=4):
        torch.rand(17, generator=generator)
        return augmented(images, generator, shift)

    assert share(AUGMENTED, augmented=wasteful) == 1


# --- the trained net

BANDS = json.loads(THRESHOLDS.read_text(encoding="utf-8"))[f"cnn.{BEST}"]["shapes10"]["bands"]


class Knowing:
    """Knows the labels of the test images, and is right about a share of them."""

    def __init__(self, right):
        self.right, self.known = right, {}
        for k, round_ in enumerate(rounds_of(f"cnn.{BEST}")):
            images, labels = IMAGES.draw(round_.seed, TEST_IMAGES["hidden" if k else "visible"])
            for number, (image, label) in enumerate(zip(images, labels, strict=True)):
                wrong = (number * 0.6180339887) % 1 >= self.right[k]
                self.known[image.tobytes()] = (label + wrong) % 10

    def predict(self, images):
        return np.array([self.known[image.tobytes()] for image in images])


def best(visible, hidden):
    return judged(BEST, preprocess=np.asarray, best_convnet=Knowing((visible, hidden)))


def test_the_bands_are_paid_for_one_by_one():
    for k, band in enumerate(BANDS):
        verdict = best(0.0, band["accuracy"] + 0.01)
        reached = BANDS[: k + 1]
        assert verdict.points == pytest.approx(4 * sum(b["share"] for b in reached)), band
        assert verdict.bonus == pytest.approx(sum(b.get("bonus", 0.0) for b in reached)), band


def test_only_hidden_images_count_when_grading():
    assert best(1.0, 0.1).points == 0
    assert best(0.1, 1.0).status == "passed"


def test_the_net_is_judged_although_nothing_else_is_written():
    names = dict.fromkeys(ITEMS, not_written) | {"preprocess": np.asarray, "best_convnet": Knowing((1.0, 1.0))}
    assert judged(BEST, **names).bonus == 2
