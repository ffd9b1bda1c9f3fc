"""Answers of ten gigabytes that take no memory until they are sent; two items are right.

Starts from: stubs
Takes from solutions: numerical_gradient, ensemble_predict
Must come out: softmax.numerical_gradient, softmax.ensemble_predict in full
"""

# %% softmax
def softmax(scores):
    return np.broadcast_to(1 / scores.shape[-1], (10**9, 10))


# %% softmax_loss_naive
def softmax_loss_naive(W, X, y, reg):
    return 0.0, np.lib.stride_tricks.as_strided(W, (10**5, 10**5), (0, 0))


# %% bootstrap
def bootstrap(X, y, rng):
    part = "x" * 10**6
    for _ in range(4):
        part = [part] * 10
    return part
