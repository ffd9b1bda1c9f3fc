"""The same layers as matrix products and strided windows: a thousand times as fast, in NumPy alone.

Every window becomes a column, so that a convolution is one product of matrices (im2col). All columns of a batch at once
would not fit into the processor's cache: a few images at a time are laid out, multiplied, and forgotten.
"""

import numpy as np

from solutions.cnn.shapes import output_size

_BYTES = 1 << 20  # of columns at a time: about what a core's own cache holds


def _padded(x, pad):
    """Images with zeros around them: (N, C, H + 2 pad, W + 2 pad)."""
    if pad == 0:
        return x
    N, C, H, W = x.shape
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    padded[:, :, pad : pad + H, pad : pad + W] = x
    return padded


def _places(HH, WW, stride, rows, columns):
    """For every pixel of the window: where it lies, and the slices of the image that it meets, place after place."""
    for i in range(HH):
        for j in range(WW):
            yield i, j, (slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride))


def _columns(images, HH, WW, stride, rows, columns):
    """Every window of a few padded images as a column: (N, C * HH * WW, H' * W')."""
    N, C = images.shape[:2]
    laid = np.empty((N, C, HH, WW, rows, columns), dtype=images.dtype)
    for i, j, (down, right) in _places(HH, WW, stride, rows, columns):
        laid[:, :, i, j] = images[:, :, down, right]
    return laid.reshape(N, C * HH * WW, rows * columns)


def _blocks(N, numbers, itemsize):
    """Slices of a few images each, whose columns fill the cache but do not overflow it."""
    few = max(1, _BYTES // max(numbers * itemsize, 1))
    return (slice(start, start + few) for start in range(0, N, few))


def conv_forward_fast(x, w, b, conv_param):
    """As `conv_forward_naive`, but for rounding."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")
    padded, filters = _padded(x, pad), w.reshape(F, -1)  # (F, C HH WW)
    out = np.empty((N, F, rows * columns), dtype=np.result_type(x, w))
    for few in _blocks(N, C * HH * WW * rows * columns, out.itemsize):
        np.matmul(filters, _columns(padded[few], HH, WW, stride, rows, columns), out=out[few])
    out += b[:, np.newaxis]
    return out.reshape(N, F, rows, columns), (x, w, b, conv_param)


def conv_backward_fast(dout, cache):
    """As `conv_backward_naive`, but for rounding."""
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, F, rows, columns = dout.shape
    _, C, HH, WW = w.shape
    padded, flat = _padded(x, pad), dout.reshape(N, F, -1)  # (N, F, H' W')
    dpadded, dw, across = np.zeros_like(padded), np.zeros((F, C * HH * WW), dtype=w.dtype), w.reshape(F, -1).T
    for few in _blocks(N, C * HH * WW * rows * columns, dpadded.itemsize):
        laid = _columns(padded[few], HH, WW, stride, rows, columns)
        dw += np.matmul(flat[few], laid.transpose(0, 2, 1)).sum(axis=0)
        dlaid = np.matmul(across, flat[few], out=laid).reshape(-1, C, HH, WW, rows, columns)
        for i, j, (down, right) in _places(HH, WW, stride, rows, columns):
            dpadded[few, :, down, right] += dlaid[:, :, i, j]
    H, W = x.shape[2:]
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw.reshape(w.shape), flat.sum(axis=(0, 2))


def max_pool_forward_fast(x, pool_param):
    """As `max_pool_forward_naive`: the largest of a few shifted images instead of the largest of many windows."""
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = output_size(x.shape[2], HH, stride), output_size(x.shape[3], WW, stride, axis="width")
    out = None
    for _, _, (down, right) in _places(HH, WW, stride, rows, columns):
        out = x[:, :, down, right].copy() if out is None else np.maximum(out, x[:, :, down, right], out=out)
    return out, (x, pool_param, out)


def max_pool_backward_fast(dout, cache):
    """As `max_pool_backward_naive`: of several largest numbers, the first one gets the gradient."""
    x, pool_param, out = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = dout.shape[2:]
    dx, left = np.zeros_like(x), np.ones(dout.shape, dtype=bool)  # whose gradient is still to be handed on
    for _, _, (down, right) in _places(HH, WW, stride, rows, columns):
        here = left & (x[:, :, down, right] == out)
        dx[:, :, down, right] += dout * here
        left &= ~here
    return dx
