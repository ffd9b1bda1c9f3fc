"""An epoch of training and its evaluation in PyTorch, on a little net that takes notes of how it was asked.

A loss is compared with that of the scores which the net gave: steps that are wrong, or the wrong mode, change those,
and are judged by themselves.
"""

from dataclasses import dataclass

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, close, numbers, shape_of
from autograder.diagnose import Diagnosis
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

RATES = (0.2, 0.9)  # learning rate and momentum


def _data(rng):
    """Settings of a net, images (N, C, H, W), labels, and a size of batches that does not divide N."""
    N, D, H, C = parts.sizes(rng, 4)
    size, N = 4, 4 * (N // 4) + 7  # the last batch holds three
    settings = {"inputs": 2 * D, "hidden": H, "classes": C, "seed": int(rng.integers(1 << 30))}
    images = rng.standard_normal((N, 2, 1, D)) + 0.5
    return settings, images, rng.integers(0, C, N), size


@dataclass
class _Notes:
    """What a `ProbeNet` has noted: modes and gradients by calls, images (N, D) and scores (N, classes) by images.

    Every field is a list of bools or an array, or None where the notes cannot be read.
    """

    modes: list | None = None
    gradients: list | None = None
    shown: np.ndarray | None = None
    scores: np.ndarray | None = None

    def has_seen(self, images):
        """Whether the net was shown these images, each once, in their order."""
        rows = images.reshape(len(images), -1)
        return self.shown is not None and self.shown.shape == rows.shape and bool(np.allclose(self.shown, rows))

    def measured(self, images, labels):
        """Mean loss and accuracy by its scores, or None where it was shown other images."""
        if not self.has_seen(images) or self.scores is None or self.scores.shape[:1] != labels.shape:
            return None
        if self.scores.ndim != 2 or self.scores.shape[1] <= labels.max() or not np.all(np.isfinite(self.scores)):
            return None
        shifted = self.scores - self.scores.max(axis=1, keepdims=True)
        losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
        return float(losses.mean()), float(np.mean(self.scores.argmax(axis=1) == labels))


def _notes(student, net):
    """The notes of a net, whatever comes in their place."""
    noted = student.call(net, attribute="notes")
    if not isinstance(noted, (list, tuple)) or len(noted) != 4:
        return _Notes()
    modes, gradients = (parts.list_of(bool, part) for part in noted[:2])
    arrays = [numbers(part, "it") for part in noted[2:]]
    shown, scores = (array if isinstance(array, np.ndarray) and array.dtype.kind in "iuf" else None for array in arrays)
    return _Notes(modes, gradients, shown, scores)


@check_item("cnn.train_epoch", points=4, asks="train_epoch", title="One epoch of training")
def train_epoch(exam):
    """`train_epoch(net, batches, optimiser, augment, schedule)`: the weights afterwards, and the mean loss."""
    weights = exam.expectation(
        "weights after an epoch", 0.4, tolerance=EXACT, advice="Which calls belong to one step, and in which order?"
    )
    loss = exam.expectation(
        "mean loss of all images", 0.2, tolerance=EXACT, advice="The last batch is smaller: does it count as much?"
    )
    mode = exam.expectation("the net is in training mode", 0.1, core=False)
    augment = exam.expectation("augment changes what the net sees", 0.1, core=False)
    schedule = exam.expectation("schedule goes on after every step", 0.1, core=False)
    number = exam.expectation("the loss is a number", 0.05, core=False)
    untouched = exam.expectation("images and labels are not modified", 0.05, core=False)
    settings, images, labels, size = _data(exam.rng)
    told = parts.described("batches of 4, the last of 3", images=images.shape, classes=settings["classes"])
    arguments = (settings, images, labels, size)
    expected = exam.expected("trained", *arguments, RATES, case="plain")
    mistakes = exam.mistakes("trained", *arguments, RATES, case="plain")
    value, after, notes, _, changed = _trained(exam.student, *arguments)
    known = [(v[1], kind, text) for v, kind, text in mistakes if v[1] is not None]
    parts.judge(weights, after, expected[1], "the net", told, exam, mistakes=known)
    _judge_loss(loss, value, expected[0], notes.measured(images, labels), (told, exam, mistakes))
    number.judge(shape_of(value, (), "the loss", "one number"), told)
    if isinstance(value, Failure) and not notes.modes:
        mode.judge(value, told)
    message = (
        "the net was asked in evaluation mode: batch normalisation and dropout then work as in testing. Put it "
        "into training mode first."
    )
    mode.require(notes.modes and all(notes.modes), message if notes.modes else "the net was never asked.", told)
    if isinstance(value, Failure):
        untouched.judge(value, told)
    untouched.require(not changed, "images or labels are changed by the call.", told)
    value, _, notes, _, changed = _trained(exam.student, *arguments, augmented=True)
    _judge_augment(augment, value, notes, images, told)
    message = "what `augment` makes is written into the batch: the next epoch would augment it once more."
    untouched.require(not changed, message, told)
    value, _, _, calls, _ = _trained(exam.student, *arguments, scheduled=True)
    _judge_schedule(schedule, value, calls, -(-len(images) // size), told)


def _judge_loss(expectation, value, expected, carried, words):
    """Judge a loss by the right net's, or where this net is another one, by that of the scores it gave."""
    told, exam, mistakes = words
    if carried is not None and close(value, carried[0], "the loss", EXACT).passed:
        expected = carried[0]
    known = [(v[0], kind, text) for v, kind, text in mistakes if v[0] is not None]
    parts.judge(expectation, value, expected, "the loss", told, exam, mistakes=known)


def _judge_augment(expectation, value, notes, images, told):
    """Judge which images the net was shown, where `augment` halves all numbers and takes one away."""
    if isinstance(value, Failure):
        expectation.judge(value, told)
        return
    found, message = None, "the net is shown other images than those that `augment` makes."
    if notes.has_seen(images):
        found = Diagnosis("known mistake", "`augment` is not used.")
    if notes.has_seen(0.5 * (0.5 * images - 1) - 1):
        found = Diagnosis("known mistake", "`augment` is used twice for every batch.")
    expectation.require(notes.has_seen(0.5 * images - 1), message, told, found)


def _judge_schedule(expectation, value, calls, batches, told):
    """Judge in which order the optimiser's and the schedule's steps come."""
    if isinstance(value, Failure):
        expectation.judge(value, told)
        return
    calls = [call for call in calls if isinstance(call, str)] if isinstance(calls, (list, tuple)) else []
    steps, moves = calls.count("step"), calls.count("schedule")
    behind_steps = all(before == "step" for before, call in zip([None, *calls], calls, strict=False) if call != "step")
    message = f"there are {steps} steps of the optimiser and {moves} of the schedule, for {batches} batches."
    text = ""
    if moves == 0:
        text = "`schedule.step()` is never called."
    elif moves == batches and steps:
        message, text = f"{message} Their order is wrong.", "The schedule's step comes after the optimiser's."
    elif moves == 1:
        text = "`schedule.step()` is called once in the epoch; call it after every step."
    right = moves == batches and behind_steps
    expectation.require(right, message, told, Diagnosis("known mistake", text) if text else None)


def _trained(student, settings, images, labels, size, augmented=False, scheduled=False):
    """Loss, all numbers of the net, its notes, the steps in their order, and whether images or labels were changed."""
    net = student.store(Plant("probe_net", **settings))
    optimiser = student.store(Plant("optimiser", net=net, learning_rate=RATES[0], momentum=RATES[1]))
    batches = student.store(Plant("batches", images=images, labels=labels, size=size))
    extra = {}
    if augmented:
        extra["augment"] = Plant("darkened")
    if scheduled:
        extra["schedule"] = Plant("halving_schedule", optimiser=optimiser)
    value = student.call("train_epoch", net, batches, optimiser, **extra)
    if isinstance(value, Failure) and value.kind != "value":
        return value, value, _Notes(), [], False
    after, calls = student.call(net, attribute="numbers"), student.get(optimiser, "calls")
    return value, after, _notes(student, net), calls, _changed(student, batches, images, labels)


def _changed(student, batches, images, labels):
    """Whether the batches hold other numbers than at first."""
    kept = student.get(batches)
    try:
        now = [np.concatenate([np.asarray(pair[k]) for pair in kept]) for k in (0, 1)]
        return not (np.array_equal(now[0], images) and np.array_equal(now[1], labels))
    except (TypeError, ValueError, LookupError):
        return True


def _fits_one(got, values):
    """Whether a number is, but for rounding, one of several."""
    return any(value is not None and close(got, value, "it", EXACT).passed for value in values)


def _partly_right(rng, scores, size):
    """Labels with which a net that gives these scores is right two or three times in a batch, and once in the last.

    So its accuracy is neither 0 nor 1, and no batch's, nor their mean.
    """
    best, classes = scores.argmax(axis=1), scores.shape[1]
    labels = (best + rng.integers(1, classes, len(best))) % classes
    labels = np.where(rng.random(len(best)) < 0.5, labels, scores.argmin(axis=1))
    for start in range(0, len(best), size):
        places = start + rng.permutation(min(size, len(best) - start))
        right = places[: rng.integers(2, 4) if len(places) == size else 1]
        labels[right] = best[right]
    return labels


@check_item("cnn.evaluate", points=3, asks="evaluate", title="Measuring a net")
def evaluate(exam):
    """`evaluate(net, batches)`: mean loss and accuracy, in evaluation mode, without gradients."""
    loss = exam.expectation("mean loss of all images", 0.3, tolerance=EXACT)
    accuracy = exam.expectation("accuracy", 0.3, tolerance=EXACT, advice="How many images are there in all?")
    mode = exam.expectation("the net is in evaluation mode", 0.15, core=False)
    gradients = exam.expectation("no gradients are recorded", 0.1, core=False)
    same = exam.expectation("net and images stay as they are", 0.1, core=False, tolerance=EXACT)
    form = exam.expectation("two numbers", 0.05, core=False)
    settings, images, labels, size = _data(exam.rng)
    labels = _partly_right(exam.rng, exam.expected("probe_scores", settings, images, case="labels"), size)
    for case, count in (("batches of 4, the last of 3", len(images)), ("one batch", 4)):
        given = (settings, images[:count], labels[:count], size)
        told = parts.described(case, images=given[1].shape, classes=settings["classes"])
        expected = exam.expected("measured", *given, case=case)
        mistakes = exam.mistakes("measured", *given, case=case)
        before = exam.expected("probe_numbers", settings, case=case)
        net = exam.student.store(Plant("probe_net", **settings))
        exam.student.call(net, attribute="train", keep=True)
        batches = exam.student.store(Plant("batches", images=given[1], labels=given[2], size=size))
        answer = exam.student.call("evaluate", net, batches)
        raised = isinstance(answer, Failure) and answer.kind != "value"
        notes = _Notes() if raised else _notes(exam.student, net)
        carried = notes.measured(given[1], given[2]) if notes.modes and any(notes.modes) else None
        pair = unpack(answer, 2, "loss and accuracy")
        for part, (expectation, name) in enumerate(((loss, "the loss"), (accuracy, "the accuracy"))):
            due = expected[part]
            if carried is not None and close(pair[part], carried[part], name, EXACT).passed:
                due = carried[part]  # the wrong mode is judged by itself
            known = [
                (v[part], kind, text)
                for v, kind, text in mistakes
                # Of so few images two mistakes may give one accuracy: the loss must fit, too.
                if v[part] is not None and (name == "the loss" or _fits_one(pair[0], (expected[0], v[0])))
            ]
            parts.judge(expectation, pair[part], due, name, told, exam, mistakes=known)
            form.judge(shape_of(pair[part], (), name, "one number"), told)
        if raised:
            for expectation in (mode, gradients, same):
                expectation.judge(answer, told)
            continue
        mode.require(
            notes.modes and not any(notes.modes),
            "the net was asked in training mode: dropout drops, and batch normalisation takes each batch's own "
            "statistics, and stores them. Put it into evaluation mode first.",
            told,
        )
        gradients.require(
            notes.gradients and not any(notes.gradients),
            "gradients were recorded while the net was asked: that costs memory and time, for nothing. Switch it off.",
            told,
        )
        same.judge(parts.same_state(exam.student, net, before, words=": measuring must not teach"), told)
        changed = _changed(exam.student, batches, given[1], given[2])
        same.require(not changed, "images or labels are changed by the call: work on a copy.", told)
