"""Initial weights (inputs, units): `initialiser(rng, inputs, units)`. What differs is their standard deviation."""

import math


def normal(sigma):
    """An initialiser with the standard deviation sigma, whatever the layer's size."""
    return lambda rng, inputs, units: sigma * rng.standard_normal((inputs, units))


def xavier(rng, inputs, units):
    """Standard deviation 1 / sqrt(inputs): keeps the variance of what passes through [Glorot and Bengio, 2010]."""
    return rng.standard_normal((inputs, units)) / math.sqrt(inputs)


def he(rng, inputs, units):
    """Standard deviation sqrt(2 / inputs): makes up for the half that a ReLU sets to zero [He et al., 2015]."""
    return rng.standard_normal((inputs, units)) * math.sqrt(2 / inputs)
