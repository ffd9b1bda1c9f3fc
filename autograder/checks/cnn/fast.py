"""The fast convolutions: right like the naive ones, with no Python that runs image by image or place by place."""

import numpy as np

from autograder.checks.cnn.convolution import judge_backward, judge_forward
from autograder.namespace import Failure
from autograder.registry import check_item

LOOPLESS = 0.15  # of the points
LIMIT = 1.0  # lines of Python per further image, or place of the window


@check_item("cnn.conv_forward_fast", points=2, asks="conv_forward_fast", title="Convolution as a matrix product")
def conv_forward_fast(exam):
    """`conv_forward_fast(x, w, b, conv_param)`: as the naive one, without loops over images, filters or places."""
    judge_forward(exam, "conv_forward_fast", LOOPLESS)
    _judge_loops(exam, lambda size: _steps_forward(exam.student, *size))


@check_item("cnn.conv_backward_fast", points=3, asks="conv_backward_fast", title="Its way back, as matrix products")
def conv_backward_fast(exam):
    """`conv_backward_fast(dout, cache)`: as the naive one, without loops over images, filters or places."""
    judge_backward(exam, "conv_forward_fast", "conv_backward_fast", LOOPLESS)
    _judge_loops(exam, lambda size: _steps_backward(exam.student, *size))


def _judge_loops(exam, steps):
    """Judge how many more lines of Python run for more images, more filters and more places."""
    loopless = exam.expectation(
        "no loop over images, filters or places",
        LOOPLESS,
        core=False,
        tolerance=LIMIT,
        advice="A loop over the pixels of the window is fine: there are few of them, however many images there are.",
    )
    if loopless.rounds:
        loopless.rounds.add(exam.round.name)  # the number of lines is the same whatever the numbers
        return
    for what, sizes, further in (
        ("image", [(6, 5, 4), (7, 5, 4), (8, 5, 4)], (1, 1)),
        ("filter", [(6, 5, 4), (6, 6, 4), (6, 7, 4)], (1, 1)),
        ("place", [(6, 5, 4), (6, 5, 5), (6, 5, 6)], (25 - 16, 36 - 25)),
    ):
        counts = [steps(size) for size in sizes]
        for count in counts:
            if isinstance(count, Failure) or not isinstance(count, int):
                loopless.judge(count if isinstance(count, Failure) else Failure("Lines could not be counted.", "value"))
                return
        # A loop over blocks of images runs once more for some of them, not for each.
        more = min((after - before) / n for before, after, n in zip(counts, counts[1:], further, strict=False))
        loopless.require(more < LIMIT, f"{more:.3g} more lines of Python run for each further {what}: that is a loop.")


def _problem(N, F, H):
    """A convolution with H * H places. It is padded: who cannot do without padding loses that point elsewhere."""
    rng = np.random.default_rng(N)
    x, w = rng.standard_normal((N, 2, H, H)), rng.standard_normal((F, 2, 3, 3))
    return x, w, rng.standard_normal(F), {"stride": 1, "pad": 1}


def _steps_forward(student, N, F, H):
    return student.steps("conv_forward_fast", *_problem(N, F, H))


def _steps_backward(student, N, F, H):
    """Lines of Python in the backward pass, on their own cache or on the agreed one."""
    problem = _problem(N, F, H)
    dout = np.ones((N, F, H, H))
    whole = student.call("conv_forward_fast", *problem, keep=True)
    own = student.call(whole, 1, attribute="__getitem__", keep=True)
    steps = student.steps("conv_backward_fast", dout, own)
    if isinstance(steps, Failure):
        agreed = student.steps("conv_backward_fast", dout, problem)
        # Where neither cache will do, what goes wrong with their own tells more.
        steps = steps if isinstance(agreed, Failure) and not isinstance(own, Failure) else agreed
    return steps
