"""Chance in the sandbox: random numbers that a hand-in has not seeded are the same ones in every grading.

Goes in: a fresh kernel. Comes out: one whose generators have a seed. Without it, a hand-in that draws from them would
be judged one way today and another way tomorrow. PyTorch begins with the same seed everywhere by itself.
"""

import random

import numpy.random.bit_generator

_SEED = 5


def without_surprises():
    """Seed what would else be seeded by the system: `random`, NumPy's old generator, and new ones without a seed.

    Two generators without a seed still differ from one another.
    """
    random.seed(_SEED)
    numpy.random.seed(_SEED)
    # Where NumPy takes its entropy from.
    numpy.random.bit_generator.randbits = random.Random(_SEED).getrandbits  # type: ignore[attr-defined]
