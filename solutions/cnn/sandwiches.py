"""Layers that are so often used together that the two or three of them get a name."""

from solutions.cnn.fast import conv_backward_fast, conv_forward_fast, max_pool_backward_fast, max_pool_forward_fast
from solutions.layers import relu_backward, relu_forward


def conv_relu_forward(x, w, b, conv_param):
    """A convolution and the ReLU behind it; arguments as in the single layers, out and both caches returned."""
    scores, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, relu_cache = relu_forward(scores)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout, cache):
    """Gradients dx, dw, db of the two."""
    conv_cache, relu_cache = cache
    return conv_backward_fast(relu_backward(dout, relu_cache), conv_cache)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    """A convolution, a ReLU and max-pooling.

    Parameters
    ----------
    x, w, b, conv_param, pool_param
        As the single layers take them.

    Returns
    -------
    out : array (N, F, H', W')
    cache : tuple
        Those of the convolution, the ReLU and the pooling.
    """
    ### BEGIN SOLUTION
    scores, conv_cache = conv_forward_fast(x, w, b, conv_param)
    active, relu_cache = relu_forward(scores)
    out, pool_cache = max_pool_forward_fast(active, pool_param)
    return out, (conv_cache, relu_cache, pool_cache)
    ### END SOLUTION


def conv_relu_pool_backward(dout, cache):
    """Gradients dx, dw, db of the three, of the shapes of x, w and b."""
    ### BEGIN SOLUTION
    conv_cache, relu_cache, pool_cache = cache
    dactive = max_pool_backward_fast(dout, pool_cache)
    return conv_backward_fast(relu_backward(dactive, relu_cache), conv_cache)
    ### END SOLUTION
