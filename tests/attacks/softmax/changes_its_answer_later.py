"""Arrays that a thread keeps on filling with other numbers after they have been handed over.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import threading

given = []


def stir():
    rng = np.random.default_rng()
    while True:
        for array in given[-20:]:
            array[...] = rng.random(array.shape)


threading.Thread(target=stir, daemon=True).start()


def kept(*shape):
    given.append(np.zeros(shape))
    return given[-1]


def softmax(scores):
    return kept(*scores.shape)


# %% softmax_loss_naive
def softmax_loss_naive(W, X, y, reg):
    return kept(1)[0], kept(*W.shape)


# %% numerical_gradient
def numerical_gradient(f, x, h=1e-5):
    return kept(*x.shape)


# %% ensemble_predict
def ensemble_predict(probabilities):
    return kept(len(probabilities[0]))
