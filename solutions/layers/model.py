"""Layers as objects, and a model that is a list of them: forward through all, backward through all, training.

Each layer keeps its parameters in `params`, its gradients in `grads` (same names), and the cache of its last forward
pass. The mathematics is in `functions.py` and `losses.py`.
"""

import json

import numpy as np

from coursekit import progress
from solutions.layers.functions import affine_backward, affine_forward, relu_backward, relu_forward
from solutions.layers.initialisers import he
from solutions.layers.losses import softmax_loss
from solutions.layers.schedule import cyclical_learning_rate


class Layer:
    """What all layers share: a name for messages, parameters, gradients, and the cache of the last forward pass.

    `state` holds arrays that change in training without a gradient.
    """

    def __init__(self):
        self.name, self.params, self.grads, self.cache = type(self).__name__.lower(), {}, {}, None
        self.state = {}

    def settings(self):
        """What `make_layer` needs to make the layer again, its parameters aside."""
        return {}

    def _cached(self):
        if self.cache is None:
            raise ValueError(
                f"{self.name}: backward before forward. Call forward first, with training=True: it notes what backward "
                "needs."
            )
        return self.cache

    def _takes(self, x, units):
        if x.ndim != 2 or x.shape[1] != units:
            raise ValueError(f"{self.name} takes (N, {units}), but its input has shape {x.shape}.")

    def _must_fit(self, dout, shape):
        if dout.shape != shape:
            raise ValueError(
                f"{self.name}: the upstream gradient has shape {dout.shape}, but the layer's last output had shape "
                f"{shape}. Hand back a gradient of the same shape."
            )


class Dense(Layer):
    """Affine layer from `inputs` numbers to `units` numbers.

    Parameters
    ----------
    inputs, units : int
    initialiser : function
        `he`, `xavier`, or `normal(sigma)`.
    seed : int
        Seed of the initial weights; the biases start at zero.
    """

    def __init__(self, inputs, units, initialiser=he, seed=0):
        super().__init__()
        self.params = {"W": initialiser(np.random.default_rng(seed), inputs, units), "b": np.zeros(units)}

    def settings(self):
        """Its sizes."""
        inputs, units = self.params["W"].shape
        return {"inputs": inputs, "units": units}

    def forward(self, x, training=False):
        """X (N, ...) with `inputs` numbers per example in, (N, units) out."""
        inputs, units = self.params["W"].shape
        if x.size != len(x) * inputs:
            raise ValueError(
                f"{self.name} takes {inputs} numbers per example and gives {units}, but its input has shape {x.shape}: "
                f"{x.size // max(len(x), 1)} per example. Make its `inputs` as many as the layer before it gives."
            )
        out, self.cache = affine_forward(x, self.params["W"], self.params["b"])
        return out

    def backward(self, dout):
        """Upstream gradient (N, units) in, gradient of the input out; the layer's own go to `grads`."""
        cache = self._cached()
        self._must_fit(dout, (len(cache[0]), len(self.params["b"])))
        dx, self.grads["W"], self.grads["b"] = affine_backward(dout, cache)
        return dx


class ReLU(Layer):
    """max(0, x), entry by entry."""

    def forward(self, x, training=False):
        """Any shape in, the same out."""
        out, self.cache = relu_forward(x)
        return out

    def backward(self, dout):
        """Upstream gradient in, gradient of the input out."""
        cache = self._cached()
        self._must_fit(dout, cache.shape)
        return relu_backward(dout, cache)


class Softmax(Layer):
    """The last layer: from scores to probabilities; its loss is the cross-entropy."""

    def forward(self, x, training=False):
        """Scores (N, C) in, probabilities (N, C) out."""
        self.cache = x
        exponentials = np.exp(x - x.max(axis=1, keepdims=True))
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    def loss(self, y):
        """Loss of the scores that went through last, and its gradient with respect to them; classes y (N,)."""
        scores, y = self._cached(), np.asarray(y)
        N, C = scores.shape
        if y.shape != (N,) or y.dtype.kind not in "iu" or np.any(y < 0) or np.any(y >= C):
            ends = f", and go from {y.min()} to {y.max()}" if y.size else ""
            raise ValueError(
                f"{self.name}: for scores of shape {scores.shape} the labels must be {N} integers from 0 to {C - 1}; "
                f"these have shape {y.shape} and dtype {y.dtype}{ends}."
            )
        return softmax_loss(scores, y)


def make_layer(name, **settings):
    """The layer called `name`, such as make_layer("dense", inputs=50, units=10).

    Raises
    ------
    ValueError
        For a name that no layer has; the message lists those there are.
    """
    layers = {kind.__name__.lower(): kind for kind in Layer.__subclasses__()}  # those of later chapters, too
    if name not in layers:
        raise ValueError(f"There is no layer called {name!r}. Take one of {', '.join(layers)}.")
    return layers[name](**settings)


class Model:
    """A net: layers one after the other, a `Softmax` at the end."""

    def __init__(self, layers=()):
        self.layers = []
        for layer in layers:
            self.add(layer)

    def add(self, layer):
        """Put a layer behind the others; returns self."""
        layer.name = f"layer {len(self.layers) + 1} ({type(layer).__name__.lower()})"
        self.layers.append(layer)
        return self

    def forward(self, X, training=False):
        """Probabilities (N, C) of examples X (N, ...)."""
        for layer in self.layers:
            X = layer.forward(X, training)
        return X

    def compute_gradients(self, X, y, reg=0.0):
        """Loss of a batch; the gradients of all parameters are then in the layers' `grads`.

        Parameters
        ----------
        X : array (N, ...)
        y : integer array (N,)
        reg : float
            Strength of the regularisation: reg * (sum of all squared W); biases are spared.

        Returns
        -------
        float
        """
        if not self.layers or not isinstance(self.layers[-1], Softmax):
            raise ValueError("The model has no loss: its last layer must be a Softmax. Add one.")
        self.forward(X, training=True)
        loss, dout = self.layers[-1].loss(y)
        for layer in reversed(self.layers[:-1]):
            dout = layer.backward(dout)
            if "W" in layer.params:
                loss += reg * np.sum(layer.params["W"] ** 2)
                layer.grads["W"] = layer.grads["W"] + 2 * reg * layer.params["W"]
        return float(loss)

    def fit(
        self,
        X,
        y,
        X_val=None,
        y_val=None,
        *,
        cycles=2,
        n_s=2250,
        eta_min=1e-5,
        eta_max=1e-1,
        batch_size=100,
        reg=0.005,
        augment=None,
        seed=0,
    ):
        """Mini-batch gradient descent with the cyclical learning rate, for whole cycles of 2 * n_s steps.

        Parameters
        ----------
        X, y, X_val, y_val : arrays
            Training and, optionally, validation examples with their classes.
        cycles, n_s : int
            How many cycles, and half a cycle in steps.
        eta_min, eta_max : float
            Lowest and highest learning rate.
        batch_size : int
            Examples per step; the examples are shuffled anew whenever all have been seen.
        reg : float
        augment : function, optional
            From a random generator and a batch's examples to those that are shown in their place.
        seed : int
            Seed of the shuffling, and of `augment`.

        Returns
        -------
        dict of lists
            "loss" and "learning_rate" with one entry per step; "train_accuracy" (of the first 5,000 examples at most)
            and "val_accuracy", where there are validation examples, ten times per cycle.
        """
        rng, N = np.random.default_rng(seed), len(X)
        for layer in self.layers:  # as exact as the examples, not more: half the time
            for arrays in (layer.params, layer.state):
                arrays.update({k: np.asarray(v, np.result_type(X, np.float32)) for k, v in arrays.items()})
        history = {"loss": [], "learning_rate": [], "train_accuracy": [], "val_accuracy": []}
        steps, every, order = 2 * n_s * cycles, max(n_s // 5, 1), np.empty(0, int)
        for step in progress(range(steps), "steps"):
            if len(order) == 0:
                order = rng.permutation(N)
            batch, order = order[:batch_size], order[batch_size:]
            rate = cyclical_learning_rate(step, eta_min, eta_max, n_s)
            shown = X[batch] if augment is None else augment(rng, X[batch])
            history["loss"].append(self.compute_gradients(shown, y[batch], reg))
            history["learning_rate"].append(rate)
            for layer in self.layers:
                for name, grad in layer.grads.items():
                    layer.params[name] = layer.params[name] - np.asarray(rate, grad.dtype) * grad
            if (step + 1) % every == 0:
                history["train_accuracy"].append(self.accuracy(X[:5000], y[:5000]))
                if X_val is not None:
                    history["val_accuracy"].append(self.accuracy(X_val, y_val))
        return history

    def predict(self, X):
        """Most probable class of every example: integers (N,)."""
        return self.forward(X).argmax(axis=1)

    def accuracy(self, X, y):
        """Share of the examples that `predict` gets right, between 0 and 1."""
        return float(np.mean(self.predict(X) == y))

    def save(self, path):
        """Write layers, parameters and state to a `.npz` file."""
        described = [{"name": type(layer).__name__.lower(), **layer.settings()} for layer in self.layers]
        kept = [layer.params | layer.state for layer in self.layers]
        arrays = {f"{k} {name}": value for k, one in enumerate(kept) for name, value in one.items()}
        np.savez(path, layers=np.array(json.dumps(described)), **arrays)

    @classmethod
    def load(cls, path):
        """The model that `save` wrote."""
        with np.load(path, allow_pickle=False) as saved:
            model = cls(make_layer(**described) for described in json.loads(str(saved["layers"])))
            for k, layer in enumerate(model.layers):
                layer.params = {name: saved[f"{k} {name}"] for name in layer.params}
                layer.state = {name: saved[f"{k} {name}"] for name in layer.state}
        return model


def k_layer_model(sizes, initialiser=he, seed=0):
    """A model of k dense layers with ReLUs between them and a softmax at the end.

    Parameters
    ----------
    sizes : list of k + 1 ints
        Numbers per example, units of each hidden layer, classes: [3072, 50, 50, 10] makes three dense layers.
    initialiser : function
        Of the weights.
    seed : int
        Layer number k, counted from 0, is initialised with seed + k.

    Returns
    -------
    Model
    """
    ### BEGIN SOLUTION
    model = Model()
    for number in range(len(sizes) - 1):
        if number:
            model.add(ReLU())
        model.add(Dense(sizes[number], sizes[number + 1], initialiser, seed + number))
    return model.add(Softmax())
    ### END SOLUTION
