"""A linear probe: whether its regularised loss is the least there is, whatever solver went there.

What comes back is asked as it stands, with features as they are: so weights may be folded in whichever way is right.
"""

import numpy as np

from autograder.checks import parts
from autograder.compare import Comparison, close, numbers, shape_of
from autograder.diagnose import Diagnosis, diagnose
from autograder.namespace import Failure
from autograder.registry import check_item
from autograder.wire import Plant

LEAST = 2e-3  # how far above the least loss, relative to it; 200 steps of Adam come to below 1e-4
NEARLY = 1e-2  # the same where a class has no images: its bias falls without end, ever more slowly
CLOSE = 1e-2  # so little above the least loss, a solver may be on its way
HUGE = 100.0  # times larger than all other weights
ALIKE = 0.02  # how well a mistake's slopes must fit


def _data(rng, classes):
    """Features (N, F) on very different scales, and labels that they do not settle, one class far more often."""
    N, F = 10 * int(rng.integers(6, 9)) + 3, 7
    X = rng.standard_normal((N, F))
    scores = 1.2 * X @ rng.standard_normal((F, classes)) + 1.5 * rng.standard_normal((N, classes))
    scores[:, 0] += 1.5
    scales = rng.permutation(np.geomspace(0.2, 6, F))
    return (X * scales + rng.normal(0, 2, F) * scales).astype(np.float32), scores.argmax(axis=1)


@check_item("transfer.train_probe", points=4, asks="train_probe", title="A linear probe")
def train_probe(exam):
    """`train_probe(features, labels, classes, reg)`: the linear layer with the least regularised loss."""
    least = exam.expectation(
        "the regularised loss is as small as it can be",
        0.6,
        tolerance=LEAST,
        advice="Which weights are penalised, and what is each feature divided by?",
    )
    odd = exam.expectation("a feature that never varies, a class without images", 0.15, tolerance=NEARLY)
    form = exam.expectation("a layer: (N, F) in, (N, classes) out", 0.15, core=False)
    untouched = exam.expectation("features and labels are not modified", 0.1, core=False)
    for case, classes, reg in (
        ("strongly regularised", 4, 0.1),
        ("weakly regularised", 3, 0.01),
        ("a feature that never varies", 3, 0.03),
        ("a class without images", 4, 0.03),
    ):
        special = case.startswith("a ")
        X, y = _data(exam.rng, 3 if case == "a class without images" else classes)
        if case == "a feature that never varies":
            X[:, 2] = 1.5
        told = parts.described(case, features=X.shape, classes=classes, reg=reg)
        expectation = odd if special else least
        best, slopes = exam.expected("probed", X, y, classes, reg, case=case)
        mistakes = [] if special else exam.mistakes("slopes", X, y, classes, reg, case=case)
        feature_of, label_of = exam.student.store(X), exam.student.store(y)
        layer = exam.student.call("train_probe", feature_of, label_of, classes, reg, keep=True)
        if isinstance(layer, Failure):
            for one in (expectation, form, untouched):
                one.judge(layer, told)
            continue
        kept = [numbers(exam.student.get(handle), "it") for handle in (feature_of, label_of)]
        same = all(isinstance(k, np.ndarray) and np.array_equal(k, own) for k, own in zip(kept, (X, y), strict=True))
        untouched.require(same, "features or labels are changed by the call: work on copies.", told)
        found = _function(exam.student, layer, X)
        if isinstance(found, Failure):
            expectation.judge(found, told)
            form.judge(found, told)
            continue
        scores, weights, affine, single = found
        form.judge(shape_of(scores, (len(X), classes), "what the layer gives", "(N, classes)"), told)
        form.require(single, "it takes features of float64 alone; features are float32.", told)
        if scores.shape != (len(X), classes):
            expectation.require(False, f"what the layer gives has shape {scores.shape}.", told)
            continue
        if weights is None:
            expectation.require(False, "what the layer gives are no finite numbers.", told, diagnose(scores, 0 * y))
            continue
        form.require(affine, "what it returns is not linear: its scores are no weighted sums of features.", told)
        folded = _own_scores(exam.student, layer, X)
        form.require(
            folded is not None and close(folded, scores, "it", ALIKE).passed,
            f"it is a {layer.type_name}; expected is a linear layer whose weight and bias alone give the scores.",
            told,
        )
        if not affine:
            expectation.require(False, "what it returns is not linear.", told)
            continue
        loss = _cross_entropy(scores, y) + reg * float(np.sum(weights**2))
        above = loss / float(np.asarray(best)) - 1
        most = NEARLY if special else LEAST
        message = f"the loss is {above:.1%} above the least (tolerance {most:.1%})."
        comparison = Comparison(bool(above < most), abs(above), most, message)
        found = _named_odd(weights, X) if special else _named(weights, np.asarray(slopes), mistakes)
        expectation.judge(comparison, told, found or (_NOT_THERE if most < above < CLOSE else None))


def _function(student, layer, X):
    """Scores of a layer, its weights (classes, F) for standardised features, whether it is linear, and takes float32.

    Weights are None where they cannot be measured.
    """
    F, mean, std = X.shape[1], X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    std[std < 1e-6] = 1.0
    asked = mean + np.concatenate([np.zeros((1, F)), np.diag(std), -2 * np.diag(std)])
    first = scores = _asked(student, layer, X)
    single = not isinstance(first, Failure)
    if not single:
        scores = _asked(student, layer, X.astype(np.float64))
        if isinstance(scores, Failure):
            return first
    at = _asked(student, layer, asked.astype(np.float32 if single else np.float64))
    if isinstance(at, Failure):
        return at
    measured = scores.ndim == 2 and at.shape == (2 * F + 1, scores.shape[1])
    if not measured or not all(part.dtype.kind == "f" and np.all(np.isfinite(part)) for part in (at, scores)):
        return scores, None, True, single
    at, scores = at.astype(float), scores.astype(float)
    up, down, size = at[1 : F + 1] - at[0], at[F + 1 :] - at[0], max(1.0, float(np.abs(at).max()))
    linear = np.allclose(down, -2 * up, rtol=1e-2, atol=1e-3 * size)
    linear &= np.allclose((X - mean) / std @ up + at[0], scores, rtol=1e-2, atol=2e-3 * size)
    return scores, up.T, bool(linear), single


def _asked(student, layer, rows):
    return numbers(student.call(layer, Plant("tensor", array=rows), attribute="__call__"), "what the layer gives")


def _own_scores(student, layer, X):
    """Scores (N, classes) by the layer's own weight and bias; None where it has none that fit."""
    weight, bias = (numbers(student.get(layer, name), "it") for name in ("weight", "bias"))
    if isinstance(weight, Failure) or isinstance(bias, Failure) or weight.dtype.kind != "f" or bias.dtype.kind != "f":
        return None
    if weight.ndim != 2 or weight.shape[1] != X.shape[1] or bias.shape != weight.shape[:1]:
        return None
    with np.errstate(all="ignore"):
        return X.astype(float) @ weight.astype(float).T + bias


def _cross_entropy(scores, y):
    return float(np.mean(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y]))


_NOT_THERE = Diagnosis(
    "near",
    "The loss is close to the least: has the solver arrived? It may need more steps, or steps of another length.",
)


def _named_odd(weights, X):
    """The mistake by which a feature that never varies has weights far larger than all others; or None."""
    still = np.ptp(X, axis=0) == 0
    if not np.any(still) or np.abs(weights[:, still]).max() < HUGE * np.abs(weights[:, ~still]).max():
        return None
    text = "A feature that never varies has by far the largest weights: what is it divided by?"
    return Diagnosis("known mistake", text)


def _named(weights, right, mistakes):
    """The mistake whose solution this is: of all it must be by far the nearest, and the right one far away."""

    def off(slopes):
        return float(np.linalg.norm(weights - slopes) / max(np.linalg.norm(slopes), 1e-9))

    if off(right) < ALIKE / 2:
        return Diagnosis("known mistake", "Weights are right, biases are not: the mean must be folded into them.")
    near = sorted((off(np.asarray(value)), kind, text) for value, kind, text in mistakes)
    others = [distance for distance, _, text in near if text != near[0][2]]
    if not near or not near[0][0] < min(ALIKE, off(right) / 3, others[0] / 2):
        return None
    return Diagnosis(near[0][1], near[0][2])
