"""Right two-layer convnets, as different as students' are. All must earn full marks without a remark."""

import functools
import warnings

import numpy as np

from solutions.cnn import TwoLayerConvNet
from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "cnn.two_layer_convnet"


@alternative(ITEM)
class LayersOneByOne(TwoLayerConvNet):
    def loss(self, X, y=None):
        W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        a, conv_cache = conv_forward_fast(X, W1, b1, self.conv_param)  # noqa: F821
        a, relu_cache = relu_forward(a)  # noqa: F821
        a, pool_cache = max_pool_forward_fast(a, self.pool_param)  # noqa: F821
        scores, affine_cache = affine_forward(a, W2, b2)  # noqa: F821
        if y is None:
            return scores
        loss, dout = softmax_loss(scores, y)  # noqa: F821
        dout, dW2, db2 = affine_backward(dout, affine_cache)  # noqa: F821
        dout = relu_backward(max_pool_backward_fast(dout, pool_cache), relu_cache)  # noqa: F821
        _, dW1, db1 = conv_backward_fast(dout, conv_cache)  # noqa: F821
        loss += self.reg * sum((W * W).sum() for W in (W1, W2))
        return loss, {"W1": dW1 + 2 * self.reg * W1, "b1": db1, "W2": dW2 + 2 * self.reg * W2, "b2": db2}


@alternative(ITEM)
class TheNaiveLayers(TwoLayerConvNet):
    def loss(self, X, y=None):
        p = self.params
        a, conv_cache = conv_forward_naive(X, p["W1"], p["b1"], self.conv_param)  # noqa: F821
        a, relu_cache = relu_forward(a)  # noqa: F821
        a, pool_cache = max_pool_forward_naive(a, self.pool_param)  # noqa: F821
        rows = a.reshape(len(a), -1)
        scores = rows.dot(p["W2"]) + p["b2"]
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)  # noqa: F821
        da = dscores.dot(p["W2"].T).reshape(a.shape)
        dconv = relu_backward(max_pool_backward_naive(da, pool_cache), relu_cache)  # noqa: F821
        grads = dict(zip(("x", "W1", "b1"), conv_backward_naive(dconv, conv_cache), strict=True))  # noqa: F821
        del grads["x"]
        grads["W2"], grads["b2"] = rows.T.dot(dscores), dscores.sum(axis=0)
        for name in grads:
            if name[0] == "W":
                loss = loss + self.reg * np.linalg.norm(p[name]) ** 2
                grads[name] = grads[name] + self.reg * 2 * p[name]
        return loss, grads


@alternative(ITEM)
class ThePairThatIsGiven(TwoLayerConvNet):
    def loss(self, X, y=None):
        W1, W2 = self.params["W1"], self.params["W2"]
        hidden, pair_cache = conv_relu_forward(X, W1, self.params["b1"], self.conv_param)  # noqa: F821
        pooled, pool_cache = max_pool_forward_fast(hidden, self.pool_param)  # noqa: F821
        scores, cache = affine_forward(pooled, W2, self.params["b2"])  # noqa: F821
        if y is None:
            return scores
        grads = {}
        loss, dscores = softmax_loss(scores, y)  # noqa: F821
        dpooled, grads["W2"], grads["b2"] = affine_backward(dscores, cache)  # noqa: F821
        dhidden = max_pool_backward_fast(dpooled, pool_cache)  # noqa: F821
        dX, grads["W1"], grads["b1"] = conv_relu_backward(dhidden, pair_cache)  # noqa: F821
        grads["X"] = dX  # more than is asked for
        loss += self.reg * (np.vdot(W1, W1) + np.vdot(W2, W2))
        grads["W1"] += 2 * self.reg * W1
        grads["W2"] += 2 * self.reg * W2
        return np.float64(loss), grads


@alternative(ITEM)
class SoftmaxWrittenOut(TwoLayerConvNet):
    def loss(self, X, y=None, verbose=False):
        p = self.params
        pooled, first = conv_relu_pool_forward(X, p["W1"], p["b1"], self.conv_param, self.pool_param)  # noqa: F821
        flat = pooled.reshape(X.shape[0], -1)
        scores = np.einsum("nd,dk->nk", flat, p["W2"]) + p["b2"][None, :]
        if y is None:
            return scores
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -log_p[np.arange(len(y)), y].mean() + self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
        dscores = (np.exp(log_p) - np.eye(scores.shape[1])[y]) / len(y)
        _, dW1, db1 = conv_relu_pool_backward((dscores @ p["W2"].T).reshape(pooled.shape), first)  # noqa: F821
        return np.array(loss), {
            "b2": np.einsum("nk->k", dscores),
            "W2": np.einsum("nd,nk->dk", flat, dscores) + 2 * self.reg * p["W2"],
            "b1": db1,
            "W1": dW1 + 2 * self.reg * p["W1"],
        }


@alternative(ITEM)
class HelpersAndPenaltiesByLayer(TwoLayerConvNet):
    def _forward(self, X):
        p = self.params
        pooled, self.first = conv_relu_pool_forward(X, p["W1"], p["b1"], self.conv_param, self.pool_param)  # noqa: F821
        scores, self.second = affine_forward(pooled, p["W2"], p["b2"])  # noqa: F821
        return scores

    def _backward(self, dscores):
        dpooled, dW2, db2 = affine_backward(dscores, self.second)  # noqa: F821
        return dict(zip("bW", conv_relu_pool_backward(dpooled, self.first)[:0:-1], strict=True)), dW2, db2  # noqa: F821

    def _decay(self, name):
        return self.reg * float((self.params[name] ** 2).sum()), 2 * self.reg * self.params[name]

    def loss(self, X, y=None):
        scores = self._forward(X)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)  # noqa: F821
        inner, dW2, db2 = self._backward(dscores)
        penalties = [self._decay(name) for name in ("W1", "W2")]
        loss = sum((penalty for penalty, _ in penalties), loss)
        return loss, {"W1": inner["W"] + penalties[0][1], "b1": inner["b"], "W2": dW2 + penalties[1][1], "b2": db2}


@alternative(ITEM)
class PrintsWarningsAndCopies(TwoLayerConvNet):
    def loss(self, X, y=None):
        print("loss of", X.shape)
        warnings.warn("slow", stacklevel=1)
        p = {name: np.asfortranarray(value) for name, value in self.params.items()}
        X = np.asfortranarray(X)
        pooled, first = conv_relu_pool_forward(X, p["W1"], p["b1"], dict(self.conv_param), self.pool_param)  # noqa: F821
        scores, second = affine_forward(pooled.copy(), p["W2"], p["b2"])  # noqa: F821
        if y is None:
            return np.asfortranarray(scores)
        loss, dscores = softmax_loss(scores, np.array(y, dtype=np.int32))  # noqa: F821
        loss = loss + np.tensordot(p["W1"], p["W1"], axes=4) * self.reg + self.reg * np.sum(np.square(p["W2"]))
        back = affine_backward(dscores, second)  # noqa: F821
        grads = {"W2": back[1] + 2.0 * self.reg * p["W2"], "b2": back[2]}
        back = conv_relu_pool_backward(back[0], first)  # noqa: F821
        grads |= {"W1": np.asfortranarray(back[1] + 2.0 * self.reg * p["W1"]), "b1": back[2]}
        print("loss", loss)
        return loss, grads


@alternative(ITEM)
class Float32Inside(TwoLayerConvNet):
    def loss(self, X, y=None):
        p = {name: value.astype(np.float32) for name, value in self.params.items()}
        settings = self.conv_param, self.pool_param
        pooled, first = conv_relu_pool_forward(X.astype(np.float32), p["W1"], p["b1"], *settings)  # noqa: F821
        scores, second = affine_forward(pooled, p["W2"], p["b2"])  # noqa: F821
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)  # noqa: F821
        dpooled, dW2, db2 = affine_backward(dscores, second)  # noqa: F821
        _, dW1, db1 = conv_relu_pool_backward(dpooled, first)  # noqa: F821
        loss += self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
        return loss, {
            "W1": dW1 + 2 * self.reg * p["W1"],
            "b1": db1,
            "W2": dW2 + 2 * self.reg * p["W2"],
            "b2": db2,
        }


@notebook(ITEM)
def a_class_of_its_own_with_other_attributes():
    """Nothing of the given class is left but the names that the course agrees on."""

    class TwoLayerConvNet:
        def __init__(self, shape=(3, 32, 32), filters=32, filter_size=7, classes=10, std=1e-3, reg=0.0, **others):
            C, H, W = shape
            rng = np.random.default_rng(others.get("seed", 0))
            self.params = {
                "W1": rng.standard_normal((filters, C, filter_size, filter_size)),
                "b1": np.zeros(filters),
                "W2": std * rng.standard_normal((filters * H * W // 4, classes)),
                "b2": np.zeros(classes),
            }
            self.strength = reg
            self.pools = {"pool_height": 2, "pool_width": 2, "stride": 2}

        def loss(self, X, y=None):
            W1, b1, W2, b2 = map(self.params.get, ("W1", "b1", "W2", "b2"))
            same = {"stride": 1, "pad": (W1.shape[-1] - 1) // 2}
            pooled, one = conv_relu_pool_forward(X, W1, b1, same, self.pools)  # noqa: F821
            scores, two = affine_forward(pooled, W2, b2)  # noqa: F821
            if y is None:
                return scores
            data, dscores = softmax_loss(scores, y)  # noqa: F821
            dpooled, dW2, db2 = affine_backward(dscores, two)  # noqa: F821
            dW1, db1 = conv_relu_pool_backward(dpooled, one)[1:]  # noqa: F821
            decay = 2 * self.strength
            penalty = decay / 2 * ((W1**2).sum() + (W2**2).sum())
            return (data + penalty, {"W1": dW1 + decay * W1, "b1": db1, "W2": dW2 + decay * W2, "b2": db2})


@notebook(ITEM)
def a_sandwich_of_its_own_and_a_memory():
    """The loss of the same images and parameters is not computed twice."""

    @functools.lru_cache(maxsize=2)
    def decays(reg, *sums):
        return reg * sum(sums)

    class Net(TwoLayerConvNet):
        known: dict = {}  # noqa: RUF012

        def loss(self, X, y=None):
            p, of = self.params, (X.tobytes(), *(value.tobytes() for value in self.params.values()))
            if of not in self.known:
                inner, first = conv_relu_forward(X, p["W1"], p["b1"], self.conv_param)  # noqa: F821
                N, F, H, W = inner.shape
                windows = inner.reshape(N, F, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5)
                windows = windows.reshape(N, F, H // 2, W // 2, 4)
                self.known[of] = windows, first, affine_forward(windows.max(axis=-1), p["W2"], p["b2"])  # noqa: F821
            windows, first, (scores, second) = self.known[of]
            if y is None:
                return scores.copy()
            loss, dscores = softmax_loss(scores, y)  # noqa: F821
            dpooled, dW2, db2 = affine_backward(dscores, second)  # noqa: F821
            largest = np.eye(4)[windows.argmax(axis=-1)] * dpooled[..., None]
            N, F, H, W, _ = largest.shape
            dinner = largest.reshape(N, F, H, W, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, F, 2 * H, 2 * W)
            _, dW1, db1 = conv_relu_backward(dinner, first)  # noqa: F821
            loss += decays(self.reg, float(np.sum(p["W1"] ** 2)), float(np.sum(p["W2"] ** 2)))
            return loss, {"W1": dW1 + 2 * self.reg * p["W1"], "b1": db1, "W2": dW2 + 2 * self.reg * p["W2"], "b2": db2}

    TwoLayerConvNet = Net  # noqa: F841
