"""Right batch normalisations, as different as students' are. All must earn full marks without a remark."""

import functools
import warnings
from dataclasses import dataclass

import numpy as np

from tests.mutants.cells import notebook

FORWARD = ("batchnorm.forward_train", "batchnorm.running_statistics", "batchnorm.forward_test")
BACKWARD = ("batchnorm.backward", "batchnorm.backward_alt")


@notebook(*FORWARD, *BACKWARD)
def loops_over_features_and_examples():
    def batchnorm_forward(x, gamma, beta, bn_param):
        N, D = x.shape
        eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        r_mean, r_var = bn_param.get("running_mean", [0.0] * D), bn_param.get("running_var", [1.0] * D)
        out, hats, stds, means, variances = np.zeros((N, D)), np.zeros((N, D)), [], [], []
        for d in range(D):
            m = sum(x[i, d] for i in range(N)) / N
            v = sum((x[i, d] - m) ** 2 for i in range(N)) / N
            means.append(momentum * r_mean[d] + (1 - momentum) * m)
            variances.append(momentum * r_var[d] + (1 - momentum) * v)
            if bn_param["mode"] == "test":
                m, v = r_mean[d], r_var[d]
            stds.append((v + eps) ** 0.5)
            for i in range(N):
                hats[i, d] = (x[i, d] - m) / stds[d]
                out[i, d] = gamma[d] * hats[i, d] + beta[d]
        if bn_param["mode"] == "train":
            bn_param["running_mean"], bn_param["running_var"] = means, variances
        return out, (hats, gamma, stds)

    def batchnorm_backward(dout, cache):
        hats, gamma, stds = cache
        N, D = dout.shape
        dx, dgamma, dbeta = np.zeros((N, D)), np.zeros(D), np.zeros(D)
        for d in range(D):
            for i in range(N):
                dbeta[d] += dout[i, d]
                dgamma[d] += dout[i, d] * hats[i, d]
            for i in range(N):
                for j in range(N):
                    jacobian = ((i == j) - 1 / N - hats[i, d] * hats[j, d] / N) / stds[d]
                    dx[i, d] += gamma[d] * jacobian * dout[j, d]
        return dx, dgamma, dbeta

    def batchnorm_backward_alt(dout, cache):
        return batchnorm_backward(dout=dout, cache=cache)


@notebook(*FORWARD, *BACKWARD)
def einsum_and_a_dict_of_its_own():
    def batchnorm_forward(x, gamma, beta, bn_param):
        eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        mean = np.einsum("nd->d", x) / len(x)
        centred = x - mean
        var = np.einsum("nd,nd->d", centred, centred) / len(x)
        if bn_param["mode"] == "test":
            mean, var = bn_param.get("running_mean", 0.0), bn_param.get("running_var", 1.0)
            return np.einsum("nd,d->nd", x - mean, gamma / np.sqrt(var + eps)) + beta, {}
        for name, new, start in (("running_mean", mean, np.zeros), ("running_var", var, np.ones)):
            bn_param[name] = momentum * bn_param.get(name, start(len(gamma))) + (1 - momentum) * new
        cache = {"centred": centred, "var": var, "eps": eps, "gamma": gamma}
        return np.einsum("nd,d->nd", centred, gamma / np.sqrt(var + eps)) + beta, cache

    def batchnorm_backward(dout, cache):
        ivar = 1.0 / np.sqrt(cache["var"] + cache["eps"])
        N = dout.shape[0]
        dcentred = np.einsum("nd,d,d->nd", dout, cache["gamma"], ivar)
        divar = np.einsum("nd,nd,d->d", dout, cache["centred"], cache["gamma"])
        dvar = -0.5 * ivar**3 * divar
        dcentred = dcentred + 2 / N * np.einsum("nd,d->nd", cache["centred"], dvar)
        dx = dcentred - np.einsum("nd->d", dcentred) / N
        return [dx, np.einsum("nd,nd,d->d", dout, cache["centred"], ivar), np.einsum("nd->d", dout)]

    def batchnorm_backward_alt(dout, cache):
        ivar = 1.0 / np.sqrt(cache["var"] + cache["eps"])
        x_hat = np.einsum("nd,d->nd", cache["centred"], ivar)
        dgamma, dbeta = np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)
        N = dout.shape[0]
        return cache["gamma"] * ivar / N * (N * dout - dbeta - x_hat * dgamma), dgamma, dbeta


@notebook(*FORWARD, *BACKWARD)
def mean_of_squares_less_square_of_the_mean():
    def batchnorm_forward(x, gamma, beta, bn_param):
        x = np.asarray(x, dtype=np.float64)
        shift = x[0]  # near the mean, so that the difference of squares keeps its digits
        mean = (x - shift).mean(axis=0)
        var = np.maximum(((x - shift) ** 2).mean(axis=0) - mean**2, 0)
        mean = mean + shift
        eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        old_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
        old_var = bn_param.get("running_var", np.ones(x.shape[1]))
        if bn_param["mode"] == "train":
            bn_param["running_mean"] = old_mean + (1 - m) * (mean - old_mean)
            bn_param["running_var"] = old_var + (1 - m) * (var - old_var)
        else:
            mean, var = old_mean, old_var
        scale = gamma * (var + eps) ** -0.5
        return x * scale + (beta - mean * scale), (x, gamma, mean, var, eps)

    def batchnorm_backward(dout, cache):
        x, gamma, mean, var, eps = cache
        N = len(x)
        dx_hat = dout * gamma
        dvar = np.sum(dx_hat * (x - mean), axis=0) * -0.5 * (var + eps) ** -1.5
        dmean = np.sum(-dx_hat * (var + eps) ** -0.5, axis=0) + dvar * np.sum(-2 * (x - mean), axis=0) / N
        dx = dx_hat * (var + eps) ** -0.5 + dvar * 2 * (x - mean) / N + dmean / N
        return dx, np.sum(dout * (x - mean) * (var + eps) ** -0.5, axis=0), np.sum(dout, axis=0)

    def batchnorm_backward_alt(dout, cache):
        x, gamma, mean, var, eps = cache
        N, std = x.shape[0], np.sqrt(var + eps)
        dx = gamma / (N * std) * (N * dout - dout.sum(0) - (x - mean) / std**2 * (dout * (x - mean)).sum(0))
        return dx, (dout * (x - mean) / std).sum(0), dout.sum(0)


@notebook(*FORWARD, *BACKWARD)
def single_precision_and_columns_first():
    def batchnorm_forward(x, gamma, beta, bn_param):
        eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        x, gamma, beta = (np.asfortranarray(a, dtype=np.float32) for a in (x, gamma, beta))
        running = [
            np.asarray(bn_param.get("running_mean", np.zeros(len(gamma))), np.float32),
            np.asarray(bn_param.get("running_var", np.ones(len(gamma))), np.float32),
        ]
        if bn_param["mode"] == "test":
            return (x - running[0]) / np.sqrt(running[1] + np.float32(eps)) * gamma + beta, None
        mean = np.mean(x, 0)
        var = np.mean(np.square(x - mean), 0)
        bn_param["running_mean"] = np.float32(momentum) * running[0] + np.float32(1 - momentum) * mean
        bn_param["running_var"] = np.float32(momentum) * running[1] + np.float32(1 - momentum) * var
        std = np.sqrt(var + np.float32(eps))
        x_hat = np.asfortranarray((x - mean) / std)
        return np.asfortranarray(x_hat * gamma + beta), (x_hat, gamma, std)

    def batchnorm_backward(dout, cache):
        x_hat, gamma, std = (np.float32(a) for a in cache)
        dx_hat = np.float32(dout) * gamma
        dx = (dx_hat - dx_hat.mean(0) - x_hat * (dx_hat * x_hat).mean(0)) / std
        return np.asfortranarray(dx), (np.float32(dout) * x_hat).sum(0), np.float32(dout).sum(0)

    def batchnorm_backward_alt(dout, cache):
        x_hat, gamma, std = (a.astype(np.float32) for a in cache)
        N, dout = np.float32(len(dout)), np.asfortranarray(dout, np.float32)
        dgamma, dbeta = np.sum(dout * x_hat, 0), np.sum(dout, 0)
        return (N * dout - dbeta - x_hat * dgamma) * (gamma / (N * std)), dgamma, dbeta


@notebook(*FORWARD, *BACKWARD)
def the_backward_pass_as_a_closure():
    def batchnorm_forward(x, gamma, beta, bn_param, verbose=True):
        eps = bn_param.setdefault("eps", 1e-5)
        momentum = bn_param.setdefault("momentum", 0.9)
        bn_param.setdefault("running_mean", np.zeros(x.shape[1]))
        bn_param.setdefault("running_var", np.ones(x.shape[1]))
        if verbose:
            print(f"batch normalisation in mode {bn_param['mode']}", x.shape)
            warnings.warn("this is slow", stacklevel=1)
        if bn_param["mode"] == "test":
            out = (x - bn_param["running_mean"]) / np.sqrt(bn_param["running_var"] + eps)
            out *= gamma
            out += beta
            return out, "nothing"
        mean, var = np.average(x, axis=0), np.std(x, axis=0) ** 2
        bn_param["running_mean"] = np.average(
            [bn_param["running_mean"], mean], axis=0, weights=[momentum, 1 - momentum]
        )
        bn_param["running_var"] = np.average([bn_param["running_var"], var], axis=0, weights=[momentum, 1 - momentum])
        x_hat = (x - mean) / np.sqrt(var + eps)

        def back(dout):
            g = gamma / np.sqrt(var + eps) * dout
            projected = x_hat * np.mean(g * x_hat, axis=0)
            return g - g.mean(axis=0) - projected, np.diag(dout.T @ x_hat), np.ones(len(x)) @ dout

        return np.multiply(x_hat, gamma) + np.broadcast_to(beta, x.shape), back

    def batchnorm_backward(dout, cache):
        return cache(dout)

    def batchnorm_backward_alt(dout, cache, verbose=False):
        return tuple(cache(dout))


@notebook(*FORWARD, *BACKWARD)
def an_object_and_running_statistics_added_up():
    class Memory:
        def __init__(self, **values):
            self.__dict__.update(values)

    def batchnorm_forward(x, gamma, beta, bn_param):
        eps, keep = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        mean = np.array(bn_param.get("running_mean", np.zeros(gamma.shape)), dtype=float)
        var = np.array(bn_param.get("running_var", np.ones(gamma.shape)), dtype=float)
        if bn_param["mode"] == "train":
            of_batch = Memory(mean=x.mean(axis=0), var=x.var(axis=0))
            mean *= keep
            mean += (1 - keep) * of_batch.mean
            var *= keep
            var += (1 - keep) * of_batch.var
            bn_param.update(running_mean=mean, running_var=var)
            mean, var = of_batch.mean, of_batch.var
        memory = Memory(x_hat=(x - mean) / np.sqrt(var + eps), gamma=gamma, sd=np.sqrt(var + eps))
        return memory.x_hat * gamma[np.newaxis, :] + beta[np.newaxis, :], memory

    def projected(a, x_hat):
        """What is left of a without its mean and without its part along x_hat, feature by feature."""
        return a - a.mean(axis=0) - x_hat * (a * x_hat).mean(axis=0)

    def batchnorm_backward(dout, cache):
        return projected(dout * cache.gamma, cache.x_hat) / cache.sd, sum(dout * cache.x_hat), sum(dout)

    def batchnorm_backward_alt(dout, cache):
        dx = cache.gamma * projected(dout, cache.x_hat) / cache.sd
        return dx, np.add.reduce(dout * cache.x_hat, 0), np.add.reduce(dout, 0)


@notebook(*FORWARD, *BACKWARD)
def matrix_products_and_lists():
    def batchnorm_forward(x, gamma, beta, bn_param):
        eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        N, D = x.shape
        ones = np.full((1, N), 1 / N)
        if bn_param["mode"] == "train":
            centring = np.eye(N) - 1 / N
            centred = centring @ x
            mean, var = (ones @ x).ravel(), (ones @ centred**2).ravel()
            r = bn_param.get("running_mean", np.zeros(D)), bn_param.get("running_var", np.ones(D))
            bn_param["running_mean"] = (momentum * np.asarray(r[0]) + (1 - momentum) * mean).tolist()
            bn_param["running_var"] = (momentum * np.asarray(r[1]) + (1 - momentum) * var).tolist()
        else:
            centred = x - np.array(bn_param["running_mean"])
            var = np.array(bn_param["running_var"])
        inverse = np.diag((var + eps) ** -0.5)
        x_hat = centred @ inverse
        return [(x_hat @ np.diag(gamma) + beta).tolist(), [x_hat.tolist(), inverse.tolist(), gamma.tolist()]]

    def batchnorm_backward(dout, cache):
        x_hat, inverse, gamma = map(np.array, cache)
        N = len(dout)
        g = dout @ np.diag(gamma)
        dx = np.stack([(np.eye(N) - 1 / N - np.outer(h, h) / N) @ c for h, c in zip(x_hat.T, g.T, strict=True)], axis=1)
        return (dx @ inverse).tolist(), list((dout * x_hat).sum(axis=0)), dout.sum(axis=0).tolist()

    def batchnorm_backward_alt(dout, cache):
        dx, *others = batchnorm_backward(dout, cache)
        return np.array(dx), *others


@notebook(*BACKWARD)
def each_calls_the_short_way():
    def batchnorm_backward_alt(dout, cache):
        x_hat, gamma, std = cache
        N = dout.shape[0]
        dbeta = np.sum(dout, axis=0)
        dgamma = np.sum(x_hat * dout, axis=0)
        dx = (gamma / std) / N * (N * dout - x_hat * dgamma - dbeta)
        return dx, dgamma, dbeta

    def batchnorm_backward(dout, cache):
        """The same, by way of the other."""
        return batchnorm_backward_alt(dout, cache)


@notebook(*FORWARD)
def in_a_helper_for_each_mode():
    def statistics(x):
        return {"mean": np.mean(x, axis=0, keepdims=True), "var": np.var(x, axis=0, keepdims=True)}

    def train(x, gamma, beta, bn_param, eps, momentum):
        of_batch = statistics(x)
        for name, start in (("mean", 0.0), ("var", 1.0)):
            old = bn_param.get(f"running_{name}", start + 0 * gamma)
            bn_param[f"running_{name}"] = (momentum * old + (1 - momentum) * of_batch[name]).reshape(-1)
        return normalised(x, of_batch["mean"], of_batch["var"], eps) * gamma + beta, (x, of_batch)

    def test(x, gamma, beta, bn_param, eps, momentum):
        mean, var = bn_param["running_mean"].copy(), bn_param["running_var"].copy()
        out = normalised(x, mean, var, eps) * gamma + beta
        bn_param["running_mean"], bn_param["running_var"] = mean, var
        return out, ()

    def normalised(x, mean, var, eps):
        x = x.copy()
        x -= mean
        x /= np.sqrt(var + eps)
        return x

    def batchnorm_forward(x, gamma, beta, bn_param):
        by_mode = {"train": train, "test": test}
        settings = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        return by_mode[bn_param["mode"]](x, gamma, beta, bn_param, *settings)


@notebook(*FORWARD, *BACKWARD)
def a_dataclass_and_views():
    @dataclass
    class Cache:
        x_hat: np.ndarray
        scale: np.ndarray

    def batchnorm_forward(x, gamma, beta, bn_param):
        eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        columns = x.T  # a view
        if bn_param["mode"] == "test":
            sd = np.sqrt(bn_param["running_var"] + eps)[:, None]
            return ((columns - bn_param["running_mean"][:, None]) / sd * gamma[:, None] + beta[:, None]).T, None
        mean, var = columns.mean(axis=1), np.array([np.var(column) for column in columns])
        stored = np.vstack([bn_param.get("running_mean", 0 * mean), bn_param.get("running_var", 0 * var + 1)])
        stored = stored * momentum + (1 - momentum) * np.vstack([mean, var])
        bn_param["running_mean"], bn_param["running_var"] = stored
        x_hat = ((columns - mean[:, None]) / np.sqrt(var + eps)[:, None]).T
        return x_hat * gamma + beta, Cache(x_hat, gamma / np.sqrt(var + eps))

    def batchnorm_backward(dout, cache):
        dbeta, dgamma = dout.sum(axis=0), (dout * cache.x_hat).sum(axis=0)
        dx = cache.scale * (dout - dbeta / len(dout))
        dx -= cache.scale * cache.x_hat * dgamma / len(dout)
        return dx, dgamma, dbeta

    batchnorm_backward_alt = functools.partial(batchnorm_backward)  # noqa: F841


@notebook(*BACKWARD)
def rows_one_after_the_other():
    def batchnorm_backward(dout, cache):
        x_hat, gamma, std = cache
        dgamma, dbeta = np.zeros_like(gamma), np.zeros_like(gamma)
        for row, hat in zip(dout[::-1], x_hat[::-1], strict=True):
            dgamma += row * hat
            dbeta += row
        dx = [gamma / std * (row - dbeta / len(dout) - hat * dgamma / len(dout)) for row, hat in zip(dout, x_hat)]  # noqa: B905
        return np.array(dx), dgamma, dbeta

    def batchnorm_backward_alt(dout, cache):
        return [np.longdouble(a).astype(float) for a in batchnorm_backward(dout.copy(), cache)]
