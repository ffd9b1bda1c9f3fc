"""A net of two layers that trains: it holds the parameters, the passes and the update rules do the work."""

import numpy as np

from coursekit import progress
from solutions.two_layer_net.passes import two_layer_backward, two_layer_forward, two_layer_loss
from solutions.two_layer_net.updates import adam, rmsprop, sgd, sgd_momentum


class TwoLayerNet:
    """Affine, ReLU, affine, softmax. `params` holds W1 (D, H), b1 (H,), W2 (H, C), b2 (C,).

    Parameters
    ----------
    input_size, hidden_size, num_classes : int
        D, H and C.
    std : float
        Standard deviation of the initial weights; the biases start at zero.
    seed : int
        Seed of the initial weights.
    """

    def __init__(self, input_size, hidden_size, num_classes, std=1e-4, seed=0):
        rng = np.random.default_rng(seed)
        self.params = {
            "W1": std * rng.standard_normal((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": std * rng.standard_normal((hidden_size, num_classes)),
            "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None, reg=0.0):
        """Scores (N, C) of X (N, D) where there are no labels; else the loss, a float, and a dict of gradients."""
        scores, hidden = two_layer_forward(X, self.params)
        if y is None:
            return scores
        loss, dscores = two_layer_loss(scores, y, self.params, reg)
        return loss, two_layer_backward(dscores, X, hidden, self.params, reg)

    def train(
        self,
        X,
        y,
        X_val=None,
        y_val=None,
        *,
        epochs=10,
        batch_size=200,
        learning_rate=1e-3,
        learning_rate_decay=0.95,
        schedule=None,
        reg=0.0,
        update_rule="sgd",
        config=None,
        shuffle=True,
        seed=0,
    ):
        """Mini-batch gradient descent from the present parameters.

        Parameters
        ----------
        X : array (N, D)
            Training examples.
        y : integer array (N,)
            Their classes, 0 to C - 1.
        X_val, y_val : arrays (M, D) and (M,), optional
            Validation examples, measured after every epoch.
        epochs : int
            How often the training set is gone through.
        batch_size : int
            Examples per step. The last batch of an epoch holds what is left; a batch larger than N is all of X.
        learning_rate, learning_rate_decay : float
            The rate of the first epoch, and what it is multiplied with after every epoch.
        schedule : function, optional
            In place of the decay: in every epoch the rate is `learning_rate * schedule(epoch, epochs)`.
        reg : float
            Strength of the regularisation.
        update_rule : {"sgd", "sgd_momentum", "rmsprop", "adam"}
        config : dict, optional
            Further settings of the update rule, such as {"momentum": 0.8}.
        shuffle : bool
            True: a new random order of the examples in every epoch. False: the order in which they stand.
        seed : int
            Seed of the shuffling.

        Returns
        -------
        dict of lists
            "loss" and "learning_rate" with one entry per step; "train_accuracy" (of the first 5,000 examples at most)
            and, where there is a validation set, "val_accuracy" with one entry per epoch.
        """
        rules = {"sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}
        if update_rule not in rules:
            raise ValueError(f"There is no update rule {update_rule!r}; there are {', '.join(rules)}.")
        rule, rng, N = rules[update_rule], np.random.default_rng(seed), X.shape[0]
        kind = np.result_type(X, np.float32)  # as exact as the examples, not more: half the time
        self.params = {name: np.array(value, kind) for name, value in self.params.items()}
        configs = {name: dict(config or {}) for name in self.params}  # each parameter's rule remembers its own
        history = {"loss": [], "learning_rate": [], "train_accuracy": [], "val_accuracy": []}
        for epoch in progress(range(epochs), "epochs"):
            ### BEGIN SOLUTION
            rate = learning_rate * (learning_rate_decay**epoch if schedule is None else schedule(epoch, epochs))
            order = rng.permutation(N) if shuffle else np.arange(N)
            for start in range(0, N, batch_size):
                batch = order[start : start + batch_size]
                loss, grads = self.loss(X[batch], y[batch], reg)
                for name in self.params:
                    configs[name]["learning_rate"] = rate
                    self.params[name], configs[name] = rule(self.params[name], grads[name], configs[name])
                history["loss"].append(loss)
                history["learning_rate"].append(rate)
            ### END SOLUTION
            history["train_accuracy"].append(self.accuracy(X[:5000], y[:5000]))
            if X_val is not None:
                history["val_accuracy"].append(self.accuracy(X_val, y_val))
        return history

    def predict(self, X):
        """Class with the largest score of every example: X (N, D) in, integers (N,) out."""
        ### BEGIN SOLUTION
        return self.loss(X).argmax(axis=1)
        ### END SOLUTION

    def accuracy(self, X, y):
        """Share of the examples that `predict` gets right, between 0 and 1."""
        return float(np.mean(self.predict(X) == y))

    def save(self, path):
        """Write the parameters to a `.npz` file."""
        np.savez(path, **self.params)

    def load(self, path):
        """Read the parameters that `save` wrote; returns self."""
        with np.load(path, allow_pickle=False) as saved:
            self.params = {name: saved[name] for name in ("W1", "b1", "W2", "b2")}
        return self
