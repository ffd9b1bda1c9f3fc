"""Right versions of the four update rules, as different as students' are. All must earn full marks."""

import math
import sys
import warnings
from collections import OrderedDict, defaultdict

import numpy as np

from tests.mutants.collect import alternative

SGD, MOMENTUM, RMSPROP, ADAM = (f"two_layer_net.{rule}" for rule in ("sgd", "sgd_momentum", "rmsprop", "adam"))


@alternative(SGD)
def config_copied(w, dw, config=None):
    config = {"learning_rate": 1e-2, **(config or {})}
    return np.subtract(w, np.multiply(config["learning_rate"], dw)), config


@alternative(SGD)
def entry_by_entry(w, dw, config=None):
    rate = config.get("learning_rate", 1e-2) if config else 1e-2
    next_w = np.empty(w.shape)
    for index in np.ndindex(*w.shape):
        next_w[index] = w[index] - rate * dw[index]
    return next_w, config


@alternative(SGD)
def a_copy_changed_in_place(w, dw, config=None, **ignored):
    config.setdefault("learning_rate", 1e-2)
    next_w = w.copy(order="F")
    next_w -= dw * config["learning_rate"]
    config["note"] = "one step"
    return [next_w, config]


@alternative(SGD)
def single_precision_and_counted(w, dw, config=None):
    config["steps"] = np.int64(config.get("steps", 0) + 1)
    print("step", config["steps"])
    return (w.astype(np.float32) - np.float32(config["learning_rate"]) * dw.astype(np.float32)), config


@alternative(SGD)
def momentum_of_zero(w, dw, config=None):
    warnings.warn("plain", stacklevel=1)
    return sgd_momentum(w, dw, config | {"momentum": 0.0, "velocity": np.zeros_like(w)})  # noqa: F821


@alternative(SGD)
class SgdAsAClass:
    def __new__(cls, w, dw, config=None):
        return w + -config.get("learning_rate", 1e-2) * dw, OrderedDict(config)


@alternative(MOMENTUM)
def velocity_updated_in_place(w, dw, config=None):
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    velocity = config.setdefault("velocity", np.zeros_like(w))
    velocity *= config["momentum"]
    velocity -= config["learning_rate"] * dw
    return w + velocity, config


@alternative(MOMENTUM)
def a_fresh_config(w, dw, config=None):
    settings = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": 0.0} | (config or {})
    velocity = settings["momentum"] * settings["velocity"] - settings["learning_rate"] * dw
    return w + velocity, {**settings, "velocity": velocity}


@alternative(MOMENTUM)
def positive_velocity_turned_round(w, dw, config=None):
    down = -config.get("velocity", np.zeros_like(w))
    down = config.get("momentum", 0.9) * down + config["learning_rate"] * dw
    config["velocity"] = -down
    return w - down, config


@alternative(MOMENTUM)
def entry_by_entry_with_lists(w, dw, config=None):
    flat_w, flat_dw = np.ravel(w).tolist(), np.ravel(dw).tolist()
    before = np.ravel(config["velocity"]).tolist() if "velocity" in config else [0.0] * len(flat_w)
    after = [config["momentum"] * v - config["learning_rate"] * d for v, d in zip(before, flat_dw, strict=True)]
    config["velocity"] = np.reshape(after, w.shape)
    return np.reshape([a + b for a, b in zip(flat_w, after, strict=True)], w.shape), config


@alternative(MOMENTUM)
def velocity_kept_as_a_list(w, dw, config=None):
    velocity = np.asarray(config.get("velocity", np.zeros(w.shape)))
    velocity = np.einsum(",...->...", config["momentum"], velocity) - config["learning_rate"] * dw
    config["velocity"], config["history"] = velocity.tolist(), [*config.get("history", []), float(dw.sum())]
    return [w + velocity, config]


@alternative(MOMENTUM)
def single_precision(w, dw, config=None, nesterov=False):
    velocity = np.float32(config["momentum"]) * np.float32(config.get("velocity", 0))
    velocity = velocity - np.float32(config["learning_rate"]) * dw.astype(np.float32)
    config.update(velocity=velocity, nesterov=nesterov)
    return w + velocity, config


@alternative(RMSPROP)
def cache_updated_in_place(w, dw, config=None):
    cache = config.setdefault("cache", np.zeros_like(w))
    rho = config.setdefault("decay_rate", 0.99)
    cache *= rho
    cache += (1 - rho) * np.square(dw)
    return w - config["learning_rate"] / np.sqrt(cache + config.setdefault("epsilon", 1e-8)) * dw, config


@alternative(RMSPROP)
def moved_towards_the_square(w, dw, config=None):
    config = dict(config)
    cache = np.asarray(config.get("cache", np.zeros(w.shape)))
    cache = cache + (1 - config.get("decay_rate", 0.99)) * (dw * dw - cache)
    return w - config["learning_rate"] * dw * (cache + config.get("epsilon", 1e-8)) ** -0.5, config | {"cache": cache}


@alternative(RMSPROP)
def roots_one_by_one(w, dw, config=None):
    cache, next_w = np.array(config.get("cache", np.zeros(w.shape))), np.array(w)
    for i, d in np.ndenumerate(dw):
        cache[i] = config["decay_rate"] * cache[i] + (1 - config["decay_rate"]) * d**2
        next_w[i] = w[i] - config["learning_rate"] * d / math.sqrt(cache[i] + config["epsilon"])
    config["cache"] = cache
    return next_w, config


@alternative(RMSPROP)
def cache_in_single_precision(w, dw, config=None):
    dw, rho = dw.astype(np.float32), np.float32(config["decay_rate"])
    config["cache"] = rho * np.float32(config.get("cache", 0)) + (1 - rho) * dw**2
    return w - np.float32(config["learning_rate"]) * dw / np.sqrt(
        config["cache"] + np.float32(config["epsilon"])
    ), config


@alternative(RMSPROP)
def length_of_a_vector(w, dw, config=None):
    print("rmsprop", file=sys.stderr)
    old = config.get("cache", 0 * dw)
    root = np.hypot(np.sqrt(config["decay_rate"] * old), np.sqrt(1 - config["decay_rate"]) * np.abs(dw))
    config["cache"] = root**2
    return np.asfortranarray(w - config["learning_rate"] * dw / np.hypot(root, math.sqrt(config["epsilon"]))), config


@alternative(RMSPROP)
def weighted_average(w, dw, config=None):
    kept = defaultdict(float, config)
    rho = kept["decay_rate"]
    kept["cache"] = np.average([np.zeros(w.shape) + kept["cache"], dw**2], axis=0, weights=[rho, 1 - rho])
    return [w - np.divide(kept["learning_rate"] * dw, np.sqrt(kept["cache"] + kept["epsilon"])), kept]


@alternative(ADAM)
def step_size_folded(w, dw, config=None):
    """The form at the end of the paper's section 2, with epsilon scaled along, so that it is the same."""
    b1, b2 = config.get("beta1", 0.9), config.get("beta2", 0.999)
    config["t"] = config.get("t", 0) + 1
    config["m"] = b1 * config.get("m", np.zeros_like(w)) + (1 - b1) * dw
    config["v"] = b2 * config.get("v", np.zeros_like(w)) + (1 - b2) * dw**2
    root = math.sqrt(1 - b2 ** config["t"])
    rate = config["learning_rate"] * root / (1 - b1 ** config["t"])
    return w - rate * config["m"] / (np.sqrt(config["v"]) + root * config["epsilon"]), config


@alternative(ADAM)
def state_updated_in_place(w, dw, config=None):
    for name, value in (("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8), ("t", 0)):
        config.setdefault(name, value)
    m, v = config.setdefault("m", np.zeros_like(w)), config.setdefault("v", np.zeros_like(w))
    config["t"] += 1
    m *= config["beta1"]
    m += (1 - config["beta1"]) * dw
    v *= config["beta2"]
    v += (1 - config["beta2"]) * dw * dw
    m_hat, v_hat = m / (1 - config["beta1"] ** config["t"]), v / (1 - config["beta2"] ** config["t"])
    return w - config["learning_rate"] * m_hat / (v_hat**0.5 + config["epsilon"]), config


@alternative(ADAM)
def t_as_a_numpy_integer(w, dw, config=None):
    c = dict(config)
    c["t"] = np.int64(c.get("t", 0)) + np.int64(1)
    for name, beta, new in (("m", c["beta1"], dw), ("v", c["beta2"], np.square(dw))):
        c[name] = np.asarray(c.get(name, 0.0)) * beta + new * (1 - beta)
    hats = c["m"] / (1 - np.power(c["beta1"], c["t"])), c["v"] / (1 - np.power(c["beta2"], c["t"]))
    return [w - c["learning_rate"] * hats[0] / (np.sqrt(hats[1]) + c["epsilon"]), c]


@alternative(ADAM)
def t_as_a_float_and_powers_kept(w, dw, config=None):
    t = float(config.get("t", 0)) + 1.0
    fall1, fall2 = math.exp(t * math.log(config["beta1"])), math.exp(t * math.log(config["beta2"]))
    m = config["beta1"] * config.get("m", 0 * w) + (1 - config["beta1"]) * dw
    v = config["beta2"] * config.get("v", 0 * w) + (1 - config["beta2"]) * dw**2
    config.update(m=m, v=v, t=t, fall=(fall1, fall2))
    return w - config["learning_rate"] * (m / (1 - fall1)) / (np.sqrt(v / (1 - fall2)) + config["epsilon"]), config


@alternative(ADAM)
def moments_in_single_precision(w, dw, config=None):
    f = np.float32
    dw, t = dw.astype(f), config.get("t", 0) + 1
    m = f(config["beta1"]) * f(config.get("m", 0)) + f(1 - config["beta1"]) * dw
    v = f(config["beta2"]) * f(config.get("v", 0)) + f(1 - config["beta2"]) * dw * dw
    config |= {"m": m, "v": v, "t": t}
    m_hat, v_hat = m / f(1 - config["beta1"] ** t), v / f(1 - config["beta2"] ** t)
    return w - f(config["learning_rate"]) * m_hat / (np.sqrt(v_hat) + f(config["epsilon"])), config


@alternative(ADAM)
def moments_one_by_one(w, dw, config=None):
    config["t"] = t = config.get("t", 0) + 1
    m, v, next_w = np.zeros(w.shape) + config.get("m", 0), np.zeros(w.shape) + config.get("v", 0), np.zeros(w.shape)
    for i in np.ndindex(*w.shape):
        m[i] = config["beta1"] * m[i] + (1 - config["beta1"]) * dw[i]
        v[i] = config["beta2"] * v[i] + (1 - config["beta2"]) * dw[i] ** 2
        root = math.sqrt(v[i] / (1 - config["beta2"] ** t)) + config["epsilon"]
        next_w[i] = w[i] - config["learning_rate"] * m[i] / (1 - config["beta1"] ** t) / root
    config["m"], config["v"] = m, v
    return next_w, config
