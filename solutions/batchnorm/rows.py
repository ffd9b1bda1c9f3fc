"""Layer normalisation: every example gets mean 0 and variance 1 over its own features, whatever else is in the batch.

Source: Ba, Kiros and Hinton, 2016. It does in training what it does afterwards: there is nothing to keep running.
"""

import numpy as np


def layernorm_forward(x, gamma, beta, ln_param):
    """Layer normalisation, forward.

    Parameters
    ----------
    x : array (N, D)
    gamma, beta : arrays (D,)
        Scale and shift of every feature.
    ln_param : dict
        "eps": added to the variance, inside the root (1e-5 where it is left out).

    Returns
    -------
    out : array (N, D)
        gamma * x_hat + beta.
    cache : tuple
        (x_hat, gamma, std), for `layernorm_backward`: x_hat (N, D) is x normalised, std (N, 1) what it was divided by.
    """
    eps = ln_param.get("eps", 1e-5)
    ### BEGIN SOLUTION
    std = np.sqrt(x.var(axis=1, keepdims=True) + eps)  # (N, 1)
    x_hat = (x - x.mean(axis=1, keepdims=True)) / std
    return gamma * x_hat + beta, (x_hat, gamma, std)
    ### END SOLUTION


def layernorm_backward(dout, cache):
    """Gradients of layer normalisation.

    Parameters
    ----------
    dout : array (N, D)
        Upstream gradient.
    cache : tuple
        (x_hat, gamma, std), as `layernorm_forward` returned it.

    Returns
    -------
    dx : array (N, D)
    dgamma, dbeta : arrays (D,)
    """
    ### BEGIN SOLUTION
    x_hat, gamma, std = cache
    dx_hat = dout * gamma
    # As in batch normalisation, but the means are over the features of each example.
    mean_of_it = dx_hat.mean(axis=1, keepdims=True)  # (N, 1)
    mean_along_x_hat = (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = (dx_hat - mean_of_it - x_hat * mean_along_x_hat) / std
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    ### END SOLUTION
