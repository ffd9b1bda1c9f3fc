"""Convolution and max-pooling written with loops: slow, and nothing is hidden.

Images are (N, C, H, W): examples, channels, height, width. What is called a convolution here slides the filter over the
image as it is; it is not turned around first (mathematicians say cross-correlation).
"""

import numpy as np

from solutions.cnn.shapes import output_size


def conv_forward_naive(x, w, b, conv_param):
    """Convolution, forward.

    Parameters
    ----------
    x : array (N, C, H, W)
    w : array (F, C, HH, WW)
        F filters.
    b : array (F,)
    conv_param : dict
        "stride", and "pad": zeros on each side of the image.

    Returns
    -------
    out : array (N, F, H', W')
        H' = (H + 2 pad - HH) / stride + 1, and W' likewise. Every number is the sum of a window times a filter, plus b.
    cache : tuple
        (x, w, b, conv_param).

    Raises
    ------
    ValueError
        If the stride does not divide; the message names the sizes.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")
    ### BEGIN SOLUTION
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, rows, columns), dtype=np.result_type(x, w))
    for n in range(N):
        for f in range(F):
            for i in range(rows):
                for j in range(columns):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + HH, left : left + WW]  # (C, HH, WW)
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)
    ### END SOLUTION


def conv_backward_naive(dout, cache):
    """Gradients of a convolution.

    Parameters
    ----------
    dout : array (N, F, H', W')
        Upstream gradient.
    cache : tuple
        As the forward function returned it.

    Returns
    -------
    dx, dw, db : arrays of the shapes of x, w and b
    """
    ### BEGIN SOLUTION
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, F, rows, columns = dout.shape
    _, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros_like(padded), np.zeros_like(w), np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for i in range(rows):
                for j in range(columns):
                    here = n, slice(None), slice(i * stride, i * stride + HH), slice(j * stride, j * stride + WW)
                    dpadded[here] += dout[n, f, i, j] * w[f]  # windows overlap: their shares add up
                    dw[f] += dout[n, f, i, j] * padded[here]
                    db[f] += dout[n, f, i, j]
    H, W = x.shape[2:]
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db
    ### END SOLUTION


def max_pool_forward_naive(x, pool_param):
    """Max-pooling, forward: the largest number of every window, channel by channel.

    Parameters
    ----------
    x : array (N, C, H, W)
    pool_param : dict
        "pool_height", "pool_width", "stride".

    Returns
    -------
    out : array (N, C, H', W')
    cache : tuple
        (x, pool_param).

    Raises
    ------
    ValueError
        If the stride does not divide; the message names the sizes.
    """
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    rows, columns = output_size(H, HH, stride), output_size(W, WW, stride, axis="width")
    ### BEGIN SOLUTION
    out = np.zeros((N, C, rows, columns), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(rows):
                for j in range(columns):
                    top, left = i * stride, j * stride
                    out[n, c, i, j] = x[n, c, top : top + HH, left : left + WW].max()
    return out, (x, pool_param)
    ### END SOLUTION


def max_pool_backward_naive(dout, cache):
    """Gradient of max-pooling: each number of dout goes to the largest of its window, to the first one of several.

    Parameters
    ----------
    dout : array (N, C, H', W')
        Upstream gradient.
    cache : tuple
        As the forward function returned it.

    Returns
    -------
    dx : array (N, C, H, W)
    """
    ### BEGIN SOLUTION
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, rows, columns = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(rows):
                for j in range(columns):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + HH, left : left + WW]
                    down, right = divmod(int(window.argmax()), window.shape[1])
                    dx[n, c, top + down, left + right] += dout[n, c, i, j]
    return dx
    ### END SOLUTION
