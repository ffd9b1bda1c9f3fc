"""shapes10: small pictures of ten shapes, the course's generated stand-in for CIFAR-10.

Goes in: how many images, and a seed. Comes out: images as bytes (n, 32, 32, 3) and labels (n,). Nothing is downloaded,
and the same seed gives the same bytes on every machine: the notes of `generate` say how.
"""

import math
import operator

import numpy as np

CLASSES = ("circle", "square", "triangle", "star", "cross", "ring", "crescent", "arrow", "heart", "flower")
SIDE = 32
CHUNK = 256  # images that share one stream of random bits; part of the data set's definition
BITS = 24  # of a random number; as many as float32 holds exactly

# What is typical of a class, in the order of CLASSES: as ships in CIFAR-10 are mostly on blue, but not always. Each
# class has two looks (colours of background and shape: red, green, blue), a usual place (pixels right of and below the
# centre) and a usual radius (pixels).
BACKGROUNDS = np.array([
    [[.35, .60, .85], [.20, .25, .45]], [[.70, .65, .55], [.35, .30, .30]], [[.40, .60, .30], [.80, .80, .75]],
    [[.10, .10, .25], [.75, .60, .75]], [[.80, .75, .75], [.30, .45, .35]], [[.25, .40, .40], [.75, .70, .40]],
    [[.15, .15, .35], [.55, .70, .80]], [[.55, .55, .55], [.75, .55, .35]], [[.80, .60, .65], [.30, .15, .20]],
    [[.30, .50, .20], [.65, .75, .55]],
], np.float32)  # fmt: skip
PAINTS = np.array([
    [[.90, .80, .30], [.80, .40, .30]], [[.40, .30, .25], [.70, .60, .50]], [[.75, .45, .20], [.30, .45, .30]],
    [[.90, .85, .50], [.45, .20, .50]], [[.75, .20, .20], [.85, .85, .85]], [[.80, .70, .40], [.30, .30, .50]],
    [[.85, .85, .70], [.35, .35, .60]], [[.20, .30, .60], [.25, .20, .20]], [[.75, .15, .25], [.85, .45, .55]],
    [[.85, .45, .70], [.60, .30, .65]],
], np.float32)  # fmt: skip
PLACES = np.array([
    [0, -2], [0, 2], [0, 2], [0, -2], [1, 0], [-1, 0], [2, -2], [-2, 0], [0, 0], [0, 1],
], np.float32)  # fmt: skip
RADII = np.array([8.0, 8.0, 9.5, 10.0, 9.5, 9.0, 9.0, 10.0, 9.0, 9.0], np.float32)

SECOND_LOOK = 0.2  # share of images with the second look
TYPICAL_COLOUR = {"low": 0.2, "high": 0.9}  # share of the class's own colour in an image's colours
JITTER = 6.5  # pixels by which a shape strays from its usual place, at most, in each direction
TILT = 0.45  # tangent of half the largest angle of rotation
CLUTTER = 3  # things behind the shape


def generate(n, seed):
    """Draw labelled images, each class with probability 1/10.

    Parameters
    ----------
    n : int
        Number of images, 0 or more. The first images are the same however many are asked for.
    seed : int
        From 0 to 2**64 - 1. Other seeds give other images.

    Returns
    -------
    images : uint8 array (n, 32, 32, 3)
    labels : int64 array (n,)
        Indices into CLASSES.

    Raises
    ------
    ValueError
        If n is not a whole number from 0 on, or seed is not one from 0 to 2**64 - 1.

    Notes
    -----
    The bytes are the same on every machine and with every NumPy from 1.26 on, because hidden test images and recorded
    results rest on them. So randomness is the raw bits of PCG64, whose stream NumPy promises to keep (of the
    distributions of `Generator` it promises no such thing), and floats only meet operations that IEEE 754 rounds
    exactly: + − × ÷, square root, comparisons, floor. There is no sine, exponential, power or matrix product and no sum
    over an axis, whose last bits depend on library and processor. All floats are float32, combined with float32 or
    plain Python numbers only: NumPy 1 and 2 differ in what they make of anything else.
    """
    n = _whole_number(n, "n", "a number of images from 0 on", None)
    seed = _whole_number(seed, "seed", "one from 0 to 2**64 - 1", 2**64)
    images = np.empty((n, SIDE, SIDE, 3), np.uint8)
    labels = np.empty(n, np.int64)
    for start in range(0, n, CHUNK):
        part = slice(start, min(start + CHUNK, n))
        images[part], labels[part] = _draw_chunk(part.stop - start, seed, start // CHUNK)
    return images, labels


def _whole_number(value, name, wanted, limit):
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0 or isinstance(value, (bool, np.bool_)) or (limit is not None and number >= limit):
        raise ValueError(f"{name}={value!r} cannot be used by shapes10.generate(): pass a whole number, {wanted}.")
    return number


def _random_numbers(count, seed, chunk):
    """Return a function that draws float32 (count, *shape), uniform from low to high, from the chunk's own stream."""
    bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(chunk,)))

    def uniform(*shape, low=0.0, high=1.0):
        # Always for a whole chunk, so that what follows does not depend on how many images are asked for.
        raw = bits.random_raw(CHUNK * math.prod(shape)) >> np.uint64(64 - BITS)
        numbers = raw.astype(np.float32).reshape(CHUNK, *shape)[:count] * 2.0**-BITS
        return numbers * (high - low) + low

    return uniform


def _draw_chunk(count, seed, chunk):
    """Images uint8 (count, 32, 32, 3) and labels (count,) of one chunk, from the background to the noise in front."""
    uniform = _random_numbers(count, seed, chunk)
    labels = np.minimum(np.floor(uniform() * 10.0), 9.0).astype(np.int64)
    ground, paint = _colours(uniform, labels)
    pixels = _background(uniform, ground)
    for _ in range(CLUTTER):
        _blend(pixels, _thing(uniform) * uniform(1, low=0.3, high=0.9), _mix(ground, uniform(3), uniform(1, high=0.6)))
    u, v, radius = _local_coordinates(uniform, labels)
    cover = np.clip(0.5 - _distances(labels, u, v) * radius, 0.0, 1.0)
    shade = _texture(uniform, u, v)
    _blend(pixels, cover, paint, shade)
    hidden = (uniform(1) < 0.5).astype(np.float32)
    _blend(pixels, _thing(uniform) * hidden, _mix(ground, uniform(3), uniform(1, high=0.6)))
    return _develop(uniform, pixels), labels


def _mix(a, b, share):
    return a + (b - a) * share


def _blend(pixels, cover, colour, shade=1.0):
    """Paint a colour (count, 3), shaded, over pixels (count, 3, 1024), in place, where cover (count, 1024) says."""
    for channel in range(3):
        plane = pixels[:, channel]
        plane += cover * (colour[:, channel, None] * shade - plane)


def _colours(uniform, labels):
    """Colours (count, 3) of background and shape: the class's look mixed with a random one, apart in brightness."""
    look = (uniform() < SECOND_LOOK).astype(np.int64)
    ground = _mix(uniform(3), BACKGROUNDS[labels, look], uniform(1, **TYPICAL_COLOUR))
    paint = _mix(uniform(3), PAINTS[labels, look], uniform(1, **TYPICAL_COLOUR))
    dark, bright = _brightness(ground), _brightness(paint)
    gap = bright - dark
    sign = np.where(np.abs(gap) < 0.1, np.where(dark < 0.5, 1.0, -1.0), np.where(gap < 0, -1.0, 1.0)).astype(np.float32)
    wanted = uniform(1, low=0.25, high=0.45)
    return ground, paint + sign * np.maximum(wanted - gap * sign, 0.0)


def _brightness(colour):
    return colour[:, 0:1] * 0.3 + colour[:, 1:2] * 0.6 + colour[:, 2:3] * 0.1


ALONG = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
X, Y = np.tile(ALONG, SIDE), np.repeat(ALONG, SIDE)  # (1024,): pixels right of and below the centre of the image


def _background(uniform, ground):
    """Pixels (count, 3, 1024): soft patches between two shades of the ground's colour."""
    patches = _mix(_patches(uniform, 4), _patches(uniform, 9), uniform(1, low=0.2, high=0.6))
    other = ground + uniform(3, low=-0.5, high=0.5)
    return ground[:, :, None] + (other - ground)[:, :, None] * (patches[:, None] - 0.5)


def _patches(uniform, cells):
    """Smooth random field (count, 1024) from 0 to 1: random values on a grid, interpolated between."""
    position = np.arange(SIDE, dtype=np.float32) * ((cells - 1) / SIDE)
    left = np.floor(position).astype(np.int64)
    share = position - np.floor(position)
    grid = uniform(cells, cells)
    rows = _mix(grid[:, left], grid[:, left + 1], share[:, None])
    return _mix(rows[:, :, left], rows[:, :, left + 1], share).reshape(len(grid), -1)


def _rotation(uniform, largest):
    """Cosine and sine (count, 1) of a random angle, from the tangent t of half of it, which takes no trigonometry."""
    t = uniform(1, low=-largest, high=largest)
    return (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)


def _thing(uniform):
    """Cover (count, 1024) of a random bar somewhere in the image."""
    cosine, sine = _rotation(uniform, 1.0)
    x, y = X - uniform(1, low=-16.0, high=16.0), Y - uniform(1, low=-16.0, high=16.0)
    along, across = np.abs(cosine * x + sine * y), np.abs(cosine * y - sine * x)
    length, width = uniform(1, low=1.5, high=9.0), uniform(1, low=1.0, high=3.0)
    return np.clip(0.5 - np.maximum(along - length, across - width), 0.0, 1.0)


def _local_coordinates(uniform, labels):
    """Coordinates (count, 1024) in which the shape is upright and has radius 1, u right and v up; and its radius."""
    stray = uniform(2, low=-JITTER, high=JITTER)
    x, y = (axis - (PLACES[labels, k] + stray[:, k])[:, None] for k, axis in enumerate((X, Y)))
    radius = RADII[labels, None] * uniform(1, low=0.75, high=1.2)
    cosine, sine = _rotation(uniform, TILT)
    mirror = np.where(uniform(1) < 0.3, -1.0, 1.0).astype(np.float32)
    stretch = uniform(1, low=0.85, high=1.15)
    return (cosine * x + sine * y) * (mirror * stretch / radius), (sine * x - cosine * y) / radius, radius


def _texture(uniform, u, v):
    """Factor (count, 1024) on the shape's colour: stripes on some, a side in the light on all."""
    phase = v * uniform(1, low=1.0, high=3.0) + uniform(1)
    stripes = np.abs(phase - np.floor(phase) - 0.5) * 2.0
    striped = (uniform(1) < 0.4) * uniform(1, high=0.5)
    return (1.0 - stripes * striped) + u * uniform(1, low=-0.2, high=0.2)


def _develop(uniform, pixels):
    """Light that falls off to one side, and noise; then bytes (count, 32, 32, 3)."""
    slope = uniform(2, low=-0.012, high=0.012)
    light = uniform(1, low=0.75, high=1.15) + X * slope[:, :1] + Y * slope[:, 1:]
    noise = uniform(3, SIDE * SIDE, low=-1.0) * uniform(1, 1, low=0.02, high=0.09)
    pixels = np.clip((pixels * light[:, None] + noise) * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8)
    return pixels.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)


# The shapes: each takes u and v (k, 1024) and returns the distance to its edge in radii, negative inside.


def _disc(u, v, radius=1.0):
    return np.sqrt(u * u + v * v) - radius


def _box(u, v, half_width, half_height):
    return np.maximum(np.abs(u) - half_width, np.abs(v) - half_height)


def _triangle(u, v):
    return np.maximum(-0.55 - v, 0.5 * v + 0.866 * np.abs(u) - 0.55)


# Five directions, a fifth of a turn apart from straight up: sine and cosine.
FIFTHS = ((0.0, 1.0), (0.951, 0.309), (0.588, -0.809), (-0.588, -0.809), (-0.951, 0.309))


def _star(u, v):
    # A point is in the star if it is inside at least four of the five lines of a pentagram.
    first = second = np.full_like(u, -9.0)
    for sine, cosine in FIFTHS:
        height = -(sine * u + cosine * v) - 0.38
        first, second = np.maximum(first, height), np.maximum(second, np.minimum(first, height))
    return second


def _cross(u, v):
    return np.minimum(_box(u, v, 0.95, 0.3), _box(u, v, 0.3, 0.95))


def _ring(u, v):
    return np.abs(_disc(u, v, 0.75)) - 0.25


def _crescent(u, v):
    return np.maximum(_disc(u, v), -_disc(u - 0.5, v - 0.1, 0.8))


def _arrow(u, v):
    head = np.maximum(-0.05 - v, 0.707 * (v + np.abs(u)) - 0.64)
    return np.minimum(head, _box(u, v + 0.45, 0.28, 0.5))


def _heart(u, v):
    lobes = _disc(np.abs(u) - 0.45, v - 0.35, 0.5)
    tip = np.maximum(0.707 * (np.abs(u) - v) - 0.66, v - 0.35)
    return np.minimum(lobes, np.maximum(tip, np.abs(u) - 0.95))


def _flower(u, v):
    petals = _disc(u, v, 0.3)
    for sine, cosine in FIFTHS:
        petals = np.minimum(petals, _disc(u - 0.62 * sine, v - 0.62 * cosine, 0.34))
    return petals


def _square(u, v):
    return _box(u, v, 0.85, 0.85)


EDGES = (_disc, _square, _triangle, _star, _cross, _ring, _crescent, _arrow, _heart, _flower)  # in the order of CLASSES


def _distances(labels, u, v):
    """Distance (count, 1024) to the edge of each image's own shape, in radii."""
    distances = np.empty_like(u)
    for label, edge in enumerate(EDGES):
        chosen = labels == label
        distances[chosen] = edge(u[chosen], v[chosen])
    return distances
