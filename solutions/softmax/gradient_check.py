"""The slow, trustworthy gradient: centred differences, one entry at a time."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    """Gradient of f at x by centred differences: (f(x + h) - f(x - h)) / 2h for every entry.

    Parameters
    ----------
    f : function
        Takes an array of x's shape and returns one number.
    x : float array, any shape
        Where to differentiate. It has its old values again when the function returns.
    h : float
        Half the width of the step. The error grows as h**2 for large h and as rounding / h for small h.

    Returns
    -------
    array, same shape as x
    """
    ### BEGIN SOLUTION
    point = np.array(x, dtype=np.float64)  # a copy: f may look at it, the caller's x stays as it is
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        value = point[index]
        point[index] = value + h
        above = f(point)
        point[index] = value - h
        below = f(point)
        point[index] = value
        gradient[index] = (above - below) / (2 * h)
    return gradient
    ### END SOLUTION
