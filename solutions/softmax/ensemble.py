"""Several classifiers are better than one: bootstrap samples for bagging, and voting by summed probabilities."""

import numpy as np


def bootstrap(X, y, rng):
    """Draw a bootstrap sample: N examples out of N, with replacement, each with its own label.

    Parameters
    ----------
    X : array (N, D)
    y : integer array (N,)
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    X_sample : array (N, D)
    y_sample : array (N,)
    """
    ### BEGIN SOLUTION
    chosen = rng.integers(0, X.shape[0], size=X.shape[0])
    return X[chosen], y[chosen]
    ### END SOLUTION


def ensemble_predict(probabilities):
    """Let several models vote: sum their probabilities and take the most probable class.

    Parameters
    ----------
    probabilities : list of M arrays (N, C)
        One array of class probabilities per model.

    Returns
    -------
    integer array (N,)
        Predicted classes.
    """
    ### BEGIN SOLUTION
    return np.sum(probabilities, axis=0).argmax(axis=1)
    ### END SOLUTION
