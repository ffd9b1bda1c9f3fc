"""Stand-ins for layers of images: easy to tell from all others, and no convolution or pooling among them.

What they give has the shape that the layer's own output has.
"""

import numpy as np


def odd_conv_forward(x, w, b, conv_param):
    """In the place of a convolution: every filter a line of its own through the image's mean, and a pattern."""
    rows, columns = (
        (size + 2 * conv_param["pad"] - window) // conv_param["stride"] + 1
        for size, window in zip(x.shape[2:], w.shape[2:], strict=True)
    )
    pattern = np.cos(np.arange(rows)[:, None] + 2.0 * np.arange(columns) + np.arange(len(x))[:, None, None, None])
    slopes = 0.5 + np.arange(len(w)) - 2 * w[:, 0, 0, 0]
    out = slopes[:, None, None] * x.mean(axis=(1, 2, 3), keepdims=True) + pattern
    return out + (b + w.sum(axis=(1, 2, 3)))[:, None, None], ("odd", np.shape(x), np.shape(w))


def odd_conv_backward(dout, cache):
    """Belongs to no layer: it tells which upstream gradient came, with which cache."""
    _, x_shape, w_shape = cache
    dw = np.full(w_shape, np.max(dout)) * (1 + np.arange(w_shape[0]))[:, None, None, None]
    return np.full(x_shape, np.mean(dout)), dw, np.cumsum(dout[0, :, 0, 0]) + 1.0


def odd_pool_forward(x, pool_param):
    """In the place of a pooling: the first rows and columns, halved, and one more."""
    rows, columns = (
        (size - pool_param[f"pool_{name}"]) // pool_param["stride"] + 1
        for size, name in zip(x.shape[2:], ("height", "width"), strict=True)
    )
    return 0.5 * x[:, :, :rows, :columns] + 1.0, (np.shape(x), "odd")


def odd_pool_backward(dout, cache):
    """Belongs to no layer."""
    dx = np.ones(cache[0])
    dx[:, :, : dout.shape[2], : dout.shape[3]] += np.tanh(dout)
    return dx


def odd_conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    """What the odd layers give one after the other, with a ReLU between them."""
    out, cache = odd_conv_forward(x, w, b, conv_param)
    return odd_pool_forward(np.where(out > 0, out, 0.0), pool_param)[0], (cache, out > 0)


def odd_conv_relu_pool_backward(dout, cache):
    """Belongs to no layer."""
    inner, positive = cache
    return odd_conv_backward(odd_pool_backward(dout, (positive.shape, "odd")) * positive, inner)
