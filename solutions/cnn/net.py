"""The smallest convnet that earns the name: filters, ReLU, pooling, and an affine layer that scores the classes."""

import numpy as np

from coursekit import progress
from solutions.cnn.sandwiches import conv_relu_pool_backward, conv_relu_pool_forward
from solutions.layers import affine_backward, affine_forward, softmax_loss
from solutions.two_layer_net import adam, cosine


class TwoLayerConvNet:
    """Convolution, ReLU, 2 by 2 max-pooling, affine layer, softmax.

    Parameters
    ----------
    shape : tuple of int
        (C, H, W) of the images; H and W even.
    filters, filter_size : int
        How many filters, and their height and width, an odd number: the images keep their size.
    classes : int
    std : float
        Standard deviation of the affine layer's initial weights; the filters' is sqrt(2 / numbers in a filter).
    reg : float
        Strength of the regularisation: reg * (sum of all squared weights); biases are spared.
    seed : int
    dtype : NumPy dtype
        Of the parameters.
    """

    def __init__(
        self, shape=(3, 32, 32), filters=32, filter_size=7, classes=10, std=1e-3, reg=0.0, seed=0, dtype=np.float32
    ):
        C, H, W = shape
        if filter_size % 2 == 0:
            raise ValueError(f"filter_size is {filter_size}; take an odd number, so that the images keep their size.")
        if H % 2 or W % 2:
            raise ValueError(f"The images have {H} by {W} pixels; pooling windows of 2 by 2 need even numbers.")
        rng = np.random.default_rng(seed)
        scale = np.sqrt(2 / (C * filter_size**2))
        params = {
            "W1": scale * rng.standard_normal((filters, C, filter_size, filter_size)),
            "b1": np.zeros(filters),
            "W2": std * rng.standard_normal((filters * (H // 2) * (W // 2), classes)),
            "b2": np.zeros(classes),
        }
        self.params = {name: value.astype(dtype) for name, value in params.items()}
        self.reg = reg
        self.conv_param = {"stride": 1, "pad": filter_size // 2}
        self.pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}

    def loss(self, X, y=None):
        """Scores (N, classes) of images X (N, C, H, W); with labels y (N,) the loss, and a dict of its gradients."""
        p = self.params
        ### BEGIN SOLUTION
        pooled, first = conv_relu_pool_forward(X, p["W1"], p["b1"], self.conv_param, self.pool_param)
        scores, second = affine_forward(pooled, p["W2"], p["b2"])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        loss += self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
        grads = {}
        dpooled, grads["W2"], grads["b2"] = affine_backward(dscores, second)
        _, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, first)
        for name in ("W1", "W2"):
            grads[name] += 2 * self.reg * p[name]
        return float(loss), grads
        ### END SOLUTION

    def train(self, X, y, X_val=None, y_val=None, *, epochs=1, batch_size=50, learning_rate=1e-3, seed=0):
        """Train with Adam along a cosine.

        Parameters
        ----------
        X, y, X_val, y_val : arrays
            Images (N, C, H, W) and their classes.
        epochs, batch_size : int
        learning_rate : float
            Of the first step; it falls to zero along a cosine.
        seed : int
            Of the shuffling.

        Returns
        -------
        dict of lists
            "loss" per step; "train_accuracy" (of the first 1,000 images at most) and "val_accuracy" per epoch.
        """
        rng, N = np.random.default_rng(seed), len(X)
        history = {"loss": [], "train_accuracy": [], "val_accuracy": []}
        configs = {name: {} for name in self.params}
        steps, every = epochs * -(-N // batch_size), -(-N // batch_size)
        for step in progress(range(steps), "steps"):
            if step % every == 0:
                order = rng.permutation(N)
            batch = order[step % every * batch_size :][:batch_size]
            loss, grads = self.loss(X[batch], y[batch])
            history["loss"].append(loss)
            for name, config in configs.items():
                config["learning_rate"] = learning_rate * cosine(step, steps)
                self.params[name], configs[name] = adam(self.params[name], grads[name], config)
            if (step + 1) % every == 0:
                history["train_accuracy"].append(self.accuracy(X[:1000], y[:1000]))
                if X_val is not None:
                    history["val_accuracy"].append(self.accuracy(X_val, y_val))
        return history

    def predict(self, X, batch_size=500):
        """Most probable class of every image: integers (N,)."""
        parts = [self.loss(X[start : start + batch_size]) for start in range(0, len(X), batch_size)]
        return np.concatenate(parts).argmax(axis=1) if parts else np.empty(0, dtype=int)

    def accuracy(self, X, y):
        """Share of the images that `predict` gets right, between 0 and 1."""
        return float(np.mean(self.predict(X) == y))

    def save(self, path):
        """Write the parameters to a `.npz` file."""
        np.savez(path, **self.params)

    def load(self, path):
        """Take over the parameters that `save` wrote."""
        with np.load(path, allow_pickle=False) as saved:
            self.params = {name: saved[name] for name in self.params}
