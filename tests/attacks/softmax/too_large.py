"""Answers that are too long, too deep or too many to be sent.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
def softmax(scores):
    return np.zeros(20_000_000)


# %% softmax_loss_naive
def softmax_loss_naive(W, X, y, reg):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested, W


# %% softmax_loss_vectorized
def softmax_loss_vectorized(W, X, y, reg):
    return [0] * 1_000_000


# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    endless = {}
    endless["self"] = endless
    return endless


# %% regularisation_choice
regularisation_choice = "B" * 10_000_000
