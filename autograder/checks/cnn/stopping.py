"""Early stopping: when it says so, for sequences of validation accuracies."""

from dataclasses import dataclass

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, close, numbers
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item


def _sequences(rng):
    """(case, patience, min_delta, accuracies): none is near a limit, but for accuracies that are exactly the same."""
    start, delta = float(rng.uniform(0.2, 0.35)), float(rng.uniform(0.02, 0.04))
    bumpy = start + np.array([0.0, 0.05, 0.02, 0.04, 0.1, 0.07, 0.08, 0.06, 0.2])
    equal = start + np.array([0.0, 0.1, 0.1, 0.1, 0.1, 0.1])
    return [
        ("always better, by little", 2, 0.0, start + 0.004 * np.arange(8)),
        ("better, worse, better", 3, 0.0, bumpy),
        ("a patience of one", 1, 0.0, bumpy),
        ("steps smaller than min_delta", 2, delta, start + 0.4 * delta * np.arange(8)),
        ("steps that add up to min_delta", 3, delta, start + 0.4 * delta * np.arange(8)),
        ("better by less than min_delta", 1, delta, start + 0.1 * delta * np.arange(4)),
        ("worse by less than min_delta", 2, delta, start - 0.3 * delta * np.arange(6)),
        ("no better and no worse", 3, 0.0, equal),
        ("always worse", 2, 0.005, start - 0.02 * np.arange(5)),
        ("nothing right", 2, 0.01, np.zeros(4)),
    ]


@dataclass
class _Sequence:
    """What was asked in one case, what came, and what should have come.

    An epoch counts from 0, and is None where it was never said to stop.
    """

    case: str
    told: str
    said: list
    kept: object
    due: int | None
    due_best: float
    asked: int
    mistakes: list

    @property
    def got(self):
        """The first epoch after which it was said to stop."""
        return _first(map(_truth, self.said))

    @property
    def failure(self):
        """What went wrong in a call, or None."""
        return next((one for one in self.said if isinstance(one, Failure)), None)


@check_item("cnn.early_stopping", points=2, asks="EarlyStopping", title="Early stopping")
def early_stopping(exam):
    """`EarlyStopping(patience, min_delta).update(accuracy)`: whether to stop; `best` afterwards."""
    right = exam.expectation("stops in the right epoch", 0.5, advice="Write epoch by epoch: better or not, how many?")
    delta = exam.expectation("min_delta", 0.2, advice="Better than what, and by how much?")
    best = exam.expectation("best", 0.2, core=False, tolerance=EXACT)
    form = exam.expectation("update returns True or False", 0.1, core=False)
    found = [_asked(exam, *sequence) for sequence in _sequences(exam.rng)]
    for sequence in found:
        expectation, told = delta if "min_delta" in sequence.case else right, sequence.told
        if sequence.failure:
            for one in (expectation, best, form):
                one.judge(sequence.failure, told)
            continue
        form.require(all(map(_is_bool, sequence.said)), f"it returned {_named(sequence.said)}.", told)
        got, due = sequence.got, sequence.due
        fits = got == due or (due is None and got == sequence.asked)  # the further epoch is not judged
        expectation.require(fits, f"it {_words(got)}; it should {_words(due, False)}.", told, _known(found, _stops_so))
        known = _known(found, _keeps_so)
        text = [(sequence.kept, known.kind, known.text)] if known else []
        parts.judge(best, sequence.kept, np.array(sequence.due_best), "best", told, exam, mistakes=text)


def _asked(exam, case, patience, min_delta, accuracies):
    """Ask a fresh object about one sequence, to where it should say stop, or to the end: a `_Sequence`."""
    stop = exam.expected("stop_after", patience, min_delta, accuracies, case=case)
    asked = accuracies[:stop]
    due, due_best = exam.expected("stops", patience, min_delta, asked, case=case)
    worse = float(np.min(accuracies)) - 0.5  # one epoch more, to tell late from never
    mistakes = exam.mistakes("stops", patience, min_delta, np.append(asked, worse), case=case)
    stopping = exam.student.call("EarlyStopping", patience=patience, min_delta=min_delta, keep=True)
    said = [exam.student.call(stopping, float(accuracy), attribute="update") for accuracy in asked]
    kept = exam.student.get(stopping, "best")
    if kept is None:
        kept = Failure("best is None after these epochs; it should be the accuracy of the last improvement.", "value")
    if not any(map(_truth, said)):
        said.append(exam.student.call(stopping, worse, attribute="update"))
    told = parts.described(case, patience=patience, min_delta=min_delta)
    best = float(np.asarray(due_best))
    return _Sequence(case, told, said, kept, _first(due), best, len(asked), mistakes)


def _known(found, fits):
    """The mistake that explains what came in every case: in a single one, many would."""
    for number, (_, kind, text) in enumerate(found[0].mistakes):
        if all(fits(sequence, sequence.mistakes[number][0]) for sequence in found):
            return Diagnosis(kind, text)
    return None


def _stops_so(sequence, value):
    """Whether it was said to stop where a mistake says so."""
    return not sequence.failure and _first(value[0]) == sequence.got


def _keeps_so(sequence, value):
    """Whether, besides, the best accuracy is the one that a mistake keeps."""
    return _stops_so(sequence, value) and close(sequence.kept, value[1], "best", EXACT).passed


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
