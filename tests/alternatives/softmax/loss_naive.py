"""Right versions of `softmax_loss_naive`, written as differently as students write it. All must earn full marks."""

import functools
import math
import sys
import warnings

import numpy as np

from tests.mutants.collect import alternative

ITEM = "softmax.loss_naive"


@alternative(ITEM)
def loops_without_any_array_operation(W, X, y, reg):
    N, D, C = len(X), len(W), len(W[0])
    loss, dW = 0.0, [[0.0] * C for _ in range(D)]
    for i in range(N):
        scores = [sum(float(X[i][d]) * float(W[d][c]) for d in range(D)) for c in range(C)]
        top = max(scores)
        total = sum(math.exp(s - top) for s in scores)
        loss += top + math.log(total) - scores[y[i]]
        for c in range(C):
            p = math.exp(scores[c] - top) / total
            for d in range(D):
                dW[d][c] += (p - (1 if c == y[i] else 0)) * float(X[i][d])
    loss = loss / N + reg * sum(float(w) ** 2 for row in W for w in row)
    return loss, [[dW[d][c] / N + 2 * reg * float(W[d][c]) for c in range(C)] for d in range(D)]


@alternative(ITEM)
def running_mean(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for n, (x, label) in enumerate(zip(X, y, strict=True), start=1):
        s = x @ W
        log_p = s - np.logaddexp.reduce(s)
        p = np.exp(log_p)
        p[label] -= 1
        loss += (-log_p[label] - loss) / n
        dW += (np.outer(x, p) - dW) / n
    return loss + reg * (W**2).sum(), dW + reg * W + reg * W


@alternative(ITEM)
def no_loop_at_all(W, X, y, reg):
    one_hot = np.equal.outer(y, np.arange(W.shape[1]))
    s = X @ W
    s = s - s.max(1, keepdims=True)
    log_sum = np.log(np.exp(s).sum(1))
    loss = (log_sum - s[one_hot]).mean() + reg * np.linalg.norm(W) ** 2
    return loss, X.T @ (np.exp(s - log_sum[:, None]) - one_hot) / len(X) + 2 * reg * W


@alternative(ITEM)
def regularised_inside_the_sum(W, X, y, reg):
    N = X.shape[0]
    parts = []
    for i in range(N):
        s = W.T.dot(X[i])
        s = s - s.max()
        e = np.exp(s)
        dscores = e / e.sum()
        dscores[y[i]] -= 1
        parts.append((np.log(e.sum()) - s[y[i]] + reg * np.vdot(W, W), np.outer(X[i], dscores) + 2 * reg * W))
    return sum(loss for loss, _ in parts) / N, sum(dW for _, dW in parts) / N


@alternative(ITEM)
def last_example_first(W, X, y, reg, verbose=True, *, order="backwards"):
    loss, dW = np.float32(0), np.zeros_like(W, order="F")
    loss = np.float64(0)
    for i in reversed(range(len(X))):
        s = np.einsum("d,dc->c", X[i], W)
        log_p = s - s.max() - np.log(np.exp(s - s.max()).sum())
        loss -= np.take(log_p, y[i])
        dW[:, y[i]] -= X[i]
        for c, lp in enumerate(log_p):
            dW[:, c] += X[i] * np.exp(lp)
        if verbose:
            print("example", i, order, file=sys.stderr)
    return loss / len(X) + reg * np.sum(np.square(W)), dW / len(X) + 2 * reg * W


@alternative(ITEM)
def recursion_over_the_examples(W, X, y, reg):
    def total(i):
        if i == len(X):
            return 0.0, np.zeros(W.shape)
        loss, dW = total(i + 1)
        s = X[i] @ W - (X[i] @ W).max()
        p = np.exp(s) / np.exp(s).sum()
        loss = loss + np.log(np.exp(s).sum()) - s[y[i]]
        return loss, dW + X[i][:, None] * (p - np.eye(W.shape[1])[y[i]])

    loss, dW = total(0)
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W


@alternative(ITEM)
def weights_and_inputs_made_double_first(W, X, y, reg):
    W, X = np.asfortranarray(W, dtype=float), np.ascontiguousarray(X, dtype=float)
    labels = [int(label) for label in y]
    loss, dW = 0, 0
    for x, label in zip(X, labels, strict=True):
        s = x @ W
        e = np.exp(s - s.max())
        loss += np.log(e.sum()) - (s - s.max())[label]
        d = e / e.sum()
        d[label] = d[label] - 1
        dW = dW + np.multiply.outer(x, d)
    W2 = W.copy()
    W2 *= W
    return np.array(loss / len(X) + reg * W2.sum()), dW / len(X) + 2 * reg * W


@alternative(ITEM)
def generators_and_reduce(W, X, y, reg):
    def examples():
        for x, label in zip(X, y, strict=True):
            s = x @ W
            top = s.max()
            log_sum = top + np.log(np.exp(s - top).sum())
            yield log_sum - s[label], np.outer(x, np.exp(s - log_sum) - (np.arange(len(s)) == label))

    loss, dW = functools.reduce(lambda a, b: (a[0] + b[0], a[1] + b[1]), examples())
    return (loss / len(X) + reg * np.trace(W.T @ W), dW / len(X) + 2 * reg * W)


@alternative(ITEM)
def complains_all_the_time(W, X, y, reg):
    warnings.warn("slow", stacklevel=1)
    N = len(X)
    dW = 2 * reg * W
    loss = reg * np.sum(W * W)
    for i in range(N):
        s = X[i] @ W
        s = s - np.max(s)
        with np.errstate(divide="warn"):
            np.log(np.exp(s))
        print(f"{i}/{N}", end="\r")
        loss = loss + (np.log(np.sum(np.exp(s))) - s[y[i]]) / N
        dW = dW + np.outer(X[i], np.exp(s) / np.sum(np.exp(s)) - np.eye(len(s))[y[i]]) / N
    return [loss, dW]
