"""Right linear probes, as different as students' are. All must earn full marks without a remark."""

import functools
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "transfer.train_probe"


@alternative(ITEM)
def lbfgs_in_float64(features, labels, classes, reg=1e-3, steps=200, verbose=True):
    X, y = torch.tensor(features, dtype=torch.float64), torch.tensor(labels)
    s = X.std(0, unbiased=False)
    s[s == 0] = 1.0
    m = X.mean(0)
    Z = (X - m) / s
    W = torch.zeros(classes, Z.size(1), dtype=torch.float64, requires_grad=True)
    b = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([W, b], lr=1, max_iter=steps, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        log_p = functional.log_softmax(Z @ W.t() + b, dim=1)
        loss = -log_p[torch.arange(len(y)), y].mean() + reg * W.square().sum()
        loss.backward()
        return loss

    final = optimiser.step(closure)
    if verbose:
        print("loss before:", final.item())
    linear = nn.Linear(Z.size(1), classes)
    linear.weight.data = (W / s).float()
    linear.bias.data = (b - (W / s) @ m).float()
    return linear


@alternative(ITEM)
def with_bessels_correction(features, labels, classes, reg=1e-3, steps=200):
    X, y = torch.from_numpy(np.array(features, dtype=np.float32)), torch.as_tensor(labels).long()
    mean, std = X.mean(0), X.std(0, unbiased=True)
    std = std.masked_fill(std == 0, 1.0)
    layer, criterion = nn.Linear(X.shape[1], classes), nn.CrossEntropyLoss()
    solver = torch.optim.LBFGS(layer.parameters(), max_iter=steps, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        solver.zero_grad()
        loss = criterion(layer((X - mean) / std), y) + reg * torch.sum(layer.weight * layer.weight)
        loss.backward()
        return loss

    solver.step(closure)
    layer.weight.data = layer.weight.data / std
    layer.bias.data = layer.bias.data - (layer.weight.data * mean).sum(dim=1)
    return layer


@alternative(ITEM)
def plain_descent_by_hand(features, labels, classes, reg=1e-3, steps=1500):
    """In NumPy, the gradient written out; one matrix with a column of ones beside the features."""
    X = np.asarray(features, dtype=float)
    mean, std = X.mean(axis=0), X.std(axis=0)
    std = np.where(std == 0, 1, std)
    Z = np.hstack([(X - mean) / std, np.ones((len(X), 1))])
    target, W = np.eye(classes)[labels], np.zeros((classes, Z.shape[1]))
    free = np.append(np.ones(X.shape[1]), 0.0)
    for _ in range(steps):
        scores = Z @ W.T
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        W -= 0.8 * ((p - target).T @ Z / len(Z) + 2 * reg * W * free)
    weights = W[:, :-1] / std
    layer = nn.Linear(X.shape[1], classes)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weights))
        layer.bias.copy_(torch.from_numpy(W[:, -1] - weights @ mean))
    return layer


@alternative(ITEM)
def adam_and_a_cosine(features, labels, classes, reg=1e-3, steps=500):
    torch.manual_seed(0)
    X, y = torch.as_tensor(features).clone(), torch.as_tensor(labels)
    scaler = X.std(dim=0).clamp(min=1e-6)
    scaler[scaler <= 1e-6] = 1
    X = (X - X.mean(dim=0)) / scaler
    layer = nn.Linear(X.shape[1], classes)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        optimiser.zero_grad()
        loss = functional.cross_entropy(layer(X), y) + reg * layer.weight.pow(2).sum()
        loss.backward()
        optimiser.step()
        schedule.step()
    mean = torch.as_tensor(features).mean(dim=0)
    folded = nn.Linear(X.shape[1], classes)
    folded.load_state_dict(
        {"weight": layer.weight / scaler, "bias": layer.bias - torch.mv(layer.weight, mean / scaler)}
    )
    return folded


@alternative(ITEM)
def newtons_method(features, labels, classes, reg=1e-3, steps=12):
    """All second derivatives, in NumPy, and a little on the diagonal: biases are free to move together."""
    X = np.asarray(features, dtype=np.float64)
    mean, std = np.mean(X, 0), np.sqrt(np.mean((X - np.mean(X, 0)) ** 2, 0))
    std[std == 0] = 1
    Z = np.c_[(X - mean) / std, np.ones(len(X))]
    K, D = classes, Z.shape[1]
    penalty = np.tile(np.append(np.full(D - 1, 2 * reg), 1e-9), (K, 1))
    W, target = np.zeros((K, D)), np.eye(K)[np.asarray(labels)]

    def value(W):
        scores = Z @ W.T
        top = scores.max(1)
        log_sum = top + np.log(np.exp(scores - top[:, None]).sum(1))
        return np.mean(log_sum - (scores * target).sum(1)) + 0.5 * np.sum(penalty * W**2)

    for _ in range(steps):
        p = np.exp(Z @ W.T - (Z @ W.T).max(1, keepdims=True))
        p = p / p.sum(1, keepdims=True)
        gradient = (p - target).T @ Z / len(Z) + penalty * W
        curvature = p[:, :, None] * (np.eye(K) - p[:, None, :])
        H = np.einsum("nij,na,nb->iajb", curvature, Z, Z).reshape(K * D, K * D) / len(Z)
        step = np.linalg.solve(H + np.diag(penalty.ravel() + 1e-9), gradient.ravel()).reshape(K, D)
        size = 1.0
        while value(W - size * step) > value(W) and size > 1e-6:
            size /= 2
        W = W - size * step
    layer = nn.Linear(D - 1, K)
    layer.weight = nn.Parameter(torch.tensor(W[:, :-1] / std, dtype=torch.float32))
    layer.bias = nn.Parameter(torch.tensor(W[:, -1] - W[:, :-1] @ (mean / std), dtype=torch.float32))
    return layer


@alternative(ITEM)
def raw_features_with_a_penalty_that_knows_their_scale(features, labels, classes, reg=1e-3, steps=200):
    """Weights of the features as they are, each penalised by its feature's deviation: nothing is left to fold."""
    X, y = torch.as_tensor(features, dtype=torch.float64), torch.as_tensor(labels)
    std = torch.sqrt(((X - X.mean(0)) ** 2).mean(0))
    std = torch.where(std < 1e-12, torch.ones_like(std), std)
    layer = nn.Linear(X.shape[1], classes, dtype=torch.float64)
    solver = torch.optim.LBFGS(
        layer.parameters(), max_iter=3 * steps, tolerance_change=1e-12, line_search_fn="strong_wolfe"
    )

    def objective():
        layer.zero_grad()
        loss = functional.nll_loss(layer(X).log_softmax(1), y) + reg * ((layer.weight * std) ** 2).sum()
        loss.backward()
        return loss

    solver.step(objective)
    return layer.float()


@alternative(ITEM)
def scaled_and_never_centred(features, labels, classes, reg=1e-3, steps=200):
    """Biases go free, so they take up any shift of the features."""
    warnings.warn("one moment", stacklevel=1)
    X, y = torch.tensor(features), torch.tensor(labels, dtype=torch.int64)
    std = X.std(0, correction=0)
    std += (std == 0).float()
    Z = (X / std).double()
    layer = nn.Linear(Z.shape[1], classes).double()
    torch.nn.init.zeros_(layer.weight)
    for _ in range(4):
        solver = torch.optim.LBFGS(layer.parameters(), max_iter=steps, line_search_fn="strong_wolfe")
        solver.step(functools.partial(_closure, solver, layer, Z, y, reg))
    layer = layer.float()
    layer.weight.data.div_(std)
    return layer.eval()


def _closure(solver, layer, X, y, reg):
    solver.zero_grad()
    loss = functional.cross_entropy(layer(X), y) + reg * torch.linalg.norm(layer.weight) ** 2
    loss.backward()
    return loss


@alternative(ITEM)
def many_steps_of_momentum(features, labels, classes, reg=1e-3, steps=600, eps=1e-8):
    """A constant feature divided by next to nothing stays at a weight of exactly zero."""
    features = torch.as_tensor(np.array(features))
    mean, std = features.mean(0, keepdim=True), features.std(0, keepdim=True, unbiased=False)
    std[std < eps] = 1.0
    layer = nn.Linear(features.shape[1], classes)
    for parameter in layer.parameters():
        parameter.data.fill_(0)
    optimiser = torch.optim.SGD(
        [{"params": [layer.weight], "weight_decay": 2 * reg}, {"params": [layer.bias]}], lr=0.3, momentum=0.9
    )
    for _ in range(steps):
        optimiser.zero_grad()
        functional.cross_entropy(layer((features - mean) / std), torch.as_tensor(labels)).backward()
        optimiser.step()
    with torch.no_grad():
        layer.weight /= std
        layer.bias -= (layer.weight @ mean.T).squeeze(1)
    return layer


@notebook(ITEM)
def helpers_and_a_class_of_its_own():
    class Probe(nn.Linear):
        """A linear layer that folds a standardisation into itself."""

        def fold(self, mean, std):
            with torch.no_grad():
                self.weight.copy_(self.weight / std)
                self.bias.copy_(self.bias - torch.einsum("kf,f->k", self.weight, mean))
            return self

    def standardise(X):
        mean = X.mean(dim=0)
        std = ((X - mean) ** 2).mean(dim=0).sqrt()
        std = torch.where(std > 0, std, 1.0)
        return (X - mean) / std, mean, std

    def train_probe(features, labels, classes, reg=1e-3, steps=200):
        X, mean, std = standardise(torch.as_tensor(features, dtype=torch.float32))
        targets = functional.one_hot(torch.as_tensor(labels), classes).float()
        probe = Probe(X.shape[1], classes)
        solver = torch.optim.LBFGS(probe.parameters(), max_iter=steps, line_search_fn="strong_wolfe")

        def loss():
            solver.zero_grad()
            value = functional.cross_entropy(probe(X), targets)
            for row in probe.weight:
                value = value + reg * row.dot(row)
            value.backward()
            return value

        solver.step(loss)
        return probe.fold(mean, std)
