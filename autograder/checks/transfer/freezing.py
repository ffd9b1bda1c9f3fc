"""What is trained, what is not, and what frozen layers do with their statistics."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT, numbers, shape_of
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

KNOWN = "known mistake"
ONE_OF_TWO = "gamma of one layer frozen, and of another beta"
NORMALISATION = ("stages.0.1", "stages.1.0.1", "stages.3.1")  # of a little backbone


def _backbone(exam):
    """Settings of a little backbone: channels that all differ, and a seed."""
    return {"channels": parts.sizes(exam.rng, 4), "seed": int(exam.rng.integers(1 << 30))}


@check_item("transfer.trainable_parameters", points=1, asks="trainable_parameters", title="Counting what is trained")
def trainable_parameters(exam):
    """`trainable_parameters(net)`: how many numbers training changes."""
    right = exam.expectation("how many numbers are trained", 0.8, advice="What is frozen? What is counted twice?")
    form = exam.expectation("one whole number", 0.2, core=False)
    for case, kind in (("some frozen, one layer used twice", "twice_net"), ("nothing frozen", "plain_net")):
        sizes = parts.sizes(exam.rng, 3)
        told = parts.described(case)
        expected = exam.expected("count", kind, sizes, case=case)
        mistakes = exam.mistakes("count", kind, sizes, case=case)
        net = exam.student.store(Plant(kind, sizes=sizes))
        handle = exam.student.call("trainable_parameters", net, keep=True)
        got = numbers(exam.student.get(handle), "the count")
        parts.judge(right, got, np.array(expected), "the count", told, exam, mistakes=mistakes)
        form.judge(shape_of(got, (), "the count", "one number"), told)
        if not isinstance(got, Failure):
            whole = got.dtype.kind in "iu" and handle.type_name != "Tensor"
            form.require(whole, f"it is a {handle.type_name}; a count is a whole number.", told)


@check_item("transfer.freeze", points=1, asks="freeze", title="Freezing")
def freeze(exam):
    """`freeze(module)`: no parameter is trained any more, and nothing else has changed."""
    frozen = exam.expectation(
        "no parameter is trained", 0.7, advice="Which attribute of a parameter does autograd read?"
    )
    same = exam.expectation("weights and statistics stay as they are", 0.3, core=False, tolerance=EXACT)
    for case, already in (("all stages trained", []), ("one frozen already", [1])):
        settings, told = _backbone(exam), parts.described(case)
        net = exam.student.store(Plant("little_backbone", **settings, frozen=already))
        before = exam.expected("numbers", settings, case=case)
        answer = exam.student.call("freeze", net, keep=True)
        if isinstance(answer, Failure):
            frozen.judge(answer, told)
            same.judge(answer, told)
            continue
        flags = exam.student.call(exam.student.store(Plant("trained_flags")), net)
        due = exam.expected("trained_flags", settings, already, case=case)
        if not _all_there(flags, due):
            frozen.require(False, "the backbone's parameters are others than before: they should stay there.", told)
        else:
            left = [name for name, trained in flags if trained]
            message = f"{len(left)} of the backbone's tensors are still trained, such as {left[0]}." if left else ""
            frozen.require(not left, message, told, _left_trained(left, due))
        same.judge(parts.same_state(exam.student, net, before), told)


def _all_there(flags, due):
    """Whether what was read is a list of [name, whether it is trained], with the same names as `due`."""
    pairs = isinstance(flags, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in flags)
    return pairs and [pair[0] for pair in flags] == [name for name, _ in due]


def _left_trained(left, due):
    """Name what was forgotten, by the parameters that are still trained."""
    before = [name for name, trained in due if trained]
    normal = [name for name, _ in due if name.rpartition(".")[0] in NORMALISATION]
    text = ""
    if left and left == [name for name in before if name.endswith("bias")]:
        text = "Weights are frozen, and biases are not."
    elif left and all(name in normal for name in left) and set(normal) & set(before) <= set(left):
        text = "The parameters of batch normalisation are not frozen: it has a factor and a summand for each channel."
    elif left == before:
        text = (
            "Nothing was frozen. Setting `requires_grad` of a module does nothing, and neither does evaluation mode: "
            "it is the parameters that are frozen, those of modules within modules with them."
        )
    elif left and not set(left) & set(before):
        text = "What was frozen before is trained now, and the rest frozen: set it, whatever it was."
    return Diagnosis(KNOWN, text) if text else None


@check_item("transfer.unfreeze_top", points=2, asks="unfreeze_top", title="Training the last stages")
def unfreeze_top(exam):
    """`unfreeze_top(backbone, stages)`: the last stages are trained, those before them are not."""
    last = exam.expectation("the last stages are trained", 0.35, advice="The first stage is nearest to the image.")
    first = exam.expectation(
        "stages before them are frozen", 0.35, core=False, advice="Were they frozen before? Do not rely on it."
    )
    none = exam.expectation("0 stages: all are frozen", 0.15, core=False)
    same = exam.expectation("weights and statistics stay as they are", 0.15, core=False, tolerance=EXACT)
    for case, stages, already in (
        ("one frozen before", 2, [1]),
        ("all frozen before", 3, [0, 1, 2, 3]),
        ("all trained before", 1, []),
        ("all stages", 4, [0, 2]),
        ("none", 0, [1]),
    ):
        settings, told = _backbone(exam), parts.described(case, stages=stages)
        before = exam.expected("numbers", settings, case=case)
        answer, found, kept = own = _top_unfrozen(exam, settings, stages, already, before)
        if isinstance(answer, Failure) or found != [False] * (4 - stages) + [True] * stages or not kept.passed:
            exam.student.replace("freeze", "freeze_all")  # an item of its own
            again = _top_unfrozen(exam, settings, stages, already, before)
            exam.student.restore()
            worse = isinstance(again[0], Failure) and not isinstance(answer, Failure)
            answer, found, kept = own if worse else again
        if isinstance(answer, Failure) or not isinstance(found, list) or len(found) != 4:
            failure = answer if isinstance(answer, Failure) else Failure("The stages cannot be read any more.", "value")
            for expectation in (last, first, same) if stages else (none, same):
                expectation.judge(failure, told)
            continue
        _judge_stages(found, stages, already, (last, first, none), told)
        same.judge(kept, told)


def _top_unfrozen(exam, settings, stages, already, before):
    """What the student's function returns, which stages are trained then, and whether the numbers are as before."""
    net = exam.student.store(Plant("little_backbone", **settings, frozen=already))
    answer = exam.student.call("unfreeze_top", net, stages, keep=True)
    found = exam.student.call(exam.student.store(Plant("trained_stages")), net)
    return answer, found, parts.same_state(exam.student, net, before)


def _judge_stages(found, stages, already, expectations, told):
    """Judge of which stages all parameters are trained, and of which none is; those in `already` were frozen before."""
    last, first, none = expectations
    words = ["all" if flag is True else "none" if flag is False else "some" for flag in found]
    message = f"of the stages 0, 1, 2, 3 these parameters are trained: {', '.join(words)}."
    named, before = None, ["none" if number in already else "all" for number in range(4)]
    if words == ["all"] * stages + ["none"] * (4 - stages) and 0 < stages < 4:
        named = Diagnosis(KNOWN, "The first stages are trained, those next to the image; it should be the last ones.")
    elif words == ["all"] * 4 and stages < 4:
        text = "Everything is trained: a slice that ends at -0 is empty, and one that begins there is all."
        named = Diagnosis(KNOWN, text if not stages else "Everything is trained: only the last stages should be.")
    elif words == ["none"] * 4 and stages:
        named = Diagnosis(KNOWN, "Everything is frozen: which parameters are set back to be trained?")
    elif "some" in words:
        named = Diagnosis(KNOWN, "Of a stage all parameters are trained or none: biases and batch norm's belong to it.")
    elif words == before[: 4 - stages] + ["all"] * stages and "all" in before[: 4 - stages]:
        named = Diagnosis(KNOWN, "What comes before is left as it was: what was trained there is trained still.")
    elif words == ["none"] * stages + ["all"] * (4 - stages) and stages:
        named = Diagnosis(KNOWN, "So many stages are frozen; it is how many are trained that was asked for.")
    elif words == ["none"] * (4 - stages - 1) + ["all"] * (stages + 1):
        named = Diagnosis(KNOWN, "One stage too many is trained.")
    elif words == ["none"] * (4 - stages + 1) + ["all"] * (stages - 1):
        named = Diagnosis(KNOWN, "One stage too few is trained.")
    if not stages:
        none.require(not any(found), message, told, named)
        return
    last.require(all(flag is True for flag in found[4 - stages :]), message, told, named)
    first.require(not any(found[: 4 - stages]), message, told, named)


@check_item("transfer.keep_statistics", points=2, asks="keep_statistics", title="Statistics of frozen layers")
def keep_statistics(exam):
    """`keep_statistics(net)`, after `net.train()`: frozen batch normalisation works as in testing, all else trains."""
    kept = exam.expectation(
        "frozen normalisation is in evaluation mode", 0.35, advice="Which layers have statistics? Ask each of them."
    )
    others = exam.expectation("normalisation that learns stays in training mode", 0.3, core=False)
    dropout = exam.expectation("dropout stays in training mode", 0.15, core=False)
    gamma = exam.expectation("gamma alone says whether a layer is frozen", 0.1, core=False)
    frozen = exam.expectation("what is frozen stays so, and nothing else is", 0.1, core=False)
    for case, parts_of in (
        ("the lower half frozen", ["body.0", "body.1"]),
        ("images' layers frozen", ["body"]),
        ("rows' normalisation frozen", ["head.normal"]),
        ("all frozen", ["body", "head"]),
        ("nothing frozen", []),
        (ONE_OF_TWO, ["body.0.1.weight", "body.2.bias"]),
    ):
        sizes, told = parts.sizes(exam.rng, 3), parts.described(case)
        net = exam.student.store(Plant("mixed_net", sizes=sizes, frozen=parts_of))
        due = exam.expected("modes", sizes, parts_of, case=case)
        exam.student.call(net, attribute="train", keep=True)
        answer = exam.student.call("keep_statistics", net, keep=True)
        rows = exam.student.call(exam.student.store(Plant("modes_by_layer")), net)
        if isinstance(answer, Failure) or not _readable(rows, due):
            failure = answer if isinstance(answer, Failure) else Failure("The layers cannot be read any more.", "value")
            for expectation in (kept, others, dropout, gamma, frozen):
                expectation.judge(failure, told)
            continue
        if case == ONE_OF_TWO:
            pairs = [(row, own) for row, own in zip(rows, due, strict=True) if own[1] == "normalisation"]
            wrong = [row[0] for row, own in pairs if row[3] is not own[3]]
            message = f"in the wrong mode: {', '.join(wrong)}. What counts is whether gamma is trained, not the rest."
            gamma.require(not wrong, message, told)
        else:
            _judge_modes(rows, due, (kept, others, dropout), told)
        changed = [row[0] for row, own in zip(rows, due, strict=True) if row[2] is not own[2]]
        frozen.require(not changed, f"whether {', '.join(changed[:4])} is trained has changed.", told)


def _readable(rows, due):
    return (
        isinstance(rows, list)
        and len(rows) == len(due)
        and all(
            isinstance(row, list) and len(row) == 5 and row[:2] == own[:2] for row, own in zip(rows, due, strict=True)
        )
    )


def _judge_modes(rows, due, expectations, told):
    """Judge each layer's mode by what it is; `due` says the same of the reference's."""
    kept, others, dropout = expectations
    pairs = list(zip(rows, due, strict=True))
    wrong = [row[0] for row, own in pairs if row[3] is not own[3]]
    normal, droppers = ([own for own in due if own[1] == kind] for kind in ("normalisation", "dropout"))
    of_kind = [
        (kept, [own[0] for own in normal if own[2]]),
        (others, [own[0] for own in normal if not own[2]]),
        (dropout, [own[0] for own in droppers]),
    ]
    switched = any(row[4] != own[4] for row, own in pairs)
    kinds = [set(names) for _, names in of_kind]
    before = kept.failed, any(expectation.failed for expectation in expectations)
    text = _named_modes(set(wrong), kinds, switched, before)
    found = Diagnosis(KNOWN, text) if text else None
    for expectation, names in of_kind:
        off = [name for name in names if name in wrong]
        mode = "in training mode" if expectation is kept else "in evaluation mode"
        expectation.require(not off, f"{mode}: {', '.join(off)} ({len(off)} of {len(names)} such layers).", told, found)


def _named_modes(wrong, kinds, switched, before):
    """Name the mistake by the layers whose mode is wrong.

    `kinds` are the layers of three kinds, `switched` says whether a layer's settings have changed, and `before` whether
    frozen normalisation, and whether anything at all, was in a wrong mode in an earlier case.
    """
    kept, others, dropout = kinds
    if switched and kept and kept <= wrong:
        return (
            "Settings of the layers were changed in place of their mode. In training mode a layer is normalised by the "
            "batch, whatever becomes of its running statistics."
        )
    if kept == wrong and wrong == {"head.normal"} and not before[0]:
        return "Frozen normalisation of images is reached, that of rows is not."
    if kept and wrong == kept:
        return "No frozen layer was reached: does the loop go through layers within layers?"
    if wrong and wrong == others | dropout:
        return "All layers are in evaluation mode; put those back alone that are frozen and normalise."
    if wrong and wrong == others:
        return "All normalisation is in evaluation mode; layers that are not frozen should go on learning."
    if wrong == kept | others and kept and others and not before[1]:
        return "Frozen and trained have changed places: the trained layers are in evaluation mode."
    return ""
