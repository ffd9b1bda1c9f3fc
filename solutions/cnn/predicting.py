"""Classes and probabilities from a trained net, and its weights on disk as plain arrays."""

import numpy as np
import torch


class Classifier:
    """A net that is asked, and no longer trained.

    Parameters
    ----------
    net : torch.nn.Module
    batch_size : int
        Images at a time.
    """

    def __init__(self, net, batch_size=500):
        self.net, self.batch_size = net, batch_size

    def probabilities(self, images):
        """Probabilities (N, classes) of images, a tensor (N, C, H, W): an array."""
        self.net.eval()
        with torch.no_grad():
            parts = [self.net(part).softmax(dim=1) for part in images.split(self.batch_size)]
        return torch.cat(parts).numpy()

    def predict(self, images):
        """Most probable class of every image: integers (N,)."""
        return self.probabilities(images).argmax(axis=1)

    def accuracy(self, images, labels):
        """Share of the images that `predict` gets right, between 0 and 1."""
        return float(np.mean(self.predict(images) == np.asarray(labels)))

    def save(self, path):
        """Write the net's parameters and statistics to a `.npz` file."""
        np.savez(path, **{name: value.numpy() for name, value in self.net.state_dict().items()})

    def load(self, path):
        """Take over what `save` wrote; returns the classifier.

        Raises
        ------
        RuntimeError
            If the file is of another net; the message lists what differs.
        """
        with np.load(path, allow_pickle=False) as saved:
            self.net.load_state_dict({name: torch.from_numpy(saved[name]) for name in saved.files})
        return self
