"""Images, filters and settings to draw: no two sizes alike, height and width different in everything that has them."""

import numpy as np

from autograder.checks import parts


def sized(places, window, stride, pad):
    """Pixels along an axis on which a window has so many places."""
    return (places - 1) * stride + window - 2 * pad


def convolutions(rng):
    """(case, (x, w, b), conv_param) of a convolution."""
    # Never two channels or images: what is added twice, or halved, is not added for every channel, or divided by N.
    (N, C), F = (int(n) for n in rng.permutation([3, 4])), 2
    tall = bool(rng.integers(2))
    HH, WW = (4, 3) if tall else (3, 4)

    def case(name, sizes, window, places, stride, pad, dtype=np.float64):
        n, c, f = sizes
        H, W = (sized(p, w, stride, pad) for p, w in zip(places, window, strict=True))
        x, w = rng.standard_normal((n, c, H, W)) + 0.3, rng.standard_normal((f, c, *window)) + 0.2
        b = rng.choice([-1.0, 1.0], f) * rng.uniform(0.5, 2.0, f)
        return name, tuple(array.astype(dtype) for array in (x, w, b)), {"stride": stride, "pad": pad}

    return [
        case("general", (N, C, F), (HH, WW), (3, 5) if tall else (4, 3), 2, 1),
        case("no padding", (F, C, N), (WW, HH), (3, 4), 1, 0),
        case("padding of two, stride of three", (C, F, N), (5, 3), (3, 2), 3, 2),
        case("one image, one channel, one filter", (1, 1, 1), (2, 3), (4, 3), 1, 1),
        case("a window of one pixel", (N, F, C), (1, 1), (3, 5), 2, 0),
        case("float32", (N, C, F), (HH, WW), (4, 3), 2, 1, np.float32),
    ]


def poolings(rng):
    """(case, x, pool_param) of a max-pooling; no two numbers of x are alike, and windows overlap in one case alone."""
    N, C = (int(n) for n in rng.permutation([2, 3]))

    def case(name, sizes, window, places, stride, shift=0.0, dtype=np.float64):
        H, W = (sized(p, w, stride, 0) for p, w in zip(places, window, strict=True))
        count = sizes[0] * sizes[1] * H * W
        x = rng.permutation(np.linspace(-2.0, 2.0, count)).reshape(*sizes, H, W) + shift
        return name, x.astype(dtype), {"pool_height": window[0], "pool_width": window[1], "stride": stride}

    tall = bool(rng.integers(2))
    return [
        case("general", (N, C), (2, 3) if tall else (3, 2), (4, 3), 3, 0.013),
        case("windows that overlap", (C, N), (3, 2) if tall else (2, 3), (3, 5), 1, 0.017),
        case("all numbers negative", (N, C), (2, 2), (3, 4), 2, -5.0),
        case("gaps between windows", (2, 1), (2, 1), (2, 3), 3, 0.011),
        case("one image", (1, C), (2, 2), (3, 2), 2, 0.019),
        case("float32", (N, C), (2, 3), (3, 2), 3, 0.013, np.float32),
    ]


def shown(case, x, param, w=None):
    """A case in words: sizes and settings."""
    filters = {} if w is None else {"filters": w.shape}
    return parts.described(case, images=x.shape, **filters, **param)
