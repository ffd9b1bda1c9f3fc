"""What is built of the layers by hand: the sandwich of three of them, and a two-layer convnet.

Both are right when they are right on the student's own layers or on stand-ins for them, so that a mistake in a layer is
not paid for again here.
"""

import functools

import numpy as np

from autograder.checks import pairs, parts, sandwiches
from autograder.checks.cnn.cases import sized
from autograder.checks.pairs import Pair
from autograder.compare import EXACT, numbers, shape_of
from autograder.namespace import Failure
from autograder.registry import check_item

GRADIENTS = ("dx", "dw", "db")
PARAMS = ("W1", "b1", "W2", "b2")
TIMES = (-1, 0, 0.5, 2)  # the penalty, as a mistake in a formula has it
LAYERS = {
    f"{name}_{how}": f"odd_{name}"
    for name in ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward")
    for how in ("naive", "fast")
}
SANDWICH = {name: f"odd_{name}" for name in ("conv_relu_pool_forward", "conv_relu_pool_backward")}


def _cases(rng):
    """(case, (x, w, b), conv_param, pool_param)."""
    N, C, F = (int(n) for n in rng.permutation([2, 3, 4]))
    found = []
    for case, sizes, window, stride, pad, pooled, places, dtype in (
        ("general", (N, C, F), (3, 5), 1, 1, (2, 2, 2), (2, 3), np.float64),
        ("other sizes", (F, N, C), (2, 3), 2, 0, (3, 2, 1), (2, 3), np.float64),
        ("float32", (C, F, N), (3, 3), 1, 2, (2, 2, 2), (3, 2), np.float32),
    ):
        n, c, f = sizes
        inner = (sized(p, w, pooled[2], 0) for p, w in zip(places, pooled[:2], strict=True))
        H, W = (sized(p, w, stride, pad) for p, w in zip(inner, window, strict=True))
        arrays = rng.standard_normal((n, c, H, W)), rng.standard_normal((f, c, *window)), rng.standard_normal(f)
        pool_param = {"pool_height": pooled[0], "pool_width": pooled[1], "stride": pooled[2]}
        found.append((case, tuple(a.astype(dtype) for a in arrays), {"stride": stride, "pad": pad}, pool_param))
    return found


@check_item("cnn.conv_relu_pool", points=3, asks="conv_relu_pool_forward", title="A sandwich of three layers")
def conv_relu_pool(exam):
    """`conv_relu_pool_forward` and `conv_relu_pool_backward`: three layers in their order, and in the opposite one."""
    forward = exam.expectation("forward", 0.4, tolerance=EXACT, advice="Convolution, ReLU, pooling: in this order.")
    backward = exam.expectation(
        "backward", 0.4, tolerance=EXACT, advice="What came last goes back first, each with its own cache."
    )
    stateless = exam.expectation("works from its cache alone", 0.1, core=False, tolerance=EXACT)
    untouched = exam.expectation("inputs and dout are not modified", 0.1, core=False)
    for case, inputs, conv_param, pool_param in _cases(exam.rng):
        settings = (conv_param, pool_param)
        told = parts.described(case, images=inputs[0].shape, filters=inputs[1].shape, **conv_param)
        (out,), (expected,) = _sandwich(exam, inputs, settings, None, case, untouched)
        trusted = parts.double(inputs)
        mistakes = exam.mistakes("sandwich_output", *trusted, *settings, case=case)
        parts.judge(forward, out, expected, "out", told, exam, mistakes=mistakes)
        dout = exam.rng.standard_normal(expected.shape).astype(inputs[0].dtype)
        grads, expected = _sandwich(exam, inputs, settings, dout, case, untouched)
        mistakes = exam.mistakes("sandwich_gradients", *trusted, *settings, *parts.double((dout,)), case=case)
        for number, name in enumerate(GRADIENTS):
            known = [(v[number], kind, text) for v, kind, text in mistakes if v and v[number] is not None]
            parts.judge(
                backward,
                grads[number],
                expected[number],
                name,
                told,
                exam,
                counts={"N": len(inputs[0])},
                mistakes=known,
            )
        if case == "general":
            stateless.judge(sandwiches.stateless(exam, _pair(inputs, settings), LAYERS, dout), told)


def _pair(inputs, settings):
    return Pair("conv_relu_pool_forward", "conv_relu_pool_backward", GRADIENTS, inputs, None, settings)


def _sandwich(exam, inputs, settings, dout, case, untouched):
    """One pass of the sandwich, forward or with `dout` back; what came as a tuple, and what should have come."""
    upstream = dout if dout is None else parts.double((dout,))[0]

    def expected(odd, way):
        return exam.expected("sandwiched", odd, parts.double(inputs), settings, upstream, case=way)

    return sandwiches.one_pass(exam, _pair(inputs, settings), LAYERS, expected, dout, case, untouched)


@check_item("cnn.two_layer_convnet", points=4, asks="TwoLayerConvNet", title="Loss and gradients of a convnet")
def two_layer_convnet(exam):
    """`TwoLayerConvNet.loss(X, y)`: scores, loss, and a dict of gradients."""
    scores_right = exam.expectation("scores where y is None", 0.2, tolerance=EXACT)
    data = exam.expectation("loss without regularisation", 0.15, tolerance=EXACT)
    decayed = exam.expectation("loss with regularisation", 0.15, tolerance=EXACT, advice="Which parameters are spared?")
    rights = {
        name: exam.expectation(f"gradient of {name}", share, tolerance=EXACT, advice=advice)
        for name, share, advice in (
            ("W1", 0.15, "Through which layers does the gradient come back, and what does the regularisation add?"),
            ("b1", 0.05, "The biases are not regularised."),
            ("W2", 0.1, "What does the regularisation add?"),
            ("b2", 0.05, "The biases are not regularised."),
        )
    }
    form = exam.expectation("a number, and a dict of gradients in the parameters' shapes", 0.05, core=False)
    untouched = exam.expectation("images and parameters are not modified", 0.1, core=False)
    rng = exam.rng
    for case, reg in (
        ("no regularisation", 0.0),
        ("regularised", float(rng.uniform(0.2, 0.5))),
        ("one image, regularised more", float(rng.uniform(0.8, 1.2))),
    ):
        N, C, F, K = (int(n) for n in rng.permutation([2, 3, 4, 5]))
        N, C = max(N, C), min(N, C)  # never two images: a mean over them is not half of something
        N = 1 if case.startswith("one image") else N
        H, W = 4, 6
        params = {
            "W1": rng.standard_normal((F, C, 3, 3)) / 3,
            "b1": rng.standard_normal(F),
            "W2": rng.standard_normal((F * H * W // 4, K)) / 4,
            "b2": rng.standard_normal(K),
        }
        X, y = rng.standard_normal((N, C, H, W)), rng.integers(0, K, N)
        told = parts.described(case, images=X.shape, filters=F, classes=K, reg=reg)
        (scores, loss, grads), expected, clean = sandwiches.either_way(
            exam,
            LAYERS | SANDWICH,
            functools.partial(_expected, exam, (params, reg, X, y), case),
            functools.partial(_answers, exam.student, params, reg, X, y),
            _fits,
        )
        untouched.require(clean, "the images or the parameters are changed by `loss`: work on a copy.", told)
        mistakes = exam.mistakes("convnet", params, reg, X, y, case=case)
        mistakes += _of_another_strength(grads, expected, params, reg)
        known = [m for m in mistakes if _all_there(m[0], (scores, loss, grads))]
        parts.judge(
            scores_right,
            scores,
            expected[0],
            "the scores",
            told,
            exam,
            mistakes=[(v[0], kind, text) for v, kind, text in known if v[0] is not None],
        )
        squares = {name: reg * float(np.sum(params[name] ** 2)) for name in ("W1", "W2")}
        summands = (
            (
                {"data": expected[1] - sum(squares.values()), "regularisation": sum(squares.values())},
                {"data": expected[1] - sum(squares.values())}
                | {f"regularisation of {name}": value for name, value in squares.items()},
            )
            if reg
            else None
        )
        form.judge(shape_of(loss, (), "the loss", "one number"), told)
        parts.judge(
            decayed if reg else data,
            loss,
            expected[1],
            "the loss",
            told,
            exam,
            counts={"N": N, "C": K},
            summands=summands,
            mistakes=[(v[1], kind, text) for v, kind, text in known if v[1] is not None],
        )
        for name in PARAMS:
            gradient = _entry(grads, name)
            form.judge(shape_of(gradient, expected[2][name].shape, f"the gradient of {name}"), told)
            of_reg = 2 * reg * params[name] if name.startswith("W") else None
            parts.judge(
                rights[name],
                gradient,
                expected[2][name],
                f"the gradient of {name}",
                told,
                exam,
                counts={"N": N},
                summands={"data": expected[2][name] - of_reg, "regularisation": of_reg}
                if reg and of_reg is not None
                else None,
                mistakes=[(v[2][name], kind, text) for v, kind, text in known if v[2] and name in v[2]],
            )


def _expected(exam, arguments, case, odd):
    """Scores, loss and gradients of the reference; where `odd`, on a stand-in for its sandwich."""
    return exam.expected("convnet", odd, *arguments, case=f"{case}, {'stand-ins' if odd else 'own'}")


def _answers(student, params, reg, X, y):
    """(scores, loss, grads) of the student's net with these parameters, and whether it changed what it was given."""
    F, C, height, _ = params["W1"].shape
    settings = {"filters": F, "filter_size": height, "classes": len(params["b2"]), "reg": reg}
    net = student.call("TwoLayerConvNet", (C, *X.shape[2:]), keep=True, **settings)
    laid, images, labels = student.store(params), student.store(X), student.store(y)
    set_ = student.set(net, "params", laid)
    if isinstance(set_, Failure):
        return (set_, set_, set_), False
    scores = student.call(net, images, attribute="loss")
    whole = student.call(net, images, labels, attribute="loss", keep=True)
    loss, grads = (student.call(whole, k, attribute="__getitem__") for k in (0, 1))
    after = student.get(laid)
    same = isinstance(after, dict) and params.keys() <= after.keys()
    same = same and all(np.array_equal(after[name], params[name]) for name in params)
    return (scores, loss, grads), not (same and np.array_equal(student.get(images), X))


def _entry(grads, name):
    """One gradient of the dict that came back."""
    if isinstance(grads, Failure):
        return grads
    if not isinstance(grads, dict) or name not in grads:
        have = ", ".join(map(repr, grads)) if isinstance(grads, dict) else f"a {type(grads).__name__}"
        return Failure(f"loss should return a dict of gradients with {name!r}; it returned {have or 'nothing'}.")
    return grads[name]


def _of_another_strength(grads, expected, params, reg):
    """The mistake that loss and gradients are regularised with another strength than `reg`, as W2's gradient has it."""
    found = numbers(_entry(grads, "W2"), "it")
    _, loss, right = expected
    if isinstance(found, Failure) or found.shape != right["W2"].shape or found.dtype.kind != "f":
        return []
    more = float(np.sum((found - right["W2"]) * params["W2"]) / np.sum(params["W2"] ** 2)) / 2
    squares = sum(float(np.sum(params[name] ** 2)) for name in ("W1", "W2"))
    changed = {name: right[name] + 2 * more * params[name] for name in ("W1", "W2")}
    simple = any(abs(reg + more - times * reg) < 1e-6 * reg for times in TIMES)  # is told of each number by itself
    if simple or not np.isfinite(more):
        return []
    text = "Loss and gradients hold the penalty with another strength than `reg`: is a number written in for it?"
    return [((None, loss + more * squares, changed), "regularisation", text)]


def _all_there(mistake, got):
    """Whether all that a mistake changes is as it would be: what it says of the loss and of the gradients holds."""
    scores, loss, grads = mistake
    changed = [(got[k], value) for k, value in ((0, scores), (1, loss)) if value is not None]
    changed += [(_entry(got[2], name), value) for name, value in (grads or {}).items()]
    return all(pairs.fits((came,), (value,), EXACT) for came, value in changed)


def _fits(got, expected):
    """Whether scores, loss and all gradients are right."""
    scores, loss, grads = got
    found = [scores, loss, *(_entry(grads, name) for name in PARAMS)]
    return pairs.fits(found, [expected[0], expected[1], *(expected[2][name] for name in PARAMS)], EXACT)


@check_item(
    "cnn.trained_convnet", points=3, bonus=1, asks="trained_convnet", title="Accuracy of your own net", rounds=1
)
def trained_convnet(exam):
    """Accuracy of the handed-in convnet on test images, behind the student's own `preprocess`."""
    parts.accuracy_bands(exam, preprocess="preprocess", model="trained_convnet")
