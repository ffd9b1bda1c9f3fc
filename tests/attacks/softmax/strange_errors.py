"""Functions that raise what is hard to catch or to print; three items are right.

Starts from: stubs
Takes from solutions: SoftmaxClassifier, regularisation_choice
Must come out: softmax.predict, softmax.train, softmax.regularisation_choice in full
In part: softmax.loss_vectorized 3.5
"""

# %% softmax
class Unprintable(Exception):
    def __str__(self):
        raise SystemExit(3)

    __repr__ = __str__


def softmax(scores):
    raise Unprintable


# %% softmax_loss_naive
def softmax_loss_naive(W, X, y, reg):
    raise KeyboardInterrupt


# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    def deeper():
        return deeper()

    return deeper()


# %% softmax_loss_vectorized
class Named(Exception):
    pass


Named.__name__ = "\x1b[2J\x07<script>alert(1)</script>"
right = None


def softmax_loss_vectorized(W, X, y, reg):
    global right
    if W.shape == (3, 4):
        raise Named("\x1b[31m" + "long " * 100_000)
    scores = X @ W
    P = np.exp(scores - scores.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean() + reg * np.sum(W * W)
    P[np.arange(len(X)), y] -= 1
    return loss, X.T @ P / len(X) + 2 * reg * W


# %% bootstrap
def bootstrap(X, y, rng):
    raise SystemExit(0)


# %% ensemble_predict
def ensemble_predict(probabilities):
    raise GeneratorExit
