"""The sources' toy nets and functions, whose right numbers are known to many digits: computed wherever they are shown.

Goes in: nothing. Comes out: numbers, one function per figure; S1, S3 and S4 are the hand-ins (book/references.md).
"""

import functools
from unittest import mock

import numpy as np

import solutions.two_layer_net.net as net_module
from coursekit import add_bias_column, channels_first, flatten, load_images, mean_image, scale
from solutions.batchnorm import fully_connected_net
from solutions.cnn import TwoLayerConvNet
from solutions.layers import Dual, forward_mode, softmax_loss, svm_loss
from solutions.softmax import numerical_gradient, softmax, softmax_loss_vectorized
from solutions.two_layer_net import TwoLayerNet, two_layer_backward, two_layer_forward, two_layer_loss

LABELS = np.array([0, 1, 2, 2, 1])


def _s1(hidden=10):
    """S1's net 4-hidden-3 and its five examples."""
    rng = np.random.RandomState(0)  # the generator that the homework uses
    params = {"W1": 0.1 * rng.randn(4, hidden), "b1": np.zeros(hidden)}
    params |= {"W2": 0.1 * rng.randn(hidden, 3), "b2": np.zeros(3)}
    return params, 10 * np.random.RandomState(1).randn(5, 4)


def _s4():
    """S4's net 4-10-3 and its five examples."""
    starts = {"W1": (-0.2, 0.6, (4, 10)), "b1": (-0.3, 0.7, (10,)), "W2": (-0.4, 0.1, (10, 3)), "b2": (-0.5, 0.9, (3,))}
    params = {name: np.linspace(a, b, int(np.prod(shape))).reshape(shape) for name, (a, b, shape) in starts.items()}
    return params, np.linspace(-0.2, 0.5, 20).reshape(5, 4)


def _loss(params, X, reg):
    return two_layer_loss(two_layer_forward(X, params)[0], LABELS, params, reg)[0]


def _worst_error(params, X, reg):
    scores, hidden = two_layer_forward(X, params)
    _, dscores = two_layer_loss(scores, LABELS, params, reg)
    gradients, worst = two_layer_backward(dscores, X, hidden, params, reg), 0.0
    for name, value in params.items():
        numerical = numerical_gradient(lambda changed, name=name: _loss(params | {name: changed}, X, reg), value)
        lengths = np.linalg.norm(gradients[name]) + np.linalg.norm(numerical)
        worst = max(worst, float(np.linalg.norm(gradients[name] - numerical) / lengths))
    return worst


def s1_scores():
    """First row of scores."""
    params, X = _s1()
    return two_layer_forward(X, params)[0][0].tolist()


def s1_loss():
    """Loss at reg .05."""
    return float(_loss(*_s1(), 0.05))


def s1_gradient_error():
    """Largest relative error of the four gradients."""
    return _worst_error(*_s1(), 0.05)


def s1_trained_loss():
    """Loss after 100 steps with all five examples."""
    params, X = _s1()
    net = TwoLayerNet(4, 10, 3)
    net.params = params
    settings = {"epochs": 100, "learning_rate": 0.1, "learning_rate_decay": 1.0, "reg": 5e-6, "shuffle": False}
    return float(net.train(X, LABELS, **settings)["loss"][-1])


def s1_wrong_loss():
    """By how much the hand-in's loss is off: minus the logarithm summed over all classes, and five hidden units."""
    params, X = _s1(5)
    p = softmax(two_layer_forward(X, params)[0])
    penalty = 0.05 * sum(np.sum(params[name] ** 2) for name in ("W1", "W2"))
    return float(-np.log(p).sum(axis=1).mean() + penalty) - s1_loss()


def s1_wrong_gradient():
    """Largest relative error of an entry if one is subtracted from every probability, not from the right one alone."""
    params, X = _s1()
    scores, hidden = two_layer_forward(X, params)
    right = two_layer_backward(two_layer_loss(scores, LABELS, params, 0.05)[1], X, hidden, params, 0.05)
    wrong = two_layer_backward((softmax(scores) - 1) / len(X), X, hidden, params, 0.05)
    sizes = {name: np.maximum(np.abs(right[name]) + np.abs(wrong[name]), 1e-12) for name in right}
    return float(max(np.max(np.abs(right[name] - wrong[name]) / sizes[name]) for name in right))


def s1_wrong_units():
    """Sum of absolute differences between the scores of the net with five hidden units and with ten."""
    five, ten = (two_layer_forward(X, params)[0] for params, X in (_s1(5), _s1(10)))
    return float(np.abs(five - ten).sum())


def s4_scores_rounded():
    """Sum of absolute differences between the scores and the same with eight digits, as they are printed."""
    scores = two_layer_forward(_s4()[1], _s4()[0])[0]
    return float(np.abs(scores - scores.round(8)).sum())


def s4_loss():
    """Loss at reg .1; S4 takes half of the sum of squares."""
    return float(_loss(*_s4(), 0.05))


def s4_gradient_error():
    """Largest relative error of the four gradients."""
    return _worst_error(*_s4(), 0.05)


def s4_trained_loss(update_rule):
    """Last of 100 losses with an update rule."""
    params, X = _s4()
    net = TwoLayerNet(4, 10, 3)
    net.params = params
    settings = {"epochs": 100, "learning_rate": 0.1, "learning_rate_decay": 1.0, "reg": 0.0005, "shuffle": False}
    return float(net.train(X, LABELS, update_rule=update_rule, **settings)["loss"][-1])


def s4_rmsprop_outside():
    """As RMSProp reaches it, with 1e-8 added outside the root: the hand-in's mistake."""

    def rmsprop(w, dw, config):
        config["cache"] = 0.99 * config.get("cache", np.zeros_like(w)) + 0.01 * dw**2
        return w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + 1e-8), config

    with mock.patch.object(net_module, "rmsprop", rmsprop):
        return s4_trained_loss("rmsprop")


def _f(w1, w2):
    z = w1.exp() + (2 * w2).exp()
    return [z.exp() + z.sin(), w1 * w2 + w1.sigmoid()]


def s4_values():
    """f1 and f2 at (1, 2)."""
    return [float(output.value) for output in _f(Dual(1.0), Dual(2.0))]


def s4_jacobian():
    """Derivatives of f2 at (1, 2), in forward mode."""
    return [float(entry) for entry in forward_mode(_f, [1.0, 2.0])[1][1]]


def s3_gradient_error(names=("W", "b", "gamma", "beta")):
    """Largest absolute error of an entry, of nets of 2, 3 and 4 layers with batch normalisation on batches of 20."""
    rng, worst = np.random.default_rng(0), 0.0
    for hidden in ([15], [15, 15], [15, 15, 15]):
        X, y = rng.standard_normal((20, 10)), rng.integers(0, 10, 20)
        model = fully_connected_net([10, *hidden, 10], "batch")
        model.compute_gradients(X, y, 0.005)
        exact = [dict(layer.grads) for layer in model.layers]
        for layer, gradients in zip(model.layers, exact, strict=True):
            for name in set(names) & set(layer.params):
                numerical = numerical_gradient(
                    functools.partial(_loss_with, model, layer, name, X, y), layer.params[name]
                )
                worst = max(worst, float(np.abs(numerical - gradients[name]).max()))
    return worst


def _loss_with(model, layer, name, X, y, value):
    kept, layer.params[name] = layer.params[name], value
    loss = model.compute_gradients(X, y, 0.005)
    layer.params[name] = kept
    return loss


def s4_ten_entries():
    """Smallest and largest relative error of ten entries of the softmax gradient, on images of shapes10."""
    X, y = _images()
    X = add_bias_column(flatten(scale(X))).astype(np.float64)
    rng = np.random.default_rng(0)
    W = 0.0001 * rng.standard_normal((X.shape[1], 10))
    gradient, errors = softmax_loss_vectorized(W, X, y, 0.0)[1], []
    for place in zip(rng.integers(0, X.shape[1], 10), rng.integers(0, 10, 10), strict=True):
        losses = []
        for step in (1e-5, -1e-5):
            moved = W.copy()
            moved[place] += step
            losses.append(softmax_loss_vectorized(moved, X, y, 0.0)[0])
        numerical = (losses[0] - losses[1]) / 2e-5
        errors.append(abs(numerical - gradient[place]) / (abs(numerical) + abs(gradient[place])))
    return [float(min(errors)), float(max(errors))]


def s4_first_losses():
    """First losses, softmax and SVM, of ten classes with scores near zero."""
    rng = np.random.default_rng(0)
    scores, labels = 0.001 * rng.standard_normal((50, 10)), rng.integers(0, 10, 50)
    return [float(loss(scores, labels)[0]) for loss in (softmax_loss, svm_loss)]


def s4_convnet_loss(reg):
    """First loss of a two-layer convnet with 32 filters of 5 by 5, all weights of S4's size; S4 halves the penalty."""
    X, y = _images()
    net = TwoLayerConvNet(filter_size=5, reg=reg / 2)
    net.params["W1"] = (0.001 * np.random.default_rng(5).standard_normal(net.params["W1"].shape)).astype(np.float32)
    return float(net.loss(channels_first(scale(X) - mean_image(scale(X))), y)[0])


def s4_by_heart():
    """Training accuracy of a two-layer convnet on fifty images of shapes10, after ten epochs."""
    X, y = _images()
    X = channels_first(scale(X) - mean_image(scale(X)))
    return float(TwoLayerConvNet().train(X[:50], y[:50], epochs=10, batch_size=10)["train_accuracy"][-1])


@functools.cache
def _images():
    data = load_images("shapes10", train=100, val=0, test=0, quiet=True)
    return data.X_train, data.y_train


TOYS = {
    function.__name__: function
    for function in (
        s1_scores,
        s1_loss,
        s1_gradient_error,
        s1_trained_loss,
        s1_wrong_loss,
        s1_wrong_gradient,
        s1_wrong_units,
    )
}
TOYS |= {f"s4_{rule}": functools.partial(s4_trained_loss, rule) for rule in ("sgd", "sgd_momentum", "rmsprop")}
TOYS |= {
    function.__name__: function
    for function in (
        s4_scores_rounded,
        s4_loss,
        s4_gradient_error,
        s4_rmsprop_outside,
        s4_values,
        s4_jacobian,
        s4_ten_entries,
    )
}
TOYS |= {function.__name__: function for function in (s3_gradient_error, s4_first_losses, s4_by_heart)}
TOYS |= {f"s4_convnet_loss_{reg}": functools.partial(s4_convnet_loss, reg) for reg in (0, 1)}
TOYS["s3_batchnorm_error"] = functools.partial(s3_gradient_error, ("gamma", "beta"))
