"""Batch normalisation of images, channel by channel: forward in both modes, running statistics, backward."""

import numpy as np

from autograder.checks import pairs, parts
from autograder.checks.pairs import Pair
from autograder.compare import EXACT, SINGLE, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item

TRAIN = {"mode": "train"}
GRADIENTS = ("dx", "dgamma", "dbeta")
RUNNING = ("running_mean", "running_var")


def _inputs(rng, N, C, H, W):
    """(x, gamma, beta): every channel, and every place of an image, has a mean and a spread of its own."""
    x = rng.standard_normal((N, C, H, W)) * 10 ** rng.uniform(-0.5, 0.8, (C, 1, 1)) + rng.uniform(-3, 3, (C, 1, 1))
    x += rng.standard_normal((N, 1, 1, 1)) + rng.standard_normal((H, 1)) + rng.standard_normal(W)
    signs = rng.choice([-1.0, 1.0], (2, C))
    return x, signs[0] * rng.uniform(1.3, 2.5, C), signs[1] * rng.uniform(0.5, 2.0, C)


def _cases(rng):
    """(case, inputs, param): eps large enough to be seen, and one that is left out."""
    N, C, H, W = (int(n) for n in rng.permutation([2, 3, 4, 5]))
    N, W = max(N, W), min(N, W)  # never two images: a mean over them is not half of something
    eps = float(rng.uniform(0.05, 0.3))
    general = _inputs(rng, N, C, H, W)
    return [
        ("general", general, {"eps": eps}),
        ("other sizes", _inputs(rng, W, H, N, C), {}),
        ("one image", _inputs(rng, 1, C, W, H), {"eps": 2 * eps}),
        ("images of one pixel", _inputs(rng, H + 3, N, 1, 1), {"eps": eps}),
        ("float32", tuple(array.astype(np.float32) for array in general), {"eps": eps}),
    ]


def _shown(case, inputs, param):
    return parts.described(case, images=inputs[0].shape, **{k: v for k, v in param.items() if k in ("eps", "momentum")})


@check_item(
    "cnn.spatial_batchnorm_forward",
    points=2,
    asks="spatial_batchnorm_forward",
    title="Batch normalisation of images, forward",
)
def spatial_batchnorm_forward(exam):
    """`spatial_batchnorm_forward(x, gamma, beta, bn_param)`: out (N, C, H, W), and running statistics (C,)."""
    right = exam.expectation("out", 0.4, tolerance=EXACT, advice="How many numbers is one mean taken of?")
    more = exam.expectation("other sizes", 0.1, core=False, tolerance=EXACT)
    running = exam.expectation("running statistics (C,)", 0.15, core=False, tolerance=EXACT)
    tested = exam.expectation("mode test", 0.15, core=False, tolerance=EXACT)
    shape = exam.expectation("shape of the output, and a cache", 0.05, core=False)
    single = exam.expectation("float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("inputs are not modified", 0.1, core=False)
    by_case = {"general": right, "float32": single}
    for case, inputs, param in _cases(exam.rng):
        expectation, told, trusted = by_case.get(case, more), _shown(case, inputs, param), parts.double(inputs)
        answer = exam.ask(
            "spatial_batchnorm_forward", *inputs, TRAIN | param, untouched=untouched, watched=(0, 1, 2), case=told
        )
        expected = exam.expected("normalised", *trusted, TRAIN | param, case=case)
        out, _ = unpack(answer, 2, "out and cache")
        shape.judge(shape_of(out, expected.shape, "out", "(N, C, H, W)"), told)
        mistakes = exam.mistakes("normalised", *trusted, TRAIN | param, case=case) if case == "general" else ()
        given = dict(zip(("x", "gamma", "beta"), trusted, strict=True))
        parts.judge(expectation, out, expected, "out", told, exam, mistakes=mistakes, given=given)
        if case == "general":
            _judge_running(exam, running, inputs, param)
            _judge_tested(exam, tested, inputs, param)


def _settings(rng, C, param):
    return param | {
        "momentum": float(rng.uniform(0.55, 0.8)),
        "running_mean": 2 * rng.standard_normal(C),
        "running_var": rng.uniform(0.3, 9, C),
    }


def _judge_running(exam, running, inputs, param):
    """Judge what a training step stores."""
    settings = TRAIN | _settings(exam.rng, inputs[0].shape[1], param)
    told = _shown("running statistics", inputs, settings)
    expected = exam.expected("stored", *inputs, settings, case="running statistics")
    laid = exam.student.store(settings)
    answer = exam.student.call("spatial_batchnorm_forward", *inputs, laid, keep=True)
    kept = answer if isinstance(answer, Failure) else exam.student.get(laid)
    for number, name in enumerate(RUNNING):
        got = kept.get(name) if isinstance(kept, dict) else kept
        running.judge(shape_of(got, expected[number].shape, name, "(C,)"), told)
        mistakes = exam.mistakes("stored", *inputs, settings, case=f"running statistics, {name}")
        known = [(value[number], kind, text) for value, kind, text in mistakes]
        parts.judge(running, got, expected[number], name, told, exam, mistakes=known)


def _judge_tested(exam, tested, inputs, param):
    """Judge mode test: running statistics are used, and stay."""
    settings = _settings(exam.rng, inputs[0].shape[1], param) | {"mode": "test"}
    told = _shown("mode test", inputs, settings)
    expected = exam.expected("normalised", *inputs, settings, case="mode test")
    laid = exam.student.store(settings)
    whole = exam.student.call("spatial_batchnorm_forward", *inputs, laid, keep=True)
    out = exam.student.call(whole, 0, attribute="__getitem__")
    mistakes = exam.mistakes("tested", *inputs, settings, case="mode test")
    parts.judge(tested, out, expected, "out", told, exam, mistakes=mistakes)
    kept = exam.student.get(laid)
    for name in RUNNING:
        got = numbers(kept.get(name), name) if isinstance(kept, dict) else kept
        same = not isinstance(got, Failure) and np.array_equal(got, settings[name])
        tested.require(same, f"{name} is another after a call in mode test: only training may change it.", told)


@check_item(
    "cnn.spatial_batchnorm_backward",
    points=2,
    asks="spatial_batchnorm_backward",
    title="Batch normalisation of images, backward",
)
def spatial_batchnorm_backward(exam):
    """`spatial_batchnorm_backward(dout, cache)`: dx, dgamma and dbeta for random upstream gradients."""
    rights = {
        name: exam.expectation(name, share, tolerance=EXACT, advice=advice)
        for name, share, advice in (
            ("dx", 0.3, "A mean over a channel has N H W ways back."),
            ("dgamma", 0.15, "Over which axes of dout is one gamma used?"),
            ("dbeta", 0.15, "Over which axes of dout is one beta used?"),
        )
    }
    more = exam.expectation("other sizes, float32", 0.15, core=False, tolerance=SINGLE)
    beside = pairs.beside_gradients(exam)
    for case, inputs, param in _cases(exam.rng):
        trusted, settings = parts.double(inputs), TRAIN | param
        out = exam.expected("normalised", *trusted, settings, case=case)
        dout = exam.rng.standard_normal(out.shape).astype(inputs[0].dtype)
        (upstream,) = parts.double((dout,))
        expected = exam.expected("spatial_gradients", *trusted, settings, upstream, case=case)
        agreed = exam.expected("spatial_cache", *trusted, settings, case=case)
        pair = Pair("spatial_batchnorm_forward", "spatial_batchnorm_backward", GRADIENTS, inputs, agreed, (settings,))
        told = _shown(case, inputs, param)
        main = case == "general"
        mistakes = exam.mistakes("spatial_gradients", *trusted, settings, upstream, case=case) if main else ()
        by_name = rights if main else dict.fromkeys(GRADIENTS, more)
        pairs.judge_backward(exam, pair, dout, expected, by_name, beside, told, mistakes, out if main else None)
