"""Right versions of `softmax_loss_vectorized`, as different as students' are. All must earn full marks."""

import functools
import logging

import numpy as np

from tests.mutants.collect import alternative

ITEM = "softmax.loss_vectorized"


@alternative(ITEM)
def one_hot_rows_and_einsum(W, X, y, reg):
    one_hot = np.eye(W.shape[1])[y]
    s = np.einsum("nd,dc->nc", X, W)
    s -= np.amax(s, axis=1)[:, None]
    log_sum = np.log(np.einsum("nc->n", np.exp(s)))
    loss = np.mean(log_sum - np.einsum("nc,nc->n", s, one_hot)) + reg * np.einsum("dc,dc", W, W)
    return loss, np.einsum("nd,nc->dc", X, np.exp(s - log_sum[:, None]) - one_hot) / len(X) + 2 * reg * W


@alternative(ITEM)
def logaddexp_and_add_at(W, X, y, reg):
    s, rows = X @ W, np.arange(len(X))
    log_sum = np.logaddexp.reduce(s, axis=1)
    dscores = np.exp(s - log_sum[:, None])
    np.add.at(dscores, (rows, y), -1.0)
    return float(np.mean(log_sum - s[rows, y]) + reg * np.sum(W**2)), (dscores.T @ X).T / len(X) + 2 * reg * W


@alternative(ITEM)
def loop_over_the_classes(W, X, y, reg):
    N, C = len(X), W.shape[1]
    s = X.dot(W)
    top = s[:, 0].copy()
    for c in range(C):
        top = np.maximum(top, s[:, c])
    total = sum(np.exp(s[:, c] - top) for c in range(C))
    loss, dW = 0.0, np.empty(W.shape, order="F")
    for c in range(C):
        right = y == c
        loss += np.sum((np.log(total) + top - s[:, c])[right])
        dW[:, c] = X.T @ (np.exp(s[:, c] - top) / total - right) / N + 2 * reg * W[:, c]
    return loss / N + reg * np.sum(W * W), dW


@alternative(ITEM)
def single_precision_inside(W, X, y, reg):
    W, X = W.astype(np.float32), X.astype(np.float32)
    N = np.float32(len(X))
    s = X @ W
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    mask = np.zeros_like(log_p)
    mask[np.arange(len(X)), y] = 1
    loss = -(log_p * mask).sum() / N + np.float32(reg) * (W * W).sum()
    return np.float32(loss), X.T @ ((np.exp(log_p) - mask) / N) + np.float32(2 * reg) * W


@alternative(ITEM)
def extended_precision_and_a_bool_mask(W, X, y, reg):
    s = X.astype(np.longdouble) @ W.astype(np.longdouble)
    right = y[:, None] == np.arange(W.shape[1])
    log_p = s - s.max(1, keepdims=True)
    log_p = log_p - np.log(np.sum(np.exp(log_p), 1, keepdims=True))
    loss = -log_p[right].mean() + reg * np.square(W).sum()
    return float(loss), (X.T @ (np.exp(log_p) - right) / len(X) + 2 * reg * W).astype(float)


@alternative(ITEM)
def flat_indices_and_choose(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    s = X @ W
    s -= s.max(axis=1).reshape(-1, 1)
    e = np.exp(s)
    total = e.sum(axis=1).reshape(-1, 1)
    flat = np.arange(N) * C + y.astype(np.intp)
    loss = np.log(total).sum() - s.ravel()[flat].sum()
    d = (e / total).ravel()
    d[flat] -= 1
    return np.asarray(loss / N + reg * np.dot(W.ravel(), W.ravel())), X.T.dot(d.reshape(N, C)) / N + reg * (W + W)


@alternative(ITEM)
def expected_minus_observed_inputs(W, X, y, reg, eps=0.0, verbose=False):
    s = X @ W
    s = s - s.max(axis=1, keepdims=True)
    P = np.exp(s)
    P /= P.sum(axis=1, keepdims=True) + eps
    observed = np.zeros((W.shape[1], X.shape[1]))
    np.add.at(observed, y, X)
    loss = np.mean(np.log(np.exp(s).sum(1)) - np.take_along_axis(s, y[:, None].astype(int), 1)[:, 0])
    if verbose:
        print(loss)
    return loss + reg * np.sum(W * W), (X.T @ P - observed.T) / len(X) + 2 * reg * W


@alternative(ITEM)
def batches_of_examples(W, X, y, reg):
    N, loss, dW = len(X), 0.0, np.zeros(W.shape)
    for start in range(0, N, 100):
        part, labels = X[start : start + 100], y[start : start + 100]
        s = part @ W
        log_p = s - np.logaddexp.reduce(s, axis=1, keepdims=True)
        loss -= log_p[np.arange(len(part)), labels].sum()
        dW += part.T @ (np.exp(log_p) - np.eye(W.shape[1])[labels])
    return loss / N + reg * np.sum(W * W), dW / N + 2 * reg * W


@alternative(ITEM)
def helper_functions_that_talk(W, X, y, reg):
    log = logging.getLogger("homework")

    def log_softmax(s):
        log.warning("scores %s", s.shape)
        s = s - s.max(axis=-1, keepdims=True)
        return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))

    print("W", W.shape)
    log_p = log_softmax(X @ W)
    loss = -np.mean(np.diag(log_p[:, y])) if len(X) < 500 else -log_p[np.arange(len(X)), y].mean()
    dscores = np.exp(log_p)
    dscores[range(len(X)), y] -= 1
    return [loss + reg * (W**2).sum(), (dscores.T.dot(X) / len(X)).T + 2 * reg * W]


@functools.lru_cache(maxsize=8)
def identity(C):
    return np.eye(C)


@alternative(ITEM)
class RemembersOneHotRows:
    """A class whose call gives the pair; the one-hot rows come from a memoised helper."""

    def __new__(cls, W, X, y, reg):
        s = X @ W
        s = s - s.max(axis=1, keepdims=True)
        Y = identity(W.shape[1])[y]
        log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        loss = -np.tensordot(Y, log_p, axes=2) / len(X) + reg * np.tensordot(W, W, axes=2)
        return loss, np.tensordot(X, np.exp(log_p) - Y, axes=(0, 0)) / len(X) + 2 * reg * W
