"""The training never ends; everything else is right.

Starts from: solutions
Must come out: everything but softmax.train in full
"""

# %% SoftmaxClassifier
class SoftmaxClassifier:
    def __init__(self):
        self.W = None

    def train(self, X, y, X_val=None, y_val=None, **settings):
        self.W = np.zeros((X.shape[1], int(y.max()) + 1))
        while True:
            softmax_loss_vectorized(self.W, X, y, 0.0)

    def predict(self, X):
        return (X @ self.W).argmax(axis=1)

    def save(self, path):
        np.savez(path, W=self.W)

    def load(self, path):
        with np.load(path) as saved:
            self.W = saved["W"]
        return self
