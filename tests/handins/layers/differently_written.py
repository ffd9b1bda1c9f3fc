"""Right throughout and written quite differently: closures, queues, loops, caches of one's own.

Starts from: solutions
Must come out: everything in full
"""

# %% Dual
class Dual:
    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    @staticmethod
    def of(number):
        return number if isinstance(number, Dual) else Dual(number, 0)

    def chain(self, value, derivative):
        return Dual(value, derivative * self.slope)

    def __add__(self, other):
        a, b = self, Dual.of(other)
        return Dual(b.value + a.value, b.slope + a.slope)

    def __mul__(self, other):
        a, b = self, Dual.of(other)
        return Dual(a.value * b.value, np.dot([a.value, a.slope], [b.slope, b.value]))

    def __pow__(self, n):
        return self.chain(self.value**n, n * self.value**n / self.value)

    def exp(self):
        return self.chain(np.exp(self.value), np.exp(self.value))

    def sin(self):
        return self.chain(np.sin(self.value), np.sin(self.value + np.pi / 2))

    __radd__ = __add__
    __rmul__ = __mul__
    __neg__ = lambda self: Dual(-self.value, -self.slope)
    __sub__ = lambda self, other: self + -Dual.of(other)
    __rsub__ = lambda self, other: -self + other
    __truediv__ = lambda self, other: self * Dual.of(other) ** -1
    __rtruediv__ = lambda self, other: Dual.of(other) / self


# %% topological_order
from collections import deque


def topological_order(graph):
    incoming = {node: 0 for node in graph}
    for node in graph:
        for target in graph[node]:
            incoming[target] = incoming.get(target, 0) + 1
    ready, order = deque(node for node, n in incoming.items() if n == 0), []
    while ready:
        node = ready.popleft()
        order += [node]
        for target in graph.get(node, []):
            incoming[target] -= 1
            if not incoming[target]:
                ready.append(target)
    left = [node for node in incoming if node not in set(order)]
    if left:
        walk = [left[0]]
        while True:  # every node that is left leads to one that is left, or behind a cycle
            following = [t for t in graph.get(walk[-1], []) if t in left]
            if not following:
                left.remove(walk.pop())
                walk = walk or [left[0]]
                continue
            if following[0] in walk:
                start = walk.index(following[0])
                raise ValueError("not acyclic: " + " -> ".join(map(str, walk[start:] + [following[0]])))
            walk.append(following[0])
    return tuple(order)


# %% Value
class Value:
    def __init__(self, value, before=(), spread=lambda grad: None):
        self.value, self.before, self.spread, self.grad = value, before, spread, 0.0

    @staticmethod
    def of(number):
        return number if isinstance(number, Value) else Value(number)

    def unary(self, value, derivative):
        def spread(grad):
            self.grad += grad * derivative

        return Value(value, (self,), spread)

    def __add__(self, other):
        other = Value.of(other)

        def spread(grad):
            self.grad += grad
            other.grad += grad

        return Value(self.value + other.value, (self, other), spread)

    def __mul__(self, other):
        other = Value.of(other)

        def spread(grad):
            self.grad += grad * other.value
            other.grad += grad * self.value

        return Value(self.value * other.value, (self, other), spread)

    def __pow__(self, n):
        return self.unary(self.value**n, n * self.value ** (n - 1))

    def exp(self):
        return self.unary(np.exp(self.value), np.exp(self.value))

    def sin(self):
        return self.unary(np.sin(self.value), np.cos(self.value))

    def backward(self):
        users, nodes, waiting = {}, [], [self]
        while waiting:
            node = waiting.pop()
            if id(node) in users:
                continue
            users[id(node)] = 0
            nodes.append(node)
            waiting.extend(node.before)
        for node in nodes:
            node.grad = 0.0
            for parent in node.before:
                users[id(parent)] += 1
        self.grad, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            node.spread(node.grad)
            for parent in node.before:
                users[id(parent)] -= 1
                if users[id(parent)] == 0:
                    ready.append(parent)

    __radd__ = __add__
    __rmul__ = __mul__
    __neg__ = lambda self: self * -1
    __sub__ = lambda self, other: self + -other
    __rsub__ = lambda self, other: -self + other
    __truediv__ = lambda self, other: self * Value.of(other) ** -1
    __rtruediv__ = lambda self, other: self**-1 * other


# %% affine_forward
def affine_forward(x, w, b):
    out = np.stack([np.tensordot(example.ravel(), w, 1) for example in x]) + b[None]
    return out, {"x": x.copy(), "w": w.copy()}


# %% affine_backward
def affine_backward(dout, cache):
    if isinstance(cache, tuple):
        cache = dict(zip("xw", cache))
    x, w = cache["x"], cache["w"]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i, g in enumerate(dout):
        dx[i] = np.reshape(w @ g, x.shape[1:])
        dw += np.outer(x[i], g)
    return [dx, dw, np.einsum("nm->m", dout)]


# %% relu_forward
def relu_forward(x):
    is_open = x > 0
    return x * is_open, is_open


# %% relu_backward
def relu_backward(dout, cache):
    mask = cache if cache.dtype == bool else cache > 0
    return dout * mask


# %% affine_relu_forward
def affine_relu_forward(x, w, b):
    out, first = affine_forward(x, w, b)
    out, second = relu_forward(out)
    return out, [second, first]


def affine_relu_backward(dout, caches):
    return affine_backward(relu_backward(dout, caches[0]), caches[1])


# %% softmax_loss
def softmax_loss(x, y):
    y = np.asarray(y, dtype=int)
    total, dx = 0.0, np.zeros(x.shape)
    for i, row in enumerate(x):
        lse = np.logaddexp.reduce(row)
        total += lse - row[y[i]]
        dx[i] = np.exp(row - lse)
        dx[i, y[i]] -= 1
    return np.array(total / len(x)), dx / len(x)


# %% svm_loss
def svm_loss(x, y):
    total, dx = 0.0, np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(x.shape[1]):
            lacking = x[i, j] - x[i, y[i]] + 1
            if j != y[i] and lacking > 0:
                total += lacking
                dx[i, j] += 1
                dx[i, y[i]] -= 1
    return total / len(x), dx / len(x)


# %% cyclical_learning_rate
def cyclical_learning_rate(step, eta_min, eta_max, n_s):
    return np.interp(step % (2 * n_s), [0, n_s, 2 * n_s], [eta_min, eta_max, eta_min])


# %% k_layer_model
def k_layer_model(sizes, initialiser=he, seed=0):
    layers = []
    for k in range(1, len(sizes)):
        layers += [make_layer("dense", inputs=sizes[k - 1], units=sizes[k], initialiser=initialiser, seed=seed + 7 * k)]
        layers += [make_layer("relu")]
    return Model(layers[:-1] + [make_layer("softmax")])
