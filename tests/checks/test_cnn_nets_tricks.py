"""No trick earns anything in sandwiches, nets, their measuring and stopping, and nothing breaks a check."""

import functools
import json

import numpy as np
import pytest
import torch

from autograder.checks.parts import TEST_IMAGES, THRESHOLDS
from solutions.cnn import (
    EarlyStopping,
    TwoLayerConvNet,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
    evaluate,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from tests.checks.judging import IMAGES, failed, rounds_of, told
from tests.checks.test_cnn_nets_apart import (
    BACK,
    ITEMS,
    MEASURE,
    NET,
    NORMAL,
    OWN,
    SANDWICH,
    STOPPING,
    TRAINED,
    judged,
    share,
)

# --- what must not earn


class Odd:
    """An object that answers to nothing as it should."""

    def __getitem__(self, key):
        raise RuntimeError("no")

    def __len__(self):
        return -1

    def __bool__(self):
        raise ValueError("neither")

    def __repr__(self):
        raise TypeError("no words")


class Endless:
    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter([self, self, self])


def looped():
    loop = []
    loop.append(loop)
    return loop


NOISE = np.random.default_rng(0)
RETURNED = {
    "nothing": lambda: None,
    "a number": lambda: 1.5,
    "zero": lambda: 0,
    "a text": lambda: "out",
    "an empty tuple": lambda: (),
    "a pair of nothing": lambda: (None, None),
    "three times nothing": lambda: (None, None, None),
    "a pair of texts": lambda: ("out", "cache"),
    "a dict": dict,
    "a dict of 0 and 1": lambda: {0: np.zeros(3), 1: np.zeros(3)},
    "an odd object": Odd,
    "an endless object": Endless,
    "a loop of lists": looped,
    "arrays of objects": lambda: (np.array([None, "x"]), np.array([{}])),
    "ragged lists": lambda: ([[1, 2], [3]], [[1], 2]),
    "not a number": lambda: (np.nan, np.nan),
    "infinite": lambda: (np.inf, -np.inf, np.inf),
    "complex": lambda: (1j, 1j, 1j),
    "a class": lambda: Odd,
    "a generator": lambda: (k for k in range(3)),
    "a huge number": lambda: (10**400, 10**400),
    "tensors": lambda: (torch.zeros(2), torch.zeros(2)),
    "a type error": lambda: 1 + "1",
    "a system exit": lambda: exec("raise SystemExit"),
    "random numbers": lambda: (NOISE.random(), NOISE.random()),
    "zeros of odd shapes": lambda: (np.zeros((0, 3)), np.zeros((1, 1, 1, 1, 1)), np.zeros(())),
}
every_returned = pytest.mark.parametrize("name", RETURNED)


def always(name):
    """Functions, and a class for the items that ask for one, that return the same whatever they are given."""

    def function(*args, **settings):
        return RETURNED[name]()

    class Net(TwoLayerConvNet):
        def loss(self, X, y=None):
            return RETURNED[name]()

    class Stopping(EarlyStopping):
        def update(self, accuracy):
            return RETURNED[name]()

    return function, Net, Stopping


@every_returned
@pytest.mark.parametrize("item", ITEMS)
def test_whatever_comes_back_gets_a_sentence_and_no_points(item, name):
    function, Net, Stopping = always(name)
    names = dict.fromkeys(OWN[item], function)
    names |= {"TwoLayerConvNet": Net} if item == NET else {"EarlyStopping": Stopping} if item == STOPPING else {}
    verdict = judged(item, **names)
    assert (verdict.status, verdict.points) == ("failed", 0), told(failed(verdict))
    assert all(e.message.endswith((".", "?")) for e in failed(verdict).values()), told(failed(verdict))


@pytest.mark.parametrize("name", [name for name in RETURNED if "error" not in name and "exit" not in name])
@pytest.mark.parametrize("item", ITEMS)
def test_whatever_stands_in_a_names_place_gets_a_sentence_and_no_points(item, name):
    verdict = judged(item, **dict.fromkeys(OWN[item], RETURNED[name]()))
    assert (verdict.status, verdict.points) in (("failed", 0), ("missing", 0)), told(failed(verdict))


def zeros_like_the_right_ones(function, *args):
    answer = function(*args)
    return tuple(0 * part if isinstance(part, (np.ndarray, float)) else part for part in answer)


def zeros_of(function):
    return functools.partial(zeros_like_the_right_ones, function)


ZEROS = {
    SANDWICH: {
        "conv_relu_pool_forward": zeros_of(conv_relu_pool_forward),
        "conv_relu_pool_backward": zeros_of(conv_relu_pool_backward),
    },
    NORMAL: {"spatial_batchnorm_forward": lambda x, *others: (0 * x, None)},
    BACK: {"spatial_batchnorm_backward": zeros_of(spatial_batchnorm_backward)},
    MEASURE: {"evaluate": zeros_of(evaluate)},
}


@pytest.mark.parametrize("item", ZEROS)
def test_zeros_of_the_right_shapes_earn_nothing(item):
    verdict = judged(item, **ZEROS[item])
    assert verdict.points == 0, [e.name for e in verdict.expectations if e.passed]
    assert any(e.kind == "zero" for e in verdict.expectations)


class ZeroNet(TwoLayerConvNet):
    def loss(self, X, y=None):
        if y is None:
            return np.zeros((len(X), len(self.params["b2"])))
        return 0.0, {name: 0 * value for name, value in self.params.items()}


def test_zeros_for_scores_loss_and_gradients_earn_nothing():
    assert share(NET, TwoLayerConvNet=ZeroNet) == 0


def test_noise_on_right_numbers_earns_nothing():
    def noisy(function):
        def off(*args):
            return tuple(
                part * (1 + 0.01 * NOISE.random()) if isinstance(part, (np.ndarray, float)) else part
                for part in function(*args)
            )

        return off

    names = {
        "conv_relu_pool_forward": noisy(conv_relu_pool_forward),
        "conv_relu_pool_backward": noisy(conv_relu_pool_backward),
    }
    assert share(SANDWICH, **names) == 0
    assert share(BACK, spatial_batchnorm_backward=noisy(spatial_batchnorm_backward)) == 0
    assert share(MEASURE, evaluate=noisy(evaluate)) == 0
    # Running statistics and what happens in mode test are right all the same, but for the noise.
    assert share(NORMAL, spatial_batchnorm_forward=noisy(spatial_batchnorm_forward)) == 0


def test_a_net_that_is_never_asked_earns_nothing_for_leaving_it_alone():
    verdict = judged(MEASURE, evaluate=lambda net, batches: (2.3, 0.1))
    assert verdict.points == 0
    assert {"the net is in evaluation mode", "no gradients are recorded"} <= set(failed(verdict))


@pytest.mark.parametrize("said", [True, False])
def test_a_constant_answer_earns_nothing_in_stopping(said):
    class Constant(EarlyStopping):
        def update(self, accuracy):
            super().update(accuracy)
            return said

    assert share(STOPPING, EarlyStopping=Constant) == 0


# --- accuracy


class Knows:
    """A net that knows the labels of the images, and gives the right ones of a part of them."""

    def __init__(self, part):
        self.part = part
        self.labels = {}
        for round_ in rounds_of(f"cnn.{TRAINED}"):
            count = TEST_IMAGES["hidden" if round_.hidden else "visible"]
            images, labels = IMAGES.draw(round_.seed, count)
            self.labels |= {image.tobytes(): label for image, label in zip(images, labels, strict=True)}

    def predict(self, X):
        right = np.array([self.labels[image.tobytes()] for image in X])
        return np.where(np.arange(len(X)) < self.part * len(X), right, (right + 1) % 10)


BANDS = json.loads(THRESHOLDS.read_text(encoding="utf-8"))["cnn.trained_convnet"]["shapes10"]["bands"]


@pytest.mark.parametrize("number", range(len(BANDS) + 1))
def test_each_band_of_accuracy_earns_its_share(number):
    part = BANDS[number]["accuracy"] - 0.005 if number < len(BANDS) else 1.0
    verdict = judged(TRAINED, preprocess=lambda images: images, trained_convnet=Knows(part))
    assert verdict.points == pytest.approx(verdict.max_points * sum(band["share"] for band in BANDS[:number]))
    assert verdict.bonus == sum(band.get("bonus", 0.0) for band in BANDS[:number])


@every_returned
def test_whatever_a_trained_net_predicts_gets_a_sentence_and_no_points(name):
    class Net:
        def predict(self, X):
            return RETURNED[name]()

    verdict = judged(TRAINED, preprocess=lambda images: images, trained_convnet=Net())
    assert (verdict.status, verdict.points, verdict.bonus) == ("failed", 0, 0)
    assert all(e.message.endswith((".", "?")) for e in failed(verdict).values())
