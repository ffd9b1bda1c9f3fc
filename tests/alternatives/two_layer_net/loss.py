"""Right versions of `two_layer_loss`, written as differently as students write it. All must earn full marks."""

import math
import warnings

import numpy as np

from tests.mutants.collect import alternative

ITEM = "two_layer_net.loss"


@alternative(ITEM)
def loops_over_examples_and_classes(scores, y, params, reg):
    N, C = len(scores), len(scores[0])
    loss, dscores = 0.0, [[0.0] * C for _ in range(N)]
    for i in range(N):
        top = max(scores[i])
        total = sum(math.exp(s - top) for s in scores[i])
        loss += (top + math.log(total) - scores[i][y[i]]) / N
        for c in range(C):
            dscores[i][c] = (math.exp(scores[i][c] - top) / total - (c == y[i])) / N
    for name in ("W1", "W2"):
        for row in params[name]:
            for w in row:
                loss += reg * float(w) * float(w)
    return loss, dscores


@alternative(ITEM)
def log_sum_exp(scores, y, params, reg):
    rows = np.arange(len(scores))
    log_sum = np.logaddexp.reduce(scores, axis=1)
    dscores = np.exp(scores - log_sum[:, None])
    np.add.at(dscores, (rows, y), -1.0)
    loss = np.mean(log_sum - scores[rows, y])
    return float(loss + reg * np.vdot(params["W1"], params["W1"]) + reg * np.vdot(params["W2"], params["W2"])), (
        dscores / len(scores)
    )


@alternative(ITEM)
def one_hot_matrix(scores, y, params, reg):
    Y = np.eye(scores.shape[1])[y]
    shifted = scores - scores.max(axis=1)[:, None]
    log_p = shifted - np.log(np.einsum("nc->n", np.exp(shifted)))[:, None]
    loss = -np.einsum("nc,nc", Y, log_p) / len(Y) + reg * sum(np.linalg.norm(params[n]) ** 2 for n in ("W1", "W2"))
    return np.array(loss), (np.exp(log_p) - Y) / len(Y)


@alternative(ITEM)
def a_copy_changed_in_place(scores, y, params, reg):
    s = scores.copy()
    s -= s.max(axis=1, keepdims=True)
    right = s[range(len(s)), y].copy()
    np.exp(s, out=s)
    total = s.sum(axis=1, keepdims=True)
    s /= total
    s[range(len(s)), y] -= 1
    s /= len(s)
    loss = (np.log(total).sum() - right.sum()) / len(s)
    return [loss + reg * ((params["W1"] ** 2).sum() + (params["W2"] ** 2).sum()), s]


@alternative(ITEM)
def single_precision_inside(scores, y, params, reg):
    s = scores - scores.max(axis=1, keepdims=True)
    s = s.astype(np.float32)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    mask = (y[:, None] == np.arange(s.shape[1])).astype(np.float32)
    weights = np.concatenate([params["W1"].ravel(), params["W2"].ravel()]).astype(np.float32)
    loss = -(log_p * mask).sum() / np.float32(len(s)) + np.float32(reg) * (weights @ weights)
    return np.float32(loss), (np.exp(log_p) - mask) / np.float32(len(s))


@alternative(ITEM)
def bool_mask_and_fortran_order(scores, y, params, reg, biases_too=False):
    right = np.equal.outer(y, np.arange(scores.shape[1]))
    log_p = scores - scores.max(1, keepdims=True)
    log_p = np.asfortranarray(log_p - np.log(np.exp(log_p).sum(1, keepdims=True)))
    decayed = [value for name, value in params.items() if biases_too or value.ndim == 2]
    loss = -log_p[right].mean() + reg * sum(np.square(value).sum() for value in decayed)
    return loss, (np.exp(log_p) - right) / right.sum()


@alternative(ITEM)
def sample_by_sample_with_helpers(scores, y, params, reg):
    def one(s, label):
        s = s - np.max(s)
        p = np.exp(s) / np.sum(np.exp(s))
        p[label] -= 1
        return np.log(np.sum(np.exp(s))) - s[label], p

    warnings.warn("one by one", stacklevel=1)
    losses, gradients = zip(*map(one, scores, y), strict=True)
    print(len(losses), "losses")
    penalty = reg * np.trace(params["W1"].T @ params["W1"]) + reg * np.trace(params["W2"] @ params["W2"].T)
    return np.mean(losses) + penalty, np.stack(gradients) / len(losses)
