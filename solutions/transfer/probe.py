"""A linear classifier on frozen features: softmax regression, solved to the end."""

import torch
from torch import nn
from torch.nn import functional


def train_probe(features, labels, classes, reg=1e-3, steps=200):
    """The linear layer with the least regularised cross-entropy on frozen features.

    Parameters
    ----------
    features : float array (N, F)
    labels : integers (N,)
    classes : int
        K.
    reg : float
        Weighs the sum of the squared weights, those of standardised features; the biases go free.
    steps : int
        Most steps of the solver.

    Returns
    -------
    nn.Linear
        Takes features as they are: the standardisation that training needs is folded into weights and biases.
    """
    ### BEGIN SOLUTION
    features = torch.as_tensor(features, dtype=torch.float32)
    labels = torch.as_tensor(labels)
    mean, std = features.mean(dim=0), features.std(dim=0, unbiased=False)
    std = torch.where(std > 0, std, torch.ones_like(std))
    X = (features - mean) / std  # (N, F)
    layer = nn.Linear(X.shape[1], classes)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    solver = torch.optim.LBFGS(layer.parameters(), max_iter=steps, tolerance_change=1e-7, line_search_fn="strong_wolfe")

    def objective():
        solver.zero_grad()
        loss = functional.cross_entropy(layer(X), labels) + reg * (layer.weight**2).sum()
        loss.backward()
        return loss

    solver.step(objective)
    with torch.no_grad():
        layer.weight /= std
        layer.bias -= layer.weight @ mean
    return layer
    ### END SOLUTION
