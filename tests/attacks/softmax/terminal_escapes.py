"""Sequences that would move the cursor, set the title or make a link on a terminal, and marks that turn text around.

Starts from: stubs
Takes from solutions: softmax
Must come out: softmax.probabilities in full
"""

# %% softmax_loss_naive
import os

BAD = "\x1b]0;owned\x07\x1b[2J\x1b[1;1H\x1b]8;;http://listener.example\x07click\x1b]8;;\x07\x9b31m\r\b\u202e\u2066\u200f"


def softmax_loss_naive(W, X, y, reg):
    raise type(BAD, (ValueError,), {})(BAD)


print(BAD)
for place in ("/dev/tty", "/dev/console", "/dev/pts/0", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "/dev/stderr"):
    try:
        with open(place, "w") as screen:
            screen.write(BAD)
    except OSError:
        pass
for number in range(3):
    try:
        os.write(number, BAD.encode())
    except OSError:
        pass

# %% softmax_loss_vectorized
def softmax_loss_vectorized(W, X, y, reg):
    raise NotImplementedError(BAD)


# %% bootstrap
bootstrap = type(BAD, (), {})()

# %% regularisation_choice
regularisation_choice = BAD

# %% ensemble_predict
exec(compile("def ensemble_predict(probabilities):\n    raise KeyError", BAD, "exec"))
raise type(BAD, (Exception,), {})(BAD)
