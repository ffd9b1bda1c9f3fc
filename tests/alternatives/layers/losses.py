"""Right losses of scores, as different as students' are. All must earn full marks."""

import math

import numpy as np

from tests.mutants.collect import alternative

SOFTMAX, SVM = "layers.softmax_loss", "layers.svm_loss"


@alternative(SOFTMAX)
def loops_over_the_examples(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for i, (scores, label) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        largest = max(scores)
        exponentials = [math.exp(score - largest) for score in scores]
        total = sum(exponentials)
        loss += math.log(total) + largest - scores[label]
        for c, e in enumerate(exponentials):
            dx[i, c] = (e / total - (c == label)) / len(x)
    return loss / len(x), dx


@alternative(SOFTMAX)
def logaddexp_and_one_hot(x, y):
    x = x.astype(float)
    log_sums = np.logaddexp.reduce(x, axis=1)
    Y = np.zeros_like(x)
    Y[range(len(x)), y] = 1.0
    return np.mean(log_sums - np.sum(Y * x, axis=1)), (np.exp(x - log_sums[:, None]) - Y) / x.shape[0]


@alternative(SOFTMAX)
def picked_along_the_axis(x, y):
    right = y.astype(int)[:, None]
    P = np.exp(x - np.amax(x, axis=1)[:, None])
    sums = P.sum(axis=1, keepdims=True)
    loss = np.log(sums) + np.amax(x, axis=1, keepdims=True) - np.take_along_axis(x, right, axis=1)
    P = P / sums
    np.put_along_axis(P, right, np.take_along_axis(P, right, axis=1) - 1, axis=1)
    return np.asarray(loss.mean()), P * (1 / len(y))


@alternative(SOFTMAX)
def down_the_columns_of_the_transpose(x, y):
    s = np.array(x.T, dtype=float)
    s -= s.max(axis=0)
    e = np.exp(s)
    d = e / np.sum(e, axis=0)
    n = np.arange(y.size)
    loss = np.sum(np.log(e.sum(axis=0)) - s[y, n])
    d[y, n] -= 1
    return loss.item() / y.size, np.divide(d.T, y.size)


@alternative(SOFTMAX)
def single_precision(x, y):
    x = x.astype(np.float32)
    shifted = x - x.max(1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    one_hot = (np.arange(x.shape[1], dtype=np.int64) == np.expand_dims(y, 1)).astype(np.float32)
    return -np.einsum("nc,nc->", log_p, one_hot) / np.float32(len(x)), (np.exp(log_p) - one_hot) / np.float32(len(x))


@alternative(SOFTMAX)
def lists_and_prints(x, y):
    print("softmax", x.shape)
    with np.errstate(all="raise", under="ignore"):
        shifted = np.subtract(x, np.max(x, axis=-1, keepdims=True))
        log_p = shifted - np.log(np.add.reduce(np.exp(shifted), axis=-1, keepdims=True))
    dx = np.exp(log_p)
    for i in range(len(y)):
        dx[i][y[i]] -= 1
    return [float(-np.mean([log_p[i, y[i]] for i in range(len(y))])), (dx / len(y)).tolist()]


@alternative(SOFTMAX)
def sigmoids_of_differences(x, y):
    """Each probability is one over the sum of the exponentials of differences."""
    x = np.asarray(x, float)
    with np.errstate(over="ignore"):
        P = 1 / np.exp(x[:, None, :] - x[:, :, None]).sum(axis=2)
    losses = np.log(np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1)) + x.max(axis=1) - x[np.arange(len(x)), y]
    return losses.sum() / len(x), np.asfortranarray(P - np.eye(x.shape[1])[y]) / len(x)


@alternative(SVM)
def loops_over_examples_and_classes(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if j == y[i]:
                continue
            margin = x[i, j] - x[i, y[i]] + 1
            if margin > 0:
                loss += margin
                dx[i, j] += 1
                dx[i, y[i]] -= 1
    return loss / x.shape[0], dx / x.shape[0]


@alternative(SVM)
def loss_corrected_for_the_right_class(x, y):
    n = np.arange(len(y))
    margins = np.clip(x - x[n, y].reshape(-1, 1) + 1, 0, None)
    open_ones = np.where(margins > 0, 1.0, 0.0)
    open_ones[n, y] -= open_ones.sum(axis=1)
    return np.sum(margins) / len(y) - 1, open_ones / len(y)


@alternative(SVM)
def one_hot_labels(x, y):
    Y = np.eye(x.shape[1])[y]
    margins = (x - np.sum(x * Y, axis=1, keepdims=True) + 1) * (1 - Y)
    mask = np.heaviside(margins, 0) * (1 - Y)
    return np.maximum(margins, 0).sum(axis=1).mean(), (mask - Y * np.sum(mask, axis=1)[:, None]) / len(x)


@alternative(SVM)
def the_right_class_pulled_below_all_others(x, y):
    y = y.astype(int)
    s = x.astype(float) - np.choose(y, x.T)[:, np.newaxis] + 1.0
    s[range(len(y)), y] = -np.inf
    hit = s >= 0
    dx = hit.astype(np.int64)
    np.subtract.at(dx, (np.arange(len(y)), y), hit.sum(axis=1))
    return np.asarray(s[hit].sum() / len(y)), np.true_divide(dx, len(y))


@alternative(SVM)
def single_precision_and_lists(x, y):
    x = x.astype(np.float32)
    loss, rows = np.float32(0), []
    for scores, label in zip(x, y, strict=True):
        margins = np.fmax(scores - scores[label] + np.float32(1), 0)
        margins[label] = 0
        loss += margins.sum()
        row = np.float32(margins > 0)
        row[label] = -row.sum()
        rows.append(row / np.float32(len(x)))
    return loss / np.float32(len(x)), [row.tolist() for row in rows]


@alternative(SVM)
def differences_of_all_pairs(x, y):
    N, C = x.shape
    others = np.array([[c for c in range(C) if c != label] for label in y])
    margins = np.take_along_axis(x, others, axis=1) - np.take_along_axis(x, y.astype(int)[:, None], axis=1) + 1
    rows, columns = np.nonzero(margins > 0)
    dx = np.zeros((N, C), order="F")
    np.add.at(dx, (rows, others[rows, columns]), 1 / N)
    np.add.at(dx, (rows, y[rows]), -1 / N)
    return math.fsum(margins[rows, columns]) / N, dx
