"""Right convolutions without loops over images, filters or places, as different as students' are.

They earn full marks as the fast ones, and, under their other names, as the naive ones.
"""

import functools
import warnings
from types import SimpleNamespace

import numpy as np

from tests.mutants.cells import notebook

FAST = ("cnn.conv_forward_fast", "cnn.conv_backward_fast")
ALL = ("cnn.conv_forward_naive", "cnn.conv_backward_naive", *FAST)


@notebook(*ALL)
def einsum_over_windows_that_are_only_looked_at():
    def look(padded, HH, WW, stride):
        return np.lib.stride_tricks.sliding_window_view(padded, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]

    def conv_forward_fast(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        if any((x.shape[k] + 2 * pad - w.shape[k]) % stride for k in (2, 3)):
            raise ValueError("the stride does not divide")
        windows = look(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), *w.shape[2:], stride)
        return np.einsum("nchwij,fcij->nfhw", windows, w) + b[None, :, None, None], (windows, x.shape, w, stride, pad)

    def conv_backward_fast(dout, cache):
        windows, shape, w, stride, pad = cache
        dpadded = np.zeros((*shape[:2], shape[2] + 2 * pad, shape[3] + 2 * pad))
        shares = np.einsum("nfhw,fcij->nchwij", dout, w)
        rows, columns = (stride * n for n in dout.shape[2:])
        for i, j in np.ndindex(w.shape[2:]):
            dpadded[:, :, i : i + rows : stride, j : j + columns : stride] += shares[..., i, j]
        dw = np.einsum("nfhw,nchwij->fcij", dout, windows, optimize=True)
        return dpadded[:, :, pad : pad + shape[2], pad : pad + shape[3]], dw, np.einsum("nfhw->f", dout)

    conv_forward_naive, conv_backward_naive = conv_forward_fast, conv_backward_fast  # noqa: F841


@notebook(*ALL)
def columns_by_numbered_pixels():
    """Every pixel of the padded images has a number; windows are tables of numbers."""

    def numbers_of(C, H, W, HH, WW, stride, pad):
        rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")  # noqa: F821
        grid = np.arange(C * (H + 2 * pad) * (W + 2 * pad)).reshape(C, H + 2 * pad, W + 2 * pad)
        corner = grid[0, : rows * stride : stride, : columns * stride : stride].reshape(1, -1)
        return grid[:, :HH, :WW].reshape(-1, 1) + corner, (rows, columns)

    def conv_forward_fast(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        table, size = numbers_of(*x.shape[1:], *w.shape[2:], stride, pad)
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        laid = padded.reshape(len(x), -1)[:, table]
        out = (w.reshape(len(w), -1) @ laid + b.reshape(-1, 1)).reshape(len(x), len(w), *size)
        return out, SimpleNamespace(laid=laid, table=table, shape=padded.shape, w=w, pad=pad)

    def conv_backward_fast(dout, cache):
        flat, pad = dout.reshape(*dout.shape[:2], -1), cache.pad
        dw = np.einsum("nfp,nkp->fk", flat, cache.laid).reshape(cache.w.shape)
        dlaid = np.einsum("fk,nfp->nkp", cache.w.reshape(len(cache.w), -1), flat)
        dpadded = np.zeros((len(dout), int(np.prod(cache.shape[1:]))))
        np.add.at(dpadded, (slice(None), cache.table), dlaid)
        dpadded = dpadded.reshape(cache.shape)
        H, W = cache.shape[2] - pad, cache.shape[3] - pad
        return dpadded[:, :, pad:H, pad:W], dw, flat.sum(axis=(0, 2))

    conv_forward_naive, conv_backward_naive = conv_forward_fast, conv_backward_fast  # noqa: F841


@notebook(*ALL)
def one_product_for_each_pixel_of_the_window():
    def conv_forward_fast(x, w, b, conv_param, dtype=None):
        stride, pad = conv_param["stride"], conv_param["pad"]
        rows = output_size(x.shape[2], w.shape[2], stride, pad)  # noqa: F821
        columns = output_size(x.shape[3], w.shape[3], stride, pad)  # noqa: F821
        padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad), dtype or x.dtype)
        padded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]] = x
        out = np.zeros((len(x), rows, columns, len(w)))
        for i in range(w.shape[2]):
            for j in range(w.shape[3]):
                part = padded[:, :, i : i + rows * stride : stride, j : j + columns * stride : stride]
                out += np.tensordot(part, w[:, :, i, j], axes=(1, 1))
        return np.moveaxis(out + b, 3, 1), {"x": x, "w": w, "param": conv_param, "padded": padded}

    def conv_backward_fast(dout, cache):
        (x, w, padded), stride, pad = (
            (cache[k] for k in ("x", "w", "padded")),
            *map(cache["param"].get, ("stride", "pad")),
        )
        rows, columns = dout.shape[2:]
        dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
        for i in range(w.shape[2]):
            for j in range(w.shape[3]):
                at = np.s_[:, :, i : i + rows * stride : stride, j : j + columns * stride : stride]
                dw[:, :, i, j] = np.tensordot(dout, padded[at], axes=([0, 2, 3], [0, 2, 3]))
                dpadded[at] += np.moveaxis(np.tensordot(dout, w[:, :, i, j], axes=(1, 0)), 3, 1)
        return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dout.sum(axis=(0, 2, 3))

    conv_forward_naive, conv_backward_naive = conv_forward_fast, conv_backward_fast  # noqa: F841


@notebook(*ALL)
def products_of_transforms():
    """A convolution is a product of Fourier transforms, one for each frequency; the stride leaves places out."""

    def conv_forward_fast(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        for k in (2, 3):
            output_size(x.shape[k], w.shape[k], stride, pad)  # noqa: F821
        H, W = (x.shape[k] + 2 * pad for k in (2, 3))
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        of_x, of_w = np.fft.fft2(padded), np.fft.fft2(w, s=(H, W)).conj()
        full = np.fft.ifft2((of_x[:, None] * of_w[None]).sum(axis=2)).real
        out = full[:, :, : H - w.shape[2] + 1 : stride, : W - w.shape[3] + 1 : stride]
        return out + b[:, None, None], (of_x, of_w, stride, pad, x.shape, w.shape)

    def conv_backward_fast(dout, cache):
        of_x, of_w, stride, pad, shape, (_, _, HH, WW) = cache
        H, W = of_x.shape[2:]
        spread = np.zeros((*dout.shape[:2], H, W))
        spread[:, :, : H - HH + 1 : stride, : W - WW + 1 : stride] = dout
        of_d = np.fft.fft2(spread)
        dpadded = np.fft.ifft2((of_d[:, :, None] * of_w.conj()[None]).sum(axis=1)).real
        dw = np.fft.ifft2((of_d.conj()[:, :, None] * of_x[:, None]).sum(axis=0)).real[:, :, :HH, :WW]
        return dpadded[:, :, pad : pad + shape[2], pad : pad + shape[3]], dw, spread.sum(axis=(0, 2, 3))

    conv_forward_naive, conv_backward_naive = conv_forward_fast, conv_backward_fast  # noqa: F841


@notebook(*ALL)
def columns_of_a_few_images_at_a_time_single_precision():
    def laid_out(images, HH, WW, stride):
        N, C, H, W = images.shape
        steps = images.strides
        shape = (N, C, HH, WW, (H - HH) // stride + 1, (W - WW) // stride + 1)
        apart = (*steps[:2], *steps[2:], stride * steps[2], stride * steps[3])
        return np.lib.stride_tricks.as_strided(images, shape, apart).reshape(N, C * HH * WW, -1)

    def conv_forward_fast(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        size = [output_size(x.shape[k], w.shape[k], stride, pad) for k in (2, 3)]  # noqa: F821
        padded = np.pad(x.astype(np.float32), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        filters = np.asfortranarray(w.reshape(len(w), -1), dtype=np.float32)
        blocks = [filters @ laid_out(some, *w.shape[2:], stride) for some in np.array_split(padded, 1 + len(x) // 100)]
        out = np.concatenate(blocks) + b.astype(np.float32)[:, None]
        return out.reshape(len(x), len(w), *size), (x, w, b, conv_param)

    def conv_backward_fast(dout, cache):
        x, w, _, conv_param = cache
        stride, pad = conv_param["stride"], conv_param["pad"]
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))).astype(np.float32)
        flat = dout.reshape(*dout.shape[:2], -1).astype(np.float32)
        laid = laid_out(padded, *w.shape[2:], stride)
        dw = np.tensordot(flat, laid, axes=([0, 2], [0, 2])).reshape(w.shape)
        dlaid = np.matmul(w.reshape(len(w), -1).T.astype(np.float32), flat).reshape(
            len(x), *w.shape[1:], *dout.shape[2:]
        )
        dpadded = np.zeros_like(padded)
        i, j = 0, 0
        while i < w.shape[2]:
            dpadded[:, :, i::stride, j::stride][:, :, : dout.shape[2], : dout.shape[3]] += dlaid[:, :, i, j]
            i, j = (i, j + 1) if j + 1 < w.shape[3] else (i + 1, 0)
        return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, flat.sum(axis=2).sum(axis=0)

    conv_forward_naive, conv_backward_naive = conv_forward_fast, conv_backward_fast  # noqa: F841


@notebook(*ALL)
def one_large_matrix_for_the_whole_layer():
    """The layer as a matrix from all padded pixels to all of out; its transpose is the way back."""

    def matrix(w, H, W, stride):
        F, C, HH, WW = w.shape
        rows, columns = (H - HH) // stride + 1, (W - WW) // stride + 1
        whole = np.zeros((F, rows, columns, C, H, W))
        f, i, j, c, k, m = np.indices((F, rows, columns, C, HH, WW))
        whole[f, i, j, c, i * stride + k, j * stride + m] = w[f, c, k, m]
        return whole.reshape(F * rows * columns, -1), (F, rows, columns), (f, i, j, c, i * stride + k, j * stride + m)

    def conv_forward_fast(x, w, b, conv_param):
        stride, pad = conv_param["stride"], conv_param["pad"]
        assert not any((x.shape[k] + 2 * pad - w.shape[k]) % stride for k in (2, 3)), "stride"
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        whole, size, _ = matrix(w, *padded.shape[2:], stride)
        out = padded.reshape(len(x), -1) @ whole.T
        return out.reshape(len(x), *size) + b[:, None, None], (x, w, b, conv_param)

    def conv_backward_fast(dout, cache):
        x, w, _, conv_param = cache
        stride, pad = conv_param["stride"], conv_param["pad"]
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        whole, size, entries = matrix(w, *padded.shape[2:], stride)
        flat = dout.reshape(len(dout), -1)
        dpadded = (flat @ whole).reshape(padded.shape)
        dwhole = (flat.T @ padded.reshape(len(x), -1)).reshape(*size, *padded.shape[1:])
        dw = dwhole[entries].sum(axis=(1, 2))
        return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dout.sum(-1).sum(-1).sum(0)

    conv_forward_naive, conv_backward_naive = conv_forward_fast, conv_backward_fast  # noqa: F841


@notebook(*FAST)
def verbose_and_channels_last_inside():
    @functools.lru_cache(maxsize=8)
    def starts(rows, columns, stride):
        return np.arange(rows)[:, None] * stride, np.arange(columns) * stride

    def conv_forward_fast(x, w, b, conv_param):
        warnings.warn("as a matrix product", stacklevel=2)
        stride, pad = conv_param["stride"], conv_param["pad"]
        rows, columns = (output_size(x.shape[k], w.shape[k], stride, pad) for k in (2, 3))  # noqa: F821
        last = np.pad(np.moveaxis(x, 1, -1), ((0, 0), (pad, pad), (pad, pad), (0, 0)))
        top, left = starts(rows, columns, stride)
        parts = [last[:, top + i, left + j] for i in range(w.shape[2]) for j in range(w.shape[3])]
        laid = np.concatenate(parts, axis=-1)  # (N, H', W', HH WW C)
        out = laid @ w.transpose(2, 3, 1, 0).reshape(-1, len(w)) + b
        print("out:", out.shape)
        return np.moveaxis(out, -1, 1), (laid, x.shape, w, stride, pad)

    def conv_backward_fast(dout, cache):
        laid, (N, C, H, W), w, stride, pad = cache
        last = np.moveaxis(dout, 1, -1)
        dw = (
            np.tensordot(laid, last, axes=([0, 1, 2], [0, 1, 2])).reshape(*w.shape[2:], C, len(w)).transpose(3, 2, 0, 1)
        )
        dlaid = (last @ w.transpose(0, 2, 3, 1).reshape(len(w), -1)).reshape(*last.shape[:3], *w.shape[2:], C)
        dlast, (top, left) = np.zeros((N, H + 2 * pad, W + 2 * pad, C)), starts(*dout.shape[2:], stride)
        for i in range(w.shape[2]):
            for j in range(w.shape[3]):
                dlast[:, top + i, left + j] += dlaid[..., i, j, :]
        dx = np.moveaxis(dlast[:, pad : pad + H, pad : pad + W], -1, 1)
        print("dx:", dx.shape)
        return dx.tolist(), dw, last.reshape(-1, len(w)).sum(axis=0).tolist()
