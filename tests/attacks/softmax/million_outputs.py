"""A cell that displays a million things, and one whose error is a million lines long; three items are right.

Starts from: stubs
Takes from solutions: softmax, bootstrap, ensemble_predict
Must come out: softmax.probabilities, softmax.bootstrap, softmax.ensemble_predict in full
"""

# %% softmax_loss_naive
from IPython.display import display

for number in range(1_000_000):
    display("x" * 1000)

# %% numerical_gradient
raise RuntimeError("a line\n" * 1_000_000)
