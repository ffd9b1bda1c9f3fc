"""Pieces that checks of several homeworks share: sizes, judging arrays and classes, accuracy bands, multiple choice."""

import json
import math
import re
from pathlib import Path

import numpy as np

from autograder.compare import EXACT, close, numbers, shape_of
from autograder.diagnose import FITS, INEXACT, Diagnosis, diagnose
from autograder.diagnose.classes import of_classes
from autograder.namespace import Failure

CARRIED = 0.4  # of a gradient item's points, where it is wrong but the exact derivative of the student's own function
SLOPE = 3e-3  # how far such a derivative may be from the measured slope, relative to the whole gradient
THRESHOLDS = Path(__file__).parent / "thresholds.json"
TEST_IMAGES = {"visible": 1000, "hidden": 4000}
CHUNK = 1000  # images that cross to the student's process at a time
CLASSES = 10  # of either data set
ANSWERS_DIFFER = Diagnosis(
    "random",
    "The same call twice gives two different answers: are random numbers drawn, or is something kept from one call to "
    "the next?",
)


def sizes(rng, count):
    """Different odd sizes from 5 to 13: none can be taken for another, N - 1 for none, no ratio for 2.

    Parameters
    ----------
    rng : numpy.random.Generator
        The exam's.
    count : int
        At most 5.

    Returns
    -------
    list of int
    """
    return [int(n) for n in rng.permutation(np.arange(5, 14, 2))[:count]]


def double(arrays):
    """The same numbers in float64: what is expected does not depend on how this machine rounds float32."""
    return tuple(np.asarray(array, dtype=np.float64) for array in arrays)


def described(case, **facts):
    """A case in words: its name `case` and `facts` such as sizes, never its numbers."""
    told = ", ".join(
        f"{name} = {value:.3g}" if isinstance(value, float) else f"{name} = {value}" for name, value in facts.items()
    )
    return f"“{case}” ({told})" if told else f"“{case}”"


def judge(expectation, got, expected, what, case, exam, *, counts=None, summands=None, mistakes=(), given=None):
    """Compare numbers with the expectation's tolerance and, where they fail, name the mistake.

    Parameters
    ----------
    expectation : Expectation
        Its tolerance is the largest relative error; `EXACT` where it has none.
    got : object
        What the student's function returned, or a `Failure`.
    expected : array or number
    what : str
        The value's name in messages, such as "dW".
    case : str
        The case in words, as `described` gives it.
    exam : Exam
    counts : dict of int, optional
        Sizes that may turn up as a factor, such as {"N": 7}; first the one that means are taken over.
    summands : dict of arrays, optional
        Named parts whose sum is `expected`; or several such dicts.
    mistakes : list of (value, kind, text)
        What known mistakes give here.
    given : dict of arrays, optional
        What went in, by name; by default the arguments of the last call.
    """
    comparison = close(got, expected, what, expectation.tolerance or EXACT, reveal=not exam.hidden)
    found = None
    if not comparison.passed and not expectation.failed:  # the first failure's words are kept
        given = exam.given() if given is None else given
        found = diagnose(comparison.got, expected, parts=summands, counts=counts, mistakes=mistakes, given=given)
        unsure = comparison.got is not None and (found is None or found.kind in (*INEXACT, "factor"))
        if unsure and exam.answers_differ():
            found = ANSWERS_DIFFER
    expectation.judge(comparison, case, found)


def slope_error(gradient, direction, value_at):
    """How far a gradient is from the slope along a direction, relative to the gradient's norm.

    Parameters
    ----------
    gradient, direction : arrays of one shape
        The direction of length 1.
    value_at : function
        From a step along the direction to the function's value, a float, or None where there is none.
    """
    slope, off = float(np.sum(gradient * direction)), math.inf
    for h in (1e-6, 1e-4):  # the smaller step seldom crosses a kink; the larger one suits float32
        above, below = value_at(h), value_at(-h)
        if above is not None and below is not None:
            off = min(off, abs(slope - (above - below) / (2 * h)) / float(np.linalg.norm(gradient)))
    return off


def same_state(student, net, before, what="the net", words=""):
    """Whether a planted net's parameters and running statistics are those before a call; `words` end the message."""
    comparison = close(student.call(net, attribute="numbers"), before, what, EXACT, False)
    if not comparison.passed and comparison.measured is not None:
        comparison.says(f"weights or running statistics are others after the call{words}.")
    return comparison


def list_of(kind, value):
    """The value where it is a list of such things, else None: notes come from a process that may lie."""
    return value if isinstance(value, list) and all(isinstance(item, kind) for item in value) else None


def same_classes(got, expected):
    """Whether predicted classes are the expected ones, whatever their form."""
    array = numbers(got, "the prediction")
    return (
        not isinstance(array, Failure) and array.size == expected.size and np.array_equal(array.reshape(-1), expected)
    )


def history_entry(history, key):
    """One list of the history that `train` returned, or a `Failure` that says which names there are instead."""
    if not isinstance(history, dict):
        return Failure("train should return the history, a dict; it returned something else.", "value")
    filled = [name for name, value in history.items() if not hasattr(value, "__len__") or len(value)]
    if key in filled:
        return history[key]
    came = f"there is only {', '.join(map(repr, filled))}" if filled else "all is empty"
    return Failure(f"train should return a history with one entry per step in {key!r}; {came}.", "value")


def judge_history(expectation, losses, rates, wanted, batch_size, case, exam):
    """Judge the losses and learning rates of every step; `wanted` are those that should have come."""
    known = []
    array = numbers(losses, "it")
    comparable = not isinstance(array, Failure) and array.shape == (len(wanted[0]),) and len(array) > 1
    if comparable and close(array[:-1], wanted[0][1:], "it", FITS).passed:
        text = "Each is the loss after the step; it belongs to the weights from before."
        known.append((array, "known mistake", text))
    counts = {"batch_size": batch_size}
    judge(expectation, losses, wanted[0], 'history["loss"]', case, exam, counts=counts, mistakes=known, given={})
    judge(expectation, rates, wanted[1], 'history["learning_rate"]', case, exam, given={})


def judge_seeded(expectation, again, losses):
    """Judge whether a second training with the same seed went through the same steps."""
    comparison = close(again, losses, "it", EXACT, False)
    if comparison.measured is not None and not comparison.passed:
        comparison.says(
            "a second training with the same seed goes through other batches: `seed` must decide the order."
        )
    expectation.judge(comparison)


def all_fit(got, values):
    """Whether every part of an answer is, but for rounding, what is in `values`."""
    return all(close(part, value, "it", FITS).passed for part, value in zip(got, values, strict=True))


def judge_classes(expectation, form, got, expected, count, case, exam, mistakes=()):
    """Compare predicted classes: the classes themselves, and apart from them their form.

    Parameters
    ----------
    expectation, form : Expectation
        Of the classes, whatever their form; of integers of shape (N,).
    got : object
        What the student's function returned, or a `Failure`.
    expected : integer array (N,)
    count : int
        How many classes there are.
    case : str
        The case in words.
    exam : Exam
    mistakes : list of (value, kind, text)
        What known mistakes give here.
    """
    array = numbers(got, "the prediction")
    if isinstance(array, Failure):
        expectation.judge(array, case)
        form.judge(array, case)
        return
    form.judge(shape_of(array, expected.shape, "the prediction", "(N,)"), case)
    form.require(array.dtype.kind in "iu", f"the prediction has dtype {array.dtype}; classes are integers.", case)
    flat = array.reshape(-1) if array.size == expected.size else array
    if flat.shape != expected.shape:
        found = next((Diagnosis(kind, text) for value, kind, text in mistakes if np.array_equal(value, array)), None)
        message = f"the prediction has shape {array.shape}; expected is {expected.shape}."
        expectation.require(False, message, case, found)
        return
    wrong = int(np.sum(flat != expected))
    found = None
    if wrong and not expectation.failed:
        found = next((Diagnosis(kind, text) for value, kind, text in mistakes if np.array_equal(value, flat)), None)
        if found is None and exam.answers_differ():
            found = ANSWERS_DIFFER
        found = found or of_classes(flat, expected, count)
    expectation.require(not wrong, f"{wrong} of {expected.size} classes are wrong.", case, found, states=False)


def accuracy_bands(exam, preprocess, model, counts=TEST_IMAGES):
    """Accuracy of a trained model on test images, against the bands that `autograder calibrate` has measured.

    Parameters
    ----------
    exam : Exam
    preprocess : str
        A function of the student's, from images uint8 (N, 32, 32, 3) to what the model takes.
    model : str
        An object of the student's, whose `predict` gives classes (N,).
    counts : dict of int
        On how many images, "visible" and "hidden".
    """
    table = json.loads(THRESHOLDS.read_text(encoding="utf-8"))[exam.check.name][exam.images.dataset]
    bands = [
        (
            exam.expectation(
                f"test accuracy at least {band['accuracy']:.0%} ({exam.images.dataset})",
                band["share"],
                bonus=band.get("bonus", 0.0),
                core=True,
                advice="Look at the training curves: longer training, a better learning rate "
                "or another regularisation?",
            ),
            band["accuracy"],
        )
        for band in table["bands"]
    ]
    if exam.grading and not exam.hidden:
        for expectation, _ in bands:
            expectation.rounds.add(exam.round.name)  # only the hidden images count
        return
    images, labels = exam.images.draw(exam.round.seed, counts["hidden" if exam.hidden else "visible"])
    answers = []
    for start in range(0, len(images), CHUNK):
        answer = _predicted(exam, preprocess, model, images[start : start + CHUNK])
        if isinstance(answer, Failure):
            for expectation, _ in bands:
                expectation.judge(answer)
            return
        answers.append(answer)
    predicted = np.concatenate(answers)
    accuracy, found = float(np.mean(predicted == labels)), of_classes(predicted, labels, CLASSES)
    for expectation, threshold in bands:
        if not expectation.at_least(accuracy, threshold):
            expectation.message = f"{accuracy:.1%} of {len(images)} {'hidden ' * exam.hidden}test images are right."
            if found:
                expectation.diagnosis, expectation.kind = found.text, found.kind


def _predicted(exam, preprocess, model, images):
    X = exam.student.call(preprocess, images, keep=True)
    if isinstance(X, Failure):
        return X
    classes = numbers(exam.student.call(model, X, attribute="predict"), f"{model}.predict(X)")
    if isinstance(classes, Failure):
        return classes
    if classes.size != len(images):
        return Failure(f"{model}.predict(X) returned {classes.shape} classes for {len(images)} images.", "value")
    return classes.reshape(-1)


def multiple_choice(exam, name, letters, section, several=False):
    """A multiple-choice question: the form is judged at once, whether it is right only when grading.

    Parameters
    ----------
    exam : Exam
    name : str
        Of the variable that the student sets.
    letters : str
        The answers that there are, such as "ABCD".
    section : str
        Of the chapter, which settles the question.
    several : bool
        Whether more than one letter may be right.
    """
    given = exam.expectation(f"{'some' if several else 'one'} of {', '.join(letters)}", 0.0, core=False)
    right = exam.expectation(
        "the right answer", 1.0, deferred=not exam.grading, advice=f"The chapter's section “{section}” settles it."
    )
    answer = exam.student.get(name)
    chosen = re.sub(r"[\s,;]", "", answer.upper()) if isinstance(answer, str) else ""
    if several:
        form = 0 < len(chosen) == len(set(chosen)) and set(chosen) <= set(letters)
        how = f'one or more letters in quotes, such as "{letters[0]}" or "{letters[:2]}"'
    else:
        form, how = len(chosen) == 1 and chosen in letters, f'one letter in quotes, such as "{letters[0]}"'
    given.require(form, f"set {name} to {how}.")
    if exam.grading:
        key = exam.reference.answer(exam.check.name)
        message = "this is not the right answer." if form else "there is no answer in the asked form."
        right.require(form and sorted(chosen) == sorted(key), message, states=not form)
