"""Results that are kept: the same case comes with every hand-in of a class, and a mistake costs as much as the net.

A function of numbers, arrays and names goes in; out comes one that computes each case once.
"""

import copy
import functools
import hashlib
import pickle

MOST = 64  # cases kept for each function


def remembered(function):
    """The same function of arguments that never change; its oldest results are forgotten."""
    known: dict = {}

    @functools.wraps(function)
    def answer(*args):
        key = hashlib.blake2b(pickle.dumps(args), digest_size=16).digest()
        if key not in known:
            while len(known) >= MOST:
                del known[next(iter(known))]
            known[key] = function(*args)
        return copy.deepcopy(known[key])

    return answer


def all_remembered(mistakes):
    """A list of (kind, text, wrong version) whose versions compute each case once."""
    return [(kind, text, remembered(wrong)) for kind, text, wrong in mistakes]
