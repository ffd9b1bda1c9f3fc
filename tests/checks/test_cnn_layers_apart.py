"""Convolutions and max-pooling: each item is judged by itself, and no trick earns anything."""

import numpy as np
import pytest

from autograder.checks.parts import CARRIED
from solutions.cnn import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_naive,
    max_pool_forward_naive,
    output_size,
)
from tests.checks import judging
from tests.checks.judging import failed, told
from tests.checks.odd import not_written

FORWARD_OF = {
    "conv_backward_naive": "conv_forward_naive",
    "conv_backward_fast": "conv_forward_fast",
    "max_pool_backward_naive": "max_pool_forward_naive",
}
BACKWARD, FORWARD = list(FORWARD_OF), list(FORWARD_OF.values())
ITEMS = [*FORWARD, *BACKWARD]
NOISE = np.random.default_rng(0)
every_item = pytest.mark.parametrize("item", ITEMS)
every_backward_item = pytest.mark.parametrize("item", BACKWARD)


def judged(item, **names):
    return judging.judged(f"cnn.{item}", names)


def share(item, **names):
    verdict = judged(item, **names)
    return verdict.points / verdict.max_points


def right(item):
    """Right functions (forward, backward) of the layer that an item is about; quick ones."""
    pool = "pool" in item
    return (max_pool_forward_naive, max_pool_backward_naive) if pool else (conv_forward_fast, conv_backward_fast)


def layer(item, forward, backward=None):
    """Names of a notebook with these two functions in the place of the item's."""
    names = {FORWARD_OF.get(item, item): forward}
    return names | {item: backward} if backward else names


# --- one function, one item


@pytest.mark.parametrize("function", ITEMS)
def test_a_function_that_is_not_written_costs_its_own_item_alone(function):
    for item in ITEMS:
        assert share(item, **{function: not_written}) == (item != function), item


WITHOUT_A_CACHE = {
    "an error": lambda *inputs: 1 / 0,
    "the output alone": lambda x, *others: x * 1.0,
    "nothing": lambda *inputs: None,
    "another cache": lambda x, *others: (x, {"x": 0 * x}),
    "an empty cache": lambda x, *others: (x, ()),
    "zeros in the cache": lambda x, *others: (x, (0 * x, *(0 * a if isinstance(a, np.ndarray) else a for a in others))),
    "few digits in the cache": lambda x, *others: (x, (x.astype(np.float16), *others)),
}


@every_backward_item
@pytest.mark.parametrize("forward", WITHOUT_A_CACHE)
def test_where_the_forward_pass_leaves_no_right_cache_the_one_agreed_on_is_taken(item, forward):
    verdict = judged(item, **layer(item, WITHOUT_A_CACHE[forward]))
    assert verdict.points == verdict.max_points, told(failed(verdict))


@every_backward_item
def test_a_cache_of_ones_own_is_enough_where_only_the_output_is_wrong(item):
    forward, backward = right(item)
    names = layer(item, lambda *given: (0 * given[0], [forward(*given)[1]]), lambda d, cache: backward(d, *cache[:1]))
    assert share(item, **names) == 1
    assert share(FORWARD_OF[item], **names) == 0


# --- errors carried forward


def turned(forward, backward):
    """The filters turned around, or the images' signs: the smallest number of every window."""
    if forward is max_pool_forward_naive:
        return lambda x, param: (-forward(-x, param)[0], (-x, param)), lambda d, cache: backward(d, cache)

    def back(dout, cache):
        dx, dw, db = backward(dout, cache)
        return dx, dw[:, :, ::-1, ::-1], db

    return lambda x, w, b, param: forward(x, w[:, :, ::-1, ::-1], b, param), back


def doubled(forward, backward):
    def twice(*given):
        out, cache = forward(*given)
        return 2 * out, cache

    return twice, lambda dout, cache: backward(2 * dout, cache)


def squashed(forward, backward):
    def tanh(*given):
        out, cache = forward(*given)
        return np.tanh(out / 10), (np.tanh(out / 10), cache)

    return tanh, lambda dout, cache: backward(dout * (1 - cache[0] ** 2) / 10, cache[1])


def images_squared(forward, backward):
    def squares(x, *others):
        out, cache = forward(x**2, *others)
        return out, (x, cache)

    def back(dout, cache):
        dx, *others = backward(dout, cache[1]) if "conv" in backward.__name__ else [backward(dout, cache[1])]
        dx = dx * 2 * cache[0]
        return (dx, *others) if others else dx

    return squares, back


WRONG_LAYERS = {"turned": turned, "doubled": doubled, "squashed": squashed, "images squared": images_squared}
every_wrong_layer = pytest.mark.parametrize("name", WRONG_LAYERS)


@every_backward_item
@every_wrong_layer
def test_the_exact_derivative_of_a_wrong_forward_pass_is_carried_forward(item, name):
    verdict = judged(item, **layer(item, *WRONG_LAYERS[name](*right(item))))
    said = [e.name for e in verdict.expectations if e.instead and e.passed]
    if name == "turned" and "pool" in item:
        assert verdict.points == verdict.max_points  # on the cache agreed on, it is the right way back
    else:
        assert verdict.points > 0.99 * CARRIED * verdict.max_points, told(failed(verdict))
        assert all(f"exact derivatives of your own {FORWARD_OF[item]}. Mend that one" in text for text in said)
        assert bool(said) == (verdict.points == pytest.approx(CARRIED * verdict.max_points))
        assert verdict.points < 0.6 * verdict.max_points
    assert share(FORWARD_OF[item], **layer(item, *WRONG_LAYERS[name](*right(item)))) < 0.5


@every_backward_item
@every_wrong_layer
def test_a_right_backward_pass_keeps_its_points_beside_a_wrong_forward_pass(item, name):
    forward, _ = WRONG_LAYERS[name](*right(item))
    assert share(item, **layer(item, forward)) == 1


@every_backward_item
@pytest.mark.parametrize("name", ["doubled", "squashed"])
def test_a_wrong_backward_pass_of_a_wrong_forward_pass_earns_nothing(item, name):
    forward, backward = WRONG_LAYERS[name](*right(item))
    assert share(item, **layer(item, forward, lambda dout, cache: backward(1.05 * dout, cache))) == 0


@every_backward_item
def test_no_error_is_carried_forward_from_a_forward_pass_that_is_right(item):
    forward, backward = right(item)
    assert share(item, **layer(item, forward, lambda dout, cache: backward(1.001 * dout, cache))) == 0


# --- what must not earn


def sizes(x, others):
    """Shape of the output, for a convolution or a pooling."""
    param = others[-1]
    if len(others) == 1:
        window, pad, channels = (param["pool_height"], param["pool_width"]), 0, x.shape[1]
    else:
        window, pad, channels = others[0].shape[2:], param["pad"], len(others[0])
    places = (output_size(n, k, param["stride"], pad) for n, k in zip(x.shape[2:], window, strict=True))
    return (len(x), channels, *places)


def of_the_right_shape(fill):
    return lambda x, *others: (fill(x, sizes(x, others)), (x, *others))


def of_all_gradients(fill):
    def backward(dout, cache):
        grads = tuple(fill(a, dout) for a in cache if isinstance(a, np.ndarray))
        return grads if len(grads) > 1 else grads[0]

    return backward


FILLS = {
    "zeros": (lambda x, shape: np.zeros(shape), lambda a, dout: np.zeros(a.shape)),
    "ones": (lambda x, shape: np.ones(shape), lambda a, dout: np.ones(a.shape)),
    "the sum of all": (lambda x, shape: np.full(shape, x.sum()), lambda a, dout: np.full(a.shape, dout.sum())),
    "a mean": (lambda x, shape: np.full(shape, x.mean()), lambda a, dout: np.full(a.shape, dout.sum() / a.size)),
    "the inputs": (np.resize, lambda a, dout: a.copy()),
    "what came from above": (np.resize, lambda a, dout: np.resize(dout, a.shape)),
    "a corner": (
        lambda x, shape: np.resize(x[:, :, : shape[2], : shape[3]], shape),
        lambda a, dout: np.resize(dout, a.shape),
    ),
    "not a number": (lambda x, shape: np.full(shape, np.nan), lambda a, dout: a * np.nan),
    "infinite": (lambda x, shape: np.full(shape, np.inf), lambda a, dout: np.full(a.shape, np.inf)),
    "tiny numbers": (lambda x, shape: np.full(shape, 1e-12), lambda a, dout: np.full(a.shape, 1e-12)),
    "complex numbers": (lambda x, shape: np.full(shape, 1j), lambda a, dout: a + 1j),
    "random numbers": (lambda x, s: NOISE.standard_normal(s), lambda a, dout: NOISE.standard_normal(a.shape)),
    "texts": (lambda x, shape: "out", lambda a, dout: "dx"),
    "truths": (lambda x, shape: np.ones(shape, dtype=bool), lambda a, dout: np.ones(a.shape, dtype=bool)),
}


@every_item
@pytest.mark.parametrize("name", FILLS)
def test_cheap_tricks_earn_nothing(item, name):
    forward, backward = of_the_right_shape(FILLS[name][0]), of_all_gradients(FILLS[name][1])
    names = layer(item, forward, backward) if item in BACKWARD else {item: forward}
    assert share(item, **names) == 0


@pytest.mark.parametrize("item", ["conv_backward_naive", "conv_backward_fast"])
def test_the_sum_of_dout_alone_earns_nothing(item):
    def backward(dout, cache):
        x, w, *_ = cache
        return np.zeros(x.shape), np.zeros(w.shape), dout.sum(axis=(0, 2, 3))

    assert share(item, **{item: backward}) == 0


@pytest.mark.parametrize("item", ["conv_backward_naive", "conv_backward_fast"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_gradient_of_zeros_beside_two_right_ones_costs_its_share(item, number):
    def backward(dout, cache):
        return tuple(0 * g if k == number else g for k, g in enumerate(conv_backward_fast(dout, cache)))

    verdict = judged(item, **{item: backward})
    assert failed(verdict)[("dx", "dw", "db")[number]].kind == "zero"
    assert 0.5 < verdict.points / verdict.max_points < 0.85


@every_backward_item
def test_noise_on_right_gradients_earns_nothing(item):
    forward, backward = right(item)
    assert share(item, **layer(item, forward, lambda d, c: backward(d * (1 + 0.01 * NOISE.random()), c))) == 0


@every_backward_item
def test_noise_on_a_right_forward_pass_costs_no_gradient(item):
    forward, _ = right(item)
    names = layer(item, lambda x, *others: forward(x * (1 + 0.01 * NOISE.random()), *others))
    assert share(item, **names) == 1
    assert share(FORWARD_OF[item], **names) == 0


class Odd:
    """Breaks when it is looked at."""

    def __array__(self, *args, **settings):
        raise RuntimeError("no array")

    def __len__(self):
        raise RuntimeError("no length")

    def __repr__(self):
        raise RuntimeError("no text")


def without_end():
    inner = []
    inner.append(inner)
    return inner


ODD = {
    "an object that breaks": Odd,
    "a pair of them": lambda: (Odd(), Odd()),
    "three of them": lambda: (Odd(), Odd(), Odd()),
    "a list in itself": without_end,
    "ragged lists": lambda: ([[1.0], [1.0, 2.0]], [[1.0], [1.0, 2.0]]),
    "no numbers": lambda: (np.zeros((0, 0, 0, 0)), np.zeros(0), np.zeros(0)),
    "arrays of objects": lambda: (np.array([None, Odd], dtype=object), ()),
    "a text": lambda: "out",
    "a set": lambda: {1, 2},
    "a dict": lambda: {"out": 1},
    "a function": lambda: len,
    "a generator": lambda: (k for k in range(3)),
    "one number": lambda: 0.5,
    "two truths": lambda: (True, False),
    "dates": lambda: (np.array(["2020-01-01"], dtype="datetime64[D]"), ()),
}


@every_item
@pytest.mark.parametrize("name", ODD)
def test_odd_answers_get_a_sentence_and_no_points(item, name):
    verdict = judged(item, **{item: lambda *given: ODD[name]()})
    assert (verdict.status, verdict.points) == ("failed", 0)
    for expectation in failed(verdict).values():
        assert expectation.message
        assert "Traceback" not in expectation.message


# --- ties, and blocks of images


@pytest.mark.parametrize("weights", [(1, 0), (0, 1), (0.5, 0.5), (0.9, 0.1)])
def test_every_way_to_share_among_ties_is_right(weights):
    def backward(dout, cache):
        x, param = cache
        first = max_pool_backward_naive(dout, cache)
        last = max_pool_backward_naive(dout[:, :, ::-1, ::-1], (x[:, :, ::-1, ::-1], param))[:, :, ::-1, ::-1]
        return weights[0] * first + weights[1] * last

    verdict = judged("max_pool_backward_naive", max_pool_backward_naive=backward)
    assert verdict.points == verdict.max_points, told(failed(verdict))


def test_all_of_dout_to_each_tie_costs_a_tenth():
    def backward(dout, cache):
        x, param = cache
        s, dx = param["stride"], np.zeros_like(x)
        for i, j in np.ndindex(dout.shape[2:]):
            at = np.s_[:, :, i * s : i * s + param["pool_height"], j * s : j * s + param["pool_width"]]
            dx[at] += (x[at] == x[at].max(axis=(2, 3), keepdims=True)) * dout[:, :, i : i + 1, j : j + 1]
        return dx

    verdict = judged("max_pool_backward_naive", max_pool_backward_naive=backward)
    assert verdict.points == pytest.approx(0.9 * verdict.max_points)


@pytest.mark.parametrize(("images", "fine"), [(1, False), (2, True), (3, True), (5, True)])
def test_a_loop_over_blocks_of_images_is_fine_and_one_over_images_is_not(images, fine):
    def forward(x, w, b, conv_param):
        blocks = []
        for start in range(0, len(x), images):
            blocks.append(conv_forward_fast(x[start : start + images], w, b, conv_param)[0])
        return np.concatenate(blocks), (x, w, b, conv_param)

    found = failed(judged("conv_forward_fast", conv_forward_fast=forward))
    assert list(found) == ([] if fine else ["no loop over images, filters or places"])
