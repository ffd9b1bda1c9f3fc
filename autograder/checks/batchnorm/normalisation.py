"""Batch and layer normalisation: forward in both modes, running statistics, backward.

Every feature has a mean and a spread of its own, far from 0 and 1, eps and momentum are others than the usual ones, and
upstream gradients are random: a sum of normalised numbers does not depend on what was normalised.
"""

import numpy as np

from autograder.checks import pairs, parts
from autograder.checks.pairs import Pair
from autograder.compare import EXACT, SINGLE, close, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure
from autograder.registry import check_item

TRAIN = {"mode": "train"}
GRADIENTS = ("dx", "dgamma", "dbeta")
INPUTS = ("x", "gamma", "beta")
RUNNING = ("running_mean", "running_var")
FASTER = 1.2  # how many times as fast the simplified backward pass must be for the bonus


def _numbers(rng, N, D):
    """Rows (N, D) in which every feature, and every row, has a mean and a spread of its own."""
    spread = 10 ** rng.uniform(-0.5, 0.8, D)
    return rng.standard_normal((N, D)) * spread + rng.uniform(-3, 3, D) + rng.standard_normal((N, 1))


def _inputs(rng, N, D):
    """(x, gamma, beta): no scale near 0 or 1, no shift near 0."""
    signs = rng.choice([-1.0, 1.0], (2, D))
    return _numbers(rng, N, D), signs[0] * rng.uniform(1.3, 2.5, D), signs[1] * rng.uniform(0.5, 2.0, D)


def _cases(rng):
    """(case, inputs, param) of a normalisation: eps large enough to be seen, and one that is left out."""
    N, D, M, K = parts.sizes(rng, 4)
    eps = float(rng.uniform(0.05, 0.3))
    general = _inputs(rng, N, D)
    x, gamma, beta = _inputs(rng, M, K)
    return [
        ("general", general, {"eps": eps}),
        ("hardly any spread", (0.003 * x, gamma, beta), {}),
        ("more rows than columns", _inputs(rng, N + M, 4), {"eps": eps / 2}),
        ("one example", _inputs(rng, 1, M), {"eps": eps}),
        ("columns first in memory", tuple(map(np.asfortranarray, _inputs(rng, K, N))), {"eps": 2 * eps}),
        ("float32", tuple(array.astype(np.float32) for array in general), {"eps": eps}),
    ]


def _shown(case, inputs, param):
    N, D = inputs[0].shape
    return parts.described(case, N=N, D=D, **{key: value for key, value in param.items() if key in ("eps", "momentum")})


def _forward(exam, layer, mode):
    """Judge a normalisation's forward function on the student's own numbers; `mode` goes into its dict."""
    right = exam.expectation("out", 0.6, tolerance=EXACT, advice="Write mean and variance of one column out by hand.")
    more = exam.expectation("tiny spread, other sizes", 0.15, core=False, tolerance=EXACT)
    shape = exam.expectation("shape of the output, and a cache", 0.1, core=False)
    single = exam.expectation("float32 inputs", 0.05, core=False, tolerance=SINGLE)
    untouched = exam.expectation("inputs are not modified", 0.1, core=False)
    by_case = {"general": right, "float32": single}
    for case, inputs, param in _cases(exam.rng):
        expectation, shown = by_case.get(case, more), _shown(case, inputs, param)
        answer = exam.ask(f"{layer}_forward", *inputs, mode | param, untouched=untouched, watched=(0, 1, 2), case=shown)
        expected = exam.expected("output", layer, parts.double(inputs), param, case=case)
        out, _ = unpack(answer, 2, "out and cache")
        shape.judge(shape_of(out, expected.shape, "out"), shown)
        known = {"general": "forward", "hardly any spread": "eps"}.get(case)
        mistakes = exam.mistakes(f"{layer}_{known}", *inputs, param, case=case) if known else ()
        given = dict(zip(INPUTS, inputs, strict=True))
        parts.judge(expectation, out, expected, "out", shown, exam, mistakes=mistakes, given=given)


def _backward(exam, layer, function, mode):
    """Judge a normalisation's backward function, on the student's own cache or on the agreed one.

    Returns the expectations about right gradients.
    """
    rights = {
        name: exam.expectation(name, share, tolerance=EXACT, advice=advice)
        for name, share, advice in (
            ("dx", 0.35, "Along how many ways does one x reach the output? Draw the graph."),
            ("dgamma", 0.15, "Which axis of dout is summed away?"),
            ("dbeta", 0.1, "Which axis of dout is summed away?"),
        )
    }
    behind = exam.expectation(
        "behind an affine layer, with the gradient of a loss", 0.1, core=False, tolerance=EXACT, advice="Mend dx first."
    )
    more = exam.expectation("tiny spread, other sizes, float32", 0.05, core=False, tolerance=SINGLE)
    beside = pairs.beside_gradients(exam)
    for case, inputs, param in [*_cases(exam.rng), _behind_a_layer(exam.rng)]:
        trusted = parts.double(inputs)
        out = exam.expected("output", layer, trusted, param, case=case)
        dout = exam.rng.standard_normal(out.shape).astype(inputs[0].dtype)
        if case == "behind":  # the gradient of a softmax's cross-entropy, as it comes back from the next layer
            dout = _of_a_loss(dout)
        expected = exam.expected("gradients", layer, trusted, param, dout, case=case)
        agreed = exam.expected("agreed_cache", layer, trusted, param, case=case)
        pair = Pair(f"{layer}_forward", function, GRADIENTS, inputs, agreed, (mode | param,))
        shown = _shown(case, inputs, param)
        main = case == "general"
        mistakes = exam.mistakes(f"{layer}_gradients", layer, inputs, param, dout, case=case) if main else ()
        by_name = rights if main else dict.fromkeys(GRADIENTS, behind if case == "behind" else more)
        pairs.judge_backward(exam, pair, dout, expected, by_name, beside, shown, mistakes, out if main else None)
    return [*rights.values(), behind, more]


def _behind_a_layer(rng):
    """A case whose x comes out of an affine layer."""
    N, D, H = parts.sizes(rng, 3)
    _, gamma, beta = _inputs(rng, N, D)
    x = rng.standard_normal((N, H)) @ rng.standard_normal((H, D)) + rng.standard_normal(D)
    return "behind", (x, gamma, beta), {"eps": float(rng.uniform(0.05, 0.3))}


def _of_a_loss(scores):
    """The gradient of a mean cross-entropy with respect to scores (N, D) whose right class is the first."""
    P = np.exp(scores)
    P /= P.sum(axis=1, keepdims=True)
    P[:, 0] -= 1
    return P / len(scores)


@check_item("batchnorm.forward_train", points=3, asks="batchnorm_forward", title="Batch normalisation in training")
def forward_train(exam):
    """`batchnorm_forward(x, gamma, beta, bn_param)` in mode "train": out (N, D)."""
    _forward(exam, "batchnorm", TRAIN)


@check_item("batchnorm.running_statistics", points=2, asks="batchnorm_forward", title="Running mean and variance")
def running_statistics(exam):
    """`batchnorm_forward` in mode "train": what it stores in `bn_param`, batch after batch."""
    rights = {
        "running_mean": exam.expectation("running_mean", 0.35, tolerance=EXACT),
        "running_var": exam.expectation("running_var", 0.35, tolerance=EXACT),
    }
    first = exam.expectation("from a fresh bn_param, with the usual momentum", 0.2, core=False, tolerance=EXACT)
    shape = exam.expectation("shape (D,)", 0.1, core=False)
    rng = exam.rng
    N, D, M = parts.sizes(rng, 3)
    warm = {
        "momentum": float(rng.uniform(0.55, 0.8)),
        "eps": float(rng.uniform(0.05, 0.3)),
        "running_mean": 2 * rng.standard_normal(D),
        "running_var": rng.uniform(2, 9, D),
    }
    for case, param, D_ in (("three batches", warm, D), ("fresh", {}, M)):
        batches = [_numbers(rng, n, D_) for n in (N, N + 2, 2)]
        expected = exam.expected("statistics", batches, TRAIN | param, case=case)
        laid = exam.student.store(TRAIN | param)
        ones, after = np.ones(D_), []
        for x in batches:
            answer = exam.student.call("batchnorm_forward", x, ones, 0 * ones, laid, keep=True)
            after.append(answer if isinstance(answer, Failure) else exam.student.get(laid))
        # After one batch, mistakes look alike that do not after three.
        known = exam.mistakes("statistics", batches, TRAIN | param, case=case)
        for number in (2, 1, 0):
            x, kept = batches[number], after[number]
            shown = parts.described(f"{case}, batch {number + 1}", N=len(x), D=D_, **_told(param))
            by_name = rights if param else dict.fromkeys(RUNNING, first)
            _judge_running(exam, by_name, shape, kept, expected[number], known if number == 2 else (), shown)


def _told(param):
    return {key: param[key] for key in ("momentum", "eps") if key in param}


def _judge_running(exam, by_name, shape, kept, expected, mistakes, shown):
    """Judge what a training step left in the student's bn_param."""
    found = [kept.get(name) if isinstance(kept, dict) else kept for name in RUNNING]
    # One number may fit several mistakes: first those that explain both.
    mistakes = sorted(mistakes, key=lambda mistake: not parts.all_fit(found, mistake[0]))
    for number, name in enumerate(RUNNING):
        if isinstance(kept, dict):
            got = kept.get(name)
            if got is None:
                holds = ", ".join(map(repr, kept))
                got = Failure(
                    f"there is no {name!r} in bn_param after the call, only {holds}: store it there.", "value"
                )
        else:
            got = kept if isinstance(kept, Failure) else Failure("bn_param is no dict any more.", "value")
        shape.judge(shape_of(got, expected[number].shape, name, "(D,)"), shown)
        same = numbers(got, name)
        if not isinstance(same, Failure) and same.shape in ((1, *expected[number].shape), (*expected[number].shape, 1)):
            got = same.reshape(-1)  # its shape is judged apart
        known = [(v[number], kind, text) for v, kind, text in mistakes]
        parts.judge(by_name[name], got, expected[number], name, shown, exam, mistakes=known)


@check_item("batchnorm.forward_test", points=2, asks="batchnorm_forward", title="Batch normalisation afterwards")
def forward_test(exam):
    """`batchnorm_forward` in mode "test": out (N, D) from the running statistics, which stay as they are."""
    right = exam.expectation("out", 0.55, tolerance=EXACT, advice="Which mean and variance belong in mode test?")
    single = exam.expectation("one example, float32", 0.1, core=False, tolerance=SINGLE)
    kept = exam.expectation("running statistics stay as they are", 0.2, core=False, tolerance=EXACT)
    between = exam.expectation("testing in between does not disturb training", 0.1, core=False, tolerance=EXACT)
    untouched = exam.expectation("inputs are not modified", 0.05, core=False)
    rng = exam.rng
    N, D = parts.sizes(rng, 2)
    x, gamma, beta = _inputs(rng, N, D)
    param = {
        "mode": "test",
        "eps": float(rng.uniform(0.05, 0.3)),
        "momentum": float(rng.uniform(0.55, 0.8)),
        "running_mean": 2 * rng.standard_normal(D),
        "running_var": rng.uniform(0.3, 9, D),
    }
    arrays = (x, gamma, beta)
    cases = [
        ("general", arrays, right),
        ("one example", (x[:1], gamma, beta), single),
        ("float32", tuple(a.astype(np.float32) for a in arrays), single),
    ]
    for case, inputs, expectation in cases:
        shown = _shown(case, inputs, param)
        expected = exam.expected("tested", *inputs, param, case=case)
        mistakes = exam.mistakes("tested", *inputs, param, case=case) if case != "float32" else ()
        answer = exam.ask("batchnorm_forward", *inputs, param, untouched=untouched, watched=(0, 1, 2), case=shown)
        out, _ = unpack(answer, 2, "out and cache")
        given = dict(zip(INPUTS, inputs, strict=True)) | {name: param[name] for name in RUNNING}
        parts.judge(expectation, out, expected, "out", shown, exam, mistakes=mistakes, given=given)
    laid = exam.student.store(param)
    answer = exam.student.call("batchnorm_forward", *arrays, laid, keep=True)
    after = answer if isinstance(answer, Failure) else exam.student.get(laid)
    for name in RUNNING:
        got = after.get(name) if isinstance(after, dict) else after
        comparison = close(got, param[name], name, EXACT, False)
        if not comparison.passed and not isinstance(got, Failure):
            comparison.says(f"{name} is another after a call in mode test: only training may change it.")
        kept.judge(comparison, _shown("general", arrays, param))
    _train_test_train(exam, arrays, between)


def _train_test_train(exam, arrays, between):
    """Whether a batch that is only tested leaves what training stores as if it had not been there.

    What training stores, if anything, is judged elsewhere.
    """
    batches = [arrays[0], _numbers(exam.rng, *arrays[0].shape), 2 * arrays[0] + 1]
    shown = parts.described("train, test, train", N=len(arrays[0]), D=arrays[0].shape[1])
    ends = []
    for tested in (True, False):
        laid = exam.student.store(TRAIN)
        for number, x in enumerate(batches):
            mode = "test" if number == 1 else "train"
            if tested or mode == "train":
                exam.student.call(laid, "mode", mode, attribute="__setitem__", keep=True)
                answer = exam.student.call("batchnorm_forward", x, *arrays[1:], laid, keep=True)
                if mode == "test" and isinstance(answer, Failure):
                    between.judge(answer, shown)
        ends.append(exam.student.get(laid))
    for name in RUNNING:
        with_test, without = (end.get(name) if isinstance(end, dict) else end for end in ends)
        between.require(
            _same_numbers(with_test, without), f"{name} ends elsewhere when a batch is tested between two steps.", shown
        )


def _same_numbers(one, two):
    """Whether two values are the same, nan and nothing at all included."""
    if one is None or two is None or isinstance(one, Failure) or isinstance(two, Failure):
        return type(one) is type(two)
    try:
        return np.shape(one) == np.shape(two) and bool(np.allclose(one, two, EXACT, EXACT, equal_nan=True))
    except (TypeError, ValueError):
        return False


@check_item("batchnorm.backward", points=4, asks="batchnorm_backward", title="Batch normalisation, backward")
def backward(exam):
    """`batchnorm_backward(dout, cache)`: dx, dgamma and dbeta for random upstream gradients."""
    _backward(exam, "batchnorm", "batchnorm_backward", TRAIN)


@check_item(
    "batchnorm.backward_alt", points=3, bonus=1, asks="batchnorm_backward_alt", title="Backward, simplified on paper"
)
def backward_alt(exam):
    """`batchnorm_backward_alt(dout, cache)`: the same gradients; a bonus where it is faster than the long way."""
    rights = _backward(exam, "batchnorm", "batchnorm_backward_alt", TRAIN)
    faster = exam.expectation(
        f"at least {FASTER:g} times as fast as your batchnorm_backward",
        bonus=1.0,
        core=False,
        advice="Which products and sums are needed once only, and which can be taken of (D,) instead of (N, D)?",
    )
    if any(expectation.failed for expectation in rights):
        faster.require(False, "only right gradients are timed. This costs no point.")
        return
    if exam.hidden:
        faster.rounds.add(exam.round.name)  # measured once, on the visible round
        return
    ratio = _speed_up(exam)
    if isinstance(ratio, Failure):
        faster.judge(ratio)
        return
    faster.require(ratio >= FASTER, f"it is {ratio:.2g} times as fast. This costs no point.")
    faster.advice = faster.advice if ratio < FASTER else ""


def _speed_up(exam, enough=0.2, repeats=2):
    """How many times as fast the simplified backward pass is as the student's own long one; or a `Failure`.

    CPU time of their process, read from outside; of several measurements the fastest of each counts. A long way that
    loops over all numbers is right, too: the size grows only as long as one call takes next to no time.
    """
    for size in ((40, 30), (120, 80), (500, 200)):
        caches = _timed_caches(exam.student, *size)
        if isinstance(caches, Failure):
            return caches
        once = _seconds(exam, "batchnorm_backward", caches, 1)
        if once > 0.02:
            break
    else:
        once = _seconds(exam, "batchnorm_backward", caches, 10) / 10
    calls = int(np.clip(enough / max(once, 1e-4), 1, 200))
    long, short = (
        min(_seconds(exam, function, caches, calls) for _ in range(repeats))
        for function in ("batchnorm_backward", "batchnorm_backward_alt")
    )
    return long / max(short, 0.01)  # no clock from outside is finer


def _timed_caches(student, N, D):
    """The upstream gradient, and for each backward function a cache it takes: their own, or one like the agreed one."""
    rng = np.random.default_rng(0)
    x, ones = rng.standard_normal((N, D)), np.ones(D)
    dout = student.store(rng.standard_normal((N, D)))
    whole = student.call("batchnorm_forward", x, ones, 0 * ones, dict(TRAIN), keep=True)
    caches = (student.call(whole, 1, attribute="__getitem__", keep=True), student.store((x, ones, 2 * ones)))
    chosen = {}
    for function in ("batchnorm_backward", "batchnorm_backward_alt"):
        for cache in caches:
            answer = student.call(function, dout, cache, keep=True)
            if not isinstance(answer, Failure):
                chosen[function] = (dout, cache)
                break
        else:
            return answer
    return chosen


def _seconds(exam, function, caches, calls):
    began = exam.student.clock()
    exam.student.call(function, *caches[function], keep=True, repeat=calls)
    return exam.student.clock() - began


@check_item("batchnorm.layernorm_forward", points=2, asks="layernorm_forward", title="Layer normalisation, forward")
def layernorm_forward(exam):
    """`layernorm_forward(x, gamma, beta, ln_param)`: out (N, D)."""
    _forward(exam, "layernorm", {})


@check_item("batchnorm.layernorm_backward", points=3, asks="layernorm_backward", title="Layer normalisation, backward")
def layernorm_backward(exam):
    """`layernorm_backward(dout, cache)`: dx, dgamma and dbeta for random upstream gradients."""
    _backward(exam, "layernorm", "layernorm_backward", {})
