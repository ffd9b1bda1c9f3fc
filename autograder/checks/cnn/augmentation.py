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
    seeds = [int(seed) for seed in rng.integers(1 << 30, size=3)]
    for case, count, shift in (("many images", 600, 2), ("shifts of one", 200, 1), ("no shift", 60, 0), ("one", 1, 3)):
        images = rng.uniform(0.5, 1.5, (count, 2, 7, 6)).astype(np.float32)
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
            for expectation in (variant, shifts, mirrored, own, generator, form, untouched):
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
            generator.require(not same[1], "another seed gives the same images.", told)
            generator.require(
                not same[2], "a second call with the same generator gives the same images: it must go on.", told
            )
        if got.shape != images.shape:
            for expectation in (variant, shifts, mirrored, own):
                expectation.require(False, f"the result has shape {got.shape}.", told)
            continue
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


def _variants(got, images, shift, move=_shifted, turned=lambda images: images[:, :, :, ::-1]):
    """For each image (mirrored, down, right) of the variant that it has become; -1 where it is none."""
    found = np.full((len(images), 3), -1)
    for flipped in (0, 1):
        source = turned(images) if flipped else images
        for down in range(-shift, shift + 1):
            for right in range(-shift, shift + 1):
                fits = np.all(np.abs(got - move(source, down, right)) < 1e-4, axis=(1, 2, 3)) & (found[:, 0] < 0)
                found[fits] = flipped, down, right
    return found


def _named(got, images, shift, found):
    """The mistake that makes such images, or None; and what was drawn for each image, seen through that mistake."""
    tried = [
        (
            _variants(got, images, shift, _rolled),
            "What is shifted out on one side comes in on the other: put zeros there.",
        ),
        (_variants(got, images, shift, _edged), "The border is repeated where nothing was: put zeros there."),
        (
            _variants(got, images, shift, turned=lambda images: images[:, :, ::-1]),
            "Images are turned upside down: mirror them from left to right, along the last axis.",
        ),
        (_variants(got, images, 2 * shift + 1), "Images are shifted by more pixels than `shift`."),
        (
            _variants(got, images, shift, turned=lambda images: images[:, ::-1, :, ::-1]),
            "Channels are in another order in the mirrored images.",
        ),
    ]
    for variants, text in tried:
        if np.all(variants[:, 0] >= 0):
            return Diagnosis("known mistake", text), variants
    rows = {image.tobytes() for image in np.round(images, 5)}
    moved = sum(image.tobytes() in rows for image in np.round(got, 5))
    if len(images) > 1 and moved > len(images) / 2:
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
        Comparison(far < UNLIKELY, message=f"{flipped.mean():.0%} of {total} images are mirrored; expected is half."),
        told,
    )
    places = 2 * shift + 1
    kinds = np.clip(clear[:, 1:] + shift, 0, places - 1)
    counts = np.bincount(kinds[:, 0] * places + kinds[:, 1], minlength=places**2)
    worst = max(_surprise(int(n), 1 / places**2, total) for n in counts)
    steps = [(axis, step) for axis in (0, 1) for step in range(places)]
    axes = [_surprise(int(np.sum(kinds[:, axis] == step)), 1 / places, total) for axis, step in steps]
    missing = int(np.sum(counts == 0))
    text = (
        f"{missing} of the {places**2} shifts never occur among {total} images."
        if missing
        else "some shifts occur far more often than others."
    )
    shifts.judge(Comparison(worst < UNLIKELY and max(axes) < UNLIKELY, message=text), told)
    alike = [float(np.mean(clear[1:, k] == clear[:-1, k])) for k in range(3)]
    own.require(
        max(alike) < 0.9 and alike[0] > 0.1,
        "neighbouring images are mirrored or shifted alike, or in turn: draw for every image of the batch by itself.",
        told,
    )
