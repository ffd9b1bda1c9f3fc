"""What well-known mistakes compute, so that a wrong number can be called by its name: the update rules.

Lists of (kind, what to tell the student, wrong version). The wrong versions return what the right function returns;
None where that part of the result is not affected.
"""

import numpy as np

from solutions.two_layer_net import updates
from solutions.two_layer_net.for_checks import stepped


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


def _rmsprop_step(w, dw, cache, c):
    """Where the rule's last line leads, with this cache."""
    return w - c["learning_rate"] * dw / np.sqrt(cache + c["epsilon"])


def _cache(dw, s, c):
    s["cache"] = c["decay_rate"] * s["cache"] + (1 - c["decay_rate"]) * dw**2
    return s["cache"]


def _outside_root(w, dw, s, c):
    return w - c["learning_rate"] * dw / (np.sqrt(_cache(dw, s, c)) + c["epsilon"])


def _no_root(w, dw, s, c):
    return w - c["learning_rate"] * dw / (_cache(dw, s, c) + c["epsilon"])


def _adagrad(w, dw, s, c):
    s["cache"] = s["cache"] + dw**2
    return _rmsprop_step(w, dw, s["cache"], c)


def _decay_swapped(w, dw, s, c):
    s["cache"] = (1 - c["decay_rate"]) * s["cache"] + c["decay_rate"] * dw**2
    return _rmsprop_step(w, dw, s["cache"], c)


def _not_squared(w, dw, s, c):
    s["cache"] = c["decay_rate"] * s["cache"] + (1 - c["decay_rate"]) * dw
    return _rmsprop_step(w, dw, s["cache"], c)


def _old_cache(w, dw, s, c):
    before = s["cache"]
    _cache(dw, s, c)
    return _rmsprop_step(w, dw, before, c)


def _adam_step(w, m, v, c):
    """Where the rule's last line leads, with these means."""
    return w - c["learning_rate"] * m / (np.sqrt(v) + c["epsilon"])


def _moments(dw, s, c):
    s["t"] += 1
    s["m"] = c["beta1"] * s["m"] + (1 - c["beta1"]) * dw
    s["v"] = c["beta2"] * s["v"] + (1 - c["beta2"]) * dw**2
    return s["m"] / (1 - c["beta1"] ** s["t"]), s["v"] / (1 - c["beta2"] ** s["t"])


def _uncorrected(w, dw, s, c):
    _moments(dw, s, c)
    return _adam_step(w, s["m"], s["v"], c)


def _m_uncorrected(w, dw, s, c):
    _, v_hat = _moments(dw, s, c)
    return _adam_step(w, s["m"], v_hat, c)


def _v_uncorrected(w, dw, s, c):
    m_hat, _ = _moments(dw, s, c)
    return _adam_step(w, m_hat, s["v"], c)


def _epsilon_inside(w, dw, s, c):
    m_hat, v_hat = _moments(dw, s, c)
    return w - c["learning_rate"] * m_hat / np.sqrt(v_hat + c["epsilon"])


def _corrected_kept(w, dw, s, c):
    s["m"], s["v"] = _moments(dw, s, c)
    return _adam_step(w, s["m"], s["v"], c)


def _t_stays(w, dw, s, c):
    t = s["t"]
    m_hat, v_hat = _moments(dw, s, c)
    s["t"] = t
    return _adam_step(w, m_hat, v_hat, c)


def _t_one_ahead(w, dw, s, c):
    _moments(dw, s, c)
    m_hat, v_hat = s["m"] / (1 - c["beta1"] ** (s["t"] + 1)), s["v"] / (1 - c["beta2"] ** (s["t"] + 1))
    return _adam_step(w, m_hat, v_hat, c)


def _t_one_behind(w, dw, s, c):
    _moments(dw, s, c)
    m_hat, v_hat = s["m"] / (1 - c["beta1"] ** (s["t"] - 1)), s["v"] / (1 - c["beta2"] ** (s["t"] - 1))
    return _adam_step(w, m_hat, v_hat, c)


def _betas_swapped(w, dw, s, c):
    m_hat, v_hat = _moments(dw, s, c | {"beta1": c["beta2"], "beta2": c["beta1"]})
    return _adam_step(w, m_hat, v_hat, c)


def _v_of_m(w, dw, s, c):
    s["t"] += 1
    s["m"] = c["beta1"] * s["m"] + (1 - c["beta1"]) * dw
    s["v"] = c["beta2"] * s["v"] + (1 - c["beta2"]) * s["m"] ** 2
    m_hat, v_hat = s["m"] / (1 - c["beta1"] ** s["t"]), s["v"] / (1 - c["beta2"] ** s["t"])
    return _adam_step(w, m_hat, v_hat, c)


def _adam_no_root(w, dw, s, c):
    m_hat, v_hat = _moments(dw, s, c)
    return w - c["learning_rate"] * m_hat / (v_hat + c["epsilon"])


def _correction_multiplied(w, dw, s, c):
    _moments(dw, s, c)
    m_hat, v_hat = s["m"] * (1 - c["beta1"] ** s["t"]), s["v"] * (1 - c["beta2"] ** s["t"])
    return _adam_step(w, m_hat, v_hat, c)


def _epsilon_first(w, dw, s, c):
    m_hat, _ = _moments(dw, s, c)
    return w - c["learning_rate"] * m_hat / np.sqrt((s["v"] + c["epsilon"]) / (1 - c["beta2"] ** s["t"]))


def _swapped_weights(beta):
    """Adam with a beta and what is left of 1 swapped in the running mean, and the correction as it should be."""

    def step(w, dw, s, c):
        s["t"] += 1
        weights = {name: 1 - c[name] if name == beta else c[name] for name in ("beta1", "beta2")}
        s["m"] = weights["beta1"] * s["m"] + (1 - weights["beta1"]) * dw
        s["v"] = weights["beta2"] * s["v"] + (1 - weights["beta2"]) * dw**2
        m_hat, v_hat = s["m"] / (1 - c["beta1"] ** s["t"]), s["v"] / (1 - c["beta2"] ** s["t"])
        return _adam_step(w, m_hat, v_hat, c)

    return step


def _no_m(w, dw, s, c):
    s["m"] = 0 * dw
    m_hat, v_hat = _moments(dw, s, c)
    return _adam_step(w, m_hat, v_hat, c)


def _v_squared_beta(w, dw, s, c):
    s["v"] = c["beta2"] * s["v"]
    m_hat, v_hat = _moments(dw, s, c)
    return _adam_step(w, m_hat, v_hat, c)


def _forgets(*names):
    """The rule with some of its state as it came in, in every step; all the rest is kept."""

    def wrong(rule, w, gradients, config):
        reached, state = [], dict(config)
        for dw in gradients:
            w, after = getattr(updates, rule)(w, dw, dict(state))
            state = after | {name: config[name] for name in names if name in config}
            state = {name: value for name, value in state.items() if name in config or name not in names}
            reached.append(w)
        return reached

    return wrong


def _counts_anew(rule, w, gradients, config):
    return stepped(rule, w, gradients, config | {"t": 0}) if config.get("t") else None


def _epsilon_stored(w, dw, s, c):
    s["cache"] = _cache(dw, s, c) + c["epsilon"]
    return w - c["learning_rate"] * dw / np.sqrt(s["cache"])


def _root_of_rate(w, dw, s, c):
    return w - np.sqrt(c["learning_rate"] / (_cache(dw, s, c) + c["epsilon"])) * dw


def _old_in_full(w, dw, s, c):
    s["cache"] = s["cache"] + (1 - c["decay_rate"]) * dw**2
    return _rmsprop_step(w, dw, s["cache"], c)


def _absolute(w, dw, s, c):
    s["cache"] = c["decay_rate"] * s["cache"] + (1 - c["decay_rate"]) * np.abs(dw)
    return _rmsprop_step(w, dw, s["cache"], c)


def _decay_squared(w, dw, s, c):
    s["cache"] = c["decay_rate"] * s["cache"]
    return _rmsprop_step(w, dw, _cache(dw, s, c), c)


def _root_stored(w, dw, s, c):
    root = np.sqrt(_cache(dw, s, c) + c["epsilon"])
    s["cache"] = root
    return w - c["learning_rate"] * dw / root


def _one_cache(w, dw, s, c):
    s["cache"] = c["decay_rate"] * s["cache"] + (1 - c["decay_rate"]) * np.mean(dw**2)
    return _rmsprop_step(w, dw, s["cache"], c)


def _velocity(dw, s, c):
    return c["momentum"] * s["velocity"] - c["learning_rate"] * dw


def _w_stored(w, dw, s, c):
    s["velocity"] = w + _velocity(dw, s, c)
    return s["velocity"]


def _mean_velocity(axis):
    """Momentum with one velocity for all entries along an axis."""

    def step(w, dw, s, c):
        along = axis if axis is not None and axis < w.ndim else None
        s["velocity"] = _velocity(dw, s, c).mean(axis=along, keepdims=True) + 0 * w
        return w + s["velocity"]

    return step


def _rounded(digits):
    """Momentum with a velocity that is kept to some digits."""

    def step(w, dw, s, c):
        s["velocity"] = np.round(_velocity(dw, s, c), digits)
        return w + s["velocity"]

    return step


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

SGD = [
    *_ANY_RULE,
    (
        "known mistake",
        "The learning rate is squared, or multiplied in twice.",
        _other(lambda w, dw, s, c: w - c["learning_rate"] ** 2 * dw),
    ),
    (
        "known mistake",
        "w moves by the gradient's sign alone.",
        _other(lambda w, dw, s, c: w - c["learning_rate"] * np.sign(dw)),
    ),
    (
        "axis",
        "All entries move by the mean gradient: each moves by its own.",
        _other(lambda w, dw, s, c: w - c["learning_rate"] * dw.mean()),
    ),
    *(
        (
            "known mistake",
            f"The gradient is cut off at {limit:g}: here it counts as it is.",
            _other(lambda w, dw, s, c, limit=limit: w - c["learning_rate"] * np.clip(dw, -limit, limit)),
        )
        for limit in (0.1, 0.5, 1.0, 5.0)
    ),
]

SGD_MOMENTUM = [
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
    ("known mistake", "The next w is stored as the velocity.", _other(_w_stored)),
    (
        "axis",
        "There is one velocity for all entries, or for a row: each entry has its own.",
        _other(_mean_velocity(None)),
    ),
    ("axis", "There is one velocity for all entries, or for a row: each entry has its own.", _other(_mean_velocity(0))),
    ("axis", "There is one velocity for all entries, or for a row: each entry has its own.", _other(_mean_velocity(1))),
    *(
        ("rounded", f"The velocity is rounded to {digits} digits: small steps are lost.", _other(_rounded(digits)))
        for digits in (2, 3, 4, 5, 6)
    ),
]

RMSPROP = [
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
    (
        "known mistake",
        "epsilon is added to what is stored as the cache; it belongs into the step alone.",
        _other(_epsilon_stored),
    ),
    *(
        ("known mistake", f"epsilon is {epsilon:g} whatever config says.", _changed(epsilon=epsilon))
        for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-10)
    ),
    ("known mistake", "The root is taken of the learning rate as well.", _other(_root_of_rate)),
    ("known mistake", "The old cache counts in full: it must be weighted with decay_rate.", _other(_old_in_full)),
    ("known mistake", "The cache averages absolute gradients; it must average their squares.", _other(_absolute)),
    ("known mistake", "decay_rate is squared, or multiplied in twice.", _other(_decay_squared)),
    ("known mistake", "The root is stored as the cache: store the mean of squares itself.", _other(_root_stored)),
    ("axis", "There is one mean for all entries: each entry has its own.", _other(_one_cache)),
]

ADAM = [
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
    (
        "known mistake",
        "m and v are multiplied with 1 - beta**t; they must be divided by it.",
        _other(_correction_multiplied),
    ),
    (
        "near",
        "There is no epsilon: where gradients are tiny, it is what the step is divided by.",
        _changed(epsilon=0.0),
    ),
    (
        "near",
        "epsilon is added before v is corrected for its start at zero; it belongs behind the root of v_hat.",
        _other(_epsilon_first),
    ),
    ("known mistake", "beta1 and 1 - beta1 are swapped in m.", _other(_swapped_weights("beta1"))),
    ("known mistake", "beta2 and 1 - beta2 are swapped in v.", _other(_swapped_weights("beta2"))),
    ("known mistake", "m is the gradient itself: it has no memory.", _other(_no_m)),
    ("known mistake", "The old v is weighted with beta2 squared.", _other(_v_squared_beta)),
    ("known mistake", "m and v are not stored, t is: each step starts from the first m and v.", _forgets("m", "v")),
    ("known mistake", "The t that config holds is ignored: the count starts at 1.", _counts_anew),
]
