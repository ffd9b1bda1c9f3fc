"""Fine-tuning: which epochs are run, and with whose weights the net is left."""

import numpy as np

from autograder.checks import parts
from autograder.checks.transfer.cases import BATCH, RATES, tuning_data
from autograder.compare import EXACT, Comparison, close, numbers
from autograder.diagnose import FITS, Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant


@check_item("transfer.fine_tune", points=4, asks="fine_tune", title="Fine-tuning, stopped in time")
def fine_tune(exam):
    """`fine_tune(net, optimiser, batches, val_batches, epochs, patience)`: accuracies by epoch, the best net left."""
    history = exam.expectation(
        "validation accuracies of the epochs", 0.3, tolerance=EXACT, advice="What comes first in an epoch, what next?"
    )
    stops = exam.expectation("stops in the right epoch", 0.2, advice="Write epoch by epoch: better or not, how many?")
    kept = exam.expectation(
        "the best epoch's weights and statistics are left",
        0.3,
        tolerance=EXACT,
        advice="Compare the net's weights before and after the last line.",
    )
    mode = exam.expectation("evaluation mode at the end", 0.1, core=False)
    form = exam.expectation("a list of numbers", 0.1, core=False)
    rng = exam.rng
    for case, epochs, patience in (
        ("stopped early", 12, 2),
        ("stopped early, with more patience", 12, 3),
        ("never stopped", 6, 3),
        ("one epoch", 1, 2),
    ):
        sizes = [*parts.sizes(rng, 3), 9]
        first = int(rng.integers(1 << 20))
        seed, labels = exam.expected("eventful", first, sizes, epochs, patience, case=case)
        arguments = (seed, sizes, labels, epochs, patience)
        accuracies, states = exam.expected("every_epoch", *arguments[:4], case=case)
        due = exam.expected("tuned", *arguments, case=case)
        mistakes = exam.mistakes("tuned", *arguments, case=case)
        told = parts.described(case, epochs=epochs, patience=patience)
        got, after, training, trained = _tuned(exam.student, *arguments)
        if isinstance(got, Failure):
            for expectation in (history, stops, kept, mode, form):
                expectation.judge(got, told)
            continue
        got, listed = _as_list(got)
        form.require(listed, "the accuracies should come back as a list with a number for each epoch.", told)
        length = len(got) if isinstance(got, np.ndarray) else 0
        run = trained or length or len(due)
        if isinstance(got, np.ndarray) and 0 < length != len(due) and length in (run, run - 1):
            # How many epochs there are is judged by itself, whether each of them has its accuracy is not.
            message = f"there are {length} accuracies, and {run} epochs were trained."
            history.require(length == run, message, told)
            got, due_of = got[: len(due)], due[:length]
        else:
            due_of = due
        known = _of_others(mistakes, accuracies, len(got) if isinstance(got, np.ndarray) else 0)
        parts.judge(history, got, due_of, "the list of accuracies", told, exam, mistakes=known)
        message = f"there are {run} epochs; there should be {len(due)}."
        stops.require(
            run == len(due) and length > 0,
            message if length else "no accuracies came back.",
            told,
            _stopped(run, accuracies, after, mistakes),
        )
        measured = length if length in (run, run - 1) else run
        best = states[int(np.argmax(accuracies[: max(measured, 1)]))]
        _judge_kept(kept, after, (best, states, min(run, epochs)), mistakes, told)
        mode.require(not training, "the net is left in training mode: put it into evaluation mode at the end.", told)


def _of_others(mistakes, accuracies, length):
    """What mistakes give that are not about when to stop, for so many epochs: (values, kind, text) each."""
    values = [(np.asarray(value[0], dtype=float), kind, text) for value, kind, text in mistakes if value[0] is not None]
    cut = [(value[:length] if length else value, kind, text) for value, kind, text in values]
    return [one for one in cut if not _are(one[0], accuracies[: len(one[0])])]


def _are(values, accuracies):
    """Whether a mistake's accuracies, which are kept in float32, are these."""
    return np.shape(values) == np.shape(accuracies) and np.allclose(values, accuracies, rtol=FITS, atol=FITS)


def _stopped(run, accuracies, after, mistakes):
    """Name the wrong way to stop that runs so many epochs: the only one, or the only one that leaves such a net."""
    found = [
        (text, value[1] is not None and close(after, value[1], "it", EXACT).passed)
        for value, _, text in mistakes
        if value[0] is not None and _are(value[0], accuracies[:run])
    ]
    texts = {text for text, fits in found if fits} or {text for text, _ in found}
    return Diagnosis("known mistake", texts.pop()) if len(texts) == 1 else None


def _judge_kept(expectation, after, states, mistakes, told):
    """Judge all numbers of the net afterwards by those of the best of the epochs that were run."""
    best, every, run = states
    comparison = close(after, best, "the net", EXACT, False)
    found = None
    if not comparison.passed and comparison.measured is not None:
        text = ""
        if close(after, every[run - 1], "it", EXACT).passed:
            text = (
                "These are the last epoch's: either nothing is put back, or what was kept is no copy. `state_dict()` "
                "gives the very tensors that training goes on to change."
            )
        else:
            texts = {
                text
                for value, _, text in mistakes
                if value[1] is not None and (value[0] is None or len(value[0]) == run)
                if close(after, value[1], "it", EXACT).passed
            }
            text = texts.pop() if len(texts) == 1 else ""
        if not text and any(close(after, one, "it", EXACT).passed for one in every):
            text = "These are another epoch's."
        found = Diagnosis("known mistake", text) if text else None
        message = "weights and statistics are not those of the epoch with the highest validation accuracy."
        comparison = Comparison(False, comparison.measured, EXACT, message, states=True)
    expectation.judge(comparison, told, found)


def _as_list(got):
    """An answer as an array of numbers, and whether it was a list of them."""
    array = numbers(got, "what it returns")
    if isinstance(array, Failure):
        return array, False
    listed = array.ndim == 1 and array.dtype.kind in "iuf"
    return array.reshape(-1), listed


def _tuned(student, seed, sizes, labels, epochs, patience):
    """What comes back, all numbers of the net afterwards, whether it is in training mode, and epochs that were trained.

    0 epochs where that cannot be told.
    """
    settings, train, val_images = tuning_data(seed, sizes)
    net = student.store(Plant("probe_net", **settings))
    optimiser = student.store(Plant("optimiser", net=net, learning_rate=RATES[0], momentum=RATES[1]))
    sets = [
        student.store(Plant("batches", images=images, labels=of, size=BATCH))
        for images, of in (train, (val_images, labels))
    ]
    answer = student.call("fine_tune", net, optimiser, *sets, epochs, patience)
    if isinstance(answer, Failure):
        return answer, None, True, 0
    after, training = student.call(net, attribute="numbers"), student.get(net, "training") is not False
    layers = student.call(student.store(Plant("modes_by_layer")), net)
    if isinstance(layers, list) and all(isinstance(row, list) and len(row) == 5 for row in layers):
        training = training or any(row[1] == "normalisation" and row[3] is not False for row in layers)
    else:
        training = True
    return answer, after, training, _epochs_trained(student, net, len(train[0]))


def _epochs_trained(student, net, count):
    """How many times the net was asked in training mode, in epochs, by its notes; 0 where that cannot be told."""
    notes = student.call(net, attribute="notes")
    modes = notes[0] if isinstance(notes, tuple) and notes else None
    asked = sum(mode is True for mode in modes) if isinstance(modes, list) else 0
    trained, rest = divmod(asked, -(-count // BATCH))
    return trained if not rest else 0
