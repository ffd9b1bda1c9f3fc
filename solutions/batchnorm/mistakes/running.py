"""Well-known mistakes in the running statistics: what they leave after the last batch."""

import numpy as np

KNOWN = "known mistake"
EPS = 1e-5


def _started(param, D, start=(0.0, 1.0)):
    return param.get("running_mean", np.full(D, start[0])), param.get("running_var", np.full(D, start[1]))


def _running(of_mean, of_var, start=_started):
    """Running statistics of other averages: `of_...(old, mean, var, m, x, eps)`, from what `start(param, D)` gives."""

    def wrong(batches, param):
        m = param.get("momentum", 0.9)
        mean, var = start(param, batches[0].shape[1])
        for x in batches:
            known = x.mean(axis=0), x.var(axis=0), m, x, param.get("eps", EPS)
            mean, var = of_mean(mean, *known), of_var(var, *known)
        return mean, var

    return wrong


def _both(average, start=_started):
    """The same mistake in both of them: `average(old, new, m)`."""
    return _running(
        lambda old, mean, var, m, x, eps: average(old, mean, m),
        lambda old, mean, var, m, x, eps: average(old, var, m),
        start,
    )


def _averaged(old, new, m):
    return m * old + (1 - m) * new


def _mean_right(old, mean, var, m, x, eps):
    return _averaged(old, mean, m)


def _var_right(old, mean, var, m, x, eps):
    return _averaged(old, var, m)


def _mean_as(value):
    return _running(lambda old, mean, var, m, x, eps: _averaged(old, value(x), m), _var_right)


def _var_as(value):
    return _running(_mean_right, lambda old, mean, var, m, x, eps: _averaged(old, value(var, x, eps), m))


def _exchanged(batches, param):
    """Each under the other's name; what stands there is taken up again by the next batch."""
    m = param.get("momentum", 0.9)
    mean, var = _started(param, batches[0].shape[1])
    for x in batches:
        mean, var = _averaged(var, x.var(axis=0), m), _averaged(mean, x.mean(axis=0), m)
    return mean, var


def _from_the_first_batch(batches, param):
    """What is not there yet is not 0 and 1, but what the first batch says."""
    start = {"running_mean": batches[0].mean(axis=0), "running_var": batches[0].var(axis=0)}
    return _both(_averaged)(batches, start | param)


def _first_batch_only(batches, param):
    return _both(_averaged)(batches[:1], param)


def _afresh(batches, param):
    return _both(_averaged)(batches[-1:], {key: param[key] for key in ("momentum", "eps") if key in param})


def _as_if_fresh(param, D):
    return _started({}, D)


def _other_momentum(momentum):
    """A momentum other than .9 where none is given."""
    return lambda batches, param: _both(_averaged)(batches, {"momentum": momentum} | param)


def _whole(batches, param):
    return _both(lambda old, new, m: np.trunc(_averaged(old, new, m)))(batches, param)


MISTAKES = {
    "statistics": [
        (KNOWN, "The running mean stays as it was.", _running(lambda old, *_: old, _var_right)),
        (KNOWN, "The running variance stays as it was.", _running(_mean_right, lambda old, *_: old)),
        (
            KNOWN,
            "The running statistics stay as they were: store the new ones in bn_param.",
            _both(lambda old, new, m: old),
        ),
        (
            KNOWN,
            "momentum weighs the new batch; it is the share of the old value that is kept.",
            _both(lambda old, new, m: (1 - m) * old + m * new),
        ),
        (
            KNOWN,
            "Only the last batch's statistics are kept: average them with the old ones.",
            _both(lambda old, new, m: new),
        ),
        (
            KNOWN,
            "The momentum is .9 whatever bn_param says: read it there.",
            _both(lambda old, new, m: _averaged(old, new, 0.9)),
        ),
        (
            KNOWN,
            "The new batch is added with weight 1; it gets 1 - momentum.",
            _both(lambda old, new, m: m * old + new),
        ),
        (
            KNOWN,
            "Old and new are added up: they are weighed, with momentum and 1 - momentum.",
            _both(lambda old, new, m: old + new),
        ),
        (
            KNOWN,
            "Old and new get the same weight; momentum is the share of the old value that is kept.",
            _both(lambda old, new, m: (old + new) / 2),
        ),
        ("sign", "The new batch is taken off; add it.", _both(lambda old, new, m: m * old - (1 - m) * new)),
        (
            KNOWN,
            "The old value does not come in: what is left is the last batch's share.",
            _both(lambda old, new, m: (1 - m) * new),
        ),
        (
            KNOWN,
            "Every batch is taken in twice.",
            _both(lambda old, new, m: _averaged(_averaged(old, new, m), new, m)),
        ),
        (
            KNOWN,
            "The average is divided by 1 - momentum, as Adam corrects its first steps; here it stays as it is.",
            _both(lambda old, new, m: _averaged(old, new, m) / (1 - m)),
        ),
        (
            KNOWN,
            "The running mean starts with the first batch's mean, and the running variance with its variance; they "
            "start at 0 and 1.",
            _from_the_first_batch,
        ),
        (KNOWN, "Only the first batch counts; every batch in training does.", _first_batch_only),
        (
            KNOWN,
            "Every call begins with 0 and 1 again: take up what the last one stored in bn_param.",
            _afresh,
        ),
        (
            KNOWN,
            "The average begins with 0 and 1 although bn_param holds running statistics: go on from those.",
            _both(_averaged, _as_if_fresh),
        ),
        (
            KNOWN,
            "The running variance starts at 0; it starts at 1.",
            _both(_averaged, lambda param, D: _started(param, D, (0.0, 0.0))),
        ),
        (
            KNOWN,
            "The running mean starts at 1; it starts at 0.",
            _both(_averaged, lambda param, D: _started(param, D, (1.0, 1.0))),
        ),
        *(
            (KNOWN, f"Where bn_param holds no momentum, it is {other:g}; it should be .9.", _other_momentum(other))
            for other in (0.99, 0.1, 0.999)
        ),
        (KNOWN, "running_mean and running_var have changed places.", _exchanged),
        (
            "axis",
            "One mean and one variance are taken of all numbers together; each feature has its own.",
            _running(
                lambda old, mean, var, m, x, eps: _averaged(old, x.mean(), m),
                lambda old, mean, var, m, x, eps: _averaged(old, x.var(), m),
            ),
        ),
        (
            KNOWN,
            "These are statistics of the normalised numbers; take mean and variance of x.",
            _running(
                lambda old, mean, var, m, x, eps: m * old,
                lambda old, mean, var, m, x, eps: _averaged(old, var / (var + eps), m),
            ),
        ),
        (KNOWN, "The running mean averages medians; take means.", _mean_as(lambda x: np.median(x, axis=0))),
        (
            KNOWN,
            "The running variance averages unbiased variances; here they are means of squared deviations.",
            _var_as(lambda var, x, eps: x.var(axis=0, ddof=1)),
        ),
        (
            KNOWN,
            "eps is in the running variance: it belongs where the root is taken, and nowhere else.",
            _var_as(lambda var, x, eps: var + eps),
        ),
        (
            KNOWN,
            "eps is added to the running variance each time: it belongs where the root is taken, and nowhere else.",
            _running(_mean_right, lambda old, mean, var, m, x, eps: _averaged(old, var, m) + eps),
        ),
        (KNOWN, "The running variance averages standard deviations.", _var_as(lambda var, x, eps: np.sqrt(var))),
        (
            KNOWN,
            "The running variance averages standard deviations, eps included.",
            _var_as(lambda var, x, eps: np.sqrt(var + eps)),
        ),
        (
            KNOWN,
            "The running variance averages squares; subtract the mean first.",
            _var_as(lambda var, x, eps: (x**2).mean(axis=0)),
        ),
        (KNOWN, "The running variance averages squared variances.", _var_as(lambda var, x, eps: var**2)),
        (
            KNOWN,
            "The running variance averages sums of squared deviations; the variance is their mean.",
            _var_as(lambda var, x, eps: var * len(x)),
        ),
        (
            KNOWN,
            "The running variance averages the batches' means; average their variances.",
            _var_as(lambda var, x, eps: x.mean(axis=0)),
        ),
        ("rounded", "The running statistics are cut down to whole numbers after each batch.", _whole),
    ]
}
