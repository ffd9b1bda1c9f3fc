"""Losses of class scores: where backpropagation begins. Both are means over the examples."""

import numpy as np


def softmax_loss(x, y):
    """Cross-entropy of the softmax of scores, and its gradient.

    Parameters
    ----------
    x : array (N, C)
        Scores, of any finite size.
    y : integer array (N,)
        Right classes, 0 <= y[i] < C.

    Returns
    -------
    loss : float
        Mean over the examples of -log(probability of the right class).
    dx : array (N, C)
        Gradient of the loss with respect to x.
    """
    ### BEGIN SOLUTION
    N = x.shape[0]
    shifted = x - x.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_probabilities)
    dx[np.arange(N), y] -= 1
    return -log_probabilities[np.arange(N), y].mean(), dx / N
    ### END SOLUTION


def svm_loss(x, y):
    """Multiclass hinge loss: every wrong class should score at least 1 less than the right one.

    Parameters
    ----------
    x : array (N, C)
        Scores.
    y : integer array (N,)
        Right classes.

    Returns
    -------
    loss : float
        Mean over the examples of the sum over the wrong classes j of max(0, x[j] - x[right] + 1).
    dx : array (N, C)
        Gradient of the loss with respect to x.
    """
    ### BEGIN SOLUTION
    N = x.shape[0]
    right = x[np.arange(N), y][:, np.newaxis]  # (N, 1)
    margins = np.maximum(0, x - right + 1)
    margins[np.arange(N), y] = 0  # the right class is not compared with itself
    violated = (margins > 0).astype(x.dtype)
    violated[np.arange(N), y] = -violated.sum(axis=1)  # each violation pushes the right score up, too
    return margins.sum() / N, violated / N
    ### END SOLUTION
