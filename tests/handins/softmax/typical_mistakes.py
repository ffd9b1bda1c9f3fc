"""What often goes wrong, one mistake per exercise; a wrong function does not cost the items after it.

Starts from: solutions
Must come out: softmax.regularisation_choice, softmax.best_classifier in full
"""

# %% softmax
def softmax(scores):
    exponentials = np.exp(scores)  # no guard against overflow
    return exponentials / exponentials.sum(axis=1, keepdims=True)


# %% softmax_loss_naive
def softmax_loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(len(X)):
        scores = X[i] @ W
        scores = scores - scores.max()
        p = np.exp(scores) / np.exp(scores).sum()
        loss -= scores[y[i]] - np.log(np.exp(scores).sum())
        for c in range(W.shape[1]):
            dW[:, c] += (p[c] - (c == y[i])) * X[i]
    return loss / len(X) + reg * np.sum(W * W), dW + 2 * reg * W  # the gradient is a sum, the loss a mean


# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    x = x.astype(float)
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        moved = x.copy()
        moved[i] += h
        gradient[i] = (f(moved) - f(x)) / h  # one-sided
    return gradient


# %% softmax_loss_vectorized
def softmax_loss_vectorized(W, X, y, reg):
    N = len(X)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    d = np.exp(log_p)
    d[np.arange(N), y] -= 1
    return -log_p[np.arange(N), y].mean() + reg * np.sum(W * W), X.T @ d / N + reg * W  # half of the regularisation


# %% SoftmaxClassifier
class SoftmaxClassifier:
    def __init__(self):
        self.W = None

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=100, learning_rate=0.01,
              final_learning_rate=None, reg=0.0, shuffle=True, seed=0):
        rng = np.random.default_rng(seed)
        if self.W is None:
            self.W = 0.01 * rng.standard_normal((X.shape[1], int(y.max()) + 1))
        history = {"loss": [], "learning_rate": [], "train_accuracy": [], "val_accuracy": []}
        order = rng.permutation(len(X)) if shuffle else np.arange(len(X))  # once, not in every epoch
        for epoch in range(epochs):
            for start in range(0, len(X), batch_size):
                batch = order[start:start + batch_size]
                loss, dW = softmax_loss_vectorized(self.W, X[batch], y[batch], reg)
                self.W -= learning_rate * dW  # no decay
                history["loss"].append(loss)
                history["learning_rate"].append(learning_rate)
        return history

    def predict(self, X):
        return (X @ self.W).argmax(axis=1)[:, np.newaxis]  # (N, 1)

    def load(self, path):
        with np.load(path) as saved:
            self.W = saved["W"]
        return self


# %% bootstrap
def bootstrap(X, y, rng):
    return X[rng.integers(0, len(X), len(X))], y[rng.integers(0, len(X), len(X))]  # labels drawn apart


# %% ensemble_predict
def ensemble_predict(probabilities):
    votes = np.array([p.argmax(axis=1) for p in probabilities])
    return np.array([np.bincount(column).argmax() for column in votes.T])  # a majority vote
