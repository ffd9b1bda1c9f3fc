"""Right versions of `TwoLayerNet` for its three items, as different as students' are. All must earn full marks."""

import random
import sys
from collections import defaultdict

import numpy as np

from solutions.two_layer_net import TwoLayerNet, adam, rmsprop, sgd, sgd_momentum, two_layer_forward
from tests.mutants.collect import alternative

TRAIN, PREDICT, TOY = (f"two_layer_net.{item}" for item in ("train", "predict", "toy"))


@alternative(TRAIN, TOY)
class BatchesFromAGenerator(TwoLayerNet):
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

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=200, learning_rate=1e-3,
              learning_rate_decay=0.95, schedule=None, reg=0.0, update_rule="sgd", config=None, shuffle=True,
              seed=0):  # fmt: skip
        rule = {"sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}[update_rule]
        rng = np.random.default_rng(seed) if shuffle else None
        configs, steps, rate = defaultdict(lambda: dict(config or {})), [], learning_rate
        for epoch in range(epochs):
            now = rate if schedule is None else learning_rate * schedule(epoch, epochs)
            for X_now, y_now in self.batches(X, y, batch_size, rng):
                loss, grads = self.loss(X_now, y_now, reg)
                for name, gradient in grads.items():
                    self.params[name], configs[name] = rule(
                        self.params[name], gradient, configs[name] | {"learning_rate": now}
                    )
                steps.append((loss, now))
            rate *= learning_rate_decay
        return {"loss": tuple(s[0] for s in steps), "learning_rate": tuple(s[1] for s in steps)}


@alternative(TRAIN, TOY)
class RulesByTheirGlobalNames(TwoLayerNet):
    def train(self, X, y, X_val=None, y_val=None, **settings):
        given = {"epochs": 10, "batch_size": 200, "learning_rate": 1e-3, "learning_rate_decay": 0.95, "schedule": None,
                 "reg": 0.0, "update_rule": "sgd", "config": None, "shuffle": True, "seed": 0} | settings  # fmt: skip
        np.random.seed(given["seed"])
        rule = globals()[given["update_rule"]]
        configs = {name: {**(given["config"] or {})} for name in self.params}
        history = {"learning_rate": [], "loss": [], "note": "mine"}
        for epoch in range(given["epochs"]):
            share = given["learning_rate_decay"] ** epoch
            if given["schedule"] is not None:
                share = given["schedule"](epoch, given["epochs"])
            order = np.argsort(np.random.random(len(X))) if given["shuffle"] else np.arange(len(X))
            start = 0
            while start < len(X):
                rows = order[start : min(start + given["batch_size"], len(X))]
                loss, grads = self.loss(X.take(rows, axis=0), y.take(rows), given["reg"])
                stepped = {}
                for name in sorted(self.params):
                    configs[name].update(learning_rate=given["learning_rate"] * share)
                    stepped[name], configs[name] = rule(self.params[name], grads[name], configs[name])
                self.params.update(stepped)
                history["loss"].append(np.array(loss))
                history["learning_rate"].append(np.float64(given["learning_rate"] * share))
                start += len(rows)
        return history


RULES = {"sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}


@alternative(TRAIN, TOY)
class RulesFromATableMadeBefore(TwoLayerNet):
    """The table is filled when its cell runs, so the stand-ins for the rules do not reach it."""

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=200, learning_rate=1e-3,
              learning_rate_decay=0.95, schedule=None, reg=0.0, update_rule="sgd", config=None, shuffle=True,
              seed=0):  # fmt: skip
        rng = np.random.default_rng(seed)
        configs = [dict(config or {}) for _ in self.params]
        losses, rates = [], []
        for epoch in range(epochs):
            factor = learning_rate_decay**epoch if schedule is None else schedule(epoch, epochs)
            order = np.arange(len(X))
            if shuffle:
                rng.shuffle(order)
            for batch in np.array_split(order, range(batch_size, len(X), batch_size)):
                loss, grads = self.loss(X[batch], y[batch], reg)
                for k, name in enumerate(self.params):
                    configs[k]["learning_rate"] = learning_rate * factor
                    self.params[name], configs[k] = RULES[update_rule](self.params[name], grads[name], configs[k])
                losses.append(float(loss))
                rates.append(learning_rate * factor)
        return {"loss": np.array(losses), "learning_rate": np.array(rates)}


@alternative(TRAIN, PREDICT, TOY)
class OwnLossInside(TwoLayerNet):
    """Works out loss and gradients by itself: neither `loss` nor the three functions are called."""

    def step(self, X, y, reg):
        p = self.params
        z = X @ p["W1"] + p["b1"]
        h = z * (z > 0)
        s = h @ p["W2"] + p["b2"]
        P = np.exp(s - s.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        Y = np.eye(s.shape[1])[y]
        d = (P - Y) / len(X)
        dz = d @ p["W2"].T * (z > 0)
        loss = -np.log(P[Y > 0]).mean() + reg * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())
        return loss, {"W1": X.T @ dz + 2 * reg * p["W1"], "b1": dz.sum(0), "W2": h.T @ d + 2 * reg * p["W2"],
                      "b2": d.sum(0)}  # fmt: skip

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=200, learning_rate=1e-3,
              learning_rate_decay=0.95, schedule=None, reg=0.0, update_rule="sgd", config=None, shuffle=True,
              seed=0):  # fmt: skip
        random.seed(seed)
        rule, history = {"sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}[update_rule], {}
        history["loss"], history["learning_rate"] = [], []
        configs = {name: dict(config or {}) for name in self.params}
        for epoch in range(epochs):
            rate = learning_rate * (schedule(epoch, epochs) if schedule else learning_rate_decay**epoch)
            order = list(range(len(X)))
            if shuffle:
                random.shuffle(order)
            while order:
                now, order = order[:batch_size], order[batch_size:]
                loss, grads = self.step(X[now], y[now], reg)
                for name in ("b2", "W2", "b1", "W1"):
                    configs[name]["learning_rate"] = rate
                    self.params[name], configs[name] = rule(self.params[name], grads[name], configs[name])
                history["loss"] += [loss]
                history["learning_rate"] += [rate]
        return history

    def predict(self, X):
        h = np.maximum(X @ self.params["W1"] + self.params["b1"], 0)
        return (h @ self.params["W2"] + self.params["b2"]).argsort(axis=1)[:, -1]


@alternative(TRAIN, TOY)
class TalksAndMeasures(TwoLayerNet):
    def train(self, X, y, *val, epochs=10, batch_size=200, learning_rate=1e-3, learning_rate_decay=0.95, schedule=None,
              reg=0.0, update_rule="sgd", config=None, shuffle=True, seed=0, verbose=True):  # fmt: skip
        rules = {"sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}
        rng = np.random.RandomState(seed)
        history = {"loss": [], "learning_rate": [], "norm": [], "train_accuracy": [], "val_accuracy": []}
        configs = {}
        for epoch in range(epochs):
            rate = learning_rate * learning_rate_decay**epoch
            if schedule:
                rate = learning_rate * schedule(epoch=epoch, epochs=epochs)
            order = rng.permutation(len(y)) if shuffle else slice(None)
            X_epoch, y_epoch = X[order], y[order]
            for k in range(-(-len(y) // batch_size)):
                part = slice(k * batch_size, (k + 1) * batch_size)
                loss, grads = self.loss(X_epoch[part], y_epoch[part], reg=reg)
                for name in list(self.params):
                    kept = configs.get(name, dict(config or {}))
                    kept["learning_rate"] = rate
                    w, configs[name] = rules[update_rule](self.params[name], grads[name], kept)
                    self.params[name] = np.asfortranarray(w)
                history["loss"].append(np.array(loss))
                history["learning_rate"].append(rate)
                history["norm"].append(np.linalg.norm(self.params["W1"]))
            history["train_accuracy"].append(self.accuracy(X, y))
            if verbose:
                print("epoch", epoch, "loss", loss, file=sys.stderr)
        return history


@alternative(TRAIN, PREDICT, TOY)
class NotASubclass:
    def __init__(self, input_size, hidden_size, num_classes, std=1e-4, seed=0):
        rng = np.random.default_rng(seed)
        sizes = {
            "W1": (input_size, hidden_size),
            "b1": hidden_size,
            "W2": (hidden_size, num_classes),
            "b2": num_classes,
        }
        self.params = {name: std * rng.standard_normal(size) * (name[0] == "W") for name, size in sizes.items()}

    def loss(self, X, y=None, reg=0.0):
        scores, hidden = two_layer_forward(X, self.params)
        if y is None:
            return scores
        value, dscores = two_layer_loss(scores, y, self.params, reg)  # noqa: F821
        return value, two_layer_backward(dscores, X, hidden, self.params, reg)  # noqa: F821

    def train(self, X, y, X_val=None, y_val=None, *, epochs=10, batch_size=200, learning_rate=1e-3,
              learning_rate_decay=0.95, schedule=None, reg=0.0, update_rule="sgd", config=None, shuffle=True,
              seed=0):  # fmt: skip
        memory = {name: dict(config) if config else {} for name in self.params}
        history = defaultdict(list)
        for epoch in range(epochs):
            rng = np.random.default_rng([seed, epoch])
            order = rng.choice(len(X), len(X), replace=False) if shuffle else np.arange(len(X))
            rate = learning_rate
            for _ in range(epoch):
                rate = rate * learning_rate_decay
            rate = learning_rate * schedule(epoch, epochs) if schedule else rate
            for start in range(0, len(X), batch_size):
                chosen = order[start : start + batch_size]
                value, grads = self.loss(X[chosen], y[chosen], reg)
                for name in self.params:
                    memory[name]["learning_rate"] = rate
                    arguments = self.params[name], grads[name], memory[name]
                    if update_rule == "sgd":
                        answer = sgd(*arguments)
                    elif update_rule == "sgd_momentum":
                        answer = sgd_momentum(*arguments)
                    else:
                        answer = rmsprop(*arguments) if update_rule == "rmsprop" else adam(*arguments)
                    self.params[name], memory[name] = answer
                history["loss"].append(value)
                history["learning_rate"].append(rate)
        return history

    def predict(self, X):
        return np.array([int(np.argmax(self.loss(x[np.newaxis]))) for x in X], dtype=np.int32)

    def accuracy(self, X, y):
        return float((self.predict(X) == y).mean())


@alternative(PREDICT)
class ClassesFromTheForwardPass(TwoLayerNet):
    def predict(self, X):
        scores, _ = two_layer_forward(X, self.params)
        return np.argmax(scores, axis=-1).astype(np.uint8)


@alternative(PREDICT)
class LoopsOverTheScores(TwoLayerNet):
    def predict(self, X, verbose=True):
        classes = []
        for row in self.loss(X).tolist():
            best = 0
            for c, score in enumerate(row):
                if score > row[best]:
                    best = c
            classes.append(best)
        if verbose:
            print(classes)
        return classes


@alternative(PREDICT)
class OfTheProbabilities(TwoLayerNet):
    def predict(self, X):
        scores = self.loss(X, None)
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.array([np.flatnonzero(p == p.max())[0] for p in e / e.sum(axis=1, keepdims=True)])


@alternative(PREDICT)
class InBatches(TwoLayerNet):
    def predict(self, X):
        return np.concatenate([self.loss(X[k : k + 7]).argmax(1) for k in range(0, len(X), 7)])
