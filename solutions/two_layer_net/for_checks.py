"""What the checks ask of this chapter besides the students' functions themselves: steps, training and toy runs."""

from unittest import mock

from autograder.student.stand_ins import counting_step, halving, linear_net
from solutions.two_layer_net import net, passes, updates

RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


def stepped(rule, w, gradients, config):
    """Parameter after each of several steps of an update rule.

    Parameters
    ----------
    rule : str
    w : array
    gradients : array (steps, *w.shape)
        One gradient per step.
    config : dict
        What the rule starts with.

    Returns
    -------
    list of arrays
    """
    config, reached = dict(config), []
    for dw in gradients:
        w, config = getattr(updates, rule)(w, dw, config)
        reached.append(w)
    return reached


def trained(stand_ins, params, X, y, settings):
    """Train a net from `params`, on stand-ins or on the real functions.

    Parameters
    ----------
    stand_ins : {"loss and rules", "loss", ""}
        What a stand-in replaces.
    params : dict of arrays
        W1 (D, H), b1 (H,), W2 (H, C), b2 (C,).
    X : array (N, D)
    y : integer array (N,)
    settings : dict
        Keyword arguments of `train`; "schedule": True stands for the schedule `halving`.

    Returns
    -------
    params : dict of arrays
        After training.
    losses, rates : lists
        One entry per step.
    """
    model = with_params(params)
    settings = settings | ({"schedule": halving()} if settings.get("schedule") else {})
    rules = dict.fromkeys(RULES, counting_step) if "rules" in stand_ins else {}
    if "loss" in stand_ins:
        model.loss = linear_net(model)
    with mock.patch.multiple(net, progress=_silent, **rules):
        history = model.train(X, y, **settings)
    return model.params, history["loss"], history["learning_rate"]


def loss_after(params, X, y, reg):
    """Loss of a net with these parameters, a float."""
    return with_params(params).loss(X, y, reg)[0]


def toy_losses(params, X, y, settings):
    """Loss of these parameters, and of those that training on all of X leads to."""
    after = trained("", params, X, y, settings)[0]
    return loss_after(params, X, y, settings["reg"]), loss_after(after, X, y, settings["reg"])


def predicted(stand_ins, params, X):
    """Classes that a net with these parameters predicts; with `stand_ins`, scores are X's first columns plus b2."""
    if stand_ins:
        return (X[:, : len(params["b2"])] + params["b2"]).argmax(axis=1)
    return with_params(params).predict(X)


def gradient(name, dscores, X, hidden, params, reg):
    """One of the gradients that `two_layer_backward` returns."""
    return passes.two_layer_backward(dscores, X, hidden, params, reg)[name]


def with_params(params):
    """A net with copies of these parameters."""
    model = net.TwoLayerNet(1, 1, 1)
    model.params = {name: value.copy() for name, value in params.items()}
    return model


def _silent(iterable, _):
    return iterable
