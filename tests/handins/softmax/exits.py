"""A function that ends the whole process when it is called; everything else is right.

Starts from: solutions
Must come out: everything but softmax.bootstrap in full
"""

# %% bootstrap
def bootstrap(X, y, rng):
    import os

    os._exit(0)
