"""Well-known mistakes in dropout: the share of the numbers that is kept, and what they are multiplied with."""

import math

KNOWN = "known mistake"


def _normal_tail(z):
    """Probability that a standard normal number is larger than z."""
    return math.erfc(z / math.sqrt(2)) / 2


MISTAKES = {
    "kept_share": [
        (KNOWN, "p of them are kept; p is the probability to be dropped.", lambda p: p),
        (
            KNOWN,
            "That is what comes of normal random numbers compared with p; take uniform ones.",
            _normal_tail,
        ),
        (
            KNOWN,
            "That is what comes of normal random numbers compared with p; take uniform ones.",
            lambda p: 1 - _normal_tail(p),
        ),
        (
            KNOWN,
            "That is what comes of normal random numbers compared with 1 - p; take uniform ones.",
            lambda p: 1 - _normal_tail(1 - p),
        ),
        (
            KNOWN,
            "That is what comes of random numbers between -1 and 1; take them between 0 and 1.",
            lambda p: (1 - p) / 2,
        ),
        (KNOWN, "It is half of them, whatever p is.", lambda p: 0.5),
        (KNOWN, "It looks as if they are dropped twice.", lambda p: (1 - p) ** 2),
        (KNOWN, "Nothing is dropped.", lambda p: 1.0),
        (KNOWN, "Everything is dropped.", lambda p: 0.0),
    ],
    "kept_scale": [
        (
            KNOWN,
            "They are not scaled: divide by the probability to be kept, so that the sum stays the same on average.",
            lambda p: 1.0,
        ),
        (KNOWN, "They are divided by p; divide by the probability to be kept, 1 - p.", lambda p: 1 / p),
        (KNOWN, "They are scaled twice.", lambda p: 1 / (1 - p) ** 2),
        (KNOWN, "They are multiplied with 1 - p; divide by it.", lambda p: 1 - p),
        (KNOWN, "They are multiplied with p.", lambda p: p),
    ],
    "test_scale": [
        (
            KNOWN,
            "In mode test everything is multiplied with the probability to be kept; the scaling is done in training.",
            lambda p: 1 - p,
        ),
        (KNOWN, "In mode test everything is scaled up, as in training.", lambda p: 1 / (1 - p)),
        (KNOWN, "In mode test everything is multiplied with p.", lambda p: p),
    ],
}
