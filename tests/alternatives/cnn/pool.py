"""Right max-pooling, forward and backward, as different as students' are. All must earn full marks.

Among equally large numbers of a window they share the gradient in different ways; each is right.
"""

import itertools
import random
import warnings
from dataclasses import dataclass

import numpy as np

from tests.mutants.cells import notebook

BOTH = ("cnn.max_pool_forward_naive", "cnn.max_pool_backward_naive")


@notebook(*BOTH)
def numbers_alone_and_the_last_of_several():
    def max_pool_forward_naive(x, pool_param):
        HH, WW, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        N, C, H, W = x.shape
        rows, columns = output_size(H, HH, s), output_size(W, WW, s)  # noqa: F821
        out = np.zeros((N, C, rows, columns))
        for n in range(N):
            for c in range(C):
                for i in range(rows):
                    for j in range(columns):
                        best = float("-inf")
                        for k in range(HH):
                            for m in range(WW):
                                if x[n, c, i * s + k, j * s + m] > best:
                                    best = x[n, c, i * s + k, j * s + m]
                        out[n, c, i, j] = best
        return out, (x, pool_param)

    def max_pool_backward_naive(dout, cache):
        x, pool_param = cache
        HH, WW, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        dx = np.zeros(x.shape)
        for n, c, i, j in np.ndindex(dout.shape):
            at = i * s, j * s
            for k in range(HH):
                for m in range(WW):
                    if x[n, c, i * s + k, j * s + m] >= x[n, c, at[0], at[1]]:
                        at = i * s + k, j * s + m
            dx[n, c, at[0], at[1]] += dout[n, c, i, j]
        return dx


@notebook(*BOTH)
def shared_evenly_by_masks_that_are_kept():
    def max_pool_forward_naive(x, pool_param):
        HH, WW, stride = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
        if (x.shape[2] - HH) % stride or (x.shape[3] - WW) % stride:
            raise ValueError("The stride does not divide.")
        planes, masks = [], {}
        for i in range((x.shape[2] - HH) // stride + 1):
            planes.append([])
            for j in range((x.shape[3] - WW) // stride + 1):
                at = np.s_[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
                largest = x[at].max(axis=(2, 3), keepdims=True)
                planes[i].append(largest[:, :, 0, 0])
                masks[i, j] = at, (x[at] == largest) / np.sum(x[at] == largest, axis=(2, 3), keepdims=True)
        return np.array(planes).transpose(2, 3, 0, 1), (np.zeros_like(x), masks)

    def max_pool_backward_naive(dout, cache):
        if isinstance(cache[1], dict) and "stride" in cache[1]:
            _, cache = max_pool_forward_naive(*cache)
        empty, masks = cache
        dx = empty.copy()
        for (i, j), (at, mask) in masks.items():
            dx[at] += mask * dout[:, :, i, j][:, :, None, None]
        return dx


@dataclass
class Places:
    rows: np.ndarray
    columns: np.ndarray
    shape: tuple


@notebook(*BOTH)
def places_kept_in_an_object_and_added_up_at_once():
    def max_pool_forward_naive(x, pool_param):
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        rows, columns = (output_size(n, k, stride) for n, k in zip(x.shape[2:], (HH, WW), strict=True))  # noqa: F821
        windows = np.lib.stride_tricks.sliding_window_view(x, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
        flat = windows.reshape(*windows.shape[:4], HH * WW)
        which = flat.argmax(axis=-1)
        out = np.take_along_axis(flat, which[..., None], axis=-1).squeeze(axis=-1)
        down, right = np.unravel_index(which, (HH, WW))
        corners = stride * np.arange(rows)[:, None], stride * np.arange(columns)
        return out, Places(corners[0] + down, corners[1] + right, x.shape)

    def max_pool_backward_naive(dout, cache):
        dx = np.zeros(cache.shape)
        n, c = np.ix_(range(cache.shape[0]), range(cache.shape[1]))
        np.add.at(dx, (n[..., None, None], c[..., None, None], cache.rows, cache.columns), dout)
        return (dx,)


@notebook(*BOTH)
def one_of_several_by_lot():
    def max_pool_forward_naive(x, pool_param, empty=-np.inf):
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        rows, columns = output_size(x.shape[2], HH, stride), output_size(x.shape[3], WW, stride)  # noqa: F821
        out = np.full((*x.shape[:2], rows, columns), empty, dtype=x.dtype)
        for i, j in itertools.product(range(HH), range(WW)):
            part = x[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out = np.where(part > out, part, out)
        return out, [x, pool_param, out]

    def max_pool_backward_naive(dout, cache):
        x, pool_param = cache[:2]
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        dx = np.zeros_like(x)
        for n, c, i, j in np.ndindex(dout.shape):
            window = x[n, c, i * stride : i * stride + HH, j * stride : j * stride + WW]
            k, m = random.choice(np.argwhere(window == window.max()))
            dx[n, c, i * stride + k, j * stride + m] += dout[n, c, i, j]
        return dx


@notebook(*BOTH)
def uneven_shares_single_precision_columns_first():
    def max_pool_forward_naive(x, pool_param):
        kept, x = x, np.asfortranarray(x, dtype=np.float32)
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        rows, columns = output_size(x.shape[2], HH, stride), output_size(x.shape[3], WW, stride)  # noqa: F821
        out = np.empty((columns, rows, x.shape[1], x.shape[0]), dtype=np.float32).T
        for place in np.ndindex(rows, columns):
            top, left = np.multiply(place, stride)
            out[(..., *place)] = np.amax(np.amax(x[:, :, top : top + HH, left : left + WW], axis=3), axis=2)
        return out, (kept, dict(pool_param))

    def max_pool_backward_naive(dout, cache):
        x, pool_param = cache
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        weights = np.arange(1.0, 1 + HH * WW).reshape(HH, WW)  # the later ones of several get more
        dx = np.zeros(x.shape, dtype=np.float32, order="F")
        for n, c, i, j in np.ndindex(dout.shape):
            at = n, c, slice(i * stride, i * stride + HH), slice(j * stride, j * stride + WW)
            shares = weights * (x[at] == np.max(x[at]))
            dx[at] += np.float32(dout[n, c, i, j]) * (shares / shares.sum()).astype(np.float32)
        return dx


@notebook(*BOTH)
def verbose_recursive_and_lists_returned():
    def largest(numbers):
        if len(numbers) == 1:
            return numbers[0]
        half = len(numbers) // 2
        return max(largest(numbers[:half]), largest(numbers[half:]))

    def max_pool_forward_naive(x, pool_param):
        warnings.warn("slow", stacklevel=2)
        print("pooling", x.shape)
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        rows, columns = output_size(x.shape[2], HH, stride), output_size(x.shape[3], WW, stride)  # noqa: F821
        tops, lefts = range(0, rows * stride, stride), range(0, columns * stride, stride)
        out = [
            [[[largest(plane[i : i + HH, j : j + WW].ravel()) for j in lefts] for i in tops] for plane in image]
            for image in x
        ]
        return [out, (x, pool_param)]

    def max_pool_backward_naive(dout, cache):
        x, pool_param = cache
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        dx = [[np.zeros(x.shape[2:]) for _ in image] for image in x]
        for n, image in enumerate(dout):
            for c, plane in enumerate(image):
                for (i, j), g in np.ndenumerate(plane):
                    numbers = x[n, c, i * stride : i * stride + HH, j * stride : j * stride + WW].ravel().tolist()
                    k, m = divmod(numbers.index(max(numbers)), WW)
                    dx[n][c][i * stride + k, j * stride + m] += g
        return dx


@notebook(*BOTH)
def a_function_as_a_cache_and_halves_of_one_tie_after_the_other():
    """Of two equally large numbers met one after the other, each gets half: of three, a half, a quarter, a quarter."""

    def max_pool_forward_naive(x, pool_param):
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        rows, columns = output_size(x.shape[2], HH, stride), output_size(x.shape[3], WW, stride)  # noqa: F821
        out, steps = None, []
        for i, j in np.ndindex(HH, WW):
            at = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            if out is None:
                out, share = x[at].copy(), 1.0
            else:
                share = np.where(x[at] > out, 1.0, np.where(x[at] == out, 0.5, 0.0))
                out = np.maximum(out, x[at])
            steps.append((at, share))
        shape = x.shape

        def back(dout):
            dx, left = np.zeros(shape), dout.copy()
            for at, share in reversed(steps):
                dx[at] += left * share
                left = left * (1 - share)
            return dx

        return out, back

    def max_pool_backward_naive(dout, cache):
        return cache(dout)


@notebook(*BOTH)
def sorted_and_counted():
    def max_pool_forward_naive(x, pool_param):
        HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        rows = (x.shape[2] - HH) / stride + 1
        columns = (x.shape[3] - WW) / stride + 1
        if rows % 1 or columns % 1:
            raise Exception(f"{rows} rows, {columns} columns")
        out = np.zeros((*x.shape[:2], int(rows), int(columns)), dtype=x.dtype)
        for n, c, i, j in np.ndindex(out.shape):
            window = x[n, c, i * stride :, j * stride :][:HH, :WW]
            out[n, c, i, j] = np.sort(window, axis=None)[-1]
        return out, {"x": x, "out": out, "param": pool_param}

    def max_pool_backward_naive(dout, cache):
        x, out, param = cache["x"], cache["out"], cache["param"]
        HH, WW, stride = param["pool_height"], param["pool_width"], param["stride"]
        W = x.shape[3]
        for_each = []
        for n, c in np.ndindex(x.shape[:2]):
            where = []
            for i, j in np.ndindex(out.shape[2:]):
                inside = x[n, c, i * stride :, j * stride :][:HH, :WW] == out[n, c, i, j]
                k, m = np.argwhere(inside)[0]
                where.append((i * stride + k) * W + j * stride + m)
            weights = dout[n, c].ravel()
            for_each.append(np.bincount(where, weights=weights, minlength=x.shape[2] * W))
        return np.reshape(for_each, x.shape)
