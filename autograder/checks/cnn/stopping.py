"""Early stopping: when it says so, for sequences of validation accuracies."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, numbers
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item


def _sequences(rng):
    """(case, patience, min_delta, accuracies): none is near a limit, but for accuracies that are exactly the same."""
    start, small = float(rng.uniform(0.2, 0.4)), float(rng.uniform(0.004, 0.008))
    rising = start + 0.03 * np.arange(8)
    bumpy = start + np.array([0.0, 0.05, 0.02, 0.04, 0.1, 0.07, 0.08, 0.06, 0.2])
    creeping = start + small * np.arange(10)
    equal = start + np.array([0.0, 0.1, 0.1, 0.1, 0.1, 0.1])
    falling = start - 0.02 * np.arange(5)
    return [
        ("always better", 2, 0.0, rising),
        ("better, worse, better", 3, 0.0, bumpy),
        ("a patience of one", 1, 0.0, bumpy),
        ("steps smaller than min_delta", 4, 0.01, creeping),
        ("steps that add up to min_delta", 3, 0.01, start + 0.006 * np.arange(9)),
        ("no better and no worse", 3, 0.0, equal),
        ("always worse", 2, 0.005, falling),
        ("nothing right", 2, 0.01, np.zeros(4)),
    ]


@check_item("cnn.early_stopping", points=2, asks="EarlyStopping", title="Early stopping")
def early_stopping(exam):
    """`EarlyStopping(patience, min_delta).update(accuracy)`: whether to stop; `best` afterwards."""
    right = exam.expectation("stops in the right epoch", 0.5, advice="Write epoch by epoch: better or not, how many?")
    delta = exam.expectation("min_delta", 0.2, advice="Better than what, and by how much?")
    best = exam.expectation("best", 0.2, core=False, tolerance=EXACT)
    form = exam.expectation("update returns True or False", 0.1, core=False)
    for case, patience, min_delta, accuracies in _sequences(exam.rng):
        told = parts.described(case, patience=patience, min_delta=min_delta)
        expectation = delta if "min_delta" in case else right
        stop = exam.expected("stop_after", patience, min_delta, accuracies, case=case)
        asked = accuracies[:stop]  # to where it should say stop, or to the end
        due, due_best = exam.expected("stops", patience, min_delta, asked, case=case)
        worse = float(np.min(accuracies)) - 0.5  # one epoch more, to tell late from never
        mistakes = exam.mistakes("stops", patience, min_delta, np.append(asked, worse), case=case)
        stopping = exam.student.call("EarlyStopping", patience=patience, min_delta=min_delta, keep=True)
        said = [exam.student.call(stopping, float(accuracy), attribute="update") for accuracy in asked]
        kept = exam.student.get(stopping, "best")
        if not any(map(_truth, said)):
            said.append(exam.student.call(stopping, worse, attribute="update"))
        failure = next((one for one in said if isinstance(one, Failure)), None)
        if failure:
            for one in (expectation, best, form):
                one.judge(failure, told)
            continue
        form.require(all(map(_is_bool, said)), f"it returned {_named(said)}.", told)
        got, right_one = _first(map(_truth, said)), _first(due)
        fits = got == right_one or (right_one is None and got == len(asked))  # the further epoch is not judged
        known = next((Diagnosis(kind, text) for (value, _), kind, text in mistakes if _first(value) == got), None)
        expectation.require(fits, f"it {_words(got)}; it should {_words(right_one, False)}.", told, known)
        bests = [(value[1], kind, text) for value, kind, text in mistakes if value[1] is not None]
        due_best = float(np.asarray(due_best))
        parts.judge(best, kept, np.array(due_best), "best", told, exam.hidden, mistakes=bests)


def _first(said):
    """The number of the first True, from 0; None where there is none."""
    return next((number for number, one in enumerate(said) if one), None)


def _truth(value):
    """What `if` makes of an answer."""
    if isinstance(value, (str, list, tuple, dict)):
        return bool(value)
    array = numbers(value, "it")
    return isinstance(array, np.ndarray) and array.size == 1 and bool(array.reshape(-1)[0])


def _is_bool(value):
    """Whether an answer is True or False, also as a 0-d array."""
    array = numbers(value, "it")
    return isinstance(array, np.ndarray) and array.size == 1 and array.dtype == bool


def _named(said):
    kinds = sorted({type(one).__name__ for one in said})
    return " and ".join("None" if kind == "NoneType" else kind for kind in kinds)


def _words(number, past=True):
    said = "said" if past else "say"
    never = "did not say stop" if past else "never say stop"
    return f"{said} stop after epoch {number + 1}" if number is not None else never
