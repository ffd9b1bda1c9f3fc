"""Returns values that break comparisons: not a number, infinity, nothing, empty arrays, texts, arrays that stretch.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
def softmax(scores):
    return np.full(scores.shape, np.nan)


# %% softmax_loss_naive
def softmax_loss_naive(W, X, y, reg):
    return np.nan, np.full(W.shape, np.inf)


# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    return np.zeros((1,) * x.ndim)


# %% softmax_loss_vectorized
def softmax_loss_vectorized(W, X, y, reg):
    return np.zeros((0,)), np.zeros((0, *W.shape))


# %% SoftmaxClassifier
class SoftmaxClassifier:
    W = np.nan

    def train(self, *args, **kwargs):
        self.W = 1e300 * np.ones((1, 1))
        return {"loss": "0.0", "learning_rate": None}

    def predict(self, X):
        return np.full(len(X), 10**400, dtype=object)


# %% bootstrap
def bootstrap(X, y, rng):
    return X[:0], y[:0]


# %% ensemble_predict
def ensemble_predict(probabilities):
    return np.full(len(probabilities[0]), np.nan)
