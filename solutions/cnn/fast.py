"""The same layers as matrix products and shifted images: a thousand times as fast, in NumPy alone.

Every window becomes a column, so that a convolution is a product of matrices for each row of windows (im2col). All
columns of a batch at once would not fit into the processor's cache: a few images at a time are laid out, multiplied,
and forgotten, on as many threads as NumPy has for its products.
"""

import numpy as np

from coursekit import in_blocks
from solutions.cnn.shapes import output_size


def im2col(images, HH, WW, stride, pad=0):
    """Every window of the padded images as a column, a one below it: the filters' biases are what it is multiplied by.

    Parameters
    ----------
    images : array (N, C, H, W)
    HH, WW, stride, pad : int
        Height and width of a window, the step from one to the next, and the zeros on each side.

    Returns
    -------
    array (N, HH * C * WW + 1, H' * W')
        One matrix per image. The numbers of a window in the order row, channel, column.
    """
    ### BEGIN SOLUTION
    N, C, H, W = images.shape
    rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=images.dtype)
    padded[:, :, pad : pad + H, pad : pad + W] = images
    laid = np.empty((N, HH * C * WW + 1, rows * columns), dtype=images.dtype)
    laid[:, -1] = 1
    windows = laid[:, :-1].reshape(N, HH, C, WW, rows, columns)
    for i in range(HH):  # this pixel of all windows at once
        for j in range(WW):
            windows[:, i, :, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return laid
    ### END SOLUTION


def rows2col(images, HH, WW, stride, pad=0):
    """As `im2col` without the ones, with a matrix per row of windows: those of all images, side by side.

    Each row of an image is laid out once, although windows above each other share it: the matrix of the next windows
    begins `stride` rows further down. The matrices overlap in memory, so only read them.

    Returns
    -------
    array (H', HH * C * WW, N * W')
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


def col2rows(laid, shape, HH, WW, stride, pad=0):
    """The way back from `rows2col`: images of a shape (N, C, H, W), the numbers of windows that overlap added up."""
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
    shared = C * WW * (HH - stride) > F  # whether to share rows saves more numbers than there are to be sorted after it

    def forward(some):
        if shared:
            products = filters @ rows2col(x[some], HH, WW, stride, pad)  # (H', F, few W')
            products += b[:, None]
            out[some] = products.reshape(rows, F, -1, columns).transpose(2, 1, 0, 3)
        else:
            laid = im2col(x[some], HH, WW, stride, pad)  # (few, HH C WW + 1, H' W')
            np.matmul(np.column_stack([filters, b]), laid, out=out[some].reshape(-1, F, rows * columns))

    height = H + 2 * pad if shared else HH * rows
    in_blocks(forward, N, max(C * WW * height, F * rows) * columns * x.itemsize)
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
        dx[some] = col2rows(filters.T @ by_row, x[some].shape, HH, WW, stride, pad)
        return (rows2col(x[some], HH, WW, stride, pad) @ by_row.swapaxes(1, 2)).sum(axis=0)  # (HH C WW, F)

    laid = C * WW * (x.shape[2] + 2 * pad)
    dw = sum(in_blocks(backward, N, (laid + F * rows) * columns * x.itemsize))
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
    return out, (x.shape, place, stride < max(HH, WW))


def max_pool_backward_fast(dout, cache):
    """As `max_pool_backward_naive`: of several largest numbers, the first one gets the gradient."""
    shape, place, overlapping = cache
    dx = np.zeros(shape, dtype=dout.dtype)
    flat = dx.reshape(-1)
    if overlapping:  # a pixel may be the largest of several windows: add up
        np.add.at(flat, place.ravel(), dout.ravel())
        return dx

    def backward(some):
        flat[place[some].ravel()] = dout[some].ravel()

    in_blocks(backward, len(dout), (dout.nbytes + place.nbytes) // max(1, len(dout)))
    return dx
