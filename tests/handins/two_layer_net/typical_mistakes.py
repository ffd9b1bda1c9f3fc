"""What often goes wrong, one mistake per exercise; a wrong function does not cost the items after it.

Starts from: solutions
Must come out: two_layer_net.db2, two_layer_net.sgd, two_layer_net.predict, two_layer_net.best_net in full
"""

# %% two_layer_forward
def two_layer_forward(X, params):
    hidden = np.maximum(0, X @ params["W1"] + params["b1"])
    return np.maximum(0, hidden @ params["W2"] + params["b2"]), hidden  # a ReLU on the scores, too


# %% two_layer_loss
def two_layer_loss(scores, y, params, reg):
    N = len(scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    d = p.copy()
    d[np.arange(N), y] -= 1
    penalty = sum(np.sum(value**2) for value in params.values())  # the biases, too
    return -np.log(p[np.arange(N), y] + 1e-12).mean() + reg * penalty, d  # a sum where the mean is meant


# %% two_layer_backward
def two_layer_backward(dscores, X, hidden, params, reg):
    back = dscores @ params["W2"].T
    back[back <= 0] = 0  # by the gradient's sign
    return {
        "W1": X.T @ back + 2 * reg * params["W1"],
        "b1": back.sum(axis=0),
        "W2": hidden.T @ dscores + reg * params["W2"],  # half of the regularisation
        "b2": dscores.sum(axis=0),
    }


# %% sgd_momentum
def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    velocity = config.get("velocity", np.zeros_like(w))
    velocity = config["momentum"] * velocity - config["learning_rate"] * dw
    return w + velocity, config  # the velocity is forgotten


# %% rmsprop
def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    for key, value in {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)}.items():
        config.setdefault(key, value)
    config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    return w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"]), config  # outside the root


# %% adam
def adam(w, dw, config=None):
    config = {} if config is None else config
    for key, value in {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}.items():
        config.setdefault(key, value)
    m = config.get("m", np.zeros_like(w))
    v = config.get("v", np.zeros_like(w))
    config["m"] = config["beta1"] * m + (1 - config["beta1"]) * dw
    config["v"] = config["beta2"] * v + (1 - config["beta2"]) * dw**2
    return w - config["learning_rate"] * config["m"] / (np.sqrt(config["v"]) + config["epsilon"]), config  # uncorrected


# %% TwoLayerNet
class TwoLayerNet:
    def __init__(self, input_size, hidden_size, num_classes, std=1e-4, seed=0):
        rng = np.random.default_rng(seed)
        self.params = {
            "W1": std * rng.standard_normal((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": std * rng.standard_normal((hidden_size, num_classes)),
            "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None, reg=0.0):
        scores, hidden = two_layer_forward(X, self.params)
        if y is None:
            return scores
        loss, dscores = two_layer_loss(scores, y, self.params, reg)
        return loss, two_layer_backward(dscores, X, hidden, self.params, reg)

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=200, learning_rate=1e-3,
              learning_rate_decay=0.95, schedule=None, reg=0.0, update_rule="sgd", config=None, shuffle=True, seed=0):
        rules = {"sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}
        rule, rng = rules[update_rule], np.random.default_rng(seed)
        history = {"loss": [], "learning_rate": [], "train_accuracy": [], "val_accuracy": []}
        configs = {name: dict(config or {}) for name in self.params}
        for epoch in range(epochs):
            learning_rate *= learning_rate_decay  # in the first epoch already
            order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
                loss, grads = self.loss(X[batch], y[batch], reg)
                for name in self.params:
                    configs[name]["learning_rate"] = learning_rate
                    self.params[name], configs[name] = rule(self.params[name], grads[name], configs[name])
                history["loss"].append(loss)
                history["learning_rate"].append(learning_rate)
        return history

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)

    def load(self, path):
        with np.load(path) as saved:
            self.params = {name: saved[name] for name in saved.files}
        return self


# %% gap_choice
gap_choice = "ABC"
