"""What the checks ask of this chapter besides the students' functions themselves."""

from solutions.batchnorm.batch import batchnorm_backward, batchnorm_forward
from solutions.batchnorm.dropout import dropout_forward
from solutions.batchnorm.rows import layernorm_backward, layernorm_forward

_FORWARD = {"batchnorm": batchnorm_forward, "layernorm": layernorm_forward}
_BACKWARD = {"batchnorm": batchnorm_backward, "layernorm": layernorm_backward}


def output(layer, inputs, param):
    """The output (N, D) of the normalisation called `layer` for inputs (x, gamma, beta), in training."""
    return _FORWARD[layer](*inputs, {"mode": "train"} | param)[0]


def agreed_cache(layer, inputs, param):
    """The cache that goes with it."""
    return _FORWARD[layer](*inputs, {"mode": "train"} | param)[1]


def gradients(layer, inputs, param, dout):
    """Its gradients (dx, dgamma, dbeta) for an upstream gradient."""
    return _BACKWARD[layer](dout, agreed_cache(layer, inputs, param))


def statistics(batches, param):
    """Running mean and variance, (D,) each, after each of the batches: a list of pairs."""
    ones, param, kept = batches[0][0] * 0 + 1, dict(param), []
    for x in batches:
        batchnorm_forward(x, ones, ones, param)
        kept.append((param["running_mean"], param["running_var"]))
    return kept


def tested(x, gamma, beta, param):
    """The output (N, D) in mode "test"."""
    return batchnorm_forward(x, gamma, beta, param)[0]


def kept_share(p):
    """Share of the numbers that dropout keeps."""
    return 1 - p


def kept_scale(p):
    """What dropout multiplies the numbers with that it keeps."""
    return 1 / (1 - p)


def dropped(x, p, seed):
    """One mask, as `dropout_forward` leaves it in its cache."""
    return dropout_forward(x, {"mode": "train", "p": p, "seed": seed})[1]
