"""Right layers, as different as students' are: affine, ReLU and the sandwich. All must earn full marks."""

import functools
from typing import NamedTuple

import numpy as np

from solutions.layers import affine_backward, affine_forward, relu_backward, relu_forward
from tests.mutants.cells import notebook

AFFINE = ("layers.affine_forward", "layers.affine_backward")
RELU = ("layers.relu_forward", "layers.relu_backward")
SANDWICH = "layers.affine_relu"


@notebook(*AFFINE)
def loops_over_the_examples():
    def affine_forward(x, w, b):
        out = np.zeros((x.shape[0], w.shape[1]))
        for i, example in enumerate(x):
            for m in range(w.shape[1]):
                out[i, m] = sum(example.flatten() * w[:, m]) + b[m]
        return out, (x, w, b)

    def affine_backward(dout, cache):
        x, w, b = cache
        dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
        for i in range(len(x)):
            dx[i] = sum(dout[i, m] * w[:, m] for m in range(w.shape[1])).reshape(x[i].shape)
            dw += np.outer(x[i].flatten(), dout[i])
            db += dout[i]
        return dx, dw, db


@notebook(*AFFINE)
def einsum_and_a_dict_of_its_own():
    def affine_forward(x, w, b):
        rows = x.reshape((len(x), np.prod(x.shape[1:])))
        return np.einsum("nd,dm->nm", rows, w) + b.reshape(1, -1), {"rows": rows, "w": w, "shape": x.shape}

    def affine_backward(dout, cache):
        dx = np.einsum("nm,dm->nd", dout, cache["w"])
        dx.shape = cache["shape"]
        return [dx, np.einsum("nd,nm->dm", cache["rows"], dout), np.einsum("nm->m", dout)]


@notebook(*AFFINE)
def tensordot_and_an_object():
    class Memory:
        def __init__(self, x, w):
            self.x, self.w = x, w.reshape(*x.shape[1:], -1)

    def affine_forward(x, w, b):
        memory = Memory(x, w)
        return np.tensordot(x, memory.w, axes=x.ndim - 1) + b, memory

    def affine_backward(dout, cache):
        dx = np.tensordot(dout, cache.w, axes=(1, cache.w.ndim - 1))
        dw = np.tensordot(cache.x, dout, axes=(0, 0))
        return dx, dw.reshape(-1, dout.shape[1]), dout.T.sum(axis=1)


@notebook(*AFFINE)
def a_column_of_ones_for_the_bias():
    def affine_forward(x, w, b):
        X1, W1 = np.column_stack([x.reshape(len(x), -1), np.ones(len(x))]), np.vstack([w, b])
        return X1.dot(W1), (X1, W1, x.shape)

    def affine_backward(dout, cache):
        X1, W1, shape = cache
        dW1 = X1.T.dot(dout)
        return dout.dot(W1.T)[:, :-1].reshape(shape), dW1[:-1], dW1[-1]


@notebook(*AFFINE)
def single_precision_inside():
    def affine_forward(x, w, b):
        x, w, b = (np.asarray(array, np.float32) for array in (x, w, b))
        return x.reshape(len(x), -1) @ w + b, (x, w)

    def affine_backward(dout, cache):
        x, w = cache
        dout = dout.astype(np.float32)
        return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(0)


@notebook(*AFFINE)
def columns_first_and_lists():
    def affine_forward(x, w, b):
        columns = np.asfortranarray(np.stack([example.ravel() for example in x], axis=1))
        print("affine", columns.shape)
        return np.asfortranarray((w.T @ columns).T + b).tolist(), (x.shape, columns, w.tolist())

    def affine_backward(dout, cache):
        shape, columns, w = cache
        dx = np.matmul(np.asarray(w), dout.T).T.copy().reshape(shape)
        return dx.tolist(), np.asfortranarray(columns @ dout), list(np.add.reduce(dout))


@notebook(*AFFINE)
def the_backward_pass_as_a_closure():
    def affine_forward(x, w, b):
        rows = x.reshape(len(x), -1)

        def back(dout):
            return np.dot(dout, w.T).reshape(x.shape), np.dot(rows.T, dout), np.ones(len(x)) @ dout

        return np.matmul(rows, w) + np.broadcast_to(b, (len(x), len(b))), back

    def affine_backward(dout, cache):
        return cache(dout)


@notebook(*AFFINE)
def a_cache_used_up_by_its_backward_pass():
    def affine_forward(x, w, b):
        return np.add(x.reshape(-1, len(w)) @ w, b), [x, w]

    def affine_backward(dout, cache):
        w, x = cache.pop(), cache.pop()
        return (dout @ w.T).reshape(*x.shape), (dout.T @ x.reshape(-1, len(w))).T, sum(dout)


@notebook(*RELU)
def where_and_the_mask_alone():
    def relu_forward(x):
        mask = x > 0
        return np.where(mask, x, 0.0), mask

    def relu_backward(dout, cache):
        return dout * cache


@notebook(*RELU)
def clip_and_its_own_output():
    def relu_forward(x):
        out = np.clip(x, 0, None)
        return out, out

    def relu_backward(dout, cache):
        return np.where(cache == 0, 0, dout)


@notebook(*RELU)
def half_of_x_and_its_absolute_value():
    def relu_forward(x):
        return (x + np.abs(x)) / 2, {"sign": np.sign(x)}

    def relu_backward(dout, cache):
        return (dout + dout * cache["sign"]) / 2


@notebook(*RELU)
def copies_set_to_zero():
    def relu_forward(x):
        out = x.copy()
        out[out < 0] = 0
        return out, x

    def relu_backward(dout, cache):
        dx = np.array(dout, copy=True)
        dx[cache < 0] = 0  # open where x is zero: as good a choice as any
        return dx


@notebook(*RELU)
def entry_by_entry():
    def relu_forward(x):
        out = np.empty(x.shape)
        for index, value in np.ndenumerate(x):
            out[index] = max(0, value)
        return out, [index for index, value in np.ndenumerate(x) if value >= 0]

    def relu_backward(dout, cache):
        dx = np.zeros_like(dout)
        for index in cache:
            dx[index] = dout[index]
        return (dx,)


@notebook(*RELU)
def single_precision_and_a_tuple():
    def relu_forward(x):
        print("relu")
        return [(x * np.heaviside(x, 0)).astype(np.float32), (x.astype(np.float32), "relu")]

    def relu_backward(dout, cache):
        x, _ = cache
        return np.float32(dout) * (x > 0).astype(np.float32)


@notebook(*RELU)
def masked_arrays_and_lists():
    def relu_forward(x):
        masked = np.ma.masked_less_equal(x, 0)
        return masked.filled(0).tolist(), np.ma.getmaskarray(masked)

    def relu_backward(dout, cache):
        return np.asfortranarray(np.ma.masked_array(dout, cache).filled(0))


@notebook(*RELU)
def vectorised_functions():
    def relu_forward(x):
        return np.vectorize(lambda v: v if v > 0 else 0.0, otypes=[float])(x), functools.partial(
            np.copyto, where=x <= 0
        )

    def relu_backward(dout, cache):
        dx = dout + 0.0
        cache(dx, 0.0)
        return dx


@notebook(SANDWICH)
def all_in_one():
    def affine_relu_forward(x, w, b):
        out = np.maximum(x.reshape(len(x), -1) @ w + b, 0)
        return out, (x, w, out > 0)

    def affine_relu_backward(dout, cache):
        x, w, mask = cache
        da = dout * mask
        return (da @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ da, da.sum(axis=0)


@notebook(SANDWICH)
def caches_in_a_dict():
    def affine_relu_forward(x, w, b):
        cache = {}
        a, cache["affine"] = affine_forward(x, w, b)
        a, cache["relu"] = relu_forward(a)
        return a, cache

    def affine_relu_backward(dout, cache):
        for name, back in (("relu", relu_backward), ("affine", affine_backward)):
            dout = back(dout, cache[name])
        return dout


@notebook(SANDWICH)
def a_cache_with_names():
    class Caches(NamedTuple):
        relu: object
        affine: object

    def affine_relu_forward(x, w, b):
        a, fc_cache = affine_forward(x, w, b)
        out, relu_cache = relu_forward(a)
        return out, Caches(relu_cache, fc_cache)

    def affine_relu_backward(dout, cache):
        da = relu_backward(dout, cache.relu)
        dx, dw, db = affine_backward(da, cache.affine)
        return [dx, dw, db]


@notebook(SANDWICH)
def a_stack_of_backward_passes():
    def affine_relu_forward(x, w, b):
        a, affine_cache = affine_forward(x, w, b)
        out, relu_cache = relu_forward(a)
        return out, [
            functools.partial(affine_backward, cache=affine_cache),
            functools.partial(relu_backward, cache=relu_cache),
        ]

    def affine_relu_backward(dout, cache):
        return functools.reduce(lambda d, back: back(d), reversed(cache), dout)


@notebook(SANDWICH)
def half_with_the_layers_and_half_without():
    def affine_relu_forward(x, w, b):
        a, cache = affine_forward(x, w, b)
        return a * (a > 0), (cache, a)

    def affine_relu_backward(dout, cache):
        print(dout.shape)
        return affine_backward(np.where(cache[1] > 0, dout, 0), cache[0])


@notebook(SANDWICH)
def another_order_in_the_cache_and_lists():
    def affine_relu_forward(x, w, b):
        a, *rest = affine_forward(x, w, b)
        out, *more = relu_forward(a)
        return np.asarray(out).tolist(), [*more, *rest, "affine_relu"]

    def affine_relu_backward(dout, cache):
        relu_cache, affine_cache, _ = cache
        dx, dw, db = affine_backward(relu_backward(dout, relu_cache), affine_cache)
        return dx.tolist(), np.asfortranarray(dw), db.astype(np.float32)
