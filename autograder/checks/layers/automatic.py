"""Order in a graph, and derivatives of expressions in forward and in reverse mode."""

import math
import re
from itertools import pairwise

from autograder.checks import parts
from autograder.compare import EXACT, close
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant


@check_item("layers.topological_order", points=3, asks="topological_order", title="Topological order")
def topological_order(exam):
    """`topological_order(graph)`: a list in which every edge leads forward, or an error that names the cycle."""
    forward = exam.expectation("every edge leads forward", 0.4)
    whole = exam.expectation("every node, each once", 0.15)
    refused = exam.expectation("a cycle is a ValueError", 0.2)
    named = exam.expectation("the error names the cycle, a -> b -> a", 0.1, core=False)
    edges = exam.expectation("no node, one node, separate parts", 0.05, core=False)
    deep = exam.expectation("a chain of 3000 nodes", 0.05, core=False)
    untouched = exam.expectation("the graph is not modified", 0.05, core=False)
    rng = exam.rng
    chain = [f"n{k}" for k in rng.permutation(3000)]
    cases = [
        ("a random graph", _acyclic(rng, 12, 20), None),
        ("a diamond", {"a": ["c", "b"], "b": ["d"], "c": ["d"], "e": ["a"]}, None),
        ("a short and a long way", {"s": ["z", "m"], "m": ["n"], "n": ["z"], "z": []}, None),
        ("no node", {}, edges),
        ("one node", {"x": []}, edges),
        ("separate parts", _acyclic(rng, 6, 0) | {"p": ["q"]}, edges),
        ("a long chain", {a: [b] for a, b in pairwise(chain)}, deep),
    ]
    for case, graph, expectation in cases:
        laid, shown = exam.student.store(graph), parts.described(case, nodes=len(_nodes(graph)))
        order = exam.student.call("topological_order", laid)
        untouched.require(
            isinstance(order, Failure) or exam.student.get(laid) == graph, "the dict or its lists change.", shown
        )
        if not isinstance(order, (list, tuple)) or not all(isinstance(node, str) for node in order):
            said = (
                order if isinstance(order, Failure) else Failure("the function should return a list of nodes.", "value")
            )
            for one in (expectation,) if expectation else (forward, whole):
                one.judge(said, shown)
            continue
        nodes = _nodes(graph)
        place = {node: k for k, node in enumerate(order)}
        missing, doubled = nodes - set(order), len(order) - len(set(order))
        strange = set(order) - nodes
        words = (
            f"{len(missing)} of {len(nodes)} nodes are missing: also nodes that no edge starts from belong in the list."
            if missing
            else f"{doubled} entries stand there more than once."
            if doubled
            else "the list holds something that is no node."
        )
        (expectation or whole).require(not missing and not doubled and not strange, words, shown)
        # A node that is missing stands behind all others: only one that no edge starts from costs no edge.
        end = math.inf
        wrong = [(a, b) for a, targets in graph.items() for b in targets if place.get(a, end) >= place.get(b, end)]
        total = sum(map(len, graph.values()))
        words = f"{len(wrong)} of {total} edges lead back"
        if len(wrong) == total and not missing:
            words += ": the list is the wrong way round"
        (expectation or forward).require(not wrong, words + ".", shown)
    ring = [f"r{k}" for k in rng.permutation(9)[:4]]
    around = {a: [b] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)}
    for case, graph, cycle in (
        ("a cycle", {"t": [ring[0]], "u": ["t", "w"], "w": []} | around, ring),
        ("an edge from a node to itself", {"a": ["b"], "b": ["b"]}, ["b"]),
    ):
        answer, shown = exam.student.call("topological_order", graph), parts.described(case, nodes=len(_nodes(graph)))
        # graphlib's own error is a ValueError, too.
        raised = isinstance(answer, Failure) and re.match(r"Your code raised (Value|Cycle)Error\b", answer.message)
        came = answer.message if isinstance(answer, Failure) else "a list came back."
        refused.require(raised, f"a graph with a cycle has no order: raise a ValueError. Here: {came}", shown)
        told = re.sub(r"\s*(->|→)\s*", " -> ", re.sub("['\"]", "", came)) if raised else ""
        turns = [" -> ".join([*cycle[k:], *cycle[:k], cycle[k]]) for k in range(len(cycle))]
        named.require(
            any(re.search(rf"(?<!-> )\b{turn}\b(?! ->)", told) for turn in turns),
            "the message should show the cycle, such as a -> b -> a, and no more."
            if raised
            else f"there is no ValueError. Here: {came}",
            shown,
        )


def _nodes(graph):
    return set(graph) | {node for targets in graph.values() for node in targets}


def _acyclic(rng, n, edges):
    """A random graph of nodes with names that say nothing about their order."""
    names = [f"v{k}" for k in rng.permutation(100)[:n]]
    graph: dict[str, list] = {name: [] for name in names[: n - 2]}  # the last ones are only led to
    for k in range(n - 2):
        graph[names[k]].append(names[k + 1] if k % 3 else names[-1])
    for _ in range(edges):
        a, b = sorted(rng.permutation(n)[:2])
        if a < n - 2 and names[b] not in graph[names[a]]:
            graph[names[a]].append(names[b])
    return {name: graph[name] for name in rng.permutation(list(graph)).tolist()}


OPERATIONS = ("sum", "product", "power", "exp", "sin")


def _automatic(exam, mode, shares):
    """Judge values and derivatives of single operations and of whole expressions."""
    rng = exam.rng
    single = {
        name: exam.expectation(
            name, shares["single"], tolerance=EXACT, advice="Write down value and derivative of this one operation."
        )
        for name in OPERATIONS
    }
    for name, expectation in single.items():
        settings = {"form": name, "seed": int(rng.integers(1 << 30))}
        _differentiated(exam, mode, settings, _point(rng, 3), expectation, name)
    shared = exam.expectation(
        "whole expressions, parts used more than once",
        shares["shared"],
        tolerance=EXACT,
        advice="Take y = a * b, z = y * y + y * a: along how many ways does a reach z?",
    )
    for number in range(4):
        settings = {"form": "mixed", "seed": int(rng.integers(1 << 30))}
        _differentiated(exam, mode, settings, _point(rng, 2 + number % 2), shared, f"expression {number + 1}")
    return rng


def _point(rng, n):
    return rng.uniform(0.3, 1.5, n)


def _differentiated(exam, mode, settings, x, expectation, case):
    answer = exam.student.call(mode, Plant("expression", **settings), x.tolist())
    values, jacobian = unpack(answer, 2, "values and Jacobian")
    expected = exam.expected("differentiated", mode, settings, x, case=case)
    shown = parts.described(case, inputs=len(x))
    known = {what: exam.mistakes(f"{what} of {settings['form']}", settings, x, case=case) for what in ("values", mode)}
    got, due, what, kind = jacobian, expected[1], "the value is right; the derivative", mode
    if not close(values, expected[0], "the value").passed:
        got, due, what, kind = values, expected[0], "the value", "values"
    parts.judge(expectation, got, due, what, shown, exam, mistakes=known[kind])


@check_item("layers.forward_mode", points=3, asks="Dual", title="Forward mode with dual numbers")
def forward_mode(exam):
    """`Dual`: single operations, and Jacobians of expressions through `forward_mode`."""
    rng = _automatic(exam, "forward_mode", {"single": 0.12, "shared": 0.3})
    constants = exam.expectation("numbers beside dual numbers", 0.1, core=False, tolerance=EXACT)
    settings = {"form": "constants", "seed": int(rng.integers(1 << 30))}
    _differentiated(exam, "forward_mode", settings, _point(rng, 2), constants, "constants")


@check_item("layers.reverse_mode", points=4, asks="Value", title="Reverse mode with a graph")
def reverse_mode(exam):
    """`Value`: single operations, and Jacobians of expressions through `reverse_mode`."""
    rng = _automatic(exam, "reverse_mode", {"single": 0.1, "shared": 0.25})
    again = exam.expectation("a second pass back starts afresh", 0.15, core=False, tolerance=EXACT)
    settings = {"form": "outputs", "seed": int(rng.integers(1 << 30))}
    _differentiated(exam, "reverse_mode", settings, _point(rng, 3), again, "three outputs that share their parts")
    deep = exam.expectation("an expression of 3000 operations", 0.1, core=False, tolerance=EXACT)
    settings = {"form": "deep", "seed": int(rng.integers(1 << 30))}
    _differentiated(exam, "reverse_mode", settings, _point(rng, 2), deep, "deep")
