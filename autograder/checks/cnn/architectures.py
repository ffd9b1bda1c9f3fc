"""Nets in PyTorch: their parameters counted, and their scores compared when all weights are those the check draws."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, Comparison, numbers, shape_of
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

COPIES = {"convnet_a": 300, "convnet_b": 80, "convnet_c": 80}  # of one image, to see what dropout does


def _net_item(name, points, title):
    """Register the item that judges one of the convnets."""

    @check_item(f"cnn.{name}", points=points, asks=name, title=title, rounds=1)
    def judge(exam):
        _judge_net(exam, name)

    judge.__doc__ = f"`{name}(dropout)`: layers, scores, and dropout in training."
    return judge


def _judge_net(exam, name):
    counts = exam.expectation(
        "number of parameters", 0.25, advice="Write the shape of the images behind every layer beside it."
    )
    scores = exam.expectation(
        "scores in evaluation mode", 0.4, tolerance=EXACT, advice="Read the description again, layer by layer."
    )
    shape = exam.expectation("one score for each class", 0.1, core=False)
    dropped = exam.expectation(
        "dropout in front of the last layer, in training",
        0.15,
        core=False,
        advice="Which numbers does the last layer take, and how many of them are dropped?",
    )
    still = exam.expectation("no dropout in evaluation mode", 0.1, core=False)
    rng = exam.rng
    seed, p = int(rng.integers(1 << 30)), float(rng.uniform(0.2, 0.7))
    images, image = rng.standard_normal((2, 3, 32, 32)), rng.standard_normal((3, 32, 32))
    expected = exam.expected("scores", name, images, seed, case="scores")
    due, variance = (
        exam.expected("layer_counts", name, case="counts"),
        exam.expected("dropout_variance", name, image, seed, p, case="dropout"),
    )
    mistakes = exam.mistakes("scores", name, images, seed, case="scores")
    student = exam.student
    net = student.call(name, dropout=p, keep=True)
    _judge_counts(counts, student.call(student.store(Plant("parameter_counter")), net), due)
    for method, *args in (("double",), ("apply", Plant("drawn_weights", seed=seed)), ("eval",)):
        done = student.call(net, *args, attribute=method, keep=True)
        net = done if isinstance(done, Failure) else net
    told = parts.described("two images", images=images.shape)
    got = student.call(net, Plant("tensor", array=images))
    shape.judge(shape_of(got, (2, 10), "the scores", "(N, 10)"), told)
    parts.judge(scores, got, expected, "the scores", told, exam.hidden, mistakes=mistakes)
    again = student.call(net, Plant("tensor", array=images))
    same = not isinstance(again, Failure) and np.array_equal(numbers(got, "it"), numbers(again, "it"))
    still.require(same, "the same images get other scores in every call, in evaluation mode, too.")
    _judge_dropout(student, dropped, net, Plant("same_images", image=image, count=COPIES[name]), variance, p)


def _judge_counts(expectation, got, due):
    """Judge the number of trainable parameters; the message says which layers there are, by their sizes."""
    if isinstance(got, Failure) or not isinstance(got, list) or not all(isinstance(n, int) for n in got):
        expectation.judge(got if isinstance(got, Failure) else Failure("The parameters could not be counted.", "value"))
        return
    listed = " + ".join(f"{n:,}" for n in got) or "none"
    found = None
    if sorted(got) != sorted(due):
        wrong = [n for n in got if n not in due]
        words = f"Of your layers, {', '.join(f'{n:,}' for n in wrong)} parameters fit none of the described ones."
        if len(got) != len(due):
            words = f"{len(got)} of your layers have parameters; {len(due)} should."
        found = Diagnosis("known mistake", words)
    right = sorted(got) == sorted(due)
    expectation.require(right, f"there are {sum(got):,} = {listed}; expected are {sum(due):,}.", diagnosis=found)


def _judge_dropout(student, expectation, net, copies, variance, p):
    """Judge how far scores of one image scatter in training mode: by how much is known, in ratio to a true dropout."""
    for method in ("float", "train"):
        student.call(net, attribute=method, keep=True)
    got = numbers(student.call(net, copies), "the scores")
    student.call(net, attribute="eval", keep=True)
    if isinstance(got, Failure) or got.ndim != 2 or got.shape[1] != len(variance):
        message = got.message if isinstance(got, Failure) else "in training mode there are no scores (N, 10)."
        expectation.judge(Failure(message, "value"))
        return
    ratio = float(np.sum(got.var(axis=0, ddof=1)) / np.sum(variance))
    if not np.isfinite(ratio):
        expectation.require(False, "in training mode, scores are nan or infinite.")
        return
    swapped = ((1 - p) / p) / (p / (1 - p))
    found = None
    if ratio < 1e-12:
        found = Diagnosis(
            "known mistake", "In training mode, too, every call gives the same scores: nothing is dropped."
        )
    elif abs(ratio / swapped - 1) < 0.3 and not 0.7 < swapped < 1.4:
        found = Diagnosis("known mistake", "Numbers are dropped with the probability 1 - dropout: swapped.")
    message = (
        f"in training mode with dropout={p:.2g}, the scores of one image vary {ratio:.2g} times as much as they should."
    )
    expectation.judge(Comparison(0.7 < ratio < 1.4, None, 0.0, message), diagnosis=found)


for _name, _points, _title in (
    ("convnet_a", 2, "S1's net a)"),
    ("convnet_b", 2, "S1's net b)"),
    ("convnet_c", 3, "S1's net c)"),
):
    _net_item(_name, _points, _title)


@check_item("cnn.parameter_counts", points=2, asks="parameter_counts", title="Counting parameters layer by layer")
def parameter_counts(exam):
    """`parameter_counts(net)`: a dict of numbers by the layers' names."""
    total = exam.expectation("all trainable parameters together", 0.4, advice="Which parameters does training change?")
    each = exam.expectation("the number of every layer", 0.3, advice="Whose parameters are counted twice?")
    names = exam.expectation("the names of the layers, in their order", 0.2, core=False)
    form = exam.expectation("a dict of whole numbers", 0.1, core=False)
    sizes = parts.sizes(exam.rng, 4)
    for kind in ("plain_net", "tree_net"):
        due_names, due = exam.expected("counted", kind, sizes, case=kind)
        told = parts.described("nested layers, some frozen" if kind == "tree_net" else "linear layers", sizes=sizes)
        got = exam.student.call("parameter_counts", Plant(kind, sizes=sizes))
        if isinstance(got, Failure) or not isinstance(got, dict):
            came = (
                got if isinstance(got, Failure) else Failure(f"It returned a {type(got).__name__}, no dict.", "value")
            )
            for expectation in (total, each, names, form):
                expectation.judge(came, told)
            continue
        values = [_whole(value) for value in got.values()]
        form.require(None not in values, "some of the numbers are no whole numbers.", told)
        counted = [value for value in values if value is not None]
        found = _named_counts(exam, kind, sizes, dict(zip(got, values, strict=True)))
        total.require(sum(counted) == sum(due), f"{sum(counted):,} are counted; there are {sum(due):,}.", told, found)
        each.require(
            sorted(counted) == sorted(due), f"layers have {counted} parameters; expected are {due}.", told, found
        )
        names.require(list(got) == due_names, f"the names are {list(got)}; expected are {due_names}.", told, found)


def _whole(value):
    """A whole number, also from a 0-d array; None for anything else."""
    array = numbers(value, "it")
    if isinstance(array, Failure) or array.size != 1 or isinstance(value, (bool, str)):
        return None
    number = array.reshape(-1)[0]
    return int(number) if number == int(number) else None


def _named_counts(exam, kind, sizes, got):
    """The mistake whose names and numbers these are."""
    for (names, values), why, text in exam.mistakes("counted", kind, sizes, case=kind):
        if list(names) == list(got) and list(values) == list(got.values()):
            return Diagnosis(why, text)
    return None
