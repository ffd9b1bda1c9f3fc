"""Features of images, taken out of a backbone that takes notes of how it was asked."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, close, numbers, shape_of
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

NEVER = "the backbone was never asked: call it with the images of each batch."


@check_item("transfer.extract_features", points=3, asks="extract_features", title="Features of many images")
def extract_features(exam):
    """`extract_features(backbone, images, batch_size)`: an array (N, F), nothing trained."""
    features = exam.expectation(
        "features of every image, in their order", 0.45, tolerance=EXACT, advice="Where does the last batch end?"
    )
    mode = exam.expectation("the backbone is in evaluation mode", 0.15, core=False)
    gradients = exam.expectation("no gradients are recorded", 0.1, core=False)
    sizes = exam.expectation("at most batch_size images at a time", 0.1, core=False)
    form = exam.expectation("an array (N, F)", 0.1, core=False)
    same = exam.expectation("backbone and images stay as they are", 0.1, core=False, tolerance=EXACT)
    rng = exam.rng
    for case, count, size in (
        ("the last batch is smaller", 11, 3),
        ("batches that come out even", 6, 3),
        ("all in one batch", 5, 50),
        ("one image", 1, 4),
    ):
        channels, seed = parts.sizes(rng, 4), int(rng.integers(1 << 30))
        images = rng.standard_normal((count, 3, 35, 32)).astype(np.float32)
        told = parts.described(case, images=images.shape, batch_size=size)
        expected = exam.expected("features", channels, seed, images, size, case=case)
        mistakes = exam.mistakes("features", channels, seed, images, size, case=case)
        before = exam.expected("numbers", {"channels": channels, "seed": seed}, case=case)
        net = exam.student.store(Plant("little_backbone", channels=channels, seed=seed))
        exam.student.call(net, attribute="train", keep=True)
        laid = exam.student.store(Plant("tensor", array=images))
        handle = exam.student.call("extract_features", net, laid, size, keep=True)
        returned = exam.student.get(handle)
        modes, recorded, counts, given, as_before = _notes(exam.student, net)
        listed = _in_one(returned)
        got = numbers(returned if listed is None else listed, "what it returns")
        if isinstance(handle, Failure):
            for expectation in (features, mode, gradients, sizes, form, same):
                expectation.judge(handle, told)
            continue
        due = expected
        # In the wrong mode the backbone gives other features: that costs its own points.
        if any(modes) and given is not None and given.shape == expected.shape and close(got, given, "it", EXACT).passed:
            due = given
        parts.judge(features, got, due, "the array of features", told, exam, mistakes=mistakes)
        mode.require(
            modes and not any(modes),
            "the backbone normalised by the batch: a feature then depends on which images come with it. Put it into "
            "evaluation mode first."
            if modes
            else NEVER,
            told,
        )
        message = "gradients were recorded: memory and time for nothing. Switch it off." if recorded else NEVER
        gradients.require(recorded and not any(recorded), message, told)
        most = max(counts, default=0)
        message = f"{most} images went through at once; at most {size} should." if counts else NEVER
        sizes.require(counts and most <= size, message, told)
        form.judge(shape_of(got, expected.shape, "what it returns", "(N, F)"), told)
        form.require(listed is None, "it is a list of batches; put them together into one array.", told)
        form.require(handle.type_name == "ndarray", f"it is a {handle.type_name}; expected is a NumPy array.", told)
        same.judge(parts.same_state(exam.student, net, before, "the backbone"), told)
        left = numbers(exam.student.get(laid), "it")
        kept = not isinstance(left, Failure) and np.array_equal(left, images)
        same.require(kept, "the images are changed by the call.", told)
        same.require(as_before, "gradients stay switched off after the call: training will not work any more.", told)


def _in_one(returned):
    """Features that came back as a list of batches, in one array; None where it is no such list."""
    batches = isinstance(returned, (list, tuple)) and len(returned) > 0
    if not batches or not all(isinstance(part, np.ndarray) and part.ndim == 2 for part in returned):
        return None
    return np.concatenate(returned) if len({part.shape[1] for part in returned}) == 1 else None


def _notes(student, net):
    """Modes, whether gradients were recorded, sizes of batches, features, and whether gradients are as before.

    Nothing where they cannot be read.
    """
    noted = student.call(net, attribute="notes")
    if not isinstance(noted, (list, tuple)) or len(noted) != 5:
        return [], [], [], None, True
    modes, recorded = (parts.list_of(bool, part) or [] for part in noted[:2])
    counts = parts.list_of(int, noted[2]) or []
    given = numbers(noted[3], "it")
    given = given if isinstance(given, np.ndarray) and given.dtype.kind == "f" else None
    return modes, recorded, counts, given, noted[4] is True
