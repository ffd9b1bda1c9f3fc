"""One cell is not Python; the others are right.

Starts from: solutions
Must come out: everything but softmax.loss_naive in full
"""

# %% softmax_loss_naive
# >>> def softmax_loss_naive(W, X, y, reg)
# >>>     return 0.0, 0 * W
