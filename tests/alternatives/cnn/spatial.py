"""Right batch normalisation of images, as different as students' is. All must earn full marks without a remark."""

import functools
import warnings
from dataclasses import dataclass

import numpy as np

from tests.mutants.cells import notebook

ITEMS = ("cnn.spatial_batchnorm_forward", "cnn.spatial_batchnorm_backward")


@notebook(*ITEMS)
def moveaxis_and_flat_rows():
    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        last = np.moveaxis(x, 1, -1)
        out, cache = batchnorm_forward(np.ravel(last).reshape(-1, x.shape[1]), gamma, beta, bn_param)  # noqa: F821
        return np.moveaxis(out.reshape(last.shape), -1, 1), cache

    def spatial_batchnorm_backward(dout, cache):
        last = np.moveaxis(dout, 1, -1)
        dx, *others = batchnorm_backward_alt(np.ravel(last).reshape(-1, dout.shape[1]), cache)  # noqa: F821
        return np.moveaxis(dx.reshape(last.shape), -1, 1), *others


@notebook(*ITEMS)
def channels_first_and_turned():
    """Any order of the pixels is right, as long as it is the same on the way back."""

    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        N, C, H, W = x.shape
        rows = x.swapaxes(0, 1).reshape(C, -1).T
        out, cache = batchnorm_forward(rows, gamma, beta, bn_param)  # noqa: F821
        return out.T.reshape(C, N, H, W).swapaxes(0, 1), cache

    def spatial_batchnorm_backward(dout, cache):
        N, C, H, W = dout.shape
        dx, dgamma, dbeta = batchnorm_backward_alt(dout.swapaxes(0, 1).reshape(C, -1).T, cache)  # noqa: F821
        return dx.T.reshape(C, N, H, W).swapaxes(0, 1), dgamma, dbeta


@notebook(*ITEMS)
def columns_before_rows():
    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        N, C, H, W = x.shape
        rows = np.transpose(x, (3, 2, 0, 1)).reshape(W * H * N, C)
        out, cache = batchnorm_forward(rows, gamma, beta, bn_param)  # noqa: F821
        return np.transpose(out.reshape(W, H, N, C), (2, 3, 1, 0)).copy(), (cache, x.shape)

    def spatial_batchnorm_backward(dout, cache):
        inner, (N, C, H, W) = cache if isinstance(cache[1], tuple) else (cache, dout.shape)
        dx, dgamma, dbeta = batchnorm_backward_alt(dout.transpose(3, 2, 0, 1).reshape(-1, C), inner)  # noqa: F821
        return dx.reshape(W, H, N, C).transpose(2, 3, 1, 0), dgamma, dbeta


@notebook(*ITEMS)
def channel_by_channel():
    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        out, caches, kept = np.empty(x.shape), [], []
        for c in range(x.shape[1]):
            one = {k: np.asarray(v)[[c]] if k.startswith("running") else v for k, v in bn_param.items()}
            column = x[:, c].reshape(-1, 1)
            values, cache = batchnorm_forward(column, gamma[[c]], beta[[c]], one)  # noqa: F821
            out[:, c] = values.reshape(x[:, c].shape)
            caches.append(cache)
            kept.append(one)
        for name in ("running_mean", "running_var"):
            bn_param[name] = np.array([float(np.squeeze(one[name])) for one in kept])
        return out, caches

    def spatial_batchnorm_backward(dout, cache):
        dx, dgamma, dbeta = np.empty(dout.shape), [], []
        for c, one in enumerate(cache):
            d, g, b = batchnorm_backward_alt(dout[:, c].reshape(-1, 1), one)  # noqa: F821
            dx[:, c] = d.reshape(dout[:, c].shape)
            dgamma.append(float(g[0]))
            dbeta.append(float(b[0]))
        return dx, dgamma, dbeta


@notebook(*ITEMS)
def axes_and_broadcasting_without_rows():
    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        over, C = (0, 2, 3), x.shape[1]
        eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
        r_mean, r_var = bn_param.get("running_mean", np.zeros(C)), bn_param.get("running_var", np.ones(C))
        if bn_param["mode"] == "test":
            mean, var = r_mean, r_var
        else:
            mean, var = x.mean(axis=over), x.var(axis=over)
            bn_param["running_mean"] = momentum * r_mean + (1 - momentum) * mean
            bn_param["running_var"] = momentum * r_var + (1 - momentum) * var
        shape = (1, C, 1, 1)
        hat = (x - mean.reshape(shape)) / np.sqrt(var + eps).reshape(shape)
        return gamma.reshape(shape) * hat + beta.reshape(shape), {"hat": hat, "scale": gamma / np.sqrt(var + eps)}

    def spatial_batchnorm_backward(dout, cache):
        over, hat = (0, 2, 3), cache["hat"]
        dbeta, dgamma = dout.sum(axis=over), (dout * hat).sum(axis=over)
        n = dout.size / len(dbeta)
        to = np.s_[None, :, None, None]
        return cache["scale"][to] * (dout - dbeta[to] / n - hat * dgamma[to] / n), dgamma, dbeta


@notebook(*ITEMS)
def einsum_and_a_class_for_the_cache():
    @dataclass
    class Kept:
        centred: np.ndarray
        gamma: np.ndarray
        std: np.ndarray

    def spatial_batchnorm_forward(x, gamma, beta, bn_param, axis=1):
        x = np.asarray(x, dtype=np.float64)
        pixels, eps = x.size // x.shape[axis], bn_param.get("eps", 1e-5)
        mean = np.einsum("nchw->c", x) / pixels
        centred = x - mean[:, None, None]
        var = np.einsum("nchw,nchw->c", centred, centred) / pixels
        share = 1 - bn_param.get("momentum", 0.9)
        old = bn_param.get("running_mean", 0 * mean), bn_param.get("running_var", 0 * var + 1)
        if bn_param["mode"] == "test":
            std = np.sqrt(old[1] + eps)
            out = np.einsum("nchw,c->nchw", x - old[0][:, None, None], gamma / std) + beta[:, None, None]
            return out, None
        bn_param.update(running_mean=old[0] + share * (mean - old[0]), running_var=old[1] + share * (var - old[1]))
        kept = Kept(centred, gamma, np.sqrt(var + eps))
        return np.einsum("nchw,c->nchw", centred, gamma / kept.std) + beta[:, None, None], kept

    def spatial_batchnorm_backward(dout, cache):
        if not isinstance(cache, Kept):
            raise TypeError("This is another cache.")
        pixels = dout.size // len(cache.std)
        dhat = np.einsum("nchw,c->nchw", dout, cache.gamma)
        dvar = np.einsum("nchw,nchw,c->c", dhat, cache.centred, -0.5 * cache.std**-3)
        dmean = -np.einsum("nchw,c->c", dhat, 1 / cache.std)
        dx = dhat / cache.std[:, None, None] + (2 * dvar[:, None, None] * cache.centred + dmean[:, None, None]) / pixels
        return [dx, np.einsum("nchw,nchw,c->c", dout, cache.centred, 1 / cache.std), np.einsum("nchw->c", dout)]


@notebook(*ITEMS)
def helpers_prints_and_warnings():
    def to_rows(images):
        return np.concatenate([image.reshape(len(image), -1).T for image in images], axis=0)

    def to_images(rows, shape):
        N, C, H, W = shape
        return np.stack([part.T.reshape(C, H, W) for part in np.split(rows, N)])

    def spatial_batchnorm_forward(x, gamma, beta, bn_param, verbose=True):
        if verbose:
            print(f"{x.shape} in mode {bn_param['mode']}")
        out, cache = batchnorm_forward(to_rows(x), gamma, beta, bn_param)  # noqa: F821
        warnings.warn("normalised", stacklevel=1)
        return np.asfortranarray(to_images(out, x.shape)), cache

    def spatial_batchnorm_backward(dout, cache):
        dx, dgamma, dbeta = batchnorm_backward_alt(to_rows(dout), cache)  # noqa: F821
        print("dgamma", dgamma)
        return to_images(dx, dout.shape), np.asfortranarray(dgamma), np.asfortranarray(dbeta)


@notebook(*ITEMS)
def a_closure_in_the_cache():
    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        layout = functools.partial(np.transpose, axes=(0, 2, 3, 1))
        back = functools.partial(np.transpose, axes=(0, 3, 1, 2))
        out, cache = batchnorm_forward(layout(x).reshape(-1, x.shape[1]), gamma, beta, bn_param)  # noqa: F821

        def gradients(dout):
            dx, dgamma, dbeta = batchnorm_backward_alt(layout(dout).reshape(-1, x.shape[1]), cache)  # noqa: F821
            return back(dx.reshape(layout(x).shape)), dgamma, dbeta

        return back(out.reshape(layout(x).shape)), gradients

    def spatial_batchnorm_backward(dout, cache):
        return cache(dout.copy())


@notebook(*ITEMS)
def float32_on_the_way_back_and_contiguous():
    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        last = np.ascontiguousarray(np.rollaxis(x, 1, 4))
        rows = last.view().reshape((-1, last.shape[3]))
        out, cache = batchnorm_forward(rows, gamma, beta, bn_param)  # noqa: F821
        return np.ascontiguousarray(np.rollaxis(out.reshape(last.shape), 3, 1)), cache

    def spatial_batchnorm_backward(dout, cache):
        last = np.rollaxis(dout.astype(np.float32), 1, 4)
        rows = last.reshape(-1, dout.shape[1])
        dx, dgamma, dbeta = batchnorm_backward_alt(rows, tuple(a.astype(np.float32) for a in cache))  # noqa: F821
        return np.rollaxis(dx.reshape(last.shape), 3, 1), dgamma, dbeta


@notebook(ITEMS[1])
def the_other_backward_pass_of_the_earlier_homework():
    def batchnorm_backward(dout, cache):
        x_hat, gamma, std = cache
        dbeta, dgamma, g = dout.sum(axis=0), (dout * x_hat).sum(axis=0), dout * gamma
        dvar = (g * x_hat).sum(axis=0)
        return (g - (g.sum(axis=0) + x_hat * dvar) / len(dout)) / std, dgamma, dbeta

    def spatial_batchnorm_backward(dout, cache):
        rows = dout.transpose(0, 2, 3, 1)
        dx, dgamma, dbeta = batchnorm_backward(rows.reshape(-1, rows.shape[-1]), cache)
        return dx.reshape(rows.shape).transpose(0, 3, 1, 2), dgamma, dbeta
