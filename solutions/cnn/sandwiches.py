"""Layers that are so often used together that the two or three of them get a name."""

from solutions.cnn.fast import conv_backward_fast, conv_forward_fast, max_pool_backward_fast, max_pool_forward_fast
from solutions.layers import relu_backward, relu_forward


def conv_relu_forward(x, w, b, conv_param):
    """A convolution and the ReLU behind it; arguments as in `conv_forward_naive`, out and cache returned."""
    ### BEGIN SOLUTION
    scores, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, relu_cache = relu_forward(scores)
    return out, (conv_cache, relu_cache)
    ### END SOLUTION


def conv_relu_backward(dout, cache):
    """Gradients dx, dw, db of a convolution with a ReLU behind it."""
    ### BEGIN SOLUTION
    conv_cache, relu_cache = cache
    return conv_backward_fast(relu_backward(dout, relu_cache), conv_cache)
    ### END SOLUTION


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    """A convolution, a ReLU and max-pooling; arguments as in the single layers, out and cache returned."""
    ### BEGIN SOLUTION
    active, cache = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = max_pool_forward_fast(active, pool_param)
    return out, (cache, pool_cache)
    ### END SOLUTION


def conv_relu_pool_backward(dout, cache):
    """Gradients dx, dw, db of the three."""
    ### BEGIN SOLUTION
    cache, pool_cache = cache
    return conv_relu_backward(max_pool_backward_fast(dout, pool_cache), cache)
    ### END SOLUTION
