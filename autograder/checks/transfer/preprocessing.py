"""Images as a pretrained net knows them: enlarged, scaled, standardised with numbers that belong to the net."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, numbers, shape_of
from autograder.namespace import Failure
from autograder.registry import check_item


def _cases(rng):
    """(case, images uint8 (N, H, W, 3), size); height and width differ where images are enlarged."""
    height, width = parts.sizes(rng, 2)
    size = max(height, width) + 2
    drawn = [rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((2, height, width, 3), (2, size, size, 3))]
    for images in drawn:
        images[:, 0, 0], images[:, -1, -1] = 255, 0  # the largest and the least byte
    return [
        ("enlarged", drawn[0], size),
        ("one image", drawn[0][:1].copy(), 2 * max(height, width)),
        ("as large as it should be", drawn[1], size),
    ]


@check_item("transfer.preprocess", points=3, asks="preprocess", title="Images as a pretrained net knows them")
def preprocess(exam):
    """`preprocess(images, size, mean, std)`: a float32 tensor (N, 3, size, size)."""
    enlarged = exam.expectation(
        "enlarged images", 0.4, tolerance=EXACT, advice="Follow one pixel: what is done to it, and in which order?"
    )
    same = exam.expectation("images that have their size already", 0.25, tolerance=EXACT)
    form = exam.expectation("a float32 tensor (N, 3, size, size)", 0.15, core=False)
    untouched = exam.expectation("images are not modified", 0.1, core=False)
    refused = exam.expectation("images that are not bytes are refused", 0.1, core=False)
    rng = exam.rng
    mean, std = rng.permutation([0.62, 0.44, 0.31]).tolist(), rng.permutation([0.17, 0.26, 0.39]).tolist()
    for case, images, size in _cases(rng):
        told = parts.described(case, images=images.shape, size=size)
        expected = exam.expected("prepared", images, size, mean, std, case=case)
        mistakes = exam.mistakes("prepared", images, size, mean, std, case=case)
        handle = exam.student.call("preprocess", images, size, mean, std, keep=True)
        got = numbers(exam.student.get(handle), "what it returns")
        expectation = same if case == "as large as it should be" else enlarged
        parts.judge(expectation, got, expected, "the array of images", told, exam, mistakes=mistakes)
        form.judge(shape_of(got, expected.shape, "what it returns", "(N, 3, size, size)"), told)
        if not isinstance(got, Failure):
            kind = f"it is a {handle.type_name} of dtype {got.dtype}; expected is a tensor of float32."
            form.require(handle.type_name == "Tensor" and got.dtype == np.float32, kind, told)
        exam.ask("preprocess", images, size, mean, std, untouched=untouched, watched=(0,), case=told)
    for taken, floats in (
        ("images from 0 to 1 are taken without a word: they would be divided by 255 once more.", images / 255.0),
        ("floats from 0 to 255 are taken without a word; bytes alone should be.", images.astype(np.float32)),
    ):
        answer = exam.student.call("preprocess", floats, size, mean, std, keep=True)
        raised = isinstance(answer, Failure)
        message = answer.message if raised else f"{taken} Leave the refusal in."
        refused.require(raised and answer.kind == "raised", message)
