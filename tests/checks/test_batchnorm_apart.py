"""In the homework on batch normalisation each item is judged by itself, and no trick earns anything."""

import numpy as np
import pytest

from autograder.checks.parts import CARRIED
from solutions.batchnorm import batchnorm_backward, batchnorm_forward, layernorm_backward, layernorm_forward
from tests.checks import judging
from tests.checks.judging import failed, told, without_clock
from tests.checks.odd import not_written

ITEMS = (
    "forward_train",
    "running_statistics",
    "forward_test",
    "backward",
    "backward_alt",
    "layernorm_forward",
    "layernorm_backward",
)
BACKWARD = {"backward": "batchnorm", "backward_alt": "batchnorm", "layernorm_backward": "layernorm"}
RIGHT = {
    "batchnorm": (batchnorm_forward, batchnorm_backward),
    "layernorm": (layernorm_forward, layernorm_backward),
}
every_backward_item = pytest.mark.parametrize("item", BACKWARD)


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


def judged(item, **names):
    return judging.judged(f"batchnorm.{item}", names)


def share(item, **names):
    verdict = judged(item, **names)
    return verdict.points / verdict.max_points


def layer(item, forward, backward=None):
    """Names of a notebook whose layer, the one that `item` differentiates, has these two functions."""
    name = BACKWARD[item]
    names = {f"{name}_forward": forward}
    if backward:
        names[f"batchnorm_{item}" if name == "batchnorm" else item] = backward
    return names


def statistics(x, param, axis, ddof=0):
    """What x is less its mean, and what it is divided by."""
    var = x.var(axis=axis, ddof=ddof if x.shape[axis] > 1 else 0, keepdims=True)
    return x - x.mean(axis=axis, keepdims=True), np.sqrt(var + param.get("eps", 1e-5))


# --- one function, three items


def in_one(train=None, stored=None, test=None):
    """`batchnorm_forward` with one of its three parts exchanged: (x, gamma, beta, param) each."""

    def forward(x, gamma, beta, bn_param):
        before = dict(bn_param)
        out, cache = batchnorm_forward(x, gamma, beta, bn_param)
        if before["mode"] == "test":
            return (test(x, gamma, beta, bn_param) if test else out), cache
        if stored:
            stored(x, gamma, before, bn_param)
        return (train(x, gamma, beta, before) if train else out), cache

    return {"batchnorm_forward": forward}


def unbiased(x, gamma, beta, param):
    centred, std = statistics(x, param, 0, ddof=1)
    return gamma * centred / std + beta


def fails_in_training(x, gamma, beta, param):
    raise ZeroDivisionError


def nothing_is_stored(x, gamma, before, param):
    param.clear()
    param.update(before)


def only_nan_is_stored(x, gamma, before, param):
    param.update(running_mean=gamma * np.nan, running_var=gamma * np.nan)


def unbiased_is_stored(x, gamma, before, param):
    old, keep = before.get("running_var", np.ones_like(gamma)), before.get("momentum", 0.9)
    param["running_var"] = keep * old + (1 - keep) * x.var(axis=0, ddof=1)


def rows_are_stored(x, gamma, before, param):
    for name in ("running_mean", "running_var"):
        param[name] = np.reshape(param[name], (1, -1))


def of_the_batch(x, gamma, beta, param):
    return batchnorm_forward(x, gamma, beta, param | {"mode": "train"})[0]


def updates(x, gamma, beta, param):
    tested = batchnorm_forward(x, gamma, beta, dict(param))[0]
    param["mode"] = "train"
    batchnorm_forward(x, gamma, beta, param)
    param["mode"] = "test"
    return tested


PARTS = {
    "unbiased in training": ("forward_train", in_one(train=unbiased)),
    "zeros in training": ("forward_train", in_one(train=lambda x, *others: 0 * x)),
    "nothing is stored": ("running_statistics", in_one(stored=nothing_is_stored)),
    "only nan is stored": ("running_statistics", in_one(stored=only_nan_is_stored)),
    "an unbiased variance is stored": ("running_statistics", in_one(stored=unbiased_is_stored)),
    "rows (1, D) are stored": ("running_statistics", in_one(stored=rows_are_stored)),
    "the batch's statistics in mode test": ("forward_test", in_one(test=of_the_batch)),
    "an error in mode test": ("forward_test", in_one(test=not_written)),
    "updates in mode test": ("forward_test", in_one(test=updates)),
}


@pytest.mark.parametrize("name", PARTS)
def test_what_is_wrong_in_one_part_of_forward_costs_its_item_alone(name):
    costs, names = PARTS[name]
    assert share(costs, **names) < 1
    for item in set(ITEMS) - {costs}:
        assert share(item, **names) == 1, item


def test_where_training_fails_testing_is_judged_all_the_same():
    names = in_one(train=fails_in_training)
    assert share("forward_train", **names) == 0
    for item in ("forward_test", "backward", "backward_alt", "layernorm_forward", "layernorm_backward"):
        assert share(item, **names) == 1, item


FUNCTIONS = {
    "batchnorm_forward": {"forward_train", "running_statistics", "forward_test"},
    "batchnorm_backward": {"backward"},
    "batchnorm_backward_alt": {"backward_alt"},
    "layernorm_forward": {"layernorm_forward"},
    "layernorm_backward": {"layernorm_backward"},
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_is_not_written_costs_its_own_items_alone(function):
    for item in ITEMS:
        assert share(item, **{function: not_written}) == (item not in FUNCTIONS[function]), item


# --- backward and the forward pass it belongs to


def half_precision(x, gamma, beta, param):
    """A nearly right cache, of the normalisation that the dict is for."""
    right = batchnorm_forward if "mode" in param else layernorm_forward
    return tuple(a.astype(np.float16).astype(float) for a in right(x, gamma, beta, param)[1])


WITHOUT_A_CACHE = {
    "not written": not_written,
    "an error": lambda *inputs: 1 / 0,
    "the output alone": lambda x, *others: x * 1.0,
    "nothing": lambda *inputs: None,
    "another cache": lambda x, *others: (x, {"x": 0 * x}),
    "an empty cache": lambda x, *others: (x, ()),
    "wrong numbers in the cache": lambda x, gamma, *others: (x, (0 * x, gamma, 1 + 0 * gamma)),
    "few digits in the cache": lambda x, gamma, beta, param: (x, half_precision(x, gamma, beta, param)),
    "x in place of x_hat": lambda x, gamma, *others: (x, (x, gamma, 1 + 0 * gamma)),
}


@every_backward_item
@pytest.mark.parametrize("forward", WITHOUT_A_CACHE)
def test_where_the_forward_pass_leaves_no_right_cache_the_one_agreed_on_is_taken(item, forward):
    assert share(item, **layer(item, WITHOUT_A_CACHE[forward])) == 1


def unbiased_layer(axis):
    def forward(x, gamma, beta, param):
        centred, std = statistics(x, param, axis, ddof=1)
        return gamma * centred / std + beta, (centred / std, gamma, std)

    def backward(dout, cache):
        x_hat, gamma, std = cache
        g, n = dout * gamma, dout.shape[axis]
        along = (g * x_hat).sum(axis=axis, keepdims=True) / max(n - 1, 1)
        return (g - g.mean(axis=axis, keepdims=True) - x_hat * along) / std, (dout * x_hat).sum(0), dout.sum(0)

    return forward, backward


def tanh_layer(axis):
    right = RIGHT["layernorm" if axis else "batchnorm"]

    def forward(x, gamma, beta, param):
        out, cache = right[0](x, gamma, beta, {"mode": "train"} | param)
        return np.tanh(out), (np.tanh(out), cache)

    def backward(dout, cache):
        return right[1](dout * (1 - cache[0] ** 2), cache[1])

    return forward, backward


def doubled_layer(axis):
    right = RIGHT["layernorm" if axis else "batchnorm"]

    def forward(x, gamma, beta, param):
        out, cache = right[0](x, gamma, beta, {"mode": "train"} | param)
        return 2 * out, cache

    return forward, lambda dout, cache: right[1](2 * dout, cache)


def layer_along_the_other_axis(axis):
    other = RIGHT["batchnorm" if axis else "layernorm"]
    return lambda x, gamma, beta, param: other[0](x, gamma, beta, {"mode": "train"} | param), other[1]


def layer_that_is_not_centred(axis):
    def forward(x, gamma, beta, param):
        centred, std = statistics(x, param, axis)
        return gamma * x / std + beta, (x, centred, gamma, std)

    def backward(dout, cache):
        x, centred, gamma, std = cache
        g = dout * gamma
        dx = g / std - (g * x).mean(axis=axis, keepdims=True) / std**3 * centred
        return dx, (dout * x / std).sum(axis=0), dout.sum(axis=0)

    return forward, backward


def layer_with_eps_outside(axis):
    def forward(x, gamma, beta, param):
        centred, eps = x - x.mean(axis=axis, keepdims=True), param.get("eps", 1e-5)
        std = x.std(axis=axis, keepdims=True)
        return gamma * centred / (std + eps) + beta, (centred, gamma, std, eps)

    def backward(dout, cache):
        centred, gamma, std, eps = cache
        g = dout * gamma
        along = (g * centred).mean(axis=axis, keepdims=True) / (std + eps) ** 2
        spread = centred * along / np.where(std > 0, std, 1)
        dx = (g - g.mean(axis=axis, keepdims=True)) / (std + eps) - spread
        return dx, (dout * centred / (std + eps)).sum(axis=0), dout.sum(axis=0)

    return forward, backward


WRONG_LAYERS = {
    "unbiased": unbiased_layer,
    "tanh behind it": tanh_layer,
    "everything doubled": doubled_layer,
    "along the other axis": layer_along_the_other_axis,
    "not centred": layer_that_is_not_centred,
    "eps outside the root": layer_with_eps_outside,
}
every_wrong_layer = pytest.mark.parametrize("name", WRONG_LAYERS)


@every_backward_item
@every_wrong_layer
def test_the_exact_derivative_of_a_wrong_forward_pass_is_carried_forward(item, name):
    forward, backward = WRONG_LAYERS[name](int(item == "layernorm_backward"))
    verdict = judged(item, **layer(item, forward, backward))
    assert verdict.points == pytest.approx(CARRIED * verdict.max_points), told(failed(verdict))
    said = [e.name for e in verdict.expectations if e.instead and e.passed]
    assert len(said) == 1
    assert f"exact derivatives of your own {BACKWARD[item]}_forward. Mend that one" in said[0]


@every_backward_item
@every_wrong_layer
def test_a_right_backward_pass_keeps_its_points_beside_a_wrong_forward_pass(item, name):
    forward, _ = WRONG_LAYERS[name](int(item == "layernorm_backward"))
    assert share(item, **layer(item, forward)) == 1
    wrong = "layernorm_forward" if item == "layernorm_backward" else "forward_train"
    assert share(wrong, **layer(item, forward)) < 0.5


@every_backward_item
def test_a_cache_of_ones_own_is_enough_where_only_the_output_is_wrong(item):
    axis, (right, back) = int(item == "layernorm_backward"), RIGHT[BACKWARD[item]]

    def forward(x, gamma, beta, param):
        return 0 * x, {"all": [right(x, gamma, beta, {"mode": "train"} | param)[1], axis]}

    assert share(item, **layer(item, forward, lambda dout, cache: back(dout, cache["all"][0]))) == 1


@every_backward_item
def test_no_error_is_carried_forward_from_a_forward_pass_that_is_right(item):
    forward, back = RIGHT[BACKWARD[item]]
    leak = layer(item, forward, lambda dout, cache: tuple(1.001 * g for g in back(dout, cache)))
    assert share(item, **leak) == 0


@every_backward_item
@every_wrong_layer
def test_a_wrong_backward_pass_of_a_wrong_forward_pass_earns_less_than_a_carried_error(item, name):
    forward, backward = WRONG_LAYERS[name](int(item == "layernorm_backward"))
    off = layer(item, forward, lambda dout, cache: tuple(1.05 * g for g in backward(dout, cache)))
    assert share(item, **off) == 0


# --- what must not earn


def zeros(dout, cache):
    return np.zeros(dout.shape), np.zeros(dout.shape[1]), np.zeros(dout.shape[1])


def constant(value):
    return lambda x, gamma, *others: (np.full(x.shape, value), (x, gamma, gamma))


def sums_of_all(x, gamma, beta, param):
    return np.full(x.shape, x.sum() + gamma.sum() + beta.sum()), (x, gamma, beta)


def sums_of_squares(x, gamma, beta, param):
    return np.full(x.shape, (x**2).sum() + (gamma**2).sum() + (beta**2).sum()), (x, gamma, beta)


def the_last_gradients():
    """A forward pass that leaves gradients for an upstream gradient of its own; backward hands them out."""
    stash = {}

    def forward(x, gamma, beta, param):
        out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"} | param)
        stash["grads"] = batchnorm_backward(1 + x, cache)
        return out, None

    return forward, lambda dout, cache: stash["grads"]


NOISE = np.random.default_rng(0)
TRICKS = {
    "zeros and zeros": (constant(0.0), zeros),
    "a constant and zeros": (constant(1.0), zeros),
    "the sum of all": (sums_of_all, lambda dout, cache: tuple(np.full(a.shape, dout.sum()) for a in cache)),
    "the sum of all squares": (sums_of_squares, lambda dout, cache: tuple(2 * a * dout.sum() for a in cache)),
    "the input and dout": (
        lambda x, gamma, beta, param: (x, (x, gamma, beta)),
        lambda dout, cache: (dout, 0 * cache[1], 0 * cache[1]),
    ),
    "not a number": (constant(np.nan), lambda dout, cache: tuple(g * np.nan for g in zeros(dout, cache))),
    "tiny numbers": (constant(0.0), lambda dout, cache: tuple(g + 1e-12 for g in zeros(dout, cache))),
    "complex numbers": (constant(1j), lambda dout, cache: tuple(g + 1j for g in zeros(dout, cache))),
    "random numbers": (
        lambda x, gamma, *others: (NOISE.standard_normal(x.shape), (x, gamma)),
        lambda dout, cache: tuple(NOISE.standard_normal(g.shape) for g in zeros(dout, cache)),
    ),
    "texts": (lambda x, *others: ("out", "cache"), lambda dout, cache: ("dx", "dgamma", "dbeta")),
    "what forward stashed": the_last_gradients(),
}


@every_backward_item
@pytest.mark.parametrize("name", TRICKS)
def test_cheap_tricks_earn_nothing(item, name):
    assert share(item, **layer(item, *TRICKS[name])) == 0


@pytest.mark.parametrize("item", ["forward_train", "running_statistics", "forward_test", "layernorm_forward"])
@pytest.mark.parametrize("name", [name for name in TRICKS if name != "what forward stashed"])
def test_cheap_tricks_earn_nothing_forward(item, name):
    function = "layernorm_forward" if item == "layernorm_forward" else "batchnorm_forward"
    assert share(item, **{function: TRICKS[name][0]}) == 0


@every_backward_item
def test_a_gradient_of_zeros_earns_nothing(item):
    for forward in (None, constant(0.0)):
        names = layer(item, forward or RIGHT[BACKWARD[item]][0], zeros)
        verdict = judged(item, **names)
        assert verdict.points == 0, [e.name for e in verdict.expectations if e.passed]
        assert any(e.kind == "zero" for e in verdict.expectations)


@every_backward_item
@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_gradient_of_zeros_beside_two_right_ones_costs_its_share(item, number):
    forward, back = RIGHT[BACKWARD[item]]
    names = layer(item, forward, lambda d, c: tuple(0 * g if k == number else g for k, g in enumerate(back(d, c))))
    verdict = judged(item, **names)
    wrong = failed(verdict)[("dx", "dgamma", "dbeta")[number]]
    assert wrong.kind == "zero"
    assert 0.4 < verdict.points / verdict.max_points < 0.8


@every_backward_item
def test_noise_on_right_gradients_earns_nothing(item):
    forward, back = RIGHT[BACKWARD[item]]
    names = layer(item, forward, lambda d, c: tuple(g * (1 + 0.01 * NOISE.random()) for g in back(d, c)))
    assert share(item, **names) == 0


def test_noise_on_a_right_forward_pass_earns_nothing_and_costs_no_gradient():
    def noisy(right):
        def forward(x, *others):
            return right(x * (1 + 0.01 * NOISE.random()) + NOISE.random(), *others)

        return forward

    names = {"batchnorm_forward": noisy(batchnorm_forward), "layernorm_forward": noisy(layernorm_forward)}
    for item in ("forward_train", "forward_test", "layernorm_forward"):
        assert share(item, **names) < 0.3, item
    assert share("running_statistics", **names) == 0
    for item in BACKWARD:
        assert share(item, **names) == 1, item


@every_backward_item
def test_a_layer_that_remembers_loses_little_and_is_told_so(item):
    (right, back), kept = RIGHT[BACKWARD[item]], {}

    def forward(x, gamma, beta, param):
        out, kept["cache"] = right(x, gamma, beta, {"mode": "train"} | param)
        return out, None

    verdict = judged(item, **layer(item, forward, lambda dout, cache: back(dout, kept["cache"])))
    (wrong,) = [e for e in verdict.expectations if not e.passed and not e.bonus]
    assert wrong.name == "works from its cache alone"
    assert "must be in the cache, not in a variable outside the function" in wrong.message
    assert 0.85 < verdict.points / verdict.max_points < 1


# --- the bonus


def test_wrong_gradients_are_not_timed():
    verdict = judged("backward_alt", batchnorm_backward_alt=lambda dout, cache: (dout, 0 * dout[0], dout.sum(axis=0)))
    bonus = next(e for e in verdict.expectations if e.bonus)
    assert verdict.bonus == 0
    assert "only right gradients are timed. This costs no point." in bonus.message


@pytest.mark.parametrize("function", ["batchnorm_forward", "batchnorm_backward"])
def test_what_is_missing_elsewhere_costs_no_point_of_the_simplified_pass(function):
    verdict = judged("backward_alt", **{function: not_written})
    assert (verdict.status, verdict.points) == ("passed", verdict.max_points)
    assert verdict.bonus == (function == "batchnorm_forward")
