"""One pass through a two-layer net, forward and back: affine, ReLU, affine, softmax loss.

Parameters travel in a dict: W1 (D, H), b1 (H,), W2 (H, C), b2 (C,). Examples are rows: X (N, D).
"""

import numpy as np


def two_layer_forward(X, params):
    """Scores of every class, from an affine layer, a ReLU and a second affine layer.

    Parameters
    ----------
    X : array (N, D)
        Examples, one per row.
    params : dict of arrays
        "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,).

    Returns
    -------
    scores : array (N, C)
        hidden @ W2 + b2; no ReLU here.
    hidden : array (N, H)
        max(0, X @ W1 + b1): what the hidden units give on. The backward pass needs it.
    """
    ### BEGIN SOLUTION
    hidden = np.maximum(0, X @ params["W1"] + params["b1"])  # (N, D) @ (D, H) + (H,)
    scores = hidden @ params["W2"] + params["b2"]  # (N, H) @ (H, C) + (C,)
    return scores, hidden
    ### END SOLUTION


def two_layer_loss(scores, y, params, reg):
    """Softmax loss of the scores with regularised weights, and its gradient with respect to the scores.

    loss = mean over examples of -log(probability of the right class) + reg * (sum of W1**2 + sum of W2**2)

    Parameters
    ----------
    scores : array (N, C)
        Of any finite size.
    y : integer array (N,)
        Right classes, 0 <= y[i] < C.
    params : dict of arrays
        As in `two_layer_forward`. The biases are not regularised.
    reg : float
        Strength of the regularisation.

    Returns
    -------
    loss : float
    dscores : array (N, C)
        Gradient of the loss with respect to the scores.
    """
    ### BEGIN SOLUTION
    N = scores.shape[0]
    shifted = scores - scores.max(axis=1, keepdims=True)  # the same softmax, and exp cannot overflow
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probabilities[np.arange(N), y].mean()
    loss += reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    dscores = np.exp(log_probabilities)  # p
    dscores[np.arange(N), y] -= 1  # p - y, with y as one-hot rows
    return loss, dscores / N
    ### END SOLUTION


def two_layer_backward(dscores, X, hidden, params, reg):
    """Gradients of the loss with respect to all parameters, by the chain rule from the scores back to X.

    Parameters
    ----------
    dscores : array (N, C)
        Upstream gradient: of the loss with respect to the scores.
    X : array (N, D)
    hidden : array (N, H)
        What `two_layer_forward` returned: zero where a ReLU was closed.
    params : dict of arrays
        As in `two_layer_forward`.
    reg : float
        Strength of the regularisation of W1 and W2.

    Returns
    -------
    dict of arrays
        "W1", "b1", "W2", "b2": each of the shape of its parameter.
    """
    ### BEGIN SOLUTION
    dhidden = dscores @ params["W2"].T  # (N, C) @ (C, H): what each hidden unit passes on, weighted by its scores
    dpre = dhidden * (hidden > 0)  # a closed ReLU lets nothing back
    return {
        "W1": X.T @ dpre + 2 * reg * params["W1"],  # (D, N) @ (N, H)
        "b1": dpre.sum(axis=0),
        "W2": hidden.T @ dscores + 2 * reg * params["W2"],  # (H, N) @ (N, C)
        "b2": dscores.sum(axis=0),
    }
    ### END SOLUTION
