"""Right layer normalisations, as different as students' are. All must earn full marks without a remark."""

import warnings
from typing import NamedTuple

import numpy as np

from solutions.batchnorm import batchnorm_backward, batchnorm_backward_alt, batchnorm_forward
from tests.mutants.cells import notebook

LAYER = ("batchnorm.layernorm_forward", "batchnorm.layernorm_backward")


@notebook(*LAYER)
def batch_normalisation_of_the_transpose():
    def layernorm_forward(x, gamma, beta, ln_param):
        ones, zeros = np.ones(len(x)), np.zeros(len(x))
        turned, cache = batchnorm_forward(x.T, ones, zeros, {"mode": "train", **ln_param})
        return turned.T * gamma + beta, (cache, turned.T, gamma)

    def layernorm_backward(dout, cache):
        of_batchnorm, x_hat, gamma = cache
        dx, _, _ = batchnorm_backward((dout * gamma).T, of_batchnorm)
        return dx.T, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@notebook(*LAYER)
def the_agreed_cache_and_the_short_batch_normalisation():
    def layernorm_forward(x, gamma, beta, ln_param):
        x_hat, (_, _, std) = batchnorm_forward(x.T, np.ones(len(x)), np.zeros(len(x)), ln_param | {"mode": "train"})
        return x_hat.T * gamma + beta, (x_hat.T, gamma, std[:, np.newaxis])

    def layernorm_backward(dout, cache):
        x_hat, gamma, std = cache
        turned = (x_hat.T, np.ones(len(dout)), std.ravel())
        dx = batchnorm_backward_alt(np.ascontiguousarray((dout * gamma).T), turned)[0]
        return dx.T, np.sum(dout * x_hat, 0), np.sum(dout, 0)


@notebook(*LAYER)
def loops_over_the_examples():
    def layernorm_forward(x, gamma, beta, ln_param):
        out, kept = np.zeros(x.shape), []
        for i, row in enumerate(x):
            mean = sum(row) / len(row)
            var = sum((value - mean) ** 2 for value in row) / len(row)
            sd = (var + ln_param.get("eps", 1e-5)) ** 0.5
            kept.append(((row - mean) / sd, sd))
            out[i] = gamma * kept[i][0] + beta
        return out, (kept, gamma)

    def layernorm_backward(dout, cache):
        kept, gamma = cache
        D = len(gamma)
        dx, dgamma, dbeta = np.zeros(dout.shape), np.zeros(D), np.zeros(D)
        for i, (hat, sd) in enumerate(kept):
            dgamma += dout[i] * hat
            dbeta += dout[i]
            jacobian = (np.eye(D) - 1 / D - np.outer(hat, hat) / D) / sd
            dx[i] = jacobian @ (gamma * dout[i])
        return dx, dgamma, dbeta


@notebook(*LAYER)
def node_by_node_with_a_dict_in_a_tuple():
    def layernorm_forward(x, gamma, beta, ln_param):
        eps = ln_param.get("eps", 1e-5)
        mu = x.mean(axis=1)[:, None]
        centred = x - mu
        var = (centred**2).mean(axis=1)[:, None]
        return gamma * centred / np.sqrt(var + eps) + beta, (centred, {"var": var, "eps": eps, "gamma": gamma})

    def layernorm_backward(dout, cache):
        (centred, cache), D = cache, dout.shape[1]
        ivar = 1 / np.sqrt(cache["var"] + cache["eps"])
        dx_hat = dout * cache["gamma"]
        dvar = -0.5 * ivar**3 * np.sum(dx_hat * centred, axis=1, keepdims=True)
        dmu = -np.sum(dx_hat * ivar, axis=1, keepdims=True) - 2 * dvar * np.mean(centred, axis=1, keepdims=True)
        dx = dx_hat * ivar + 2 * dvar * centred / D + dmu / D
        return [dx, np.sum(dout * centred * ivar, axis=0), np.sum(dout, axis=0)]


@notebook(*LAYER)
def einsum_and_a_cache_with_names():
    class Kept(NamedTuple):
        x_hat: object
        scale: object
        gamma: object

    def layernorm_forward(x, gamma, beta, ln_param):
        D = x.shape[1]
        centred = x - np.einsum("nd->n", x)[:, None] / D
        scale = (np.einsum("nd,nd->n", centred, centred) / D + ln_param.get("eps", 1e-5)) ** -0.5
        x_hat = np.einsum("nd,n->nd", centred, scale)
        return np.einsum("nd,d->nd", x_hat, gamma) + beta, Kept(x_hat, scale, gamma)

    def layernorm_backward(dout, cache):
        D = dout.shape[1]
        g = np.einsum("nd,d->nd", dout, cache.gamma)
        along = np.einsum("nd,nd,ne->ne", g, cache.x_hat, cache.x_hat) / D
        dx = np.einsum("nd,n->nd", g - g.mean(axis=1)[:, None] - along, cache.scale)
        return dx, np.einsum("nd,nd->d", dout, cache.x_hat), np.einsum("nd->d", dout)


@notebook(*LAYER)
def single_precision_inside():
    def layernorm_forward(x, gamma, beta, ln_param):
        x, gamma, beta = (np.asfortranarray(a, np.float32) for a in (x, gamma, beta))
        x = x - x.mean(1, keepdims=True)
        std = np.sqrt(np.square(x).mean(1, keepdims=True) + np.float32(ln_param.get("eps", 1e-5)))
        return np.asfortranarray(x / std * gamma + beta), (x / std, gamma, std)

    def layernorm_backward(dout, cache):
        x_hat, gamma, std = (np.float32(a) for a in cache)
        g = np.float32(dout) * gamma
        dx = (g - g.mean(1, keepdims=True) - x_hat * (g * x_hat).mean(1, keepdims=True)) / std
        return np.asfortranarray(dx), (np.float32(dout) * x_hat).sum(0), np.float32(dout).sum(0)


@notebook(*LAYER)
def mean_of_squares_less_square_of_the_mean():
    def layernorm_forward(x, gamma, beta, ln_param, verbose=True):
        if verbose:
            print("layer normalisation", x.shape)
        x = x.astype(np.float64)
        first, second = x.mean(axis=-1, keepdims=True), (x**2).mean(axis=-1, keepdims=True)
        std = np.sqrt(np.clip(second - first**2, 0, None) + ln_param.get("eps", 1e-5))
        return (gamma / std) * x + (beta - gamma * first / std), (x, first, std, gamma)

    def layernorm_backward(dout, cache):
        x, first, std, gamma = cache
        x_hat = (x - first) / std
        D = x.shape[-1]
        sums = (dout * gamma).sum(axis=-1, keepdims=True), (dout * gamma * x_hat).sum(axis=-1, keepdims=True)
        return (D * dout * gamma - sums[0] - x_hat * sums[1]) / (D * std), (dout * x_hat).sum(0), dout.sum(0)


@notebook(*LAYER)
def the_backward_pass_as_a_closure_and_lists():
    def layernorm_forward(x, gamma, beta, ln_param):
        warnings.warn("no mode here", stacklevel=1)
        columns = x.T.copy()
        columns -= columns.mean(axis=0)
        std = np.sqrt(columns.var(axis=0) + ln_param.get("eps", 1e-5))
        columns /= std

        def back(dout):
            g = (dout * gamma).T
            g = g - np.average(g, axis=0)
            dx = (g - columns * np.average(g * columns, axis=0)) / std
            return dx.T.tolist(), np.diag(columns @ dout).tolist(), list(sum(dout))

        return (columns.T * gamma + beta).tolist(), back

    def layernorm_backward(dout, cache):
        return cache(dout)
