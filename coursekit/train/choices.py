"""Optimisers and schedules of PyTorch by name.

Goes in: settings, as on the command line. Comes out: the optimiser of a net, the schedule of an optimiser.
"""

import math

OPTIMISERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
WITH_MOMENTUM = ("sgd", "rmsprop")
SCHEDULES = ("constant", "cosine", "one-cycle", "step")


def default_learning_rate(optimiser):
    """A usual one: 0.01 for SGD, 0.001 for the others."""
    return 0.01 if optimiser == "sgd" else 0.001


def make_optimiser(net, settings):
    """The optimiser of a net's parameters.

    Parameters
    ----------
    net : torch.nn.Module
    settings : dict
        "optimiser", "learning_rate", "weight_decay" and "momentum".
    """
    import torch

    name = settings["optimiser"]
    momentum = {"momentum": settings["momentum"]} if name in WITH_MOMENTUM else {}
    make = getattr(torch.optim, OPTIMISERS[name])
    return make(net.parameters(), settings["learning_rate"], weight_decay=settings["weight_decay"], **momentum)


def make_schedule(optimiser, name, steps):
    """The schedule of the learning rate, to be stepped after every batch; None for a constant one.

    Parameters
    ----------
    optimiser : torch.optim.Optimizer
    name : str
        "cosine" falls to zero along half a wave. "one-cycle" rises to the learning rate, that of each group, during the
        first three tenths and then falls to nearly zero; Adam's first decay rate goes the other way, a momentum stays.
        "step" divides by ten after each third.
    steps : int
        Batches of all epochs.
    """
    from torch.optim import lr_scheduler

    if name == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimiser, steps)
    if name == "one-cycle":
        rates = [group["lr"] for group in optimiser.param_groups]
        return lr_scheduler.OneCycleLR(
            optimiser, rates, total_steps=steps, cycle_momentum="betas" in optimiser.defaults
        )
    if name == "step":
        return lr_scheduler.StepLR(optimiser, math.ceil(steps / 3), gamma=0.1)
    return None
