"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the right
function returns; None where that part of the result is not affected.
"""

import numpy as np

from solutions.two_layer_net.for_checks import stepped, trained
from solutions.two_layer_net.passes import two_layer_backward, two_layer_forward, two_layer_loss


def _before_relu(X, params):
    return X @ params["W1"] + params["b1"]


def _out(hidden, params):
    return hidden @ params["W2"] + params["b2"]


def _with(activation):
    """The forward pass with another activation in place of the ReLU."""

    def wrong(X, params):
        hidden = activation(_before_relu(X, params))
        return _out(hidden, params), hidden

    return wrong


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _without(name):
    """The forward pass without one of the biases."""

    def wrong(X, params):
        return two_layer_forward(X, params | {name: np.zeros_like(params[name])})

    return wrong


def _onto_weights(weights, bias):
    """The forward pass with a bias added to its weights, inside the product."""

    def wrong(X, params):
        inside = params | {weights: params[weights] + params[bias], bias: np.zeros_like(params[bias])}
        return two_layer_forward(X, inside)

    return wrong


def _relu_on_scores(X, params):
    return np.maximum(0, two_layer_forward(X, params)[0]), None


def _bias_after_relu(X, params):
    hidden = np.maximum(0, X @ params["W1"]) + params["b1"]
    return _out(hidden, params), hidden


def _hidden_before_relu(X, params):
    return None, _before_relu(X, params)


def _relu_not_passed_on(X, params):
    return _out(_before_relu(X, params), params), None


def _probabilities_of(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _softmax_of_scores(X, params):
    return _probabilities_of(two_layer_forward(X, params)[0]), None


def _penalty(params, reg, names=("W1", "W2"), f=np.square):
    return reg * sum(np.sum(f(params[name])) for name in names)


def _data_loss(scores, y, params):
    return two_layer_loss(scores, y, params, 0.0)[0]


def _all_classes(scores, y, params, reg):
    P, N = _probabilities_of(scores), len(scores)
    return -np.log(P).sum() / N + _penalty(params, reg), (P - 1) / N


def _without_minus_one(scores, y, params, reg):
    return None, _probabilities_of(scores) / len(scores)


def _right_class_only(scores, y, params, reg):
    N, Y = len(scores), np.eye(scores.shape[1])[y]
    return None, (_probabilities_of(scores) - 1) * Y / N


def _no_logarithm(scores, y, params, reg):
    P = _probabilities_of(scores)
    return -P[np.arange(len(P)), y].mean() + _penalty(params, reg), None


def _over_examples(scores, y, params, reg):
    P, N = _probabilities_of(scores.T).T, len(scores)
    dscores = (P - np.eye(scores.shape[1])[y]) / N
    return -np.log(P[np.arange(N), y]).mean() + _penalty(params, reg), dscores


def _over_everything(scores, y, params, reg):
    P, N = np.exp(scores - scores.max()), len(scores)
    P = P / P.sum()
    return -np.log(P[np.arange(N), y]).mean() + _penalty(params, reg), (P - np.eye(scores.shape[1])[y]) / N


def _biases_too(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg, ("W1", "b1", "W2", "b2")), None


def _weights_not_squared(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg, f=np.asarray), None


def _norms_not_squared(scores, y, params, reg):
    norms = np.linalg.norm(params["W1"]) + np.linalg.norm(params["W2"])
    return _data_loss(scores, y, params) + reg * norms, None


def _absolute_weights(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg, f=np.abs), None


def _penalty_divided(scores, y, params, reg):
    return _data_loss(scores, y, params) + _penalty(params, reg) / len(scores), None


def _mean_penalty(scores, y, params, reg):
    means = np.mean(params["W1"] ** 2) + np.mean(params["W2"] ** 2)
    return _data_loss(scores, y, params) + reg * means, None


def _one_layer_twice(name):
    """The loss with one layer's squares in the place of the other's."""

    def wrong(scores, y, params, reg):
        return _data_loss(scores, y, params) + _penalty(params, reg, (name, name)), None

    return wrong


def _back_through(mask):
    """The first layer's gradients, with `mask(dhidden, X, hidden, params)` for the derivative of the ReLU."""

    def wrong(name, dscores, X, hidden, params, reg):
        dhidden = dscores @ params["W2"].T
        dpre = dhidden * mask(dhidden, X, hidden, params)
        if name == "W1":
            return X.T @ dpre + 2 * reg * params["W1"]
        return dpre.sum(axis=0) if name == "b1" else None

    return wrong


def _leak(share):
    return _back_through(lambda dhidden, X, hidden, params: np.where(hidden > 0, 1, share))


def _divided_again(name, dscores, X, hidden, params, reg):
    grads = two_layer_backward(dscores / len(X), X, hidden, params, reg)
    return grads[name]


def _decay(factor):
    """The gradient with another factor before reg * W, where a weight is regularised at all."""

    def wrong(name, dscores, X, hidden, params, reg):
        if not reg or not name.startswith("W"):
            return None
        return two_layer_backward(dscores, X, hidden, params, 0.0)[name] + factor * reg * params[name]

    return wrong


def _biases_decayed(factor):
    """A bias's gradient with a regularisation part, where there is any."""

    def wrong(name, dscores, X, hidden, params, reg):
        if not reg or not name.startswith("b"):
            return None
        return two_layer_backward(dscores, X, hidden, params, 0.0)[name] + factor * reg * params[name]

    return wrong


def _one_for_all(name, dscores, X, hidden, params, reg):
    if not name.startswith("b"):
        return None
    right = two_layer_backward(dscores, X, hidden, params, reg)[name]
    return np.full_like(right, right.sum())


def _closed_for_second(name, dscores, X, hidden, params, reg):
    if name != "W2":
        return None
    return (hidden > 0).T @ dscores + 2 * reg * params["W2"]


_HALF = (
    "Your value holds half of the regularisation part: reg * W, where the derivative of reg * W**2 is 2 * reg * W. In "
    "a course whose loss has a factor 1/2 before reg this is right; ours has none."
)
_BACKWARD = [
    (
        "known mistake",
        "The gradient passes through every ReLU, closed ones too: where a hidden unit gives zero, nothing goes back.",
        _leak(1),
    ),
    (
        "known mistake",
        "The gradient is multiplied with the hidden values; the derivative of an open ReLU is 1, whatever its value.",
        _back_through(lambda dhidden, X, hidden, params: hidden),
    ),
    (
        "known mistake",
        "The gradient passes through the ReLUs that are closed, and is stopped at those that are open.",
        _back_through(lambda dhidden, X, hidden, params: hidden <= 0),
    ),
    (
        "known mistake",
        "A ReLU is laid on the gradient itself, going by the gradient's sign: what counts is whether the hidden unit "
        "was open on the way forward.",
        _back_through(lambda dhidden, X, hidden, params: dhidden > 0),
    ),
    (
        "known mistake",
        "Negative gradients are set to zero as well: only closed ReLUs stop them.",
        _back_through(lambda dhidden, X, hidden, params: (dhidden > 0) & (hidden > 0)),
    ),
    (
        "known mistake",
        "Whether a ReLU was open is read off X @ W1, without the bias b1.",
        _back_through(lambda dhidden, X, hidden, params: X @ params["W1"] > 0),
    ),
    ("known mistake", "Closed ReLUs let a hundredth of the gradient through (a leaky ReLU's derivative).", _leak(0.01)),
    ("known mistake", "Closed ReLUs let a tenth of the gradient through (a leaky ReLU's derivative).", _leak(0.1)),
    (
        "factor",
        "The data part is divided by N once more, or is a mean where a sum is meant: dscores already holds the 1/N.",
        _divided_again,
    ),
    ("regularisation", _HALF, _decay(1)),
    ("regularisation", "The regularisation part is missing: the loss holds reg * (sum of the squares).", _decay(0)),
    ("regularisation", "The regularisation part is there twice: it is 2 * reg * W.", _decay(4)),
    ("regularisation", "The regularisation part has the wrong sign.", _decay(-2)),
    ("regularisation", "The biases are regularised too; in this course they are not.", _biases_decayed(2)),
    ("regularisation", "The biases are regularised too; in this course they are not.", _biases_decayed(1)),
    ("axis", "All entries are the same, the sum of all: sum over the examples alone.", _one_for_all),
    (
        "known mistake",
        "The hidden units count as 1 where they are open; dW2 needs their values.",
        _closed_for_second,
    ),
]


def _plain(w, gradients, config, direction=-1.0, rate=None):
    """Plain descent; up the gradient with direction 1."""
    rate = config["learning_rate"] if rate is None else rate
    reached = []
    for dw in gradients:
        w = w + direction * rate * dw
        reached.append(w)
    return reached


def _other(step):
    """A rule that goes wrong: `step(w, dw, state, c)` returns the next w; `state` is a dict, `c` the config."""

    def wrong(rule, w, gradients, config):
        state = {
            "velocity": config.get("velocity", np.zeros_like(w)),
            "cache": config.get("cache", np.zeros_like(w)),
            "m": config.get("m", np.zeros_like(w)),
            "v": config.get("v", np.zeros_like(w)),
            "t": config.get("t", 0),
        }
        reached = []
        for dw in gradients:
            w = step(w, dw, state, config)
            reached.append(w)
        return reached

    return wrong


def _changed(**settings):
    """The rule itself, with other settings."""

    def wrong(rule, w, gradients, config):
        if all(np.all(config.get(name) == value) for name, value in settings.items()):
            return None
        return stepped(rule, w, gradients, config | settings)

    return wrong


def _forgetful(rule, w, gradients, config):
    """Every step starts from the state that came in first."""
    reached = []
    for dw in gradients:
        w = stepped(rule, w, [dw], config)[0]
        reached.append(w)
    return reached


def _fresh(rule, w, gradients, config):
    """A state that comes in is ignored."""
    settings = {k: v for k, v in config.items() if k not in ("velocity", "cache", "m", "v", "t")}
    return None if len(settings) == len(config) else stepped(rule, w, gradients, settings)


def _uphill(rule, w, gradients, config):
    return stepped(rule, w, gradients, config | {"learning_rate": -config["learning_rate"]})


def _step_alone(rule, w, gradients, config):
    return [stepped(rule, w, gradients[:1], config)[0] - w] + [None] * (len(gradients) - 1)


def _rule_sgd(rule, w, gradients, config):
    return _plain(w, gradients, config)


def _velocity_plus(w, dw, s, c):
    s["velocity"] = c["momentum"] * s["velocity"] + c["learning_rate"] * dw
    return w + s["velocity"]


def _velocity_without_rate(w, dw, s, c):
    s["velocity"] = c["momentum"] * s["velocity"] - dw
    return w + s["velocity"]


def _velocity_other_convention(w, dw, s, c):
    s["velocity"] = c["momentum"] * s["velocity"] + dw
    return w - c["learning_rate"] * s["velocity"]


def _velocity_mixed(w, dw, s, c):
    s["velocity"] = c["momentum"] * s["velocity"] - (1 - c["momentum"]) * c["learning_rate"] * dw
    return w + s["velocity"]


def _nesterov(w, dw, s, c):
    before = s["velocity"]
    s["velocity"] = c["momentum"] * before - c["learning_rate"] * dw
    return w - c["momentum"] * before + (1 + c["momentum"]) * s["velocity"]


def _old_velocity(w, dw, s, c):
    before = s["velocity"]
    s["velocity"] = c["momentum"] * before - c["learning_rate"] * dw
    return w + before


def _cache(dw, s, c):
    s["cache"] = c["decay_rate"] * s["cache"] + (1 - c["decay_rate"]) * dw**2
    return s["cache"]


def _outside_root(w, dw, s, c):
    return w - c["learning_rate"] * dw / (np.sqrt(_cache(dw, s, c)) + c["epsilon"])


def _no_root(w, dw, s, c):
    return w - c["learning_rate"] * dw / (_cache(dw, s, c) + c["epsilon"])


def _adagrad(w, dw, s, c):
    s["cache"] = s["cache"] + dw**2
    return w - c["learning_rate"] * dw / np.sqrt(s["cache"] + c["epsilon"])


def _decay_swapped(w, dw, s, c):
    s["cache"] = (1 - c["decay_rate"]) * s["cache"] + c["decay_rate"] * dw**2
    return w - c["learning_rate"] * dw / np.sqrt(s["cache"] + c["epsilon"])


def _not_squared(w, dw, s, c):
    s["cache"] = c["decay_rate"] * s["cache"] + (1 - c["decay_rate"]) * dw
    return w - c["learning_rate"] * dw / np.sqrt(s["cache"] + c["epsilon"])


def _old_cache(w, dw, s, c):
    before = s["cache"]
    _cache(dw, s, c)
    return w - c["learning_rate"] * dw / np.sqrt(before + c["epsilon"])


def _moments(dw, s, c):
    s["t"] += 1
    s["m"] = c["beta1"] * s["m"] + (1 - c["beta1"]) * dw
    s["v"] = c["beta2"] * s["v"] + (1 - c["beta2"]) * dw**2
    return s["m"] / (1 - c["beta1"] ** s["t"]), s["v"] / (1 - c["beta2"] ** s["t"])


def _uncorrected(w, dw, s, c):
    _moments(dw, s, c)
    return w - c["learning_rate"] * s["m"] / (np.sqrt(s["v"]) + c["epsilon"])


def _m_uncorrected(w, dw, s, c):
    _, v_hat = _moments(dw, s, c)
    return w - c["learning_rate"] * s["m"] / (np.sqrt(v_hat) + c["epsilon"])


def _v_uncorrected(w, dw, s, c):
    m_hat, _ = _moments(dw, s, c)
    return w - c["learning_rate"] * m_hat / (np.sqrt(s["v"]) + c["epsilon"])


def _epsilon_inside(w, dw, s, c):
    m_hat, v_hat = _moments(dw, s, c)
    return w - c["learning_rate"] * m_hat / np.sqrt(v_hat + c["epsilon"])


def _corrected_kept(w, dw, s, c):
    s["m"], s["v"] = _moments(dw, s, c)
    return w - c["learning_rate"] * s["m"] / (np.sqrt(s["v"]) + c["epsilon"])


def _t_stays(w, dw, s, c):
    t = s["t"]
    m_hat, v_hat = _moments(dw, s, c)
    s["t"] = t
    return w - c["learning_rate"] * m_hat / (np.sqrt(v_hat) + c["epsilon"])


def _t_one_ahead(w, dw, s, c):
    _moments(dw, s, c)
    m_hat, v_hat = s["m"] / (1 - c["beta1"] ** (s["t"] + 1)), s["v"] / (1 - c["beta2"] ** (s["t"] + 1))
    return w - c["learning_rate"] * m_hat / (np.sqrt(v_hat) + c["epsilon"])


def _t_one_behind(w, dw, s, c):
    _moments(dw, s, c)
    m_hat, v_hat = s["m"] / (1 - c["beta1"] ** (s["t"] - 1)), s["v"] / (1 - c["beta2"] ** (s["t"] - 1))
    return w - c["learning_rate"] * m_hat / (np.sqrt(v_hat) + c["epsilon"])


def _betas_swapped(w, dw, s, c):
    m_hat, v_hat = _moments(dw, s, c | {"beta1": c["beta2"], "beta2": c["beta1"]})
    return w - c["learning_rate"] * m_hat / (np.sqrt(v_hat) + c["epsilon"])


def _v_of_m(w, dw, s, c):
    s["t"] += 1
    s["m"] = c["beta1"] * s["m"] + (1 - c["beta1"]) * dw
    s["v"] = c["beta2"] * s["v"] + (1 - c["beta2"]) * s["m"] ** 2
    m_hat, v_hat = s["m"] / (1 - c["beta1"] ** s["t"]), s["v"] / (1 - c["beta2"] ** s["t"])
    return w - c["learning_rate"] * m_hat / (np.sqrt(v_hat) + c["epsilon"])


def _adam_no_root(w, dw, s, c):
    m_hat, v_hat = _moments(dw, s, c)
    return w - c["learning_rate"] * m_hat / (v_hat + c["epsilon"])


_ANY_RULE = [
    ("sign", "The step goes up the gradient: it must go against it.", _uphill),
    ("known mistake", "The learning rate is not used: this is the step for a rate of 1.", _changed(learning_rate=1.0)),
    ("known mistake", "The learning rate is 0.01 whatever config says.", _changed(learning_rate=1e-2)),
    ("known mistake", "The learning rate is 0.001 whatever config says.", _changed(learning_rate=1e-3)),
    ("known mistake", "This is the step alone; it must be added to the w there was.", _step_alone),
]
_WITH_STATE = [
    *_ANY_RULE,
    (
        "known mistake",
        "Every step is that of a fresh start: what the rule remembers is not stored in config.",
        _forgetful,
    ),
    (
        "known mistake",
        "The state that config holds is ignored: the first step is that of a fresh start.",
        _fresh,
    ),
]


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


def _classes_from_one(stand_ins, params, X):
    return _scores(stand_ins, params, X).argmax(axis=1) + 1


def _least(stand_ins, params, X):
    return _scores(stand_ins, params, X).argmin(axis=1)


def _example_of_each_class(stand_ins, params, X):
    return _scores(stand_ins, params, X).argmax(axis=0)


def _scores(stand_ins, params, X):
    if stand_ins:
        return X[:, : len(params["b2"])] + params["b2"]
    return two_layer_forward(X, params)[0]


MISTAKES = {
    "two_layer_forward": [
        (
            "known mistake",
            "The scores are cut off at zero: there is a ReLU on them. It belongs between the layers alone.",
            _relu_on_scores,
        ),
        (
            "known mistake",
            "There is no ReLU: the second layer works on X @ W1 + b1 as it is, so the net is linear.",
            _relu_not_passed_on,
        ),
        (
            "known mistake",
            "`hidden` is what stands before the ReLU; it must be what the hidden units give on, with the negative "
            "numbers set to zero.",
            _hidden_before_relu,
        ),
        ("known mistake", "The bias b1 is added after the ReLU; it belongs before it.", _bias_after_relu),
        (
            "known mistake",
            "The bias b1 is added to W1, inside the product; it belongs behind it: X @ W1 + b1.",
            _onto_weights("W1", "b1"),
        ),
        (
            "known mistake",
            "The bias b2 is added to W2, inside the product; it belongs behind it: hidden @ W2 + b2.",
            _onto_weights("W2", "b2"),
        ),
        ("known mistake", "The bias b1 is missing.", _without("b1")),
        ("known mistake", "The bias b2 is missing.", _without("b2")),
        ("known mistake", "The activation is a sigmoid, not a ReLU.", _with(_sigmoid)),
        ("known mistake", "The activation is tanh, not a ReLU.", _with(np.tanh)),
        ("known mistake", "The activation is the absolute value: a ReLU gives 0 for negative numbers.", _with(np.abs)),
        (
            "known mistake",
            "Negative numbers are made smaller (a leaky ReLU); a ReLU gives exactly 0 for them.",
            _with(lambda z: np.where(z > 0, z, 0.01 * z)),
        ),
        (
            "known mistake",
            "Negative numbers are made smaller (a leaky ReLU); a ReLU gives exactly 0 for them.",
            _with(lambda z: np.where(z > 0, z, 0.1 * z)),
        ),
        (
            "sign",
            "The ReLU lets the negative numbers through, and stops the positive ones.",
            _with(lambda z: np.minimum(0, z)),
        ),
        ("known mistake", "These are probabilities: the softmax belongs into the loss, not here.", _softmax_of_scores),
    ],
    "two_layer_loss": [
        (
            "known mistake",
            "Minus the logarithm is summed over all classes; only the probability of the right class belongs in the "
            "loss. In the gradient that is one taken off every class instead of the right one.",
            _all_classes,
        ),
        (
            "known mistake",
            "The gradient uses the probabilities as they are: one must be taken off at the right class.",
            _without_minus_one,
        ),
        (
            "known mistake",
            "The gradient only sees the right class: the scores of the other classes have a derivative too.",
            _right_class_only,
        ),
        ("known mistake", "The loss is the mean probability itself: the logarithm is missing.", _no_logarithm),
        (
            "axis",
            "The softmax is taken down the columns (over the examples) instead of along the rows (over the classes).",
            _over_examples,
        ),
        (
            "axis",
            "The probabilities are divided by the sum over the whole array, not by the sum of their own row.",
            _over_everything,
        ),
        ("regularisation", "The biases are regularised too; in this course they are not.", _biases_too),
        (
            "regularisation",
            "The regularisation adds up the weights, not their squares.",
            _weights_not_squared,
        ),
        (
            "regularisation",
            "The regularisation adds up absolute weights, not squares.",
            _absolute_weights,
        ),
        (
            "regularisation",
            "The regularisation uses the norms; there is no root in it.",
            _norms_not_squared,
        ),
        (
            "regularisation",
            "The squares of W1 are there twice, those of W2 are missing.",
            _one_layer_twice("W1"),
        ),
        (
            "regularisation",
            "The squares of W2 are there twice, those of W1 are missing.",
            _one_layer_twice("W2"),
        ),
        ("regularisation", "The regularisation is divided by N too; only the data part is a mean.", _penalty_divided),
        ("regularisation", "The regularisation is the mean of the squares; it is their sum.", _mean_penalty),
    ],
    "gradient": _BACKWARD,
    "sgd": _ANY_RULE,
    "sgd_momentum": [
        *_WITH_STATE,
        ("known mistake", "This is plain gradient descent: the velocity has no part in it.", _rule_sgd),
        ("sign", "The gradient is added to the velocity: the step goes up the gradient.", _other(_velocity_plus)),
        (
            "known mistake",
            "The learning rate is missing in the velocity, or has another place: here velocity = momentum * velocity - "
            "learning_rate * dw, and w moves by the velocity.",
            _other(_velocity_without_rate),
        ),
        (
            "known mistake",
            "This is the convention velocity = momentum * velocity + dw, w - learning_rate * velocity of other "
            "courses. It agrees with ours from a fresh start, but the velocity stored in config is another one.",
            _other(_velocity_other_convention),
        ),
        (
            "known mistake",
            "The gradient is weighted with 1 - momentum, as in a running mean; here it comes in full.",
            _other(_velocity_mixed),
        ),
        (
            "known mistake",
            "This is Nesterov's momentum, which looks ahead; the plain one is meant.",
            _other(_nesterov),
        ),
        (
            "known mistake",
            "w moves by the velocity of the step before: update that first.",
            _other(_old_velocity),
        ),
        ("known mistake", "The momentum is 0.9 whatever config says.", _changed(momentum=0.9)),
    ],
    "rmsprop": [
        *_WITH_STATE,
        (
            "near",
            "The epsilon stands outside the root, sqrt(cache) + epsilon; here it stands inside, sqrt(cache + epsilon). "
            "For small gradients that is another step.",
            _other(_outside_root),
        ),
        ("known mistake", "The root is missing: the step is divided by the cache itself.", _other(_no_root)),
        (
            "known mistake",
            "The new square counts in full: as in AdaGrad, or with a correction for the start at zero as in Adam. Here "
            "it is weighted with 1 - decay_rate, in the first step too.",
            _other(_adagrad),
        ),
        ("known mistake", "decay_rate and 1 - decay_rate are swapped.", _other(_decay_swapped)),
        ("known mistake", "The cache averages the gradients; it must average their squares.", _other(_not_squared)),
        ("known mistake", "The step uses the cache from before this gradient: update it first.", _other(_old_cache)),
        ("known mistake", "This is plain gradient descent: the cache has no part in it.", _rule_sgd),
        ("known mistake", "The decay_rate is 0.99 whatever config says.", _changed(decay_rate=0.99)),
        ("known mistake", "There is no epsilon.", _changed(epsilon=0.0)),
    ],
    "adam": [
        *_WITH_STATE,
        (
            "known mistake",
            "The correction for the start at zero is missing in m and in v: the first step is 3.16 times too long with "
            "the usual betas.",
            _other(_uncorrected),
        ),
        ("known mistake", "m is not corrected for its start at zero.", _other(_m_uncorrected)),
        ("known mistake", "v is not corrected for its start at zero.", _other(_v_uncorrected)),
        (
            "near",
            "The epsilon stands inside the root; for Adam it stands outside, sqrt(v_hat) + epsilon.",
            _other(_epsilon_inside),
        ),
        (
            "known mistake",
            "The corrected m and v are what is remembered: store the uncorrected ones, else they are corrected again.",
            _other(_corrected_kept),
        ),
        (
            "known mistake",
            "Every step is corrected like the first of these: the new step counter t is not stored, or the "
            "correction does not use it.",
            _other(_t_stays),
        ),
        ("known mistake", "The step counter runs one ahead: t is 1 in the first step.", _other(_t_one_ahead)),
        ("known mistake", "The step counter runs one behind: t is 1 in the first step.", _other(_t_one_behind)),
        ("known mistake", "beta1 and beta2 are swapped.", _other(_betas_swapped)),
        ("known mistake", "v averages the squares of m; it must average the squares of dw.", _other(_v_of_m)),
        ("known mistake", "The root is missing: the step is divided by v itself.", _other(_adam_no_root)),
        ("known mistake", "beta1 is 0.9 whatever config says.", _changed(beta1=0.9)),
        ("known mistake", "beta2 is 0.999 whatever config says.", _changed(beta2=0.999)),
    ],
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
    ],
    "predicted": [
        ("sign", "This is the class with the smallest score.", _least),
        ("known mistake", "Every class is one too high: classes are counted from 0.", _classes_from_one),
        (
            "axis",
            "The *example* with the largest score of each class: the largest entry must be sought along each row.",
            _example_of_each_class,
        ),
    ],
}
