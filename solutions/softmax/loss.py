"""Softmax and its cross-entropy loss, with the gradient written twice: once with loops, once with matrices.

Goes in: scores (N, C), or weights W (D, C) with examples X (N, D) and labels y (N,).
Comes out: probabilities (N, C), or the loss (a float) and its gradient dW (D, C).
"""

import numpy as np


def softmax(scores):
    """Turn scores into probabilities, row by row.

    Parameters
    ----------
    scores : array (N, C)
        One row of class scores (logits) per example; any finite size.

    Returns
    -------
    array (N, C)
        Non-negative rows that sum to one: exp(s_c) / sum over k of exp(s_k).
    """
    ### BEGIN SOLUTION
    # Adding a constant to a row does not change its softmax, so the largest score may become 0: exp cannot overflow.
    shifted = scores - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    ### END SOLUTION


def softmax_loss_naive(W, X, y, reg):
    """Softmax loss and gradient, one example and one class at a time.

    loss = mean over examples of -log(probability of the right class) + reg * (sum of all squared weights)

    Parameters
    ----------
    W : array (D, C)
        Weights.
    X : array (N, D)
        Examples, one per row.
    y : integer array (N,)
        Right classes, 0 <= y[i] < C.
    reg : float
        Strength of the regularisation.

    Returns
    -------
    loss : float
    dW : array (D, C)
        Gradient of the loss with respect to W.
    """
    ### BEGIN SOLUTION
    N, (D, C) = X.shape[0], W.shape
    loss = 0.0
    dW = np.zeros((D, C))
    for i in range(N):
        scores = X[i] @ W  # (C,)
        shifted = scores - scores.max()
        log_sum = np.log(np.sum(np.exp(shifted)))
        loss -= shifted[y[i]] - log_sum
        for c in range(C):
            # Derivative of the loss of example i with respect to its score s_c: p_c, less one for the right class.
            dscore = np.exp(shifted[c] - log_sum) - (c == y[i])
            dW[:, c] += dscore * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW
    ### END SOLUTION


def softmax_loss_vectorized(W, X, y, reg):
    """Softmax loss and gradient without a Python loop over examples.

    Same contract as `softmax_loss_naive`: W (D, C), X (N, D), y (N,), reg a float; returns the loss and dW (D, C).
    """
    ### BEGIN SOLUTION
    N = X.shape[0]
    scores = X @ W  # (N, C)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probabilities[np.arange(N), y].mean() + reg * np.sum(W * W)

    dscores = np.exp(log_probabilities)  # p
    dscores[np.arange(N), y] -= 1  # p - y, with y as one-hot rows
    dW = X.T @ dscores / N + 2 * reg * W  # (D, N) @ (N, C)
    return loss, dW
    ### END SOLUTION
