"""Chance in the sandbox: random numbers that a hand-in has not seeded are the same ones in every grading.

Goes in: a fresh kernel. Comes out: one whose generators have a seed. Without it, a hand-in that draws from them would
be judged one way today and another way tomorrow. PyTorch begins with the same seed everywhere by itself.
"""

import random

import numpy.random.bit_generator

_SEED = 5


def without_surprises(shell):
    """Seed `random`, NumPy's old generator, and new ones that are given no seed, just before the first cell is run.

    Two generators without a seed still differ from one another.

    Parameters
    ----------
    shell : IPython's InteractiveShell
    """

    def seed():
        shell.events.unregister("pre_execute", seed)
        random.seed(_SEED)
        numpy.random.seed(_SEED)
        # Where NumPy takes its entropy from.
        numpy.random.bit_generator.randbits = random.Random(_SEED).getrandbits  # type: ignore[attr-defined]

    # Not earlier: whenever IPython says what it is, it draws one of its tips from `random`.
    shell.events.register("pre_execute", seed)
