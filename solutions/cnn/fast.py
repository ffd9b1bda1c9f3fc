"""The same layers as matrix products and shifted images: a thousand times as fast, in NumPy alone.

Every window becomes a column, so that a convolution is one product of matrices (im2col). All columns of a batch at once
would not fit into the processor's cache: a few images at a time are laid out, multiplied, and forgotten.
"""

import numpy as np

from solutions.cnn.shapes import output_size


def im2col(images, HH, WW, stride):
    """Every window of padded images as a column.

    Parameters
    ----------
    images : array (N, C, H, W)
    HH, WW, stride : int
        Height and width of a window, and the step from one to the next.

    Returns
    -------
    array (N, C * HH * WW, H' * W')
    """
    ### BEGIN SOLUTION
    N, C, H, W = images.shape
    rows, columns = output_size(H, HH, stride), output_size(W, WW, stride, axis="width")
    laid = np.empty((N, C, HH, WW, rows, columns), dtype=images.dtype)
    for i in range(HH):  # this pixel of all windows at once
        for j in range(WW):
            laid[:, :, i, j] = images[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return laid.reshape(N, C * HH * WW, rows * columns)
    ### END SOLUTION


def col2im(laid, shape, HH, WW, stride):
    """The way back: images of the given shape (N, C, H, W), the numbers of windows that overlap added up."""
    ### BEGIN SOLUTION
    N, C, H, W = shape
    rows, columns = output_size(H, HH, stride), output_size(W, WW, stride, axis="width")
    laid, images = laid.reshape(N, C, HH, WW, rows, columns), np.zeros(shape, dtype=laid.dtype)
    for i in range(HH):
        for j in range(WW):
            images[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] += laid[:, :, i, j]
    return images
    ### END SOLUTION


def conv_forward_fast(x, w, b, conv_param):
    """As `conv_forward_naive`, without a loop over images, filters or places."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")
    ### BEGIN SOLUTION
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.empty((N, F, rows * columns), dtype=np.result_type(x, w))
    filters = w.reshape(F, -1)  # (F, C HH WW)
    few = max(1, 2**20 // (C * HH * WW * rows * columns * x.itemsize))  # images whose columns fill about a megabyte
    for start in range(0, N, few):
        some = slice(start, start + few)
        np.matmul(filters, im2col(padded[some], HH, WW, stride), out=out[some])  # columns: (few, C HH WW, H' W')
    out += b[:, None]
    return out.reshape(N, F, rows, columns), (x, w, b, conv_param)
    ### END SOLUTION


def conv_backward_fast(dout, cache):
    """As `conv_backward_naive`, without a loop over images, filters or places."""
    ### BEGIN SOLUTION
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, F, rows, columns = dout.shape
    _, C, HH, WW = w.shape
    padded, flat = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), dout.reshape(N, F, -1)
    dpadded, dw = np.empty_like(padded), np.zeros((F, C * HH * WW), dtype=w.dtype)
    few = max(1, 2**20 // (C * HH * WW * rows * columns * x.itemsize))
    for start in range(0, N, few):
        some = slice(start, start + few)
        dw += (flat[some] @ im2col(padded[some], HH, WW, stride).transpose(0, 2, 1)).sum(axis=0)
        dpadded[some] = col2im(w.reshape(F, -1).T @ flat[some], padded[some].shape, HH, WW, stride)
    H, W = x.shape[2:]
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw.reshape(w.shape), dout.sum(axis=(0, 2, 3))
    ### END SOLUTION


def max_pool_forward_fast(x, pool_param):
    """As `max_pool_forward_naive`: the larger of two images at a time, shifted ones, instead of window by window."""
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    rows, columns = output_size(H, HH, stride), output_size(W, WW, stride, axis="width")
    out = x[:, :, : stride * rows : stride, : stride * columns : stride].copy()
    kind = np.min_scalar_type(HH * W)  # holds how far the last pixel of a window lies behind its first, row by row
    largest = np.zeros(out.shape, dtype=kind)
    for k in range(1, HH * WW):
        i, j = divmod(k, WW)
        here = x[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride].copy()  # read twice below
        np.maximum(largest, (here > out) * kind.type(i * W + j), out=largest)  # the first of several stays
        np.maximum(out, here, out=out)
    # Where in x, counted through all its numbers: the pixel in its window, the image, the window in it.
    place = largest + np.arange(0, N * C * H * W, H * W).reshape(N, C, 1, 1)
    place += np.arange(0, stride * W * rows, stride * W)[:, None] + np.arange(0, stride * columns, stride)
    return out, (x.shape, place)


def max_pool_backward_fast(dout, cache):
    """As `max_pool_backward_naive`: of several largest numbers, the first one gets the gradient."""
    shape, place = cache
    dx = np.zeros(shape, dtype=dout.dtype)
    np.add.at(dx.reshape(-1), place.ravel(), dout.ravel())  # adds up where windows overlap
    return dx
