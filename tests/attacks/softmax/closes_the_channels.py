"""A function that closes the kernel's sockets; three other items are right.

Starts from: stubs
Takes from solutions: softmax, numerical_gradient, ensemble_predict
Must come out: softmax.probabilities, softmax.numerical_gradient, softmax.ensemble_predict in full
"""

# %% bootstrap
def bootstrap(X, y, rng):
    import os

    for number in range(3, 256):
        try:
            os.close(number)
        except OSError:
            pass
