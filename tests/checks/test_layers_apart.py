"""In the layers' homework no item's mistake fails another; and a gradient of zeros fails wherever one is asked for."""

import functools

import numpy as np
import pytest

from autograder.checks.parts import CARRIED
from autograder.recording import notebook_names
from autograder.registry import chapters, checks_of, get_check
from solutions.layers import affine_backward, affine_forward, relu_backward, relu_forward
from tests.checks import judging
from tests.checks.odd import not_written

FUNCTIONS = ("affine_forward", "affine_backward", "relu_forward", "relu_backward")


def judged(item, **names):
    return judging.judged(item, names)


def share(item, **names):
    verdict = judged(f"layers.{item}", **names)
    return verdict.points / verdict.max_points


def carried(verdict):
    """The words about an error carried forward, where there are any."""
    return next((e.name for e in verdict.expectations if e.instead and e.passed), "")


def elementwise(activation, derivative):
    """A layer with another activation, and its exact derivative."""
    return {
        "relu_forward": lambda x: (activation(x), x),
        "relu_backward": lambda dout, cache: dout * derivative(cache),
    }


def affine(forward, backward):
    return {
        "affine_forward": lambda x, w, b: (forward(x.reshape(len(x), -1), w, b), (x, w, b)),
        "affine_backward": lambda dout, cache: backward(dout, cache[0].reshape(len(dout), -1), *cache),
    }


ACTIVATIONS = {
    "leaky ReLU": elementwise(lambda x: np.where(x > 0, x, 0.1 * x), lambda x: np.where(x > 0, 1, 0.1)),
    "absolute value": elementwise(np.abs, np.sign),
    "tanh": elementwise(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "the negative numbers": elementwise(lambda x: np.minimum(x, 0), lambda x: (x < 0) * 1.0),
}
# Wrong layers, none of whose gradients is right, and the backward passes that belong to them.
AFFINE = {
    "half of the product and the bias three times": affine(
        lambda rows, w, b: rows @ w / 2 + 3 * b,
        lambda dout, rows, x, w, b: ((dout @ w.T).reshape(x.shape) / 2, rows.T @ dout / 2, 3 * dout.sum(0)),
    ),
    "tanh behind it": affine(
        lambda rows, w, b: np.tanh(rows @ w + b),
        lambda dout, rows, x, w, b: affine_backward(dout * (1 - np.tanh(rows @ w + b) ** 2), (x, w, b)),
    ),
    "x cut off at zero": affine(
        lambda rows, w, b: np.maximum(rows, 0) @ w + 2 * b,
        lambda dout, rows, x, w, b: (
            (dout @ w.T).reshape(x.shape) * (x > 0),
            np.maximum(rows, 0).T @ dout,
            2 * dout.sum(0),
        ),
    ),
}
WRONG = [("relu", name, pair) for name, pair in ACTIVATIONS.items()] + [("affine", *item) for item in AFFINE.items()]
every_wrong_layer = pytest.mark.parametrize(("layer", "name", "pair"), WRONG, ids=[name for _, name, _ in WRONG])


@every_wrong_layer
def test_the_exact_derivative_of_a_wrong_forward_pass_is_carried_forward(layer, name, pair):
    assert share(f"{layer}_forward", **pair) == 0
    verdict = judged(f"layers.{layer}_backward", **pair)
    assert verdict.points == pytest.approx(CARRIED * verdict.max_points)
    assert f"exact derivatives of your own {layer}_forward. Mend that one" in carried(verdict)


@every_wrong_layer
def test_a_backward_pass_is_judged_as_right_whatever_the_forward_pass_computes(layer, name, pair):
    pair = {f"{layer}_forward": pair[f"{layer}_forward"]}
    assert share(f"{layer}_forward", **pair) == 0
    assert share(f"{layer}_backward", **pair) == 1


WITHOUT_A_CACHE = {
    "not written": not_written,
    "an error": lambda *inputs: 1 / 0,
    "the output alone": lambda x, *others: x * 1.0,
    "nothing": lambda *inputs: None,
    "another cache": lambda x, *others: (x, {"x": 0 * x}),
    "a wrong x in the cache": lambda x, *others: (x, (0 * x, *others) if others else 0 * x),
}


@pytest.mark.parametrize("layer", ["affine", "relu"])
@pytest.mark.parametrize("forward", WITHOUT_A_CACHE)
def test_where_the_forward_pass_leaves_no_cache_the_one_agreed_on_is_taken(layer, forward):
    names = {f"{layer}_forward": WITHOUT_A_CACHE[forward]}
    assert share(f"{layer}_forward", **names) < 0.5
    assert share(f"{layer}_backward", **names) == 1


def test_a_wrong_gradient_beside_two_right_ones_costs_no_more_than_itself():
    """Without its bias the layer has no db; dx and dw stay right."""
    pair = affine(lambda rows, w, b: rows @ w, lambda d, rows, x, w, b: ((d @ w.T).reshape(x.shape), rows.T @ d, 0 * b))
    assert CARRIED < share("affine_backward", **pair) < 1


def constant(value):
    return lambda x, *others: (np.full((len(x), len(others[1])) if others else x.shape, value), (x, *others))


def zero_gradients(dout, cache):
    return tuple(np.zeros(np.shape(array)) for array in cache) if len(cache) > 1 else np.zeros(np.shape(cache[0]))


def sum_of_all(x, w, b):
    return np.full((len(x), len(b)), x.sum() + w.sum() + b.sum()), (x, w, b)


def ones_times_dout(dout, cache):
    return tuple(np.full(array.shape, dout.sum()) for array in cache)


def squares_of_all(x, w, b):
    return np.full((len(x), len(b)), (x**2).sum() + (w**2).sum() + (b**2).sum()), (x, w, b)


def twice_all(dout, cache):
    return tuple(2 * array * dout.sum() for array in cache)


def nan_like(dout, cache):
    return tuple(np.full(np.shape(array), np.nan) for array in cache) if len(cache) > 1 else np.full(dout.shape, np.nan)


TRICKS = [
    ("affine", "zeros and zeros", constant(0.0), zero_gradients),
    ("relu", "zeros and zeros", constant(0.0), zero_gradients),
    ("affine", "a constant and zeros", constant(1.0), zero_gradients),
    ("relu", "a constant and zeros", constant(1.0), zero_gradients),
    ("relu", "the input and dout", lambda x: (x, x), lambda dout, cache: dout),
    ("relu", "twice the input and twice dout", lambda x: (2 * x, x), lambda dout, cache: 2 * dout),
    ("affine", "the sum of all", sum_of_all, ones_times_dout),
    ("affine", "the sum of all squares", squares_of_all, twice_all),
    ("affine", "not a number", constant(np.nan), nan_like),
    ("relu", "not a number", constant(np.nan), nan_like),
    ("affine", "tiny numbers", constant(0.0), lambda dout, cache: tuple(1e-12 * np.ones(a.shape) for a in cache)),
    ("relu", "complex numbers", lambda x: (1j * x, x), lambda dout, cache: 1j * dout * cache),
    ("relu", "true and false", lambda x: (x > 0, x), lambda dout, cache: cache > 0),
]


@pytest.mark.parametrize(("layer", "name", "forward", "backward"), TRICKS, ids=[f"{t[0]}: {t[1]}" for t in TRICKS])
def test_cheap_tricks_earn_nothing(layer, name, forward, backward):
    names = {f"{layer}_forward": forward, f"{layer}_backward": backward}
    assert share(f"{layer}_forward", **names) == 0
    assert share(f"{layer}_backward", **names) == 0
    names["affine_relu_forward"] = lambda x, w, b: (np.zeros((len(x), len(b))), (x, w, b))
    names["affine_relu_backward"] = zero_gradients
    assert share("affine_relu", **names) == 0


def test_nothing_is_carried_forward_from_a_forward_pass_that_is_right():
    """A leak of a thousandth on the way back is off by less than the limit for slopes; the gradient is still wrong."""
    assert share("relu_backward", relu_backward=lambda dout, cache: np.where(cache > 0, dout, 1e-3 * dout)) == 0
    leak = {"affine_backward": lambda dout, cache: tuple(1.001 * g for g in affine_backward(dout, cache))}
    assert share("affine_backward", **leak) == 0


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_wrong_layer_costs_itself_alone(function):
    wrong = {function: not_written}
    assert share(function, **wrong) == 0
    for item in {*FUNCTIONS, "affine_relu", "softmax_loss", "svm_loss", "k_layer_model"} - {function}:
        assert share(item, **wrong) == 1, item


def overwrites_its_input(x):
    x[x < 0] = 0
    return x, x


def overwrites_dout(dout, cache):
    dout[cache <= 0] = 0
    return dout


@functools.cache
def relu_with_a_memory():
    memory = {}

    def forward(x):
        memory["mask"] = x > 0
        return np.maximum(x, 0), None

    return {"relu_forward": forward, "relu_backward": lambda dout, cache: dout * memory["mask"]}


LAYERS_OF_ALL_KINDS = {
    "all four not written": dict.fromkeys(FUNCTIONS, not_written),
    "another activation": ACTIVATIONS["tanh"],
    "another affine layer": AFFINE["tanh behind it"],
    "no gradients": {"affine_backward": lambda dout, cache: None, "relu_backward": lambda dout, cache: 0 * dout},
    "x overwritten": {"relu_forward": overwrites_its_input},
    "dout overwritten": {"relu_backward": overwrites_dout},
    "a memory": relu_with_a_memory(),
    "other caches": {
        "affine_forward": lambda x, w, b: (affine_forward(x, w, b)[0], [1, 2, (x, w, b)]),
        "affine_backward": lambda dout, cache: affine_backward(dout, cache[-1]),
        "relu_forward": lambda x: (relu_forward(x)[0], {"mask": x > 0}),
        "relu_backward": lambda dout, cache: relu_backward(dout, cache["mask"]),
    },
}


@pytest.mark.parametrize("name", LAYERS_OF_ALL_KINDS)
def test_the_sandwich_does_not_pay_for_its_layers(name):
    assert share("affine_relu", **LAYERS_OF_ALL_KINDS[name]) == 1


@pytest.mark.parametrize("name", ["all four not written", "another activation", "a memory"])
def test_a_sandwich_that_is_wrong_itself_pays_with_wrong_layers_too(name):
    names = LAYERS_OF_ALL_KINDS[name] | {"affine_relu_backward": lambda dout, cache: (0.0, 0.0, 0.0)}
    assert share("affine_relu", **names) < 0.7


def test_a_layer_that_modifies_its_input_is_told_so():
    verdict = judged("layers.relu_forward", relu_forward=overwrites_its_input)
    (failed,) = [e for e in verdict.expectations if not e.passed]
    assert failed.name == "inputs are not modified"
    assert "is changed by the call. Work on a copy" in failed.message
    verdict = judged("layers.relu_backward", relu_backward=overwrites_dout)
    (failed,) = [e for e in verdict.expectations if not e.passed]
    assert failed.name == "dout is not modified"
    assert "in-place" in failed.message
    assert 0.8 < verdict.points / verdict.max_points < 1


def test_a_layer_that_remembers_is_told_so():
    verdict = judged("layers.relu_backward", **relu_with_a_memory())
    (failed,) = [e for e in verdict.expectations if not e.passed]
    assert failed.name == "works from its cache alone"
    for words in ("dx changes when the layer is used for other inputs", "must be in the cache, not in a variable"):
        assert words in failed.message
    assert 0.8 < verdict.points / verdict.max_points < 1


def test_a_mistake_in_the_order_of_a_graph_does_not_cost_reverse_mode_that_does_without():
    values = notebook_names("layers")["Value"]

    def backward(self):
        ends, waiting = {}, [(self, 1.0)]
        while waiting:
            value, product = waiting.pop()
            ends[value] = ends.get(value, 0.0) + product
            waiting.extend((parent, product * slope) for parent, slope in value.parents)
        for value, grad in ends.items():
            value.grad = grad

    names = {"topological_order": not_written, "Value": type("Value", (values,), {"backward": backward})}
    assert share("reverse_mode", **names) == 1
    assert share("topological_order", **names) == 0
    assert share("forward_mode", Value=None) == 1


# What every function that gives a gradient returns when the gradient is zero, and all else with it. A chapter's items
# that ask for gradients must stand here, so that none is forgotten.
def no_loss_and_no_gradient(*inputs):
    return 0.0, np.zeros(np.shape(inputs[0]))


def zero_net(names):
    def backward(dscores, X, hidden, params, reg):
        return {name: np.zeros_like(value) for name, value in params.items()}

    return names | {"two_layer_backward": backward}


def no_slopes(name, attribute):
    """A notebook whose class for automatic differentiation has nothing but zeros for derivatives."""
    notebook = notebook_names("layers")
    zero = property(lambda self: 0.0, lambda self, value: None)
    notebook[name] = type(name, (notebook[name],), {attribute: zero})
    return notebook


def nothing_forward(x, w, b):
    return np.zeros((len(x), len(b))), (x, w, b)


def no_numbers(x, gamma, beta, param):
    return np.zeros(x.shape), (x, gamma, beta)


def zeros_of_rows(dout, cache):
    return np.zeros(dout.shape), np.zeros(dout.shape[1]), np.zeros(dout.shape[1])


def no_scores(X, params):
    return np.zeros((len(X), len(params["b2"]))), np.zeros((len(X), len(params["b1"])))


def zeros_of_images(dout, cache):
    return tuple(np.zeros(np.shape(array)) for array in cache[:3])


def zeros_of_channels(dout, cache):
    return np.zeros(dout.shape), np.zeros(dout.shape[1]), np.zeros(dout.shape[1])


def no_numbers_of_images(forward):
    """A convolution that gives zeros, with its right cache."""

    def zeros(x, w, b, param):
        out, cache = notebook_names("cnn")[forward](x, w, b, param)
        return 0 * out, cache

    return zeros


ZEROS = {
    "softmax.loss_naive": [{"softmax_loss_naive": no_loss_and_no_gradient}],
    "softmax.loss_vectorized": [{"softmax_loss_vectorized": no_loss_and_no_gradient}],
    "softmax.numerical_gradient": [{"numerical_gradient": lambda f, x, *h: np.zeros(x.shape)}],
    **{
        f"two_layer_net.d{name}": [
            zero_net({}),
            zero_net({"two_layer_forward": no_scores}),
            zero_net({"two_layer_forward": no_scores, "two_layer_loss": lambda s, y, p, reg: (0.0, np.zeros_like(s))}),
        ]
        for name in ("W1", "b1", "W2", "b2")
    },
    "layers.affine_backward": [
        {"affine_backward": zero_gradients},
        {"affine_backward": zero_gradients, "affine_forward": nothing_forward},
    ],
    "layers.relu_backward": [
        {"relu_backward": lambda dout, cache: np.zeros(dout.shape)},
        {"relu_backward": lambda dout, cache: np.zeros(dout.shape), "relu_forward": lambda x: (np.zeros(x.shape), x)},
    ],
    "layers.affine_relu": [
        {"affine_relu_backward": zero_gradients, "affine_relu_forward": nothing_forward},
    ],
    "layers.softmax_loss": [{"softmax_loss": no_loss_and_no_gradient}],
    "layers.svm_loss": [{"svm_loss": no_loss_and_no_gradient}],
    "layers.forward_mode": [no_slopes("Dual", "slope")],
    "layers.reverse_mode": [no_slopes("Value", "grad")],
    **{
        f"batchnorm.{item}": [{function: zeros_of_rows}, {function: zeros_of_rows, forward: no_numbers}]
        for item, function, forward in [
            ("backward", "batchnorm_backward", "batchnorm_forward"),
            ("backward_alt", "batchnorm_backward_alt", "batchnorm_forward"),
            ("layernorm_backward", "layernorm_backward", "layernorm_forward"),
        ]
    },
    "batchnorm.dropout_backward": [
        {"dropout_backward": lambda dout, cache: np.zeros(dout.shape)},
        {"dropout_backward": lambda dout, cache: np.zeros(dout.shape), "dropout_forward": lambda x, p: (0 * x, x)},
    ],
    **{
        f"cnn.conv_backward_{how}": [
            {f"conv_backward_{how}": zeros_of_images},
            {
                f"conv_backward_{how}": zeros_of_images,
                f"conv_forward_{how}": no_numbers_of_images(f"conv_forward_{how}"),
            },
        ]
        for how in ("naive", "fast")
    },
    "cnn.max_pool_backward_naive": [{"max_pool_backward_naive": lambda dout, cache: np.zeros(cache[0].shape)}],
    "cnn.spatial_batchnorm_backward": [{"spatial_batchnorm_backward": zeros_of_channels}],
}
# They hand no gradient out.
WITHOUT_GRADIENTS = {
    "softmax": {"probabilities", "predict", "train", "bootstrap", "ensemble_predict", "best_classifier"}
    | {"regularisation_choice"},
    "two_layer_net": {"forward", "predict", "train", "toy", "sgd", "sgd_momentum", "rmsprop", "adam", "best_net"}
    | {"gap_choice", "loss"},
    "layers": {"affine_forward", "relu_forward", "cyclical_learning_rate", "topological_order", "k_layer_model"}
    | {"best_model"},
    "batchnorm": {"forward_train", "running_statistics", "forward_test", "layernorm_forward", "dropout_forward"}
    | {"fully_connected_net", "best_model"},
    "cnn": {"conv_forward_naive", "max_pool_forward_naive", "conv_forward_fast", "spatial_batchnorm_forward"}
    | {"conv_relu_pool", "two_layer_convnet", "trained_convnet", "best_convnet"}
    | {"parameter_counts", "convnet_a", "convnet_b", "convnet_c", "train_epoch", "evaluate", "early_stopping"}
    | {"augmented"},
    "transfer": {"preprocess", "trainable_parameters", "freeze", "unfreeze_top", "keep_statistics", "extract_features"}
    | {"train_probe", "parameter_groups", "fine_tune", "best_transfer"},
}


@pytest.mark.parametrize("item", ZEROS)
def test_a_gradient_of_zeros_earns_nothing_also_where_the_forward_pass_gives_zeros_with_it(item):
    for names in ZEROS[item]:
        verdict = judged(item, **names)
        assert verdict.points == 0, [e.name for e in verdict.expectations if e.passed]
        assert any(e.kind == "zero" for e in verdict.expectations), item


def test_a_gradient_of_zeros_beside_a_loss_or_an_output_that_is_right_costs_the_gradients_share():
    names = notebook_names("two_layer_net")
    no_dscores = {"two_layer_loss": lambda s, *a: (names["two_layer_loss"](s, *a)[0], np.zeros_like(s))}
    assert judged("two_layer_net.loss", **no_dscores).points < 0.7 * get_check("two_layer_net.loss").points
    for function in ("softmax_loss", "svm_loss"):
        right = notebook_names("layers")[function]
        alone = {function: lambda x, y, right=right: (right(x, y)[0], np.zeros(x.shape))}
        assert share(function, **alone) < 0.7
    assert share("affine_relu", affine_relu_backward=zero_gradients) < 0.7


@pytest.mark.parametrize("chapter", chapters())
def test_no_item_is_forgotten_above(chapter):
    asked = {check.name.split(".")[1] for check in checks_of(chapter)}
    with_gradients = {item.split(".")[1] for item in ZEROS if item.split(".")[0] == chapter}
    assert asked == with_gradients | WITHOUT_GRADIENTS[chapter]
    assert not with_gradients & WITHOUT_GRADIENTS[chapter]
