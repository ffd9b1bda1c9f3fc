"""A linear classifier trained with mini-batch stochastic gradient descent (SGD)."""

import numpy as np

from coursekit import progress
from solutions.softmax.loss import softmax, softmax_loss_vectorized


class SoftmaxClassifier:
    """One-layer softmax classifier: scores = X @ W.

    `W` is None until `train` has been called; after that it is an array (D, C).
    """

    def __init__(self):
        self.W = None

    def train(
        self,
        X,
        y,
        X_val=None,
        y_val=None,
        *,
        epochs=10,
        batch_size=100,
        learning_rate=0.01,
        final_learning_rate=None,
        reg=0.0,
        shuffle=True,
        seed=0,
    ):
        """Mini-batch SGD on the softmax loss. Starts from `self.W` if it is set.

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
        learning_rate, final_learning_rate : float
            The learning rate falls linearly from the first (in the first epoch) to the second (in the last epoch).
            Without a final value, or with a single epoch, it stays at `learning_rate`.
        reg : float
            Strength of the regularisation.
        shuffle : bool
            True: a new random order of the examples in every epoch. False: the order in which they stand.
        seed : int
            Seed of the initial weights and of the shuffling.

        Returns
        -------
        dict of lists
            "loss" and "learning_rate" with one entry per step; "train_accuracy" and, where there is a validation set,
            "val_accuracy" with one entry per epoch.
        """
        rng = np.random.default_rng(seed)
        N, D = X.shape
        if self.W is None:
            W = 0.01 * rng.standard_normal((D, int(y.max()) + 1))
            self.W = W.astype(np.result_type(X, np.float32))  # as exact as the examples, not more: half the time
        history = {"loss": [], "learning_rate": [], "train_accuracy": [], "val_accuracy": []}
        for epoch in progress(range(epochs), "epochs"):
            ### BEGIN SOLUTION
            rate = learning_rate
            if final_learning_rate is not None and epochs > 1:
                rate += (final_learning_rate - learning_rate) * epoch / (epochs - 1)
            order = rng.permutation(N) if shuffle else np.arange(N)
            for start in range(0, N, batch_size):
                batch = order[start : start + batch_size]
                loss, dW = softmax_loss_vectorized(self.W, X[batch], y[batch], reg)
                self.W = self.W - rate * dW
                history["loss"].append(loss)
                history["learning_rate"].append(rate)
            ### END SOLUTION
            history["train_accuracy"].append(self.accuracy(X, y))
            if X_val is not None:
                history["val_accuracy"].append(self.accuracy(X_val, y_val))
        return history

    def predict(self, X):
        """Most probable class of every example: X (N, D) in, integers (N,) out."""
        ### BEGIN SOLUTION
        return (X @ self.W).argmax(axis=1)
        ### END SOLUTION

    def probabilities(self, X):
        """Class probabilities: X (N, D) in, (N, C) out."""
        return softmax(X @ self.W)

    def accuracy(self, X, y):
        """Share of the examples that `predict` gets right, between 0 and 1."""
        return float(np.mean(self.predict(X) == y))

    def save(self, path):
        """Write the weights to a `.npz` file."""
        np.savez(path, W=self.W)

    def load(self, path):
        """Read the weights that `save` wrote; returns self."""
        with np.load(path, allow_pickle=False) as saved:
            self.W = saved["W"]
        return self
