"""Convolutions that are called fast and are right, but loop over images, filters or places: what must fail.

A loop over one thing alone is told by the lines of Python that run for one more of it, however the loop is written.
"""

import numpy as np

from tests.mutants.cells import notebook

FORWARD, BACKWARD = "cnn.conv_forward_fast", "cnn.conv_backward_fast"
LOOPLESS, DX, DW, DB = "no loop over images, filters or places", "dx", "dw", "db"
SLOW = {"fails": LOOPLESS, "only": True}


def padded_windows(x, w, conv_param):
    """Every window, (N, C, H', W', HH, WW), without copying."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    if (padded.shape[2] - w.shape[2]) % stride or (padded.shape[3] - w.shape[3]) % stride:
        raise ValueError("The stride does not divide.")
    return windows[:, :, ::stride, ::stride]


@notebook(FORWARD, BACKWARD, **SLOW)
def the_naive_one():
    conv_forward_fast = conv_forward_naive  # noqa: F821, F841
    conv_backward_fast = conv_backward_naive  # noqa: F821, F841


@notebook(FORWARD, BACKWARD, **SLOW)
def image_by_image():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)
        out = []
        for image in windows:
            out.append(np.einsum("chwij,fcij->fhw", image, w) + b[:, None, None])
        return np.array(out), (x, w, b, conv_param)

    def conv_backward_fast(dout, cache):
        x, w, b, conv_param = cache
        dx, dw = np.zeros(x.shape), np.zeros(w.shape)
        for n in range(len(x)):
            one = slice(n, n + 1)
            dx[one], more, _ = reference_backward(dout[one], (x[one], w, b, conv_param))
            dw = dw + more
        return dx, dw, dout.sum(axis=(0, 2, 3))

    from solutions.cnn import conv_backward_fast as reference_backward


@notebook(FORWARD, BACKWARD, **SLOW)
def image_by_image_in_a_comprehension():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)
        out = np.stack([np.einsum("chwij,fcij->fhw", image, w) for image in windows])
        return out + b[:, None, None], (x, w, b, conv_param)

    def conv_backward_fast(dout, cache):
        x, w, b, conv_param = cache
        parts = [reference_backward(dout[n : n + 1], (x[n : n + 1], w, b, conv_param)) for n in range(len(x))]
        return np.concatenate([part[0] for part in parts]), sum(part[1] for part in parts), sum(p[2] for p in parts)

    from solutions.cnn import conv_backward_fast as reference_backward


@notebook(FORWARD, BACKWARD, **SLOW)
def filter_by_filter():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)
        out = np.zeros((len(x), len(w), *windows.shape[2:4]))
        for f in range(len(w)):
            out[:, f] = np.einsum("nchwij,cij->nhw", windows, w[f]) + b[f]
        return out, (x, w, b, conv_param)

    def conv_backward_fast(dout, cache):
        x, w, b, conv_param = cache
        dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
        for f in range(len(w)):
            some = slice(f, f + 1)
            more, dw[some], db[some] = reference_backward(dout[:, some], (x, w[some], b[some], conv_param))
            dx += more
        return dx, dw, db

    from solutions.cnn import conv_backward_fast as reference_backward


@notebook(FORWARD, BACKWARD, **SLOW)
def filter_by_filter_in_a_generator():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)
        planes = (np.einsum("nchwij,cij->nhw", windows, one) for one in w)
        return np.stack(list(planes), axis=1) + b[:, None, None], (x, w, b, conv_param)

    def conv_backward_fast(dout, cache):
        x, w, b, conv_param = cache
        dw = np.stack([reference_backward(dout[:, [f]], (x, w[[f]], b[[f]], conv_param))[1][0] for f in range(len(w))])
        return reference_backward(dout, cache)[0], dw, dout.sum(axis=(0, 2, 3))

    from solutions.cnn import conv_backward_fast as reference_backward


@notebook(FORWARD, BACKWARD, **SLOW)
def place_by_place():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)
        out = np.zeros((len(x), len(w), *windows.shape[2:4]))
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                out[:, :, i, j] = windows[:, :, i, j].reshape(len(x), -1) @ w.reshape(len(w), -1).T + b
        return out, (x, w, b, conv_param)

    def conv_backward_fast(dout, cache):
        x, w, _, conv_param = cache
        stride, pad = conv_param["stride"], conv_param["pad"]
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                here = np.s_[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
                dpadded[here] += np.einsum("nf,fcij->ncij", dout[:, :, i, j], w)
                dw += np.einsum("nf,ncij->fcij", dout[:, :, i, j], padded[here])
        dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
        return dx, dw, dout.sum(axis=(0, 2, 3))


@notebook(FORWARD, **SLOW)
def columns_place_by_place():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)
        rows, columns = windows.shape[2:4]
        laid = [windows[:, :, k // columns, k % columns].reshape(len(x), -1) for k in range(rows * columns)]
        out = np.stack(laid, axis=-1).transpose(0, 2, 1) @ w.reshape(len(w), -1).T + b
        return out.transpose(0, 2, 1).reshape(len(x), len(w), rows, columns), (x, w, b, conv_param)


@notebook(FORWARD, **SLOW)
def vectorised_by_name():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)

        def at(n, f, i, j):
            return np.sum(windows[n, :, i, j] * w[f]) + b[f]

        shape = len(x), len(w), *windows.shape[2:4]
        return np.vectorize(at)(*np.indices(shape)), (x, w, b, conv_param)


@notebook(FORWARD, **SLOW)
def along_an_axis_by_name():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param).transpose(0, 2, 3, 1, 4, 5)
        laid = windows.reshape(*windows.shape[:3], -1)
        out = np.apply_along_axis(lambda column: w.reshape(len(w), -1) @ column + b, 3, laid)
        return out.transpose(0, 3, 1, 2), (x, w, b, conv_param)


@notebook(FORWARD, **SLOW)
def mapped_over_the_images():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)

        def of(image):
            return np.tensordot(w, image, axes=([1, 2, 3], [0, 3, 4]))

        return np.array(list(map(of, windows))) + b[:, None, None], (x, w, b, conv_param)


@notebook(FORWARD, **SLOW)
def by_recursion():
    def conv_forward_fast(x, w, b, conv_param):
        def out_of(windows):
            first = np.einsum("chwij,fcij->fhw", windows[0], w)[None]
            return first if len(windows) == 1 else np.concatenate([first, out_of(windows[1:])])

        return out_of(padded_windows(x, w, conv_param)) + b[:, None, None], (x, w, b, conv_param)


@notebook(FORWARD, **SLOW)
def with_a_while():
    def conv_forward_fast(x, w, b, conv_param):
        windows, n = padded_windows(x, w, conv_param), 0
        out = np.zeros((len(x), len(w), *windows.shape[2:4]))
        while n < len(x):
            np.einsum("chwij,fcij->fhw", windows[n], w, out=out[n])
            n += 1
        out += b[:, None, None]
        return out, (x, w, b, conv_param)


@notebook(FORWARD, **SLOW)
def blocks_of_one_image():
    def conv_forward_fast(x, w, b, conv_param):
        windows = padded_windows(x, w, conv_param)
        out = [np.einsum("nchwij,fcij->nfhw", windows[n : n + 1], w) for n in range(0, len(x), 1)]
        return np.concatenate(out) + b[:, None, None], (x, w, b, conv_param)


@notebook(BACKWARD, **SLOW)
def only_the_filters_gradient_in_a_loop():
    def conv_backward_fast(dout, cache):
        x, w, b, conv_param = cache
        dw = 0
        for n in range(len(x)):
            dw = dw + reference_backward(dout[n : n + 1], (x[n : n + 1], w, b, conv_param))[1]
        dx, _, db = reference_backward(dout, cache)
        return dx, dw, db

    from solutions.cnn import conv_backward_fast as reference_backward


@notebook(BACKWARD, **SLOW)
def only_the_biases_gradient_in_a_loop():
    def conv_backward_fast(dout, cache):
        dx, dw, _ = reference_backward(dout, cache)
        return dx, dw, np.array([dout[:, f].sum() for f in range(dout.shape[1])])

    from solutions.cnn import conv_backward_fast as reference_backward


@notebook(BACKWARD, **SLOW)
def pixel_by_pixel_of_the_image():
    def conv_backward_fast(dout, cache):
        _, dw, db = reference_backward(dout, cache)
        x, w, _, conv_param = cache
        stride, pad = conv_param["stride"], conv_param["pad"]
        (rows, columns), (HH, WW), dx = dout.shape[2:], w.shape[2:], np.zeros(x.shape)
        for a in range(x.shape[2]):
            for c in range(x.shape[3]):
                for i in range(max(0, -(-(a + pad - HH + 1) // stride)), min(rows, (a + pad) // stride + 1)):
                    for j in range(max(0, -(-(c + pad - WW + 1) // stride)), min(columns, (c + pad) // stride + 1)):
                        dx[:, :, a, c] += dout[:, :, i, j] @ w[:, :, a + pad - i * stride, c + pad - j * stride]
        return dx, dw, db

    from solutions.cnn import conv_backward_fast as reference_backward


# Two mistakes
@notebook(FORWARD, fails=("out", LOOPLESS), diagnosis="known mistake")
def image_by_image_and_filters_flipped():
    def conv_forward_fast(x, w, b, conv_param):
        windows, w_flipped = padded_windows(x, w, conv_param), w[:, :, ::-1, ::-1]
        out = [np.einsum("chwij,fcij->fhw", image, w_flipped) for image in windows]
        return np.array(out) + b[:, None, None], (x, w, b, conv_param)


@notebook(BACKWARD, fails=(DB, LOOPLESS), diagnosis="known mistake")
def image_by_image_and_the_last_ones_biases():
    def conv_backward_fast(dout, cache):
        x, w, b, conv_param = cache
        dx, dw = np.zeros(x.shape), np.zeros(w.shape)
        for n in range(len(x)):
            one = slice(n, n + 1)
            dx[one], more, db = reference_backward(dout[one], (x[one], w, b, conv_param))
            dw = dw + more
        return dx, dw, db

    from solutions.cnn import conv_backward_fast as reference_backward
