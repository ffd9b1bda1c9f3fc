"""Right convolutions in loops, forward and backward, as different as students' are. All must earn full marks."""

import functools
import itertools
import warnings
from dataclasses import dataclass

import numpy as np

from tests.mutants.cells import notebook

NAIVE = ("cnn.conv_forward_naive", "cnn.conv_backward_naive")


@notebook(*NAIVE)
def seven_loops_and_numbers_alone():
    def conv_forward_naive(x, w, b, conv_param):
        s, p = conv_param["stride"], conv_param["pad"]
        N, C, H, W = x.shape
        F, _, HH, WW = w.shape
        rows, columns = output_size(H, HH, s, p), output_size(W, WW, s, p)  # noqa: F821
        out = np.zeros((N, F, rows, columns))
        for n in range(N):
            for f in range(F):
                for i in range(rows):
                    for j in range(columns):
                        total = 0.0
                        for c in range(C):
                            for k in range(HH):
                                for m in range(WW):
                                    r, q = i * s + k - p, j * s + m - p
                                    if 0 <= r < H and 0 <= q < W:  # what lies on zeros adds nothing
                                        total += x[n, c, r, q] * w[f, c, k, m]
                        out[n, f, i, j] = total + b[f]
        return out, (x, w, b, conv_param)

    def conv_backward_naive(dout, cache):
        x, w, b, conv_param = cache
        s, p = conv_param["stride"], conv_param["pad"]
        _, C, H, W = x.shape
        HH, WW = w.shape[2:]
        dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
        for n, f, i, j in np.ndindex(dout.shape):
            g = dout[n, f, i, j]
            db[f] += g
            for c, k, m in np.ndindex((C, HH, WW)):
                r, q = i * s + k - p, j * s + m - p
                if 0 <= r < H and 0 <= q < W:
                    dx[n, c, r, q] += g * w[f, c, k, m]
                    dw[f, c, k, m] += g * x[n, c, r, q]
        return dx, dw, db


@notebook(*NAIVE)
def place_by_place_for_all_images_and_filters():
    def conv_forward_naive(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        H, W = x.shape[2:]
        HH, WW = w.shape[2:]
        rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")  # noqa: F821
        canvas = np.zeros((*x.shape[:2], H + 2 * pad, W + 2 * pad), dtype=x.dtype)
        canvas[:, :, pad : pad + H, pad : pad + W] = x
        out = np.empty((len(x), len(w), rows, columns), dtype=x.dtype)
        for i, j in itertools.product(range(rows), range(columns)):
            window = canvas[:, :, stride * i :, stride * j :][:, :, :HH, :WW]
            out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3])) + b
        return [out, {"canvas": canvas, "w": w, "stride": stride, "pad": pad, "size": (H, W)}]

    def conv_backward_naive(dout, cache):
        if isinstance(cache, tuple):
            _, cache = conv_forward_naive(*cache)
        canvas, w, stride, pad = cache["canvas"], cache["w"], cache["stride"], cache["pad"]
        dcanvas, dw = 0.0 * canvas, 0.0 * w
        for i, j in np.ndindex(dout.shape[2:]):
            at = np.s_[:, :, stride * i : stride * i + w.shape[2], stride * j : stride * j + w.shape[3]]
            dcanvas[at] += np.einsum("nf,fckm->nckm", dout[:, :, i, j], w)
            dw += np.einsum("nf,nckm->fckm", dout[:, :, i, j], canvas[at])
        H, W = cache["size"]
        return [dcanvas[:, :, pad : H + pad, pad : W + pad], dw, np.einsum("nfij->f", dout)]


@dataclass
class Kept:
    padded: np.ndarray
    filters: np.ndarray
    stride: int
    pad: int


@notebook(*NAIVE)
def helpers_an_object_for_a_cache_and_an_error_of_its_own():
    def places(size, window, stride, pad):
        steps = (size + 2 * pad - window) / stride
        if steps != int(steps):
            raise AssertionError("the filter does not fit")
        return int(steps) + 1

    def windows_of(padded, HH, WW, stride, rows, columns):
        for i in range(rows):
            for j in range(columns):
                yield i, j, slice(i * stride, i * stride + HH), slice(j * stride, j * stride + WW)

    def conv_forward_naive(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        rows, columns = (places(x.shape[k], w.shape[k], stride, pad) for k in (2, 3))
        padded = np.pad(x, [(0, 0)] * 2 + [(pad, pad)] * 2, mode="constant", constant_values=0)
        out = np.tile(b[None, :, None, None], (len(x), 1, rows, columns))
        for i, j, down, right in windows_of(padded, *w.shape[2:], stride, rows, columns):
            for n in range(len(x)):
                for f in range(len(w)):
                    out[n, f, i, j] += np.vdot(padded[n, :, down, right], w[f])
        return out, Kept(padded, w, stride, pad)

    def conv_backward_naive(dout, cache):
        w, stride, pad = cache.filters, cache.stride, cache.pad
        dpadded, dw = np.zeros(cache.padded.shape), np.zeros(w.shape)
        for i, j, down, right in windows_of(cache.padded, *w.shape[2:], stride, *dout.shape[2:]):
            for n in range(len(dout)):
                for f in range(len(w)):
                    dpadded[n, :, down, right] += dout[n, f, i, j] * w[f]
                    dw[f] += dout[n, f, i, j] * cache.padded[n, :, down, right]
        if pad:
            dpadded = dpadded[:, :, pad:-pad, pad:-pad]
        return dpadded, dw, dout.sum(axis=3).sum(axis=2).sum(axis=0)


@notebook(*NAIVE)
def single_precision_and_columns_first():
    def conv_forward_naive(x, w, b, conv_param):
        kept = x, w, b, conv_param
        x, w, b = (np.asfortranarray(a, dtype=np.float32) for a in (x, w, b))
        stride, pad = conv_param["stride"], conv_param["pad"]
        rows = output_size(x.shape[2], w.shape[2], stride, pad)  # noqa: F821
        columns = output_size(x.shape[3], w.shape[3], stride, pad)  # noqa: F821
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        out = np.zeros((len(x), len(w), rows, columns), dtype=np.float32, order="F")
        for f in range(len(w)):
            for n in range(len(x)):
                for j in range(columns - 1, -1, -1):
                    for i in range(rows - 1, -1, -1):
                        window = padded[
                            n, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]
                        ]
                        out[n, f, i, j] = (window * w[f]).sum(axis=0).sum() + b[f]
        return out, kept

    def conv_backward_naive(dout, cache):
        x, w, b = (np.asfortranarray(a, dtype=np.float32) for a in cache[:3])
        stride, pad = cache[3]["stride"], cache[3]["pad"]
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dpadded, dw, db = (np.zeros(a.shape, np.float32, "F") for a in (padded, w, b))
        for n, f, i, j in np.ndindex(dout.shape):
            rows, columns = (slice(k * stride, k * stride + size) for k, size in ((i, w.shape[2]), (j, w.shape[3])))
            dpadded[n, :, rows, columns] += np.float32(dout[n, f, i, j]) * w[f]
            dw[f] += np.float32(dout[n, f, i, j]) * padded[n, :, rows, columns]
            db[f] += np.float32(dout[n, f, i, j])
        return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db


@notebook(*NAIVE)
def pixel_by_pixel_of_the_filter_with_prints_and_warnings():
    def conv_forward_naive(x, w, b, conv_param, *, verbose=True):
        warnings.warn("this is slow", stacklevel=2)
        stride, pad = conv_param.get("stride", 1), conv_param.get("pad", 0)
        rows = output_size(x.shape[2], w.shape[2], stride, pad)  # noqa: F821
        columns = output_size(x.shape[3], w.shape[3], stride, pad)  # noqa: F821
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        out = np.zeros((len(x), len(w), rows, columns)) + b.reshape(1, -1, 1, 1)
        for i in range(w.shape[2]):
            for j in range(w.shape[3]):
                if verbose:
                    print("pixel", i, j)
                part = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                for c in range(x.shape[1]):
                    for f in range(len(w)):
                        out[:, f] += part[:, c] * w[f, c, i, j]
        return out, (padded, x.shape, w, stride, pad)

    def conv_backward_naive(dout, cache):
        padded, shape, w, stride, pad = cache
        print(dout.shape)
        rows, columns = dout.shape[2:]
        dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
        for f, c, i, j in np.ndindex(w.shape):
            at = np.s_[:, c, i : i + stride * rows : stride, j : j + stride * columns : stride]
            dpadded[at] += w[f, c, i, j] * dout[:, f]
            dw[f, c, i, j] = np.sum(padded[at] * dout[:, f])
        db = [plane.sum() for plane in dout.swapaxes(0, 1)]
        return dpadded[:, :, pad : pad + shape[2], pad : pad + shape[3]], dw, db


@notebook(*NAIVE)
def a_convolution_on_the_way_back():
    """The gradient of x is a convolution of dout, spread out by the stride, with the filters turned around."""

    def slid(images, filters):
        out = np.zeros((len(images), len(filters), *(1 + images.shape[k] - filters.shape[k] for k in (2, 3))))
        for i, j in np.ndindex(out.shape[2:]):
            window = images[:, :, i : i + filters.shape[2], j : j + filters.shape[3]]
            out[:, :, i, j] = window.reshape(len(images), -1) @ filters.reshape(len(filters), -1).T
        return out

    def conv_forward_naive(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        for axis in (2, 3):
            output_size(x.shape[axis], w.shape[axis], stride, pad)  # noqa: F821
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        out = slid(padded, w)[:, :, ::stride, ::stride] + b[None, :, None, None]
        return out, (x, w, b, dict(conv_param))

    def conv_backward_naive(dout, cache):
        x, w, _, conv_param = cache
        stride, pad = conv_param["stride"], conv_param["pad"]
        sizes = [x.shape[k] + 2 * pad - w.shape[k] + 1 for k in (2, 3)]
        spread = np.zeros((*dout.shape[:2], *sizes))
        spread[:, :, ::stride, ::stride] = dout
        around = np.pad(spread, ((0, 0), (0, 0), *((k - 1, k - 1) for k in w.shape[2:])))
        dpadded = slid(around, w[:, :, ::-1, ::-1].swapaxes(0, 1))
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dw = slid(padded.swapaxes(0, 1), spread.swapaxes(0, 1)).swapaxes(0, 1)
        return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dout.sum((0, 2, 3))


@notebook(*NAIVE)
def gradients_worked_out_on_the_way_forward():
    """The cache is a function; what it needs, it holds."""

    def conv_forward_naive(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        HH, WW = w.shape[2:]
        rows, columns = output_size(x.shape[2], HH, stride, pad), output_size(x.shape[3], WW, stride, pad)  # noqa: F821
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        w_kept, shape = w.copy(), x.shape

        def at(i, j):
            return np.s_[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]

        def back(dout):
            dpadded, dw = np.zeros_like(padded), np.zeros_like(w_kept)
            for i, j in np.ndindex(rows, columns):
                for n, f in np.ndindex(dout.shape[:2]):
                    dpadded[at(i, j)][n] += w_kept[f] * dout[n, f, i, j]
                    dw[f] += padded[at(i, j)][n] * dout[n, f, i, j]
            return dpadded[:, :, pad : pad + shape[2], pad : pad + shape[3]], dw, dout.sum(axis=(0, 2, 3))

        planes = [[np.einsum("nckm,fckm->nf", padded[at(i, j)], w) + b for j in range(columns)] for i in range(rows)]
        return np.array(planes).transpose(2, 3, 0, 1), back

    def conv_backward_naive(dout, cache):
        return cache(np.array(dout, copy=True))


@notebook(*NAIVE)
def remembered_by_what_goes_in():
    @functools.lru_cache(maxsize=32)
    def size_of(size, window, stride, pad):
        if (size + 2 * pad - window) % stride:
            raise ValueError(f"{size}, {window}, {stride}, {pad}")
        return (size + 2 * pad - window) // stride + 1

    def one(window, filter_, bias):
        return sum((window[c] * filter_[c]).sum() for c in range(len(window))) + bias

    def conv_forward_naive(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        HH, WW = w.shape[2:]
        rows, columns = size_of(x.shape[2], HH, stride, pad), size_of(x.shape[3], WW, stride, pad)
        padded = np.pad(x, ((0,), (0,), (pad,), (pad,)))
        out = [
            [
                [
                    [one(image[:, i : i + HH, j : j + WW], w[f], b[f]) for j in range(0, columns * stride, stride)]
                    for i in range(0, rows * stride, stride)
                ]
                for f in range(len(w))
            ]
            for image in padded
        ]
        return out, (x, w, b, conv_param)

    def conv_backward_naive(dout, cache):
        (x, w, b, conv_param), dout = cache, np.asarray(dout)
        stride, pad = conv_param["stride"], conv_param["pad"]
        padded = np.pad(x, ((0,), (0,), (pad,), (pad,)))
        db = tuple(np.array(dout[:, f].sum()) for f in range(len(b)))
        dw, dpadded = np.zeros(w.shape), np.zeros(padded.shape)
        for f, i, j in np.ndindex(dout.shape[1:]):
            at = np.s_[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
            g = dout[:, f, i, j][:, None, None, None]
            dw[f] += (g * padded[at]).sum(axis=0)
            np.add(dpadded[at], g * w[f], out=dpadded[at])
        return dpadded[:, :, pad : padded.shape[2] - pad, pad : padded.shape[3] - pad], dw, db
