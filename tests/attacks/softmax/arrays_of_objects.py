"""Arrays of objects, of structures, of texts, of dates and of nothing, and numbers hidden in them; one item is right.

Starts from: stubs
Takes from solutions: ensemble_predict
Must come out: softmax.ensemble_predict in full
"""

# %% softmax
class Bomb:
    def __reduce__(self):
        import pathlib

        return pathlib.Path("/tmp/unpickled").write_text, ("unpickled",)


def softmax(scores):
    return np.array([[Bomb()] * scores.shape[1]] * scores.shape[0], dtype=object)


# %% softmax_loss_naive
def softmax_loss_naive(W, X, y, reg):
    pairs = np.zeros(W.shape, dtype=[("value", float), ("name", object)])
    return np.array(0.0, dtype=object), pairs


# %% softmax_loss_vectorized
def softmax_loss_vectorized(W, X, y, reg):
    return np.array("0.0"), np.zeros(W.shape, dtype="M8[s]")


# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    return np.zeros(x.shape, dtype="V8")


# %% bootstrap
def bootstrap(X, y, rng):
    return np.array([X, y], dtype=object)
