"""Nets in PyTorch: their parameters counted, and their scores compared when all weights are those the check draws."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, Comparison, close, numbers, shape_of
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

COPIES = {"convnet_a": 100, "convnet_b": 40, "convnet_c": 40}  # of one image, to see what dropout does
UNLIKELY = 6.0  # standard deviations of a share
LISTED = 12  # numbers or names of layers that a message shows


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
    shape = exam.expectation("one score for each class", 0.05, core=False)
    reached = exam.expectation("gradients reach every layer", 0.05, core=False)
    dropped = exam.expectation(
        "dropout in front of the last layer, in training",
        0.15,
        core=False,
        advice="Which numbers does the last layer take, and how many of them are dropped?",
    )
    still = exam.expectation("no dropout in evaluation mode", 0.1, core=False)
    rng = exam.rng
    seed, p = int(rng.integers(1 << 30)), float(rng.uniform(0.15, 0.3))
    p = p if rng.random() < 0.5 else 1 - p  # far from 1/2, so that p and 1 - p are not alike
    images, image = rng.standard_normal((2, 3, 32, 32)), rng.standard_normal((3, 32, 32))
    expected = exam.expected("scores", name, images, seed, case="scores")
    due = exam.expected("layer_counts", name, case="counts")
    places, features = exam.expected("picked_features", name, image, seed, case="dropout")
    mistakes = exam.mistakes("scores", name, images, seed, p, case="scores")
    student = exam.student
    net = _built(student, name, p)
    if isinstance(net, Failure):
        for expectation in (counts, scores, shape, reached, dropped, still):
            expectation.judge(net)
        return
    _judge_counts(
        counts,
        student.call(student.store(Plant("parameter_counter")), net),
        due,
        exam.mistakes("layer_counts", name, case="counts"),
    )
    for method, *args in (("double",), ("apply", Plant("drawn_weights", seed=seed)), ("eval",)):
        done = student.call(net, *args, attribute=method, keep=True)
        net = done if isinstance(done, Failure) else net
    told = parts.described("two images", images=images.shape)
    got = student.call(net, Plant("tensor", array=images))
    if isinstance(got, Failure):  # nets that insist on float32
        student.call(net, attribute="float", keep=True)
        images = images.astype(np.float32)
        got = student.call(net, Plant("tensor", array=images))
    shape.judge(shape_of(got, (2, 10), "the array of scores", "(N, 10)"), told)
    parts.judge(scores, got, expected, "the array of scores", told, exam, mistakes=mistakes)
    again, same = numbers(student.call(net, Plant("tensor", array=images)), "the array of scores"), False
    if isinstance(again, Failure):
        still.judge(again, told)
    else:
        same = _alike(numbers(got, "the array of scores"), again)
        still.require(same, "the same images get other scores in every call, in evaluation mode, too.")
    _judge_gradients(student, reached, net, images[:1])
    _judge_dropout(student, dropped, net, (image, places, features, p, COPIES[name]), same)


def _built(student, name, p):
    """The student's net, left where it is, or a `Failure` that says what came in its place."""
    net = student.call(name, dropout=p, keep=True)
    if isinstance(net, Failure) or isinstance(student.get(net, "training"), bool):
        return net
    came = "None: is there a return statement?" if net.type_name == "NoneType" else f"a {net.type_name}."
    return Failure(f"{name} should return a net, an object of a class built on nn.Module; it returned {came}", "value")


def _judge_gradients(student, expectation, net, images):
    """Judge whether every layer could learn from the scores: a detached tensor on the way would cut some off."""
    found = student.call(student.store(Plant("reached_layers")), net, Plant("tensor", array=images))
    if isinstance(found, Failure) or not isinstance(found, tuple) or len(found) != 2:
        expectation.judge(found if isinstance(found, Failure) else Failure("There are no gradients.", "value"))
        return
    reached, layers = found
    message = f"{reached} of {layers} layers with trainable parameters get a gradient from the scores; all should."
    message += " Is one not used, or are numbers detached on their way?" * (reached != layers)
    expectation.require(reached == layers != 0, message)


def _alike(one, other):
    return not isinstance(one, Failure) and one.shape == other.shape and np.allclose(one, other, 1e-9, equal_nan=True)


def _judge_counts(expectation, got, due, mistakes):
    """Judge the number of trainable parameters; the message says which layers there are, by their sizes."""
    if parts.list_of(int, got) is None:
        expectation.judge(got if isinstance(got, Failure) else Failure("The parameters could not be counted.", "value"))
        return
    right = sorted(got) == sorted(due)
    found = None
    if not right:
        wrong = [n for n in got if n not in due]
        words = f"Layers with {_listed(wrong, ' and ')} parameters are none of the described ones."
        if len(got) != len(due) or not wrong:
            words = f"{len(got)} of your layers have parameters; {len(due)} should."
        if not got:
            words = "PyTorch finds no trainable layer: is each one an attribute of the net, or in an nn.Sequential?"
        known = (Diagnosis(kind, text) for counts, kind, text in mistakes if got and sorted(counts) == sorted(got))
        found = next(known, Diagnosis("known mistake", words))
    message = f"there are {sum(got):,} = {_listed(got, ' + ') or 'none'}; expected are {sum(due):,}."
    expectation.require(right, message, diagnosis=found)


def _listed(counts, between):
    shown = [f"{n:,}" for n in counts[:LISTED]] + ["..."] * (len(counts) > LISTED)
    return between.join(shown)


def _judge_dropout(student, expectation, net, case, steady):
    """Judge which numbers reach the last layer in training mode: its weights are set to show ten of them, plus one.

    Where the net is not `steady` in evaluation mode, it is compared with the numbers that should reach the layer.
    """
    image, places, features, p, count = case
    for method, *args in (("float",), ("apply", Plant("shown_features", places=places)), ("eval",)):
        student.call(net, *args, attribute=method, keep=True)
    still = numbers(student.call(net, Plant("same_images", image=image, count=1)), "the array of scores")
    student.call(net, attribute="train", keep=True)
    got = numbers(student.call(net, Plant("same_images", image=image, count=count)), "the array of scores")
    student.call(net, attribute="eval", keep=True)
    for answer, size in ((still, 10), (got, 10 * count)):
        if isinstance(answer, Failure):
            expectation.judge(answer)
            return
        if answer.size != size or answer.dtype.kind not in "iuf" or not np.all(np.isfinite(answer)):
            expectation.require(
                False, "in training or evaluation mode there are no scores (N, 10), or not all are finite."
            )
            return
        if not np.any(answer):
            expectation.require(False, "in training or evaluation mode all scores are zero.")
            return
    still, got = still.astype(float).reshape(1, 10), got.astype(float)
    got = got.T if got.shape == (10, count) else got.reshape(count, 10)  # scores that are turned cost their own points
    kept = still[0] - 1 if steady else features
    right, message, found = _dropped(got, kept, p)
    if not right and steady and not close(kept, features, "the features", 1e-3).passed:
        # The scores are judged by themselves. Whatever is wrong with them: they vary in training, or they do not.
        right = bool(np.any(np.ptp(got, axis=0) > 1e-6 * np.max(np.abs(got))))
    expectation.judge(Comparison(right, message=message, states=True), diagnosis=found if steady else None)


def _dropped(got, kept, p):
    """Whether every number is either zero or divided by 1 - p; if not, what is wrong.

    Parameters
    ----------
    got : array (copies, 10)
        Scores in training mode: the numbers that reach the last layer, and 1.
    kept : array (10,)
        The same numbers in evaluation mode.
    """

    def one_of(*factors):
        near = 1e-3 * np.max(np.abs(kept)) + 1e-9
        return np.any([np.abs(got - 1 - factor * kept) < near for factor in factors], axis=0)

    gone, share = one_of(0), float(np.mean(one_of(0)))
    mode = f"in training mode with dropout={p:.2g},"
    text = ""
    if np.ptp(got, axis=0).max() <= 1e-6 * np.abs(got).max():
        message, text = (f"{mode} every image has the same scores.", "Nothing is dropped, or the same for all images.")
        text = "In training mode, too, nothing is dropped." if one_of(1).all() else text
        return False, message, Diagnosis("known mistake", text)
    message = f"{mode} {share:.0%} of the numbers that the last layer takes are zero."
    if one_of(0, 1 / p).all():
        text = "Numbers are dropped with the probability 1 - dropout: swapped."
    elif one_of(0, 1).all():
        text = "What is kept is not divided by 1 - dropout."
    elif one_of(0, 2).all():
        text = "Numbers are dropped with the probability 1/2, whatever `dropout` is."
    elif one_of(0, 1 / (1 - p) ** 2, 1 / (1 - p)).all():
        text = "There is dropout twice in front of the last layer."
    if not one_of(0, 1 / (1 - p)).all():
        if not text:
            message = f"{mode} the numbers that the last layer takes are others than those kept or dropped there."
            text = "Is there dropout in front of another layer, or behind the last one?"
        return False, message, Diagnosis("known mistake", text)
    spread = np.mean((gone.sum(axis=1) - gone.shape[1] * p) ** 2) / (gone.shape[1] * p * (1 - p))
    if spread > 1 + 10 * np.sqrt(2 / len(gone)):  # as chi-squared with a degree of freedom for each copy
        text = "Numbers are dropped together, such as whole channels; each should have its own chance."
        return False, message, Diagnosis("known mistake", text)
    far = abs(share - p) / np.sqrt(p * (1 - p) / gone.size)
    return bool(far < UNLIKELY), message, None


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
            came = Failure(f"It returned {_kind(got)}; expected is a dict.", "value")
            came = got if isinstance(got, Failure) else came
            for expectation in (total, each, names, form):
                expectation.judge(came, told)
            continue
        values = [_whole(value) for value in got.values()]
        form.require(None not in values, "some of the numbers are no whole numbers.", told)
        counted = [value for value in values if value is not None]
        found = _named_counts(exam, kind, sizes, dict(zip(got, values, strict=True)))
        if None in values or not values:
            # What is no number cannot be counted: that says more than a sum of the rest.
            why = "some of the numbers are no whole numbers" if values else "the dict is empty"
            total.require(False, f"{why}.", told, found)
            each.require(False, f"{why}.", told, found)
        listed = f"{sum(counted):,} are counted" + f"; there are {sum(due):,}" * (not exam.hidden)
        total.require(sum(counted) == sum(due), f"{listed}.", told, found, states=False)
        listed = f"layers have {_shown(counted)} parameters" + f"; expected are {due}" * (not exam.hidden)
        # Layers that are listed with none cost their names alone.
        each.require(sorted(n for n in counted if n) == sorted(due), f"{listed}.", told, found, states=False)
        listed = f"the names are {_shown(list(got))}; expected are {due_names}."
        names.require(list(got) == due_names, listed, told, found)


def _kind(value):
    return "None: is there a return statement?" if value is None else f"something of type {type(value).__name__}"


def _shown(entries):
    """A list as in Python, cut where it is long."""
    return f"{entries[:LISTED]}"[:400] + f" and {len(entries) - LISTED} more" * (len(entries) > LISTED)


def _whole(value):
    """A whole number, also from a 0-d array; None for anything else."""
    array = numbers(value, "it")
    if isinstance(array, Failure) or array.size != 1 or array.dtype.kind not in "iuf" or isinstance(value, str):
        return None
    number = array.reshape(-1)[0]
    return int(number) if np.isfinite(number) and number == int(number) else None


def _named_counts(exam, kind, sizes, got):
    """The mistake whose names and numbers these are."""
    for (names, values), why, text in exam.mistakes("counted", kind, sizes, case=kind):
        if list(names) == list(got) and list(values) == list(got.values()):
            return Diagnosis(why, text)
    return None
