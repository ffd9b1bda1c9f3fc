"""Batch normalisation of images: a channel is one feature, and every pixel of every image is one example of it."""

from solutions.batchnorm import batchnorm_backward_alt, batchnorm_forward


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalisation channel by channel.

    Parameters
    ----------
    x : array (N, C, H, W)
    gamma, beta : arrays (C,)
    bn_param : dict
        As in `batchnorm_forward`.

    Returns
    -------
    out : array (N, C, H, W)
    cache : tuple or None
        That of `batchnorm_forward` for the rows (N H W, C).
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)  # (N H W, C): every pixel is an example
    out, cache = batchnorm_forward(rows, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache
    ### END SOLUTION


def spatial_batchnorm_backward(dout, cache):
    """Gradients of batch normalisation channel by channel.

    Parameters
    ----------
    dout : array (N, C, H, W)
        Upstream gradient.
    cache : tuple
        As the forward function returned it.

    Returns
    -------
    dx : array (N, C, H, W)
    dgamma, dbeta : arrays (C,)
    """
    ### BEGIN SOLUTION
    N, C, H, W = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(rows, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta
    ### END SOLUTION
