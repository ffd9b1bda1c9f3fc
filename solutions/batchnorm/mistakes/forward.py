"""Well-known mistakes in the output of a normalisation, in training and in mode "test"."""

import numpy as np

KNOWN = "known mistake"
EPS = 1e-5
OTHER_EPS = (1e-3, 1e-4)  # what else stands in other people's code


def _right(x, mean, var, gamma, beta, eps):
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def _divided(divisor):
    """A formula that divides by `divisor(var, eps)`."""
    return lambda x, mean, var, gamma, beta, eps: gamma * (x - mean) / divisor(var, eps) + beta


def _made(formula, statistics):
    """An output by another formula, or of another mean and variance: `statistics(x, param)` gives both."""

    def wrong(x, gamma, beta, param):
        return formula(x, *statistics(x, param), gamma, beta, param.get("eps", EPS))

    return wrong


def _kept(x, param):
    return param.get("running_mean", 0.0), param.get("running_var", 1.0)


def _updated(x, param):
    """The running statistics with the batch taken in."""
    m, (mean, var) = param.get("momentum", 0.9), _kept(x, param)
    return m * mean + (1 - m) * x.mean(axis=0), m * var + (1 - m) * x.var(axis=0)


def _along(axis):
    return lambda x, param: (x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True))


def _of_all(x, param):
    return x.mean(), x.var()


def _of_eps(where):
    """Formulas in which eps is not what it should be, whatever is averaged over; `where` it should be read."""
    return [
        (
            KNOWN,
            "eps stands outside the root: add it to the variance, then take the root.",
            lambda v, eps: v**0.5 + eps,
        ),
        (
            KNOWN,
            f"eps is left out, or a tiny constant stands in its place: read it in {where}.",
            lambda v, eps: np.sqrt(np.maximum(v, 1e-300)),
        ),
        (KNOWN, f"eps is 1e-5 whatever {where} says: read it there.", lambda v, eps: np.sqrt(v + EPS)),
        *(
            (
                KNOWN,
                f"eps is {other:g}: read it in {where}, and take 1e-5 where it is not there.",
                lambda v, eps, other=other: np.sqrt(v + other),
            )
            for other in OTHER_EPS
        ),
        (KNOWN, "eps is squared: it is added to the variance as it is.", lambda v, eps: np.sqrt(v + eps**2)),
        ("sign", "eps is taken off the variance; add it.", lambda v, eps: np.sqrt(np.abs(v - eps))),
    ]


_FORMULAS = [
    (KNOWN, "It is divided by the variance; divide by its root.", _divided(lambda v, eps: v + eps)),
    (KNOWN, "The root is taken twice; divide by the root of the variance.", _divided(lambda v, eps: (v + eps) ** 0.25)),
    (
        KNOWN,
        "This is the cube root of the variance; divide by its square root.",
        _divided(lambda v, eps: np.cbrt(v + eps)),
    ),
    (KNOWN, "It is multiplied with the standard deviation; divide by it.", _divided(lambda v, eps: (v + eps) ** -0.5)),
    (KNOWN, "It is not divided by the standard deviation.", _divided(lambda v, eps: 1.0)),
    (
        KNOWN,
        "eps is added to the quotient; it belongs to the variance, inside the root.",
        lambda x, mean, var, gamma, beta, eps: gamma * ((x - mean) / np.sqrt(var) + eps) + beta,
    ),
    (KNOWN, "gamma is left out.", lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, 1.0, beta, eps)),
    (KNOWN, "beta is left out.", lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, gamma, 0.0, eps)),
    (
        "sign",
        "beta is taken off; add it.",
        lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, gamma, -beta, eps),
    ),
    (
        KNOWN,
        "gamma and beta have changed places: gamma scales, beta shifts.",
        lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, beta, gamma, eps),
    ),
    (
        KNOWN,
        "beta is multiplied with gamma, too: scale first, then shift.",
        lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, gamma, gamma * beta, eps),
    ),
    (
        KNOWN,
        "It is divided by gamma; multiply with it.",
        lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, 1 / gamma, beta, eps),
    ),
    (
        "sign",
        "gamma has lost its sign: it may be negative.",
        lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, np.abs(gamma), beta, eps),
    ),
    (
        KNOWN,
        "The first gamma stands for all; every feature has its own.",
        lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, gamma[0], beta, eps),
    ),
    (
        KNOWN,
        "x is scaled and shifted, but not normalised.",
        lambda x, mean, var, gamma, beta, eps: gamma * x + beta,
    ),
]


def _formulas(statistics, where, neither, mean="mean"):
    """Wrong formulas of the right mean and variance."""
    found = [(kind, text, _divided(divisor)) for kind, text, divisor in _of_eps(where)] + _FORMULAS
    found += [
        (KNOWN, neither, lambda x, mean, var, gamma, beta, eps: _right(x, mean, var, 1.0, 0.0, eps)),
        (
            KNOWN,
            f"The {mean} is not subtracted.",
            lambda x, mean, var, gamma, beta, eps: _right(x, 0.0, var, gamma, beta, eps),
        ),
        (
            "sign",
            f"The {mean} is added; subtract it.",
            lambda x, mean, var, gamma, beta, eps: _right(x, -mean, var, gamma, beta, eps),
        ),
    ]
    return [(kind, text, _made(formula, statistics)) for kind, text, formula in found]


def _spread(value, axis):
    """The right mean, and something else for the variance: `value(x, mean)`, less its mean along the axis."""
    right = _along(axis)

    def statistics(x, param):
        mean, _ = right(x, param)
        return mean, value(x, x - mean)

    return statistics


def _mixed(mean, var):
    """The mean of some statistics, and the variance of others."""
    return lambda x, param: (mean(x, param)[0], var(x, param)[1])


def _training(axis, what, along):
    """Mistakes in training; `what` is averaged over, and `along` tells of the axis that is taken by mistake."""

    def over(a):
        return a.mean(axis=axis, keepdims=True)

    right, other = _along(axis), _along(1 - axis)
    statistics = [
        (
            KNOWN,
            f"The variance is the unbiased one, divided by one less than the number of {what}; here it is the mean of "
            "the squared deviations.",
            _spread(lambda x, less: over(less**2) * x.shape[axis] / max(x.shape[axis] - 1, 1), axis),
        ),
        (
            KNOWN,
            f"The squared deviations are added up; the variance is their mean over the {what}.",
            _spread(lambda x, less: over(less**2) * x.shape[axis], axis),
        ),
        (
            KNOWN,
            f"The variance is divided by the number of {'features' if axis == 0 else 'examples'}; it is a mean over "
            f"the {what}.",
            _spread(lambda x, less: over(less**2) * x.shape[axis] / x.shape[1 - axis], axis),
        ),
        (
            KNOWN,
            "The variance is the mean of the squares of x; subtract the mean first.",
            _spread(lambda x, less: over(x**2), axis),
        ),
        (
            KNOWN,
            "The spread is the mean of absolute deviations; take the root of the mean of squared ones.",
            _spread(lambda x, less: over(np.abs(less)) ** 2, axis),
        ),
        (
            KNOWN,
            "The median stands for the mean.",
            lambda x, param: (np.median(x, axis=axis, keepdims=True), right(x, param)[1]),
        ),
        ("axis", f"Mean and variance are taken {along}; take them over the {what}.", other),
        ("axis", f"The mean is taken {along}; take it over the {what}, as the variance.", _mixed(other, right)),
        ("axis", f"The variance is taken {along}; take it over the {what}, as the mean.", _mixed(right, other)),
        ("axis", "One mean and one variance are taken of all numbers together.", _of_all),
        ("axis", "One mean is taken of all numbers together.", _mixed(_of_all, right)),
        ("axis", "One variance is taken of all numbers together.", _mixed(right, _of_all)),
    ]
    found = [(kind, text, _made(_right, of)) for kind, text, of in statistics]
    return found + _formulas(right, "the dict", "gamma and beta are left out.")


def _divided_by(spread):
    """Layer normalisation that divides by `spread(x)`, (N, 1), and eps, and no root is taken."""

    def wrong(x, gamma, beta, param):
        return gamma * (x - x.mean(axis=1, keepdims=True)) / (spread(x) + param.get("eps", EPS)) + beta

    return wrong


def _scaled_first(x, gamma, beta, param):
    return _made(_right, _along(1))(gamma * x, 1.0, beta, param)


def _gamma_by_example(x, gamma, beta, param):
    return _made(_right, _along(1))(x, gamma[: len(x), np.newaxis], beta, param) if len(x) <= len(gamma) else None


def _eps_alone(axis):
    return [(kind, text, _made(_divided(divisor), _along(axis))) for kind, text, divisor in _of_eps("the dict")]


MISTAKES = {
    "batchnorm_forward": [
        *_training(0, "examples", "along the features of each example"),
        (KNOWN, "In mode train the running statistics are used; use the batch's own.", _made(_right, _kept)),
        (
            KNOWN,
            "In mode train the running statistics are used, the batch taken in; use the batch's own.",
            _made(_right, _updated),
        ),
    ],
    "layernorm_forward": [
        *_training(1, "features", "over the examples, as in batch normalisation"),
        (
            KNOWN,
            "It is divided by the largest number of each example; divide by its standard deviation.",
            _divided_by(lambda x: np.abs(x).max(axis=1, keepdims=True)),
        ),
        (
            KNOWN,
            "It is divided by the length of each example; divide by its standard deviation.",
            _made(
                lambda x, mean, var, gamma, beta, eps: gamma * (x - mean) / var + beta,
                lambda x, param: (x.mean(axis=1, keepdims=True), np.linalg.norm(x, axis=1, keepdims=True)),
            ),
        ),
        (KNOWN, "x is multiplied with gamma before it is normalised; scale afterwards.", _scaled_first),
        ("axis", "gamma differs from example to example; it belongs to the features.", _gamma_by_example),
    ],
    "batchnorm_eps": _eps_alone(0),
    "layernorm_eps": _eps_alone(1),
    "tested": [
        (
            KNOWN,
            "In mode test the batch's own mean and variance are used; use the running ones.",
            _made(_right, _along(0)),
        ),
        (
            KNOWN,
            "In mode test the batch's own mean is used; use the running one.",
            _made(_right, _mixed(_along(0), _kept)),
        ),
        (
            KNOWN,
            "In mode test the batch's own variance is used; use the running one.",
            _made(_right, _mixed(_kept, _along(0))),
        ),
        (
            KNOWN,
            "The running statistics take in the batch before they are used: in mode test they stay as they are.",
            _made(_right, _updated),
        ),
        (
            KNOWN,
            "The output is that of a running mean of 0 and a running variance of 1: those that bn_param holds do not "
            "come in.",
            _made(_right, lambda x, param: (0.0, 1.0)),
        ),
        (
            KNOWN,
            "Running mean and running variance have changed places.",
            _made(_right, lambda x, param: (param["running_var"], np.abs(param["running_mean"]))),
        ),
        (
            "axis",
            "The running mean is averaged over the features; each has its own.",
            _made(_right, lambda x, param: (param["running_mean"].mean(), param["running_var"])),
        ),
        *_formulas(_kept, "bn_param", "gamma and beta are left out: in mode test they count, too.", "running mean"),
        (KNOWN, "x comes back as it went in.", lambda x, gamma, beta, param: x),
    ],
}
