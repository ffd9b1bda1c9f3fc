"""What is judged in the homework on layers and automatic differentiation, and with which cases.

Formulas live in `solutions.layers`; here are only inputs, expectations and shares. Cases are drawn from `exam.rng`,
sizes included. Upstream gradients are random, never ones: a sum over a softmax would make the gradient vanish.
"""

import contextlib
import math
import re
from itertools import combinations, pairwise

import numpy as np

from autograder.checks import pairs, parts
from autograder.checks.pairs import Pair
from autograder.compare import EXACT, SINGLE, close, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Handle, Plant

NAMES = {"affine": ("dx", "dw", "db"), "affine_relu": ("dx", "dw", "db"), "relu": ("dx",)}


def _affine_inputs(rng, N, axes, M):
    D = math.prod(axes)
    return rng.standard_normal((N, *axes)), rng.standard_normal((D, M)) / math.sqrt(D), rng.standard_normal(M)


def _affine_cases(rng):
    """(case, inputs) of affine layers: two and four axes, one example, Fortran order, float32."""
    N, a, b, M = parts.sizes(rng, 4)
    general = _affine_inputs(rng, N, (a,), M)
    return [
        ("rows", general),
        ("images", _affine_inputs(rng, M, (2, 3, a), b)),
        ("one example", _affine_inputs(rng, 1, (b, 2), a)),
        ("columns first in memory", tuple(np.asfortranarray(array) for array in _affine_inputs(rng, a, (3, N), b))),
        ("float32", tuple(array.astype(np.float32) for array in general)),
    ]


def _relu_cases(rng):
    N, a, b, M = parts.sizes(rng, 4)
    general = rng.standard_normal((N, a))
    return [
        ("rows", (general,)),
        ("images", (3 * rng.standard_normal((M, 3, b, 2)),)),
        ("one number each", (rng.standard_normal(a),)),
        ("all negative", (-np.abs(general) - 0.1,)),
        ("float32", (general.astype(np.float32),)),
    ]


def _shown(case, inputs):
    return parts.described(case, **{name: array.shape for name, array in zip("xwb", inputs, strict=False)})


def _forward(exam, layer, cases, first):
    """Judge a forward function; `first` names the main expectation."""
    right = exam.expectation(first, 0.6, tolerance=EXACT, advice="Write the shapes below each product.")
    more = exam.expectation("more axes, one example", 0.15, core=False, tolerance=EXACT)
    shape = exam.expectation("shape of the output, and a cache", 0.1, core=False)
    single = exam.expectation("float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("inputs are not modified", 0.1, core=False)
    by_case = {"rows": right, "all negative": right, "float32": single}
    for case, inputs in cases:
        expectation, shown = by_case.get(case, more), _shown(case, inputs)
        answer = exam.ask(f"{layer}_forward", *inputs, untouched=untouched, case=shown)
        expected = exam.expected("output", layer, inputs, case=case)
        out, _ = unpack(answer, 2, "out and cache")
        shape.judge(shape_of(out, expected.shape, "out"), shown)
        mistakes = exam.mistakes(f"{layer}_forward", *inputs, case=case) if expectation is right else ()
        parts.judge(expectation, out, expected, "out", shown, exam.hidden, mistakes=mistakes)


def _backward(exam, layer, cases):
    """Judge a backward function, on the cache of the student's own forward function or on the one agreed on."""
    names = NAMES[layer]
    rights = {
        name: exam.expectation(
            name,
            0.6 / len(names),
            tolerance=EXACT,
            advice="Write the shapes below the product: which axis is summed away?",
        )
        for name in names
    }
    more = exam.expectation("more axes, one example", 0.1, core=False, tolerance=EXACT)
    shape = exam.expectation("shapes of the inputs", 0.1, core=False)
    stateless = exam.expectation("works from its cache alone", 0.1, core=False, tolerance=EXACT)
    untouched = exam.expectation("dout is not modified", 0.1, core=False)
    for case, inputs in cases:
        out = exam.expected("output", layer, inputs, case=case)
        dout = exam.rng.standard_normal(out.shape).astype(inputs[0].dtype)
        main, shown, pair = case in ("rows", "all negative", "float32"), _shown(case, inputs), _pair(layer, inputs)
        expected = exam.expected("gradients", layer, inputs, dout, case=case)
        grads, own = pairs.own_or_agreed(exam, pair, dout, expected, untouched, shown)
        mistakes = exam.mistakes(f"{layer}_backward", inputs, dout, case=case) if main else ()
        by_name = rights if main else dict.fromkeys(names, more)
        pairs.judge_gradients(exam, pair, grads, expected, by_name, shape, shown, mistakes)
        if case == "rows":
            stateless.judge(pairs.stateless(exam, pair, dout, own), shown)
            pairs.carried_forward(exam, pair, dout, out)


def _pair(layer, inputs):
    agreed = inputs if len(inputs) > 1 else inputs[0]
    return Pair(f"{layer}_forward", f"{layer}_backward", NAMES[layer], inputs, agreed)


def _sandwich(exam, inputs, dout, case, untouched):
    """One pass of the sandwich, forward or with `dout` back; what came as a tuple, and what should have come.

    It is right when it is right on the student's own two layers or on stand-ins for them; so a mistake in one of the
    layers is not paid for again here. Where it is wrong on both, its own numbers are told.
    """
    tried = []
    for stand_ins in (False, True):
        way = f"{case}, {'forward' if dout is None else 'back'}, {'stand-ins' if stand_ins else 'own'}"
        expected = exam.expected("sandwiched", stand_ins, inputs, dout, case=way)
        expected = expected if isinstance(expected, tuple) else (expected,)
        with _standing_in(exam.student, stand_ins):
            got, changed = _sandwich_pass(exam.student, inputs, dout)
        tried.append((got, expected, changed, pairs.fits(got, expected)))
    untouched.require(
        any(fits and not changed for *_, changed, fits in tried) or not any(changed for *_, changed, _ in tried),
        "an input or dout is changed by the call: work on a copy.",
    )
    got, expected, *_ = next((one for one in tried if one[-1]), tried[0])
    return got, expected


@contextlib.contextmanager
def _standing_in(student, wanted=True):
    """The student's two layers replaced, where `wanted`, by functions that are easy to tell from all others."""
    for name in ("affine_forward", "affine_backward", "relu_forward", "relu_backward") if wanted else ():
        student.replace(name, f"odd_{name}")
    try:
        yield
    finally:
        student.restore()


def _sandwich_pass(student, inputs, dout):
    """What comes out, and whether the arrays that went in have changed."""
    laid = [student.store(array) for array in inputs]
    whole = student.call("affine_relu_forward", *laid, keep=True)
    if dout is None:
        after = [student.get(handle) for handle in laid]
        changed = not all(map(np.array_equal, after, inputs))
        return (student.call(whole, 0, attribute="__getitem__"),), changed
    cache, upstream = student.call(whole, 1, attribute="__getitem__", keep=True), student.store(dout)
    grads = pairs.separate(student.call("affine_relu_backward", upstream, cache), NAMES["affine_relu"])
    return grads, not np.array_equal(student.get(upstream), dout)


@check_item("layers.affine_forward", points=2, asks="affine_forward", title="Affine layer, forward")
def affine_forward(exam):
    """`affine_forward(x, w, b)`: out (N, M), for x with any number of axes."""
    _forward(exam, "affine", _affine_cases(exam.rng), "out")


@check_item("layers.affine_backward", points=3, asks="affine_backward", title="Affine layer, backward")
def affine_backward(exam):
    """`affine_backward(dout, cache)`: dx, dw and db for random upstream gradients."""
    _backward(exam, "affine", _affine_cases(exam.rng))


@check_item("layers.relu_forward", points=1, asks="relu_forward", title="ReLU, forward")
def relu_forward(exam):
    """`relu_forward(x)`: any shape in, the same out."""
    _forward(exam, "relu", _relu_cases(exam.rng), "out")


@check_item("layers.relu_backward", points=1, asks="relu_backward", title="ReLU, backward")
def relu_backward(exam):
    """`relu_backward(dout, cache)`: dx for random upstream gradients."""
    cases = [(case, inputs) for case, inputs in _relu_cases(exam.rng) if case != "all negative"]
    _backward(exam, "relu", cases)


@check_item("layers.affine_relu", points=2, asks="affine_relu_forward", title="A sandwich: affine and ReLU")
def affine_relu(exam):
    """`affine_relu_forward` and `affine_relu_backward`: the two layers in their order, and in the opposite one."""
    forward = exam.expectation("forward", 0.4, tolerance=EXACT, advice="First the affine layer, then the ReLU.")
    backward = exam.expectation(
        "backward", 0.4, tolerance=EXACT, advice="What came last goes back first, each with its own cache."
    )
    stateless = exam.expectation("works from its cache alone", 0.1, core=False, tolerance=EXACT)
    untouched = exam.expectation("inputs and dout are not modified", 0.1, core=False)
    for case, inputs in _affine_cases(exam.rng):
        shown = _shown(case, inputs)
        (out,), (expected,) = _sandwich(exam, inputs, None, case, untouched)
        mistakes = exam.mistakes("affine_relu_forward", *inputs, case=case)
        parts.judge(forward, out, expected, "out", shown, exam.hidden, mistakes=mistakes)
        dout = exam.rng.standard_normal(expected.shape).astype(inputs[0].dtype)
        grads, expected = _sandwich(exam, inputs, dout, case, untouched)
        mistakes = exam.mistakes("affine_relu_backward", inputs, dout, case=case)
        for number, name in enumerate(NAMES["affine_relu"]):
            known = [(v[number], kind, text) for v, kind, text in mistakes if v and v[number] is not None]
            parts.judge(backward, grads[number], expected[number], name, shown, exam.hidden, mistakes=known)
        if case == "rows":
            found = pairs.stateless(exam, _pair("affine_relu", inputs), dout)
            if not found.passed:
                with _standing_in(exam.student):
                    again = pairs.stateless(exam, _pair("affine_relu", inputs), dout)
                found = again if again.passed else found
            stateless.judge(found, shown)


def _loss(exam, function):
    right = exam.expectation("loss", 0.35, tolerance=EXACT, advice="Work one example with two classes out by hand.")
    gradient = exam.expectation("dx", 0.35, tolerance=EXACT, advice="Each row of dx sums to zero: does yours?")
    large = exam.expectation("scores near ±1000", 0.1, core=False, tolerance=SINGLE)
    shapes = exam.expectation("one number and an array (N, C)", 0.1, core=False)
    edges = exam.expectation("one example, two classes, any labels", 0.05, core=False, tolerance=EXACT)
    untouched = exam.expectation("x and y are not modified", 0.05, core=False)
    rng = exam.rng
    N, C = parts.sizes(rng, 2)
    x, y = 2 * rng.standard_normal((N, C)), rng.integers(0, C, N)
    y[:2] = 0, C - 1
    cases = [
        ("general", x, y, None),
        ("other sizes", rng.standard_normal((C + 2, N)) - 3, rng.integers(0, N, C + 2), None),
        ("large scores", 1000 * rng.standard_normal((N, C)), y, large),
        ("one example", x[:1], y[:1], edges),
        ("two classes", x[:, :2], y % 2, edges),
        ("uint8 labels, float32 scores", x.astype(np.float32), y.astype(np.uint8), edges),
    ]
    for case, scores, labels, expectation in cases:
        n, c = scores.shape
        shown = parts.described(case, N=n, C=c)
        value, dx = unpack(exam.ask(function, scores, labels, untouched=untouched, case=shown), 2, "loss and dx")
        expected = exam.expected(function, scores, labels, case=case)
        mistakes = exam.mistakes(function, scores, labels, case=case) if expectation is None else ()
        shapes.judge(shape_of(value, (), "the loss", "one number"), shown)
        shapes.judge(shape_of(dx, (n, c), "dx", "(N, C)"), shown)
        for part, got, name, own in ((0, value, "the loss", right), (1, dx, "dx", gradient)):
            known = [(v[part], kind, text) for v, kind, text in mistakes if v[part] is not None]
            parts.judge(
                expectation or own,
                got,
                expected[part],
                name,
                shown,
                exam.hidden,
                counts={"N": n, "C": c},
                mistakes=known,
            )


@check_item("layers.softmax_loss", points=2, asks="softmax_loss", title="Softmax loss of scores")
def softmax_loss(exam):
    """`softmax_loss(x, y)`: the mean cross-entropy and its gradient dx (N, C)."""
    _loss(exam, "softmax_loss")


@check_item("layers.svm_loss", points=3, asks="svm_loss", title="SVM loss of scores")
def svm_loss(exam):
    """`svm_loss(x, y)`: the mean multiclass hinge loss and its gradient dx (N, C)."""
    _loss(exam, "svm_loss")


@check_item("layers.cyclical_learning_rate", points=2, asks="cyclical_learning_rate", title="Cyclical learning rate")
def cyclical_learning_rate(exam):
    """`cyclical_learning_rate(step, eta_min, eta_max, n_s)`: a triangle of 2 n_s steps."""
    phases = {
        name: exam.expectation(name, share, core=core, tolerance=EXACT)
        for name, share, core in (
            ("on the way up", 0.3, True),
            ("on the way down", 0.3, True),
            ("in later cycles", 0.25, True),
            ("lowest and highest points", 0.15, False),
        )
    }
    rng = exam.rng
    for number in range(2):
        n_s, low = int(rng.integers(20, 60)), float(rng.uniform(0.01, 0.1))
        high = low + float(rng.uniform(0.5, 1.0))
        steps = {
            "on the way up": rng.integers(1, n_s, 4),
            "on the way down": rng.integers(n_s + 1, 2 * n_s, 4),
            "in later cycles": rng.integers(2 * n_s + 1, 3 * n_s, 3).tolist()
            + rng.integers(5 * n_s, 6 * n_s, 3).tolist(),
            "lowest and highest points": [0, n_s, 2 * n_s, 3 * n_s],
        }
        for name, chosen in steps.items():
            for k, step in enumerate(chosen):
                case = f"{name}, {number}, {k}"
                arguments = (int(step), low, high, n_s)
                parts.judge(
                    phases[name],
                    exam.student.call("cyclical_learning_rate", *arguments),
                    exam.expected("cyclical_learning_rate", *arguments, case=case),
                    "the rate",
                    parts.described(name, step=int(step), n_s=n_s),
                    exam.hidden,
                    mistakes=exam.mistakes("cyclical_learning_rate", *arguments, case=case),
                )


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
    comparison = close(values, expected[0], "the value", EXACT, not exam.hidden)
    if not comparison.passed:
        expectation.judge(comparison, shown)
        return
    mistakes = exam.mistakes("differentiated", mode, settings, x, case=case)
    parts.judge(
        expectation, jacobian, expected[1], "the value is right; the derivative", shown, exam.hidden, mistakes=mistakes
    )


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


@check_item("layers.k_layer_model", points=2, asks="k_layer_model", title="A net from a list of sizes")
def k_layer_model(exam):
    """`k_layer_model(sizes)`: dense layers with ReLUs between them, a softmax at the end."""
    order = exam.expectation(
        "dense layers, a ReLU between each two, a Softmax at the end", 0.5, advice="How many ReLUs have k dense layers?"
    )
    sizes_right = exam.expectation("sizes of the dense layers", 0.3)
    initial = exam.expectation("weights from the initialiser", 0.1, core=False, tolerance=EXACT)
    seeds = exam.expectation("other random numbers in every layer, and for every seed", 0.1, core=False)
    rng = exam.rng
    for case, sizes in (
        ("three layers", parts.sizes(rng, 4)),
        ("one layer", parts.sizes(rng, 2)),
        ("equal sizes", [7, 7, 7, 7, 5]),
    ):
        k = len(sizes) - 1
        due = [*(["Dense", "ReLU"] * k)[:-1], "Softmax"]
        shown = parts.described(case, sizes=sizes)
        model = exam.student.call("k_layer_model", sizes, Plant("filled", value=0.25), keep=True)
        layers = exam.student.get(model, "layers")
        if not isinstance(layers, (list, tuple)) or not all(isinstance(layer, Handle) for layer in layers):
            came = (
                layers
                if isinstance(layers, Failure)
                else Failure("it returned no Model with a list of layers.", "value")
            )
            for expectation in (order, sizes_right, initial, seeds):
                expectation.judge(came, shown)
            continue
        kinds = [layer.type_name for layer in layers]
        order.require(
            kinds == due, f"the layers are {', '.join(kinds) or 'none'}; expected are {', '.join(due)}.", shown
        )
        weights = _weights(exam, layers)
        shapes = [np.shape(W) for W in weights]
        wanted = list(pairwise(sizes))
        sizes_right.require(shapes == wanted, f"the weights have shapes {shapes}; expected are {wanted}.", shown)
        same = shapes == wanted and all(np.all(numbers(W, "W") == 0.25) for W in weights)
        initial.require(same, "the weights are not what `initialiser` gave.", shown)
        drawn = exam.student.call("k_layer_model", sizes, keep=True)
        others = _weights(exam, exam.student.get(drawn, "layers"))
        alike = [np.shape(a) == np.shape(b) and np.array_equal(a, b) for a, b in combinations(others, 2)]
        seeds.require(
            len(others) == k and not any(alike), "two layers of the same size start with the same weights.", shown
        )
        moved = _weights(
            exam, exam.student.get(exam.student.call("k_layer_model", sizes, seed=100, keep=True), "layers")
        )
        seeds.require(
            len(moved) == k and not any(map(np.array_equal, others, moved)),
            "the weights are the same whatever the seed: layer number k gets seed + k.",
            shown,
        )


def _weights(exam, layers):
    """W of every dense layer."""
    weights = []
    for layer in layers if isinstance(layers, (list, tuple)) else ():
        params = exam.student.get(layer, "params")
        if isinstance(params, dict) and "W" in params:
            weights.append(params["W"])
    return weights


@check_item("layers.best_model", points=5, bonus=2, asks="best_model", title="Accuracy on unseen images", rounds=1)
def best_model(exam):
    """Accuracy of the handed-in model on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="best_model")
