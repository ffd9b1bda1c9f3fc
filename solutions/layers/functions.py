"""Layers as pairs of functions: `forward(inputs) -> out, cache` and `backward(dout, cache) -> gradients`.

A cache is what the backward pass needs to know of the forward pass. Nothing is remembered anywhere else.
"""

import numpy as np


def affine_forward(x, w, b):
    """Affine layer: every example, however many axes it has, is flattened into a row and multiplied with w.

    Parameters
    ----------
    x : array (N, d_1, ..., d_k)
        Examples; D = d_1 * ... * d_k.
    w : array (D, M)
    b : array (M,)

    Returns
    -------
    out : array (N, M)
        rows @ w + b.
    cache : tuple
        (x, w, b), for `affine_backward`.
    """
    ### BEGIN SOLUTION
    out = x.reshape(x.shape[0], -1) @ w + b  # (N, D) @ (D, M) + (M,)
    return out, (x, w, b)
    ### END SOLUTION


def affine_backward(dout, cache):
    """Gradients of an affine layer.

    Parameters
    ----------
    dout : array (N, M)
        Upstream gradient: of the loss with respect to the layer's output.
    cache : tuple
        (x, w, b), as `affine_forward` returned it.

    Returns
    -------
    dx : array, x's shape
    dw : array (D, M)
    db : array (M,)
    """
    ### BEGIN SOLUTION
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)  # (N, M) @ (M, D)
    dw = x.reshape(x.shape[0], -1).T @ dout  # (D, N) @ (N, M)
    return dx, dw, dout.sum(axis=0)
    ### END SOLUTION


def relu_forward(x):
    """ReLU: max(0, x), entry by entry.

    Parameters
    ----------
    x : array, any shape

    Returns
    -------
    out : array, x's shape
    cache : array
        x, for `relu_backward`.
    """
    ### BEGIN SOLUTION
    return np.maximum(0, x), x
    ### END SOLUTION


def relu_backward(dout, cache):
    """Gradient of a ReLU.

    Parameters
    ----------
    dout : array, any shape
        Upstream gradient.
    cache : array
        x, as `relu_forward` returned it.

    Returns
    -------
    dx : array, x's shape
    """
    ### BEGIN SOLUTION
    return np.where(cache > 0, dout, 0)
    ### END SOLUTION


def affine_relu_forward(x, w, b):
    """An affine layer and the ReLU behind it, as one layer; made of `affine_forward` and `relu_forward`.

    Parameters
    ----------
    x, w, b : arrays
        As in `affine_forward`.

    Returns
    -------
    out : array (N, M)
    cache : tuple
        (cache of the affine layer, cache of the ReLU).
    """
    ### BEGIN SOLUTION
    scores, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(scores)
    return out, (affine_cache, relu_cache)
    ### END SOLUTION


def affine_relu_backward(dout, cache):
    """Gradients of an affine layer with a ReLU behind it: the two backward functions, in the opposite order.

    Parameters
    ----------
    dout : array (N, M)
    cache : tuple
        As `affine_relu_forward` returned it.

    Returns
    -------
    dx, dw, db : arrays
        As in `affine_backward`.
    """
    ### BEGIN SOLUTION
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)
    ### END SOLUTION
