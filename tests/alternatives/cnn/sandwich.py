"""Right sandwiches of convolution, ReLU and pooling, as different as students' are. All must earn full marks."""

import functools
import warnings
from dataclasses import dataclass

import numpy as np

from tests.mutants.cells import notebook

ITEM = "cnn.conv_relu_pool"


@notebook(ITEM)
def the_naive_layers():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        a, conv = conv_forward_naive(x, w, b, conv_param)  # noqa: F821
        a, relu = relu_forward(a)  # noqa: F821
        a, pool = max_pool_forward_naive(a, pool_param)  # noqa: F821
        return a, {"conv": conv, "relu": relu, "pool": pool}

    def conv_relu_pool_backward(dout, cache):
        d = max_pool_backward_naive(dout, cache["pool"])  # noqa: F821
        d = relu_backward(d, cache["relu"])  # noqa: F821
        return conv_backward_naive(d, cache["conv"])  # noqa: F821


@notebook(ITEM)
def the_pair_that_is_given_and_a_pooling():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        a, inner = conv_relu_forward(x, w, b, conv_param)  # noqa: F821
        out, pool = max_pool_forward_fast(a, pool_param)  # noqa: F821
        return out, [inner, pool]

    def conv_relu_pool_backward(dout, cache):
        inner, pool = cache
        return conv_relu_backward(max_pool_backward_fast(dout, pool), inner)  # noqa: F821


@notebook(ITEM)
def the_relu_behind_the_pooling():
    """The largest number of a window, cut off at zero, is the largest of those that are cut off."""

    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        a, conv = conv_forward_fast(x, w, b, conv_param)  # noqa: F821
        a, pool = max_pool_forward_fast(a, pool_param)  # noqa: F821
        out, relu = relu_forward(a)  # noqa: F821
        return out, (conv, pool, relu)

    def conv_relu_pool_backward(dout, cache):
        conv, pool, relu = cache
        return conv_backward_fast(max_pool_backward_fast(relu_backward(dout, relu), pool), conv)  # noqa: F821


@notebook(ITEM)
def the_relu_written_out():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        scores, conv = conv_forward_fast(x, w, b, conv_param)  # noqa: F821
        positive = scores > 0
        out, pool = max_pool_forward_fast(np.where(positive, scores, 0), pool_param)  # noqa: F821
        return out, (conv, positive, pool)

    def conv_relu_pool_backward(dout, cache):
        conv, positive, pool = cache
        dx, dw, db = conv_backward_fast(max_pool_backward_fast(dout, pool) * positive, conv)  # noqa: F821
        return [dx, dw, db]


@notebook(ITEM)
def all_written_out_with_loops():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        s, p = conv_param["stride"], conv_param["pad"]
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        (N, _, H, W), (F, _, HH, WW) = padded.shape, w.shape
        scores = np.zeros((N, F, (H - HH) // s + 1, (W - WW) // s + 1))
        for i in range(scores.shape[2]):
            for j in range(scores.shape[3]):
                window = padded[:, :, i * s : i * s + HH, j * s : j * s + WW]
                scores[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3])) + b
        t, ph, pw = pool_param["stride"], pool_param["pool_height"], pool_param["pool_width"]
        out = np.zeros((N, F, (scores.shape[2] - ph) // t + 1, (scores.shape[3] - pw) // t + 1))
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                out[:, :, i, j] = scores[:, :, i * t : i * t + ph, j * t : j * t + pw].max(axis=(2, 3)).clip(0)
        return out, (padded, w, s, p, scores, (t, ph, pw))

    def conv_relu_pool_backward(dout, cache):
        padded, w, s, p, scores, (t, ph, pw) = cache
        dscores = np.zeros_like(scores)
        for n, f, i, j in np.ndindex(*dout.shape):
            window = scores[n, f, i * t : i * t + ph, j * t : j * t + pw]
            row, column = divmod(int(window.argmax()), window.shape[1])
            if window[row, column] > 0:
                dscores[n, f, i * t + row, j * t + column] += dout[n, f, i, j]
        dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
        for i, j in np.ndindex(*dscores.shape[2:]):
            here = (slice(None), slice(None), slice(i * s, i * s + w.shape[2]), slice(j * s, j * s + w.shape[3]))
            dw += np.einsum("nf,nchw->fchw", dscores[:, :, i, j], padded[here])
            dpadded[here] += np.einsum("nf,fchw->nchw", dscores[:, :, i, j], w)
        rows, columns = (slice(p, size - p) for size in padded.shape[2:])
        return dpadded[:, :, rows, columns], dw, dscores.sum(axis=(0, 2, 3))


@notebook(ITEM)
def closures_in_the_cache():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        a, conv = conv_forward_fast(x, w, b, conv_param)  # noqa: F821
        a, relu = relu_forward(a)  # noqa: F821
        a, pool = max_pool_forward_fast(a, pool_param)  # noqa: F821
        back = [
            functools.partial(conv_backward_fast, cache=conv),  # noqa: F821
            functools.partial(relu_backward, cache=relu),  # noqa: F821
            functools.partial(max_pool_backward_fast, cache=pool),  # noqa: F821
        ]
        return a, back

    def conv_relu_pool_backward(dout, cache):
        for back in reversed(cache):
            dout = back(dout)
        return dout


@notebook(ITEM)
def a_class_of_its_own_and_numbered_layers():
    @dataclass
    class Kept:
        caches: list
        settings: tuple

    layers = (
        (lambda a, p: conv_forward_fast(*a, p[0]), lambda d, c: conv_backward_fast(d, c)),  # noqa: F821
        (lambda a, p: relu_forward(a), lambda d, c: relu_backward(d, c)),  # noqa: F821
        (lambda a, p: max_pool_forward_fast(a, p[1]), lambda d, c: max_pool_backward_fast(d, c)),  # noqa: F821
    )

    def conv_relu_pool_forward(x, w, b, conv_param, pool_param, *, verbose=False):
        kept, a = Kept([], (conv_param, pool_param)), (x, w, b)
        for forward, _ in layers:
            a, cache = forward(a, kept.settings)
            kept.caches.append(cache)
        return a, kept

    def conv_relu_pool_backward(dout, cache, verbose=False):
        for (_, backward), one in zip(layers[::-1], cache.caches[::-1], strict=True):
            dout = backward(dout, one)
        return dout


@notebook(ITEM)
def copies_fortran_order_prints_and_warnings():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        print("images", x.shape, "filters", w.shape)
        x, w, b = (np.array(a, dtype=np.float64, order="F") for a in (x, w, b))
        a, conv = conv_forward_fast(x, w, b, dict(conv_param))  # noqa: F821
        a, relu = relu_forward(np.asfortranarray(a))  # noqa: F821
        out, pool = max_pool_forward_fast(a, dict(pool_param))  # noqa: F821
        warnings.warn("pooled", stacklevel=1)
        return np.asfortranarray(out), (conv, relu, pool)

    def conv_relu_pool_backward(dout, cache):
        d = np.asfortranarray(dout, dtype=np.float64)
        d = max_pool_backward_fast(d, cache[2])  # noqa: F821
        d = relu_backward(d, cache[1])  # noqa: F821
        print("back through the convolution")
        return tuple(np.asfortranarray(g) for g in conv_backward_fast(d, cache[0]))  # noqa: F821


@notebook(ITEM)
def the_way_forward_once_more():
    """Only the arguments are kept; what the layers keep is found again on the way back."""

    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        a = conv_forward_fast(x, w, b, conv_param)[0]  # noqa: F821
        out = max_pool_forward_fast(relu_forward(a)[0], pool_param)[0]  # noqa: F821
        return out, (x.copy(), w.copy(), b.copy(), dict(conv_param), dict(pool_param))

    def conv_relu_pool_backward(dout, cache):
        x, w, b, conv_param, pool_param = cache
        a, conv = conv_forward_fast(x, w, b, conv_param)  # noqa: F821
        _, pool = max_pool_forward_fast(relu_forward(a)[0], pool_param)  # noqa: F821
        return conv_backward_fast((a > 0) * max_pool_backward_fast(dout, pool), conv)  # noqa: F821


@notebook(ITEM)
def float32_inside():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        x, w, b = (a.astype(np.float32) for a in (x, w, b))
        scores, conv = conv_forward_fast(x, w, b, conv_param)  # noqa: F821
        active, relu = relu_forward(scores)  # noqa: F821
        out, pool = max_pool_forward_fast(active, pool_param)  # noqa: F821
        return out, (pool, relu, conv)

    def conv_relu_pool_backward(dout, cache):
        pool, relu, conv = cache
        back = relu_backward(max_pool_backward_fast(dout.astype(np.float32), pool), relu)  # noqa: F821
        return conv_backward_fast(back, conv)  # noqa: F821
