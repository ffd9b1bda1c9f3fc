"""Right versions of `SoftmaxClassifier.train`, as different as students' are. All must earn full marks."""

import random
import sys
from collections import defaultdict

import numpy as np

from solutions.softmax import SoftmaxClassifier, softmax_loss_naive, softmax_loss_vectorized
from tests.mutants.collect import alternative

ITEM = "softmax.train"


@alternative(ITEM)
class InPlaceAndSplit:
    def __init__(self):
        self.W = None

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=100, learning_rate=0.01,
              final_learning_rate=None, reg=0.0, shuffle=True, seed=0):  # fmt: skip
        rng = np.random.default_rng(seed)
        last = learning_rate if final_learning_rate is None else final_learning_rate
        history = {"loss": [], "learning_rate": []}
        for rate in np.linspace(learning_rate, last, epochs):
            order = np.arange(len(X))
            if shuffle:
                rng.shuffle(order)
            for batch in np.array_split(order, range(batch_size, len(X), batch_size)):
                loss, dW = softmax_loss_vectorized(self.W, X[batch], y[batch], reg)
                self.W -= rate * dW
                history["loss"].append(loss)
                history["learning_rate"].append(rate)
        return history


@alternative(ITEM)
class WithTheLoopVersionOfTheLoss:
    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=100, learning_rate=0.01,
              final_learning_rate=None, reg=0.0, shuffle=True, seed=0):  # fmt: skip
        rng, N = np.random.default_rng(seed), len(X)
        losses, rates = [], []
        for epoch in range(epochs):
            share = epoch / max(epochs - 1, 1)
            end = learning_rate if final_learning_rate is None or epochs == 1 else final_learning_rate
            rate = (1 - share) * learning_rate + share * end
            order = rng.permutation(N) if shuffle else np.arange(N)
            X_now, y_now = X[order], y[order]
            for k in range(-(-N // batch_size)):
                part = slice(k * batch_size, (k + 1) * batch_size)
                loss, dW = softmax_loss_naive(self.W, X_now[part], y_now[part], reg)
                self.W = self.W + -rate * dW
                losses.append(loss)
                rates.append(rate)
        return {"loss": np.array(losses), "learning_rate": np.array(rates)}


@alternative(ITEM)
class OwnLossInside:
    def step(self, X, y, reg):
        s = X @ self.W
        P = np.exp(s - s.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        Y = np.eye(self.W.shape[1])[y]
        return -np.log(P[Y > 0]).mean() + reg * (self.W**2).sum(), X.T @ (P - Y) / len(X) + 2 * reg * self.W

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=100, learning_rate=0.01,
              final_learning_rate=None, reg=0.0, shuffle=True, seed=0):  # fmt: skip
        random.seed(seed)
        history = defaultdict(list)
        for epoch in range(epochs):
            rate = learning_rate
            if final_learning_rate is not None and epochs > 1:
                rate = learning_rate - epoch * (learning_rate - final_learning_rate) / (epochs - 1)
            order = list(range(len(X)))
            if shuffle:
                random.shuffle(order)
            while order:
                now, order = order[:batch_size], order[batch_size:]
                loss, dW = self.step(X[now], y[now], reg)
                self.W = self.W - rate * dW
                history["loss"] += [loss]
                history["learning_rate"] += [rate]
        return history


@alternative(ITEM)
class TalksAndMeasures(SoftmaxClassifier):
    """Keeps everything else of the class it was given; prints, and records more than asked for."""

    def train(self, X, y, *val, epochs=10, batch_size=100, learning_rate=0.01, final_learning_rate=None,
              reg=0.0, shuffle=True, seed=0, verbose=True):  # fmt: skip
        rng = np.random.RandomState(seed)
        history = {"loss": [], "learning_rate": [], "norm": [], "epoch": [], "note": "mine", "train_accuracy": []}
        for epoch in range(epochs):
            rate = learning_rate
            if epochs > 1 and final_learning_rate is not None:
                rate = np.interp(epoch, [0, epochs - 1], [learning_rate, final_learning_rate])
            order = rng.permutation(len(y)) if shuffle else slice(None)
            for start in range(0, len(y), batch_size):
                rows = X[order][start : start + batch_size], y[order][start : start + batch_size]
                loss, dW = softmax_loss_vectorized(self.W, *rows, reg)
                self.W = np.asfortranarray(self.W - rate * dW)
                history["loss"].append(np.array(loss))
                history["learning_rate"].append(float(rate))
                history["norm"].append(np.linalg.norm(self.W))
            history["train_accuracy"].append(self.accuracy(X, y))
            print("epoch", epoch, "loss", loss, file=sys.stderr)
        return history


@alternative(ITEM)
class GeneratorOfBatches:
    W = None

    def batches(self, X, y, size, rng):
        order = rng.permutation(len(X)) if rng else range(len(X))
        batch = []
        for i in order:
            batch.append(i)
            if len(batch) == size:
                yield X[batch], y[batch]
                batch = []
        if batch:
            yield X[batch], y[batch]

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=100, learning_rate=0.01,
              final_learning_rate=None, reg=0.0, shuffle=True, seed=0):  # fmt: skip
        rng = np.random.default_rng(seed) if shuffle else None
        fall = 0.0
        if final_learning_rate is not None and epochs > 1:
            fall = (learning_rate - final_learning_rate) / (epochs - 1)
        rate, steps = learning_rate, []
        for _ in range(epochs):
            for X_batch, y_batch in self.batches(X, y, batch_size, rng):
                loss, gradient = softmax_loss_vectorized(self.W, X_batch, y_batch, reg)
                self.W = self.W - rate * gradient
                steps.append((loss, rate))
            rate -= fall
        return {"loss": tuple(s[0] for s in steps), "learning_rate": tuple(s[1] for s in steps)}


@alternative(ITEM)
class SortsByRandomKeys:
    def __init__(self, W=None):
        self.W = W

    def train(self, X, y, X_val=None, y_val=None, **settings):
        given = {"epochs": 10, "batch_size": 100, "learning_rate": 0.01, "final_learning_rate": None, "reg": 0.0,
                 "shuffle": True, "seed": 0} | settings  # fmt: skip
        np.random.seed(given["seed"])
        history = {"learning_rate": [], "loss": []}
        first, final = given["learning_rate"], given["final_learning_rate"]
        for epoch in range(given["epochs"]):
            falls = final is not None and given["epochs"] > 1
            rate = first + (final - first) * (epoch / (given["epochs"] - 1)) if falls else first
            order = np.argsort(np.random.random(len(X))) if given["shuffle"] else np.arange(len(X))
            start = 0
            while start < len(X):
                rows = np.take(order, range(start, min(start + given["batch_size"], len(X))))
                loss, dW = softmax_loss_vectorized(self.W, X.take(rows, axis=0), y.take(rows), given["reg"])
                self.W = np.subtract(self.W, np.multiply(rate, dW))
                history["loss"].append(loss)
                history["learning_rate"].append(rate)
                start += len(rows)
        return history
