"""Augmentation, judged whatever random numbers are drawn: each image must be one of the variants it may become."""

import math

import numpy as np

from autograder.checks import parts
from autograder.compare import Comparison, numbers, shape_of
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

UNLIKELY = 6.5  # standard deviations: right code is misjudged in fewer than 1 of a million runs
FEW = 20  # images that are looked at first
UNLIKELY_SUM = 64.0  # of squared deviations, five for each axis: chi-squared is as large once in ten billion runs


@check_item("cnn.augmented", points=3, asks="augmented", title="Mirrored and shifted images")
def augmented(exam):
    """`augmented(images, generator, shift)`: every image mirrored or not, and shifted, by its own chance."""
    variant = exam.expectation(
        "every image is its own, mirrored or not, and shifted",
        0.35,
        advice="What may an image of one bright pixel become?",
    )
    shifts = exam.expectation("every shift up to `shift`, equally often", 0.2)
    mirrored = exam.expectation("half of the images are mirrored", 0.15)
    own = exam.expectation("each image by its own chance", 0.1, core=False)
    generator = exam.expectation("the generator decides", 0.1, core=False)
    form = exam.expectation("shape and dtype of the images", 0.05, core=False)
    untouched = exam.expectation("images are not modified", 0.05, core=False)
    rng = exam.rng
    seeds = [int(seed) for seed in rng.integers(1 << 30, size=2)]
    drawn_alike = []
    for case, count, shift in (("many images", 600, 2), ("shifts of one", 200, 1), ("no shift", 60, 0), ("one", 1, 3)):
        size = (count, 2, 7, 6)
        images = (rng.uniform(0.5, 1.5, size) * rng.choice([-1, 1], size)).astype(np.float32)
        told = parts.described(case, images=images.shape, shift=shift)
        laid, drawing = exam.student.store(Plant("tensor", array=images)), Plant("torch_generator", seed=seeds[0])
        kept_drawing = exam.student.store(drawing)
        got = numbers(exam.student.call("augmented", laid, kept_drawing, shift), "the result")
        kept = numbers(exam.student.get(laid), "it")
        others = [
            exam.student.call("augmented", Plant("tensor", array=images), one, shift)
            for one in (drawing, Plant("torch_generator", seed=seeds[1]), kept_drawing)
        ]
        if isinstance(got, Failure):
            # An error in a case at the edge costs what is judged there alone.
            hit = (variant, shifts, mirrored, own, generator, form, untouched) if case == "many images" else (variant,)
            for expectation in hit:
                expectation.judge(got, told)
            continue
        form.judge(shape_of(got, images.shape, "the result", "(N, C, H, W)"), told)
        form.require(got.dtype == np.float32, f"the result has dtype {got.dtype}; the images have float32.", told)
        untouched.require(
            not isinstance(kept, Failure) and np.array_equal(kept, images), "the images are changed by the call.", told
        )
        same = [_alike(got, numbers(other, "it")) for other in others]
        generator.require(same[0], "the same seed gives other images every time: draw with `generator` alone.", told)
        if count > 1 and shift:
            drawn_alike.append(same[1:])
        if np.squeeze(got).shape == np.squeeze(images).shape:
            got = got.reshape(images.shape)
        if got.shape != images.shape or got.dtype.kind not in "biuf":
            for expectation in (variant, shifts, mirrored, own) if case == "many images" else (variant,):
                expectation.require(False, f"the result has shape {got.shape} and dtype {got.dtype}.", told)
            continue
        got = got.astype(float)
        found, named = _variants(got, images, shift), None
        wrong = int(np.sum(found[:, 0] < 0))
        if wrong:
            named, found = _named(got, images, shift, found)
        variant.require(
            not wrong,
            f"{wrong} of {count} images are no shifted version of what they were, mirrored or not.",
            told,
            named,
        )
        if case == "many images":
            variant.require(np.any(found), "every image comes back as it was.", told)
            _judge_chances(found, shift, shifts, mirrored, own, told)
    # One draw for all images may come twice: only where that is so in every case has the generator no say.
    if drawn_alike:
        anew, again = (all(flags) for flags in zip(*drawn_alike, strict=True))
        generator.require(not anew, "another seed gives the same images.")
        generator.require(not again, "a second call with the same generator gives the same images: it must go on.")


def _alike(one, other):
    return not isinstance(other, Failure) and np.array_equal(one, other, equal_nan=True)


def _shifted(images, down, right):
    """Images (N, C, H, W) moved by whole pixels, zeros where nothing was."""
    H, W = images.shape[2:]
    moved = np.zeros_like(images)
    if abs(down) >= H or abs(right) >= W:
        return moved
    rows, columns = slice(max(down, 0), H + min(down, 0)), slice(max(right, 0), W + min(right, 0))
    taken = slice(max(-down, 0), H + min(-down, 0)), slice(max(-right, 0), W + min(-right, 0))
    moved[:, :, rows, columns] = images[:, :, taken[0], taken[1]]
    return moved


def _rolled(images, down, right):
    return np.roll(images, (down, right), axis=(2, 3))


def _edged(images, down, right):
    rows, columns = (
        np.clip(np.arange(size) - step, 0, size - 1) for size, step in zip(images.shape[2:], (down, right), strict=True)
    )
    return images[:, :, rows][:, :, :, columns]


def _bordered(images, down, right):
    """Shifted images with nan where nothing was."""
    moved, inside = _shifted(images, down, right), _shifted(np.ones_like(images), down, right)
    return np.where(inside == 1, moved, np.nan)


def _variants(got, images, shift, move=_shifted, turned=lambda images: images[:, :, :, ::-1]):
    """For each image (mirrored, down, right) of the variant that it has become; -1 where it is none."""
    found, finite = np.full((len(images), 3), -1), np.all(np.isfinite(got), axis=(1, 2, 3))
    for flipped in (0, 1):
        source = turned(images) if flipped else images
        for down in range(-shift, shift + 1):
            for right in range(-shift, shift + 1):
                far = np.any(np.abs(got - move(source, down, right)) > 1e-4, axis=(1, 2, 3))  # nan is not far
                found[~far & finite & (found[:, 0] < 0)] = flipped, down, right
    return found


def _named(got, images, shift, found):
    """The mistake that makes such images, or None; and what was drawn for each image, seen through that mistake."""
    tried = [
        (
            (shift, _rolled),
            "What is shifted out on one side comes in on the other: put zeros there.",
        ),
        ((shift, _edged), "The border is repeated where nothing was: put zeros there."),
        (
            (shift, _shifted, lambda images: images[:, :, ::-1]),
            "Images are turned upside down: mirror them from left to right, along the last axis.",
        ),
        (
            (shift, _bordered),
            "What comes in from outside is not 0, or something else is written over the border.",
        ),
        ((2 * shift + 1,), "Images are shifted by more pixels than `shift`."),
        (
            (shift, _shifted, lambda images: images[:, ::-1, :, ::-1]),
            "Channels are in another order in the mirrored images.",
        ),
    ]
    for settings, text in tried:
        if np.all(_variants(got[:FEW], images[:FEW], *settings)[:, 0] >= 0):  # all of them only where these few fit
            variants = _variants(got, images, *settings)
            if np.all(variants[:, 0] >= 0):
                return Diagnosis("known mistake", text), variants
    # No two pixels are alike, so the one in the middle says which image it comes from.
    origin = {float(pixel): number for number, image in enumerate(images) for pixel in image[0].ravel()}
    middle = got[:, 0, images.shape[2] // 2, images.shape[3] // 2]
    moved = sum(origin.get(float(pixel), number) != number for number, pixel in enumerate(middle))
    if len(images) > 1 and moved > len(images) / 10:
        text = "Images change places, so that they no longer stand beside their labels."
        return Diagnosis("known mistake", text), found
    return None, found


def _surprise(count, share, total):
    return abs(count - share * total) / math.sqrt(total * share * (1 - share))


def _judge_chances(found, shift, shifts, mirrored, own, told):
    """Judge how often each variant occurs, and whether images go their own ways."""
    clear = found[found[:, 0] >= 0]
    total = len(clear)
    if total < len(found) / 2:
        for expectation in (shifts, mirrored, own):
            expectation.require(False, "this cannot be seen: most images are no variant of what they were.", told)
        return
    flipped = clear[:, 0] == 1
    far = _surprise(int(flipped.sum()), 0.5, total)
    mirrored.judge(
        Comparison(
            far < UNLIKELY,
            message=f"{flipped.mean():.0%} of {total} images are mirrored; expected is half.",
            states=True,
        ),
        told,
    )
    places = 2 * shift + 1
    kinds = np.clip(clear[:, 1:] + shift, 0, places - 1)
    counts = np.bincount(kinds[:, 0] * places + kinds[:, 1], minlength=places**2)
    worst = max(_surprise(int(n), 1 / places**2, total) for n in counts)
    steps = [(axis, step) for axis in (0, 1) for step in range(places)]
    along = [
        (int(np.sum(kinds[:, axis] == step)), int(np.sum(flipped[kinds[:, axis] == step]))) for axis, step in steps
    ]
    uneven = sum((n - total / places) ** 2 / (total / places) for n, _ in along)
    missing = int(np.sum(counts == 0))
    text = (
        f"{missing} of the {places**2} shifts never occur among {total} images."
        if missing
        else "some shifts occur far more often than others."
    )
    shifts.judge(Comparison(worst < UNLIKELY and uneven < UNLIKELY_SUM, message=text, states=True), told)
    alike = [float(np.mean(clear[1:, k] == clear[:-1, k])) for k in range(3)]
    what = ["mirrored"] * (alike[0] > 0.9) + ["shifted"] * (max(alike[1:]) > 0.9)
    how = f"{' and '.join(what)} alike" if what else "mirrored in turn"
    message = f"neighbouring images are {how}: draw for every image of the batch by itself."
    own.require(not what and alike[0] > 0.1, message, told)
    share = float(flipped.mean())
    if 0 < share < 1:
        together = sum((m - share * n) ** 2 / (n * share * (1 - share)) for n, m in along if n)
        message = "which images are mirrored depends on how they are shifted: draw both by themselves."
        own.require(together < UNLIKELY_SUM, message, told)
