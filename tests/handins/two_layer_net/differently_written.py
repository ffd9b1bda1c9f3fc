"""Right throughout and written quite differently: einsum, loops, one-hot rows, states in tuples, a class of its own.

Starts from: solutions
Must come out: everything in full
"""

# %% two_layer_forward
def two_layer_forward(X, params):
    z = np.einsum("nd,dh->nh", X, params["W1"]) + params["b1"][np.newaxis, :]
    z[z < 0] = 0.0
    return np.stack([row @ params["W2"] for row in z]) + params["b2"], z


# %% two_layer_loss
def log_sum_exp(rows):
    top = rows.max(axis=1)
    return top + np.log(np.exp(rows - top[:, None]).sum(axis=1))


def two_layer_loss(scores, y, params, reg):
    Y = (np.arange(scores.shape[1]) == np.asarray(y).astype(int)[:, None]).astype(scores.dtype)
    lse = log_sum_exp(scores)
    per_example = lse - (scores * Y).sum(axis=1)
    penalty = reg * (np.vdot(params["W1"], params["W1"]) + np.linalg.norm(params["W2"]) ** 2)
    print("loss of the data", per_example.mean())
    return per_example.sum() / len(Y) + penalty, (np.exp(scores - lse[:, None]) - Y) / len(Y)


# %% two_layer_backward
def two_layer_backward(dscores, X, hidden, params, reg):
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    open_units = (X @ params["W1"] + params["b1"]) > 0
    for x, h, d, is_open in zip(X, hidden, dscores, open_units):
        grads["W2"] += np.outer(h, d)
        grads["b2"] += d
        back = np.where(is_open, params["W2"] @ d, 0)
        grads["W1"] += np.outer(x, back)
        grads["b1"] += back
    for name in ("W1", "W2"):
        grads[name] = grads[name] + reg * (params[name] + params[name])
    return grads


# %% sgd
def sgd(w, dw, config=None):
    rate = (config or {}).get("learning_rate", 0.01)
    return np.add(w, np.multiply(-rate, dw)), dict(config or {}, learning_rate=rate)


# %% sgd_momentum
def sgd_momentum(w, dw, config=None):
    new = {"learning_rate": 0.01, "momentum": 0.9} | (config or {})
    new["velocity"] = new.get("velocity", 0 * w) * new["momentum"] - dw * new["learning_rate"]
    return new["velocity"] + w, new


# %% rmsprop
def rmsprop(w, dw, config=None):
    new = {"learning_rate": 0.01, "decay_rate": 0.99, "epsilon": 1e-8} | (config or {})
    old = new.get("cache", np.zeros(w.shape))
    new["cache"] = old + (1 - new["decay_rate"]) * (np.square(dw) - old)
    return w - new["learning_rate"] * dw * (new["cache"] + new["epsilon"]) ** -0.5, new


# %% adam
def adam(w, dw, config=None):
    c = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0} | (config or {})
    m, v = c.get("m", np.zeros_like(w)), c.get("v", np.zeros_like(w))
    c.update(t=c["t"] + 1, m=m + (1 - c["beta1"]) * (dw - m), v=v + (1 - c["beta2"]) * (dw * dw - v))
    corrected = [c[name] / (1 - c[beta] ** c["t"]) for name, beta in (("m", "beta1"), ("v", "beta2"))]
    return w - c["learning_rate"] * corrected[0] / (np.sqrt(corrected[1]) + c["epsilon"]), c


# %% TwoLayerNet
class TwoLayerNet:
    def __init__(self, input_size, hidden_size, num_classes, std=1e-4, seed=0):
        draw = np.random.RandomState(seed).randn
        self.params = {
            "W1": std * draw(input_size, hidden_size),
            "W2": std * draw(hidden_size, num_classes),
            "b1": np.zeros(hidden_size),
            "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None, reg=0.0):
        scores, hidden = two_layer_forward(X, self.params)
        if y is None:
            return scores
        loss, dscores = two_layer_loss(scores, y, self.params, reg)
        return loss, two_layer_backward(dscores, X, hidden, self.params, reg)

    def batches(self, N, size, rng):
        order = rng.permutation(N) if rng is not None else np.arange(N)
        return np.array_split(order, range(size, N, size))

    def train(self, X, y, X_val=None, y_val=None, **given):
        s = {"epochs": 10, "batch_size": 200, "learning_rate": 1e-3, "learning_rate_decay": 0.95, "schedule": None,
             "reg": 0.0, "update_rule": "sgd", "config": None, "shuffle": True, "seed": 0} | given
        rule = globals()[s["update_rule"]]
        rng = np.random.default_rng(s["seed"]) if s["shuffle"] else None
        remembered = {name: dict(s["config"] or {}) for name in self.params}
        losses, rates, rate = [], [], s["learning_rate"]
        for epoch in range(s["epochs"]):
            if s["schedule"] is not None:
                rate = s["learning_rate"] * s["schedule"](epoch, s["epochs"])
            for rows in self.batches(len(X), s["batch_size"], rng):
                loss, grads = self.loss(X[rows], y[rows], s["reg"])
                for name in ("b2", "W2", "b1", "W1"):
                    settings = remembered[name] | {"learning_rate": rate}
                    self.params[name], remembered[name] = rule(self.params[name], grads[name], settings)
                losses.append(loss)
                rates.append(rate)
            rate *= s["learning_rate_decay"]
        return {"loss": np.array(losses), "learning_rate": np.array(rates)}

    def predict(self, X):
        return np.array([int(np.argmax(row)) for row in self.loss(X)])

    def load(self, path):
        self.params = dict(np.load(path))
        return self


# %% gap_choice
gap_choice = "c, a"
