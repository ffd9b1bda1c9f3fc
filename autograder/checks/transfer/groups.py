"""Learning rates by layer: what an optimiser is told of every parameter."""

import numpy as np

from autograder.checks import parts
from autograder.compare import EXACT
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

HEAD = 4  # its number, behind the four stages


@check_item("transfer.parameter_groups", points=3, asks="parameter_groups", title="Rates that fall towards the image")
def parameter_groups(exam):
    """`parameter_groups(net, learning_rate, decay)`: every trained parameter once, with its layer's rate."""
    rates = exam.expectation(
        "learning rates by layer", 0.5, tolerance=EXACT, advice="Write the rates of all layers beside each other."
    )
    left_out = exam.expectation("frozen parameters are left out", 0.15, core=False)
    once = exam.expectation("every trained parameter, once", 0.15)
    refused = exam.expectation("nothing to train is an error", 0.1, core=False)
    form = exam.expectation('dicts with "params" and "lr"', 0.1, core=False)
    rng = exam.rng
    for case, frozen, partly in (
        ("everything trained", [], []),
        ("the first stages frozen", [0, 1], []),
        ("a stage in the middle frozen", [2], []),
        ("parts of stages frozen", [3], [1, HEAD]),
        ("the head frozen", [0, HEAD], []),
    ):
        channels, classes, seed = parts.sizes(rng, 4), int(rng.integers(3, 8)), int(rng.integers(1 << 30))
        rate, decay = float(rng.uniform(0.02, 0.3)), float(rng.uniform(0.3, 0.7))
        told = parts.described(case, learning_rate=rate, decay=decay)
        expected = exam.expected("rates", rate, decay, case=case)
        mistakes = exam.mistakes("rates", rate, decay, frozen, case=case)
        net = exam.student.store(
            Plant("net_with_head", channels=channels, classes=classes, seed=seed, frozen=frozen, partly=partly)
        )
        groups = exam.student.call("parameter_groups", net, rate, decay, keep=True)
        found = _read(exam.student, net, groups)
        if isinstance(found, Failure):
            for expectation in (rates, left_out, once, form):
                expectation.judge(found, told)
            continue
        rows, foreign, empty = found
        form.require(not empty, f"{empty} of the groups hold no parameters: leave them out.", told)
        trained = [(layer, own) for layer, trains, own in rows if trains]
        missing, double = sum(not own for _, own in trained), sum(len(own) > 1 for _, own in trained)
        message = f"of {len(trained)} trained parameters {missing} are in no group and {double} in several."
        once.require(not missing and not double, message, told)
        once.require(not foreign, f"{foreign} of the tensors in the groups are none of the net's parameters.", told)
        cold = sum(bool(own) for _, trains, own in rows if not trains)
        left_out.require(not cold, f"{cold} frozen parameters are in the groups.", told)
        layers = sorted({layer for layer, own in trained if own})
        got = [next(own[0] for layer, own in trained if layer == one and own) for one in layers]
        mixed = any(
            not np.allclose(own, got[layers.index(layer)], EXACT, 0, equal_nan=True) for layer, own in trained if own
        )
        known = [(np.array([value[layer] for layer in layers]), kind, text) for value, kind, text in mistakes]
        if mixed:
            rates.require(False, "parameters of one layer have several rates.", told)
        elif not layers:
            rates.require(False, "no trained parameter has a rate.", told)
        else:
            due = np.array([expected[layer] for layer in layers])
            parts.judge(rates, np.array(got), due, "the list of rates, image first", told, exam, mistakes=known)
    net = exam.student.store(
        Plant("net_with_head", channels=channels, classes=classes, seed=seed, frozen=[*range(HEAD + 1)])
    )
    answer = exam.student.call("parameter_groups", net, 0.1, 0.5, keep=True)
    raised = isinstance(answer, Failure)
    message = "everything is frozen, and no error is raised: an optimiser would have nothing to do."
    refused.require(raised and answer.kind == "raised", answer.message if raised else message)
    catch = exam.student.store(Plant("error_raised"))
    kinds = exam.student.call(catch, exam.student.get("parameter_groups"), net, 0.1, 0.5)
    asked_for = isinstance(kinds, list) and "ValueError" in kinds
    refused.require(asked_for, f"everything is frozen; a ValueError is asked for. {answer.message if raised else ''}")


def _read(student, net, groups):
    """(layer, trained, rates) of every parameter, how many are foreign, and groups that are empty; or a `Failure`."""
    if isinstance(groups, Failure):
        return groups
    found = student.call(student.store(Plant("rates_by_layer")), net, groups)
    if isinstance(found, str):
        return Failure(found, "value")
    if isinstance(found, Failure):
        return Failure("It should return a list of groups, each a dict with parameters and their rate.", "value")
    try:
        rows, foreign, empty = found
        rows = [(int(layer), bool(trains), [float(rate) for rate in own]) for layer, trains, own in rows]
        foreign, empty = int(foreign), int(empty)
    except (TypeError, ValueError, OverflowError):
        return Failure("The groups cannot be read.", "value")
    if not rows or not all(0 <= layer <= HEAD for layer, _, _ in rows):
        return Failure("The groups cannot be read.", "value")
    return rows, foreign, empty
