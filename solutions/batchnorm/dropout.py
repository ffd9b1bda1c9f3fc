"""Dropout: in training every number is set to zero with probability p, and the others are scaled up to make up for it.

Source: Srivastava et al., 2014; the scaling is done in training ("inverted"), so that afterwards nothing is left to do.
"""

import numpy as np


def dropout_forward(x, dropout_param):
    """Inverted dropout, forward.

    Parameters
    ----------
    x : array, any shape
    dropout_param : dict
        "mode": "train" or "test". "p": probability that a number is dropped, 0 <= p < 1. "seed": of the random numbers;
        without one, every call draws others.

    Returns
    -------
    out : array, x's shape
        In mode "train" every number is, independently of all others, 0 with probability p, and else divided by 1 - p.
        In mode "test" x as it is.
    cache : array or None
        For `dropout_backward`: what x was multiplied with, x's shape. None in mode "test".

    Raises
    ------
    ValueError
        If p or the mode is none of these.
    """
    mode, p, rng = dropout_param["mode"], dropout_param["p"], np.random.default_rng(dropout_param.get("seed"))
    if not 0 <= p < 1:
        raise ValueError(f"p is {p}; it must be at least 0 and less than 1, or nothing would be left.")
    if mode not in ("train", "test"):
        raise ValueError(f'mode is {mode!r}; it must be "train" or "test".')
    ### BEGIN SOLUTION
    if mode == "test":
        return x, None
    mask = ((rng.random(x.shape) >= p) / (1 - p)).astype(x.dtype)
    return x * mask, mask
    ### END SOLUTION


def dropout_backward(dout, cache):
    """Gradient of dropout.

    Parameters
    ----------
    dout : array, any shape
        Upstream gradient.
    cache : array or None
        As `dropout_forward` returned it.

    Returns
    -------
    dx : array, dout's shape
    """
    ### BEGIN SOLUTION
    return dout if cache is None else dout * cache
    ### END SOLUTION
