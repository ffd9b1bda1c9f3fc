"""Update rules: one step of gradient descent each, `rule(w, dw, config) -> next_w, config`.

`config` holds a rule's settings and what it remembers from step to step. A rule fills in what is missing, so that an
empty config, or none, is where every training starts.
"""

import numpy as np


def sgd(w, dw, config=None):
    """Plain (stochastic) gradient descent: w - learning_rate * dw.

    Parameters
    ----------
    w, dw : arrays of one shape
        The parameter and the gradient of the loss with respect to it.
    config : dict
        "learning_rate" (1e-2).

    Returns
    -------
    next_w : array
    config : dict
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    ### BEGIN SOLUTION
    return w - config["learning_rate"] * dw, config
    ### END SOLUTION


def sgd_momentum(w, dw, config=None):
    """Gradient descent with momentum: a ball that rolls and keeps a share of its velocity.

    velocity = momentum * velocity - learning_rate * dw;  next_w = w + velocity

    Parameters
    ----------
    w, dw : arrays of one shape
    config : dict
        "learning_rate" (1e-2), "momentum" (0.9) and, from step to step, "velocity" (zeros of w's shape at first).

    Returns
    -------
    next_w : array
    config : dict
        With the new velocity.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    config.setdefault("velocity", np.zeros_like(w))
    ### BEGIN SOLUTION
    config["velocity"] = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    return w + config["velocity"], config
    ### END SOLUTION


def rmsprop(w, dw, config=None):
    """RMSProp: every entry has a step of its own, smaller where gradients have been large.

    cache = decay_rate * cache + (1 - decay_rate) * dw**2;  next_w = w - learning_rate * dw / sqrt(cache + epsilon)

    Parameters
    ----------
    w, dw : arrays of one shape
    config : dict
        "learning_rate" (1e-2), "decay_rate" (0.99), "epsilon" (1e-8, inside the root) and, from step to step, "cache":
        the running mean of the squared gradients (zeros of w's shape at first).

    Returns
    -------
    next_w : array
    config : dict
        With the new cache.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    ### BEGIN SOLUTION
    config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    return w - config["learning_rate"] * dw / np.sqrt(config["cache"] + config["epsilon"]), config
    ### END SOLUTION


def adam(w, dw, config=None):
    """Adam: momentum and RMSProp together, both corrected for having started at zero [Kingma and Ba, 2015].

    t = t + 1
    m = beta1 * m + (1 - beta1) * dw;       m_hat = m / (1 - beta1**t)
    v = beta2 * v + (1 - beta2) * dw**2;    v_hat = v / (1 - beta2**t)
    next_w = w - learning_rate * m_hat / (sqrt(v_hat) + epsilon)

    Parameters
    ----------
    w, dw : arrays of one shape
    config : dict
        "learning_rate" (1e-3), "beta1" (0.9), "beta2" (0.999), "epsilon" (1e-8, outside the root) and, from step to
        step, "m" and "v" (zeros of w's shape at first) and "t", the number of steps taken so far (0 at first).

    Returns
    -------
    next_w : array
    config : dict
        With the new m, v (before their correction) and t.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    ### BEGIN SOLUTION
    beta1, beta2 = config["beta1"], config["beta2"]
    config["t"] += 1
    config["m"] = beta1 * config["m"] + (1 - beta1) * dw
    config["v"] = beta2 * config["v"] + (1 - beta2) * dw**2
    m_hat = config["m"] / (1 - beta1 ** config["t"])  # m starts at zero: without this the first steps are too short
    v_hat = config["v"] / (1 - beta2 ** config["t"])  # and so does v: without this they are too long
    return w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"]), config
    ### END SOLUTION
