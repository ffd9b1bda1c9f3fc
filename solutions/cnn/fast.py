"""The same layers as matrix products and shifted images: a thousand times as fast, in NumPy alone.

Every window becomes a column, so that a convolution is a product of matrices for each row of windows (im2col). All
columns of a batch at once would not fit into the processor's cache: a few images at a time are laid out, multiplied,
and forgotten, on as many threads as NumPy has for its products.
"""

import numpy as np

from coursekit import in_blocks
from solutions.cnn.shapes import output_size


def im2col(images, HH, WW, stride, pad=0):
    """Every window of the padded images as a column; the windows of a row, those of all images, make one matrix.

    Each row of an image is laid out once, although windows above each other share it: the matrix of the next windows
    begins `stride` rows further down. The matrices overlap in memory, so only read them.

    Parameters
    ----------
    images : array (N, C, H, W)
    HH, WW, stride, pad : int
        Height and width of a window, the step from one to the next, and the zeros on each side.

    Returns
    -------
    array (H', HH * C * WW, N * W')
        The numbers of a window in the order row, channel, column.
    """
    ### BEGIN SOLUTION
    N, C, H, W = images.shape
    rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=images.dtype)
    padded[:, :, pad : pad + H, pad : pad + W] = images
    by_row, laid = padded.transpose(2, 1, 0, 3), np.empty((H + 2 * pad, C, WW, N, columns), dtype=images.dtype)
    for j in range(WW):  # this pixel of a row of all windows at once
        laid[:, :, j] = by_row[..., j : j + stride * columns : stride]
    windows = np.lib.stride_tricks.sliding_window_view(laid, HH, axis=0)[::stride]  # (H', C, WW, N, W', HH)
    return windows.transpose(0, 5, 1, 2, 3, 4).reshape(rows, HH * C * WW, N * columns)  # still nothing copied
    ### END SOLUTION


def col2im(laid, shape, HH, WW, stride, pad=0):
    """The way back: images of the given shape (N, C, H, W), the numbers of windows that overlap added up."""
    ### BEGIN SOLUTION
    N, C, H, W = shape
    rows, columns = len(laid), output_size(W, WW, stride, pad, "width")
    laid = laid.reshape(rows, HH, C, WW, N, columns)
    shared = np.zeros((H + 2 * pad, C, WW, N, columns), dtype=laid.dtype)
    for i in range(HH):
        shared[i : i + stride * rows : stride] += laid[:, i]
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=laid.dtype)
    by_row = padded.transpose(2, 1, 0, 3)
    for j in range(WW):
        by_row[..., j : j + stride * columns : stride] += shared[:, :, j]
    return padded[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION


def conv_forward_fast(x, w, b, conv_param):
    """As `conv_forward_naive`, without a loop over images, filters or places."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")
    ### BEGIN SOLUTION
    out = np.empty((N, F, rows, columns), dtype=np.result_type(x, w))
    filters = w.transpose(0, 2, 1, 3).reshape(F, -1)  # (F, HH C WW)

    def forward(some):
        products = filters @ im2col(x[some], HH, WW, stride, pad)  # (H', F, few W')
        products += b[:, None]
        out[some] = products.reshape(rows, F, -1, columns).transpose(2, 1, 0, 3)

    in_blocks(forward, N, (C * WW * (H + 2 * pad) + F * rows) * columns * x.itemsize)
    return out, (x, w, b, conv_param)
    ### END SOLUTION


def conv_backward_fast(dout, cache):
    """As `conv_backward_naive`, without a loop over images, filters or places."""
    ### BEGIN SOLUTION
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, F, rows, columns = dout.shape
    _, C, HH, WW = w.shape
    dx = np.empty(x.shape, dtype=np.result_type(dout, w))
    filters = w.transpose(0, 2, 1, 3).reshape(F, -1)  # (F, HH C WW)

    def backward(some):
        by_row = dout[some].transpose(2, 1, 0, 3).reshape(rows, F, -1)  # (H', F, few W')
        dx[some] = col2im(filters.T @ by_row, x[some].shape, HH, WW, stride, pad)
        return (im2col(x[some], HH, WW, stride, pad) @ by_row.swapaxes(1, 2)).sum(axis=0)  # (HH C WW, F)

    dw = sum(in_blocks(backward, N, (C * WW * (x.shape[2] + 2 * pad) + F * rows) * columns * x.itemsize))
    return dx, dw.reshape(HH, C, WW, F).transpose(3, 1, 0, 2), dout.sum(axis=(0, 2, 3))
    ### END SOLUTION


def max_pool_forward_fast(x, pool_param):
    """As `max_pool_forward_naive`: the larger of two images at a time, shifted ones, instead of window by window."""
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    rows, columns = output_size(H, HH, stride), output_size(W, WW, stride, axis="width")
    out, place = np.empty((N, C, rows, columns), dtype=x.dtype), np.empty((N, C, rows, columns), dtype=np.intp)
    kind = np.min_scalar_type(HH * W)  # holds how far the last pixel of a window lies behind its first, row by row
    first = np.arange(0, stride * W * rows, stride * W)[:, None] + np.arange(0, stride * columns, stride)

    def forward(some):
        best = out[some]
        best[...] = x[some, :, : stride * rows : stride, : stride * columns : stride]
        largest = np.zeros(best.shape, dtype=kind)
        for k in range(1, HH * WW):
            i, j = divmod(k, WW)
            here = x[some, :, i : i + stride * rows : stride, j : j + stride * columns : stride].copy()  # read twice
            np.maximum(largest, (here > best) * kind.type(i * W + j), out=largest)  # the first of several stays
            np.maximum(best, here, out=best)
        # Where in x, counted through all its numbers: the pixel in its window, the window in its image, the image.
        np.add(largest, first, out=place[some])
        place[some] += H * W * np.arange(some.start * C, some.stop * C).reshape(-1, C, 1, 1)

    in_blocks(forward, N, C * rows * columns * (x.itemsize + place.itemsize))
    return out, (x.shape, place)


def max_pool_backward_fast(dout, cache):
    """As `max_pool_backward_naive`: of several largest numbers, the first one gets the gradient."""
    shape, place = cache
    dx = np.zeros(shape, dtype=dout.dtype)

    def backward(some):
        np.add.at(dx.reshape(-1), place[some].ravel(), dout[some].ravel())  # adds up where windows overlap

    in_blocks(backward, len(dout), (dout.nbytes + place.nbytes) // max(1, len(dout)))
    return dx
