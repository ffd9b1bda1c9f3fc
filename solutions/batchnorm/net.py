"""A net of any depth from a list of sizes, with normalisation and dropout where they are wanted."""

from solutions.batchnorm.layers import BatchNormalization, Dropout, LayerNormalization
from solutions.layers.initialisers import he
from solutions.layers.model import Dense, Model, ReLU, Softmax


def fully_connected_net(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    """A model of k dense layers; behind each but the last: normalisation, ReLU, dropout; a softmax at the end.

    Parameters
    ----------
    sizes : list of k + 1 ints
        Numbers per example, units of each hidden layer, classes.
    normalisation : {None, "batch", "layer"}
    dropout : float
        Probability that a number is dropped; with 0 there are no `Dropout` layers.
    initialiser : function
        Of the weights.
    seed : int
        Dense layer number k, counted from 0, and the dropout behind it are initialised with seed + k.

    Returns
    -------
    Model

    Raises
    ------
    ValueError
        If `normalisation` is none of these.
    """
    if normalisation not in (None, "batch", "layer"):
        raise ValueError(f'normalisation is {normalisation!r}; it must be None, "batch" or "layer".')
    ### BEGIN SOLUTION
    model = Model()
    last = len(sizes) - 2
    for k in range(last):
        units = sizes[k + 1]
        model.add(Dense(sizes[k], units, initialiser, seed + k))
        if normalisation == "batch":
            model.add(BatchNormalization(units))
        if normalisation == "layer":
            model.add(LayerNormalization(units))
        model.add(ReLU())
        if dropout > 0:
            model.add(Dropout(dropout, seed + k))
    model.add(Dense(sizes[last], sizes[last + 1], initialiser, seed + last))
    return model.add(Softmax())
    ### END SOLUTION
