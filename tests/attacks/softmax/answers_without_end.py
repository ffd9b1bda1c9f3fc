"""An answer that goes on for ever as it is read, and one that says that it is short; two items are right.

Starts from: stubs
Takes from solutions: softmax, ensemble_predict
Must come out: softmax.probabilities, softmax.ensemble_predict in full
"""

# %% bootstrap
import itertools


class Endless(list):
    def __len__(self):
        return 2

    def __iter__(self):
        return itertools.repeat("again")


def bootstrap(X, y, rng):
    return Endless([X, y])


# %% softmax_loss_vectorized
class EndlessNames(dict):
    def items(self):
        return ((str(number), number) for number in itertools.count())


def softmax_loss_vectorized(W, X, y, reg):
    return EndlessNames(a=1)
