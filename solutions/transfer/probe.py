"""A linear classifier on frozen features: softmax regression, solved to the end."""

import torch
from torch import nn
from torch.nn import functional

from coursekit.tensors import batches
from coursekit.train.choices import make_schedule
from solutions.cnn import train_epoch


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


def train_head(features, labels, classes, hidden=128, epochs=60, learning_rate=1e-3, dropout=0.5, seed=0):
    """A small head on frozen features: one hidden layer with dropout, trained with AdamW in batches of 50.

    Parameters
    ----------
    features : float array (N, F)
    labels : integers (N,)
    classes : int
        K.
    hidden : int
        Units of the hidden layer.
    epochs : int
    learning_rate : float
        At its highest: one cycle of rates.
    dropout : float
        Share of the hidden units that is switched off.
    seed : int
        Of the first weights, the order and what is switched off.

    Returns
    -------
    nn.Sequential
        In evaluation mode. As `train_probe`'s layer, it takes features as they are.
    """
    features, labels = torch.as_tensor(features, dtype=torch.float32), torch.as_tensor(labels)
    std, mean = torch.std_mean(features, dim=0, correction=0)
    std = torch.where(std > 0, std, 1.0)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        head = nn.Sequential(nn.Linear(features.shape[1], hidden), nn.ReLU(), nn.Dropout(dropout))
        head.append(nn.Linear(hidden, classes))
        optimiser = torch.optim.AdamW(head.parameters(), learning_rate, weight_decay=0.05)
        loader = batches((features - mean) / std, labels, 50, torch.Generator().manual_seed(seed))
        schedule = make_schedule(optimiser, "one-cycle", epochs * len(loader))
        for _ in range(epochs):
            train_epoch(head, loader, optimiser, schedule=schedule)
    with torch.no_grad():
        head[0].weight /= std
        head[0].bias -= head[0].weight @ mean
    return head.eval()
