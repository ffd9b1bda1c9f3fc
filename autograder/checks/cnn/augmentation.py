"""Augmentation, judged whatever random numbers are drawn: each image must be one of the variants it may become."""

import math

import numpy as np

from autograder.checks import parts
from autograder.compare import Comparison, numbers, shape_of
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

UNLIKELY = 6.0  # standard deviations


@check_item("cnn.augmented", points=3, asks="augmented", title="Mirrored and shifted images")
def augmented(exam):
    """`augmented(images, generator, shift)`: every image mirrored or not, and shifted, by its own chance."""
    variant = exam.expectation(
        "every image is its own, mirrored or not, and shifted",
        0.35,
        advice="What may an image of one bright pixel become?",
    )
    shifts = exam.expectation("every shift up to `shift`, equally often", 0.2, core=False)
    mirrored = exam.expectation("half of the images are mirrored", 0.15, core=False)
    own = exam.expectation("each image by its own chance", 0.1, core=False)
    generator = exam.expectation("the generator decides", 0.1, core=False)
    form = exam.expectation("shape and dtype of the images", 0.05, core=False)
    untouched = exam.expectation("images are not modified", 0.05, core=False)
    rng = exam.rng
    seeds = [int(seed) for seed in rng.integers(1 << 30, size=3)]
    for case, count, shift in (("many images", 600, 2), ("shifts of one", 200, 1), ("no shift", 60, 0), ("one", 1, 3)):
        images = rng.uniform(0.5, 1.5, (count, 2, 7, 6)).astype(np.float32)
        told = parts.described(case, images=images.shape, shift=shift)
        laid = exam.student.store(Plant("tensor", array=images))
        answers = [
            exam.student.call("augmented", laid, Plant("torch_generator", seed=seed), shift)
            for seed in (seeds[0], seeds[0], seeds[1])
        ]
        got = numbers(answers[0], "the result")
        if isinstance(got, Failure):
            for expectation in (variant, shifts, mirrored, own, generator, form, untouched):
                expectation.judge(got, told)
            continue
        form.judge(shape_of(got, images.shape, "the result", "(N, C, H, W)"), told)
        form.require(got.dtype == np.float32, f"the result has dtype {got.dtype}; the images have float32.", told)
        kept = numbers(exam.student.get(laid), "it")
        untouched.require(
            not isinstance(kept, Failure) and np.array_equal(kept, images), "the images are changed by the call.", told
        )
        same = [np.array_equal(got, numbers(other, "it")) for other in answers[1:]]
        generator.require(same[0], "the same seed gives other images every time: draw with `generator` alone.", told)
        if count > 1 and shift:
            generator.require(not same[1], "another seed gives the same images.", told)
        found = _variants(got, images, shift) if got.shape == images.shape else None
        if found is None:
            variant.require(False, f"the result has shape {got.shape}.", told)
            continue
        wrong = int(np.sum(found[:, 0] < 0))
        variant.require(
            not wrong,
            f"{wrong} of {count} images are no shifted version of what they were, mirrored or not.",
            told,
            _named(got, images, shift) if wrong else None,
        )
        if case == "many images":
            _judge_chances(found, shift, shifts, mirrored, own, told)


def _shifted(images, down, right):
    """Images (N, C, H, W) moved by whole pixels, zeros where nothing was."""
    H, W = images.shape[2:]
    moved = np.zeros_like(images)
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


def _named(got, images, shift):
    """The mistake that makes such images, or None."""
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
            return Diagnosis("known mistake", text)
    rows = {image.tobytes() for image in np.round(images, 5)}
    moved = sum(image.tobytes() in rows for image in np.round(got, 5))
    if len(images) > 1 and moved > len(images) / 2:
        return Diagnosis("known mistake", "Images change places, so that they no longer stand beside their labels.")
    return None


def _surprise(count, share, total):
    return abs(count - share * total) / math.sqrt(total * share * (1 - share))


def _judge_chances(found, shift, shifts, mirrored, own, told):
    """Judge how often each variant occurs, and whether images go their own ways."""
    total = len(found)
    flipped = found[:, 0] == 1
    far = _surprise(int(flipped.sum()), 0.5, total)
    mirrored.judge(
        Comparison(far < UNLIKELY, message=f"{flipped.mean():.0%} of {total} images are mirrored; expected is half."),
        told,
    )
    places = (2 * shift + 1) ** 2
    kinds = found[:, 1:] + shift
    counts = np.bincount(np.clip(kinds[:, 0] * (2 * shift + 1) + kinds[:, 1], 0, places - 1), minlength=places)
    worst = max(_surprise(int(n), 1 / places, total) for n in counts)
    steps, share = range(-shift, shift + 1), 1 / (2 * shift + 1)
    axes = [_surprise(int(np.sum(found[:, axis] == step)), share, total) for axis in (1, 2) for step in steps]
    missing = int(np.sum(counts == 0))
    text = (
        f"{missing} of the {places} shifts never occur among {total} images."
        if missing
        else "some shifts occur far more often than others."
    )
    shifts.judge(Comparison(worst < UNLIKELY and max(axes) < UNLIKELY, message=text), told)
    alike = float(np.mean(np.all(found[1:] == found[:-1], axis=1)))
    half = max(float(np.mean(found[1:, k] == found[:-1, k])) for k in range(3))
    own.require(
        alike < 0.5 and half < 0.9,
        "neighbouring images are mirrored or shifted alike: draw for every image of the batch by itself.",
        told,
    )
