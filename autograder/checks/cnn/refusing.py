"""Whether a layer refuses a stride that does not divide: the windows would not end at the image's border."""

import numpy as np

from autograder.checks.cnn.cases import shown
from autograder.namespace import Failure

NAME = "a stride that does not divide is an error"
ADVICE = "`output_size` raises it: ask it for both axes, and leave the rest to it."


def judge_refused(exam, function, inputs, param, share):
    """Judge whether a forward function raises an error, whichever, for images with a row or a column too many.

    `inputs` and `param` are those of a case in which the stride divides, and is larger than 1; `inputs[0]` are images.
    """
    refused = exam.expectation(NAME, share, core=False, advice=ADVICE)
    x, *others = inputs
    for axis, what in ((2, "height"), (3, "width")):
        longer = np.concatenate([x, np.take(x, [0], axis=axis)], axis=axis)
        answer = exam.student.call(function, longer, *others, param)
        told = shown(f"a {what} that does not fit", longer, param, others[0] if others else None)
        if isinstance(answer, Failure):
            refused.require(answer.kind == "raised", answer.message, told)
        else:
            refused.require(False, f"no error is raised, though along the {what} the stride does not divide.", told)
