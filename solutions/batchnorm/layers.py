"""The same as layers of a `Model`: they keep gamma and beta, the running statistics, and the random numbers."""

import numpy as np

from solutions.batchnorm.batch import batchnorm_backward_alt, batchnorm_forward
from solutions.batchnorm.dropout import dropout_backward, dropout_forward
from solutions.batchnorm.rows import layernorm_backward, layernorm_forward
from solutions.layers.model import Layer


class BatchNormalization(Layer):
    """Batch normalisation of `units` features.

    Parameters
    ----------
    units : int
    eps, momentum : float
        As in `batchnorm_forward`.
    """

    def __init__(self, units, eps=1e-5, momentum=0.9):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.params = {"gamma": np.ones(units), "beta": np.zeros(units)}
        self.state = {"running_mean": np.zeros(units), "running_var": np.ones(units)}

    def settings(self):
        """Number of features, eps and momentum."""
        return {"units": len(self.params["beta"]), "eps": self.eps, "momentum": self.momentum}

    def forward(self, x, training=False):
        """X (N, units) in, the same shape out: normalised by the batch in training, by the running statistics else."""
        self._takes(x, len(self.params["beta"]))
        param = {"mode": "train" if training else "test", "eps": self.eps, "momentum": self.momentum, **self.state}
        out, self.cache = batchnorm_forward(x, self.params["gamma"], self.params["beta"], param)
        self.state = {name: param[name] for name in self.state}
        return out

    def backward(self, dout):
        """Upstream gradient in, gradient of the input out; those of gamma and beta go to `grads`."""
        cache = self._cached()
        self._must_fit(dout, cache[0].shape)
        dx, self.grads["gamma"], self.grads["beta"] = batchnorm_backward_alt(dout, cache)
        return dx


class LayerNormalization(Layer):
    """Layer normalisation of `units` features.

    Parameters
    ----------
    units : int
    eps : float
        As in `layernorm_forward`.
    """

    def __init__(self, units, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.params = {"gamma": np.ones(units), "beta": np.zeros(units)}

    def settings(self):
        """Number of features, and eps."""
        return {"units": len(self.params["beta"]), "eps": self.eps}

    def forward(self, x, training=False):
        """X (N, units) in, the same shape out."""
        self._takes(x, len(self.params["beta"]))
        out, self.cache = layernorm_forward(x, self.params["gamma"], self.params["beta"], {"eps": self.eps})
        return out

    def backward(self, dout):
        """Upstream gradient in, gradient of the input out; those of gamma and beta go to `grads`."""
        cache = self._cached()
        self._must_fit(dout, cache[0].shape)
        dx, self.grads["gamma"], self.grads["beta"] = layernorm_backward(dout, cache)
        return dx


class Dropout(Layer):
    """Inverted dropout: in training every number is dropped with probability p.

    Parameters
    ----------
    p : float
    seed : int
        Of the random numbers; every pass draws others.
    """

    def __init__(self, p=0.5, seed=0):
        super().__init__()
        self.p, self.seed, self.rng = p, seed, np.random.default_rng(seed)

    def settings(self):
        """Probability and seed."""
        return {"p": self.p, "seed": self.seed}

    def forward(self, x, training=False):
        """Any shape in, the same out."""
        param = {"mode": "train" if training else "test", "p": self.p}
        if training:
            param["seed"] = int(self.rng.integers(1 << 62))
        out, self.cache = dropout_forward(x, param)
        return out

    def backward(self, dout):
        """Upstream gradient in, gradient of the input out."""
        cache = self._cached()
        self._must_fit(dout, np.shape(cache))
        return dropout_backward(dout, cache)
