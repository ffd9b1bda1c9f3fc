"""A cell that prints a gigabyte, and a function that prints a tenth of one whenever it is asked; three items are right.

Starts from: stubs
Takes from solutions: softmax, numerical_gradient, ensemble_predict
Must come out: softmax.probabilities, softmax.numerical_gradient, softmax.ensemble_predict in full
"""

# %% softmax_loss_naive
for _ in range(1000):
    print("x" * 1_000_000)

# %% bootstrap
def bootstrap(X, y, rng):
    for _ in range(100):
        print("x" * 1_000_000)
    return X, y
