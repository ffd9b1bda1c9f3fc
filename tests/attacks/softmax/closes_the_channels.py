"""A function that closes the kernel's sockets; all else is right.

Starts from: solutions
Must come out: everything but softmax.bootstrap, softmax.best_classifier in full
"""

# %% bootstrap
def bootstrap(X, y, rng):
    import os

    for number in range(3, 256):
        try:
            os.close(number)
        except OSError:
            pass
