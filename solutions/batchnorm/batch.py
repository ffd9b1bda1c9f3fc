"""Batch normalisation: every feature gets mean 0 and variance 1 over the batch, then a scale and a shift of its own.

Source: Ioffe and Szegedy, 2015. Variances here are always biased ones: divided by N, not by N - 1.
"""

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalisation, forward.

    Parameters
    ----------
    x : array (N, D)
    gamma, beta : arrays (D,)
        Scale and shift of every feature.
    bn_param : dict
        "mode": "train" or "test". "eps": added to the variance, inside the root (1e-5 where it is left out).
        "momentum": how much of the running statistics is kept in each training step (0.9 where it is left out).
        "running_mean" and "running_var", arrays (D,): estimates of mean and variance over all batches. In mode "train"
        new ones are stored here; in mode "test" they are used, and stay as they are.

    Returns
    -------
    out : array (N, D)
        gamma * x_hat + beta.
    cache : tuple or None
        (x_hat, gamma, std) for the backward functions: x_hat (N, D) is x normalised, std (D,) what it was divided by.
        None in mode "test".

    Raises
    ------
    ValueError
        If the mode is neither "train" nor "test".
    """
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    running_var = bn_param.get("running_var", np.ones_like(gamma))
    if mode not in ("train", "test"):
        raise ValueError(f'mode is {mode!r}; it must be "train" or "test".')
    ### BEGIN SOLUTION
    if mode == "test":
        return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    mean, var = x.mean(axis=0), x.var(axis=0)  # (D,) each
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std  # (N, D)
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    return gamma * x_hat + beta, (x_hat, gamma, std)
    ### END SOLUTION


def batchnorm_backward(dout, cache):
    """Gradients of batch normalisation in training, one node of its graph after the other.

    Parameters
    ----------
    dout : array (N, D)
        Upstream gradient.
    cache : tuple
        (x_hat, gamma, std), as `batchnorm_forward` returned it in mode "train".

    Returns
    -------
    dx : array (N, D)
    dgamma, dbeta : arrays (D,)
    """
    ### BEGIN SOLUTION
    x_hat, gamma, std = cache
    N = len(dout)
    centred = x_hat * std  # (N, D)
    # out = gamma * x_hat + beta
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    # x_hat = centred / std
    dcentred = dx_hat / std
    dstd = -(dx_hat * centred).sum(axis=0) / std**2  # (D,): every row was divided by the same std
    # std = sqrt(var + eps), var = mean of centred ** 2
    dvar = dstd / (2 * std)
    dcentred += dvar * 2 * centred / N
    # centred = x - mean, mean = mean of x
    dmean = -dcentred.sum(axis=0)
    return dcentred + dmean / N, dgamma, dbeta
    ### END SOLUTION


def batchnorm_backward_alt(dout, cache):
    """The same gradients, simplified on paper to one line for dx; parameters and returned values are the same, too."""
    ### BEGIN SOLUTION
    x_hat, gamma, std = cache
    N = len(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma / std * (dout - x_hat * (dgamma / N) - dbeta / N)
    return dx, dgamma, dbeta
    ### END SOLUTION
