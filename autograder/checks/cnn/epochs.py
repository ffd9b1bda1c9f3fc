"""An epoch of training and its evaluation in PyTorch, on a little net that takes notes of how it was asked."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, close, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

RATES = (0.2, 0.9)  # learning rate and momentum
EXTRAS = {"plain": (False, False), "augmented": (True, False), "scheduled": (False, True)}


def _data(rng):
    """Settings of a net, images (N, C, H, W), labels, and a size of batches that does not divide N."""
    N, D, H, C = parts.sizes(rng, 4)
    size, N = 4, 4 * (N // 4) + 7  # the last batch holds three
    settings = {"inputs": 2 * D, "hidden": H, "classes": C, "seed": int(rng.integers(1 << 30))}
    images = rng.standard_normal((N, 2, 1, D)) + 0.5
    return settings, images, rng.integers(0, C, N), size


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
    augment = exam.expectation("augment changes what the net sees", 0.1, core=False, tolerance=EXACT)
    schedule = exam.expectation("schedule goes on after every step", 0.1, core=False, tolerance=EXACT)
    number = exam.expectation("the loss is a number", 0.05, core=False)
    untouched = exam.expectation("images and labels are not modified", 0.05, core=False)
    settings, images, labels, size = _data(exam.rng)
    told = parts.described("batches of 4, the last of 3", images=images.shape, classes=settings["classes"])
    for case, (augmented, scheduled) in EXTRAS.items():
        arguments = (settings, images, labels, size, RATES, augmented, scheduled)
        expected = exam.expected("trained", *arguments, case=case)
        mistakes = exam.mistakes("trained", *arguments, case=case)
        value, after, notes, changed = _trained(exam.student, *arguments)
        by_case = {"plain": weights, "augmented": augment, "scheduled": schedule}
        known = [(v[1], kind, text) for v, kind, text in mistakes if v[1] is not None]
        parts.judge(by_case[case], after, expected[1], "the net", f"{told}, {case}", exam.hidden, mistakes=known)
        if case != "plain":
            continue
        known = [(v[0], kind, text) for v, kind, text in mistakes if v[0] is not None]
        # What is wrong with the weights changes the loss, too: it is judged against their own steps' as well.
        parts.judge(loss, value, expected[0], "the loss", told, exam.hidden, mistakes=known)
        number.judge(shape_of(value, (), "the loss", "one number"), told)
        modes = notes[0] if isinstance(notes, (list, tuple)) and len(notes) == 2 else notes
        trained = isinstance(modes, (list, tuple)) and len(modes) > 0 and all(mode_ is True for mode_ in modes)
        mode.require(
            trained,
            "the net was asked in evaluation mode: batch normalisation and dropout then work as in testing. Put it "
            "into training mode first.",
            told,
        )
        untouched.require(not changed, "images or labels are changed by the call.", told)


def _trained(student, settings, images, labels, size, rates, augmented, scheduled):
    """Loss, all numbers of the net, its notes, and whether images or labels were changed."""
    net = student.store(Plant("probe_net", **settings))
    optimiser = student.store(Plant("optimiser", net=net, learning_rate=rates[0], momentum=rates[1]))
    batches = student.store(Plant("batches", images=images, labels=labels, size=size))
    extra = {}
    if augmented:
        extra["augment"] = Plant("darkened")
    if scheduled:
        extra["schedule"] = Plant("halving_schedule", optimiser=optimiser)
    value = student.call("train_epoch", net, batches, optimiser, **extra)
    if isinstance(value, Failure):
        return value, value, value, False
    after, notes = student.call(net, attribute="numbers"), student.call(net, attribute="notes")
    return value, after, notes, _changed(student, batches, images, labels)


def _changed(student, batches, images, labels):
    """Whether the batches hold other numbers than at first."""
    kept = student.get(batches)
    try:
        now = [np.concatenate([np.asarray(pair[k]) for pair in kept]) for k in (0, 1)]
        return not (np.array_equal(now[0], images) and np.array_equal(now[1], labels))
    except (TypeError, ValueError, IndexError):
        return True


@check_item("cnn.evaluate", points=3, asks="evaluate", title="Measuring a net")
def evaluate(exam):
    """`evaluate(net, batches)`: mean loss and accuracy, in evaluation mode, without gradients."""
    loss = exam.expectation("mean loss of all images", 0.3, tolerance=EXACT)
    accuracy = exam.expectation("accuracy", 0.3, tolerance=EXACT, advice="How many images are there in all?")
    mode = exam.expectation("the net is in evaluation mode", 0.15, core=False)
    gradients = exam.expectation("no gradients are recorded", 0.1, core=False)
    same = exam.expectation("the net stays as it is", 0.1, core=False, tolerance=EXACT)
    form = exam.expectation("two numbers", 0.05, core=False)
    settings, images, labels, size = _data(exam.rng)
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
        pair = unpack(answer, 2, "loss and accuracy")
        for part, (expectation, name) in enumerate(((loss, "the loss"), (accuracy, "the accuracy"))):
            known = [(v[part], kind, text) for v, kind, text in mistakes if v[part] is not None]
            parts.judge(expectation, pair[part], expected[part], name, told, exam.hidden, mistakes=known)
            form.judge(shape_of(pair[part], (), name, "one number"), told)
        notes = answer if isinstance(answer, Failure) else exam.student.call(net, attribute="notes")
        modes, grads = notes if isinstance(notes, (list, tuple)) and len(notes) == 2 else ([True], [True])
        asked = isinstance(modes, (list, tuple)) and len(modes) > 0
        mode.require(
            asked and not any(modes),
            "the net was asked in training mode: dropout drops, and batch normalisation takes each batch's own "
            "statistics, and stores them. Put it into evaluation mode first.",
            told,
        )
        gradients.require(
            asked and isinstance(grads, (list, tuple)) and not any(grads),
            "gradients were recorded while the net was asked: that costs memory and time, for nothing. Switch it off.",
            told,
        )
        after = answer if isinstance(answer, Failure) else exam.student.call(net, attribute="numbers")
        comparison = close(numbers(after, "the net"), before, "the net", EXACT, False)
        if not comparison.passed and not isinstance(answer, Failure):
            comparison.message = "weights or running statistics are others after the call: measuring must not teach."
        same.judge(comparison, told)
