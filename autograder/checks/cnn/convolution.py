"""Convolution written with loops: forward and backward.

Height and width differ in images, windows and places, so do the numbers of images, channels and filters; there is
padding of 0, 1 and 2, and a stride that is not the window's size. Upstream gradients are random.
"""

from autograder.checks import pairs, parts
from autograder.checks.cnn.cases import convolutions, shown
from autograder.checks.cnn.refusing import judge_refused
from autograder.checks.pairs import Pair
from autograder.compare import EXACT, SINGLE, shape_of
from autograder.exam import unpack
from autograder.registry import check_item

GRADIENTS = ("dx", "dw", "db")


@check_item("cnn.conv_forward_naive", points=3, asks="conv_forward_naive", title="Convolution, forward")
def conv_forward_naive(exam):
    """`conv_forward_naive(x, w, b, conv_param)`: out (N, F, H', W')."""
    judge_forward(exam, "conv_forward_naive")


def judge_forward(exam, function, left=0.0):
    """Judge a convolution's forward function; `left` is the share that other expectations have."""
    advice = "Write down by hand which numbers one entry of out is a sum of."
    right = exam.expectation("out", 0.5 - left, tolerance=EXACT, advice=advice)
    more = exam.expectation("other strides and paddings", 0.2, core=False, tolerance=EXACT)
    shape = exam.expectation("shape of the output, and a cache", 0.1, core=False)
    single = exam.expectation("float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("inputs are not modified", 0.1, core=False)
    by_case, cases = {"general": right, "float32": single}, convolutions(exam.rng)
    for case, inputs, param in cases:
        expectation, told = by_case.get(case, more), shown(case, inputs[0], param, inputs[1])
        trusted = parts.double(inputs)
        answer = exam.ask(function, *inputs, param, untouched=untouched, watched=(0, 1, 2), case=told)
        expected = exam.expected("convolved", *trusted, param, case=case)
        out, _ = unpack(answer, 2, "out and cache")
        shape.judge(shape_of(out, expected.shape, "out", "(N, F, H', W')"), told)
        mistakes = exam.mistakes("convolved", *trusted, param, case=case) if case in ("general", "no padding") else ()
        given = dict(zip("xwb", trusted, strict=True))
        parts.judge(expectation, out, expected, "out", told, exam, mistakes=mistakes, given=given)
    _, inputs, param = cases[0]
    judge_refused(exam, function, inputs, param, 0.05)


@check_item("cnn.conv_backward_naive", points=4, asks="conv_backward_naive", title="Convolution, backward")
def conv_backward_naive(exam):
    """`conv_backward_naive(dout, cache)`: dx, dw and db for random upstream gradients."""
    judge_backward(exam, "conv_forward_naive", "conv_backward_naive")


def judge_backward(exam, forward, backward, left=0.0):
    """Judge a convolution's backward function on the student's own cache or on the agreed one.

    `left` is the share that other expectations have.
    """
    each = left / 3
    rights = {
        # A sum of dout is soon written: db alone earns nothing.
        name: exam.expectation(name, share, core=name != "db", tolerance=EXACT, advice=advice)
        for name, share, advice in (
            ("dx", 0.3 - each, "Into which windows does one pixel go? It gets a share from each."),
            ("dw", 0.2, "With which pixels is one number of a filter multiplied, over all images and places?"),
            ("db", 0.1 - each, "To how many numbers of out is one bias added?"),
        )
    }
    more = exam.expectation("other strides and paddings, float32", 0.15, core=False, tolerance=SINGLE)
    beside = pairs.beside_gradients(exam, shape=0.1 - each)
    for case, inputs, param in convolutions(exam.rng):
        trusted = parts.double(inputs)
        out = exam.expected("convolved", *trusted, param, case=case)
        dout = exam.rng.standard_normal(out.shape).astype(inputs[0].dtype)
        upstream = parts.double((dout,))[0]
        expected = exam.expected("conv_gradients", *trusted, param, upstream, case=case)
        pair = Pair(forward, backward, GRADIENTS, inputs, (*inputs, param), (param,))
        told = shown(case, inputs[0], param, inputs[1])
        main = case == "general"
        mistakes = exam.mistakes("conv_gradients", *trusted, param, upstream, case=case) if main else ()
        by_name = rights if main else dict.fromkeys(GRADIENTS, more)
        pairs.judge_backward(exam, pair, dout, expected, by_name, beside, told, mistakes, out if main else None)
