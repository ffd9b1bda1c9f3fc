"""Right in every item, and written as differently as right code can be: einsum, log-sum-exp, recursion, generators, prints, warnings.

Starts from: stubs
Must come out: everything in full
"""

# %% softmax
import sys
import warnings


def softmax(scores):
    print("softmax of", np.shape(scores))
    warnings.warn("this is only a warning")
    logits = np.asarray(scores, dtype=np.float64)
    log_sum = np.logaddexp.reduce(logits, axis=-1)
    return np.exp(logits.T - log_sum).T


# %% softmax_loss_naive
def one_example(W, x, label):
    """Loss and gradient of one example, from the softmax Jacobian applied to the shifted scores."""
    scores = [sum(float(a) * float(b) for a, b in zip(x, column)) for column in W.T]
    top = max(scores)
    weights = [np.exp(s - top) for s in scores]
    total = sum(weights)
    gradient = np.array([[xi * (w / total - (c == label)) for c, w in enumerate(weights)] for xi in x])
    return top + np.log(total) - scores[label], gradient


def softmax_loss_naive(W, X, y, reg):
    parts = [one_example(W, x, int(label)) for x, label in zip(X, y)]
    data = sum(loss for loss, _ in parts) / len(parts)
    gradient = sum(g for _, g in parts) / len(parts)
    penalty = sum(w * w for w in np.asarray(W, dtype=float).ravel())
    return data + reg * penalty, gradient + reg * W + reg * W


# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    units = np.eye(x.size).reshape(x.size, *x.shape)
    return np.fromiter(((float(f(x + h * u)) - float(f(x - h * u))) / h / 2 for u in units), float, x.size).reshape(x.shape)


# %% softmax_loss_vectorized
def softmax_loss_vectorized(W, X, y, reg):
    one_hot = (np.asarray(y)[:, None] == np.arange(W.shape[1])).astype(float)
    logits = np.einsum("nd,dc->nc", X, W)
    logits -= logits.max(axis=1)[:, None]
    log_sum = np.log(np.einsum("nc->n", np.exp(logits)))
    loss = np.mean(log_sum - np.einsum("nc,nc->n", logits, one_hot)) + reg * np.einsum("dc,dc", W, W)
    error = (np.exp(logits - log_sum[:, None]) - one_hot) / X.shape[0]
    return np.array(loss), np.einsum("nd,nc->dc", X, error) + 2.0 * reg * W


# %% SoftmaxClassifier
class SoftmaxClassifier:
    def __init__(self, W=None):
        self.W = W

    def batches(self, N, batch_size, shuffle, rng):
        order = list(range(N))
        if shuffle:
            rng.shuffle(order)
        while order:
            now, order = order[:batch_size], order[batch_size:]
            yield now

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=100, learning_rate=0.01,
              final_learning_rate=None, reg=0.0, shuffle=True, seed=0):
        rng = np.random.default_rng(seed)
        if self.W is None:
            self.W = 0.01 * rng.standard_normal((X.shape[1], int(max(y)) + 1))
        last = learning_rate if final_learning_rate is None else final_learning_rate
        rates = np.linspace(learning_rate, last, epochs)
        history = {"loss": [], "learning_rate": [], "train_accuracy": [], "val_accuracy": []}
        print("training", file=sys.stderr)
        for rate in rates:
            for batch in self.batches(len(X), batch_size, shuffle, rng):
                loss, dW = softmax_loss_vectorized(self.W, X[batch], y[batch], reg)
                self.W = self.W - float(rate) * dW
                history["loss"].append(float(loss))
                history["learning_rate"].append(float(rate))
            history["train_accuracy"].append(self.accuracy(X, y))
            if X_val is not None:
                history["val_accuracy"].append(self.accuracy(X_val, y_val))
        return history

    def probabilities(self, X):
        return softmax(X @ self.W)

    def predict(self, X):
        return np.array([int(np.argsort(row)[-1]) for row in np.asarray(X) @ self.W])

    def accuracy(self, X, y):
        return sum(a == b for a, b in zip(self.predict(X), y)) / len(y)

    def save(self, path):
        np.savez(path, W=self.W)

    def load(self, path):
        self.W = np.load(path)["W"]
        return self


# %% regularisation_choice
regularisation_choice = " b "

# %% bootstrap
def bootstrap(X, y, rng):
    places = np.floor(rng.random(len(X)) * len(X)).astype(int)
    return np.take(X, places, axis=0), [y[i] for i in places]


# %% ensemble_predict
def ensemble_predict(probabilities):
    total = 0
    for member in probabilities:
        total = total + np.asarray(member)
    return np.array([row.tolist().index(max(row)) for row in total])
