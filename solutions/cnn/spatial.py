"""Batch normalisation of images: a channel is one feature, and every pixel of every image is one example of it."""

from solutions.batchnorm import batchnorm_backward_alt, batchnorm_forward


def _rows(images):
    """(N, C, H, W) as (N H W, C)."""
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def _images(rows, shape):
    """(N H W, C) as (N, C, H, W)."""
    N, C, H, W = shape
    return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)


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
        That of `batchnorm_forward`.
    """
    ### BEGIN SOLUTION
    out, cache = batchnorm_forward(_rows(x), gamma, beta, bn_param)
    return _images(out, x.shape), cache
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
    dx, dgamma, dbeta = batchnorm_backward_alt(_rows(dout), cache)
    return _images(dx, dout.shape), dgamma, dbeta
    ### END SOLUTION
